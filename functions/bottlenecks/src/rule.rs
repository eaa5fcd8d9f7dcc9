//! What a rule is, and what it sees.
//!
//! A rule is data and two functions: whether it concerns a resource, and what it makes of that resource's measurements.
//! Both answer with a [`Reason`] where they can't tell. A rule calls nothing and knows no clock, so that its finding
//! follows from its [`Case`] alone.

use std::fmt;

use collector::Metric;
use collector::window::{Window, usual_period};
use collector::{OfKind, Resource, ResourceType, SeriesStatus};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One rule about resources of the kind `K`.
pub(crate) struct Rule<K: 'static> {
    pub(crate) name: &'static str,
    pub(crate) severity: Severity,
    /// When there is a finding, with the threshold; `{cpu_high}` and `{cpu_low}` stand for the caller's.
    pub(crate) finding: &'static str,
    /// Where the threshold comes from.
    pub(crate) source: &'static str,
    /// What it reads of CloudWatch.
    pub(crate) needs: &'static [Need],
    /// What would matter too and can't be seen from here.
    pub(crate) not_observed: &'static [&'static str],
    /// Whether it concerns a resource, before anything is measured.
    pub(crate) applies: fn(&K) -> Result<bool, Reason>,
    /// What it finds in a resource that it applies to.
    pub(crate) judge: fn(&Case<'_, K>) -> Result<Option<Finding>, Reason>,
}

/// What a rule says of itself, whatever its kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About {
    pub(crate) name: &'static str,
    pub(crate) severity: Severity,
    pub(crate) finding: &'static str,
    pub(crate) source: &'static str,
    pub(crate) needs: &'static [Need],
    pub(crate) not_observed: &'static [&'static str],
}

/// A rule of any kind: what all of them are listed as. A trait object, since an enum would be one more list of kinds to
/// extend with each of them.
pub(crate) trait AnyRule: fmt::Debug + Sync {
    /// What it says of itself.
    fn about(&self) -> About;

    /// The type that it judges.
    fn resource_type(&self) -> ResourceType;

    /// Whether it concerns a resource; no resource of another type.
    fn applies(&self, resource: &Resource) -> Result<bool, Reason>;

    /// What it finds in a resource that it applies to.
    fn judge(&self, resource: &Resource, evidence: Evidence<'_>) -> Result<Option<Finding>, Reason>;
}

impl<K: OfKind> AnyRule for Rule<K> {
    fn about(&self) -> About {
        let Self { name, severity, finding, source, needs, not_observed, .. } = *self;
        About { name, severity, finding, source, needs, not_observed }
    }

    fn resource_type(&self) -> ResourceType {
        K::RESOURCE_TYPE
    }

    fn applies(&self, resource: &Resource) -> Result<bool, Reason> {
        K::of(&resource.detail).map_or(Ok(false), self.applies)
    }

    fn judge(&self, resource: &Resource, evidence: Evidence<'_>) -> Result<Option<Finding>, Reason> {
        let Some(detail) = K::of(&resource.detail) else { return Ok(None) };
        (self.judge)(&Case { id: &resource.id, detail, evidence })
    }
}

impl<K> fmt::Debug for Rule<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rule").field("name", &self.name).finish_non_exhaustive()
    }
}

/// How much a finding matters; the worst is first in every order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    /// It fails, or will within days.
    Critical,
    /// It slows its users or refuses them.
    High,
    /// It may do so, or costs much for nothing.
    Medium,
    /// It costs more than it has to.
    Low,
}

impl Severity {
    pub(crate) const ALL: [Self; 4] = [Self::Critical, Self::High, Self::Medium, Self::Low];
}

/// A statistic of a metric over a stretch of time.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Need {
    pub(crate) metric: &'static Metric,
    /// CloudWatch's name.
    pub(crate) statistic: &'static str,
    pub(crate) span: Span,
}

/// Over which stretch of time a rule reads a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Span {
    /// The hours that the caller asked for, up to now.
    Requested,
    /// The last half hour by five minutes. Half an hour, because the newest datapoints come late: like an alarm of
    /// CloudWatch, a rule takes the newest that are there.
    FiveMinutes,
    /// The last half hour by the minute.
    Minutes,
    /// The last 14 days, of which today is one, by the day.
    Days,
}

/// The half hour of [`Span::FiveMinutes`] and [`Span::Minutes`].
const RECENT_MINUTES: u32 = 30;
/// The whole days of [`Span::Days`]; today is the fourteenth.
pub(crate) const WHOLE_DAYS: u32 = 13;

/// The windows of one question.
#[derive(Debug, Clone)]
pub(crate) struct Windows {
    pub(crate) now: Timestamp,
    requested: Window,
    five_minutes: Window,
    minutes: Window,
    days: Window,
}

impl Windows {
    pub(crate) fn new(hours: u32, now: Timestamp) -> Self {
        Self {
            now,
            requested: Window::last_and_current(hours, usual_period(hours), now),
            five_minutes: Window::recent(RECENT_MINUTES, 300, now),
            minutes: Window::recent(RECENT_MINUTES, 60, now),
            days: Window::days(WHOLE_DAYS, now),
        }
    }

    pub(crate) fn of(&self, span: Span) -> Window {
        match span {
            Span::Requested => self.requested,
            Span::FiveMinutes => self.five_minutes,
            Span::Minutes => self.minutes,
            Span::Days => self.days,
        }
    }
}

/// The thresholds that a caller sets, in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Settings {
    pub(crate) cpu_high: u8,
    pub(crate) cpu_low: u8,
}

/// What there is to judge a resource by, beside itself.
#[derive(Debug)]
pub(crate) struct Evidence<'a> {
    pub(crate) settings: Settings,
    pub(crate) now: Timestamp,
    pub(crate) readings: Vec<(&'static Need, Result<Reading<'a>, Reason>)>,
}

/// One resource, and what was measured of it.
#[derive(Debug)]
pub(crate) struct Case<'a, K> {
    /// AWS's id of the resource.
    pub(crate) id: &'a str,
    /// What its type has.
    pub(crate) detail: &'a K,
    pub(crate) evidence: Evidence<'a>,
}

impl<'a, K> Case<'a, K> {
    /// What was measured for a need of the rule.
    pub(crate) fn read(&self, need: &Need) -> Result<Reading<'a>, Reason> {
        let found = self.evidence.readings.iter().find(|(other, _)| *other == need);
        found.map_or_else(|| Err(Reason::not_measured(SeriesStatus::Missing)), |(_, reading)| reading.clone())
    }
}

/// The datapoints of a statistic, in the order of time.
#[derive(Debug, Clone)]
pub(crate) struct Reading<'a> {
    pub(crate) metric: &'static Metric,
    pub(crate) statistic: &'static str,
    pub(crate) window: Window,
    pub(crate) values: &'a [(Timestamp, f64)],
}

impl<'a> Reading<'a> {
    /// The values, of which there must be `least`.
    pub(crate) fn at_least(&self, least: usize) -> Result<&'a [(Timestamp, f64)], Reason> {
        if self.values.len() < least || self.values.is_empty() { Err(self.too_few(least)) } else { Ok(self.values) }
    }

    /// The newest `count` values.
    pub(crate) fn newest(&self, count: usize) -> Result<&'a [(Timestamp, f64)], Reason> {
        let start = self.values.len().checked_sub(count);
        start.and_then(|start| self.values.get(start..)).ok_or_else(|| self.too_few(count))
    }

    /// The values of the last `count` whole periods, of which none may lack, and of the period that is not over.
    pub(crate) fn every_one_of(&self, count: u32) -> Result<&'a [(Timestamp, f64)], Reason> {
        let whole = self.window.last_whole(count);
        let values = self.last(count).values;
        let ended = values.partition_point(|(at, _)| *at < whole.end);
        if ended == whole.periods() {
            return Ok(values);
        }
        let detail =
            format!("{} has datapoints on {ended} of the last {count} whole days, and must on all", self.metric.name);
        Err(Reason::new(ReasonKind::InsufficientData, detail))
    }

    /// The same, over the last `count` whole periods and the one that is not over.
    pub(crate) fn last(&self, count: u32) -> Self {
        let start = self.window.last_whole(count).start;
        let values = self.values.get(self.values.partition_point(|(at, _)| *at < start)..).unwrap_or_default();
        Self { window: Window { start, ..self.window }, values, ..self.clone() }
    }

    /// The largest value and its period's start; the last such period of several.
    pub(crate) fn maximum(&self) -> Result<(Timestamp, f64), Reason> {
        let values = self.at_least(1)?.iter().copied();
        values.reduce(|a, b| if b.1 >= a.1 { b } else { a }).ok_or_else(|| self.too_few(1))
    }

    /// What a finding says of this reading.
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
        let detail = format!("{found} of {of} datapoints of {metric} since {}, {least} are needed", self.window.start);
        Reason::new(ReasonKind::InsufficientData, detail)
    }
}

/// The smallest value.
pub(crate) fn smallest(values: &[(Timestamp, f64)]) -> f64 {
    values.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min)
}

/// The largest value.
pub(crate) fn largest(values: &[(Timestamp, f64)]) -> f64 {
    values.iter().map(|(_, value)| *value).fold(f64::NEG_INFINITY, f64::max)
}

/// The mean of the values.
pub(crate) fn mean(values: &[(Timestamp, f64)]) -> f64 {
    let count = u32::try_from(values.len()).unwrap_or(u32::MAX);
    values.iter().map(|(_, value)| value).sum::<f64>() / f64::from(count)
}

/// What a rule found.
#[derive(Debug, PartialEq)]
pub(crate) struct Finding {
    pub(crate) observed: Observed,
    /// What to do, in terms of this resource.
    pub(crate) recommendation: String,
}

/// The value that a finding rests on.
#[derive(Debug, PartialEq)]
pub(crate) struct Observed {
    /// The metric's short name, or the name of what was computed or read of the inventory.
    pub(crate) metric: &'static str,
    /// CloudWatch's name; `None` for what no metric says.
    pub(crate) statistic: Option<&'static str>,
    pub(crate) value: f64,
    /// What the value was held against.
    pub(crate) threshold: f64,
    pub(crate) unit: &'static str,
    /// The window and the datapoints that were found in it; `None` for what no metric says.
    pub(crate) over: Option<(Window, usize)>,
}

/// Why a rule can't say whether there is something to find.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Reason {
    pub(crate) kind: ReasonKind,
    pub(crate) detail: String,
}

/// The kinds of reasons, by which programs decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReasonKind {
    /// CloudWatch did not answer, or not completely.
    NotMeasured,
    /// It answered with too few datapoints: a new, silent or often stopped resource.
    InsufficientData,
    /// The resource is not running, so its metrics say nothing.
    NotRunning,
    /// AWS does not say something of the resource that the rule needs.
    Unknown,
}

impl Reason {
    pub(crate) fn new(kind: ReasonKind, detail: String) -> Self {
        Self { kind, detail }
    }

    pub(crate) fn unknown(detail: impl Into<String>) -> Self {
        Self::new(ReasonKind::Unknown, detail.into())
    }

    /// What was asked of CloudWatch did not come whole.
    pub(crate) fn not_measured(status: SeriesStatus) -> Self {
        let detail = match status {
            SeriesStatus::PartialData => "CloudWatch returned a part of the datapoints",
            SeriesStatus::Forbidden => "the role may not read this metric",
            SeriesStatus::InternalError => "CloudWatch failed to read this metric",
            SeriesStatus::Missing | SeriesStatus::Complete => "CloudWatch did not answer; the gaps say why",
        };
        Self::new(ReasonKind::NotMeasured, detail.to_owned())
    }
}
