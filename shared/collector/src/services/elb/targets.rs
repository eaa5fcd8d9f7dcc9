//! The target groups of load balancers, and how many of their targets are healthy.
//!
//! A list of the region has all groups; the health of a group's targets needs a request of its own. Groups that no load
//! balancer uses are left out, and their targets are not asked for.

use std::collections::HashMap;

use aws_sdk_elasticloadbalancingv2::operation::describe_target_groups::DescribeTargetGroupsOutput;
use aws_sdk_elasticloadbalancingv2::types::{self, TargetHealthDescription, TargetHealthStateEnum};

use schemars::JsonSchema;
use serde::Serialize;

use crate::call::clients::Gated;
use crate::call::fault::Fault;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Page, every_page, one_call};
use crate::call::side_by_side::side_by_side;
use crate::services::elb::{AT_ONCE, DESCRIBE_TARGET_GROUPS, DESCRIBE_TARGET_HEALTH, Elb, ITEMS_A_PAGE};
use crate::services::values::given;

/// The error code for a target group that was deleted after it was listed.
const DELETED: &str = "TargetGroupNotFound";

/// A target group of a load balancer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct TargetGroup {
    /// Its name.
    pub name: Option<String>,
    /// Its ARN.
    pub arn: String,
    /// `instance`, `ip`, `lambda` or `alb`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_type: Option<String>,
    /// `HTTP`, `TCP`, `GENEVE`, …; absent for Lambda functions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// The port of the targets; absent for Lambda functions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<i32>,
    /// Whether the load balancer checks the targets' health, which is off for Lambda functions by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health_checked: Option<bool>,
    /// The registered targets, without those that are being deregistered; absent if they are unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registered_targets: Option<usize>,
    /// Those that are healthy; absent if that is unknown, or not checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub healthy_targets: Option<usize>,
    /// Those whose first health checks are still under way; absent like the healthy ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_targets: Option<usize>,
}

/// The target groups of a region.
#[derive(Debug)]
pub(super) struct TargetGroups {
    /// Those of each load balancer, by its ARN; `None` if the list is incomplete, since any of them may lack some.
    pub(super) by_arn: Option<HashMap<String, Vec<TargetGroup>>>,
    /// Why something is missing.
    pub(super) faults: Vec<Fault>,
}

/// Lists the target groups of a region's load balancers.
pub(super) async fn by_load_balancer(inquiry: &Inquiry<'_>, elb: &Gated<Elb>) -> TargetGroups {
    let ask = |page: Page| elb.describe_target_groups().page_size(page.size).set_marker(page.token).send();
    let limits = elb.limits(&DESCRIBE_TARGET_GROUPS, inquiry.deadline).pages_of(ITEMS_A_PAGE);
    let listing = every_page(limits, ask, DescribeTargetGroupsOutput::next_marker, |page| {
        let groups = page.target_groups.unwrap_or_default().into_iter();
        groups.filter(|group| group.load_balancer_arns.as_ref().is_some_and(|arns| !arns.is_empty())).collect()
    })
    .await;
    if let Some(fault) = listing.fault {
        return TargetGroups { by_arn: None, faults: vec![fault] };
    }
    let groups = listing.found;
    let health = side_by_side(groups.iter().map(|group| health_of(inquiry, elb, group)), AT_ONCE).await;
    let mut by_arn: HashMap<String, Vec<TargetGroup>> = HashMap::new();
    for (listed, health) in groups.into_iter().zip(health.items) {
        let targets = match health {
            Some(None) => continue,
            Some(Some(targets)) => Some(targets),
            None => None,
        };
        let users = listed.load_balancer_arns.clone().unwrap_or_default();
        let Some(group) = group_of(listed, targets.as_deref()) else { continue };
        for user in users {
            by_arn.entry(user).or_default().push(group.clone());
        }
    }
    TargetGroups { by_arn: Some(by_arn), faults: health.faults }
}

/// Returns the health of a group's targets; `None` if the group is gone.
async fn health_of(
    inquiry: &Inquiry<'_>,
    elb: &Gated<Elb>,
    group: &types::TargetGroup,
) -> Result<Option<Vec<TargetHealthDescription>>, Fault> {
    let call = || elb.describe_target_health().set_target_group_arn(group.target_group_arn.clone()).send();
    match one_call(elb.limits(&DESCRIBE_TARGET_HEALTH, inquiry.deadline), call).await {
        Ok(answer) => Ok(Some(answer.target_health_descriptions.unwrap_or_default())),
        Err(fault) if fault.code == DELETED => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn group_of(listed: types::TargetGroup, targets: Option<&[TargetHealthDescription]>) -> Option<TargetGroup> {
    let count = |counts: fn(&TargetHealthStateEnum) -> bool| {
        let states = targets?.iter().filter_map(|target| target.target_health.as_ref()?.state.as_ref());
        Some(states.filter(|state| counts(state)).count())
    };
    let checked = listed.health_check_enabled;
    let if_checked = |count: Option<usize>| count.filter(|_| checked != Some(false));
    Some(TargetGroup {
        name: given(listed.target_group_name.as_deref()),
        arn: listed.target_group_arn?,
        target_type: listed.target_type.map(|kind| kind.as_str().to_owned()),
        protocol: listed.protocol.map(|protocol| protocol.as_str().to_owned()),
        port: listed.port,
        health_checked: checked,
        registered_targets: count(|state| *state != TargetHealthStateEnum::Draining),
        healthy_targets: if_checked(count(|state| *state == TargetHealthStateEnum::Healthy)),
        initial_targets: if_checked(count(|state| *state == TargetHealthStateEnum::Initial)),
    })
}
