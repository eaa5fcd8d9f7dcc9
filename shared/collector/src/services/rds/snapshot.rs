//! RDS snapshots: of database instances and of clusters, manual ones and automated ones.
//!
//! RDS lists the two kinds by an operation each. Without a type of snapshot in the request, it returns all that belong to
//! the account, and none that other accounts share with it or publish. The two kinds have names of their own, so that an
//! instance's and a cluster's snapshot can have the same one; the id of the cluster's is then the end of its ARN.

use std::collections::HashSet;

use aws_sdk_rds::operation::describe_db_cluster_snapshots::DescribeDbClusterSnapshotsOutput;
use aws_sdk_rds::operation::describe_db_snapshots::DescribeDbSnapshotsOutput;
use aws_sdk_rds::types::{self, DbClusterSnapshot};
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
use crate::services::kind::{Group, Kind, Scope, TagSource};
use crate::services::rds::{ITEMS_A_PAGE, OFFER, Rds, describe, resource};
use crate::services::values::{gib, given, timestamp};

const DESCRIBE_DB_SNAPSHOTS: Operation = describe("DescribeDBSnapshots", "rds:DescribeDBSnapshots");
const DESCRIBE_DB_CLUSTER_SNAPSHOTS: Operation =
    describe("DescribeDBClusterSnapshots", "rds:DescribeDBClusterSnapshots");

/// The statuses of a snapshot; the API has no enumeration of them. Source: the API's reference of cluster snapshots, and
/// the statuses for which the SDKs' waiters for a snapshot give up.
const STATUSES: &[&str] = &[
    "available",
    "copying",
    "creating",
    "deleted",
    "deleting",
    "failed",
    "incompatible-parameters",
    "incompatible-restore",
];

/// An RDS snapshot.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct DbSnapshot {
    /// `instance` or `cluster`: what it is of.
    pub of: Source,
    /// The name of the database instance or of the cluster.
    pub source_id: Option<String>,
    /// `manual`, `automated`, `awsbackup`, …
    pub snapshot_type: Option<String>,
    /// `postgres`, `mysql`, `aurora-postgresql`, …
    pub engine: Option<String>,
    /// `available`, `creating`, …
    pub status: Option<String>,
    /// The allocated storage of what it is of, in GiB; 1 or 0 for Aurora.
    pub size_gb: Option<i32>,
    /// The engine's version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine_version: Option<String>,
    /// The size of all its blocks in bytes, which is more than what it adds to older snapshots.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_size_bytes: Option<i64>,
    /// Whether it is encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<bool>,
    /// The snapshot in another region or account that it was copied from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copied_from: Option<String>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
}

/// What a snapshot is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "SnapshotSource")]
pub enum Source {
    /// A database instance.
    #[default]
    Instance,
    /// A cluster.
    Cluster,
}

impl Kind for DbSnapshot {
    const TYPE: &'static str = "rds_snapshot";
    const GROUP: Group = Group::Storage;
    const OPERATIONS: &'static [&'static Operation] = &[&DESCRIBE_DB_SNAPSHOTS, &DESCRIBE_DB_CLUSTER_SNAPSHOTS];
    const SCOPE: Scope = Scope::Regional;
    const STATES: &'static [&'static str] = STATUSES;
    const TAGS: TagSource = TagSource::Listed;
    const EXPLORER_TYPES: &'static [&'static str] = &["rds:snapshot", "rds:cluster-snapshot"];
    const CATALOG: Option<&'static Catalog> = None;
    type Stored = Box<Self>;

    fn state(&self) -> Option<&str> {
        self.status.as_deref()
    }

    fn bill(&self, region: &str) -> Result<Bill, Unpriced> {
        match self.snapshot_type.as_deref() {
            Some("manual") => {}
            Some(_) => {
                return Err(Unpriced::billed_as("what all backups of a region have beyond the databases' storage"));
            }
            None => return Err(Unpriced::missing("type")),
        }
        let engine = self.engine.as_deref().ok_or_else(|| Unpriced::missing("engine"))?;
        let full = self.full_size_bytes.filter(|bytes| *bytes > 0).map(gib);
        let is_aurora = engine.starts_with("aurora");
        // The storage of Aurora is not allocated, so its allocated size is no size.
        let allocated = self.size_gb.filter(|_| !is_aurora).map(Decimal::from);
        let size = full.or(allocated).ok_or_else(|| Unpriced::missing("size"))?;
        let usage = if is_aurora { "Aurora:BackupUsage" } else { "RDS:ChargedBackupUsage" };
        let mut storage = Product::of(OFFER, Some("Storage Snapshot"), "GB-Mo", region).used_as(usage);
        if !is_aurora {
            storage = storage.with("databaseEngine", "Any");
        }
        Ok(Bill::of(storage.part("storage", size))
            .at_most("AWS bills what differs from the snapshot before, beyond as much as the region's databases have"))
    }

    async fn list(inquiry: &Inquiry<'_>) -> Found<Resource<Box<Self>>> {
        let (mut snapshots, of_clusters) = tokio::join!(of_instances(inquiry), of_clusters(inquiry));
        let names: HashSet<_> = snapshots.items.iter().map(|snapshot| snapshot.id.clone()).collect();
        snapshots.items.extend(of_clusters.items.into_iter().map(|snapshot| distinct(snapshot, &names)));
        for fault in of_clusters.faults {
            snapshots.fail(fault);
        }
        snapshots
    }
}

/// Lists the snapshots of instances.
async fn of_instances(inquiry: &Inquiry<'_>) -> Found<Resource<Box<DbSnapshot>>> {
    let rds = inquiry.client::<Rds>();
    let ask = |page: Page| rds.describe_db_snapshots().max_records(page.size).set_marker(page.token).send();
    let limits = rds.limits(&DESCRIBE_DB_SNAPSHOTS, inquiry.deadline).pages_of(ITEMS_A_PAGE);
    every_page(limits, ask, DescribeDbSnapshotsOutput::marker, |page| {
        let snapshots = page.db_snapshots.unwrap_or_default().into_iter();
        snapshots.filter_map(|snapshot| of_instance(inquiry.region, snapshot)).collect()
    })
    .await
    .into()
}

/// Lists the snapshots of clusters.
async fn of_clusters(inquiry: &Inquiry<'_>) -> Found<Resource<Box<DbSnapshot>>> {
    let rds = inquiry.client::<Rds>();
    let ask = |page: Page| rds.describe_db_cluster_snapshots().max_records(page.size).set_marker(page.token).send();
    let limits = rds.limits(&DESCRIBE_DB_CLUSTER_SNAPSHOTS, inquiry.deadline).pages_of(ITEMS_A_PAGE);
    every_page(limits, ask, DescribeDbClusterSnapshotsOutput::marker, |page| {
        let snapshots = page.db_cluster_snapshots.unwrap_or_default().into_iter();
        snapshots.filter_map(|snapshot| of_cluster(inquiry.region, snapshot)).collect()
    })
    .await
    .into()
}

fn of_instance(region: &str, snapshot: types::DbSnapshot) -> Option<Resource<Box<DbSnapshot>>> {
    let id = snapshot.db_snapshot_identifier?;
    let detail = DbSnapshot {
        of: Source::Instance,
        source_id: given(snapshot.db_instance_identifier.as_deref()),
        snapshot_type: given(snapshot.snapshot_type.as_deref()),
        engine: given(snapshot.engine.as_deref()),
        status: given(snapshot.status.as_deref()),
        size_gb: snapshot.allocated_storage,
        engine_version: given(snapshot.engine_version.as_deref()),
        full_size_bytes: snapshot.full_snapshot_size_in_bytes,
        encrypted: snapshot.encrypted,
        copied_from: from_elsewhere(
            snapshot.source_db_snapshot_identifier.as_deref(),
            snapshot.db_snapshot_arn.as_deref(),
        ),
        created: timestamp(snapshot.snapshot_create_time.as_ref()),
    };
    Some(resource(region, id, snapshot.db_snapshot_arn.as_deref(), snapshot.tag_list, Box::new(detail)))
}

fn of_cluster(region: &str, snapshot: DbClusterSnapshot) -> Option<Resource<Box<DbSnapshot>>> {
    let id = snapshot.db_cluster_snapshot_identifier?;
    let arn = snapshot.db_cluster_snapshot_arn.as_deref();
    let detail = DbSnapshot {
        of: Source::Cluster,
        source_id: given(snapshot.db_cluster_identifier.as_deref()),
        snapshot_type: given(snapshot.snapshot_type.as_deref()),
        engine: given(snapshot.engine.as_deref()),
        status: given(snapshot.status.as_deref()),
        size_gb: snapshot.allocated_storage,
        engine_version: given(snapshot.engine_version.as_deref()),
        full_size_bytes: None,
        encrypted: snapshot.storage_encrypted,
        copied_from: from_elsewhere(snapshot.source_db_cluster_snapshot_arn.as_deref(), arn),
        created: timestamp(snapshot.snapshot_create_time.as_ref()),
    };
    Some(resource(region, id, arn, snapshot.tag_list, Box::new(detail)))
}

/// Returns the source of a copy, unless it is in the same region and account.
fn from_elsewhere(source: Option<&str>, own: Option<&str>) -> Option<String> {
    let place = |arn: &str| arn.split(':').skip(3).take(2).map(str::to_owned).collect::<Vec<_>>();
    let source = given(source)?;
    (Some(place(&source)) != own.map(place)).then_some(source)
}

/// Returns a cluster's snapshot with an id that none of the instances' snapshots has.
fn distinct(mut snapshot: Resource<Box<DbSnapshot>>, taken: &HashSet<String>) -> Resource<Box<DbSnapshot>> {
    if taken.contains(&snapshot.id) {
        snapshot.id = format!("cluster-snapshot:{}", snapshot.id);
    }
    snapshot
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_from_elsewhere_if_its_region_or_account_differs() {
        let own = Some("arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:copy");
        for (source, elsewhere) in [
            ("arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:rds:original", false),
            ("arn:aws:rds:us-east-1:123456789012:cluster-snapshot:original", true),
            ("arn:aws:rds:eu-west-1:210987654321:cluster-snapshot:original", true),
            ("original", true),
        ] {
            assert_eq!(from_elsewhere(Some(source), own), elsewhere.then(|| source.to_owned()), "{source}");
            assert_eq!(from_elsewhere(Some(source), None), Some(source.to_owned()), "{source}");
        }
        assert_eq!([from_elsewhere(None, own), from_elsewhere(Some(""), own)], [None, None]);
    }
}
