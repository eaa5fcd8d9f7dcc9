//! A table whose provisioned capacity nobody uses.
//!
//! AWS's developer guide ("Identify your unused resources in Amazon DynamoDB") looks at the sums of both consumed
//! capacities over 30 days: a table without any above 0 is unused. DynamoDB sends metrics "when you interact with" it
//! ("DynamoDB metrics and dimensions"), and its auto scaling therefore does not lower the capacity of a table whose
//! consumption becomes zero. So a day without datapoints is a day without consumption, but only of a table that is older
//! than the days. A new one is not judged.
//!
//! The metrics are those of the table alone. One with global secondary indexes may be read through these.

use collector::services::dynamodb::{self, Table};

use crate::reading::{Need, Reading, Span};
use crate::reason::{Reason, ReasonKind};
use crate::remediation::StepKind::{Backup, Change, Delete};
use crate::remediation::{Plan, Remedy, Subject, Withheld, aws, forms};
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::{ALTERNATIVES, shown};
use crate::rules::dynamodb_throttled;
use crate::threshold::Threshold;

const READS: Need = Need { metric: &dynamodb::CONSUMED_READ_CAPACITY, statistic: "Sum", span: Span::Month };
const WRITES: Need = Need { metric: &dynamodb::CONSUMED_WRITE_CAPACITY, statistic: "Sum", span: Span::Month };

const DAYS: Threshold = Threshold::new("days", 30.0, "Days", (1.0, 30.0));

pub(super) const RULE: Rule<Table> = Rule {
    name: "dynamodb_unused",
    severity: Severity::Low,
    category: Category::CostOptimizing,
    finding: "the table has provisioned capacity, and nothing was read or written on any of the last {days} days or today",
    thresholds: &[DAYS],
    source: "DynamoDB developer guide, identify your unused resources",
    sieve: None,
    needs: &[READS, WRITES],
    beside: &[],
    not_observed: &["global secondary indexes"],
    remedy: Remedy::Commands(remedy),
    applies,
    judge,
};

/// Applies to tables with provisioned capacity: one on demand costs nothing without requests, apart from its storage.
fn applies(table: &Table) -> Result<bool, Reason> {
    Ok((dynamodb_throttled::RULE.applies)(table)? && table.billing_mode.as_deref() == Some("PROVISIONED"))
}

fn judge(case: &Case<'_, Table>) -> Result<Option<Finding>, Reason> {
    let (table, days) = (case.detail, case.days(&DAYS));
    let (reads, writes) = (case.read(&READS)?.last(days), case.read(&WRITES)?.last(days));
    let is_silent = |reading: &Reading<'_>| reading.values.iter().all(|(_, consumed)| *consumed <= 0.0);
    if !is_silent(&reads) || !is_silent(&writes) {
        return Ok(None);
    }
    if reads.every_one_of(days).and_then(|_| writes.every_one_of(days)).is_err() {
        exists_since(case, &reads, days)?;
    }
    match table.global_indexes.as_deref() {
        Some([]) => {}
        Some(indexes) => {
            let detail = format!("it may be read through its global secondary indexes: {}", indexes.join(", "));
            return Err(Reason::unknown(detail));
        }
        None => return Err(Reason::unknown("DynamoDB does not report its global secondary indexes")),
    }
    let provisioned = |units: Option<i64>| units.unwrap_or_default();
    Ok(Some(Finding {
        saves: Saving::AtMost("a backup that is taken first is billed as long as it is kept"),
        observed: reads.observed(0.0, 0.0),
        recommendation: format!(
            "Ask its owner whether it is still needed; if not, back it up and delete it, or change it to on-demand: its {} \
             read and {} write capacity units a second are billed every hour.",
            provisioned(table.read_capacity_units),
            provisioned(table.write_capacity_units)
        ),
    }))
}

/// Returns an error if the table did not exist on all of the days of a reading.
fn exists_since(case: &Case<'_, Table>, reading: &Reading<'_>, days: u32) -> Result<(), Reason> {
    match case.detail.created {
        None => Err(Reason::unknown("DynamoDB does not report when it was created")),
        Some(created) if created < reading.window.start => Ok(()),
        Some(created) => {
            let detail = format!("it was created at {created}, within the last {days} days");
            Err(Reason::new(ReasonKind::InsufficientData, detail))
        }
    }
}

fn remedy(subject: &Subject<'_, Table>) -> Result<Plan, Withheld> {
    let id = subject.id(&forms::TABLE)?;
    let of = |operation| aws("dynamodb", operation).option("table-name", &id);
    let on_demand = of("update-table").option("billing-mode", "PAY_PER_REQUEST");
    let mut plan = shown("Shows the table.", of("describe-table"))
        .then(
            Change,
            "Changes the table to on-demand, so that only its storage and its requests are billed.",
            on_demand,
        )
        .then(Backup, "Creates a backup of the table.", of("create-backup").option("backup-name", "stratoscope-last"));
    if subject.detail.deletion_protection == Some(true) {
        let allow = of("update-table").flag("no-deletion-protection-enabled");
        plan = plan.then(Change, "Allows the deletion, from which the table is protected.", allow);
    }
    Ok(plan
        .then(Delete, "Deletes the table, once the backup is available.", of("delete-table"))
        .irreversible(
            "The table is gone, and so are its tags, policies, time to live and auto scaling, which a backup does not contain; \
             its items can be restored for as long as the backup is kept.",
        )
        .note(ALTERNATIVES)
        .note("The backup is billed until it is deleted."))
}
