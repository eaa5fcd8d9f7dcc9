//! CPU that stays high: work currently waits for the processor. [`super::ec2_high_cpu`] reports a single peak.

use collector::services::ec2::instance::{self, Instance};

use crate::reading::{Need, Span, smallest};
use crate::reason::Reason;
use crate::remediation::Remedy;
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity, Sieve};
use crate::rules::common::{CPU_HIGH, DAILY_PEAKS, RECOMMENDED_ALARMS, peaks_above, runs};
use crate::sizes;

const AVERAGE: Need = Need { metric: &instance::CPU, statistic: "Average", span: Span::FiveMinutes };

/// The number of consecutive periods.
const PERIODS: usize = 3;
use crate::rules::commands::A_DECISION;

pub(super) const RULE: Rule<Instance> = Rule {
    name: "ec2_sustained_high_cpu",
    severity: Severity::High,
    category: Category::Performance,
    finding: "the average CPU is above {cpu} % in each of the newest 3 periods of 5 minutes",
    thresholds: &[CPU_HIGH],
    source: RECOMMENDED_ALARMS,
    sieve: Some(Sieve { needs: &[DAILY_PEAKS], passes: |case| peaks_above(case, &CPU_HIGH) }),
    needs: &[AVERAGE],
    beside: &[],
    not_observed: &["memory", "processes"],
    remedy: Remedy::None(A_DECISION),
    applies: runs,
    judge,
};

fn judge(case: &Case<'_, Instance>) -> Result<Option<Finding>, Reason> {
    let reading = case.read(&AVERAGE)?;
    let threshold = case.threshold(&CPU_HIGH);
    let lowest = smallest(reading.newest(PERIODS)?);
    if lowest <= threshold {
        return Ok(None);
    }
    let larger = case.detail.instance_type.as_deref().and_then(sizes::next_larger);
    let larger =
        larger.map_or_else(String::new, |larger| format!(", or change it to {}, the next larger type", larger.name));
    Ok(Some(Finding {
        saves: Saving::Nothing,
        observed: reading.observed(lowest, threshold),
        recommendation: format!("Find what keeps the processor busy; spread the work over more instances{larger}."),
    }))
}
