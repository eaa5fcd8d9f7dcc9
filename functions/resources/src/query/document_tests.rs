//! The parameters in docs/api.md, and the permissions in docs/permissions.md.

use collector::price::UnpricedReason;
use documents::{FieldNames, fields, names_in_cells, parameters, permissions, section, table};

use super::*;

#[test]
fn the_parameters_match_the_document() {
    section("api.md", "parameters of /resources", &parameters(PARAMETERS));
}

#[test]
fn the_permissions_match_the_document() {
    let wanted = Wanted { regions: None, types: ResourceType::ALL.to_vec(), tags: true };
    let operations = wanted.operations().into_iter().map(|o| (o.action, o.name));
    section("permissions.md", "permissions of /resources", &permissions(operations));
}

#[test]
fn the_document_has_the_fields_of_each_type() {
    let documented = names_in_cells("api.md", "fields");
    let mut fields = fields();
    assert_eq!(documented.len(), ResourceType::ALL.len());
    for (kind, row) in ResourceType::ALL.into_iter().zip(&documented) {
        let FieldNames { always, sometimes } = fields.remove(kind.as_str()).unwrap();
        assert_eq!(row.get(..3), Some(&[[kind.to_string()].into(), always, sometimes][..]), "{kind}");
    }
    assert!(fields.is_empty(), "{fields:?}");
}

#[test]
fn the_document_names_the_types_with_defaults() {
    let types = code(collector::services::resource_explorer::types_with_defaults());
    section("api.md", "types with defaults", &format!("{types}\n"));
}

#[test]
fn the_document_has_each_reason_without_a_price() {
    let schema = schemars::schema_for!(UnpricedReason).to_value();
    let row = |reason: &serde_json::Value| {
        vec![code([reason["const"].as_str().unwrap()]), reason["description"].as_str().unwrap().to_owned()]
    };
    let rows = schema["oneOf"].as_array().unwrap().iter().map(row);
    section("api.md", "reasons without a price", &table(&["reason", "meaning"], rows));
}

#[test]
fn a_default_of_the_description_changes_nothing() {
    documents::defaults(PARAMETERS, |pairs| {
        ResourcesQuery::from_query(&Query::parse(pairs.iter().copied(), PARAMETERS)?)
    });
}
