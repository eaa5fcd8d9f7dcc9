//! What is measured of a resource, and the datapoints that come back.

use jiff::Timestamp;
use serde::Serialize;

use crate::model::metric::{Catalog, Metric};
use crate::model::window::Window;

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
    /// The stretch of time and its steps.
    pub window: Window,
}

impl Measurement {
    /// The most datapoints that CloudWatch can answer.
    pub(crate) fn datapoints(&self) -> usize {
        self.statistics.len().saturating_mul(self.window.periods())
    }
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

/// What was measured.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Series {
    /// For each statistic of the measurement, its values by the start of their periods, in the order of time.
    pub values: Vec<Vec<(Timestamp, f64)>>,
    /// The worst status of the statistics.
    pub status: SeriesStatus,
}

/// The series of measurements of which nothing came.
pub(crate) fn missing<'a>(measurements: impl IntoIterator<Item = &'a Measurement>) -> Vec<Series> {
    let values = |measurement: &Measurement| vec![Vec::new(); measurement.statistics.len()];
    let series = |measurement| Series { values: values(measurement), status: SeriesStatus::Missing };
    measurements.into_iter().map(series).collect()
}

/// Whether every series came whole.
pub(crate) fn all_complete(series: &[Series]) -> bool {
    series.iter().all(|series| series.status == SeriesStatus::Complete)
}
