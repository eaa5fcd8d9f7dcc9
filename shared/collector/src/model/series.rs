//! What is measured of a resource, and the datapoints that CloudWatch returns.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::model::metric::{Catalog, Metric};
use crate::model::window::Window;

/// What AWS bills for a metric in a request ($0.01 per 1,000), and how many of its statistics that covers.
const MICRO_USD_A_METRIC: u64 = 10;
const STATISTICS_A_METRIC: usize = 5;

/// A metric of one resource, and its requested statistics.
#[derive(Debug, Clone)]
pub struct Measurement {
    /// The catalog that contains `metric`.
    pub catalog: &'static Catalog,
    /// What is measured.
    pub metric: &'static Metric,
    /// The name by which CloudWatch knows the resource, which for most types is its id.
    pub resource_name: String,
    /// `Average`, `Maximum`, `p99`, …; each at most once.
    pub statistics: Vec<String>,
    /// The time range and its periods.
    pub window: Window,
}

impl Measurement {
    /// Returns the largest number of datapoints that CloudWatch can return.
    pub(crate) fn datapoints(&self) -> usize {
        self.statistics.len().saturating_mul(self.window.periods())
    }

    /// Returns as how many metrics AWS bills it.
    pub(crate) fn billed_metrics(&self) -> u64 {
        billed_metrics(self.statistics.len())
    }

    /// Returns what AWS bills for it, in millionths of a US dollar.
    pub(crate) fn micro_usd(&self) -> u64 {
        self.billed_metrics().saturating_mul(MICRO_USD_A_METRIC)
    }
}

/// Returns as how many metrics AWS bills one metric with so many statistics.
#[must_use]
pub fn billed_metrics(statistics: usize) -> u64 {
    u64::try_from(statistics.div_ceil(STATISTICS_A_METRIC)).unwrap_or(u64::MAX)
}

/// The price of measurements, before any of them is requested.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quote {
    /// The resources that would be measured.
    pub resources: usize,
    /// The metrics that AWS would bill.
    pub metrics: u64,
    /// The metrics that AWS would bill in addition at most, if the first ones show that they are needed.
    pub more: u64,
}

impl Quote {
    /// Returns the price in millionths of a US dollar.
    #[must_use]
    pub fn micro_usd(&self) -> u64 {
        self.metrics.saturating_mul(MICRO_USD_A_METRIC)
    }

    /// Adds the measurements of one resource, and those that may become necessary.
    pub(crate) fn add(&mut self, measurements: &[Measurement], more: &[Measurement]) {
        let billed = |all: &[Measurement]| all.iter().map(Measurement::billed_metrics).fold(0, u64::saturating_add);
        self.resources = self.resources.saturating_add(usize::from(!measurements.is_empty()));
        self.metrics = self.metrics.saturating_add(billed(measurements));
        self.more = self.more.saturating_add(billed(more));
    }
}

impl fmt::Display for Quote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { resources, metrics, more } = self;
        let of = |count: u64, one, many| if count == 1 { one } else { many };
        let resource = of(u64::try_from(*resources).unwrap_or(u64::MAX), "resource", "resources");
        let metric = of(*metrics, "metric", "metrics");
        write!(f, "{metrics} {metric} of {resources} {resource}, at $0.01 per 1,000 metrics")?;
        if *more > 0 {
            write!(f, ", and up to {more} more where these leave something to find")?;
        }
        Ok(())
    }
}

/// How complete a series is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SeriesStatus {
    /// It has everything that CloudWatch has.
    Complete,
    /// CloudWatch has more than it returned.
    PartialData,
    /// CloudWatch had an internal error.
    InternalError,
    /// The role may not read the metric.
    Forbidden,
    /// The request failed before the series arrived; a gap has the reason.
    #[default]
    Missing,
}

impl SeriesStatus {
    /// Returns the name in responses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::PartialData => "partial_data",
            Self::InternalError => "internal_error",
            Self::Forbidden => "forbidden",
            Self::Missing => "missing",
        }
    }
}

/// The datapoints of one measurement.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Series {
    /// For each statistic of the measurement, its values with the start of their periods, in chronological order.
    pub values: Vec<Vec<(Timestamp, f64)>>,
    /// The worst status of the statistics.
    pub status: SeriesStatus,
}

/// Returns the series of measurements for which nothing arrived.
pub(crate) fn missing<'a>(measurements: impl IntoIterator<Item = &'a Measurement>) -> Vec<Series> {
    let values = |measurement: &Measurement| vec![Vec::new(); measurement.statistics.len()];
    let series = |measurement| Series { values: values(measurement), status: SeriesStatus::Missing };
    measurements.into_iter().map(series).collect()
}

/// Returns whether every series is complete.
pub(crate) fn all_complete(series: &[Series]) -> bool {
    series.iter().all(|series| series.status == SeriesStatus::Complete)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_statistics_of_a_metric_are_billed_as_one() {
        assert_eq!([0, 1, 5, 6, 11].map(billed_metrics), [0, 1, 1, 2, 3]);
    }

    #[test]
    fn a_quote_states_what_it_counts() {
        let quote = Quote { resources: 1, metrics: 12_000, more: 0 };
        assert_eq!(quote.micro_usd(), 120_000);
        assert_eq!(quote.to_string(), "12000 metrics of 1 resource, at $0.01 per 1,000 metrics");
        let one = Quote { resources: 3, metrics: 1, more: 0 };
        assert_eq!(one.to_string(), "1 metric of 3 resources, at $0.01 per 1,000 metrics");
    }
}
