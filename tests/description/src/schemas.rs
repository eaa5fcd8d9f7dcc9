//! The schemas of the description.

use collector::{ResourceType, gap_services};
use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// Marks a field that can be missing and can also be null.
const ALSO_NULL: &str = "x-null";

/// Returns a generator for what functions serialise.
pub(crate) fn generator() -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    settings.with_transform(Exact).into_generator()
}

/// Returns the schemas of all types that were described.
pub(crate) fn components(mut generator: SchemaGenerator) -> Map<String, Value> {
    let mut components = generator.take_definitions(true);
    if let Some(Value::String(about)) =
        components.get_mut("Gap").and_then(|gap| gap.pointer_mut("/properties/service/description"))
    {
        let services = api::code(gap_services());
        *about = format!("{}: {services}.", about.trim_end_matches('.'));
    }
    components.insert(
        "Refusal".to_owned(),
        json!({
            "description": "The gateway's own response, before or instead of that of a function.",
            "type": "object",
            "properties": {
                "message": {"type": ["string", "null"], "description": "Why; null where the gateway gives no reason."},
            },
            "required": ["message"],
            "additionalProperties": false,
        }),
    );
    components
}

/// Says what serialising does beyond what types say: there are no other fields, and what Rust calls `None` is null, or
/// missing.
#[derive(Debug, Clone)]
struct Exact;

impl Transform for Exact {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        let Some(object) = schema.as_object_mut() else { return };
        if let Some(Value::String(description)) = object.get_mut("description") {
            *description =
                description.replace("`None`", "null").replace("[`", "`").replace("`]", "`").replace('\n', " ");
        }
        one_enum(object);
        // Without a type it means the same, and generators of clients take `true` of a boolean for a text.
        if object.get("const").is_some_and(Value::is_boolean) {
            object.remove("type");
        }
        if !object.contains_key("properties") {
            return;
        }
        // A map by type has this already, and its values are null where they are unknown.
        if object.get("additionalProperties") == Some(&Value::Bool(false)) {
            by_type(object);
            return;
        }
        missing_or_null(object);
        if !object.contains_key("additionalProperties") {
            object.insert("additionalProperties".to_owned(), json!(false));
        }
    }
}

/// Describes the fields of a map by type.
fn by_type(object: &mut Map<String, Value>) {
    let Some(Value::Object(properties)) = object.get_mut("properties") else { return };
    for (name, property) in properties {
        if let (Some(kind), Some(property)) = (ResourceType::named(name), property.as_object_mut()) {
            property.entry("description").or_insert_with(|| json!(format!("Of the type `{kind}`.")));
        }
    }
}

/// Says of the fields that can be missing that they are not null, since they are left out instead.
fn missing_or_null(object: &mut Map<String, Value>) {
    let required = object.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let Some(Value::Object(properties)) = object.get_mut("properties") else { return };
    for (name, property) in properties {
        let Some(property) = property.as_object_mut() else { continue };
        if property.remove(ALSO_NULL).is_none() && !required.contains(&json!(name)) {
            not_null(property);
        }
    }
}

fn not_null(property: &mut Map<String, Value>) {
    let is_null = |value: &Value| *value == json!("null") || *value == json!({"type": "null"});
    if let Some(Value::Array(types)) = property.get_mut("type") {
        types.retain(|of| !is_null(of));
        if let [only] = types.as_slice() {
            let only = only.clone();
            property.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(choices)) = property.get_mut("anyOf") {
        choices.retain(|of| !is_null(of));
        if let [Value::Object(only)] = choices.as_slice() {
            let only = only.clone();
            property.remove("anyOf");
            for (name, value) in only {
                property.entry(name).or_insert(value);
            }
        }
    }
}

/// Writes a choice between constants as an enumeration, which generators of clients know, with what the description says
/// about each of them.
fn one_enum(object: &mut Map<String, Value>) {
    let Some(Value::Array(choices)) = object.get("oneOf") else { return };
    let values = |choice: &Value| match choice.get("const") {
        Some(value) => Some(vec![value.clone()]),
        None => choice.get("enum").and_then(Value::as_array).cloned(),
    };
    let Some(all) = choices.iter().map(values).collect::<Option<Vec<_>>>() else { return };
    let about = |choice: &Value| {
        Some(format!(" `{}`: {}", choice.get("const")?.as_str()?, choice.get("description")?.as_str()?))
    };
    let about: String = choices.iter().filter_map(about).collect();
    let description = object.get("description").and_then(Value::as_str).unwrap_or_default().to_owned() + &about;
    object.remove("oneOf");
    object.insert("type".to_owned(), json!("string"));
    object.insert("enum".to_owned(), all.into_iter().flatten().collect());
    object.insert("description".to_owned(), json!(description.trim()));
}
