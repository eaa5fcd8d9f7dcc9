//! A snapshot of a volume that is gone, which no image uses. EC2 does not say of which volume a copy is, so a copy is not
//! judged unless an image uses it. A young one is left out: whoever deletes a volume creates a snapshot first, as the
//! commands of this project's findings do.

use collector::ResourceType;
use collector::services::ec2::image::Image;
use collector::services::ec2::snapshot::Snapshot;
use collector::services::ec2::volume::Volume;

use crate::reason::Reason;
use crate::remediation::Remedy;
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::delete_snapshot;
use crate::rules::common::{days_since, listed, snapshot_is_complete};
use crate::threshold::Threshold;

/// How old it must be.
const DAYS: Threshold = Threshold::new("days", 30.0, "Days", (0.0, 3_650.0));

pub(super) const RULE: Rule<Snapshot> = Rule {
    name: "ebs_snapshot_orphaned",
    severity: Severity::Low,
    category: Category::CostOptimizing,
    finding: "the volume of the snapshot is gone, no image of the account uses the snapshot, and it is more than {days} days old",
    thresholds: &[DAYS],
    source: "common practice",
    sieve: None,
    needs: &[],
    beside: &[ResourceType::Ebs, ResourceType::Ami],
    not_observed: &["whether it is the last copy of data that must be kept"],
    remedy: Remedy::Commands(delete_snapshot),
    applies: snapshot_is_complete,
    judge,
};

fn judge(case: &Case<'_, Snapshot>) -> Result<Option<Finding>, Reason> {
    let volume = case.detail.volume_id.as_deref();
    // Most snapshots have their volume, which is faster to find than an image.
    if let Some(volume) = volume
        && case.other::<Volume>(volume)?.is_some()
    {
        return Ok(None);
    }
    if case.others::<Image>()?.any(|(_, image)| image.snapshot_ids.iter().any(|id| id == case.id)) {
        return Ok(None);
    }
    let started = case.detail.started.ok_or_else(|| Reason::unknown("EC2 does not report when it was started"))?;
    if days_since(case, started) <= case.threshold(&DAYS) {
        return Ok(None);
    }
    let volume = volume.ok_or_else(|| Reason::unknown("EC2 does not report the volume of a copied snapshot"))?;
    Ok(Some(Finding {
        saves: Saving::Whole,
        observed: listed("volumes", 0.0, 1.0, "Count"),
        recommendation: format!(
            "Delete it, unless it is the last copy of what was on {volume}; what must be kept costs a quarter in the archive \
             tier."
        ),
    }))
}
