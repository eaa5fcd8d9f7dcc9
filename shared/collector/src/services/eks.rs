//! EKS: clusters.
//!
//! ListClusters returns only names, so each cluster needs a DescribeCluster of its own, which has its tags too. A limited
//! number of them run at a time. A cluster that can't be described stays in the list with what its name says, and a gap
//! reports that the rest is missing. Node groups are left out: they would be one more list per cluster, and their
//! instances are listed as instances and Auto Scaling groups.

use aws_sdk_eks::operation::list_clusters::ListClustersOutput;
use aws_sdk_eks::types::{Cluster, ClusterStatus};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::call::clients::{Gated, Service, guarded_client};
use crate::call::fault::Fault;
use crate::call::gate::Rate;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Found, Page, every_page, one_call};
use crate::call::side_by_side::side_by_side;
use crate::model::metric::{AVERAGE_ALONE, Catalog, Ids, MAXIMUM, Metric, Place, SUM, is_name};
use crate::model::operation::{Operation, Price};
use crate::model::price::{Bill, Product, Unpriced};
use crate::model::resource::Resource;
use crate::services::kind::{Group, Kind, Scope, TagSource};
use crate::services::values::{given, tags, timestamp};

/// EKS.
pub(crate) struct Eks;

impl Service for Eks {
    const NAME: &'static str = "eks";
    const RATE: Rate = Rate::UNKNOWN;

    guarded_client!(aws_sdk_eks);
}

const LIST_CLUSTERS: Operation =
    Operation { service: Eks::NAME, name: "ListClusters", action: Some("eks:ListClusters"), price: Price::Free };

const DESCRIBE_CLUSTER: Operation =
    Operation { service: Eks::NAME, name: "DescribeCluster", action: Some("eks:DescribeCluster"), price: Price::Free };

/// The most names that EKS puts into a page.
const NAMES_A_PAGE: i32 = 100;

/// How many clusters of a region are described at a time: the hundred that AWS allows by default take two rounds.
const AT_ONCE: usize = 50;

/// The error code for a cluster that was deleted after it was listed.
const DELETED: &str = "ResourceNotFoundException";

/// An EKS cluster.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct EksCluster {
    /// The version of Kubernetes, such as `1.34`.
    pub version: Option<String>,
    /// `ACTIVE`, `UPDATING`, …
    pub status: Option<String>,
    /// The version of EKS's own part of the control plane, such as `eks.12`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform_version: Option<String>,
    /// `STANDARD` (the cluster is upgraded when standard support for its version ends) or `EXTENDED` (it stays, and AWS
    /// bills extended support).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub support_type: Option<String>,
    /// The URL of the Kubernetes API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Whether the Kubernetes API can be reached from outside the VPC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint_public_access: Option<bool>,
    /// Whether the Kubernetes API can be reached from inside the VPC without leaving it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint_private_access: Option<bool>,
    /// The addresses that may reach the public endpoint, in CIDR notation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_access_cidrs: Option<Vec<String>>,
    /// The VPC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<String>,
    /// The ARN of the role with which the control plane calls AWS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Whether EKS Auto Mode provides the nodes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_mode: Option<bool>,
    /// Whether deletion protection is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletion_protection: Option<bool>,
    /// What EKS finds wrong with it, as codes such as `Ec2SubnetNotFound`; empty if that is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health_issues: Option<Vec<String>>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
}

/// CloudWatch's `apiserver_request_total`. Like the others, clusters have it from version 1.28 on. Source: the user guide,
/// "Monitor cluster data with Amazon CloudWatch".
pub const API_REQUESTS: Metric = Metric::new("api_requests", "apiserver_request_total", "Count", SUM);
/// CloudWatch's `scheduler_pending_pods`, of which each minute has the number at that time.
pub const PENDING_PODS: Metric = Metric::new("pending_pods", "scheduler_pending_pods", "Count", MAXIMUM);
/// CloudWatch's `scheduler_pending_pods_UNSCHEDULABLE`: those for which no node has room.
pub const UNSCHEDULABLE_PODS: Metric =
    Metric::new("unschedulable_pods", "scheduler_pending_pods_UNSCHEDULABLE", "Count", MAXIMUM);
/// CloudWatch's `apiserver_request_total_4XX`.
pub const API_4XX: Metric = Metric::new("api_4xx", "apiserver_request_total_4XX", "Count", SUM);
/// CloudWatch's `apiserver_request_total_429`: requests beyond the rate of the API.
pub const API_THROTTLES: Metric = Metric::new("api_throttles", "apiserver_request_total_429", "Count", SUM);
/// CloudWatch's `apiserver_request_total_5XX`.
pub const API_5XX: Metric = Metric::new("api_5xx", "apiserver_request_total_5XX", "Count", SUM);
/// CloudWatch's `apiserver_request_duration_seconds_GET_P99`.
pub const GET_LATENCY: Metric =
    Metric::new("get_latency", "apiserver_request_duration_seconds_GET_P99", "Seconds", AVERAGE_ALONE);
/// CloudWatch's `apiserver_request_duration_seconds_LIST_P99`.
pub const LIST_LATENCY: Metric =
    Metric::new("list_latency", "apiserver_request_duration_seconds_LIST_P99", "Seconds", AVERAGE_ALONE);
/// CloudWatch's `apiserver_request_duration_seconds_POST_P99`.
pub const POST_LATENCY: Metric =
    Metric::new("post_latency", "apiserver_request_duration_seconds_POST_P99", "Seconds", AVERAGE_ALONE);
/// CloudWatch's `apiserver_storage_size_bytes`: the size of etcd's file.
pub const STORAGE_SIZE: Metric = Metric::new("storage_size_bytes", "apiserver_storage_size_bytes", "Bytes", MAXIMUM);

static CATALOG: Catalog = Catalog {
    places: &[Place::of_all("AWS/EKS", &["ClusterName"])],
    ids: Ids { like: "names of EKS clusters", accepts: |id| is_name(id, 100, "-_") },
    named_by_list: false,
    usual: 2,
    metrics: &[
        API_REQUESTS,
        PENDING_PODS,
        UNSCHEDULABLE_PODS,
        API_4XX,
        API_THROTTLES,
        API_5XX,
        GET_LATENCY,
        LIST_LATENCY,
        POST_LATENCY,
        STORAGE_SIZE,
    ],
};

impl Kind for EksCluster {
    const TYPE: &'static str = "eks_cluster";
    const GROUP: Group = Group::Compute;
    const OPERATIONS: &'static [&'static Operation] = &[&LIST_CLUSTERS, &DESCRIBE_CLUSTER];
    const SCOPE: Scope = Scope::Regional;
    const STATES: &'static [&'static str] = ClusterStatus::values();
    const TAGS: TagSource = TagSource::Listed;
    const EXPLORER_TYPES: &'static [&'static str] = &["eks:cluster"];
    const CATALOG: Option<&'static Catalog> = Some(&CATALOG);
    type Stored = Box<Self>;

    fn state(&self) -> Option<&str> {
        self.status.as_deref()
    }

    fn bill(&self, region: &str) -> Result<Bill, Unpriced> {
        let cluster = Product::of("AmazonEKS", Some("Compute"), "Hours", region).used_as("AmazonEKS-Hours:perCluster");
        Ok(Bill::of(cluster.part("cluster", 1)).without(&["nodes", "extended support"]))
    }

    async fn list(inquiry: &Inquiry<'_>) -> Found<Resource<Box<Self>>> {
        let eks = inquiry.client::<Eks>();
        let ask = |page: Page| eks.list_clusters().max_results(page.size).set_next_token(page.token).send();
        let limits = eks.limits(&LIST_CLUSTERS, inquiry.deadline).pages_of(NAMES_A_PAGE);
        let names =
            every_page(limits, ask, ListClustersOutput::next_token, |page| page.clusters.unwrap_or_default()).await;
        let calls = names.found.iter().map(|name| describe(inquiry, &eks, name));
        let described = side_by_side(calls, AT_ONCE).await;
        let mut found = Found { items: Vec::new(), faults: described.faults };
        found.fail_each(names.fault);
        for (name, described) in names.found.into_iter().zip(described.items) {
            match described {
                Some(None) => {}
                described => found.items.push(resource_of(inquiry, name, described.flatten())),
            }
        }
        found
    }
}

/// Describes a cluster; returns `None` for one that was deleted after it was listed.
async fn describe(inquiry: &Inquiry<'_>, eks: &Gated<Eks>, name: &str) -> Result<Option<Cluster>, Fault> {
    let call = || eks.describe_cluster().name(name).send();
    match one_call(eks.limits(&DESCRIBE_CLUSTER, inquiry.deadline), call).await {
        Err(fault) if fault.code == DELETED => Ok(None),
        answered => match answered?.cluster {
            Some(cluster) => Ok(Some(cluster)),
            None => Err(Fault::failed(&DESCRIBE_CLUSTER, "IncompleteAnswer", "EKS gave no cluster")),
        },
    }
}

fn resource_of(inquiry: &Inquiry<'_>, name: String, described: Option<Cluster>) -> Resource<Box<EksCluster>> {
    let built = || inquiry.account.map(|account| account.arn(Eks::NAME, inquiry.region, &format!("cluster/{name}")));
    let arn = given(described.as_ref().and_then(Cluster::arn)).or_else(built);
    let listed = |cluster: &Cluster| cluster.tags.clone().unwrap_or_default().into_iter();
    Resource {
        region: Some(inquiry.region.to_owned()),
        arn,
        tags: described.as_ref().map(|cluster| tags(listed(cluster).map(|(key, value)| (Some(key), Some(value))))),
        detail: Box::new(described.map(cluster_of).unwrap_or_default()),
        name: Some(name.clone()),
        id: name,
    }
}

fn cluster_of(cluster: Cluster) -> EksCluster {
    let network = cluster.resources_vpc_config.as_ref();
    let issues = cluster.health.map(|health| health.issues.unwrap_or_default());
    EksCluster {
        version: given(cluster.version.as_deref()),
        status: cluster.status.map(|status| status.as_str().to_owned()),
        platform_version: given(cluster.platform_version.as_deref()),
        support_type: cluster.upgrade_policy.and_then(|it| it.support_type).map(|kind| kind.as_str().to_owned()),
        endpoint: given(cluster.endpoint.as_deref()),
        endpoint_public_access: network.map(|network| network.endpoint_public_access),
        endpoint_private_access: network.map(|network| network.endpoint_private_access),
        public_access_cidrs: network.and_then(|network| network.public_access_cidrs.clone()),
        vpc_id: given(network.and_then(|network| network.vpc_id.as_deref())),
        role: given(cluster.role_arn.as_deref()),
        auto_mode: cluster.compute_config.and_then(|compute| compute.enabled),
        deletion_protection: cluster.deletion_protection,
        health_issues: issues.map(|issues| {
            issues.into_iter().filter_map(|issue| issue.code).map(|code| code.as_str().to_owned()).collect()
        }),
        created: timestamp(cluster.created_at.as_ref()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_cluster_has_up_to_100_characters() {
        let (longest, longer) = ("c".repeat(100), "c".repeat(101));
        assert!(["shop", "Shop_1-blue", &longest].into_iter().all(CATALOG.ids.accepts));
        assert!(!["", "shop/web", "shop web", &longer].into_iter().any(CATALOG.ids.accepts));
    }
}
