//! Tags of what lists itself without them: buckets and functions.
//!
//! One GetResources a region answers for both, 100 resources a page, instead of a call for each bucket and function. It
//! lists only resources that have or had tags, so in a region that was listed to its end, absence means no tags; tags
//! set in the last minute may be missing from it.

use std::collections::HashMap;
use std::time::Instant;

use aws_sdk_resourcegroupstagging::Client;
use aws_sdk_resourcegroupstagging::operation::get_resources::GetResourcesOutput;
use aws_sdk_resourcegroupstagging::types::ResourceTagMapping;

use crate::clients::Gated;
use crate::fault::Fault;
use crate::listing::every_page;
use crate::resource::{Resource, ResourceType, Tags, given};

/// The operation of this file, as gaps name it.
pub(crate) const GET_RESOURCES: (&str, &str) = ("tag", "GetResources");

/// The most resources that the tagging API puts into a page.
const RESOURCES_A_PAGE: i32 = 100;

/// The tags of one region's buckets and functions.
#[derive(Debug, Default)]
pub(crate) struct RegionTags {
    by_arn: HashMap<String, Tags>,
    pub(crate) fault: Option<Fault>,
}

impl RegionTags {
    /// Gives `resource` its tags; it keeps none at all where the list broke off before it came.
    pub(crate) fn give_to(&mut self, resource: &mut Resource) {
        let listed = resource.arn.as_ref().and_then(|arn| self.by_arn.remove(arn));
        resource.tags = listed.or_else(|| self.fault.is_none().then(Tags::new));
    }
}

/// How the tagging API calls a type that needs it; `None` for types that list their tags themselves.
pub(crate) fn filter_of(resource_type: ResourceType) -> Option<&'static str> {
    match resource_type {
        ResourceType::S3 => Some("s3"),
        ResourceType::Lambda => Some("lambda:function"),
        ResourceType::Ec2 | ResourceType::Rds | ResourceType::Ebs | ResourceType::Eip => None,
    }
}

/// The tags of every tagged resource of `types` in the client's region.
pub(crate) async fn list_tags(client: &Gated<Client>, types: &[ResourceType], deadline: Instant) -> RegionTags {
    let filters = || types.iter().filter_map(|kind| filter_of(*kind)).map(str::to_owned).collect();
    let ask = |token| {
        let request = client.get_resources().set_resource_type_filters(Some(filters()));
        request.resources_per_page(RESOURCES_A_PAGE).set_pagination_token(token).send()
    };
    let listing = every_page(client.until(deadline), ask, GetResourcesOutput::pagination_token, |page| {
        page.resource_tag_mapping_list.unwrap_or_default().into_iter().filter_map(tags_of).collect()
    })
    .await;
    RegionTags { by_arn: listing.found.into_iter().collect(), fault: listing.fault }
}

fn tags_of(mapping: ResourceTagMapping) -> Option<(String, Tags)> {
    let tags = mapping.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect();
    Some((given(mapping.resource_arn.as_deref())?, tags))
}
