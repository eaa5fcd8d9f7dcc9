//! A database that swaps, because it has less memory than it needs.

use collector::services::rds::{self, Database};

use crate::rule::{Case, Finding, Need, Reason, Rule, Severity, Span, smallest};
use crate::rules::common::{COMMON_ALARMS, gib, serves};

const SWAP: Need = Need { metric: &rds::SWAP_USAGE, statistic: "Average", span: Span::Minutes };

/// 256 MiB, in bytes.
const THRESHOLD: f64 = 268_435_456.0;
/// The number of consecutive minutes.
const PERIODS: usize = 5;

pub(super) const RULE: Rule<Database> = Rule {
    name: "rds_swap",
    severity: Severity::Medium,
    finding: "on average, more than 256 MiB are swapped out in each of the newest 5 minutes",
    source: COMMON_ALARMS,
    needs: &[SWAP],
    not_observed: &["swap traffic"],
    applies: serves,
    judge,
};

fn judge(case: &Case<'_, Database>) -> Result<Option<Finding>, Reason> {
    let reading = case.read(&SWAP)?;
    let lowest = smallest(reading.newest(PERIODS)?);
    Ok((lowest > THRESHOLD).then(|| Finding {
        observed: reading.observed(lowest, THRESHOLD),
        recommendation: format!(
            "{} are swapped out: change to a class with more memory, or lower the limits of connections and buffers.",
            gib(lowest)
        ),
    }))
}
