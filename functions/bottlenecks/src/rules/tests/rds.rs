//! Snapshots without their database, and engines whose support has ended.

use std::collections::BTreeSet;

use collector::services::rds::cluster::DbCluster;
use collector::services::rds::snapshot::{DbSnapshot, Source};

use super::data::{days_ago, snapshot};
use super::*;

/// Returns the result for a snapshot in a region with the instance `db` and the cluster `cluster`.
fn beside_its_database(snapshot: &Resource, thresholds: &Thresholds) -> Result<Option<Finding>, Reason> {
    let others = [database(|_| ()), resource("cluster", Detail::RdsCluster(Box::<DbCluster>::default()))];
    let complete = BTreeSet::from([ResourceType::Rds, ResourceType::RdsCluster]);
    let beside = Beside::new(&others, complete);
    judged_beside(&beside, thresholds, 24, "rds_snapshot_orphaned", snapshot, |_, _| None)
}

#[test]
fn a_snapshot_is_orphaned_if_what_it_is_of_is_gone() {
    let judge = |of, source: &str| {
        let snapshot = snapshot(|snapshot| {
            snapshot.of = of;
            snapshot.source_id = Some(source.to_owned());
        });
        beside_its_database(&snapshot, &Thresholds::default())
    };
    assert_eq!(judge(Source::Instance, "db"), Ok(None));
    assert_eq!(judge(Source::Cluster, "cluster"), Ok(None));
    // An instance is no cluster, and a cluster no instance.
    let found = judge(Source::Cluster, "db").unwrap().unwrap();
    assert_eq!((found.observed.metric, found.observed.value, found.observed.threshold), ("age", 31.0, 30.0));
    assert!(found.recommendation.contains("it is of db, a cluster that does not exist"), "{}", found.recommendation);
    let found = judge(Source::Instance, "gone").unwrap().unwrap();
    assert!(found.recommendation.contains("it is of gone, a database that does not exist"), "{}", found.recommendation);
}

#[test]
fn a_snapshot_is_orphaned_only_when_it_is_older_than_the_days() {
    let found = |age, days| {
        let snapshot = snapshot(|snapshot| {
            snapshot.source_id = Some("gone".to_owned());
            snapshot.created = Some(days_ago(age));
        });
        beside_its_database(&snapshot, &changed("rds_snapshot_orphaned", "days", days)).unwrap().is_some()
    };
    assert_eq!([found(29, 30.0), found(30, 30.0), found(31, 30.0)], [false, false, true]);
    assert_eq!([found(90, 90.0), found(91, 90.0), found(1, 0.0)], [false, true, true]);
}

#[test]
fn a_snapshot_is_not_judged_without_the_lists_of_databases_or_what_it_is_of() {
    let reason = |snapshot: &Resource| judged("rds_snapshot_orphaned", snapshot, |_, _| None).unwrap_err().detail;
    assert_eq!(reason(&snapshot(|_| ())), "not all rds of the region were listed; the gaps have the reason");
    let of_cluster = snapshot(|snapshot| snapshot.of = Source::Cluster);
    assert_eq!(reason(&of_cluster), "not all rds_cluster of the region were listed; the gaps have the reason");
    let reason = |change: fn(&mut DbSnapshot)| {
        beside_its_database(&snapshot(change), &Thresholds::default()).unwrap_err().detail
    };
    assert_eq!(reason(|snapshot| snapshot.created = None), "RDS does not report when it was created");
    assert_eq!(reason(|snapshot| snapshot.source_id = None), "RDS does not report what it is of");
    assert_eq!(
        reason(|snapshot| snapshot.copied_from = Some("arn:aws:rds:us-west-2:1:snapshot:x".to_owned())),
        "it is a copy of arn:aws:rds:us-west-2:1:snapshot:x, whose database may exist there"
    );
}

#[test]
fn only_complete_manual_snapshots_are_judged() {
    let applies = |kind: Option<&str>, status: Option<&str>| {
        let snapshot = snapshot(|snapshot| {
            snapshot.snapshot_type = kind.map(str::to_owned);
            snapshot.status = status.map(str::to_owned);
        });
        rule("rds_snapshot_orphaned").applies(&snapshot)
    };
    assert_eq!(applies(Some("manual"), Some("available")), Ok(true));
    for (kind, status) in [("manual", "creating"), ("automated", "available"), ("awsbackup", "available")] {
        assert_eq!(applies(Some(kind), Some(status)), Ok(false), "{kind} {status}");
    }
    assert_eq!(applies(None, Some("available")).unwrap_err().detail, "RDS returned no type of snapshot");
    assert_eq!(applies(Some("manual"), None).unwrap_err().detail, "RDS returned no status");
}

#[test]
fn an_engine_has_ended_from_the_day_after_its_last() {
    // Today is 20 November 2026.
    let left = |days, engine: &str, version: &str| {
        let of = database(|db| {
            db.engine = Some(engine.to_owned());
            db.engine_version = Some(version.to_owned());
        });
        let found = judged_by(&changed("rds_engine_ended", "days", days), 24, "rds_engine_ended", &of, |_, _| None);
        found.map(|found| found.map(|found| (found.observed.value, found.recommendation)))
    };
    let (value, advice) = left(0.0, "mysql", "8.0.40").unwrap().unwrap();
    assert_eq!(Some(value), Some(-112.0));
    assert!(advice.contains("the last day of the standard support of mysql 8.0.40 was 2026-07-31"), "{advice}");
    assert_eq!(left(0.0, "mysql", "8.4.5"), Ok(None));
    // 41 days are left of it.
    for (days, found) in [(0.0, false), (41.0, false), (42.0, true), (365.0, true)] {
        assert_eq!(left(days, "mariadb", "10.6.23").unwrap().is_some(), found, "{days}");
    }
    let (value, advice) = left(42.0, "mariadb", "10.6.23").unwrap().unwrap();
    assert_eq!(Some(value), Some(41.0));
    assert!(advice.contains("mariadb 10.6.23 is 2026-12-31"), "{advice}");
    // Aurora has dates of its own.
    assert_eq!(left(0.0, "aurora-mysql", "8.0.mysql_aurora.3.08.0"), Ok(None));
    assert!(left(0.0, "aurora-mysql", "5.7.mysql_aurora.2.12.0").unwrap().is_some());
}

#[test]
fn an_unknown_version_is_not_judged() {
    for (engine, version, detail) in [
        (Some("postgres"), Some("99.1"), "unknown version: postgres 99.1"),
        (Some("oracle-ee"), Some("19.0.0.0"), "unknown version: oracle-ee 19.0.0.0"),
        (Some("mysql"), None, "unknown version: mysql without a version"),
    ] {
        let of = database(|db| {
            db.engine = engine.map(str::to_owned);
            db.engine_version = version.map(str::to_owned);
        });
        let reason = judged("rds_engine_ended", &of, |_, _| None).unwrap_err();
        assert_eq!((reason.kind, reason.detail.as_str()), (ReasonKind::Unknown, detail));
    }
    let status = |status: &str| rule("rds_engine_ended").applies(&database(|db| db.status = Some(status.to_owned())));
    assert_eq!((status("stopped"), status("deleting")), (Ok(true), Ok(false)));
}

#[test]
fn databases_of_other_services_are_neither_judged_nor_measured() {
    for (engine, service) in [("neptune", "Amazon Neptune"), ("docdb", "Amazon DocumentDB")] {
        let other = database(|database| database.engine = Some(engine.to_owned()));
        for (_, rule) in of(ResourceType::Rds) {
            match rule.applies(&other) {
                Ok(applies) => assert!(!applies, "{}", rule.about().name),
                Err(reason) => {
                    assert_eq!(reason.kind, ReasonKind::Unknown, "{}", rule.about().name);
                    assert!(reason.detail.starts_with(service), "{}", reason.detail);
                }
            }
        }
        assert!(rule("rds_high_cpu").applies(&other).is_err());
        let windows = Windows::new(24, now());
        assert_eq!(crate::needs::Plan::at_once(&other).measurements(&other, &windows).len(), 0);
    }
}
