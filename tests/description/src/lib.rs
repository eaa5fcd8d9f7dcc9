//! Puts `docs/openapi.json` together: the routes as the functions describe them, with what the gateway adds.
//!
//! It is a crate of its own because it is above all functions. The functions need nothing of it at run time; the file is
//! compared with the code by a test, and written by `make documents`.

#![allow(clippy::expect_used, clippy::panic, reason = "tests use this crate, and they fail by panicking")]

mod schemas;

use api::description::{Route, parameter, plain};
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

/// Returns the description, with an example of a response for each path that has one.
#[must_use]
pub fn document(example: impl Fn(&str) -> Option<Value>) -> Value {
    let mut generator = schemas::generator();
    let mut paths = Map::new();
    let [resources, accounts] = resources::description::routes();
    for route in [
        resources,
        metrics::description::route(),
        costs::description::route(),
        bottlenecks::description::route(),
        accounts,
    ] {
        let name = route.path.trim_start_matches('/');
        let operation = operation(&route, &mut generator, example(name), name.to_owned(), false);
        paths.insert(route.path.to_owned(), json!({"get": operation}));
        if route.of_accounts {
            let operation = self::operation(&route, &mut generator, example(name), format!("account_{name}"), true);
            let path = format!("/accounts/{{account}}{}", route.path);
            paths.insert(path, json!({"parameters": [schemas::account()], "get": operation}));
        }
    }
    paths.insert("/health".to_owned(), json!({"get": schemas::health()}));
    paths.insert("/openapi.json".to_owned(), json!({"get": schemas::itself()}));
    paths.extend(schemas::page().map(|(path, item)| (path.to_owned(), item)));
    let failure = api::description::failure(&mut generator);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Stratoscope",
            "version": "1",
            "description": "What an AWS account has, how it is doing, what it costs and what is wrong. A response is \
                            complete, or `meta.partial` is true and `meta.gaps` says what is missing and why.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/v1"}],
        "security": [{"key": [], "token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
                "token": {"type": "http", "scheme": "bearer"},
            },
            "responses": schemas::errors(&failure),
            "schemas": schemas::components(generator),
        },
    })
}

fn operation(
    route: &Route,
    generator: &mut SchemaGenerator,
    example: Option<Value>,
    id: String,
    of_account: bool,
) -> Value {
    let described = |definition: &api::Parameter| {
        let mut object = parameter(definition);
        let about = route.about_parameters.iter().filter(|((name, _), _)| *name == definition.name);
        object.extend(about.map(|((_, extension), value)| ((*extension).to_owned(), value.clone())));
        Value::Object(object)
    };
    let mut content = json!({"schema": (route.response)(generator)});
    if let (Some(example), Value::Object(content)) = (example, &mut content) {
        content.insert("example".to_owned(), example);
    }
    let mut success = json!({"description": route.summary, "content": {"application/json": content}});
    if route.parameters.iter().any(|parameter| parameter.name == api::FORMAT.name) {
        success["headers"] = schemas::csv_headers();
        success["content"]["text/csv"] = json!({"schema": {"type": "string"}});
    }
    let mut responses = Map::new();
    responses.insert("200".to_owned(), success);
    for (status, name) in schemas::ERRORS {
        if of_account || *status != "404" {
            responses.insert((*status).to_owned(), json!({"$ref": format!("#/components/responses/{name}")}));
        }
    }
    let mut operation = Map::new();
    operation.insert("operationId".to_owned(), json!(id));
    operation.insert("summary".to_owned(), json!(route.summary));
    operation.insert("description".to_owned(), json!(plain(route.description)));
    operation.insert("parameters".to_owned(), route.parameters.iter().map(described).collect());
    operation.insert("responses".to_owned(), Value::Object(responses));
    operation.extend(route.about.iter().map(|(extension, value)| ((*extension).to_owned(), value.clone())));
    Value::Object(operation)
}

#[cfg(test)]
mod tests;
