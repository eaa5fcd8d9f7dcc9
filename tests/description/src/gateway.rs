//! What the gateway adds to every route: the key and the token, its own responses, and the headers of tables.

use api::description::failures;
use api::{ERROR_KINDS, ErrorKind};
use collector::{Gap, GapStatus};
use schemars::Schema;
use serde_json::{Map, Value, json};

/// The status of an account that is not known.
pub(crate) const UNKNOWN_ACCOUNT: u16 = 404;

/// The responses that are errors of the routes about an account: the status, and the name of the component.
pub(crate) const ERRORS: &[(u16, &str)] = &[
    (400, "BadRequest"),
    (401, "Unauthorized"),
    (403, "Forbidden"),
    (UNKNOWN_ACCOUNT, "UnknownAccount"),
    (429, "TooManyRequests"),
    (500, "InternalError"),
    (502, "BadGateway"),
    (504, "GatewayTimeout"),
];

/// The error of a file that is not known.
const UNKNOWN_FILE: (u16, &str) = (404, "UnknownFile");

/// A refusal by the gateway itself, before or instead of a function.
pub(crate) struct Refusal {
    pub(crate) status: u16,
    /// The whole message, or its beginning if it `varies`.
    pub(crate) message: Option<&'static str>,
    /// What else the message can have, in Markdown.
    pub(crate) varies: &'static str,
    pub(crate) when: &'static str,
}

const fn refusal(status: u16, message: &'static str, when: &'static str) -> Refusal {
    Refusal { status, message: Some(message), varies: "", when }
}

/// The refusals of the gateway.
pub(crate) const REFUSALS: [Refusal; 9] = [
    refusal(
        401,
        "Unauthorized",
        "no `Authorization: Bearer`, or what follows can't be a token: fewer than 32 characters",
    ),
    Refusal {
        varies: " (and more where the token is wrong)",
        ..refusal(
            403,
            "User is not authorized to access this resource",
            "the token is wrong or has expired, or does not allow the route or the account",
        )
    },
    refusal(403, "Forbidden", "no valid API key"),
    refusal(
        403,
        "Missing Authentication Token",
        "the path or the method does not exist, whatever was sent: `/resource`, a `POST`",
    ),
    refusal(429, "Too Many Requests", "the rate is exceeded; call again after a second, and more slowly"),
    refusal(429, "Limit Exceeded", "the month's quota is used up; it begins anew on the 1st, UTC"),
    Refusal { status: 500, message: None, varies: "null", when: "the secret with the tokens can't be read" },
    refusal(502, "Internal server error", "the function failed without a response of its own"),
    refusal(504, "Endpoint request timed out", "no response within 29 seconds"),
];

/// Describes the key and the token.
pub(crate) fn security() -> Value {
    json!({
        "key": {
            "type": "apiKey", "in": "header", "name": "x-api-key",
            "description": "An API key, from the operator of the deployment. It identifies a client for its rate and its \
                            quota, see Limits. A call needs both a key and a token.",
        },
        "token": {
            "type": "http", "scheme": "bearer",
            "description": "A token from the operator of the deployment, or a JWT of the issuer that the operator trusts. \
                            It has scopes, which open routes (see Calls), accounts that it may ask about, which \
                            `/accounts` lists, and possibly an end. A call needs both a key and a token.",
        },
    })
}

/// Describes the path parameter that names an account.
pub(crate) fn account() -> Value {
    json!({
        "name": "account", "in": "path", "required": true,
        "description": "The account, 12 digits: one that `/accounts` lists.",
        "schema": {"type": "string", "pattern": "^[0-9]{12}$"},
    })
}

/// Describes the headers that a table has in place of the envelope.
pub(crate) fn headers_of_tables(has_pages: bool) -> Value {
    let header = |description: &str, schema: Value| json!({"description": description, "schema": schema});
    let mut headers = Map::new();
    if has_pages {
        let about =
            "With `format=csv`: the next page, relative to this one, as `<?…>; rel=\"next\"`; absent on the last.";
        headers.insert("Link".to_owned(), header(about, json!({"type": "string"})));
    }
    headers.insert(
        "X-Stratoscope-Partial".to_owned(),
        header("With `format=csv`: whether anything is missing.", json!({"type": "string", "enum": ["true", "false"]})),
    );
    let gaps = "With `format=csv`: what is missing, as region, service, operation and status, with `; ` between entries; \
                absent if nothing is.";
    headers.insert("X-Stratoscope-Gaps".to_owned(), header(gaps, json!({"type": "string"})));
    Value::Object(headers)
}

/// Describes the responses that are errors.
pub(crate) fn errors(failure: &Schema) -> Map<String, Value> {
    let of_functions = failures(&json!(gap()));
    let response = |(status, name): &(u16, &str)| {
        let belongs =
            |kind: &&ErrorKind| kind.status == *status && (kind.status != 404 || kind.code == component(name));
        let kinds: Vec<_> = ERROR_KINDS.iter().filter(belongs).collect();
        let refusals: Vec<_> = REFUSALS.iter().filter(|refusal| refusal.status == *status).collect();
        let mut about: Vec<_> = kinds.iter().map(|kind| format!("`{}`: {}.", kind.code, kind.when)).collect();
        about.extend(refusals.iter().map(|refusal| format!("{}: {}.", said(refusal), refusal.when)));
        let schemas = [
            (!kinds.is_empty()).then(|| json!(failure)),
            (!refusals.is_empty()).then(|| json!({"$ref": "#/components/schemas/Refusal"})),
        ];
        let schemas: Vec<_> = schemas.into_iter().flatten().collect();
        let schema = if let [only] = schemas.as_slice() { only.clone() } else { json!({"anyOf": schemas}) };
        let mut examples = Map::new();
        for kind in &kinds {
            examples.insert(kind.code.to_owned(), json!({"value": of_functions.get(kind.code)}));
        }
        for refusal in &refusals {
            let name = in_one_word(refusal.message.unwrap_or("null"));
            examples.insert(name, json!({"value": {"message": refusal.message}}));
        }
        let content = json!({"application/json": {"schema": schema, "examples": examples}});
        ((*name).to_owned(), json!({"description": about.join(" "), "content": content}))
    };
    ERRORS.iter().chain([&UNKNOWN_FILE]).map(response).collect()
}

/// Returns the code of the only error that a component describes, of those with the status 404.
fn component(name: &str) -> &str {
    if name == UNKNOWN_FILE.1 { "NotFound" } else { name }
}

/// Returns a name for an example: `TooManyRequests` for `Too many requests`.
fn in_one_word(text: &str) -> String {
    let capital = |word: &str| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect();
    text.split(' ').map(capital).collect::<Vec<String>>().concat()
}

/// Returns the message of a refusal, in Markdown.
pub(crate) fn said(Refusal { message, varies, .. }: &Refusal) -> String {
    message.map(|message| format!("`{message}`")).unwrap_or_default() + varies
}

/// Returns what an error that has gaps could report.
fn gap() -> Gap {
    Gap {
        region: "eu-west-1".to_owned(),
        service: "ec2",
        operation: "DescribeInstances",
        resource_types: vec!["ec2"],
        status: GapStatus::Denied,
        code: "UnauthorizedOperation".to_owned(),
        message: "You are not authorized to perform this operation.".to_owned(),
    }
}
