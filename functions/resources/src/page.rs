//! One page of a response: its resources by type.

use std::borrow::Cow;
use std::collections::BTreeMap;

use api::ApiError;
use collector::price::{Cost, Prices, Unpriced};
use collector::{Inventory, ResourceType};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::prices::Row;
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
                "items": with_price(&kind.schema(generator), generator),
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

/// Returns the reference to the schema of a type, after adding to that what `prices=true` adds to each resource: the
/// types themselves know nothing of prices.
fn with_price(reference: &Schema, generator: &mut SchemaGenerator) -> Schema {
    let price = described(&generator.subschema_for::<Cost>(), "What it costs each month; only with `prices=true`.");
    let unknown = described(
        &generator.subschema_for::<Unpriced>(),
        "Why it has no price; only with `prices=true`, and never beside `price`.",
    );
    let name = reference.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
    let definition = name.and_then(|name| generator.definitions_mut().get_mut(name));
    if let Some(Value::Object(properties)) = definition.and_then(|of_type| of_type.get_mut("properties")) {
        properties.insert("price".to_owned(), price);
        properties.insert("price_unknown".to_owned(), unknown);
    }
    reference.clone()
}

fn described(schema: &Schema, description: &str) -> Value {
    let mut schema = schema.clone();
    schema.insert("description".to_owned(), description.into());
    schema.to_value()
}

impl Page {
    /// Returns the requested page of a sorted inventory, with what each resource costs if there are `prices`.
    pub(crate) fn cut(
        inventory: &Inventory,
        prices: Option<&Prices>,
        query: &ResourcesQuery,
    ) -> Result<Self, ApiError> {
        let rows = inventory.resources.iter().map(|resource| Row { resource, prices });
        let page = query.paging.cut(rows, |row| {
            let (kind, region, id) = row.resource.position();
            (kind, region.map(str::to_owned), id.to_owned())
        })?;
        let mut resources: BTreeMap<_, _> =
            inventory.types.iter().map(|kind| (*kind, inventory.knows_type(*kind).then(Vec::new))).collect();
        for (row, json) in page.items {
            resources.entry(row.resource.resource_type()).or_default().get_or_insert_default().push(json);
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
