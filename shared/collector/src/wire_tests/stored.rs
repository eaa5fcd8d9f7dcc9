//! The exceptions that the operator stores: all pages of them, from the home account, for any account, for a minute.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::accounts::{OTHER, roles, session};
use super::aws::{Aws, Received, Reply};
use super::{LONG, calls_only_declared, page, reported};
use crate::questions::exceptions::OPERATIONS;
use crate::services::sts::ASSUME_ROLE;
use crate::{
    Accounts, Beside, Coverage, GapStatus, Judge, Measurement, Resource, ResourceType, Series, StoredParameter, Survey,
    Wanted, survey_operations,
};

const PATH: &str = "/stratoscope/exceptions";

/// Measures nothing.
pub(super) struct Nothing;

impl Judge for Nothing {
    type Verdict = ();

    fn needs_status_checks(&self, _: &Resource) -> bool {
        false
    }

    fn first(&self, _: &Resource) -> Vec<Measurement> {
        Vec::new()
    }

    fn then(&self, _: &Resource, _: &[Series]) -> Vec<Measurement> {
        Vec::new()
    }

    fn judge(&self, _: &Resource, _: &[Series], _: &[Series], _: &Beside<'_>) {}
}

fn accounts(aws: &Aws) -> Accounts {
    Accounts::new(aws.config(), roles()).with_exceptions_of("stratoscope")
}

/// Surveys the functions of an account, and reads what is stored.
async fn survey_until(
    accounts: &Accounts,
    account: Option<&str>,
    time: Duration,
) -> (Survey<()>, Arc<Vec<StoredParameter>>, Coverage) {
    let wanted = Wanted { regions: None, types: vec![ResourceType::Lambda], tags: true };
    let deadline = Instant::now() + time;
    let collector = accounts.collector(account, "ops").unwrap();
    let stored = async |_| {
        let (stored, gap) = accounts.stored_exceptions(deadline).await;
        (stored, gap.into_iter().collect())
    };
    let surveyed = collector.survey_and(&wanted, &[], &Nothing, None, stored, deadline).await;
    let ((survey, stored), coverage) = surveyed.unwrap();
    calls_only_declared(
        &[survey_operations(&wanted, &[]), OPERATIONS.to_vec(), vec![&ASSUME_ROLE]].concat(),
        &coverage,
    );
    (survey, stored, coverage)
}

async fn survey(accounts: &Accounts, account: Option<&str>) -> (Survey<()>, Arc<Vec<StoredParameter>>, Coverage) {
    survey_until(accounts, account, LONG).await
}

/// The response of GetParametersByPath with one parameter.
fn one(kind: &str) -> Reply {
    Reply::Ok(format!(r#"{{"Parameters": [{{"Name": "{PATH}/a", "Type": "{kind}", "Value": "v"}}]}}"#))
}

fn function() -> Reply {
    Reply::Ok(r#"{"Functions": [{"FunctionName": "f", "FunctionArn": "arn:f"}]}"#.to_owned())
}

#[tokio::test]
async fn every_page_of_the_path_is_read_beside_the_survey() {
    let aws = Aws::start(|request| match request.operation.as_str() {
        "GetParametersByPath" => {
            let (numbers, next) = page(request, r#""NextToken":""#, 10, 25);
            let all: Vec<_> = numbers
                .iter()
                .map(|n| format!(r#"{{"Name": "{PATH}/p{n}", "Type": "String", "Value": "v{n}"}}"#))
                .collect();
            let next = next.map_or_else(String::new, |next| format!(r#", "NextToken": "{next}""#));
            Some(Reply::Ok(format!(r#"{{"Parameters": [{}]{next}}}"#, all.join(","))))
        }
        "ListFunctions" => Some(function()),
        _ => None,
    });
    let (survey, stored, coverage) = survey(&accounts(&aws), None).await;
    assert_eq!((survey.inventory.resources.len(), stored.len(), coverage.gaps), (2, 25, vec![]));
    let last = StoredParameter { name: format!("{PATH}/p24"), value: "v24".to_owned(), is_encrypted: false };
    assert_eq!(stored[24], last);
    // The requests of both are counted, and none of these costs anything.
    assert_eq!(coverage.aws_requests.by_operation.get("ssm:GetParametersByPath"), Some(&3));
    assert_eq!(coverage.aws_requests.by_operation.get("lambda:ListFunctions"), Some(&2));
    assert_eq!(coverage.aws_requests.estimated_cost_usd, "0.0000");
    for request in aws.received("GetParametersByPath") {
        assert_eq!((request.service.as_str(), request.region.as_str()), ("ssm", "us-east-1"));
        for sent in [r#""Path":"/stratoscope/exceptions""#, r#""Recursive":true"#, r#""MaxResults":10"#] {
            assert!(request.parameters.contains(sent), "{sent}: {}", request.parameters);
        }
        assert!(request.parameters.contains(r#""WithDecryption":false"#), "{}", request.parameters);
    }
}

#[tokio::test]
async fn a_secure_string_is_marked() {
    for (kind, is_encrypted) in [("String", false), ("StringList", false), ("SecureString", true)] {
        let aws = Aws::start(move |request| (request.operation == "GetParametersByPath").then(|| one(kind)));
        let (_, stored, _) = survey(&accounts(&aws), None).await;
        assert_eq!(stored.iter().map(|found| found.is_encrypted).collect::<Vec<_>>(), [is_encrypted], "{kind}");
    }
}

#[tokio::test]
async fn they_are_read_once_a_minute_with_the_functions_own_credentials_for_any_account() {
    let aws = Aws::start(|request| match request.operation.as_str() {
        "GetParametersByPath" => Some(one("String")),
        "AssumeRole" => Some(session(request, Duration::from_hours(1))),
        "ListFunctions" => Some(function()),
        _ => None,
    });
    let accounts = accounts(&aws);
    let (survey_of_other, stored, _) = survey(&accounts, Some(OTHER)).await;
    assert_eq!((survey_of_other.inventory.resources.len(), stored.len()), (2, 1));
    let (_, again, coverage) = survey(&accounts, None).await;
    assert_eq!((again, coverage.aws_requests.by_operation.get("ssm:GetParametersByPath")), (stored, None));
    let keys = |operation: &str| aws.received(operation).into_iter().map(|request| request.key).collect::<Vec<_>>();
    let home = keys("AssumeRole");
    assert_eq!(keys("GetParametersByPath"), home);
    assert!(!home.contains(&keys("ListFunctions")[0]), "the other account is read with the credentials of its role");
}

#[tokio::test]
async fn without_them_the_gap_says_why_and_they_are_read_again_the_next_time() {
    let denied = Arc::new(AtomicBool::new(true));
    let denying = Arc::clone(&denied);
    let aws = Aws::start(move |request| match request.operation.as_str() {
        "GetParametersByPath" if denying.load(Ordering::SeqCst) => {
            Some(Reply::Error(400, "AccessDeniedException", "words"))
        }
        "GetParametersByPath" => Some(one("String")),
        "ListFunctions" => Some(function()),
        _ => None,
    });
    let accounts = accounts(&aws);
    let (survey_without, stored, coverage) = survey(&accounts, None).await;
    assert_eq!((survey_without.inventory.resources.len(), stored.len()), (2, 0));
    let gap = ("us-east-1", "GetParametersByPath", GapStatus::Denied, "AccessDeniedException");
    assert_eq!((coverage.partial, reported(&coverage.gaps)), (true, vec![gap]));
    assert_eq!((coverage.gaps[0].service, coverage.gaps[0].resource_types.len()), ("ssm", 0));
    denied.store(false, Ordering::SeqCst);
    let (_, stored, coverage) = survey(&accounts, None).await;
    assert_eq!((stored.len(), coverage.partial), (1, false));
}

#[tokio::test]
async fn a_part_of_them_is_not_used() {
    let aws = Aws::start(|request| match request.operation.as_str() {
        "GetParametersByPath" if request.parameters.contains("NextToken") => {
            Some(Reply::Error(400, "InternalServerError", "words"))
        }
        "GetParametersByPath" => {
            let first = format!(r#"{{"Name": "{PATH}/a", "Type": "String", "Value": "v"}}"#);
            Some(Reply::Ok(format!(r#"{{"Parameters": [{first}], "NextToken": "2"}}"#)))
        }
        _ => None,
    });
    let (_, stored, coverage) = survey(&accounts(&aws), None).await;
    assert_eq!((stored.len(), reported(&coverage.gaps)[0].1), (0, "GetParametersByPath"));
}

#[tokio::test]
async fn a_service_that_hangs_does_not_delay_the_rest_up_to_the_deadline() {
    let aws = Aws::start(|request: &Received| match request.operation.as_str() {
        "GetParametersByPath" => Some(Reply::Hang),
        "ListFunctions" => Some(function()),
        _ => None,
    });
    let (survey, stored, coverage) = survey(&accounts(&aws), None).await;
    assert_eq!((survey.inventory.resources.len(), stored.len()), (2, 0));
    // It was given up since it was silent, long before the deadline.
    let gap = ("us-east-1", "GetParametersByPath", GapStatus::TimedOut, "RequestTimedOut");
    assert_eq!(reported(&coverage.gaps), [gap]);
}

#[tokio::test]
async fn without_a_stack_nothing_is_read() {
    let aws = Aws::start(|request| (request.operation == "ListFunctions").then(function));
    for accounts in [Accounts::new(aws.config(), roles()), Accounts::new(aws.config(), roles()).with_exceptions_of("")]
    {
        let (_, stored, coverage) = survey(&accounts, None).await;
        assert_eq!((stored.len(), coverage.partial), (0, false));
    }
    assert_eq!(aws.received("GetParametersByPath").len(), 0);
}
