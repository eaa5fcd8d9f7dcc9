//! docs/rules.md, which is generated from the rules.

use documents::{code, document};

use super::*;
use crate::reading::{Need, Span};
use crate::rule::{About, Category};
use crate::threshold::{Threshold, Thresholds};

const HEAD: &str = "# Rules

`GET /bottlenecks` applies the rules of its type to each resource. Here they are in the order of findings, worst first.
`data.rules` of a response has the same texts with the thresholds of its request. This page is generated from the code
(`make documents`).

- Rules that read *the requested hours* read up to the last whole five minutes, in periods of five minutes up to 6 hours,
  of an hour up to 15 days, and of a day beyond.
- *The newest* datapoints are those of the last half hour that have arrived: CloudWatch publishes datapoints with a
  delay, and like its alarms, a rule uses the available ones.
- Days are UTC days.
- Behind the severity is what a finding is about, by the categories of Trusted Advisor: `cost_optimizing` (idle, unused, or
  costing more than another resource that does the same), `performance`, `fault_tolerance`, `security` and `service_limits`.
  `categories=cost_optimizing` checks the rules of one of them alone.
- A caller can change each threshold for one request, by the name of the rule and its own:
  `thresholds=rds_low_storage.free:20,ec2_idle.cpu:10`. If it is the only one of its rule, its name can be left out. Each
  has its default, its unit and the allowed values below.
- The source of a default is AWS's own advice where there is one: the alarms that CloudWatch recommends, a check of
  Trusted Advisor by its id, Compute Optimizer, or a user guide. Otherwise it is common practice, or this project's choice.
- A resource that lacks datapoints, is not running, or could not be measured is in `data.not_judged` with the reason. It
  never counts as idle.
- Where commands of the AWS CLI fix what a rule finds, a finding [has them](api.md#remediation). Nothing runs them but a
  person.
- A finding can be accepted until a day, by a tag of the resource or by a list of the operator: see
  [exceptions](operate.md#exceptions). Whoever may tag a resource may silence all of its findings but the critical ones,
  unless the deployment ignores tags.
- CloudWatch bills $0.01 per 1,000 metrics. Rules that read the same metric over the same time share it, so the price of
  a type is that of all its rules together.
- What AWS itself recommends is beside the findings, and is findings of its own for resources in which no rule about money
  found anything. Their rules begin with `aws_`, come last and have no thresholds: see
  [AWS's own recommendations](api.md#awss-own-recommendations).
";

/// Returns the time range of a need in words.
fn over(span: Span) -> &'static str {
    match span {
        Span::Requested => "the requested hours",
        Span::RequestedDays => "the days that contain the requested hours, by the day",
        Span::FiveMinutes => "the last half hour, in periods of 5 minutes",
        Span::Minutes => "the last half hour, by the minute",
        Span::Days => "the last 13 complete days and today, by the day",
        Span::Month => "the last 30 complete days and today, by the day",
    }
}

/// Returns the number of metrics that CloudWatch bills: each metric once per time range, since no rule needs more than
/// the five statistics that the price covers.
fn billed<'a>(needs: impl IntoIterator<Item = &'a Need>) -> usize {
    let mut distinct: Vec<(&str, Span)> = Vec::new();
    for need in needs {
        if !distinct.contains(&(need.metric.name, need.span)) {
            distinct.push((need.metric.name, need.span));
        }
    }
    distinct.len()
}

fn reads(needs: &[Need]) -> String {
    let read = |need: &Need| {
        let (metric, statistic) = (need.metric, need.statistic);
        format!("{statistic} of `{}` (CloudWatch's {}), {}", metric.name, metric.cloudwatch_name, over(need.span))
    };
    needs.iter().map(read).collect::<Vec<_>>().join("; ")
}

fn threshold_text(threshold: &Threshold) -> String {
    let Threshold { name, default, unit, .. } = threshold;
    let short = threshold.parameter.map_or_else(String::new, |parameter| format!(", also set by `{parameter}`"));
    let below = threshold.below.map_or_else(String::new, |other| format!(", below `{other}`"));
    format!("`{name}`, {default} ({unit}; {}{below}{short})", threshold.allowed())
}

fn rule_text(rule: &dyn AnyRule) -> String {
    let About { name, severity, category, source, thresholds, first, needs, not_observed, .. } = rule.about();
    let severity = format!("{severity:?}").to_lowercase();
    let finding = rule.about().finding_in_words(&Thresholds::default());
    let thresholds = match thresholds {
        [] => String::new(),
        [only] => format!("- Threshold: {}\n", threshold_text(only)),
        several => format!("- Thresholds: {}\n", several.iter().map(threshold_text).collect::<Vec<_>>().join("; ")),
    };
    let first = match first {
        [] => String::new(),
        _ => format!("- Reads first: {}; the following only where that leaves something to find\n", reads(first)),
    };
    let reads = if name == "ec2_status_check_failed" {
        "- Reads: DescribeInstanceStatus, which costs nothing\n".to_owned()
    } else if needs.is_empty() {
        "- Reads: only the inventory, which costs nothing\n".to_owned()
    } else {
        format!("{first}- Reads: {}\n- Metrics per resource: {}\n", reads(needs), billed(needs))
    };
    let not_observed = match not_observed {
        [] => String::new(),
        _ => format!("- Not observed: {}\n", not_observed.join(", ")),
    };
    let fixed = match rule.why_no_commands() {
        Some(why) => format!("- Fixed by no command: {}\n", why.trim_end_matches('.')),
        None => "- Fixed by commands of the AWS CLI, which a finding has\n".to_owned(),
    };
    format!(
        "\n### `{name}`\n\n**{severity}**, `{}`: {finding}.\n\n{thresholds}- Source: {source}\n{reads}{not_observed}{fixed}",
        category.as_str()
    )
}

fn type_text(kind: ResourceType) -> String {
    let rules: Vec<_> = of(kind).map(|(_, rule)| rule).collect();
    let first = billed(rules.iter().flat_map(|rule| rule.about().first));
    let metrics = first + billed(rules.iter().flat_map(|rule| rule.about().needs));
    let each = rules.iter().map(|rule| rule_text(*rule)).collect::<String>();
    let price = match metrics {
        0 => "The rules of this type read only the inventory.".to_owned(),
        1 => "The rules of this type read at most 1 metric per resource.".to_owned(),
        several => format!("The rules of this type read at most {several} metrics per resource."),
    };
    let first = match first {
        0 => "",
        _ => " Most resources need only what is read first, which several rules share.",
    };
    format!("\n## {}\n\n{price}{first}\n{each}", code([kind.as_str()]))
}

/// Returns which types have rules of each category, and which have none, so that nobody takes silence for an answer.
fn categories_text() -> String {
    let listed = |types: Vec<ResourceType>| code(types.into_iter().map(ResourceType::as_str));
    let row = |category: Category| format!("| `{}` | {} |\n", category.as_str(), listed(types_of(&[category])));
    let rows = Category::ALL.into_iter().map(row).collect::<String>();
    let none = ResourceType::ALL.into_iter().filter(|kind| !types().contains(kind)).collect();
    format!(
        "\n## Which types are judged\n\n| category | types with rules of it |\n|---|---|\n{rows}\nNo rule judges {}.\n",
        listed(none)
    )
}

#[test]
fn the_rules_match_the_document() {
    let text = types().into_iter().map(type_text).collect::<String>();
    document("rules.md", &format!("{HEAD}{}{text}", categories_text()));
}
