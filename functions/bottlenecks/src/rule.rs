//! What a rule is, and what it works with.
//!
//! A rule is data and two functions: whether it applies to a resource, and what it finds in that resource's
//! measurements. Both return a [`Reason`] if they can't decide. A rule makes no calls and reads no clock, so its result
//! depends only on its [`Case`].

use std::collections::BTreeMap;
use std::fmt;

use collector::Metric;
use collector::services::ec2::status_checks::StatusChecks;
use collector::window::{Window, usual_period};
use collector::{Beside, Known, OfKind, Resource, ResourceType, SeriesStatus};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::threshold::{Threshold, Thresholds, Used};

/// One rule about resources of the kind `K`.
pub(crate) struct Rule<K: 'static> {
    pub(crate) name: &'static str,
    pub(crate) severity: Severity,
    /// When there is a finding; the name of a threshold in braces stands for its value.
    pub(crate) finding: &'static str,
    /// The numbers in it that a caller can change.
    pub(crate) thresholds: &'static [Threshold],
    /// Where the defaults of the thresholds come from.
    pub(crate) source: &'static str,
    /// What it reads from CloudWatch first, if that is enough to tell most resources in which it finds nothing.
    pub(crate) sieve: Option<Sieve<K>>,
    /// What it reads from CloudWatch.
    pub(crate) needs: &'static [Need],
    /// Of which other types it reads the resources of the same region.
    pub(crate) beside: &'static [ResourceType],
    /// What also matters but can't be observed.
    pub(crate) not_observed: &'static [&'static str],
    /// Returns whether it applies to a resource, before anything is measured.
    pub(crate) applies: fn(&K) -> Result<bool, Reason>,
    /// Returns what it finds in a resource to which it applies.
    pub(crate) judge: fn(&Case<'_, K>) -> Result<Option<Finding>, Reason>,
}

/// What is read before the needs of a rule, and costs less: a coarse series, which several rules share.
#[derive(Debug)]
pub(crate) struct Sieve<K: 'static> {
    pub(crate) needs: &'static [Need],
    /// Returns whether there may be a finding. It never holds back a resource with one: where it can't tell, there may
    /// be one.
    pub(crate) passes: fn(&Case<'_, K>) -> Result<bool, Reason>,
}

/// The data of a rule of any kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About {
    pub(crate) name: &'static str,
    pub(crate) severity: Severity,
    pub(crate) finding: &'static str,
    pub(crate) thresholds: &'static [Threshold],
    pub(crate) source: &'static str,
    /// What its sieve reads.
    pub(crate) first: &'static [Need],
    pub(crate) needs: &'static [Need],
    pub(crate) beside: &'static [ResourceType],
    pub(crate) not_observed: &'static [&'static str],
}

impl About {
    /// Returns each of its thresholds in a request.
    pub(crate) fn used(&self, thresholds: &Thresholds) -> BTreeMap<&'static str, Used> {
        self.thresholds.iter().map(|threshold| (threshold.name, thresholds.used(self.name, threshold))).collect()
    }

    /// Returns those of its thresholds that the caller changed.
    pub(crate) fn changed(&self, thresholds: &Thresholds) -> BTreeMap<&'static str, Used> {
        let changed = self.thresholds.iter().filter(|threshold| thresholds.has_changed(self.name, threshold));
        changed.map(|threshold| (threshold.name, thresholds.used(self.name, threshold))).collect()
    }

    /// Returns when there is a finding, with the values of a request in place of the names.
    pub(crate) fn finding_in_words(&self, thresholds: &Thresholds) -> String {
        let with_value =
            |text: String, (name, used): (&str, Used)| text.replace(&format!("{{{name}}}"), &used.value.to_string());
        self.used(thresholds).into_iter().fold(self.finding.to_owned(), with_value)
    }
}

/// A rule of any kind, for the list of all rules. It is used as a trait object, since an enum would be one more list of
/// kinds to extend.
pub(crate) trait AnyRule: fmt::Debug + Sync {
    /// Returns its data.
    fn about(&self) -> About;

    /// Returns the type that it judges.
    fn resource_type(&self) -> ResourceType;

    /// Returns whether it applies to a resource; never to a resource of another type.
    fn applies(&self, resource: &Resource) -> Result<bool, Reason>;

    /// Returns whether there may be a finding in a resource to which it applies, by what was read first.
    fn passes(&self, resource: &Resource, evidence: Evidence<'_>) -> bool;

    /// Returns what it finds in a resource to which it applies.
    fn judge(&self, resource: &Resource, evidence: Evidence<'_>) -> Result<Option<Finding>, Reason>;
}

impl<K: OfKind> AnyRule for Rule<K> {
    fn about(&self) -> About {
        let Self { name, severity, finding, thresholds, source, needs, beside, not_observed, .. } = *self;
        let first = self.sieve.as_ref().map_or(&[][..], |sieve| sieve.needs);
        About { name, severity, finding, thresholds, source, first, needs, beside, not_observed }
    }

    fn resource_type(&self) -> ResourceType {
        K::RESOURCE_TYPE
    }

    fn applies(&self, resource: &Resource) -> Result<bool, Reason> {
        K::of(&resource.detail).map_or(Ok(false), self.applies)
    }

    fn passes(&self, resource: &Resource, evidence: Evidence<'_>) -> bool {
        let (Some(detail), Some(sieve)) = (K::of(&resource.detail), &self.sieve) else { return true };
        (sieve.passes)(&Case { rule: self.name, id: &resource.id, detail, evidence }).unwrap_or(true)
    }

    fn judge(&self, resource: &Resource, evidence: Evidence<'_>) -> Result<Option<Finding>, Reason> {
        let Some(detail) = K::of(&resource.detail) else { return Ok(None) };
        (self.judge)(&Case { rule: self.name, id: &resource.id, detail, evidence })
    }
}

impl<K> fmt::Debug for Rule<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rule").field("name", &self.name).finish_non_exhaustive()
    }
}

/// How much a finding matters; the worst comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    /// The resource fails, or will fail within days.
    Critical,
    /// The resource is slow for its users or rejects them.
    High,
    /// The resource may become slow or reject users, or costs much for nothing.
    Medium,
    /// The resource costs more than necessary.
    Low,
}

impl Severity {
    pub(crate) const ALL: [Self; 4] = [Self::Critical, Self::High, Self::Medium, Self::Low];
}

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

/// What a resource is judged by, in addition to its own fields.
#[derive(Debug)]
pub(crate) struct Evidence<'a> {
    pub(crate) thresholds: &'a Thresholds,
    pub(crate) as_of: Timestamp,
    pub(crate) beside: &'a Beside<'a>,
    pub(crate) readings: Vec<(&'static Need, Result<Reading<'a>, Reason>)>,
}

/// One resource, and its measurements.
#[derive(Debug)]
pub(crate) struct Case<'a, K> {
    /// The name of the rule that judges it.
    pub(crate) rule: &'static str,
    /// AWS's id of the resource.
    pub(crate) id: &'a str,
    /// The fields of its type.
    pub(crate) detail: &'a K,
    pub(crate) evidence: Evidence<'a>,
}

impl<'a, K> Case<'a, K> {
    /// Returns the value of a threshold of the rule in this request.
    pub(crate) fn threshold(&self, threshold: &Threshold) -> f64 {
        self.evidence.thresholds.value(self.rule, threshold)
    }

    /// Returns the value of a threshold that is a number of days.
    pub(crate) fn days(&self, threshold: &Threshold) -> u32 {
        let days = self.threshold(threshold);
        (0..=MONTH_DAYS).rev().find(|whole| f64::from(*whole) <= days).unwrap_or_default()
    }

    /// Returns the other resource with this id, or `None` if it does not exist; it is of a type that the rule reads
    /// [`beside`](Rule::beside) its own.
    pub(crate) fn other<Other: OfKind>(&self, id: &str) -> Result<Option<&'a Other>, Reason> {
        match self.evidence.beside.find(id) {
            Known::There(other) => Ok(Some(other)),
            Known::Gone => Ok(None),
            Known::Unknown => Err(Self::not_listed::<Other>()),
        }
    }

    /// Returns every resource with its id of a type that the rule reads [`beside`](Rule::beside) its own.
    pub(crate) fn others<Other: OfKind + 'a>(&self) -> Result<impl Iterator<Item = (&'a str, &'a Other)>, Reason> {
        self.evidence.beside.all().ok_or_else(Self::not_listed::<Other>)
    }

    /// Returns the status checks of the instance that is judged.
    pub(crate) fn status_checks(&self) -> Result<StatusChecks, Reason> {
        let unknown = || Reason::unknown("EC2 returned no status checks; the gaps have the reason");
        self.evidence.beside.status_checks(self.id).ok_or_else(unknown)
    }

    fn not_listed<Other: OfKind>() -> Reason {
        Reason::unknown(format!("not all {} of the region were listed; the gaps have the reason", Other::RESOURCE_TYPE))
    }

    /// Returns what was measured for a need of the rule.
    pub(crate) fn read(&self, need: &Need) -> Result<Reading<'a>, Reason> {
        let found = self.evidence.readings.iter().find(|(other, _)| *other == need);
        found.map_or_else(|| Err(Reason::not_measured(SeriesStatus::Missing)), |(_, reading)| reading.clone())
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

/// What a rule found.
#[derive(Debug, PartialEq)]
pub(crate) struct Finding {
    pub(crate) observed: Observed,
    /// What to do, in terms of this resource.
    pub(crate) recommendation: String,
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

/// Why a rule can't decide whether there is a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Reason {
    pub(crate) kind: ReasonKind,
    pub(crate) detail: String,
}

/// The kinds of reasons, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReasonKind {
    /// CloudWatch returned nothing, or not everything.
    NotMeasured,
    /// CloudWatch has too few datapoints: the resource is new, silent or often stopped.
    InsufficientData,
    /// The resource is not running, so its metrics mean nothing.
    NotRunning,
    /// AWS does not report something that the rule needs.
    Unknown,
}

impl Reason {
    pub(crate) fn new(kind: ReasonKind, detail: String) -> Self {
        Self { kind, detail }
    }

    pub(crate) fn unknown(detail: impl Into<String>) -> Self {
        Self::new(ReasonKind::Unknown, detail.into())
    }

    /// CloudWatch did not return all requested datapoints.
    pub(crate) fn not_measured(status: SeriesStatus) -> Self {
        let detail = match status {
            SeriesStatus::PartialData => "CloudWatch returned only a part of the datapoints",
            SeriesStatus::Forbidden => "the role may not read this metric",
            SeriesStatus::InternalError => "CloudWatch failed to read this metric",
            SeriesStatus::Missing | SeriesStatus::Complete => "CloudWatch returned nothing; the gaps have the reason",
        };
        Self::new(ReasonKind::NotMeasured, detail.to_owned())
    }
}
