//! A function whose invocations Lambda rejects because its concurrency is used up.

use collector::services::lambda::{self, Function};

use crate::rule::{Case, Finding, Need, Reason, Rule, Severity, Span};

const THROTTLES: Need = Need { metric: &lambda::THROTTLES, statistic: "Sum", span: Span::Requested };

/// Rejected invocations.
const THRESHOLD: f64 = 0.0;

pub(super) const RULE: Rule<Function> = Rule {
    name: "lambda_throttles",
    severity: Severity::High,
    finding: "an invocation was throttled in the requested hours",
    source: "a default of this project: each throttle is a rejected invocation",
    needs: &[THROTTLES],
    not_observed: &["reserved concurrency", "account concurrency"],
    applies: |_| Ok(true),
    judge,
};

fn judge(case: &Case<'_, Function>) -> Result<Option<Finding>, Reason> {
    let reading = case.read(&THROTTLES)?;
    let throttled: f64 = reading.at_least(1)?.iter().map(|(_, count)| count).sum();
    Ok((throttled > THRESHOLD).then(|| Finding {
        observed: reading.observed(throttled, THRESHOLD),
        recommendation:
            "Compare concurrent_executions in /metrics with its reserved concurrency and the account's quota in this \
             region, and raise the limit that is reached."
                .to_owned(),
    }))
}
