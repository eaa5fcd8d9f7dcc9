//! Holds the documents under `docs/` to the code: whatever lists something that the code has is written from it.
//!
//! A test renders the text and gives it to [`document`] or [`section`], which fail when the file says something else.
//! `make documents` runs the same tests with `WRITE_DOCUMENTS` set, and they write the file instead.

#![allow(clippy::panic, clippy::expect_used, reason = "this is a part of tests, which fail by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Where the documents are.
const DOCUMENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");

/// Holds a whole document to `text`.
///
/// # Panics
/// The document says something else.
pub fn document(name: &str, text: &str) {
    let path = Path::new(DOCUMENTS).join(name);
    hold(&path, &read(&path), text);
}

/// Holds the part of a document to `text` that is between the lines `<!-- title: begin -->` and `<!-- title: end -->`.
///
/// # Panics
/// The part says something else, or there is none.
pub fn section(name: &str, title: &str, text: &str) {
    let path = Path::new(DOCUMENTS).join(name);
    let found = read(&path);
    let (before, _, after) = cut(name, title, &found);
    hold(&path, &found, &format!("{before}{text}{after}"));
}

/// What is before the text between two marks, that text, and what is after it; the marks belong to what is around it.
fn cut<'a>(name: &str, title: &str, text: &'a str) -> (&'a str, &'a str, &'a str) {
    let (begin, end) = (format!("<!-- {title}: begin -->\n"), format!("<!-- {title}: end -->\n"));
    let from = text.find(&begin).map(|at| at.saturating_add(begin.len()));
    let to = text.find(&end);
    let parts = from.zip(to).and_then(|(from, to)| Some((text.get(..from)?, text.get(from..to)?, text.get(to..)?)));
    parts.unwrap_or_else(|| panic!("docs/{name} has no part between the marks `{title}`"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// The first cell of each row of the table between the marks `title`, without the marks of code.
///
/// # Panics
/// There is no such table.
#[must_use]
pub fn first_cells(name: &str, title: &str) -> Vec<String> {
    let found = read(&Path::new(DOCUMENTS).join(name));
    let (_, table, _) = cut(name, title, &found);
    let cell = |line: &str| line.split('|').nth(1).unwrap_or_default().trim().trim_matches('`').to_owned();
    table.lines().skip(2).map(cell).collect()
}

/// A table of Markdown: a line of names, and a line for each row.
#[must_use]
pub fn table(names: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | ").replace('\n', " "));
    let names: Vec<_> = names.iter().map(ToString::to_string).collect();
    let head = format!("{}|{}\n", line(&names), "---|".repeat(names.len()));
    std::iter::once(head).chain(rows.into_iter().map(|row| line(&row))).collect()
}

/// Names as code, with commas between.
#[must_use]
pub fn code<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    names.into_iter().map(|name| format!("`{}`", name.as_ref())).collect::<Vec<_>>().join(", ")
}

/// The table of the IAM actions that permit operations, each given by its action and its name. An operation without an
/// action needs no permission.
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

fn hold(path: &Path, found: &str, text: &str) {
    if found == text {
        return;
    }
    if std::env::var_os("WRITE_DOCUMENTS").is_some() {
        fs::write(path, text).expect("the document can be written");
        return;
    }
    let (number, (found, text)) = first_difference(found, text);
    panic!(
        "{} is stale from line {number} on; `make documents` writes it.\n   it says: {found}\nthe code: {text}",
        path.display()
    );
}

/// The first line in which two texts differ.
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
