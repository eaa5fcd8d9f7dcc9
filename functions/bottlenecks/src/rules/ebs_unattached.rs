//! A volume that is not in use.

use collector::services::ec2::volume::Volume;

use crate::reason::Reason;
use crate::remediation::Remedy;
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::replace_by_snapshot;
use crate::rules::common::{SNAPSHOT_FIRST, listed};

pub(super) const RULE: Rule<Volume> = Rule {
    name: "ebs_unattached",
    severity: Severity::Low,
    category: Category::CostOptimizing,
    finding: "the volume is not attached to any instance",
    thresholds: &[],
    source: "AWS Trusted Advisor, underutilized EBS volumes",
    sieve: None,
    needs: &[],
    beside: &[],
    not_observed: &["when it was last attached"],
    remedy: Remedy::Commands(replace_by_snapshot),
    applies,
    judge,
};

/// Volumes that can be used, which excludes those that are being created or deleted.
fn applies(volume: &Volume) -> Result<bool, Reason> {
    match volume.state.as_deref() {
        Some(state) => Ok(matches!(state, "available" | "in-use")),
        None => Err(Reason::unknown("EC2 returned no state")),
    }
}

fn judge(case: &Case<'_, Volume>) -> Result<Option<Finding>, Reason> {
    let volume = case.detail;
    if volume.state.as_deref() != Some("available") {
        return Ok(None);
    }
    let size = volume.size_gb.map_or_else(String::new, |size| format!("{size} GiB of "));
    let kind = volume.volume_type.as_deref().unwrap_or("storage");
    Ok(Some(Finding {
        saves: Saving::AtMost(SNAPSHOT_FIRST),
        observed: listed("attachments", 0.0, 1.0, "Count"),
        recommendation: format!(
            "Create a snapshot and delete the volume: its {size}{kind} are billed, attached or not."
        ),
    }))
}
