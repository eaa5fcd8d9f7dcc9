//! The format of a response, as a snapshot, and the invariants of its sums.

use std::sync::Arc;

use api::Query;
use collector::costs::{LinkedAccount, LinkedAccounts};
use proptest::prelude::*;

use super::*;
use crate::query::PARAMETERS;

fn query(parameters: &[(&str, &str)]) -> CostsQuery {
    let query = Query::parse(parameters.iter().copied(), PARAMETERS).unwrap();
    CostsQuery::from_query(&query, "2026-11-03T10:37:12Z".parse().unwrap()).unwrap()
}

fn coverage() -> Coverage {
    let (by_operation, estimated_cost_usd) = (BTreeMap::new(), "0.0000".to_owned());
    let aws_requests = collector::AwsRequests { total: 0, by_operation, estimated_cost_usd, micro_usd: 0 };
    Coverage { account: Some("123456789012".to_owned()), partial: false, gaps: vec![], aws_requests }
}

fn shaped(query: &CostsQuery, costs: &Costs, answers: &CostAnswers) -> Result<Data, ApiError> {
    shape(query, costs, answers, coverage()).map(|(data, _)| data)
}

fn day(day: Date, estimated: bool, groups: &[(&[&str], &str)]) -> CostPeriod {
    let group =
        |(keys, amount): &(&[&str], &str)| (keys.iter().map(ToString::to_string).collect(), amount.parse().unwrap());
    CostPeriod {
        start: day.to_string(),
        end: day.tomorrow().unwrap().to_string(),
        estimated,
        groups: groups.iter().map(group).collect(),
        unit: Some("USD".to_owned()),
        usage: vec![],
    }
}

fn costs(periods: Vec<CostPeriod>) -> Costs {
    Costs { periods, account_names: BTreeMap::new(), as_of: "2026-11-03T10:37:12Z".parse().unwrap() }
}

#[test]
fn a_response_has_days_comparison_month_and_credits() {
    let november = |of| jiff::civil::date(2026, 11, of);
    let october = |of| jiff::civil::date(2026, 10, of);
    let costs = costs(vec![
        day(october(30), false, &[(&["EC2", "Usage"], "8")]),
        day(october(31), false, &[(&["EC2", "Usage"], "8"), (&["RDS", "Usage"], "4")]),
        day(november(1), false, &[(&["EC2", "Usage"], "8.00000000001"), (&["Tax", "Tax"], "1.5")]),
        day(november(2), true, &[(&["EC2", "Usage"], "10"), (&["EC2", "Credit"], "-3.5"), (&["RDS", "Usage"], "4")]),
    ]);
    let forecast = Forecast {
        start: november(3),
        end: jiff::civil::date(2026, 12, 1),
        mean: "300.1".parse().unwrap(),
        lower: "250".parse().unwrap(),
        upper: "350".parse().unwrap(),
        level: 80,
        unit: "USD".to_owned(),
    };
    let data = shaped(
        &query(&[("days", "2")]),
        &costs,
        &CostAnswers { forecast: Some(Ok(forecast)), ..CostAnswers::default() },
    )
    .unwrap();
    // As text, since the exact digits matter.
    insta::assert_snapshot!(serde_json::to_string_pretty(&data).unwrap());
}

#[test]
fn a_comparison_with_days_without_costs_has_no_percentage() {
    let spent = day(jiff::civil::date(2026, 11, 2), false, &[(&["EC2", "Usage"], "1")]);
    let data = shaped(&query(&[("days", "1")]), &costs(vec![spent]), &CostAnswers::default()).unwrap();
    let comparison = data.comparison.unwrap();
    assert_eq!((comparison.change, comparison.change_percent), (Amount(Decimal::ONE), None));
}

#[test]
fn a_bill_of_credits_only_has_no_share() {
    let credited = day(jiff::civil::date(2026, 11, 2), false, &[(&["EC2", "Credit"], "-5")]);
    let data = shaped(&query(&[("days", "1")]), &costs(vec![credited]), &CostAnswers::default()).unwrap();
    let reductions = data.credits_and_refunds.unwrap();
    assert_eq!((reductions.amount, reductions.share), (Amount(Decimal::from(-5)), None));
}

#[test]
fn groups_of_two_groupings_are_nested_and_summed_by_each() {
    let groups: &[(&[&str], &str)] =
        &[(&["EC2", "eu-west-1"], "2"), (&["EC2", "us-east-1"], "3"), (&["RDS", "eu-west-1"], "4")];
    let spent = day(jiff::civil::date(2026, 11, 2), false, groups);
    let data =
        shaped(&query(&[("days", "1"), ("group_by", "service,region")]), &costs(vec![spent]), &CostAnswers::default())
            .unwrap();
    let json = serde_json::to_value(data).unwrap();
    assert_eq!(
        json["periods"]["2026-11-02"]["groups"],
        serde_json::json!({"EC2": {"eu-west-1": 2, "us-east-1": 3}, "RDS": {"eu-west-1": 4}})
    );
    assert_eq!(json["costs_by_service"], serde_json::json!({"EC2": 5, "RDS": 4}));
    assert_eq!(json["costs_by_region"], serde_json::json!({"eu-west-1": 6, "us-east-1": 3}));
    // No grouping is free for the record types.
    assert_eq!(json["credits_and_refunds"], Value::Null);
}

#[test]
fn the_currency_is_that_of_all_days_with_costs() {
    let spent = |of, unit: Option<&str>| {
        let spent = day(jiff::civil::date(2026, 11, of), false, &[(&["EC2", "Usage"], "1")]);
        CostPeriod { unit: unit.map(str::to_owned), ..spent }
    };
    let nothing = CostPeriod { unit: None, ..day(jiff::civil::date(2026, 11, 1), false, &[]) };
    let of = |periods: &[&CostPeriod]| currency(periods);
    let (dollars, euros) = (spent(2, Some("USD")), spent(3, Some("EUR")));
    assert_eq!(of(&[&nothing, &dollars, &dollars]).as_deref(), Some("USD"));
    assert_eq!((of(&[&dollars, &euros]), of(&[&dollars, &spent(3, None)]), of(&[&nothing])), (None, None, None));
}

#[test]
fn a_requested_grouping_by_record_type_also_provides_the_reductions() {
    let groups: &[(&[&str], &str)] = &[(&["Usage"], "8"), (&["Refund"], "-1"), (&["Credit"], "-1")];
    let spent = day(jiff::civil::date(2026, 11, 2), false, groups);
    let of = |parameters: &[(&str, &str)]| {
        let parameters = [&[("days", "1"), ("group_by", "record_type")], parameters].concat();
        let data = shaped(&query(&parameters), &costs(vec![spent.clone()]), &CostAnswers::default()).unwrap();
        data.credits_and_refunds.map(|reductions| (reductions.amount, reductions.share))
    };
    assert_eq!(of(&[]), Some((Amount(Decimal::from(-2)), Some(Amount(Decimal::new(25, 2))))));
    // If refunds are excluded, the reductions are unknown.
    assert_eq!(of(&[("exclude", "refund")]), None);
}

proptest! {
    #[test]
    fn the_parts_add_up_to_the_total_to_the_last_digit(
        amounts in proptest::collection::vec((0_usize..4, -1_000_000_000_000_i64..1_000_000_000_000, 0_u32..12), 0..200)
    ) {
        let names = ["EC2", "RDS", "S3", "Tax"];
        let groups: Vec<_> = amounts
            .iter()
            .map(|(name, mantissa, scale)| {
                (vec![names[*name].to_owned(), "Usage".to_owned()], Decimal::new(*mantissa, *scale))
            })
            .collect();
        let exact = groups.iter().fold(Decimal::ZERO, |sum, (_, amount)| sum + *amount);
        let mut period = day(jiff::civil::date(2026, 11, 2), false, &[]);
        period.groups = groups;
        let data = shaped(&query(&[("days", "1")]), &costs(vec![period]), &CostAnswers::default()).unwrap();
        let by_service = sum(data.costs_by["costs_by_service"].0.values().map(|amount| amount.0));
        prop_assert_eq!((data.total_cost.0, by_service), (exact, exact));
    }
}

fn months(start: &str, end: &str) -> CostsQuery {
    query(&[("granularity", "MONTHLY"), ("compare", "true"), ("start", start), ("end", end)])
}

fn month(start: Date, groups: &[(&[&str], &str)]) -> CostPeriod {
    CostPeriod { end: start.checked_add(jiff::Span::new().months(1)).unwrap().to_string(), ..day(start, false, groups) }
}

#[test]
fn a_change_is_split_by_type_of_charge() {
    let now: &[(&[&str], &str)] = &[
        (&["EC2", "Usage"], "10.0000000001"),
        (&["EC2", "SavingsPlanCoveredUsage"], "4"),
        (&["EC2", "SavingsPlanNegation"], "-4"),
        (&["Tax", "Tax"], "3"),
        (&["EC2", "Credit"], "-1"),
        (&["EC2", "BundledDiscount"], "-0.5"),
    ];
    let before: &[(&[&str], &str)] =
        &[(&["EC2", "Usage"], "10"), (&["Tax", "Tax"], "2"), (&["RI", "RIFee"], "4"), (&["EC2", "Refund"], "-2")];
    let september = month(jiff::civil::date(2026, 9, 1), before);
    let october = month(jiff::civil::date(2026, 10, 1), now);
    let costs = costs(vec![september, october]);
    let data = shaped(&months("2026-10-01", "2026-11-01"), &costs, &CostAnswers::default()).unwrap();
    let comparison = serde_json::to_string(&data.comparison).unwrap();
    assert_eq!(
        comparison,
        concat!(
            r#"{"start":"2026-09-01","end":"2026-10-01","total_cost":14,"change":-2.4999999999,"change_percent":-17.86,"#,
            r#""by_charge_type":{"usage":{"before":10,"now":10.0000000001,"change":0.0000000001,"change_percent":0},"#,
            r#""tax":{"before":2,"now":3,"change":1,"change_percent":50},"#,
            r#""credits":{"before":0,"now":-1,"change":-1,"change_percent":null},"#,
            r#""refunds":{"before":-2,"now":0,"change":2,"change_percent":-100},"#,
            r#""fees":{"before":4,"now":0,"change":-4,"change_percent":-100},"#,
            r#""other":{"before":0,"now":-0.5,"change":-0.5,"change_percent":null}}}"#
        )
    );
}

#[test]
fn what_is_excluded_or_unknown_is_null_by_type_of_charge() {
    let spent = [day(jiff::civil::date(2026, 11, 1), false, &[(&["EC2", "Usage"], "1")])];
    let by_charge_type = |parameters: &[(&str, &str)]| {
        let parameters = [&[("days", "1")], parameters].concat();
        let data = shaped(&query(&parameters), &costs(spent.to_vec()), &CostAnswers::default()).unwrap();
        serde_json::to_value(data.comparison).unwrap()["by_charge_type"].clone()
    };
    let excluded = by_charge_type(&[("exclude", "credit,tax")]);
    let nulls = |value: &Value| {
        let nulls = value.as_object().unwrap().iter().filter(|(_, value)| value.is_null());
        nulls.map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(nulls(&excluded), ["tax", "credits"]);
    assert_eq!(excluded["usage"]["before"], 1);
    assert_eq!(by_charge_type(&[("group_by", "service,region")]), Value::Null);
    assert_eq!(nulls(&by_charge_type(&[])), [""; 0]);
}

#[test]
fn months_that_are_not_whole_are_compared_with_costs_of_their_own() {
    let spent = |month_of, groups| month(jiff::civil::date(2026, month_of, 1), groups);
    let query = months("2026-11-01", "2026-11-03");
    let november = costs(vec![spent(11, &[(&["EC2", "Usage"], "5")])]);
    let october = Arc::new(costs(vec![spent(10, &[(&["EC2", "Usage"], "4")])]));
    let answers = CostAnswers { compared: Some(october), ..CostAnswers::default() };
    let comparison = shaped(&query, &november, &answers).unwrap().comparison.unwrap();
    assert_eq!((comparison.change, comparison.change_percent), (Amount(Decimal::ONE), Some(Amount(Decimal::from(25)))));
    // Without them, there is no comparison, and not one with nothing.
    assert!(shaped(&query, &november, &CostAnswers::default()).unwrap().comparison.is_none());
}

/// Returns `accounts` and `is_payer` of a response about a day on which these accounts had costs.
fn accounts(parameters: &[(&str, &str)], ids: &[&str], answers: &CostAnswers) -> (Value, Option<bool>) {
    let groups: Vec<_> = ids.iter().map(|id| (vec![(*id).to_owned()], Decimal::ONE)).collect();
    let spent = CostPeriod { groups, ..day(jiff::civil::date(2026, 11, 2), false, &[]) };
    let names = BTreeMap::from([("210987654321".to_owned(), "staging".to_owned())]);
    let costs = Costs { account_names: names, ..costs(vec![spent]) };
    let parameters = [&[("days", "1")], parameters].concat();
    let (_, coverage) = shape(&query(&parameters), &costs, answers, coverage()).unwrap();
    let json = serde_json::to_value(coverage).unwrap();
    (json["accounts"].clone(), json["is_payer"].as_bool())
}

#[test]
fn the_accounts_of_a_grouping_are_listed() {
    let (own, other) = ("123456789012", "210987654321");
    let by_account = [("group_by", "account")];
    let listed = |id: &str, name: Option<&str>| serde_json::json!({"id": id, "name": name});
    let nothing = CostAnswers::default();
    let both = serde_json::json!([listed(own, None), listed(other, Some("staging"))]);
    let payer = CostAnswers { is_payer: true, ..CostAnswers::default() };
    assert_eq!(accounts(&by_account, &[other, own, other], &payer), (both, Some(true)));
    assert_eq!(accounts(&by_account, &[own], &nothing), (serde_json::json!([listed(own, None)]), Some(false)));
    // A filter may hide the others, and an empty bill says nothing.
    let filtered = [("group_by", "account"), ("services", "AWS Lambda")];
    assert_eq!(accounts(&filtered, &[own], &nothing), (serde_json::json!([listed(own, None)]), None));
    assert_eq!(accounts(&by_account, &[], &nothing), (serde_json::json!([]), None));
}

#[test]
fn accounts_that_were_not_listed_are_null() {
    let listed = vec![LinkedAccount { id: "123456789012".to_owned(), name: Some("shop".to_owned()) }];
    let answers = CostAnswers { accounts: Some(Arc::new(LinkedAccounts(listed))), ..CostAnswers::default() };
    assert_eq!(accounts(&[], &["EC2"], &CostAnswers::default()), (Value::Null, None));
    let payer = CostAnswers { is_payer: true, ..CostAnswers::default() };
    assert_eq!(accounts(&[], &["EC2"], &payer), (Value::Null, Some(true)));
    let (found, is_payer) = accounts(&[("linked_accounts", "true")], &["EC2"], &answers);
    assert_eq!((found, is_payer), (serde_json::json!([{"id": "123456789012", "name": "shop"}]), Some(false)));
}

fn services(parameters: &[(&str, &str)], answers: &CostAnswers) -> Option<Value> {
    let spent =
        |of, ec2| day(jiff::civil::date(2026, 11, of), false, &[(&["EC2", "Usage"], ec2), (&["S3", "Usage"], "1")]);
    let costs = costs(vec![spent(1, "4"), spent(2, "9.5")]);
    let parameters = [&[("days", "1"), ("movers", "true")], parameters].concat();
    let data = serde_json::to_value(shaped(&query(&parameters), &costs, answers).unwrap()).unwrap();
    data.get("movers").cloned()
}

#[test]
fn movers_come_with_the_costs_where_those_are_grouped_alike() {
    let movers = services(&[], &CostAnswers::default()).unwrap();
    assert_eq!(
        movers,
        serde_json::json!({
            "by": "service", "start": "2026-11-01", "end": "2026-11-02", "before": 5, "now": 10.5, "change": 5.5, "explained": 1,
            "largest": [{
                "name": "EC2", "charge_type": "usage", "record_type": null, "before": 4, "now": 9.5, "change": 5.5,
                "change_percent": 137.5, "usage": null,
            }],
            "others": {"count": 1, "before": 1, "now": 1, "change": 0},
        })
    );
}

#[test]
fn movers_by_something_else_come_from_requests_of_their_own_or_not_at_all() {
    let by_region = [("movers_by", "region")];
    assert_eq!(services(&by_region, &CostAnswers::default()), None);
    let region = |of, cost| {
        let groups: &[(&[&str], &str)] = &[(&["eu-west-1", "Usage"], cost)];
        Arc::new(costs(vec![day(jiff::civil::date(2026, 11, of), false, groups)]))
    };
    let answers = CostAnswers { movers: Some([region(1, "5"), region(2, "10.5")]), ..CostAnswers::default() };
    let movers = services(&by_region, &answers).unwrap();
    assert_eq!((&movers["by"], &movers["largest"][0]["name"]), (&"region".into(), &"eu-west-1".into()));
    assert_eq!((&movers["change"], &movers["others"]["count"]), (&serde_json::json!(5.5), &0.into()));
}
