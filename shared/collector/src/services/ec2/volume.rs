//! EBS volumes.

use aws_sdk_ec2::operation::describe_volumes::DescribeVolumesOutput;
use aws_sdk_ec2::types::{self, VolumeState};
use jiff::Timestamp;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

use crate::call::inquiry::Inquiry;
use crate::call::pages::{Found, Page, every_page};
use crate::model::metric::{AVERAGE, Catalog, Ids, MINIMUM, Metric, Place, SUM, is_hex_id};
use crate::model::operation::Operation;
use crate::model::price::{Bill, Product, Unpriced, UnpricedReason};
use crate::model::resource::Resource;
use crate::services::ec2::{EC2, Ec2, describe, in_the_region_itself, resource};
use crate::services::kind::{Group, Kind, Scope, TagSource};
use crate::services::values::{given, timestamp};

const DESCRIBE_VOLUMES: Operation = describe("DescribeVolumes", "ec2:DescribeVolumes");

/// The most volumes that EC2 returns per page.
const VOLUMES_A_PAGE: i32 = 500;

/// The IOPS and the throughput in MiB/s of gp3 that cost nothing more. Source: the EBS user guide, General Purpose SSD.
const GP3_IOPS: i32 = 3_000;
const GP3_THROUGHPUT: i32 = 125;
const MIB_A_GIB: i32 = 1_024;
/// The tiers of the IOPS of io2: the price list's name, and from and up to how many they are. Source: EBS pricing.
const IO2_TIERS: [(&str, i32, i32); 3] =
    [("EBS IOPS", 0, 32_000), ("EBS IOPS Tier 2", 32_000, 64_000), ("EBS IOPS Tier 3", 64_000, i32::MAX)];

/// An EBS volume.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct Volume {
    /// `gp3`, `io2`, `st1`, …
    #[serde(rename = "type")]
    pub volume_type: Option<String>,
    /// `in-use`, `available` (attached to nothing), …
    pub state: Option<String>,
    /// The size in GiB.
    pub size_gb: Option<i32>,
    /// The instances that it is attached to.
    pub attached_to: Vec<String>,
    /// IOPS, provisioned or baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iops: Option<i32>,
    /// Throughput in MiB/s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throughput: Option<i32>,
    /// Whether it is encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<bool>,
    /// The availability zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability_zone: Option<String>,
    /// The Outpost that it is on; absent for one in an AWS region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outpost_arn: Option<String>,
    /// The snapshot that it was created from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot_id: Option<String>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
}

/// CloudWatch's `VolumeReadOps`.
pub const READ_OPS: Metric = Metric::new("read_ops", "VolumeReadOps", "Count", SUM);
/// CloudWatch's `VolumeWriteOps`.
pub const WRITE_OPS: Metric = Metric::new("write_ops", "VolumeWriteOps", "Count", SUM);
/// CloudWatch's `VolumeReadBytes`.
pub const READ_BYTES: Metric = Metric::new("read_bytes", "VolumeReadBytes", "Bytes", SUM);
/// CloudWatch's `VolumeWriteBytes`.
pub const WRITE_BYTES: Metric = Metric::new("write_bytes", "VolumeWriteBytes", "Bytes", SUM);
/// CloudWatch's `VolumeIdleTime`.
pub const IDLE_TIME: Metric = Metric::new("idle_time", "VolumeIdleTime", "Seconds", SUM);
/// CloudWatch's `VolumeQueueLength`.
pub const QUEUE_LENGTH: Metric = Metric::new("queue_length", "VolumeQueueLength", "Count", AVERAGE);
/// CloudWatch's `BurstBalance`.
pub const BURST_BALANCE: Metric = Metric::new("burst_balance", "BurstBalance", "Percent", MINIMUM).every(300);

static CATALOG: Catalog = Catalog {
    places: &[Place::of_all("AWS/EBS", &["VolumeId"])],
    ids: Ids { like: "volume ids such as vol-0123456789abcdef0", accepts: |id| is_hex_id(id, "vol-") },
    named_by_list: false,
    usual: 2,
    metrics: &[READ_OPS, WRITE_OPS, READ_BYTES, WRITE_BYTES, IDLE_TIME, QUEUE_LENGTH, BURST_BALANCE],
};

impl Kind for Volume {
    const TYPE: &'static str = "ebs";
    const GROUP: Group = Group::Storage;
    const OPERATIONS: &'static [&'static Operation] = &[&DESCRIBE_VOLUMES];
    const SCOPE: Scope = Scope::Regional;
    const STATES: &'static [&'static str] = VolumeState::values();
    const TAGS: TagSource = TagSource::Listed;
    const EXPLORER_TYPES: &'static [&'static str] = &["ec2:volume"];
    const CATALOG: Option<&'static Catalog> = Some(&CATALOG);
    type Stored = Box<Self>;

    fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    fn bill(&self, region: &str) -> Result<Bill, Unpriced> {
        in_the_region_itself(region, self.availability_zone.as_deref(), self.outpost_arn.as_deref())?;
        let kind = self.volume_type.as_deref().ok_or_else(|| Unpriced::missing("type"))?;
        let size = self.size_gb.ok_or_else(|| Unpriced::missing("size"))?;
        let of_kind = |family, unit| Product::of(EC2, Some(family), unit, region).with("volumeApiName", kind);
        let storage = Bill::of(of_kind("Storage", "GB-Mo").part("storage", size));
        let iops = |group: &str, quantity: i32| {
            of_kind("System Operation", "IOPS-Mo").with("group", group).part("iops", quantity)
        };
        let beyond = |given: Option<i32>, included: i32| given.map_or(0, |given| given.saturating_sub(included).max(0));
        Ok(match kind {
            "gp2" | "st1" | "sc1" => storage,
            "standard" => storage.without(&["I/O requests"]),
            "gp3" => {
                let (more_iops, more_throughput) =
                    (beyond(self.iops, GP3_IOPS), beyond(self.throughput, GP3_THROUGHPUT));
                let throughput = of_kind("Provisioned Throughput", "GiBps-mo").with("group", "EBS Throughput");
                let in_gib = Decimal::from(more_throughput).checked_div(Decimal::from(MIB_A_GIB)).unwrap_or_default();
                [(more_iops, iops("EBS IOPS", more_iops)), (more_throughput, throughput.part("throughput", in_gib))]
                    .into_iter()
                    .filter(|(more, _)| *more > 0)
                    .fold(storage, |bill, (_, part)| bill.and(part))
            }
            "io1" => storage.and(iops("EBS IOPS", self.iops.ok_or_else(|| Unpriced::missing("number of IOPS"))?)),
            "io2" => {
                let all = self.iops.ok_or_else(|| Unpriced::missing("number of IOPS"))?;
                IO2_TIERS
                    .into_iter()
                    .map(|(group, from, to)| (group, all.min(to).saturating_sub(from)))
                    .filter(|(_, within)| *within > 0)
                    .fold(storage, |bill, (group, within)| bill.and(iops(group, within)))
            }
            other => {
                return Err(Unpriced::new(UnpricedReason::NotSupported, format!("how AWS bills {other} is unknown")));
            }
        })
    }

    async fn list(inquiry: &Inquiry<'_>) -> Found<Resource<Box<Self>>> {
        let ec2 = inquiry.client::<Ec2>();
        let ask = |page: Page| ec2.describe_volumes().max_results(page.size).set_next_token(page.token).send();
        let limits = ec2.limits(&DESCRIBE_VOLUMES, inquiry.deadline).pages_of(VOLUMES_A_PAGE);
        every_page(limits, ask, DescribeVolumesOutput::next_token, |page| {
            let volumes = page.volumes.unwrap_or_default().into_iter();
            volumes.filter_map(|volume| volume_of(inquiry, volume)).collect()
        })
        .await
        .into()
    }
}

fn volume_of(inquiry: &Inquiry<'_>, volume: types::Volume) -> Option<Resource<Box<Volume>>> {
    let attachments = volume.attachments.unwrap_or_default();
    let detail = Volume {
        volume_type: volume.volume_type.map(|kind| kind.as_str().to_owned()),
        state: volume.state.map(|state| state.as_str().to_owned()),
        size_gb: volume.size,
        attached_to: attachments.into_iter().filter_map(|attachment| attachment.instance_id).collect(),
        iops: volume.iops,
        throughput: volume.throughput,
        encrypted: volume.encrypted,
        availability_zone: given(volume.availability_zone.as_deref()),
        outpost_arn: given(volume.outpost_arn.as_deref()),
        snapshot_id: given(volume.snapshot_id.as_deref()),
        created: timestamp(volume.create_time.as_ref()),
    };
    let id = volume.volume_id?;
    Some(resource(inquiry, id, "volume", volume.tags, Box::new(detail)))
}
