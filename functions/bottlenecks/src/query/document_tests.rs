//! The parameters in docs/api.md, and the permissions in docs/permissions.md.

use api::LARGEST_LIMIT;
use collector::{ResourceType, survey_operations};
use documents::{code, permissions, section, table};

use super::*;

/// Returns what a parameter allows, and its default.
fn row(parameter: &str) -> [String; 2] {
    let Settings { cpu_high, cpu_low } = USUAL;
    let percent = "a whole percentage from 1 to 100";
    let scope = "for instances, not for databases";
    match parameter {
        "regions" => ["names of regions".to_owned(), "every region that is enabled for the account".to_owned()],
        "types" => [code(rules::types().into_iter().map(ResourceType::as_str)), "all of them".to_owned()],
        "hours" => {
            [format!("1 to {LONGEST_HOURS}, for the rules that read the requested hours"), USUAL_HOURS.to_string()]
        }
        "cpu_high" => [format!("{percent}, above `cpu_low`; {scope}"), cpu_high.to_string()],
        "cpu_low" => [format!("{percent}, below `cpu_high`; {scope}"), cpu_low.to_string()],
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
