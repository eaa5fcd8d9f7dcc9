//! The costs that movers compare, and those of single resources, over real HTTP.

use std::time::Instant;

use jiff::Timestamp;
use jiff::civil::date;
use rust_decimal::Decimal;

use super::aws::{Aws, Reply};
use super::costs::{is_first_page, november, only, page};
use super::{LONG, reported};
use crate::model::costs::{CostAnswers, CostQuestion, CostQuestions, Grouping, RESOURCE_ID, Usage};
use crate::{Collector, Coverage, GapStatus};

async fn ask(collector: &Collector, questions: &CostQuestions) -> (CostAnswers, Coverage) {
    collector.costs(questions, Timestamp::UNIX_EPOCH, Instant::now() + LONG).await.unwrap()
}

/// Returns the requests for movers of November since October, by usage type.
fn movers() -> CostQuestions {
    let by = |start, end| CostQuestion {
        start,
        end,
        with_usage: true,
        group_by: vec![Grouping::Dimension("USAGE_TYPE")],
        ..november()
    };
    let before = by(date(2026, 10, 30), date(2026, 11, 1));
    CostQuestions { movers: Some([before, by(date(2026, 11, 1), date(2026, 11, 3))]), ..only(november()) }
}

/// A day with one usage type, of which there are so many hours; the quantity may be missing.
fn used(start: &str, end: &str, cost: &str, quantity: Option<(&str, &str)>) -> Reply {
    let quantity =
        quantity.map(|(amount, unit)| format!(r#", "UsageQuantity": {{"Amount": "{amount}", "Unit": "{unit}"}}"#));
    Reply::Ok(format!(
        r#"{{"ResultsByTime": [{{"TimePeriod": {{"Start": "{start}", "End": "{end}"}}, "Estimated": false, "Groups": [
            {{"Keys": ["BoxUsage:t3.large"], "Metrics": {{"UnblendedCost": {{"Amount": "{cost}", "Unit": "USD"}}{}}}}}]}}]}}"#,
        quantity.unwrap_or_default()
    ))
}

#[tokio::test]
async fn costs_and_quantities_of_both_periods_are_two_requests_and_paid_for_once() {
    let aws = Aws::start(|request| {
        (request.operation == "GetCostAndUsage").then(|| {
            if request.parameters.contains("TAG") {
                page(&[("2026-11-01", "2026-11-02", &[("EC2", "1.1")])], None)
            } else if request.parameters.contains(r#""Start":"2026-10-30""#) {
                used("2026-10-30", "2026-10-31", "2.4", Some(("24", "Hrs")))
            } else {
                used("2026-11-01", "2026-11-02", "4.8", Some(("48", "N/A")))
            }
        })
    });
    let collector = aws.collector();
    let (answers, coverage) = ask(&collector, &movers()).await;
    let [before, now] = answers.movers.unwrap();
    let usage = |quantity, unit: Option<&str>| Usage {
        keys: vec!["BoxUsage:t3.large".to_owned()],
        quantity: Decimal::from(quantity),
        unit: unit.map(str::to_owned),
    };
    assert_eq!(
        (before.periods[0].total().to_string().as_str(), &before.periods[0].usage[..]),
        ("2.4", &[usage(24, Some("Hrs"))][..])
    );
    // A unit that Cost Explorer does not name is unknown.
    assert_eq!(now.periods[0].usage, [usage(48, None)]);
    assert_eq!(coverage.aws_requests.by_operation["ce:GetCostAndUsage"], 3);
    assert_eq!(coverage.aws_requests.estimated_cost_usd, "0.0300");
    assert_eq!(movers().requests(), 3);
    let both = aws
        .received("GetCostAndUsage")
        .iter()
        .filter(|r| r.parameters.contains(r#""Metrics":["UnblendedCost","UsageQuantity"]"#))
        .count();
    assert_eq!(both, 2);
    let (_, coverage) = ask(&collector, &movers()).await;
    assert_eq!(coverage.aws_requests.estimated_cost_usd, "0.0000");
}

#[tokio::test]
async fn a_quantity_that_is_missing_leaves_the_costs() {
    let aws = Aws::start(|request| {
        (request.operation == "GetCostAndUsage").then(|| used("2026-11-01", "2026-11-02", "4.8", None))
    });
    let (answers, coverage) = ask(&aws.collector(), &movers()).await;
    let [_, now] = answers.movers.unwrap();
    assert_eq!((now.periods[0].total().to_string().as_str(), now.periods[0].usage.len()), ("4.8", 0));
    assert!(!coverage.gaps.iter().any(|gap| gap.service == "ce"));
}

#[tokio::test]
async fn movers_without_one_of_their_periods_are_a_gap_and_the_costs_stand() {
    let aws = Aws::start(|request| {
        (request.operation == "GetCostAndUsage").then(|| {
            if request.parameters.contains(r#""Start":"2026-10-30""#) {
                Reply::Error(400, "BillExpirationException", "gone")
            } else {
                page(&[("2026-11-01", "2026-11-02", &[("EC2", "1.1")])], None)
            }
        })
    });
    let (answers, coverage) = ask(&aws.collector(), &movers()).await;
    assert_eq!((answers.costs.unwrap().periods.len(), answers.movers), (1, None));
    assert_eq!(
        reported(&coverage.gaps),
        [("us-east-1", "GetCostAndUsage", GapStatus::Failed, "BillExpirationException")]
    );
}

fn by_resource() -> CostQuestions {
    let group_by = vec![Grouping::Dimension(RESOURCE_ID), Grouping::Dimension("RECORD_TYPE")];
    only(CostQuestion { group_by, ..november() })
}

#[tokio::test]
async fn single_resources_have_an_operation_of_their_own_whose_pages_are_followed() {
    let aws = Aws::start(|request| {
        (request.operation == "GetCostAndUsageWithResources").then(|| {
            if is_first_page(request) {
                page(&[("2026-11-01", "2026-11-02", &[("i-1", "1.1")])], Some("next"))
            } else {
                page(&[("2026-11-01", "2026-11-02", &[("vol-1", "0.4")])], None)
            }
        })
    });
    let (answers, coverage) = ask(&aws.collector(), &by_resource()).await;
    assert_eq!(answers.costs.unwrap().periods[0].total().to_string(), "1.5");
    assert_eq!(coverage.aws_requests.by_operation["ce:GetCostAndUsageWithResources"], 2);
    assert_eq!(coverage.aws_requests.estimated_cost_usd, "0.0200");
    let request = aws.received("GetCostAndUsageWithResources").remove(0).parameters;
    for part in [r#"{"Type":"DIMENSION","Key":"RESOURCE_ID"}"#, r#""Filter":{"Not":"#, r#""Granularity":"DAILY""#] {
        assert!(request.contains(part), "{part} in {request}");
    }
    assert!(aws.received("GetCostAndUsage").is_empty());
}

#[tokio::test]
async fn an_account_that_has_not_switched_on_resources_has_a_gap_that_names_the_operation() {
    let aws = Aws::start(|request| {
        (request.operation == "GetCostAndUsageWithResources").then_some(Reply::Error(
            400,
            "DataUnavailableException",
            "not enabled",
        ))
    });
    let (answers, coverage) = ask(&aws.collector(), &by_resource()).await;
    assert_eq!(answers.costs, None);
    assert_eq!(
        reported(&coverage.gaps),
        [("us-east-1", "GetCostAndUsageWithResources", GapStatus::Failed, "DataUnavailableException")]
    );
}
