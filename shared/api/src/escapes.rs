//! Backslashes in lists: names and tags may contain the characters that separate them.

use crate::error::ApiError;

/// The characters that a backslash escapes. The space is there because spaces at the ends of a term are ignored.
pub(crate) const ESCAPED: [char; 5] = [',', ':', '!', '\\', ' '];

/// A character of the parameter, without its backslash.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Letter {
    pub(crate) char: char,
    pub(crate) escaped: bool,
}

impl Letter {
    /// Returns whether this is `char` with its meaning in the grammar.
    pub(crate) fn is(self, char: char) -> bool {
        self.char == char && !self.escaped
    }
}

/// Returns the comma-separated values of `parameter`, each once, in the caller's order.
pub(crate) fn values(parameter: &str, value: &str) -> Result<Vec<String>, ApiError> {
    let letters = letters(parameter, value)?;
    let mut values = Vec::new();
    for item in letters.split(|letter| letter.is(',')).map(trimmed) {
        if item.is_empty() {
            return Err(ApiError::empty_item(parameter));
        }
        let item = text(item);
        if !values.contains(&item) {
            values.push(item);
        }
    }
    Ok(values)
}

/// Removes the backslashes from the value of `parameter`; one that escapes nothing is refused.
pub(crate) fn letters(parameter: &str, text: &str) -> Result<Vec<Letter>, ApiError> {
    let mut letters = Vec::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        let letter = match char {
            '\\' => match chars.next() {
                Some(char) if ESCAPED.contains(&char) => Letter { char, escaped: true },
                other => {
                    let pair: String = std::iter::once(char).chain(other).collect();
                    let allowed = r"a backslash before `,`, `:`, `!`, `\` or a space; send `\\` for a backslash";
                    return Err(ApiError::not_allowed(parameter, &pair, allowed));
                }
            },
            char => Letter { char, escaped: false },
        };
        letters.push(letter);
    }
    Ok(letters)
}

/// Removes the spaces at both ends that are not escaped.
pub(crate) fn trimmed(mut letters: &[Letter]) -> &[Letter] {
    while let Some((_, rest)) = letters.split_first().filter(|(first, _)| first.is(' ')) {
        letters = rest;
    }
    while let Some((_, rest)) = letters.split_last().filter(|(last, _)| last.is(' ')) {
        letters = rest;
    }
    letters
}

/// Returns the text that is meant.
pub(crate) fn text(letters: &[Letter]) -> String {
    letters.iter().map(|letter| letter.char).collect()
}

/// Returns the text as the caller wrote it.
pub(crate) fn written(letters: &[Letter]) -> String {
    letters.iter().flat_map(|letter| letter.escaped.then_some('\\').into_iter().chain([letter.char])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backslash_makes_a_comma_or_a_space_a_part_of_the_value() {
        let read = |text| values("services", text).unwrap();
        assert_eq!(read("EC2 - Other, AWS Lambda,EC2 - Other"), ["EC2 - Other", "AWS Lambda"]);
        assert_eq!(read(r"red\, green,blue\ "), ["red, green", "blue "]);
        assert_eq!(read(r"a\\,b"), [r"a\", "b"]);
    }

    #[test]
    fn an_empty_value_and_a_backslash_before_nothing_special_are_refused() {
        let refused = |text| match values("services", text).unwrap_err() {
            ApiError::InvalidParameter { parameter, message } => format!("{parameter}: {message}"),
            other => panic!("{other:?}"),
        };
        assert!(refused("a,,b").starts_with("services: has an empty item"));
        assert!(refused(r"a\b").starts_with(r"services: `\b` is not allowed; allowed: a backslash before"));
        assert!(refused("a\\").starts_with(r"services: `\` is not allowed"));
    }
}
