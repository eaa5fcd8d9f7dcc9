//! The file that is served, and what it has to say about the routes.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use api::ERROR_KINDS;
use documents::{code, section, table};
use serde_json::Value;

use crate::document;
use crate::gateway::{REFUSALS, said};

/// Real responses, which `make examples` records.
const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/examples");

/// The page fetches the file before it shows anything. The gateway compresses it to a ninth.
const LARGEST_FILE: usize = 800_000;

/// The description with the examples of `docs/examples`: text of those that end in `.csv`, and JSON of others.
fn described() -> Value {
    document(|name| {
        let file = if name.contains('.') { name.to_owned() } else { format!("{name}.json") };
        let text = fs::read_to_string(Path::new(EXAMPLES).join(&file)).ok()?;
        Some(if file == name { Value::String(text) } else { serde_json::from_str(&text).expect("an example is JSON") })
    })
}

fn written() -> String {
    serde_json::to_string_pretty(&described()).expect("a description can be written") + "\n"
}

#[test]
fn the_description_matches_the_code() {
    documents::document("openapi.json", &written());
}

#[test]
fn the_errors_match_the_document() {
    let rows = ERROR_KINDS.map(|kind| vec![kind.status.to_string(), code([kind.code]), kind.when.to_owned()]);
    section("api.md", "errors", &table(&["status", "`error.code`", "when"], rows));
    let rows = REFUSALS.map(|refusal| vec![refusal.status.to_string(), said(&refusal), refusal.when.to_owned()]);
    section("api.md", "errors of the gateway", &table(&["status", "message", "when"], rows));
}

#[test]
fn the_file_is_small_enough_for_the_page() {
    let bytes = written().len();
    assert!(bytes < LARGEST_FILE, "{bytes}");
}

#[test]
fn every_route_has_examples_of_its_formats() {
    for (path, item) in described()["paths"].as_object().unwrap() {
        let contents = item["get"]["responses"]["200"]["content"].as_object().unwrap();
        for (format, content) in contents {
            let has = content.pointer("/examples/recorded/$ref").is_some();
            assert!(has || item["get"]["security"] == Value::Array(Vec::new()), "{path} {format}");
        }
    }
}

/// Calls `visit` with every object of a description, and where it is. Examples are data, and left out.
fn objects(value: &Value, place: &str, visit: &mut dyn FnMut(&str, &Value)) {
    match value {
        Value::Object(fields) => {
            visit(place, value);
            for (name, field) in fields.iter().filter(|(name, _)| !matches!(name.as_str(), "examples" | "default")) {
                objects(field, &format!("{place}/{name}"), visit);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                objects(item, &format!("{place}/{index}"), visit);
            }
        }
        _ => {}
    }
}

/// Returns where a description is missing, or is only a beginning.
fn undescribed(root: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut check = |place: String, value: &Value| {
        let text = value["description"].as_str().unwrap_or_default();
        let refers = value["$ref"].as_str().is_some_and(|to| !to.starts_with("#/components/schemas/"));
        if text.len() < 5 && !refers {
            found.push(place);
        }
    };
    objects(root, "", &mut |place, object| {
        for group in ["properties", "headers", "responses", "schemas", "securitySchemes"] {
            for (name, value) in object[group].as_object().into_iter().flatten() {
                check(format!("{place}/{group}/{name}"), value);
            }
        }
        for group in ["parameters", "tags", "servers"] {
            for (index, value) in
                object[group].as_array().into_iter().flatten().enumerate().filter(|(_, of)| of.is_object())
            {
                check(format!("{place}/{group}/{index}"), value);
            }
        }
        if object.get("operationId").is_some() {
            check(place.to_owned(), object);
        }
    });
    found
}

#[test]
fn everything_is_described() {
    assert_eq!(undescribed(&described()), Vec::<String>::new());
}

#[test]
fn what_is_not_described_is_found() {
    let mut root = described();
    for (place, field) in [
        ("/components/schemas/Finding/properties/observed", "description"),
        ("/components/schemas/Finding", "description"),
        ("/components/responses/BadRequest", "description"),
        ("/paths/~1costs/get/parameters/0", "description"),
        ("/paths/~1costs/get", "description"),
    ] {
        root.pointer_mut(place).unwrap().as_object_mut().unwrap().remove(field).unwrap();
    }
    assert_eq!(undescribed(&root).len(), 5, "{:?}", undescribed(&root));
}

/// Returns what a text refers to by the word see: names that begin with a capital letter.
fn references(text: &str) -> impl Iterator<Item = &str> {
    let after = |separator| text.split(separator).skip(1);
    let words = ["see ", "See "].into_iter().flat_map(after);
    let name = |rest: &str| rest.split(|c: char| !c.is_alphanumeric()).next().map(str::len);
    let names = words.filter_map(move |rest| rest.get(..name(rest)?));
    names.filter(|name| name.starts_with(|first: char| first.is_uppercase()))
}

#[test]
fn a_reference_leads_to_a_tag_and_never_to_another_file() {
    let root = described();
    let tags: BTreeSet<&str> =
        root["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    let mut references_found = 0;
    objects(&root, "", &mut |place, object| {
        let Some(text) = object["description"].as_str() else { return };
        assert!(!text.contains(".md") && !text.contains("]("), "{place}: {text}");
        for name in references(text) {
            assert!(tags.contains(name), "{place} refers to {name}: {text}");
            references_found += 1;
        }
    });
    assert!(references_found > 20, "{references_found}");
}

#[test]
fn a_field_that_can_be_missing_is_null_only_if_it_can_be_null_too() {
    let root = described();
    let schema = |name: &str, field: &str| root["components"]["schemas"][name]["properties"][field].clone();
    assert_eq!(schema("Error", "parameter")["type"], "string");
    assert_eq!(schema("Error", "gaps")["items"]["$ref"], "#/components/schemas/Gap");
    assert_eq!(schema("Costs", "forecast")["$ref"], "#/components/schemas/CostsForecast");
    assert_eq!(schema("MeasuredResource", "sort_value")["type"], serde_json::json!(["number", "null"]));
    assert_eq!(schema("Resources", "ec2")["type"], serde_json::json!(["array", "null"]));
    assert_eq!(schema("Counts", "by_type")["properties"]["ec2"]["type"], serde_json::json!(["integer", "null"]));
    assert!(!written().contains("x-null"));
}
