//! The definition of a route's parameter.
//!
//! There is one definition of each. [`Query`](crate::Query) reads and refuses values by it, `docs/api.md` lists it, and
//! the interface description has it as a schema, so that none of the three can say something else than the others.

use std::ops::RangeInclusive;

use serde_json::Value;

/// The name of [`regions`].
pub(crate) const REGIONS: &str = "regions";

/// The value of [`Values::SomeOfOrAll`] that means every one of them.
pub const ALL: &str = "all";

/// One parameter of a route.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name in the query string.
    pub name: &'static str,
    /// Its values.
    pub values: Values,
    /// What it allows, in Markdown.
    pub allowed: fn() -> String,
    /// What holds without it.
    pub without: Without,
}

/// What holds without a parameter.
#[derive(Debug, Clone)]
pub enum Without {
    /// What this says, in Markdown.
    Means(fn() -> String),
    /// What holds with this value, whatever the other parameters are: programs may send it with every call.
    Default(fn() -> Value),
}

impl Without {
    /// Returns what holds, in Markdown.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::Means(words) => words(),
            Self::Default(value) => match value() {
                Value::Number(number) => number.to_string(),
                Value::Array(items) => code(items.iter().map(plain)),
                value => code([plain(&value)]),
            },
        }
    }

    /// Returns the value that means the same, if there is one.
    #[must_use]
    pub fn default(&self) -> Option<Value> {
        match self {
            Self::Means(_) => None,
            Self::Default(value) => Some(value()),
        }
    }
}

/// Returns a value as a query string has it.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What the values of a parameter look like.
#[derive(Debug, Clone)]
pub enum Values {
    /// Text with a grammar of its own.
    Text,
    /// Texts, separated by commas.
    Texts,
    /// Up to so many texts, separated by commas. One that is given twice counts once.
    TextsUpTo(usize),
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Number(RangeInclusive<u64>),
    /// One of these.
    OneOf(fn() -> Vec<&'static str>),
    /// Some of these, separated by commas.
    SomeOf(fn() -> Vec<&'static str>),
    /// Some of these, separated by commas, or [`ALL`] alone for every one of them.
    SomeOfOrAll(fn() -> Vec<&'static str>),
    /// A day, as `YYYY-MM-DD`.
    Day,
    /// The name of a region.
    Region,
    /// Names of regions, separated by commas.
    Regions,
    /// US dollars.
    Dollars,
}

impl Values {
    /// Returns whether a value is a list.
    #[must_use]
    pub fn is_list(&self) -> bool {
        matches!(self, Self::Texts | Self::TextsUpTo(_) | Self::SomeOf(_) | Self::SomeOfOrAll(_) | Self::Regions)
    }
}

/// Returns the parameter `regions`, of which `allowed` says what it applies to.
#[must_use]
pub const fn regions(allowed: fn() -> String) -> Parameter {
    let without = Without::Means(|| "every region that is enabled for the account".to_owned());
    Parameter { name: REGIONS, values: Values::Regions, allowed, without }
}

/// Returns names as inline code in Markdown, separated by commas.
#[must_use]
pub fn code<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    names.into_iter().map(|name| format!("`{}`", name.as_ref())).collect::<Vec<_>>().join(", ")
}

/// Returns the values that a caller may send of [`Values::SomeOfOrAll`].
pub(crate) fn with_all(mut choices: Vec<&'static str>) -> Vec<&'static str> {
    choices.push(ALL);
    choices
}

/// Returns the names of parameters.
#[must_use]
pub fn names(parameters: &[Parameter]) -> Vec<&'static str> {
    parameters.iter().map(|parameter| parameter.name).collect()
}

/// Returns definitions for tests of what reads parameters: each takes any text.
#[cfg(test)]
pub(crate) const fn any_text(name: &'static str) -> Parameter {
    Parameter { name, values: Values::Text, allowed: String::new, without: Without::Means(String::new) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_default_is_shown_as_it_is_sent() {
        for (default, words) in [
            (Without::Default(|| json!(24)), "24"),
            (Without::Default(|| json!(false)), "`false`"),
            (Without::Default(|| json!("DAILY")), "`DAILY`"),
            (Without::Default(|| json!(["service", "region"])), "`service`, `region`"),
            (Without::Means(|| "all".to_owned()), "all"),
        ] {
            assert_eq!(default.in_words(), words);
        }
        assert_eq!(Without::Default(|| json!(24)).default(), Some(json!(24)));
        assert_eq!(Without::Means(String::new).default(), None);
    }
}
