//! What rose and fell since the days before, and how much of the change that explains.
//!
//! Groups are split by type of charge, since a credit that ended or a yearly fee is not usage that grew. What is not
//! listed is one sum, so the parts add up to the change to the last digit. How much is explained is a share of all
//! rises and falls, not of their balance: if one service rose by $100 and another fell by $100, the bill is the same,
//! and both together explain everything.

use std::collections::BTreeMap;

use collector::costs::{CostAnswers, CostPeriod};
use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};
use schemars::JsonSchema;
use serde::Serialize;

use super::amount::{Amount, sum};
use super::comparison::BeforeAndNow;
use super::name::name_in;
use super::usage::{Quantities, UsageChange};
use crate::query::{CostsQuery, NamedGrouping};
use crate::record_types::{ChargeType, is_negation};

/// The most groups that are listed.
const MOST_LISTED: usize = 10;

/// What rose and fell since the days before.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CostMovers")]
pub(crate) struct Movers {
    /// What the groups are, as in `group_by`.
    pub(crate) by: String,
    /// The first of the days before, UTC.
    start: Date,
    /// The day after the last of the days before, UTC.
    end: Date,
    /// The sum of the days before.
    before: Amount,
    /// The sum of the requested days.
    now: Amount,
    /// Now minus before: what the changes of `largest` and `others` add up to.
    pub(super) change: Amount,
    /// The share of `largest` in all rises and falls, 0 to 1, rounded down, so that 1 is all; null if nothing moved.
    pub(super) explained: Option<Amount>,
    /// Up to ten groups that moved, by the amount that they rose or fell.
    pub(crate) largest: Vec<Mover>,
    /// Every other group.
    pub(crate) others: Others,
}

/// A group that rose or fell.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CostMover")]
pub(crate) struct Mover {
    /// The group's name, as in `costs_by_…`.
    pub(crate) name: String,
    /// What kind of charge it is: the same service can have usage, credits and fees.
    pub(crate) charge_type: ChargeType,
    /// Cost Explorer's record type, such as `SavingsPlanUpfrontFee`; null for usage, which has several.
    pub(crate) record_type: Option<String>,
    /// The sum of the days before.
    pub(crate) before: Amount,
    /// The sum of the requested days.
    pub(crate) now: Amount,
    /// Now minus before.
    pub(crate) change: Amount,
    /// The change in percent of what it was before; null if that is nothing.
    pub(crate) change_percent: Option<Amount>,
    /// How much was used, and whether quantity or price moved; null unless movers are by usage type and this is usage.
    pub(crate) usage: Option<UsageChange>,
}

/// The groups that are not listed.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "OtherCostMovers")]
pub(crate) struct Others {
    /// How many they are, with those that did not move.
    pub(super) count: usize,
    /// The sum of the days before.
    pub(crate) before: Amount,
    /// The sum of the requested days.
    pub(crate) now: Amount,
    /// Now minus before.
    pub(crate) change: Amount,
}

/// What tells groups apart: the name, and what kind of charge it is.
type Key = (String, ChargeType, Option<String>);

/// The sums of a group.
#[derive(Default)]
struct Sums {
    before: Decimal,
    now: Decimal,
    used: Quantities,
}

impl Sums {
    fn change(&self) -> Decimal {
        self.now.saturating_sub(self.before)
    }
}

/// Returns what rose and fell, if that is requested and both periods are known.
pub(super) fn of(
    query: &CostsQuery,
    answers: &CostAnswers,
    compared: Option<&((Date, Date), Vec<&CostPeriod>)>,
    now: &[&CostPeriod],
) -> Option<Movers> {
    let movers = query.movers.as_ref()?;
    if let Some(at) = query.movers_at() {
        let (days, before) = compared?;
        return Some(listed(&movers.by, *days, groups(&movers.by, at, before, now)));
    }
    let [before, now] = answers.movers.as_ref()?;
    let [before, now] = [before, now].map(|costs| costs.periods.iter().collect::<Vec<_>>());
    let at = (0, movers.record_types_apart());
    Some(listed(&movers.by, query.compared?, groups(&movers.by, at, &before, &now)))
}

/// Returns the sums of each group; `at` says where the group and its record type are among the keys.
fn groups(
    by: &NamedGrouping,
    (group, record_type): (usize, usize),
    before: &[&CostPeriod],
    now: &[&CostPeriod],
) -> BTreeMap<Key, Sums> {
    let key = |keys: &[String]| -> Key {
        let name = name_in(&by.grouping, keys.get(group).map_or("", String::as_str));
        let record_type = keys.get(record_type).map_or("", String::as_str);
        let kind = ChargeType::of(record_type);
        (name, kind, (kind != ChargeType::Usage).then(|| record_type.to_owned()))
    };
    let mut sums: BTreeMap<Key, Sums> = BTreeMap::new();
    for (periods, is_now) in [(before, false), (now, true)] {
        for (keys, amount) in periods.iter().flat_map(|period| &period.groups) {
            let of_group = sums.entry(key(keys)).or_default();
            let of_period = if is_now { &mut of_group.now } else { &mut of_group.before };
            *of_period = of_period.saturating_add(*amount);
        }
        // What a savings plan covers is usage; that it is taken off the bill again is not more of it.
        let used = periods.iter().flat_map(|period| &period.usage);
        for usage in used.filter(|usage| !usage.keys.get(record_type).is_some_and(|name| is_negation(name))) {
            sums.entry(key(&usage.keys)).or_default().used.add(usage, is_now);
        }
    }
    sums
}

fn listed(by: &NamedGrouping, (start, end): (Date, Date), groups: BTreeMap<Key, Sums>) -> Movers {
    let total = |of: fn(&Sums) -> Decimal| sum(groups.values().map(of));
    let moved = total(|sums| sums.change().abs());
    let BeforeAndNow { before, now, change, .. } = BeforeAndNow::new(total(|sums| sums.before), total(|sums| sums.now));
    // A stable sort: groups that moved by the same amount remain in the order of their names.
    let mut groups: Vec<(Key, Sums)> = groups.into_iter().collect();
    groups.sort_by_key(|(_, sums)| std::cmp::Reverse(sums.change().abs()));
    let most = groups.iter().take(MOST_LISTED).filter(|(_, sums)| !sums.change().is_zero()).count();
    let rest = groups.split_off(most);
    let explained = sum(groups.iter().map(|(_, sums)| sums.change().abs())).checked_div(moved);
    let explained = explained.map(|share| Amount(share.round_dp_with_strategy(4, RoundingStrategy::ToZero)));
    let of_rest = |of: fn(&Sums) -> Decimal| sum(rest.iter().map(|(_, sums)| of(sums)));
    let BeforeAndNow { before: rest_before, now: rest_now, change: rest_change, .. } =
        BeforeAndNow::new(of_rest(|sums| sums.before), of_rest(|sums| sums.now));
    let others = Others { count: rest.len(), before: rest_before, now: rest_now, change: rest_change };
    let has_usage = by.is_usage_type();
    let largest = groups.into_iter().map(|(key, sums)| mover(key, &sums, has_usage)).collect();
    Movers { by: by.name.clone(), start, end, before, now, change, explained, largest, others }
}

fn mover((name, charge_type, record_type): Key, sums: &Sums, has_usage: bool) -> Mover {
    let BeforeAndNow { before, now, change, change_percent } = BeforeAndNow::new(sums.before, sums.now);
    let is_usage = has_usage && charge_type == ChargeType::Usage;
    let usage = is_usage.then(|| sums.used.change(sums.before, sums.now));
    Mover { name, charge_type, record_type, before, now, change, change_percent, usage }
}

#[cfg(test)]
mod tests;
