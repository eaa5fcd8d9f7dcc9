//! Which types and metrics a request by filters is about.

use collector::Catalog;

use super::*;
use crate::query::{MetricsQuery, PARAMETERS};

fn read(pairs: &[(&str, &str)]) -> Result<ByFilters, ApiError> {
    let query = Query::parse(pairs.iter().copied(), PARAMETERS)?;
    let query = MetricsQuery::from_query(&query, "2026-11-20T10:37:12Z".parse().unwrap())?;
    let MetricsQuery::ByFilters(query) = query else { panic!("{query:?}") };
    Ok(query)
}

fn refused(pairs: &[(&str, &str)]) -> String {
    read(pairs).unwrap_err().to_string()
}

/// Returns each type with its metrics and their statistics.
fn measured(query: &ByFilters) -> Vec<String> {
    let named = |named: &NamedMetric| format!("{}={}", named.name, named.statistics.join("+"));
    let of_type = |(kind, metrics): (&ResourceType, &Vec<NamedMetric>)| {
        format!("{kind}: {}", metrics.iter().map(named).collect::<Vec<_>>().join(" "))
    };
    query.metrics.iter().map(of_type).collect()
}

/// Returns each type that is `wanted` with its usual metrics, in the same format.
fn usual(wanted: impl Fn(ResourceType, &Catalog) -> bool) -> Vec<String> {
    let of_type = |kind: ResourceType| {
        let catalog = kind.catalog().filter(|catalog| wanted(kind, catalog))?;
        let metrics = catalog.usual().iter().map(|metric| format!("{}={}", metric.name, metric.statistics.join("+")));
        Some(format!("{kind}: {}", metrics.collect::<Vec<_>>().join(" ")))
    };
    ResourceType::ALL.into_iter().filter_map(of_type).collect()
}

fn not_measured(query: &ByFilters) -> Vec<String> {
    query.not_measured.iter().map(|(kind, why)| format!("{kind}: {why}")).collect()
}

#[test]
fn without_parameters_every_type_has_its_usual_metrics_except_daily_ones() {
    let query = read(&[]).unwrap();
    assert_eq!(measured(&query), usual(|kind, _| kind != ResourceType::S3 && !kind.is_on_request()));
    for line in ["rds: cpu=Average+Maximum connections=Average+Maximum", "lambda: invocations=Sum errors=Sum"] {
        assert!(measured(&query).contains(&line.to_owned()), "{line}");
    }
    assert_eq!((query.window.period, query.window.periods()), (3_600, 24));
    assert_eq!(
        not_measured(&query),
        [
            "s3: AWS measures it every 86400 seconds; request it with types, or this period",
            "service_quota: it is listed on request: name it in types",
        ]
    );
    assert_eq!(
        (query.limit, query.max_cost, query.wanted.regions.clone(), query.wanted.tags),
        (100, 500_000, None, false)
    );
    assert!(query.filter.is_empty() && query.sort.is_none());
    for daily in [[("period", "86400")], [("hours", "361")]] {
        let query = read(&daily).unwrap();
        assert!(query.wanted.types.contains(&ResourceType::S3), "{daily:?}");
        assert_eq!(not_measured(&query), ["service_quota: it is listed on request: name it in types"], "{daily:?}");
        assert_eq!(query.window.period, 86_400);
    }
}

#[test]
fn one_window_holds_for_all_types_that_are_named() {
    let query = read(&[("types", "s3,ec2")]).unwrap();
    assert_eq!(query.wanted.types, [ResourceType::Ec2, ResourceType::S3]);
    assert_eq!((query.window.period, query.window.periods()), (86_400, 1));
    assert!(query.not_measured.is_empty());
    assert!(
        refused(&[("types", "s3,ec2"), ("hours", "6")]).starts_with("hours: `6` is not allowed; allowed: 24 or more")
    );
}

#[test]
fn all_types_are_all_that_are_measured() {
    let query = read(&[("types", "all")]).unwrap();
    assert_eq!((measured(&query), not_measured(&query)), (usual(|_, _| true), vec![]));
    assert_eq!(query.window.period, 86_400);
    assert!(refused(&[("types", "s3,all")]).starts_with("types: `all` stands for every value; send it alone"));
}

#[test]
fn without_types_those_that_have_the_metrics_are_measured() {
    let query = read(&[("sort", "cpu:Maximum")]).unwrap();
    let with_cpu = |_, catalog: &Catalog| catalog.find("cpu").is_some();
    assert_eq!(measured(&query), usual(with_cpu));
    assert!(measured(&query).starts_with(&["ec2: cpu=Average+Maximum".to_owned()]) && usual(with_cpu).len() > 2);
    let query = read(&[("metrics", "errors,CPUUtilization")]).unwrap();
    let lines = measured(&query);
    assert_eq!(
        lines.iter().filter(|line| line.ends_with(": CPUUtilization=Average+Maximum")).count(),
        usual(with_cpu).len()
    );
    assert_eq!(lines.iter().filter(|line| !line.contains("CPU")).collect::<Vec<_>>(), ["lambda: errors=Sum"]);
    assert!(query.not_measured.is_empty());
}

#[test]
fn a_named_type_without_the_metrics_is_not_measured_and_that_is_visible() {
    let query = read(&[("types", "ec2,lambda"), ("metrics", "cpu")]).unwrap();
    assert_eq!(
        (measured(&query), query.wanted.types.clone()),
        (vec!["ec2: cpu=Average+Maximum".to_owned()], vec![ResourceType::Ec2])
    );
    assert_eq!(not_measured(&query), ["lambda: it has none of the requested metrics"]);
    let query = read(&[("types", "ec2,lambda"), ("sort", "errors:Sum")]).unwrap();
    assert_eq!(
        (measured(&query), not_measured(&query)),
        (vec!["lambda: invocations=Sum errors=Sum".to_owned()], vec!["ec2: it has no metric errors".to_owned()])
    );
}

#[test]
fn what_is_sorted_by_is_measured_too() {
    let query =
        read(&[("types", "ec2"), ("metrics", "network_in"), ("sort", "cpu:Minimum"), ("statistics", "Sum")]).unwrap();
    assert_eq!(measured(&query), ["ec2: network_in=Sum cpu=Sum+Minimum"]);
    let query = read(&[("types", "ec2"), ("metrics", "cpu"), ("sort", "CPUUtilization:Maximum")]).unwrap();
    assert_eq!(measured(&query), ["ec2: cpu=Average+Maximum"]);
}

#[test]
fn a_metric_that_no_type_has_is_refused_with_those_that_they_have() {
    assert_eq!(
        refused(&[("types", "lambda"), ("metrics", "cpu")]),
        "metrics: `cpu` is not allowed; allowed: for lambda: invocations, errors, throttles, duration, \
         concurrent_executions; or CloudWatch's own names for them"
    );
    assert!(refused(&[("metrics", "warmth")]).starts_with("metrics: `warmth` is not allowed; allowed: for ec2: cpu, "));
    assert!(
        refused(&[("types", "s3"), ("sort", "cpu:Maximum")])
            .starts_with("sort: `cpu` is not allowed; allowed: for s3: ")
    );
    assert!(
        refused(&[("sort", "warmth:Maximum")]).starts_with("sort: `warmth` is not allowed; allowed: for ec2: cpu, ")
    );
    // Only databases and instances have what is sorted by.
    assert!(
        refused(&[("sort", "cpu:Maximum"), ("metrics", "errors")])
            .starts_with("metrics: `errors` is not allowed; allowed: for ec2: cpu, ")
    );
    assert!(refused(&[("metrics", "cpu,CPUUtilization")]).ends_with("are the same metric; send one of them"));
}

#[test]
fn each_bad_value_is_refused_by_name() {
    assert!(
        refused(&[("types", "eip")]).starts_with("types: `eip` is not allowed; allowed: ec2, rds, s3, lambda, ebs")
    );
    assert!(refused(&[("regions", "mars")]).starts_with("regions: `mars` is not allowed"));
    assert!(refused(&[("limit", "501")]).ends_with("a whole number from 1 to 500"));
    assert!(refused(&[("limit", "0")]).ends_with("a whole number from 1 to 500"));
    assert!(refused(&[("max_cost_usd", "100.5")]).starts_with("max_cost_usd: `100.5` is not allowed"));
    assert!(
        refused(&[("types", "rds"), ("states", "running")])
            .starts_with("states: `running` is not allowed; allowed: for rds")
    );
    assert!(refused(&[("sort", "duration:p99")]).starts_with("sort: `p99` of 24 periods can't be derived"));
    assert!(read(&[("sort", "duration:p99"), ("period", "86400")]).is_ok());
}

#[test]
fn tags_are_listed_only_if_they_are_filtered_by() {
    assert!(read(&[("tags", "env:prod")]).unwrap().wanted.tags);
    assert!(!read(&[("states", "running")]).unwrap().wanted.tags);
}
