//! ECS: services.
//!
//! Services are listed cluster by cluster, and only by their ARNs; ten of a cluster are described per request, with their
//! tags. A limited number of requests run at a time. A service that can't be described stays in the list with what its
//! ARN says, and a gap reports that the rest is missing.

use aws_sdk_ecs::operation::list_clusters::ListClustersOutput;
use aws_sdk_ecs::operation::list_services::ListServicesOutput;
use aws_sdk_ecs::types::{self, ServiceField};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::call::clients::{Gated, Service, guarded_client};
use crate::call::fault::Fault;
use crate::call::gate::Rate;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Found, Page, every_page, one_call};
use crate::call::side_by_side::side_by_side;
use crate::model::metric::{AVERAGE, Catalog, Ids, Metric, Place, is_name};
use crate::model::operation::{Operation, Price};
use crate::model::price::{Bill, Unpriced};
use crate::model::resource::Resource;
use crate::services::kind::{Group, Kind, Scope, TagSource};
use crate::services::values::{given, tags, timestamp};

/// ECS.
pub(crate) struct Ecs;

impl Service for Ecs {
    const NAME: &'static str = "ecs";
    /// The rate and the burst of ListClusters, which are the lowest of the operations here. Source: the developer guide,
    /// "Request throttling for the Amazon ECS API".
    const RATE: Rate = Rate::a_second(20, 49);

    guarded_client!(aws_sdk_ecs);
}

const LIST_CLUSTERS: Operation = reads("ListClusters", "ecs:ListClusters");
const LIST_SERVICES: Operation = reads("ListServices", "ecs:ListServices");
const DESCRIBE_SERVICES: Operation = reads("DescribeServices", "ecs:DescribeServices");

/// Returns an operation of ECS that only reads; AWS bills none of them.
const fn reads(name: &'static str, action: &'static str) -> Operation {
    Operation { service: Ecs::NAME, name, action: Some(action), price: Price::Free }
}

/// The most ARNs that ECS puts into a page.
const ARNS_A_PAGE: i32 = 100;

/// The most services that one request describes.
const DESCRIBED_A_CALL: usize = 10;

/// How many clusters of a region are listed at a time, and how many requests describe services.
const AT_ONCE: usize = 10;

/// The error code for a cluster that was deleted after it was listed.
const DELETED: &str = "ClusterNotFoundException";

/// The reason of ECS for a service that was deleted after it was listed.
const MISSING: &str = "MISSING";

/// The status of the newest deployment of a service.
const NEWEST: &str = "PRIMARY";

/// The statuses of a service. Source: the API reference, `Service`; the API has no enumeration of them.
const STATUSES: &[&str] = &["ACTIVE", "DRAINING", "INACTIVE"];

/// An ECS service.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct EcsService {
    /// `ACTIVE`, `DRAINING` (it is being deleted) or `INACTIVE`.
    pub status: Option<String>,
    /// The name of its cluster.
    pub cluster: String,
    /// How many tasks should run.
    pub desired_count: Option<i32>,
    /// How many tasks run.
    pub running_count: Option<i32>,
    /// How many tasks are being started.
    pub pending_count: Option<i32>,
    /// `EC2`, `FARGATE` or `EXTERNAL`; absent with capacity providers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch_type: Option<String>,
    /// The capacity providers that its tasks run on, such as `FARGATE_SPOT`; empty with a launch type.
    pub capacity_providers: Vec<String>,
    /// `REPLICA`, or `DAEMON` for one task on each instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduling_strategy: Option<String>,
    /// The ARN of the task definition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_definition: Option<String>,
    /// The newest deployment's state: `COMPLETED`, `FAILED` or `IN_PROGRESS`; absent for deployments that ECS does not
    /// control.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployment_status: Option<String>,
    /// When the newest deployment began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployment_started: Option<Timestamp>,
    /// The target groups of load balancers in which its tasks are registered, by their ARNs.
    pub target_group_arns: Vec<String>,
    /// The classic load balancers in which its tasks are registered.
    pub load_balancer_names: Vec<String>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
}

/// CloudWatch's `CPUUtilization`: the share of what the task definition, or the instances, reserve.
pub const CPU: Metric = Metric::new("cpu", "CPUUtilization", "Percent", AVERAGE);
/// CloudWatch's `MemoryUtilization`, like the CPU.
pub const MEMORY: Metric = Metric::new("memory", "MemoryUtilization", "Percent", AVERAGE);

static CATALOG: Catalog = Catalog {
    places: &[Place::of_all("AWS/ECS", &["ClusterName", "ServiceName"])],
    ids: Ids { like: "cluster/service", accepts },
    named_by_list: false,
    usual: 2,
    metrics: &[CPU, MEMORY],
};

/// Accepts the names of a cluster and a service, each of which has up to 255 letters, digits, hyphens and underscores.
fn accepts(id: &str) -> bool {
    id.split_once('/').is_some_and(|(cluster, service)| is_name(cluster, 255, "-_") && is_name(service, 255, "-_"))
}

impl Kind for EcsService {
    const TYPE: &'static str = "ecs_service";
    const GROUP: Group = Group::Compute;
    const OPERATIONS: &'static [&'static Operation] = &[&LIST_CLUSTERS, &LIST_SERVICES, &DESCRIBE_SERVICES];
    const SCOPE: Scope = Scope::Regional;
    const STATES: &'static [&'static str] = STATUSES;
    const TAGS: TagSource = TagSource::Listed;
    const EXPLORER_TYPES: &'static [&'static str] = &["ecs:service"];
    const CATALOG: Option<&'static Catalog> = Some(&CATALOG);
    type Stored = Box<Self>;

    fn state(&self) -> Option<&str> {
        self.status.as_deref()
    }

    fn bill(&self, _region: &str) -> Result<Bill, Unpriced> {
        Err(Unpriced::billed_as(
            "the instances of its tasks or, on Fargate, the tasks' vCPUs and memory, which are not listed",
        ))
    }

    async fn list(inquiry: &Inquiry<'_>) -> Found<Resource<Box<Self>>> {
        let ecs = inquiry.client::<Ecs>();
        let ask = |page: Page| ecs.list_clusters().max_results(page.size).set_next_token(page.token).send();
        let limits = ecs.limits(&LIST_CLUSTERS, inquiry.deadline).pages_of(ARNS_A_PAGE);
        let clusters =
            every_page(limits, ask, ListClustersOutput::next_token, |page| page.cluster_arns.unwrap_or_default()).await;
        let mut found = Found { items: Vec::new(), faults: clusters.fault.into_iter().collect() };

        let clusters = clusters.found;
        let lists = side_by_side(clusters.iter().map(|cluster| services_of(inquiry, &ecs, cluster)), AT_ONCE).await;
        let mut batches = Vec::new();
        for (cluster, listed) in clusters.iter().zip(lists.items) {
            let Found { items, faults } = listed.unwrap_or(Found { items: Vec::new(), faults: Vec::new() });
            found.fail_each(faults);
            batches.extend(items.chunks(DESCRIBED_A_CALL).map(|batch| (cluster.clone(), batch.to_vec())));
        }

        let calls = batches.iter().map(|(cluster, arns)| describe(inquiry, &ecs, cluster, arns));
        let described = side_by_side(calls, AT_ONCE).await;
        found.fail_each(lists.faults.into_iter().chain(described.faults));
        for ((cluster, arns), described) in batches.iter().zip(described.items) {
            let Described { services, gone, fault } = described.unwrap_or_default();
            found.fail_each(fault);
            let of_one = |arn: &String| {
                let described = services.iter().find(|service| service.service_arn.as_ref() == Some(arn));
                (!gone.contains(arn)).then(|| resource_of(inquiry.region, cluster, arn, described))
            };
            found.items.extend(arns.iter().filter_map(of_one));
        }
        found
    }
}

/// Lists the ARNs of a cluster's services. A fault is returned together with the services before it. After a time-out
/// without any, it is returned alone, and the clusters that are left are not asked for.
async fn services_of(inquiry: &Inquiry<'_>, ecs: &Gated<Ecs>, cluster: &str) -> Result<Found<String>, Fault> {
    let ask =
        |page: Page| ecs.list_services().cluster(cluster).max_results(page.size).set_next_token(page.token).send();
    let limits = ecs.limits(&LIST_SERVICES, inquiry.deadline).pages_of(ARNS_A_PAGE);
    let listing =
        every_page(limits, ask, ListServicesOutput::next_token, |page| page.service_arns.unwrap_or_default()).await;
    match listing.fault {
        Some(fault) if fault.code == DELETED => Ok(Found { items: Vec::new(), faults: Vec::new() }),
        Some(fault) if fault.is_late() && listing.found.is_empty() => Err(fault),
        fault => Ok(Found { items: listing.found, faults: fault.into_iter().collect() }),
    }
}

/// What ECS says of some services.
#[derive(Debug, Default)]
struct Described {
    services: Vec<types::Service>,
    /// The ARNs of those that were deleted after they were listed.
    gone: Vec<String>,
    /// Why others are missing.
    fault: Option<Fault>,
}

async fn describe(inquiry: &Inquiry<'_>, ecs: &Gated<Ecs>, cluster: &str, arns: &[String]) -> Result<Described, Fault> {
    let call = || {
        let request = ecs.describe_services().cluster(cluster).set_services(Some(arns.to_vec()));
        request.include(ServiceField::Tags).send()
    };
    let answer = match one_call(ecs.limits(&DESCRIBE_SERVICES, inquiry.deadline), call).await {
        Err(fault) if fault.code == DELETED => return Ok(Described { gone: arns.to_vec(), ..Described::default() }),
        answered => answered?,
    };
    let (gone, failed): (Vec<_>, Vec<_>) =
        answer.failures.unwrap_or_default().into_iter().partition(|it| it.reason.as_deref() == Some(MISSING));
    let services = answer.services.unwrap_or_default();
    let fault = match failed.first() {
        Some(failure) => Some(("NotDescribed", failure.reason.as_deref().unwrap_or("ECS gave no reason"))),
        None if services.len().saturating_add(gone.len()) < arns.len() => {
            Some(("IncompleteAnswer", "ECS omitted services"))
        }
        None => None,
    };
    let fault = fault.map(|(code, message)| Fault::failed(&DESCRIBE_SERVICES, code, message));
    Ok(Described { services, gone: gone.into_iter().filter_map(|failure| failure.arn).collect(), fault })
}

/// Returns the name in an ARN: what follows the last slash.
fn name_in(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

fn resource_of(
    region: &str,
    cluster: &str,
    arn: &str,
    described: Option<&types::Service>,
) -> Resource<Box<EcsService>> {
    let (cluster, name) = (name_in(cluster), name_in(arn));
    let listed = |service: &types::Service| service.tags.clone().unwrap_or_default().into_iter();
    let known = EcsService { cluster: cluster.to_owned(), ..EcsService::default() };
    Resource {
        id: format!("{cluster}/{name}"),
        name: Some(name.to_owned()),
        region: Some(region.to_owned()),
        arn: Some(arn.to_owned()),
        tags: described.map(|service| tags(listed(service).map(|tag| (tag.key, tag.value)))),
        detail: Box::new(described.map_or(known, |service| service_of(cluster, service))),
    }
}

fn service_of(cluster: &str, service: &types::Service) -> EcsService {
    let deployment = service.deployments().iter().find(|it| it.status.as_deref() == Some(NEWEST));
    let balancers = || service.load_balancers().iter();
    let providers = service.capacity_provider_strategy().iter();
    EcsService {
        status: given(service.status.as_deref()),
        cluster: cluster.to_owned(),
        desired_count: Some(service.desired_count),
        running_count: Some(service.running_count),
        pending_count: Some(service.pending_count),
        launch_type: service.launch_type.as_ref().map(|kind| kind.as_str().to_owned()),
        capacity_providers: providers.map(|item| item.capacity_provider.clone()).collect(),
        scheduling_strategy: service.scheduling_strategy.as_ref().map(|strategy| strategy.as_str().to_owned()),
        task_definition: given(service.task_definition.as_deref()),
        deployment_status: deployment.and_then(|it| it.rollout_state.as_ref()).map(|state| state.as_str().to_owned()),
        deployment_started: timestamp(deployment.and_then(|deployment| deployment.created_at.as_ref())),
        target_group_arns: balancers().filter_map(|it| given(it.target_group_arn.as_deref())).collect(),
        load_balancer_names: balancers().filter_map(|it| given(it.load_balancer_name.as_deref())).collect(),
        created: timestamp(service.created_at.as_ref()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_cluster_and_a_service() {
        let long = format!("c/{}", "s".repeat(256));
        assert!(["shop/web", "shop_1/web-2"].into_iter().all(accepts));
        assert!(!["", "web", "shop/", "/web", "shop/web/1", "shop/w b", &long].into_iter().any(accepts));
    }

    #[test]
    fn cloudwatch_has_a_dimension_for_each_part_of_an_id() {
        let dimensions: Vec<_> = CATALOG.place("shop/web").unwrap().dimensions(&CPU, "shop/web").collect();
        assert_eq!(dimensions, [("ClusterName", "shop"), ("ServiceName", "web")]);
    }
}
