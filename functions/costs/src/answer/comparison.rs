//! What changed since earlier days, in total and by type of charge.
//!
//! A credit or a tax that moved changes the total of an account whose usage is the same, so the change is split by record
//! type. The parts add up to the change of the total.

use collector::costs::CostPeriod;
use jiff::civil::Date;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

use super::amount::{Amount, sum};
use crate::query::CostsQuery;
use crate::record_types::ChargeType;

/// The costs of earlier days, and the change since.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CostsComparison")]
pub(super) struct Comparison {
    /// The first of those days, UTC.
    start: Date,
    /// The day after the last of them, UTC.
    end: Date,
    /// The sum of those days.
    total_cost: Amount,
    /// The sum of the requested days minus that of those days.
    pub(super) change: Amount,
    /// The change in percent of what those days cost; null if they cost nothing.
    pub(super) change_percent: Option<Amount>,
    /// The change by type of charge; null if both groupings are used for something other than `record_type`.
    by_charge_type: Option<ByChargeType>,
}

/// The changes by type of charge; null for what is excluded. They add up to the change of the total.
#[derive(Debug, Serialize, JsonSchema)]
struct ByChargeType {
    /// Usage, also what reservations and savings plans cover.
    usage: Option<BeforeAndNow>,
    /// Taxes; null if they are excluded.
    tax: Option<BeforeAndNow>,
    /// Credits; null if they are excluded.
    credits: Option<BeforeAndNow>,
    /// Refunds; null if they are excluded.
    refunds: Option<BeforeAndNow>,
    /// Fees, of reservations, savings plans and support for example.
    fees: Option<BeforeAndNow>,
    /// Everything else, such as discounts.
    other: Option<BeforeAndNow>,
}

/// A sum before and now.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct BeforeAndNow {
    /// The sum of the days before.
    pub(super) before: Amount,
    /// The sum of the requested days.
    pub(super) now: Amount,
    /// Now minus before.
    pub(super) change: Amount,
    /// The change in percent of what it was before; null if that is nothing.
    pub(super) change_percent: Option<Amount>,
}

impl BeforeAndNow {
    pub(super) fn new(before: Decimal, now: Decimal) -> Self {
        let change = now.saturating_sub(before);
        let percent = change.checked_div(before).and_then(|ratio| ratio.checked_mul(Decimal::ONE_HUNDRED));
        let change_percent = percent.map(|percent| Amount(percent.round_dp(2)));
        Self { before: Amount(before), now: Amount(now), change: Amount(change), change_percent }
    }
}

/// Compares the requested periods with those of earlier days.
pub(super) fn compare(
    query: &CostsQuery,
    (start, end): (Date, Date),
    before: &[&CostPeriod],
    now: &[&CostPeriod],
) -> Comparison {
    let total = |periods: &[&CostPeriod]| sum(periods.iter().map(|period| period.total()));
    let BeforeAndNow { before: total_cost, change, change_percent, .. } = BeforeAndNow::new(total(before), total(now));
    let by_charge_type = query.record_types().map(|position| by_charge_type(query, position, before, now));
    Comparison { start, end, total_cost, change, change_percent, by_charge_type }
}

fn by_charge_type(query: &CostsQuery, position: usize, before: &[&CostPeriod], now: &[&CostPeriod]) -> ByChargeType {
    let of = |kind: ChargeType, periods: &[&CostPeriod]| {
        let groups = periods.iter().flat_map(|period| &period.groups);
        let is_kind = |keys: &[String]| ChargeType::of(keys.get(position).map_or("", String::as_str)) == kind;
        sum(groups.filter(|(keys, _)| is_kind(keys)).map(|(_, amount)| *amount))
    };
    let change = |kind: ChargeType| {
        let is_excluded = query.excluded().iter().any(|excluded| ChargeType::of(excluded) == kind);
        (!is_excluded).then(|| BeforeAndNow::new(of(kind, before), of(kind, now)))
    };
    ByChargeType {
        usage: change(ChargeType::Usage),
        tax: change(ChargeType::Tax),
        credits: change(ChargeType::Credit),
        refunds: change(ChargeType::Refund),
        fees: change(ChargeType::Fee),
        other: change(ChargeType::Other),
    }
}
