//! The formats of a response: the parameter `format`.
//!
//! A spreadsheet reads a [`Table`] (RFC 4180): a row for each thing, with the same columns whatever the rows have. What
//! the envelope says besides goes into headers: the next page, and whether anything is missing. The format is a
//! parameter and no `Accept` header, since every header that changes a response would have to be a cache key.
//!
//! Spreadsheets run text that begins like a formula, and names of resources are anybody's text. Such a cell therefore
//! begins with an apostrophe, which marks text. Numbers, which may be negative, stay as they are.

use serde_json::Value;

use crate::error::ApiError;
use crate::parameter::{Parameter, Values, Without, code};
use crate::query::Query;

const NAME: &str = "format";
const JSON: &str = "json";
const CSV: &str = "csv";

/// The parameter.
pub const FORMAT: Parameter = Parameter {
    name: NAME,
    values: Values::OneOf(|| vec![JSON, CSV]),
    allowed: || format!("{}; see [CSV](#csv)", code([JSON, CSV])),
    without: Without::Default(|| JSON.into()),
};

/// What a response is written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// The envelope.
    #[default]
    Json,
    /// A table.
    Csv,
}

impl Query {
    /// Returns the requested format.
    pub fn format(&self) -> Result<Format, ApiError> {
        let named = |name: &str| Some(if name == CSV { Format::Csv } else { Format::Json });
        Ok(self.choice(NAME, named)?.unwrap_or_default())
    }
}

/// The characters that begin a formula in a spreadsheet.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The data of a response as rows with the same columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The names of the columns.
    columns: Vec<String>,
    rows: Vec<Vec<Cell>>,
    /// What to send as `cursor` for the next page.
    next_cursor: Option<String>,
}

/// The value of a column in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Text, which can be anything.
    Text(String),
    /// A number, true, false, JSON, or nothing: what can't begin like a formula, or may.
    Plain(String),
}

impl From<&Value> for Cell {
    /// Null is an empty cell, and a list or an object its JSON.
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Plain(String::new()),
            Value::String(text) => Self::Text(text.clone()),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Self::Plain(value.to_string()),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl Cell {
    fn written(&self) -> String {
        match self {
            Self::Text(text) if text.starts_with(FORMULA) => format!("'{text}"),
            Self::Text(text) | Self::Plain(text) => text.clone(),
        }
    }
}

impl Table {
    /// Creates a table with these columns.
    pub fn new<C: Into<String>>(columns: impl IntoIterator<Item = C>) -> Self {
        Self { columns: columns.into_iter().map(Into::into).collect(), rows: Vec::new(), next_cursor: None }
    }

    /// Adds a row: the value of each column.
    pub fn push(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    /// Adds a row of the fields of an object that are columns.
    pub fn push_fields(&mut self, object: &Value) {
        let row = self.columns.iter().map(|column| Cell::from(object.get(column).unwrap_or(&Value::Null))).collect();
        self.rows.push(row);
    }

    /// Returns the same table as one of several pages.
    #[must_use]
    pub fn before(self, next_cursor: Option<String>) -> Self {
        Self { next_cursor, ..self }
    }

    pub(crate) fn next_cursor(&self) -> Option<&str> {
        self.next_cursor.as_deref()
    }

    /// Returns the table as CSV, with the names of the columns in the first line.
    pub(crate) fn csv(&self) -> Result<String, ApiError> {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        let failed = |error: csv::Error| ApiError::Internal(format!("the response can't be written as CSV: {error}"));
        writer.write_record(&self.columns).map_err(failed)?;
        for row in &self.rows {
            writer.write_record(row.iter().map(Cell::written)).map_err(failed)?;
        }
        let bytes = writer.into_inner().map_err(|error| ApiError::Internal(error.to_string()))?;
        String::from_utf8(bytes).map_err(|error| ApiError::Internal(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn csv(rows: &[Value]) -> String {
        let mut table = Table::new(["name", "value"]);
        for row in rows {
            table.push_fields(row);
        }
        table.csv().unwrap()
    }

    #[test]
    fn a_row_has_the_fields_in_the_order_of_the_columns() {
        let rows = [json!({"value": 1.5, "name": "a", "other": 1}), json!({"name": null}), json!({"value": true})];
        assert_eq!(csv(&rows), "name,value\r\na,1.5\r\n,\r\n,true\r\n");
        assert_eq!(csv(&[]), "name,value\r\n");
    }

    #[test]
    fn a_number_is_the_one_of_the_json() {
        let entry: Value = serde_json::from_str(r#"{"value": 59.999525462962964}"#).unwrap();
        assert_eq!(csv(&[entry]), "name,value\r\n,59.999525462962964\r\n");
    }

    #[test]
    fn commas_quotes_and_lines_are_quoted() {
        let rows = [json!({"name": "a,b", "value": "say \"x\""}), json!({"name": "a\nb", "value": "ü\u{202e}"})];
        assert_eq!(csv(&rows), "name,value\r\n\"a,b\",\"say \"\"x\"\"\"\r\n\"a\nb\",ü\u{202e}\r\n");
    }

    #[test]
    fn text_that_begins_like_a_formula_is_marked_as_text_and_numbers_are_not() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"] {
            let line = csv(&[json!({"name": text})]);
            let written = csv::Reader::from_reader(line.as_bytes()).records().next().unwrap().unwrap();
            assert_eq!(written.get(0), Some(format!("'{text}").as_str()), "{text:?}");
        }
        assert_eq!(csv(&[json!({"name": "a=1", "value": -12.34})]), "name,value\r\na=1,-12.34\r\n");
    }

    #[test]
    fn lists_and_objects_are_json() {
        let row = json!({"name": {"env": "prod", "note": "a,b"}, "value": ["i-1"]});
        assert_eq!(
            csv(&[row]),
            "name,value\r\n\"{\"\"env\"\":\"\"prod\"\",\"\"note\"\":\"\"a,b\"\"}\",\"[\"\"i-1\"\"]\"\r\n"
        );
    }
}
