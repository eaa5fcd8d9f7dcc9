//! A function that Lambda refuses to run: its concurrency is used up.

use collector::ResourceType;

use crate::rule::{Case, Finding, Need, Reason, Rule, Severity, Span};

const THROTTLES: Need = Need { metric: "throttles", statistic: "Sum", span: Span::Asked };

/// Refused invocations.
const THRESHOLD: f64 = 0.0;

pub(super) const RULE: Rule = Rule {
    name: "lambda_throttles",
    resource_type: ResourceType::Lambda,
    severity: Severity::High,
    finding: "an invocation was throttled in the asked hours",
    source: "a sensible default: each throttle is a refused invocation",
    needs: &[THROTTLES],
    applies: |_| Ok(true),
    judge,
};

fn judge(case: &Case<'_>) -> Result<Option<Finding>, Reason> {
    let reading = case.read(&THROTTLES)?;
    let throttled: f64 = reading.at_least(1)?.iter().map(|(_, count)| count).sum();
    Ok((throttled > THRESHOLD).then(|| Finding {
        observed: reading.observed(throttled, THRESHOLD),
        recommendation:
            "Compare concurrent_executions in /metrics with its reserved concurrency and the account's quota \
                         in this region, and raise whichever is reached."
                .to_owned(),
        not_observed: &["reserved concurrency", "account concurrency"],
    }))
}
