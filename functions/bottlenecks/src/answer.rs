//! The data of a response: the findings, what could not be judged, and the counts of both.
//!
//! The findings come first, worst first, then what could not be judged; a page is a section of this sequence. The
//! summary counts all pages.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use api::ApiError;
use collector::window::Window;
use collector::{Inventory, Resource, ResourceType, Survey};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::judge::{Found, Judgement, NotJudged, Verdicts};
use crate::position::Position;
use crate::query::BottlenecksQuery;
use crate::reason::ReasonKind;
use crate::rule::{About, AnyRule, Severity};
use crate::rules;
use crate::threshold::{Thresholds, Used};

/// The `data` of a response.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Bottlenecks {
    /// The counts of all pages together.
    summary: Summary,
    /// Worst first.
    #[schemars(with = "Vec<FindingJson<'static>>")]
    findings: Vec<Box<RawValue>>,
    /// The resources that some rule could not judge, sorted by type, region and id.
    #[schemars(with = "Vec<NotJudgedJson<'static>>")]
    not_judged: Vec<Box<RawValue>>,
    /// The `cursor` of the next page; null on the last page.
    next_cursor: Option<String>,
    /// Every rule of the requested types, by name.
    rules: BTreeMap<&'static str, RuleText>,
}

/// The counts of all pages together.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "FindingsSummary")]
struct Summary {
    /// All findings.
    findings: usize,
    /// The findings of each severity.
    by_severity: BTreeMap<Severity, usize>,
    /// The findings of each rule that has any.
    by_rule: BTreeMap<&'static str, usize>,
    /// The counts of each requested type; null if nothing of it could be listed.
    by_type: BTreeMap<ResourceType, Option<OfType>>,
}

/// The number of resources of a type.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "FindingsOfType")]
struct OfType {
    /// All resources.
    resources: usize,
    /// Resources with at least one finding.
    with_findings: usize,
    /// Resources that at least one rule could not judge.
    not_judged: usize,
}

/// A rule, with the thresholds of this request.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Rule")]
struct RuleText {
    /// How much its findings matter.
    severity: Severity,
    /// When there is a finding, with the thresholds of this request.
    finding: String,
    /// The numbers in it that a caller can change, by name.
    thresholds: BTreeMap<&'static str, Used>,
    /// Where the defaults come from.
    source: &'static str,
}

impl Bottlenecks {
    /// The findings, and then what was not judged.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &RawValue> {
        self.findings.iter().chain(&self.not_judged).map(|json| &**json)
    }

    /// The cursor of the next page.
    pub(crate) fn next_cursor(&self) -> Option<&str> {
        self.next_cursor.as_deref()
    }
}

impl RuleText {
    fn of(rule: &dyn AnyRule, thresholds: &Thresholds) -> Self {
        let about = rule.about();
        let About { severity, source, .. } = about;
        Self { severity, finding: about.finding_in_words(thresholds), thresholds: about.used(thresholds), source }
    }
}

/// Returns the position of an entry in a response about `as_of`.
fn position(entry: &Entry<'_>, as_of: Timestamp) -> Position {
    let (rule, excess, resource, reason) = match entry {
        Entry::Found(found, _) => (found.rank, found.excess(), found.resource, None),
        Entry::NotJudged(not_judged) => (rules::ALL.len(), 0, not_judged.resource, Some(not_judged.reason)),
    };
    let (kind, region, id) = resource.position();
    let resource = (kind, region.map(str::to_owned), id.to_owned());
    Position { rule, excess: Reverse(excess), resource, reason, as_of }
}

/// One entry of a response.
#[derive(Debug, Clone, Copy)]
enum Entry<'a> {
    /// With the thresholds of the request.
    Found(&'a Found<'a>, &'a Thresholds),
    NotJudged(&'a NotJudged<'a>),
}

impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Found(found, thresholds) => FindingJson::of(found, thresholds).serialize(serializer),
            Self::NotJudged(not_judged) => NotJudgedJson::of(not_judged).serialize(serializer),
        }
    }
}

/// What a rule found in a resource.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
struct FindingJson<'a> {
    /// The name of the rule.
    rule: &'static str,
    /// How much it matters.
    severity: Severity,
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
    /// What would matter too and can't be seen from here, such as `memory`.
    not_observed: &'static [&'static str],
}

/// A resource that some rule could not judge, so that it is never reported as idle for lack of data.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "NotJudged")]
struct NotJudgedJson<'a> {
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
struct ResourceJson<'a> {
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
    fn of(Found { rule, resource, finding, .. }: &'a Found<'_>, thresholds: &Thresholds) -> Self {
        let about = rule.about();
        let About { name, severity, not_observed, .. } = about;
        let observed = &finding.observed;
        let window = |(Window { start, end, period }, _)| WindowJson { start, end, period_seconds: period };
        Self {
            rule: name,
            severity,
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
            not_observed,
        }
    }
}

impl<'a> NotJudgedJson<'a> {
    fn of(NotJudged { resource, reason, rules }: &'a NotJudged<'_>) -> Self {
        Self { resource: ResourceJson::of(resource), reason: *reason, rules }
    }
}

impl<'a> ResourceJson<'a> {
    fn of(resource: &'a Resource) -> Self {
        Self {
            resource_type: resource.resource_type(),
            id: &resource.id,
            region: resource.region.as_deref(),
            name: resource.name.as_deref(),
            arn: resource.arn.as_deref(),
        }
    }
}

impl Summary {
    fn of(inventory: &Inventory, Judgement { findings, not_judged }: &Judgement<'_>) -> Self {
        let mut by_severity: BTreeMap<_, _> = Severity::ALL.into_iter().map(|severity| (severity, 0)).collect();
        let mut by_rule = BTreeMap::new();
        for Found { rule, .. } in findings {
            count(&mut by_severity, rule.about().severity);
            count(&mut by_rule, rule.about().name);
        }
        let each_once = |resources: &mut dyn Iterator<Item = &Resource>| {
            let each: BTreeSet<_> = resources.map(Resource::position).collect();
            let mut of_types = BTreeMap::new();
            for (kind, ..) in each {
                count(&mut of_types, kind);
            }
            of_types
        };
        let resources = each_once(&mut inventory.resources.iter());
        let with_findings = each_once(&mut findings.iter().map(|found| found.resource));
        let unjudged = each_once(&mut not_judged.iter().map(|entry| entry.resource));
        let of_type = |kind| OfType {
            resources: resources.get(&kind).copied().unwrap_or_default(),
            with_findings: with_findings.get(&kind).copied().unwrap_or_default(),
            not_judged: unjudged.get(&kind).copied().unwrap_or_default(),
        };
        let by_type = inventory.types.iter().map(|kind| (*kind, inventory.knows_type(*kind).then(|| of_type(*kind))));
        Self { findings: findings.len(), by_severity, by_rule, by_type: by_type.collect() }
    }
}

fn count<K: Ord>(counts: &mut BTreeMap<K, usize>, key: K) {
    let count = counts.entry(key).or_insert(0);
    *count = count.saturating_add(1);
}

/// Returns the requested page of the results.
pub(crate) fn shape(survey: &Survey<Verdicts>, query: &BottlenecksQuery) -> Result<Bottlenecks, ApiError> {
    let judgement = Judgement::of(survey);
    let found = judgement.findings.iter().map(|found| Entry::Found(found, &query.thresholds));
    let entries = found.chain(judgement.not_judged.iter().map(Entry::NotJudged));
    let page = query.paging.cut(entries, |entry| position(entry, query.windows.now))?;
    let (mut findings, mut not_judged) = (Vec::new(), Vec::new());
    for (entry, json) in page.items {
        match entry {
            Entry::Found(..) => findings.push(json),
            Entry::NotJudged(_) => not_judged.push(json),
        }
    }
    let types = &survey.inventory.types;
    let rules = rules::ALL.iter().copied().filter(|rule| types.contains(&rule.resource_type()));
    Ok(Bottlenecks {
        summary: Summary::of(&survey.inventory, &judgement),
        findings,
        not_judged,
        next_cursor: page.next_cursor,
        rules: rules.map(|rule| (rule.about().name, RuleText::of(rule, &query.thresholds))).collect(),
    })
}
