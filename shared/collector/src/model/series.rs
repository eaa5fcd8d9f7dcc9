//! What is measured of a resource, and the datapoints that CloudWatch returns.

use jiff::Timestamp;
use serde::Serialize;

use crate::model::metric::{Catalog, Metric};
use crate::model::window::Window;

/// A metric of one resource, and its requested statistics.
#[derive(Debug, Clone)]
pub struct Measurement {
    /// The catalog that contains `metric`.
    pub catalog: &'static Catalog,
    /// What is measured.
    pub metric: &'static Metric,
    /// The resource's id, which is the value of CloudWatch's dimension.
    pub resource_id: String,
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
}

/// How complete a series is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
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
