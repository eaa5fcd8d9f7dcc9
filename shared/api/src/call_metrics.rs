//! CloudWatch metrics of each call, as a line of the embedded metric format (EMF) in the function's log.
//!
//! CloudWatch turns such a line into metrics, so a call sends no request for them and does not wait. The line is
//! written here rather than by a library: the existing ones come with a metrics registry or a background queue, for
//! what is one JSON object per call.
//!
//! Each combination of a metric and its dimensions costs $0.30 a month, prorated by the hours in which it is written.
//! There are therefore only three dimensions, with few values (stack, route, and home or other account), and never a
//! caller, an account id or a region. That makes at most 81 metrics, $24.30 a month: nine for each of four routes and
//! two kinds of account, and nine for the list of accounts. A deployment that serves only the home account, without
//! gaps, has twelve, $3.60, and three for the list of accounts if anyone asks for it.

use std::collections::BTreeMap;
use std::io::Write as _;

use jiff::Timestamp;
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt as _};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::caller::Caller;
use crate::error::ApiError;

/// The namespace in CloudWatch.
const NAMESPACE: &str = "Stratoscope";

/// The variable that is `true` if metrics are written.
const CALL_METRICS: &str = "CALL_METRICS";

/// The variable that holds the stack's name; without it, no metrics are written.
const STACK: &str = "STACK";

/// The variable in which Lambda passes the level of the log.
const LOG_LEVEL: &str = "AWS_LAMBDA_LOG_LEVEL";

/// The settings for all calls of a deployment.
#[derive(Debug)]
pub(crate) struct CallMetrics {
    stack: String,
    level: String,
}

impl CallMetrics {
    /// Reads the settings from a function's `variables`; `None` if metrics are off.
    pub(crate) fn from_env(variables: impl Fn(&str) -> Option<String>) -> Option<Self> {
        variables(CALL_METRICS).filter(|on| on == "true")?;
        let stack = variables(STACK).filter(|stack| !stack.is_empty())?;
        Some(Self { stack, level: variables(LOG_LEVEL).unwrap_or_else(|| "INFO".to_owned()) })
    }

    /// Writes the metrics of a call to the log.
    pub(crate) fn write(&self, call: &Measured<'_>) {
        // If writing to the log fails, there is nowhere to report it.
        let _ = writeln!(std::io::stdout().lock(), "{}", self.line(call));
    }

    /// Returns the line for a call.
    fn line(&self, call: &Measured<'_>) -> String {
        let Measured { received_at, request_id, route, account, status, elapsed_ms, usage } = call;
        let values = usage.values(*elapsed_ms);
        let metrics = values.iter().map(|(name, (unit, _))| Metric { name, unit }).collect();
        let line = Line {
            timestamp: format!("{received_at:.3}"),
            level: &self.level,
            message: "measured",
            request_id,
            status: *status,
            stack: &self.stack,
            route,
            account,
            values: values.iter().map(|(name, (_, value))| (name.as_str(), value)).collect(),
            aws: Aws {
                timestamp: received_at.as_millisecond(),
                cloud_watch_metrics: [Directive {
                    namespace: NAMESPACE,
                    dimensions: [["Stack", "Route", "Account"]],
                    metrics,
                }],
            },
        };
        // Strings and numbers can always be serialised.
        serde_json::to_string(&line).unwrap_or_default()
    }
}

/// A completed call.
#[derive(Debug)]
pub(crate) struct Measured<'a> {
    pub(crate) received_at: Timestamp,
    pub(crate) request_id: &'a str,
    /// The last part of the route: `resources`.
    pub(crate) route: &'a str,
    /// `home` or `other`.
    pub(crate) account: &'static str,
    pub(crate) status: u16,
    pub(crate) elapsed_ms: u64,
    pub(crate) usage: Usage,
}

/// Returns the route of a request, and whether it is about the home account or another one.
pub(crate) fn place(request: &Request) -> (String, &'static str) {
    let path = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV1(gateway)) => gateway.resource_path.clone(),
        _ => None,
    };
    // The path in the template, not the caller's, so there are only as many values as routes.
    let route = path.as_deref().and_then(|path| path.rsplit('/').next()).unwrap_or_default().to_owned();
    (route, if Caller::is_about_home(request) { "home" } else { "other" })
}

/// What a call requested from AWS, as far as its response reports it.
#[derive(Debug, Default)]
pub(crate) struct Usage {
    requests: Option<AwsRequests>,
    /// The number of gaps by status.
    gaps: BTreeMap<String, u64>,
}

/// The part of `meta` from which metrics are derived.
#[derive(Deserialize)]
struct Coverage {
    #[serde(default)]
    gaps: Vec<Gap>,
    aws_requests: Option<AwsRequests>,
}

#[derive(Deserialize)]
struct Gap {
    status: String,
}

#[derive(Debug, Deserialize)]
struct AwsRequests {
    total: u64,
    estimated_cost_usd: String,
}

impl Usage {
    /// Reads the usage from the `meta` that the caller gets, so the two can't differ.
    pub(crate) fn of_answer(coverage: &impl Serialize) -> Self {
        let coverage = serde_json::to_value(coverage).and_then(|meta| Coverage::deserialize(&meta));
        coverage
            .map(|Coverage { gaps, aws_requests }| Self { requests: aws_requests, gaps: count(gaps) })
            .unwrap_or_default()
    }

    /// Reads the usage from an error, which reports its gaps but not its requests.
    pub(crate) fn of_error(error: &ApiError) -> Self {
        let gaps = error.gaps().map(Vec::<Gap>::deserialize).and_then(Result::ok).unwrap_or_default();
        Self { requests: None, gaps: count(gaps) }
    }

    /// Returns each known metric: name, unit and value.
    fn values(&self, elapsed_ms: u64) -> BTreeMap<String, (&'static str, Value)> {
        let mut values = BTreeMap::from([("APILatency".to_owned(), ("Milliseconds", elapsed_ms.into()))]);
        if let Some(AwsRequests { total, estimated_cost_usd }) = &self.requests {
            values.insert("AWSRequests".to_owned(), ("Count", (*total).into()));
            if let Ok(dollars) = estimated_cost_usd.parse::<f64>() {
                values.insert("EstimatedCostUSD".to_owned(), ("None", dollars.into()));
            }
        }
        let gaps = self.gaps.iter().map(|(status, count)| (metric_of_gaps(status), ("Count", (*count).into())));
        values.extend(gaps);
        values
    }
}

fn count(gaps: Vec<Gap>) -> BTreeMap<String, u64> {
    gaps.into_iter().fold(BTreeMap::new(), |mut counts, gap| {
        let count = counts.entry(gap.status).or_insert(0_u64);
        *count = count.saturating_add(1);
        counts
    })
}

/// Returns the name of the metric for a gap status: `GapsTimedOut` for `timed_out`.
fn metric_of_gaps(status: &str) -> String {
    let mut name = "Gaps".to_owned();
    for word in status.split('_') {
        let mut letters = word.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    name
}

/// A log line in Lambda's JSON format, which is also a document in the embedded metric format.
#[derive(Serialize)]
struct Line<'a> {
    timestamp: String,
    /// The configured log level, so that Lambda's filter always lets the line through. Lambda treats a line without a
    /// level as INFO, and drops it if only warnings are logged.
    level: &'a str,
    message: &'static str,
    request_id: &'a str,
    status: u16,
    #[serde(rename = "Stack")]
    stack: &'a str,
    #[serde(rename = "Route")]
    route: &'a str,
    #[serde(rename = "Account")]
    account: &'static str,
    #[serde(flatten)]
    values: BTreeMap<&'a str, &'a Value>,
    #[serde(rename = "_aws")]
    aws: Aws<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Aws<'a> {
    timestamp: i64,
    cloud_watch_metrics: [Directive<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive<'a> {
    namespace: &'static str,
    dimensions: [[&'static str; 3]; 1],
    metrics: Vec<Metric<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metric<'a> {
    name: &'a str,
    unit: &'static str,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const EVENT: &str = include_str!("../../../events/resources.json");

    fn configured(stack: &str, level: Option<&str>) -> Option<CallMetrics> {
        switched("true", stack, level)
    }

    fn switched(on: &str, stack: &str, level: Option<&str>) -> Option<CallMetrics> {
        CallMetrics::from_env(|name| match name {
            "CALL_METRICS" => Some(on.to_owned()),
            "STACK" => Some(stack.to_owned()),
            "AWS_LAMBDA_LOG_LEVEL" => level.map(str::to_owned),
            _ => None,
        })
    }

    #[test]
    fn metrics_are_written_for_a_stack_and_at_the_level_of_the_log() {
        assert!(configured("", Some("INFO")).is_none());
        assert!(switched("false", "stratoscope", None).is_none());
        assert!(CallMetrics::from_env(|_| None).is_none());
        let level = |level| configured("stratoscope", level).unwrap().level;
        assert_eq!((level(None).as_str(), level(Some("WARN")).as_str()), ("INFO", "WARN"));
    }

    fn line(usage: Usage) -> Value {
        let metrics = configured("stratoscope", Some("WARN")).unwrap();
        let received_at = "2026-11-20T10:01:56.142Z".parse().unwrap();
        let call = Measured {
            received_at,
            request_id: "r-1",
            route: "resources",
            account: "other",
            status: 200,
            elapsed_ms: 412,
            usage,
        };
        serde_json::from_str(&metrics.line(&call)).unwrap()
    }

    #[test]
    fn a_call_is_measured_by_stack_route_and_kind_of_account() {
        let meta = json!({
            "account": "123456789012",
            "gaps": [{"status": "timed_out"}, {"status": "denied_by_organization"}, {"status": "timed_out"}],
            "aws_requests": {"total": 71, "by_operation": {}, "estimated_cost_usd": "0.0105"},
        });
        let metric = |name, unit| json!({"Name": name, "Unit": unit});
        let expected = json!({
            "timestamp": "2026-11-20T10:01:56.142Z", "level": "WARN", "message": "measured",
            "request_id": "r-1", "status": 200,
            "Stack": "stratoscope", "Route": "resources", "Account": "other",
            "APILatency": 412, "AWSRequests": 71, "EstimatedCostUSD": 0.0105,
            "GapsDeniedByOrganization": 1, "GapsTimedOut": 2,
            "_aws": {"Timestamp": 1_795_168_916_142_i64, "CloudWatchMetrics": [{
                "Namespace": "Stratoscope", "Dimensions": [["Stack", "Route", "Account"]],
                "Metrics": [
                    metric("APILatency", "Milliseconds"), metric("AWSRequests", "Count"),
                    metric("EstimatedCostUSD", "None"), metric("GapsDeniedByOrganization", "Count"),
                    metric("GapsTimedOut", "Count"),
                ],
            }]},
        });
        assert_eq!(line(Usage::of_answer(&meta)), expected);
    }

    #[test]
    fn unknown_values_are_not_written() {
        let refused = line(Usage::of_error(&ApiError::invalid("types", "wrong")));
        let metrics = &refused["_aws"]["CloudWatchMetrics"][0]["Metrics"];
        assert_eq!(metrics, &json!([{"Name": "APILatency", "Unit": "Milliseconds"}]));
        assert_eq!(refused.get("AWSRequests"), None);
    }

    #[test]
    fn the_gaps_of_an_error_are_counted() {
        let error = ApiError::nothing_collected(&json!([{"status": "denied"}, {"status": "denied"}]), None);
        let failed = line(Usage::of_error(&error));
        assert_eq!((&failed["GapsDenied"], failed.get("AWSRequests")), (&2.into(), None));
    }

    #[test]
    fn the_route_is_the_templates_and_the_account_is_home_or_other() {
        let place_of = |account: Option<&str>, resource_path: &str| {
            let mut event: Value = serde_json::from_str(EVENT).unwrap();
            event["requestContext"]["resourcePath"] = resource_path.into();
            event["pathParameters"] = account.map_or(Value::Null, |account| json!({"account": account}));
            place(&lambda_http::request::from_str(&event.to_string()).unwrap())
        };
        let of_account = "/accounts/{account}/resources";
        assert_eq!(place_of(None, "/resources"), ("resources".to_owned(), "home"));
        assert_eq!(place_of(Some("123456789012"), of_account), ("resources".to_owned(), "home"));
        assert_eq!(place_of(Some("210987654321"), of_account), ("resources".to_owned(), "other"));
        assert_eq!(place_of(Some("no account"), of_account), ("resources".to_owned(), "other"));
    }
}
