//! Metrics as a table: a row for each datapoint, and one without a time for a series that has none.

use std::collections::BTreeSet;

use api::{Cell, Table};
use collector::ResourceType;

use crate::answer::{Data, Datapoint, Entry, Metrics, MetricsCoverage, SeriesCoverages};
use crate::query::ByIds;

/// The columns before those of the statistics.
const COLUMNS: [&str; 8] = ["resource_type", "region", "id", "name", "metric", "status", "timestamp", "unit"];

/// One resource and its series.
struct Measured<'a> {
    resource_type: ResourceType,
    region: Option<&'a str>,
    id: &'a str,
    name: Option<&'a str>,
    metrics: &'a Metrics,
    series: Option<&'a SeriesCoverages>,
}

impl Measured<'_> {
    fn rows(&self, statistics: &BTreeSet<&str>) -> Vec<Vec<Cell>> {
        self.metrics.iter().flat_map(|(name, datapoints)| self.of_metric(name, datapoints, statistics)).collect()
    }

    fn of_metric(&self, metric: &str, datapoints: &[Datapoint], statistics: &BTreeSet<&str>) -> Vec<Vec<Cell>> {
        let coverage = self.series.and_then(|series| series.get(metric));
        let text = |text: Option<&str>| Cell::from(text.unwrap_or_default());
        let row = |datapoint: Option<&Datapoint>| {
            let time = datapoint.map(|datapoint| datapoint.timestamp.to_string());
            let first = [
                Cell::from(self.resource_type.as_str()),
                text(self.region),
                Cell::from(self.id),
                text(self.name),
                Cell::from(metric),
                text(coverage.map(|coverage| coverage.status.as_str())),
                text(time.as_deref()),
                text(datapoint.map(|datapoint| datapoint.unit)),
            ];
            let value = |name: &&str| datapoint.and_then(|datapoint| datapoint.statistics.get(*name));
            let values = statistics.iter().map(|name| Cell::Plain(value(name).map(f64::to_string).unwrap_or_default()));
            first.into_iter().chain(values).collect()
        };
        if datapoints.is_empty() { vec![row(None)] } else { datapoints.iter().map(|point| row(Some(point))).collect() }
    }
}

/// Returns the datapoints of a response; `by_ids` is its request, if it was by ids.
pub(crate) fn of(data: &Data, coverage: &MetricsCoverage, by_ids: Option<&ByIds>) -> Table {
    let measured: Vec<_> = match data {
        Data::Sorted(entries) => entries.iter().map(of_entry).collect(),
        Data::ById(resources) => {
            resources.iter().filter_map(|(id, metrics)| Some(of_id(id, metrics, coverage, by_ids?))).collect()
        }
    };
    let datapoints = measured.iter().flat_map(|of| of.metrics.values()).flatten();
    let statistics: BTreeSet<&str> = datapoints.flat_map(|point| point.statistics.keys()).map(String::as_str).collect();
    let mut table = Table::new(COLUMNS.into_iter().chain(statistics.iter().copied()));
    for row in measured.iter().flat_map(|of| of.rows(&statistics)) {
        table.push(row);
    }
    table
}

fn of_id<'a>(id: &'a str, metrics: &'a Metrics, coverage: &'a MetricsCoverage, query: &'a ByIds) -> Measured<'a> {
    let series = coverage.series.as_ref().and_then(|series| series.get(id));
    Measured { resource_type: query.resource_type, region: Some(&query.region), id, name: None, metrics, series }
}

fn of_entry(entry: &Entry) -> Measured<'_> {
    Measured {
        resource_type: entry.resource_type,
        region: entry.region.as_deref(),
        id: &entry.id,
        name: entry.name.as_deref(),
        metrics: &entry.metrics,
        series: Some(&entry.series),
    }
}
