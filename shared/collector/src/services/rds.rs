//! RDS: its client, and what its types of resources have in common.

pub mod cluster;
pub mod instance;
pub mod snapshot;

use aws_sdk_rds::types::Tag;

use crate::call::clients::{Service, guarded_client};
use crate::call::gate::Rate;
use crate::model::operation::{Operation, Price};
use crate::model::resource::Resource;
use crate::services::values::{given, tags};

/// RDS, which also lists what belongs to Neptune and DocumentDB.
pub(crate) struct Rds;

impl Service for Rds {
    const NAME: &'static str = "rds";
    const RATE: Rate = Rate::UNKNOWN;

    guarded_client!(aws_sdk_rds);
}

/// RDS's offer in the price list.
const OFFER: &str = "AmazonRDS";

/// The most items that RDS returns per page of any of its lists.
const ITEMS_A_PAGE: i32 = 100;

/// Returns a Describe operation of RDS; AWS bills none of them.
const fn describe(name: &'static str, action: &'static str) -> Operation {
    Operation { service: Rds::NAME, name, action: Some(action), price: Price::Free }
}

/// Returns a resource of RDS, whose name is its id.
fn resource<D>(region: &str, id: String, arn: Option<&str>, tag_list: Option<Vec<Tag>>, detail: D) -> Resource<D> {
    Resource {
        name: Some(id.clone()),
        region: Some(region.to_owned()),
        arn: given(arn),
        tags: Some(tags(tag_list.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)))),
        detail,
        id,
    }
}
