//! What a resource costs by AWS's price list: what it is made of, and what each part of it costs.
//!
//! A type of resource says of which products it is made ([`Bill`]), by the names that the price list has for them. Each
//! product must be exactly one entry of the list (an SKU): two that match are as good as none, since nobody could tell
//! which of them is billed. What can't be priced has a reason ([`Unpriced`]), and is never zero.
//!
//! Prices are on demand and before discounts.

mod amounts;

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

pub use crate::model::price::amounts::Usd;
use crate::model::price::amounts::{FINE, Quantity};

/// The hours of a month, as AWS's calculator has them: 365 days × 24 hours / 12 months.
const HOURS_A_MONTH: Decimal = Decimal::from_parts(730, 0, 0, false, 0);

/// A product of AWS, by attributes that exactly one entry of the price list has.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Product {
    /// The offer, such as `AmazonEC2`.
    pub(crate) offer: &'static str,
    /// The family, such as `Compute Instance`; `None` where the list has none.
    pub(crate) family: Option<&'static str>,
    /// What the usage type is without the prefix of its region, such as `EBS:SnapshotUsage`; `None` if the attributes
    /// are enough.
    pub(crate) usage: Option<String>,
    /// The unit that is billed.
    pub(crate) unit: &'static str,
    /// Other attributes, such as `instanceType`, sorted by name; the region is one of them.
    pub(crate) attributes: BTreeMap<&'static str, String>,
}

/// The attribute with the region of a product.
pub(crate) const REGION: &str = "regionCode";

impl Product {
    /// Creates a product of an offer that is billed in a region by `unit`.
    pub(crate) fn of(offer: &'static str, family: Option<&'static str>, unit: &'static str, region: &str) -> Self {
        Self { offer, family, usage: None, unit, attributes: [(REGION, region.to_owned())].into() }
    }

    /// Returns the product with an attribute.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.insert(name, value.into());
        self
    }

    /// Returns the product with a usage type, without the prefix of its region.
    pub(crate) fn used_as(self, usage: impl Into<String>) -> Self {
        Self { usage: Some(usage.into()), ..self }
    }

    /// Returns so much of it, as the part of a resource that is named `name`.
    pub(crate) fn part(self, name: &'static str, quantity: impl Into<Decimal>) -> Part {
        Part { name, product: self, quantity: quantity.into().round_dp(FINE).normalize() }
    }

    /// Returns the region.
    pub(crate) fn region(&self) -> &str {
        self.attributes.get(REGION).map_or("", String::as_str)
    }
}

/// A part of a resource that is billed: so much of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) product: Product,
    pub(crate) quantity: Decimal,
}

/// What a resource costs each month, in terms of products.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bill {
    pub(crate) parts: Vec<Part>,
    /// What is billed too, by use.
    not_included: Vec<&'static str>,
    /// Why it costs at most this; `None` if it costs exactly this.
    at_most: Option<&'static str>,
}

impl Bill {
    /// Creates the bill of what has one part.
    pub(crate) fn of(part: Part) -> Self {
        Self { parts: vec![part], ..Self::default() }
    }

    /// Returns the bill with another part.
    pub(crate) fn and(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    /// Returns the bill, with what is billed too and not known.
    pub(crate) fn without(mut self, what: &[&'static str]) -> Self {
        self.not_included.extend(what);
        self
    }

    /// Returns the bill as the most that it can be, with the reason.
    #[must_use]
    pub fn at_most(self, why: &'static str) -> Self {
        Self { at_most: Some(why), ..self }
    }
}

/// Why something has no price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unpriced {
    /// The kind of reason.
    pub reason: UnpricedReason,
    /// The reason in words.
    pub message: String,
}

/// The kinds of reasons why something has no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnpricedReason {
    /// It costs nothing by itself: AWS bills it as other resources, or not at all in its state.
    BilledElsewhere,
    /// AWS bills it by use, which was not measured.
    ByUse,
    /// It is not billed on demand: a Spot instance, or one on a dedicated host.
    NotOnDemand,
    /// AWS did not return a field on which the price depends.
    MissingFields,
    /// This version does not know how AWS bills it.
    NotSupported,
    /// What it should be replaced by is not known.
    NoReplacement,
    /// The price list has no such product in the region.
    NotListed,
    /// The price list has several products that match.
    Ambiguous,
    /// The region has a price list of its own, which is not read: China, GovCloud.
    OtherPartition,
    /// AWS did not return the price list; the message has the reason.
    PriceListUnavailable,
}

impl Unpriced {
    /// Creates a reason.
    pub fn new(reason: UnpricedReason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into() }
    }

    /// Creates the reason of something whose price depends on a field that AWS did not return.
    pub(crate) fn missing(field: &str) -> Self {
        Self::new(UnpricedReason::MissingFields, format!("AWS returned no {field}, on which the price depends"))
    }

    /// Creates the reason of something that other resources are billed for.
    pub(crate) fn billed_as(what: &str) -> Self {
        Self::new(UnpricedReason::BilledElsewhere, format!("AWS bills no more than {what}"))
    }

    /// Creates the reason of something that is billed by use.
    pub(crate) fn by_use(what: &str) -> Self {
        Self::new(UnpricedReason::ByUse, format!("AWS bills {what}, which is not measured here"))
    }
}

/// The price of a product on demand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListPrice {
    pub(crate) sku: String,
    /// In US dollars.
    pub(crate) unit_price: Decimal,
    /// Whether some units cost less: the first ones, or those above an amount.
    pub(crate) has_tiers: bool,
    /// When it was read.
    pub(crate) read_at: Timestamp,
}

/// The prices of products, or why there is none.
#[derive(Debug, Clone, Default)]
pub struct Prices(pub(crate) HashMap<Product, Result<ListPrice, Unpriced>>);

/// Why a bill of products with tiers is an upper bound.
const TIERS: &str = "AWS has lower prices for the first units, or for many, of the account as a whole";

impl Prices {
    /// Gives each product of a bill this price, as the price list would.
    #[must_use]
    pub fn with(mut self, bill: &Bill, unit_price: Decimal, read_at: Timestamp) -> Self {
        for Part { product, .. } in &bill.parts {
            let price = ListPrice { sku: product.offer.to_owned(), unit_price, has_tiers: false, read_at };
            self.0.insert(product.clone(), Ok(price));
        }
        self
    }

    /// Returns what a bill comes to.
    ///
    /// # Errors
    /// If any part of it has no price.
    pub fn of(&self, bill: &Bill) -> Result<Cost, Unpriced> {
        // What has no part has no price, which is not a price of 0.
        let first = bill.parts.first().ok_or_else(|| Unpriced::billed_as("other resources"))?;
        let (region, priced_at) = (first.product.region().to_owned(), self.price(&first.product)?.read_at);
        let mut cost = Cost {
            bound: bill.at_most.map(|_| Bound::Upper),
            bound_reason: bill.at_most,
            not_included: bill.not_included.clone(),
            ..Cost::by(Basis::OnDemandList, Usd::default(), region, priced_at)
        };
        for Part { name, product, quantity } in &bill.parts {
            let price = self.price(product)?;
            let hours = if is_hourly(product.unit) { HOURS_A_MONTH } else { Decimal::ONE };
            let monthly = price.unit_price.saturating_mul(*quantity).saturating_mul(hours);
            let priced = CostPart {
                part: name,
                monthly_usd: Usd::rounded(monthly),
                unit_price: Usd(price.unit_price),
                unit: product.unit,
                quantity: Quantity(*quantity),
                sku: price.sku.clone(),
            };
            cost.monthly_usd = cost.monthly_usd.plus(priced.monthly_usd);
            if price.has_tiers {
                cost.bound = Some(Bound::Upper);
                cost.bound_reason = cost.bound_reason.or(Some(TIERS));
            }
            // As old as the oldest of its prices.
            cost.priced_at = cost.priced_at.min(price.read_at);
            cost.parts.push(priced);
        }
        Ok(cost.flat())
    }

    fn price(&self, product: &Product) -> Result<&ListPrice, Unpriced> {
        let unknown = || Unpriced::new(UnpricedReason::PriceListUnavailable, "the price list was not read");
        self.0.get(product).ok_or_else(unknown)?.as_ref().map_err(Clone::clone)
    }
}

/// Returns whether a unit is an hour of something, of which a month has 730.
fn is_hourly(unit: &str) -> bool {
    unit.ends_with("Hrs") || unit.ends_with("Hours")
}

/// What something costs each month, with the evidence: `monthly_usd` is `unit_price` × `quantity`, × 730 if the unit is
/// an hour, or the sum of such parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Cost {
    /// US dollars a month of 730 hours, a decimal number. Rounded to cents; below a cent, to six decimals.
    pub monthly_usd: Usd,
    /// Where the figure is from.
    pub basis: Basis,
    /// `upper` if this is the most that it can be; absent if it is exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<Bound>,
    /// Why it is a bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound_reason: Option<&'static str>,
    /// US dollars for each unit; absent if there are several parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_price: Option<Usd>,
    /// The unit in AWS's price list, such as `GB-Mo` or `Hrs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'static str>,
    /// How many units; an hourly one is billed for 730 hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    quantity: Option<Quantity>,
    /// The entry of AWS's price list.
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<String>,
    /// The parts, if there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<CostPart>,
    /// What would be billed instead, if something replaces it: `monthly_usd` is what the parts cost more than these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    instead: Vec<CostPart>,
    /// The region whose prices these are, or of the resource if AWS made the estimate.
    pub region: String,
    /// When the price list was read, or AWS made its own estimate.
    pub priced_at: Timestamp,
    /// Whether a Savings Plan or a reservation covers it, so that nothing is saved until that is used elsewhere; null,
    /// since neither the price list nor AWS's own estimate says so.
    covered_by_commitment: Option<bool>,
    /// What AWS bills in addition, and is not known.
    pub not_included: Vec<&'static str>,
}

/// A part of what something costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
struct CostPart {
    /// What it is, such as `storage`.
    part: &'static str,
    /// US dollars a month.
    monthly_usd: Usd,
    /// US dollars for each unit.
    unit_price: Usd,
    /// The unit in AWS's price list.
    unit: &'static str,
    /// How many units; an hourly one is billed for 730 hours.
    quantity: Quantity,
    /// The entry of AWS's price list.
    sku: String,
}

/// Where a figure is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// AWS's price list, on demand and before discounts.
    OnDemandList,
    /// AWS's own estimate in Cost Optimization Hub, before the account's discounts.
    AwsBeforeDiscounts,
    /// AWS's own estimate, after the account's discounts and commitments.
    AwsAfterDiscounts,
    /// AWS's own estimate; whether it counts discounts is unknown.
    AwsDiscountsUnknown,
}

/// What kind of bound a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// It is at most this.
    Upper,
}

impl Cost {
    /// Returns a cost of which no more is known than the figure: that of something in `region`, as of `at`.
    #[must_use]
    pub fn by(basis: Basis, monthly_usd: Usd, region: String, at: Timestamp) -> Self {
        Self {
            monthly_usd,
            basis,
            bound: None,
            bound_reason: None,
            unit_price: None,
            unit: None,
            quantity: None,
            sku: None,
            parts: Vec::new(),
            instead: Vec::new(),
            region,
            priced_at: at,
            covered_by_commitment: None,
            not_included: Vec::new(),
        }
    }

    /// Returns how much less `after` costs; `None` if it does not cost less.
    #[must_use]
    pub fn less(&self, after: &Self) -> Option<Self> {
        let monthly_usd = Usd(self.monthly_usd.0.saturating_sub(after.monthly_usd.0));
        let bound_reason = self.bound_reason.or(after.bound_reason);
        let bound = self.bound.or(after.bound);
        let difference = Self {
            monthly_usd,
            bound,
            bound_reason,
            parts: self.all_parts(),
            instead: after.all_parts(),
            unit_price: None,
            unit: None,
            quantity: None,
            sku: None,
            ..self.clone()
        };
        (monthly_usd.0 > Decimal::ZERO).then_some(difference)
    }

    /// Returns the same cost as the most that it can be.
    #[must_use]
    pub fn at_most(self, why: &'static str) -> Self {
        Self { bound: Some(Bound::Upper), bound_reason: self.bound_reason.or(Some(why)), ..self }
    }

    /// Moves a single part to the fields of the cost itself.
    fn flat(mut self) -> Self {
        if self.parts.len() == 1
            && let Some(only) = self.parts.pop()
        {
            self.unit_price = Some(only.unit_price);
            self.unit = Some(only.unit);
            self.quantity = Some(only.quantity);
            self.sku = Some(only.sku);
        }
        self
    }

    /// Returns the parts, also of a cost that has a single one.
    fn all_parts(&self) -> Vec<CostPart> {
        let (Some(unit_price), Some(unit), Some(quantity), Some(sku)) =
            (self.unit_price, self.unit, self.quantity, self.sku.clone())
        else {
            return self.parts.clone();
        };
        vec![CostPart { part: "all", monthly_usd: self.monthly_usd, unit_price, unit, quantity, sku }]
    }
}

#[cfg(test)]
mod tests;
