//! How a route is described to programs: its part of `docs/openapi.json`.
//!
//! Parameters come from the definitions that queries are read by, and responses from the types that are serialised, so
//! a description can't differ from what a function does. The document itself is put together outside of the functions,
//! which therefore carry none of it.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::envelope::{Envelope, Failure};
use crate::parameter::{Parameter, Values};

/// A route, as a function describes it.
#[derive(Debug)]
pub struct Route {
    /// The path in the home account, such as `/resources`.
    pub path: &'static str,
    /// What it answers, in a few words.
    pub summary: &'static str,
    /// More about it, in Markdown.
    pub description: &'static str,
    /// Its parameters.
    pub parameters: &'static [Parameter],
    /// Whether it exists for other accounts too, under `/accounts/{account}`.
    pub of_accounts: bool,
    /// Returns the schema of a response.
    pub response: fn(&mut SchemaGenerator) -> Schema,
    /// What is known about the values of a parameter beyond its schema, by the parameter and the name of the extension.
    pub about_parameters: BTreeMap<(&'static str, &'static str), Value>,
    /// What is known about the route, by the name of the extension.
    pub about: BTreeMap<&'static str, Value>,
}

/// Returns the schema of a response with `data` of type `D` and a coverage of type `C`.
pub fn response<D: JsonSchema + 'static, C: JsonSchema + 'static>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<Envelope<'static, D, C>>()
}

/// Returns the schema of a function's own error response.
pub fn failure(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<Failure<'static>>()
}

/// Returns the parameter object of a definition.
#[must_use]
pub fn parameter(definition: &Parameter) -> Map<String, Value> {
    let Parameter { name, values, allowed, without } = definition;
    let mut described = Map::new();
    described.insert("name".to_owned(), json!(name));
    described.insert("in".to_owned(), json!("query"));
    described.insert("description".to_owned(), json!(plain(&allowed())));
    described.insert("x-stratoscope-without".to_owned(), json!(plain(&without())));
    if values.is_list() {
        described.insert("style".to_owned(), json!("form"));
        described.insert("explode".to_owned(), json!(false));
    }
    described.insert("schema".to_owned(), schema(values));
    described
}

/// What a region's name looks like.
const REGION: &str = "^[a-z]+(-[a-z]+)+-[0-9]+$";

fn schema(values: &Values) -> Value {
    let list = |items: Value| json!({"type": "array", "items": items, "minItems": 1});
    let region = || json!({"type": "string", "pattern": REGION, "maxLength": 32});
    match values {
        Values::Text => json!({"type": "string", "minLength": 1}),
        Values::Texts => list(json!({"type": "string", "minLength": 1})),
        Values::Flag => json!({"type": "boolean"}),
        Values::Number(range) => json!({"type": "integer", "minimum": range.start(), "maximum": range.end()}),
        Values::OneOf(choices) => json!({"type": "string", "enum": choices()}),
        Values::SomeOf(choices) => list(json!({"type": "string", "enum": choices()})),
        Values::Day => json!({"type": "string", "format": "date"}),
        Values::Region => region(),
        Values::Regions => list(region()),
        Values::Dollars => json!({"type": "number", "exclusiveMinimum": 0, "maximum": 100}),
    }
}

/// Returns Markdown with the text of each link in place of the link, whose target is another document.
#[must_use]
pub fn plain(markdown: &str) -> String {
    let mut plain = String::new();
    let mut rest = markdown;
    while let Some((before, link)) = rest.split_once('[') {
        plain += before;
        let link = link.split_once("](").and_then(|(text, target)| Some((text, target.split_once(')')?.1)));
        let Some((text, after)) = link else {
            plain.push('[');
            rest = rest.split_once('[').map_or("", |(_, after)| after);
            continue;
        };
        plain += text;
        rest = after;
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_become_their_text() {
        assert_eq!(plain("see [Tags](#tags), or [rules.md](rules.md)."), "see Tags, or rules.md.");
        assert_eq!(plain("a [bracket] and [another"), "a [bracket] and [another");
        assert_eq!(plain("none"), "none");
    }

    #[test]
    fn a_list_has_commas_between_its_values() {
        let types = Parameter {
            name: "types",
            values: Values::SomeOf(|| vec!["ec2", "rds"]),
            allowed: || "some of [these](#types)".to_owned(),
            without: || "all".to_owned(),
        };
        assert_eq!(
            Value::Object(parameter(&types)),
            json!({
                "name": "types", "in": "query", "description": "some of these", "x-stratoscope-without": "all",
                "style": "form", "explode": false,
                "schema": {"type": "array", "items": {"type": "string", "enum": ["ec2", "rds"]}, "minItems": 1},
            })
        );
    }
}
