//! Anomalies and budgets over real HTTP.

use std::time::Instant;

use jiff::Timestamp;
use jiff::civil::date;
use rust_decimal::Decimal;

use super::aws::{Aws, Received, Reply, at_home_in};
use super::costs::{is_first_page, november, only, page};
use super::{LONG, reported};
use crate::model::costs::{AnomaliesQuestion, CostAnswers, CostQuestions, RootCause};
use crate::{Collector, Coverage, GapStatus};

async fn ask(collector: &Collector, questions: &CostQuestions) -> (CostAnswers, Coverage) {
    collector.costs(questions, Timestamp::UNIX_EPOCH, Instant::now() + LONG).await.unwrap()
}

fn anomalies() -> CostQuestions {
    let question = AnomaliesQuestion { start: date(2026, 11, 1), end: date(2026, 11, 3) };
    CostQuestions { anomalies: Some(question), ..only(november()) }
}

fn budgets() -> CostQuestions {
    CostQuestions { budgets: true, ..only(november()) }
}

fn json(body: &str) -> Reply {
    Reply::Ok(body.to_owned())
}

/// Answers the request for costs, and the caller's identity, so that the others are tested alone.
fn costs(request: &Received) -> Option<Reply> {
    match request.operation.as_str() {
        "GetCostAndUsage" => Some(page(&[("2026-11-01", "2026-11-02", &[("EC2", "1.1")])], None)),
        _ => None,
    }
}

/// Returns what was reported of the service.
fn of<'a>(coverage: &'a Coverage, service: &str) -> Vec<(&'a str, &'a str, GapStatus, &'a str)> {
    let gaps = coverage.gaps.iter().filter(|gap| gap.service == service);
    gaps.map(|gap| (gap.region.as_str(), gap.operation, gap.status, gap.code.as_str())).collect()
}

#[tokio::test]
async fn the_anomalies_of_all_pages_have_their_causes_and_come_with_the_greatest_first() {
    let aws = Aws::start(|request| match request.operation.as_str() {
        "GetAnomalies" if is_first_page(request) => Some(json(
            r#"{"Anomalies": [{"AnomalyId": "small", "AnomalyStartDate": "2026-11-01T00:00:00Z", "AnomalyEndDate": "2026-11-02",
                "AnomalyScore": {"MaxScore": 0.9, "CurrentScore": 0.1}, "Impact": {"MaxImpact": 1.5, "TotalImpact": 2.5},
                "MonitorArn": "arn:monitor"}], "NextPageToken": "next"}"#,
        )),
        "GetAnomalies" => Some(json(
            r#"{"Anomalies": [{"AnomalyId": "great", "AnomalyStartDate": "2026-11-01", "DimensionValue": "Amazon Redshift",
                "AnomalyScore": {"MaxScore": 0.9, "CurrentScore": 0.1}, "MonitorArn": "arn:monitor",
                "Impact": {"MaxImpact": 13.032, "TotalImpact": 156.384, "TotalActualSpend": 160.5, "TotalExpectedSpend": 4.116},
                "RootCauses": [{"Service": "Amazon Redshift", "Region": "us-east-1", "UsageType": "Node:ra3.large",
                                "LinkedAccount": "", "Impact": {"Contribution": 156.384}}]}]}"#,
        )),
        _ => costs(request),
    });
    let collector = aws.collector();
    let (answers, coverage) = ask(&collector, &anomalies()).await;
    let detected = answers.anomalies.unwrap();
    let [great, small] = &detected.anomalies[..] else { panic!("{detected:?}") };
    assert!(detected.monitored);
    assert_eq!((great.id.as_str(), great.start, great.end), ("great", Some(date(2026, 11, 1)), None));
    let amounts =
        [great.impact, great.max_impact, great.actual, great.expected].map(|amount| amount.unwrap().to_string());
    assert_eq!(amounts, ["156.384", "13.032", "160.5", "4.116"]);
    let cause = RootCause {
        service: Some("Amazon Redshift".to_owned()),
        region: Some("us-east-1".to_owned()),
        usage_type: Some("Node:ra3.large".to_owned()),
        impact: Some(Decimal::new(156_384, 3)),
        ..RootCause::default()
    };
    assert_eq!(great.root_causes, [cause]);
    assert_eq!((small.start, small.end), (Some(date(2026, 11, 1)), Some(date(2026, 11, 2))));
    assert_eq!((small.actual, small.expected, small.root_causes.len()), (None, None, 0));
    // With an anomaly there is a monitor, so nobody has to ask.
    assert_eq!(coverage.aws_requests.by_operation.get("ce:GetAnomalyMonitors"), None);
    assert_eq!(coverage.aws_requests.estimated_cost_usd, "0.0300");
    // The last day is a part of the interval of anomalies.
    let request = aws.received("GetAnomalies").remove(0).parameters;
    assert!(request.contains(r#""DateInterval":{"StartDate":"2026-11-01","EndDate":"2026-11-02"}"#), "{request}");
    let (again, coverage) = ask(&collector, &anomalies()).await;
    assert_eq!((again.anomalies.unwrap(), coverage.aws_requests.estimated_cost_usd.as_str()), (detected, "0.0000"));
}

#[tokio::test]
async fn without_anomalies_the_monitors_tell_whether_anybody_looks() {
    for (monitors, monitored) in [
        (r#"{"AnomalyMonitors": []}"#, false),
        (r#"{"AnomalyMonitors": [{"MonitorName": "all", "MonitorType": "DIMENSIONAL"}]}"#, true),
    ] {
        let aws = Aws::start(move |request| match request.operation.as_str() {
            "GetAnomalies" => Some(json(r#"{"Anomalies": []}"#)),
            "GetAnomalyMonitors" => Some(json(monitors)),
            _ => costs(request),
        });
        let (answers, coverage) = ask(&aws.collector(), &anomalies()).await;
        let detected = answers.anomalies.unwrap();
        assert_eq!((detected.anomalies.len(), detected.monitored), (0, monitored));
        assert_eq!((coverage.partial, coverage.aws_requests.estimated_cost_usd.as_str()), (false, "0.0300"));
        assert_eq!(anomalies().requests(), 3);
    }
}

#[tokio::test]
async fn anomalies_that_cannot_be_read_are_a_gap_and_are_not_cached() {
    for (failing, answer) in [("GetAnomalies", ""), ("GetAnomalyMonitors", r#"{"Anomalies": []}"#)] {
        let mut failures = 1;
        let aws = Aws::start(move |request| match request.operation.as_str() {
            operation if operation == failing && failures > 0 => {
                failures -= 1;
                Some(Reply::Error(400, "AccessDeniedException", "denied"))
            }
            "GetAnomalies" if failing != "GetAnomalies" => Some(json(answer)),
            "GetAnomalies" => Some(json(r#"{"Anomalies": []}"#)),
            "GetAnomalyMonitors" => Some(json(r#"{"AnomalyMonitors": []}"#)),
            _ => costs(request),
        });
        let collector = aws.collector();
        let (answers, coverage) = ask(&collector, &anomalies()).await;
        assert_eq!((answers.costs.unwrap().periods.len(), answers.anomalies), (1, None));
        assert_eq!(of(&coverage, "ce"), [("us-east-1", failing, GapStatus::Denied, "AccessDeniedException")]);
        assert!(!ask(&collector, &anomalies()).await.0.anomalies.unwrap().monitored);
    }
}

/// Answers who the caller is, without which there are no budgets.
fn with_identity(request: &Received) -> Option<Reply> {
    match request.operation.as_str() {
        "GetCallerIdentity" => Some(json(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn>\
             <UserId>x</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
        )),
        _ => costs(request),
    }
}

#[tokio::test]
async fn budgets_have_limit_actual_and_forecast_in_one_unit() {
    let aws = Aws::start(|request| match request.operation.as_str() {
        "DescribeBudgets" if !request.parameters.contains("NextToken") => Some(json(
            r#"{"Budgets": [{"BudgetName": "shop", "TimeUnit": "MONTHLY", "BudgetType": "COST",
                "BudgetLimit": {"Amount": "900.0", "Unit": "USD"}, "TimePeriod": {"Start": 1735689600, "End": 3706473600},
                "CalculatedSpend": {"ActualSpend": {"Amount": "1271.285", "Unit": "USD"},
                                    "ForecastedSpend": {"Amount": "1466.867", "Unit": "USD"}}}], "NextToken": "next"}"#,
        )),
        "DescribeBudgets" => Some(json(
            r#"{"Budgets": [{"BudgetName": "a reservation", "TimeUnit": "QUARTERLY", "BudgetType": "RI_UTILIZATION",
                "BudgetLimit": {"Amount": "100", "Unit": "PERCENTAGE"},
                "CalculatedSpend": {"ActualSpend": {"Amount": "7", "Unit": "Hrs"}}}]}"#,
        )),
        _ => with_identity(request),
    });
    let (answers, coverage) = ask(&aws.collector(), &budgets()).await;
    let listed = answers.budgets.unwrap().0;
    let [reservation, shop] = &listed[..] else { panic!("{listed:?}") };
    assert_eq!((shop.name.as_str(), shop.kind.as_str(), shop.period.as_str()), ("shop", "COST", "MONTHLY"));
    let amounts = [shop.limit, shop.actual, shop.forecast].map(|amount| amount.unwrap().to_string());
    assert_eq!((amounts, shop.unit.as_deref()), (["900.0", "1271.285", "1466.867"].map(str::to_owned), Some("USD")));
    assert_eq!(shop.start.unwrap().to_string(), "2025-01-01T00:00:00Z");
    // A percentage and hours have no common unit.
    assert_eq!((reservation.unit.as_deref(), reservation.forecast, reservation.end), (None, None, None));
    assert_eq!((coverage.partial, coverage.aws_requests.by_operation["budgets:DescribeBudgets"]), (false, 2));
    // Budgets are free; the cent is that of the costs.
    assert_eq!(coverage.aws_requests.estimated_cost_usd, "0.0100");
    let request = aws.received("DescribeBudgets").remove(0);
    assert_eq!(request.region, "us-east-1");
    assert!(request.parameters.contains(r#""AccountId":"123456789012""#), "{}", request.parameters);
}

#[tokio::test]
async fn no_budget_is_an_empty_list_and_a_denied_one_a_gap() {
    let aws = Aws::start(|request| match request.operation.as_str() {
        "DescribeBudgets" => Some(json("{}")),
        _ => with_identity(request),
    });
    let (answers, coverage) = ask(&aws.collector(), &budgets()).await;
    assert_eq!((answers.budgets.unwrap().0.len(), coverage.partial), (0, false));

    let denied = Aws::start(|request| match request.operation.as_str() {
        "DescribeBudgets" => Some(Reply::Error(400, "AccessDeniedException", "not authorized")),
        _ => with_identity(request),
    });
    let (answers, coverage) = ask(&denied.collector(), &budgets()).await;
    assert_eq!((answers.costs.unwrap().periods.len(), answers.budgets), (1, None));
    assert_eq!(
        reported(&coverage.gaps),
        [("us-east-1", "DescribeBudgets", GapStatus::Denied, "AccessDeniedException")]
    );
}

#[tokio::test]
async fn other_partitions_are_not_asked_for_either() {
    let aws = Aws::start(with_identity);
    let questions = CostQuestions { budgets: true, ..anomalies() };
    let (answers, coverage) = ask(&at_home_in("us-gov-west-1", &aws.config()), &questions).await;
    assert_eq!((answers.anomalies, answers.budgets), (None, None));
    let unsupported = |operation| ("us-east-1", operation, GapStatus::Failed, "UnsupportedPartition");
    assert_eq!(of(&coverage, "ce"), [unsupported("GetAnomalies"), unsupported("GetCostAndUsage")]);
    assert_eq!(of(&coverage, "budgets"), [unsupported("DescribeBudgets")]);
}
