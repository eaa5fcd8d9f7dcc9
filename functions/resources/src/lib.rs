//! What do I have: `GET /resources`, and of which accounts: `GET /accounts`.
//!
//! The collector returns the whole inventory of the wanted types and regions. Filters, counts and pages are pure
//! functions, so counts always cover everything that matches, whichever page is returned. Pages are
//! sections of one fixed order (type, region, id), so that no resource is on two pages. With `prices=true`, AWS's price
//! list says what the matching resources cost.

#![cfg_attr(test, allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should"))]

mod accounts;
pub mod description;
mod page;
mod prices;
mod query;
mod table;

use api::{Answer, ApiError, Call};
use collector::price::Prices;
use collector::{Accounts, Coverage, Inventory};
use schemars::JsonSchema;
use serde::Serialize;

use crate::accounts::AccountsList;
use crate::page::Page;
use crate::prices::PriceSums;
use crate::query::ResourcesQuery;
use filter::Counts;

/// The `data` of a response.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Data {
    /// Of `GET /resources`.
    Resources(Box<Resources>),
    /// Of `GET /accounts`.
    Accounts(AccountsList),
}

/// The resources of one account.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Resources {
    #[serde(flatten)]
    page: Page,
    /// The counts of everything that matches, on all pages.
    counts: ResourceCounts,
}

/// The counts of everything that matches, and what it costs.
#[derive(Debug, Serialize, JsonSchema)]
struct ResourceCounts {
    #[serde(flatten)]
    counts: Counts,
    /// What it costs by AWS's price list; absent without `prices=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    prices: Option<PriceSums>,
}

/// Handles one call.
pub async fn handle(accounts: &Accounts, call: Call) -> Result<Answer<Data, Coverage>, ApiError> {
    if let Some(asked) = call.accounts() {
        let (listed, coverage) = accounts::list(accounts, asked, &call).await?;
        return Ok(Answer::new(Data::Accounts(listed), coverage));
    }
    let query = ResourcesQuery::read(&call)?;
    let collector = call.account(|account, principal| accounts.collector(account, principal))?;
    let collected = collector.inventory(&query.wanted, call.deadline).await;
    let (inventory, coverage) = collected.map_err(|refusal| ApiError::refused("regions", &refusal, refusal.gap()))?;
    if inventory.listed.is_empty() {
        return Err(ApiError::nothing_collected(&coverage.gaps, None));
    }
    let inventory = matching(inventory, &query);
    let (prices, coverage) = if query.has_prices {
        let bills = inventory.resources.iter().filter_map(|resource| resource.bill().ok());
        let (prices, coverage) = accounts.prices(bills, coverage, call.deadline).await;
        (Some(prices), coverage)
    } else {
        (None, coverage)
    };
    let resources = shape(&inventory, prices.as_ref(), &query)?;
    let table = |found: &Resources, _: &_| table::of(&found.page, query.has_prices);
    Ok(Answer::new(resources, coverage).in_format(query.format, table).map(|found| Data::Resources(Box::new(found))))
}

/// Returns the inventory with the resources that match alone.
fn matching(mut inventory: Inventory, query: &ResourcesQuery) -> Inventory {
    inventory.resources.retain(|resource| query.filter.matches(resource));
    inventory
}

/// Counts what matches, and returns the requested page.
fn shape(inventory: &Inventory, prices: Option<&Prices>, query: &ResourcesQuery) -> Result<Resources, ApiError> {
    let counts = ResourceCounts {
        counts: Counts::of(inventory, &inventory.resources),
        prices: prices.map(|prices| PriceSums::of(&inventory.resources, prices)),
    };
    Ok(Resources { page: Page::cut(inventory, prices, query)?, counts })
}

#[cfg(test)]
mod shape_tests;
