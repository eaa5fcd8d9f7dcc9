//! Resources as a table: a row for each, with the fields that all types have, those of the requested types, and what it
//! costs, if that was requested.

use api::{Cell, Table};
use collector::ResourceType;
use serde_json::Value;

use crate::page::Page;

/// The column with the type.
const TYPE: &str = "resource_type";

/// The columns of prices, each with where a resource has its value.
const PRICES: [(&str, &str); 10] = [
    ("price_monthly_usd", "/price/monthly_usd"),
    ("price_bound", "/price/bound"),
    ("price_bound_reason", "/price/bound_reason"),
    ("price_unit_price", "/price/unit_price"),
    ("price_unit", "/price/unit"),
    ("price_quantity", "/price/quantity"),
    ("price_sku", "/price/sku"),
    ("price_parts", "/price/parts"),
    ("price_not_included", "/price/not_included"),
    ("price_unknown", "/price_unknown/reason"),
];

/// Returns the resources of a page, with the columns of prices if they `have_prices`.
pub(crate) fn of(page: &Page, have_prices: bool) -> Table {
    let mut columns = vec![TYPE.to_owned()];
    for column in page.types().flat_map(ResourceType::fields) {
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    let prices: &[_] = if have_prices { &PRICES } else { &[] };
    let mut table = Table::new(columns.iter().map(String::as_str).chain(prices.iter().map(|(column, _)| *column)));
    for (kind, json) in page.resources() {
        let mut resource: Value = serde_json::from_str(json.get()).unwrap_or_default();
        if let Value::Object(fields) = &mut resource {
            fields.insert(TYPE.to_owned(), kind.as_str().into());
        }
        let fields = columns.iter().map(|column| resource.get(column));
        let values = fields.chain(prices.iter().map(|(_, place)| resource.pointer(place)));
        table.push(values.map(|value| Cell::from(value.unwrap_or(&Value::Null))).collect());
    }
    table.before(page.next_cursor().map(str::to_owned))
}
