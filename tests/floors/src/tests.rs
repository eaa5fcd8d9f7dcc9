//! The floor plan itself, which the sources are checked against.

use std::fs;
use std::path::PathBuf;

use super::*;

/// The floors of the collector, lowest first. A module may import from its own floor and those below it.
const FLOORS: [&str; 5] = ["model", "call", "services", "accounts", "questions"];

/// The folder of the repository.
const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Returns the root files of all libraries of the product.
fn roots() -> Vec<PathBuf> {
    let folders = ["functions", "shared"].map(|folder| PathBuf::from(REPOSITORY).join(folder));
    let crates = folders.iter().flat_map(|folder| folder.read_dir().unwrap()).map(|entry| entry.unwrap().path());
    let mut roots: Vec<_> = crates.map(|path| path.join("src/lib.rs")).filter(|root| root.is_file()).collect();
    roots.sort();
    roots
}

fn collector() -> BTreeMap<String, Module> {
    modules(&PathBuf::from(REPOSITORY).join("shared/collector/src/lib.rs"))
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| module.split("::").next() == Some(floor))
}

#[test]
fn no_modules_import_each_other_in_a_circle() {
    assert!(roots().len() >= 8);
    for root in roots() {
        assert_eq!(circle(&imports(&modules(&root))), BTreeSet::new(), "{}", root.display());
    }
}

#[test]
fn imports_of_the_collector_go_down() {
    let imports = imports(&collector());
    for (from, to) in &imports {
        assert!(from.is_empty() || floor(from).is_some(), "{from} is on no floor");
        for to in to.iter().filter(|_| !from.is_empty()) {
            assert!(floor(to).is_some_and(|to| Some(to) <= floor(from)), "{from} imports {to}, which is above it");
        }
    }
    // These imports are known, so they must have been read.
    for (from, to) in [("questions::survey", "questions::inventory"), ("services::rds", "call::clients")] {
        assert!(imports[from].contains(to), "{from} imports {to}");
    }
}

#[test]
fn only_services_name_an_sdk_and_the_model_knows_nothing_of_aws() {
    for (name, module) in collector() {
        let named = |prefix: &str| module.crates.iter().find(|other| other.starts_with(prefix));
        assert!(
            floor(&name) == floor("services") || named("aws_sdk_").is_none(),
            "{name} names {:?}",
            named("aws_sdk_")
        );
        if floor(&name) == floor("model") {
            for prefix in ["aws_", "tokio", "sdk"] {
                assert_eq!(named(prefix), None, "{name}");
            }
        }
    }
}

#[test]
fn no_file_is_left_out_of_its_crate() {
    let mut files = 0;
    for root in roots() {
        let mut folders = vec![root.parent().unwrap().to_owned()];
        while let Some(folder) = folders.pop() {
            let declaring = folder.with_extension("rs");
            let declaring = if declaring.is_file() { &declaring } else { &root };
            let declared = fs::read_to_string(declaring).unwrap();
            for path in folder.read_dir().unwrap().map(|entry| entry.unwrap().path()) {
                let name = path.file_stem().unwrap().to_str().unwrap();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|kind| kind == "rs") && !["lib", "main"].contains(&name) {
                    let declares = |line: &str| line.split(' ').skip_while(|word| *word != "mod").nth(1) == Some(name);
                    let is_there = declared.lines().any(|line| line.strip_suffix(';').is_some_and(declares));
                    assert!(is_there, "{} has no `mod {name};` for {}", declaring.display(), path.display());
                    files += 1;
                }
            }
        }
    }
    assert!(files > 90, "{files}");
}

#[test]
fn a_circle_is_found_however_long_it_is() {
    let imports = |pairs: &[(&str, &[&str])]| -> Imports {
        pairs.iter().map(|(from, to)| ((*from).into(), to.iter().map(ToString::to_string).collect())).collect()
    };
    assert_eq!(circle(&imports(&[("a", &["b"]), ("b", &["c"]), ("c", &[])])), BTreeSet::new());
    let three = imports(&[("a", &["b"]), ("b", &["c"]), ("c", &["b"]), ("d", &["c"])]);
    assert_eq!(circle(&three), ["b".to_owned(), "c".to_owned()].into());
}
