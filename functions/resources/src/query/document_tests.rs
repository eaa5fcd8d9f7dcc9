//! The parameters in docs/api.md, and the permissions in docs/permissions.md.

use api::LARGEST_LIMIT;
use documents::{FieldNames, code, fields, names_in_cells, permissions, section, table};

use super::*;

/// Returns what a parameter allows, and its default.
fn row(parameter: &str) -> [String; 2] {
    let without_states: Vec<_> = ResourceType::ALL.into_iter().filter(|kind| kind.states().is_empty()).collect();
    match parameter {
        "regions" => [
            "names of regions: `eu-west-1,us-east-1`".to_owned(),
            "every region that is enabled for the account".to_owned(),
        ],
        "types" => [code(ResourceType::ALL.map(ResourceType::as_str)), "all of them".to_owned()],
        "states" => [
            "states of the chosen types: `running,available`".to_owned(),
            format!(
                "all; {} have no state, so none of them matches (a 400 if no other type is chosen)",
                code(without_states.iter().map(|kind| kind.as_str()))
            ),
        ],
        "tags" => ["`Key`, `Key:Value`, `Key:` or `!Key`: see [Tags](#tags)".to_owned(), "all".to_owned()],
        "limit" => [format!("1 to {LARGEST_LIMIT} resources per page"), "as many as fit into Lambda's 6 MB".to_owned()],
        "cursor" => [
            "`data.next_cursor` of the previous page, with the other parameters unchanged".to_owned(),
            "the first page".to_owned(),
        ],
        other => panic!("{other} is not documented"),
    }
}

#[test]
fn the_parameters_match_the_document() {
    let rows = PARAMETERS.iter().map(|name| [vec![code([name])], row(name).to_vec()].concat());
    let text = table(&["parameter", "allowed", "without it"], rows);
    section("api.md", "parameters of /resources", &text);
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
