//! The modules of a crate, and the paths that each of them names.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::Visit;
use syn::{Attribute, Item, ItemMod, Macro, UseTree, Visibility};

/// What one module names.
#[derive(Debug, Default)]
pub struct Module {
    /// Paths inside the crate, from its root: `["services", "ec2", "Ec2"]`.
    pub paths: Vec<Vec<String>>,
    /// Other crates.
    pub crates: Vec<String>,
}

/// Returns every module of the crate whose root file is `root`, by its path; code that is compiled only for tests is
/// ignored.
///
/// # Panics
/// If a file is missing or is not valid Rust.
#[must_use]
pub fn modules(root: &Path) -> BTreeMap<String, Module> {
    let mut found = BTreeMap::new();
    let folder = root.parent().expect("the root file is in a folder");
    read_file(root, folder, &[], &mut found);
    found
}

fn read_file(file: &Path, folder: &Path, path: &[String], found: &mut BTreeMap<String, Module>) {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    read_items(&parsed.items, folder, path, found);
}

fn read_items(items: &[Item], folder: &Path, path: &[String], found: &mut BTreeMap<String, Module>) {
    let mut reader = Reader { path, children: Vec::new(), module: Module::default() };
    let declared = |item: &Item| if let Item::Mod(module) = item { Some(module.clone()) } else { None };
    let children: Vec<ItemMod> = items.iter().filter_map(declared).filter(|m| !is_for_tests(&m.attrs)).collect();
    reader.children = children.iter().map(|module| module.ident.to_string()).collect();
    for item in items.iter().filter(|item| !matches!(item, Item::Mod(_))) {
        reader.visit_item(item);
    }
    let module = reader.module;
    found.insert(path.join("::"), module);
    for child in &children {
        let name = child.ident.to_string();
        let inside: Vec<_> = path.iter().cloned().chain([name.clone()]).collect();
        let own_folder = folder.join(&name);
        match &child.content {
            Some((_, items)) => read_items(items, &own_folder, &inside, found),
            None => read_file(&folder.join(format!("{name}.rs")), &own_folder, &inside, found),
        }
    }
}

/// Returns whether something is compiled only for tests.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let is_cfg_test = attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|argument| argument == "test");
        is_cfg_test || attribute.path().is_ident("test")
    })
}

struct Reader<'a> {
    /// The path of the module.
    path: &'a [String],
    /// The modules that it declares.
    children: Vec<String>,
    module: Module,
}

impl Reader<'_> {
    /// Records a path as it is written.
    fn record(&mut self, written: &[String]) {
        let Some((first, rest)) = written.split_first() else { return };
        let here = self.path.to_vec();
        let from_root = match first.as_str() {
            "crate" => rest.to_vec(),
            "self" => [&here, rest].concat(),
            "super" => {
                let up = written.iter().take_while(|part| *part == "super").count();
                let kept = here.len().saturating_sub(up);
                [here.get(..kept).unwrap_or_default(), written.get(up..).unwrap_or_default()].concat()
            }
            child if self.children.iter().any(|known| known == child) => [&here, written].concat(),
            other => return self.module.crates.push(other.to_owned()),
        };
        self.module.paths.push(from_root);
    }

    fn record_use(&mut self, before: &[String], tree: &UseTree) {
        let with = |name: String| before.iter().cloned().chain([name]).collect::<Vec<_>>();
        match tree {
            UseTree::Path(path) => self.record_use(&with(path.ident.to_string()), &path.tree),
            UseTree::Name(name) if name.ident == "self" => self.record(before),
            UseTree::Name(name) => self.record(&with(name.ident.to_string())),
            UseTree::Rename(name) => self.record(&with(name.ident.to_string())),
            UseTree::Glob(_) => self.record(before),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.record_use(before, tree)),
        }
    }

    /// Records the paths in a macro's tokens that begin with `crate`; other paths can't be distinguished from the
    /// macro's own syntax.
    fn record_tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        for token in tokens {
            match token {
                TokenTree::Ident(name) if name == "crate" || !path.is_empty() => path.push(name.to_string()),
                TokenTree::Punct(colon) if colon.as_char() == ':' && !path.is_empty() => {}
                other => {
                    self.record_macro_path(&std::mem::take(&mut path));
                    if let TokenTree::Group(group) = other {
                        self.record_tokens(group.stream());
                    }
                }
            }
        }
        self.record_macro_path(&path);
    }

    /// Records a path in a macro's tokens, unless it is that of `pub(crate)`.
    fn record_macro_path(&mut self, path: &[String]) {
        if path.len() > 1 {
            self.record(path);
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            Item::Const(item) => &item.attrs,
            _ => return syn::visit::visit_item(self, item),
        };
        if !is_for_tests(attributes) {
            syn::visit::visit_item(self, item);
        }
    }

    fn visit_use_tree(&mut self, tree: &'ast UseTree) {
        self.record_use(&[], tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            self.record(&path.segments.iter().map(|segment| segment.ident.to_string()).collect::<Vec<_>>());
        }
        syn::visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, of: &'ast Macro) {
        self.record_tokens(of.tokens.clone());
    }

    // `pub(crate)` imports nothing.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    // Attributes import nothing either.
    fn visit_attribute(&mut self, _: &'ast Attribute) {}
}
