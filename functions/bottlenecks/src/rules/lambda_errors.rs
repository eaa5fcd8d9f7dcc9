//! A function that fails often.

use collector::services::lambda::{self, Function};

use crate::reading::{Need, Observed, Span};
use crate::reason::Reason;
use crate::remediation::Remedy;
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::A_CAUSE;
use crate::rules::common::DAYS;
use crate::threshold::Threshold;

const ERRORS: Need = Need { metric: &lambda::ERRORS, statistic: "Sum", span: Span::Days };
const INVOCATIONS: Need = Need { metric: &lambda::INVOCATIONS, statistic: "Sum", span: Span::Days };

/// The share of a day's invocations.
const RATE: Threshold = Threshold::percent("rate", 10.0).with_decimals(1, 0.0);

pub(super) const RULE: Rule<Function> = Rule {
    name: "lambda_errors",
    severity: Severity::High,
    category: Category::FaultTolerance,
    finding: "more than {rate} % of the invocations failed on one of the last {days} days or today",
    thresholds: &[RATE, DAYS],
    source: "AWS Trusted Advisor, check L4dfs2Q3C2",
    sieve: None,
    needs: &[INVOCATIONS, ERRORS],
    beside: &[],
    not_observed: &["log"],
    remedy: Remedy::None(A_CAUSE),
    applies: |_| Ok(true),
    judge,
};

fn judge(case: &Case<'_, Function>) -> Result<Option<Finding>, Reason> {
    let (threshold, days) = (case.threshold(&RATE), case.days(&DAYS));
    let (invocations, errors) = (case.read(&INVOCATIONS)?.last(days), case.read(&ERRORS)?.last(days));
    let (invoked, failed) = (invocations.at_least(1)?, errors.at_least(1)?);
    let of_day = |&(day, count): &(_, f64)| {
        let (_, failed) = *failed.iter().find(|(other, _)| *other == day)?;
        (count > 0.0).then(|| (failed * 100.0 / count, day, failed, count))
    };
    let worst = invoked.iter().filter_map(of_day).reduce(|a, b| if b.0 >= a.0 { b } else { a });
    let Some((share, day, failed, count)) = worst.filter(|(share, ..)| *share > threshold) else { return Ok(None) };
    Ok(Some(Finding {
        saves: Saving::Nothing,
        observed: Observed { metric: "error_rate", unit: "Percent", ..invocations.observed(share, threshold) },
        recommendation: format!(
            "On {} (UTC), {failed:.0} of {count:.0} invocations failed: look for the error in its log of that day, \
             /aws/lambda/{}.",
            day.strftime("%Y-%m-%d"),
            case.id
        ),
    }))
}
