//! Keeps the documents under `docs/` in line with the code: everything that lists a part of the code is generated.
//!
//! A test renders the text and passes it to [`document`] or [`section`], which fail if the file differs. `make
//! documents` runs the same tests with `WRITE_DOCUMENTS` set, and they write the file instead.

#![allow(clippy::panic, clippy::expect_used, reason = "tests use this crate, and they fail by panicking")]

mod fields;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::fs;
use std::path::Path;

pub use api::code;
use api::{ApiError, Parameter};

pub use crate::fields::{FieldNames, fields};

/// The folder of the documents.
const DOCUMENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");

/// Compares a whole document with `text`.
///
/// # Panics
/// If the document differs.
pub fn document(name: &str, text: &str) {
    let path = Path::new(DOCUMENTS).join(name);
    compare(&path, &read(&path), text);
}

/// Compares the part of a document between the lines `<!-- title: begin -->` and `<!-- title: end -->` with `text`.
///
/// # Panics
/// If the part differs or does not exist.
pub fn section(name: &str, title: &str, text: &str) {
    let path = Path::new(DOCUMENTS).join(name);
    let found = read(&path);
    let (before, _, after) = cut(name, title, &found);
    compare(&path, &found, &format!("{before}{text}{after}"));
}

/// Splits a document into the text before a part, the part, and the text after it; the marks belong to the outer texts.
fn cut<'a>(name: &str, title: &str, text: &'a str) -> (&'a str, &'a str, &'a str) {
    let (begin, end) = (format!("<!-- {title}: begin -->\n"), format!("<!-- {title}: end -->\n"));
    let from = text.find(&begin).map(|at| at.saturating_add(begin.len()));
    let to = text.find(&end);
    let parts = from.zip(to).and_then(|(from, to)| Some((text.get(..from)?, text.get(from..to)?, text.get(to..)?)));
    parts.unwrap_or_else(|| panic!("docs/{name} has no part between the marks `{title}`"))
}

/// Returns what a document says under a heading, up to the next heading of any level; `within` is a heading above it, if
/// several chapters have one of this name.
///
/// # Panics
/// If there is no such heading.
#[must_use]
pub fn chapter(name: &str, within: Option<&str>, heading: &str) -> String {
    let found = read(&Path::new(DOCUMENTS).join(name));
    let title = |line: &str| line.starts_with('#').then(|| line.trim_start_matches('#').trim().to_owned());
    let is = |line: &str, heading: &str| title(line).is_some_and(|title| title == heading);
    let mut lines = found.lines();
    if let Some(within) = within {
        assert!(lines.any(|line| is(line, within)), "docs/{name} has no chapter {within}");
    }
    assert!(lines.any(|line| is(line, heading)), "docs/{name} has no chapter {heading}");
    lines.take_while(|line| title(line).is_none()).collect::<Vec<_>>().join("\n").trim().to_owned()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// Returns the names in each row of the table between the marks `title`, cell by cell: everything in backticks that is
/// not in parentheses.
///
/// # Panics
/// If there is no such table.
#[must_use]
pub fn names_in_cells(name: &str, title: &str) -> Vec<Vec<BTreeSet<String>>> {
    let found = read(&Path::new(DOCUMENTS).join(name));
    let (_, table, _) = cut(name, title, &found);
    let cells = |line: &str| line.split('|').skip(1).map(names_in).collect();
    table.lines().skip(2).map(cells).collect()
}

fn names_in(cell: &str) -> BTreeSet<String> {
    // After each opening parenthesis, only what follows the closing one.
    let mut parts = cell.split('(');
    let first = parts.next().unwrap_or_default();
    let outside = std::iter::once(first).chain(parts.filter_map(|part| part.split_once(')')).map(|(_, after)| after));
    outside.flat_map(|text| text.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

/// Returns a Markdown table with a header of `names` and a line for each row.
#[must_use]
pub fn table(names: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | ").replace('\n', " "));
    let names: Vec<_> = names.iter().map(ToString::to_string).collect();
    let head = format!("{}|{}\n", line(&names), "---|".repeat(names.len()));
    std::iter::once(head).chain(rows.into_iter().map(|row| line(&row))).collect()
}

/// Returns the table of a route's parameters.
#[must_use]
pub fn parameters(parameters: &[Parameter]) -> String {
    let row = |parameter: &Parameter| vec![code([parameter.name]), (parameter.allowed)(), parameter.without.in_words()];
    table(&["parameter", "allowed", "without it"], parameters.iter().map(row))
}

/// Checks that a call with any default is the same as one without: what `read` makes of it looks the same.
///
/// # Panics
/// If a default means something else, or can't be sent.
pub fn defaults<T: Debug>(parameters: &[Parameter], read: impl Fn(&[(&str, &str)]) -> Result<T, ApiError>) {
    let without = read(&[]).expect("a call without parameters is allowed");
    for parameter in parameters.iter().filter(|parameter| parameter.without.default().is_some()) {
        let text = parameter.without.in_words().replace('`', "");
        let with = read(&[(parameter.name, &text)]).expect("a default is allowed");
        assert_eq!(format!("{with:?}"), format!("{without:?}"), "{}", parameter.name);
    }
}

/// Returns the table of the IAM actions that permit operations. Each operation is a pair of its action and its name;
/// one without an action needs no permission.
#[must_use]
pub fn permissions(operations: impl IntoIterator<Item = (Option<&'static str>, &'static str)>) -> String {
    let mut of_actions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (action, operation) in operations {
        if let Some(action) = action {
            of_actions.entry(action).or_default().insert(operation);
        }
    }
    table(&["action", "for"], of_actions.into_iter().map(|(action, names)| vec![code([action]), code(names)]))
}

fn compare(path: &Path, found: &str, text: &str) {
    if found == text {
        return;
    }
    if std::env::var_os("WRITE_DOCUMENTS").is_some() {
        fs::write(path, text).expect("the document can be written");
        return;
    }
    let (number, (found, text)) = first_difference(found, text);
    panic!(
        "{} is stale from line {number}; run `make documents`.\nin the file: {found}\n  generated: {text}",
        path.display()
    );
}

/// Returns the number of the first line in which two texts differ, and both lines.
fn first_difference<'a>(a: &'a str, b: &'a str) -> (usize, (&'a str, &'a str)) {
    let mut others = b.lines();
    let mut number = 1_usize;
    for line in a.lines() {
        let other = others.next().unwrap_or_default();
        if line != other {
            return (number, (line, other));
        }
        number = number.saturating_add(1);
    }
    (number, ("", others.next().unwrap_or_default()))
}
