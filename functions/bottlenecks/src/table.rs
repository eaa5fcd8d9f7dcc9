//! Findings as a table: a row for each, one for each resource that some rule could not judge, and if they are shown, one
//! for each suppressed finding.

use api::{Cell, Table};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::answer::Bottlenecks;

/// The columns, each with where an entry has its value.
const COLUMNS: [(&str, &str); 42] = [
    ("rule", "/rule"),
    ("severity", "/severity"),
    ("category", "/category"),
    ("source", "/source"),
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
    ("savings_monthly_usd", "/savings/monthly_usd"),
    ("savings_bound", "/savings/bound"),
    ("savings_bound_reason", "/savings/bound_reason"),
    ("savings_basis", "/savings/basis"),
    ("savings_unit_price", "/savings/unit_price"),
    ("savings_unit", "/savings/unit"),
    ("savings_quantity", "/savings/quantity"),
    ("savings_sku", "/savings/sku"),
    ("savings_parts", "/savings/parts"),
    ("savings_instead", "/savings/instead"),
    ("savings_not_included", "/savings/not_included"),
    ("savings_counted", "/savings_counted"),
    ("savings_unknown", "/savings_unknown/reason"),
    ("aws_savings_monthly_usd", "/aws_recommendation/monthly_usd"),
    ("aws_action", "/aws_recommendation/action"),
    ("not_observed", "/not_observed"),
    ("not_judged", "/reason"),
    ("not_judged_rules", "/rules"),
    ("suppressed", "/suppressed/by"),
    ("suppressed_reason", "/suppressed/reason"),
    ("suppressed_until", "/suppressed/until"),
    ("exception", "/exception/message"),
];

/// Returns the entries of a page. In the rows of what was not judged, the column `not_judged` has the reason; in those of
/// what is suppressed, `suppressed` says by what.
pub(crate) fn of(page: &Bottlenecks) -> Table {
    let mut table = Table::new(COLUMNS.map(|(column, _)| column));
    for entry in page.entries().map(read).chain(page.suppressed().filter_map(|json| whole(read(json)))) {
        table.push(COLUMNS.map(|(_, place)| Cell::from(entry.pointer(place).unwrap_or(&Value::Null))).to_vec());
    }
    table.before(page.next_cursor().map(str::to_owned))
}

fn read(json: &RawValue) -> Value {
    serde_json::from_str(json.get()).unwrap_or_default()
}

/// Returns the finding of a suppressed entry, with the rest of the entry in it; `None` if the entry is without it.
fn whole(mut entry: Value) -> Option<Value> {
    let mut finding = entry.as_object_mut()?.remove("finding")?;
    finding.as_object_mut()?.insert("suppressed".to_owned(), entry);
    Some(finding)
}
