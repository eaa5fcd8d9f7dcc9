//! A load balancer that nobody uses.
//!
//! CloudWatch has no datapoints of a load balancer through which no requests flow: Elastic Load Balancing then reports none
//! (the guides of all four types, "CloudWatch metrics"). A day without datapoints therefore is a day without requests,
//! if the load balancer existed by then; a younger one is not judged.
//!
//! A network load balancer counts a connection once, when it begins. One whose connections stay open for days is in use
//! although it has few new ones.

use collector::services::elb::load_balancer::{self, LoadBalancer};
use jiff::Timestamp;

use crate::reading::{Need, Reading, Span};
use crate::reason::Reason;
use crate::remediation::Remedy;
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::balancer;
use crate::rules::common::{DAYS, balances};
use crate::threshold::Threshold;

const REQUESTS: Need = Need { metric: &load_balancer::REQUESTS, statistic: "Sum", span: Span::Days };
const NEW_FLOWS: Need = Need { metric: &load_balancer::NEW_FLOWS, statistic: "Sum", span: Span::Days };
const OPEN_FLOWS: Need = Need { metric: &load_balancer::ACTIVE_FLOWS, statistic: "Average", span: Span::Days };

/// From this number of requests, or new flows, a day it is in use.
const BUSY: Threshold = Threshold::new("requests", 100.0, "Count", (1.0, 1_000_000.0));
/// From this average over a day, at least one flow was always open.
const ALWAYS_OPEN: f64 = 1.0;

pub(super) const RULE: Rule<LoadBalancer> = Rule {
    name: "load_balancer_idle",
    severity: Severity::Low,
    category: Category::CostOptimizing,
    finding: "on each of the last {days} days and today, it had fewer than {requests} requests, or new flows if it is a network or gateway load balancer without open ones",
    thresholds: &[BUSY, DAYS],
    source: "AWS Trusted Advisor, check hjLMh88uM8",
    sieve: None,
    needs: &[REQUESTS, NEW_FLOWS, OPEN_FLOWS],
    beside: &[],
    not_observed: &["connections that stay open for days through an application or classic load balancer"],
    remedy: Remedy::Commands(|subject| balancer(subject.resource, subject.detail.kind.as_deref())),
    applies: balances,
    judge,
};

fn judge(case: &Case<'_, LoadBalancer>) -> Result<Option<Finding>, Reason> {
    let (threshold, days) = (case.threshold(&BUSY), case.days(&DAYS));
    let has_flows = matches!(case.detail.kind.as_deref(), Some("network" | "gateway"));
    let reading = case.read(if has_flows { &NEW_FLOWS } else { &REQUESTS })?.last(days);
    let most = largest(complete(&reading, days, case.detail.created)?);
    if has_flows && largest(case.read(&OPEN_FLOWS)?.last(days).values) >= ALWAYS_OPEN {
        return Ok(None);
    }
    let what = if has_flows { "new flows" } else { "requests" };
    Ok((most < threshold).then(|| Finding {
        saves: Saving::Whole,
        observed: reading.observed(most, threshold),
        recommendation: format!(
            "Ask its owner whether it is still needed; if not, delete it: it is billed by the hour, and had at most \
             {most:.0} {what} a day."
        ),
    }))
}

/// Returns the values of the days, those without requests left out, or why some may be missing.
fn complete<'a>(
    reading: &Reading<'a>,
    days: u32,
    created: Option<Timestamp>,
) -> Result<&'a [(Timestamp, f64)], Reason> {
    match created {
        Some(created) if created <= reading.window.start => Ok(reading.values),
        _ => reading.every_one_of(days),
    }
}

/// Returns the largest value; 0 if there is none.
fn largest(values: &[(Timestamp, f64)]) -> f64 {
    values.iter().map(|(_, value)| *value).fold(0.0, f64::max)
}
