//! An instance that does nothing. Only an instance with datapoints on each of the days can be idle; a new instance, or
//! one that is stopped at times, is not judged.

use collector::services::ec2::instance::{self, Instance};

use crate::rule::{Case, Finding, Need, Reason, Rule, Severity, Span, WHOLE_DAYS, largest};
use crate::rules::common::runs;

const CPU: Need = Need { metric: &instance::CPU, statistic: "Maximum", span: Span::Days };
const IN: Need = Need { metric: &instance::NETWORK_IN, statistic: "Sum", span: Span::Days };
const OUT: Need = Need { metric: &instance::NETWORK_OUT, statistic: "Sum", span: Span::Days };

/// The peak of CPU, in percent.
const BUSY_CPU: f64 = 5.0;
/// The traffic of a day, in bytes.
const BUSY_NETWORK: f64 = 5e6;

pub(super) const RULE: Rule<Instance> = Rule {
    name: "ec2_idle",
    severity: Severity::Medium,
    finding: "on each of the last 14 days, including today, CPU peaked below 5 % and the network moved less than 5 MB",
    source: "AWS Compute Optimizer: idle EC2 instances",
    needs: &[CPU, IN, OUT],
    not_observed: &["memory", "disk"],
    applies: runs,
    judge,
};

fn judge(case: &Case<'_, Instance>) -> Result<Option<Finding>, Reason> {
    let cpu = case.read(&CPU)?;
    let peak = largest(cpu.every_one_of(WHOLE_DAYS)?);
    let (received, sent) = (case.read(&IN)?.every_one_of(WHOLE_DAYS)?, case.read(&OUT)?.every_one_of(WHOLE_DAYS)?);
    // Both have the same days; if one lacks today, only the other one counts.
    let of_day = |day| received.iter().chain(sent).filter(|(at, _)| *at == day).map(|(_, bytes)| bytes).sum::<f64>();
    let busiest = received.iter().chain(sent).map(|(at, _)| of_day(*at)).fold(0.0, f64::max);
    Ok((peak < BUSY_CPU && busiest < BUSY_NETWORK).then(|| Finding {
        observed: cpu.observed(peak, BUSY_CPU),
        recommendation: format!(
            "Ask its owner whether it is still needed; if not, create an image of it and terminate it. Its network \
             moved at most {:.1} kB a day.",
            busiest / 1e3
        ),
    }))
}
