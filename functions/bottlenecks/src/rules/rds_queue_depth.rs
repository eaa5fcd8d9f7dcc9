//! Requests that queue for the storage, which receives more than it can handle.

use collector::services::rds::instance::{self as rds, Database};

use crate::reading::{Need, Span, smallest};
use crate::reason::Reason;
use crate::remediation::Remedy;
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::A_DECISION;
use crate::rules::common::{COMMON_ALARMS, faster_storage, serves};
use crate::threshold::Threshold;

const DEPTH: Need = Need { metric: &rds::QUEUE_DEPTH, statistic: "Average", span: Span::Minutes };

/// Outstanding requests.
const REQUESTS: Threshold = Threshold::new("requests", 64.0, "Count", (1.0, 100_000.0));
/// The number of consecutive minutes.
const PERIODS: usize = 5;

pub(super) const RULE: Rule<Database> = Rule {
    name: "rds_queue_depth",
    severity: Severity::High,
    category: Category::Performance,
    finding: "on average, more than {requests} requests wait for the storage in each of the newest 5 minutes",
    thresholds: &[REQUESTS],
    source: COMMON_ALARMS,
    sieve: None,
    needs: &[DEPTH],
    beside: &[],
    not_observed: &["queries"],
    remedy: Remedy::None(A_DECISION),
    applies: serves,
    judge,
};

fn judge(case: &Case<'_, Database>) -> Result<Option<Finding>, Reason> {
    let (reading, database) = (case.read(&DEPTH)?, case.detail);
    let (lowest, threshold) = (smallest(reading.newest(PERIODS)?), case.threshold(&REQUESTS));
    Ok((lowest > threshold).then(|| Finding {
        saves: Saving::Nothing,
        observed: reading.observed(lowest, threshold),
        recommendation: faster_storage(database),
    }))
}
