//! What Cost Explorer is asked for, and what it returns.

mod watch;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

pub use self::watch::{AnomaliesQuestion, Anomaly, Budget, Budgets, DetectedAnomalies, RootCause};
use crate::model::coverage::Gap;

/// How long costs are cached: while a part of them is still estimated, and once all of them are final. Accounts come and
/// go seldom, and are kept like final costs.
const KEPT_ESTIMATED: Duration = Duration::from_hours(1);
const KEPT_FINAL: Duration = Duration::from_hours(24);

/// The dimension of single resources.
pub const RESOURCE_ID: &str = "RESOURCE_ID";

/// The length of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Granularity {
    /// A day.
    Daily,
    /// A calendar month, or the requested part of it.
    Monthly,
    /// An hour; the account must have opted in.
    Hourly,
}

/// What costs are grouped by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Grouping {
    /// A dimension by AWS's name, such as `SERVICE`.
    Dimension(&'static str),
    /// A cost allocation tag's key.
    Tag(String),
    /// A cost category's name.
    CostCategory(String),
}

/// What costs are limited to. AWS's names of dimensions and values, which it compares with case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CostCondition {
    /// The dimension has one of these values.
    OneOf(&'static str, Vec<String>),
    /// The dimension has none of these values.
    NoneOf(&'static str, Vec<String>),
    /// The cost allocation tag has one of these values, or, if `untagged`, there is no such tag. Without values, there is
    /// none.
    Tag {
        /// The tag's key.
        key: String,
        /// The values.
        values: Vec<String>,
        /// Whether costs without the tag match.
        untagged: bool,
    },
    /// There is a cost allocation tag with this key.
    Tagged(String),
}

/// A request for past costs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CostQuestion {
    /// The first day, UTC.
    pub start: Date,
    /// The day after the last, UTC.
    pub end: Date,
    /// The length of a period.
    pub granularity: Granularity,
    /// AWS's name of the metric, such as `UnblendedCost`.
    pub metric: &'static str,
    /// Whether the quantity of usage of each group is requested too, at the same price.
    pub with_usage: bool,
    /// At most two groupings.
    pub group_by: Vec<Grouping>,
    /// What the costs are limited to; every condition must match.
    pub filter: Vec<CostCondition>,
}

impl CostQuestion {
    /// Returns whether the costs are those of single resources, which Cost Explorer has in an operation of their own.
    pub(crate) fn by_resource(&self) -> bool {
        self.group_by.contains(&Grouping::Dimension(RESOURCE_ID))
    }
}

/// A request for a forecast.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ForecastQuestion {
    /// Today, UTC.
    pub start: Date,
    /// The day after the last, UTC.
    pub end: Date,
    /// AWS's name of the metric, such as `UNBLENDED_COST`.
    pub metric: &'static str,
    /// What the forecast is limited to; every condition must match.
    pub filter: Vec<CostCondition>,
}

/// A request for the accounts that some costs belong to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LinkedAccountsQuestion {
    /// The first day, UTC.
    pub start: Date,
    /// The day after the last, UTC.
    pub end: Date,
    /// What the costs are limited to; every condition must match.
    pub filter: Vec<CostCondition>,
}

/// Everything that one response needs of Cost Explorer; each part is requested at the same time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostQuestions {
    /// The costs.
    pub costs: CostQuestion,
    /// The costs to compare with, if they are not a part of `costs`.
    pub compared: Option<CostQuestion>,
    /// The forecast, if there is to be one.
    pub forecast: Option<ForecastQuestion>,
    /// The accounts, if they are wanted and `costs` are not grouped by them.
    pub accounts: Option<LinkedAccountsQuestion>,
    /// The costs before and now whose groups are compared, if they are not a part of `costs` and `compared`.
    pub movers: Option<[CostQuestion; 2]>,
    /// What Cost Anomaly Detection found, if it is wanted.
    pub anomalies: Option<AnomaliesQuestion>,
    /// Whether the account's budgets are wanted.
    pub budgets: bool,
}

impl CostQuestions {
    /// Returns how many requests to Cost Explorer these are, with one for the monitors of anomalies. Each further page is
    /// one more, and one whose answer the function still has is none; neither is known before.
    #[must_use]
    pub fn requests(&self) -> u64 {
        let further = [
            self.compared.is_some(),
            self.forecast.is_some(),
            self.accounts.is_some(),
            self.movers.is_some(),
            self.movers.is_some(),
            self.anomalies.is_some(),
            self.anomalies.is_some(),
        ];
        further.into_iter().map(u64::from).fold(1, u64::saturating_add)
    }
}

/// What one period cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostPeriod {
    /// The first day or hour, in AWS's format.
    pub start: String,
    /// The first day or hour after the period.
    pub end: String,
    /// Whether AWS may still change the amounts.
    pub estimated: bool,
    /// Each group's keys, in the order of the groupings, and its amount; a single entry without keys if nothing is
    /// grouped.
    pub groups: Vec<(Vec<String>, Decimal)>,
    /// The currency, or the unit of usage; `None` if the groups differ in it or there are none.
    pub unit: Option<String>,
    /// How much was used of each group, where that was requested.
    pub usage: Vec<Usage>,
}

/// How much was used of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// The keys of the group.
    pub keys: Vec<String>,
    /// The quantity.
    pub quantity: Decimal,
    /// The unit, such as `Hrs`; `None` where Cost Explorer does not name one.
    pub unit: Option<String>,
}

impl CostPeriod {
    /// Returns the sum of the groups.
    #[must_use]
    pub fn total(&self) -> Decimal {
        self.groups.iter().fold(Decimal::ZERO, |sum, (_, amount)| sum.saturating_add(*amount))
    }

    pub(crate) fn push(&mut self, keys: Vec<String>, (amount, unit): (Decimal, String)) {
        let first = self.groups.is_empty();
        self.groups.push((keys, amount));
        self.unit = self.unit.take().filter(|known| *known == unit).or_else(|| first.then_some(unit));
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.unit = if self.unit == other.unit { self.unit.take() } else { None };
        self.estimated |= other.estimated;
        self.groups.extend(other.groups);
        self.usage.extend(other.usage);
    }
}

/// What a period is expected to cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast {
    /// The first day.
    pub start: Date,
    /// The day after the last.
    pub end: Date,
    /// The most likely cost.
    pub mean: Decimal,
    /// The lower end of the interval that contains the cost with a probability of `level` percent.
    pub lower: Decimal,
    /// The upper end of that interval.
    pub upper: Decimal,
    /// The probability in percent.
    pub level: i32,
    /// The currency.
    pub unit: String,
}

/// The result of a [`CostQuestion`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Costs {
    /// All periods, in chronological order.
    pub periods: Vec<CostPeriod>,
    /// The names of accounts by their ids, if the costs are grouped by account.
    pub account_names: BTreeMap<String, String>,
    /// When AWS was asked for them.
    pub as_of: Timestamp,
}

impl Costs {
    /// Returns the ids of the accounts in all groups, each as often as it occurs, if `question` groups by account.
    pub(crate) fn accounts(&self, question: &CostQuestion) -> impl Iterator<Item = &String> {
        let position = question.group_by.iter().position(|grouping| *grouping == Grouping::Dimension("LINKED_ACCOUNT"));
        let groups = self.periods.iter().flat_map(|period| &period.groups);
        groups.filter_map(move |(keys, _)| keys.get(position?))
    }
}

/// The forecast, or AWS's reason why there is none.
pub type ForecastAnswer = Result<Forecast, Gap>;

/// An account on a bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LinkedAccount {
    /// The id, 12 digits.
    pub id: String,
    /// The name; null if Cost Explorer has none.
    pub name: Option<String>,
}

/// The result of a [`LinkedAccountsQuestion`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedAccounts(pub Vec<LinkedAccount>);

/// The results of [`CostQuestions`]. Costs are complete, or missing with a gap in the coverage.
#[derive(Debug, Clone, Default)]
pub struct CostAnswers {
    /// The costs.
    pub costs: Option<Arc<Costs>>,
    /// The costs to compare with.
    pub compared: Option<Arc<Costs>>,
    /// The forecast, if it was requested.
    pub forecast: Option<ForecastAnswer>,
    /// The accounts; `None` with a gap if they could not be listed.
    pub accounts: Option<Arc<LinkedAccounts>>,
    /// The costs before and now whose groups are compared; `None` with a gap if one of them could not be read.
    pub movers: Option<[Arc<Costs>; 2]>,
    /// The anomalies; `None` with a gap if they could not be read.
    pub anomalies: Option<Arc<DetectedAnomalies>>,
    /// The budgets; `None` with a gap if they could not be listed.
    pub budgets: Option<Budgets>,
    /// Whether the account is known to pay for others: this process has seen costs of others on its bill.
    pub is_payer: bool,
}

/// A result that is cached for some time.
pub(crate) trait Lasting {
    /// Returns how long it may be used after it was requested.
    fn lasts(&self) -> Duration;
}

impl Lasting for Costs {
    fn lasts(&self) -> Duration {
        if self.periods.iter().any(|period| period.estimated) { KEPT_ESTIMATED } else { KEPT_FINAL }
    }
}

impl Lasting for LinkedAccounts {
    fn lasts(&self) -> Duration {
        KEPT_FINAL
    }
}

impl Lasting for DetectedAnomalies {
    fn lasts(&self) -> Duration {
        KEPT_ESTIMATED
    }
}

impl Lasting for Forecast {
    fn lasts(&self) -> Duration {
        KEPT_ESTIMATED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lasts(estimated: bool) -> Duration {
        let (start, end) = ("2026-11-01".into(), "2026-11-02".into());
        let period = CostPeriod { start, end, estimated, groups: vec![], unit: None, usage: vec![] };
        Costs { periods: vec![period], account_names: BTreeMap::new(), as_of: Timestamp::UNIX_EPOCH }.lasts()
    }

    #[test]
    fn costs_are_kept_for_an_hour_and_for_a_day_once_they_are_final() {
        assert_eq!((lasts(true), lasts(false)), (Duration::from_hours(1), Duration::from_hours(24)));
    }

    #[test]
    fn a_period_has_a_unit_only_if_all_groups_have_the_same() {
        let mut period = CostPeriod {
            start: "2026-11-01".into(),
            end: "2026-11-02".into(),
            estimated: false,
            groups: vec![],
            unit: None,
            usage: vec![],
        };
        period.push(vec!["a".into()], (Decimal::ONE, "USD".into()));
        period.push(vec!["b".into()], (Decimal::TWO, "USD".into()));
        assert_eq!((period.unit.as_deref(), period.total()), (Some("USD"), Decimal::from(3)));
        period.push(vec!["c".into()], (Decimal::ONE, "Hrs".into()));
        period.push(vec!["d".into()], (Decimal::ONE, "Hrs".into()));
        assert_eq!(period.unit, None);
    }
}
