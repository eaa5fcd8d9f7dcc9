//! A database that swaps, because it has less memory than it needs.

use collector::services::rds::instance::{self as rds, Database};

use crate::reading::{Need, Span, smallest};
use crate::reason::Reason;
use crate::remediation::Remedy;
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::A_DECISION;
use crate::rules::common::{COMMON_ALARMS, gib, serves};
use crate::sizes::MIB;
use crate::threshold::Threshold;

const SWAP: Need = Need { metric: &rds::SWAP_USAGE, statistic: "Average", span: Span::Minutes };

const SWAPPED: Threshold = Threshold::new("swap", 256.0, "Mebibytes", (1.0, 1_048_576.0));
/// The number of consecutive minutes.
const PERIODS: usize = 5;

pub(super) const RULE: Rule<Database> = Rule {
    name: "rds_swap",
    severity: Severity::Medium,
    category: Category::Performance,
    finding: "on average, more than {swap} MiB are swapped out in each of the newest 5 minutes",
    thresholds: &[SWAPPED],
    source: COMMON_ALARMS,
    sieve: None,
    needs: &[SWAP],
    beside: &[],
    not_observed: &["swap traffic"],
    remedy: Remedy::None(A_DECISION),
    applies: serves,
    judge,
};

fn judge(case: &Case<'_, Database>) -> Result<Option<Finding>, Reason> {
    let reading = case.read(&SWAP)?;
    let (lowest, threshold) = (smallest(reading.newest(PERIODS)?), case.threshold(&SWAPPED) * MIB);
    Ok((lowest > threshold).then(|| Finding {
        saves: Saving::Nothing,
        observed: reading.observed(lowest, threshold),
        recommendation: format!(
            "{} are swapped out: change to a class with more memory, or lower the limits of connections and buffers.",
            gib(lowest)
        ),
    }))
}
