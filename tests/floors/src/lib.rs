//! Reads which module of a crate imports which, for the tests that hold the sources to the floor plan.
//!
//! An import is a path in the code, in a `use` or elsewhere, that begins with `crate`, `super`, `self` or the name of a
//! module that is declared in the same file. What is compiled for tests alone may import anything, and is left out.

#![allow(clippy::panic, clippy::expect_used, reason = "this is a part of tests, which fail by panicking")]

mod modules;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use crate::modules::{Module, modules};

/// What each module imports, by their paths inside the crate: `services::ec2`; the root is empty.
pub type Imports = BTreeMap<String, BTreeSet<String>>;

/// The imports of all modules of a crate.
#[must_use]
pub fn imports(modules: &BTreeMap<String, Module>) -> Imports {
    let imported = |(from, module): (&String, &Module)| {
        let to = module.paths.iter().filter_map(|path| nearest(modules, path));
        (from.clone(), to.filter(|to| to != from).collect())
    };
    modules.iter().map(imported).collect()
}

/// The module that a path leads into: the longest beginning of it that is one. The root counts only where the path names
/// something in it.
fn nearest(modules: &BTreeMap<String, Module>, path: &[String]) -> Option<String> {
    (0..=path.len())
        .rev()
        .map(|length| path.iter().take(length).cloned().collect::<Vec<_>>().join("::"))
        .find(|name| modules.contains_key(name))
}

/// The modules that import each other in a circle, directly or by way of others.
#[must_use]
pub fn circle(imports: &Imports) -> BTreeSet<String> {
    let mut left = imports.clone();
    loop {
        // What imports nothing of the rest, or is imported by nothing of it, is in no circle.
        let imported: BTreeSet<_> = left.values().flatten().cloned().collect();
        let outside: Vec<_> = left
            .iter()
            .filter(|(name, to)| !imported.contains(*name) || !to.iter().any(|to| left.contains_key(to)))
            .map(|(name, _)| name.clone())
            .collect();
        if outside.is_empty() {
            return left.into_keys().collect();
        }
        left.retain(|name, _| !outside.contains(name));
        for to in left.values_mut() {
            to.retain(|to| !outside.contains(to));
        }
    }
}
