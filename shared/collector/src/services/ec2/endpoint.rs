//! VPC endpoints.
//!
//! CloudWatch measures interface and Gateway Load Balancer endpoints, by four dimensions together, which only the list of
//! endpoints knows. It does not measure gateway endpoints, nor endpoints of a service in another region. Source: the
//! AWS PrivateLink guide, "CloudWatch metrics for AWS PrivateLink".

use std::borrow::Cow;

use aws_sdk_ec2::operation::describe_vpc_endpoints::DescribeVpcEndpointsOutput;
use aws_sdk_ec2::types;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::call::inquiry::Inquiry;
use crate::call::pages::{Found, Page, every_page};
use crate::model::metric::{AVERAGE, Catalog, Ids, Metric, Place, SUM, is_hex_id};
use crate::model::operation::Operation;
use crate::model::price::{Bill, Product, Unpriced, UnpricedReason};
use crate::model::resource::Resource;
use crate::services::ec2::{Ec2, VPC, describe, resource};
use crate::services::kind::{Group, Kind, Scope, TagSource};
use crate::services::values::{given, timestamp};

const DESCRIBE_VPC_ENDPOINTS: Operation = describe("DescribeVpcEndpoints", "ec2:DescribeVpcEndpoints");

/// The most endpoints that EC2 returns per page.
const ENDPOINTS_A_PAGE: i32 = 1_000;

/// The states of an endpoint, as EC2 returns them and its user guide writes them. The API's model has the same words,
/// but each with a capital letter.
const STATES: &[&str] =
    &["available", "deleted", "deleting", "expired", "failed", "partial", "pending", "pendingAcceptance", "rejected"];

/// The type of an endpoint that is a network interface in each of its subnets, which AWS bills by the hour.
pub const INTERFACE: &str = "Interface";

/// A VPC endpoint.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct Endpoint {
    /// `Interface`, `Gateway`, `GatewayLoadBalancer`, …
    #[serde(rename = "type")]
    pub endpoint_type: Option<String>,
    /// The service that it connects to, such as `com.amazonaws.eu-west-1.ssm`.
    pub service_name: Option<String>,
    /// `available`, `pendingAcceptance`, …
    pub state: Option<String>,
    /// The VPC.
    pub vpc_id: Option<String>,
    /// The subnets that have a network interface of it.
    pub subnet_ids: Vec<String>,
    /// Its network interfaces.
    pub network_interface_ids: Vec<String>,
    /// Whether the service's usual name leads to it inside the VPC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_dns_enabled: Option<bool>,
    /// Whether a service of AWS manages it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requester_managed: Option<bool>,
    /// The region of the service, if it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_region: Option<String>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
}

/// CloudWatch's `BytesProcessed`, in both directions. There is a datapoint only of a minute with traffic.
pub const BYTES_PROCESSED: Metric = Metric::new("bytes_processed", "BytesProcessed", "Bytes", SUM);
/// CloudWatch's `ActiveConnections`.
pub const ACTIVE_CONNECTIONS: Metric = Metric::new("active_connections", "ActiveConnections", "Count", AVERAGE);
/// CloudWatch's `NewConnections`.
pub const NEW_CONNECTIONS: Metric = Metric::new("new_connections", "NewConnections", "Count", SUM);
/// CloudWatch's `PacketsDropped`.
pub const PACKETS_DROPPED: Metric = Metric::new("packets_dropped", "PacketsDropped", "Count", SUM);

static CATALOG: Catalog = Catalog {
    places: &[Place::of_all(
        "AWS/PrivateLinkEndpoints",
        &["Endpoint Type", "Service Name", "VPC Endpoint Id", "VPC Id"],
    )],
    ids: Ids { like: "VPC endpoint ids such as vpce-0123456789abcdef0", accepts: |id| is_hex_id(id, "vpce-") },
    named_by_list: true,
    usual: 1,
    metrics: &[BYTES_PROCESSED, ACTIVE_CONNECTIONS, NEW_CONNECTIONS, PACKETS_DROPPED],
};

impl Kind for Endpoint {
    const TYPE: &'static str = "vpc_endpoint";
    const GROUP: Group = Group::Network;
    const OPERATIONS: &'static [&'static Operation] = &[&DESCRIBE_VPC_ENDPOINTS];
    const SCOPE: Scope = Scope::Regional;
    const STATES: &'static [&'static str] = STATES;
    const TAGS: TagSource = TagSource::Listed;
    const EXPLORER_TYPES: &'static [&'static str] = &["ec2:vpc-endpoint"];
    const CATALOG: Option<&'static Catalog> = Some(&CATALOG);
    type Stored = Box<Self>;

    fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// An endpoint without one of the three, such as one of a service network, is not measured under any name.
    fn measured_as<'a>(&self, id: &'a str) -> Cow<'a, str> {
        match (&self.endpoint_type, &self.service_name, &self.vpc_id) {
            (Some(kind), Some(service), Some(vpc)) => Cow::Owned([kind, service, id, vpc].join("/")),
            _ => Cow::Borrowed(id),
        }
    }

    fn bill(&self, region: &str) -> Result<Bill, Unpriced> {
        let usage = match self.endpoint_type.as_deref().ok_or_else(|| Unpriced::missing("type"))? {
            "Interface" => "VpcEndpoint-Hours",
            "GatewayLoadBalancer" => "VpcEndpoint-GWLBE-Hours",
            "Gateway" => return Err(Unpriced::billed_as("endpoints of other types")),
            other => {
                return Err(Unpriced::new(UnpricedReason::NotSupported, format!("how AWS bills {other} is unknown")));
            }
        };
        // Each subnet is one of another zone, and AWS bills each zone.
        let zones = self.subnet_ids.len();
        if zones == 0 {
            return Err(Unpriced::missing("subnets"));
        }
        let endpoint = Product::of(VPC, Some("VpcEndpoint"), "Hrs", region).used_as(usage);
        Ok(Bill::of(endpoint.part("zones", zones)).without(&["gigabytes processed"]))
    }

    async fn list(inquiry: &Inquiry<'_>) -> Found<Resource<Box<Self>>> {
        let ec2 = inquiry.client::<Ec2>();
        let ask = |page: Page| ec2.describe_vpc_endpoints().max_results(page.size).set_next_token(page.token).send();
        let limits = ec2.limits(&DESCRIBE_VPC_ENDPOINTS, inquiry.deadline).pages_of(ENDPOINTS_A_PAGE);
        every_page(limits, ask, DescribeVpcEndpointsOutput::next_token, |page| {
            let endpoints = page.vpc_endpoints.unwrap_or_default().into_iter();
            endpoints.filter_map(|endpoint| endpoint_of(inquiry, endpoint)).collect()
        })
        .await
        .into()
    }
}

fn endpoint_of(inquiry: &Inquiry<'_>, endpoint: types::VpcEndpoint) -> Option<Resource<Box<Endpoint>>> {
    let detail = Endpoint {
        endpoint_type: endpoint.vpc_endpoint_type.map(|kind| kind.as_str().to_owned()),
        service_name: given(endpoint.service_name.as_deref()),
        state: endpoint.state.map(|state| as_returned(state.as_str())),
        vpc_id: given(endpoint.vpc_id.as_deref()),
        subnet_ids: endpoint.subnet_ids.unwrap_or_default(),
        network_interface_ids: endpoint.network_interface_ids.unwrap_or_default(),
        private_dns_enabled: endpoint.private_dns_enabled,
        requester_managed: endpoint.requester_managed,
        service_region: given(endpoint.service_region.as_deref()).filter(|region| region != inquiry.region),
        created: timestamp(endpoint.creation_timestamp.as_ref()),
    };
    let id = endpoint.vpc_endpoint_id?;
    Some(resource(inquiry, id, "vpc-endpoint", endpoint.tags, Box::new(detail)))
}

/// Returns a state as EC2 returns it, if it should return one as its model has it: with a small first letter.
fn as_returned(state: &str) -> String {
    let mut letters = state.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
