//! The caller, as identified by the authorizer, and the account that the call is about.
//!
//! The gateway only lets a caller through whose policy allows the path. The accounts in the authorizer's context are
//! checked here once more, so a wrong policy alone does not open an account.

use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt as _};
use serde_json::Value;

use crate::error::ApiError;

/// The path parameter that names an account.
const ACCOUNT: &str = "account";

/// A caller who may make this call.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The name that the authorizer provides.
    pub(crate) principal: String,
    /// The account in the path; `None` for the home account, under both its paths.
    pub(crate) account: Option<String>,
}

impl Caller {
    /// Returns the caller of a request, if they may access its account.
    pub(crate) fn of(request: &Request) -> Result<Self, ApiError> {
        let Some(RequestContext::ApiGatewayV1(gateway)) = request.request_context_ref() else {
            return Err(ApiError::account_not_allowed("the call did not come through API Gateway"));
        };
        let said = |name| gateway.authorizer.fields.get(name).and_then(Value::as_str).unwrap_or_default();
        let home = gateway.account_id.as_deref().unwrap_or_default();
        let path = request.path_parameters();
        let asked = path.first(ACCOUNT).unwrap_or(home);
        if !is_account(asked) {
            return Err(ApiError::not_allowed(ACCOUNT, asked, "an account id of 12 digits"));
        }
        if !allows(said("accounts"), asked) {
            return Err(ApiError::account_not_allowed(
                "it is not among the accounts of the token, which the operator of this deployment can change",
            ));
        }
        let account = (asked != home).then(|| asked.to_owned());
        Ok(Self { principal: said("principal").to_owned(), account })
    }

    /// Returns whether a request is about the home account, whoever makes it.
    pub(crate) fn is_about_home(request: &Request) -> bool {
        let home = match request.request_context_ref() {
            Some(RequestContext::ApiGatewayV1(gateway)) => gateway.account_id.as_deref(),
            _ => None,
        };
        let path = request.path_parameters();
        let asked = path.first(ACCOUNT);
        asked.is_none() || asked == home
    }
}

fn is_account(id: &str) -> bool {
    id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether `accounts` (`*`, or comma-separated ids) includes `account`.
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
            ("1234567890123", false),
            ("", false),
        ] {
            let event = EVENT.replace(r#""accounts": "*""#, &format!(r#""accounts": "{accounts}""#));
            assert_eq!(caller(&event).is_ok(), allowed, "{accounts}");
        }
        assert_eq!(caller(EVENT).unwrap().principal, "admin");
    }

    /// The event of a call of `/accounts/{account}/resources`.
    fn about(account: &str, allowed: &str) -> String {
        let mut event: Value = serde_json::from_str(EVENT).unwrap();
        event["pathParameters"] = serde_json::json!({"account": account});
        event["requestContext"]["authorizer"]["accounts"] = allowed.into();
        event.to_string()
    }

    #[test]
    fn another_account_is_the_one_of_the_path() {
        let other = caller(&about("210987654321", "210987654321")).unwrap();
        assert_eq!((other.principal.as_str(), other.account.as_deref()), ("admin", Some("210987654321")));
        assert_eq!(caller(&about("123456789012", "*")).unwrap().account, None);
        assert_eq!(caller(EVENT).unwrap().account, None);
        assert_eq!(caller(&about("210987654321", "123456789012")).unwrap_err().status(), 403);
    }

    #[test]
    fn a_malformed_account_is_rejected_by_name() {
        for id in ["21098765432", "2109876543210", "21098765432a", "", "٢٠٩٨٧٦", "%32109876543", "../../../../"] {
            let refused = caller(&about(id, "*")).unwrap_err();
            assert_eq!(refused.status(), 400, "{id}");
            let ApiError::InvalidParameter { parameter, message } = refused else { panic!("{refused:?}") };
            assert_eq!(parameter, "account");
            assert!(message.ends_with("is not allowed; allowed: an account id of 12 digits"), "{message}");
        }
    }

    #[test]
    fn without_an_authorizer_nobody_may_call() {
        let mut event: Value = serde_json::from_str(EVENT).unwrap();
        event["requestContext"].as_object_mut().unwrap().remove("authorizer");
        assert_eq!(caller(&event.to_string()).unwrap_err().status(), 403);
    }
}
