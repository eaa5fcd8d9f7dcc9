//! What the interface description says about `/metrics`.

use std::collections::BTreeMap;

use api::description::{Route, response};
use collector::{Metric, ResourceType};
use serde_json::{Value, json};

use crate::answer::{Data, MetricsCoverage};
use crate::query::PARAMETERS;

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
        description: "Reads CloudWatch datapoints, of the resources that match filters, over all regions, or of resources \
                      by their ids.",
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
