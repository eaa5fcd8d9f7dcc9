//! What the interface description says about `/bottlenecks`.

use std::collections::BTreeMap;

use api::description::{Route, response};
use collector::Coverage;
use serde_json::{Value, json};

use crate::answer::Bottlenecks;
use crate::query::PARAMETERS;
use crate::rule::AnyRule;
use crate::rules;
use crate::threshold::Thresholds;

/// Describes the route of this function.
#[must_use]
pub fn route() -> Route {
    let rules: BTreeMap<_, _> = rules::ALL.iter().map(|rule| (rule.about().name, described(*rule))).collect();
    Route {
        path: "/bottlenecks",
        summary: "What is wrong",
        description: "Checks each resource against the rules of its type, in one run over all types and regions.",
        parameters: PARAMETERS,
        of_accounts: true,
        response: response::<Bottlenecks, Coverage>,
        about_parameters: BTreeMap::new(),
        about: [("x-stratoscope-rules", json!(rules))].into(),
    }
}

fn described(rule: &dyn AnyRule) -> Value {
    let about = rule.about();
    let thresholds = Thresholds::default();
    json!({
        "resource_type": rule.resource_type(),
        "severity": about.severity,
        "finding": about.finding_in_words(&thresholds),
        "thresholds": about.used(&thresholds),
        "source": about.source,
    })
}
