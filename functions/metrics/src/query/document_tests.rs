//! The parameters and metrics in docs/api.md, and the permissions in docs/permissions.md.

use api::ALLOWED_COST;
use collector::window::{LONGEST_HOURS, LONGEST_PERIOD, finest_period, usual_period};
use collector::{ResourceType, Wanted, survey_operations};
use documents::{code, permissions, section, table};

use super::by_filters::{MOST_ENTRIES, USUAL_ENTRIES, USUAL_MOST_MICRO_USD};
use super::by_ids::MOST_IDS;
use super::kinds::types;
use super::metrics::STATISTICS;
use super::period::USUAL_HOURS;
use super::*;

/// Returns what a parameter allows, and its default.
fn row(parameter: &str) -> [String; 2] {
    let of_ids = || "required with `resource_ids`, not allowed without".to_owned();
    let filters = |allowed: &str| format!("not with `resource_ids`: {allowed}");
    match parameter {
        "resource_type" => [code(types().into_iter().map(ResourceType::as_str)), of_ids()],
        "resource_ids" => {
            let like = |kind: ResourceType| kind.catalog().map(|catalog| format!("{} ({kind})", catalog.ids.like));
            let like: Vec<_> = types().into_iter().filter_map(like).collect();
            [format!("1 to {MOST_IDS}: {}", like.join(", ")), "[filters](#resources-by-filters) choose the resources".to_owned()]
        }
        "region" => ["the region of the resources".to_owned(), of_ids()],
        "exists" => [
            "`true`, `false`: with `resource_ids`, whether to list the type in the region too, which is free, and say in \
             `meta.exists` which ids exist"
                .to_owned(),
            "`false`".to_owned(),
        ],
        "regions" => [filters("names of regions"), "every region that is enabled for the account".to_owned()],
        "types" => [
            filters(&code(types().into_iter().map(ResourceType::as_str))),
            "those that have the metric of `sort`, or one of `metrics`; without both, all but `s3`, which needs a \
             `period` of a day"
                .to_owned(),
        ],
        "states" => [filters("states of the types, as in `/resources`"), "all".to_owned()],
        "tags" => [filters("as in `/resources`: see [Tags](#tags)"), "all".to_owned()],
        "sort" => [
            filters(
                "`metric:statistic`, highest first, or `metric:statistic:asc`, lowest first; a percentile only for one \
                 period",
            ),
            "by type, region and id".to_owned(),
        ],
        "limit" => [filters(&format!("1 to {MOST_ENTRIES} resources")), USUAL_ENTRIES.to_string()],
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
        "max_cost_usd" => [
            format!("{ALLOWED_COST}: what would cost more is a 400 with its price, before AWS bills anything"),
            format!("{:.2} by filters; with `resource_ids`, any price", f64::from(u32::try_from(USUAL_MOST_MICRO_USD).unwrap()) / 1e6),
        ],
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
    let wanted = Wanted { regions: None, types: types(), tags: true };
    let operations = survey_operations(&wanted).into_iter().map(|o| (o.action, o.name));
    section("permissions.md", "permissions of /metrics", &permissions(operations));
}
