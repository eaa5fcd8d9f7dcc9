//! The parameter `sort`: one statistic of one metric over the whole window, in one order.
//!
//! CloudWatch has no period longer than a day, so the value of a window is derived from those of its periods: the
//! highest maximum, the lowest minimum, the sum of sums and of sample counts, and for the average the sum divided by
//! the number of samples, which is what CloudWatch's average of a single long period would be. A percentile can't be
//! derived, so it is allowed only for windows of one period.

use std::cmp::Ordering;

use api::{ApiError, Query};
use collector::window::Window;
use collector::{Metric, ResourceType, Series, SeriesStatus};

use super::metrics::{allowed_statistics, described, is_percentile, is_statistic};

/// What a value looks like, for messages and documents.
pub(super) const FORM: &str = "metric:statistic, such as cpu:Maximum, with :asc after it for the lowest first";

/// How to order resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sort {
    /// The metric's name in the request.
    pub(super) name: String,
    pub(super) statistic: String,
    ascending: bool,
}

impl Sort {
    pub(super) fn read(query: &Query) -> Result<Option<Self>, ApiError> {
        let Some(text) = query.text("sort") else { return Ok(None) };
        let parts: Vec<_> = text.split(':').collect();
        let (name, statistic, order) = match parts.as_slice() {
            [name, statistic] => (*name, *statistic, "desc"),
            [name, statistic, order] => (*name, *statistic, *order),
            _ => return Err(ApiError::not_allowed("sort", text, FORM)),
        };
        if !is_statistic(statistic) {
            return Err(ApiError::not_allowed("sort", statistic, &allowed_statistics()));
        }
        let ascending = match order {
            "asc" => true,
            "desc" => false,
            other => {
                return Err(ApiError::not_allowed("sort", other, "asc (the lowest first), desc (the highest first)"));
            }
        };
        Ok(Some(Self { name: name.to_owned(), statistic: statistic.to_owned(), ascending }))
    }

    /// Returns the metric of this type to sort by, if the type has it.
    pub(crate) fn metric(&self, kind: ResourceType) -> Option<&'static Metric> {
        kind.catalog()?.find(&self.name)
    }

    /// Returns those of `types` that have the metric; at least one must.
    pub(super) fn types(&self, types: &[ResourceType]) -> Result<Vec<ResourceType>, ApiError> {
        let with_it: Vec<_> = types.iter().copied().filter(|kind| self.metric(*kind).is_some()).collect();
        if with_it.is_empty() { Err(ApiError::not_allowed("sort", &self.name, &described(types))) } else { Ok(with_it) }
    }

    /// Refuses a percentile of several periods.
    pub(super) fn check(&self, window: &Window) -> Result<(), ApiError> {
        if window.periods() == 1 || !is_percentile(&self.statistic) {
            return Ok(());
        }
        let message = format!(
            "`{}` of {} periods can't be derived from those of each; request a single period, such as \
             hours=24&period=86400, or sort by Average, Maximum, Minimum, Sum or SampleCount",
            self.statistic,
            window.periods()
        );
        Err(ApiError::invalid("sort", message))
    }

    /// Returns the statistics of the periods of `window` from which the value of the whole window is derived.
    pub(crate) fn statistics(&self, window: &Window) -> Vec<String> {
        if self.statistic == "Average" && window.periods() > 1 {
            return ["Sum", "SampleCount"].map(str::to_owned).to_vec();
        }
        vec![self.statistic.clone()]
    }

    /// Returns the value of the whole window from a complete series with these `statistics`, among which those of
    /// [`Sort::statistics`] are; `None` without datapoints.
    pub(crate) fn value(&self, window: &Window, statistics: &[String], series: &Series) -> Option<f64> {
        if series.status != SeriesStatus::Complete {
            return None;
        }
        let values = |name: &str| {
            let at = statistics.iter().position(|statistic| statistic == name)?;
            let values = series.values.get(at)?;
            (!values.is_empty()).then(|| values.iter().map(|(_, value)| *value))
        };
        let value = match (self.statistic.as_str(), self.statistics(window).len()) {
            ("Average", 2) => values("Sum")?.sum::<f64>() / values("SampleCount")?.sum::<f64>(),
            ("Maximum", _) => values("Maximum")?.fold(f64::NEG_INFINITY, f64::max),
            ("Minimum", _) => values("Minimum")?.fold(f64::INFINITY, f64::min),
            ("Sum" | "SampleCount", _) => values(&self.statistic)?.sum(),
            // There is one period, so at most one value.
            (statistic, _) => values(statistic)?.next()?,
        };
        value.is_finite().then_some(value)
    }

    /// Compares two values in the requested order. A resource without a value is after all others in both orders.
    pub(crate) fn compare(&self, one: Option<f64>, other: Option<f64>) -> Ordering {
        match (one, other) {
            (Some(one), Some(other)) if self.ascending => one.partial_cmp(&other).unwrap_or(Ordering::Equal),
            (Some(one), Some(other)) => other.partial_cmp(&one).unwrap_or(Ordering::Equal),
            (one, other) => other.is_some().cmp(&one.is_some()),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn read(text: &str) -> Result<Sort, String> {
        let query = Query::parse([("sort", text)], crate::query::PARAMETERS).unwrap();
        Sort::read(&query).map(Option::unwrap).map_err(|error| error.to_string())
    }

    fn window(hours: u32, period: u32) -> Window {
        Window::last(hours, period, "2026-11-20T10:37:12Z".parse().unwrap())
    }

    /// Returns a complete series with these values of each statistic.
    fn series(statistics: &[&[f64]]) -> Series {
        let at = |hour: usize| Timestamp::from_second(i64::try_from(hour).unwrap() * 3_600).unwrap();
        let of = |values: &&[f64]| values.iter().enumerate().map(|(hour, value)| (at(hour), *value)).collect();
        Series { values: statistics.iter().map(of).collect(), status: SeriesStatus::Complete }
    }

    fn value(sort: &str, hours: u32, series: &Series) -> Option<f64> {
        let (sort, window) = (read(sort).unwrap(), window(hours, 3_600));
        sort.value(&window, &sort.statistics(&window), series)
    }

    #[test]
    fn a_sort_has_a_metric_a_statistic_and_an_order() {
        let sort = |name: &str, statistic: &str, ascending| Sort {
            name: name.to_owned(),
            statistic: statistic.to_owned(),
            ascending,
        };
        assert_eq!(read("cpu:Maximum"), Ok(sort("cpu", "Maximum", false)));
        assert_eq!(read("CPUUtilization:p99.9:desc"), Ok(sort("CPUUtilization", "p99.9", false)));
        assert_eq!(read("cpu:Average:asc"), Ok(sort("cpu", "Average", true)));
        for text in ["cpu", "cpu:Maximum:asc:x", "-cpu"] {
            let allowed = "allowed: metric:statistic, such as cpu:Maximum, with :asc after it for the lowest first";
            assert_eq!(read(text).unwrap_err(), format!("sort: `{text}` is not allowed; {allowed}"));
        }
        let statistic = "sort: `maximum` is not allowed; allowed: Average, Maximum, Minimum, Sum, SampleCount, and";
        assert!(read("cpu:maximum").unwrap_err().starts_with(statistic));
        assert_eq!(
            read("cpu:Maximum:up").unwrap_err(),
            "sort: `up` is not allowed; allowed: asc (the lowest first), desc (the highest first)"
        );
        assert!(read("cpu:").unwrap_err().starts_with("sort: `` is not allowed; allowed: Average"));
    }

    #[test]
    fn the_value_is_that_of_the_whole_window() {
        assert_eq!(value("cpu:Maximum", 24, &series(&[&[3.0, 9.0, 5.0]])), Some(9.0));
        assert_eq!(value("cpu:Minimum", 24, &series(&[&[3.0, 2.0, 5.0]])), Some(2.0));
        assert_eq!(value("cpu:Sum", 24, &series(&[&[3.0, 2.0, 5.0]])), Some(10.0));
        assert_eq!(value("cpu:SampleCount", 24, &series(&[&[12.0, 6.0]])), Some(18.0));
        // An hour with one sample weighs less than one with three.
        assert_eq!(value("cpu:Average", 24, &series(&[&[10.0, 90.0], &[1.0, 3.0]])), Some(25.0));
        assert_eq!(value("cpu:Average", 1, &series(&[&[41.5]])), Some(41.5));
        assert_eq!(value("cpu:p99", 1, &series(&[&[7.0]])), Some(7.0));
    }

    #[test]
    fn without_datapoints_there_is_no_value_and_no_zero() {
        for sort in ["cpu:Maximum", "cpu:Minimum", "cpu:Sum", "cpu:SampleCount", "cpu:p90"] {
            assert_eq!(value(sort, 1, &series(&[&[]])), None, "{sort}");
        }
        assert_eq!(value("cpu:Average", 24, &series(&[&[], &[]])), None);
        assert_eq!(value("cpu:Average", 24, &series(&[&[0.0], &[0.0]])), None);
        let partial = Series { status: SeriesStatus::PartialData, ..series(&[&[3.0]]) };
        assert_eq!(value("cpu:Maximum", 24, &partial), None);
    }

    #[test]
    fn what_has_no_value_is_last_in_both_orders() {
        let values = [Some(1.0), None, Some(3.0), Some(2.0)];
        let sorted = |text: &str| {
            let (sort, mut values) = (read(text).unwrap(), values);
            values.sort_by(|one, other| sort.compare(*one, *other));
            values
        };
        assert_eq!(sorted("cpu:Maximum"), [Some(3.0), Some(2.0), Some(1.0), None]);
        assert_eq!(sorted("cpu:Maximum:asc"), [Some(1.0), Some(2.0), Some(3.0), None]);
    }

    #[test]
    fn a_percentile_needs_a_single_period() {
        let sort = read("duration:p99").unwrap();
        assert!(sort.check(&window(24, 86_400)).is_ok());
        let refused = sort.check(&window(24, 3_600)).unwrap_err().to_string();
        assert!(
            refused.starts_with("sort: `p99` of 24 periods can't be derived from those of each; request"),
            "{refused}"
        );
        assert!(read("duration:Average").unwrap().check(&window(24, 3_600)).is_ok());
    }
}
