//! The schemas of the description, and the responses that the gateway makes itself.

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// The responses that are errors: the status, and the name of the component.
pub(crate) const ERRORS: &[(&str, &str)] = &[
    ("400", "BadRequest"),
    ("401", "Unauthorized"),
    ("403", "Forbidden"),
    ("404", "UnknownAccount"),
    ("429", "TooManyRequests"),
    ("500", "InternalError"),
    ("502", "BadGateway"),
    ("504", "GatewayTimeout"),
];

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
    components.insert(
        "Refusal".to_owned(),
        json!({
            "description": "The gateway's own response, before a function was called.",
            "type": "object",
            "properties": {"message": {"type": ["string", "null"]}, "Message": {"type": ["string", "null"]}},
            "additionalProperties": false,
        }),
    );
    components
}

/// Returns the responses that are errors.
pub(crate) fn errors(failure: &Schema) -> Map<String, Value> {
    let refusal = json!({"$ref": "#/components/schemas/Refusal"});
    let either = || json!({"anyOf": [failure, refusal]});
    let response = |(_, name): &(&str, &'static str)| {
        let (description, schema) = match *name {
            "BadRequest" => {
                ("A parameter is unknown, repeated, empty or wrong; `error.parameter` names it.", json!(failure))
            }
            "Unauthorized" => ("There is no bearer token.", refusal.clone()),
            "Forbidden" => {
                ("The key or the token is wrong, or the token does not allow the route or the account.", either())
            }
            "UnknownAccount" => ("This deployment has no access to the account.", json!(failure)),
            "UnknownFile" => ("There is no such file.", json!(failure)),
            "TooManyRequests" => ("The rate or the quota of the key is used up.", refusal.clone()),
            "InternalError" => ("A fault of the service.", either()),
            "BadGateway" => ("AWS returned nothing of what was requested; `error.gaps` says why.", either()),
            _ => ("The function did not respond in time.", refusal.clone()),
        };
        ((*name).to_owned(), json!({"description": description, "content": {"application/json": {"schema": schema}}}))
    };
    let unknown = ("404", "UnknownFile");
    ERRORS.iter().chain([&unknown]).map(response).collect()
}

/// Returns the headers that a table has in place of the envelope.
pub(crate) fn csv_headers() -> Value {
    let header = |description: &str, schema: Value| json!({"description": description, "schema": schema});
    json!({
        "Link": header("With `format=csv`: the next page, relative to this one.", json!({"type": "string"})),
        "X-Stratoscope-Partial": header(
            "With `format=csv`: whether anything is missing.",
            json!({"type": "string", "enum": ["true", "false"]}),
        ),
        "X-Stratoscope-Gaps": header("With `format=csv`: what is missing, in short.", json!({"type": "string"})),
    })
}

/// Returns the path parameter that names an account.
pub(crate) fn account() -> Value {
    json!({
        "name": "account", "in": "path", "required": true, "description": "The account, 12 digits.",
        "schema": {"type": "string", "pattern": "^[0-9]{12}$"},
    })
}

/// Describes `/health`.
pub(crate) fn health() -> Value {
    let status = json!({"type": "object", "properties": {"status": {"const": "ok"}}});
    public("health", "Whether the gateway responds", &status)
}

/// Describes the description.
pub(crate) fn itself() -> Value {
    public("openapi", "This description", &json!({"type": "object"}))
}

/// Describes the page, and a file that it consists of.
pub(crate) fn page() -> [(&'static str, Value); 2] {
    let html = json!({
        "200": {"description": "HTML", "content": {"text/html": {"schema": {"type": "string"}}}},
        "304": {"description": "The caller has it already."},
    });
    let file = json!({
        "200": {
            "description": "A script, a style sheet or an image",
            "content": {
                "text/javascript": {"schema": {"type": "string"}},
                "text/css": {"schema": {"type": "string"}},
                "image/svg+xml": {"schema": {"type": "string"}},
            },
        },
        "404": {"$ref": "#/components/responses/UnknownFile"},
    });
    let name = json!({"name": "file", "in": "path", "required": true, "schema": {"type": "string"}});
    let operation = |id: &str, summary: &str, responses: Value| json!({"operationId": id, "summary": summary, "security": [], "responses": responses});
    [
        ("/", json!({"get": operation("page", "The web page", html)})),
        ("/assets/{file}", json!({"parameters": [name], "get": operation("asset", "A file of the web page", file)})),
    ]
}

/// Describes a route that needs neither a key nor a token.
fn public(id: &str, summary: &str, schema: &Value) -> Value {
    let too_many = json!({"$ref": "#/components/responses/TooManyRequests"});
    json!({
        "operationId": id,
        "summary": summary,
        "security": [],
        "responses": {
            "200": {"description": summary, "content": {"application/json": {"schema": schema}}},
            "304": {"description": "The caller has it already."},
            "429": too_many,
        },
    })
}

/// Says what serialising does beyond what types say: there are no other fields, and what Rust calls `None` is null.
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
        if object.contains_key("properties") && !object.contains_key("additionalProperties") {
            object.insert("additionalProperties".to_owned(), json!(false));
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
