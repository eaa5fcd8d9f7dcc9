//! The one format of every response.
//!
//! `{"success": true, "data": …, "meta": …}`, or `{"success": false, "error": …, "request_id": …}`. A success with gaps
//! is still a success: `meta.partial` and `meta.gaps` report what is missing.
//!
//! Lambda passes the body to API Gateway as one JSON string inside its own response, at most 6 MB in all. Every quote
//! and backslash in the body takes two bytes there, so the size of a body is measured by [`weight`] and kept below
//! [`MAX_WEIGHT`]; what does not fit goes to the next page.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::Value;

use crate::error::{ApiError, ERROR_KINDS};
use crate::format::{Format, Table};

/// The largest [`weight`] that the paged part of a body may have, in bytes.
///
/// Lambda's limit is 6,291,556 bytes for the whole response. The rest is reserved for `meta` (a gap for each type in
/// each region is about 100 KB), the headers and the wrapping.
pub const MAX_WEIGHT: usize = 5_500_000;

/// A handler's result: its data, and a description of what the data covers.
#[derive(Debug)]
pub struct Answer<D, C> {
    data: D,
    /// The data as a table, if that is the requested format.
    table: Option<Table>,
    coverage: C,
}

/// The body of a response, and the headers that belong to it.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) body: String,
    pub(crate) format: Format,
    /// The cursor of the next page, if the body has no place for it.
    pub(crate) next_cursor: Option<String>,
    /// What is missing, in one line; empty if nothing is, or if the body says it.
    pub(crate) gaps: String,
}

impl<D: Serialize, C: Serialize> Answer<D, C> {
    /// Creates an answer with `data` and its `coverage` (a map: account, partial, gaps, requests), which states how
    /// complete the data is.
    pub fn new(data: D, coverage: C) -> Self {
        Self { data, table: None, coverage }
    }

    /// Returns the same answer in a format.
    #[must_use]
    pub fn in_format(self, format: Format, table: impl FnOnce(&D, &C) -> Table) -> Self {
        let table = (format == Format::Csv).then(|| table(&self.data, &self.coverage));
        Self { table, ..self }
    }

    /// Returns the same answer with its data converted by `data`.
    pub fn map<E: Serialize>(self, data: impl FnOnce(D) -> E) -> Answer<E, C> {
        Answer { data: data(self.data), table: self.table, coverage: self.coverage }
    }

    /// What the data covers.
    pub(crate) fn coverage(&self) -> &C {
        &self.coverage
    }

    /// Returns the response in its format.
    pub(crate) fn written(&self, generated_at: jiff::Timestamp, elapsed_ms: u64) -> Result<Written, ApiError> {
        let Some(table) = &self.table else {
            let body = self.body(generated_at, elapsed_ms)?;
            return Ok(Written { body, format: Format::Json, next_cursor: None, gaps: String::new() });
        };
        let next_cursor = table.next_cursor().map(str::to_owned);
        Ok(Written { body: table.csv()?, format: Format::Csv, next_cursor, gaps: gaps_in_a_line(&self.coverage) })
    }

    /// Returns the response in the envelope.
    fn body(&self, generated_at: jiff::Timestamp, elapsed_ms: u64) -> Result<String, ApiError> {
        let generated_at = format!("{generated_at:.3}");
        let meta = Meta { coverage: &self.coverage, generated_at, elapsed_ms };
        serde_json::to_string(&Envelope { success: true, data: &self.data, meta })
            .map_err(|error| ApiError::Internal(format!("the response can't be serialised as JSON: {error}")))
    }
}

/// The most gaps that are listed in a header, whose size gateways and clients limit.
const MOST_GAPS: usize = 20;

/// Returns what a coverage lacks: `eu-west-1 rds DescribeDBInstances denied; …`, or `incomplete` where no gap says what.
fn gaps_in_a_line(coverage: &impl Serialize) -> String {
    let coverage = serde_json::to_value(coverage).unwrap_or_default();
    let of = |gap: &Value, field: &str| gap.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let line = |gap: &Value| ["region", "service", "operation", "status"].map(|field| of(gap, field)).join(" ");
    let gaps = coverage.get("gaps").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut lines: Vec<_> = gaps.iter().take(MOST_GAPS).map(line).collect();
    if gaps.len() > MOST_GAPS {
        lines.push(format!("and {} more", gaps.len().saturating_sub(MOST_GAPS)));
    }
    if lines.is_empty() && coverage.get("partial") == Some(&Value::Bool(true)) {
        lines.push("incomplete".to_owned());
    }
    lines.join("; ")
}

/// A response.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "{D}Response")]
pub(crate) struct Envelope<'a, D, C> {
    /// Always true; an error has false.
    #[schemars(extend("const" = true))]
    success: bool,
    /// What was requested.
    data: &'a D,
    meta: Meta<'a, C>,
}

/// What the data covers, and when it was collected.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct Meta<'a, C> {
    #[serde(flatten)]
    coverage: &'a C,
    /// When the call arrived. It is up to a minute ago if the gateway had the response in its cache.
    #[schemars(with = "jiff::Timestamp")]
    generated_at: String,
    /// How long the function took, in milliseconds.
    elapsed_ms: u64,
}

/// An error of a function.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Failure<'a> {
    /// Always false.
    #[schemars(extend("const" = false))]
    success: bool,
    /// What went wrong.
    error: ErrorFields<'a>,
    /// The id of the call in the logs.
    request_id: &'a str,
}

/// What went wrong.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Error")]
struct ErrorFields<'a> {
    #[schemars(schema_with = "code")]
    code: &'a str,
    /// The parameter that is wrong; absent for other errors.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<&'a str>,
    /// What is wrong, and what to do, for people.
    message: &'a str,
    /// What failed, as in `meta.gaps` of a response; absent unless the status is 502.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<GapSchema>>")]
    gaps: Option<&'a Value>,
}

/// Describes the codes.
fn code(_: &mut SchemaGenerator) -> Schema {
    let about = ERROR_KINDS.map(|kind| format!(" `{}` ({}): {}.", kind.code, kind.status, kind.when)).concat();
    json_schema!({
        "description": format!("Stable, for programs.{about}"),
        "type": "string",
        "enum": ERROR_KINDS.map(|kind| kind.code),
    })
}

/// The schema of a gap. The type is the collector's, which this crate does not know.
struct GapSchema;

impl JsonSchema for GapSchema {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "GapSchema".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"$ref": "#/components/schemas/Gap"})
    }
}

/// Returns the body of an error response.
pub(crate) fn error_body(error: &ApiError, request_id: &str) -> String {
    let parameter = match error {
        ApiError::InvalidParameter { parameter, .. } => Some(parameter.as_str()),
        _ => None,
    };
    let error = ErrorFields { code: error.code(), parameter, message: error.public_message(), gaps: error.gaps() };
    // Strings and JSON can always be serialised.
    serde_json::to_string(&Failure { success: false, error, request_id }).unwrap_or_default()
}

/// Returns how many bytes `json` takes inside Lambda's response, as a string with escaped quotes and backslashes.
#[must_use]
pub fn weight(json: &str) -> usize {
    let escaped = json.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count();
    json.len().saturating_add(escaped)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Serialize)]
    struct Coverage {
        account: &'static str,
        partial: bool,
    }

    #[test]
    fn a_success_has_the_coverage_and_the_time_in_meta() {
        let answer = Answer::new(vec![1, 2], Coverage { account: "123456789012", partial: false });
        let at = "2026-11-20T10:01:56.1429Z".parse().unwrap();
        assert_eq!(
            answer.body(at, 412).unwrap(),
            r#"{"success":true,"data":[1,2],"meta":{"account":"123456789012","partial":false,"generated_at":"2026-11-20T10:01:56.142Z","elapsed_ms":412}}"#
        );
    }

    #[test]
    fn an_error_names_its_parameter_and_the_request() {
        assert_eq!(
            error_body(&ApiError::invalid("hours", "1 to 10"), "r-1"),
            r#"{"success":false,"error":{"code":"InvalidParameter","parameter":"hours","message":"1 to 10"},"request_id":"r-1"}"#
        );
    }

    #[test]
    fn an_internal_error_does_not_reveal_its_reason() {
        let body = error_body(&ApiError::Internal("secret reason".into()), "r-1");
        assert!(!body.contains("secret reason"), "{body}");
        assert!(body.contains("InternalError"), "{body}");
    }

    proptest! {
        #[test]
        fn the_weight_is_the_length_as_a_json_string(text in "\\PC*") {
            let inner = serde_json::to_string(&text).unwrap();
            let outer = serde_json::to_string(&inner).unwrap();
            prop_assert_eq!(weight(&inner), outer.len() - 2);
        }
    }
}
