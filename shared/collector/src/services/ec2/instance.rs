//! EC2 instances.

use aws_sdk_ec2::operation::describe_instances::DescribeInstancesOutput;
use aws_sdk_ec2::types::{self, InstanceStateName, InstanceType};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::call::inquiry::Inquiry;
use crate::call::pages::{Found, Page, every_page};
use crate::model::metric::{AVERAGE, Catalog, Ids, MAXIMUM, MINIMUM, Metric, Place, SUM, is_hex_id};
use crate::model::operation::Operation;
use crate::model::price::{Bill, Product, Unpriced, UnpricedReason};
use crate::model::resource::Resource;
use crate::services::ec2::{EC2, Ec2, describe, in_the_region_itself, resource};
use crate::services::kind::{Group, Kind, Scope, TagSource};
use crate::services::values::{given, timestamp};

pub(super) const DESCRIBE_INSTANCES: Operation = describe("DescribeInstances", "ec2:DescribeInstances");

/// The most instances that EC2 returns per page; each page is a round trip.
pub(super) const INSTANCES_A_PAGE: i32 = 1_000;

/// An EC2 instance.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct Instance {
    /// The instance type, such as `t3.micro`.
    #[serde(rename = "type")]
    pub instance_type: Option<String>,
    /// `running`, `stopped`, …
    pub state: Option<String>,
    /// EC2's reason and time of the last change of state, such as `User initiated (2026-11-01 09:00:00 GMT)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_transition_reason: Option<String>,
    /// The last start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch_time: Option<Timestamp>,
    /// The availability zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability_zone: Option<String>,
    /// `x86_64`, `arm64`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    /// `Linux/UNIX`, `Windows`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// EC2's code of what is billed: the operating system, its software, and whose licence it has, such as
    /// `RunInstances:0002`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage_operation: Option<String>,
    /// `default` (on hardware that others share), `dedicated` or `host`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenancy: Option<String>,
    /// The Outpost that it is on; absent for one in an AWS region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outpost_arn: Option<String>,
    /// `spot`, `scheduled` or `capacity-block`; absent for on-demand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<String>,
    /// The image it was started from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_id: Option<String>,
    /// The VPC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<String>,
    /// The subnet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subnet_id: Option<String>,
    /// The private IPv4 address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_ip: Option<String>,
    /// The public IPv4 address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_ip: Option<String>,
    /// Whether there are metrics every minute (`enabled`) or every five minutes (`disabled`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monitoring: Option<String>,
}

/// CloudWatch's `CPUUtilization`.
pub const CPU: Metric = Metric::new("cpu", "CPUUtilization", "Percent", AVERAGE);
/// CloudWatch's `NetworkIn`.
pub const NETWORK_IN: Metric = Metric::new("network_in", "NetworkIn", "Bytes", SUM);
/// CloudWatch's `NetworkOut`.
pub const NETWORK_OUT: Metric = Metric::new("network_out", "NetworkOut", "Bytes", SUM);
/// CloudWatch's `DiskReadBytes`.
pub const DISK_READ_BYTES: Metric = Metric::new("disk_read_bytes", "DiskReadBytes", "Bytes", SUM);
/// CloudWatch's `DiskWriteBytes`.
pub const DISK_WRITE_BYTES: Metric = Metric::new("disk_write_bytes", "DiskWriteBytes", "Bytes", SUM);
/// CloudWatch's `DiskReadOps`.
pub const DISK_READ_OPS: Metric = Metric::new("disk_read_ops", "DiskReadOps", "Count", SUM);
/// CloudWatch's `DiskWriteOps`.
pub const DISK_WRITE_OPS: Metric = Metric::new("disk_write_ops", "DiskWriteOps", "Count", SUM);
/// CloudWatch's `EBSReadBytes`.
pub const EBS_READ_BYTES: Metric = Metric::new("ebs_read_bytes", "EBSReadBytes", "Bytes", SUM);
/// CloudWatch's `EBSWriteBytes`.
pub const EBS_WRITE_BYTES: Metric = Metric::new("ebs_write_bytes", "EBSWriteBytes", "Bytes", SUM);
/// CloudWatch's `StatusCheckFailed`.
pub const STATUS_CHECK_FAILED: Metric = Metric::new("status_check_failed", "StatusCheckFailed", "Count", MAXIMUM);
/// CloudWatch's `StatusCheckFailed_Instance`.
pub const STATUS_CHECK_FAILED_INSTANCE: Metric =
    Metric::new("status_check_failed_instance", "StatusCheckFailed_Instance", "Count", MAXIMUM);
/// CloudWatch's `StatusCheckFailed_System`.
pub const STATUS_CHECK_FAILED_SYSTEM: Metric =
    Metric::new("status_check_failed_system", "StatusCheckFailed_System", "Count", MAXIMUM);
/// CloudWatch's `CPUCreditBalance`.
pub const CPU_CREDIT_BALANCE: Metric =
    Metric::new("cpu_credit_balance", "CPUCreditBalance", "Count", MINIMUM).every(300);
/// CloudWatch's `CPUCreditUsage`.
pub const CPU_CREDIT_USAGE: Metric = Metric::new("cpu_credit_usage", "CPUCreditUsage", "Count", SUM).every(300);

static CATALOG: Catalog = Catalog {
    places: &[Place::of_all("AWS/EC2", &["InstanceId"])],
    ids: Ids { like: "instance ids such as i-0123456789abcdef0", accepts: |id| is_hex_id(id, "i-") },
    named_by_list: false,
    usual: 1,
    metrics: &[
        CPU,
        NETWORK_IN,
        NETWORK_OUT,
        DISK_READ_BYTES,
        DISK_WRITE_BYTES,
        DISK_READ_OPS,
        DISK_WRITE_OPS,
        EBS_READ_BYTES,
        EBS_WRITE_BYTES,
        STATUS_CHECK_FAILED,
        STATUS_CHECK_FAILED_INSTANCE,
        STATUS_CHECK_FAILED_SYSTEM,
        CPU_CREDIT_BALANCE,
        CPU_CREDIT_USAGE,
    ],
};

impl Kind for Instance {
    const TYPE: &'static str = "ec2";
    const GROUP: Group = Group::Compute;
    const OPERATIONS: &'static [&'static Operation] = &[&DESCRIBE_INSTANCES];
    const SCOPE: Scope = Scope::Regional;
    const STATES: &'static [&'static str] = InstanceStateName::values();
    const TAGS: TagSource = TagSource::Listed;
    const EXPLORER_TYPES: &'static [&'static str] = &["ec2:instance"];
    const CATALOG: Option<&'static Catalog> = Some(&CATALOG);
    type Stored = Box<Self>;

    fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    fn bill(&self, region: &str) -> Result<Bill, Unpriced> {
        match self.state.as_deref() {
            Some("running") => {}
            Some(_) => return Err(Unpriced::billed_as("its volumes and addresses while it does not run")),
            None => return Err(Unpriced::missing("state")),
        }
        if let Some(lifecycle) = &self.lifecycle {
            let message = format!("its purchasing option is {lifecycle}, whose prices the price list does not have");
            return Err(Unpriced::new(UnpricedReason::NotOnDemand, message));
        }
        in_the_region_itself(region, self.availability_zone.as_deref(), self.outpost_arn.as_deref())?;
        let tenancy = match self.tenancy.as_deref() {
            Some("default") => "Shared",
            Some("dedicated") => "Dedicated",
            Some("host") => {
                return Err(Unpriced::new(
                    UnpricedReason::NotOnDemand,
                    "AWS bills its dedicated host, not the instance",
                ));
            }
            _ => return Err(Unpriced::missing("tenancy")),
        };
        let instance_type = self.instance_type.as_deref().ok_or_else(|| Unpriced::missing("type"))?;
        // The operating system and whose licence it has.
        let operation = self.usage_operation.as_deref().ok_or_else(|| Unpriced::missing("usage operation"))?;
        let is_metal = instance_type.contains(".metal");
        let family = if is_metal { "Compute Instance (bare metal)" } else { "Compute Instance" };
        let instance = Product::of(EC2, Some(family), "Hrs", region)
            .with("instanceType", instance_type)
            .with("tenancy", tenancy)
            .with("operation", operation)
            .with("capacitystatus", "Used");
        Ok(Bill::of(instance.part("instance", 1)).without(&["volumes", "public IPv4 addresses", "data transfer"]))
    }

    async fn list(inquiry: &Inquiry<'_>) -> Found<Resource<Box<Self>>> {
        let ec2 = inquiry.client::<Ec2>();
        let ask = |page: Page| ec2.describe_instances().max_results(page.size).set_next_token(page.token).send();
        let limits = ec2.limits(&DESCRIBE_INSTANCES, inquiry.deadline).pages_of(INSTANCES_A_PAGE);
        every_page(limits, ask, DescribeInstancesOutput::next_token, |page| {
            let reservations = page.reservations.unwrap_or_default().into_iter();
            let instances = reservations.flat_map(|reservation| reservation.instances.unwrap_or_default());
            instances.filter_map(|instance| instance_of(inquiry, instance)).collect()
        })
        .await
        .into()
    }
}

fn instance_of(inquiry: &Inquiry<'_>, instance: types::Instance) -> Option<Resource<Box<Instance>>> {
    let placement = instance.placement.as_ref();
    let detail = Instance {
        instance_type: instance.instance_type.map(|kind| kind.as_str().to_owned()),
        state: instance.state.and_then(|state| state.name).map(|name| name.as_str().to_owned()),
        state_transition_reason: given(instance.state_transition_reason.as_deref()),
        launch_time: timestamp(instance.launch_time.as_ref()),
        availability_zone: placement.and_then(|placement| given(placement.availability_zone.as_deref())),
        architecture: instance.architecture.map(|architecture| architecture.as_str().to_owned()),
        platform: given(instance.platform_details.as_deref()),
        usage_operation: given(instance.usage_operation.as_deref()),
        tenancy: placement.and_then(|placement| placement.tenancy.as_ref()).map(|kind| kind.as_str().to_owned()),
        outpost_arn: given(instance.outpost_arn.as_deref()),
        lifecycle: instance.instance_lifecycle.map(|lifecycle| lifecycle.as_str().to_owned()),
        image_id: given(instance.image_id.as_deref()),
        vpc_id: given(instance.vpc_id.as_deref()),
        subnet_id: given(instance.subnet_id.as_deref()),
        private_ip: given(instance.private_ip_address.as_deref()),
        public_ip: given(instance.public_ip_address.as_deref()),
        monitoring: instance.monitoring.and_then(|m| m.state).map(|state| state.as_str().to_owned()),
    };
    let id = instance.instance_id?;
    Some(resource(inquiry, id, "instance", instance.tags, Box::new(detail)))
}

/// Returns the instance types in AWS's model of EC2 (such as `m5.large`), as of the SDK that this was built with.
#[must_use]
pub fn instance_types() -> &'static [&'static str] {
    InstanceType::values()
}
