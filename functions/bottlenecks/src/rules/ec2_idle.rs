//! An instance that does nothing. Only an instance with datapoints on each of the days can be idle; a new instance, or
//! one that is stopped at times, is not judged.

use collector::services::ec2::instance::{self, Instance};

use crate::reading::{Need, Span, largest};
use crate::reason::Reason;
use crate::remediation::{Plan, Remedy, Subject, Withheld, forms};
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity, Sieve};
use crate::rules::commands::{ALTERNATIVES, can_be_stopped, replace_by_image, stop};
use crate::rules::common::{self, DAILY_PEAKS, busiest_day, runs};
use crate::threshold::Threshold;

const CPU: Need = Need { metric: &instance::CPU, statistic: "Maximum", span: Span::Days };
const IN: Need = Need { metric: &instance::NETWORK_IN, statistic: "Sum", span: Span::Days };
const OUT: Need = Need { metric: &instance::NETWORK_OUT, statistic: "Sum", span: Span::Days };

/// From this peak it is busy.
const BUSY_CPU: Threshold = Threshold::percent("cpu", 5.0);
/// From this traffic of a day it is busy.
const BUSY_NETWORK: Threshold = Threshold::new("network", 5.0, "Megabytes", (1.0, 1_000_000.0));
const DAYS: Threshold = Threshold { default: 13.0, ..common::DAYS };

pub(super) const RULE: Rule<Instance> = Rule {
    name: "ec2_idle",
    severity: Severity::Medium,
    category: Category::CostOptimizing,
    finding: "on each of the last {days} days and today, CPU peaked below {cpu} % and the network moved less than {network} MB",
    thresholds: &[BUSY_CPU, BUSY_NETWORK, DAYS],
    source: "AWS Compute Optimizer: idle EC2 instances",
    sieve: Some(Sieve { needs: &[DAILY_PEAKS], passes: may_be_idle }),
    needs: &[CPU, IN, OUT],
    beside: &[],
    not_observed: &["memory", "disk"],
    remedy: Remedy::Commands(remedy),
    applies: runs,
    judge,
};

/// Lets the instances pass that were not busy on any of the days that are known already.
fn may_be_idle(case: &Case<'_, Instance>) -> Result<bool, Reason> {
    Ok(largest(case.read(&DAILY_PEAKS)?.last(case.days(&DAYS)).at_least(1)?) < case.threshold(&BUSY_CPU))
}

fn judge(case: &Case<'_, Instance>) -> Result<Option<Finding>, Reason> {
    let days = case.days(&DAYS);
    let cpu = case.read(&CPU)?.last(days);
    let peak = largest(cpu.every_one_of(days)?);
    let (received, sent) = (case.read(&IN)?.every_one_of(days)?, case.read(&OUT)?.every_one_of(days)?);
    // If one lacks today, only the other one counts.
    let busiest = busiest_day(received, sent);
    let (busy_cpu, busy_network) = (case.threshold(&BUSY_CPU), case.threshold(&BUSY_NETWORK) * 1e6);
    Ok((peak < busy_cpu && busiest < busy_network).then(|| Finding {
        saves: Saving::Whole,
        observed: cpu.observed(peak, busy_cpu),
        recommendation: format!(
            "Ask its owner whether it is still needed; if not, create an image of it and terminate it. Its network \
             moved at most {:.1} kB a day.",
            busiest / 1e3
        ),
    }))
}

fn remedy(subject: &Subject<'_, Instance>) -> Result<Plan, Withheld> {
    let id = subject.id(&forms::INSTANCE)?;
    let stop = if can_be_stopped(subject.detail) { stop(&id).note(ALTERNATIVES) } else { Plan::default() };
    Ok(stop
        .note("If an Auto Scaling group started the instance, change the group: it replaces an instance that stops.")
        .and(replace_by_image(&id)))
}
