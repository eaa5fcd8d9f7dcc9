//! CloudWatch: one datapoint per period for every query, with CloudWatch's rate limit.

use std::collections::BTreeMap;
use std::sync::Mutex;

use ciborium::Value;

use crate::bucket::Bucket;
use crate::inventory::{Inventory, Load};
use crate::wire::Reply;

/// CloudWatch with a limit on GetMetricData requests per second and region; `None` for no limit.
#[derive(Debug)]
pub(crate) struct CloudWatch {
    requests_a_second: Option<u32>,
    inventory: Inventory,
    /// What a region has left.
    left: Mutex<BTreeMap<String, Bucket>>,
}

impl CloudWatch {
    pub(crate) fn new(requests_a_second: Option<u32>, inventory: Inventory) -> Self {
        Self { requests_a_second, inventory, left: Mutex::default() }
    }

    /// Returns one datapoint per period for each query, in CBOR; throttles beyond the limit.
    pub(crate) fn metric_data(&self, region: &str, body: &[u8]) -> Reply {
        if let Some(rate) = self.requests_a_second {
            let mut left = self.left.lock().unwrap();
            if !left.entry(region.to_owned()).or_insert_with(|| Bucket::full(rate, rate)).take() {
                let error = map([("__type", "ThrottlingException".into()), ("message", "Rate exceeded".into())]);
                return (400, "application/cbor", encoded(&error));
            }
        }
        let Ok(request) = ciborium::from_reader::<Value, _>(body) else {
            return (400, "application/cbor", Vec::new());
        };
        let (start, end) = (time(&request, "StartTime"), time(&request, "EndTime"));
        let queries = field(&request, "MetricDataQueries").and_then(Value::as_array).cloned().unwrap_or_default();
        let result = |query: &Value| {
            let id = field(query, "Id").cloned().unwrap_or(Value::Null);
            let period = field(query, "MetricStat")
                .and_then(|stat| field(stat, "Period"))
                .and_then(Value::as_integer)
                .and_then(|n| i64::try_from(n).ok())
                .unwrap_or(3_600)
                .max(60);
            let times: Vec<_> = (0..).map(|n| start + n * period).take_while(|at| *at < end).collect();
            let (name, id_of) = measured(query).unwrap_or_default();
            let load = self.inventory.load_of(id_of).unwrap_or(Load::Ordinary);
            let is_unused = USE.contains(&name) && self.inventory.is_unused(id_of);
            let values = times.iter().map(|at| Value::Float(if is_unused { 0.0 } else { value(load, *at) })).collect();
            let times = times.into_iter().map(|at| Value::Tag(1, Box::new(Value::Integer(at.into())))).collect();
            map([
                ("Id", id),
                ("Label", "m".into()),
                ("Timestamps", Value::Array(times)),
                ("Values", Value::Array(values)),
                ("StatusCode", "Complete".into()),
            ])
        };
        let results = queries.iter().map(result).collect();
        (200, "application/cbor", encoded(&map([("MetricDataResults", Value::Array(results))])))
    }
}

/// Returns the same for GetMetricStatistics, which accepts one metric, in boto3's protocol.
pub(crate) fn metric_statistics(body: &[u8]) -> serde_json::Value {
    let request: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let number = |name: &str| request[name].as_f64().unwrap_or(0.0) as i64;
    let (start, end, period) = (number("StartTime"), number("EndTime"), number("Period").max(60));
    let times = (0..).map(|n| start + n * period).take_while(|at| *at < end);
    let datapoint = |at: i64| {
        let value = 40.0 + (at / 3_600 % 10) as f64;
        serde_json::json!({"Timestamp": at, "Average": value, "Maximum": value, "Unit": "Percent"})
    };
    serde_json::json!({"Label": "m", "Datapoints": times.map(datapoint).collect::<Vec<_>>()})
}

/// The metrics that are zero while nobody uses a resource.
const USE: [&str; 10] = [
    "BytesOutToDestination",
    "BytesOutToSource",
    "ClientConnections",
    "ConsumedReadCapacityUnits",
    "ConsumedWriteCapacityUnits",
    "CurrConnections",
    "DatabaseConnections",
    "RequestCount",
    "VolumeReadOps",
    "VolumeWriteOps",
];

/// Returns the metric of a query, and the id of what it is about.
fn measured(query: &Value) -> Option<(&str, &str)> {
    let metric = field(field(query, "MetricStat")?, "Metric")?;
    let dimension = field(metric, "Dimensions")?.as_array()?.first()?;
    Some((field(metric, "MetricName")?.as_text()?, field(dimension, "Value")?.as_text()?))
}

/// Returns the value of any metric at a time: percent of CPU, bytes or credits.
fn value(load: Load, at: i64) -> f64 {
    let wave = (at / 3_600 % 10) as f64;
    match load {
        Load::Hot => 85.0 + wave,
        Load::Idle => 1.0 + wave / 10.0,
        _ => 40.0 + wave,
    }
}

/// Returns a time of a request in seconds.
fn time(request: &Value, name: &str) -> i64 {
    let Some(Value::Tag(_, seconds)) = field(request, name) else { return 0 };
    let whole = seconds.as_integer().and_then(|n| i64::try_from(n).ok());
    whole.or_else(|| seconds.as_float().map(|n| n as i64)).unwrap_or(0)
}

pub(crate) fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
}

fn field<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.as_map()?.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value)
}

pub(crate) fn encoded(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = ciborium::into_writer(value, &mut bytes);
    bytes
}
