//! Elastic IP addresses.

use aws_sdk_ec2::types;
use schemars::JsonSchema;
use serde::Serialize;

use crate::call::inquiry::Inquiry;
use crate::call::pages::{Found, one_call};
use crate::model::metric::Catalog;
use crate::model::operation::Operation;
use crate::model::price::{Bill, Product, Unpriced};
use crate::model::resource::Resource;
use crate::services::ec2::{Ec2, VPC, describe, resource};
use crate::services::kind::{Group, Kind, Scope, TagSource};
use crate::services::values::given;

const DESCRIBE_ADDRESSES: Operation = describe("DescribeAddresses", "ec2:DescribeAddresses");

/// The state of an address that is in use.
pub const ASSOCIATED: &str = "associated";
/// The state of an address that is not in use; AWS bills it anyway.
pub const UNASSOCIATED: &str = "unassociated";

/// The pool of the addresses that are Amazon's own.
const AMAZON: &str = "amazon";

/// An Elastic IP address.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct Address {
    /// The public address.
    pub public_ip: Option<String>,
    /// `associated` or `unassociated`. AWS returns no state; this is whether the address is in use.
    pub state: &'static str,
    /// The instance that uses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<String>,
    /// The network interface that uses it, of an instance, a NAT gateway or a load balancer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_interface_id: Option<String>,
    /// The pool that it is from: `amazon`, or one of addresses that the owner brought along or has from IPAM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_ipv4_pool: Option<String>,
    /// The private address behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_ip: Option<String>,
}

impl Kind for Address {
    const TYPE: &'static str = "eip";
    const GROUP: Group = Group::Network;
    const OPERATIONS: &'static [&'static Operation] = &[&DESCRIBE_ADDRESSES];
    const SCOPE: Scope = Scope::Regional;
    /// EC2 returns no state; this is whether the address is in use.
    const STATES: &'static [&'static str] = &[ASSOCIATED, UNASSOCIATED];
    const TAGS: TagSource = TagSource::Listed;
    const EXPLORER_TYPES: &'static [&'static str] = &["ec2:elastic-ip"];
    /// CloudWatch has no metrics of addresses.
    const CATALOG: Option<&'static Catalog> = None;
    type Stored = Self;

    fn state(&self) -> Option<&str> {
        Some(self.state)
    }

    fn bill(&self, region: &str) -> Result<Bill, Unpriced> {
        match self.public_ipv4_pool.as_deref() {
            Some(AMAZON) => {}
            Some(_) => return Err(Unpriced::billed_as("addresses of Amazon's own pool, and this one is of another")),
            None => return Err(Unpriced::missing("address pool")),
        }
        let usage = if self.state == ASSOCIATED { "PublicIPv4:InUseAddress" } else { "PublicIPv4:IdleAddress" };
        let address = Product::of(VPC, None, "Hrs", region).with("group", "VPCPublicIPv4Address").used_as(usage);
        Ok(Bill::of(address.part("address", 1)))
    }

    /// DescribeAddresses has no pages.
    async fn list(inquiry: &Inquiry<'_>) -> Found<Resource<Self>> {
        let ec2 = inquiry.client::<Ec2>();
        let call = || ec2.describe_addresses().send();
        let answer = one_call(ec2.limits(&DESCRIBE_ADDRESSES, inquiry.deadline), call).await;
        Found::from(answer.map(|answer| {
            let addresses = answer.addresses.unwrap_or_default().into_iter();
            addresses.filter_map(|address| address_of(inquiry, address)).collect()
        }))
    }
}

fn address_of(inquiry: &Inquiry<'_>, address: types::Address) -> Option<Resource<Address>> {
    let used = given(address.association_id.as_deref()).is_some() || given(address.instance_id.as_deref()).is_some();
    let detail = Address {
        public_ip: given(address.public_ip.as_deref()),
        state: if used { ASSOCIATED } else { UNASSOCIATED },
        instance_id: given(address.instance_id.as_deref()),
        network_interface_id: given(address.network_interface_id.as_deref()),
        public_ipv4_pool: given(address.public_ipv4_pool.as_deref()),
        private_ip: given(address.private_ip_address.as_deref()),
    };
    let id = address.allocation_id?;
    Some(resource(inquiry, id, "elastic-ip", address.tags, detail))
}
