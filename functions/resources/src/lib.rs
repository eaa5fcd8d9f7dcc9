//! What do I have: `GET /resources`, and of which accounts: `GET /accounts`.
//!
//! The collector returns the whole inventory of the wanted types and regions. Filters, counts and pages are pure
//! functions, so counts always cover everything that matches, whichever page is returned. Pages are
//! sections of one fixed order (type, region, id), so that no resource is on two pages.

#![cfg_attr(test, allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should"))]

mod accounts;
pub mod description;
mod page;
mod query;
mod table;

use api::{Answer, ApiError, Call};
use collector::{Accounts, Coverage, Inventory};
use schemars::JsonSchema;
use serde::Serialize;

use crate::accounts::AccountsList;
use crate::page::Page;
use crate::query::ResourcesQuery;
use filter::Counts;

/// The `data` of a response.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Data {
    /// Of `GET /resources`.
    Resources(Resources),
    /// Of `GET /accounts`.
    Accounts(AccountsList),
}

/// The resources of one account.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Resources {
    #[serde(flatten)]
    page: Page,
    /// The counts of everything that matches, on all pages.
    counts: Counts,
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
    let resources = shape(inventory, &query)?;
    Ok(Answer::new(resources, coverage).in_format(query.format, |found, _| table::of(&found.page)).map(Data::Resources))
}

/// Filters and counts an inventory, and returns the requested page.
fn shape(mut inventory: Inventory, query: &ResourcesQuery) -> Result<Resources, ApiError> {
    inventory.resources.retain(|resource| query.filter.matches(resource));
    let counts = Counts::of(&inventory, &inventory.resources);
    let page = Page::cut(&inventory, query)?;
    Ok(Resources { page, counts })
}

#[cfg(test)]
mod shape_tests;
