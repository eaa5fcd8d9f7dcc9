//! CloudWatch: many series in few requests.
//!
//! One GetMetricData takes 500 queries and returns 100,800 datapoints; queries are cut into batches by both limits, and
//! the batches of a region run side by side at CloudWatch's published rate. The statistics of one metric stay in one
//! batch, since AWS bills up to five of them as one metric. A series may be spread over pages and is put together by its
//! query's id.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::{Duration, Instant};

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::operation::get_metric_data::GetMetricDataOutput;
use aws_sdk_cloudwatch::types::{self, Dimension, MetricDataQuery, MetricDataResult, MetricStat, ScanBy, StatusCode};
use aws_smithy_types::DateTime;
use futures::future::join_all;
use jiff::Timestamp;
use serde::Serialize;

use crate::catalog::{Catalog, Metric};
use crate::fault::Fault;
use crate::listing::every_page;
use crate::pace::Pace;
use crate::requests;
use crate::resource::timestamp;
use crate::window::Window;

/// The operation of this file, as gaps name it.
pub(crate) const GET_METRIC_DATA: (&str, &str) = ("cloudwatch", "GetMetricData");

/// The most queries in a request.
const QUERIES_A_REQUEST: usize = 500;
/// The most datapoints in an answer.
const DATAPOINTS_A_REQUEST: usize = 100_800;
/// The least time between two requests to a region: 50 a second are allowed.
const SPACING: Duration = Duration::from_millis(20);
/// The datapoints a second that a region allows where the window began in the last three hours; 396,000 for older ones.
const RECENT_DATAPOINTS_A_SECOND: u64 = 180_000;
const OLD_DATAPOINTS_A_SECOND: u64 = 396_000;
const RECENT: Duration = Duration::from_hours(3);
/// What AWS bills for a metric in a request, $0.01 per 1,000, and how many statistics of it that covers.
const MICRO_USD_A_METRIC: u64 = 10;
const STATISTICS_A_METRIC: usize = 5;

/// A metric of one resource, and the statistics wanted of it.
#[derive(Debug, Clone)]
pub struct Measurement {
    /// The catalog that `metric` is from.
    pub catalog: &'static Catalog,
    /// What is measured.
    pub metric: &'static Metric,
    /// The resource's id, as CloudWatch's dimension has it.
    pub resource_id: String,
    /// `Average`, `Maximum`, `p99`, …; each at most once.
    pub statistics: Vec<String>,
}

/// How a series was answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SeriesStatus {
    /// Everything that CloudWatch has.
    Complete,
    /// CloudWatch has more than it returned.
    PartialData,
    /// A fault inside CloudWatch.
    InternalError,
    /// The role may not read it.
    Forbidden,
    /// The request failed before the series came; a gap says why.
    #[default]
    Missing,
}

/// What was measured: the statistics of each period that has any, in the order of time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Series {
    /// By the start of the period, the statistics that it has, by name.
    pub datapoints: BTreeMap<Timestamp, BTreeMap<String, f64>>,
    /// The worst status of the statistics.
    pub status: SeriesStatus,
}

/// Reads every measurement over a window: a series each, in their order, and what failed.
pub(crate) async fn read(
    client: &Client,
    pace: &Pace,
    window: &Window,
    measurements: &[Measurement],
    deadline: Instant,
) -> (Vec<Series>, Vec<Fault>) {
    let batches = batches(measurements, window.periods());
    let answered = join_all(batches.iter().map(|batch| {
        let measurements = measurements.get(batch.clone()).unwrap_or_default();
        request(client, pace, window, measurements, deadline)
    }));
    let (series, faults): (Vec<_>, Vec<_>) = answered.await.into_iter().unzip();
    (series.into_iter().flatten().collect(), faults.into_iter().flatten().collect())
}

/// Cuts measurements into requests, by the queries and by the datapoints that each may have.
fn batches(measurements: &[Measurement], periods: usize) -> Vec<Range<usize>> {
    let by_datapoints = DATAPOINTS_A_REQUEST.checked_div(periods).unwrap_or(DATAPOINTS_A_REQUEST);
    let most_queries = by_datapoints.clamp(1, QUERIES_A_REQUEST);
    let (mut batches, mut start, mut queries) = (Vec::new(), 0_usize, 0_usize);
    for (index, measurement) in measurements.iter().enumerate() {
        let added = measurement.statistics.len();
        if queries > 0 && queries.saturating_add(added) > most_queries {
            batches.push(start..index);
            (start, queries) = (index, 0);
        }
        queries = queries.saturating_add(added);
    }
    if queries > 0 {
        batches.push(start..measurements.len());
    }
    batches
}

/// One request with its pages.
async fn request(
    client: &Client,
    pace: &Pace,
    window: &Window,
    measurements: &[Measurement],
    deadline: Instant,
) -> (Vec<Series>, Option<Fault>) {
    let metrics = measurements.iter().map(|m| m.statistics.len().div_ceil(STATISTICS_A_METRIC));
    let metrics = u64::try_from(metrics.sum::<usize>()).unwrap_or(u64::MAX);
    let mut collected = vec![Series::default(); measurements.len()];
    let turn = pace.turn(cost(window, measurements));
    if tokio::time::timeout_at(deadline.into(), turn).await.is_err() {
        return (collected, Some(Fault::past_deadline()));
    }
    requests::charge(metrics.saturating_mul(MICRO_USD_A_METRIC));
    let pages = client
        .get_metric_data()
        .set_metric_data_queries(Some(queries(measurements, window.period)))
        .start_time(DateTime::from_secs(window.start.as_second()))
        .end_time(DateTime::from_secs(window.end.as_second()))
        .scan_by(ScanBy::TimestampAscending)
        .into_paginator()
        .stop_on_duplicate_token(false)
        .send();
    let results = every_page(deadline, pages, GetMetricDataOutput::next_token, |page| {
        page.metric_data_results.unwrap_or_default()
    })
    .await;

    // The status of a statistic is that of its last page, the status of a series the worst of its statistics.
    let mut statuses: BTreeMap<(usize, usize), SeriesStatus> = BTreeMap::new();
    for result in results.found {
        let Some((at, series)) =
            result.id.as_deref().and_then(position).and_then(|at| Some((at, collected.get_mut(at.0)?)))
        else {
            continue;
        };
        if let Some(statistic) = measurements.get(at.0).and_then(|measurement| measurement.statistics.get(at.1)) {
            statuses.insert(at, status(&result));
            for (time, value) in values(result) {
                series.datapoints.entry(time).or_default().insert(statistic.clone(), value);
            }
        }
    }
    for (index, (series, measurement)) in collected.iter_mut().zip(measurements).enumerate() {
        let of_statistics =
            (0..measurement.statistics.len()).map(|statistic| statuses.get(&(index, statistic)).copied());
        series.status = of_statistics.map(Option::unwrap_or_default).max().unwrap_or_default();
    }
    (collected, results.fault)
}

/// How long a request keeps the next one waiting, by the rate of requests and that of datapoints.
fn cost(window: &Window, measurements: &[Measurement]) -> Duration {
    let queries: usize = measurements.iter().map(|measurement| measurement.statistics.len()).sum();
    let datapoints = u64::try_from(queries.saturating_mul(window.periods())).unwrap_or(u64::MAX);
    let span = window.end.duration_since(window.start);
    let recent = span.unsigned_abs() <= RECENT;
    let a_second = if recent { RECENT_DATAPOINTS_A_SECOND } else { OLD_DATAPOINTS_A_SECOND };
    let micros = datapoints.saturating_mul(1_000_000).checked_div(a_second).unwrap_or(0);
    SPACING.max(Duration::from_micros(micros))
}

/// The queries of a request: one a statistic, whose id says which.
fn queries(measurements: &[Measurement], period: u32) -> Vec<MetricDataQuery> {
    let period = i32::try_from(period).unwrap_or(i32::MAX);
    let of_measurement = |(index, measurement): (usize, &Measurement)| {
        let Measurement { catalog, metric, resource_id, statistics } = measurement;
        let dimensions = catalog.dimensions(metric, resource_id);
        let dimensions = dimensions.map(|(name, value)| Dimension::builder().name(name).value(value).build());
        let measured = types::Metric::builder()
            .namespace(catalog.namespace)
            .metric_name(metric.cloudwatch_name)
            .set_dimensions(Some(dimensions.collect()))
            .build();
        let of_statistic = move |(number, statistic): (usize, &String)| {
            let stat = MetricStat::builder().metric(measured.clone()).period(period).stat(statistic).build();
            MetricDataQuery::builder().id(format!("m{index}_{number}")).metric_stat(stat).build()
        };
        statistics.iter().enumerate().map(of_statistic).collect::<Vec<_>>()
    };
    measurements.iter().enumerate().flat_map(of_measurement).collect()
}

/// Which measurement and which of its statistics a query's id names.
fn position(id: &str) -> Option<(usize, usize)> {
    let (index, number) = id.strip_prefix('m')?.split_once('_')?;
    Some((index.parse().ok()?, number.parse().ok()?))
}

fn status(result: &MetricDataResult) -> SeriesStatus {
    match result.status_code {
        Some(StatusCode::Complete) => SeriesStatus::Complete,
        Some(StatusCode::PartialData) => SeriesStatus::PartialData,
        Some(StatusCode::Forbidden) => SeriesStatus::Forbidden,
        _ => SeriesStatus::InternalError,
    }
}

fn values(result: MetricDataResult) -> impl Iterator<Item = (Timestamp, f64)> {
    let times = result.timestamps.unwrap_or_default().into_iter();
    let values = result.values.unwrap_or_default().into_iter();
    times.zip(values).filter_map(|(time, value)| Some((timestamp(Some(&time))?, value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ResourceType;

    fn measurements(count: usize, statistics: &[&str]) -> Vec<Measurement> {
        let catalog = Catalog::of(ResourceType::Ec2).unwrap();
        let one = |n| Measurement {
            catalog,
            metric: catalog.find("cpu").unwrap(),
            resource_id: format!("i-{n}"),
            statistics: statistics.iter().map(ToString::to_string).collect(),
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn batches_are_as_few_as_the_queries_and_datapoints_allow() {
        assert_eq!(batches(&[], 24), vec![]);
        assert_eq!(batches(&measurements(500, &["Average"]), 24).len(), 1);
        assert_eq!(batches(&measurements(501, &["Average"]), 24), [0..500, 500..501]);
        // Three statistics of a metric stay together: 166 metrics are 498 queries.
        assert_eq!(batches(&measurements(167, &["Average", "Maximum", "p99"]), 24), [0..166, 166..167]);
        // 100,800 datapoints are 70 series of 1,440.
        assert_eq!(batches(&measurements(141, &["Average"]), 1_440), [0..70, 70..140, 140..141]);
        // A single series over the limit comes in pages of a request of its own.
        assert_eq!(batches(&measurements(2, &["Average"]), 200_000), [0..1, 1..2]);
    }

    #[test]
    fn a_request_costs_its_share_of_the_rates() {
        let window = |hours, period| Window::last(hours, period, "2026-11-20T10:00:00Z".parse().unwrap());
        assert_eq!(cost(&window(24, 3_600), &measurements(10, &["Average"])), SPACING);
        assert_eq!(cost(&window(3, 60), &measurements(500, &["Average"])), Duration::from_millis(500));
        assert_eq!(cost(&window(33, 600), &measurements(500, &["Average"])), Duration::from_millis(250));
    }

    #[test]
    fn a_query_is_found_again_by_its_id() {
        let queries = queries(&measurements(2, &["Average", "p99"]), 300);
        let positions: Vec<_> = queries.iter().map(|query| position(query.id().unwrap())).collect();
        assert_eq!(positions, [Some((0, 0)), Some((0, 1)), Some((1, 0)), Some((1, 1))]);
        assert_eq!(position("m1"), None);
    }
}
