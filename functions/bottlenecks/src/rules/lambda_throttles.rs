//! A function whose invocations Lambda rejects because its concurrency is used up.

use collector::services::lambda::{self, Function};

use crate::reading::{Need, Span};
use crate::reason::Reason;
use crate::remediation::Remedy;
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::A_DECISION;
use crate::threshold::Threshold;

const THROTTLES: Need = Need { metric: &lambda::THROTTLES, statistic: "Sum", span: Span::Requested };

/// Rejected invocations.
const REJECTED: Threshold = Threshold::new("throttles", 0.0, "Count", (0.0, 1_000_000.0));

pub(super) const RULE: Rule<Function> = Rule {
    name: "lambda_throttles",
    severity: Severity::High,
    category: Category::Performance,
    finding: "more than {throttles} invocations were throttled in the requested hours",
    thresholds: &[REJECTED],
    source: "a default of this project: each throttle is a rejected invocation",
    sieve: None,
    needs: &[THROTTLES],
    beside: &[],
    not_observed: &["reserved concurrency", "account concurrency"],
    remedy: Remedy::None(A_DECISION),
    applies: |_| Ok(true),
    judge,
};

fn judge(case: &Case<'_, Function>) -> Result<Option<Finding>, Reason> {
    let reading = case.read(&THROTTLES)?;
    let throttled: f64 = reading.at_least(1)?.iter().map(|(_, count)| count).sum();
    let threshold = case.threshold(&REJECTED);
    Ok((throttled > threshold).then(|| Finding {
        saves: Saving::Nothing,
        observed: reading.observed(throttled, threshold),
        recommendation:
            "Compare concurrent_executions in /metrics with its reserved concurrency and the account's quota in this \
             region, and raise the limit that is reached."
                .to_owned(),
    }))
}
