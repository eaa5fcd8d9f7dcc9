//! Redshift: provisioned clusters.

use aws_sdk_redshift::operation::describe_clusters::DescribeClustersOutput;
use aws_sdk_redshift::types;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::call::clients::{Service, guarded_client};
use crate::call::gate::Rate;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Found, Page, every_page};
use crate::model::metric::{AVERAGE, Catalog, Ids, MAXIMUM, MINIMUM, Metric, Place, SUM, is_name};
use crate::model::operation::{Operation, Price};
use crate::model::price::{Bill, Product, Unpriced, UnpricedReason};
use crate::model::resource::Resource;
use crate::services::kind::{Group, Kind, Scope, TagSource};
use crate::services::values::{given, tags, timestamp};

/// Redshift.
pub(crate) struct Redshift;

impl Service for Redshift {
    const NAME: &'static str = "redshift";
    const RATE: Rate = Rate::UNKNOWN;

    guarded_client!(aws_sdk_redshift);
}

const DESCRIBE_CLUSTERS: Operation = Operation {
    service: Redshift::NAME,
    name: "DescribeClusters",
    action: Some("redshift:DescribeClusters"),
    price: Price::Free,
};

/// The most clusters that Redshift returns per page.
const CLUSTERS_A_PAGE: i32 = 100;

/// The statuses of a cluster, as listed in the API's reference, and those of a cluster that is paused or resumed; the API
/// has no enumeration of them. What may follow after a comma, as in `available, prep-for-resize`, is left out.
const STATUSES: &[&str] = &[
    "available",
    "cancelling-resize",
    "creating",
    "deleting",
    "final-snapshot",
    "hardware-failure",
    "incompatible-hsm",
    "incompatible-network",
    "incompatible-parameters",
    "incompatible-restore",
    "modifying",
    "paused",
    "pausing",
    "rebooting",
    "renaming",
    "resizing",
    "resuming",
    "rotating-keys",
    "storage-full",
    "updating-hsm",
];

/// A Redshift cluster.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct RedshiftCluster {
    /// The type of its nodes, such as `ra3.xlplus`.
    pub node_type: Option<String>,
    /// The number of its compute nodes.
    pub node_count: Option<i32>,
    /// `available`, `paused`, …; during a resize with a step, as in `available, prep-for-resize`.
    pub status: Option<String>,
    /// Whether queries can run: `Available`, `Unavailable`, `Maintenance`, `Modifying` or `Failed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability_status: Option<String>,
    /// The version of the engine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The name of the database that was created with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// The host name to connect to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The port to connect to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<i32>,
    /// Whether its nodes are in two zones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multi_az: Option<bool>,
    /// The availability zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability_zone: Option<String>,
    /// The VPC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<String>,
    /// Whether what it stores is encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<bool>,
    /// Whether it can be reached from outside its VPC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publicly_accessible: Option<bool>,
    /// `current`, `trailing`, or another maintenance track.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maintenance_track: Option<String>,
    /// How many days its automatic snapshots are kept; 0 if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot_retention_days: Option<i32>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
}

/// CloudWatch's `CPUUtilization`, over all nodes.
pub const CPU: Metric = Metric::new("cpu", "CPUUtilization", "Percent", AVERAGE);
/// CloudWatch's `DatabaseConnections`.
pub const CONNECTIONS: Metric = Metric::new("connections", "DatabaseConnections", "Count", AVERAGE);
/// CloudWatch's `PercentageDiskSpaceUsed`.
pub const DISK_USED: Metric = Metric::new("disk_used", "PercentageDiskSpaceUsed", "Percent", AVERAGE);
/// CloudWatch's `HealthStatus`: 1 while a simple query of each minute succeeds, and 0 otherwise.
pub const HEALTH: Metric = Metric::new("health", "HealthStatus", "Count", MINIMUM);
/// CloudWatch's `MaintenanceMode`: 1 during maintenance, and 0 otherwise.
pub const MAINTENANCE_MODE: Metric = Metric::new("maintenance_mode", "MaintenanceMode", "Count", MAXIMUM);
/// CloudWatch's `ReadIOPS`, over all nodes.
pub const READ_IOPS: Metric = Metric::new("read_iops", "ReadIOPS", "Count/Second", AVERAGE);
/// CloudWatch's `WriteIOPS`, over all nodes.
pub const WRITE_IOPS: Metric = Metric::new("write_iops", "WriteIOPS", "Count/Second", AVERAGE);
/// CloudWatch's `NetworkReceiveThroughput`, over all nodes.
pub const NETWORK_IN: Metric = Metric::new("network_in", "NetworkReceiveThroughput", "Bytes/Second", AVERAGE);
/// CloudWatch's `NetworkTransmitThroughput`, over all nodes.
pub const NETWORK_OUT: Metric = Metric::new("network_out", "NetworkTransmitThroughput", "Bytes/Second", AVERAGE);
/// CloudWatch's `CommitQueueLength`: transactions that wait to be committed.
pub const COMMIT_QUEUE: Metric = Metric::new("commit_queue", "CommitQueueLength", "Count", AVERAGE);
/// CloudWatch's `ConcurrencyScalingSeconds`, beyond which AWS bills clusters that it adds.
pub const CONCURRENCY_SCALING_SECONDS: Metric =
    Metric::new("concurrency_scaling_seconds", "ConcurrencyScalingSeconds", "Seconds", SUM);

static CATALOG: Catalog = Catalog {
    places: &[Place::of_all("AWS/Redshift", &["ClusterIdentifier"])],
    ids: Ids { like: "names of Redshift clusters", accepts: |id| is_name(id, 63, "-") },
    named_by_list: false,
    usual: 2,
    metrics: &[
        CPU,
        CONNECTIONS,
        DISK_USED,
        HEALTH,
        MAINTENANCE_MODE,
        READ_IOPS,
        WRITE_IOPS,
        NETWORK_IN,
        NETWORK_OUT,
        COMMIT_QUEUE,
        CONCURRENCY_SCALING_SECONDS,
    ],
};

impl Kind for RedshiftCluster {
    const TYPE: &'static str = "redshift";
    const GROUP: Group = Group::Database;
    const OPERATIONS: &'static [&'static Operation] = &[&DESCRIBE_CLUSTERS];
    const SCOPE: Scope = Scope::Regional;
    const STATES: &'static [&'static str] = STATUSES;
    const TAGS: TagSource = TagSource::Listed;
    const EXPLORER_TYPES: &'static [&'static str] = &["redshift:cluster"];
    const CATALOG: Option<&'static Catalog> = Some(&CATALOG);
    type Stored = Box<Self>;

    /// The status without the step of a resize: a comma separates the states of a filter.
    fn state(&self) -> Option<&str> {
        self.status.as_deref().map(|status| status.split_once(',').map_or(status, |(state, _)| state))
    }

    fn bill(&self, region: &str) -> Result<Bill, Unpriced> {
        if self.status.as_deref().ok_or_else(|| Unpriced::missing("status"))? == "paused" {
            return Err(Unpriced::billed_as("its storage while it is paused"));
        }
        if self.multi_az.ok_or_else(|| Unpriced::missing("number of zones"))? {
            let message = "how many nodes a cluster in two zones is billed for is unknown";
            return Err(Unpriced::new(UnpricedReason::NotSupported, message));
        }
        let node_type = self.node_type.as_deref().ok_or_else(|| Unpriced::missing("node type"))?;
        let nodes = self.node_count.ok_or_else(|| Unpriced::missing("number of nodes"))?;
        let node = Product::of("AmazonRedshift", Some("Compute Instance"), "Hrs", region)
            .with("instanceType", node_type)
            .used_as(format!("Node:{node_type}"));
        Ok(Bill::of(node.part("nodes", nodes)).without(&["managed storage", "backups"]))
    }

    async fn list(inquiry: &Inquiry<'_>) -> Found<Resource<Box<Self>>> {
        let redshift = inquiry.client::<Redshift>();
        let ask = |page: Page| redshift.describe_clusters().max_records(page.size).set_marker(page.token).send();
        let limits = redshift.limits(&DESCRIBE_CLUSTERS, inquiry.deadline).pages_of(CLUSTERS_A_PAGE);
        every_page(limits, ask, DescribeClustersOutput::marker, |page| {
            let clusters = page.clusters.unwrap_or_default().into_iter();
            clusters.filter_map(|cluster| cluster_of(inquiry, cluster)).collect()
        })
        .await
        .into()
    }
}

fn cluster_of(inquiry: &Inquiry<'_>, cluster: types::Cluster) -> Option<Resource<Box<RedshiftCluster>>> {
    let id = cluster.cluster_identifier?;
    // Redshift returns only the ARN of the cluster's namespace.
    let arn = inquiry.account.map(|account| account.arn(Redshift::NAME, inquiry.region, &format!("cluster:{id}")));
    let endpoint = cluster.endpoint;
    let detail = RedshiftCluster {
        node_type: given(cluster.node_type.as_deref()),
        node_count: cluster.number_of_nodes,
        status: given(cluster.cluster_status.as_deref()),
        availability_status: given(cluster.cluster_availability_status.as_deref()),
        version: given(cluster.cluster_version.as_deref()),
        database: given(cluster.db_name.as_deref()),
        port: endpoint.as_ref().and_then(|endpoint| endpoint.port),
        endpoint: endpoint.and_then(|endpoint| given(endpoint.address.as_deref())),
        multi_az: given(cluster.multi_az.as_deref()).map(|state| state.eq_ignore_ascii_case("enabled")),
        availability_zone: given(cluster.availability_zone.as_deref()),
        vpc_id: given(cluster.vpc_id.as_deref()),
        encrypted: cluster.encrypted,
        publicly_accessible: cluster.publicly_accessible,
        maintenance_track: given(cluster.maintenance_track_name.as_deref()),
        snapshot_retention_days: cluster.automated_snapshot_retention_period,
        created: timestamp(cluster.cluster_create_time.as_ref()),
    };
    Some(Resource {
        arn,
        name: Some(id.clone()),
        region: Some(inquiry.region.to_owned()),
        tags: Some(tags(cluster.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)))),
        detail: Box::new(detail),
        id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_cluster_has_up_to_63_characters() {
        let (longest, longer) = ("c".repeat(63), "c".repeat(64));
        assert!(["sales", "sales-2", &longest].into_iter().all(CATALOG.ids.accepts));
        assert!(!["", "sales_2", "sales/2", &longer].into_iter().any(CATALOG.ids.accepts));
    }
}
