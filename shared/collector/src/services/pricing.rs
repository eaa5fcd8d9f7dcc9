//! AWS's price list: what products cost on demand.
//!
//! The list is the same for every account and has three endpoints. A request names one offer; products of the same
//! family are read together ([`Request`]), with several values of an attribute at once. What the list returns beyond the
//! products that were asked for is ignored.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_pricing::operation::get_products::GetProductsOutput;
use aws_sdk_pricing::types::{Filter, FilterType};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::call::clients::{Service, guarded_client};
use crate::call::fault::Fault;
use crate::call::gate::Rate;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Page, every_page};
use crate::model::operation::{Operation, Price};
use crate::model::price::{ListPrice, Product};

/// The price list.
pub(crate) struct Pricing;

impl Service for Pricing {
    const NAME: &'static str = "pricing";
    // A bucket of ten requests, to which five a second are added.
    const RATE: Rate = Rate::a_second(5, 9).after_connections(Duration::from_millis(60));

    guarded_client!(aws_sdk_pricing);
}

/// Reads the price list; free.
pub(crate) const GET_PRODUCTS: Operation =
    Operation { service: Pricing::NAME, name: "GetProducts", action: Some("pricing:GetProducts"), price: Price::Free };

/// The partition whose regions the list has.
pub(crate) const PARTITION: &str = "aws";

/// The most products that the list returns per page.
pub(crate) const PRODUCTS_A_PAGE: usize = 100;
const PAGE: i32 = 100;

/// Returns the region with the endpoint that is nearest to `region`.
pub(crate) fn endpoint_near(region: &str) -> &'static str {
    match region.split('-').next() {
        Some("eu" | "af" | "il" | "me") => "eu-central-1",
        Some("ap") => "ap-south-1",
        _ => "us-east-1",
    }
}

/// A request for products of one family that have the same attributes, with one of several values of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) offer: &'static str,
    pub(crate) family: Option<&'static str>,
    /// What their usage types contain.
    pub(crate) usage: Option<String>,
    pub(crate) attributes: BTreeMap<&'static str, BTreeSet<String>>,
}

/// An entry of the list.
#[derive(Debug)]
pub(crate) struct Entry {
    family: Option<String>,
    attributes: BTreeMap<String, String>,
    sku: String,
    /// Of each unit and tier on demand: the unit and the price in US dollars.
    prices: Vec<(String, Decimal)>,
}

impl Entry {
    /// Returns its price if it is `product`: in the region itself, and neither in a Local Zone nor on an Outpost.
    pub(crate) fn price_of(&self, product: &Product, read_at: Timestamp) -> Option<ListPrice> {
        let attribute = |name: &str| self.attributes.get(name).map(String::as_str);
        let is_it = self.family.as_deref() == product.family
            && attribute("locationType").is_none_or(|kind| kind == "AWS Region")
            && product.attributes.iter().all(|(name, value)| attribute(name) == Some(value))
            && product.usage.as_ref().is_none_or(|usage| attribute("usagetype").is_some_and(|of| is_usage(of, usage)));
        if !is_it {
            return None;
        }
        let unit = spelled_alike(product.unit);
        let of_unit = self.prices.iter().filter(|(of, _)| spelled_alike(of) == unit).map(|(_, price)| *price);
        let prices: BTreeSet<_> = of_unit.collect();
        // With tiers, the dearest price is one that is never too low.
        let unit_price = *prices.last()?;
        Some(ListPrice { sku: self.sku.clone(), unit_price, has_tiers: prices.len() > 1, read_at })
    }
}

/// Returns a unit in one spelling. The list has several, even within a family: io2 is billed by the `GB-month`, other
/// volumes by the `GB-Mo`, and EKS by `Hours` instead of `Hrs`.
fn spelled_alike(unit: &str) -> String {
    let unit = unit.to_ascii_lowercase();
    let (of, period) = unit.rsplit_once('-').map_or(("", unit.as_str()), |(of, period)| (of, period));
    let period = match period {
        "hour" | "hours" | "hr" => "hrs",
        "month" | "months" => "mo",
        other => other,
    };
    format!("{of}-{period}")
}

/// Returns whether a usage type is `usage` with or without the prefix of a region, such as `USW2-`. (Other prefixes are
/// other usage: `IA-TimedStorage-ByteHrs` is not `TimedStorage-ByteHrs`.)
fn is_usage(usage_type: &str, usage: &str) -> bool {
    usage_type.strip_suffix(usage).is_some_and(|prefix| {
        prefix.is_empty() || prefix.strip_suffix('-').is_some_and(|code| code == "EU" || is_code_of_region(code))
    })
}

/// Returns whether this is how usage types name a region: three letters and a digit. (eu-west-1 is `EU`.)
fn is_code_of_region(code: &str) -> bool {
    let (letters, digits) = code.split_at_checked(3).unwrap_or_default();
    letters.len() == 3
        && letters.chars().all(|of| of.is_ascii_uppercase())
        && digits.len() == 1
        && digits.chars().all(|of| of.is_ascii_digit())
}

/// Reads all entries that match. Of a part of them, nobody could tell whether a price is the only one: so an entry that
/// can't be read, like a page, is a fault of all.
pub(crate) async fn entries(inquiry: &Inquiry<'_>, request: &Request) -> Result<Vec<Entry>, Fault> {
    let client = inquiry.client::<Pricing>();
    let ask = |page: Page| {
        let call = client.get_products().service_code(request.offer).set_filters(filters(request));
        call.max_results(page.size).set_next_token(page.token).send()
    };
    let limits = client.limits(&GET_PRODUCTS, inquiry.deadline).pages_of(PAGE);
    let listing = every_page(limits, ask, GetProductsOutput::next_token, |page| {
        page.price_list.unwrap_or_default().iter().map(|text| entry(text)).collect()
    })
    .await;
    match listing.fault {
        Some(fault) => Err(fault),
        None => listing.found.into_iter().collect::<Option<_>>().ok_or_else(unreadable),
    }
}

fn unreadable() -> Fault {
    Fault::failed(&GET_PRODUCTS, "UnreadableEntry", "AWS returned an entry of the price list that can't be read")
}

/// Returns the filters of a request; `None` if one can't be built, which would need an empty field.
fn filters(request: &Request) -> Option<Vec<Filter>> {
    let filter =
        |kind, field: &str, value: String| Filter::builder().r#type(kind).field(field).value(value).build().ok();
    let of_values = |(field, values): (&&'static str, &BTreeSet<String>)| {
        let kind = if values.len() == 1 { FilterType::TermMatch } else { FilterType::AnyOf };
        filter(kind, field, values.iter().map(String::as_str).collect::<Vec<_>>().join(","))
    };
    let family = request.family.map(|family| filter(FilterType::TermMatch, "productFamily", family.to_owned()));
    let usage = request.usage.clone().map(|usage| filter(FilterType::Contains, "usagetype", usage));
    family.into_iter().chain(usage).chain(request.attributes.iter().map(of_values)).collect()
}

/// An entry as the list has it: the fields that are read.
#[derive(Deserialize)]
struct Listed {
    product: ListedProduct,
    #[serde(default)]
    terms: Terms,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListedProduct {
    product_family: Option<String>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    sku: String,
}

#[derive(Default, Deserialize)]
struct Terms {
    #[serde(rename = "OnDemand", default)]
    on_demand: BTreeMap<String, Term>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Term {
    #[serde(default)]
    price_dimensions: BTreeMap<String, Dimension>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dimension {
    unit: String,
    #[serde(default)]
    price_per_unit: BTreeMap<String, String>,
}

/// Reads an entry; `None` if it is not in the list's format, or has a price on demand that is not in US dollars.
fn entry(text: &str) -> Option<Entry> {
    let Listed { product, terms } = serde_json::from_str(text).ok()?;
    let dimensions = terms.on_demand.into_values().flat_map(|term| term.price_dimensions.into_values());
    let amount = |text: &String| text.parse().or_else(|_| Decimal::from_scientific(text)).ok();
    let price = |of: Dimension| Some((of.unit, of.price_per_unit.get("USD").and_then(amount)?));
    let prices: Vec<(String, Decimal)> = dimensions.map(price).collect::<Option<_>>()?;
    let ListedProduct { product_family, attributes, sku } = product;
    Some(Entry { family: product_family.filter(|family| !family.is_empty()), attributes, sku, prices })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str = r#"{"product": {"productFamily": "Storage Snapshot", "sku": "7U7TWP44UP36AT3R", "attributes": {
        "regionCode": "eu-west-1", "locationType": "AWS Region", "usagetype": "EU-EBS:SnapshotUsage"}},
        "serviceCode": "AmazonEC2", "terms": {"OnDemand": {"A": {"priceDimensions": {
            "A.1": {"unit": "GB-Mo", "beginRange": "0", "endRange": "Inf", "pricePerUnit": {"USD": "0.0500000000"}}}}},
            "Reserved": {"B": {"priceDimensions": {"B.1": {"unit": "GB-Mo", "pricePerUnit": {"USD": "0.01"}}}}}}}"#;

    fn snapshot(region: &str) -> Product {
        Product::of("AmazonEC2", Some("Storage Snapshot"), "GB-Mo", region).used_as("EBS:SnapshotUsage")
    }

    fn price(text: &str, product: &Product) -> Option<String> {
        entry(text)?.price_of(product, Timestamp::UNIX_EPOCH).map(|price| price.unit_price.normalize().to_string())
    }

    #[test]
    fn an_entry_is_the_product_with_its_attributes_in_the_region_itself() {
        assert_eq!(price(ENTRY, &snapshot("eu-west-1")).as_deref(), Some("0.05"));
        assert_eq!(price(ENTRY, &snapshot("eu-west-2")), None);
        let elsewhere =
            [("AWS Region", "AWS Outposts"), ("EBS:SnapshotUsage\"", "EBS:SnapshotUsage.outposts\""), ("GB-Mo", "GB")];
        for (from, to) in elsewhere {
            assert_eq!(price(&ENTRY.replace(from, to), &snapshot("eu-west-1")), None, "{to}");
        }
    }

    #[test]
    fn of_tiers_the_dearest_is_the_price() {
        let free_first = r#""A.0": {"unit": "GB-Mo", "pricePerUnit": {"USD": "0.0000000000"}}, "A.1""#;
        let tiered = entry(&ENTRY.replacen(r#""A.1""#, free_first, 1)).unwrap();
        let price = tiered.price_of(&snapshot("eu-west-1"), Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!((price.unit_price.to_string().as_str(), price.has_tiers), ("0.0500000000", true));
    }

    #[test]
    fn units_are_the_same_in_each_spelling() {
        for (listed, unit) in [("GB-month", "GB-Mo"), ("Hours", "Hrs"), ("hours", "Hrs"), ("GiBps-mo", "GiBps-mo")] {
            let text = ENTRY.replace(r#""unit": "GB-Mo", "begin"#, &format!(r#""unit": "{listed}", "begin"#));
            let product = Product { unit, ..snapshot("eu-west-1") };
            assert_eq!(price(&text, &product).as_deref(), Some("0.05"), "{listed}");
        }
        for (one, other) in [("LCU-Hrs", "Hrs"), ("IOPS-Mo", "GB-Mo"), ("GB", "GB-Mo")] {
            assert_ne!(spelled_alike(one), spelled_alike(other));
        }
    }

    #[test]
    fn small_prices_may_be_in_scientific_notation() {
        let text = ENTRY.replace("0.0500000000", "5E-8");
        assert_eq!(price(&text, &snapshot("eu-west-1")).as_deref(), Some("0.00000005"));
    }

    #[test]
    fn what_is_no_entry_is_not_read() {
        for text in
            ["", "[]", "{}", r#"{"product": {}}"#, &ENTRY.replace("0.0500000000", "free"), &ENTRY.replace("USD", "CNY")]
        {
            assert!(entry(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_usage_type_has_the_prefix_of_a_region_or_none() {
        for known in ["NatGateway-Hours", "USW2-NatGateway-Hours", "EU-NatGateway-Hours", "APS1-NatGateway-Hours"] {
            assert!(is_usage(known, "NatGateway-Hours"), "{known}");
        }
        for other in ["IA-NatGateway-Hours", "Regional-NatGateway-Hours", "XNatGateway-Hours", ""] {
            assert!(!is_usage(other, "NatGateway-Hours"), "{other}");
        }
    }

    #[test]
    fn the_nearest_endpoint_is_asked() {
        let near =
            ["us-west-2", "sa-east-1", "eu-west-1", "me-south-1", "ap-northeast-1", "ca-central-1"].map(endpoint_near);
        assert_eq!(near, ["us-east-1", "us-east-1", "eu-central-1", "eu-central-1", "ap-south-1", "us-east-1"]);
    }
}
