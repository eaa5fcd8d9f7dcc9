//! OpenSearch Service: domains, including those of Elasticsearch.
//!
//! ListDomainNames returns all names at once, and DescribeDomains what is known of five of them. A limited number of
//! requests run at a time. A domain that can't be described stays in the list with what its name says, and a gap reports
//! that the rest is missing. Neither operation returns tags; they come from `tagging.rs`.

use std::borrow::Cow;
use std::collections::HashMap;

use aws_sdk_opensearch::types::{DomainProcessingStatusType, DomainStatus};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

use crate::call::clients::{Gated, Service, guarded_client};
use crate::call::fault::Fault;
use crate::call::gate::Rate;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Found, one_call};
use crate::call::side_by_side::side_by_side;
use crate::model::metric::{AVERAGE, Catalog, Ids, MAXIMUM, MINIMUM, Metric, Place, SUM, is_name};
use crate::model::operation::{Operation, Price};
use crate::model::price::{Bill, Product, Unpriced, UnpricedReason};
use crate::model::resource::Resource;
use crate::services::kind::{Group, Kind, Scope, TagSource};
use crate::services::values::given;

/// OpenSearch Service, which IAM and ARNs still know as Elasticsearch.
pub(crate) struct OpenSearch;

impl Service for OpenSearch {
    const NAME: &'static str = "es";
    const RATE: Rate = Rate::UNKNOWN;

    guarded_client!(aws_sdk_opensearch);
}

const LIST_DOMAIN_NAMES: Operation = Operation {
    service: OpenSearch::NAME,
    name: "ListDomainNames",
    action: Some("es:ListDomainNames"),
    price: Price::Free,
};

const DESCRIBE_DOMAINS: Operation = Operation {
    service: OpenSearch::NAME,
    name: "DescribeDomains",
    action: Some("es:DescribeDomains"),
    price: Price::Free,
};

/// The most domains that one request describes.
const DESCRIBED_A_CALL: usize = 5;

/// How many requests of a region describe domains at a time.
const AT_ONCE: usize = 10;

/// The key of the endpoint of a domain in a VPC.
const IN_VPC: &str = "vpc";

/// An OpenSearch domain.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct OpenSearchDomain {
    /// `OpenSearch_2.19`, `Elasticsearch_7.10`, …
    pub engine_version: Option<String>,
    /// `Active`, `Modifying`, …
    pub status: Option<String>,
    /// The type of its data nodes, such as `r7g.large.search`.
    pub instance_type: Option<String>,
    /// The number of its data nodes.
    pub instance_count: Option<i32>,
    /// The account and the name, such as `123456789012/logs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain_id: Option<String>,
    /// The type of its dedicated master nodes; absent without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dedicated_master_type: Option<String>,
    /// The number of its dedicated master nodes; absent without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dedicated_master_count: Option<i32>,
    /// The type of its UltraWarm nodes; absent without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warm_type: Option<String>,
    /// The number of its UltraWarm nodes; absent without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warm_count: Option<i32>,
    /// Whether its nodes are spread over availability zones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone_awareness: Option<bool>,
    /// The type of the volume of each data node, such as `gp3`; absent for instances with storage of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_type: Option<String>,
    /// The size of the volume of each data node in GiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_gb: Option<i32>,
    /// Provisioned IOPS of each volume.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iops: Option<i32>,
    /// Provisioned throughput of each volume in MiB/s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throughput: Option<i32>,
    /// Whether what it stores is encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<bool>,
    /// Whether connections between its nodes are encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted_in_transit: Option<bool>,
    /// The VPC; absent for a domain with a public endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<String>,
    /// The host name to connect to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Whether a change of its configuration is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processing: Option<bool>,
    /// Whether its engine is being upgraded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upgrade_processing: Option<bool>,
    /// Whether it is being deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted: Option<bool>,
}

/// CloudWatch's `CPUUtilization`: the average over the data nodes, or the busiest of them.
pub const CPU: Metric = Metric::new("cpu", "CPUUtilization", "Percent", AVERAGE);
/// CloudWatch's `FreeStorageSpace`, of the data node with the least.
pub const FREE_STORAGE: Metric = Metric::new("free_storage", "FreeStorageSpace", "Megabytes", MINIMUM);
/// CloudWatch's `JVMMemoryPressure`, of the data node with the most.
pub const JVM_MEMORY: Metric = Metric::new("jvm_memory", "JVMMemoryPressure", "Percent", MAXIMUM);
/// CloudWatch's `ClusterStatus.red`: 1 while a primary shard is on no node.
pub const STATUS_RED: Metric = Metric::new("status_red", "ClusterStatus.red", "Count", MAXIMUM);
/// CloudWatch's `ClusterStatus.yellow`: 1 while a replica is on no node.
pub const STATUS_YELLOW: Metric = Metric::new("status_yellow", "ClusterStatus.yellow", "Count", MAXIMUM);
/// CloudWatch's `ClusterIndexWritesBlocked`: 1 while the domain refuses to write.
pub const WRITES_BLOCKED: Metric = Metric::new("writes_blocked", "ClusterIndexWritesBlocked", "Count", MAXIMUM);
/// CloudWatch's `Nodes`, of all kinds.
pub const NODES: Metric = Metric::new("nodes", "Nodes", "Count", MINIMUM);
/// CloudWatch's `ClusterUsedSpace`.
pub const USED_STORAGE: Metric = Metric::new("used_storage", "ClusterUsedSpace", "Megabytes", MAXIMUM);
/// CloudWatch's `SearchableDocuments`.
pub const DOCUMENTS: Metric = Metric::new("documents", "SearchableDocuments", "Count", MAXIMUM);
/// CloudWatch's `SearchRate`: requests per minute to all shards.
pub const SEARCH_RATE: Metric = Metric::new("search_rate", "SearchRate", "Count", AVERAGE);
/// CloudWatch's `SearchLatency`.
pub const SEARCH_LATENCY: Metric = Metric::new("search_latency", "SearchLatency", "Milliseconds", AVERAGE);
/// CloudWatch's `IndexingRate`: operations per minute.
pub const INDEXING_RATE: Metric = Metric::new("indexing_rate", "IndexingRate", "Count", AVERAGE);
/// CloudWatch's `IndexingLatency`.
pub const INDEXING_LATENCY: Metric = Metric::new("indexing_latency", "IndexingLatency", "Milliseconds", AVERAGE);
/// CloudWatch's `5xx`: responses with these status codes.
pub const HTTP_5XX: Metric = Metric::new("http_5xx", "5xx", "Count", SUM);
/// CloudWatch's `AutomatedSnapshotFailure`.
pub const SNAPSHOT_FAILURE: Metric = Metric::new("snapshot_failure", "AutomatedSnapshotFailure", "Count", MAXIMUM);
/// CloudWatch's `MasterCPUUtilization`, of dedicated master nodes.
pub const MASTER_CPU: Metric = Metric::new("master_cpu", "MasterCPUUtilization", "Percent", MAXIMUM);
/// CloudWatch's `MasterJVMMemoryPressure`, of dedicated master nodes.
pub const MASTER_JVM_MEMORY: Metric = Metric::new("master_jvm_memory", "MasterJVMMemoryPressure", "Percent", MAXIMUM);

static CATALOG: Catalog = Catalog {
    // The account, which a domain's name does not have: its `domain_id` is both.
    places: &[Place::of_all("AWS/ES", &["ClientId", "DomainName"])],
    ids: Ids { like: "names of OpenSearch domains", accepts: |id| id.len() >= 3 && is_name(id, 28, "-") },
    named_by_list: true,
    usual: 2,
    metrics: &[
        CPU,
        FREE_STORAGE,
        JVM_MEMORY,
        STATUS_RED,
        STATUS_YELLOW,
        WRITES_BLOCKED,
        NODES,
        USED_STORAGE,
        DOCUMENTS,
        SEARCH_RATE,
        SEARCH_LATENCY,
        INDEXING_RATE,
        INDEXING_LATENCY,
        HTTP_5XX,
        SNAPSHOT_FAILURE,
        MASTER_CPU,
        MASTER_JVM_MEMORY,
    ],
};

impl Kind for OpenSearchDomain {
    const TYPE: &'static str = "opensearch";
    const GROUP: Group = Group::Database;
    const OPERATIONS: &'static [&'static Operation] = &[&LIST_DOMAIN_NAMES, &DESCRIBE_DOMAINS];
    const SCOPE: Scope = Scope::Regional;
    const STATES: &'static [&'static str] = DomainProcessingStatusType::values();
    const TAGS: TagSource = TagSource::TaggingApi("es:domain");
    const EXPLORER_TYPES: &'static [&'static str] = &["es:domain"];
    const CATALOG: Option<&'static Catalog> = Some(&CATALOG);
    type Stored = Box<Self>;

    fn state(&self) -> Option<&str> {
        self.status.as_deref()
    }

    /// Without its account, a domain is not measured under any name.
    fn measured_as<'a>(&self, id: &'a str) -> Cow<'a, str> {
        self.domain_id.clone().map_or(Cow::Borrowed(id), Cow::Owned)
    }

    fn bill(&self, region: &str) -> Result<Bill, Unpriced> {
        let kind = self.instance_type.as_deref().ok_or_else(|| Unpriced::missing("instance type"))?;
        let nodes = self.instance_count.ok_or_else(|| Unpriced::missing("number of nodes"))?;
        let instances = |part, kind: &str, number: i32| {
            let family = Some("Amazon OpenSearch Service Instance");
            Product::of(OFFER, family, "Hrs", region).with("instanceType", kind).part(part, number)
        };
        let mut bill = Bill::of(instances("data nodes", kind, nodes)).without(&["provisioned IOPS and throughput"]);
        if let Some(kind) = &self.dedicated_master_type {
            let number = self.dedicated_master_count.ok_or_else(|| Unpriced::missing("number of master nodes"))?;
            bill = bill.and(instances("master nodes", kind, number));
        }
        if self.warm_count.is_some() {
            bill = bill.without(&["UltraWarm nodes"]);
        }
        let Some(volume) = self.storage_type.as_deref() else { return Ok(bill) };
        let usage = match volume {
            "gp2" => "ES:GP2-Storage",
            "gp3" => "ES:GP3-Storage",
            "io1" => "ES:PIOPS-Storage",
            "standard" => "ES:Magnetic-Storage",
            other => {
                return Err(Unpriced::new(UnpricedReason::NotSupported, format!("how AWS bills {other} is unknown")));
            }
        };
        let size = self.storage_gb.ok_or_else(|| Unpriced::missing("size"))?;
        let storage = Product::of(OFFER, Some("Amazon OpenSearch Service Volume"), "GB-Mo", region).used_as(usage);
        Ok(bill.and(storage.part("storage", Decimal::from(size).saturating_mul(nodes.into()))))
    }

    async fn list(inquiry: &Inquiry<'_>) -> Found<Resource<Box<Self>>> {
        let opensearch = inquiry.client::<OpenSearch>();
        let call = || opensearch.list_domain_names().send();
        let listed = match one_call(opensearch.limits(&LIST_DOMAIN_NAMES, inquiry.deadline), call).await {
            Ok(listed) => listed.domain_names.unwrap_or_default(),
            Err(fault) => return Found { items: Vec::new(), faults: vec![fault] },
        };
        let names: Vec<_> = listed.into_iter().filter_map(|domain| given(domain.domain_name.as_deref())).collect();
        let calls = names.chunks(DESCRIBED_A_CALL).map(|batch| describe(inquiry, &opensearch, batch));
        let described = side_by_side(calls, AT_ONCE).await;
        let mut found = Found { items: Vec::new(), faults: described.faults };
        let mut domains = HashMap::new();
        for (batch, described) in names.chunks(DESCRIBED_A_CALL).zip(described.items) {
            let Some(described) = described else { continue };
            if described.len() < batch.len() {
                found.fail(Fault::failed(&DESCRIBE_DOMAINS, "IncompleteAnswer", "OpenSearch omitted domains"));
            }
            domains.extend(described.into_iter().map(|domain| (domain.domain_name.clone(), domain)));
        }
        found.items.extend(names.into_iter().map(|name| {
            let described = domains.remove(&name);
            resource_of(inquiry, name, described)
        }));
        found
    }
}

/// The offer in the price list, which still has the former name.
const OFFER: &str = "AmazonES";

async fn describe(
    inquiry: &Inquiry<'_>,
    opensearch: &Gated<OpenSearch>,
    names: &[String],
) -> Result<Vec<DomainStatus>, Fault> {
    let call = || opensearch.describe_domains().set_domain_names(Some(names.to_vec())).send();
    let answer = one_call(opensearch.limits(&DESCRIBE_DOMAINS, inquiry.deadline), call).await?;
    Ok(answer.domain_status_list)
}

fn resource_of(
    inquiry: &Inquiry<'_>,
    name: String,
    described: Option<DomainStatus>,
) -> Resource<Box<OpenSearchDomain>> {
    let built = || {
        let arn = format!("domain/{name}");
        inquiry.account.map(|account| account.arn(OpenSearch::NAME, inquiry.region, &arn))
    };
    let arn = given(described.as_ref().map(|domain| domain.arn.as_str())).or_else(built);
    let known = || {
        let domain_id = inquiry.account.map(|account| format!("{}/{name}", account.id));
        OpenSearchDomain { domain_id, ..OpenSearchDomain::default() }
    };
    Resource {
        region: Some(inquiry.region.to_owned()),
        arn,
        tags: None,
        detail: Box::new(described.map_or_else(known, domain_of)),
        name: Some(name.clone()),
        id: name,
    }
}

fn domain_of(domain: DomainStatus) -> OpenSearchDomain {
    let nodes = domain.cluster_config;
    let nodes = nodes.as_ref();
    let masters = nodes.filter(|nodes| nodes.dedicated_master_enabled == Some(true));
    let warm = nodes.filter(|nodes| nodes.warm_enabled == Some(true));
    let volume = domain.ebs_options.filter(|options| options.ebs_enabled == Some(true));
    let volume = volume.as_ref();
    let in_vpc = domain.endpoints.as_ref().and_then(|endpoints| endpoints.get(IN_VPC)).map(String::as_str);
    OpenSearchDomain {
        engine_version: given(domain.engine_version.as_deref()),
        status: domain.domain_processing_status.map(|status| status.as_str().to_owned()),
        instance_type: nodes.and_then(|nodes| nodes.instance_type.as_ref()).map(|kind| kind.as_str().to_owned()),
        instance_count: nodes.and_then(|nodes| nodes.instance_count),
        domain_id: given(Some(&domain.domain_id)),
        dedicated_master_type: masters
            .and_then(|nodes| nodes.dedicated_master_type.as_ref())
            .map(|kind| kind.as_str().to_owned()),
        dedicated_master_count: masters.and_then(|nodes| nodes.dedicated_master_count),
        warm_type: warm.and_then(|nodes| nodes.warm_type.as_ref()).map(|kind| kind.as_str().to_owned()),
        warm_count: warm.and_then(|nodes| nodes.warm_count),
        zone_awareness: nodes.and_then(|nodes| nodes.zone_awareness_enabled),
        storage_type: volume.and_then(|volume| volume.volume_type.as_ref()).map(|kind| kind.as_str().to_owned()),
        storage_gb: volume.and_then(|volume| volume.volume_size),
        iops: volume.and_then(|volume| volume.iops),
        throughput: volume.and_then(|volume| volume.throughput),
        encrypted: domain.encryption_at_rest_options.and_then(|options| options.enabled),
        encrypted_in_transit: domain.node_to_node_encryption_options.and_then(|options| options.enabled),
        vpc_id: given(domain.vpc_options.as_ref().and_then(|options| options.vpc_id.as_deref())),
        endpoint: given(domain.endpoint.as_deref()).or_else(|| given(in_vpc)),
        processing: domain.processing,
        upgrade_processing: domain.upgrade_processing,
        deleted: domain.deleted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_domain_has_three_to_28_characters() {
        let (longest, longer) = ("d".repeat(28), "d".repeat(29));
        assert!(["abc", "shop-search-2", &longest].into_iter().all(CATALOG.ids.accepts));
        assert!(!["ab", "123456789012/logs", "my_domain", &longer].into_iter().any(CATALOG.ids.accepts));
    }

    #[test]
    fn cloudwatch_has_a_dimension_for_the_account() {
        let dimensions: Vec<_> =
            CATALOG.place("123456789012/logs").unwrap().dimensions(&CPU, "123456789012/logs").collect();
        assert_eq!(dimensions, [("ClientId", "123456789012"), ("DomainName", "logs")]);
    }
}
