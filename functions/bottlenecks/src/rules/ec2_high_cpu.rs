//! A peak of CPU, a rule of the original dashboard. [`super::ec2_sustained_high_cpu`] reports CPU that stays high.

use collector::services::ec2::instance::{self, Instance};
use collector::window::{FIVE_MINUTES, LONGEST_PERIOD};

use crate::reading::{Need, Span};
use crate::reason::Reason;
use crate::remediation::Remedy;
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity, Sieve};
use crate::rules::commands::A_DECISION;
use crate::rules::common::{CPU_HIGH, DAILY_PEAKS, peaks_above, runs};

pub(super) const MAXIMUM: Need = Need { metric: &instance::CPU, statistic: "Maximum", span: Span::Requested };

pub(super) const RULE: Rule<Instance> = Rule {
    name: "ec2_high_cpu",
    severity: Severity::Medium,
    category: Category::Performance,
    finding: "the highest CPU of the requested hours is above {cpu} %; it may be a single peak",
    thresholds: &[CPU_HIGH],
    source: "a default of this project",
    sieve: Some(Sieve { needs: &[DAILY_PEAKS], passes: |case| peaks_above(case, &CPU_HIGH) }),
    needs: &[MAXIMUM],
    beside: &[],
    not_observed: &["processes"],
    remedy: Remedy::None(A_DECISION),
    applies: runs,
    judge,
};

/// Returns a period's length in words.
fn length(seconds: u32) -> &'static str {
    match seconds {
        LONGEST_PERIOD => "day",
        FIVE_MINUTES => "five minutes",
        _ => "hour",
    }
}

fn judge(case: &Case<'_, Instance>) -> Result<Option<Finding>, Reason> {
    let reading = case.read(&MAXIMUM)?;
    let threshold = case.threshold(&CPU_HIGH);
    let (at, highest) = reading.maximum()?;
    let above = reading.values.iter().filter(|(_, value)| *value > threshold).count();
    let (of, period) = (reading.values.len(), length(reading.window.period));
    Ok((highest > threshold).then(|| Finding {
        saves: Saving::Nothing,
        observed: reading.observed(highest, threshold),
        recommendation: format!(
            "Look at what ran at the peak, in the {period} from {at}. CPU passed the threshold in {above} of \
             {of} such periods: if that is a pattern, spread the work over time or over more instances."
        ),
    }))
}
