//! The tags of types that are listed without them ([`TagSource::TaggingApi`](crate::services::kind::TagSource::TaggingApi)).
//!
//! One GetResources per region returns all of them, 100 resources per page, instead of a call for each resource. It lists
//! only resources that have or had tags, so a resource that is missing from a complete list has no tags. Tags that were
//! set in the last minute may be missing.

use std::collections::HashMap;

use aws_sdk_resourcegroupstagging::operation::get_resources::GetResourcesOutput;
use aws_sdk_resourcegroupstagging::types::ResourceTagMapping;

use crate::call::clients::{Service, guarded_client};
use crate::call::fault::Fault;
use crate::call::gate::Rate;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Page, every_page};
use crate::model::operation::{Operation, Price};
use crate::model::resource::{Resource, Tags};
use crate::services::values::given;

/// The Resource Groups Tagging API.
pub(crate) struct Tagging;

impl Service for Tagging {
    const NAME: &'static str = "tag";
    const RATE: Rate = Rate::UNKNOWN;

    guarded_client!(aws_sdk_resourcegroupstagging);
}

/// Lists tagged resources.
pub(crate) const GET_RESOURCES: Operation =
    Operation { service: Tagging::NAME, name: "GetResources", action: Some("tag:GetResources"), price: Price::Free };

/// The most resources that the tagging API returns per page.
const RESOURCES_A_PAGE: i32 = 100;

/// The tags of one region's resources of these types.
#[derive(Debug, Default)]
pub(crate) struct RegionTags {
    by_arn: HashMap<String, Tags>,
    pub(crate) fault: Option<Fault>,
}

impl RegionTags {
    /// Sets the tags of `resource`. They remain unknown if the list ended early and does not have the resource.
    pub(crate) fn give_to<D>(&mut self, resource: &mut Resource<D>) {
        let listed = resource.arn.as_ref().and_then(|arn| self.by_arn.remove(arn));
        resource.tags = listed.or_else(|| self.fault.is_none().then(Tags::new));
    }
}

/// Lists the tags of every tagged resource in one region that matches one of `filters` (such as `lambda:function`).
pub(crate) async fn list_tags(inquiry: &Inquiry<'_>, filters: &[&str]) -> RegionTags {
    let tagging = inquiry.client::<Tagging>();
    let filters = || filters.iter().map(ToString::to_string).collect();
    let ask = |page: Page| {
        let request = tagging.get_resources().set_resource_type_filters(Some(filters()));
        request.resources_per_page(page.size).set_pagination_token(page.token).send()
    };
    let limits = tagging.limits(&GET_RESOURCES, inquiry.deadline).pages_of(RESOURCES_A_PAGE);
    let listing = every_page(limits, ask, GetResourcesOutput::pagination_token, |page| {
        page.resource_tag_mapping_list.unwrap_or_default().into_iter().filter_map(tags_of).collect()
    })
    .await;
    RegionTags { by_arn: listing.found.into_iter().collect(), fault: listing.fault }
}

fn tags_of(mapping: ResourceTagMapping) -> Option<(String, Tags)> {
    let tags = mapping.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect();
    Some((given(mapping.resource_arn.as_deref())?, tags))
}
