//! Who calls, as the authorizer vouches for it.
//!
//! The gateway lets nobody through whose policy does not allow the path. What the authorizer says of the accounts is
//! checked here once more, so that a wrong policy alone opens no account.

use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt as _};
use serde_json::Value;

use crate::ApiError;

/// One who may make this call.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The name that the authorizer gave.
    pub(crate) principal: String,
}

impl Caller {
    /// The caller of a request about the account that the API is in.
    pub(crate) fn of(request: &Request) -> Result<Self, ApiError> {
        let Some(RequestContext::ApiGatewayV1(gateway)) = request.request_context_ref() else {
            return Err(ApiError::account_not_allowed("no gateway passed this call on"));
        };
        let said = |name| gateway.authorizer.fields.get(name).and_then(Value::as_str).unwrap_or_default();
        let account = gateway.account_id.as_deref().unwrap_or_default();
        if account.is_empty() || !allows(said("accounts"), account) {
            return Err(ApiError::account_not_allowed("the token is for other accounts"));
        }
        Ok(Self { principal: said("principal").to_owned() })
    }
}

/// Whether `account` is among `accounts`: `*`, or ids with commas between.
fn allows(accounts: &str, account: &str) -> bool {
    accounts == "*" || accounts.split(',').any(|allowed| allowed == account)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = include_str!("../../../events/resources.json");

    fn caller(event: &str) -> Result<Caller, ApiError> {
        Caller::of(&lambda_http::request::from_str(event).unwrap())
    }

    #[test]
    fn the_account_must_be_among_those_of_the_token() {
        for (accounts, allowed) in [
            ("*", true),
            ("123456789012", true),
            ("210987654321,123456789012", true),
            ("210987654321", false),
            ("12345678901", false),
            ("", false),
        ] {
            let event = EVENT.replace(r#""accounts": "*""#, &format!(r#""accounts": "{accounts}""#));
            assert_eq!(caller(&event).is_ok(), allowed, "{accounts}");
        }
        assert_eq!(caller(EVENT).unwrap().principal, "admin");
    }

    #[test]
    fn without_an_authorizer_nobody_may_call() {
        let mut event: Value = serde_json::from_str(EVENT).unwrap();
        event["requestContext"].as_object_mut().unwrap().remove("authorizer");
        assert_eq!(caller(&event.to_string()).unwrap_err().status(), 403);
    }
}
