//! A function that nearly times out: with a little more work, its invocations are aborted.

use collector::services::lambda::{self, Function};

use crate::reading::{Need, Span};
use crate::reason::Reason;
use crate::remediation::Remedy;
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::A_DECISION;
use crate::rules::common::DAYS;
use crate::threshold::Threshold;

const DURATION: Need = Need { metric: &lambda::DURATION, statistic: "p90", span: Span::Days };

/// The longest timeout that Lambda accepts, in seconds.
const LONGEST_TIMEOUT: i32 = 900;

/// The share of the timeout.
const SHARE: Threshold = Threshold::percent("duration", 90.0);

pub(super) const RULE: Rule<Function> = Rule {
    name: "lambda_duration_near_timeout",
    severity: Severity::Medium,
    category: Category::Performance,
    finding: "the p90 of the duration is above {duration} % of the timeout on one of the last {days} days or today",
    thresholds: &[SHARE, DAYS],
    source: "common practice: a margin of a tenth of the timeout",
    sieve: None,
    needs: &[DURATION],
    beside: &[],
    not_observed: &["memory", "what it waits for"],
    remedy: Remedy::None(A_DECISION),
    applies,
    judge,
};

fn applies(function: &Function) -> Result<bool, Reason> {
    function.timeout_seconds.ok_or_else(|| Reason::unknown("Lambda returned no timeout"))?;
    Ok(true)
}

fn judge(case: &Case<'_, Function>) -> Result<Option<Finding>, Reason> {
    let reading = case.read(&DURATION)?.last(case.days(&DAYS));
    let seconds = case.detail.timeout_seconds.ok_or_else(|| Reason::unknown("Lambda returned no timeout"))?;
    let threshold = f64::from(seconds) * 1_000.0 * case.threshold(&SHARE) / 100.0;
    let (day, longest) = reading.maximum()?;
    Ok((longest > threshold).then(|| Finding {
        saves: Saving::Nothing,
        observed: reading.observed(longest, threshold),
        recommendation: format!(
            "On {} (UTC), a tenth of the invocations took more than {:.2} of its {seconds} seconds: {}, give it more \
             memory (and therefore more CPU), or check what it waits for.",
            day.strftime("%Y-%m-%d"),
            longest / 1_000.0,
            if seconds < LONGEST_TIMEOUT {
                "raise the timeout"
            } else {
                "split its work, since this is the longest timeout"
            },
        ),
    }))
}
