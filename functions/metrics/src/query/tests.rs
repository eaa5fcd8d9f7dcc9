//! The parameters for ids, and the two ways to choose resources.

use super::*;

const ID: &str = "i-0123456789abcdef0";

fn read(pairs: &[(&str, &str)]) -> Result<ByIds, ApiError> {
    let mut all = vec![("resource_type", "ec2"), ("resource_ids", ID), ("region", "us-east-1")];
    all.retain(|(name, _)| !pairs.iter().any(|(other, _)| other == name));
    all.extend(pairs.iter().filter(|(_, value)| *value != "-"));
    let query = MetricsQuery::from_query(&Query::parse(all, PARAMETERS)?, "2026-11-20T10:37:12Z".parse().unwrap())?;
    let MetricsQuery::ByIds(query) = query else { panic!("{query:?}") };
    Ok(query)
}

/// Reads a call with just these parameters.
fn read_any(pairs: &[(&str, &str)]) -> Result<MetricsQuery, ApiError> {
    let query = Query::parse(pairs.iter().copied(), PARAMETERS)?;
    MetricsQuery::from_query(&query, "2026-11-20T10:37:12Z".parse().unwrap())
}

fn refused(pairs: &[(&str, &str)]) -> String {
    name_of(read(pairs).unwrap_err())
}

fn name_of(error: ApiError) -> String {
    match error {
        ApiError::InvalidParameter { parameter, message } => format!("{parameter}: {message}"),
        other => panic!("{other:?}"),
    }
}

fn measured(query: &ByIds) -> Vec<(&str, &str, Vec<&str>)> {
    query
        .metrics
        .iter()
        .map(|n| (n.name.as_str(), n.metric.cloudwatch_name, n.statistics.iter().map(String::as_str).collect()))
        .collect()
}

#[test]
fn the_default_is_the_cpu_of_a_day_by_the_hour() {
    let query = read(&[("hours", "24")]).unwrap();
    assert_eq!(measured(&query), [("cpu", "CPUUtilization", vec!["Average", "Maximum"])]);
    assert_eq!((query.window.period, query.window.periods()), (3_600, 24));
    assert_eq!(query.window, read(&[]).unwrap().window);
}

#[test]
fn a_metric_is_accepted_by_either_name_and_only_once() {
    let query = read(&[("metrics", "NetworkIn,cpu"), ("statistics", "p99.9,Sum")]).unwrap();
    assert_eq!(
        measured(&query),
        [("NetworkIn", "NetworkIn", vec!["p99.9", "Sum"]), ("cpu", "CPUUtilization", vec!["p99.9", "Sum"])]
    );
    assert_eq!(
        refused(&[("metrics", "cpu,CPUUtilization")]),
        "metrics: `cpu` and `CPUUtilization` are the same metric; send one of them"
    );
    assert!(
        refused(&[("metrics", "memory")]).starts_with("metrics: `memory` is not allowed; allowed: cpu, network_in")
    );
}

#[test]
fn each_type_has_its_metrics() {
    let rds = read(&[("resource_type", "rds"), ("resource_ids", "orders")]).unwrap();
    assert_eq!(measured(&rds).iter().map(|(name, ..)| *name).collect::<Vec<_>>(), ["cpu", "connections"]);
    let lambda = read(&[("resource_type", "lambda"), ("resource_ids", "order-created")]).unwrap();
    assert_eq!(measured(&lambda)[0], ("invocations", "Invocations", vec!["Sum"]));
    let s3 = read(&[("resource_type", "s3"), ("resource_ids", "acme.assets")]).unwrap();
    assert_eq!((s3.window.period, s3.window.periods()), (86_400, 1));
}

#[test]
fn a_missing_parameter_that_is_required_is_refused_by_name() {
    assert!(
        refused(&[("resource_type", "-")]).starts_with("resource_type: required: one of ec2, rds, s3, lambda, ebs")
    );
    assert!(
        refused(&[("resource_type", "ec2,rds")]).starts_with("resource_type: `ec2,rds` is not allowed; allowed: ec2")
    );
    assert!(refused(&[("resource_type", "eip")]).starts_with("resource_type: `eip` is not allowed"));
    assert!(refused(&[("region", "-")]).starts_with("region: required"));
    let two = refused(&[("region", "us-east-1,eu-west-1")]);
    assert!(two.ends_with("is not allowed; allowed: the name of one AWS region such as eu-west-1"), "{two}");
}

#[test]
fn ids_must_match_the_type() {
    for (kind, id) in [
        ("ec2", "i-123"),
        ("ec2", "vol-0123456789abcdef0"),
        ("ec2", "i-0123456789ABCDEF0"),
        ("rds", "a b"),
        ("s3", "a/b"),
        ("lambda", "<x>"),
    ] {
        assert!(refused(&[("resource_type", kind), ("resource_ids", id)]).starts_with("resource_ids: "), "{kind} {id}");
    }
    let many: Vec<_> = (0..501).map(|n| format!("i-{n:08x}")).collect();
    assert!(
        refused(&[("resource_ids", &many.join(","))]).ends_with("501 ids are too many for one call; send at most 500")
    );
    assert_eq!(read(&[("resource_ids", &many[..500].join(","))]).unwrap().measurements().wanted.len(), 500);
}

#[test]
fn cloudwatch_must_keep_a_period_over_the_whole_window() {
    for (hours, period, ok) in [
        ("24", "60", true),
        ("24", "90", false),
        ("360", "60", false),
        ("360", "300", true),
        ("1512", "300", false),
        ("1512", "3600", true),
        ("24", "30", false),
        ("24", "86401", false),
    ] {
        let query = read(&[("hours", hours), ("period", period)]);
        assert_eq!(query.is_ok(), ok, "{hours} hours by {period}: {query:?}");
    }
    assert_eq!(
        refused(&[("hours", "360"), ("period", "60")]),
        "period: `60` is not allowed; allowed: multiples of 300 seconds up to 86400, for these metrics over 360 hours"
    );
    assert!(refused(&[("metrics", "cpu_credit_balance"), ("period", "60")]).contains("multiples of 300"));
    assert_eq!(
        refused(&[("resource_type", "s3"), ("resource_ids", "assets"), ("period", "3600")]),
        "period: `3600` is not allowed; allowed: only 86400, for these metrics over 24 hours"
    );
    assert!(refused(&[("period", "7")]).contains("multiples of 60 seconds up to 86400"));
    assert!(
        refused(&[("hours", "10921")])
            .starts_with("hours: `10921` is not allowed; allowed: a whole number from 1 to 10920")
    );
}

#[test]
fn a_period_fits_into_the_requested_hours() {
    assert_eq!(
        refused(&[("hours", "1"), ("period", "86400")]),
        "period: `86400` seconds are longer than the 1 hour requested; send hours=24 or more, or a period of at \
         most 3600"
    );
    assert!(refused(&[("hours", "2"), ("period", "7260")]).contains("than the 2 hours requested; send hours=3 or"));
    for (hours, period) in [("1", "3600"), ("2", "7200"), ("24", "86400")] {
        assert!(read(&[("hours", hours), ("period", period)]).is_ok(), "{hours} {period}");
    }
    let of_bucket = |hours| [("resource_type", "s3"), ("resource_ids", "assets"), ("hours", hours)];
    let daily = "hours: `23` is not allowed; allowed: 24 or more: AWS measures these metrics every 86400 seconds";
    assert_eq!(refused(&of_bucket("23")), daily);
    assert_eq!(refused(&[&of_bucket("23")[..], &[("period", "86400")]].concat()), daily);
    assert_eq!(read(&of_bucket("24")).unwrap().window.periods(), 1);
}

#[test]
fn a_response_that_would_not_fit_is_refused_before_it_costs_anything() {
    let many: Vec<_> = (0..500).map(|n| format!("i-{n:08x}")).collect();
    let many = many.join(",");
    assert!(read(&[("resource_ids", &many)]).is_ok());
    assert!(
        refused(&[("resource_ids", &many), ("period", "60")])
            .starts_with("period: too many datapoints for one response")
    );
}

#[test]
fn every_query_is_read_or_refused_by_name() {
    hostile::try_all(PARAMETERS, read_any);
    hostile::try_all(PARAMETERS, |pairs| {
        let with_ids = [("resource_type", "ec2"), ("resource_ids", ID), ("region", "us-east-1")];
        let others = with_ids.iter().filter(|(name, _)| !pairs.iter().any(|(other, _)| other == name));
        read_any(&others.chain(pairs).copied().collect::<Vec<_>>())
    });
}

#[test]
fn ids_and_filters_exclude_each_other() {
    for (name, value) in [
        ("regions", "us-east-1"),
        ("types", "ec2"),
        ("states", "running"),
        ("tags", "env"),
        ("sort", "cpu:Maximum"),
        ("limit", "5"),
    ] {
        assert_eq!(
            refused(&[(name, value)]),
            format!(
                "{name}: not allowed with resource_ids, which choose the resources already; leave it out, or leave out \
                 resource_ids, resource_type and region to choose resources by filters"
            )
        );
        assert!(matches!(read_any(&[(name, value)]), Ok(MetricsQuery::ByFilters(_))), "{name}");
    }
    let alone = |name, value| name_of(read_any(&[(name, value)]).unwrap_err());
    assert_eq!(
        alone("resource_type", "ec2"),
        "resource_type: allowed only with resource_ids, which is missing; for resources that are chosen by filters, \
         send types"
    );
    assert!(alone("region", "us-east-1").ends_with("for resources that are chosen by filters, send regions"));
    assert!(alone("exists", "true").ends_with("resources that are chosen by filters all exist: leave it out"));
}

#[test]
fn the_type_is_listed_only_if_that_is_requested() {
    assert!(read(&[("exists", "true")]).unwrap().measurements().list);
    assert!(!read(&[("exists", "false")]).unwrap().measurements().list);
    assert!(!read(&[]).unwrap().measurements().list);
    assert_eq!(refused(&[("exists", "yes")]), "exists: `yes` is not allowed; allowed: true, false");
}

#[test]
fn the_price_of_ids_is_limited_only_on_request() {
    let many: Vec<_> = (0..500).map(|n| format!("i-{n:08x}")).collect();
    let many = many.join(",");
    let of = |most| [("resource_ids", many.as_str()), ("metrics", "cpu,network_in"), ("max_cost_usd", most)];
    assert!(read(&of("0.01")).is_ok());
    assert_eq!(
        refused(&of("0.0099")),
        "max_cost_usd: AWS would bill $0.0100 for this, which is above $0.0099: 1000 metrics of 500 resources, at $0.01 \
         per 1,000 metrics; send fewer resource_ids, metrics or statistics, or send max_cost_usd=0.0100 or more. Nothing \
         has been billed"
    );
    assert!(refused(&[("max_cost_usd", "0")]).starts_with("max_cost_usd: `0` is not allowed"));
}
