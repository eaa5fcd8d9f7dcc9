//! The parameters of docs/api.md, and the permissions of docs/permissions.md.

use collector::COST_OPERATIONS;
use documents::{parameters, permissions, section};

use super::*;

#[test]
fn the_parameters_are_those_of_the_document() {
    section("api.md", "parameters of /costs", &parameters(PARAMETERS));
}

#[test]
fn the_permissions_are_those_of_the_document() {
    let operations = COST_OPERATIONS.iter().map(|o| (o.action, o.name));
    section("permissions.md", "permissions of /costs", &permissions(operations));
}

#[test]
fn a_default_of_the_description_changes_nothing() {
    let now = "2026-11-20T10:37:12Z".parse().unwrap();
    documents::defaults(PARAMETERS, |pairs| {
        CostsQuery::from_query(&Query::parse(pairs.iter().copied(), PARAMETERS)?, now)
    });
}
