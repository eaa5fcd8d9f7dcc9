//! Reads SDK errors: the kind of failure, and AWS's code and message.
//!
//! The SDKs have one error type per operation, and this is the only place that inspects them. The result is a
//! [`Fault`], which becomes a [`Gap`](crate::model::coverage::Gap) together with the region.

use std::error::Error;

use aws_runtime::retries::classifiers::THROTTLING_ERRORS;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use sdk::root_cause;

use crate::model::coverage::GapStatus;
use crate::model::operation::Operation;

/// The codes of a missing permission. EC2 has its own code, and older query services have another.
const DENIED: &[&str] =
    &["AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedException", "UnauthorizedOperation"];

/// The codes that a region returns if the account has not enabled it: EC2 reports the credentials as invalid there, and
/// so do other services with their own codes.
const REGION_DISABLED: &[&str] =
    &["AuthFailure", "InvalidClientTokenId", "OptInRequired", "UnrecognizedClientException"];

/// The codes of expired credentials.
const EXPIRED: &[&str] = &["ExpiredToken", "ExpiredTokenException", "RequestExpired"];

/// How AWS's messages name the policy of an organisation that denies a call.
const OF_ORGANIZATION: &[&str] =
    &["explicit deny in a service control policy", "explicit deny in a resource control policy"];

/// The start of EC2's encoded message, which only `sts:DecodeAuthorizationMessage` can read.
const ENCODED: &str = "Encoded authorization failure message";

/// What replaces the ARN of an identity in a message: a response should not reveal those of other accounts.
const ROLE: &str = "(role)";

/// The longest message that is kept, in characters.
const LONGEST_MESSAGE: usize = 400;

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// What was called.
    pub(crate) operation: &'static Operation,
    pub(crate) status: GapStatus,
    pub(crate) code: String,
    pub(crate) message: String,
    /// The region of which something is missing, if the call was about several; otherwise it is that of the call.
    pub(crate) region: Option<String>,
}

impl Fault {
    /// Converts an SDK error of a call of `operation`.
    pub(crate) fn of<E>(operation: &'static Operation, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        match error {
            SdkError::ServiceError(context) => answered(operation, context.err(), context.raw().status().as_u16()),
            SdkError::TimeoutError(_) => {
                Self::new(operation, GapStatus::TimedOut, "RequestTimedOut", "AWS did not respond in time")
            }
            SdkError::DispatchFailure(failure) => {
                let reason = failure.as_connector_error().map_or_else(String::new, |error| root_cause(error));
                if failure.is_timeout() {
                    let message = format!("connecting to AWS timed out: {reason}");
                    Self::new(operation, GapStatus::TimedOut, "ConnectTimedOut", &message)
                } else {
                    Self::failed(operation, "ConnectionFailed", &format!("the request was not sent: {reason}"))
                }
            }
            SdkError::ResponseError(context) => Self::unreadable(operation, context.raw().status().as_u16()),
            other => Self::failed(operation, "RequestNotSent", &root_cause(other)),
        }
    }

    /// The deadline passed before AWS responded.
    pub(crate) fn past_deadline(operation: &'static Operation) -> Self {
        let message = "AWS did not respond before the deadline of this call";
        Self::new(operation, GapStatus::TimedOut, "DeadlineExceeded", message)
    }

    /// AWS sent nothing at all, from this region or this service, and everything else is done.
    pub(crate) fn silent(operation: &'static Operation) -> Self {
        Self::new(operation, GapStatus::TimedOut, "RequestTimedOut", "AWS did not respond in time")
    }

    /// AWS returned a page token for the second time, so the pages repeat.
    pub(crate) fn repeated_token(operation: &'static Operation) -> Self {
        Self::failed(operation, "RepeatedPageToken", "AWS returned a page token twice, so the list may be incomplete")
    }

    /// Anything that has no status of its own, such as a response that lacks a required value.
    pub(crate) fn failed(operation: &'static Operation, code: &str, message: &str) -> Self {
        Self::new(operation, GapStatus::Failed, code, message)
    }

    /// Returns the same fault, because of which something of `region` is missing.
    pub(crate) fn in_region(self, region: &str) -> Self {
        Self { region: Some(region.to_owned()), ..self }
    }

    fn unreadable(operation: &'static Operation, http_status: u16) -> Self {
        let message = format!("AWS responded with HTTP {http_status} and a body that can't be read");
        Self::failed(operation, "UnreadableResponse", &message)
    }

    fn new(operation: &'static Operation, status: GapStatus, code: &str, message: &str) -> Self {
        Self { operation, status, code: code.to_owned(), message: cleaned(message), region: None }
    }

    /// Returns whether the call timed out.
    pub(crate) fn is_late(&self) -> bool {
        self.status == GapStatus::TimedOut
    }

    /// Returns whether AWS rejected the credentials as expired.
    pub(crate) fn is_expired(&self) -> bool {
        EXPIRED.contains(&self.code.as_str())
    }
}

/// Returns the fault of a response that AWS marked as an error.
fn answered(operation: &'static Operation, error: &impl ProvideErrorMetadata, http_status: u16) -> Fault {
    if error.code().is_none() && http_status < 300 {
        return Fault::unreadable(operation, http_status);
    }
    let code = error.code().map_or_else(|| format!("Http{http_status}"), str::to_owned);
    let message = error.message().unwrap_or("AWS sent no message");
    let status = if DENIED.contains(&code.as_str()) {
        if OF_ORGANIZATION.iter().any(|words| message.contains(words)) {
            GapStatus::DeniedByOrganization
        } else {
            GapStatus::Denied
        }
    } else if REGION_DISABLED.contains(&code.as_str()) {
        GapStatus::RegionDisabled
    } else if THROTTLING_ERRORS.contains(&code.as_str()) || http_status == 429 {
        GapStatus::Throttled
    } else {
        GapStatus::Failed
    };
    Fault { operation, status, code, message: cleaned(message), region: None }
}

/// Returns a message as one line of at most [`LONGEST_MESSAGE`] characters, without EC2's encoded part and the ARNs of
/// identities.
fn cleaned(message: &str) -> String {
    let readable = message.split(ENCODED).next().unwrap_or_default().trim();
    let words =
        readable.split(|c: char| c.is_control() || c == ' ').map(|word| if names_a_role(word) { ROLE } else { word });
    words.collect::<Vec<_>>().join(" ").chars().take(LONGEST_MESSAGE).collect()
}

/// Returns whether a word contains the ARN of an identity, such as `arn:aws:iam::…:role/…` or
/// `arn:aws:sts::…:assumed-role/…`.
fn names_a_role(word: &str) -> bool {
    let mut parts = word.split(':');
    parts.any(|part| part.ends_with("arn")) && matches!(parts.nth(1), Some("iam" | "sts"))
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::error::ErrorMetadata;

    use super::*;
    use crate::model::operation::Price;

    const LIST: Operation = Operation { service: "s", name: "List", action: None, price: Price::Free };

    fn fault(code: Option<&str>, message: &str, http_status: u16) -> Fault {
        let mut error = ErrorMetadata::builder().message(message);
        if let Some(code) = code {
            error = error.code(code);
        }
        answered(&LIST, &error.build(), http_status)
    }

    #[test]
    fn each_code_has_its_status() {
        for (code, status) in [
            ("UnauthorizedOperation", GapStatus::Denied),
            ("AccessDenied", GapStatus::Denied),
            ("AccessDeniedException", GapStatus::Denied),
            ("AuthFailure", GapStatus::RegionDisabled),
            ("OptInRequired", GapStatus::RegionDisabled),
            ("UnrecognizedClientException", GapStatus::RegionDisabled),
            ("RequestLimitExceeded", GapStatus::Throttled),
            ("ThrottlingException", GapStatus::Throttled),
            ("InternalError", GapStatus::Failed),
        ] {
            let fault = fault(Some(code), "words", 400);
            assert_eq!((fault.status, fault.code.as_str(), fault.message.as_str()), (status, code, "words"));
        }
    }

    #[test]
    fn a_policy_of_the_organisation_is_distinguished_from_a_missing_permission() {
        let scp = "User: arn:… is not authorized to perform: rds:DescribeDBInstances with an explicit deny in a service control policy";
        assert_eq!(fault(Some("AccessDenied"), scp, 403).status, GapStatus::DeniedByOrganization);
        let missing = "User: arn:… is not authorized to perform: rds:DescribeDBInstances because no identity-based policy allows it";
        assert_eq!(fault(Some("AccessDenied"), missing, 403).status, GapStatus::Denied);
    }

    #[test]
    fn an_error_without_a_code_keeps_its_http_status() {
        let throttled = fault(None, "slow down", 429);
        assert_eq!((throttled.status, throttled.code.as_str()), (GapStatus::Throttled, "Http429"));
        assert_eq!(fault(None, "oops", 503).status, GapStatus::Failed);
        assert_eq!(fault(None, "malformed JSON", 200).code, "UnreadableResponse");
    }

    #[test]
    fn a_message_is_one_line_without_the_encoded_part() {
        let fault = fault(
            Some("UnauthorizedOperation"),
            "You are not\nauthorized. Encoded authorization failure message: Zm9v",
            403,
        );
        assert_eq!(fault.message, "You are not authorized.");
        assert_eq!(cleaned(&"x".repeat(9_000)).len(), LONGEST_MESSAGE);
    }

    #[test]
    fn a_message_does_not_name_roles() {
        assert_eq!(
            cleaned(
                "User: arn:aws:sts::210987654321:assumed-role/stratoscope-reader/ci is not authorized to perform: \
                 sts:AssumeRole on resource: \"arn:aws-cn:iam::210987654321:role/stratoscope-reader\""
            ),
            "User: (role) is not authorized to perform: sts:AssumeRole on resource: (role)"
        );
        let bucket = "no bucket arn:aws:s3:::b, policy arn:aws:organizations::1:policy/p";
        assert_eq!(cleaned(bucket), bucket);
    }
}
