//! The fields of the types of resources, read from the sources, since the JSON of a value lacks the omitted fields.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::{Attribute, Expr, Fields, ImplItem, Item, Lit, LitStr, Type};

/// The folder of the types.
const SERVICES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/collector/src/services");

/// The names of the fields of one type.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FieldNames {
    /// The fields that are in every response.
    pub always: BTreeSet<String>,
    /// The fields that are omitted if AWS returns none.
    pub sometimes: BTreeSet<String>,
}

/// The fields of each type of resource, by the name of the type: of each struct that implements `Kind`.
///
/// # Panics
/// A source can't be read.
#[must_use]
pub fn fields() -> BTreeMap<String, FieldNames> {
    sources(Path::new(SERVICES)).iter().filter_map(|path| fields_of(path)).collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().expect("the services are there").map(|entry| entry.expect("it can be read").path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

/// The type of a file, if it has one.
fn fields_of(path: &Path) -> Option<(String, FieldNames)> {
    let text = fs::read_to_string(path).expect("a source can be read");
    let items = syn::parse_file(&text).expect("a source is Rust").items;
    let (kind, name) = items.iter().find_map(kind_of)?;
    let fields = items.iter().find_map(|item| match item {
        Item::Struct(item) if item.ident == kind => Some(&item.fields),
        _ => None,
    });
    Some((name, names(fields?)))
}

/// The struct of an `impl Kind for …`, and the `TYPE` in it.
fn kind_of(item: &Item) -> Option<(syn::Ident, String)> {
    let Item::Impl(item) = item else { return None };
    let (_, of, _) = item.trait_.as_ref()?;
    let Type::Path(kind) = item.self_ty.as_ref() else { return None };
    let name = item.items.iter().find_map(|item| match item {
        ImplItem::Const(item) if item.ident == "TYPE" => literal(&item.expr),
        _ => None,
    });
    of.is_ident("Kind").then_some((kind.path.get_ident()?.clone(), name?))
}

fn literal(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(literal) => {
            if let Lit::Str(text) = &literal.lit {
                Some(text.value())
            } else {
                None
            }
        }
        _ => None,
    }
}

fn names(fields: &Fields) -> FieldNames {
    let mut found = FieldNames::default();
    for field in fields {
        let Some(name) = &field.ident else { continue };
        let (renamed, skipped) = field.attrs.iter().map(serde).fold((None, false), |a, b| (a.0.or(b.0), a.1 || b.1));
        let names = if skipped { &mut found.sometimes } else { &mut found.always };
        names.insert(renamed.unwrap_or_else(|| name.to_string()));
    }
    found
}

/// Reads a serde attribute of a field: its other name, and whether it can be omitted.
fn serde(attribute: &Attribute) -> (Option<String>, bool) {
    let (mut renamed, mut skipped) = (None, false);
    if attribute.path().is_ident("serde") {
        let read = attribute.parse_nested_meta(|meta| {
            let value = meta.value()?.parse::<LitStr>()?.value();
            if meta.path.is_ident("rename") {
                renamed = Some(value);
            } else {
                skipped |= meta.path.is_ident("skip_serializing_if");
            }
            Ok(())
        });
        read.expect("serde's attributes of a field have texts for values");
    }
    (renamed, skipped)
}
