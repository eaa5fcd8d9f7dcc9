//! AWS's own recommendations: for the account alone, all pages of them, kept for an hour, and never in the survey's way.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::json;

use super::accounts::{OTHER, roles, session};
use super::aws::{Aws, Received, Reply};
use super::stored::Nothing;
use super::{LONG, calls_only_declared, items, page, reported};
use crate::price::Basis;
use crate::questions::recommendations::OPERATIONS;
use crate::recommendation::{Discounts, Recommendations};
use crate::{Accounts, Collector, Coverage, GapStatus, ResourceType, Survey, Wanted, survey_operations};

/// The account of the credentials.
const OWN: &str = "123456789012";

/// Surveys the functions of an account, beside its recommendations.
async fn survey(collector: &Collector) -> (Survey<()>, Recommendations, Coverage) {
    let wanted = Wanted { regions: None, types: vec![ResourceType::Lambda], tags: true };
    let deadline = Instant::now() + LONG;
    let also = async |done| collector.recommendations(done, deadline).await;
    let surveyed = collector.survey_and(&wanted, &[], &Nothing, None, also, deadline).await;
    let ((survey, found), coverage) = surveyed.unwrap();
    calls_only_declared(&[survey_operations(&wanted, &[]), OPERATIONS.to_vec()].concat(), &coverage);
    assert_eq!(survey.inventory.resources.len(), 2, "the functions of both regions");
    (survey, found, coverage)
}

fn function() -> Reply {
    Reply::Ok(r#"{"Functions": [{"FunctionName": "f", "FunctionArn": "arn:f"}]}"#.to_owned())
}

fn enrolled(status: &str) -> Reply {
    Reply::Ok(format!(r#"{{"items": [{{"accountId": "{OWN}", "status": "{status}"}}]}}"#))
}

fn preferences(mode: &str) -> Reply {
    Reply::Ok(format!(
        r#"{{"savingsEstimationMode": "{mode}", "preferredCommitment": {{"term": "OneYear", "paymentOption": "NoUpfront"}}}}"#
    ))
}

/// Returns a page of `total` recommendations, as the service writes one.
fn recommended(request: &Received, size: usize, total: usize) -> Reply {
    let (numbers, next) = page(request, r#""nextToken":""#, size, total);
    let all = items(&numbers, |n| {
        format!(
            r#"{{"recommendationId": "r-{n}", "accountId": "{OWN}", "region": "eu-west-1", "resourceId": "vol-{n}",
                 "resourceArn": "arn:aws:ec2:eu-west-1:{OWN}:volume/vol-{n}", "currentResourceType": "EbsVolume",
                 "actionType": "Delete", "estimatedMonthlySavings": 1{n}.1, "estimatedSavingsPercentage": 100.0,
                 "currencyCode": "USD", "implementationEffort": "VeryLow", "restartNeeded": false,
                 "rollbackPossible": false, "currentResourceSummary": "gp2/100 GB",
                 "recommendedResourceSummary": "-", "lastRefreshTimestamp": 1763602200,
                 "recommendationLookbackPeriodInDays": 32, "source": "ComputeOptimizer",
                 "tags": [{{"key": "team", "value": "data"}}]}},"#
        )
    });
    let next = next.map_or_else(String::new, |next| format!(r#", "nextToken": "{next}""#));
    Reply::Ok(format!(r#"{{"items": [{}]{next}}}"#, all.trim_end_matches(',')))
}

/// Starts AWS for an account that is enrolled; `reply` replaces what it responds.
fn aws(mut reply: impl FnMut(&Received) -> Option<Reply> + Send + 'static) -> Aws {
    Aws::start(move |request| {
        reply(request).or_else(|| match request.operation.as_str() {
            "ListFunctions" => Some(function()),
            "ListEnrollmentStatuses" => Some(enrolled("Active")),
            "GetPreferences" => Some(preferences("AfterDiscounts")),
            "ListRecommendations" => Some(recommended(request, 2, 5)),
            _ => None,
        })
    })
}

#[tokio::test]
async fn every_page_of_the_accounts_own_recommendations_is_read_beside_the_survey() {
    let aws = aws(|_| None);
    let (_, found, coverage) = survey(&aws.collector()).await;
    assert_eq!((found.is_enrolled(), found.all().len(), coverage.gaps), (Some(true), 5, vec![]));
    let last = &found.all()[4];
    assert_eq!((last.id.as_str(), last.action.as_str(), last.aws_type.as_str()), ("r-4", "Delete", "EbsVolume"));
    assert_eq!(last.arn.as_deref(), Some("arn:aws:ec2:eu-west-1:123456789012:volume/vol-4"));
    assert_eq!((last.resource_id.as_deref(), last.region.as_deref()), (Some("vol-4"), Some("eu-west-1")));
    assert_eq!(last.monthly_usd.unwrap().to_string(), "14.10");
    assert_eq!((last.percent, last.lookback_days), (Some(100.0), Some(32)));
    assert_eq!((last.current.as_deref(), last.recommended.as_deref()), (Some("gp2/100 GB"), Some("-")));
    assert_eq!((last.source.as_deref(), last.effort.as_deref()), (Some("ComputeOptimizer"), Some("VeryLow")));
    assert_eq!((last.restart_needed, last.rollback_possible), (Some(false), Some(false)));
    assert_eq!(last.refreshed_at.unwrap().to_string(), "2025-11-20T01:30:00Z");
    assert_eq!(last.tags, [("team".to_owned(), "data".to_owned())]);
    assert_eq!((found.preferences.discounts, found.basis()), (Some(Discounts::After), Basis::AwsAfterDiscounts));
    assert_eq!(found.preferences.term.as_deref(), Some("OneYear"));
    assert_eq!(found.preferences.payment_option.as_deref(), Some("NoUpfront"));
    let count = |operation: &str| {
        coverage.aws_requests.by_operation.get(&format!("cost-optimization-hub:{operation}")).copied()
    };
    let operations = ["ListEnrollmentStatuses", "ListRecommendations", "GetPreferences"];
    assert_eq!(operations.map(count), [Some(1), Some(3), Some(1)]);
    assert_eq!(coverage.aws_requests.estimated_cost_usd, "0.0000");
    for request in aws.received("ListRecommendations") {
        assert_eq!((request.service.as_str(), request.region.as_str()), ("cost-optimization-hub", "us-east-1"));
        for sent in [r#""accountIds":["123456789012"]"#, r#""maxResults":1000"#, r#""includeAllRecommendations":false"#]
        {
            assert!(request.parameters.contains(sent), "{sent}: {}", request.parameters);
        }
    }
}

#[tokio::test]
async fn another_account_is_asked_with_its_own_credentials_about_itself_alone() {
    let aws = aws(|request| match request.operation.as_str() {
        "AssumeRole" => Some(session(request, Duration::from_hours(1))),
        "ListEnrollmentStatuses" => {
            Some(Reply::Ok(format!(r#"{{"items": [{{"accountId": "{OTHER}", "status": "Active"}}]}}"#)))
        }
        "ListRecommendations" => Some(Reply::Ok(r#"{"items": []}"#.to_owned())),
        _ => None,
    });
    let accounts = Accounts::new(aws.config(), roles());
    let collector = accounts.collector(Some(OTHER), "ops").unwrap();
    let wanted = Wanted { regions: None, types: vec![ResourceType::Lambda], tags: true };
    let deadline = Instant::now() + LONG;
    let also = async |done| collector.recommendations(done, deadline).await;
    let ((_, found), coverage) = collector.survey_and(&wanted, &[], &Nothing, None, also, deadline).await.unwrap();
    assert_eq!((found.is_enrolled(), found.all().len(), coverage.gaps), (Some(true), 0, vec![]));
    let asked = aws.received("ListRecommendations");
    assert_eq!(asked.len(), 1);
    assert!(asked[0].parameters.contains(r#""accountIds":["210987654321"]"#), "{}", asked[0].parameters);
    assert!(asked[0].key.contains(OTHER));
    // There is nothing that preferences could be about.
    assert_eq!(aws.received("GetPreferences").len(), 0);
}

#[tokio::test]
async fn what_is_known_is_not_asked_again() {
    let aws = aws(|_| None);
    let collector = aws.collector();
    let (_, first, _) = survey(&collector).await;
    let (_, second, coverage) = survey(&collector).await;
    assert_eq!(second.all(), first.all());
    assert_eq!(second.preferences, first.preferences);
    let asked = coverage.aws_requests.by_operation.keys().filter(|name| name.starts_with("cost-optimization-hub"));
    assert_eq!(asked.count(), 0);
}

#[tokio::test]
async fn an_account_that_is_not_enrolled_is_no_failure_and_is_not_asked_further() {
    for status in [
        r#"{"items": [{"accountId": "123456789012", "status": "Inactive"}]}"#,
        r#"{"items": [{"accountId": "210987654321", "status": "Active"}]}"#,
        r#"{"items": []}"#,
        "{}",
    ] {
        let aws =
            aws(move |request| (request.operation == "ListEnrollmentStatuses").then(|| Reply::Ok(status.to_owned())));
        let collector = aws.collector();
        for _ in 0..2 {
            let (_, found, coverage) = survey(&collector).await;
            assert_eq!((found.is_enrolled(), found.all().len(), coverage.gaps), (Some(false), 0, vec![]), "{status}");
        }
        let asked = |operation| aws.received(operation).len();
        assert_eq!((asked("ListEnrollmentStatuses"), asked("ListRecommendations"), asked("GetPreferences")), (1, 0, 0));
    }
}

#[tokio::test]
async fn a_list_that_says_that_the_account_is_not_enrolled_is_no_failure() {
    let message = "AWS account is not enrolled for recommendations";
    let aws = aws(move |request| {
        (request.operation == "ListRecommendations").then_some(Reply::Error(400, "AccessDeniedException", message))
    });
    let (_, found, coverage) = survey(&aws.collector()).await;
    assert_eq!((found.is_enrolled(), coverage.partial), (Some(false), false));
}

#[tokio::test]
async fn a_failure_is_a_gap_and_the_survey_is_whole() {
    let denied = "User: x is not authorized to perform: cost-optimization-hub";
    for operation in ["ListEnrollmentStatuses", "ListRecommendations"] {
        for (code, message, status) in [
            ("AccessDeniedException", denied, GapStatus::Denied),
            ("ThrottlingException", "Rate exceeded", GapStatus::Throttled),
            ("ValidationException", "no", GapStatus::Failed),
        ] {
            let aws = aws(move |request| (request.operation == operation).then_some(Reply::Error(400, code, message)));
            let collector = aws.collector();
            let (_, found, coverage) = survey(&collector).await;
            assert_eq!((found.is_enrolled(), found.all().len()), (None, 0), "{operation} {code}");
            assert_eq!(reported(&coverage.gaps), [("us-east-1", operation, status, code)]);
            assert_eq!((coverage.gaps[0].service, coverage.partial), ("cost-optimization-hub", true));
            assert_eq!(coverage.gaps[0].resource_types, Vec::<&str>::new());
            // A failure is not kept.
            let before = aws.received(operation).len();
            survey(&collector).await;
            assert!(aws.received(operation).len() > before);
        }
    }
}

#[tokio::test]
async fn a_page_that_fails_or_can_t_be_read_leaves_no_part_of_a_list() {
    for malformed in [r#"{"items": [{"estimatedMonthlySavings": "no"}]}"#, "<html>", r#"{"items": ["#] {
        let aws = aws(move |request| {
            let is_second = request.operation == "ListRecommendations" && request.parameters.contains("nextToken");
            is_second.then(|| Reply::Ok(malformed.to_owned()))
        });
        let (_, found, coverage) = survey(&aws.collector()).await;
        assert_eq!((found.is_enrolled(), found.all().len()), (None, 0), "{malformed}");
        let gap = ("us-east-1", "ListRecommendations", GapStatus::Failed, "UnreadableResponse");
        assert_eq!(reported(&coverage.gaps), [gap], "{malformed}");
    }
}

#[tokio::test]
async fn a_recommendation_without_what_names_it_leaves_no_part_of_a_list() {
    let named = [("recommendationId", "a"), ("currentResourceType", "EbsVolume"), ("actionType", "Delete")];
    for missing in named.map(|(name, _)| name) {
        let fields: BTreeMap<_, _> = named.into_iter().filter(|(name, _)| *name != missing).collect();
        let aws = aws(move |request| {
            (request.operation == "ListRecommendations").then(|| Reply::Ok(json!({"items": [fields]}).to_string()))
        });
        let (_, found, coverage) = survey(&aws.collector()).await;
        assert_eq!((found.is_enrolled(), found.all().len()), (None, 0), "{missing}");
        let gap = ("us-east-1", "ListRecommendations", GapStatus::Failed, "UnreadableRecommendation");
        assert_eq!(reported(&coverage.gaps), [gap], "{missing}");
    }
}

#[tokio::test]
async fn without_the_preferences_it_is_unknown_whether_discounts_count() {
    let aws = aws(|request| {
        (request.operation == "GetPreferences").then_some(Reply::Error(400, "AccessDeniedException", "not authorized"))
    });
    let (_, found, coverage) = survey(&aws.collector()).await;
    assert_eq!((found.all().len(), found.preferences.discounts, found.basis()), (5, None, Basis::AwsDiscountsUnknown));
    let gap = ("us-east-1", "GetPreferences", GapStatus::Denied, "AccessDeniedException");
    assert_eq!(reported(&coverage.gaps), [gap]);
}

#[tokio::test]
async fn a_hub_that_hangs_holds_a_survey_up_for_a_few_seconds_at_most() {
    for operation in ["ListEnrollmentStatuses", "ListRecommendations", "GetPreferences"] {
        let aws = aws(move |request| (request.operation == operation).then_some(Reply::Hang));
        let start = Instant::now();
        let (_, found, coverage) = survey(&aws.collector()).await;
        let took = start.elapsed();
        assert!((Duration::from_secs(3)..Duration::from_secs(10)).contains(&took), "{operation}: {took:?}");
        // What was listed before is kept.
        assert_eq!(found.all().len(), if operation == "GetPreferences" { 5 } else { 0 });
        let missing = if operation == "GetPreferences" { operation } else { "ListRecommendations" };
        let gap = ("us-east-1", missing, GapStatus::TimedOut, "DeadlineExceeded");
        assert_eq!(reported(&coverage.gaps), [gap]);
    }
}

#[tokio::test]
async fn figures_that_are_missing_or_in_another_currency_are_unknown_and_others_accounts_are_left_out() {
    let item = |id: &str, fields: &str| {
        format!(r#"{{"recommendationId": "{id}", "currentResourceType": "EbsVolume", "actionType": "Delete"{fields}}}"#)
    };
    let all = [
        item("a", ""),
        item("b", r#", "estimatedMonthlySavings": 5.0, "currencyCode": "CNY""#),
        item("c", r#", "estimatedMonthlySavings": 0.333, "accountId": "123456789012""#),
        item("d", r#", "estimatedMonthlySavings": 5.0, "accountId": "210987654321""#),
    ];
    let body = format!(r#"{{"items": [{}]}}"#, all.join(","));
    let aws = aws(move |request| (request.operation == "ListRecommendations").then(|| Reply::Ok(body.clone())));
    let (_, found, _) = survey(&aws.collector()).await;
    let read: Vec<_> =
        found.all().iter().map(|found| (found.id.as_str(), found.monthly_usd.map(|usd| usd.to_string()))).collect();
    assert_eq!(read, [("a", None), ("b", None), ("c", Some("0.33".to_owned()))]);
}
