//! The definitions of the parameters of `/metrics`.

use api::{ALL, ALLOWED_COST, FORMAT, Parameter, Values, Without, code, max_cost, regions};
use collector::ResourceType;
use collector::window::{LONGEST_HOURS, LONGEST_PERIOD, finest_period, usual_period};
use filter::{states, tags};

use super::by_filters::{MOST_ENTRIES, USUAL_ENTRIES, USUAL_MOST_MICRO_USD};
use super::by_ids::MOST_IDS;
use super::kinds::{type_names, types};
use super::metrics::STATISTICS;
use super::period::USUAL_HOURS;

/// Every parameter of this route.
pub(crate) const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "resource_type",
        values: Values::OneOf(type_names),
        allowed: || code(type_names()),
        without: Without::Means(of_ids),
    },
    Parameter {
        name: "resource_ids",
        values: Values::TextsUpTo(MOST_IDS),
        allowed: || {
            let like = |kind: ResourceType| kind.catalog().map(|catalog| format!("{} ({kind})", catalog.ids.like));
            let like: Vec<_> = types().into_iter().filter_map(like).collect();
            format!("1 to {MOST_IDS}: {}", like.join(", "))
        },
        without: Without::Means(|| "[filters](#resources-by-filters) choose the resources".to_owned()),
    },
    Parameter {
        name: "region",
        values: Values::Region,
        allowed: || "the region of the resources; one that AWS does not have is a 400".to_owned(),
        without: Without::Means(of_ids),
    },
    Parameter {
        name: "exists",
        values: Values::Flag,
        allowed: || {
            "`true`, `false`: with `resource_ids`, whether to list the type in the region too, which is free, and say in \
             `meta.exists` which ids exist"
                .to_owned()
        },
        without: Without::Means(|| "`false`".to_owned()),
    },
    regions(|| filters("names of regions; one that AWS does not have is a 400")),
    Parameter {
        name: "types",
        values: Values::SomeOfOrAll(type_names),
        allowed: || filters(&format!("{}; or `{ALL}` alone", code(type_names()))),
        without: Without::Means(|| {
            let on_request: Vec<_> = types().into_iter().filter(|kind| kind.is_on_request()).collect();
            format!(
                "those that have the metric of `sort`, or one of `metrics`; without both, all but {}, and `s3`, which \
                 needs a `period` of a day",
                code(on_request.into_iter().map(ResourceType::as_str))
            )
        }),
    },
    states(|| filters("states of the types, as in `/resources`"), || "all".to_owned()),
    tags(|| filters("as in `/resources`: see [Tags](#tags)")),
    Parameter {
        name: "sort",
        values: Values::Text,
        allowed: || {
            filters(
                "`metric:statistic`, highest first, or `metric:statistic:asc`, lowest first; a percentile only for one \
                 period",
            )
        },
        without: Without::Means(|| "by type, region and id".to_owned()),
    },
    Parameter {
        name: "limit",
        values: Values::Number(1..=MOST_ENTRIES),
        allowed: || filters(&format!("1 to {MOST_ENTRIES} resources")),
        without: Without::Means(|| USUAL_ENTRIES.to_string()),
    },
    Parameter {
        name: "hours",
        values: Values::Number(1..=LONGEST_HOURS as u64),
        allowed: || {
            format!(
                "1 to {LONGEST_HOURS}: how many hours back from now, in complete periods, rounded up; at least one period, so 24 or more \
                 for buckets"
            )
        },
        without: Without::Default(|| USUAL_HOURS.into()),
    },
    Parameter {
        name: "period",
        values: Values::Number(60..=LONGEST_PERIOD as u64),
        allowed: || {
            format!(
                "seconds, up to {LONGEST_PERIOD}, a multiple of what CloudWatch keeps over these hours: {}, {} from 15 \
                 days, {} from 63 days; for buckets only {LONGEST_PERIOD}",
                finest_period(1),
                finest_period(15 * 24),
                finest_period(63 * 24)
            )
        },
        without: Without::Means(|| {
            format!(
                "{} up to 6 hours, {} up to 15 days, then {}",
                usual_period(6),
                usual_period(15 * 24),
                usual_period(16 * 24)
            )
        }),
    },
    Parameter {
        name: "metrics",
        values: Values::Texts,
        allowed: || "short names or CloudWatch's own, of the metrics of the chosen types".to_owned(),
        without: Without::Means(|| {
            let usual = |kind: ResourceType| {
                let names = kind.catalog()?.usual().iter().map(|metric| metric.name).collect::<Vec<_>>().join(",");
                Some(format!("`{names}` ({kind})"))
            };
            types().into_iter().filter_map(usual).collect::<Vec<_>>().join(", ")
        }),
    },
    Parameter {
        name: "statistics",
        values: Values::Texts,
        allowed: || format!("{}, percentiles such as `p99.9`", code(STATISTICS)),
        without: Without::Means(|| "the usual ones of each metric".to_owned()),
    },
    max_cost(
        || format!("{ALLOWED_COST}: what would cost more is a 400 with its price, before AWS bills anything"),
        || format!("{} by filters; with `resource_ids`, any price", cents(USUAL_MOST_MICRO_USD)),
    ),
    FORMAT,
];

fn of_ids() -> String {
    "required with `resource_ids`, not allowed without".to_owned()
}

fn filters(allowed: &str) -> String {
    format!("not with `resource_ids`: {allowed}")
}

/// Formats millionths of a dollar as dollars and cents.
fn cents(micro_usd: u64) -> String {
    let cents = micro_usd / 10_000;
    format!("{}.{:02}", cents / 100, cents % 100)
}
