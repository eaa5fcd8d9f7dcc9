//! A function that nearly times out: a little more work and its invocations are cut off.

use collector::{Resource, ResourceType};

use super::function;
use super::lambda_errors::DAYS;
use crate::rule::{Case, Finding, Need, Reason, Rule, Severity, Span};

const DURATION: Need = Need { metric: "duration", statistic: "p90", span: Span::Days };

/// The longest timeout that Lambda takes, in seconds.
const LONGEST_TIMEOUT: i32 = 900;

/// The share of the timeout.
const SHARE: f64 = 0.9;

pub(super) const RULE: Rule = Rule {
    name: "lambda_duration_near_timeout",
    resource_type: ResourceType::Lambda,
    severity: Severity::Medium,
    finding: "the p90 of the duration is above 90 % of the timeout on one of the last 7 days or today",
    source: "common practice: a tenth of the timeout is the margin",
    needs: &[DURATION],
    applies,
    judge,
};

fn applies(resource: &Resource) -> Result<bool, Reason> {
    function(resource)?.timeout_seconds.ok_or_else(|| Reason::unknown("Lambda gives no timeout"))?;
    Ok(true)
}

fn judge(case: &Case<'_>) -> Result<Option<Finding>, Reason> {
    let reading = case.read(&DURATION)?.last(DAYS);
    let seconds = function(case.resource)?.timeout_seconds.ok_or_else(|| Reason::unknown("Lambda gives no timeout"))?;
    let threshold = f64::from(seconds) * 1_000.0 * SHARE;
    let (day, longest) = reading.maximum()?;
    Ok((longest > threshold).then(|| Finding {
        observed: reading.observed(longest, threshold),
        recommendation: format!(
            "On {} (UTC), a tenth of the invocations took more than {:.2} of its {seconds} seconds: {}, give it more \
             memory (and with it processor), or look what it waits for.",
            day.strftime("%Y-%m-%d"),
            longest / 1_000.0,
            if seconds < LONGEST_TIMEOUT { "raise the timeout" } else { "split its work, since no timeout is longer" },
        ),
        not_observed: &["memory", "what it waits for"],
    }))
}
