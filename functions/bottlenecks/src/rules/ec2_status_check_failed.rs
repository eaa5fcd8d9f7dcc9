//! A failed status check: the machine or the system under it does not answer.

use super::{RECOMMENDED_ALARMS, runs};
use crate::rule::{Case, Finding, Need, Reason, Rule, Severity, Span, smallest};
use collector::ResourceType;

const FAILED: Need = Need { metric: "status_check_failed", statistic: "Maximum", span: Span::FiveMinutes };

/// The failed checks of a period, and the periods in a row.
const THRESHOLD: f64 = 1.0;
const PERIODS: usize = 2;

pub(super) const RULE: Rule = Rule {
    name: "ec2_status_check_failed",
    resource_type: ResourceType::Ec2,
    severity: Severity::Critical,
    finding: "StatusCheckFailed is 1 or more in 2 of the newest 2 periods of 5 minutes",
    source: RECOMMENDED_ALARMS,
    needs: &[FAILED],
    applies: runs,
    judge,
};

fn judge(case: &Case<'_>) -> Result<Option<Finding>, Reason> {
    let reading = case.read(&FAILED)?;
    let failed = smallest(reading.newest(PERIODS)?);
    Ok((failed >= THRESHOLD).then(|| Finding {
        observed: reading.observed(failed, THRESHOLD),
        recommendation:
            "Read status_check_failed_instance and status_check_failed_system of this instance in /metrics: \
                         where the system check fails, stop and start it to move it to other hardware; where the \
                         instance check fails, look at its system log and reboot it."
                .to_owned(),
        not_observed: &["system log"],
    }))
}
