//! What AWS itself watches: anomalies, and budgets.

use collector::costs;
use collector::costs::DetectedAnomalies;
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

use super::amount::{Amount, sum};

/// What Cost Anomaly Detection found.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CostAnomalies")]
pub(crate) struct Anomalies {
    /// Whether a monitor watches any costs. Without one, AWS detects nothing, so no anomaly means nothing.
    monitored: bool,
    /// The sum of the known impacts, in US dollars.
    impact: Amount,
    /// The anomalies whose last day is one of the requested days, those with the greatest impact first.
    pub(crate) found: Vec<Anomaly>,
}

/// Costs that AWS did not expect.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CostAnomaly")]
pub(crate) struct Anomaly {
    /// AWS's id.
    pub(crate) id: String,
    /// The first day on which it was detected.
    pub(crate) start: Option<Date>,
    /// The last day on which it was detected.
    pub(crate) end: Option<Date>,
    /// What was spent beyond what was expected, in US dollars; null if AWS does not say.
    pub(crate) impact: Option<Amount>,
    /// The greatest amount beyond what was expected at any time, in US dollars.
    max_impact: Option<Amount>,
    /// What was spent, in US dollars; null if AWS does not say.
    pub(crate) actual: Option<Amount>,
    /// What was expected, in US dollars; null if AWS does not say.
    pub(crate) expected: Option<Amount>,
    /// What the monitor watches that had it, such as a service; null for monitors of everything.
    pub(crate) dimension_value: Option<String>,
    /// The ARN of the monitor.
    monitor: String,
    /// What caused it, as far as AWS knows.
    pub(crate) root_causes: Vec<RootCause>,
}

/// What caused an anomaly; null for what AWS does not name.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CostAnomalyCause")]
pub(crate) struct RootCause {
    /// The service.
    pub(crate) service: Option<String>,
    /// The region.
    pub(crate) region: Option<String>,
    /// The account's id.
    pub(crate) account: Option<String>,
    /// The account's name.
    account_name: Option<String>,
    /// The usage type.
    pub(crate) usage_type: Option<String>,
    /// Its part of the impact, in US dollars.
    impact: Option<Amount>,
}

impl Anomalies {
    pub(super) fn of(detected: &DetectedAnomalies) -> Self {
        Self {
            monitored: detected.monitored,
            impact: Amount(sum(detected.anomalies.iter().filter_map(|anomaly| anomaly.impact))),
            found: detected.anomalies.iter().map(Anomaly::of).collect(),
        }
    }
}

impl Anomaly {
    fn of(anomaly: &costs::Anomaly) -> Self {
        Self {
            id: anomaly.id.clone(),
            start: anomaly.start,
            end: anomaly.end,
            impact: anomaly.impact.map(Amount),
            max_impact: anomaly.max_impact.map(Amount),
            actual: anomaly.actual.map(Amount),
            expected: anomaly.expected.map(Amount),
            dimension_value: anomaly.dimension_value.clone(),
            monitor: anomaly.monitor.clone(),
            root_causes: anomaly.root_causes.iter().map(RootCause::of).collect(),
        }
    }
}

impl RootCause {
    fn of(cause: &costs::RootCause) -> Self {
        Self {
            service: cause.service.clone(),
            region: cause.region.clone(),
            account: cause.account.clone(),
            account_name: cause.account_name.clone(),
            usage_type: cause.usage_type.clone(),
            impact: cause.impact.map(Amount),
        }
    }
}

/// A budget of the account.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Budget {
    /// The name, which is unique in the account.
    pub(crate) name: String,
    /// AWS's type: `COST`, `USAGE`, or one of reservations and savings plans such as `RI_UTILIZATION`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// After how long it starts anew: `DAILY`, `MONTHLY`, `QUARTERLY`, `ANNUALLY` or `CUSTOM`.
    pub(crate) period: String,
    /// Since when it holds.
    start: Option<Timestamp>,
    /// Until when it holds; AWS has a day in 2087 for one without an end.
    end: Option<Timestamp>,
    /// The limit of a period; null for one without.
    pub(crate) limit: Option<Amount>,
    /// What the current period has used so far; null if AWS does not say.
    pub(crate) actual: Option<Amount>,
    /// What AWS expects of the current period; null if it does not say, such as of a young budget.
    pub(crate) forecast: Option<Amount>,
    /// What the current period has used so far in percent of the limit; null without either.
    pub(crate) used_percent: Option<Amount>,
    /// The unit of the amounts, such as `USD`; null if they have different ones.
    pub(crate) unit: Option<String>,
}

impl Budget {
    pub(super) fn of(budget: &costs::Budget) -> Self {
        let used = budget.actual.zip(budget.limit).and_then(|(actual, limit)| actual.checked_div(limit));
        let used = used.and_then(|share| share.checked_mul(Decimal::ONE_HUNDRED)).filter(|_| budget.unit.is_some());
        Self {
            name: budget.name.clone(),
            kind: budget.kind.clone(),
            period: budget.period.clone(),
            start: budget.start,
            end: budget.end,
            limit: budget.limit.map(Amount),
            actual: budget.actual.map(Amount),
            forecast: budget.forecast.map(Amount),
            used_percent: used.map(|percent| Amount(percent.round_dp(2))),
            unit: budget.unit.clone(),
        }
    }
}
