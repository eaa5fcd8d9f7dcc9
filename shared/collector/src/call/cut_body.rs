//! Rejects responses that were cut off.
//!
//! The SDKs read XML as far as it goes, so a response that ends early looks like one with fewer items or none. They
//! also read an empty body as an empty JSON object. Every client has [`RefuseCutBody`], so that an incomplete response
//! is a fault instead of a short list that looks complete. (JSON and CBOR that end early can't be read.)
//!
//! The SDKs don't retry such a request, although it only reads and the next response is likely to be complete;
//! [`RetryCutBody`] makes them retry it.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, InterceptorContext,
};
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// The interceptor that checks that each body is complete.
#[derive(Debug)]
pub(crate) struct RefuseCutBody;

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for RefuseCutBody {
    fn name(&self) -> &'static str {
        "RefuseCutBody"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response().body().bytes().unwrap_or_default();
        // None of these operations has an empty response; an error may be empty.
        let is_missing = body.is_empty() && context.response().status().is_success();
        if is_missing || is_cut_xml(body) { Err("the response ends early".into()) } else { Ok(()) }
    }
}

/// The classifier that retries requests whose response can't be read.
#[derive(Debug)]
pub(crate) struct RetryCutBody;

impl ClassifyRetry for RetryCutBody {
    fn name(&self) -> &'static str {
        "RetryCutBody"
    }

    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some(Err(error)) = context.output_or_error() else { return RetryAction::NoActionIndicated };
        // The latter is what `RefuseCutBody` returns.
        if error.is_response_error() || error.is_interceptor_error() {
            RetryAction::transient_error()
        } else {
            RetryAction::NoActionIndicated
        }
    }
}

/// Returns whether `body` begins as XML but does not end with the closing tag of its root element.
fn is_cut_xml(body: &[u8]) -> bool {
    // This comes before the conversion to text, which would copy CBOR.
    if !body.trim_ascii_start().starts_with(b"<") {
        return false;
    }
    let text = String::from_utf8_lossy(body);
    let mut rest = text.trim();
    if let Some((_declaration, after)) = rest.strip_prefix("<?").and_then(|rest| rest.split_once("?>")) {
        rest = after.trim_start();
    }
    let Some(root) = rest.strip_prefix('<') else { return true };
    let name: &str = root.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next().unwrap_or_default();
    let end = rest.strip_suffix('>').map(str::trim_end).unwrap_or_default();
    let closed = end.strip_suffix(name).is_some_and(|rest| rest.ends_with("</"));
    let is_one_empty_element = end.ends_with('/') && rest.matches('<').count() == 1;
    !(closed || is_one_empty_element)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complete_and_cut_xml_are_distinguished() {
        for whole in [
            "",
            "{\"Functions\": [",
            "<A/>",
            "<A x=\"1\"></A>",
            "<?xml version=\"1.0\"?>\n<A xmlns=\"http://x/\"><B>1</B></A>\n",
            "<A></A >",
        ] {
            assert!(!is_cut_xml(whole.as_bytes()), "{whole}");
        }
        assert!(!is_cut_xml(b"\xbf\xff<A>"), "CBOR");
        for cut in [
            "<",
            "<?xml version=\"1.0\"?>",
            "<A>",
            "<A><B>1</B>",
            "<A><B/>",
            "<A><B>1</B></A",
            "<?xml vers",
            "<A><AB></AB>",
        ] {
            assert!(is_cut_xml(cut.as_bytes()), "{cut}");
        }
    }
}
