//! EBS snapshots of the account. Those that other accounts share with it are theirs.

use aws_sdk_ec2::operation::describe_snapshots::DescribeSnapshotsOutput;
use aws_sdk_ec2::types::{self, SnapshotState};
use jiff::Timestamp;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

use crate::call::inquiry::Inquiry;
use crate::call::pages::{Found, Page, every_page};
use crate::model::metric::Catalog;
use crate::model::operation::Operation;
use crate::model::price::{Bill, Product, Unpriced};
use crate::model::resource::Resource;
use crate::services::ec2::{EC2, Ec2, describe, in_the_region_itself, shareable};
use crate::services::kind::{Group, Kind, Scope, TagSource};
use crate::services::values::{gib, given, timestamp};

const DESCRIBE_SNAPSHOTS: Operation = describe("DescribeSnapshots", "ec2:DescribeSnapshots");

/// The most snapshots that EC2 returns per page.
const SNAPSHOTS_A_PAGE: i32 = 1_000;

/// The owner whose snapshots are listed.
const OWN: &str = "self";

/// The volume that EC2 names for a copy of a snapshot. No volume has this id; CopySnapshot's reference says that the id
/// must not be used for anything.
const NO_VOLUME: &str = "vol-ffffffff";

/// An EBS snapshot.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct Snapshot {
    /// `completed`, `pending`, …
    pub state: Option<String>,
    /// The size of the volume in GiB. AWS bills less: the blocks that differ from those of the snapshot before.
    pub volume_size_gb: Option<i32>,
    /// `standard` or `archive`.
    pub storage_tier: Option<String>,
    /// The volume that it was made of, which may be gone; absent for a copy of another snapshot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume_id: Option<String>,
    /// The description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether it is encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<bool>,
    /// The size of all its blocks in bytes, whichever snapshot they are billed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_size_bytes: Option<i64>,
    /// The Outpost that it is stored on; absent for one that is stored in an AWS region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outpost_arn: Option<String>,
    /// How much of it is written, such as `100%`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<String>,
    /// When it was started; it has the data of this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
}

impl Kind for Snapshot {
    const TYPE: &'static str = "ebs_snapshot";
    const GROUP: Group = Group::Storage;
    const OPERATIONS: &'static [&'static Operation] = &[&DESCRIBE_SNAPSHOTS];
    const SCOPE: Scope = Scope::Regional;
    const STATES: &'static [&'static str] = SnapshotState::values();
    const TAGS: TagSource = TagSource::Listed;
    const EXPLORER_TYPES: &'static [&'static str] = &["ec2:snapshot"];
    /// CloudWatch has no metrics of snapshots.
    const CATALOG: Option<&'static Catalog> = None;
    type Stored = Box<Self>;

    fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    fn bill(&self, region: &str) -> Result<Bill, Unpriced> {
        in_the_region_itself(region, None, self.outpost_arn.as_deref())?;
        let usage = match self.storage_tier.as_deref() {
            Some("standard") => "EBS:SnapshotUsage",
            Some("archive") => "EBS:SnapshotArchiveStorage",
            _ => return Err(Unpriced::missing("storage tier")),
        };
        let full = self.full_size_bytes.filter(|bytes| *bytes > 0).map(gib);
        let size = full.or_else(|| self.volume_size_gb.map(Decimal::from)).ok_or_else(|| Unpriced::missing("size"))?;
        let storage = Product::of(EC2, Some("Storage Snapshot"), "GB-Mo", region).used_as(usage);
        Ok(Bill::of(storage.part("storage", size))
            .at_most("AWS bills only the blocks that differ from those of the snapshot before"))
    }

    async fn list(inquiry: &Inquiry<'_>) -> Found<Resource<Box<Self>>> {
        let ec2 = inquiry.client::<Ec2>();
        let ask = |page: Page| {
            ec2.describe_snapshots().owner_ids(OWN).max_results(page.size).set_next_token(page.token).send()
        };
        let limits = ec2.limits(&DESCRIBE_SNAPSHOTS, inquiry.deadline).pages_of(SNAPSHOTS_A_PAGE);
        every_page(limits, ask, DescribeSnapshotsOutput::next_token, |page| {
            let snapshots = page.snapshots.unwrap_or_default().into_iter();
            snapshots.filter_map(|snapshot| snapshot_of(inquiry, snapshot)).collect()
        })
        .await
        .into()
    }
}

fn snapshot_of(inquiry: &Inquiry<'_>, snapshot: types::Snapshot) -> Option<Resource<Box<Snapshot>>> {
    // Only a copy has a type of transfer.
    let is_copy = snapshot.transfer_type.is_some();
    let detail = Snapshot {
        state: snapshot.state.map(|state| state.as_str().to_owned()),
        volume_size_gb: snapshot.volume_size,
        storage_tier: snapshot.storage_tier.map(|tier| tier.as_str().to_owned()),
        volume_id: given(snapshot.volume_id.as_deref()).filter(|id| id != NO_VOLUME && !is_copy),
        description: given(snapshot.description.as_deref()),
        encrypted: snapshot.encrypted,
        full_size_bytes: snapshot.full_snapshot_size_in_bytes,
        outpost_arn: given(snapshot.outpost_arn.as_deref()),
        progress: given(snapshot.progress.as_deref()),
        started: timestamp(snapshot.start_time.as_ref()),
    };
    let id = snapshot.snapshot_id?;
    Some(shareable(inquiry, id, "snapshot", snapshot.tags, Box::new(detail)))
}
