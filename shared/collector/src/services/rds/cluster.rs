//! RDS clusters: of Aurora, and Multi-AZ clusters of other engines. RDS also lists those of Neptune and DocumentDB.

use aws_sdk_rds::operation::describe_db_clusters::DescribeDbClustersOutput;
use aws_sdk_rds::types::{self, DbClusterMember};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::call::inquiry::Inquiry;
use crate::call::pages::{Found, Page, every_page};
use crate::model::metric::{AVERAGE, Catalog, Ids, MAXIMUM, MINIMUM, Metric, Place, SUM, is_name};
use crate::model::operation::Operation;
use crate::model::price::{Bill, Unpriced, UnpricedReason};
use crate::model::resource::Resource;
use crate::services::kind::{Group, Kind, Scope, TagSource};
use crate::services::rds::{ITEMS_A_PAGE, Rds, describe, resource};
use crate::services::values::{given, timestamp};

const DESCRIBE_DB_CLUSTERS: Operation = describe("DescribeDBClusters", "rds:DescribeDBClusters");

/// The statuses of a cluster, as listed in Aurora's user guide; the API has no enumeration of them.
const STATUSES: &[&str] = &[
    "available",
    "backing-up",
    "backtracking",
    "cloning-failed",
    "creating",
    "deleting",
    "failing-over",
    "inaccessible-encryption-credentials",
    "inaccessible-encryption-credentials-recoverable",
    "maintenance",
    "migrating",
    "migration-failed",
    "modifying",
    "preparing-data-migration",
    "promoting",
    "rebooting",
    "renaming",
    "resetting-master-credentials",
    "starting",
    "stopped",
    "stopping",
    "storage-optimization",
    "update-iam-db-auth",
    "upgrading",
];

/// An RDS cluster.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct DbCluster {
    /// `aurora-postgresql`, `aurora-mysql`, `mysql`, `postgres`, `neptune`, `docdb`, …
    pub engine: Option<String>,
    /// The engine's version.
    pub engine_version: Option<String>,
    /// `available`, `stopped`, …
    pub status: Option<String>,
    /// Its instances.
    pub members: Vec<Member>,
    /// `provisioned` (also with serverless instances), or `serverless` for Aurora Serverless v1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine_mode: Option<String>,
    /// The class of the instances of a Multi-AZ cluster; those of Aurora have their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The least capacity of serverless instances, in Aurora capacity units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serverless_min_capacity: Option<f64>,
    /// The most capacity of serverless instances, in Aurora capacity units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serverless_max_capacity: Option<f64>,
    /// `aurora`, `aurora-iopt1`, `io1`, `gp3`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_type: Option<String>,
    /// Allocated storage in GiB; 1 for Aurora, whose storage grows by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_gb: Option<i32>,
    /// Provisioned IOPS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iops: Option<i32>,
    /// Whether the storage is encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<bool>,
    /// Whether it has instances in several zones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multi_az: Option<bool>,
    /// Whether it is protected from deletion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletion_protection: Option<bool>,
    /// The host name to connect to for writing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The host name to connect to for reading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reader_endpoint: Option<String>,
    /// The port to connect to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<i32>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
}

/// An instance of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[schemars(rename = "ClusterMember")]
pub struct Member {
    /// The name of the instance.
    pub id: String,
    /// Whether it is the one that writes; `None` if RDS does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub writer: Option<bool>,
}

/// CloudWatch's `CPUUtilization`, over all instances.
pub const CPU: Metric = Metric::new("cpu", "CPUUtilization", "Percent", AVERAGE);
/// CloudWatch's `DatabaseConnections`, over all instances.
pub const CONNECTIONS: Metric = Metric::new("connections", "DatabaseConnections", "Count", AVERAGE);
/// CloudWatch's `FreeableMemory`, over all instances.
pub const FREEABLE_MEMORY: Metric = Metric::new("freeable_memory", "FreeableMemory", "Bytes", MINIMUM);
/// CloudWatch's `VolumeBytesUsed`, the storage of an Aurora cluster.
pub const VOLUME_BYTES_USED: Metric = Metric::new("volume_bytes_used", "VolumeBytesUsed", "Bytes", AVERAGE);
/// CloudWatch's `VolumeReadIOPs`: billed reads, which Aurora reports every five minutes.
pub const VOLUME_READ_IOPS: Metric = Metric::new("volume_read_iops", "VolumeReadIOPs", "Count", SUM).every(300);
/// CloudWatch's `VolumeWriteIOPs`: billed writes, which Aurora reports every five minutes.
pub const VOLUME_WRITE_IOPS: Metric = Metric::new("volume_write_iops", "VolumeWriteIOPs", "Count", SUM).every(300);
/// CloudWatch's `ServerlessDatabaseCapacity`, in Aurora capacity units.
pub const SERVERLESS_CAPACITY: Metric =
    Metric::new("serverless_capacity", "ServerlessDatabaseCapacity", "Count", AVERAGE);
/// CloudWatch's `ACUUtilization`: the serverless capacity as a share of its maximum.
pub const ACU_UTILIZATION: Metric = Metric::new("acu_utilization", "ACUUtilization", "Percent", AVERAGE);
/// CloudWatch's `AuroraReplicaLagMaximum`, between the writer and the slowest reader.
pub const REPLICA_LAG: Metric = Metric::new("replica_lag", "AuroraReplicaLagMaximum", "Milliseconds", MAXIMUM);

static CATALOG: Catalog = Catalog {
    places: &[Place::of_all("AWS/RDS", &["DBClusterIdentifier"])],
    ids: Ids { like: "names of database clusters", accepts: |id| is_name(id, 63, "-") },
    named_by_list: false,
    usual: 2,
    metrics: &[
        CPU,
        CONNECTIONS,
        FREEABLE_MEMORY,
        VOLUME_BYTES_USED,
        VOLUME_READ_IOPS,
        VOLUME_WRITE_IOPS,
        SERVERLESS_CAPACITY,
        ACU_UTILIZATION,
        REPLICA_LAG,
    ],
};

impl Kind for DbCluster {
    const TYPE: &'static str = "rds_cluster";
    const GROUP: Group = Group::Database;
    const OPERATIONS: &'static [&'static Operation] = &[&DESCRIBE_DB_CLUSTERS];
    const SCOPE: Scope = Scope::Regional;
    const STATES: &'static [&'static str] = STATUSES;
    const TAGS: TagSource = TagSource::Listed;
    const EXPLORER_TYPES: &'static [&'static str] = &["rds:cluster"];
    const CATALOG: Option<&'static Catalog> = Some(&CATALOG);
    type Stored = Box<Self>;

    fn state(&self) -> Option<&str> {
        self.status.as_deref()
    }

    fn bill(&self, _region: &str) -> Result<Bill, Unpriced> {
        Err(if self.class.is_some() {
            Unpriced::new(UnpricedReason::NotSupported, "prices of Multi-AZ clusters with three instances are not read")
        } else {
            Unpriced::billed_as("its instances, which are resources of their own, and the bytes that it stores")
        })
    }

    async fn list(inquiry: &Inquiry<'_>) -> Found<Resource<Box<Self>>> {
        let rds = inquiry.client::<Rds>();
        let ask = |page: Page| rds.describe_db_clusters().max_records(page.size).set_marker(page.token).send();
        let limits = rds.limits(&DESCRIBE_DB_CLUSTERS, inquiry.deadline).pages_of(ITEMS_A_PAGE);
        every_page(limits, ask, DescribeDbClustersOutput::marker, |page| {
            let clusters = page.db_clusters.unwrap_or_default().into_iter();
            clusters.filter_map(|cluster| cluster_of(inquiry.region, cluster)).collect()
        })
        .await
        .into()
    }
}

fn cluster_of(region: &str, cluster: types::DbCluster) -> Option<Resource<Box<DbCluster>>> {
    let id = cluster.db_cluster_identifier?;
    let serverless = cluster.serverless_v2_scaling_configuration;
    let detail = DbCluster {
        engine: given(cluster.engine.as_deref()),
        engine_version: given(cluster.engine_version.as_deref()),
        status: given(cluster.status.as_deref()),
        members: cluster.db_cluster_members.unwrap_or_default().iter().filter_map(member_of).collect(),
        engine_mode: given(cluster.engine_mode.as_deref()),
        class: given(cluster.db_cluster_instance_class.as_deref()),
        serverless_min_capacity: serverless.as_ref().and_then(|scaling| scaling.min_capacity),
        serverless_max_capacity: serverless.as_ref().and_then(|scaling| scaling.max_capacity),
        storage_type: given(cluster.storage_type.as_deref()),
        storage_gb: cluster.allocated_storage,
        iops: cluster.iops,
        encrypted: cluster.storage_encrypted,
        multi_az: cluster.multi_az,
        deletion_protection: cluster.deletion_protection,
        endpoint: given(cluster.endpoint.as_deref()),
        reader_endpoint: given(cluster.reader_endpoint.as_deref()),
        port: cluster.port,
        created: timestamp(cluster.cluster_create_time.as_ref()),
    };
    Some(resource(region, id, cluster.db_cluster_arn.as_deref(), cluster.tag_list, Box::new(detail)))
}

fn member_of(member: &DbClusterMember) -> Option<Member> {
    Some(Member { id: given(member.db_instance_identifier.as_deref())?, writer: member.is_cluster_writer })
}
