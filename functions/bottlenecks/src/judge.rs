//! Applies every rule of its type to each resource, and sorts the results.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use collector::price::{Cost, Unpriced};
use collector::recommendation::{Discounts, Recommendation};
use collector::{Beside, Judge, Measurement, Resource, Series, Survey};

use crate::exceptions::{Applied, Decision, Exceptions, NotApplied};
use crate::needs::Plan;
use crate::reading::Windows;
use crate::reason::{Reason, ReasonKind};
use crate::rule::{AnyRule, Category, Described, Evidence, Finding};
use crate::rules;
use crate::threshold::Thresholds;

/// The result of a rule for a resource.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) rule: &'static dyn AnyRule,
    /// The rule's rank among all.
    rank: usize,
    /// What is wrong, or why the rule can't decide.
    pub(crate) result: Result<Finding, Reason>,
}

/// The results of all rules for a resource. Most have none, and a vector would reserve space for four.
pub(crate) type Verdicts = Box<[Verdict]>;

/// The rules, with the thresholds and the windows of one request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules<'a> {
    /// The categories whose rules are applied.
    pub(crate) categories: &'a [Category],
    pub(crate) thresholds: &'a Thresholds,
    pub(crate) windows: &'a Windows,
}

impl Judge for Rules<'_> {
    type Verdict = Verdicts;

    fn needs_status_checks(&self, resource: &Resource) -> bool {
        rules::reads_status_checks(resource, self.categories)
    }

    fn first(&self, resource: &Resource) -> Vec<Measurement> {
        Plan::first(resource, self.categories).measurements(resource, self.windows)
    }

    fn then(&self, resource: &Resource, first: &[Series]) -> Vec<Measurement> {
        Plan::then(resource, first, self.categories, self.thresholds, self.windows).measurements(resource, self.windows)
    }

    /// Applies the rules to one resource, its measurements and what is beside it. A rule that finds nothing has no
    /// verdict.
    fn judge(&self, resource: &Resource, first: &[Series], then: &[Series], beside: &Beside<'_>) -> Verdicts {
        let Self { categories, thresholds, windows } = self;
        let sieves = Plan::first(resource, categories);
        let plan = Plan::then(resource, first, categories, thresholds, windows);
        let of_rule = |(rank, rule): (usize, &'static dyn AnyRule)| {
            let judged = rule.applies(resource).and_then(|applies| {
                if !applies || !sieves.may_find(rule, resource, first, thresholds, windows) {
                    return Ok(None);
                }
                let about = rule.about();
                let readings =
                    sieves.readings(about.first, first, windows).chain(plan.readings(about.needs, then, windows));
                rule.judge(
                    resource,
                    Evidence { thresholds, as_of: windows.as_of(), beside, readings: readings.collect() },
                )
            });
            Some(Verdict { rule, rank, result: judged.transpose()? })
        };
        rules::chosen(resource.resource_type(), categories).filter_map(of_rule).collect()
    }
}

/// A recommendation of AWS for a resource, and whether its figure counts discounts; `None` if that is unknown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Advised<'a> {
    pub(crate) recommendation: &'a Recommendation,
    pub(crate) discounts: Option<Discounts>,
}

/// What a finding saves: nothing if it is not about money.
pub(crate) type Saved = Option<Result<Cost, Unpriced>>;

/// What a rule found in a resource.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    pub(crate) rule: &'static dyn Described,
    /// The rule's rank among all.
    pub(crate) rank: usize,
    pub(crate) resource: &'a Resource,
    pub(crate) finding: &'a Finding,
    /// The exception that is about it, and does not suppress it.
    pub(crate) exception: Option<NotApplied<'a>>,
    /// What AWS recommends for the resource.
    pub(crate) advised: Option<Advised<'a>>,
    /// What it saves; nothing before prices are known.
    pub(crate) saved: Saved,
    /// Whether that is what counts of the resource.
    pub(crate) counts: bool,
}

impl<'a> Found<'a> {
    /// Creates what a rule found, before anything else is known about it.
    pub(crate) fn by(rule: &'static dyn Described, rank: usize, resource: &'a Resource, finding: &'a Finding) -> Self {
        Self { rule, rank, resource, finding, exception: None, advised: None, saved: None, counts: false }
    }

    /// Returns how far the value is past the threshold, as the bits of a positive float, which sort like the number.
    pub(crate) fn excess(&self) -> u64 {
        (self.finding.observed.value - self.finding.observed.threshold).abs().to_bits()
    }

    /// Returns what it saves in millionths of a dollar; 0 if that is nothing or unknown.
    pub(crate) fn saved_micro_usd(&self) -> u64 {
        self.saved.as_ref().and_then(|saved| saved.as_ref().ok()).map_or(0, |cost| cost.monthly_usd.micro_usd())
    }
}

/// Worst first: by rule, and within a rule by the distance to the threshold. Sorts are stable, so findings that are equal
/// in both remain in the inventory's order.
fn worst_first(found: &Found<'_>) -> (usize, Reverse<u64>) {
    (found.rank, Reverse(found.excess()))
}

/// The order of the findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Sort {
    /// Worst first.
    Severity,
    /// What saves most first, then the others, worst first.
    Savings,
}

/// A finding that an exception suppresses.
#[derive(Debug)]
pub(crate) struct Suppressed<'a> {
    pub(crate) found: Found<'a>,
    pub(crate) by: Applied<'a>,
}

/// The rules that could not judge a resource for one kind of reason, each with what it lacks.
#[derive(Debug)]
pub(crate) struct NotJudged<'a> {
    pub(crate) resource: &'a Resource,
    pub(crate) reason: ReasonKind,
    pub(crate) rules: BTreeMap<&'static str, &'a str>,
}

/// The results of all rules for all resources.
#[derive(Debug, Default)]
pub(crate) struct Judgement<'a> {
    /// Worst first.
    pub(crate) findings: Vec<Found<'a>>,
    /// Sorted by resource.
    pub(crate) not_judged: Vec<NotJudged<'a>>,
    /// Worst first.
    pub(crate) suppressed: Vec<Suppressed<'a>>,
}

impl<'a> Judgement<'a> {
    /// Sorts the verdicts of a survey, and separates what exceptions suppress.
    pub(crate) fn of(survey: &'a Survey<Verdicts>, exceptions: &'a Exceptions) -> Self {
        let mut all = Self::default();
        for (resource, verdicts) in survey.inventory.resources.iter().zip(&survey.read) {
            for Verdict { rule, rank, result } in verdicts {
                match result {
                    Ok(finding) => {
                        all.add(Found::by(*rule, *rank, resource, finding), exceptions);
                    }
                    Err(reason) => all.could_not(resource, reason, rule.about().name),
                }
            }
        }
        all.sort_worst_first();
        all.not_judged.sort_by(|a, b| (a.resource.position(), a.reason).cmp(&(b.resource.position(), b.reason)));
        all
    }

    /// Adds what was found, unless an exception suppresses it.
    pub(crate) fn add(&mut self, found: Found<'a>, exceptions: &'a Exceptions) {
        match exceptions.decide(found.resource, &found.rule.about()) {
            Decision::Shown => self.findings.push(found),
            Decision::ShownAnyway(exception) => self.findings.push(Found { exception: Some(exception), ..found }),
            Decision::Suppressed(by) => self.suppressed.push(Suppressed { found, by }),
        }
    }

    /// Sorts the findings, and what is suppressed, worst first.
    pub(crate) fn sort_worst_first(&mut self) {
        self.findings.sort_by_key(worst_first);
        self.suppressed.sort_by_key(|suppressed| worst_first(&suppressed.found));
    }

    /// Sorts the findings in another order than worst first.
    pub(crate) fn sort(&mut self, by: Sort) {
        if by == Sort::Savings {
            self.findings.sort_by_key(|found| Reverse(found.saved_micro_usd()));
        }
    }

    /// Records why a rule could not judge a resource, together with the rules that have the same kind of reason.
    fn could_not(&mut self, resource: &'a Resource, Reason { kind, detail }: &'a Reason, rule: &'static str) {
        let same = |other: &&mut NotJudged<'_>| std::ptr::eq(other.resource, resource) && other.reason == *kind;
        if let Some(other) = self.not_judged.iter_mut().rev().take(rules::ALL.len()).find(same) {
            other.rules.insert(rule, detail);
        } else {
            let rules = [(rule, detail.as_str())].into();
            self.not_judged.push(NotJudged { resource, reason: *kind, rules });
        }
    }
}
