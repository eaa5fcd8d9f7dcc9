//! CPU that stays high: work waits for the processor now. A single peak is [`super::ec2_high_cpu`]'s.

use collector::ResourceType;

use super::{RECOMMENDED_ALARMS, instance, runs};
use crate::rule::{Case, Finding, Need, Reason, Rule, Severity, Span, smallest};
use crate::sizes;

const AVERAGE: Need = Need { metric: "cpu", statistic: "Average", span: Span::FiveMinutes };

/// The periods in a row.
const PERIODS: usize = 3;

pub(super) const RULE: Rule = Rule {
    name: "ec2_sustained_high_cpu",
    resource_type: ResourceType::Ec2,
    severity: Severity::High,
    finding: "the average CPU is above cpu_high ({cpu_high} %) in 3 of the newest 3 periods of 5 minutes",
    source: RECOMMENDED_ALARMS,
    needs: &[AVERAGE],
    applies: runs,
    judge,
};

fn judge(case: &Case<'_>) -> Result<Option<Finding>, Reason> {
    let reading = case.read(&AVERAGE)?;
    let threshold = f64::from(case.settings.cpu_high);
    let lowest = smallest(reading.newest(PERIODS)?);
    if lowest <= threshold {
        return Ok(None);
    }
    let larger = instance(case.resource)?.instance_type.as_deref().and_then(sizes::next_larger);
    let larger =
        larger.map_or_else(String::new, |larger| format!(", or change it to {}, the next larger type", larger.name));
    Ok(Some(Finding {
        observed: reading.observed(lowest, threshold),
        recommendation: format!("Find what keeps the processor busy; spread the work over more instances{larger}."),
        not_observed: &["memory", "processes"],
    }))
}
