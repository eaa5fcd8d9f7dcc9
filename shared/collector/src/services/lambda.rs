//! Lambda: functions, in their `$LATEST` version.
//!
//! ListFunctions returns at most 50 functions per page, and neither their state nor their tags; tags come from
//! `tagging.rs`.

use aws_sdk_lambda::operation::list_functions::ListFunctionsOutput;
use aws_sdk_lambda::types::FunctionConfiguration;
use jiff::Timestamp;
use jiff::fmt::strtime;
use schemars::JsonSchema;
use serde::Serialize;

use crate::call::clients::{Service, guarded_client};
use crate::call::gate::Rate;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Found, Page, every_page};
use crate::model::metric::{AVERAGE, Catalog, Ids, MAXIMUM, Metric, Place, SUM, is_name};
use crate::model::operation::{Operation, Price};
use crate::model::price::{Bill, Unpriced};
use crate::model::resource::Resource;
use crate::services::kind::{Group, Kind, Scope, TagSource};
use crate::services::values::given;

/// Lambda.
pub(crate) struct Lambda;

impl Service for Lambda {
    const NAME: &'static str = "lambda";
    const RATE: Rate = Rate::UNKNOWN;

    guarded_client!(aws_sdk_lambda);
}

const LIST_FUNCTIONS: Operation = Operation {
    service: Lambda::NAME,
    name: "ListFunctions",
    action: Some("lambda:ListFunctions"),
    price: Price::Free,
};

/// The most functions that Lambda returns per page.
const FUNCTIONS_A_PAGE: i32 = 50;

/// A Lambda function.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct Function {
    /// `python3.13`, `provided.al2023`, …; null for a container image.
    pub runtime: Option<String>,
    /// Memory in MiB.
    pub memory_mb: Option<i32>,
    /// The timeout of an invocation in seconds.
    pub timeout_seconds: Option<i32>,
    /// The entry point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handler: Option<String>,
    /// `x86_64` or `arm64`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    /// `Zip` or `Image`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package_type: Option<String>,
    /// The size of the code in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_size_bytes: Option<i64>,
    /// When the code or the configuration last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<Timestamp>,
    /// The execution role's ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The VPC that it is attached to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<String>,
    /// The owner's description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// CloudWatch's `Invocations`.
pub const INVOCATIONS: Metric = Metric::new("invocations", "Invocations", "Count", SUM);
/// CloudWatch's `Errors`.
pub const ERRORS: Metric = Metric::new("errors", "Errors", "Count", SUM);
/// CloudWatch's `Throttles`.
pub const THROTTLES: Metric = Metric::new("throttles", "Throttles", "Count", SUM);
/// CloudWatch's `Duration`.
pub const DURATION: Metric = Metric::new("duration", "Duration", "Milliseconds", AVERAGE);
/// CloudWatch's `ConcurrentExecutions`.
pub const CONCURRENT_EXECUTIONS: Metric =
    Metric::new("concurrent_executions", "ConcurrentExecutions", "Count", MAXIMUM);

static CATALOG: Catalog = Catalog {
    places: &[Place::of_all("AWS/Lambda", &["FunctionName"])],
    ids: Ids { like: "function names", accepts: |id| is_name(id, 64, "-_") },
    named_by_list: false,
    usual: 2,
    metrics: &[INVOCATIONS, ERRORS, THROTTLES, DURATION, CONCURRENT_EXECUTIONS],
};

impl Kind for Function {
    const TYPE: &'static str = "lambda";
    const GROUP: Group = Group::Compute;
    const OPERATIONS: &'static [&'static Operation] = &[&LIST_FUNCTIONS];
    const SCOPE: Scope = Scope::Regional;
    /// ListFunctions does not return the state.
    const STATES: &'static [&'static str] = &[];
    const TAGS: TagSource = TagSource::TaggingApi("lambda:function");
    const EXPLORER_TYPES: &'static [&'static str] = &["lambda:function"];
    const CATALOG: Option<&'static Catalog> = Some(&CATALOG);
    type Stored = Box<Self>;

    fn state(&self) -> Option<&str> {
        None
    }

    fn bill(&self, _region: &str) -> Result<Bill, Unpriced> {
        Err(Unpriced::by_use("requests, and the memory that they take in each millisecond"))
    }

    async fn list(inquiry: &Inquiry<'_>) -> Found<Resource<Box<Self>>> {
        let lambda = inquiry.client::<Lambda>();
        let ask = |page: Page| lambda.list_functions().max_items(page.size).set_marker(page.token).send();
        let limits = lambda.limits(&LIST_FUNCTIONS, inquiry.deadline).pages_of(FUNCTIONS_A_PAGE);
        every_page(limits, ask, ListFunctionsOutput::next_marker, |page| {
            let functions = page.functions.unwrap_or_default().into_iter();
            functions.filter_map(|function| function_of(inquiry.region, function)).collect()
        })
        .await
        .into()
    }
}

fn function_of(region: &str, function: FunctionConfiguration) -> Option<Resource<Box<Function>>> {
    let id = function.function_name?;
    let detail = Function {
        runtime: function.runtime.map(|runtime| runtime.as_str().to_owned()),
        memory_mb: function.memory_size,
        timeout_seconds: function.timeout,
        handler: given(function.handler.as_deref()),
        architecture: function.architectures.unwrap_or_default().first().map(|a| a.as_str().to_owned()),
        package_type: function.package_type.map(|kind| kind.as_str().to_owned()),
        code_size_bytes: Some(function.code_size),
        last_modified: function.last_modified.as_deref().and_then(modified_at),
        role: given(function.role.as_deref()),
        vpc_id: function.vpc_config.and_then(|vpc| given(vpc.vpc_id.as_deref())),
        description: given(function.description.as_deref()),
    };
    Some(Resource {
        name: Some(id.clone()),
        region: Some(region.to_owned()),
        arn: given(function.function_arn.as_deref()),
        tags: None,
        detail: Box::new(detail),
        id,
    })
}

/// Reads a time in Lambda's format, `2026-11-20T10:01:56.142+0000`.
fn modified_at(text: &str) -> Option<Timestamp> {
    strtime::parse("%Y-%m-%dT%H:%M:%S%.f%z", text).ok()?.to_timestamp().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lambdas_time_format_is_read() {
        let at = modified_at("2026-11-20T10:01:56.142+0000");
        assert_eq!(at, Some("2026-11-20T10:01:56.142Z".parse().unwrap()));
        assert_eq!(modified_at("yesterday"), None);
    }
}
