//! Which accounts the caller may ask about: `GET /accounts`.
//!
//! The response differs by principal, so the stage never caches it. It names no account that the token does not allow.

use api::{ApiError, AskedAccounts, Call};
use collector::{Accounts, AccountsQuestion, Coverage, ListedAccount};
use schemars::JsonSchema;
use serde::Serialize;

/// The `data` of a response.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Accounts")]
pub struct AccountsList {
    /// The home account first, then the others by id.
    accounts: Vec<AccountJson>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Account")]
struct AccountJson {
    #[serde(flatten)]
    account: ListedAccount,
    /// The paths that the token's scopes open.
    routes: Vec<String>,
}

/// Returns the accounts that the caller of `call` may ask about.
pub(crate) async fn list(
    accounts: &Accounts,
    asked: &AskedAccounts,
    call: &Call,
) -> Result<(AccountsList, Coverage), ApiError> {
    call.query(&[])?;
    let AskedAccounts { home, allowed, routes } = asked;
    let (principal, deadline) = (call.principal(), call.deadline);
    let question = AccountsQuestion { principal, allowed: allowed.as_deref(), home, deadline };
    let (listed, coverage) = accounts.list(&question).await;
    Ok((shape(listed, routes), coverage))
}

fn shape(listed: Vec<ListedAccount>, routes: &[String]) -> AccountsList {
    let with_routes = |account: ListedAccount| AccountJson {
        routes: routes.iter().map(|route| format!("/accounts/{}/{route}", account.id)).collect(),
        account,
    };
    AccountsList { accounts: listed.into_iter().map(with_routes).collect() }
}

#[cfg(test)]
mod document_tests;

#[cfg(test)]
mod tests {
    use collector::{Gap, GapStatus};

    use super::*;

    #[test]
    fn an_account_has_its_name_its_way_in_and_its_routes() {
        let home = ListedAccount {
            id: "123456789012".to_owned(),
            name: Some("Shop".to_owned()),
            home: true,
            reachable: Some(true),
            checked_at: None,
            gap: None,
        };
        let gap = Gap {
            region: "us-east-1".to_owned(),
            service: "sts",
            operation: "AssumeRole",
            resource_types: vec![],
            status: GapStatus::Denied,
            code: "AccessDenied".to_owned(),
            message: "(role) is not authorized".to_owned(),
        };
        let closed = ListedAccount {
            id: "210987654321".to_owned(),
            name: None,
            home: false,
            reachable: Some(false),
            checked_at: Some("2026-11-20T10:37:12Z".parse().unwrap()),
            gap: Some(gap),
        };
        let routes = ["costs".to_owned(), "resources".to_owned()];
        insta::assert_json_snapshot!(shape(vec![home, closed], &routes));
    }
}
