//! Cost Optimization Hub, in which the account is not enrolled.

use serde_json::json;

use crate::wire::{Reply, json as answer, json_error};

/// Responds to ListEnrollmentStatuses: the account was never enrolled.
pub(crate) fn enrollment() -> Reply {
    answer(&json!({"items": []}))
}

/// Responds to whatever only an account that is enrolled may ask.
pub(crate) fn not_enrolled() -> Reply {
    json_error("AccessDeniedException")
}
