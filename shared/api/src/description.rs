//! How a route is described to programs: its part of `docs/openapi.json`.
//!
//! Parameters come from the definitions that queries are read by, and responses from the types that are serialised, so
//! a description can't differ from what a function does. The document itself is put together outside of the functions,
//! which therefore carry none of it.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::envelope::{Envelope, Failure, error_body};
use crate::error::ApiError;
use crate::format::FORMAT;
use crate::page::CURSOR;
use crate::parameter::{ALL, Parameter, Values, with_all};

/// A route, as a function describes it.
#[derive(Debug)]
pub struct Route {
    /// The path in the home account, such as `/resources`. The heading of its chapter in `docs/api.md` has it too.
    pub path: &'static str,
    /// What it answers, in a few words.
    pub summary: &'static str,
    /// More about it, in Markdown. What it costs is in its chapter.
    pub description: String,
    /// Its parameters.
    pub parameters: &'static [Parameter],
    /// Whether it exists for other accounts too, under `/accounts/{account}`.
    pub of_accounts: bool,
    /// Returns the schema of a response.
    pub response: fn(&mut SchemaGenerator) -> Schema,
    /// What is known about the values of a parameter beyond its schema, by the parameter and the name of the extension.
    /// The description of the parameter says that it is there.
    pub about_parameters: BTreeMap<(&'static str, &'static str), Value>,
    /// What is known about the route, by the name of the extension.
    pub about: BTreeMap<&'static str, Value>,
}

impl Route {
    /// Returns the parameter object of one of its parameters.
    #[must_use]
    pub fn parameter(&self, definition: &Parameter) -> Map<String, Value> {
        let mut described = parameter(definition);
        for ((_, extension), value) in self.about_parameters.iter().filter(|((of, _), _)| *of == definition.name) {
            if let Some(Value::String(description)) = described.get_mut("description") {
                description.extend([" `", extension, "` has them by type."]);
            }
            described.insert((*extension).to_owned(), value.clone());
        }
        described
    }

    /// Returns whether its responses have pages.
    #[must_use]
    pub fn has_pages(&self) -> bool {
        self.has(CURSOR)
    }

    /// Returns whether its responses can be tables.
    #[must_use]
    pub fn has_tables(&self) -> bool {
        self.has(FORMAT.name)
    }

    fn has(&self, parameter: &str) -> bool {
        self.parameters.iter().any(|of| of.name == parameter)
    }
}

/// Returns the schema of a response with `data` of type `D` and a coverage of type `C`.
pub fn response<D: JsonSchema + 'static, C: JsonSchema + 'static>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<Envelope<'static, D, C>>()
}

/// Returns the schema of a function's own error response.
pub fn failure(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<Failure<'static>>()
}

/// The request id in examples.
const REQUEST_ID: &str = "5c2f7a52-7a0c-4b0e-9f53-0d1c7a3f9b11";

/// Returns an error response of each kind, by its code; `gap` is what those that have gaps report.
#[must_use]
pub fn failures(gap: &Value) -> BTreeMap<&'static str, Value> {
    let account = "210987654321";
    let errors = [
        ApiError::not_allowed("limit", "0", "a whole number from 1 to 10000"),
        ApiError::account_not_allowed("it is not among the accounts of the token"),
        ApiError::unknown_account(account),
        ApiError::NotFound { message: "There is no such file.".to_owned() },
        ApiError::Internal(String::new()),
        ApiError::nothing_collected(&[gap], None),
        ApiError::refused("account", &"The reader role of this account can't be assumed.", Some(gap)),
    ];
    let body = |error: ApiError| serde_json::from_str(&error_body(&error, REQUEST_ID)).unwrap_or_default();
    errors.into_iter().map(|error| (error.code(), body(error))).collect()
}

/// Returns the parameter object of a definition.
fn parameter(definition: &Parameter) -> Map<String, Value> {
    let Parameter { name, values, allowed, without } = definition;
    let words = plain(&without.in_words());
    let mut described = Map::new();
    described.insert("name".to_owned(), json!(name));
    described.insert("in".to_owned(), json!("query"));
    // Without backticks, so that programs can tell the values that the parameter allows from the one that it has.
    let description = format!("{}. Without it: {}.", plain(&allowed()), words.replace('`', ""));
    described.insert("description".to_owned(), json!(description));
    described.insert("x-stratoscope-without".to_owned(), json!(words));
    if values.is_list() {
        described.insert("style".to_owned(), json!("form"));
        described.insert("explode".to_owned(), json!(false));
    }
    let mut schema = schema(values);
    if let (Value::Object(schema), Some(default)) = (&mut schema, without.default()) {
        schema.insert("default".to_owned(), default);
    }
    described.insert("schema".to_owned(), schema);
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
        Values::TextsUpTo(most) => {
            json!({"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1, "maxItems": most})
        }
        Values::Flag => json!({"type": "boolean"}),
        Values::Number(range) => json!({"type": "integer", "minimum": range.start(), "maximum": range.end()}),
        Values::OneOf(choices) => json!({"type": "string", "enum": choices()}),
        Values::SomeOf(choices) => list(json!({"type": "string", "enum": choices()})),
        // As far as a program reads it, a list of the values and `all`; the condition keeps `all` alone.
        Values::SomeOfOrAll(choices) => json!({
            "type": "array", "items": {"type": "string", "enum": with_all(choices())}, "minItems": 1,
            "if": {"contains": {"const": ALL}}, "then": {"items": {"const": ALL}},
        }),
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
    use crate::error::ERROR_KINDS;
    use crate::parameter::{Without, any_text};

    #[test]
    fn links_become_their_text() {
        assert_eq!(plain("see [Tags](#tags), or [rules.md](rules.md)."), "see Tags, or rules.md.");
        assert_eq!(plain("a [bracket] and [another"), "a [bracket] and [another");
        assert_eq!(plain("none"), "none");
    }

    fn route(of: &'static [Parameter]) -> Route {
        Route {
            path: "/things",
            summary: "Things",
            description: String::new(),
            parameters: of,
            of_accounts: false,
            response: response::<u8, u8>,
            about_parameters: [(("types", "x-types"), json!({"ec2": 1}))].into(),
            about: BTreeMap::new(),
        }
    }

    #[test]
    fn a_list_has_commas_between_its_values() {
        const TYPES: Parameter = Parameter {
            name: "types",
            values: Values::SomeOf(|| vec!["ec2", "rds"]),
            allowed: || "some of [these](#types)".to_owned(),
            without: Without::Means(|| "`all`".to_owned()),
        };
        assert_eq!(
            Value::Object(route(&[]).parameter(&TYPES)),
            json!({
                "name": "types", "in": "query",
                "description": "some of these. Without it: all. `x-types` has them by type.",
                "x-stratoscope-without": "`all`", "style": "form", "explode": false, "x-types": {"ec2": 1},
                "schema": {"type": "array", "items": {"type": "string", "enum": ["ec2", "rds"]}, "minItems": 1},
            })
        );
    }

    #[test]
    fn all_values_have_a_name_that_stands_alone() {
        let types = Parameter { values: Values::SomeOfOrAll(|| vec!["ec2", "rds"]), ..any_text("types") };
        let described = parameter(&types);
        assert_eq!(
            described.get("schema"),
            Some(&json!({
                "type": "array", "items": {"type": "string", "enum": ["ec2", "rds", "all"]}, "minItems": 1,
                "if": {"contains": {"const": "all"}}, "then": {"items": {"const": "all"}},
            }))
        );
        assert_eq!(described.get("explode"), Some(&json!(false)));
    }

    #[test]
    fn a_default_that_can_be_sent_is_in_the_schema() {
        let hours =
            Parameter { values: Values::Number(1..=48), without: Without::Default(|| json!(24)), ..any_text("hours") };
        let described = parameter(&hours);
        assert_eq!(
            described.get("schema"),
            Some(&json!({"type": "integer", "minimum": 1, "maximum": 48, "default": 24}))
        );
        assert_eq!(described.get("x-stratoscope-without"), Some(&json!("24")));
        assert_eq!(parameter(&any_text("name")).get("schema"), Some(&json!({"type": "string", "minLength": 1})));
    }

    #[test]
    fn the_most_values_are_in_the_schema() {
        let ids = Parameter { values: Values::TextsUpTo(3), ..any_text("ids") };
        assert_eq!(
            parameter(&ids).get("schema"),
            Some(&json!({"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1, "maxItems": 3}))
        );
    }

    #[test]
    fn a_route_with_a_cursor_has_pages_and_one_with_formats_has_tables() {
        const PAGED: &[Parameter] = &[crate::page::cursor(String::new)];
        const TABLES: &[Parameter] = &[FORMAT];
        for (parameters, pages, tables) in [(&[][..], false, false), (PAGED, true, false), (TABLES, false, true)] {
            let route = route(parameters);
            assert_eq!((route.has_pages(), route.has_tables()), (pages, tables));
        }
    }

    #[test]
    fn each_kind_of_error_has_an_example() {
        let examples = failures(&json!({"service": "ec2"}));
        assert_eq!(examples.len(), ERROR_KINDS.len());
        for kind in ERROR_KINDS {
            let body = examples.get(kind.code).unwrap();
            assert_eq!(body.pointer("/error/code"), Some(&json!(kind.code)));
            let gaps = (kind.status == 502).then_some(json!([{"service": "ec2"}]));
            assert_eq!(body.pointer("/error/gaps"), gaps.as_ref(), "{body}");
        }
    }
}
