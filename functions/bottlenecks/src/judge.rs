//! Holds every resource against every rule of its type, and puts what they say in order.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use collector::{Resource, Series, Survey};

use crate::needs::Plan;
use crate::rule::{AnyRule, Evidence, Finding, Reason, ReasonKind, Settings, Windows};
use crate::rules;

/// What a rule says of a resource.
#[derive(Debug)]
pub(crate) struct Verdict {
    rule: &'static dyn AnyRule,
    /// The rule's rank among all.
    rank: usize,
    /// What is wrong, or why that can't be said.
    said: Result<Finding, Reason>,
}

/// What all rules say of a resource. Most say nothing of most, and a vector would keep room for four.
pub(crate) type Verdicts = Box<[Verdict]>;

/// Holds one resource and what was measured of it against its rules. Those that find nothing wrong say nothing.
pub(crate) fn judge(resource: &Resource, series: &[Series], settings: Settings, windows: &Windows) -> Verdicts {
    let plan = Plan::of(resource);
    let of_rule = |(rank, rule): (usize, &'static dyn AnyRule)| {
        let judged = rule.applies(resource).and_then(|applies| {
            if !applies {
                return Ok(None);
            }
            let readings = rule.about().needs.iter().map(|need| (need, plan.reading(need, windows, series)));
            rule.judge(resource, Evidence { settings, now: windows.now, readings: readings.collect() })
        });
        Some(Verdict { rule, rank, said: judged.transpose()? })
    };
    rules::of(resource.resource_type()).filter_map(of_rule).collect()
}

/// What a rule found in a resource.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    pub(crate) rule: &'static dyn AnyRule,
    /// The rule's rank among all.
    pub(crate) rank: usize,
    pub(crate) resource: &'a Resource,
    pub(crate) finding: &'a Finding,
}

impl Found<'_> {
    /// How far the value is past the threshold, as the bits of a positive float: their order is that of the number.
    pub(crate) fn excess(&self) -> u64 {
        (self.finding.observed.value - self.finding.observed.threshold).abs().to_bits()
    }
}

/// The rules that could not judge a resource for one kind of reason, each with what it lacked.
#[derive(Debug)]
pub(crate) struct NotJudged<'a> {
    pub(crate) resource: &'a Resource,
    pub(crate) reason: ReasonKind,
    pub(crate) rules: BTreeMap<&'static str, &'a str>,
}

/// What all rules say of all resources.
#[derive(Debug, Default)]
pub(crate) struct Judgement<'a> {
    /// The worst first.
    pub(crate) findings: Vec<Found<'a>>,
    /// By resource.
    pub(crate) not_judged: Vec<NotJudged<'a>>,
}

impl<'a> Judgement<'a> {
    /// Puts the verdicts of a survey in order.
    pub(crate) fn of(survey: &'a Survey<Verdicts>) -> Self {
        let mut all = Self::default();
        for (resource, verdicts) in survey.inventory.resources.iter().zip(&survey.read) {
            for Verdict { rule, rank, said } in verdicts {
                match said {
                    Ok(finding) => all.findings.push(Found { rule: *rule, rank: *rank, resource, finding }),
                    Err(reason) => all.could_not(resource, reason, rule.about().name),
                }
            }
        }
        // Worst first: by rule, and within a rule those that are farthest past the threshold. The rest is the inventory's
        // order, which the sort keeps.
        all.findings.sort_by_key(|found| (found.rank, Reverse(found.excess())));
        all.not_judged.sort_by(|a, b| (a.resource.position(), a.reason).cmp(&(b.resource.position(), b.reason)));
        all
    }

    /// Keeps why a rule could not judge a resource, beside the rules with the same kind of reason.
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
