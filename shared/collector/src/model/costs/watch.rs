//! What AWS itself watches in a bill: anomalies and budgets.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

/// A request for the anomalies that Cost Anomaly Detection found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AnomaliesQuestion {
    /// The first day, UTC.
    pub start: Date,
    /// The day after the last, UTC.
    pub end: Date,
}

/// The result of an [`AnomaliesQuestion`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetectedAnomalies {
    /// The anomalies, those with the greatest impact first.
    pub anomalies: Vec<Anomaly>,
    /// Whether a monitor watches any costs. Without one, nothing can be found.
    pub monitored: bool,
}

/// Costs that Cost Anomaly Detection did not expect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anomaly {
    /// AWS's id.
    pub id: String,
    /// The first day on which it was detected.
    pub start: Option<Date>,
    /// The last day on which it was detected.
    pub end: Option<Date>,
    /// The ARN of the monitor that found it.
    pub monitor: String,
    /// The value of the monitor's dimension, such as a service.
    pub dimension_value: Option<String>,
    /// What was spent beyond what was expected, in US dollars.
    pub impact: Option<Decimal>,
    /// The greatest amount of a day beyond what was expected, in US dollars.
    pub max_impact: Option<Decimal>,
    /// What was spent, in US dollars.
    pub actual: Option<Decimal>,
    /// What was expected, in US dollars.
    pub expected: Option<Decimal>,
    /// What caused it, as far as AWS knows.
    pub root_causes: Vec<RootCause>,
}

/// What caused an anomaly. AWS names only some of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RootCause {
    /// The service.
    pub service: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The account's id.
    pub account: Option<String>,
    /// The account's name.
    pub account_name: Option<String>,
    /// The usage type.
    pub usage_type: Option<String>,
    /// Its part of the impact, in US dollars.
    pub impact: Option<Decimal>,
}

/// The budgets of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budgets(pub Vec<Budget>);

/// A budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// The name, which is unique in the account.
    pub name: String,
    /// AWS's name of the type, such as `COST`.
    pub kind: String,
    /// After how long it starts anew, such as `MONTHLY`.
    pub period: String,
    /// Since when it holds.
    pub start: Option<Timestamp>,
    /// Until when it holds.
    pub end: Option<Timestamp>,
    /// The limit of a period; budgets of reservations may have none.
    pub limit: Option<Decimal>,
    /// What the current period has used so far.
    pub actual: Option<Decimal>,
    /// What AWS expects of the current period; young budgets have none.
    pub forecast: Option<Decimal>,
    /// The unit of all three, such as `USD`; `None` if they differ.
    pub unit: Option<String>,
}
