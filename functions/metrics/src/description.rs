//! What the interface description says about `/metrics`.

use std::collections::BTreeMap;

use api::description::{Route, response};
use collector::{Metric, ResourceType};
use serde_json::{Value, json};

use crate::answer::{Data, MetricsCoverage};
use crate::query::{MOST_IDS, PARAMETERS};

/// Describes the route of this function.
#[must_use]
pub fn route() -> Route {
    let of_type = |kind: ResourceType| {
        let metrics = kind.catalog()?.metrics.iter().map(described).collect::<Vec<_>>();
        Some((kind.as_str(), metrics))
    };
    let metrics: BTreeMap<_, _> = ResourceType::ALL.into_iter().filter_map(of_type).collect();
    Route {
        path: "/metrics",
        summary: "How its resources are doing",
        description: format!(
            "Reads CloudWatch datapoints, over all regions of the resources that match filters, or of up to {MOST_IDS} \
             resources by their ids.\n\nWithout `resource_ids`, `data` is a list in the order of `sort`. There are no \
             pages: it ends at `limit`, and `meta.matched` says how many match. With `resource_ids`, `resource_type` and \
             `region`, `data` is an object, by id and metric, and `meta.series` says how complete each series is.\n\nA \
             datapoint has a field for each statistic, also for percentiles, such as `p99`; one without a field of its own here \
             is an additional one. What CloudWatch does not have is absent, never 0."
        ),
        parameters: PARAMETERS,
        of_accounts: true,
        response: response::<Data, MetricsCoverage>,
        about_parameters: [(("metrics", "x-stratoscope-metrics"), json!(metrics))].into(),
        about: BTreeMap::new(),
    }
}

fn described(metric: &Metric) -> Value {
    json!({
        "name": metric.name,
        "cloudwatch_name": metric.cloudwatch_name,
        "unit": metric.unit,
        "statistics": metric.statistics,
        "shortest_period": metric.shortest_period,
    })
}
