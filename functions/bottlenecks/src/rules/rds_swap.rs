//! A database that swaps: it has less memory than it uses.

use collector::ResourceType;

use super::{COMMON_ALARMS, gib, serves};
use crate::rule::{Case, Finding, Need, Reason, Rule, Severity, Span, smallest};

const SWAP: Need = Need { metric: "swap_usage", statistic: "Average", span: Span::Minutes };

/// 256 MiB, in bytes.
const THRESHOLD: f64 = 268_435_456.0;
/// The minutes in a row.
const PERIODS: usize = 5;

pub(super) const RULE: Rule = Rule {
    name: "rds_swap",
    resource_type: ResourceType::Rds,
    severity: Severity::Medium,
    finding: "more than 256 MiB are swapped out in 5 of the newest 5 minutes",
    source: COMMON_ALARMS,
    needs: &[SWAP],
    applies: serves,
    judge,
};

fn judge(case: &Case<'_>) -> Result<Option<Finding>, Reason> {
    let reading = case.read(&SWAP)?;
    let lowest = smallest(reading.newest(PERIODS)?);
    Ok((lowest > THRESHOLD).then(|| Finding {
        observed: reading.observed(lowest, THRESHOLD),
        recommendation: format!(
            "{} are swapped out: change to a class with more memory, or lower what connections and buffers may take.",
            gib(lowest)
        ),
        not_observed: &["swap traffic"],
    }))
}
