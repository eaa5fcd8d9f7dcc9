//! A function that fails often.

use collector::services::lambda::{self, Function};

use crate::rule::{Case, Finding, Need, Observed, Reason, Rule, Severity, Span};

const ERRORS: Need = Need { metric: &lambda::ERRORS, statistic: "Sum", span: Span::Days };
const INVOCATIONS: Need = Need { metric: &lambda::INVOCATIONS, statistic: "Sum", span: Span::Days };

/// Percent of a day's invocations.
const THRESHOLD: f64 = 10.0;
pub(super) const DAYS: u32 = 7;

pub(super) const RULE: Rule<Function> = Rule {
    name: "lambda_errors",
    severity: Severity::High,
    finding: "more than 10 % of the invocations failed on one of the last 7 days or today",
    source: "AWS Trusted Advisor, check L4dfs2Q3C2",
    needs: &[INVOCATIONS, ERRORS],
    not_observed: &["log"],
    applies: |_| Ok(true),
    judge,
};

fn judge(case: &Case<'_, Function>) -> Result<Option<Finding>, Reason> {
    let (invocations, errors) = (case.read(&INVOCATIONS)?.last(DAYS), case.read(&ERRORS)?.last(DAYS));
    let (invoked, failed) = (invocations.at_least(1)?, errors.at_least(1)?);
    let of_day = |&(day, count): &(_, f64)| {
        let (_, failed) = *failed.iter().find(|(other, _)| *other == day)?;
        (count > 0.0).then(|| (failed / count * 100.0, day, failed, count))
    };
    let worst = invoked.iter().filter_map(of_day).reduce(|a, b| if b.0 >= a.0 { b } else { a });
    let Some((share, day, failed, count)) = worst.filter(|(share, ..)| *share > THRESHOLD) else { return Ok(None) };
    Ok(Some(Finding {
        observed: Observed { metric: "error_rate", unit: "Percent", ..invocations.observed(share, THRESHOLD) },
        recommendation: format!(
            "On {} (UTC), {failed:.0} of {count:.0} invocations failed: look for the error in its log of that day, \
             /aws/lambda/{}.",
            day.strftime("%Y-%m-%d"),
            case.id
        ),
    }))
}
