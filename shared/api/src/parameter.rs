//! The definition of a route's parameter.
//!
//! There is one definition of each. [`Query`](crate::Query) reads and refuses values by it, `docs/api.md` lists it, and
//! the interface description has it as a schema, so that none of the three can say something else than the others.

use std::ops::RangeInclusive;

/// The name of [`regions`].
pub(crate) const REGIONS: &str = "regions";

/// One parameter of a route.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name in the query string.
    pub name: &'static str,
    /// Its values.
    pub values: Values,
    /// What it allows, in Markdown.
    pub allowed: fn() -> String,
    /// What holds without it, in Markdown.
    pub without: fn() -> String,
}

/// What the values of a parameter look like.
#[derive(Debug, Clone)]
pub enum Values {
    /// Text with a grammar of its own.
    Text,
    /// Texts, separated by commas.
    Texts,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Number(RangeInclusive<u64>),
    /// One of these.
    OneOf(fn() -> Vec<&'static str>),
    /// Some of these, separated by commas.
    SomeOf(fn() -> Vec<&'static str>),
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
        matches!(self, Self::Texts | Self::SomeOf(_) | Self::Regions)
    }
}

/// Returns the parameter `regions`, of which `allowed` says what it applies to.
#[must_use]
pub const fn regions(allowed: fn() -> String) -> Parameter {
    let without = || "every region that is enabled for the account".to_owned();
    Parameter { name: REGIONS, values: Values::Regions, allowed, without }
}

/// Returns names as inline code in Markdown, separated by commas.
#[must_use]
pub fn code<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    names.into_iter().map(|name| format!("`{}`", name.as_ref())).collect::<Vec<_>>().join(", ")
}

/// Returns the names of parameters.
#[must_use]
pub fn names(parameters: &[Parameter]) -> Vec<&'static str> {
    parameters.iter().map(|parameter| parameter.name).collect()
}

/// Returns definitions for tests of what reads parameters: each takes any text.
#[cfg(test)]
pub(crate) const fn any_text(name: &'static str) -> Parameter {
    Parameter { name, values: Values::Text, allowed: String::new, without: String::new }
}
