//! A file system that no client is connected to.
//!
//! EFS's user guide does not say whether `ClientConnections` has datapoints without clients, so a day without any is not
//! a day without clients: a file system is judged that has some on each of the days. The exception is one without mount
//! targets. No client can reach it, and if it is older than the days, missing datapoints mean that none did.

use collector::services::efs::{self, FileSystem};

use crate::reading::{Need, Span, largest};
use crate::reason::{Reason, ReasonKind};
use crate::remediation::StepKind::Delete;
use crate::remediation::{Plan, Remedy, Subject, Withheld, aws, forms};
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::shown;
use crate::threshold::Threshold;

const CONNECTIONS: Need = Need { metric: &efs::CLIENT_CONNECTIONS, statistic: "Sum", span: Span::Month };

const DAYS: Threshold = Threshold::new("days", 30.0, "Days", (1.0, 30.0));

pub(super) const RULE: Rule<FileSystem> = Rule {
    name: "efs_idle",
    severity: Severity::Low,
    category: Category::CostOptimizing,
    finding: "no client was connected on any of the last {days} days or today",
    thresholds: &[DAYS],
    source: "common practice: AWS Thrifty, unused EFS file systems",
    sieve: None,
    needs: &[CONNECTIONS],
    beside: &[],
    not_observed: &["reads by replication, backups and DataSync"],
    remedy: Remedy::Commands(remedy),
    applies,
    judge,
};

/// File systems that can be used, which excludes those that are being created or deleted.
fn applies(file_system: &FileSystem) -> Result<bool, Reason> {
    match file_system.state.as_deref() {
        Some("available" | "updating") => Ok(true),
        Some(state @ "error") => {
            Err(Reason::new(ReasonKind::NotRunning, format!("the file system's state is {state}")))
        }
        Some(_) => Ok(false),
        None => Err(Reason::unknown("EFS returned no state")),
    }
}

fn judge(case: &Case<'_, FileSystem>) -> Result<Option<Finding>, Reason> {
    let (file_system, days) = (case.detail, case.days(&DAYS));
    let reading = case.read(&CONNECTIONS)?.last(days);
    let is_older = file_system.created.is_some_and(|created| created < reading.window.start);
    let most = match reading.every_one_of(days) {
        Err(_) if file_system.mount_targets == Some(0) && is_older => largest(reading.values).max(0.0),
        values => largest(values?),
    };
    let size = file_system.size_bytes.map_or_else(String::new, |bytes| format!(" of {bytes} bytes"));
    Ok((most <= 0.0).then(|| Finding {
        saves: Saving::Whole,
        observed: reading.observed(most, 0.0),
        recommendation: format!(
            "Ask its owner whether its data{size} is still needed; if not, back it up and delete it. Otherwise let its \
             lifecycle policy move files to Infrequent Access or Archive."
        ),
    }))
}

fn remedy(subject: &Subject<'_, FileSystem>) -> Result<Plan, Withheld> {
    let id = subject.id(&forms::FILE_SYSTEM)?;
    let of = |operation| aws("efs", operation).option("file-system-id", &id);
    Ok(shown("Lists its mount targets, each of which must be deleted first.", of("describe-mount-targets"))
        .then(Delete, "Deletes the file system, which fails while it has mount targets.", of("delete-file-system"))
        .irreversible("The file system and all of its files are gone, unless they were backed up.")
        .note("Back it up first if its files may be needed: `aws backup start-backup-job`, with a vault and a role of yours.")
        .note("`aws efs delete-mount-target` deletes a mount target by its id."))
}
