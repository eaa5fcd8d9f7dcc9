//! ElastiCache: cache clusters. Those of Valkey and Redis OSS have one node each and form replication groups; those of
//! Memcached have several.
//!
//! DescribeCacheClusters does not return tags; they come from `tagging.rs`.

use aws_sdk_elasticache::operation::describe_cache_clusters::DescribeCacheClustersOutput;
use aws_sdk_elasticache::types;
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
use crate::services::values::{given, timestamp};

/// ElastiCache.
pub(crate) struct ElastiCache;

impl Service for ElastiCache {
    const NAME: &'static str = "elasticache";
    const RATE: Rate = Rate::UNKNOWN;

    guarded_client!(aws_sdk_elasticache);
}

const DESCRIBE_CACHE_CLUSTERS: Operation = Operation {
    service: ElastiCache::NAME,
    name: "DescribeCacheClusters",
    action: Some("elasticache:DescribeCacheClusters"),
    price: Price::Free,
};

/// The most clusters that ElastiCache returns per page.
const CLUSTERS_A_PAGE: i32 = 100;

/// The statuses of a cluster, as listed in the API's reference; the API has no enumeration of them.
const STATUSES: &[&str] = &[
    "available",
    "creating",
    "deleted",
    "deleting",
    "incompatible-network",
    "modifying",
    "rebooting cluster nodes",
    "restore-failed",
    "snapshotting",
];

/// An ElastiCache cluster.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct CacheCluster {
    /// `valkey`, `redis` or `memcached`.
    pub engine: Option<String>,
    /// The engine's version.
    pub engine_version: Option<String>,
    /// The type of its nodes, such as `cache.r7g.large`.
    pub node_type: Option<String>,
    /// `available`, `modifying`, …
    pub status: Option<String>,
    /// The number of its nodes.
    pub node_count: Option<i32>,
    /// Its nodes.
    pub nodes: Vec<Node>,
    /// The replication group that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replication_group_id: Option<String>,
    /// The availability zone; `Multiple` if its nodes are in several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability_zone: Option<String>,
    /// Whether what it keeps on disk is encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<bool>,
    /// Whether connections are encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted_in_transit: Option<bool>,
    /// How many days its automatic snapshots are kept; 0 if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot_retention_days: Option<i32>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
}

/// A node of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[schemars(rename = "CacheNode")]
pub struct Node {
    /// Its id within the cluster, such as `0001`.
    pub id: String,
    /// `available`, `rebooting`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The host name to connect to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The port to connect to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<i32>,
}

/// CloudWatch's `CPUUtilization`, of the whole host.
pub const CPU: Metric = Metric::new("cpu", "CPUUtilization", "Percent", AVERAGE);
/// CloudWatch's `EngineCPUUtilization`, of the engine's thread; Memcached has none.
pub const ENGINE_CPU: Metric = Metric::new("engine_cpu", "EngineCPUUtilization", "Percent", AVERAGE);
/// CloudWatch's `CurrConnections`, which include some that ElastiCache opens itself.
pub const CONNECTIONS: Metric = Metric::new("connections", "CurrConnections", "Count", AVERAGE);
/// CloudWatch's `Evictions`.
pub const EVICTIONS: Metric = Metric::new("evictions", "Evictions", "Count", SUM);
/// CloudWatch's `DatabaseMemoryUsagePercentage`; Memcached has none.
pub const MEMORY: Metric = Metric::new("memory", "DatabaseMemoryUsagePercentage", "Percent", AVERAGE);
/// CloudWatch's `FreeableMemory`, of the whole host.
pub const FREEABLE_MEMORY: Metric = Metric::new("freeable_memory", "FreeableMemory", "Bytes", MINIMUM);
/// CloudWatch's `CacheHits`; Memcached has `GetHits` instead.
pub const HITS: Metric = Metric::new("hits", "CacheHits", "Count", SUM);
/// CloudWatch's `CacheMisses`; Memcached has `GetMisses` instead.
pub const MISSES: Metric = Metric::new("misses", "CacheMisses", "Count", SUM);
/// CloudWatch's `IsMaster`: 1 for a primary and 0 for a replica; Memcached has none.
pub const IS_PRIMARY: Metric = Metric::new("is_primary", "IsMaster", "Count", MAXIMUM);

static CATALOG: Catalog = Catalog {
    places: &[Place::of_all("AWS/ElastiCache", &["CacheClusterId"])],
    ids: Ids { like: "names of cache clusters", accepts: |id| is_name(id, 50, "-") },
    named_by_list: false,
    usual: 2,
    metrics: &[CPU, CONNECTIONS, ENGINE_CPU, EVICTIONS, MEMORY, FREEABLE_MEMORY, HITS, MISSES, IS_PRIMARY],
};

impl Kind for CacheCluster {
    const TYPE: &'static str = "elasticache";
    const GROUP: Group = Group::Database;
    const OPERATIONS: &'static [&'static Operation] = &[&DESCRIBE_CACHE_CLUSTERS];
    const SCOPE: Scope = Scope::Regional;
    const STATES: &'static [&'static str] = STATUSES;
    const TAGS: TagSource = TagSource::TaggingApi("elasticache:cluster");
    const EXPLORER_TYPES: &'static [&'static str] = &["elasticache:cluster"];
    const CATALOG: Option<&'static Catalog> = Some(&CATALOG);
    type Stored = Box<Self>;

    fn state(&self) -> Option<&str> {
        self.status.as_deref()
    }

    fn bill(&self, region: &str) -> Result<Bill, Unpriced> {
        let engine = match self.engine.as_deref().ok_or_else(|| Unpriced::missing("engine"))? {
            "redis" => "Redis",
            "memcached" => "Memcached",
            "valkey" => "Valkey",
            other => {
                return Err(Unpriced::new(UnpricedReason::NotSupported, format!("how AWS bills {other} is unknown")));
            }
        };
        let node_type = self.node_type.as_deref().ok_or_else(|| Unpriced::missing("node type"))?;
        let nodes = self.node_count.ok_or_else(|| Unpriced::missing("number of nodes"))?;
        let node = Product::of("AmazonElastiCache", Some("Cache Instance"), "Hrs", region)
            .with("instanceType", node_type)
            .with("cacheEngine", engine)
            .used_as(format!("NodeUsage:{node_type}"));
        Ok(Bill::of(node.part("nodes", nodes)).without(&["backups", "extended support"]))
    }

    async fn list(inquiry: &Inquiry<'_>) -> Found<Resource<Box<Self>>> {
        let elasticache = inquiry.client::<ElastiCache>();
        let ask = |page: Page| {
            let request = elasticache.describe_cache_clusters().show_cache_node_info(true);
            request.max_records(page.size).set_marker(page.token).send()
        };
        let limits = elasticache.limits(&DESCRIBE_CACHE_CLUSTERS, inquiry.deadline).pages_of(CLUSTERS_A_PAGE);
        every_page(limits, ask, DescribeCacheClustersOutput::marker, |page| {
            let clusters = page.cache_clusters.unwrap_or_default().into_iter();
            clusters.filter_map(|cluster| cache_of(inquiry, cluster)).collect()
        })
        .await
        .into()
    }
}

fn cache_of(inquiry: &Inquiry<'_>, cluster: types::CacheCluster) -> Option<Resource<Box<CacheCluster>>> {
    let id = cluster.cache_cluster_id?;
    let built = || inquiry.account.map(|account| account.arn("elasticache", inquiry.region, &format!("cluster:{id}")));
    let node_of = |node: types::CacheNode| {
        let endpoint = node.endpoint;
        Some(Node {
            id: given(node.cache_node_id.as_deref())?,
            status: given(node.cache_node_status.as_deref()),
            port: endpoint.as_ref().and_then(|endpoint| endpoint.port),
            endpoint: endpoint.and_then(|endpoint| given(endpoint.address.as_deref())),
        })
    };
    let detail = CacheCluster {
        engine: given(cluster.engine.as_deref()),
        engine_version: given(cluster.engine_version.as_deref()),
        node_type: given(cluster.cache_node_type.as_deref()),
        status: given(cluster.cache_cluster_status.as_deref()),
        node_count: cluster.num_cache_nodes,
        nodes: cluster.cache_nodes.unwrap_or_default().into_iter().filter_map(node_of).collect(),
        replication_group_id: given(cluster.replication_group_id.as_deref()),
        availability_zone: given(cluster.preferred_availability_zone.as_deref()),
        encrypted: cluster.at_rest_encryption_enabled,
        encrypted_in_transit: cluster.transit_encryption_enabled,
        snapshot_retention_days: cluster.snapshot_retention_limit,
        created: timestamp(cluster.cache_cluster_create_time.as_ref()),
    };
    Some(Resource {
        arn: given(cluster.arn.as_deref()).or_else(built),
        name: Some(id.clone()),
        region: Some(inquiry.region.to_owned()),
        tags: None,
        detail: Box::new(detail),
        id,
    })
}
