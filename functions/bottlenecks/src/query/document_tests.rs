//! The parameters in docs/api.md, and the permissions in docs/permissions.md.

use api::{ALLOWED_COST, LARGEST_LIMIT};
use collector::{ResourceType, survey_operations};
use documents::{code, permissions, section, table};

use super::*;
use crate::rule::About;
use crate::rules::common;

/// Returns the thresholds that a short form sets.
fn set_by(parameter: &str) -> String {
    let abouts = rules::ALL.iter().map(|rule| rule.about());
    let of_rule = |about: About| about.thresholds.iter().map(move |threshold| (about.name, threshold));
    let set = abouts.flat_map(of_rule).filter(|(_, threshold)| threshold.parameter == Some(parameter));
    code(set.map(|(rule, threshold)| format!("{rule}.{}", threshold.name)))
}

/// Returns what a parameter allows, and its default.
fn row(parameter: &str) -> [String; 2] {
    let short_form = |relation: &str| format!("a whole percentage from 1 to 100, {relation}: {}", set_by(parameter));
    match parameter {
        "regions" => ["names of regions".to_owned(), "every region that is enabled for the account".to_owned()],
        "types" => [code(rules::types().into_iter().map(ResourceType::as_str)), "all of them".to_owned()],
        "hours" => {
            [format!("1 to {LONGEST_HOURS}, for the rules that read the requested hours"), USUAL_HOURS.to_string()]
        }
        "cpu_high" => [short_form("above `cpu_low`"), common::CPU_HIGH.default.to_string()],
        "cpu_low" => [short_form("below `cpu_high`"), common::CPU_LOW.default.to_string()],
        "thresholds" => [
            "`rule:value` or `rule.name:value`, each threshold of the chosen types once: \
             `rds_low_storage:20,ec2_idle.cpu:10`; [rules.md](rules.md) has the names and the ranges"
                .to_owned(),
            "the defaults".to_owned(),
        ],
        "max_cost_usd" => [
            format!("{ALLOWED_COST}: a page that would cost more is a 400 with its price, before AWS bills anything"),
            "any price".to_owned(),
        ],
        "limit" => [
            format!("1 to {LARGEST_LIMIT} entries of `findings` and `not_judged` together"),
            "as many as fit into Lambda's 6 MB".to_owned(),
        ],
        "cursor" => [
            "`data.next_cursor` of the previous page, for up to an hour, with the other parameters unchanged"
                .to_owned(),
            "the first page".to_owned(),
        ],
        other => panic!("{other} is not documented"),
    }
}

#[test]
fn the_parameters_match_the_document() {
    let rows = PARAMETERS.iter().map(|name| [vec![code([name])], row(name).to_vec()].concat());
    section("api.md", "parameters of /bottlenecks", &table(&["parameter", "allowed", "without it"], rows));
}

#[test]
fn the_permissions_match_the_document() {
    let wanted = Wanted { regions: None, types: rules::types(), tags: false };
    let operations = survey_operations(&wanted).into_iter().map(|o| (o.action, o.name));
    section("permissions.md", "permissions of /bottlenecks", &permissions(operations));
}
