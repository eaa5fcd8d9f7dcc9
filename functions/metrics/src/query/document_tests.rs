//! The parameters and metrics in docs/api.md, and the permissions in docs/permissions.md.

use collector::{ResourceType, Wanted, staged_operations};
use documents::{code, parameters, permissions, section, table};

use super::kinds::types;
use super::*;

#[test]
fn the_parameters_and_metrics_match_the_document() {
    section("api.md", "parameters of /metrics", &parameters(PARAMETERS));
    let metrics = |kind: ResourceType| {
        let metrics = kind.catalog()?.metrics.iter().map(|metric| metric.name);
        Some(vec![code([kind.as_str()]), code(metrics)])
    };
    section("api.md", "metrics", &table(&["type", "metrics"], types().into_iter().filter_map(metrics)));
}

#[test]
fn the_permissions_match_the_document() {
    let wanted = Wanted { regions: None, types: types(), tags: true };
    let operations = staged_operations(&wanted).into_iter().map(|o| (o.action, o.name));
    section("permissions.md", "permissions of /metrics", &permissions(operations));
}

#[test]
fn a_default_of_the_description_changes_nothing() {
    let now = "2026-11-20T10:37:12Z".parse().unwrap();
    documents::defaults(PARAMETERS, |pairs| {
        MetricsQuery::from_query(&Query::parse(pairs.iter().copied(), PARAMETERS)?, now)
    });
}
