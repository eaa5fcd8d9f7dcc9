//! Lambda: functions, in their `$LATEST` version.
//!
//! ListFunctions returns 50 a page whatever is asked, and neither state nor tags; tags come from
//! [`tagging`](crate::tagging).

use std::time::Instant;

use aws_sdk_lambda::Client;
use aws_sdk_lambda::operation::list_functions::ListFunctionsOutput;
use aws_sdk_lambda::types::FunctionConfiguration;
use jiff::Timestamp;
use jiff::fmt::strtime;

use crate::clients::Gated;
use crate::listing::{Listing, every_page};
use crate::resource::{Detail, Function, Resource, given};

/// The operation of this file, as gaps name it.
pub(crate) const LIST_FUNCTIONS: (&str, &str) = ("lambda", "ListFunctions");

/// The most functions that Lambda puts into a page.
const FUNCTIONS_A_PAGE: i32 = 50;

/// Every function of a region, without its tags.
pub(crate) async fn list_functions(client: &Gated<Client>, region: &str, deadline: Instant) -> Listing<Resource> {
    let ask = |token| client.list_functions().max_items(FUNCTIONS_A_PAGE).set_marker(token).send();
    every_page(client.until(deadline), ask, ListFunctionsOutput::next_marker, |page| {
        let functions = page.functions.unwrap_or_default().into_iter();
        functions.filter_map(|function| function_of(function, region)).collect()
    })
    .await
}

fn function_of(function: FunctionConfiguration, region: &str) -> Option<Resource> {
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
        detail: Detail::Lambda(Box::new(detail)),
        id,
    })
}

/// Reads Lambda's own form of a time, `2026-11-20T10:01:56.142+0000`.
fn modified_at(text: &str) -> Option<Timestamp> {
    strtime::parse("%Y-%m-%dT%H:%M:%S%.f%z", text).ok()?.to_timestamp().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_lambda_is_read() {
        let at = modified_at("2026-11-20T10:01:56.142+0000");
        assert_eq!(at, Some("2026-11-20T10:01:56.142Z".parse().unwrap()));
        assert_eq!(modified_at("yesterday"), None);
    }
}
