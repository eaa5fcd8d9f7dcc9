//! What a rule reads: statistics of metrics over time ranges, and their datapoints.

use collector::Metric;
use collector::window::{Window, usual_period};
use jiff::Timestamp;

use crate::reason::{Reason, ReasonKind};

/// A statistic of a metric over a time range.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Need {
    pub(crate) metric: &'static Metric,
    /// CloudWatch's name.
    pub(crate) statistic: &'static str,
    pub(crate) span: Span,
}

/// The time range over which a rule reads a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Span {
    /// The requested hours, up to now.
    Requested,
    /// The days that contain the requested hours, up to now, by the day.
    RequestedDays,
    /// The last half hour, in periods of five minutes. It is half an hour because the newest datapoints arrive late:
    /// like a CloudWatch alarm, a rule uses the newest that are available.
    FiveMinutes,
    /// The last half hour, by the minute.
    Minutes,
    /// The last 14 days including today, by the day.
    Days,
    /// The last 31 days including today, by the day.
    Month,
}

/// The length of [`Span::FiveMinutes`] and [`Span::Minutes`].
const RECENT_MINUTES: u32 = 30;
/// The complete days in [`Span::Days`]; today is the fourteenth.
pub(crate) const WHOLE_DAYS: u32 = 13;
/// The complete days in [`Span::Month`].
pub(crate) const MONTH_DAYS: u32 = 30;

/// The windows of one request.
#[derive(Debug, Clone)]
pub(crate) struct Windows {
    pub(crate) now: Timestamp,
    requested: Window,
    requested_days: Window,
    five_minutes: Window,
    minutes: Window,
    days: Window,
    month: Window,
}

impl Windows {
    pub(crate) fn new(hours: u32, now: Timestamp) -> Self {
        let requested = Window::last_and_current(hours, usual_period(hours), now);
        Self {
            now,
            requested,
            requested_days: Window::days_since(requested.start, now),
            five_minutes: Window::recent(RECENT_MINUTES, 300, now),
            minutes: Window::recent(RECENT_MINUTES, 60, now),
            days: Window::days(WHOLE_DAYS, now),
            month: Window::days(MONTH_DAYS, now),
        }
    }

    /// Returns the time as of which everything is judged: the end of the windows, which is the last whole five minutes.
    /// So a number of days is as steady as the measurements when a call is repeated.
    pub(crate) fn as_of(&self) -> Timestamp {
        self.minutes.end
    }

    pub(crate) fn of(&self, span: Span) -> Window {
        match span {
            Span::Requested => self.requested,
            Span::RequestedDays => self.requested_days,
            Span::FiveMinutes => self.five_minutes,
            Span::Minutes => self.minutes,
            Span::Days => self.days,
            Span::Month => self.month,
        }
    }
}

/// The datapoints of a statistic, in chronological order.
#[derive(Debug, Clone)]
pub(crate) struct Reading<'a> {
    pub(crate) metric: &'static Metric,
    pub(crate) statistic: &'static str,
    pub(crate) window: Window,
    pub(crate) values: &'a [(Timestamp, f64)],
}

impl<'a> Reading<'a> {
    /// Returns the values; there must be at least `least` of them, and at least one.
    pub(crate) fn at_least(&self, least: usize) -> Result<&'a [(Timestamp, f64)], Reason> {
        if self.values.len() < least || self.values.is_empty() { Err(self.too_few(least)) } else { Ok(self.values) }
    }

    /// Returns the newest `count` values.
    pub(crate) fn newest(&self, count: usize) -> Result<&'a [(Timestamp, f64)], Reason> {
        let start = self.values.len().checked_sub(count);
        start.and_then(|start| self.values.get(start..)).ok_or_else(|| self.too_few(count))
    }

    /// Returns the values of the last `count` complete periods, none of which may be missing, and of the current
    /// period.
    pub(crate) fn every_one_of(&self, count: u32) -> Result<&'a [(Timestamp, f64)], Reason> {
        let whole = self.window.last_whole(count);
        let values = self.last(count).values;
        let ended = values.partition_point(|(at, _)| *at < whole.end);
        if ended == whole.periods() {
            return Ok(values);
        }
        let detail =
            format!("{} has datapoints on {ended} of the last {count} complete days; all are needed", self.metric.name);
        Err(Reason::new(ReasonKind::InsufficientData, detail))
    }

    /// Returns the same reading over the last `count` complete periods and the current one.
    pub(crate) fn last(&self, count: u32) -> Self {
        let start = self.window.last_whole(count).start;
        let values = self.values.get(self.values.partition_point(|(at, _)| *at < start)..).unwrap_or_default();
        Self { window: Window { start, ..self.window }, values, ..self.clone() }
    }

    /// Returns the largest value and the start of its period; the last one if several periods have this value.
    pub(crate) fn maximum(&self) -> Result<(Timestamp, f64), Reason> {
        let values = self.at_least(1)?.iter().copied();
        values.reduce(|a, b| if b.1 >= a.1 { b } else { a }).ok_or_else(|| self.too_few(1))
    }

    /// Returns what a finding reports about this reading.
    pub(crate) fn observed(&self, value: f64, threshold: f64) -> Observed {
        Observed {
            metric: self.metric.name,
            statistic: Some(self.statistic),
            value,
            threshold,
            unit: self.metric.unit,
            over: Some((self.window, self.values.len())),
        }
    }

    fn too_few(&self, least: usize) -> Reason {
        let (found, of, metric) = (self.values.len(), self.window.periods(), self.metric.name);
        let detail = format!("{found} of {of} datapoints of {metric} since {}; {least} are needed", self.window.start);
        Reason::new(ReasonKind::InsufficientData, detail)
    }
}

/// Returns the smallest value.
pub(crate) fn smallest(values: &[(Timestamp, f64)]) -> f64 {
    values.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min)
}

/// Returns the largest value.
pub(crate) fn largest(values: &[(Timestamp, f64)]) -> f64 {
    values.iter().map(|(_, value)| *value).fold(f64::NEG_INFINITY, f64::max)
}

/// Returns the mean of the values.
pub(crate) fn mean(values: &[(Timestamp, f64)]) -> f64 {
    let count = u32::try_from(values.len()).unwrap_or(u32::MAX);
    values.iter().map(|(_, value)| value).sum::<f64>() / f64::from(count)
}

/// The value that a finding is based on.
#[derive(Debug, PartialEq)]
pub(crate) struct Observed {
    /// The metric's short name, or the name of a value that was computed or read from the inventory.
    pub(crate) metric: &'static str,
    /// CloudWatch's name of the statistic; `None` if the value is not from a metric.
    pub(crate) statistic: Option<&'static str>,
    pub(crate) value: f64,
    /// What the value was compared with.
    pub(crate) threshold: f64,
    pub(crate) unit: &'static str,
    /// The window and the number of datapoints in it; `None` if the value is not from a metric.
    pub(crate) over: Option<(Window, usize)>,
}
