//! Reads requests and builds responses: query strings, XML, JSON.

use std::fmt::Display;

/// Status, content type and body.
pub(crate) type Reply = (u16, &'static str, Vec<u8>);

/// A response in XML.
pub(crate) fn xml(text: String) -> Reply {
    (200, "text/xml", text.into_bytes())
}

/// A response in JSON.
pub(crate) fn json(value: &serde_json::Value) -> Reply {
    (200, "application/x-amz-json-1.1", value.to_string().into_bytes())
}

/// An error in the JSON protocols.
pub(crate) fn json_error(code: &str) -> Reply {
    let body = serde_json::json!({"__type": code, "message": code});
    (400, "application/x-amz-json-1.1", body.to_string().into_bytes())
}

/// Returns the value of a parameter in a query string.
pub(crate) fn after<'a>(parameters: &'a str, name: &str) -> &'a str {
    let pairs = parameters.split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter(|(found, _)| *found == name).map(|(_, value)| value).next().unwrap_or_default()
}

pub(crate) fn size(parameters: &str, name: &str, most: usize) -> usize {
    after(parameters, name).parse().unwrap_or(most).min(most)
}

pub(crate) fn wrapped(operation: &str, result: bool, content: &str) -> String {
    let inner = if result { format!("<{operation}Result>{content}</{operation}Result>") } else { content.to_owned() };
    format!("<{operation}Response>{inner}</{operation}Response>")
}

pub(crate) fn element(name: &str, value: Option<impl Display>) -> String {
    value.map(|value| format!("<{name}>{value}</{name}>")).unwrap_or_default()
}
