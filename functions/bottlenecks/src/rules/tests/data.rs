//! Rules about what keeps data: caches, file systems, log groups and tables.

use collector::services::efs::FileSystem;
use collector::services::elasticache::CacheCluster;
use collector::services::logs::LogGroup;
use collector::services::rds::snapshot::DbSnapshot;

use super::*;
use crate::sizes::MIB;

/// The thresholds that are tested here.
pub(super) const TESTED: [(&str, &str); 6] = [
    ("dynamodb_unused", "days"),
    ("efs_idle", "days"),
    ("elasticache_idle", "days"),
    ("log_group_no_retention", "stored"),
    ("rds_engine_ended", "days"),
    ("rds_snapshot_orphaned", "days"),
];

/// A manual snapshot of the instance `db`, created 31 days ago, with `change` made to it.
pub(super) fn snapshot(change: impl FnOnce(&mut DbSnapshot)) -> Resource {
    let mut detail = DbSnapshot {
        source_id: Some("db".to_owned()),
        snapshot_type: Some("manual".to_owned()),
        status: Some("available".to_owned()),
        created: Some(days_ago(31)),
        ..DbSnapshot::default()
    };
    change(&mut detail);
    resource("s", Detail::RdsSnapshot(Box::new(detail)))
}

/// A cache of one node that is no part of a replication group, with `change` made to it.
pub(super) fn cache(change: impl FnOnce(&mut CacheCluster)) -> Resource {
    let mut detail = CacheCluster {
        engine: Some("redis".to_owned()),
        status: Some("available".to_owned()),
        ..CacheCluster::default()
    };
    change(&mut detail);
    resource("c", Detail::Elasticache(Box::new(detail)))
}

/// A file system with a mount target that is a year old, with `change` made to it.
pub(super) fn file_system(change: impl FnOnce(&mut FileSystem)) -> Resource {
    let mut detail = FileSystem {
        state: Some("available".to_owned()),
        mount_targets: Some(1),
        created: Some(days_ago(365)),
        ..FileSystem::default()
    };
    change(&mut detail);
    resource("fs-01234567", Detail::Efs(Box::new(detail)))
}

/// A log group with a GiB of events that are kept forever, with `change` made to it.
pub(super) fn log_group(change: impl FnOnce(&mut LogGroup)) -> Resource {
    let mut detail =
        LogGroup { stored_bytes: Some(1 << 30), class: Some("STANDARD".to_owned()), ..LogGroup::default() };
    change(&mut detail);
    resource("/app", Detail::LogGroup(Box::new(detail)))
}

/// A table with provisioned capacity and no index that is a year old, with `change` made to it.
pub(super) fn provisioned_table(change: impl FnOnce(&mut Table)) -> Resource {
    table(|table| {
        table.billing_mode = Some("PROVISIONED".to_owned());
        table.read_capacity_units = Some(20);
        table.write_capacity_units = Some(10);
        table.global_indexes = Some(vec![]);
        table.created = Some(days_ago(365));
        change(table);
    })
}

pub(super) fn days_ago(days: i64) -> Timestamp {
    Timestamp::from_second(Windows::new(24, now()).as_of().as_second() - days * 86_400).unwrap()
}

/// Returns how many days before today a period starts.
fn day(at: Timestamp) -> i64 {
    "2026-11-20T00:00:00Z".parse::<Timestamp>().unwrap().duration_since(at).as_hours() / 24
}

fn idle(name: &str, days: f64, resource: &Resource, value: impl Fn(i64) -> Option<f64>) -> Result<bool, Reason> {
    let found = judged_by(&changed(name, "days", days), 24, name, resource, |_, at| value(day(at)))?;
    Ok(found.is_some())
}

#[test]
fn a_log_group_is_found_by_what_it_stored_without_a_retention() {
    let found = |stored: f64, group: &Resource| {
        judged_by(&changed("log_group_no_retention", "stored", stored), 24, "log_group_no_retention", group, |_, _| {
            None
        })
        .map(|found| found.is_some())
    };
    let of = |bytes: i64| log_group(|group| group.stored_bytes = Some(bytes));
    assert_eq!([found(0.0, &of(0)), found(0.0, &of(1))], [Ok(false), Ok(true)]);
    let mebibyte = 1_048_576;
    assert_eq!([found(2.0, &of(2 * mebibyte)), found(2.0, &of(2 * mebibyte + 1))], [Ok(false), Ok(true)]);
    assert_eq!(found(0.0, &log_group(|group| group.retention_days = Some(3_653))), Ok(false));
    let sizeless = log_group(|group| group.stored_bytes = None);
    assert_eq!(found(0.0, &sizeless).unwrap_err().detail, "CloudWatch Logs returned no size");
    assert_eq!(found(0.0, &log_group(|group| group.class = Some("DELIVERY".to_owned()))), Ok(false));
    let finding = judged("log_group_no_retention", &log_group(|_| ()), |_, _| None).unwrap().unwrap();
    assert_eq!((finding.observed.value, finding.observed.threshold), (1_024.0 * MIB, 0.0));
    assert!(finding.recommendation.contains("what it stores (1.0 GiB) is kept"), "{}", finding.recommendation);
}

#[test]
fn a_cache_is_idle_without_connections_on_each_of_the_days() {
    let busy_on = |busy: i64| move |day: i64| Some(if day == busy { 7.0 } else { 6.0 });
    for days in [1.0, 7.0, 13.0] {
        let last = if days < 2.0 {
            1
        } else if days < 8.0 {
            7
        } else {
            13
        };
        assert_eq!(idle("elasticache_idle", days, &cache(|_| ()), busy_on(last)), Ok(false), "{days}");
        assert_eq!(idle("elasticache_idle", days, &cache(|_| ()), busy_on(last + 1)), Ok(true), "{days}");
        assert_eq!(idle("elasticache_idle", days, &cache(|_| ()), busy_on(0)), Ok(false), "{days}");
        let new = idle("elasticache_idle", days, &cache(|_| ()), |day| (day < last).then_some(4.0)).unwrap_err();
        assert_eq!(new.kind, ReasonKind::InsufficientData, "{days}");
    }
}

#[test]
fn a_replica_without_connections_is_not_idle() {
    let node = cache(|cluster| cluster.replication_group_id = Some("web".to_owned()));
    let judge = |was_primary: fn(i64) -> Option<f64>| {
        judged("elasticache_idle", &node, |need, at| match need.metric.name {
            "is_primary" => was_primary(day(at)),
            _ => Some(4.0),
        })
    };
    assert_eq!(judge(|_| Some(0.0)), Ok(None));
    let found = judge(|day| Some(if day == 5 { 1.0 } else { 0.0 })).unwrap().unwrap();
    assert!(found.recommendation.contains("a primary of the replication group web"), "{}", found.recommendation);
    assert_eq!(judge(|day| (day < 3).then_some(1.0)).unwrap_err().kind, ReasonKind::InsufficientData);
    let busy = judged("elasticache_idle", &node, |need, _| (need.metric.name == "connections").then_some(7.0));
    assert_eq!(busy, Ok(None));
    let alone =
        judged("elasticache_idle", &cache(|_| ()), |need, _| (need.metric.name == "connections").then_some(4.0));
    assert!(!alone.unwrap().unwrap().recommendation.contains("replication group"));
}

#[test]
fn memcached_is_judged_by_what_it_measures_alone() {
    let memcached = cache(|cluster| cluster.engine = Some("memcached".to_owned()));
    let reason = rule("elasticache_idle").applies(&memcached).unwrap_err();
    assert!(
        reason.kind == ReasonKind::Unknown && reason.detail.starts_with("Memcached opens connections"),
        "{reason:?}"
    );
    for (name, applies) in
        [("elasticache_high_engine_cpu", false), ("elasticache_high_memory", false), ("elasticache_evictions", true)]
    {
        assert_eq!(rule(name).applies(&memcached), Ok(applies), "{name}");
    }
}

#[test]
fn a_cache_that_is_not_in_service_is_not_judged() {
    for rule in of(ResourceType::Elasticache).map(|(_, rule)| rule) {
        let status = |status: Option<&str>| rule.applies(&cache(|cluster| cluster.status = status.map(str::to_owned)));
        assert_eq!((status(Some("deleting")), status(Some("snapshotting"))), (Ok(false), Ok(true)));
        let reason = status(Some("rebooting cluster nodes")).unwrap_err();
        assert_eq!(
            (reason.kind, reason.detail.as_str()),
            (ReasonKind::NotRunning, "the cache is rebooting cluster nodes")
        );
        assert_eq!(status(None).unwrap_err().detail, "ElastiCache returned no status");
    }
}

#[test]
fn evictions_are_added_up_and_a_spike_of_memory_or_cpu_is_not_enough() {
    let once = |_: &Need, at| Some(if at == "2026-11-20T03:00:00Z".parse().unwrap() { 12.0 } else { 0.0 });
    let found = judged("elasticache_evictions", &cache(|_| ()), once).unwrap().unwrap();
    assert_eq!((found.observed.value, found.observed.unit), (12.0, "Count"));
    assert!(found.recommendation.starts_with("12 items were evicted"), "{}", found.recommendation);
    for name in ["elasticache_high_engine_cpu", "elasticache_high_memory"] {
        let minutes = |at: Timestamp| (now().as_second() - at.as_second()) / 60;
        let spike = |_: &Need, at| Some(if minutes(at) == 3 { 80.0 } else { 99.0 });
        assert_eq!(judged(name, &cache(|_| ()), spike), Ok(None), "{name}");
        let long_ago = |_: &Need, at| Some(if minutes(at) > 10 { 80.0 } else { 99.0 });
        assert!(judged(name, &cache(|_| ()), long_ago).unwrap().is_some(), "{name}");
    }
}

#[test]
fn a_file_system_is_idle_without_connections_on_each_of_the_days() {
    let judge = |days, value: fn(i64) -> Option<f64>| idle("efs_idle", days, &file_system(|_| ()), value);
    assert_eq!(judge(30.0, |_| Some(0.0)), Ok(true));
    assert_eq!(judge(30.0, |day| Some(if day == 30 { 1.0 } else { 0.0 })), Ok(false));
    assert_eq!(judge(29.0, |day| Some(if day == 30 { 1.0 } else { 0.0 })), Ok(true));
    assert_eq!(judge(30.0, |day| Some(if day == 0 { 1.0 } else { 0.0 })), Ok(false));
    let gap = judge(30.0, |day| (day != 12).then_some(0.0)).unwrap_err();
    assert_eq!(
        (gap.kind, gap.detail.as_str()),
        (
            ReasonKind::InsufficientData,
            "client_connections has datapoints on 29 of the last 30 complete days; all are needed"
        )
    );
}

#[test]
fn missing_connections_are_none_only_if_no_client_can_connect() {
    let unreachable = |change: fn(&mut FileSystem)| {
        file_system(|file_system| {
            file_system.mount_targets = Some(0);
            change(file_system);
        })
    };
    let old = unreachable(|_| ());
    assert_eq!(idle("efs_idle", 30.0, &old, |_| None), Ok(true));
    assert_eq!(idle("efs_idle", 30.0, &old, |day| (day == 29).then_some(5.0)), Ok(false));
    // The window starts at midnight.
    let new = unreachable(|file_system| file_system.created = Some(days_ago(30)));
    assert_eq!(idle("efs_idle", 30.0, &new, |_| None).unwrap_err().kind, ReasonKind::InsufficientData);
    assert_eq!(idle("efs_idle", 29.0, &new, |_| None), Ok(true));
    let ageless = unreachable(|file_system| file_system.created = None);
    assert_eq!(idle("efs_idle", 30.0, &ageless, |_| None).unwrap_err().kind, ReasonKind::InsufficientData);
    let unknown = file_system(|file_system| file_system.mount_targets = None);
    assert_eq!(idle("efs_idle", 30.0, &unknown, |_| None).unwrap_err().kind, ReasonKind::InsufficientData);
}

#[test]
fn a_file_system_is_judged_while_it_can_be_used() {
    let state = |state: Option<&str>| {
        rule("efs_idle").applies(&file_system(|file_system| file_system.state = state.map(str::to_owned)))
    };
    assert_eq!((state(Some("available")), state(Some("updating"))), (Ok(true), Ok(true)));
    assert_eq!((state(Some("creating")), state(Some("deleting"))), (Ok(false), Ok(false)));
    assert_eq!(state(Some("error")).unwrap_err().detail, "the file system's state is error");
    assert_eq!(state(None).unwrap_err().detail, "EFS returned no state");
}

#[test]
fn an_old_table_without_consumption_is_unused_with_or_without_datapoints() {
    let old = provisioned_table(|_| ());
    for nothing in [None, Some(0.0)] {
        assert_eq!(idle("dynamodb_unused", 30.0, &old, |_| nothing), Ok(true), "{nothing:?}");
        let used_on = |used: i64| move |day: i64| if day == used { Some(0.5) } else { nothing };
        assert_eq!(idle("dynamodb_unused", 30.0, &old, used_on(30)), Ok(false), "{nothing:?}");
        assert_eq!(idle("dynamodb_unused", 29.0, &old, used_on(30)), Ok(true), "{nothing:?}");
        assert_eq!(idle("dynamodb_unused", 30.0, &old, used_on(0)), Ok(false), "{nothing:?}");
    }
    for metric in ["consumed_read_capacity", "consumed_write_capacity"] {
        let used = judged("dynamodb_unused", &old, |need, _| (need.metric.name == metric).then_some(1.0));
        assert_eq!(used, Ok(None), "{metric}");
    }
    let found = judged("dynamodb_unused", &old, |_, _| None).unwrap().unwrap();
    assert!(found.recommendation.contains("its 20 read and 10 write capacity units"), "{}", found.recommendation);
}

#[test]
fn a_new_table_is_unused_only_with_datapoints_on_each_of_the_days() {
    let new = provisioned_table(|table| table.created = Some(days_ago(30)));
    let reason = idle("dynamodb_unused", 30.0, &new, |day| (day > 0).then_some(0.0).filter(|_| day != 9)).unwrap_err();
    assert_eq!(
        (reason.kind, reason.detail.as_str()),
        (ReasonKind::InsufficientData, "it was created at 2026-10-21T10:35:00Z, within the last 30 days")
    );
    assert_eq!(idle("dynamodb_unused", 29.0, &new, |_| None), Ok(true));
    assert_eq!(idle("dynamodb_unused", 30.0, &new, |_| Some(0.0)), Ok(true));
    let ageless = provisioned_table(|table| table.created = None);
    let reason = idle("dynamodb_unused", 30.0, &ageless, |_| None).unwrap_err();
    assert_eq!(
        (reason.kind, reason.detail.as_str()),
        (ReasonKind::Unknown, "DynamoDB does not report when it was created")
    );
}

#[test]
fn a_table_with_indexes_or_on_demand_is_not_unused() {
    let indexed =
        provisioned_table(|table| table.global_indexes = Some(vec!["by-user".to_owned(), "by-age".to_owned()]));
    let reason = idle("dynamodb_unused", 30.0, &indexed, |_| None).unwrap_err();
    assert_eq!(
        (reason.kind, reason.detail.as_str()),
        (ReasonKind::Unknown, "it may be read through its global secondary indexes: by-user, by-age")
    );
    assert_eq!(idle("dynamodb_unused", 30.0, &indexed, |_| Some(1.0)), Ok(false));
    let unknown = provisioned_table(|table| table.global_indexes = None);
    assert_eq!(idle("dynamodb_unused", 30.0, &unknown, |_| None).unwrap_err().kind, ReasonKind::Unknown);
    let on_demand = table(|table| table.billing_mode = Some("PAY_PER_REQUEST".to_owned()));
    assert_eq!(rule("dynamodb_unused").applies(&on_demand), Ok(false));
}

#[test]
fn a_table_whose_requests_are_measured_without_throttles_was_not_throttled() {
    for metric in ["consumed_read_capacity", "consumed_write_capacity", "read_throttles", "write_throttles"] {
        let measured = |need: &Need, _| (need.metric.name == metric).then_some(0.0);
        assert_eq!(judged("dynamodb_throttled", &table(|_| ()), measured), Ok(None), "{metric}");
    }
    let silent = judged("dynamodb_throttled", &table(|_| ()), |_, _| None).unwrap_err();
    assert_eq!(
        (silent.kind, silent.detail.as_str()),
        (
            ReasonKind::InsufficientData,
            "0 of 25 datapoints of consumed_write_capacity since 2026-11-19T10:00:00Z; 1 are needed"
        )
    );
}

#[test]
fn a_throttled_table_is_reported_by_what_was_throttled_most() {
    let provisioned = table(|table| {
        table.read_capacity_units = Some(20);
        table.write_capacity_units = Some(10);
    });
    for (resource, reads, writes, metric, observed, advice) in [
        (&provisioned, 2.0, 1.0, "read_throttles", 50.0, "50 reads and 25 writes were throttled: compare"),
        (&provisioned, 1.0, 2.0, "write_throttles", 50.0, "its 20 read and 10 write capacity units a second"),
        (&table(|_| ()), 0.0, 2.0, "write_throttles", 50.0, "0 reads and 50 writes were throttled: compare"),
        (&table(|_| ()), 1.0, 1.0, "read_throttles", 25.0, "the maximum throughput of the table"),
    ] {
        let throttles = |need: &Need, _| match need.metric.name {
            "read_throttles" => (reads > 0.0).then_some(reads),
            "write_throttles" => Some(writes),
            _ => None,
        };
        let found = judged("dynamodb_throttled", resource, throttles).unwrap().unwrap();
        assert_eq!((found.observed.metric, found.observed.value), (metric, observed));
        assert!(found.recommendation.contains(advice), "{}", found.recommendation);
    }
}

#[test]
fn a_table_is_judged_while_it_can_be_read_and_written() {
    let rule = rule("dynamodb_throttled");
    let status = |status: &str| rule.applies(&table(|table| table.status = Some(status.to_owned())));
    assert_eq!((status("ACTIVE"), status("UPDATING"), status("DELETING")), (Ok(true), Ok(true), Ok(false)));
    let creating = status("CREATING").unwrap_err();
    assert_eq!((creating.kind, creating.detail.as_str()), (ReasonKind::NotRunning, "the table is CREATING"));
    let unknown = rule.applies(&table(|table| table.status = None)).unwrap_err();
    assert_eq!(unknown.kind, ReasonKind::Unknown);
}
