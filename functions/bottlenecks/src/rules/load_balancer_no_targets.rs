//! A load balancer that has nothing to send requests to.

use collector::services::elb::load_balancer::LoadBalancer;

use crate::reading::Observed;
use crate::reason::Reason;
use crate::remediation::Remedy;
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::balancer;
use crate::rules::common::balances;

pub(super) const RULE: Rule<LoadBalancer> = Rule {
    name: "load_balancer_no_targets",
    severity: Severity::Medium,
    category: Category::CostOptimizing,
    finding: "no target is registered in any of the load balancer's target groups, or it has no target group",
    thresholds: &[],
    source: "AWS Trusted Advisor, check hjLMh88uM8: no active back-end instances",
    sieve: None,
    needs: &[],
    beside: &[],
    not_observed: &["listeners that redirect, or respond by themselves"],
    remedy: Remedy::Commands(|subject| balancer(subject.resource, subject.detail.kind.as_deref())),
    applies: balances,
    judge,
};

/// One registered target is enough, even if other groups are unknown.
fn judge(case: &Case<'_, LoadBalancer>) -> Result<Option<Finding>, Reason> {
    let balancer = case.detail;
    let groups = balancer.target_groups.as_deref().unwrap_or_default();
    if groups.iter().any(|group| group.registered_targets.is_some_and(|count| count > 0)) {
        return Ok(None);
    }
    let unknown = || Reason::unknown("not all of its targets are known; the gaps have the reason");
    let registered = balancer.registered_targets.ok_or_else(unknown)?;
    let lacks = match (balancer.kind.as_deref(), groups.len()) {
        (Some("classic"), _) => "no instance is registered".to_owned(),
        (_, 0) => "it forwards to no target group".to_owned(),
        (_, 1) => "its target group is empty".to_owned(),
        (_, several) => format!("all of its {several} target groups are empty"),
    };
    Ok((registered == 0).then(|| Finding {
        saves: Saving::Whole,
        observed: Observed {
            metric: "registered_targets",
            statistic: None,
            value: 0.0,
            threshold: 1.0,
            unit: "Count",
            over: None,
        },
        recommendation: format!(
            "Register targets, or delete the load balancer, which is billed by the hour: {lacks}. Keep it if its \
             listeners redirect, or respond by themselves."
        ),
    }))
}
