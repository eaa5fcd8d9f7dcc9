//! Slow storage: reads or writes of a database take too long.

use collector::services::rds::instance::{self as rds, Database};

use crate::reading::{Need, Span, smallest};
use crate::reason::Reason;
use crate::remediation::Remedy;
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::A_DECISION;
use crate::rules::common::{RECOMMENDED_ALARMS, faster_storage, serves};
use crate::threshold::Threshold;

const READ_LATENCY: Need = Need { metric: &rds::READ_LATENCY, statistic: "p90", span: Span::Minutes };
const WRITE_LATENCY: Need = Need { metric: &rds::WRITE_LATENCY, statistic: "p90", span: Span::Minutes };

const LATENCY: Threshold = Threshold::new("latency", 20.0, "Milliseconds", (0.1, 60_000.0)).with_decimals(1, 0.1);
/// The number of consecutive minutes.
const PERIODS: usize = 5;

pub(super) const READ: Rule<Database> = Rule {
    name: "rds_read_latency",
    severity: Severity::High,
    category: Category::Performance,
    finding: "the p90 of the read latency is above {latency} ms in each of the newest 5 minutes",
    thresholds: &[LATENCY],
    source: RECOMMENDED_ALARMS,
    sieve: None,
    needs: &[READ_LATENCY],
    beside: &[],
    not_observed: &["queries"],
    remedy: Remedy::None(A_DECISION),
    applies: serves,
    judge: |case| judge(case, &READ_LATENCY),
};

pub(super) const WRITE: Rule<Database> = Rule {
    name: "rds_write_latency",
    finding: "the p90 of the write latency is above {latency} ms in each of the newest 5 minutes",
    sieve: None,
    needs: &[WRITE_LATENCY],
    judge: |case| judge(case, &WRITE_LATENCY),
    ..READ
};

fn judge(case: &Case<'_, Database>, need: &Need) -> Result<Option<Finding>, Reason> {
    let (reading, database) = (case.read(need)?, case.detail);
    let (lowest, threshold) = (smallest(reading.newest(PERIODS)?), case.threshold(&LATENCY) / 1_000.0);
    Ok((lowest > threshold).then(|| Finding {
        saves: Saving::Nothing,
        observed: reading.observed(lowest, threshold),
        recommendation: faster_storage(database),
    }))
}
