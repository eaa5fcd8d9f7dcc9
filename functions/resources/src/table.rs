//! Resources as a table: a row for each, with the fields that all types have, and those of the requested types.

use api::Table;
use collector::ResourceType;
use serde_json::Value;

use crate::page::Page;

/// The column with the type.
const TYPE: &str = "resource_type";

/// Returns the resources of a page.
pub(crate) fn of(page: &Page) -> Table {
    let mut columns = vec![TYPE.to_owned()];
    for column in page.types().flat_map(ResourceType::fields) {
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    let mut table = Table::new(columns);
    for (kind, json) in page.resources() {
        let mut resource: Value = serde_json::from_str(json.get()).unwrap_or_default();
        if let Value::Object(fields) = &mut resource {
            fields.insert(TYPE.to_owned(), kind.as_str().into());
        }
        table.push_fields(&resource);
    }
    table.before(page.next_cursor().map(str::to_owned))
}
