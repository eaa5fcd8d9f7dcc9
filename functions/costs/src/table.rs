//! Costs as a table: a row for each group of each period.

use api::{Cell, Table};

use crate::answer::{Amount, Data, Group};
use crate::query::NamedGrouping;

/// The columns before those of the groupings, and after them.
const BEFORE: [&str; 2] = ["start", "end"];
const AFTER: [&str; 4] = ["cost", "currency", "metric", "estimated"];

/// Returns the costs of each period by the groupings of the request.
pub(crate) fn of(data: &Data, group_by: &[NamedGrouping]) -> Table {
    let groupings = group_by.iter().map(|named| named.name.as_str());
    let mut table = Table::new(BEFORE.into_iter().chain(groupings).chain(AFTER));
    for (start, period) in &data.periods {
        let row = |names: &[&str], cost: &Amount| {
            let names = names.iter().map(|name| Cell::from(*name));
            let cells = [Cell::from(start.as_str()), Cell::from(period.end.as_str())].into_iter().chain(names);
            let currency = Cell::from(data.currency.as_deref().unwrap_or_default());
            let estimated = Cell::Plain(period.estimated.to_string());
            cells.chain([Cell::Plain(cost.digits()), currency, data.metric.into(), estimated]).collect()
        };
        for (name, group) in &period.groups {
            match group {
                Group::Cost(cost) => table.push(row(&[name], cost)),
                Group::Groups(groups) => {
                    for (second, cost) in groups {
                        table.push(row(&[name, second], cost));
                    }
                }
            }
        }
    }
    table
}
