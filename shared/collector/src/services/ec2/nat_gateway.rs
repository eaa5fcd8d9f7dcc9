//! NAT gateways.

use aws_sdk_ec2::operation::describe_nat_gateways::DescribeNatGatewaysOutput;
use aws_sdk_ec2::types::{self, NatGatewayAddress, NatGatewayState};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::call::inquiry::Inquiry;
use crate::call::pages::{Found, Page, every_page};
use crate::model::metric::{Catalog, Ids, MAXIMUM, Metric, Place, SUM, is_hex_id};
use crate::model::operation::Operation;
use crate::model::price::{Bill, Product, Unpriced, UnpricedReason};
use crate::model::resource::Resource;
use crate::services::ec2::{EC2, Ec2, describe, resource};
use crate::services::kind::{Group, Kind, Scope, TagSource};
use crate::services::values::{given, timestamp};

const DESCRIBE_NAT_GATEWAYS: Operation = describe("DescribeNatGateways", "ec2:DescribeNatGateways");

/// The most NAT gateways that EC2 returns per page.
const GATEWAYS_A_PAGE: i32 = 1_000;

/// A NAT gateway.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct NatGateway {
    /// `available`, `pending`, …; a deleted gateway is listed for about an hour.
    pub state: Option<String>,
    /// `public` (to the internet) or `private` (to other networks).
    pub connectivity_type: Option<String>,
    /// The VPC.
    pub vpc_id: Option<String>,
    /// The public IPv4 addresses.
    pub public_ips: Vec<String>,
    /// The private IPv4 addresses.
    pub private_ips: Vec<String>,
    /// The subnet; absent for a gateway of all zones of a VPC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subnet_id: Option<String>,
    /// Why it could not be created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_message: Option<String>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
}

/// CloudWatch's `BytesOutToDestination`.
pub const BYTES_OUT_TO_DESTINATION: Metric =
    Metric::new("bytes_out_to_destination", "BytesOutToDestination", "Bytes", SUM);
/// CloudWatch's `BytesOutToSource`.
pub const BYTES_OUT_TO_SOURCE: Metric = Metric::new("bytes_out_to_source", "BytesOutToSource", "Bytes", SUM);
/// CloudWatch's `BytesInFromDestination`.
pub const BYTES_IN_FROM_DESTINATION: Metric =
    Metric::new("bytes_in_from_destination", "BytesInFromDestination", "Bytes", SUM);
/// CloudWatch's `BytesInFromSource`.
pub const BYTES_IN_FROM_SOURCE: Metric = Metric::new("bytes_in_from_source", "BytesInFromSource", "Bytes", SUM);
/// CloudWatch's `ActiveConnectionCount`.
pub const ACTIVE_CONNECTIONS: Metric = Metric::new("active_connections", "ActiveConnectionCount", "Count", MAXIMUM);
/// CloudWatch's `ErrorPortAllocation`.
pub const ERROR_PORT_ALLOCATION: Metric = Metric::new("error_port_allocation", "ErrorPortAllocation", "Count", SUM);
/// CloudWatch's `PacketsDropCount`.
pub const PACKETS_DROP: Metric = Metric::new("packets_drop", "PacketsDropCount", "Count", SUM);

static CATALOG: Catalog = Catalog {
    places: &[Place::of_all("AWS/NATGateway", &["NatGatewayId"])],
    ids: Ids { like: "NAT gateway ids such as nat-0123456789abcdef0", accepts: |id| is_hex_id(id, "nat-") },
    named_by_list: false,
    usual: 2,
    metrics: &[
        BYTES_OUT_TO_DESTINATION,
        BYTES_OUT_TO_SOURCE,
        BYTES_IN_FROM_DESTINATION,
        BYTES_IN_FROM_SOURCE,
        ACTIVE_CONNECTIONS,
        ERROR_PORT_ALLOCATION,
        PACKETS_DROP,
    ],
};

impl Kind for NatGateway {
    const TYPE: &'static str = "nat_gateway";
    const GROUP: Group = Group::Network;
    const OPERATIONS: &'static [&'static Operation] = &[&DESCRIBE_NAT_GATEWAYS];
    const SCOPE: Scope = Scope::Regional;
    const STATES: &'static [&'static str] = NatGatewayState::values();
    const TAGS: TagSource = TagSource::Listed;
    const EXPLORER_TYPES: &'static [&'static str] = &["ec2:natgateway"];
    const CATALOG: Option<&'static Catalog> = Some(&CATALOG);
    type Stored = Box<Self>;

    fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    fn bill(&self, region: &str) -> Result<Bill, Unpriced> {
        if self.state.as_deref().ok_or_else(|| Unpriced::missing("state"))? != "available" {
            return Err(Unpriced::billed_as("available gateways"));
        }
        if self.subnet_id.is_none() {
            let message = "how many zones a gateway of all zones is billed for is unknown";
            return Err(Unpriced::new(UnpricedReason::NotSupported, message));
        }
        let gateway = Product::of(EC2, Some("NAT Gateway"), "Hrs", region).used_as("NatGateway-Hours");
        Ok(Bill::of(gateway.part("gateway", 1)).without(&["gigabytes processed", "public IPv4 addresses"]))
    }

    async fn list(inquiry: &Inquiry<'_>) -> Found<Resource<Box<Self>>> {
        let ec2 = inquiry.client::<Ec2>();
        let ask = |page: Page| ec2.describe_nat_gateways().max_results(page.size).set_next_token(page.token).send();
        let limits = ec2.limits(&DESCRIBE_NAT_GATEWAYS, inquiry.deadline).pages_of(GATEWAYS_A_PAGE);
        every_page(limits, ask, DescribeNatGatewaysOutput::next_token, |page| {
            let gateways = page.nat_gateways.unwrap_or_default().into_iter();
            gateways.filter_map(|gateway| gateway_of(inquiry, gateway)).collect()
        })
        .await
        .into()
    }
}

fn gateway_of(inquiry: &Inquiry<'_>, gateway: types::NatGateway) -> Option<Resource<Box<NatGateway>>> {
    let addresses = gateway.nat_gateway_addresses.unwrap_or_default();
    let ips = |ip: fn(&NatGatewayAddress) -> Option<&str>| addresses.iter().filter_map(|of| given(ip(of))).collect();
    let detail = NatGateway {
        state: gateway.state.map(|state| state.as_str().to_owned()),
        connectivity_type: gateway.connectivity_type.map(|kind| kind.as_str().to_owned()),
        vpc_id: given(gateway.vpc_id.as_deref()),
        public_ips: ips(NatGatewayAddress::public_ip),
        private_ips: ips(NatGatewayAddress::private_ip),
        subnet_id: given(gateway.subnet_id.as_deref()),
        failure_message: given(gateway.failure_message.as_deref()),
        created: timestamp(gateway.create_time.as_ref()),
    };
    let id = gateway.nat_gateway_id?;
    Some(resource(inquiry, id, "natgateway", gateway.tags, Box::new(detail)))
}
