//! The parameters and metrics in docs/api.md, and the permissions in docs/permissions.md.

use collector::MEASURE_OPERATIONS;
use documents::{code, permissions, section, table};

use super::*;

/// Returns what a parameter allows, and its default.
fn row(parameter: &str) -> [String; 2] {
    let required = || "required".to_owned();
    match parameter {
        "resource_type" => [code(types().into_iter().map(ResourceType::as_str)), required()],
        "resource_ids" => {
            let like = |kind: ResourceType| kind.catalog().map(|catalog| format!("{} ({kind})", catalog.ids.like));
            let like: Vec<_> = types().into_iter().filter_map(like).collect();
            [format!("1 to {MOST_IDS}: {}", like.join(", ")), required()]
        }
        "region" => ["the region of the resources".to_owned(), required()],
        "hours" => [
            format!(
                "1 to {LONGEST_HOURS}: how many hours back from now, in complete periods; at least one period, so 24 or more \
                 for buckets"
            ),
            USUAL_HOURS.to_string(),
        ],
        "period" => [
            format!(
                "seconds, up to {LONGEST_PERIOD}, a multiple of what CloudWatch keeps over these hours: {}, {} from 15 \
                 days, {} from 63 days; for buckets only {LONGEST_PERIOD}",
                finest_period(1),
                finest_period(15 * 24),
                finest_period(63 * 24)
            ),
            format!(
                "{} up to 6 hours, {} up to 15 days, then {}",
                usual_period(6),
                usual_period(15 * 24),
                usual_period(16 * 24)
            ),
        ],
        "metrics" => {
            let usual = |kind: ResourceType| {
                let names = kind.catalog()?.usual().iter().map(|metric| metric.name).collect::<Vec<_>>().join(",");
                Some(format!("`{names}` ({kind})"))
            };
            let usual: Vec<_> = types().into_iter().filter_map(usual).collect();
            ["short names or CloudWatch's own".to_owned(), usual.join(", ")]
        }
        "statistics" => {
            [format!("{}, percentiles such as `p99.9`", code(STATISTICS)), "the usual ones of each metric".to_owned()]
        }
        other => panic!("{other} is not documented"),
    }
}

#[test]
fn the_parameters_and_metrics_match_the_document() {
    let rows = PARAMETERS.iter().map(|name| [vec![code([name])], row(name).to_vec()].concat());
    section("api.md", "parameters of /metrics", &table(&["parameter", "allowed", "without it"], rows));
    let metrics = |kind: ResourceType| {
        let metrics = kind.catalog()?.metrics.iter().map(|metric| metric.name);
        Some(vec![code([kind.as_str()]), code(metrics)])
    };
    section("api.md", "metrics", &table(&["type", "metrics"], types().into_iter().filter_map(metrics)));
}

#[test]
fn the_permissions_match_the_document() {
    let operations = MEASURE_OPERATIONS.iter().map(|o| (o.action, o.name));
    section("permissions.md", "permissions of /metrics", &permissions(operations));
}
