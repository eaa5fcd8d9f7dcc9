//! A failed status check: the instance or the system that hosts it does not respond.

use crate::rule::{Case, Finding, Need, Reason, Rule, Severity, Span, smallest};
use crate::rules::common::{RECOMMENDED_ALARMS, runs};
use collector::services::ec2::instance::{self, Instance};

const FAILED: Need = Need { metric: &instance::STATUS_CHECK_FAILED, statistic: "Maximum", span: Span::FiveMinutes };

/// The failed checks per period, and the number of consecutive periods.
const THRESHOLD: f64 = 1.0;
const PERIODS: usize = 2;

pub(super) const RULE: Rule<Instance> = Rule {
    name: "ec2_status_check_failed",
    severity: Severity::Critical,
    finding: "StatusCheckFailed is 1 or more in each of the newest 2 periods of 5 minutes",
    thresholds: &[],
    source: RECOMMENDED_ALARMS,
    needs: &[FAILED],
    beside: &[],
    not_observed: &["system log"],
    applies: runs,
    judge,
};

fn judge(case: &Case<'_, Instance>) -> Result<Option<Finding>, Reason> {
    let reading = case.read(&FAILED)?;
    let failed = smallest(reading.newest(PERIODS)?);
    Ok((failed >= THRESHOLD).then(|| Finding {
        observed: reading.observed(failed, THRESHOLD),
        recommendation:
            "Read status_check_failed_instance and status_check_failed_system of this instance in /metrics: if the \
             system check fails, stop and start it to move it to other hardware; if the instance check fails, read \
             its system log and reboot it."
                .to_owned(),
    }))
}
