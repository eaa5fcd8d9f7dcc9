//! What the interface description says about `/bottlenecks`.

use std::collections::BTreeMap;

use api::description::{Route, response};
use serde_json::{Map, Value, json};

use crate::answer::{Bottlenecks, BottlenecksCoverage};
use crate::query::PARAMETERS;
use crate::rule::AnyRule;
use crate::rules;
use crate::threshold::{Threshold, Thresholds};

/// Describes the route of this function.
#[must_use]
pub fn route() -> Route {
    let rules: BTreeMap<_, _> = rules::ALL.iter().map(|rule| (rule.about().name, described(*rule))).collect();
    Route {
        path: "/bottlenecks",
        summary: "What is wrong",
        description: "Checks each resource against the rules of its type, in one run over all types and regions. \
                      `x-stratoscope-rules` has the rules with their thresholds, for the parameter `thresholds`: \
                      `rule.name:value`, from `minimum` to `maximum`, with up to so many `decimals`. One that has a \
                      `parameter` is set by that too, and its value must be below that of the one named in `below`. A page \
                      has findings, worst first, and after the last finding the resources that some rule could not judge. What AWS \
                      itself recommends (Cost Optimization Hub) is beside the findings, and is findings of its own, whose \
                      rules begin with `aws_`, for resources in which no rule about money found anything."
            .to_owned(),
        parameters: PARAMETERS,
        of_accounts: true,
        response: response::<Bottlenecks, BottlenecksCoverage>,
        about_parameters: BTreeMap::new(),
        about: [("x-stratoscope-rules", json!(rules))].into(),
    }
}

fn described(rule: &dyn AnyRule) -> Value {
    let about = rule.about();
    let thresholds: BTreeMap<_, _> = about.thresholds.iter().map(|of| (of.name, threshold(of))).collect();
    json!({
        "resource_type": rule.resource_type(),
        "severity": about.severity,
        "category": about.category,
        "finding": about.finding_in_words(&Thresholds::default()),
        "thresholds": thresholds,
        "source": about.source,
    })
}

fn threshold(threshold: &Threshold) -> Value {
    let Threshold { name: _, default, range: (minimum, maximum), decimals, unit, parameter, below } = *threshold;
    let mut described = Map::new();
    described.insert("default".to_owned(), json!(default));
    described.insert("unit".to_owned(), json!(unit));
    described.insert("minimum".to_owned(), json!(minimum));
    described.insert("maximum".to_owned(), json!(maximum));
    described.insert("decimals".to_owned(), json!(decimals));
    described.extend(parameter.map(|parameter| ("parameter".to_owned(), json!(parameter))));
    described.extend(below.map(|below| ("below".to_owned(), json!(below))));
    Value::Object(described)
}
