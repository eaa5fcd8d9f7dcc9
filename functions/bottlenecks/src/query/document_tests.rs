//! The parameters in docs/api.md, and the permissions in docs/permissions.md.

use collector::{EXCEPTIONS_OPERATIONS, PRICES_OPERATIONS, RECOMMENDATIONS_OPERATIONS, survey_operations};
use documents::{parameters, permissions, section};

use super::*;

#[test]
fn the_parameters_match_the_document() {
    section("api.md", "parameters of /bottlenecks", &parameters(PARAMETERS));
}

#[test]
fn the_permissions_match_the_document() {
    let wanted = Wanted { regions: None, types: rules::types(), tags: true };
    let operations = survey_operations(&wanted, &rules::beside(&wanted.types, &Category::ALL))
        .into_iter()
        .chain(RECOMMENDATIONS_OPERATIONS.iter().copied())
        .map(|o| (o.action, o.name));
    section("permissions.md", "permissions of /bottlenecks", &permissions(operations));
}

#[test]
fn the_permissions_in_the_home_account_match_the_document() {
    let operations = EXCEPTIONS_OPERATIONS.iter().map(|operation| (operation.action, operation.name));
    section("permissions.md", "permissions of exceptions", &permissions(operations));
}

#[test]
fn the_permissions_for_prices_match_the_document() {
    let operations = PRICES_OPERATIONS.iter().map(|operation| (operation.action, operation.name));
    section("permissions.md", "permissions of prices", &permissions(operations));
}

#[test]
fn a_default_of_the_description_changes_nothing() {
    let now = "2026-11-20T10:37:12Z".parse().unwrap();
    documents::defaults(PARAMETERS, |pairs| {
        BottlenecksQuery::from_query(&Query::parse(pairs.iter().copied(), PARAMETERS)?, now)
    });
}
