//! Puts `docs/openapi.json` together: the routes as the functions describe them, with what the gateway adds.
//!
//! It is a crate of its own because it is above all functions. The functions need nothing of it at run time; the file is
//! compared with the code by a test, and written by `make documents`.

#![allow(clippy::expect_used, clippy::panic, reason = "tests use this crate, and they fail by panicking")]

mod gateway;
mod prose;
mod public;
mod schemas;

use api::description::Route;
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

/// What the whole description begins with. What is longer is in the descriptions of tags: generators of clients repeat
/// this one in every file.
const ABOUT: &str = "What an AWS account has, how it is doing, what it costs and what is wrong. A response is complete, or \
    `meta.partial` is true and `meta.gaps` says what is missing and why.\n\nEach of the four routes about an account \
    exists twice, with the same parameters, responses and prices: `/resources` is about the home account, that of the \
    deployment, and `/accounts/{account}/resources` about any account that `/accounts` lists, also the home account.\n\n\
    Where a text says see and a name, the tag of this name has more, for example see Calls.";

/// Returns the description, with an example of a response for each path that has one. The names of examples end in
/// `.csv` for tables.
#[must_use]
pub fn document(example: impl Fn(&str) -> Option<Value>) -> Value {
    let mut generator = schemas::generator();
    let (mut paths, mut examples) = (Map::new(), Map::new());
    let [resources, accounts] = resources::description::routes();
    let routes = [
        resources,
        metrics::description::route(),
        costs::description::route(),
        bottlenecks::description::route(),
        accounts,
    ];
    for route in &routes {
        let name = route.path.trim_start_matches('/');
        for format in ["json", "csv"] {
            let named = if format == "csv" { format!("{name}.csv") } else { name.to_owned() };
            let recorded = example(&named).map(|value| (named, json!({"summary": "A real response", "value": value})));
            examples.extend(recorded);
        }
        let operation = operation(route, &mut generator, &examples, false);
        paths.insert(route.path.to_owned(), json!({"get": operation}));
        if route.of_accounts {
            let operation = self::operation(route, &mut generator, &examples, true);
            let account = json!({"$ref": "#/components/parameters/account"});
            let path = format!("/accounts/{{account}}{}", route.path);
            paths.insert(path, json!({"parameters": [account], "get": operation}));
        }
    }
    paths.extend(public::paths());
    let failure = api::description::failure(&mut generator);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Stratoscope",
            "version": "1",
            "description": ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{
            "url": "/v1",
            "description": "The deployment that serves this file at /v1/openapi.json. A client that has the file from \
                            elsewhere is given the address of the deployment, with its stage.",
        }],
        "security": [{"key": [], "token": []}],
        "tags": tags(&routes),
        "paths": paths,
        "components": {
            "securitySchemes": gateway::security(),
            "parameters": {"account": gateway::account()},
            "examples": examples,
            "responses": gateway::errors(&failure),
            "schemas": schemas::components(generator),
        },
    })
}

/// Returns the tag of a route: `Resources` for `/resources`.
fn tag(route: &Route) -> String {
    let mut letters = route.path.trim_start_matches('/').chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn tags(routes: &[Route]) -> Vec<Value> {
    let of_routes = routes.iter().map(|route| (tag(route), format!("{}.", route.summary)));
    let public = (public::TAG.to_owned(), "What needs neither a key nor a token.".to_owned());
    let chapters = prose::CHAPTERS.map(|name| (name.to_owned(), prose::chapter(None, name)));
    let all = of_routes.chain([public]).chain(chapters);
    all.map(|(name, description)| json!({"name": name, "description": description})).collect()
}

fn operation(route: &Route, generator: &mut SchemaGenerator, examples: &Map<String, Value>, of_account: bool) -> Value {
    let name = route.path.trim_start_matches('/');
    let content = |schema: Value, example: &str| {
        let mut content = Map::from_iter([("schema".to_owned(), schema)]);
        if examples.contains_key(example) {
            let reference = json!({"$ref": format!("#/components/examples/{example}")});
            content.insert("examples".to_owned(), json!({"recorded": reference}));
        }
        Value::Object(content)
    };
    let mut success = Map::from_iter([("description".to_owned(), json!(format!("{}.", route.summary)))]);
    let mut contents = Map::new();
    contents.insert("application/json".to_owned(), content(json!((route.response)(generator)), name));
    if route.has_tables() {
        success.insert("headers".to_owned(), gateway::headers_of_tables(route.has_pages()));
        let table = json!({"type": "string", "description": "The response to `format=csv`: see CSV."});
        contents.insert("text/csv".to_owned(), content(table, &format!("{name}.csv")));
    }
    success.insert("content".to_owned(), Value::Object(contents));
    let mut responses = Map::new();
    responses.insert("200".to_owned(), Value::Object(success));
    for (status, name) in gateway::ERRORS {
        if of_account || *status != gateway::UNKNOWN_ACCOUNT {
            responses.insert(status.to_string(), json!({"$ref": format!("#/components/responses/{name}")}));
        }
    }
    let mut operation = Map::new();
    let id = if of_account { format!("account_{name}") } else { name.to_owned() };
    operation.insert("operationId".to_owned(), json!(id));
    operation.insert("tags".to_owned(), json!([tag(route)]));
    let of_any = if of_account { ", of any account" } else { "" };
    operation.insert("summary".to_owned(), json!(format!("{}{of_any}", route.summary)));
    operation.insert("description".to_owned(), json!(description(route, of_account)));
    operation.insert("parameters".to_owned(), route.parameters.iter().map(|of| json!(route.parameter(of))).collect());
    operation.insert("responses".to_owned(), Value::Object(responses));
    operation.extend(route.about.iter().map(|(extension, value)| ((*extension).to_owned(), value.clone())));
    Value::Object(operation)
}

/// Returns what a route says about itself and about tables, and what its chapter says about the price.
fn description(route: &Route, of_account: bool) -> String {
    if of_account {
        return format!("The same as `GET {}`, at the same price, about the account in the path.", route.path);
    }
    let mut paragraphs = vec![route.description.clone()];
    if route.has_tables() {
        paragraphs.push("With `format=csv` the response is text: see CSV, also for generated clients.".to_owned());
    }
    paragraphs.push(format!("Price: {}", prose::chapter(Some(&format!("`GET {}`", route.path)), "Price")));
    paragraphs.join("\n\n")
}

#[cfg(test)]
mod document_tests;
