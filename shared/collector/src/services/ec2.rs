//! EC2: its client, and what its types of resources have in common.

pub mod address;
pub mod endpoint;
pub mod image;
mod image_users;
pub mod instance;
pub mod nat_gateway;
pub(crate) mod regions;
pub mod snapshot;
pub mod status_checks;
pub mod volume;

use aws_sdk_ec2::types::Tag;

use crate::call::clients::{Service, guarded_client};
use crate::call::gate::Rate;
use crate::call::inquiry::Inquiry;
use crate::model::operation::{Operation, Price};
use crate::model::price::{Unpriced, UnpricedReason};
use crate::model::resource::Resource;
use crate::services::values::{given, tags};

/// EC2, which also has EBS, and what connects a VPC: addresses, NAT gateways and endpoints.
pub(crate) struct Ec2;

impl Service for Ec2 {
    const NAME: &'static str = "ec2";
    /// The rate of the bucket that most Describe operations share.
    const RATE: Rate = Rate::a_second(100, 20);

    guarded_client!(aws_sdk_ec2);
}

/// EC2's offer in the price list.
pub(super) const EC2: &str = "AmazonEC2";
/// The offer of what belongs to VPCs.
pub(super) const VPC: &str = "AmazonVPC";

/// Checks that something is billed by the prices of the region: those of Local Zones, Wavelength Zones and Outposts differ.
/// A zone of the region itself is its name and a letter.
pub(super) fn in_the_region_itself(region: &str, zone: Option<&str>, outpost: Option<&str>) -> Result<(), Unpriced> {
    let is_of_region = |zone: &str| zone.strip_prefix(region).is_some_and(|letter| letter.len() == 1);
    if outpost.is_some() || zone.is_some_and(|zone| !is_of_region(zone)) {
        let message = "prices of Local Zones, Wavelength Zones and Outposts are not read";
        return Err(Unpriced::new(UnpricedReason::NotSupported, message));
    }
    Ok(())
}

/// Returns a Describe operation of EC2; AWS bills none of them.
const fn describe(name: &'static str, action: &'static str) -> Operation {
    Operation { service: Ec2::NAME, name, action: Some(action), price: Price::Free }
}

/// Returns a resource of EC2. All have the same kind of tags, and an ARN that is built because EC2 does not return it.
fn resource<D>(inquiry: &Inquiry<'_>, id: String, kind: &str, tag_list: Option<Vec<Tag>>, detail: D) -> Resource<D> {
    let tags = tags(tag_list.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)));
    Resource {
        arn: inquiry.account.map(|account| account.arn("ec2", inquiry.region, &format!("{kind}/{id}"))),
        name: given(tags.get("Name").map(String::as_str)),
        region: Some(inquiry.region.to_owned()),
        tags: Some(tags),
        detail,
        id,
    }
}

/// Returns a snapshot or an image. They can be shared with other accounts, and their ARNs have no account id.
fn shareable<D>(inquiry: &Inquiry<'_>, id: String, kind: &str, tag_list: Option<Vec<Tag>>, detail: D) -> Resource<D> {
    let arn = inquiry.account.map(|account| account.arn_without_id("ec2", inquiry.region, &format!("{kind}/{id}")));
    Resource { arn, ..resource(inquiry, id, kind, tag_list, detail) }
}
