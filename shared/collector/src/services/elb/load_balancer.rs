//! Load balancers of all four types.
//!
//! A region without load balancers costs two requests, one of each API. Where there are some, more requests tell what a
//! list doesn't: the tags of 20 load balancers each, the target groups of the region, and the health of each group's
//! targets, or of each classic load balancer's instances. Targets that could not be read are absent, and the gaps have
//! the reason.
//!
//! The tags don't come from the tagging API, although that is asked for other types anyway: it does not document a filter
//! that is certain to have all four types, and load balancers that it left out would look untagged.

use aws_sdk_elasticloadbalancingv2::types::LoadBalancerStateEnum;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::call::inquiry::Inquiry;
use crate::call::pages::Found;
use crate::model::account::Account;
use crate::model::metric::{AVERAGE, Catalog, Ids, MAXIMUM, MINIMUM, Metric, Place, SUM, is_name};
use crate::model::operation::Operation;
use crate::model::price::{Bill, Product, Unpriced, UnpricedReason};
use crate::model::resource::Resource;
use crate::services::elb::targets::TargetGroup;
use crate::services::elb::{
    DESCRIBE_INSTANCE_HEALTH, DESCRIBE_LOAD_BALANCERS, DESCRIBE_TAGS, DESCRIBE_TARGET_GROUPS, DESCRIBE_TARGET_HEALTH,
    NAME, classic, v2,
};
use crate::services::kind::{Group, Kind, Scope, TagSource};
use crate::services::values::{given, timestamp};

/// A load balancer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct LoadBalancer {
    /// `application`, `network`, `gateway` or `classic`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// `active`, `provisioning`, `active_impaired` or `failed`; classic load balancers have no state.
    pub state: Option<String>,
    /// `internet-facing` or `internal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    /// The host name that clients connect to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dns_name: Option<String>,
    /// The VPC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<String>,
    /// The availability zones that it is in.
    pub availability_zones: Vec<String>,
    /// The target groups to which it forwards; absent for a classic load balancer, and if they are unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_groups: Option<Vec<TargetGroup>>,
    /// The registered targets of all its groups, or instances; absent if they are unknown. Those that are being
    /// deregistered don't count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registered_targets: Option<usize>,
    /// Those that are healthy; absent if that is unknown, or if one of its groups is not checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub healthy_targets: Option<usize>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
}

/// CloudWatch's `RequestCount`, of application and classic load balancers.
pub const REQUESTS: Metric = Metric::new("requests", "RequestCount", "Count", SUM);
/// CloudWatch's `NewFlowCount`, of network and gateway load balancers.
pub const NEW_FLOWS: Metric = Metric::new("new_flows", "NewFlowCount", "Count", SUM);
/// CloudWatch's `ProcessedBytes`, of all but classic load balancers.
pub const PROCESSED_BYTES: Metric = Metric::new("processed_bytes", "ProcessedBytes", "Bytes", SUM);
/// CloudWatch's `ActiveConnectionCount`, of application load balancers.
pub const ACTIVE_CONNECTIONS: Metric = Metric::new("active_connections", "ActiveConnectionCount", "Count", SUM);
/// CloudWatch's `ActiveFlowCount`, of network and gateway load balancers.
pub const ACTIVE_FLOWS: Metric = Metric::new("active_flows", "ActiveFlowCount", "Count", AVERAGE);
/// CloudWatch's `TargetResponseTime`, of application load balancers.
pub const TARGET_RESPONSE_TIME: Metric = Metric::new("target_response_time", "TargetResponseTime", "Seconds", AVERAGE);
/// CloudWatch's `HTTPCode_Target_5XX_Count`, of application load balancers.
pub const TARGET_5XX: Metric = Metric::new("target_5xx", "HTTPCode_Target_5XX_Count", "Count", SUM);
/// CloudWatch's `HTTPCode_ELB_5XX_Count`, of application load balancers.
pub const HTTP_5XX: Metric = Metric::new("http_5xx", "HTTPCode_ELB_5XX_Count", "Count", SUM);
/// CloudWatch's `RejectedConnectionCount`, of application load balancers.
pub const REJECTED_CONNECTIONS: Metric = Metric::new("rejected_connections", "RejectedConnectionCount", "Count", SUM);
/// CloudWatch's `Latency`, of classic load balancers.
pub const LATENCY: Metric = Metric::new("latency", "Latency", "Seconds", AVERAGE);
/// CloudWatch's `HTTPCode_Backend_5XX`, of classic load balancers.
pub const BACKEND_5XX: Metric = Metric::new("backend_5xx", "HTTPCode_Backend_5XX", "Count", SUM);
/// CloudWatch's `HTTPCode_ELB_5XX`, of classic load balancers.
pub const CLASSIC_5XX: Metric = Metric::new("classic_5xx", "HTTPCode_ELB_5XX", "Count", SUM);
/// CloudWatch's `SurgeQueueLength`, of classic load balancers.
pub const SURGE_QUEUE: Metric = Metric::new("surge_queue", "SurgeQueueLength", "Count", MAXIMUM);
/// CloudWatch's `HealthyHostCount`, of classic load balancers.
pub const HEALTHY_HOSTS: Metric = Metric::new("healthy_hosts", "HealthyHostCount", "Count", MINIMUM);

static CATALOG: Catalog = Catalog {
    places: &[
        Place::of_all("AWS/ApplicationELB", &["LoadBalancer"]).of_those("app/"),
        Place::of_all("AWS/NetworkELB", &["LoadBalancer"]).of_those("net/"),
        Place::of_all("AWS/GatewayELB", &["LoadBalancer"]).of_those("gwy/"),
        Place::of_all("AWS/ELB", &["LoadBalancerName"]),
    ],
    ids: Ids { like: "ids of load balancers such as app/web/0123456789abcdef, or names of classic ones", accepts },
    named_by_list: false,
    usual: 2,
    metrics: &[
        REQUESTS,
        NEW_FLOWS,
        PROCESSED_BYTES,
        ACTIVE_CONNECTIONS,
        ACTIVE_FLOWS,
        TARGET_RESPONSE_TIME,
        TARGET_5XX,
        HTTP_5XX,
        REJECTED_CONNECTIONS,
        LATENCY,
        BACKEND_5XX,
        CLASSIC_5XX,
        SURGE_QUEUE,
        HEALTHY_HOSTS,
    ],
};

/// Accepts `app/name/0123456789abcdef`, and the name of a classic load balancer.
fn accepts(id: &str) -> bool {
    let is_hash = |hash: &str| hash.len() == 16 && is_name(hash, 16, "");
    let named = |name: &str| is_name(name, 32, "-");
    match id.split('/').collect::<Vec<_>>()[..] {
        [name] => named(name),
        ["app" | "net" | "gwy", name, hash] => named(name) && is_hash(hash),
        _ => false,
    }
}

impl Kind for LoadBalancer {
    const TYPE: &'static str = "load_balancer";
    const GROUP: Group = Group::Network;
    const OPERATIONS: &'static [&'static Operation] = &[
        &DESCRIBE_LOAD_BALANCERS,
        &DESCRIBE_TAGS,
        &DESCRIBE_TARGET_GROUPS,
        &DESCRIBE_TARGET_HEALTH,
        &DESCRIBE_INSTANCE_HEALTH,
    ];
    const SCOPE: Scope = Scope::Regional;
    const STATES: &'static [&'static str] = LoadBalancerStateEnum::values();
    const TAGS: TagSource = TagSource::Listed;
    const EXPLORER_TYPES: &'static [&'static str] = &[
        "elasticloadbalancing:loadbalancer",
        "elasticloadbalancing:loadbalancer/app",
        "elasticloadbalancing:loadbalancer/gwy",
        "elasticloadbalancing:loadbalancer/net",
    ];
    const CATALOG: Option<&'static Catalog> = Some(&CATALOG);
    type Stored = Box<Self>;

    fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    fn bill(&self, region: &str) -> Result<Bill, Unpriced> {
        let family = match self.kind.as_deref().ok_or_else(|| Unpriced::missing("type"))? {
            "application" => "Load Balancer-Application",
            "network" => "Load Balancer-Network",
            "gateway" => "Load Balancer-Gateway",
            "classic" => "Load Balancer",
            other => {
                return Err(Unpriced::new(UnpricedReason::NotSupported, format!("how AWS bills {other} is unknown")));
            }
        };
        let balancer = Product::of("AWSELB", Some(family), "Hrs", region).used_as("LoadBalancerUsage");
        let by_use = if family == "Load Balancer" { "gigabytes processed" } else { "capacity units" };
        Ok(Bill::of(balancer.part("load balancer", 1)).without(&[by_use, "public IPv4 addresses"]))
    }

    async fn list(inquiry: &Inquiry<'_>) -> Found<Resource<Box<Self>>> {
        let (listed, classic) = tokio::join!(v2::list(inquiry), classic::list(inquiry));
        let mut found = listed.map(|listed| resource_of(inquiry, listed));
        let classic = classic.map(|listed| classic_resource_of(inquiry, listed));
        found.items.extend(classic.items);
        found.fail_each(classic.faults);
        found
    }
}

fn resource_of(inquiry: &Inquiry<'_>, listed: v2::Listed) -> Resource<Box<LoadBalancer>> {
    let v2::Listed { id, arn, described, tags, target_groups } = listed;
    // A group whose targets are unknown makes the number of all unknown.
    let sum = |of: fn(&TargetGroup) -> Option<usize>| target_groups.as_ref()?.iter().map(of).sum();
    let zones = described.availability_zones.unwrap_or_default().into_iter();
    let detail = LoadBalancer {
        kind: described.r#type.map(|kind| kind.as_str().to_owned()),
        state: described.state.and_then(|state| state.code).map(|code| code.as_str().to_owned()),
        scheme: described.scheme.map(|scheme| scheme.as_str().to_owned()),
        dns_name: given(described.dns_name.as_deref()),
        vpc_id: given(described.vpc_id.as_deref()),
        availability_zones: zones.filter_map(|zone| given(zone.zone_name.as_deref())).collect(),
        registered_targets: sum(|group| group.registered_targets),
        healthy_targets: sum(|group| group.healthy_targets),
        target_groups,
        created: timestamp(described.created_time.as_ref()),
    };
    Resource {
        id,
        name: given(described.load_balancer_name.as_deref()),
        region: Some(inquiry.region.to_owned()),
        arn: Some(arn),
        tags,
        detail: Box::new(detail),
    }
}

fn classic_resource_of(inquiry: &Inquiry<'_>, listed: classic::Listed) -> Resource<Box<LoadBalancer>> {
    let classic::Listed { name, described, tags, healthy } = listed;
    let arn = |account: &Account| account.arn(NAME, inquiry.region, &format!("loadbalancer/{name}"));
    let detail = LoadBalancer {
        kind: Some("classic".to_owned()),
        state: None,
        scheme: given(described.scheme.as_deref()),
        dns_name: given(described.dns_name.as_deref()),
        vpc_id: given(described.vpc_id.as_deref()),
        registered_targets: Some(described.instances().len()),
        healthy_targets: healthy,
        target_groups: None,
        created: timestamp(described.created_time.as_ref()),
        availability_zones: described.availability_zones.unwrap_or_default(),
    };
    Resource {
        arn: inquiry.account.map(arn),
        region: Some(inquiry.region.to_owned()),
        tags,
        detail: Box::new(detail),
        name: Some(name.clone()),
        id: name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_that_of_an_arn_or_a_classic_name() {
        for id in ["app/web/0123456789abcdef", "net/db-1/0123456789abcdef", "gwy/fw/0123456789abcdef", "old-shop"] {
            assert!(accepts(id), "{id}");
        }
        let long = "n".repeat(33);
        for id in ["", "app/web", "app/web/123", "lb/web/0123456789abcdef", "app/a b/0123456789abcdef", "a_b", &long] {
            assert!(!accepts(id), "{id}");
        }
    }

    #[test]
    fn an_id_says_where_cloudwatch_has_its_metrics() {
        for (id, namespace, dimension) in [
            ("app/web/0123456789abcdef", "AWS/ApplicationELB", "LoadBalancer"),
            ("net/db/0123456789abcdef", "AWS/NetworkELB", "LoadBalancer"),
            ("gwy/fw/0123456789abcdef", "AWS/GatewayELB", "LoadBalancer"),
            ("old-shop", "AWS/ELB", "LoadBalancerName"),
        ] {
            let place = CATALOG.place(id).unwrap();
            assert_eq!(place.namespace, namespace);
            assert_eq!(place.dimensions(&REQUESTS, id).collect::<Vec<_>>(), [(dimension, id)]);
        }
    }
}
