//! A burstable instance without credits, which runs at its baseline or is billed for each further credit.

use collector::services::ec2::instance::{self, Instance};
use jiff::Span as Time;

use crate::reading::{Need, Span, smallest};
use crate::reason::Reason;
use crate::remediation::Remedy;
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::A_DECISION;
use crate::rules::common::runs;
use crate::sizes;
use crate::threshold::Threshold;

const BALANCE: Need = Need { metric: &instance::CPU_CREDIT_BALANCE, statistic: "Minimum", span: Span::Requested };

/// A credit is one processor for one minute; below one, no credit is left to burst.
const CREDITS: Threshold = Threshold::new("credits", 1.0, "Count", (1.0, 5_000.0));

pub(super) const RULE: Rule<Instance> = Rule {
    name: "ec2_cpu_credits_exhausted",
    severity: Severity::High,
    category: Category::Performance,
    finding: "the CPU credit balance of a burstable instance fell below {credits} in the requested hours",
    thresholds: &[CREDITS],
    source: "EC2 user guide: a balance at or near 0 means that no credits are left to burst",
    sieve: None,
    needs: &[BALANCE],
    beside: &[],
    not_observed: &["credit mode"],
    remedy: Remedy::None(A_DECISION),
    applies,
    judge,
};

fn applies(instance: &Instance) -> Result<bool, Reason> {
    Ok(instance.instance_type.as_deref().is_some_and(sizes::is_burstable) && runs(instance)?)
}

fn judge(case: &Case<'_, Instance>) -> Result<Option<Finding>, Reason> {
    let reading = case.read(&BALANCE)?;
    let instance = case.detail;
    // An instance starts with an empty balance, so its first hour means nothing.
    let first_hour = instance.launch_time.map(|launched| {
        let period = Time::new().seconds(i64::from(reading.window.period));
        (launched.saturating_sub(period), launched.saturating_add(Time::new().hours(1)))
    });
    let earned = reading.at_least(1)?.iter().filter(|(at, _)| match first_hour {
        Some((Ok(before), Ok(after))) => !(before < *at && *at < after),
        _ => true,
    });
    let earned: Vec<_> = earned.copied().collect();
    if earned.is_empty() {
        return Err(Reason::unknown("it was started less than an hour ago, with an empty balance"));
    }
    let (lowest, threshold) = (smallest(&earned), case.threshold(&CREDITS));
    if lowest >= threshold {
        return Ok(None);
    }
    let larger = instance.instance_type.as_deref().and_then(sizes::next_larger);
    let larger = larger.map_or_else(String::new, |larger| format!("{}, which earns more credits, or to ", larger.name));
    Ok(Some(Finding {
        saves: Saving::Nothing,
        observed: reading.observed(lowest, threshold),
        recommendation: format!(
            "If the load lasts, change it to {larger}a type that is not burstable; in unlimited mode, it keeps its \
             speed and further credits are billed."
        ),
    }))
}
