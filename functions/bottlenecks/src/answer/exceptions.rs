//! The exceptions that don't count, and those that have ended, as JSON.
//!
//! Both lists are the same on each page, and are limited, so that a page has room for findings.

use collector::Inventory;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;

use super::entries::ResourceJson;
use crate::exceptions::{BadEntry, By, Exceptions, NotApplied, WhyNot};
use crate::judge::{Found, Judgement};

/// The most problems, and the most ended exceptions, that are listed.
const MOST: usize = 100;

/// The exceptions that suppress nothing, or not all that they are about.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Exceptions")]
pub(super) struct ExceptionsJson {
    /// Whether tags suppress findings in this deployment.
    by_tag: bool,
    /// How many exceptions, or parts of them, don't count.
    problem_count: usize,
    /// The first 100 of them.
    #[schemars(with = "Vec<ProblemJson<'static>>")]
    problems: Vec<Box<RawValue>>,
    /// How many findings are shown because the exception that is about them has ended.
    ended_count: usize,
    /// The first 100 of them, worst first.
    #[schemars(with = "Vec<EndedJson<'static>>")]
    ended: Vec<Box<RawValue>>,
}

/// An exception, or a part of it, that does not count.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ExceptionProblem")]
struct ProblemJson<'a> {
    /// Where the exception is from.
    by: By,
    /// The parameter of the list; null for a tag.
    parameter: Option<&'a str>,
    /// The number of the entry in the parameter, from 1; null for a tag, or if it is the whole parameter.
    entry: Option<usize>,
    /// The tagged resource; null for the list.
    resource: Option<ResourceJson<'a>>,
    /// Why it does not count, and what is allowed.
    problem: String,
}

/// An exception that has ended, of a finding that is shown.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "EndedException")]
struct EndedJson<'a> {
    /// Where the exception is from.
    by: By,
    /// The parameter that lists it; null for a tag.
    parameter: Option<&'a str>,
    /// The resource of the finding.
    resource: ResourceJson<'a>,
    /// The rule of the finding.
    rule: &'static str,
    /// The reason that the exception gave.
    reason: &'a str,
    /// Its last day, in UTC.
    until: Date,
}

impl ExceptionsJson {
    pub(super) fn of(inventory: &Inventory, exceptions: &Exceptions, judgement: &Judgement<'_>) -> Self {
        let of_list = exceptions.bad_entries.iter().map(|BadEntry { parameter, entry, problem }| ProblemJson {
            by: By::List,
            parameter: Some(parameter),
            entry: *entry,
            resource: None,
            problem: problem.clone(),
        });
        let of_tag = |resource, problem| {
            let resource = Some(ResourceJson::of(resource));
            ProblemJson { by: By::Tag, parameter: None, entry: None, resource, problem }
        };
        let of_tags = inventory.resources.iter().flat_map(|resource| {
            let tagged = exceptions.tagged(resource).into_iter();
            tagged.flat_map(|tagged| tagged.problems()).map(move |problem| of_tag(resource, problem))
        });
        let critical = judgement.findings.iter().filter_map(|found| {
            let exception = found.exception.as_ref().filter(|exception| exception.why == WhyNot::Critical)?;
            Some(of_tag(found.resource, format!("{}: {}", found.rule.about().name, exception.message)))
        });
        let (problem_count, problems) = first(of_list.chain(of_tags).chain(critical));
        let (ended_count, ended) = first(judgement.findings.iter().filter_map(EndedJson::of));
        Self { by_tag: exceptions.by_tag, problem_count, problems, ended_count, ended }
    }
}

impl<'a> EndedJson<'a> {
    fn of(found: &'a Found<'_>) -> Option<Self> {
        let NotApplied { by, parameter, why, term, .. } = found.exception.as_ref()?;
        let term = term.filter(|_| *why == WhyNot::Ended)?;
        let (resource, rule) = (ResourceJson::of(found.resource), found.rule.about().name);
        Some(Self { by: *by, parameter: *parameter, resource, rule, reason: term.reason, until: term.until })
    }
}

/// Returns how many items there are, and the JSON of the first ones.
fn first<T: Serialize>(items: impl Iterator<Item = T>) -> (usize, Vec<Box<RawValue>>) {
    let (mut count, mut shown) = (0_usize, Vec::new());
    for item in items {
        count = count.saturating_add(1);
        if shown.len() < MOST {
            shown.extend(serde_json::value::to_raw_value(&item));
        }
    }
    (count, shown)
}
