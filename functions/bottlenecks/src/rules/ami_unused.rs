//! An image that nothing uses, whose snapshots are still billed. An image that was launched lately is in use, even if its
//! instances are gone.

use collector::services::ec2::image::Image;

use crate::reason::Reason;
use crate::remediation::StepKind::{Check, Delete};
use crate::remediation::{Plan, Remedy, Subject, Withheld, aws, forms};
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::common::{days_since, listed};
use crate::threshold::Threshold;

const DAYS: Threshold = Threshold::new("days", 90.0, "Days", (1.0, 3_650.0));

pub(super) const RULE: Rule<Image> = Rule {
    name: "ami_unused",
    severity: Severity::Low,
    category: Category::CostOptimizing,
    finding: "no instance, launch template or launch configuration uses the image, and it was created and last launched more than {days} days ago",
    thresholds: &[DAYS],
    source: "common practice",
    sieve: None,
    needs: &[],
    beside: &[],
    not_observed: &[
        "versions of launch templates other than the default and the latest",
        "what other accounts use that it is shared with",
    ],
    remedy: Remedy::Commands(remedy),
    applies,
    judge,
};

/// Applies to images that could be launched, including those that are disabled.
fn applies(image: &Image) -> Result<bool, Reason> {
    match image.state.as_deref() {
        Some(state) => Ok(matches!(state, "available" | "disabled")),
        None => Err(Reason::unknown("EC2 returned no state")),
    }
}

fn judge(case: &Case<'_, Image>) -> Result<Option<Finding>, Reason> {
    let image = case.detail;
    let created = image.created.ok_or_else(|| Reason::unknown("EC2 does not report when it was created"))?;
    let since = image.last_launched.map_or(created, |launched| launched.max(created));
    let (unused, threshold) = (days_since(case, since), case.threshold(&DAYS));
    if unused <= threshold {
        return Ok(None);
    }
    let unknown = "who uses it is unknown: a list failed, which a gap names, or a launch template names its image by a \
                   parameter of Systems Manager";
    if !image.used_by.as_ref().ok_or_else(|| Reason::unknown(unknown))?.is_empty() {
        return Ok(None);
    }
    let snapshots = match &image.snapshot_ids[..] {
        [] => String::new(),
        some => format!(", then delete its snapshots ({})", some.join(", ")),
    };
    Ok(Some(Finding {
        saves: Saving::Whole,
        observed: listed("days_unused", unused, threshold, "Days"),
        recommendation: format!("Deregister it{snapshots}, unless it is shared: its snapshots are billed."),
    }))
}

fn remedy(subject: &Subject<'_, Image>) -> Result<Plan, Withheld> {
    let id = subject.id(&forms::IMAGE)?;
    let shared = aws("ec2", "describe-image-attribute").option("image-id", &id).option("attribute", "launchPermission");
    let deregister = aws("ec2", "deregister-image").option("image-id", &id);
    let mut plan = Plan::default()
        .then(Check, "Shows with which accounts the image is shared; they can't launch it any more then.", shared)
        .tried(Delete, "Deregisters the image.", deregister);
    for snapshot in &subject.detail.snapshot_ids {
        let delete = aws("ec2", "delete-snapshot").option("snapshot-id", forms::SNAPSHOT.check(snapshot)?);
        plan = plan.then(Delete, "Deletes a snapshot of the image, which fails while another image uses it.", delete);
    }
    Ok(plan.irreversible(
        "No instance can be started from the image any more, and its snapshots are gone, unless a retention rule of the \
         Recycle Bin holds them.",
    ))
}
