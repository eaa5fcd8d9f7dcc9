//! The data and coverage of an answer.

use std::collections::BTreeMap;

use collector::window::Window;
use collector::{Coverage, Series, SeriesStatus};
use jiff::Timestamp;
use serde::Serialize;

use crate::query::MetricsQuery;

/// By resource and metric, the datapoints in the order of time.
pub type Data = BTreeMap<String, BTreeMap<String, Vec<Datapoint>>>;

/// One period of a series, with CloudWatch's names.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Datapoint {
    /// The start of the period.
    timestamp: Timestamp,
    /// The statistics that CloudWatch has of it: `Average`, `p99`, …
    #[serde(flatten)]
    statistics: BTreeMap<String, f64>,
    unit: &'static str,
}

/// How complete one series is.
#[derive(Debug, PartialEq, Serialize)]
pub struct SeriesCoverage {
    /// The periods of the window.
    expected: usize,
    /// Those of them that have a datapoint.
    found: usize,
    status: SeriesStatus,
}

/// The coverage of an answer: the common part, the window, and each series.
#[derive(Debug, Serialize)]
pub struct MetricsCoverage {
    #[serde(flatten)]
    common: Coverage,
    /// Start, end (exclusive) and period of every series.
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

/// Puts series, which are in the order of [`MetricsQuery::asked`], under the names that were asked for.
pub(crate) fn shape(query: &MetricsQuery, series: Vec<Series>, common: Coverage) -> (Data, MetricsCoverage) {
    let names = query.resource_ids.iter().flat_map(|id| query.metrics.iter().map(move |named| (id, named)));
    let mut data = Data::new();
    let mut covered: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for ((id, named), series) in names.zip(series) {
        let coverage =
            SeriesCoverage { expected: query.window.periods(), found: series.datapoints.len(), status: series.status };
        let datapoints = series.datapoints.into_iter();
        let datapoints = datapoints
            .map(|(timestamp, statistics)| Datapoint { timestamp, statistics, unit: named.metric.unit })
            .collect();
        data.entry(id.clone()).or_default().insert(named.name.clone(), datapoints);
        covered.entry(id.clone()).or_default().insert(named.name.clone(), coverage);
    }
    (data, MetricsCoverage { common, window: query.window.into(), series: covered })
}

#[cfg(test)]
mod tests {
    use api::Query;
    use collector::{AwsRequests, Gap, GapStatus, ResourceType};

    use super::*;
    use crate::query::PARAMETERS;

    fn series(points: &[(&str, &[(&str, f64)])], status: SeriesStatus) -> Series {
        let statistics = |of: &[(&str, f64)]| of.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        let datapoints = points.iter().map(|(at, of)| (at.parse().unwrap(), statistics(of))).collect();
        Series { datapoints, status }
    }

    #[test]
    fn an_answer_has_each_series_with_its_coverage() {
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
            resource_types: vec![ResourceType::Ec2],
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
        let cpu: &[(&str, &[(&str, f64)])] = &[
            ("2026-11-20T07:00:00Z", &[("Average", 41.5), ("Maximum", 58.2)]),
            ("2026-11-20T09:00:00Z", &[("Average", 40.0)]),
        ];
        let measured = vec![
            series(cpu, SeriesStatus::PartialData),
            series(&[("2026-11-20T08:00:00Z", &[("Sum", 1e6)])], SeriesStatus::Complete),
            series(&[], SeriesStatus::Complete),
            series(&[], SeriesStatus::Missing),
        ];
        let (data, coverage) = shape(&query, measured, common);
        insta::assert_json_snapshot!(serde_json::json!({"data": data, "meta": coverage}));
    }
}
