//! Requests that queue for the storage: it gets more than it can do.

use collector::ResourceType;

use super::{COMMON_ALARMS, database, faster_storage, serves};
use crate::rule::{Case, Finding, Need, Reason, Rule, Severity, Span, smallest};

const DEPTH: Need = Need { metric: "queue_depth", statistic: "Average", span: Span::Minutes };

/// Outstanding requests.
const THRESHOLD: f64 = 64.0;
/// The minutes in a row.
const PERIODS: usize = 5;

pub(super) const RULE: Rule = Rule {
    name: "rds_queue_depth",
    resource_type: ResourceType::Rds,
    severity: Severity::High,
    finding: "on average more than 64 requests wait for the storage in 5 of the newest 5 minutes",
    source: COMMON_ALARMS,
    needs: &[DEPTH],
    applies: serves,
    judge,
};

fn judge(case: &Case<'_>) -> Result<Option<Finding>, Reason> {
    let (reading, database) = (case.read(&DEPTH)?, database(case.resource)?);
    let lowest = smallest(reading.newest(PERIODS)?);
    Ok((lowest > THRESHOLD).then(|| Finding {
        observed: reading.observed(lowest, THRESHOLD),
        recommendation: faster_storage(database),
        not_observed: &["queries"],
    }))
}
