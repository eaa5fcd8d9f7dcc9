//! A database that runs out of memory: it reads from disk what it could cache, and may swap.

use collector::services::rds::{self, Database};

use crate::rule::{Case, Finding, Need, Reason, Rule, Severity, Span, largest};
use crate::rules::common::{RECOMMENDED_ALARMS, gib, is_aurora, serves};
use crate::sizes;

const FREEABLE: Need = Need { metric: &rds::FREEABLE_MEMORY, statistic: "Average", span: Span::Minutes };

/// The share of the class's memory that must be freeable. Aurora uses most of the memory for its buffers.
const LEAST_SHARE: f64 = 0.25;
const LEAST_SHARE_OF_AURORA: f64 = 0.05;
/// The number of consecutive minutes.
const PERIODS: usize = 5;

pub(super) const RULE: Rule<Database> = Rule {
    name: "rds_low_memory",
    severity: Severity::High,
    finding: "the freeable memory is below 25 % of the class's memory (5 % for Aurora) in each of the newest 5 minutes",
    source: RECOMMENDED_ALARMS,
    needs: &[FREEABLE],
    not_observed: &["buffer cache hit ratio"],
    applies: serves,
    judge,
};

fn judge(case: &Case<'_, Database>) -> Result<Option<Finding>, Reason> {
    let reading = case.read(&FREEABLE)?;
    let database = case.detail;
    let class = database.class.as_deref().unwrap_or("none");
    let memory = sizes::class_memory(class);
    let memory = memory.ok_or_else(|| Reason::unknown(format!("the memory of the class {class} is unknown")))?;
    let freeable = largest(reading.newest(PERIODS)?);
    let threshold = memory * if is_aurora(database) { LEAST_SHARE_OF_AURORA } else { LEAST_SHARE };
    Ok((freeable < threshold).then(|| Finding {
        observed: reading.observed(freeable, threshold),
        recommendation: format!(
            "Of the {} of {class}, {} are freeable: change to a class with more memory, or lower the limits of \
             connections and buffers.",
            gib(memory),
            gib(freeable)
        ),
    }))
}
