//! The list of accounts: whom it names, what Organizations and STS say of each, and how long that is kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::accounts::{OTHER, THIRD, roles, session};
use super::aws::{Aws, Received, Reply};
use super::{LONG, calls_only_declared, page, reported};
use crate::accounts::reader_role::ReaderRoles;
use crate::questions::accounts::{AccountsQuestion, OPERATIONS};
use crate::services::sts::ASSUME_ROLE;
use crate::{Accounts, Coverage, GapStatus, ListedAccount};

const HOME: &str = "123456789012";

fn of_organization() -> ReaderRoles {
    ReaderRoles::from_env(|name| {
        Some(if name == "OTHER_ACCOUNTS" { "organization" } else { "stratoscope-reader" }.to_owned())
    })
}

async fn list_until(
    accounts: &Accounts,
    principal: &str,
    allowed: Option<&[&str]>,
    time: Duration,
) -> (Vec<ListedAccount>, Coverage) {
    let allowed: Option<Vec<_>> = allowed.map(|ids| ids.iter().map(ToString::to_string).collect());
    let deadline = Instant::now() + time;
    let question = AccountsQuestion { principal, allowed: allowed.as_deref(), home: HOME, deadline };
    let (listed, coverage) = accounts.list(&question).await;
    calls_only_declared(&[OPERATIONS, &[&ASSUME_ROLE]].concat(), &coverage);
    assert_eq!(coverage.account.as_deref(), Some(HOME));
    (listed, coverage)
}

async fn list(accounts: &Accounts, principal: &str, allowed: Option<&[&str]>) -> (Vec<ListedAccount>, Coverage) {
    list_until(accounts, principal, allowed, LONG).await
}

/// Returns the id, the name and the reachability of each account.
fn summary(listed: &[ListedAccount]) -> Vec<(&str, Option<&str>, Option<bool>)> {
    listed.iter().map(|account| (account.id.as_str(), account.name.as_deref(), account.reachable)).collect()
}

fn member(id: &str, name: &str) -> String {
    format!(r#"{{"Id": "{id}", "Name": "{name}", "Status": "ACTIVE"}}"#)
}

/// The response of ListAccounts with the accounts of these tests.
fn members() -> Reply {
    let all = [member(HOME, "Shop"), member(OTHER, "Sandbox"), member("444444444444", "Secret")];
    Reply::Ok(format!(r#"{{"Accounts": [{}]}}"#, all.join(",")))
}

/// An endpoint with an organisation, in which every role but that of the third account can be assumed.
fn organization() -> Aws {
    Aws::start(|request| match request.operation.as_str() {
        "ListAccounts" => Some(members()),
        "AssumeRole" if request.parameters.contains(THIRD) => Some(Reply::Error(403, "AccessDenied", "words")),
        "AssumeRole" => Some(session(request, Duration::from_hours(1))),
        _ => None,
    })
}

#[tokio::test]
async fn a_caller_of_every_account_gets_the_home_account_and_the_configured_ones() {
    let aws = organization();
    let accounts = Accounts::new(aws.config(), roles());
    let (listed, coverage) = list(&accounts, "ops", None).await;
    assert_eq!(
        summary(&listed),
        [(HOME, Some("Shop"), Some(true)), (OTHER, Some("Sandbox"), Some(true)), (THIRD, None, Some(false))]
    );
    // An account that refuses is a result, and nothing is missing.
    assert_eq!((coverage.partial, coverage.gaps), (false, vec![]));
    let [home, other, third] = &listed[..] else { panic!("{listed:?}") };
    assert_eq!((home.home, home.checked_at, &home.gap), (true, None, &None));
    assert_eq!((other.home, other.checked_at.is_some(), &other.gap), (false, true, &None));
    let gap = third.gap.as_ref().unwrap();
    assert_eq!(
        (gap.service, gap.operation, gap.status, gap.code.as_str()),
        ("sts", "AssumeRole", GapStatus::Denied, "AccessDenied")
    );
    assert!(third.checked_at.is_some());
    assert!(aws.received("AssumeRole").iter().all(|request| request.parameters.contains("RoleSessionName=ops")));
}

#[tokio::test]
async fn an_account_that_the_caller_may_not_ask_about_is_neither_named_nor_entered() {
    for (roles, allowed, expected) in [
        (roles(), &[OTHER, "444444444444"][..], &[OTHER][..]),
        (roles(), &[HOME], &[HOME]),
        (roles(), &["444444444444"], &[]),
        (roles(), &[], &[]),
        (of_organization(), &[OTHER], &[OTHER]),
        (of_organization(), &[], &[]),
    ] {
        let aws = organization();
        let accounts = Accounts::new(aws.config(), roles);
        let (listed, _) = list(&accounts, "ops", Some(allowed)).await;
        let ids: Vec<_> = listed.iter().map(|account| account.id.as_str()).collect();
        assert_eq!(ids, expected, "{allowed:?}");
        let entered = aws.received("AssumeRole").len();
        assert_eq!(entered, expected.iter().filter(|id| **id != HOME).count(), "{allowed:?}");
        assert!(!format!("{listed:?}").contains("Secret"));
    }
}

#[tokio::test]
async fn the_accounts_of_an_organisation_are_those_that_organizations_lists() {
    let aws = Aws::start(|request| match request.operation.as_str() {
        "ListAccounts" => {
            let (numbers, next) = page(request, r#""NextToken":""#, 20, 45);
            let all: Vec<_> = numbers
                .iter()
                .map(|n| member(&format!("{:012}", 300_000_000_000_u64 + *n as u64), &format!("A{n}")))
                .collect();
            let next = next.map_or_else(String::new, |next| format!(r#", "NextToken": "{next}""#));
            Some(Reply::Ok(format!(r#"{{"Accounts": [{}]{next}}}"#, all.join(","))))
        }
        "AssumeRole" => Some(session(request, Duration::from_hours(1))),
        _ => None,
    });
    let accounts = Accounts::new(aws.config(), of_organization());
    let (listed, coverage) = list(&accounts, "ops", None).await;
    // The home account is not in this organisation, and is listed all the same.
    assert_eq!((listed.len(), coverage.gaps), (46, vec![]));
    assert_eq!(summary(&listed)[0], (HOME, None, Some(true)));
    assert_eq!(summary(&listed)[45], ("300000000044", Some("A44"), Some(true)));
    assert_eq!((aws.received("ListAccounts").len(), aws.received("AssumeRole").len()), (3, 45));
}

#[tokio::test]
async fn without_organizations_the_names_are_missing_and_the_gap_says_why() {
    for (code, status, gap) in [
        ("AccessDeniedException", 400, Some(GapStatus::Denied)),
        ("ServiceException", 500, Some(GapStatus::Failed)),
        // An account without an organisation has no name there.
        ("AWSOrganizationsNotInUseException", 400, None),
    ] {
        let aws = Aws::start(move |request| match request.operation.as_str() {
            "ListAccounts" => Some(Reply::Error(status, code, "words")),
            "AssumeRole" => Some(session(request, Duration::from_hours(1))),
            _ => None,
        });
        let (listed, coverage) = list(&Accounts::new(aws.config(), roles()), "ops", None).await;
        let all = [HOME, OTHER, THIRD].map(|id| (id, None, Some(true)));
        assert_eq!(summary(&listed), all, "{code}");
        let expected: Vec<_> = gap.iter().map(|status| ("global", "ListAccounts", *status, code)).collect();
        assert_eq!((coverage.partial, reported(&coverage.gaps)), (gap.is_some(), expected));
        // Of an organisation whose accounts are unknown, the caller's own are listed.
        let (listed, _) = list(&Accounts::new(aws.config(), of_organization()), "ops", None).await;
        assert_eq!(summary(&listed), [(HOME, None, Some(true))], "{code}");
    }
}

#[tokio::test]
async fn names_of_earlier_pages_are_kept_when_a_page_fails_and_asked_for_again_afterwards() {
    let mut pages = 0;
    let aws = Aws::start(move |request| match request.operation.as_str() {
        "ListAccounts" => {
            pages += 1;
            Some(match pages {
                1 => Reply::Ok(format!(r#"{{"Accounts": [{}], "NextToken": "2"}}"#, member(OTHER, "Sandbox"))),
                2 => Reply::Error(400, "AccessDeniedException", "words"),
                _ => members(),
            })
        }
        "AssumeRole" => Some(session(request, Duration::from_hours(1))),
        _ => None,
    });
    let accounts = Accounts::new(aws.config(), roles());
    let (listed, coverage) = list(&accounts, "ops", None).await;
    let names: Vec<_> = listed.iter().map(|account| account.name.as_deref()).collect();
    assert_eq!((names, coverage.gaps.len()), (vec![None, Some("Sandbox"), None], 1));
    let (listed, coverage) = list(&accounts, "ops", None).await;
    assert_eq!((listed[0].name.as_deref(), coverage.gaps), (Some("Shop"), vec![]));
}

#[tokio::test]
async fn a_check_of_the_last_hour_and_the_names_are_used_again_for_each_caller() {
    let aws = organization();
    let accounts = Accounts::new(aws.config(), roles());
    let (first, _) = list(&accounts, "ops", None).await;
    let (again, coverage) = list(&accounts, "ops", None).await;
    assert_eq!(first, again);
    assert_eq!(coverage.aws_requests.total, 0);
    // Another caller has a session of its own, and the same names.
    let (_, coverage) = list(&accounts, "ci", None).await;
    assert_eq!(coverage.aws_requests.by_operation.get("sts:AssumeRole"), Some(&2));
    assert_eq!(aws.received("ListAccounts").len(), 1);
}

#[tokio::test]
async fn the_credentials_of_a_check_serve_the_calls_that_follow_and_the_other_way_round() {
    let aws = organization();
    let accounts = Accounts::new(aws.config(), roles());
    list(&accounts, "ops", Some(&[OTHER])).await;
    let other = accounts.collector(Some(OTHER), "ops").unwrap();
    assert!(other.enter(Instant::now() + LONG).await.is_ok());
    assert_eq!(aws.received("AssumeRole").len(), 1);
    // A role that was denied to a call is known to be closed.
    let third = accounts.collector(Some(THIRD), "ops").unwrap();
    assert!(third.enter(Instant::now() + LONG).await.is_err());
    let (listed, coverage) = list(&accounts, "ops", Some(&[THIRD])).await;
    assert_eq!((summary(&listed), coverage.aws_requests.total), (vec![(THIRD, None, Some(false))], 0));
}

#[tokio::test]
async fn a_check_without_a_decision_is_missing_and_is_made_again() {
    let fails = Arc::new(AtomicBool::new(true));
    let failing = Arc::clone(&fails);
    let aws = Aws::start(move |request: &Received| match request.operation.as_str() {
        "AssumeRole" if failing.load(Ordering::SeqCst) => Some(Reply::Error(400, "RegionDisabledException", "words")),
        "AssumeRole" => Some(session(request, Duration::from_hours(1))),
        "ListAccounts" => Some(members()),
        _ => None,
    });
    let accounts = Accounts::new(aws.config(), roles());
    let (listed, coverage) = list(&accounts, "ops", Some(&[OTHER])).await;
    assert_eq!(summary(&listed), [(OTHER, Some("Sandbox"), None)]);
    assert_eq!((coverage.partial, coverage.gaps.len()), (true, 1));
    assert_eq!(listed[0].gap.as_ref(), coverage.gaps.first());
    fails.store(false, Ordering::SeqCst);
    let (listed, coverage) = list(&accounts, "ops", Some(&[OTHER])).await;
    assert_eq!((summary(&listed), coverage.partial), (vec![(OTHER, Some("Sandbox"), Some(true))], false));
}

#[tokio::test]
async fn an_account_that_hangs_costs_no_more_than_the_deadline_and_only_itself() {
    let aws = Aws::start(|request| match request.operation.as_str() {
        "AssumeRole" if request.parameters.contains(THIRD) => Some(Reply::Hang),
        "AssumeRole" => Some(session(request, Duration::from_hours(1))),
        "ListAccounts" => Some(members()),
        _ => None,
    });
    let accounts = Accounts::new(aws.config(), roles());
    let (listed, coverage) = list_until(&accounts, "ops", None, Duration::from_secs(6)).await;
    assert_eq!(summary(&listed)[1..], [(OTHER, Some("Sandbox"), Some(true)), (THIRD, None, None)]);
    assert_eq!(reported(&coverage.gaps), [("us-east-1", "AssumeRole", GapStatus::TimedOut, "DeadlineExceeded")]);
}
