//! What the resources cost by AWS's price list: of each one on the page, and of all that match together.
//!
//! Prices are read once, of the distinct products of everything that matches. What each resource comes to is worked out
//! where it is needed, and not kept: a page has a few thousand resources, and an account tens of thousands.

use std::collections::BTreeMap;

use collector::price::{Bound, Cost, Prices, Unpriced, UnpricedReason, Usd};
use collector::{Resource, ResourceType};
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

/// A resource in a response: with its price, or the reason why it has none, if prices were requested.
pub(crate) struct Row<'a> {
    pub(crate) resource: &'a Resource,
    pub(crate) prices: Option<&'a Prices>,
}

/// The property of a resource that says what it costs: `price`, or `price_unknown`.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Priced {
    Price(Cost),
    PriceUnknown(Unpriced),
}

#[derive(Serialize)]
struct WithPrice<'a> {
    #[serde(flatten)]
    resource: &'a Resource,
    #[serde(flatten)]
    priced: Priced,
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { resource, prices } = self;
        let Some(prices) = prices else { return resource.serialize(serializer) };
        let priced = cost(resource, prices).map_or_else(Priced::PriceUnknown, Priced::Price);
        WithPrice { resource, priced }.serialize(serializer)
    }
}

fn cost(resource: &Resource, prices: &Prices) -> Result<Cost, Unpriced> {
    resource.bill().and_then(|bill| prices.of(&bill))
}

/// What all matching resources cost together, on all pages.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct PriceSums {
    /// US dollars a month of 730 hours, by the price list: the sum of the resources with a price.
    monthly_usd: Usd,
    /// `upper` if any of them costs at most this; absent if all prices are exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    bound: Option<Bound>,
    /// The resources with a price.
    priced: usize,
    /// The resources without one, which are not in any sum.
    unknown: usize,
    /// These by reason.
    unknown_by_reason: BTreeMap<UnpricedReason, usize>,
    /// The sum by type; absent for a type of which nothing has a price.
    by_type: BTreeMap<ResourceType, Usd>,
    /// The sum by region; absent for a region in which nothing has a price.
    by_region: BTreeMap<String, Usd>,
}

impl PriceSums {
    /// Adds up what resources cost.
    pub(crate) fn of(resources: &[Resource], prices: &Prices) -> Self {
        let mut sums = Self::default();
        for resource in resources {
            match cost(resource, prices) {
                Ok(cost) => sums.count(resource, &cost),
                Err(unpriced) => {
                    sums.unknown = sums.unknown.saturating_add(1);
                    let of_reason = sums.unknown_by_reason.entry(unpriced.reason).or_default();
                    *of_reason = of_reason.saturating_add(1);
                }
            }
        }
        sums
    }

    fn count(&mut self, resource: &Resource, cost: &Cost) {
        let usd = cost.monthly_usd;
        self.priced = self.priced.saturating_add(1);
        self.monthly_usd = self.monthly_usd.plus(usd);
        self.bound = self.bound.or(cost.bound);
        let of_type = self.by_type.entry(resource.resource_type()).or_default();
        *of_type = of_type.plus(usd);
        match self.by_region.get_mut(&cost.region) {
            Some(of_region) => *of_region = of_region.plus(usd),
            None => {
                self.by_region.insert(cost.region.clone(), usd);
            }
        }
    }
}

#[cfg(test)]
mod tests;
