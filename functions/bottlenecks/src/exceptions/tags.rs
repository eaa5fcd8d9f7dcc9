//! Exceptions by tag: `stratoscope:ignore` with `all` or the names of rules, `stratoscope:ignore-reason`, and
//! `stratoscope:ignore-until`.
//!
//! The names are separated by spaces, since several services allow neither `*` nor commas in tags.

use collector::Tags;
use jiff::civil::Date;

use super::term::{self, ALL_RULES, Term, shown};

pub(super) const IGNORE: &str = "stratoscope:ignore";
pub(super) const REASON: &str = "stratoscope:ignore-reason";
pub(super) const UNTIL: &str = "stratoscope:ignore-until";

/// What the tags of a resource say.
#[derive(Debug, PartialEq)]
pub(crate) struct Tagged<'a> {
    /// The names of rules, and what is none.
    names: &'a str,
    /// The reason and the end, or why the exception does not count.
    pub(super) term: Result<Term<'a>, String>,
}

impl<'a> Tagged<'a> {
    /// Reads the tags of a resource, as of `today`; returns `None` if they are no exception.
    pub(super) fn read(tags: &'a Tags, today: Date) -> Option<Self> {
        let tag = |key: &str| tags.get(key).map(|value| value.trim()).filter(|value| !value.is_empty());
        let names = tags.get(IGNORE)?;
        let term = match (tag(REASON), tag(UNTIL)) {
            (Some(reason), Some(until)) => match (term::reason(reason), term::until(until, today)) {
                (Ok(reason), Ok(until)) => Ok(Term { reason, until }),
                (Err(problem), _) => Err(format!("`{REASON}`: {problem}")),
                (_, Err(problem)) => Err(format!("`{UNTIL}`: {problem}")),
            },
            (None, Some(_)) => Err(format!("the tag `{REASON}` is missing or empty")),
            (Some(_), None) => Err(format!("the tag `{UNTIL}` is missing or empty")),
            (None, None) => Err(format!("the tags `{REASON}` and `{UNTIL}` are missing or empty")),
        };
        Some(Self { names, term })
    }

    /// Returns whether it is about a rule.
    pub(super) fn is_about(&self, rule: &str) -> bool {
        self.names.split_whitespace().any(|name| name == ALL_RULES || name == rule)
    }

    /// Returns what is wrong with it: the names that are no rules, and why it does not count at all. The names that are
    /// rules count whatever else is there.
    pub(crate) fn problems(&self) -> Vec<String> {
        let allowed = format!("allowed: `{ALL_RULES}`, or names of rules separated by spaces");
        let mut problems = Vec::new();
        if self.names.trim().is_empty() {
            problems.push(format!("`{IGNORE}` is empty; {allowed}"));
        }
        let mut unknown = self.names.split_whitespace().filter(|name| !term::is_rule(name));
        if let Some(first) = unknown.next() {
            let more = match unknown.count() {
                0 => String::new(),
                more => format!(", nor are {more} more"),
            };
            problems.push(format!("`{IGNORE}`: `{}` is not a rule{more}; {allowed}", shown(first)));
        }
        problems.extend(self.term.as_ref().err().cloned());
        problems
    }
}
