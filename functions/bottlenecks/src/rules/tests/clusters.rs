//! Rules about OpenSearch domains and Redshift clusters.

use collector::services::opensearch::OpenSearchDomain;
use collector::services::redshift::RedshiftCluster;

use super::*;

/// The thresholds that are tested here, and a rule that has none.
pub(super) const TESTED: [(&str, &str); 2] = [("opensearch_red", ""), ("redshift_no_connections", "days")];

/// An active domain whose data nodes have volumes of 100 GiB, with `change` made to it.
pub(super) fn domain(change: impl FnOnce(&mut OpenSearchDomain)) -> Resource {
    let mut detail = OpenSearchDomain {
        status: Some("Active".to_owned()),
        storage_gb: Some(100),
        domain_id: Some("123456789012/logs".to_owned()),
        ..OpenSearchDomain::default()
    };
    change(&mut detail);
    resource("logs", Detail::Opensearch(Box::new(detail)))
}

/// An available cluster, with `change` made to it.
pub(super) fn warehouse(change: impl FnOnce(&mut RedshiftCluster)) -> Resource {
    let mut detail = RedshiftCluster { status: Some("available".to_owned()), ..RedshiftCluster::default() };
    change(&mut detail);
    resource("sales", Detail::Redshift(Box::new(detail)))
}

/// Returns how many minutes before now a period starts.
fn minutes_ago(at: Timestamp) -> i64 {
    (now().as_second() - at.as_second()) / 60
}

/// Returns how many days before today a period starts.
fn days_ago(at: Timestamp) -> i64 {
    "2026-11-20T00:00:00Z".parse::<Timestamp>().unwrap().duration_since(at).as_hours() / 24
}

#[test]
fn a_cluster_is_idle_without_connections_on_each_of_the_days() {
    let judge = |days, value: fn(i64) -> Option<f64>| {
        let thresholds = changed("redshift_no_connections", "days", days);
        judged_by(&thresholds, 24, "redshift_no_connections", &warehouse(|_| ()), |_, at| value(days_ago(at)))
    };
    let found = judge(7.0, |_| Some(0.0)).unwrap().unwrap();
    assert_eq!((found.observed.value, found.observed.threshold), (0.0, 0.0));
    assert!(found.recommendation.contains("pause it"), "{}", found.recommendation);
    // The connection of the seventh day counts only as long as the day does.
    assert_eq!(judge(7.0, |day| Some(if day == 7 { 1.0 } else { 0.0 })), Ok(None));
    assert!(judge(6.0, |day| Some(if day == 7 { 1.0 } else { 0.0 })).unwrap().is_some());
    assert_eq!(judge(7.0, |day| Some(if day == 0 { 1.0 } else { 0.0 })), Ok(None));
    let new = judge(7.0, |day| (day < 7).then_some(0.0)).unwrap_err();
    assert_eq!(new.kind, ReasonKind::InsufficientData);
}

#[test]
fn a_cluster_that_cant_be_connected_to_is_not_judged() {
    let status = |status: Option<&str>| {
        rule("redshift_no_connections").applies(&warehouse(|cluster| cluster.status = status.map(str::to_owned)))
    };
    assert_eq!((status(Some("deleting")), status(Some("final-snapshot"))), (Ok(false), Ok(false)));
    assert_eq!((status(Some("modifying")), status(Some("available, prep-for-resize"))), (Ok(true), Ok(true)));
    let paused = status(Some("paused")).unwrap_err();
    assert_eq!((paused.kind, paused.detail.as_str()), (ReasonKind::NotRunning, "the cluster is paused"));
    assert_eq!(status(None).unwrap_err().detail, "Redshift returned no status");
}

#[test]
fn a_domain_is_red_by_its_newest_minute() {
    let judge =
        |value: fn(i64) -> Option<f64>| judged("opensearch_red", &domain(|_| ()), |_, at| value(minutes_ago(at)));
    let found = judge(|_| Some(1.0)).unwrap().unwrap();
    assert_eq!((found.observed.value, found.observed.threshold), (1.0, 1.0));
    assert!(found.recommendation.contains("_cluster/allocation/explain"), "{}", found.recommendation);
    assert_eq!(judge(|_| Some(0.0)), Ok(None));
    assert_eq!(judge(|_| Some(0.5)), Ok(None));
    // It was red, and is not any more; or the other way round, with the newest minutes still missing.
    assert_eq!(judge(|ago| Some(if ago > 5 { 1.0 } else { 0.0 })), Ok(None));
    assert!(judge(|ago| (ago > 5).then_some(if ago > 8 { 0.0 } else { 1.0 })).unwrap().is_some());
    assert_eq!(judge(|_| None).unwrap_err().kind, ReasonKind::InsufficientData);
}

#[test]
fn storage_is_low_if_it_is_in_each_of_five_minutes() {
    let judge = |value: fn(i64) -> Option<f64>| {
        judged("opensearch_low_storage", &domain(|_| ()), |_, at| value(minutes_ago(at)))
    };
    let found = judge(|_| Some(10_240.0)).unwrap().unwrap();
    assert_eq!((found.observed.value, found.observed.threshold), (10_240.0, 25_600.0));
    assert!(
        found.recommendation.contains("volumes of 100.0 GiB: 10.0 GiB are free on the node"),
        "{}",
        found.recommendation
    );
    assert_eq!(judge(|ago| Some(if ago == 3 { 25_600.0 } else { 10_240.0 })), Ok(None));
    assert_eq!(judge(|ago| (ago < 4).then_some(0.0)).unwrap_err().kind, ReasonKind::InsufficientData);
}

#[test]
fn storage_of_instances_without_volumes_is_not_judged() {
    let own = domain(|domain| domain.storage_gb = None);
    let reason = rule("opensearch_low_storage").applies(&own).unwrap_err();
    assert_eq!(reason.kind, ReasonKind::Unknown);
    assert_eq!(rule("opensearch_red").applies(&own), Ok(true));
}

#[test]
fn a_domain_that_is_not_in_service_is_not_judged() {
    for rule in of(ResourceType::Opensearch).map(|(_, rule)| rule) {
        let status = |status: Option<&str>| rule.applies(&domain(|domain| domain.status = status.map(str::to_owned)));
        assert_eq!((status(Some("Deleting")), status(Some("UpgradingEngineVersion"))), (Ok(false), Ok(true)));
        let isolated = status(Some("Isolated")).unwrap_err();
        assert_eq!((isolated.kind, isolated.detail.as_str()), (ReasonKind::NotRunning, "the domain is Isolated"));
        assert_eq!(status(None).unwrap_err().detail, "OpenSearch returned no status");
    }
}
