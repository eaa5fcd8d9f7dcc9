//! The values of options, and how they are quoted.

use std::borrow::Cow;

/// Why one finding has no commands, although others of its rule have.
pub(crate) type Withheld = Cow<'static, str>;

/// The value of an option: fixed text, a number, or an id of a known [`Form`](super::Form). There is no other way to make
/// one, so nothing else that AWS returns reaches a command.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Value(String);

impl Value {
    /// Only [`Form::check`](super::Form::check) makes a value of a text that is not a part of the program.
    pub(super) fn checked(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Returns the values, one after the other, such as a filter's name and its value.
    pub(crate) fn joined<const N: usize>(parts: [Self; N]) -> Self {
        Self(parts.into_iter().map(|Self(part)| part).collect())
    }

    /// Returns the value in single quotes, in which a shell takes everything literally but a single quote.
    pub(super) fn quoted(&self) -> String {
        quoted(&self.0)
    }
}

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Self(text.to_owned())
    }
}

impl From<&Self> for Value {
    fn from(other: &Self) -> Self {
        other.clone()
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self(number.to_string())
    }
}

/// A number that is rounded up to a whole one.
impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self(format!("{:.0}", number.ceil()))
    }
}

/// Returns a text in single quotes; a quote in it ends the quoted part, is escaped, and begins the next part.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_shell_reads_what_was_quoted(text in "[^\\x00]{0,40}") {
            let read = Command::new("sh").args(["-c", &format!("printf %s {}", quoted(&text))]).output().unwrap();
            prop_assert!(read.status.success());
            prop_assert_eq!(String::from_utf8(read.stdout).unwrap(), text);
        }
    }

    #[test]
    fn a_value_is_quoted_whatever_it_is() {
        assert_eq!(Value::from("vol-1").quoted(), "'vol-1'");
        assert_eq!(quoted("a'; rm -rf / #"), r"'a'\''; rm -rf / #'");
        assert_eq!(quoted("$(id) `id` \\"), r"'$(id) `id` \'");
        assert_eq!(Value::from(119.1).quoted(), "'120'");
        assert_eq!(Value::joined(["Value=".into(), 7_u32.into()]).quoted(), "'Value=7'");
    }
}
