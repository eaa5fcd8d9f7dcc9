//! Findings as a table: a row for each, and one for each resource that some rule could not judge.

use api::{Cell, Table};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::answer::Bottlenecks;

/// The columns, each with where an entry has its value.
const COLUMNS: [(&str, &str); 21] = [
    ("rule", "/rule"),
    ("severity", "/severity"),
    ("resource_type", "/resource/resource_type"),
    ("region", "/resource/region"),
    ("id", "/resource/id"),
    ("name", "/resource/name"),
    ("arn", "/resource/arn"),
    ("metric", "/metric"),
    ("statistic", "/statistic"),
    ("observed", "/observed"),
    ("threshold", "/threshold"),
    ("unit", "/unit"),
    ("window_start", "/window/start"),
    ("window_end", "/window/end"),
    ("period_seconds", "/window/period_seconds"),
    ("datapoints_expected", "/coverage/expected"),
    ("datapoints_found", "/coverage/found"),
    ("recommendation", "/recommendation"),
    ("not_observed", "/not_observed"),
    ("not_judged", "/reason"),
    ("not_judged_rules", "/rules"),
];

/// Returns the entries of a page. In the rows of what was not judged, the column `not_judged` has the reason.
pub(crate) fn of(page: &Bottlenecks) -> Table {
    let mut table = Table::new(COLUMNS.map(|(column, _)| column));
    for json in page.entries() {
        let entry: Value = serde_json::from_str(RawValue::get(json)).unwrap_or_default();
        table.push(COLUMNS.map(|(_, place)| Cell::from(entry.pointer(place).unwrap_or(&Value::Null))).to_vec());
    }
    table.before(page.next_cursor().map(str::to_owned))
}
