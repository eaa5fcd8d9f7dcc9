//! The entries of a response as JSON: findings, resources that were not judged, and suppressed findings.

use std::collections::BTreeMap;

use collector::price::{Cost, Unpriced};
use collector::window::Window;
use collector::{Resource, ResourceType};
use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use super::advice::AwsJson;
use crate::exceptions::{By, NotApplied, WhyNot};
use crate::judge::{Found, NotJudged, Suppressed};
use crate::reason::ReasonKind;
use crate::remediation::Remediation;
use crate::rule::{About, Category, Finder, Severity};
use crate::threshold::{Thresholds, Used};

/// What a rule found in a resource.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
pub(super) struct FindingJson<'a> {
    /// The name of the rule.
    rule: &'static str,
    /// How much it matters.
    severity: Severity,
    /// What it is about.
    category: Category,
    /// Who found it: a rule of this project, or AWS itself.
    source: Finder,
    /// The resource.
    resource: ResourceJson<'a>,
    /// What was observed: a metric by its short name, or a value that was computed, such as `days_stopped`.
    metric: &'static str,
    /// CloudWatch's statistic; null for a value that is not a metric.
    statistic: Option<&'static str>,
    /// The value that decided, in `unit`. Where several datapoints in a row must be past the threshold, it is the one
    /// nearest to it.
    observed: f64,
    /// What it was compared with, in `unit`.
    threshold: f64,
    /// The thresholds of the rule that this request changed, by name; absent if it changed none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    changed_thresholds: BTreeMap<&'static str, Used>,
    /// The unit of `observed` and `threshold`, such as `Percent`.
    unit: &'static str,
    /// The time range that was read; null for a value that is not a metric.
    window: Option<WindowJson>,
    /// How many datapoints it has; null for a value that is not a metric.
    coverage: Option<CoverageJson>,
    /// What to do.
    recommendation: &'a str,
    /// What the recommendation saves; absent if that is unknown, and for what is not about money.
    #[serde(skip_serializing_if = "Option::is_none")]
    savings: Option<&'a Cost>,
    /// Whether it is the finding of the resource whose saving counts in sums; absent if there is no figure.
    #[serde(skip_serializing_if = "Option::is_none")]
    savings_counted: Option<bool>,
    /// Why it is unknown what the recommendation saves.
    #[serde(skip_serializing_if = "Option::is_none")]
    savings_unknown: Option<&'a Unpriced>,
    /// What AWS itself recommends for the resource; absent if it recommends nothing, or that is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    aws_recommendation: Option<AwsJson<'a>>,
    /// The commands that do it.
    remediation: Remediation,
    /// What would matter too and can't be seen from here, such as `memory`.
    not_observed: &'static [&'static str],
    /// The exception that is about this finding and does not suppress it; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    exception: Option<NotAppliedJson<'a>>,
}

/// An exception that does not suppress a finding.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ExceptionNotApplied")]
struct NotAppliedJson<'a> {
    /// Where the exception is from.
    by: By,
    /// The parameter that lists it; null for a tag.
    parameter: Option<&'a str>,
    /// Why the finding is shown, for programs.
    why: WhyNot,
    /// The reason that it gives; null if it is invalid.
    reason: Option<&'a str>,
    /// Its last day, in UTC; null if it is invalid.
    until: Option<Date>,
    /// Why the finding is shown, for people.
    message: &'a str,
}

/// A finding that an exception suppresses.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SuppressedFinding")]
pub(super) struct SuppressedJson<'a> {
    /// The resource.
    resource: ResourceJson<'a>,
    /// The name of the rule.
    rule: &'static str,
    /// How much the finding matters.
    severity: Severity,
    /// Where the exception is from.
    by: By,
    /// The parameter that lists the exception; null for a tag.
    parameter: Option<&'a str>,
    /// The reason that the exception gives.
    reason: &'a str,
    /// Its last day, in UTC.
    until: Date,
    /// The whole finding; absent without `suppressed=show`.
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<FindingJson<'a>>,
}

/// A resource that some rule could not judge, so that it is never reported as idle for lack of data.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "NotJudged")]
pub(super) struct NotJudgedJson<'a> {
    /// The resource.
    resource: ResourceJson<'a>,
    /// Why. A resource has an entry for each reason.
    reason: ReasonKind,
    /// What each of the rules lacks, by the name of the rule.
    rules: &'a BTreeMap<&'static str, &'a str>,
}

/// What names a resource.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ResourceOfFinding")]
pub(super) struct ResourceJson<'a> {
    /// Its type.
    resource_type: ResourceType,
    /// Its id, as in `/resources`.
    id: &'a str,
    /// Its region.
    region: Option<&'a str>,
    /// The tag `Name`, or the id if the id is a name; null if it has none, or if tags are unavailable.
    name: Option<&'a str>,
    /// Its ARN; null if it is built from the account and STS did not return the account.
    arn: Option<&'a str>,
}

/// The time range that a rule read.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "WindowOfFinding")]
struct WindowJson {
    /// The start of the first period.
    start: Timestamp,
    /// The end, exclusive.
    end: Timestamp,
    /// The length of a period, in seconds.
    period_seconds: u32,
}

/// The datapoints of a window.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CoverageOfFinding")]
struct CoverageJson {
    /// How many there can be.
    expected: usize,
    /// How many there are.
    found: usize,
}

impl<'a> FindingJson<'a> {
    pub(super) fn of(found: &'a Found<'_>, thresholds: &Thresholds) -> Self {
        let Found { rule, resource, finding, exception, advised, saved, counts, .. } = found;
        let about = rule.about();
        let About { name, severity, category, not_observed, .. } = about;
        let observed = &finding.observed;
        let window = |(Window { start, end, period }, _)| WindowJson { start, end, period_seconds: period };
        Self {
            rule: name,
            severity,
            category,
            source: rule.finder(),
            resource: ResourceJson::of(resource),
            metric: observed.metric,
            statistic: observed.statistic,
            observed: observed.value,
            threshold: observed.threshold,
            changed_thresholds: about.changed(thresholds),
            unit: observed.unit,
            window: observed.over.map(window),
            coverage: observed.over.map(|(window, found)| CoverageJson { expected: window.periods(), found }),
            recommendation: &finding.recommendation,
            savings: saved.as_ref().and_then(|saved| saved.as_ref().ok()),
            savings_counted: saved.as_ref().and_then(|saved| saved.is_ok().then_some(*counts)),
            savings_unknown: saved.as_ref().and_then(|saved| saved.as_ref().err()),
            aws_recommendation: advised.map(AwsJson::of),
            remediation: rule.remediation(resource, finding),
            not_observed,
            exception: exception.as_ref().map(NotAppliedJson::of),
        }
    }
}

impl<'a> NotAppliedJson<'a> {
    fn of(NotApplied { by, parameter, why, term, message }: &'a NotApplied<'_>) -> Self {
        let (reason, until) = (term.map(|term| term.reason), term.map(|term| term.until));
        Self { by: *by, parameter: *parameter, why: *why, reason, until, message }
    }
}

impl<'a> SuppressedJson<'a> {
    /// Returns the entry, with the whole finding if `whole`.
    pub(super) fn of(Suppressed { found, by }: &'a Suppressed<'_>, whole: bool, thresholds: &Thresholds) -> Self {
        let About { name, severity, .. } = found.rule.about();
        Self {
            resource: ResourceJson::of(found.resource),
            rule: name,
            severity,
            by: by.by,
            parameter: by.parameter,
            reason: by.term.reason,
            until: by.term.until,
            finding: whole.then(|| FindingJson::of(found, thresholds)),
        }
    }
}

impl<'a> NotJudgedJson<'a> {
    pub(super) fn of(NotJudged { resource, reason, rules }: &'a NotJudged<'_>) -> Self {
        Self { resource: ResourceJson::of(resource), reason: *reason, rules }
    }
}

impl<'a> ResourceJson<'a> {
    pub(super) fn of(resource: &'a Resource) -> Self {
        Self {
            resource_type: resource.resource_type(),
            id: &resource.id,
            region: resource.region.as_deref(),
            name: resource.name.as_deref(),
            arn: resource.arn.as_deref(),
        }
    }
}
