//! A manual snapshot that outlived its database, and that nothing deletes.
//!
//! Automated snapshots expire by themselves, and those of AWS Backup by its plans. A copy from another region or account is
//! not judged: its database may be there. A database that was created anew under the same name counts as the old one.

use collector::ResourceType;
use collector::services::rds::cluster::DbCluster;
use collector::services::rds::instance::Database;
use collector::services::rds::snapshot::{DbSnapshot, Source};

use crate::reading::Observed;
use crate::reason::Reason;
use crate::remediation::StepKind::Delete;
use crate::remediation::{Plan, Remedy, Subject, Withheld, aws, forms};
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::shown;
use crate::rules::common::days_since;
use crate::threshold::Threshold;

/// How old it must be.
const DAYS: Threshold = Threshold::new("days", 30.0, "Days", (0.0, 3_650.0));

pub(super) const RULE: Rule<DbSnapshot> = Rule {
    name: "rds_snapshot_orphaned",
    severity: Severity::Low,
    category: Category::CostOptimizing,
    finding: "the manual snapshot is more than {days} days old, and its database or cluster does not exist",
    thresholds: &[DAYS],
    source: "common practice: AWS Thrifty, old RDS snapshots",
    sieve: None,
    needs: &[],
    beside: &[ResourceType::Rds, ResourceType::RdsCluster],
    not_observed: &["whether it must be kept"],
    remedy: Remedy::Commands(remedy),
    applies,
    judge,
};

/// Manual snapshots that are complete.
fn applies(snapshot: &DbSnapshot) -> Result<bool, Reason> {
    match (snapshot.snapshot_type.as_deref(), snapshot.status.as_deref()) {
        (Some("manual"), Some("available")) => Ok(true),
        (None, _) => Err(Reason::unknown("RDS returned no type of snapshot")),
        (Some("manual"), None) => Err(Reason::unknown("RDS returned no status")),
        _ => Ok(false),
    }
}

fn judge(case: &Case<'_, DbSnapshot>) -> Result<Option<Finding>, Reason> {
    let snapshot = case.detail;
    let created = snapshot.created.ok_or_else(|| Reason::unknown("RDS does not report when it was created"))?;
    let age = days_since(case, created);
    let threshold = case.threshold(&DAYS);
    if age <= threshold {
        return Ok(None);
    }
    if let Some(original) = snapshot.copied_from.as_deref() {
        return Err(Reason::unknown(format!("it is a copy of {original}, whose database may exist there")));
    }
    let source = snapshot.source_id.as_deref().ok_or_else(|| Reason::unknown("RDS does not report what it is of"))?;
    let (exists, what) = match snapshot.of {
        Source::Instance => (case.other::<Database>(source)?.is_some(), "database"),
        Source::Cluster => (case.other::<DbCluster>(source)?.is_some(), "cluster"),
    };
    Ok((!exists).then(|| Finding {
        saves: Saving::Whole,
        observed: Observed {
            metric: "age",
            statistic: None,
            value: age,
            threshold,
            unit: "Days",
            over: None,
        },
        recommendation: format!(
            "Ask whether it must be kept, export it to S3 if so, and delete it: it is of {source}, a {what} that does not \
             exist any more, and is billed until it is deleted."
        ),
    }))
}

fn remedy(subject: &Subject<'_, DbSnapshot>) -> Result<Plan, Withheld> {
    let id = &subject.resource.id;
    let (show, delete) = match subject.detail.of {
        Source::Instance => {
            let id = forms::DB_SNAPSHOT.check(id)?;
            let of = |operation| aws("rds", operation).option("db-snapshot-identifier", &id);
            (of("describe-db-snapshots"), of("delete-db-snapshot"))
        }
        Source::Cluster => {
            // What tells it from a snapshot of an instance with the same name.
            let id = forms::DB_SNAPSHOT.check(id.strip_prefix("cluster-snapshot:").unwrap_or(id))?;
            let of = |operation| aws("rds", operation).option("db-cluster-snapshot-identifier", &id);
            (of("describe-db-cluster-snapshots"), of("delete-db-cluster-snapshot"))
        }
    };
    Ok(shown("Shows the snapshot and its tags.", show)
        .then(Delete, "Deletes the snapshot.", delete)
        .irreversible("The snapshot is gone. It may be the last copy of its data.")
        .note("If its data must be kept, `aws rds start-export-task` writes it into a bucket of S3, which costs less."))
}
