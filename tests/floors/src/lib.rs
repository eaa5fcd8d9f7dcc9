//! Reads which modules of a crate import which others, for the tests that check the sources against the floor plan.
//!
//! An import is a path in the code, in a `use` or elsewhere, that begins with `crate`, `super`, `self` or the name of a
//! module that is declared in the same file. Code that is compiled only for tests may import anything, and is ignored.

#![allow(clippy::panic, clippy::expect_used, reason = "tests use this crate, and they fail by panicking")]

mod modules;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use crate::modules::{Module, modules};

/// What each module imports, by paths inside the crate such as `services::ec2`; the path of the root is empty.
pub type Imports = BTreeMap<String, BTreeSet<String>>;

/// Returns the imports of all modules of a crate.
#[must_use]
pub fn imports(modules: &BTreeMap<String, Module>) -> Imports {
    let imported = |(from, module): (&String, &Module)| {
        let to = module.paths.iter().filter_map(|path| nearest(modules, path));
        (from.clone(), to.filter(|to| to != from).collect())
    };
    modules.iter().map(imported).collect()
}

/// Returns the module that a path refers to: its longest prefix that is a module. The result is the root if the path
/// names an item of the root.
fn nearest(modules: &BTreeMap<String, Module>, path: &[String]) -> Option<String> {
    (0..=path.len())
        .rev()
        .map(|length| path.iter().take(length).cloned().collect::<Vec<_>>().join("::"))
        .find(|name| modules.contains_key(name))
}

/// Returns the modules that import each other in a circle, directly or through others.
#[must_use]
pub fn circle(imports: &Imports) -> BTreeSet<String> {
    let mut left = imports.clone();
    loop {
        // A module that imports none of the rest, or is imported by none of it, is not in a circle.
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
