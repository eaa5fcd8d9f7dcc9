//! One page of a response: its resources by type.

use std::collections::BTreeMap;

use api::ApiError;
use collector::{Inventory, ResourceType};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::query::ResourcesQuery;

/// The resources of one page by type, and the cursor of the next page.
#[derive(Debug, Serialize)]
pub(crate) struct Page {
    /// For each requested type, its resources on this page; null if nothing of it could be listed.
    #[serde(flatten)]
    resources: BTreeMap<ResourceType, Option<Vec<Box<RawValue>>>>,
    /// The `cursor` of the next page; null on the last page.
    next_cursor: Option<String>,
}

impl Page {
    /// Returns the requested page of a sorted inventory.
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
