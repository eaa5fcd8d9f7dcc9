//! The answer of the authorizer: an IAM policy and a context.
//!
//! Each route of each account is a resource of its own, so that a policy allows what the token may call and nothing
//! else: the home account's routes twice (`/costs` and `/accounts/{id}/costs`), those of others under their account. A
//! grant of everything takes a wildcard, which keeps the policy small.
//!
//! The gateway caches the policy for some minutes, whatever it says of the token. A token that expires before that is
//! therefore allowed only under the condition that it is not over yet.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::arn::MethodArn;
use crate::grant::{Accounts, Grant, Scope};

/// The largest answer that API Gateway takes is 8 KB.
const LARGEST_ANSWER: usize = 8_000;

/// What the gateway gets.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    principal_id: String,
    policy_document: Policy,
    context: Context,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    version: &'static str,
    statement: [Statement; 1],
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    action: &'static [&'static str],
    effect: &'static str,
    resource: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<Condition>,
}

/// Until when a statement holds.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Condition {
    // Where a gateway gives no time, the policy holds for as long as it is cached.
    date_less_than_if_exists: CurrentTime,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct CurrentTime {
    #[serde(rename = "aws:CurrentTime")]
    current_time: String,
}

/// Calling a method, and doing so with `Cache-Control: max-age=0`.
const INVOKE: &[&str] = &["execute-api:Invoke"];
const INVOKE_AND_REFRESH: &[&str] = &["execute-api:Invoke", "execute-api:InvalidateCache"];

/// What the functions get to know; the gateway takes flat values only.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Context {
    principal: String,
    /// `*`, or ids with commas between.
    accounts: String,
}

/// A policy that allows what `grant` says.
///
/// # Errors
/// The grant allows nothing, or too much for one policy; in words for the log.
pub(crate) fn allow(arn: &MethodArn<'_>, grant: &Grant) -> Result<Response, String> {
    let Grant { principal, scopes, accounts, expires } = grant;
    let resource = resources(arn, scopes, accounts);
    if resource.is_empty() {
        return Err(format!("{principal} has no route or no account"));
    }
    let action = if scopes.contains(&Scope::Refresh) { INVOKE_AND_REFRESH } else { INVOKE };
    let condition = expires
        .map(|expires| Condition { date_less_than_if_exists: CurrentTime { current_time: format!("{expires:.0}") } });
    let response = response(principal, Statement { action, effect: "Allow", resource, condition }, accounts.listed());
    let size = serde_json::to_vec(&response).map_or(usize::MAX, |json| json.len());
    if size > LARGEST_ANSWER {
        return Err(format!(
            "the policy of {principal} would have {size} bytes, more than the gateway's {LARGEST_ANSWER}: grant it \
             fewer accounts, all accounts, or all scopes"
        ));
    }
    Ok(response)
}

/// A policy that denies everything.
pub(crate) fn deny(arn: &MethodArn<'_>) -> Response {
    let resource = vec![format!("{}/*", arn.stage)];
    response("nobody", Statement { action: INVOKE, effect: "Deny", resource, condition: None }, String::new())
}

fn response(principal: &str, statement: Statement, accounts: String) -> Response {
    Response {
        principal_id: principal.to_owned(),
        policy_document: Policy { version: "2012-10-17", statement: [statement] },
        context: Context { principal: principal.to_owned(), accounts },
    }
}

/// Every method that may be called.
fn resources(arn: &MethodArn<'_>, scopes: &BTreeSet<Scope>, accounts: &Accounts) -> Vec<String> {
    let of_home: Vec<_> = scopes.iter().filter_map(|scope| scope.route()).collect();
    let routes = if of_home.len() == Scope::ROUTES { vec!["*"] } else { of_home.clone() };
    let home = of_home.into_iter().map(|route| format!("{}/GET/{route}", arn.stage));
    let of_account = |account: &str| {
        let prefix = format!("{}/GET/accounts/{account}", arn.stage);
        routes.iter().map(move |route| format!("{prefix}/{route}")).collect::<Vec<_>>()
    };
    match accounts {
        Accounts::All => home.chain(of_account("*")).collect(),
        Accounts::Only(ids) => {
            let home = home.filter(|_| ids.contains(arn.account));
            home.chain(ids.iter().flat_map(|id| of_account(id))).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: &str = "123456789012";

    fn arn() -> MethodArn<'static> {
        MethodArn::parse("arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/v1/GET/costs").unwrap()
    }

    fn grant(scopes: &[Scope], accounts: &[&str]) -> Grant {
        let accounts = Accounts::of(accounts.iter().copied()).unwrap();
        Grant { principal: "dashboard".to_owned(), scopes: scopes.iter().copied().collect(), accounts, expires: None }
    }

    /// What is allowed, below the stage.
    fn allowed(scopes: &[Scope], accounts: &[&str]) -> Vec<String> {
        let response = allow(&arn(), &grant(scopes, accounts)).unwrap();
        let [Statement { effect, resource, condition, .. }] = response.policy_document.statement;
        assert_eq!((effect, condition), ("Allow", None));
        let stage = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/v1/";
        resource.iter().map(|resource| resource.strip_prefix(stage).unwrap().to_owned()).collect()
    }

    #[test]
    fn a_scope_allows_its_route_whatever_is_being_called() {
        assert_eq!(allowed(&[Scope::Resources], &[HOME]), ["GET/resources", "GET/accounts/123456789012/resources"]);
    }

    #[test]
    fn without_the_home_account_its_short_routes_are_closed() {
        assert_eq!(
            allowed(&[Scope::Costs, Scope::Metrics], &["210987654321"]),
            ["GET/accounts/210987654321/metrics", "GET/accounts/210987654321/costs"]
        );
    }

    #[test]
    fn everything_takes_wildcards_under_the_accounts() {
        let home = ["GET/resources", "GET/metrics", "GET/costs", "GET/bottlenecks"];
        assert_eq!(allowed(&Scope::ALL, &["*"]), [&home[..], &["GET/accounts/*/*"]].concat());
        assert_eq!(allowed(&Scope::ALL, &[HOME]), [&home[..], &["GET/accounts/123456789012/*"]].concat());
        assert_eq!(allowed(&[Scope::Costs], &["*"]), ["GET/costs", "GET/accounts/*/costs"]);
    }

    #[test]
    fn only_the_scope_to_refresh_allows_to_ask_past_the_cache_and_it_opens_no_route() {
        let actions = |scopes: &[Scope]| {
            let [statement] = allow(&arn(), &grant(scopes, &["*"])).unwrap().policy_document.statement;
            statement.action
        };
        assert_eq!(actions(&[Scope::Costs]), ["execute-api:Invoke"]);
        let both = ["execute-api:Invoke", "execute-api:InvalidateCache"];
        assert_eq!(actions(&[Scope::Costs, Scope::Refresh]), both);
        assert_eq!(actions(&Scope::ALL), both);
        assert_eq!(allowed(&[Scope::Costs, Scope::Refresh], &[HOME]), ["GET/costs", "GET/accounts/123456789012/costs"]);
        assert!(allow(&arn(), &grant(&[Scope::Refresh], &["*"])).unwrap_err().contains("no route"));
    }

    #[test]
    fn a_policy_that_the_gateway_keeps_ends_with_its_token() {
        let mut grant = grant(&[Scope::Costs], &[HOME]);
        grant.expires = Some("2026-11-20T10:37:12.9Z".parse().unwrap());
        let json = serde_json::to_value(allow(&arn(), &grant).unwrap()).unwrap();
        assert_eq!(
            json["policyDocument"]["Statement"][0]["Condition"],
            serde_json::json!({"DateLessThanIfExists": {"aws:CurrentTime": "2026-11-20T10:37:12Z"}})
        );
    }

    #[test]
    fn a_grant_of_nothing_is_a_denial() {
        assert!(allow(&arn(), &grant(&[], &["*"])).unwrap_err().contains("no route or no account"));
        assert!(allow(&arn(), &grant(&Scope::ALL, &[])).unwrap_err().contains("no route or no account"));
    }

    #[test]
    fn a_policy_stays_below_the_gateways_limit_or_is_refused() {
        let ids: Vec<_> = (0..200).map(|n| format!("{:012}", 100_000_000_000_u64 + n)).collect();
        let ids: Vec<_> = ids.iter().map(String::as_str).collect();
        let sizes = (1..ids.len()).map_while(|count| allow(&arn(), &grant(&Scope::ALL, &ids[..count])).ok());
        let sizes: Vec<_> = sizes.map(|policy| serde_json::to_vec(&policy).unwrap().len()).collect();
        let largest = sizes.last().copied().unwrap();
        assert!((7_800..=LARGEST_ANSWER).contains(&largest), "{largest}");
        let refused = allow(&arn(), &grant(&Scope::ALL, &ids)).unwrap_err();
        assert!(refused.starts_with("the policy of dashboard would have "), "{refused}");
    }

    #[test]
    fn a_policy_of_just_the_gateways_limit_is_given() {
        let named = |length: usize| {
            let policy = allow(&arn(), &Grant { principal: "p".repeat(length), ..grant(&Scope::ALL, &[HOME]) })?;
            Ok::<_, String>(serde_json::to_vec(&policy).unwrap().len())
        };
        // The answer has the name twice, so that each letter of it is two bytes.
        let largest = (LARGEST_ANSWER - named(0).unwrap()) / 2;
        assert_eq!(named(largest), Ok(8_000));
        assert!(named(largest + 1).unwrap_err().contains("would have 8002 bytes"));
    }

    #[test]
    fn the_answer_has_the_gateways_shape() {
        let json =
            serde_json::to_value(allow(&arn(), &grant(&[Scope::Costs], &["210987654321", HOME])).unwrap()).unwrap();
        assert_eq!(json["principalId"], "dashboard");
        assert_eq!(json["policyDocument"]["Version"], "2012-10-17");
        assert_eq!(
            json["context"],
            serde_json::json!({"principal": "dashboard", "accounts": "123456789012,210987654321"})
        );
        let json = serde_json::to_value(deny(&arn())).unwrap();
        assert_eq!(
            json["policyDocument"]["Statement"],
            serde_json::json!([{"Action": ["execute-api:Invoke"], "Effect": "Deny",
                "Resource": ["arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/v1/*"]}])
        );
    }
}
