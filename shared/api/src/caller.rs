//! The caller, as identified by the authorizer, and the account that the call is about.
//!
//! The gateway only lets a caller through whose policy allows the path. The accounts in the authorizer's context are
//! checked here once more, so a wrong policy alone does not open an account. The list of accounts is about no account:
//! it names those that the context does.

use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt as _};
use serde_json::Value;

use crate::error::ApiError;

/// The path parameter that names an account.
const ACCOUNT: &str = "account";

/// The path of the list of accounts, in the template.
const LIST: &str = "/accounts";

/// The end of the names of scopes that open a route.
const READ: &str = ":read";

/// A caller who may make this call.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The name that the authorizer provides.
    pub(crate) principal: String,
    /// What the call is about.
    pub(crate) about: Subject,
}

/// What a call is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The home account, under both its paths.
    Home,
    /// The account in the path.
    Other(String),
    /// Which accounts the caller may ask about.
    Accounts(AskedAccounts),
}

/// What the token of a call for the list of accounts allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedAccounts {
    /// The home account.
    pub home: String,
    /// The ids that the token allows; `None` for every account of the deployment.
    pub allowed: Option<Vec<String>>,
    /// The routes that its scopes open, such as `resources`.
    pub routes: Vec<String>,
}

impl Caller {
    /// Returns the caller of a request, if they may access its account.
    pub(crate) fn of(request: &Request) -> Result<Self, ApiError> {
        let Some(RequestContext::ApiGatewayV1(gateway)) = request.request_context_ref() else {
            return Err(ApiError::account_not_allowed("the call did not come through API Gateway"));
        };
        let said = |name| gateway.authorizer.fields.get(name).and_then(Value::as_str).unwrap_or_default();
        let home = gateway.account_id.as_deref().unwrap_or_default();
        let principal = said("principal").to_owned();
        if gateway.resource_path.as_deref() == Some(LIST) {
            let asked = AskedAccounts::of(home, said("accounts"), said("scopes"));
            return Ok(Self { principal, about: Subject::Accounts(asked) });
        }
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
        let about = if asked == home { Subject::Home } else { Subject::Other(asked.to_owned()) };
        Ok(Self { principal, about })
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

impl AskedAccounts {
    /// Reads the authorizer's `accounts` and `scopes`.
    fn of(home: &str, accounts: &str, scopes: &str) -> Self {
        let ids = || accounts.split(',').filter(|id| is_account(id)).map(str::to_owned).collect();
        let routes = scopes.split(',').filter_map(|scope| scope.strip_suffix(READ)).map(str::to_owned).collect();
        Self { home: home.to_owned(), allowed: (accounts != EVERY).then(ids), routes }
    }
}

fn is_account(id: &str) -> bool {
    id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// How the authorizer writes every account of the deployment.
const EVERY: &str = "*";

/// Returns whether `accounts` (`*`, or comma-separated ids) includes `account`.
fn allows(accounts: &str, account: &str) -> bool {
    accounts == EVERY || accounts.split(',').any(|allowed| allowed == account)
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
        assert_eq!(other, Caller { principal: "admin".to_owned(), about: Subject::Other("210987654321".to_owned()) });
        assert_eq!(caller(&about("123456789012", "*")).unwrap().about, Subject::Home);
        assert_eq!(caller(EVENT).unwrap().about, Subject::Home);
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
    fn the_list_of_accounts_has_those_of_the_token_whether_or_not_the_home_account_is_among_them() {
        let listed = |accounts: &str, scopes: &str| {
            let mut event: Value = serde_json::from_str(EVENT).unwrap();
            event["requestContext"]["resourcePath"] = "/accounts".into();
            event["requestContext"]["authorizer"]["accounts"] = accounts.into();
            event["requestContext"]["authorizer"]["scopes"] = scopes.into();
            let Subject::Accounts(asked) = caller(&event.to_string()).unwrap().about else { panic!("{event}") };
            assert_eq!(asked.home, "123456789012");
            (asked.allowed, asked.routes)
        };
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(listed("*", "costs:read,cache:refresh"), (None, texts(&["costs"])));
        let two = ["123456789012", "210987654321"];
        assert_eq!(
            listed(&two.join(","), "resources:read,metrics:read"),
            (Some(texts(&two)), texts(&["resources", "metrics"]))
        );
        assert_eq!(listed("210987654321", ""), (Some(texts(&["210987654321"])), vec![]));
        assert_eq!(listed("", "costs:read"), (Some(vec![]), texts(&["costs"])));
    }

    #[test]
    fn without_an_authorizer_nobody_may_call() {
        let mut event: Value = serde_json::from_str(EVENT).unwrap();
        event["requestContext"].as_object_mut().unwrap().remove("authorizer");
        assert_eq!(caller(&event.to_string()).unwrap_err().status(), 403);
    }
}
