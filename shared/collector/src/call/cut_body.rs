//! Refuses an answer that was cut off.
//!
//! The SDKs read XML as far as it goes: an answer that ends in the middle is taken for one with fewer items, or none. And
//! they take no JSON at all for an empty object. Every client carries [`RefuseCutBody`], so that a part of an answer is a
//! fault and never a short list that looks complete. (JSON and CBOR that end in the middle can't be read.)
//!
//! The SDKs don't try such a request again, although it only reads and the next answer is likely to be whole;
//! [`RetryCutBody`] has them do it.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, InterceptorContext,
};
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// The interceptor that checks each body for its end.
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
        // None of the operations here answers with nothing; an error may.
        let is_missing = body.is_empty() && context.response().status().is_success();
        if is_missing || is_cut_xml(body) { Err("the answer ends early".into()) } else { Ok(()) }
    }
}

/// The classifier by which an answer that can't be read is asked for again.
#[derive(Debug)]
pub(crate) struct RetryCutBody;

impl ClassifyRetry for RetryCutBody {
    fn name(&self) -> &'static str {
        "RetryCutBody"
    }

    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some(Err(error)) = context.output_or_error() else { return RetryAction::NoActionIndicated };
        // The second is what `RefuseCutBody` raises.
        if error.is_response_error() || error.is_interceptor_error() {
            RetryAction::transient_error()
        } else {
            RetryAction::NoActionIndicated
        }
    }
}

/// Whether `body` begins as XML but does not end with the tag that closes its root element.
fn is_cut_xml(body: &[u8]) -> bool {
    // Before it is taken for text: of CBOR, that would make a copy.
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
    fn whole_xml_is_told_from_cut_xml() {
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
