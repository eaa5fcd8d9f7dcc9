//! The data and coverage of a response.

use std::collections::BTreeMap;

use collector::window::Window;
use collector::{Coverage, Series, SeriesStatus};
use jiff::Timestamp;
use serde::Serialize;

use crate::query::{MetricsQuery, NamedMetric};

/// The datapoints by resource and metric, in chronological order.
pub type Data = BTreeMap<String, BTreeMap<String, Vec<Datapoint>>>;

/// One period of a series, with CloudWatch's names.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Datapoint {
    /// The start of the period.
    timestamp: Timestamp,
    /// The statistics that CloudWatch has for it: `Average`, `p99`, …
    #[serde(flatten)]
    statistics: BTreeMap<String, f64>,
    unit: &'static str,
}

/// How complete one series is.
#[derive(Debug, PartialEq, Serialize)]
pub struct SeriesCoverage {
    /// The number of periods in the window.
    expected: usize,
    /// The number of periods with a datapoint.
    found: usize,
    status: SeriesStatus,
}

/// The coverage of a response: the common part, the window, and each series.
#[derive(Debug, Serialize)]
pub struct MetricsCoverage {
    #[serde(flatten)]
    common: Coverage,
    /// The start, end (exclusive) and period of every series.
    window: WindowCoverage,
    /// By resource and metric.
    series: BTreeMap<String, BTreeMap<String, SeriesCoverage>>,
}

#[derive(Debug, Serialize)]
struct WindowCoverage {
    start: Timestamp,
    end: Timestamp,
    period_seconds: u32,
}

impl From<Window> for WindowCoverage {
    fn from(Window { start, end, period }: Window) -> Self {
        Self { start, end, period_seconds: period }
    }
}

/// Assigns series, which are in the order of [`MetricsQuery::measurements`], to the names in the request.
pub(crate) fn shape(query: &MetricsQuery, series: Vec<Series>, common: Coverage) -> (Data, MetricsCoverage) {
    let names = query.resource_ids.iter().flat_map(|id| query.metrics.iter().map(move |named| (id, named)));
    let mut data = Data::new();
    let mut covered: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for ((id, named), Series { values, status }) in names.zip(series) {
        let datapoints = datapoints(named, values);
        let coverage = SeriesCoverage { expected: query.window.periods(), found: datapoints.len(), status };
        data.entry(id.clone()).or_default().insert(named.name.clone(), datapoints);
        covered.entry(id.clone()).or_default().insert(named.name.clone(), coverage);
    }
    (data, MetricsCoverage { common, window: query.window.into(), series: covered })
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
mod tests {
    use api::Query;
    use collector::{AwsRequests, Gap, GapStatus};

    use super::*;
    use crate::query::PARAMETERS;

    /// Returns a series with these values of each statistic.
    fn series(statistics: &[&[(&str, f64)]], status: SeriesStatus) -> Series {
        let of_statistic =
            |values: &&[(&str, f64)]| values.iter().map(|(at, value)| (at.parse().unwrap(), *value)).collect();
        Series { values: statistics.iter().map(of_statistic).collect(), status }
    }

    #[test]
    fn a_response_has_each_series_with_its_coverage() {
        let parameters = [
            ("resource_type", "ec2"),
            ("resource_ids", "i-0123456789abcdef0,i-0123456789abcdef1"),
            ("region", "us-east-1"),
            ("hours", "3"),
            ("period", "3600"),
            ("metrics", "cpu,NetworkIn"),
        ];
        let query = Query::parse(parameters, PARAMETERS).unwrap();
        let query = MetricsQuery::from_query(&query, "2026-11-20T10:37:12Z".parse().unwrap()).unwrap();
        let gap = Gap {
            region: "us-east-1".into(),
            service: "cloudwatch",
            operation: "GetMetricData",
            resource_types: vec!["ec2"],
            status: GapStatus::Throttled,
            code: "Throttling".into(),
            message: "Rate exceeded".into(),
        };
        let requests = AwsRequests {
            total: 1,
            by_operation: [("cloudwatch:GetMetricData".into(), 1)].into(),
            estimated_cost_usd: "0.0000".into(),
        };
        let common =
            Coverage { account: Some("123456789012".into()), partial: true, gaps: vec![gap], aws_requests: requests };
        let average: &[_] = &[("2026-11-20T07:00:00Z", 41.5), ("2026-11-20T09:00:00Z", 40.0)];
        let maximum: &[_] = &[("2026-11-20T07:00:00Z", 58.2)];
        let measured = vec![
            series(&[average, maximum], SeriesStatus::PartialData),
            series(&[&[("2026-11-20T08:00:00Z", 1e6)]], SeriesStatus::Complete),
            series(&[&[], &[]], SeriesStatus::Complete),
            series(&[&[]], SeriesStatus::Missing),
        ];
        let (data, coverage) = shape(&query, measured, common);
        insta::assert_json_snapshot!(serde_json::json!({"data": data, "meta": coverage}));
    }
}
