//! The data of a response: the findings, what could not be judged, what is suppressed, and the counts of each.
//!
//! The findings come first, worst first, then what could not be judged, then what is suppressed; a page is a section of
//! this sequence. The summary counts all pages, and no suppressed findings.

mod advice;
mod entries;
mod exceptions;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use api::{ApiError, Format};
use collector::{Inventory, Resource, ResourceType};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::advice::Advice;
pub use crate::answer::advice::BottlenecksCoverage;
use crate::answer::advice::{AdviceJson, PurchasesJson};
use crate::answer::entries::{FindingJson, NotJudgedJson, SuppressedJson};
use crate::answer::exceptions::ExceptionsJson;
use crate::exceptions::Exceptions;
use crate::judge::{Found, Judgement, NotJudged, Sort, Suppressed};
use crate::position::Position;
use crate::query::BottlenecksQuery;
use crate::rule::{About, Category, Described, Finder, Severity};
use crate::savings::Sums;
use crate::threshold::{Thresholds, Used};
use crate::{aws_rules, rules};

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
    /// The findings that exceptions suppress; nothing else in a response counts them.
    suppressed: SuppressedFindings,
    /// The exceptions that suppress nothing, or not all that they are about.
    exceptions: ExceptionsJson,
    /// The commitments that AWS recommends to buy, which no other sum contains; absent if AWS's own recommendations are
    /// unknown or no part of the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    purchases: Option<PurchasesJson>,
    /// The `cursor` of the next page; null on the last page.
    next_cursor: Option<String>,
    /// Every rule of the requested types, by name, and those of AWS's own recommendations that have findings.
    rules: BTreeMap<&'static str, RuleText>,
}

/// The findings that exceptions suppress; nothing else in a response counts them.
#[derive(Debug, Serialize, JsonSchema)]
struct SuppressedFindings {
    /// How many there are on all pages together.
    count: usize,
    /// How many there are of each rule that has any.
    by_rule: BTreeMap<&'static str, usize>,
    /// Those of this page, worst first; they follow after all findings and all that was not judged.
    #[schemars(with = "Vec<SuppressedJson<'static>>")]
    findings: Vec<Box<RawValue>>,
}

/// The counts of all pages together.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "FindingsSummary")]
struct Summary {
    /// All findings.
    findings: usize,
    /// The findings of each severity.
    by_severity: BTreeMap<Severity, usize>,
    /// The findings of each category.
    by_category: BTreeMap<Category, usize>,
    /// The findings of each rule that has any.
    by_rule: BTreeMap<&'static str, usize>,
    /// The counts of each requested type; null if nothing of it could be listed.
    by_type: BTreeMap<ResourceType, Option<OfType>>,
    /// What the findings save together; absent with `savings=none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    savings: Option<Sums>,
    /// How many recommendations AWS itself has, and what became of them; absent if they are unknown or no part of the
    /// response.
    #[serde(skip_serializing_if = "Option::is_none")]
    aws_recommendations: Option<AdviceJson>,
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
    /// What its findings are about.
    category: Category,
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

    /// The suppressed findings.
    pub(crate) fn suppressed(&self) -> impl Iterator<Item = &RawValue> {
        self.suppressed.findings.iter().map(|json| &**json)
    }

    /// The cursor of the next page.
    pub(crate) fn next_cursor(&self) -> Option<&str> {
        self.next_cursor.as_deref()
    }
}

impl RuleText {
    fn of(rule: &dyn Described, thresholds: &Thresholds) -> Self {
        let about = rule.about();
        let About { severity, category, source, .. } = about;
        Self {
            severity,
            category,
            finding: about.finding_in_words(thresholds),
            thresholds: about.used(thresholds),
            source,
        }
    }
}

/// Returns the position of an entry in a response about `as_of`.
fn position(entry: &Entry<'_>, sort: Sort, as_of: Timestamp) -> Position {
    let saved = match entry {
        Entry::Found(found, _) if sort == Sort::Savings => found.saved_micro_usd(),
        _ => 0,
    };
    let (rule, excess, resource, reason) = match entry {
        Entry::Found(found, _) => (found.rank, found.excess(), found.resource, None),
        Entry::NotJudged(not_judged) => (aws_rules::ranks(), 0, not_judged.resource, Some(not_judged.reason)),
        Entry::Suppressed(Suppressed { found, .. }, ..) => {
            let after_all = aws_rules::ranks().saturating_add(1);
            (after_all.saturating_add(found.rank), found.excess(), found.resource, None)
        }
    };
    let (kind, region, id) = resource.position();
    let resource = (kind, region.map(str::to_owned), id.to_owned());
    Position { saved: Reverse(saved), rule, excess: Reverse(excess), resource, reason, as_of }
}

/// One entry of a response.
#[derive(Debug, Clone, Copy)]
enum Entry<'a> {
    /// With the thresholds of the request.
    Found(&'a Found<'a>, &'a Thresholds),
    NotJudged(&'a NotJudged<'a>),
    /// Whether it is shown whole, and the thresholds of the request.
    Suppressed(&'a Suppressed<'a>, bool, &'a Thresholds),
}

impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Found(found, thresholds) => FindingJson::of(found, thresholds).serialize(serializer),
            Self::NotJudged(not_judged) => NotJudgedJson::of(not_judged).serialize(serializer),
            Self::Suppressed(suppressed, whole, thresholds) => {
                SuppressedJson::of(suppressed, *whole, thresholds).serialize(serializer)
            }
        }
    }
}

impl Summary {
    fn of(
        inventory: &Inventory,
        Judgement { findings, not_judged, .. }: &Judgement<'_>,
        savings: Option<Sums>,
        aws_recommendations: Option<AdviceJson>,
    ) -> Self {
        let mut by_severity: BTreeMap<_, _> = Severity::ALL.into_iter().map(|severity| (severity, 0)).collect();
        let mut by_category: BTreeMap<_, _> = Category::ALL.into_iter().map(|category| (category, 0)).collect();
        let mut by_rule = BTreeMap::new();
        for Found { rule, .. } in findings {
            count(&mut by_category, rule.about().category);
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
        Self {
            findings: findings.len(),
            by_severity,
            by_category,
            by_rule,
            by_type: by_type.collect(),
            savings,
            aws_recommendations,
        }
    }
}

impl SuppressedFindings {
    fn of(judgement: &Judgement<'_>, findings: Vec<Box<RawValue>>) -> Self {
        let mut by_rule = BTreeMap::new();
        for Suppressed { found, .. } in &judgement.suppressed {
            count(&mut by_rule, found.rule.about().name);
        }
        Self { count: judgement.suppressed.len(), by_rule, findings }
    }
}

fn count<K: Ord>(counts: &mut BTreeMap<K, usize>, key: K) {
    let count = counts.entry(key).or_insert(0);
    *count = count.saturating_add(1);
}

/// Returns the requested page of the results.
pub(crate) fn shape(
    inventory: &Inventory,
    exceptions: &Exceptions,
    judgement: &Judgement<'_>,
    advice: &Advice<'_>,
    query: &BottlenecksQuery,
) -> Result<Bottlenecks, ApiError> {
    let (thresholds, whole) = (&query.thresholds, query.shows_suppressed);
    let found = judgement.findings.iter().map(|found| Entry::Found(found, thresholds));
    // A table has no place for what is suppressed, unless that is requested.
    let suppressed = judgement.suppressed.iter().filter(|_| whole || query.format == Format::Json);
    let suppressed = suppressed.map(|suppressed| Entry::Suppressed(suppressed, whole, thresholds));
    let entries = found.chain(judgement.not_judged.iter().map(Entry::NotJudged)).chain(suppressed);
    let page = query.paging.cut(entries, |entry| position(entry, query.sort, query.windows.now))?;
    let (mut findings, mut not_judged, mut suppressed) = (Vec::new(), Vec::new(), Vec::new());
    for (entry, json) in page.items {
        match entry {
            Entry::Found(..) => findings.push(json),
            Entry::NotJudged(_) => not_judged.push(json),
            Entry::Suppressed(..) => suppressed.push(json),
        }
    }
    let savings = query.has_savings.then(|| Sums::of(&judgement.findings, exceptions.account()));
    let types = &inventory.types;
    let rules = types.iter().flat_map(|kind| rules::chosen(*kind, &query.categories));
    let rules = rules.map(|(_, rule)| -> &dyn Described { rule });
    let suppressed_rules = judgement.suppressed.iter().map(|suppressed| suppressed.found.rule);
    let with_findings = judgement.findings.iter().map(|found| found.rule).chain(suppressed_rules);
    let of_aws = with_findings.filter(|rule| rule.finder() == Finder::CostOptimizationHub);
    Ok(Bottlenecks {
        summary: Summary::of(inventory, judgement, savings, AdviceJson::of(advice)),
        findings,
        not_judged,
        suppressed: SuppressedFindings::of(judgement, suppressed),
        exceptions: ExceptionsJson::of(inventory, exceptions, judgement),
        purchases: PurchasesJson::of(advice),
        next_cursor: page.next_cursor,
        rules: rules.chain(of_aws).map(|rule| (rule.about().name, RuleText::of(rule, thresholds))).collect(),
    })
}
