//! Exceptions that the operator lists, in parameters of the home account.
//!
//! Each parameter has `{"exceptions": [{"resource": …, "rule": …, "reason": …, "until": …, "account": …}]}`. An entry that
//! is wrong is reported and ignored alone. A field that is unknown makes an entry wrong: a misspelled `account` would
//! otherwise be about every account.

use collector::{Resource, StoredParameter};
use jiff::civil::Date;
use serde_json::{Map, Value};

use super::pattern;
use super::term::{self, ALL_RULES, Term, shown};

/// The most entries that count, since each finding is compared with each of them.
const MOST_ENTRIES: usize = 1_000;

/// The longest pattern in characters, which is the longest ARN.
const LONGEST_PATTERN: usize = 2_048;

/// The fields of an entry.
const FIELDS: [&str; 5] = ["resource", "rule", "reason", "until", "account"];

/// What a parameter looks like.
const ALLOWED: &str = "allowed: {\"exceptions\": [{\"resource\": …, \"rule\": …, \"reason\": …, \"until\": …}]}";

/// One exception.
#[derive(Debug, PartialEq)]
pub(super) struct Listed {
    /// The name of the parameter that has it.
    pub(super) parameter: String,
    /// A pattern for an id or an ARN.
    resource: String,
    rule: String,
    reason: String,
    until: Date,
    /// The account of the resource; any if it is `None`.
    account: Option<String>,
}

/// What is wrong with a parameter, or with one of its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadEntry {
    /// The name of the parameter.
    pub(crate) parameter: String,
    /// The number of the entry, from 1; `None` if it is the parameter.
    pub(crate) entry: Option<usize>,
    pub(crate) problem: String,
}

impl Listed {
    /// Returns whether it is about a rule's finding in a resource of an account.
    pub(super) fn is_about(&self, resource: &Resource, account: Option<&str>, rule: &str) -> bool {
        let names = [Some(resource.id.as_str()), resource.arn.as_deref()];
        (self.rule == ALL_RULES || self.rule == rule)
            && self.account.as_deref().is_none_or(|of| account == Some(of))
            && names.into_iter().flatten().any(|name| pattern::matches(&self.resource, name))
    }

    /// Returns its reason and its end.
    pub(super) fn term(&self) -> Term<'_> {
        Term { reason: &self.reason, until: self.until }
    }
}

/// Reads all parameters, as of `today`; returns the exceptions, and what is wrong.
pub(super) fn read(stored: &[StoredParameter], today: Date) -> (Vec<Listed>, Vec<BadEntry>) {
    let (mut listed, mut bad) = (Vec::new(), Vec::new());
    for parameter in stored {
        let mut report = |entry, problem| bad.push(BadEntry { parameter: parameter.name.clone(), entry, problem });
        let entries = entries(parameter).unwrap_or_else(|problem| {
            report(None, problem);
            Vec::new()
        });
        for (number, entry) in (1_usize..).zip(entries) {
            match one(&parameter.name, &entry, today) {
                Ok(_) if listed.len() >= MOST_ENTRIES => {
                    let problem = format!("this and what follows do not count; allowed: {MOST_ENTRIES} entries in all");
                    report(Some(number), problem);
                    return (listed, bad);
                }
                Ok(exception) => listed.push(exception),
                Err(problem) => report(Some(number), problem),
            }
        }
    }
    (listed, bad)
}

/// Returns the entries of a parameter.
fn entries(parameter: &StoredParameter) -> Result<Vec<Value>, String> {
    if parameter.is_encrypted {
        return Err("it is a SecureString, which is not decrypted; allowed: a String".to_owned());
    }
    let json = serde_json::from_str(&parameter.value).map_err(|error| format!("it is not JSON: {error}; {ALLOWED}"))?;
    match json {
        Value::Object(mut fields) if fields.len() == 1 => match fields.remove("exceptions") {
            Some(Value::Array(entries)) => Ok(entries),
            _ => Err(format!("it is no list of exceptions; {ALLOWED}")),
        },
        _ => Err(format!("it is no list of exceptions; {ALLOWED}")),
    }
}

/// Reads one entry.
fn one(parameter: &str, entry: &Value, today: Date) -> Result<Listed, String> {
    let fields = entry.as_object().ok_or_else(|| format!("it is not an object; allowed: {}", FIELDS.join(", ")))?;
    if let Some(unknown) = fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        return Err(format!("`{}` is not a field; allowed: {}", shown(unknown), FIELDS.join(", ")));
    }
    let (resource, rule) = (text(fields, "resource")?, text(fields, "rule")?);
    if resource.is_empty() || resource.chars().count() > LONGEST_PATTERN {
        return Err(format!("`resource` is empty or too long; allowed: 1 to {LONGEST_PATTERN} characters"));
    }
    if !term::is_rule(rule) {
        return Err(format!("`{}` is not a rule; allowed: `{ALL_RULES}`, or the name of a rule", shown(rule)));
    }
    let reason = term::reason(text(fields, "reason")?)?;
    let until = term::until(text(fields, "until")?, today).map_err(|problem| format!("`until`: {problem}"))?;
    let account = if fields.contains_key("account") { Some(account(text(fields, "account")?)?) } else { None };
    let [resource, rule, reason] = [resource, rule, reason].map(str::to_owned);
    Ok(Listed { parameter: parameter.to_owned(), resource, rule, reason, until, account })
}

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<&'a str, String> {
    let value = fields.get(name).ok_or_else(|| format!("`{name}` is missing"))?;
    value.as_str().map(str::trim).ok_or_else(|| format!("`{name}` is not a text"))
}

fn account(id: &str) -> Result<String, String> {
    if id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(id.to_owned());
    }
    Err(format!("`{}` is not an account; allowed: an id of 12 digits", shown(id)))
}
