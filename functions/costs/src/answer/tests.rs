//! The format of a response, as a snapshot, and the invariants of its sums.

use api::Query;
use proptest::prelude::*;

use super::*;
use crate::query::PARAMETERS;

fn query(parameters: &[(&str, &str)]) -> CostsQuery {
    let query = Query::parse(parameters.iter().copied(), PARAMETERS).unwrap();
    CostsQuery::from_query(&query, "2026-11-03T10:37:12Z".parse().unwrap()).unwrap()
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
    }
}

fn costs(periods: Vec<CostPeriod>) -> Costs {
    Costs { periods, as_of: "2026-11-03T10:37:12Z".parse().unwrap() }
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
    let data = shape(&query(&[("days", "2")]), &costs, Some(Ok(forecast))).unwrap();
    // As text, since the exact digits matter.
    insta::assert_snapshot!(serde_json::to_string_pretty(&data).unwrap());
}

#[test]
fn a_comparison_with_days_without_costs_has_no_percentage() {
    let spent = day(jiff::civil::date(2026, 11, 2), false, &[(&["EC2", "Usage"], "1")]);
    let data = shape(&query(&[("days", "1")]), &costs(vec![spent]), None).unwrap();
    let comparison = data.comparison.unwrap();
    assert_eq!((comparison.change, comparison.change_percent), (Amount(Decimal::ONE), None));
}

#[test]
fn a_bill_of_credits_only_has_no_share() {
    let credited = day(jiff::civil::date(2026, 11, 2), false, &[(&["EC2", "Credit"], "-5")]);
    let data = shape(&query(&[("days", "1")]), &costs(vec![credited]), None).unwrap();
    let reductions = data.credits_and_refunds.unwrap();
    assert_eq!((reductions.amount, reductions.share), (Amount(Decimal::from(-5)), None));
}

#[test]
fn tags_and_categories_are_named_by_their_value() {
    let tag = Grouping::Tag("team".to_owned());
    assert_eq!(["team$web", "team$", "team$a$b"].map(|key| name_in(&tag, key)), ["web", NONE, "a$b"]);
    assert_eq!(name_in(&Grouping::Dimension("SERVICE"), "a$b"), "a$b");
}

#[test]
fn groups_of_two_groupings_are_nested_and_summed_by_each() {
    let groups: &[(&[&str], &str)] =
        &[(&["EC2", "eu-west-1"], "2"), (&["EC2", "us-east-1"], "3"), (&["RDS", "eu-west-1"], "4")];
    let spent = day(jiff::civil::date(2026, 11, 2), false, groups);
    let data = shape(&query(&[("days", "1"), ("group_by", "service,region")]), &costs(vec![spent]), None).unwrap();
    let json = serde_json::to_value(data).unwrap();
    assert_eq!(
        json["periods"]["2026-11-02"]["groups"],
        serde_json::json!({"EC2": {"eu-west-1": 2, "us-east-1": 3}, "RDS": {"eu-west-1": 4}})
    );
    assert_eq!(json["costs_by_service"], serde_json::json!({"EC2": 5, "RDS": 4}));
    assert_eq!(json["costs_by_region"], serde_json::json!({"eu-west-1": 6, "us-east-1": 3}));
    // No grouping is free for the record types.
    assert_eq!(json["credits_and_refunds"], serde_json::Value::Null);
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
        let data = shape(&query(&parameters), &costs(vec![spent.clone()]), None).unwrap();
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
        let data = shape(&query(&[("days", "1")]), &costs(vec![period]), None).unwrap();
        let by_service = sum(data.costs_by["costs_by_service"].values().map(|amount| amount.0));
        prop_assert_eq!((data.total_cost.0, by_service), (exact, exact));
    }
}
