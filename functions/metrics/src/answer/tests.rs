//! The shape of both forms of a response.

use api::Query;
use collector::services::ec2::instance::Instance;
use collector::{AwsRequests, Detail, Gap, GapStatus, Inventory};

use super::*;
use crate::query::{MetricsQuery, PARAMETERS};

/// Returns a series with these values of each statistic.
fn series(statistics: &[&[(&str, f64)]], status: SeriesStatus) -> Series {
    let of_statistic =
        |values: &&[(&str, f64)]| values.iter().map(|(at, value)| (at.parse().unwrap(), *value)).collect();
    Series { values: statistics.iter().map(of_statistic).collect(), status }
}

fn read(parameters: &[(&str, &str)]) -> MetricsQuery {
    let query = Query::parse(parameters.iter().copied(), PARAMETERS).unwrap();
    MetricsQuery::from_query(&query, "2026-11-20T10:37:12Z".parse().unwrap()).unwrap()
}

/// Returns a coverage with a gap.
fn common() -> Coverage {
    let gap = Gap {
        region: "us-east-1".into(),
        service: "cloudwatch",
        operation: "GetMetricData",
        resource_types: vec!["ec2"],
        status: GapStatus::Throttled,
        code: "Throttling".into(),
        message: "Rate exceeded".into(),
    };
    let requests = AwsRequests {
        total: 1,
        by_operation: [("cloudwatch:GetMetricData".into(), 1)].into(),
        estimated_cost_usd: "0.0000".into(),
        micro_usd: 0,
    };
    Coverage { account: Some("123456789012".into()), partial: true, gaps: vec![gap], aws_requests: requests }
}

#[test]
fn a_response_has_each_series_with_its_coverage() {
    let parameters = [
        ("resource_type", "ec2"),
        ("resource_ids", "i-0123456789abcdef0,i-0123456789abcdef1"),
        ("region", "us-east-1"),
        ("hours", "3"),
        ("period", "3600"),
        ("metrics", "cpu,NetworkIn"),
    ];
    let MetricsQuery::ByIds(query) = read(&parameters) else { panic!("{parameters:?}") };
    let common = common();
    let average: &[_] = &[("2026-11-20T07:00:00Z", 41.5), ("2026-11-20T09:00:00Z", 40.0)];
    let maximum: &[_] = &[("2026-11-20T07:00:00Z", 58.2)];
    let measured = vec![
        series(&[average, maximum], SeriesStatus::PartialData),
        series(&[&[("2026-11-20T08:00:00Z", 1e6)]], SeriesStatus::Complete),
        series(&[&[], &[]], SeriesStatus::Complete),
        series(&[&[]], SeriesStatus::Missing),
    ];
    let measured = Measured { series: measured, listed: None };
    let (data, coverage) = by_ids(&query, measured, common);
    insta::assert_json_snapshot!(serde_json::json!({"data": data, "meta": coverage}));
}

#[test]
fn a_response_to_filters_is_a_list_of_resources_with_their_value_and_coverage() {
    let parameters = [
        ("types", "ec2,lambda"),
        ("sort", "cpu:Maximum"),
        ("hours", "3"),
        ("period", "3600"),
        ("statistics", "Average"),
    ];
    let MetricsQuery::ByFilters(query) = read(&parameters) else { panic!("{parameters:?}") };
    let instance = |id: &str, name: Option<&str>| Resource {
        id: id.to_owned(),
        region: Some("us-east-1".to_owned()),
        name: name.map(str::to_owned),
        arn: Some(format!("arn:aws:ec2:us-east-1:123456789012:instance/{id}")),
        tags: None,
        detail: Detail::Ec2(Box::<Instance>::default()),
    };
    let resources = vec![instance("i-1", None), instance("i-2", Some("batch")), instance("i-3", None)];
    let inventory = Inventory {
        resources,
        regions: vec!["eu-west-1".to_owned(), "us-east-1".to_owned()],
        types: query.wanted.types.clone(),
        listed: [(ResourceType::Ec2, "us-east-1".to_owned())].into(),
    };
    let matching: Vec<_> = inventory.resources.iter().collect();
    let average: &[_] = &[("2026-11-20T07:00:00Z", 41.5)];
    let maximum: &[_] = &[("2026-11-20T07:00:00Z", 58.2)];
    let ranked = |index, value, status, series| Ranked { index, value, status, series: vec![series] };
    let ranked = vec![
        ranked(1, Some(58.2), SeriesStatus::Complete, series(&[average, maximum], SeriesStatus::Complete)),
        ranked(0, None, SeriesStatus::Missing, series(&[average, maximum], SeriesStatus::Complete)),
    ];
    let data = Data::Sorted(entries(&query, &matching, ranked));
    let coverage = by_filters(&query, Counts::of(&inventory, matching), common());
    insta::assert_json_snapshot!(serde_json::json!({"data": data, "meta": coverage}));
}
