//! The response of the authorizer: an IAM policy and a context.
//!
//! Each route of each account is a separate resource, so a policy allows exactly what the token may call: the home
//! account's routes twice (`/costs` and `/accounts/{id}/costs`), those of other accounts under their id. A grant of
//! everything uses a wildcard, which keeps the policy small. The list of accounts is open to everyone who has a route:
//! the function that serves it reads from the context which accounts and routes to name.
//!
//! The gateway routes `/costs/` like `/costs`, and takes the resource from the path as the caller wrote it. So a route is
//! allowed with whatever follows its name (`/costs*`): with a second resource for the slash, the policy would hold half
//! as many accounts. No route begins with the name of another, so this opens nothing else.
//!
//! The gateway caches the policy, and may do so for longer than the token is valid. A token that expires is therefore
//! allowed only on the condition that it has not expired yet.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::arn::MethodArn;
use crate::grant::{AllowedAccounts, Grant, Scope};

/// API Gateway accepts a response of at most 8 KB.
const LARGEST_ANSWER: usize = 8_000;

/// The response to the gateway.
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

/// Until when a statement applies.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Condition {
    // If a gateway provides no time, the policy applies for as long as it is cached.
    date_less_than_if_exists: CurrentTime,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct CurrentTime {
    #[serde(rename = "aws:CurrentTime")]
    current_time: String,
}

/// The actions to call a method, and to do so with `Cache-Control: max-age=0`.
const INVOKE: &[&str] = &["execute-api:Invoke"];
const INVOKE_AND_REFRESH: &[&str] = &["execute-api:Invoke", "execute-api:InvalidateCache"];

/// What is passed on to the functions; the gateway accepts only flat values.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Context {
    principal: String,
    /// `*`, or comma-separated ids.
    accounts: String,
    /// Comma-separated names.
    scopes: String,
}

/// The paths of the list of accounts. What follows is not left open, since other routes begin with it.
const LIST: [&str; 2] = ["accounts", "accounts/"];

/// Returns a policy that allows what `grant` does.
///
/// # Errors
/// If the grant has no route, or allows too much for one policy; the message is for the log.
pub(crate) fn allow(arn: &MethodArn<'_>, grant: &Grant) -> Result<Response, String> {
    let Grant { principal, scopes, accounts, expires } = grant;
    let resource = resources(arn, scopes, accounts);
    if resource.is_empty() {
        return Err(format!("{principal} has no route"));
    }
    let action = if scopes.contains(&Scope::Refresh) { INVOKE_AND_REFRESH } else { INVOKE };
    let condition = expires
        .map(|expires| Condition { date_less_than_if_exists: CurrentTime { current_time: format!("{expires:.0}") } });
    let context = Context { principal: principal.clone(), accounts: accounts.listed(), scopes: grant.scopes() };
    let response = response(context, Statement { action, effect: "Allow", resource, condition });
    let size = serde_json::to_vec(&response).map_or(usize::MAX, |json| json.len());
    if size > LARGEST_ANSWER {
        return Err(format!(
            "the policy of {principal} would have {size} bytes, more than the gateway's {LARGEST_ANSWER}: grant it \
             fewer accounts, all accounts, or all scopes"
        ));
    }
    Ok(response)
}

/// Returns a policy that denies everything.
pub(crate) fn deny(arn: &MethodArn<'_>) -> Response {
    let resource = vec![format!("{}/*", arn.stage)];
    let context = Context { principal: "nobody".to_owned(), accounts: String::new(), scopes: String::new() };
    response(context, Statement { action: INVOKE, effect: "Deny", resource, condition: None })
}

fn response(context: Context, statement: Statement) -> Response {
    Response {
        principal_id: context.principal.clone(),
        policy_document: Policy { version: "2012-10-17", statement: [statement] },
        context,
    }
}

/// Returns every method that may be called.
fn resources(arn: &MethodArn<'_>, scopes: &BTreeSet<Scope>, accounts: &AllowedAccounts) -> Vec<String> {
    let of_home: Vec<_> = scopes.iter().filter_map(|scope| scope.route()).collect();
    let of_home: Vec<_> = of_home.into_iter().map(|route| format!("{route}*")).collect();
    let list = LIST.iter().filter(|_| !of_home.is_empty()).map(|path| format!("{}/GET/{path}", arn.stage));
    let list: Vec<_> = list.collect();
    let routes = if of_home.len() == Scope::ROUTES { vec!["*".to_owned()] } else { of_home.clone() };
    let home = of_home.into_iter().map(|route| format!("{}/GET/{route}", arn.stage));
    let of_account = |account: &str| {
        let prefix = format!("{}/GET/accounts/{account}", arn.stage);
        routes.iter().map(move |route| format!("{prefix}/{route}")).collect::<Vec<_>>()
    };
    match accounts {
        AllowedAccounts::All => list.into_iter().chain(home).chain(of_account("*")).collect(),
        AllowedAccounts::Only(ids) => {
            let home = home.filter(|_| ids.contains(arn.account));
            list.into_iter().chain(home).chain(ids.iter().flat_map(|id| of_account(id))).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: &str = "123456789012";

    /// What everyone with a route may call.
    const LISTED: &[&str] = &["GET/accounts", "GET/accounts/"];

    fn arn() -> MethodArn<'static> {
        MethodArn::parse("arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/v1/GET/costs").unwrap()
    }

    fn grant(scopes: &[Scope], accounts: &[&str]) -> Grant {
        let accounts = AllowedAccounts::of(accounts.iter().copied()).unwrap();
        Grant { principal: "dashboard".to_owned(), scopes: scopes.iter().copied().collect(), accounts, expires: None }
    }

    /// Returns what is allowed, without the ARN up to the stage.
    fn allowed(scopes: &[Scope], accounts: &[&str]) -> Vec<String> {
        let response = allow(&arn(), &grant(scopes, accounts)).unwrap();
        let [Statement { effect, resource, condition, .. }] = response.policy_document.statement;
        assert_eq!((effect, condition), ("Allow", None));
        let stage = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/v1/";
        resource.iter().map(|resource| resource.strip_prefix(stage).unwrap().to_owned()).collect()
    }

    #[test]
    fn a_scope_allows_its_route_whatever_is_being_called() {
        assert_eq!(
            allowed(&[Scope::Resources], &[HOME]),
            [LISTED, &["GET/resources*", "GET/accounts/123456789012/resources*"]].concat()
        );
    }

    #[test]
    fn the_end_of_a_routes_resource_opens_no_other_route() {
        let routes = || Scope::ALL.iter().filter_map(|scope| scope.route());
        for route in routes() {
            assert_eq!(routes().filter(|other| other.starts_with(route)).collect::<Vec<_>>(), [route]);
        }
    }

    #[test]
    fn without_the_home_account_its_short_routes_are_closed() {
        assert_eq!(
            allowed(&[Scope::Costs, Scope::Metrics], &["210987654321"]),
            [LISTED, &["GET/accounts/210987654321/metrics*", "GET/accounts/210987654321/costs*"]].concat()
        );
    }

    #[test]
    fn a_grant_of_everything_uses_wildcards_under_the_accounts() {
        let home = [LISTED, &["GET/resources*", "GET/metrics*", "GET/costs*", "GET/bottlenecks*"]].concat();
        assert_eq!(allowed(&Scope::ALL, &["*"]), [&home[..], &["GET/accounts/*/*"]].concat());
        assert_eq!(allowed(&Scope::ALL, &[HOME]), [&home[..], &["GET/accounts/123456789012/*"]].concat());
        assert_eq!(allowed(&[Scope::Costs], &["*"]), [LISTED, &["GET/costs*", "GET/accounts/*/costs*"]].concat());
    }

    #[test]
    fn only_the_refresh_scope_allows_bypassing_the_cache_and_it_opens_no_route() {
        let actions = |scopes: &[Scope]| {
            let [statement] = allow(&arn(), &grant(scopes, &["*"])).unwrap().policy_document.statement;
            statement.action
        };
        assert_eq!(actions(&[Scope::Costs]), ["execute-api:Invoke"]);
        let both = ["execute-api:Invoke", "execute-api:InvalidateCache"];
        assert_eq!(actions(&[Scope::Costs, Scope::Refresh]), both);
        assert_eq!(actions(&Scope::ALL), both);
        let of_costs = [LISTED, &["GET/costs*", "GET/accounts/123456789012/costs*"]].concat();
        assert_eq!(allowed(&[Scope::Costs, Scope::Refresh], &[HOME]), of_costs);
        assert!(allow(&arn(), &grant(&[Scope::Refresh], &["*"])).unwrap_err().contains("no route"));
    }

    #[test]
    fn a_cached_policy_expires_with_its_token() {
        let mut grant = grant(&[Scope::Costs], &[HOME]);
        grant.expires = Some("2026-11-20T10:37:12.9Z".parse().unwrap());
        let json = serde_json::to_value(allow(&arn(), &grant).unwrap()).unwrap();
        assert_eq!(
            json["policyDocument"]["Statement"][0]["Condition"],
            serde_json::json!({"DateLessThanIfExists": {"aws:CurrentTime": "2026-11-20T10:37:12Z"}})
        );
    }

    #[test]
    fn a_grant_without_a_route_is_a_denial() {
        assert!(allow(&arn(), &grant(&[], &["*"])).unwrap_err().contains("no route"));
    }

    #[test]
    fn without_an_account_only_the_empty_list_of_accounts_is_open() {
        assert_eq!(allowed(&Scope::ALL, &[]), LISTED);
        assert_eq!(allowed(&[Scope::Costs], &[]), LISTED);
    }

    #[test]
    fn the_list_of_accounts_opens_nothing_below_it() {
        // A wildcard of IAM also matches slashes.
        for scopes in [&Scope::ALL[..], &[Scope::Costs]] {
            for accounts in [&["*"][..], &[HOME], &[]] {
                assert!(
                    allowed(scopes, accounts).iter().all(|resource| resource != "GET/*" && resource != "GET/accounts*")
                );
            }
        }
    }

    #[test]
    fn a_policy_stays_within_the_gateways_limit_or_is_an_error() {
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
    fn a_policy_of_exactly_the_gateways_limit_is_returned() {
        let named = |length: usize| {
            let policy = allow(&arn(), &Grant { principal: "p".repeat(length), ..grant(&[Scope::Costs], &[HOME]) })?;
            Ok::<_, String>(serde_json::to_vec(&policy).unwrap().len())
        };
        // The response contains the name twice, so each letter adds two bytes.
        let largest = (LARGEST_ANSWER - named(0).unwrap()) / 2;
        assert_eq!(named(largest), Ok(8_000));
        assert!(named(largest + 1).unwrap_err().contains("would have 8002 bytes"));
    }

    #[test]
    fn the_response_has_the_gateways_format() {
        let json =
            serde_json::to_value(allow(&arn(), &grant(&[Scope::Costs], &["210987654321", HOME])).unwrap()).unwrap();
        assert_eq!(json["principalId"], "dashboard");
        assert_eq!(json["policyDocument"]["Version"], "2012-10-17");
        assert_eq!(
            json["context"],
            serde_json::json!({
                "principal": "dashboard", "accounts": "123456789012,210987654321", "scopes": "costs:read"
            })
        );
        let json = serde_json::to_value(deny(&arn())).unwrap();
        assert_eq!(
            json["policyDocument"]["Statement"],
            serde_json::json!([{"Action": ["execute-api:Invoke"], "Effect": "Deny",
                "Resource": ["arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/v1/*"]}])
        );
    }
}
