//! CloudWatch: many series in few requests.
//!
//! One GetMetricData request accepts 500 queries with the same start and end, and returns up to 100,800 datapoints.
//! Queries are split into batches by these limits, and the batches of a region run concurrently at CloudWatch's
//! published rate. Each batch is returned as soon as it has arrived, so that the caller does not have to keep all
//! series in memory. The statistics of one metric stay in one batch, since AWS bills up to five of them as one metric.
//! A series may be spread over several pages and is assembled by its query's id.

pub(crate) mod usage;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use aws_sdk_cloudwatch::operation::get_metric_data::GetMetricDataOutput;
use aws_sdk_cloudwatch::types::{self, Dimension, MetricDataQuery, MetricDataResult, MetricStat, ScanBy, StatusCode};
use aws_smithy_types::DateTime;
use futures::stream::FuturesUnordered;
use jiff::Timestamp;

use crate::call::clients::{Gated, Service, guarded_client};
use crate::call::counting;
use crate::call::fault::Fault;
use crate::call::gate::Rate;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Limits, Page, every_page};
use crate::model::operation::{Operation, Price};
use crate::model::series::{Measurement, Series, SeriesStatus, missing};
use crate::model::window::Window;
use crate::services::values::timestamp;

/// CloudWatch.
pub(crate) struct CloudWatch;

impl Service for CloudWatch {
    const NAME: &'static str = "cloudwatch";
    const RATE: Rate = Rate::a_second(50, 0);

    guarded_client!(aws_sdk_cloudwatch);
}

/// Reads series; billed by the metrics in the request.
pub(crate) const GET_METRIC_DATA: Operation = Operation {
    service: CloudWatch::NAME,
    name: "GetMetricData",
    action: Some("cloudwatch:GetMetricData"),
    price: Price::ByContent,
};

/// The most queries in a request.
const QUERIES_A_REQUEST: usize = 500;
/// The most datapoints in a response.
const DATAPOINTS_A_REQUEST: usize = 100_800;
/// The datapoints a second that a region allows for windows that begin in the last three hours; 396,000 for windows
/// that begin earlier.
const RECENT_DATAPOINTS_A_SECOND: u64 = 180_000;
const OLD_DATAPOINTS_A_SECOND: u64 = 396_000;
const RECENT: Duration = Duration::from_hours(3);

/// The result of a batch: the series of each of its measurements with the measurement's index, and what failed.
pub(crate) type Answered = (Vec<(usize, Series)>, Option<Fault>);

/// Reads every measurement; returns each batch as it arrives.
pub(crate) fn read<'a>(
    inquiry: &Inquiry<'_>,
    measurements: &'a [Measurement],
) -> FuturesUnordered<impl Future<Output = Answered> + use<'a>> {
    let (client, deadline) = (inquiry.client::<CloudWatch>(), inquiry.deadline);
    batches(measurements).into_iter().map(|batch| request(client.clone(), batch, deadline)).collect()
}

/// A measurement and its index among all measurements.
type Indexed<'a> = (usize, &'a Measurement);

/// Splits measurements into requests, each with one start and end, by the limits of queries and datapoints. Requests
/// are in the order of the measurements, so that the series of one resource arrive close together.
fn batches(measurements: &[Measurement]) -> Vec<Vec<Indexed<'_>>> {
    let mut spans: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for indexed in measurements.iter().enumerate() {
        let Window { start, end, .. } = indexed.1.window;
        spans.entry((start, end)).or_default().push(indexed);
    }
    let mut batches: Vec<_> = spans.into_values().flat_map(batches_of_a_span).collect();
    batches.sort_by_key(|batch| batch.first().map(|(index, _)| *index));
    batches
}

fn batches_of_a_span(measurements: Vec<Indexed<'_>>) -> Vec<Vec<Indexed<'_>>> {
    let mut batches: Vec<Vec<_>> = Vec::new();
    let (mut queries, mut datapoints) = (0_usize, 0_usize);
    for indexed in measurements {
        queries = queries.saturating_add(indexed.1.statistics.len());
        datapoints = datapoints.saturating_add(indexed.1.datapoints());
        match batches.last_mut() {
            Some(batch) if queries <= QUERIES_A_REQUEST && datapoints <= DATAPOINTS_A_REQUEST => batch.push(indexed),
            _ => {
                (queries, datapoints) = (indexed.1.statistics.len(), indexed.1.datapoints());
                batches.push(vec![indexed]);
            }
        }
    }
    batches
}

/// Sends one request and follows its pages.
async fn request(client: Gated<CloudWatch>, batch: Vec<Indexed<'_>>, deadline: Instant) -> Answered {
    let Some((_, Measurement { window, .. })) = batch.first() else { return (Vec::new(), None) };
    let ask = |page: Page| {
        client
            .get_metric_data()
            .set_metric_data_queries(Some(queries(&batch)))
            .start_time(DateTime::from_secs(window.start.as_second()))
            .end_time(DateTime::from_secs(window.end.as_second()))
            .scan_by(ScanBy::TimestampAscending)
            .set_next_token(page.token)
            .send()
    };
    let limits = Limits { cost: cost(window, &batch), ..client.limits(&GET_METRIC_DATA, deadline) };
    let results =
        every_page(limits, ask, GetMetricDataOutput::next_token, |page| page.metric_data_results.unwrap_or_default())
            .await;
    // AWS does not bill errors.
    if results.fault.is_none() || !results.found.is_empty() {
        counting::charge(batch.iter().map(|(_, measurement)| measurement.micro_usd()).sum());
    }
    let series = put_together(&batch, results.found);
    (batch.into_iter().map(|(index, _)| index).zip(series).collect(), results.fault)
}

/// Assembles the series of a batch from the results of all pages.
///
/// The status of a statistic is that of its last page; the status of a series is the worst of its statistics.
fn put_together(batch: &[Indexed<'_>], results: Vec<MetricDataResult>) -> Vec<Series> {
    let mut collected = missing(batch.iter().map(|(_, measurement)| *measurement));
    let mut statuses: BTreeMap<(usize, usize), SeriesStatus> = BTreeMap::new();
    for result in results {
        let Some((index, number)) = result.id.as_deref().and_then(position) else { continue };
        if let Some(found) = collected.get_mut(index).and_then(|series| series.values.get_mut(number)) {
            statuses.insert((index, number), status(&result));
            found.reserve_exact(result.values().len());
            found.extend(values(result));
        }
    }
    for (index, series) in collected.iter_mut().enumerate() {
        let of_statistics = (0..series.values.len()).map(|number| statuses.get(&(index, number)).copied());
        series.status = of_statistics.map(Option::unwrap_or_default).max().unwrap_or_default();
        for values in &mut series.values {
            values.sort_by_key(|(time, _)| *time);
            values.dedup_by_key(|(time, _)| *time);
        }
    }
    collected
}

/// Returns how long the next request must wait because of the rate of datapoints; the gate has the rate of requests.
fn cost(span: &Window, batch: &[Indexed<'_>]) -> Duration {
    let datapoints: usize = batch.iter().map(|(_, measurement)| measurement.datapoints()).sum();
    let datapoints = u64::try_from(datapoints).unwrap_or(u64::MAX);
    let recent = span.end.duration_since(span.start).unsigned_abs() <= RECENT;
    let a_second = if recent { RECENT_DATAPOINTS_A_SECOND } else { OLD_DATAPOINTS_A_SECOND };
    Duration::from_micros(datapoints.saturating_mul(1_000_000).checked_div(a_second).unwrap_or(0))
}

/// Returns the queries of a request: one per statistic, whose id identifies it.
fn queries(batch: &[Indexed<'_>]) -> Vec<MetricDataQuery> {
    let of_measurement = |(index, (_, measurement)): (usize, &Indexed<'_>)| {
        let Measurement { catalog, metric, resource_name, statistics, window } = measurement;
        let place = catalog.place(resource_name);
        let dimensions = place.map(|place| place.dimensions(metric, resource_name)).into_iter().flatten();
        let dimensions = dimensions.map(|(name, value)| Dimension::builder().name(name).value(value).build());
        let measured = types::Metric::builder()
            .set_namespace(place.map(|place| place.namespace.to_owned()))
            .metric_name(metric.cloudwatch_name)
            .set_dimensions(Some(dimensions.collect()))
            .build();
        let period = i32::try_from(window.period).unwrap_or(i32::MAX);
        let of_statistic = move |(number, statistic): (usize, &String)| {
            let stat = MetricStat::builder().metric(measured.clone()).period(period).stat(statistic).build();
            MetricDataQuery::builder().id(format!("m{index}_{number}")).metric_stat(stat).build()
        };
        statistics.iter().enumerate().map(of_statistic).collect::<Vec<_>>()
    };
    batch.iter().enumerate().flat_map(of_measurement).collect()
}

/// Returns the indices of the measurement and the statistic that a query's id identifies.
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
    use proptest::prelude::*;

    use super::*;
    use crate::services::ec2::instance::Instance;
    use crate::services::kind::Kind;

    fn measurements(count: usize, statistics: &[&str], window: Window) -> Vec<Measurement> {
        let catalog = Instance::CATALOG.unwrap();
        let one = |n| Measurement {
            catalog,
            metric: catalog.find("cpu").unwrap(),
            resource_name: format!("i-{n}"),
            statistics: statistics.iter().map(ToString::to_string).collect(),
            window,
        };
        (0..count).map(one).collect()
    }

    fn last(hours: u32, period: u32) -> Window {
        Window::last(hours, period, "2026-11-20T10:00:00Z".parse().unwrap())
    }

    /// Returns the index of the first measurement of each batch, and the batch's length.
    fn cuts(measurements: &[Measurement]) -> Vec<(usize, usize)> {
        batches(measurements).iter().map(|batch| (batch[0].0, batch.len())).collect()
    }

    #[test]
    fn batches_are_as_few_as_the_queries_and_datapoints_allow() {
        let day = last(24, 3_600);
        assert_eq!(cuts(&[]), []);
        assert_eq!(cuts(&measurements(500, &["Average"], day)), [(0, 500)]);
        assert_eq!(cuts(&measurements(501, &["Average"], day)), [(0, 500), (500, 1)]);
        // Three statistics of a metric stay together: 166 metrics are 498 queries.
        assert_eq!(cuts(&measurements(167, &["Average", "Maximum", "p99"], day)), [(0, 166), (166, 1)]);
        // 100,800 datapoints are 70 series of 1,440.
        assert_eq!(cuts(&measurements(141, &["Average"], last(24, 60))), [(0, 70), (70, 70), (140, 1)]);
        // A single series over the limit gets its own request, with several pages.
        assert_eq!(cuts(&measurements(2, &["Average"], last(2_400, 60))), [(0, 1), (1, 1)]);
    }

    #[test]
    fn measurements_of_one_start_and_end_share_requests_whatever_their_period() {
        let [hours, minutes, longer] = [(24, 3_600), (24, 60), (25, 3_600)].map(|(hours, period)| last(hours, period));
        let earlier = Window { start: longer.start, end: hours.start, period: 3_600 };
        let mixed: Vec<_> = [hours, minutes, longer, hours, earlier]
            .into_iter()
            .flat_map(|window| measurements(1, &["Average"], window))
            .collect();
        let indices: Vec<Vec<_>> =
            batches(&mixed).iter().map(|batch| batch.iter().map(|(index, _)| *index).collect()).collect();
        assert_eq!(indices, [vec![0, 1, 3], vec![2], vec![4]]);
    }

    #[test]
    fn a_request_delays_the_next_one_by_its_share_of_the_rate_of_datapoints() {
        let cost = |count, window| {
            let measurements = measurements(count, &["Average"], window);
            cost(&window, &batches(&measurements)[0])
        };
        assert_eq!(cost(99, last(24, 3_600)), Duration::from_millis(6));
        assert_eq!(cost(500, last(3, 60)), Duration::from_millis(500));
        assert_eq!(cost(500, last(33, 600)), Duration::from_millis(250));
    }

    #[test]
    fn a_query_is_identified_by_its_id() {
        let measurements = measurements(2, &["Average", "p99"], last(24, 300));
        let queries = queries(&batches(&measurements)[0]);
        let positions: Vec<_> = queries.iter().map(|query| position(query.id().unwrap())).collect();
        assert_eq!(positions, [Some((0, 0)), Some((0, 1)), Some((1, 0)), Some((1, 1))]);
        assert_eq!(position("m1"), None);
    }

    proptest! {
        #[test]
        fn batches_have_every_measurement_once_and_keep_the_limits(
            requested in proptest::collection::vec((1_usize..8, 0_usize..3), 0..800),
        ) {
            let windows = [last(24, 3_600), last(24, 60), last(48, 3_600)];
            let names: Vec<_> = (0..8).map(|n| format!("p{n}")).collect();
            let all: Vec<_> = requested
                .iter()
                .flat_map(|(statistics, window)| {
                    let names: Vec<_> = names.iter().take(*statistics).map(String::as_str).collect();
                    measurements(1, &names, windows[*window])
                })
                .collect();
            let batches = batches(&all);
            let mut indices: Vec<_> = batches.iter().flatten().map(|(index, _)| *index).collect();
            indices.sort_unstable();
            prop_assert_eq!(indices, (0..all.len()).collect::<Vec<_>>());
            for batch in &batches {
                let queries: usize = batch.iter().map(|(_, m)| m.statistics.len()).sum();
                let datapoints: usize = batch.iter().map(|(_, m)| m.datapoints()).sum();
                prop_assert!(queries <= QUERIES_A_REQUEST && datapoints <= DATAPOINTS_A_REQUEST);
                let (first, last) = (batch[0].1.window, batch[batch.len() - 1].1.window);
                prop_assert_eq!((first.start, first.end), (last.start, last.end));
            }
        }

        #[test]
        fn a_series_is_the_same_however_pages_split_it(
            values in proptest::collection::vec(proptest::collection::btree_map(0_i64..200, -1e9_f64..1e9, 0..40), 1..6),
            cuts in proptest::collection::vec(1_usize..7, 1..50),
            reversed in any::<bool>(),
        ) {
            let names: Vec<_> = (0..values.len()).map(|n| format!("p{n}")).collect();
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            let measurements = measurements(1, &names, last(24, 3_600));
            let batch = &batches(&measurements)[0];
            let mut pages = Vec::new();
            let mut cuts = cuts.iter().cycle();
            for (number, values) in values.iter().enumerate() {
                let mut left: Vec<_> = values.iter().map(|(at, value)| (*at, *value)).collect();
                while !left.is_empty() {
                    let part: Vec<_> = left.drain(..left.len().min(*cuts.next().unwrap())).collect();
                    let status = if left.is_empty() { StatusCode::Complete } else { StatusCode::PartialData };
                    let (times, values): (Vec<_>, Vec<_>) = part.into_iter().map(|(at, v)| (DateTime::from_secs(at), v)).unzip();
                    let result = MetricDataResult::builder().id(format!("m0_{number}")).status_code(status);
                    pages.push(result.set_timestamps(Some(times)).set_values(Some(values)).build());
                }
            }
            if reversed {
                pages.reverse();
            }
            let series = &put_together(batch, pages)[0];
            let expected: Vec<Vec<_>> = values
                .iter()
                .map(|values| values.iter().map(|(at, v)| (Timestamp::from_second(*at).unwrap(), *v)).collect())
                .collect();
            prop_assert_eq!(&series.values, &expected);
            let all_arrived = values.iter().all(|values| !values.is_empty());
            prop_assert!(reversed || (series.status == SeriesStatus::Complete) == all_arrived);
        }
    }
}
