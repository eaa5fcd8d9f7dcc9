//! Service Quotas: the quotas of EC2, in AWS's page sizes, and the usage metric of the one that every instance counts for.

use ciborium::Value;
use serde_json::json;

use crate::cloudwatch::{encoded, map};
use crate::wire::{Reply, json as answer, json_error};

/// The quotas of EC2, of which a page has a hundred.
const QUOTAS: usize = 156;
const QUOTAS_A_PAGE: usize = 100;

/// The dimensions of the usage metric.
const DIMENSIONS: [(&str, &str); 4] =
    [("Class", "Standard/OnDemand"), ("Resource", "vCPU"), ("Service", "EC2"), ("Type", "Resource")];

/// Responds to ListMetrics: with the usage metric, which is active in each region, in CBOR.
pub(crate) fn usage_metrics() -> Reply {
    let dimension = |(name, value): (&str, &str)| map([("Name", name.into()), ("Value", value.into())]);
    let metric = map([
        ("Namespace", "AWS/Usage".into()),
        ("MetricName", "ResourceCount".into()),
        ("Dimensions", Value::Array(DIMENSIONS.map(dimension).into())),
    ]);
    (200, "application/cbor", encoded(&map([("Metrics", Value::Array(vec![metric]))])))
}

/// Responds to ListServiceQuotas: with quotas of EC2, the first of which has the usage metric.
pub(crate) fn of_service(region: &str, body: &[u8]) -> Reply {
    let request: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    if request["ServiceCode"] != "ec2" {
        return json_error("NoSuchResourceException");
    }
    let from: usize = request["NextToken"].as_str().and_then(|token| token.parse().ok()).unwrap_or(0);
    let to = QUOTAS.min(from + QUOTAS_A_PAGE);
    let quota = |n: usize| {
        let mut quota = json!({
            "ServiceCode": "ec2", "ServiceName": "Amazon EC2", "QuotaCode": format!("L-{n:08X}"),
            "QuotaArn": format!("arn:aws:servicequotas:{region}:123456789012:ec2/L-{n:08X}"),
            "QuotaName": format!("Quota {n}"), "Value": 1_000.0, "Unit": "None", "Adjustable": true, "GlobalQuota": false,
        });
        if n == 0 {
            quota["UsageMetric"] = json!({
                "MetricNamespace": "AWS/Usage", "MetricName": "ResourceCount",
                "MetricDimensions": DIMENSIONS.into_iter().collect::<std::collections::BTreeMap<_, _>>(),
                "MetricStatisticRecommendation": "Maximum",
            });
        }
        quota
    };
    let quotas: Vec<_> = (from..to).map(quota).collect();
    answer(&json!({"Quotas": quotas, "NextToken": (to < QUOTAS).then(|| to.to_string())}))
}
