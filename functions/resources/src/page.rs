//! One page of an answer: the resources that it shows, by type.

use std::collections::BTreeMap;

use api::ApiError;
use collector::{Inventory, ResourceType};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::query::ResourcesQuery;

/// The resources of one page, by type, and where the next one begins.
#[derive(Debug, Serialize)]
pub(crate) struct Page {
    /// For each type that was asked, its resources on this page; null where nothing of it could be listed.
    #[serde(flatten)]
    resources: BTreeMap<ResourceType, Option<Vec<Box<RawValue>>>>,
    /// What to send as `cursor` for the next page; null on the last one.
    next_cursor: Option<String>,
}

impl Page {
    /// The page of an ordered inventory that `query` asks for.
    pub(crate) fn cut(inventory: &Inventory, query: &ResourcesQuery) -> Result<Self, ApiError> {
        let page = query.paging.cut(&inventory.resources, |resource| {
            let (kind, region, id) = resource.position();
            (kind, region.map(str::to_owned), id.to_owned())
        })?;
        let mut resources: BTreeMap<_, _> =
            inventory.types.iter().map(|kind| (*kind, inventory.knows_type(*kind).then(Vec::new))).collect();
        for (resource, json) in page.items {
            resources.entry(resource.resource_type()).or_default().get_or_insert_default().push(json);
        }
        Ok(Self { resources, next_cursor: page.next_cursor })
    }
}
