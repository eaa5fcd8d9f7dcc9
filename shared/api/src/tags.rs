//! Conditions on tags: the grammar of the parameter `tags`.
//!
//! A term is `Key`, `Key:Value`, `Key:` (an empty value) or `!Key`. Terms with the same key are alternatives, and all
//! keys must match, as in AWS's own filters. A backslash makes the next character a part of the key or value.
//!
//! A key ends at its first colon. AWS's own keys contain colons, though (`aws:cloudformation:stack-name`,
//! `eks:cluster-name`), and few callers would escape them. So the key of a term that begins with `aws:` has the form of
//! AWS's keys, and a resource also matches by the key that ends at another colon. Otherwise, such a term would find
//! nothing and look like an empty account. `Key\:with\:colons` has no such ambiguity.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{ApiError, echoed};
use crate::escapes::{Letter, letters, text, trimmed, written};

/// The longest key and value that AWS allows, in characters.
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

/// What the terms may be.
const ALLOWED: &str = "Key, Key:Value, Key: (an empty value) or !Key (without the tag), with a key of 1 to 128 and a \
                       value of up to 256 printable characters";

/// The one key of AWS that has a single colon.
const CREATED_BY: &str = "aws:createdBy";

/// Conditions on tags; every key must match. Without any, everything matches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct TagFilter(BTreeMap<String, Condition>);

/// What is wanted of one key: one of these must match.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Condition {
    wanted: BTreeSet<WantedTag>,
    /// Other keys, with their value or with any, that the same terms can mean.
    others: BTreeSet<(String, Option<String>)>,
}

/// What is wanted of a tag.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WantedTag {
    /// There is no tag with this key.
    Absent,
    /// There is a tag with this key, with any value.
    Present,
    /// There is a tag with this key and value; the value may be empty.
    Value(String),
}

impl TagFilter {
    /// Returns each key with what is wanted of it, of which one must match; all keys must match.
    ///
    /// Each term has one key here. [`matches`](Self::matches) also tries the keys that end at other colons.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &BTreeSet<WantedTag>)> {
        self.0.iter().map(|(key, condition)| (key.as_str(), &condition.wanted))
    }

    /// Returns a key of which some term has colons that may belong to the key or to the value, for those who can't try
    /// all readings as [`matches`](Self::matches) does. In AWS's own keys, the colons have their places.
    #[must_use]
    pub fn ambiguous(&self) -> Option<&str> {
        let has_other_values = |condition: &Condition| condition.others.iter().any(|(_, value)| value.is_some());
        let ambiguous =
            |(key, condition): &(&String, &Condition)| has_other_values(condition) && !key.starts_with("aws:");
        self.0.iter().find(ambiguous).map(|(key, _)| key.as_str())
    }

    /// Returns whether there is no condition.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether the known tags of a resource, whose values by key `value_of` returns, meet every condition.
    pub fn matches<'a>(&self, value_of: impl Fn(&str) -> Option<&'a str>) -> bool {
        self.0.iter().all(|(key, condition)| {
            let value = value_of(key);
            condition.wanted.iter().any(|wanted| match wanted {
                WantedTag::Absent => value.is_none(),
                WantedTag::Present => value.is_some(),
                WantedTag::Value(wanted) => value == Some(wanted.as_str()),
            }) || condition.others.iter().any(|(key, wanted)| match (value_of(key), wanted) {
                (Some(value), Some(wanted)) => value == wanted,
                (value, None) => value.is_some(),
                (None, Some(_)) => false,
            })
        })
    }

    /// Reads the value of `parameter`.
    pub(crate) fn read(parameter: &str, text: &str) -> Result<Self, ApiError> {
        let letters = letters(parameter, text)?;
        let mut filter = Self::default();
        for term in letters.split(|letter| letter.is(',')).map(trimmed) {
            if term.is_empty() {
                return Err(ApiError::empty_item(parameter));
            }
            filter.add(term).map_err(|error| match error {
                BadTerm::Impossible => ApiError::not_allowed(parameter, &written(term), ALLOWED),
                BadTerm::WithoutAValue(key) => ApiError::invalid(
                    parameter,
                    format!(
                        "`{}` is not allowed: `!` takes a key without a value; send `!{}` for what does not have the \
                         tag, and `\\:` for a colon in a key",
                        echoed(&written(term)),
                        echoed(&key)
                    ),
                ),
            })?;
        }
        Ok(filter)
    }

    fn add(&mut self, term: &[Letter]) -> Result<(), BadTerm> {
        match term.split_first() {
            Some((first, key)) if first.is('!') => self.add_absent(trimmed(key)),
            _ => self.add_wanted(term),
        }
    }

    /// Adds the `Key` of a term `!Key`.
    fn add_absent(&mut self, letters: &[Letter]) -> Result<(), BadTerm> {
        if let Some(colon) = end_of_key(letters) {
            return Err(BadTerm::WithoutAValue(written(before(letters, colon))));
        }
        let key = text(letters);
        // `!!Key` may be a mistake as well as a key that begins with `!`.
        if !is_possible(&key, None) || letters.first().is_some_and(|first| first.is('!')) {
            return Err(BadTerm::Impossible);
        }
        self.0.entry(key).or_default().wanted.insert(WantedTag::Absent);
        Ok(())
    }

    /// Adds a term `Key` or `Key:Value`.
    fn add_wanted(&mut self, letters: &[Letter]) -> Result<(), BadTerm> {
        // Longer than the longest key, colon and value is impossible wherever the key ends.
        if letters.len() > LONGEST_KEY.saturating_add(1).saturating_add(LONGEST_VALUE) {
            return Err(BadTerm::Impossible);
        }
        let read = |colon: Option<usize>| match colon {
            Some(colon) => (text(before(letters, colon)), Some(text(after(letters, colon)))),
            None => (text(letters), None),
        };
        let end = end_of_key(letters);
        let (key, value) = read(end);
        let others = colons(letters).map(Some).chain([None]).filter(|other| *other != end).map(read);
        let others: BTreeSet<_> = others.filter(|(key, value)| is_possible(key, value.as_deref())).collect();
        if key.is_empty() || (others.is_empty() && !is_possible(&key, value.as_deref())) {
            return Err(BadTerm::Impossible);
        }
        let condition = self.0.entry(key).or_default();
        condition.wanted.insert(value.map_or(WantedTag::Present, WantedTag::Value));
        condition.others.extend(others);
        Ok(())
    }
}

/// Why a term is refused.
enum BadTerm {
    /// No tag can be like that.
    Impossible,
    /// This key after `!` has a value.
    WithoutAValue(String),
}

/// Returns the place of the colon that ends the key; `None` if there is no value.
fn end_of_key(letters: &[Letter]) -> Option<usize> {
    let ends_with = |colon: Option<usize>, start| colon.is_some_and(|colon| text(before(letters, colon)) == start);
    // AWS's keys are `aws:name` in one case, and `aws:service:name` in all others.
    let in_key = match (colons(letters).next(), colons(letters).nth(1)) {
        (_, second) if ends_with(second, CREATED_BY) => 1,
        (first, _) if ends_with(first, "aws") => 2,
        _ => 0,
    };
    colons(letters).nth(in_key)
}

/// Returns the places of the colons that are not escaped.
fn colons(letters: &[Letter]) -> impl Iterator<Item = usize> {
    letters.iter().enumerate().filter(|(_, letter)| letter.is(':')).map(|(place, _)| place)
}

fn before(letters: &[Letter], colon: usize) -> &[Letter] {
    letters.get(..colon).unwrap_or_default()
}

fn after(letters: &[Letter], colon: usize) -> &[Letter] {
    letters.get(colon.saturating_add(1)..).unwrap_or_default()
}

/// Returns whether AWS allows such a key and value. Others would match nothing and look like an empty account.
fn is_possible(key: &str, value: Option<&str>) -> bool {
    let readable = |text: &str| !text.contains(|c: char| c.is_control() || c == char::REPLACEMENT_CHARACTER);
    let fits = |text: &str, longest| text.chars().count() <= longest;
    !key.is_empty()
        && (readable(key) && fits(key, LONGEST_KEY))
        && value.is_none_or(|value| readable(value) && fits(value, LONGEST_VALUE))
}

#[cfg(test)]
mod tests;
