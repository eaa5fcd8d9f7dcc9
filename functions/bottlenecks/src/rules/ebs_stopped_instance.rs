//! A volume of instances that have been stopped for long. It is billed as if they ran.

use collector::ResourceType;
use collector::services::ec2::instance::Instance;
use collector::services::ec2::volume::Volume;
use jiff::Timestamp;

use crate::reason::Reason;
use crate::remediation::Remedy;
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::detach_and_replace_by_snapshot;
use crate::rules::common::{SNAPSHOT_FIRST, days_since, listed, stopped_since};
use crate::threshold::Threshold;

const DAYS: Threshold = Threshold::new("days", 30.0, "Days", (1.0, 3_650.0));

pub(super) const RULE: Rule<Volume> = Rule {
    name: "ebs_stopped_instance",
    severity: Severity::Low,
    category: Category::CostOptimizing,
    finding: "all instances of the volume have been stopped for more than {days} days",
    thresholds: &[DAYS],
    source: "common practice",
    sieve: None,
    needs: &[],
    beside: &[ResourceType::Ec2],
    not_observed: &[],
    remedy: Remedy::Commands(detach_and_replace_by_snapshot),
    applies: |volume| Ok(!volume.attached_to.is_empty()),
    judge,
};

fn judge(case: &Case<'_, Volume>) -> Result<Option<Finding>, Reason> {
    let attached_to = &case.detail.attached_to;
    // The last of them that stopped.
    let mut since = Timestamp::MIN;
    for id in attached_to {
        let not_listed = || Reason::unknown(format!("it is attached to {id}, which EC2 does not list"));
        let instance = case.other::<Instance>(id)?.ok_or_else(not_listed)?;
        if instance.state.as_deref() != Some("stopped") {
            return Ok(None);
        }
        since = since.max(stopped_since(instance)?);
    }
    let (days, threshold) = (days_since(case, since), case.threshold(&DAYS));
    Ok((days > threshold).then(|| Finding {
        saves: Saving::AtMost(SNAPSHOT_FIRST),
        observed: listed("days_stopped", days, threshold, "Days"),
        recommendation: format!(
            "Create a snapshot and delete the volume, or terminate {} if it is not needed any more: stopped since {since}, \
             it can't use the volume.",
            attached_to.join(" and ")
        ),
    }))
}
