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
