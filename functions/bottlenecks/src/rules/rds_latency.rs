//! Slow storage: reads or writes of a database take long.

use collector::ResourceType;

use super::{RECOMMENDED_ALARMS, database, faster_storage, serves};
use crate::rule::{Case, Finding, Need, Reason, Rule, Severity, Span, smallest};

const READ_LATENCY: Need = Need { metric: "read_latency", statistic: "p90", span: Span::Minutes };
const WRITE_LATENCY: Need = Need { metric: "write_latency", statistic: "p90", span: Span::Minutes };

/// Seconds.
const THRESHOLD: f64 = 0.02;
/// The minutes in a row.
const PERIODS: usize = 5;

pub(super) const READ: Rule = Rule {
    name: "rds_read_latency",
    resource_type: ResourceType::Rds,
    severity: Severity::High,
    finding: "the p90 of the read latency is above 20 ms in 5 of the newest 5 minutes",
    source: RECOMMENDED_ALARMS,
    needs: &[READ_LATENCY],
    applies: serves,
    judge: |case| judge(case, &READ_LATENCY),
};

pub(super) const WRITE: Rule = Rule {
    name: "rds_write_latency",
    finding: "the p90 of the write latency is above 20 ms in 5 of the newest 5 minutes",
    needs: &[WRITE_LATENCY],
    judge: |case| judge(case, &WRITE_LATENCY),
    ..READ
};

fn judge(case: &Case<'_>, need: &Need) -> Result<Option<Finding>, Reason> {
    let (reading, database) = (case.read(need)?, database(case.resource)?);
    let lowest = smallest(reading.newest(PERIODS)?);
    Ok((lowest > THRESHOLD).then(|| Finding {
        observed: reading.observed(lowest, THRESHOLD),
        recommendation: faster_storage(database),
        not_observed: &["queries"],
    }))
}
