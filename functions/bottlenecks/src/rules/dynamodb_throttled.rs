//! A table whose reads or writes DynamoDB throttles: they exceed its capacity.
//!
//! DynamoDB writes datapoints of throttled requests only if there are some. A table with datapoints of reads or writes but
//! none of throttles was therefore not throttled; a table without any datapoints is not judged.

use collector::services::dynamodb::{self, Table};

use crate::reading::{Need, Reading, Span};
use crate::reason::{Reason, ReasonKind};
use crate::remediation::Remedy;
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::A_DECISION;
use crate::threshold::Threshold;

const READS: Need = Need { metric: &dynamodb::CONSUMED_READ_CAPACITY, statistic: "Sum", span: Span::Requested };
const WRITES: Need = Need { metric: &dynamodb::CONSUMED_WRITE_CAPACITY, statistic: "Sum", span: Span::Requested };
const READ_THROTTLES: Need = Need { metric: &dynamodb::READ_THROTTLES, statistic: "Sum", span: Span::Requested };
const WRITE_THROTTLES: Need = Need { metric: &dynamodb::WRITE_THROTTLES, statistic: "Sum", span: Span::Requested };

/// The number of throttled reads, or of throttled writes.
const THROTTLES: Threshold = Threshold::new("throttles", 0.0, "Count", (0.0, 1_000_000.0));

pub(super) const RULE: Rule<Table> = Rule {
    name: "dynamodb_throttled",
    severity: Severity::High,
    category: Category::Performance,
    finding: "more than {throttles} reads, or more than {throttles} writes, of the table were throttled in the requested hours",
    thresholds: &[THROTTLES],
    source: "a default of this project: each throttle is a rejected read or write",
    sieve: None,
    needs: &[READS, WRITES, READ_THROTTLES, WRITE_THROTTLES],
    beside: &[],
    not_observed: &["global secondary indexes", "hot keys"],
    remedy: Remedy::None(A_DECISION),
    applies,
    judge,
};

/// Applies to tables that can be read and written, and not to a table that is being deleted.
fn applies(table: &Table) -> Result<bool, Reason> {
    match table.status.as_deref() {
        Some("DELETING") => Ok(false),
        Some(status @ ("ARCHIVED" | "ARCHIVING" | "CREATING" | "INACCESSIBLE_ENCRYPTION_CREDENTIALS")) => {
            Err(Reason::new(ReasonKind::NotRunning, format!("the table is {status}")))
        }
        Some(_) => Ok(true),
        None => Err(Reason::unknown("DynamoDB gives no status")),
    }
}

fn judge(case: &Case<'_, Table>) -> Result<Option<Finding>, Reason> {
    let (read_throttles, write_throttles) = (case.read(&READ_THROTTLES)?, case.read(&WRITE_THROTTLES)?);
    if read_throttles.values.is_empty() && write_throttles.values.is_empty() {
        let (reads, writes) = (case.read(&READS)?, case.read(&WRITES)?);
        reads.at_least(1).or_else(|_| writes.at_least(1))?;
        return Ok(None);
    }
    let (refused_reads, refused_writes) = (sum(&read_throttles), sum(&write_throttles));
    let (worse, refused) = if refused_writes > refused_reads {
        (write_throttles, refused_writes)
    } else {
        (read_throttles, refused_reads)
    };
    let threshold = case.threshold(&THROTTLES);
    Ok((refused > threshold).then(|| Finding {
        saves: Saving::Nothing,
        observed: worse.observed(refused, threshold),
        recommendation: format!(
            "{refused_reads:.0} reads and {refused_writes:.0} writes were throttled: {}. If the capacity is sufficient, a \
             few keys receive most of the requests.",
            more_capacity(case.detail)
        ),
    }))
}

fn sum(reading: &Reading<'_>) -> f64 {
    reading.values.iter().map(|(_, count)| count).sum()
}

/// Returns what to compare, and what to raise.
fn more_capacity(table: &Table) -> String {
    match (table.read_capacity_units, table.write_capacity_units) {
        (Some(reads), Some(writes)) => format!(
            "compare consumed_read_capacity and consumed_write_capacity in /metrics with its {reads} read and {writes} \
             write capacity units a second, and raise them, let auto scaling do so, or change it to on-demand"
        ),
        _ => {
            "compare consumed_read_capacity and consumed_write_capacity in /metrics with the maximum throughput of the \
              table and the account's quotas for tables, and raise whichever is reached"
                .to_owned()
        }
    }
}
