//! AWS's own recommendations beside the findings.
//!
//! A recommendation for a resource in which a rule about money found something is shown beside the resource's findings,
//! and the rule's figure counts. For any other resource it is a finding of its own, by AWS's figure: also where a rule
//! found the resource slow or failing, so that the sums are the same with and without those rules. It names them then,
//! since a smaller size does not help what is slow. Of several
//! recommendations for a resource, the one that saves most is shown. What is to be bought (a Savings Plan, a reservation)
//! is of no single resource and has a sum of its own. Every recommendation is one of these, or counted with the reason why
//! it is not shown.
//!
//! A resource is recognised by its ARN, or where AWS has another one there, by its type, region and id.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use collector::price::{Cost, Usd};
use collector::recommendation::{Recommendation, Recommendations};
use collector::{Resource, ResourceType, Survey};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::aws_rules::{self, AwsRule};
use crate::exceptions::Exceptions;
use crate::judge::{Advised, Found, Judgement, Verdicts};
use crate::query::BottlenecksQuery;
use crate::reading::Observed;
use crate::rule::{Category, Finding, Saving};

/// What was compared by a recommendation.
const METRIC: &str = "aws_monthly_savings";
const UNIT: &str = "USD";

/// The states of what is deleted, or is about to be. AWS makes recommendations once a day, and lists instances and NAT
/// gateways for an hour after they are gone.
const DELETED: [&str; 4] = ["deleted", "deleting", "terminated", "shutting-down"];

/// What names a resource: its type, region and id.
type Key<'a> = (ResourceType, Option<&'a str>, &'a str);

/// A recommendation that is a finding.
#[derive(Debug)]
pub(crate) struct Own<'a> {
    pub(crate) rule: &'static AwsRule,
    /// The rank of the rule among all.
    pub(crate) rank: usize,
    /// The resource of the inventory, or as the recommendation names it.
    pub(crate) resource: Cow<'a, Resource>,
    pub(crate) finding: Finding,
    pub(crate) advised: Advised<'a>,
}

/// Why a recommendation is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "WhyNotShown")]
pub(crate) enum WhyNotShown {
    /// Its resource is in a region that the request does not name.
    OtherRegion,
    /// Its resource is of a type that the request does not name.
    OtherType,
    /// Its resource was not listed: it was deleted since AWS made the recommendation, or a gap has the reason.
    NotListed,
    /// Its resource was deleted, and AWS lists it for a while longer.
    Deleted,
    /// Another one for the same resource saves more.
    SavesLess,
    /// AWS returned no figure in US dollars above zero, and no rule about money found anything in its resource.
    NoFigure,
    /// It names neither a resource nor what is to be bought.
    NoResource,
}

/// What becomes of AWS's recommendations.
#[derive(Debug, Default)]
pub(crate) struct Advice<'a> {
    /// What AWS returned; `None` if it was not asked.
    found: Option<&'a Recommendations>,
    /// Those for resources in which rules about money found something.
    beside: HashMap<Key<'a>, Advised<'a>>,
    /// Those that are findings, sorted by resource.
    pub(crate) own: Vec<Own<'a>>,
    /// What is to be bought, dearest first.
    pub(crate) purchases: Vec<&'a Recommendation>,
    pub(crate) not_shown: BTreeMap<WhyNotShown, usize>,
}

/// A recommendation for a resource.
struct For<'a> {
    recommendation: &'a Recommendation,
    resource: Cow<'a, Resource>,
    /// Whether a rule about money found something in it.
    wastes: bool,
    /// The other rules that found something in it.
    slow: Vec<&'static str>,
}

impl<'a> Advice<'a> {
    /// Sorts the recommendations by what becomes of them.
    pub(crate) fn of(found: &'a Recommendations, survey: &'a Survey<Verdicts>, query: &BottlenecksQuery) -> Self {
        let mut advice = Self { found: Some(found), ..Self::default() };
        if found.all().is_empty() {
            return advice;
        }
        let known = Known::of(survey);
        let mut best: BTreeMap<(ResourceType, Option<String>, String), For<'a>> = BTreeMap::new();
        for recommendation in found.all() {
            if recommendation.is_purchase() {
                advice.purchases.push(recommendation);
                continue;
            }
            let about = match known.resource_of(recommendation, query) {
                Ok(about) => about,
                Err(why) => {
                    advice.leave_out(why);
                    continue;
                }
            };
            let (kind, region, id) = about.resource.position();
            let key = (kind, region.map(str::to_owned), id.to_owned());
            let Some(other) = best.get_mut(&key) else {
                best.insert(key, about);
                continue;
            };
            if saves_more(recommendation, other.recommendation) {
                *other = about;
            }
            advice.leave_out(WhyNotShown::SavesLess);
        }
        for about in best.into_values() {
            advice.show(about, found, query.windows.now);
        }
        advice.purchases.sort_by(|a, b| b.monthly_usd.cmp(&a.monthly_usd).then_with(|| a.id.cmp(&b.id)));
        advice
    }

    /// Returns the recommendation for a resource in which a rule about money found something.
    pub(crate) fn beside(&self, resource: &Resource) -> Option<Advised<'a>> {
        self.beside.get(&resource.position()).copied()
    }

    /// Returns how many there are for resources in which rules about money found something.
    pub(crate) fn count_beside(&self) -> usize {
        self.beside.len()
    }

    /// Returns what AWS returned; `None` if it was not asked, or that is unknown.
    pub(crate) fn known(&self) -> Option<&'a Recommendations> {
        self.found.filter(|found| found.is_enrolled() == Some(true))
    }

    /// Adds the recommendation for a resource, in a response at `now`.
    fn show(&mut self, about: For<'a>, found: &Recommendations, now: Timestamp) {
        let For { recommendation, resource, wastes, slow } = about;
        let advised = Advised { recommendation, discounts: found.preferences.discounts };
        if wastes {
            // What has findings is of the inventory.
            if let Cow::Borrowed(resource) = resource {
                self.beside.insert(resource.position(), advised);
            }
            return;
        }
        let Some(saved) = recommendation.monthly_usd.filter(|saved| *saved > Usd::default()) else {
            self.leave_out(WhyNotShown::NoFigure);
            return;
        };
        let region = resource.region.clone().unwrap_or_default();
        let cost = Cost::by(found.basis(), saved, region, recommendation.refreshed_at.unwrap_or(now));
        let (rank, rule) = aws_rules::of(&recommendation.action);
        let observed =
            Observed { metric: METRIC, statistic: None, value: saved.to_f64(), threshold: 0.0, unit: UNIT, over: None };
        let finding = Finding {
            saves: Saving::Known(Box::new(cost)),
            observed,
            recommendation: rule.recommendation(recommendation, &slow),
        };
        self.own.push(Own { rule, rank, resource, finding, advised });
    }

    fn leave_out(&mut self, why: WhyNotShown) {
        let count = self.not_shown.entry(why).or_default();
        *count = count.saturating_add(1);
    }
}

impl<'a> Judgement<'a> {
    /// Returns the same results with AWS's own recommendations: beside the findings, and as findings.
    pub(crate) fn with(mut self, advice: &'a Advice<'a>, exceptions: &'a Exceptions) -> Self {
        let suppressed = self.suppressed.iter_mut().map(|suppressed| &mut suppressed.found);
        for found in self.findings.iter_mut().chain(suppressed) {
            found.advised = advice.beside(found.resource);
        }
        for Own { rule, rank, resource, finding, advised } in &advice.own {
            let found = Found::by(*rule, *rank, resource, finding);
            self.add(Found { advised: Some(*advised), ..found }, exceptions);
        }
        self.sort_worst_first();
        self
    }
}

/// Returns whether a recommendation saves more than another one for the same resource.
fn saves_more(one: &Recommendation, other: &Recommendation) -> bool {
    (one.monthly_usd, &other.id) > (other.monthly_usd, &one.id)
}

/// The resources of the inventory, as recommendations name them.
struct Known<'a> {
    survey: &'a Survey<Verdicts>,
    by_arn: HashMap<&'a str, usize>,
    by_id: HashMap<Key<'a>, usize>,
}

impl<'a> Known<'a> {
    fn of(survey: &'a Survey<Verdicts>) -> Self {
        let resources = || survey.inventory.resources.iter().enumerate();
        let by_arn = resources().filter_map(|(index, resource)| Some((resource.arn.as_deref()?, index)));
        let by_id = resources().map(|(index, resource)| (resource.position(), index));
        Self { survey, by_arn: by_arn.collect(), by_id: by_id.collect() }
    }

    /// Returns the resource of a recommendation, or why the recommendation is not shown.
    fn resource_of(
        &self,
        recommendation: &'a Recommendation,
        query: &BottlenecksQuery,
    ) -> Result<For<'a>, WhyNotShown> {
        let named = Resource::recommended(recommendation).ok_or(WhyNotShown::NoResource)?;
        let of_arn = named.arn.as_deref().and_then(|arn| self.by_arn.get(arn));
        let inventory = &self.survey.inventory;
        if let Some(index) = of_arn.or_else(|| self.by_id.get(&named.position()))
            && let Some(resource) = inventory.resources.get(*index)
        {
            let verdicts = self.survey.read.get(*index).into_iter().flatten();
            let found = verdicts.filter(|of| of.result.is_ok()).map(|of| of.rule.about());
            let (about_money, slow): (Vec<_>, Vec<_>) =
                found.partition(|rule| rule.category == Category::CostOptimizing);
            let wastes = !about_money.is_empty();
            if !wastes && resource.state().is_some_and(|state| DELETED.contains(&state)) {
                return Err(WhyNotShown::Deleted);
            }
            let slow = slow.into_iter().map(|rule| rule.name).collect();
            return Ok(For { recommendation, resource: Cow::Borrowed(resource), wastes, slow });
        }
        if named.region.as_ref().is_some_and(|region| !inventory.regions.contains(region)) {
            Err(WhyNotShown::OtherRegion)
        } else if inventory.types.contains(&named.resource_type()) {
            Err(WhyNotShown::NotListed)
        } else if query.has_all_types {
            Ok(For { recommendation, resource: Cow::Owned(named), wastes: false, slow: Vec::new() })
        } else {
            Err(WhyNotShown::OtherType)
        }
    }
}
