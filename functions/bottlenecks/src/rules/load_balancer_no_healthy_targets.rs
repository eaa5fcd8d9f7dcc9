//! A load balancer all of whose targets are unhealthy.
//!
//! It is no critical finding, since application and network load balancers then send requests to all of their targets,
//! and some may respond. One without any target is reported by [`super::load_balancer_no_targets`].

use std::slice;

use collector::services::elb::load_balancer::LoadBalancer;
use collector::services::elb::targets::TargetGroup;

use crate::reading::Observed;
use crate::reason::{Reason, ReasonKind};
use crate::remediation::Remedy;
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::A_CAUSE;
use crate::rules::common::balances;

pub(super) const RULE: Rule<LoadBalancer> = Rule {
    name: "load_balancer_no_healthy_targets",
    severity: Severity::High,
    category: Category::FaultTolerance,
    finding: "targets are registered, and none of any target group is healthy",
    thresholds: &[],
    source: "AWS recommended alarms: HealthyHostCount",
    sieve: None,
    needs: &[],
    beside: &[],
    not_observed: &["targets that aren't checked", "why they are unhealthy"],
    remedy: Remedy::None(A_CAUSE),
    applies: balances,
    judge,
};

fn judge(case: &Case<'_, LoadBalancer>) -> Result<Option<Finding>, Reason> {
    let LoadBalancer { registered_targets, healthy_targets, .. } = *case.detail;
    // The instances of a classic load balancer are like one group.
    let instances = TargetGroup { registered_targets, healthy_targets, ..TargetGroup::default() };
    let groups = case.detail.target_groups.as_deref().unwrap_or(slice::from_ref(&instances));
    // What is not checked receives requests, whatever its health.
    let serving = |group: &TargetGroup| match group.health_checked {
        Some(false) => group.registered_targets,
        _ => group.healthy_targets,
    };
    let healthy: usize = groups.iter().filter_map(serving).sum();
    if healthy > 0 {
        return Ok(None);
    }
    if groups.iter().any(|group| serving(group).is_none()) {
        return Err(Reason::unknown("the health of not all of its targets is known; the gaps have the reason"));
    }
    let registered: usize = groups.iter().filter_map(|group| group.registered_targets).sum();
    if registered == 0 {
        return Ok(None);
    }
    let initial: usize = groups.iter().filter_map(|group| group.initial_targets).sum();
    if initial > 0 {
        let detail = format!("the first health checks of {initial} of its {registered} targets are not done");
        return Err(Reason::new(ReasonKind::InsufficientData, detail));
    }
    Ok(Some(Finding {
        saves: Saving::Nothing,
        observed: Observed {
            metric: "healthy_targets",
            statistic: None,
            value: 0.0,
            threshold: 1.0,
            unit: "Count",
            over: None,
        },
        recommendation: format!(
            "Find out why its {registered} targets fail their health checks: whether they run, listen on that port, \
             allow the load balancer's security group, and respond to the checks as these expect."
        ),
    }))
}
