//! An instance that was stopped long ago, whose volumes and addresses are still billed.

use collector::services::ec2::instance::Instance;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::rule::{Case, Finding, Observed, Reason, Rule, Severity};
use crate::threshold::Threshold;

const DAYS: Threshold = Threshold::new("days", 30.0, "Days", (1.0, 3_650.0));

const SECONDS_A_DAY: f64 = 86_400.0;

pub(super) const RULE: Rule<Instance> = Rule {
    name: "ec2_stopped_long",
    severity: Severity::Low,
    finding: "the instance has been stopped for more than {days} days",
    thresholds: &[DAYS],
    source: "AWS Trusted Advisor, check c18d2gz150",
    sieve: None,
    needs: &[],
    beside: &[],
    not_observed: &[],
    applies,
    judge,
};

fn applies(instance: &Instance) -> Result<bool, Reason> {
    Ok(instance.state.as_deref() == Some("stopped"))
}

fn judge(case: &Case<'_, Instance>) -> Result<Option<Finding>, Reason> {
    let reason = case.detail.state_transition_reason.as_deref();
    let since = reason.and_then(time_in).ok_or_else(|| Reason::unknown("EC2 does not report when it was stopped"))?;
    let days = case.evidence.now.duration_since(since).as_secs_f64() / SECONDS_A_DAY;
    let threshold = case.threshold(&DAYS);
    Ok((days > threshold).then(|| Finding {
        observed: Observed {
            metric: "days_stopped",
            statistic: None,
            value: days,
            threshold,
            unit: "Days",
            over: None,
        },
        recommendation: format!(
            "It has been stopped since {since}: create an image of it and terminate it, or start it. Its volumes are \
             billed while it is stopped."
        ),
    }))
}

/// Returns the time in EC2's reason for a state, such as `User initiated (2026-11-01 09:00:00 GMT)`.
fn time_in(reason: &str) -> Option<Timestamp> {
    let (_, time) = reason.rsplit_once('(')?;
    let time = DateTime::strptime("%Y-%m-%d %H:%M:%S GMT", time.strip_suffix(')')?).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_stop_is_read() {
        assert_eq!(time_in("User initiated (2026-11-01 09:00:00 GMT)"), Some("2026-11-01T09:00:00Z".parse().unwrap()));
        for other in ["", "User initiated", "User initiated (yesterday)", "User initiated (2026-13-01 09:00:00 GMT)"] {
            assert_eq!(time_in(other), None, "{other}");
        }
    }
}
