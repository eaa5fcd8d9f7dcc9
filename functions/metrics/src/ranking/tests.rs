//! The stages and their price, and what does not fit.

use api::Query;
use collector::Detail;
use collector::services::ec2::instance::Instance;
use collector::services::rds::instance::Database;

use super::*;
use crate::query::{MetricsQuery, PARAMETERS};

fn query(pairs: &[(&str, &str)]) -> ByFilters {
    let query = Query::parse(pairs.iter().copied(), PARAMETERS).unwrap();
    let query = MetricsQuery::from_query(&query, "2026-11-20T10:37:12Z".parse().unwrap()).unwrap();
    let MetricsQuery::ByFilters(query) = query else { panic!("{query:?}") };
    query
}

/// Returns so many instances and databases, in the order of an inventory.
fn resources(instances: usize, databases: usize) -> Vec<Resource> {
    let resource = |id: String, detail: Detail| Resource {
        id,
        region: Some("us-east-1".to_owned()),
        name: None,
        arn: None,
        tags: None,
        detail,
    };
    let instance = |n| resource(format!("i-{n:05}"), Detail::Ec2(Box::<Instance>::default()));
    let database = |n| resource(format!("db-{n:05}"), Detail::Rds(Box::<Database>::default()));
    (0..instances).map(instance).chain((0..databases).map(database)).collect()
}

/// Returns the plan for so many instances and databases, the resources and the metrics that it measures.
fn planned(pairs: &[(&str, &str)], instances: usize, databases: usize) -> (Plan, usize, u64) {
    let found = resources(instances, databases);
    let (plan, Quote { resources, metrics, .. }) = plan(&query(pairs), &found.iter().collect::<Vec<_>>());
    (plan, resources, metrics)
}

#[test]
fn without_an_order_only_the_entries_are_measured() {
    assert_eq!(planned(&[("types", "ec2,rds"), ("limit", "5")], 3, 100), (Plan::Unsorted, 5, 3 + 2 * 2));
    assert_eq!(planned(&[("types", "ec2,rds")], 3, 4), (Plan::Unsorted, 7, 3 + 4 * 2));
    assert_eq!(planned(&[("types", "ec2")], 0, 0), (Plan::Unsorted, 0, 0));
}

#[test]
fn the_rest_is_measured_of_the_first_alone_where_that_costs_less() {
    let sorted = ("sort", "cpu:Maximum");
    // 1,000 metrics of the instances to sort them, then four each of five.
    let four = ("metrics", "cpu,network_in,network_out,disk_read_ops");
    assert_eq!(planned(&[sorted, ("types", "ec2"), four, ("limit", "5")], 1_000, 0), (Plan::SortedFirst, 1_000, 1_020));
    // All of ten in one stage are 40, instead of 10 and 40.
    assert_eq!(planned(&[sorted, ("types", "ec2"), four], 10, 0), (Plan::AtOnce, 10, 40));
    // Nothing but the metric to sort by.
    assert_eq!(planned(&[sorted, ("types", "ec2"), ("limit", "5")], 1_000, 0), (Plan::AtOnce, 1_000, 1_000));
    // The first three may all be databases, with two metrics each.
    assert_eq!(planned(&[sorted, ("limit", "3")], 1_000, 10), (Plan::SortedFirst, 1_010, 1_010 + 6));
    assert_eq!(planned(&[sorted, ("limit", "50")], 1_000, 10), (Plan::AtOnce, 1_010, 1_020));
}

#[test]
fn more_than_five_statistics_are_billed_as_two_metrics() {
    let six = [("types", "ec2"), ("metrics", "cpu"), ("statistics", "p50,p90,p95,p99,Maximum,Minimum")];
    assert_eq!(planned(&six, 10, 0), (Plan::Unsorted, 10, 20));
    // Average takes two more statistics to be derived of a whole window, and four and those are six.
    let four = [("types", "ec2"), ("metrics", "cpu"), ("statistics", "p50,p90,p99,Average"), ("sort", "cpu:Average")];
    assert_eq!(planned(&four, 10, 0), (Plan::AtOnce, 10, 20));
    assert_eq!(planned(&[&four[..], &[("limit", "1")]].concat(), 10, 0), (Plan::SortedFirst, 10, 11));
}

#[test]
fn too_many_datapoints_are_not_read_to_keep_a_few() {
    let minutes = [("types", "ec2"), ("sort", "cpu:Maximum"), ("period", "60"), ("limit", "5")];
    assert_eq!(planned(&minutes, 300, 0), (Plan::AtOnce, 300, 300));
    assert_eq!(planned(&minutes, 400, 0), (Plan::SortedFirst, 400, 405));
}

#[test]
fn what_does_not_fit_is_refused_by_what_was_found() {
    let minutes = query(&[("types", "ec2"), ("period", "60")]);
    let fits = |instances| {
        let found = resources(instances, 0);
        fits(&minutes, &found.iter().collect::<Vec<_>>()).map_err(|error| error.to_string())
    };
    assert_eq!(fits(20), Ok(()));
    assert_eq!(
        fits(2_000),
        Err("limit: too many datapoints for one response of 100 resources, about 5 times what fits; request a lower \
             limit, a longer period, or fewer hours or metrics"
            .to_owned())
    );
}

#[test]
fn nothing_is_what_is_missing_altogether() {
    let series = |status| vec![Series { values: Vec::new(), status }];
    assert!(!is_nothing(&[]) && !is_nothing(&[Vec::new()]));
    assert!(is_nothing(&[series(SeriesStatus::Missing), series(SeriesStatus::Missing)]));
    assert!(!is_nothing(&[series(SeriesStatus::Missing), series(SeriesStatus::Complete)]));
}
