//! Exceptions: findings that somebody accepts until a day.
//!
//! An exception is a tag of the resource ([`tags`]), or an entry of a list that the operator stores ([`listed`]). It has
//! a reason and an end, at most a year ahead, so that nothing is silenced for good. One that lacks either, or can't be
//! read, does not count, and the response says so. Whoever owns a resource can tag it; a tag therefore never suppresses
//! a critical finding, and a deployment can ignore all tags.
//!
//! Nothing here calls AWS or reads a clock.

mod listed;
mod pattern;
pub(crate) mod tags;
mod term;

use collector::{Resource, StoredParameter};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Serialize;

pub(crate) use crate::exceptions::listed::BadEntry;
use crate::exceptions::listed::Listed;
use crate::exceptions::tags::Tagged;
use crate::exceptions::term::Term;
use crate::rule::{About, Severity};

/// Everything that may suppress findings in one response.
#[derive(Debug)]
pub(crate) struct Exceptions {
    listed: Vec<Listed>,
    /// What is wrong with the list.
    pub(crate) bad_entries: Vec<BadEntry>,
    /// Whether tags count.
    pub(crate) by_tag: bool,
    /// The account of the resources; `None` if it is unknown.
    account: Option<String>,
    today: Date,
}

/// Where an exception is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "ExceptionSource")]
pub(crate) enum By {
    /// The tag `stratoscope:ignore` of the resource.
    Tag,
    /// A parameter of the home account.
    List,
}

/// Why an exception does not suppress a finding that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "WhyExceptionNotApplied")]
pub(crate) enum WhyNot {
    /// Its last day is over.
    Ended,
    /// It is a tag, and the finding is critical.
    Critical,
    /// It lacks a reason or an end, or its end can't be read or is too far ahead.
    Invalid,
}

/// What the exceptions make of a finding.
#[derive(Debug, PartialEq)]
pub(crate) enum Decision<'a> {
    /// No exception is about it.
    Shown,
    /// An exception is about it, and does not count.
    ShownAnyway(NotApplied<'a>),
    /// It is suppressed.
    Suppressed(Applied<'a>),
}

/// The exception that suppresses a finding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Applied<'a> {
    pub(crate) by: By,
    /// The parameter that lists it.
    pub(crate) parameter: Option<&'a str>,
    pub(crate) term: Term<'a>,
}

/// An exception that is about a finding, and does not suppress it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NotApplied<'a> {
    pub(crate) by: By,
    /// The parameter that lists it.
    pub(crate) parameter: Option<&'a str>,
    pub(crate) why: WhyNot,
    /// Its reason and its end; `None` if it is invalid.
    pub(crate) term: Option<Term<'a>>,
    pub(crate) message: String,
}

impl Exceptions {
    /// Returns the account of the resources; `None` if it is unknown.
    pub(crate) fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// Reads what the operator stored, for a response at `now` about an account; tags count if `by_tag`.
    pub(crate) fn read(stored: &[StoredParameter], by_tag: bool, account: Option<String>, now: Timestamp) -> Self {
        let today = now.to_zoned(TimeZone::UTC).date();
        let (listed, bad_entries) = listed::read(stored, today);
        Self { listed, bad_entries, by_tag, account, today }
    }

    /// Returns what becomes of a rule's finding in a resource. Of several exceptions that count, the one that ends last
    /// decides, and of several that don't, the first.
    pub(crate) fn decide<'a>(&'a self, resource: &'a Resource, rule: &About) -> Decision<'a> {
        let account = self.account.as_deref();
        let listed = self.listed.iter().filter(|listed| listed.is_about(resource, account, rule.name));
        let listed = listed.map(|listed| (By::List, Some(listed.parameter.as_str()), Ok(listed.term())));
        let tagged = self.tagged(resource).filter(|tagged| tagged.is_about(rule.name));
        let tagged = tagged.map(|tagged| (By::Tag, None, tagged.term));
        let (mut applied, mut not_applied) = (None::<Applied<'_>>, None);
        for (by, parameter, term) in listed.chain(tagged) {
            let why_not = self.why_not(by, &term, rule.severity);
            let term = term.ok();
            if let Some((why, message)) = why_not {
                not_applied.get_or_insert(NotApplied { by, parameter, why, term, message });
            } else if let Some(term) = term
                && applied.is_none_or(|other| other.term.until < term.until)
            {
                applied = Some(Applied { by, parameter, term });
            }
        }
        match (applied, not_applied) {
            (Some(applied), _) => Decision::Suppressed(applied),
            (None, Some(not_applied)) => Decision::ShownAnyway(not_applied),
            (None, None) => Decision::Shown,
        }
    }

    /// Returns what the tags of a resource say, if tags count.
    pub(crate) fn tagged<'a>(&self, resource: &'a Resource) -> Option<Tagged<'a>> {
        let tags = resource.tags.as_ref().filter(|_| self.by_tag)?;
        Tagged::read(tags, self.today)
    }

    /// Returns why an exception does not suppress a finding, for programs and for people.
    fn why_not(&self, by: By, term: &Result<Term<'_>, String>, severity: Severity) -> Option<(WhyNot, String)> {
        match term {
            Err(problem) => Some((WhyNot::Invalid, format!("the exception does not count: {problem}"))),
            Ok(term) if term.until < self.today => {
                Some((WhyNot::Ended, format!("the exception ended on {}", term.until)))
            }
            Ok(_) if by == By::Tag && severity == Severity::Critical => {
                let message = "a tag does not suppress a critical finding; the operator can list an exception";
                Some((WhyNot::Critical, message.to_owned()))
            }
            Ok(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
