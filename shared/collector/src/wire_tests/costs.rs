//! Costs over real HTTP: pages, faults, and requests that are paid for once.

use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use jiff::civil::date;

use super::aws::{Aws, Received, Reply, at_home_in};
use super::{LONG, reported};
use crate::model::costs::{
    CostAnswers, CostCondition, CostQuestion, CostQuestions, Costs, ForecastQuestion, Granularity, Grouping,
    LinkedAccount, LinkedAccountsQuestion,
};
use crate::{Collector, Coverage, GapStatus};

pub(super) fn november() -> CostQuestion {
    CostQuestion {
        start: date(2026, 11, 1),
        end: date(2026, 11, 3),
        granularity: Granularity::Daily,
        metric: "UnblendedCost",
        with_usage: false,
        group_by: vec![Grouping::Dimension("SERVICE"), Grouping::Tag("team".to_owned())],
        filter: vec![CostCondition::NoneOf("RECORD_TYPE", vec!["Credit".to_owned()])],
    }
}

/// Returns the requests that ask for costs alone.
pub(super) fn only(costs: CostQuestion) -> CostQuestions {
    CostQuestions {
        costs,
        compared: None,
        forecast: None,
        accounts: None,
        movers: None,
        anomalies: None,
        budgets: false,
    }
}

async fn collect(
    collector: &Collector,
    costs: CostQuestion,
    forecast: Option<ForecastQuestion>,
) -> (CostAnswers, Coverage) {
    let questions = CostQuestions { forecast, ..only(costs) };
    collector.costs(&questions, Timestamp::UNIX_EPOCH, Instant::now() + LONG).await.unwrap()
}

async fn ask(collector: &Collector) -> (Option<Arc<Costs>>, Coverage) {
    let (answers, coverage) = collect(collector, november(), None).await;
    (answers.costs, coverage)
}

/// The start and end of a day, and its groups with a key and an amount each.
pub(super) type Day<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

/// Returns a page of days.
pub(super) fn page(days: &[Day], next: Option<&str>) -> Reply {
    let group = |(key, amount): &(&str, &str)| {
        format!(
            r#"{{"Keys": ["{key}", "team$"], "Metrics": {{"UnblendedCost": {{"Amount": "{amount}", "Unit": "USD"}}}}}}"#
        )
    };
    let day = |(start, end, groups): &Day| {
        let groups: Vec<_> = groups.iter().map(group).collect();
        let groups = groups.join(",");
        format!(
            r#"{{"TimePeriod": {{"Start": "{start}", "End": "{end}"}}, "Total": {{}}, "Groups": [{groups}], "Estimated": false}}"#
        )
    };
    let days: Vec<_> = days.iter().map(day).collect();
    let next = next.map(|next| format!(r#", "NextPageToken": "{next}""#)).unwrap_or_default();
    Reply::Ok(format!(r#"{{"ResultsByTime": [{}]{next}}}"#, days.join(",")))
}

pub(super) fn is_first_page(request: &Received) -> bool {
    !request.parameters.contains("NextPageToken")
}

#[tokio::test]
async fn a_day_whose_groups_are_on_two_pages_is_one_day_and_each_page_is_priced() {
    let aws = Aws::start(|request| {
        (request.operation == "GetCostAndUsage").then(|| {
            let first: &[_] = &[("2026-11-01", "2026-11-02", &[("EC2", "1.1")][..])];
            let second: &[_] = &[
                ("2026-11-01", "2026-11-02", &[("RDS", "2.00000000003")][..]),
                ("2026-11-02", "2026-11-03", &[("EC2", "1E-7")][..]),
            ];
            if is_first_page(request) { page(first, Some("next")) } else { page(second, None) }
        })
    });
    let (costs, coverage) = ask(&aws.collector()).await;
    let totals: Vec<_> = costs.unwrap().periods.iter().map(|p| (p.start.clone(), p.total().to_string())).collect();
    assert_eq!(totals, [("2026-11-01".into(), "3.10000000003".into()), ("2026-11-02".into(), "0.0000001".into())]);
    assert_eq!(coverage.aws_requests.by_operation["ce:GetCostAndUsage"], 2);
    assert_eq!(coverage.aws_requests.estimated_cost_usd, "0.0200");
    let request = aws.received("GetCostAndUsage").remove(0);
    assert_eq!(request.region, "us-east-1");
    for part in [
        r#""TimePeriod":{"Start":"2026-11-01","End":"2026-11-03"}"#,
        r#"{"Type":"DIMENSION","Key":"SERVICE"},{"Type":"TAG","Key":"team"}"#,
        r#""Filter":{"Not":{"Dimensions":{"Key":"RECORD_TYPE","Values":["Credit"]}}}"#,
    ] {
        assert!(request.parameters.contains(part), "{part} in {}", request.parameters);
    }
}

/// Returns the filter that is sent for some conditions, as JSON.
async fn filter_of(filter: Vec<CostCondition>) -> String {
    let aws = Aws::start(|request| {
        (request.operation == "GetCostAndUsage").then(|| page(&[("2026-11-01", "2026-11-02", &[("EC2", "1.1")])], None))
    });
    let question = CostQuestion { filter, ..november() };
    collect(&aws.collector(), question, None).await;
    let sent = aws.received("GetCostAndUsage").remove(0).parameters;
    sent.split_once(r#""Filter":"#).map(|(_, filter)| filter.to_owned()).unwrap_or_default()
}

#[tokio::test]
async fn each_condition_has_one_root_and_several_are_joined() {
    let one_of = |name, value: &str| CostCondition::OneOf(name, vec![value.to_owned()]);
    let tag = |values: &[&str], untagged| CostCondition::Tag {
        key: "team".to_owned(),
        values: values.iter().map(ToString::to_string).collect(),
        untagged,
    };
    let web = r#"{"Tags":{"Key":"team","Values":["web"]}}"#;
    let absent = r#"{"Tags":{"Key":"team","MatchOptions":["ABSENT"]}}"#;
    let lambda = r#"{"Dimensions":{"Key":"SERVICE","Values":["AWS Lambda"]}}"#;
    for (conditions, expected) in [
        (vec![one_of("SERVICE", "AWS Lambda")], lambda.to_owned()),
        (vec![tag(&["web"], false)], web.to_owned()),
        (vec![tag(&[], true)], absent.to_owned()),
        (vec![tag(&["web"], true)], format!(r#"{{"Or":[{web},{absent}]}}"#)),
        (vec![CostCondition::Tagged("team".to_owned())], format!(r#"{{"Not":{absent}}}"#)),
        (vec![one_of("SERVICE", "AWS Lambda"), tag(&["web"], false)], format!(r#"{{"And":[{lambda},{web}]}}"#)),
    ] {
        let sent = filter_of(conditions).await;
        assert!(sent.starts_with(&expected), "{expected} in {sent}");
    }
    assert_eq!(filter_of(vec![]).await, "");
}

#[tokio::test]
async fn other_filters_are_other_questions_and_a_forecast_is_not_by_tag() {
    let aws = Aws::start(|request| {
        (request.operation == "GetCostAndUsage").then(|| page(&[("2026-11-01", "2026-11-02", &[("EC2", "1.1")])], None))
    });
    let collector = aws.collector();
    let forecast = ForecastQuestion {
        start: date(2026, 11, 30),
        end: date(2026, 12, 1),
        metric: "UNBLENDED_COST",
        filter: vec![CostCondition::Tagged("team".to_owned())],
    };
    let others = ["AWS Lambda", "EC2 - Other"].map(|name| vec![CostCondition::OneOf("SERVICE", vec![name.to_owned()])]);
    for filter in others.into_iter().chain([vec![]]) {
        let question = CostQuestion { filter, ..november() };
        let (answers, coverage) = collect(&collector, question, Some(forecast.clone())).await;
        assert_eq!(answers.forecast.unwrap().unwrap_err().code, "UnsupportedFilter");
        assert!(!coverage.partial);
    }
    assert_eq!((aws.received("GetCostAndUsage").len(), aws.received("GetCostForecast").len()), (3, 0));
}

#[tokio::test]
async fn costs_without_one_of_their_pages_are_neither_returned_nor_cached() {
    let mut failures = 1;
    let aws = Aws::start(move |request| {
        (request.operation == "GetCostAndUsage").then(|| {
            if is_first_page(request) {
                page(&[("2026-11-01", "2026-11-02", &[("EC2", "1.1")])], Some("next"))
            } else if failures > 0 {
                failures -= 1;
                Reply::Error(400, "InvalidNextTokenException", "expired")
            } else {
                page(&[("2026-11-02", "2026-11-03", &[("EC2", "2")])], None)
            }
        })
    });
    let collector = aws.collector();
    let (costs, coverage) = ask(&collector).await;
    assert_eq!(costs, None);
    assert_eq!(
        reported(&coverage.gaps),
        [("us-east-1", "GetCostAndUsage", GapStatus::Failed, "InvalidNextTokenException")]
    );
    let (costs, coverage) = ask(&collector).await;
    assert_eq!((costs.unwrap().periods.len(), coverage.gaps), (2, vec![]));
}

#[tokio::test]
async fn a_repeated_page_token_leaves_no_costs() {
    let aws = Aws::start(|request| {
        (request.operation == "GetCostAndUsage")
            .then(|| page(&[("2026-11-01", "2026-11-02", &[("EC2", "1.1")])], Some("again")))
    });
    let (costs, coverage) = ask(&aws.collector()).await;
    assert_eq!(costs, None);
    assert_eq!(reported(&coverage.gaps), [("us-east-1", "GetCostAndUsage", GapStatus::Failed, "RepeatedPageToken")]);
    assert_eq!(aws.received("GetCostAndUsage").len(), 2);
}

#[tokio::test]
async fn the_same_question_at_once_and_again_is_paid_for_once() {
    let aws = Aws::start(|request| {
        (request.operation == "GetCostAndUsage").then(|| page(&[("2026-11-01", "2026-11-02", &[("EC2", "1.1")])], None))
    });
    let collector = aws.collector();
    let (one, other) = tokio::join!(ask(&collector), ask(&collector));
    assert_eq!(one.0, other.0);
    let (again, coverage) = ask(&collector).await;
    assert_eq!(again, one.0);
    assert_eq!(coverage.aws_requests.estimated_cost_usd, "0.0000");
    assert_eq!(aws.received("GetCostAndUsage").len(), 1);
}

#[tokio::test]
async fn a_forecast_that_aws_cannot_make_is_a_result_and_not_a_gap() {
    let aws = Aws::start(|request| {
        (request.operation == "GetCostForecast").then_some(Reply::Error(400, "DataUnavailableException", "too young"))
    });
    let forecast = ForecastQuestion {
        start: date(2026, 11, 30),
        end: date(2026, 12, 1),
        metric: "UNBLENDED_COST",
        filter: vec![],
    };
    let (answers, coverage) = collect(&aws.collector(), november(), Some(forecast)).await;
    let unavailable = answers.forecast.unwrap().unwrap_err();
    assert_eq!((unavailable.code.as_str(), unavailable.message.as_str()), ("DataUnavailableException", "too young"));
    assert_eq!((coverage.gaps, coverage.partial), (vec![], false));
}

#[tokio::test]
async fn a_forecast_is_also_paid_for_once() {
    let aws = Aws::start(|request| {
        (request.operation == "GetCostForecast").then(|| {
            Reply::Ok(
                r#"{"Total": {"Amount": "12.5", "Unit": "USD"}, "ForecastResultsByTime": [{"MeanValue": "12.5",
                    "PredictionIntervalLowerBound": "10", "PredictionIntervalUpperBound": "15"}]}"#
                    .to_owned(),
            )
        })
    });
    let collector = aws.collector();
    let question = |day| ForecastQuestion {
        start: date(2026, 11, day),
        end: date(2026, 12, 1),
        metric: "UNBLENDED_COST",
        filter: vec![],
    };
    let ask = async |day| {
        let (answers, _) = collect(&collector, november(), Some(question(day))).await;
        answers.forecast.unwrap().unwrap()
    };
    let (one, other) = tokio::join!(ask(24), ask(24));
    assert_eq!((one.mean.to_string().as_str(), &one), ("12.5", &other));
    assert_eq!(ask(24).await, one);
    assert_eq!(aws.received("GetCostForecast").len(), 1);
    // The forecast of the next day is another question.
    assert_eq!(ask(25).await.start, date(2026, 11, 25));
    assert_eq!(aws.received("GetCostForecast").len(), 2);
}

#[tokio::test]
async fn a_partition_without_cost_explorer_is_reported_without_a_call() {
    let aws = Aws::start(|_| None);
    for (region, partition) in [("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn")] {
        let (costs, coverage) = ask(&at_home_in(region, &aws.config())).await;
        assert_eq!(costs, None);
        assert_eq!(
            reported(&coverage.gaps),
            [("us-east-1", "GetCostAndUsage", GapStatus::Failed, "UnsupportedPartition")]
        );
        assert!(coverage.gaps[0].message.ends_with(&format!("this account is in {partition}")));
    }
    assert!(aws.received("GetCostAndUsage").is_empty());
}

#[tokio::test]
async fn costs_to_compare_with_are_a_request_of_their_own_and_a_gap_without_it() {
    let aws = Aws::start(|request| {
        (request.operation == "GetCostAndUsage").then(|| {
            if request.parameters.contains(r#""Start":"2026-10-01""#) {
                Reply::Error(400, "DataUnavailableException", "no data")
            } else {
                page(&[("2026-11-01", "2026-11-02", &[("EC2", "1.1")])], None)
            }
        })
    });
    let compared = CostQuestion { start: date(2026, 10, 1), end: date(2026, 10, 3), ..november() };
    let questions = CostQuestions { compared: Some(compared), ..only(november()) };
    let collector = aws.collector();
    let (answers, coverage) = collector.costs(&questions, Timestamp::UNIX_EPOCH, Instant::now() + LONG).await.unwrap();
    assert_eq!((answers.costs.unwrap().periods.len(), answers.compared, coverage.partial), (1, None, true));
    assert_eq!(
        reported(&coverage.gaps),
        [("us-east-1", "GetCostAndUsage", GapStatus::Failed, "DataUnavailableException")]
    );
    assert_eq!(aws.received("GetCostAndUsage").len(), 2);
}

fn november_accounts() -> LinkedAccountsQuestion {
    LinkedAccountsQuestion { start: date(2026, 11, 1), end: date(2026, 11, 3), filter: november().filter }
}

async fn list_accounts(collector: &Collector) -> (CostAnswers, Coverage) {
    let questions = CostQuestions { accounts: Some(november_accounts()), ..only(november()) };
    collector.costs(&questions, Timestamp::UNIX_EPOCH, Instant::now() + LONG).await.unwrap()
}

#[tokio::test]
async fn the_accounts_of_all_pages_are_listed_once_a_day() {
    let aws = Aws::start(|request| {
        match request.operation.as_str() {
        "GetCostAndUsage" => Some(page(&[("2026-11-01", "2026-11-02", &[("EC2", "1.1")])], None)),
        "GetDimensionValues" if is_first_page(request) => Some(Reply::Ok(
            r#"{"DimensionValues": [{"Value": "210987654321", "Attributes": {"description": "staging"}}], "ReturnSize": 1,
                "TotalSize": 2, "NextPageToken": "next"}"#
                .to_owned(),
        )),
        "GetDimensionValues" => Some(Reply::Ok(
            r#"{"DimensionValues": [{"Value": "123456789012", "Attributes": {}}], "ReturnSize": 1, "TotalSize": 2}"#.to_owned(),
        )),
        _ => None,
    }
    });
    let collector = aws.collector();
    // Nothing is known before the accounts are listed.
    assert!(!collect(&collector, november(), None).await.0.is_payer);
    let (answers, coverage) = list_accounts(&collector).await;
    let account = |id: &str, name: Option<&str>| LinkedAccount { id: id.to_owned(), name: name.map(str::to_owned) };
    let expected = [account("123456789012", None), account("210987654321", Some("staging"))];
    assert_eq!(answers.accounts.as_ref().unwrap().0, expected);
    assert!(answers.is_payer);
    assert_eq!((coverage.partial, coverage.aws_requests.by_operation["ce:GetDimensionValues"]), (false, 2));
    assert_eq!(coverage.aws_requests.estimated_cost_usd, "0.0200");
    let request = aws.received("GetDimensionValues").remove(0).parameters;
    for part in [
        r#""TimePeriod":{"Start":"2026-11-01","End":"2026-11-03"}"#,
        r#""Dimension":"LINKED_ACCOUNT""#,
        r#""Filter":{"Not":{"Dimensions":{"Key":"RECORD_TYPE","Values":["Credit"]}}}"#,
    ] {
        assert!(request.contains(part), "{part} in {request}");
    }
    let (again, coverage) = list_accounts(&collector).await;
    assert_eq!((again.accounts, coverage.aws_requests.total), (answers.accounts, 0));
    // The function remembers that the account pays for others.
    assert!(collect(&collector, november(), None).await.0.is_payer);
}

#[tokio::test]
async fn costs_stand_without_their_accounts_and_a_gap_says_why() {
    let mut pages = 1;
    let aws = Aws::start(move |request| match request.operation.as_str() {
        "GetCostAndUsage" => Some(page(&[("2026-11-01", "2026-11-02", &[("EC2", "1.1")])], None)),
        "GetDimensionValues" if pages > 0 => {
            pages -= 1;
            Some(Reply::Ok(
                r#"{"DimensionValues": [{"Value": "210987654321"}], "ReturnSize": 1, "TotalSize": 2, "NextPageToken": "x"}"#
                    .to_owned(),
            ))
        }
        _ => Some(Reply::Error(400, "AccessDeniedException", "not authorized to perform: ce:GetDimensionValues")),
    });
    let (answers, coverage) = list_accounts(&aws.collector()).await;
    // One page of two would look complete.
    assert_eq!((answers.costs.unwrap().periods.len(), answers.accounts, answers.is_payer), (1, None, false));
    assert!(coverage.partial);
    let gaps: Vec<_> = reported(&coverage.gaps).into_iter().filter(|gap| gap.1 != "GetCallerIdentity").collect();
    assert_eq!(gaps, [("us-east-1", "GetDimensionValues", GapStatus::Denied, "AccessDeniedException")]);
}

#[tokio::test]
async fn a_grouping_by_account_shows_who_pays_and_names_the_accounts() {
    let aws = Aws::start(|request| {
        (request.operation == "GetCostAndUsage").then(|| {
            Reply::Ok(
                r#"{"ResultsByTime": [{"TimePeriod": {"Start": "2026-11-01", "End": "2026-11-02"}, "Estimated": false,
                    "Groups": [{"Keys": ["210987654321"], "Metrics": {"UnblendedCost": {"Amount": "1", "Unit": "USD"}}}]}],
                    "DimensionValueAttributes": [
                    {"Value": "210987654321", "Attributes": {"description": "staging"}}]}"#
                    .to_owned(),
            )
        })
    });
    let question = CostQuestion { group_by: vec![Grouping::Dimension("LINKED_ACCOUNT")], ..november() };
    let (answers, _) = collect(&aws.collector(), question, None).await;
    assert_eq!(answers.costs.unwrap().account_names["210987654321"], "staging");
    assert!(answers.is_payer);
    assert!(aws.received("GetDimensionValues").is_empty());
}
