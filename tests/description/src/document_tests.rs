//! The file that is served, and what it has to say about the routes.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::document;

/// Real responses, which `make examples` records.
const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/examples");

fn example(name: &str) -> Option<Value> {
    let text = fs::read_to_string(Path::new(EXAMPLES).join(format!("{name}.json"))).ok()?;
    Some(serde_json::from_str(&text).expect("an example is JSON"))
}

#[test]
fn the_description_matches_the_code() {
    let text = serde_json::to_string_pretty(&document(example)).expect("a description can be written");
    documents::document("openapi.json", &(text + "\n"));
}

#[test]
fn every_route_has_an_example() {
    for (path, item) in document(example)["paths"].as_object().expect("paths") {
        let has = item["get"]["responses"]["200"]["content"]["application/json"].get("example").is_some();
        assert!(has || item["get"]["security"] == Value::Array(Vec::new()), "{path}");
    }
}
