//! The dates and groupings that requests stand for, and the requests that are rejected.

use jiff::civil::date;

use super::*;

fn read_at(now: &str, pairs: &[(&str, &str)]) -> Result<CostsQuery, ApiError> {
    CostsQuery::from_query(&Query::parse(pairs.iter().copied(), PARAMETERS)?, now.parse().unwrap())
}

fn read(pairs: &[(&str, &str)]) -> Result<CostsQuery, ApiError> {
    read_at("2026-11-20T10:37:12Z", pairs)
}

fn refused(pairs: &[(&str, &str)]) -> String {
    match read(pairs).unwrap_err() {
        ApiError::InvalidParameter { parameter, message } => format!("{parameter}: {message}"),
        other => panic!("{other:?}"),
    }
}

fn dates_at(now: &str, pairs: &[(&str, &str)]) -> (Date, Date) {
    let query = read_at(now, pairs).unwrap();
    (query.start, query.end)
}

#[test]
fn by_default_the_last_thirty_complete_days_are_requested_by_service() {
    let query = read(&[]).unwrap();
    assert_eq!((query.start, query.end), (date(2026, 10, 21), date(2026, 11, 20)));
    let question = query.questions().costs;
    assert_eq!((question.start, question.end), (date(2026, 9, 21), date(2026, 11, 20)));
    assert_eq!(question.group_by, [Grouping::Dimension("SERVICE"), Grouping::Dimension("RECORD_TYPE")]);
    assert_eq!(question.metric, "UnblendedCost");
}

#[test]
fn on_the_first_of_a_month_there_is_no_month_to_date() {
    let query = read_at("2026-11-01T00:00:00Z", &[("days", "1")]).unwrap();
    assert_eq!((query.start, query.end), (date(2026, 10, 31), date(2026, 11, 1)));
    assert_eq!(query.month_from, None);
    assert_eq!(read_at("2026-11-02T00:00:00Z", &[]).unwrap().month_from, Some(date(2026, 11, 1)));
}

#[test]
fn days_are_utc_days() {
    assert_eq!(dates_at("2026-11-20T23:59:59Z", &[("days", "1")]).1, date(2026, 11, 20));
    assert_eq!(dates_at("2026-11-21T00:00:00Z", &[("days", "1")]).1, date(2026, 11, 21));
}

#[test]
fn a_leap_day_counts() {
    assert_eq!(dates_at("2028-03-01T12:00:00Z", &[("days", "1")]), (date(2028, 2, 29), date(2028, 3, 1)));
    assert_eq!(dates_at("2027-03-01T12:00:00Z", &[("days", "1")]), (date(2027, 2, 28), date(2027, 3, 1)));
}

#[test]
fn the_end_is_exclusive_and_at_most_tomorrow() {
    let query = read(&[("start", "2026-11-20"), ("end", "2026-11-21")]).unwrap();
    assert_eq!((query.start, query.end), (date(2026, 11, 20), date(2026, 11, 21)));
    assert!(refused(&[("start", "2026-11-20"), ("end", "2026-11-22")]).starts_with("end: `2026-11-22` is not allowed"));
    assert!(
        refused(&[("start", "2026-11-20")])
            .starts_with("start: 2026-11-20 to 2026-11-20 has no days: end (today, since it is missing) is")
    );
    assert!(
        refused(&[("start", "2026-11-20"), ("end", "2026-11-20")])
            .starts_with("end: 2026-11-20 to 2026-11-20 has no days: end is the day")
    );
}

#[test]
fn days_that_cost_explorer_no_longer_has_are_rejected_with_those_it_has() {
    assert_eq!(dates_at("2026-11-20T10:00:00Z", &[("start", "2025-10-01")]).0, date(2025, 10, 1));
    assert_eq!(
        refused(&[("start", "2025-09-30")]),
        "start: `2025-09-30` is not allowed; allowed: 2025-10-01 or later; Cost Explorer keeps 13 months and the \
         current one"
    );
    assert!(refused(&[("days", "416")]).ends_with("allowed: a whole number from 1 to 415"));
    assert_eq!(read(&[("days", "415")]).unwrap().start, date(2025, 10, 1));
    assert!(refused(&[("granularity", "HOURLY"), ("days", "14")]).ends_with("allowed: a whole number from 1 to 13"));
    assert!(refused(&[("granularity", "HOURLY"), ("start", "2026-11-06")]).contains("2026-11-07 or later"));
    assert_eq!(read(&[("granularity", "HOURLY")]).unwrap().start, date(2026, 11, 7));
}

#[test]
fn days_are_counted_back_from_today_or_named_but_not_both() {
    for other in [("start", "2026-11-01"), ("end", "2026-11-20")] {
        assert_eq!(
            refused(&[("days", "7"), other]),
            "days: not allowed with start or end; send either days, or start and end",
            "{other:?}"
        );
    }
}

#[test]
fn daily_responses_up_to_today_include_the_month_to_date() {
    let month = |pairs: &[_]| read(pairs).unwrap().month_from;
    assert_eq!(month(&[("days", "1")]), Some(date(2026, 11, 1)));
    assert_eq!(month(&[("start", "2026-11-01"), ("end", "2026-11-19")]), None);
    for granularity in ["MONTHLY", "HOURLY"] {
        assert_eq!(month(&[("granularity", granularity)]), None, "{granularity}");
    }
}

#[test]
fn a_comparison_may_reach_back_to_the_first_day_that_aws_has() {
    let compared = |start| read(&[("start", start), ("end", "2026-04-03")]).unwrap().compared;
    assert_eq!((compared("2026-01-01"), compared("2025-12-31")), (Some((date(2025, 10, 1), date(2026, 1, 1))), None));
}

#[test]
fn exclusions_use_awss_names_and_may_leave_no_reductions() {
    let excluded = |names: &str| {
        let query = read(&[("exclude", names)]).unwrap();
        (query.questions().costs.filter, query.has_reductions())
    };
    let none_of =
        |names: &[&str]| vec![CostCondition::NoneOf("RECORD_TYPE", names.iter().map(ToString::to_string).collect())];
    assert_eq!(excluded("tax"), (none_of(&["Tax"]), true));
    assert_eq!(excluded("refund,credit"), (none_of(&["Credit", "Refund"]), false));
    assert_eq!(refused(&[("exclude", "fee")]), "exclude: `fee` is not allowed; allowed: credit, refund, tax");
    assert_eq!(read(&[]).unwrap().questions().costs.filter, []);
}

#[test]
fn only_costs_are_forecast_and_three_groupings_are_too_many() {
    assert_eq!(
        refused(&[("forecast", "true"), ("metric", "UsageQuantity")]),
        "forecast: AWS forecasts costs, not usage; leave forecast out, or send a metric of costs such as UnblendedCost"
    );
    assert_eq!(read(&[("forecast", "false"), ("metric", "UsageQuantity")]).unwrap().forecast, None);
    assert_eq!(
        refused(&[("group_by", "service,region,account")]),
        "group_by: 3 groupings are too many; send at most two"
    );
    assert!(refused(&[("group_by", "tag:")]).starts_with("group_by: `tag:` is not allowed; allowed: service, "));
}

#[test]
fn only_calendar_dates_are_accepted() {
    for text in ["2026-02-30", "2026-13-01", "20261101", "2026-11-1", "2026-11-01T00:00:00", "-002026-01-01", "today"] {
        assert!(refused(&[("start", text)]).starts_with("start: `"), "{text}");
    }
}

#[test]
fn a_comparison_is_with_the_same_number_of_days_that_aws_still_has() {
    assert_eq!(read(&[("days", "7")]).unwrap().compared, Some((date(2026, 11, 6), date(2026, 11, 13))));
    assert_eq!(read(&[("days", "7"), ("compare", "false")]).unwrap().compared, None);
    assert_eq!(read(&[("days", "300")]).unwrap().compared, None);
    assert!(
        refused(&[("days", "300"), ("compare", "true")])
            .starts_with("compare: Cost Explorer has no data before 2025-10-01")
    );
    assert_eq!(read(&[("granularity", "MONTHLY")]).unwrap().compared, None);
    assert!(
        refused(&[("granularity", "HOURLY"), ("compare", "true")])
            .starts_with("compare: Cost Explorer keeps hours for 14 days only")
    );
    assert_eq!(read(&[("granularity", "HOURLY"), ("compare", "false")]).unwrap().compared, None);
}

#[test]
fn a_forecast_runs_to_the_end_of_the_month_even_on_its_last_day() {
    let forecast = |now| read_at(now, &[("forecast", "true")]).unwrap().forecast.unwrap();
    for (now, start, end) in [
        ("2026-11-30T23:00:00Z", date(2026, 11, 30), date(2026, 12, 1)),
        ("2026-12-31T00:00:00Z", date(2026, 12, 31), date(2027, 1, 1)),
        ("2026-11-01T00:00:00Z", date(2026, 11, 1), date(2026, 12, 1)),
    ] {
        assert_eq!(forecast(now), ForecastQuestion { start, end, metric: "UNBLENDED_COST", filter: vec![] });
    }
}

#[test]
fn filters_hold_for_costs_and_forecast() {
    let query = read(&[("services", "AWS Lambda"), ("exclude", "tax"), ("forecast", "true")]).unwrap();
    let expected = [
        CostCondition::NoneOf("RECORD_TYPE", vec!["Tax".into()]),
        CostCondition::OneOf("SERVICE", vec!["AWS Lambda".into()]),
    ];
    assert_eq!(query.questions().costs.filter, expected);
    assert_eq!(query.forecast.unwrap().filter, expected);
}

#[test]
fn a_free_grouping_splits_the_record_types() {
    let groupings = |by: &str| read(&[("group_by", by)]).unwrap().questions().costs.group_by;
    let dimension = Grouping::Dimension;
    assert_eq!(groupings("record_type"), [dimension("RECORD_TYPE")]);
    assert_eq!(groupings("region,account"), [dimension("REGION"), dimension("LINKED_ACCOUNT")]);
    assert_eq!(groupings("tag:a:b"), [Grouping::Tag("a:b".into()), dimension("RECORD_TYPE")]);
    assert_eq!(groupings("cost_category:Team")[0], Grouping::CostCategory("Team".into()));
}

#[test]
fn every_query_is_read_or_refused_by_name() {
    hostile::try_all(PARAMETERS, read);
}

/// Returns the days to compare some months with, and whether one request covers both.
fn months_before(start: &str, end: &str) -> Option<(String, String, bool)> {
    let pairs = [("granularity", "MONTHLY"), ("compare", "true"), ("start", start), ("end", end)];
    let query = read(&pairs).ok()?;
    let (from, to) = query.compared?;
    let questions = query.questions();
    let one = questions.compared.is_none();
    let asked = questions.compared.unwrap_or(questions.costs);
    assert_eq!((asked.start, asked.end), (from, if one { query.end } else { to }));
    Some((from.to_string(), to.to_string(), one))
}

#[test]
fn months_are_compared_with_the_same_days_of_as_many_months_before() {
    for (start, end, from, to, one) in [
        // Whole months.
        ("2026-10-01", "2026-11-01", "2026-09-01", "2026-10-01", true),
        ("2026-03-01", "2026-04-01", "2026-02-01", "2026-03-01", true),
        ("2026-08-01", "2026-11-01", "2026-05-01", "2026-08-01", true),
        // A part of a month, and months of which the last is a part.
        ("2026-11-01", "2026-11-20", "2026-10-01", "2026-10-20", false),
        ("2026-09-01", "2026-11-20", "2026-06-01", "2026-08-20", false),
        ("2026-10-15", "2026-11-15", "2026-09-15", "2026-10-15", false),
        // Days that the other month lacks.
        ("2026-03-01", "2026-03-31", "2026-02-01", "2026-03-01", true),
        ("2026-10-01", "2026-10-31", "2026-09-01", "2026-10-01", true),
        ("2026-03-31", "2026-04-10", "2026-02-28", "2026-03-10", false),
        // The last days of a month, and a month that is shorter than the one before.
        ("2026-10-20", "2026-11-01", "2026-09-20", "2026-10-01", false),
        ("2026-02-01", "2026-02-28", "2026-01-01", "2026-01-28", false),
    ] {
        let expected = Some((from.to_owned(), to.to_owned(), one));
        assert_eq!(months_before(start, end), expected, "{start} to {end}");
    }
    // Cost Explorer has no month before the first, and no 14 months before others.
    assert_eq!(months_before("2025-10-01", "2025-11-01"), None);
    assert_eq!(months_before("2025-10-01", "2026-11-20"), None);
}

#[test]
fn accounts_are_requested_only_where_they_are_not_a_grouping() {
    let accounts = |pairs: &[_]| read(pairs).unwrap().questions().accounts;
    let filter = vec![CostCondition::OneOf("SERVICE", vec!["AWS Lambda".to_owned()])];
    let question = LinkedAccountsQuestion { start: date(2026, 11, 13), end: date(2026, 11, 20), filter };
    let pairs = [("linked_accounts", "true"), ("days", "7"), ("services", "AWS Lambda")];
    assert_eq!(accounts(&pairs), Some(question));
    assert_eq!(accounts(&[("linked_accounts", "true"), ("group_by", "service,account")]), None);
    assert_eq!((accounts(&[]), accounts(&[("linked_accounts", "false")])), (None, None));
    assert!(refused(&[("linked_accounts", "yes")]).ends_with("allowed: true, false"));
}

const EC2: &str = "Amazon Elastic Compute Cloud - Compute";

#[test]
fn movers_by_the_grouping_of_the_costs_are_a_part_of_the_same_request() {
    let asked = |pairs: &[_]| {
        let query = read(&[&[("movers", "true"), ("days", "7")], pairs].concat()).unwrap();
        let questions = query.questions();
        (query.movers_at(), questions.costs.with_usage, questions.movers.is_some(), questions.requests())
    };
    assert_eq!(asked(&[]), (Some((0, 1)), false, false, 1));
    assert_eq!(asked(&[("group_by", "usage_type")]), (Some((0, 1)), true, false, 1));
    assert_eq!(asked(&[("group_by", "record_type,region"), ("movers_by", "region")]), (Some((1, 0)), false, false, 1));
    assert_eq!(asked(&[("group_by", "record_type")]), (Some((0, 0)), false, false, 1));
    // Two other groupings leave none for the record types, and another one is not in the costs.
    assert_eq!(asked(&[("group_by", "service,region")]), (None, false, true, 3));
    assert_eq!(asked(&[("movers_by", "usage_type")]), (None, false, true, 3));
}

#[test]
fn movers_by_something_else_are_two_requests_by_month_about_the_same_costs() {
    let pairs = [("movers", "true"), ("movers_by", "usage_type"), ("days", "7"), ("services", EC2)];
    let query = read(&pairs).unwrap();
    let [before, now] = query.questions().movers.unwrap();
    assert_eq!((before.start, before.end), (date(2026, 11, 6), date(2026, 11, 13)));
    assert_eq!((now.start, now.end), (date(2026, 11, 13), date(2026, 11, 20)));
    let groupings = [Grouping::Dimension("USAGE_TYPE"), Grouping::Dimension("RECORD_TYPE")];
    assert_eq!((now.granularity, now.with_usage, &now.group_by[..]), (Granularity::Monthly, true, &groupings[..]));
    assert_eq!(now.filter, [CostCondition::OneOf("SERVICE", vec![EC2.to_owned()])]);
    assert_eq!(CostQuestion { start: before.start, end: before.end, ..now }, before);
    let by_record_type = read(&[("movers", "true"), ("movers_by", "record_type"), ("group_by", "service,region")]);
    let [_, now] = by_record_type.unwrap().questions().movers.unwrap();
    assert_eq!((&now.group_by[..], now.with_usage), (&[Grouping::Dimension("RECORD_TYPE")][..], false));
    assert_eq!(read(&[("movers", "false"), ("group_by", "service,region")]).unwrap().questions().movers, None);
}

#[test]
fn movers_need_costs_of_the_days_before() {
    for (pairs, said) in [
        (&[("compare", "false")][..], "movers: compares with the days before; leave out compare=false"),
        (&[("granularity", "HOURLY")], "movers: Cost Explorer keeps hours for 14 days only"),
        (&[("days", "300")], "movers: Cost Explorer has no data before 2025-10-01"),
        (&[("metric", "UsageQuantity")], "movers: compares costs, not usage"),
        (&[("movers_by", "flavour")], "movers_by: `flavour` is not allowed; allowed: service, "),
        (&[("movers_by", "tag:")], "movers_by: `tag:` is not allowed; allowed: service, "),
    ] {
        let refused = refused(&[&[("movers", "true")], pairs].concat());
        assert!(refused.starts_with(said), "{refused}");
    }
    assert!(refused(&[("movers_by", "service")]).ends_with("send it with movers=true only"));
    assert!(refused(&[("movers", "yes")]).ends_with("allowed: true, false"));
    // Months are compared only if that is requested, as movers do.
    let months = [("granularity", "MONTHLY"), ("start", "2026-10-01"), ("end", "2026-11-01"), ("movers", "true")];
    assert_eq!(read(&months).unwrap().compared, Some((date(2026, 9, 1), date(2026, 10, 1))));
}

#[test]
fn single_resources_are_of_the_last_fourteen_days_and_of_named_services() {
    let of_resources = [("group_by", "resource"), ("services", EC2)];
    let of = |pairs: &[_]| read(&[&of_resources, pairs].concat());
    let query = of(&[]).unwrap();
    assert_eq!((query.start, query.end), (date(2026, 11, 6), date(2026, 11, 20)));
    let costs = query.questions().costs;
    assert_eq!((costs.start, &costs.group_by[0]), (date(2026, 11, 6), &Grouping::Dimension("RESOURCE_ID")));
    // The month to date and the days before are not there.
    assert_eq!((query.month_from, query.compared), (None, None));
    assert_eq!(of(&[("days", "7")]).unwrap().compared, Some((date(2026, 11, 6), date(2026, 11, 13))));
    assert_eq!(of(&[("movers", "true")]).unwrap().start, date(2026, 11, 13));
    let said = |pairs: &[_]| match of(pairs).unwrap_err() {
        ApiError::InvalidParameter { parameter, message } => format!("{parameter}: {message}"),
        other => panic!("{other:?}"),
    };
    assert!(said(&[("days", "15")]).ends_with("allowed: a whole number from 1 to 14"));
    assert_eq!(
        said(&[("start", "2026-11-05")]),
        "start: `2026-11-05` is not allowed; allowed: 2026-11-06 or later; Cost Explorer keeps single resources for 14 days"
    );
    assert!(
        said(&[("granularity", "HOURLY")]).starts_with("granularity: `HOURLY` is not allowed; allowed: DAILY, MONTHLY")
    );
    assert!(
        said(&[("days", "8"), ("movers", "true")]).starts_with("movers: Cost Explorer has no data before 2026-11-06")
    );
    assert!(refused(&[("group_by", "resource")]).starts_with("services: required for single resources"));
    let by_resource = [("movers", "true"), ("movers_by", "resource")];
    assert!(refused(&by_resource).starts_with("services: required for single resources"));
    let [_, now] = read(&[&by_resource[..], &[("services", EC2)]].concat()).unwrap().questions().movers.unwrap();
    assert_eq!((now.granularity, now.start), (Granularity::Daily, date(2026, 11, 13)));
}

#[test]
fn anomalies_are_of_the_last_ninety_days() {
    let asked = |pairs: &[_]| read(pairs).unwrap().questions().anomalies;
    let (start, end) = (date(2026, 8, 22), date(2026, 11, 20));
    assert_eq!(asked(&[("anomalies", "true"), ("days", "90")]), Some(AnomaliesQuestion { start, end }));
    assert_eq!((asked(&[]), asked(&[("anomalies", "false"), ("days", "91")])), (None, None));
    assert_eq!(
        refused(&[("anomalies", "true"), ("days", "91")]),
        "anomalies: Cost Anomaly Detection keeps 90 days, and 2026-08-21 is before 2026-08-22; send fewer days, or leave \
         anomalies out"
    );
}

#[test]
fn a_price_above_the_limit_is_refused_before_anything_is_requested() {
    let all = [("movers", "true"), ("movers_by", "account"), ("anomalies", "true"), ("forecast", "true")];
    let within = |most, pairs: &[_]| read(&[&[("max_cost_usd", most)], pairs].concat());
    assert_eq!(
        match within("0.05", &all).unwrap_err() {
            ApiError::InvalidParameter { parameter, message } => format!("{parameter}: {message}"),
            other => panic!("{other:?}"),
        },
        "max_cost_usd: AWS would bill $0.0600 for this, which is above $0.0500: 6 requests to Cost Explorer, at $0.01 for \
         each page; leave out what is a request of its own, or send max_cost_usd=0.0600 or more. Nothing has been billed"
    );
    assert!(within("0.06", &all).is_ok());
    // Budgets are free.
    assert!(within("0.01", &[("budgets", "true"), ("movers", "true")]).is_ok());
    assert!(within("0.0099", &[]).unwrap_err().to_string().contains(": 1 request to Cost Explorer, at"));
}

#[test]
fn a_table_is_about_one_thing() {
    let rows = |pairs: &[_]| read(&[&[("format", "csv")], pairs].concat()).map(|query| query.rows);
    let (movers, anomalies, budgets) = (("movers", "true"), ("anomalies", "true"), ("budgets", "true"));
    for (pairs, expected) in [
        (&[][..], Rows::Groups),
        (&[movers], Rows::Movers),
        (&[anomalies], Rows::Anomalies),
        (&[budgets], Rows::Budgets),
    ] {
        assert_eq!(rows(pairs).unwrap(), expected);
    }
    assert!(rows(&[movers, budgets]).unwrap_err().to_string().starts_with("format: a table is about one thing"));
    assert!(read(&[movers, anomalies, budgets]).is_ok());
}
