//! A volume that nothing uses.

use collector::Detail;
use collector::{Resource, ResourceType};

use crate::rule::{Case, Finding, Observed, Reason, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    name: "ebs_unattached",
    resource_type: ResourceType::Ebs,
    severity: Severity::Low,
    finding: "the volume is attached to no instance",
    source: "AWS Trusted Advisor",
    needs: &[],
    applies,
    judge,
};

/// Volumes that can be used; one that is being made or deleted can't.
fn applies(resource: &Resource) -> Result<bool, Reason> {
    match resource.state() {
        Some(state) => Ok(matches!(state, "available" | "in-use")),
        None => Err(Reason::unknown("EC2 gives no state")),
    }
}

fn judge(case: &Case<'_>) -> Result<Option<Finding>, Reason> {
    let Detail::Ebs(volume) = &case.resource.detail else { return Err(Reason::unknown("this is no volume")) };
    if volume.state.as_deref() != Some("available") {
        return Ok(None);
    }
    let size = volume.size_gb.map_or_else(String::new, |size| format!("{size} GiB of "));
    let kind = volume.volume_type.as_deref().unwrap_or("storage");
    Ok(Some(Finding {
        observed: Observed {
            metric: "attachments",
            statistic: None,
            value: 0.0,
            threshold: 1.0,
            unit: "Count",
            over: None,
        },
        recommendation: format!("Take a snapshot and delete it: its {size}{kind} are billed, attached or not."),
        not_observed: &["when it was last attached"],
    }))
}
