//! One page of a response: its resources by type.

use std::borrow::Cow;
use std::collections::BTreeMap;

use api::ApiError;
use collector::{Inventory, ResourceType};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::Map;
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

impl JsonSchema for Page {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Page".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut properties = Map::new();
        for kind in ResourceType::ALL {
            let list = json_schema!({
                "description": "The resources of this type on this page; absent if it was not requested, and null if \
                                nothing of it could be listed.",
                "type": ["array", "null"],
                "items": kind.schema(generator),
                "x-null": true,
            });
            properties.insert(kind.to_string(), list.to_value());
        }
        let cursor = json_schema!({
            "description": "The `cursor` of the next page; null on the last page.",
            "type": ["string", "null"],
        });
        properties.insert("next_cursor".to_owned(), cursor.to_value());
        json_schema!({"type": "object", "properties": properties, "required": ["next_cursor"]})
    }
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

    /// The requested types.
    pub(crate) fn types(&self) -> impl Iterator<Item = ResourceType> {
        self.resources.keys().copied()
    }

    /// Each resource with its type.
    pub(crate) fn resources(&self) -> impl Iterator<Item = (ResourceType, &RawValue)> {
        self.resources.iter().flat_map(|(kind, found)| found.iter().flatten().map(|json| (*kind, &**json)))
    }

    /// The cursor of the next page.
    pub(crate) fn next_cursor(&self) -> Option<&str> {
        self.next_cursor.as_deref()
    }
}
