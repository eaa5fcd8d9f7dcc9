//! The routes that need neither a key nor a token.

use serde_json::{Value, json};

/// Their tag.
pub(crate) const TAG: &str = "Public";

/// Returns what they are, by path.
pub(crate) fn paths() -> Vec<(String, Value)> {
    let health = json!({
        "type": "object",
        "description": "That the gateway responds.",
        "properties": {"status": {"const": "ok", "description": "Always `ok`."}},
    });
    let itself = json!({"type": "object", "description": "An OpenAPI 3.1 description."});
    let page = json!({
        "200": {"description": "HTML.", "content": {"text/html": {"schema": {"type": "string"}}}},
        "304": kept(),
        "429": too_many(),
    });
    let file = json!({
        "200": {
            "description": "A script, a style sheet or an image.",
            "content": {
                "text/javascript": {"schema": {"type": "string"}},
                "text/css": {"schema": {"type": "string"}},
                "image/svg+xml": {"schema": {"type": "string"}},
            },
        },
        "404": {"$ref": "#/components/responses/UnknownFile"},
        "429": too_many(),
    });
    let name = json!({
        "name": "file", "in": "path", "required": true, "description": "The name of the file, as the page has it.",
        "schema": {"type": "string"},
    });
    let all = [
        (
            "/health",
            json!({"get": operation(
                "health", "Whether the gateway responds",
                "For monitors. No function runs, and nothing is read from AWS.", &json_response(&health),
            )}),
        ),
        (
            "/openapi.json",
            json!({"get": operation(
                "openapi", "This description",
                "The file that you read. It has an entity tag, for `If-None-Match`.", &json_response(&itself),
            )}),
        ),
        (
            "/",
            json!({"get": operation(
                "page", "The web page",
                "A page for people, which calls the other routes with the key and the token that they enter. A deployment \
                 can be without it.",
                &page,
            )}),
        ),
        (
            "/assets/{file}",
            json!({"parameters": [name], "get": operation(
                "asset", "A file of the web page",
                "The page names its files. Each has a name of its own in every version, so it never changes.", &file,
            )}),
        ),
    ];
    all.map(|(path, item)| (path.to_owned(), item)).into()
}

fn operation(id: &str, summary: &str, description: &str, responses: &Value) -> Value {
    json!({
        "operationId": id, "tags": [TAG], "summary": summary, "description": description, "security": [],
        "responses": responses,
    })
}

fn json_response(schema: &Value) -> Value {
    let description = schema["description"].clone();
    json!({
        "200": {"description": description, "content": {"application/json": {"schema": schema}}},
        "304": kept(),
        "429": too_many(),
    })
}

fn kept() -> Value {
    json!({"description": "The caller has it already."})
}

fn too_many() -> Value {
    json!({"$ref": "#/components/responses/TooManyRequests"})
}
