//! A snapshot that was made long ago. One in the archive tier is kept on purpose, at a quarter of the price.

use collector::services::ec2::snapshot::Snapshot;

use crate::reason::Reason;
use crate::remediation::Remedy;
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::delete_snapshot;
use crate::rules::common::{days_since, listed, snapshot_is_complete};
use crate::threshold::Threshold;

const DAYS: Threshold = Threshold::new("days", 90.0, "Days", (1.0, 3_650.0));

pub(super) const RULE: Rule<Snapshot> = Rule {
    name: "ebs_snapshot_old",
    severity: Severity::Low,
    category: Category::CostOptimizing,
    finding: "the snapshot is more than {days} days old, and not in the archive tier",
    thresholds: &[DAYS],
    source: "common practice",
    sieve: None,
    needs: &[],
    beside: &[],
    not_observed: &["how long it must be kept", "whether an image uses it"],
    remedy: Remedy::Commands(delete_snapshot),
    applies: |snapshot| Ok(snapshot_is_complete(snapshot)? && snapshot.storage_tier.as_deref() != Some("archive")),
    judge,
};

fn judge(case: &Case<'_, Snapshot>) -> Result<Option<Finding>, Reason> {
    let started = case.detail.started.ok_or_else(|| Reason::unknown("EC2 does not report when it was started"))?;
    let (age, threshold) = (days_since(case, started), case.threshold(&DAYS));
    Ok((age > threshold).then(|| Finding {
        saves: Saving::Whole,
        observed: listed("days_old", age, threshold, "Days"),
        recommendation: format!(
            "It is of {started}. Delete it if its data is not needed any more, or move it to the archive tier if it must be \
             kept; a lifecycle policy of Amazon Data Lifecycle Manager deletes the next ones in time."
        ),
    }))
}
