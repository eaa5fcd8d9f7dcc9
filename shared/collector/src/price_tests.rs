//! What each type is billed for, by figures that can be checked by hand: its products, how much of each, and what that
//! comes to at real prices of us-east-1.

mod compute;
mod databases;
mod network;
mod storage;
mod unpriced;

use std::collections::BTreeMap;

use jiff::Timestamp;
use rust_decimal::Decimal;

use crate::model::price::{Bill, Bound, ListPrice, Part, Prices, Unpriced, UnpricedReason};
use crate::services::OfKind;

/// The region of these tests.
const REGION: &str = "us-east-1";

#[expect(clippy::unnecessary_wraps, reason = "the fields that this is for are options")]
fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

fn billed(detail: &impl OfKind) -> Bill {
    detail.bill_in(REGION).unwrap()
}

/// Returns why something has no price.
fn reason(detail: &impl OfKind) -> UnpricedReason {
    detail.bill_in(REGION).unwrap_err().reason
}

/// Returns each part of a bill as `name: quantity unit of offer/family usage, attribute=value, …`.
fn parts(bill: &Bill) -> Vec<String> {
    bill.parts.iter().map(part).collect()
}

fn part(Part { name, product, quantity }: &Part) -> String {
    let mut attributes: BTreeMap<_, _> = product.attributes.iter().collect();
    assert_eq!(attributes.remove(&"regionCode").map(String::as_str), Some(REGION), "{product:?}");
    let attributes = attributes.into_iter().map(|(name, value)| format!("{name}={value}"));
    let head = [product.family.unwrap_or("-").to_owned()].into_iter().chain(product.usage.clone());
    let what = head.chain(attributes).collect::<Vec<_>>().join(", ");
    format!("{name}: {quantity} {} of {}/{what}", product.unit, product.offer)
}

/// Returns what a bill comes to with these prices of its parts, in their order, and whether it is an upper bound.
fn monthly(bill: &Bill, unit_prices: &[&str]) -> (String, bool) {
    assert_eq!(bill.parts.len(), unit_prices.len(), "{:?}", parts(bill));
    let price = |text: &&str| {
        let unit_price: Decimal = text.parse().unwrap();
        Ok::<_, Unpriced>(ListPrice {
            sku: "S".to_owned(),
            unit_price,
            has_tiers: false,
            read_at: Timestamp::UNIX_EPOCH,
        })
    };
    let products = bill.parts.iter().map(|part| part.product.clone());
    let cost = Prices(products.zip(unit_prices.iter().map(price)).collect()).of(bill).unwrap();
    (cost.monthly_usd.to_string(), cost.bound == Some(Bound::Upper))
}

/// Returns what a bill comes to that is no bound.
fn exactly(bill: &Bill, unit_prices: &[&str]) -> String {
    let (usd, is_bound) = monthly(bill, unit_prices);
    assert!(!is_bound, "{bill:?}");
    usd
}
