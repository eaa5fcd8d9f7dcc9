//! The parameters of docs/api.md, and the permissions of docs/permissions.md.

use collector::COST_OPERATIONS;
use documents::{code, permissions, section, table};

use super::dates::{HOURLY_DAYS, USUAL_DAYS};
use super::*;

/// What a parameter allows, and what holds without it.
fn row(parameter: &str) -> [String; 2] {
    let (daily, monthly, hourly) = (GRANULARITIES[0], GRANULARITIES[1], GRANULARITIES[2]);
    match parameter {
        "days" => [
            format!(
                "the last so many whole days, as many as Cost Explorer keeps ({HOURLY_DAYS} for `{hourly}`); not with \
                 `start` or `end`"
            ),
            format!("{USUAL_DAYS}; {HOURLY_DAYS} for `{hourly}`"),
        ],
        "start" => {
            ["the first day, as `YYYY-MM-DD`; required with `end`".to_owned(), "the first of the `days`".to_owned()]
        }
        "end" => [
            "the day after the last, as `YYYY-MM-DD`; tomorrow at the latest".to_owned(),
            "today, which has not ended and is not included".to_owned(),
        ],
        "granularity" => [
            format!(
                "`{daily}`, `{monthly}`, or `{hourly}` for the last {HOURLY_DAYS} days and today (the account has to \
                 opt in)"
            ),
            code([daily]),
        ],
        "metric" => [code(METRICS.map(|(name, _)| name)), code([METRICS[0].0])],
        "group_by" => [
            format!("up to two of {}, `tag:Key`, `cost_category:Name`", code(DIMENSIONS.map(|(name, _)| name))),
            code([DIMENSIONS[0].0]),
        ],
        "exclude" => [code(EXCLUDABLE.map(|(name, _)| name)), "nothing".to_owned()],
        "services" => [
            format!(
                "up to {} of Cost Explorer's names: `EC2 - Other,AWS Lambda`; `\\,` for a comma in a name",
                filter::MOST_VALUES
            ),
            "all".to_owned(),
        ],
        "regions" => {
            let [global, none] = filter::NO_REGIONS;
            [
                format!("names of regions, `{global}` (services without regions), `{none}` (taxes, for example)"),
                "all".to_owned(),
            ]
        }
        "accounts" => ["ids of linked accounts: `123456789012,210987654321`".to_owned(), "all".to_owned()],
        "usage_types" => ["Cost Explorer's names: `BoxUsage:t3.large`".to_owned(), "all".to_owned()],
        "tags" => [
            format!("`Key`, `Key:Value` or `!Key`, with up to {} keys: see [Filters](#filters)", filter::MOST_TAGS),
            "all".to_owned(),
        ],
        "compare" => [
            format!(
                "`true`, `false`: compare with as many days before, or `{monthly}` with the same days of as many months \
                 before; not for `{hourly}`"
            ),
            format!("`true` for `{daily}`"),
        ],
        "linked_accounts" => [
            "`true`, `false`: list in `meta.accounts` whose costs they are, for another cent (free with \
             `group_by=account`)"
                .to_owned(),
            code(["false"]),
        ],
        "forecast" => ["`true`, `false`: the rest of the month, for another cent".to_owned(), code(["false"])],
        other => panic!("{other} is in no document"),
    }
}

#[test]
fn the_parameters_are_those_of_the_document() {
    let rows = PARAMETERS.iter().map(|name| [vec![code([name])], row(name).to_vec()].concat());
    section("api.md", "parameters of /costs", &table(&["parameter", "allowed", "without it"], rows));
}

#[test]
fn the_permissions_are_those_of_the_document() {
    let operations = COST_OPERATIONS.iter().map(|o| (o.action, o.name));
    section("permissions.md", "permissions of /costs", &permissions(operations));
}
