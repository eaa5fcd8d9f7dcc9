//! A database that runs out of memory: it reads from disk what it could cache, and may swap.

use collector::services::rds::instance::{self as rds, Database};

use crate::reading::{Need, Span, largest};
use crate::reason::Reason;
use crate::remediation::Remedy;
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::A_DECISION;
use crate::rules::common::{RECOMMENDED_ALARMS, gib, is_aurora, serves};
use crate::sizes;
use crate::threshold::Threshold;

const FREEABLE: Need = Need { metric: &rds::FREEABLE_MEMORY, statistic: "Average", span: Span::Minutes };

/// The share of the class's memory that must be freeable. Aurora uses most of the memory for its buffers.
const FREE: Threshold = Threshold::percent("free", 25.0);
const FREE_OF_AURORA: Threshold = Threshold::percent("aurora_free", 5.0);
/// The number of consecutive minutes.
const PERIODS: usize = 5;

pub(super) const RULE: Rule<Database> = Rule {
    name: "rds_low_memory",
    severity: Severity::High,
    category: Category::Performance,
    finding: "the freeable memory is below {free} % of the class's memory ({aurora_free} % for Aurora) in each of the newest 5 minutes",
    thresholds: &[FREE, FREE_OF_AURORA],
    source: RECOMMENDED_ALARMS,
    sieve: None,
    needs: &[FREEABLE],
    beside: &[],
    not_observed: &["buffer cache hit ratio"],
    remedy: Remedy::None(A_DECISION),
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
    let least = case.threshold(if is_aurora(database) { &FREE_OF_AURORA } else { &FREE });
    let threshold = memory * (least / 100.0);
    Ok((freeable < threshold).then(|| Finding {
        saves: Saving::Nothing,
        observed: reading.observed(freeable, threshold),
        recommendation: format!(
            "Of the {} of {class}, {} are freeable: change to a class with more memory, or lower the limits of \
             connections and buffers.",
            gib(memory),
            gib(freeable)
        ),
    }))
}
