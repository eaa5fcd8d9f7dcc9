//! Auto Scaling groups of EC2 instances.
//!
//! CloudWatch has metrics of a group only if its owner switched them on (EnableMetricsCollection), which they are not by
//! default. Its instances have their own, always.

use aws_sdk_autoscaling::operation::describe_auto_scaling_groups::DescribeAutoScalingGroupsOutput;
use aws_sdk_autoscaling::types::{self, LaunchTemplateSpecification, LifecycleState};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::call::clients::Service as _;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Found, Page, every_page};
use crate::model::metric::{AVERAGE_ALONE, Catalog, Ids, Metric, Place};
use crate::model::operation::{Operation, Price};
use crate::model::price::{Bill, Unpriced};
use crate::model::resource::Resource;
use crate::services::autoscaling::AutoScaling;
use crate::services::kind::{Group, Kind, Scope, TagSource};
use crate::services::values::{given, tags, timestamp};

const DESCRIBE_AUTO_SCALING_GROUPS: Operation = Operation {
    service: AutoScaling::NAME,
    name: "DescribeAutoScalingGroups",
    action: Some("autoscaling:DescribeAutoScalingGroups"),
    price: Price::Free,
};

/// The most groups that Auto Scaling returns per page.
const GROUPS_A_PAGE: i32 = 100;

/// The health status of an instance that the group keeps. Source: the API reference, `Instance`.
const HEALTHY: &str = "Healthy";

/// An Auto Scaling group.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct AutoScalingGroup {
    /// The fewest instances that it may have.
    pub min_size: Option<i32>,
    /// The most instances that it may have.
    pub max_size: Option<i32>,
    /// How many it should have.
    pub desired_capacity: Option<i32>,
    /// How many are in service.
    pub in_service_instances: usize,
    /// How many it has in any state, such as those that start, stop or are on standby.
    pub instances: usize,
    /// How many of these Auto Scaling found unhealthy; it replaces them.
    pub unhealthy_instances: usize,
    /// Why it found them so: the status of the instance (`EC2`), or also of a load balancer (`ELB`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health_check_type: Option<String>,
    /// The launch template that instances are started from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch_template_id: Option<String>,
    /// The launch template's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch_template_name: Option<String>,
    /// The launch template's version: a number, `$Latest` or `$Default`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch_template_version: Option<String>,
    /// The launch configuration that instances are started from; absent with a launch template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch_configuration: Option<String>,
    /// The availability zones.
    pub availability_zones: Vec<String>,
    /// The target groups of load balancers in which its instances are registered, by their ARNs.
    pub target_group_arns: Vec<String>,
    /// The classic load balancers in which its instances are registered.
    pub load_balancer_names: Vec<String>,
    /// The processes that are suspended, such as `Launch` or `ReplaceUnhealthy`.
    pub suspended_processes: Vec<String>,
    /// `Delete in progress`; absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
}

/// CloudWatch's `GroupInServiceInstances`.
pub const IN_SERVICE: Metric = Metric::new("in_service_instances", "GroupInServiceInstances", "Count", AVERAGE_ALONE);
/// CloudWatch's `GroupDesiredCapacity`.
pub const DESIRED: Metric = Metric::new("desired_capacity", "GroupDesiredCapacity", "Count", AVERAGE_ALONE);
/// CloudWatch's `GroupTotalInstances`.
pub const TOTAL: Metric = Metric::new("total_instances", "GroupTotalInstances", "Count", AVERAGE_ALONE);
/// CloudWatch's `GroupPendingInstances`.
pub const PENDING: Metric = Metric::new("pending_instances", "GroupPendingInstances", "Count", AVERAGE_ALONE);
/// CloudWatch's `GroupTerminatingInstances`.
pub const TERMINATING: Metric =
    Metric::new("terminating_instances", "GroupTerminatingInstances", "Count", AVERAGE_ALONE);
/// CloudWatch's `GroupStandbyInstances`.
pub const STANDBY: Metric = Metric::new("standby_instances", "GroupStandbyInstances", "Count", AVERAGE_ALONE);
/// CloudWatch's `GroupMinSize`.
pub const MIN_SIZE: Metric = Metric::new("min_size", "GroupMinSize", "Count", AVERAGE_ALONE);
/// CloudWatch's `GroupMaxSize`.
pub const MAX_SIZE: Metric = Metric::new("max_size", "GroupMaxSize", "Count", AVERAGE_ALONE);

static CATALOG: Catalog = Catalog {
    places: &[Place::of_all("AWS/AutoScaling", &["AutoScalingGroupName"])],
    ids: Ids { like: "names of Auto Scaling groups", accepts },
    named_by_list: false,
    usual: 2,
    metrics: &[IN_SERVICE, DESIRED, TOTAL, PENDING, TERMINATING, STANDBY, MIN_SIZE, MAX_SIZE],
};

/// Accepts 1 to 255 visible characters or spaces, but no colon. Source: the API reference, `CreateAutoScalingGroup`.
fn accepts(name: &str) -> bool {
    (1..=255).contains(&name.chars().count()) && !name.contains(|c: char| c.is_control() || c == ':')
}

impl Kind for AutoScalingGroup {
    const TYPE: &'static str = "autoscaling_group";
    const GROUP: Group = Group::Compute;
    const OPERATIONS: &'static [&'static Operation] = &[&DESCRIBE_AUTO_SCALING_GROUPS];
    const SCOPE: Scope = Scope::Regional;
    /// A group has a status only while it is being deleted.
    const STATES: &'static [&'static str] = &[];
    const TAGS: TagSource = TagSource::Listed;
    const EXPLORER_TYPES: &'static [&'static str] = &["autoscaling:autoScalingGroup"];
    const CATALOG: Option<&'static Catalog> = Some(&CATALOG);
    type Stored = Box<Self>;

    fn state(&self) -> Option<&str> {
        None
    }

    fn bill(&self, _region: &str) -> Result<Bill, Unpriced> {
        Err(Unpriced::billed_as("its instances, which are resources of their own"))
    }

    async fn list(inquiry: &Inquiry<'_>) -> Found<Resource<Box<Self>>> {
        let autoscaling = inquiry.client::<AutoScaling>();
        let ask = |page: Page| {
            autoscaling.describe_auto_scaling_groups().max_records(page.size).set_next_token(page.token).send()
        };
        let limits = autoscaling.limits(&DESCRIBE_AUTO_SCALING_GROUPS, inquiry.deadline).pages_of(GROUPS_A_PAGE);
        every_page(limits, ask, DescribeAutoScalingGroupsOutput::next_token, |page| {
            let groups = page.auto_scaling_groups.unwrap_or_default().into_iter();
            groups.filter_map(|group| group_of(inquiry.region, group)).collect()
        })
        .await
        .into()
    }
}

fn group_of(region: &str, group: types::AutoScalingGroup) -> Option<Resource<Box<AutoScalingGroup>>> {
    let id = group.auto_scaling_group_name.clone()?;
    let arn = given(group.auto_scaling_group_arn.as_deref());
    let listed = group.tags.clone().unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value));
    Some(Resource {
        name: Some(id.clone()),
        region: Some(region.to_owned()),
        arn,
        tags: Some(tags(listed)),
        detail: Box::new(detail_of(group)),
        id,
    })
}

fn detail_of(group: types::AutoScalingGroup) -> AutoScalingGroup {
    let instances = group.instances.unwrap_or_default();
    let in_service = instances.iter().filter(|it| it.lifecycle_state == Some(LifecycleState::InService)).count();
    let unhealthy = |it: &&types::Instance| it.health_status.as_deref().is_some_and(|status| status != HEALTHY);
    let template = group.launch_template.or_else(|| template_of(group.mixed_instances_policy));
    let suspended = group.suspended_processes.unwrap_or_default().into_iter();
    AutoScalingGroup {
        min_size: group.min_size,
        max_size: group.max_size,
        desired_capacity: group.desired_capacity,
        in_service_instances: in_service,
        unhealthy_instances: instances.iter().filter(unhealthy).count(),
        instances: instances.len(),
        health_check_type: given(group.health_check_type.as_deref()),
        launch_template_id: template.as_ref().and_then(|template| given(template.launch_template_id.as_deref())),
        launch_template_name: template.as_ref().and_then(|template| given(template.launch_template_name.as_deref())),
        launch_template_version: template.and_then(|template| given(template.version.as_deref())),
        launch_configuration: given(group.launch_configuration_name.as_deref()),
        availability_zones: group.availability_zones.unwrap_or_default(),
        target_group_arns: group.target_group_arns.unwrap_or_default(),
        load_balancer_names: group.load_balancer_names.unwrap_or_default(),
        suspended_processes: suspended.filter_map(|process| given(process.process_name.as_deref())).collect(),
        status: given(group.status.as_deref()),
        created: timestamp(group.created_time.as_ref()),
    }
}

/// Returns the launch template of a group with several types of instances.
fn template_of(policy: Option<types::MixedInstancesPolicy>) -> Option<LaunchTemplateSpecification> {
    policy?.launch_template?.launch_template_specification
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_group_may_have_spaces_and_slashes_but_no_colon() {
        let (longest, longer) = ("g".repeat(255), "g".repeat(256));
        for name in ["web", "eks/nodes 1", "größe", &longest] {
            assert!(accepts(name), "{name}");
        }
        for name in ["", "a:b", "a\nb", &longer] {
            assert!(!accepts(name), "{name}");
        }
    }
}
