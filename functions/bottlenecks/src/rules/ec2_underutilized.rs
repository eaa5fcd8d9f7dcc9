//! An instance that is too large for its load, a rule of the original dashboard, with the type to change it to.

use collector::OfKind as _;
use collector::price::{Unpriced, UnpricedReason};
use collector::services::ec2::instance::{self, Instance};

use crate::reading::{Need, Span, mean};
use crate::reason::Reason;
use crate::remediation::StepKind::{Change, Check};
use crate::remediation::{Plan, Remedy, Subject, Value, Withheld, aws, forms};
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity, Sieve};
use crate::rules::commands::{can_be_stopped, stop, withheld};
use crate::rules::common::{CPU_HIGH, CPU_LOW, DAILY_LOWS, falls_below, runs};
use crate::rules::ec2_high_cpu::MAXIMUM;
use crate::sizes::{self, Neighbour};
use crate::threshold::Threshold;

const AVERAGE: Need = Need { metric: &instance::CPU, statistic: "Average", span: Span::Requested };

/// Below this average it is underutilized, unless it peaks above [`PEAK`].
const CPU: Threshold = Threshold { below: Some(PEAK.name), ..CPU_LOW };
const PEAK: Threshold = Threshold { name: "peak", ..CPU_HIGH };

/// The highest peak on a smaller type, in percent; Compute Optimizer leaves 20 % of headroom.
const HIGHEST_PEAK: f64 = 80.0;

pub(super) const RULE: Rule<Instance> = Rule {
    name: "ec2_underutilized",
    severity: Severity::Low,
    category: Category::CostOptimizing,
    finding: "the average CPU of the requested hours is below {cpu} %, and its peak is not above {peak} %",
    thresholds: &[CPU, PEAK],
    source: "a default of this project",
    sieve: Some(Sieve { needs: &[DAILY_LOWS], passes: |case| falls_below(case, &CPU) }),
    needs: &[MAXIMUM, AVERAGE],
    beside: &[],
    not_observed: &["memory"],
    remedy: Remedy::Commands(remedy),
    applies: runs,
    judge,
};

fn judge(case: &Case<'_, Instance>) -> Result<Option<Finding>, Reason> {
    let (maximum, average) = (case.read(&MAXIMUM)?, case.read(&AVERAGE)?);
    // This needs at least half of the hours: an instance that was started an hour ago is not underutilised yet.
    let values = average.at_least(average.window.periods().div_ceil(2))?;
    let mean = mean(values);
    let (_, peak) = maximum.maximum()?;
    let (low, high) = (case.threshold(&CPU), case.threshold(&PEAK));
    if mean >= low || peak > high {
        return Ok(None);
    }
    Ok(Some(Finding {
        saves: case.detail.instance_type.as_deref().and_then(|kind| smaller(kind, peak)).map_or_else(
            || Saving::Unknown(Unpriced::new(UnpricedReason::NoReplacement, "no smaller type is recommended")),
            |kind| {
                let changed = Instance { instance_type: Some(kind.to_owned()), ..case.detail.clone() };
                Saving::Instead(changed.bill_in(case.region))
            },
        ),
        observed: average.observed(mean, low),
        recommendation: advice(case.detail.instance_type.as_deref(), peak),
    }))
}

/// Returns the type to change an instance of this type with this peak to, if one can be recommended.
fn smaller(instance_type: &str, peak: f64) -> Option<&'static str> {
    let Neighbour { name, share } = sizes::next_smaller(instance_type)?;
    let suffices = sizes::is_burstable(instance_type) || peak / share <= HIGHEST_PEAK;
    (suffices && !sizes::has_accelerators(instance_type)).then_some(name)
}

/// Returns the recommendation for an instance of this type with this peak.
fn advice(instance_type: Option<&str>, peak: f64) -> String {
    let Some(instance_type) = instance_type else { return "Change it to a smaller type.".to_owned() };
    if sizes::has_accelerators(instance_type) {
        return "First check the load of its accelerators, which is not observed here: a smaller type has fewer."
            .to_owned();
    }
    let burstable = sizes::is_burstable(instance_type);
    match sizes::next_smaller(instance_type) {
        Some(Neighbour { name, .. }) if burstable => format!(
            "Change it to {name}, the next smaller type. First check that its memory and its CPU credits are \
             sufficient, since both are smaller."
        ),
        Some(Neighbour { name, share }) if peak / share <= HIGHEST_PEAK => format!(
            "Change it to {name}, the next smaller type: its peak of {peak:.0} % would be about {:.0} % there. First \
             check that the memory is sufficient.",
            peak / share
        ),
        Some(Neighbour { name, share }) => format!(
            "Its peak of {peak:.0} % would be about {:.0} % on {name}, the next smaller type, which is too much: first \
             spread the peaks over time.",
            peak / share
        ),
        None if burstable => {
            format!("{instance_type} is the smallest type of its family: combine its work with that of others.")
        }
        None if sizes::next_larger(instance_type).is_some() => format!(
            "{instance_type} is the smallest type of its family: move its work to a burstable type, or combine it with \
             that of others."
        ),
        None => format!("Look for a smaller type; the next smaller size of {instance_type} is not known."),
    }
}

/// The commands have the smaller type if it is recommended.
fn remedy(subject: &Subject<'_, Instance>) -> Result<Plan, Withheld> {
    let id = subject.id(&forms::INSTANCE)?;
    let smaller = subject.detail.instance_type.as_deref().and_then(sizes::next_smaller);
    let Some(Neighbour { name, .. }) = smaller.filter(|_| subject.is_replaced) else {
        return withheld("No type is recommended; the recommendation has the reason.");
    };
    if !can_be_stopped(subject.detail) {
        return withheld(
            "The type of an instance that is not on-demand can't be changed: start another one of the smaller type.",
        );
    }
    let change = aws("ec2", "modify-instance-attribute")
        .option("instance-id", &id)
        .option("instance-type", Value::joined(["Value=".into(), name.into()]));
    let start = aws("ec2", "start-instances").option("instance-ids", &id);
    Ok(stop(&id)
        .then(Check, "Waits until it is stopped.", aws("ec2", "wait instance-stopped").option("instance-ids", &id))
        .tried(Change, "Changes the type.", change)
        .tried(Change, "Starts the instance.", start)
        .irreversible(
            "What is on instance store volumes is lost when it stops, and a public address that is not an Elastic IP address \
             changes; the type can be changed back.",
        )
        .note("If an Auto Scaling group started the instance, change the group's launch template instead."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recommendation_names_the_next_smaller_type_and_its_peak() {
        assert!(
            advice(Some("m5.xlarge"), 30.0).starts_with(
                "Change it to m5.large, the next smaller type: its peak of 30 % would be about 60 % there."
            )
        );
        assert!(advice(Some("m5.xlarge"), 40.0).starts_with("Change it to m5.large"));
    }

    #[test]
    fn a_type_that_would_be_too_small_is_not_recommended() {
        assert!(advice(Some("m5.xlarge"), 41.0).starts_with("Its peak of 41 % would be about 82 % on m5.large"));
    }

    #[test]
    fn a_smaller_burstable_type_has_the_same_processors() {
        assert!(advice(Some("t3.large"), 70.0).starts_with("Change it to t3.medium"));
    }

    #[test]
    fn a_recommendation_says_if_there_is_no_smaller_type() {
        assert!(
            advice(Some("m5.large"), 5.0)
                .starts_with("m5.large is the smallest type of its family: move its work to a burst")
        );
        assert!(
            advice(Some("t3.nano"), 5.0).starts_with("t3.nano is the smallest type of its family: combine its work")
        );
        for unknown in ["m5.metal", "m9z.large", "u-6tb1.metal"] {
            assert!(advice(Some(unknown), 5.0).starts_with("Look for a smaller type"), "{unknown}");
        }
        assert!(advice(Some("g5.16xlarge"), 5.0).starts_with("First check the load of its accelerators"));
    }
}
