//! What every exception has: a reason, an end, and the rules that it is about.

use jiff::Span;
use jiff::civil::Date;

use crate::{aws_rules, rules};

/// How many days ahead an exception may end.
const MOST_DAYS: i32 = 365;

/// The longest reason, in characters, which is the longest value of a tag.
const LONGEST_REASON: usize = 256;

/// Stands for every rule.
pub(super) const ALL_RULES: &str = "all";

/// How dates are written.
const YEAR_MONTH_DAY: &str = "YYYY-MM-DD";

/// How much of a wrong value a message repeats, in characters.
const SHOWN: usize = 64;

/// The reason and the end of an exception.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Term<'a> {
    pub(crate) reason: &'a str,
    /// The last day, in UTC.
    pub(crate) until: Date,
}

/// Reads a reason.
pub(super) fn reason(text: &str) -> Result<&str, String> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err("the reason is empty".to_owned()),
        1..=LONGEST_REASON => Ok(text),
        _ => Err(format!("the reason is too long; allowed: at most {LONGEST_REASON} characters")),
    }
}

/// Reads the last day of an exception, as of `today`.
pub(super) fn until(text: &str, today: Date) -> Result<Date, String> {
    let text = text.trim();
    // Only one way to write a date is accepted.
    let date = text.parse().ok().filter(|date: &Date| text.len() == YEAR_MONTH_DAY.len() && date.to_string() == text);
    let date =
        date.ok_or_else(|| format!("`{}` is not a date; allowed: a day in UTC, such as {today}", shown(text)))?;
    let latest = today.saturating_add(Span::new().days(MOST_DAYS));
    if date > latest {
        return Err(format!("the end {date} is too far ahead; allowed: at most {MOST_DAYS} days, until {latest}"));
    }
    Ok(date)
}

/// Returns whether a name is a rule's, or stands for every rule.
pub(super) fn is_rule(name: &str) -> bool {
    name == ALL_RULES || rules::ALL.iter().any(|rule| rule.about().name == name) || aws_rules::is_rule(name)
}

/// Returns the beginning of a text, with escapes in place of what can't be seen or changes the direction.
pub(super) fn shown(text: &str) -> String {
    let shown: String = text.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    if text.chars().nth(SHOWN).is_some() { shown + "…" } else { shown }
}
