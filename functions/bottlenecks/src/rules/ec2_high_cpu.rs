//! A peak of CPU: the original dashboard's rule. Whether it lasts, [`super::ec2_sustained_high_cpu`] says.

use collector::ResourceType;
use collector::window::{FIVE_MINUTES, LONGEST_PERIOD};

use super::runs;
use crate::rule::{Case, Finding, Need, Reason, Rule, Severity, Span};

pub(super) const MAXIMUM: Need = Need { metric: "cpu", statistic: "Maximum", span: Span::Asked };

pub(super) const RULE: Rule = Rule {
    name: "ec2_high_cpu",
    resource_type: ResourceType::Ec2,
    severity: Severity::Medium,
    finding: "the highest CPU of the asked hours is above cpu_high ({cpu_high} %); it may be a single peak",
    source: "a default of this project",
    needs: &[MAXIMUM],
    applies: runs,
    judge,
};

/// A period as people name it.
fn length(seconds: u32) -> &'static str {
    match seconds {
        LONGEST_PERIOD => "day",
        FIVE_MINUTES => "five minutes",
        _ => "hour",
    }
}

fn judge(case: &Case<'_>) -> Result<Option<Finding>, Reason> {
    let reading = case.read(&MAXIMUM)?;
    let threshold = f64::from(case.settings.cpu_high);
    let (at, highest) = reading.maximum()?;
    let above = reading.values.iter().filter(|(_, value)| *value > threshold).count();
    let (of, period) = (reading.values.len(), length(reading.window.period));
    Ok((highest > threshold).then(|| Finding {
        observed: reading.observed(highest, threshold),
        recommendation: format!(
            "Look at what ran at the peak, in the {period} from {at}. CPU passed the threshold in {above} of \
             {of} such periods: if that is a pattern, spread the work over time or over more instances."
        ),
        not_observed: &["processes"],
    }))
}
