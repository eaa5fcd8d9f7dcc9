//! docs/rules.md, which is written from the rules.

use documents::{code, document};

use super::*;
use crate::query::USUAL;
use crate::rule::{About, Need, Span};

const HEAD: &str = "# Rules

`GET /bottlenecks` holds each resource against the rules of its type, in this order: the worst first. `data.rules` of a
response says the same with the thresholds of its request. This page is written from the code (`make documents`).

- Rules that read *the requested hours* read up to the last whole five minutes, in periods of five minutes up to 6 hours,
  of an hour up to 15 days, and of a day beyond.
- *The newest* datapoints are those of the last half hour that have arrived: CloudWatch publishes with a delay, and like
  its alarms a rule takes what is there.
- Days are UTC days.
- A resource that lacks datapoints, is not running, or could not be measured is in `data.not_judged` with the reason. It
  never counts as idle.
- CloudWatch bills $0.01 per 1,000 metrics. Rules that read the same metric over the same time share it: the price of a
  type is that of all its rules together.
";

/// Over what a need is read.
fn over(span: Span) -> &'static str {
    match span {
        Span::Asked => "the requested hours",
        Span::FiveMinutes => "the last half hour, in periods of 5 minutes",
        Span::Minutes => "the last half hour, by the minute",
        Span::Days => "the last 13 whole days and today, by the day",
    }
}

/// What CloudWatch bills: each metric over each time once, since no rule reads more than the five statistics that it
/// covers.
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

fn rule_text(rule: &dyn AnyRule) -> String {
    let About { name, severity, finding, source, needs, not_observed } = rule.about();
    let severity = format!("{severity:?}").to_lowercase();
    let finding = finding.replace("{cpu_high}", &USUAL.cpu_high.to_string());
    let finding = finding.replace("{cpu_low}", &USUAL.cpu_low.to_string());
    let reads = if needs.is_empty() {
        "- Reads: nothing but the inventory, so it costs nothing\n".to_owned()
    } else {
        format!("- Reads: {}\n- Metrics of a resource: {}\n", reads(needs), billed(needs))
    };
    let cant_see = match not_observed {
        [] => String::new(),
        _ => format!("- Can't see: {}\n", not_observed.join(", ")),
    };
    format!("\n### `{name}`\n\n**{severity}**: {finding}.\n\n- Source: {source}\n{reads}{cant_see}")
}

fn type_text(kind: ResourceType) -> String {
    let rules: Vec<_> = of(kind).map(|(_, rule)| rule).collect();
    let metrics = billed(rules.iter().flat_map(|rule| rule.about().needs));
    let each = rules.iter().map(|rule| rule_text(*rule)).collect::<String>();
    let price = match metrics {
        0 => "They read the inventory alone.".to_owned(),
        1 => "Together they read 1 metric of a resource at most.".to_owned(),
        several => format!("Together they read {several} metrics of a resource at most."),
    };
    format!("\n## {}\n\n{price}\n{each}", code([kind.as_str()]))
}

#[test]
fn the_rules_are_those_of_the_document() {
    let text = types().into_iter().map(type_text).collect::<String>();
    document("rules.md", &format!("{HEAD}{text}"));
}
