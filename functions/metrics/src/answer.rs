//! The data and coverage of a response.

use std::collections::BTreeMap;

use collector::window::Window;
use collector::{Coverage, Measured, Resource, ResourceType, Series, SeriesStatus};
use filter::Counts;
use jiff::Timestamp;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde_json::{Value, json};

use crate::query::{ByFilters, ByIds, NamedMetric, STATISTICS};
use crate::ranking::Ranked;

/// The datapoints of one resource by metric, in chronological order.
pub(crate) type Metrics = BTreeMap<String, Vec<Datapoint>>;

/// How complete the series of one resource are, by metric.
pub(crate) type SeriesCoverages = BTreeMap<String, SeriesCoverage>;

/// The `data` of a response.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "Metrics")]
pub enum Data {
    /// By id, for resources that were chosen by their ids.
    ById(BTreeMap<String, Metrics>),
    /// In the requested order, for resources that were chosen by filters. Ids and names repeat across regions.
    Sorted(Vec<Entry>),
}

/// A resource that was chosen by filters.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "MeasuredResource")]
pub struct Entry {
    /// Its type.
    pub(crate) resource_type: ResourceType,
    /// Its region. Null only for a bucket whose region S3 omitted.
    pub(crate) region: Option<String>,
    /// Its id, as in `/resources`.
    pub(crate) id: String,
    /// The tag `Name`, or the id if the id is a name; null if it has none, or if tags are unavailable.
    pub(crate) name: Option<String>,
    /// Its ARN; null if it is built from the account and STS did not return the account.
    arn: Option<String>,
    /// If an order was requested.
    #[serde(flatten)]
    sorted_by: Option<SortedBy>,
    /// By metric, the datapoints in chronological order.
    pub(crate) metrics: Metrics,
    /// By metric, how complete they are.
    pub(crate) series: SeriesCoverages,
}

#[derive(Debug, Serialize, JsonSchema)]
struct SortedBy {
    /// The statistic that is sorted by, over the whole window; absent without `sort`, and null without datapoints.
    #[schemars(extend("x-null" = true))]
    sort_value: Option<f64>,
}

/// One period of a series, with CloudWatch's names: a field for each requested statistic. A percentile
/// without a field of its own, such as `p99.99`, is an additional one.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(transform = usual_statistics)]
pub struct Datapoint {
    /// The start of the period.
    pub(crate) timestamp: Timestamp,
    /// The statistics that CloudWatch has for it: `Average`, `p99`, …
    #[serde(flatten)]
    pub(crate) statistics: BTreeMap<String, f64>,
    /// The unit of every statistic but `SampleCount`, as CloudWatch documents it.
    pub(crate) unit: &'static str,
}

/// The percentiles that the schema names. Any other is an additional field, which some generated clients drop.
const NAMED_PERCENTILES: [&str; 5] = ["p50", "p90", "p95", "p99", "p99.9"];

/// Names in the schema the statistics that are usual.
fn usual_statistics(schema: &mut Schema) {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        let described = |name: &str| {
            let about = format!("CloudWatch's statistic `{name}` of this period; absent unless requested, or usual.");
            (name.to_owned(), json!({"type": "number", "format": "double", "description": about}))
        };
        properties.extend(STATISTICS.iter().chain(&NAMED_PERCENTILES).copied().map(described));
    }
}

/// How complete one series is.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub struct SeriesCoverage {
    /// The number of periods in the window.
    expected: usize,
    /// The number of periods with a datapoint.
    found: usize,
    /// Whether that is everything that CloudWatch has.
    pub(crate) status: SeriesStatus,
}

/// The coverage of a response: the common part, the window, and what only one of the two ways to ask has.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MetricsCoverage {
    #[serde(flatten)]
    common: Coverage,
    /// The start, end (exclusive) and period of every series.
    window: WindowCoverage,
    /// By resource and metric, how complete the datapoints are; absent for resources that filters choose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) series: Option<BTreeMap<String, SeriesCoverages>>,
    /// Whether each id exists, and null where that is unknown; absent without `exists=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    exists: Option<BTreeMap<String, Option<bool>>>,
    /// How many resources the filters found, in the response or not; absent with `resource_ids`.
    #[serde(skip_serializing_if = "Option::is_none")]
    matched: Option<Counts>,
    /// The types that are not measured, and why; absent with `resource_ids`.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_measured: Option<BTreeMap<ResourceType, String>>,
}

/// The time range of every series.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "MetricsWindow")]
struct WindowCoverage {
    /// The start of the first period.
    start: Timestamp,
    /// The end, exclusive.
    end: Timestamp,
    /// The length of a period, in seconds.
    period_seconds: u32,
}

impl From<Window> for WindowCoverage {
    fn from(Window { start, end, period }: Window) -> Self {
        Self { start, end, period_seconds: period }
    }
}

/// Assigns series, which are in the order of [`ByIds::measurements`], to the names in the request.
pub(crate) fn by_ids(
    query: &ByIds,
    Measured { series, listed }: Measured,
    common: Coverage,
) -> (Data, MetricsCoverage) {
    let (mut data, mut covered) = (BTreeMap::new(), BTreeMap::new());
    let mut series = series.into_iter();
    for id in &query.resource_ids {
        let of_resource = series.by_ref().take(query.metrics.len());
        let (metrics, coverages) = shape(query.window, &query.metrics, of_resource);
        data.insert(id.clone(), metrics);
        covered.insert(id.clone(), coverages);
    }
    let exists = listed.map(|listed| query.resource_ids.iter().map(|id| (id.clone(), listed.has(id))).collect());
    let window = query.window.into();
    (
        Data::ById(data),
        MetricsCoverage { common, window, series: Some(covered), exists, matched: None, not_measured: None },
    )
}

/// Returns the entries of the response for `ranked` ones of the resources that match.
pub(crate) fn entries(query: &ByFilters, matching: &[&Resource], ranked: Vec<Ranked>) -> Vec<Entry> {
    ranked.into_iter().filter_map(|ranked| Some(entry(query, matching.get(ranked.index)?, ranked))).collect()
}

fn entry(query: &ByFilters, resource: &Resource, Ranked { value, status, series, .. }: Ranked) -> Entry {
    let kind = resource.resource_type();
    let named = query.metrics.get(&kind).map(Vec::as_slice).unwrap_or_default();
    let (metrics, mut series) = shape(query.window, named, series);
    // The value may come from an earlier series, which may be less complete.
    let sorted_by = query.sort.as_ref().and_then(|sort| sort.metric(kind));
    let name = named.iter().find(|named| Some(named.metric) == sorted_by).map(|named| &named.name);
    if let Some(coverage) = name.and_then(|name| series.get_mut(name)) {
        coverage.status = coverage.status.max(status);
    }
    Entry {
        resource_type: kind,
        region: resource.region.clone(),
        id: resource.id.clone(),
        name: resource.name.clone(),
        arn: resource.arn.clone(),
        sorted_by: query.sort.is_some().then_some(SortedBy { sort_value: value }),
        metrics,
        series,
    }
}

/// Returns the coverage of a response to filters.
pub(crate) fn by_filters(query: &ByFilters, matched: Counts, common: Coverage) -> MetricsCoverage {
    MetricsCoverage {
        common,
        window: query.window.into(),
        series: None,
        exists: None,
        matched: Some(matched),
        not_measured: Some(query.not_measured.clone()),
    }
}

/// Assigns the series of one resource to its metrics.
fn shape(
    window: Window,
    metrics: &[NamedMetric],
    series: impl IntoIterator<Item = Series>,
) -> (Metrics, SeriesCoverages) {
    let (mut data, mut covered) = (Metrics::new(), SeriesCoverages::new());
    for (named, Series { values, status }) in metrics.iter().zip(series) {
        let datapoints = datapoints(named, values);
        let coverage = SeriesCoverage { expected: window.periods(), found: datapoints.len(), status };
        data.insert(named.name.clone(), datapoints);
        covered.insert(named.name.clone(), coverage);
    }
    (data, covered)
}

/// Combines the statistics of a metric, period by period.
fn datapoints(named: &NamedMetric, values: Vec<Vec<(Timestamp, f64)>>) -> Vec<Datapoint> {
    let mut by_time: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for (statistic, values) in named.statistics.iter().zip(values) {
        for (timestamp, value) in values {
            by_time.entry(timestamp).or_default().insert(statistic.clone(), value);
        }
    }
    let unit = named.metric.unit;
    by_time.into_iter().map(|(timestamp, statistics)| Datapoint { timestamp, statistics, unit }).collect()
}

#[cfg(test)]
mod tests;
