//! The one error of the HTTP edge.
//!
//! A handler chooses a variant by who can fix the problem: the caller ([`ApiError::InvalidParameter`],
//! [`ApiError::AccountNotAllowed`], [`ApiError::UnknownAccount`], [`ApiError::NotFound`]), the operator of the AWS account
//! ([`ApiError::NothingCollected`], [`ApiError::AccountUnreachable`]), or the developers ([`ApiError::Internal`]). The
//! message for the caller is separate from the log: an internal error reveals no details to the caller. There is no
//! variant for an incomplete response: that is a success whose envelope names its gaps.

use std::fmt::Display;

use serde::Serialize;
use serde_json::Value;

/// How much of the caller's input a message repeats.
pub(crate) const ECHOED_CHARS: usize = 64;

/// A kind of error, as responses and documents name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorKind {
    /// The HTTP status of the response.
    pub status: u16,
    /// The stable error code for programs.
    pub code: &'static str,
    /// When it occurs, in Markdown.
    pub when: &'static str,
}

/// The kinds of all errors, by status.
pub const ERROR_KINDS: [ErrorKind; 7] = [
    INVALID_PARAMETER,
    ACCOUNT_NOT_ALLOWED,
    UNKNOWN_ACCOUNT,
    NOT_FOUND,
    INTERNAL_ERROR,
    NOTHING_COLLECTED,
    ACCOUNT_UNREACHABLE,
];

const INVALID_PARAMETER: ErrorKind = ErrorKind {
    status: 400,
    code: "InvalidParameter",
    when: "a parameter is unknown, repeated, empty or wrong; `parameter` names it, `message` says what is allowed",
};
const ACCOUNT_NOT_ALLOWED: ErrorKind = ErrorKind {
    status: 403,
    code: "AccountNotAllowed",
    when: "the token does not allow this account; usually the gateway refuses it first",
};
const UNKNOWN_ACCOUNT: ErrorKind =
    ErrorKind { status: 404, code: "UnknownAccount", when: "this deployment has no access to the account" };
const NOT_FOUND: ErrorKind =
    ErrorKind { status: 404, code: "NotFound", when: "the page has no such file under `/assets/`" };
const INTERNAL_ERROR: ErrorKind = ErrorKind {
    status: 500,
    code: "InternalError",
    when: "a fault of the function; its log has the reason under this `request_id`",
};
const NOTHING_COLLECTED: ErrorKind = ErrorKind {
    status: 502,
    code: "NothingCollected",
    when: "AWS returned nothing of what was requested; `error.gaps` says why",
};
const ACCOUNT_UNREACHABLE: ErrorKind = ErrorKind {
    status: 502,
    code: "AccountUnreachable",
    when: "the account's role can't be assumed; `message` has AWS's code and what to check, `error.gaps` the gap",
};

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// A parameter is unknown, repeated or has a value that is not allowed: 400.
    #[error("{parameter}: {message}")]
    InvalidParameter {
        /// The parameter as the caller spelled it.
        parameter: String,
        /// What is wrong, and what is allowed.
        message: String,
    },
    /// The token does not allow this account: 403.
    #[error("{message}")]
    AccountNotAllowed {
        /// Why, for the caller.
        message: String,
    },
    /// This deployment has no access to the account: 404.
    #[error("{message}")]
    UnknownAccount {
        /// What to do, for the caller.
        message: String,
    },
    /// There is no such file: 404.
    #[error("{message}")]
    NotFound {
        /// What to do, for the caller.
        message: String,
    },
    /// The account does not let the function in: 502.
    #[error("{message}")]
    AccountUnreachable {
        /// What AWS reported, and what to check.
        message: String,
        /// The same as a gap, with AWS's own code.
        gaps: Value,
    },
    /// AWS returned none of the requested data: 502.
    #[error("{message}")]
    NothingCollected {
        /// What failed, and what to do.
        message: String,
        /// Each failed part with AWS's own code, as in the envelope of a partial response.
        gaps: Value,
    },
    /// An error in the service itself: 500. The text goes only to the log.
    #[error("{0}")]
    Internal(String),
}

impl ApiError {
    /// A parameter's value is not allowed; `message` states what is allowed.
    pub fn invalid(parameter: &str, message: impl Into<String>) -> Self {
        Self::InvalidParameter { parameter: echoed(parameter), message: message.into() }
    }

    /// `value` is not among the values of `parameter` that `allowed` describes.
    #[must_use]
    pub fn not_allowed(parameter: &str, value: &str, allowed: &str) -> Self {
        Self::invalid(parameter, format!("`{}` is not allowed; allowed: {allowed}", echoed(value)))
    }

    /// The list in `parameter` has an item without text.
    #[must_use]
    pub(crate) fn empty_item(parameter: &str) -> Self {
        Self::invalid(
            parameter,
            "has an empty item; separate the values with one comma, without one at the start or end",
        )
    }

    /// The deployment has no access to `account`.
    #[must_use]
    pub(crate) fn unknown_account(account: &str) -> Self {
        let message = format!("This deployment has no access to account {account}; its operator can add it.");
        Self::UnknownAccount { message }
    }

    /// AWS rejected a request as a whole: with a `gap`, it did not let the function into the account; without one,
    /// `parameter` is wrong. `reason` is for the caller.
    #[must_use]
    pub fn refused(parameter: &str, reason: &impl Display, gap: Option<&impl Serialize>) -> Self {
        match gap {
            Some(gap) => Self::AccountUnreachable {
                message: reason.to_string(),
                gaps: serde_json::to_value([gap]).unwrap_or_default(),
            },
            None => Self::invalid(parameter, reason.to_string()),
        }
    }

    /// The caller may not access the account.
    #[must_use]
    pub(crate) fn account_not_allowed(why: &str) -> Self {
        Self::AccountNotAllowed { message: format!("This token may not access this account: {why}.") }
    }

    /// The response would consist of `gaps` only; `advice` states what the reader can do about it, if that is known.
    #[must_use]
    pub fn nothing_collected(gaps: &impl Serialize, advice: Option<&str>) -> Self {
        let advice = advice.unwrap_or("Each entry of error.gaps says what failed and why.");
        let message = format!("AWS returned none of the requested data. {advice}");
        Self::NothingCollected { message, gaps: serde_json::to_value(gaps).unwrap_or_default() }
    }

    /// What kind of error it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::InvalidParameter { .. } => INVALID_PARAMETER,
            Self::AccountNotAllowed { .. } => ACCOUNT_NOT_ALLOWED,
            Self::UnknownAccount { .. } => UNKNOWN_ACCOUNT,
            Self::NotFound { .. } => NOT_FOUND,
            Self::AccountUnreachable { .. } => ACCOUNT_UNREACHABLE,
            Self::NothingCollected { .. } => NOTHING_COLLECTED,
            Self::Internal(_) => INTERNAL_ERROR,
        }
    }

    /// The HTTP status of the response.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.kind().status
    }

    /// The stable error code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.kind().code
    }

    /// The gaps, if they are the error.
    #[must_use]
    pub(crate) fn gaps(&self) -> Option<&Value> {
        match self {
            Self::NothingCollected { gaps, .. } | Self::AccountUnreachable { gaps, .. } => Some(gaps),
            Self::InvalidParameter { .. }
            | Self::AccountNotAllowed { .. }
            | Self::UnknownAccount { .. }
            | Self::NotFound { .. }
            | Self::Internal(_) => None,
        }
    }

    /// The message for the caller.
    #[must_use]
    pub fn public_message(&self) -> &str {
        match self {
            Self::InvalidParameter { message, .. }
            | Self::AccountNotAllowed { message }
            | Self::UnknownAccount { message }
            | Self::NotFound { message }
            | Self::AccountUnreachable { message, .. }
            | Self::NothingCollected { message, .. } => message,
            Self::Internal(_) => "The request failed inside the service. The log has the reason under this request_id.",
        }
    }
}

/// Returns the first characters of the caller's input. Characters that are invisible or change how others are displayed
/// (control characters, direction marks, combining characters) become the replacement character.
pub(crate) fn echoed(text: &str) -> String {
    let shown = |c: char| match c {
        '"' | '\'' | '\\' => c,
        // Rust escapes characters that can't be printed.
        _ if c.escape_debug().count() > 1 => char::REPLACEMENT_CHARACTER,
        _ => c,
    };
    let mut kept: String = text.chars().map(shown).take(ECHOED_CHARS).collect();
    if text.chars().count() > ECHOED_CHARS {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_only_gaps_explains_what_to_do() {
        let message = |advice| ApiError::nothing_collected(&["gap"], advice).public_message().to_owned();
        assert_eq!(message(Some("Try again.")), "AWS returned none of the requested data. Try again.");
        assert_eq!(
            message(None),
            "AWS returned none of the requested data. Each entry of error.gaps says what failed and why."
        );
    }

    #[test]
    fn each_error_has_its_status_and_code() {
        let gap = Some(&"gap");
        for (error, status, code, message) in [
            (ApiError::invalid("hours", "1 to 10"), 400, "InvalidParameter", "1 to 10"),
            (ApiError::refused("start", &"no such day", None::<&&str>), 400, "InvalidParameter", "no such day"),
            (
                ApiError::account_not_allowed("x"),
                403,
                "AccountNotAllowed",
                "This token may not access this account: x.",
            ),
            (
                ApiError::unknown_account("210987654321"),
                404,
                "UnknownAccount",
                "This deployment has no access to account 210987654321; its operator can add it.",
            ),
            (ApiError::NotFound { message: "no file".to_owned() }, 404, "NotFound", "no file"),
            (ApiError::refused("start", &"no access", gap), 502, "AccountUnreachable", "no access"),
            (
                ApiError::nothing_collected(&["gap"], Some("Wait.")),
                502,
                "NothingCollected",
                "AWS returned none of the requested data. Wait.",
            ),
            (
                ApiError::Internal("a detail".to_owned()),
                500,
                "InternalError",
                "The request failed inside the service. The log has the reason under this request_id.",
            ),
        ] {
            assert_eq!((error.status(), error.code(), error.public_message()), (status, code, message), "{error:?}");
            assert!(ERROR_KINDS.contains(&error.kind()), "{error:?}");
        }
    }

    #[test]
    fn input_is_repeated_up_to_64_characters_without_invisible_ones() {
        assert_eq!(echoed(&"é".repeat(64)), "é".repeat(64));
        assert_eq!(echoed(&"é".repeat(65)), "é".repeat(64) + "…");
        assert_eq!(echoed(&"é".repeat(200)), "é".repeat(64) + "…");
        assert_eq!(echoed(r#"a "b" 'c' \d ü"#), r#"a "b" 'c' \d ü"#);
        assert_eq!(echoed("a\nb\u{202e}c\u{301}"), "a\u{fffd}b\u{fffd}c\u{fffd}");
    }
}
