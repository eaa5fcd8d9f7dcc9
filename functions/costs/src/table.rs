//! Costs as a table: a row for each group of each period, or for each mover, anomaly or budget if those are requested.

use api::{Cell, Table};

use crate::answer::{Amount, Anomalies, Anomaly, Budget, Data, Group, Movers, NotSplit};
use crate::query::{CostsQuery, NamedGrouping, Rows};

/// The columns before those of the groupings, and after them.
const BEFORE: [&str; 2] = ["start", "end"];
const AFTER: [&str; 4] = ["cost", "currency", "metric", "estimated"];

const OF_MOVERS: [&str; 15] = [
    "by",
    "name",
    "charge_type",
    "record_type",
    "before",
    "now",
    "change",
    "change_percent",
    "currency",
    "usage_before",
    "usage_now",
    "usage_unit",
    "by_quantity",
    "by_price",
    "not_split",
];
/// The name of the row that has every other group.
const OTHERS: &str = "(others)";
const OF_ANOMALIES: [&str; 11] = [
    "id",
    "start",
    "end",
    "impact",
    "actual",
    "expected",
    "dimension_value",
    "service",
    "region",
    "account",
    "usage_type",
];
const OF_BUDGETS: [&str; 8] = ["name", "type", "period", "limit", "actual", "forecast", "used_percent", "unit"];

/// Returns the table of what was requested.
pub(crate) fn of(data: &Data, query: &CostsQuery) -> Table {
    match query.rows {
        Rows::Groups => of_groups(data, &query.group_by),
        Rows::Movers => of_movers(data.movers.as_ref(), data.currency.as_deref()),
        Rows::Anomalies => of_anomalies(data.anomalies.as_ref()),
        Rows::Budgets => of_budgets(data.budgets.as_deref().unwrap_or_default()),
    }
}

/// Returns the costs of each period by the groupings of the request.
fn of_groups(data: &Data, group_by: &[NamedGrouping]) -> Table {
    let groupings = group_by.iter().map(|named| named.name.as_str());
    let mut table = Table::new(BEFORE.into_iter().chain(groupings).chain(AFTER));
    for (start, period) in &data.periods {
        let row = |names: &[&str], cost: &Amount| {
            let names = names.iter().map(|name| Cell::from(*name));
            let cells = [Cell::from(start.as_str()), Cell::from(period.end.as_str())].into_iter().chain(names);
            let currency = Cell::from(data.currency.as_deref().unwrap_or_default());
            let estimated = Cell::Plain(period.estimated.to_string());
            cells.chain([number(Some(*cost)), currency, data.metric.into(), estimated]).collect()
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

/// Returns each mover, and the others as the last row, so that the column `change` adds up to the change.
fn of_movers(movers: Option<&Movers>, currency: Option<&str>) -> Table {
    let mut table = Table::new(OF_MOVERS);
    let Some(movers) = movers else { return table };
    for mover in &movers.largest {
        let usage = mover.usage.as_ref();
        table.push(vec![
            movers.by.as_str().into(),
            mover.name.as_str().into(),
            mover.charge_type.name().into(),
            text(mover.record_type.as_deref()),
            number(Some(mover.before)),
            number(Some(mover.now)),
            number(Some(mover.change)),
            number(mover.change_percent),
            text(currency),
            number(usage.and_then(|usage| usage.before)),
            number(usage.and_then(|usage| usage.now)),
            text(usage.and_then(|usage| usage.unit.as_deref())),
            number(usage.and_then(|usage| usage.by_quantity)),
            number(usage.and_then(|usage| usage.by_price)),
            text(usage.and_then(|usage| usage.not_split).map(NotSplit::name)),
        ]);
    }
    let others = &movers.others;
    let sums = [others.before, others.now, others.change].map(|sum| number(Some(sum)));
    let names = [movers.by.as_str().into(), OTHERS.into(), text(None), text(None)];
    let mut row: Vec<Cell> = names.into_iter().chain(sums).chain([text(None), text(currency)]).collect();
    row.resize(OF_MOVERS.len(), text(None));
    table.push(row);
    table
}

/// Returns each cause of each anomaly; an anomaly without any has one row.
fn of_anomalies(anomalies: Option<&Anomalies>) -> Table {
    let mut table = Table::new(OF_ANOMALIES);
    let row = |anomaly: &Anomaly, causes: [Option<&str>; 4]| {
        let day = |day: Option<jiff::civil::Date>| Cell::Plain(day.map(|day| day.to_string()).unwrap_or_default());
        let cells = [
            anomaly.id.as_str().into(),
            day(anomaly.start),
            day(anomaly.end),
            number(anomaly.impact),
            number(anomaly.actual),
            number(anomaly.expected),
            text(anomaly.dimension_value.as_deref()),
        ];
        cells.into_iter().chain(causes.map(text)).collect()
    };
    for anomaly in anomalies.iter().flat_map(|anomalies| &anomalies.found) {
        for cause in &anomaly.root_causes {
            let causes = [&cause.service, &cause.region, &cause.account, &cause.usage_type];
            table.push(row(anomaly, causes.map(|cause| cause.as_deref())));
        }
        if anomaly.root_causes.is_empty() {
            table.push(row(anomaly, [None; 4]));
        }
    }
    table
}

fn of_budgets(budgets: &[Budget]) -> Table {
    let mut table = Table::new(OF_BUDGETS);
    for budget in budgets {
        table.push(vec![
            budget.name.as_str().into(),
            budget.kind.as_str().into(),
            budget.period.as_str().into(),
            number(budget.limit),
            number(budget.actual),
            number(budget.forecast),
            number(budget.used_percent),
            text(budget.unit.as_deref()),
        ]);
    }
    table
}

fn number(amount: Option<Amount>) -> Cell {
    Cell::Plain(amount.map(Amount::digits).unwrap_or_default())
}

fn text(text: Option<&str>) -> Cell {
    text.unwrap_or_default().into()
}
