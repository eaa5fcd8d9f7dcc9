//! Lists the files of the page for `files.rs`, which puts them into the binary.
//!
//! The files come from `make web`. A file that the function could not serve as text, or that no route leads to, fails
//! the build, instead of a browser.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The page, which Vite writes; relative to this crate.
const BUILT: &str = "web/dist";

/// The description of the API, relative to this crate.
const DESCRIPTION: &str = "../../docs/openapi.json";

/// The kinds of files that are text, which the gateway compresses. It would return anything else in base64.
const TEXT: [&str; 4] = ["css", "js", "json", "svg"];

fn main() {
    match list() {
        Ok(()) => {}
        Err(message) => println!("cargo::error={message}"),
    }
}

/// Writes `files.rs` into cargo's output folder.
fn list() -> Result<(), String> {
    let folder = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(|error| error.to_string())?);
    let (index, assets, description) =
        (folder.join(BUILT).join("index.html"), folder.join(BUILT).join("assets"), folder.join(DESCRIPTION));
    println!("cargo::rerun-if-changed=build.rs");
    for path in [&index, &assets, &description] {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    if !index.is_file() || !assets.is_dir() {
        return Err(format!("the page is not built: {} is missing; run `make web`", index.display()));
    }
    if !read(&index)?.contains("%BASE%") {
        return Err(format!("{} has no %BASE%, so its assets could not be found below a stage", index.display()));
    }
    let (index, description) = (literal(&index), literal(&description));
    let mut code = format!(
        "pub(crate) static BUILT: Files = Files {{\n    index: include_str!({index}),\n    \
         description: include_str!({description}),\n    assets: &[\n",
    );
    for (name, path) in files(&assets)? {
        println!("cargo::rerun-if-changed={}", path.display());
        let _ = writeln!(code, "        ({name:?}, include_str!({})),", literal(&path));
    }
    code.push_str("    ],\n};\n");
    let out = PathBuf::from(env::var("OUT_DIR").map_err(|error| error.to_string())?);
    fs::write(out.join("files.rs"), code).map_err(|error| error.to_string())
}

/// Returns the name and path of each asset, in one order.
fn files(assets: &Path) -> Result<Vec<(String, PathBuf)>, String> {
    let listed = fs::read_dir(assets).map_err(|error| format!("{}: {error}", assets.display()))?;
    let mut found = Vec::new();
    for entry in listed {
        let path = entry.map_err(|error| error.to_string())?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let kind = path.extension().and_then(|kind| kind.to_str()).unwrap_or_default();
        if !path.is_file() || !TEXT.contains(&kind) {
            let kinds = TEXT.join(", ");
            return Err(format!("{} can't be served: assets are files, of {kinds}", path.display()));
        }
        found.push((name, path));
    }
    found.sort();
    Ok(found)
}

/// Returns a path as a string literal of Rust.
fn literal(path: &Path) -> String {
    format!("{:?}", path.to_string_lossy())
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}
