//! Each rule at its threshold, and what no rule may do: judge without data, or take the stopped, new or silent for idle.

use collector::resource::{Address, Database, Detail, Function, Instance, Volume};
use collector::window::Window;
use collector::{Catalog, Resource, ResourceType};
use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::rule::{Case, Finding, Need, Reading, ReasonKind, Settings, Span, Windows};
use crate::sizes::GIB;

pub(crate) fn now() -> Timestamp {
    "2026-11-20T10:37:12Z".parse().unwrap()
}

fn resource(id: &str, detail: Detail) -> Resource {
    Resource {
        id: id.to_owned(),
        region: Some("us-east-1".to_owned()),
        name: Some(format!("{id}-name")),
        arn: Some(format!("arn:aws:x:us-east-1:123456789012:{id}")),
        tags: None,
        detail,
    }
}

pub(crate) fn instance(instance_type: &str, state: &str) -> Resource {
    let detail = Instance {
        instance_type: Some(instance_type.to_owned()),
        state: Some(state.to_owned()),
        ..Instance::default()
    };
    resource("i-1", Detail::Ec2(Box::new(detail)))
}

fn stopped(reason: &str) -> Resource {
    let detail = Instance {
        state: Some("stopped".to_owned()),
        state_transition_reason: Some(reason.to_owned()),
        ..Instance::default()
    };
    resource("i-1", Detail::Ec2(Box::new(detail)))
}

/// A database with 8 GiB of memory and 100 GiB of gp2 storage, with `change` made to it.
pub(crate) fn database(change: impl FnOnce(&mut Database)) -> Resource {
    let mut detail = Database {
        class: Some("db.m5.large".to_owned()),
        engine: Some("mysql".to_owned()),
        status: Some("available".to_owned()),
        storage_gb: Some(100),
        storage_type: Some("gp2".to_owned()),
        ..Database::default()
    };
    change(&mut detail);
    resource("db", Detail::Rds(Box::new(detail)))
}

/// A function that may run for 30 seconds.
pub(crate) fn function() -> Resource {
    resource("f", Detail::Lambda(Box::new(Function { timeout_seconds: Some(30), ..Function::default() })))
}

pub(crate) fn volume(state: &str) -> Resource {
    let detail = Volume {
        state: Some(state.to_owned()),
        size_gb: Some(100),
        volume_type: Some("gp2".to_owned()),
        ..Volume::default()
    };
    resource("vol-1", Detail::Ebs(Box::new(detail)))
}

pub(crate) fn address(state: &'static str) -> Resource {
    resource("eipalloc-1", Detail::Eip(Address { state, ..Address::default() }))
}

fn rule(name: &str) -> &'static Rule {
    ALL.into_iter().find(|rule| rule.name == name).unwrap()
}

/// Every period's start.
fn periods(window: Window) -> impl Iterator<Item = Timestamp> {
    let step = i64::from(window.period);
    let count = i64::try_from(window.periods()).unwrap();
    (0..count).map(move |n| Timestamp::from_second(window.start.as_second() + n * step).unwrap())
}

const SETTINGS: Settings = Settings { cpu_high: 80, cpu_low: 10 };

/// What a rule says of a resource of which CloudWatch has the datapoints that `value` gives.
fn judged_by(
    settings: Settings,
    name: &str,
    resource: &Resource,
    value: impl Fn(&Need, Timestamp) -> Option<f64>,
) -> Result<Option<Finding>, Reason> {
    let rule = rule(name);
    if !(rule.applies)(resource)? {
        return Ok(None);
    }
    let windows = Windows::new(24, now());
    let catalog = Catalog::of(rule.resource_type);
    let values: Vec<Vec<_>> = rule
        .needs
        .iter()
        .map(|need| periods(windows.of(need.span)).filter_map(|at| Some((at, value(need, at)?))).collect())
        .collect();
    let reading = |need: &Need, values| {
        let metric = catalog.and_then(|catalog| catalog.find(need.metric)).unwrap();
        Ok(Reading { metric, statistic: need.statistic, window: windows.of(need.span), values })
    };
    let readings = rule.needs.iter().zip(&values).map(|(need, values)| (need, reading(need, values)));
    (rule.judge)(&Case { resource, settings, now: windows.now, readings: readings.collect() })
}

fn judged(
    name: &str,
    resource: &Resource,
    value: impl Fn(&Need, Timestamp) -> Option<f64>,
) -> Result<Option<Finding>, Reason> {
    judged_by(SETTINGS, name, resource, value)
}

/// Which side of its threshold is a finding, and whether the threshold itself is.
#[derive(Debug, Clone, Copy)]
enum Side {
    Above,
    FromIt,
    Below,
    UpToIt,
}

/// What makes a rule flip: its resource, the need that varies, the threshold and side, and what the other needs are.
fn flips() -> Vec<(&'static str, Resource, &'static str, f64, Side, f64)> {
    let (m5, t3) = (instance("m5.xlarge", "running"), instance("t3.micro", "running"));
    let db = || database(|_| ());
    vec![
        ("ec2_status_check_failed", m5.clone(), "Maximum", 1.0, Side::FromIt, 0.0),
        ("ec2_sustained_high_cpu", m5.clone(), "Average", 80.0, Side::Above, 0.0),
        ("ec2_cpu_credits_exhausted", t3, "Minimum", 1.0, Side::Below, 0.0),
        ("ec2_high_cpu", m5.clone(), "Maximum", 80.0, Side::Above, 0.0),
        ("ec2_idle", m5.clone(), "Maximum", 5.0, Side::Below, 1e6),
        // Received and sent together: each half of the 5 MB.
        ("ec2_idle", m5.clone(), "Sum", 2.5e6, Side::Below, 1.0),
        ("ec2_underutilized", m5.clone(), "Average", 10.0, Side::Below, 20.0),
        ("ec2_underutilized", m5, "Maximum", 80.0, Side::UpToIt, 5.0),
        ("rds_low_storage", db(), "Minimum", 10.0 * GIB, Side::Below, 0.0),
        ("rds_high_cpu", db(), "Average", 90.0, Side::Above, 0.0),
        ("rds_low_memory", db(), "Average", 2.0 * GIB, Side::Below, 0.0),
        (
            "rds_low_memory",
            database(|db| db.engine = Some("aurora-mysql".to_owned())),
            "Average",
            0.4 * GIB,
            Side::Below,
            0.0,
        ),
        ("rds_read_latency", db(), "p90", 0.02, Side::Above, 0.0),
        ("rds_write_latency", db(), "p90", 0.02, Side::Above, 0.0),
        ("rds_queue_depth", db(), "Average", 64.0, Side::Above, 0.0),
        ("rds_burst_balance", db(), "Minimum", 20.0, Side::Below, 0.0),
        ("rds_swap", db(), "Average", 256.0 * 1_024.0 * 1_024.0, Side::Above, 0.0),
        ("rds_no_connections", db(), "Maximum", 0.0, Side::UpToIt, 0.0),
        ("lambda_throttles", function(), "Sum", 0.0, Side::Above, 0.0),
        ("lambda_duration_near_timeout", function(), "p90", 27_000.0, Side::Above, 0.0),
    ]
}

proptest! {
    #[test]
    fn a_finding_flips_exactly_at_its_threshold(which in 0..flips().len(), off in 1e-9_f64..2.0) {
        let (name, resource, statistic, threshold, side, others) = flips().swap_remove(which);
        let step = off * threshold.abs().max(1e-3);
        let finds = |value: f64| {
            let of = |need: &Need, _| Some(if need.statistic == statistic { value } else { others });
            judged(name, &resource, of).unwrap().is_some()
        };
        let (below, at, above) = match side {
            Side::Above => (false, false, true),
            Side::FromIt => (false, true, true),
            Side::Below => (true, false, false),
            Side::UpToIt => (true, true, false),
        };
        prop_assert_eq!(finds(threshold), at, "{} at {}", name, threshold);
        prop_assert_eq!(finds(threshold + step), above, "{} above {}", name, threshold);
        prop_assert_eq!(finds(threshold - step), below, "{} below {}", name, threshold);
    }

    #[test]
    fn the_callers_thresholds_decide(cpu_low in 1_u8..50, more in 1_u8..50) {
        let settings = Settings { cpu_low, cpu_high: cpu_low + more };
        let (low, high) = (f64::from(cpu_low), f64::from(settings.cpu_high));
        let m5 = instance("m5.xlarge", "running");
        let finds = |name, value| judged_by(settings, name, &m5, |_, _| Some(value)).unwrap().is_some();
        for name in ["ec2_high_cpu", "ec2_sustained_high_cpu"] {
            prop_assert!(!finds(name, high) && finds(name, high + 1e-6));
        }
        prop_assert!(!finds("ec2_underutilized", low) && finds("ec2_underutilized", low - 1e-6));
    }

    #[test]
    fn no_rule_finds_anything_in_silence(which in 0..ALL.len()) {
        let rule = ALL[which];
        for resource in [instance("t3.micro", "running"), database(|_| ()), function()] {
            if rule.resource_type == resource.resource_type() && !rule.needs.is_empty() {
                let reason = judged(rule.name, &resource, |_, _| None).unwrap_err();
                prop_assert_eq!(reason.kind, ReasonKind::InsufficientData);
            }
        }
    }
}

#[test]
fn every_rule_with_a_metric_is_held_against_its_threshold() {
    let tried: Vec<_> = flips().iter().map(|(name, ..)| *name).chain(["lambda_errors"]).collect();
    for rule in ALL.into_iter().filter(|rule| !rule.needs.is_empty()) {
        assert!(tried.contains(&rule.name), "{}", rule.name);
    }
}

#[test]
fn rules_are_in_the_order_of_severity_and_named_after_their_type() {
    assert!(ALL.is_sorted_by_key(|rule| rule.severity));
    for (index, rule) in ALL.into_iter().enumerate() {
        assert!(rule.name.starts_with(&format!("{}_", rule.resource_type)), "{}", rule.name);
        assert!(ALL[..index].iter().all(|other| other.name != rule.name), "{}", rule.name);
    }
    for kind in ResourceType::ALL {
        assert_eq!(TYPES.contains(&kind), of(kind).next().is_some(), "{kind}");
    }
}

#[test]
fn a_spike_is_told_from_a_load_that_lasts() {
    let m5 = instance("m5.large", "running");
    let spike = |need: &Need, at: Timestamp| {
        Some(if need.span == Span::Asked && at == "2026-11-20T04:00:00Z".parse().unwrap() { 96.0 } else { 30.0 })
    };
    let found = judged("ec2_high_cpu", &m5, spike).unwrap().unwrap();
    assert_eq!((found.observed.value, found.observed.threshold), (96.0, 80.0));
    assert!(found.recommendation.contains("in the hour from 2026-11-20T04:00:00Z"), "{}", found.recommendation);
    assert!(found.recommendation.contains("in 1 of 25 such periods"), "{}", found.recommendation);
    assert_eq!(judged("ec2_sustained_high_cpu", &m5, spike), Ok(None));
}

#[test]
fn a_load_that_lasts_is_high_in_each_of_the_newest_periods_that_came() {
    let m5 = instance("m5.large", "running");
    let minute = |at: Timestamp| (now().as_second() - at.as_second()) / 60;
    // The newest ten minutes have not come yet, and what was before does not count.
    let late = |_: &Need, at| (minute(at) >= 15).then(|| if minute(at) < 30 { 90.0 } else { 10.0 });
    let found = judged("ec2_sustained_high_cpu", &m5, late).unwrap().unwrap();
    assert_eq!((found.observed.value, found.observed.over.map(|(_, found)| found)), (90.0, Some(4)));
    assert!(found.recommendation.contains("change it to m5.xlarge, the next larger type"), "{}", found.recommendation);

    let once_lower = |_: &Need, at| Some(if (10..15).contains(&minute(at)) { 79.0 } else { 95.0 });
    assert_eq!(judged("ec2_sustained_high_cpu", &m5, once_lower), Ok(None));

    let two = |_: &Need, at| (minute(at) <= 12).then_some(95.0);
    let reason = judged("ec2_sustained_high_cpu", &m5, two).unwrap_err();
    assert_eq!(
        (reason.kind, reason.detail.as_str()),
        (ReasonKind::InsufficientData, "2 of 6 datapoints of cpu since 2026-11-20T10:05:00Z, 3 are needed")
    );
}

#[test]
fn only_what_was_seen_on_every_day_can_be_idle() {
    let m5 = instance("m5.large", "running");
    let day = |text: &str| format!("{text}T00:00:00Z").parse::<Timestamp>().unwrap();
    assert!(judged("ec2_idle", &m5, |_, _| Some(1.0)).unwrap().is_some());
    // New since a week ago, and absent for a day in between.
    let new = judged("ec2_idle", &m5, |_, at| (at >= day("2026-11-14")).then_some(1.0)).unwrap_err();
    assert_eq!(
        (new.kind, new.detail.as_str()),
        (ReasonKind::InsufficientData, "cpu has datapoints on 6 of the last 13 whole days, and must on all")
    );
    let absent = judged("ec2_idle", &m5, |_, at| (at != day("2026-11-15")).then_some(1.0)).unwrap_err();
    assert_eq!(absent.kind, ReasonKind::InsufficientData);
    // Today counts against it, and need not be there.
    assert!(judged("ec2_idle", &m5, |_, at| (at != day("2026-11-20")).then_some(1.0)).unwrap().is_some());
    let busy_today = |need: &Need, at| Some(if at == day("2026-11-20") && need.metric == "cpu" { 50.0 } else { 1.0 });
    assert_eq!(judged("ec2_idle", &m5, busy_today), Ok(None));
    let one_busy_day =
        |need: &Need, at| Some(if at == day("2026-11-10") && need.metric == "network_out" { 6e6 } else { 1.0 });
    assert_eq!(judged("ec2_idle", &m5, one_busy_day), Ok(None));

    let db = database(|_| ());
    assert!(judged("rds_no_connections", &db, |_, at| (at >= day("2026-11-13")).then_some(0.0)).unwrap().is_some());
    let new = judged("rds_no_connections", &db, |_, at| (at >= day("2026-11-14")).then_some(0.0)).unwrap_err();
    assert_eq!(new.kind, ReasonKind::InsufficientData);
    let once = |_: &Need, at| Some(if at == day("2026-11-13") { 1.0 } else { 0.0 });
    assert_eq!(judged("rds_no_connections", &db, once), Ok(None));
    let long_ago = |_: &Need, at| Some(if at == day("2026-11-12") { 1.0 } else { 0.0 });
    let found = judged("rds_no_connections", &db, long_ago).unwrap().unwrap();
    let (window, datapoints) = found.observed.over.unwrap();
    assert_eq!((window.start, datapoints), (day("2026-11-13"), 8));
}

#[test]
fn the_stopped_are_not_judged_by_metrics_and_the_gone_not_at_all() {
    for rule in of(ResourceType::Ec2).map(|(_, rule)| rule).filter(|rule| !rule.needs.is_empty()) {
        let stopped = (rule.applies)(&instance("t3.micro", "stopped")).unwrap_err();
        assert_eq!((stopped.kind, stopped.detail.as_str()), (ReasonKind::NotRunning, "the instance is stopped"));
        assert_eq!((rule.applies)(&instance("t3.micro", "terminated")), Ok(false));
    }
    for rule in of(ResourceType::Rds).map(|(_, rule)| rule) {
        let status = |status: &str| (rule.applies)(&database(|db| db.status = Some(status.to_owned())));
        assert_eq!(status("stopped").unwrap_err().detail, "the database is stopped");
        assert_eq!((status("deleting"), status("backing-up")), (Ok(false), Ok(true)), "{}", rule.name);
    }
}

#[test]
fn an_instance_is_underutilised_only_after_half_of_the_hours() {
    let m5 = instance("m5.large", "running");
    let since =
        |hours: i64| move |_: &Need, at: Timestamp| (now().as_second() - at.as_second() < hours * 3_600).then_some(3.0);
    assert!(judged("ec2_underutilized", &m5, since(13)).unwrap().is_some());
    let new = judged("ec2_underutilized", &m5, since(12)).unwrap_err();
    assert_eq!(new.detail, "12 of 25 datapoints of cpu since 2026-11-19T10:00:00Z, 13 are needed");
}

#[test]
fn the_first_hour_of_a_burstable_instance_says_nothing_of_its_credits() {
    let launched = |text: &str| {
        let mut resource = instance("t3.micro", "running");
        if let Detail::Ec2(detail) = &mut resource.detail {
            detail.launch_time = Some(text.parse().unwrap());
        }
        resource
    };
    let empty_at =
        |hour: &'static str| move |_: &Need, at: Timestamp| Some(if at == hour.parse().unwrap() { 0.0 } else { 50.0 });
    let morning = launched("2026-11-20T06:30:00Z");
    for (hour, found) in [
        ("2026-11-20T05:00:00Z", true),
        ("2026-11-20T06:00:00Z", false),
        ("2026-11-20T07:00:00Z", false),
        ("2026-11-20T08:00:00Z", true),
    ] {
        assert_eq!(judged("ec2_cpu_credits_exhausted", &morning, empty_at(hour)).unwrap().is_some(), found, "{hour}");
    }
    let only_its_first = |_: &Need, at: Timestamp| (at >= "2026-11-20T09:00:00Z".parse().unwrap()).then_some(0.0);
    let reason = judged("ec2_cpu_credits_exhausted", &launched("2026-11-20T09:30:00Z"), only_its_first).unwrap_err();
    assert_eq!(reason.kind, ReasonKind::Unknown);
    assert_eq!(judged("ec2_cpu_credits_exhausted", &instance("m5.large", "running"), |_, _| Some(0.0)), Ok(None));
}

#[test]
fn an_instance_is_stopped_for_long_after_thirty_days() {
    let since = |time| judged("ec2_stopped_long", &stopped(&format!("User initiated ({time} GMT)")), |_, _| None);
    assert_eq!(since("2026-10-21 10:37:12"), Ok(None));
    let found = since("2026-10-21 10:37:11").unwrap().unwrap();
    assert!(found.observed.value > 30.0 && found.observed.value < 30.001, "{found:?}");
    assert!(found.recommendation.contains("since 2026-10-21T10:37:11Z"), "{}", found.recommendation);
    assert_eq!(judged("ec2_stopped_long", &stopped(""), |_, _| None).unwrap_err().kind, ReasonKind::Unknown);
    assert_eq!(judged("ec2_stopped_long", &instance("m5.large", "running"), |_, _| None), Ok(None));
}

#[test]
fn auroras_storage_and_replicas_without_connections_are_nobodys_concern() {
    let aurora = database(|db| db.engine = Some("aurora-postgresql".to_owned()));
    assert_eq!(judged("rds_low_storage", &aurora, |_, _| Some(0.0)), Ok(None));
    let replica = database(|db| db.read_replica_source = Some("orders".to_owned()));
    assert_eq!(judged("rds_no_connections", &replica, |_, _| Some(0.0)), Ok(None));
    let member = database(|db| db.cluster_id = Some("cluster".to_owned()));
    assert_eq!(judged("rds_no_connections", &member, |_, _| Some(0.0)).unwrap_err().kind, ReasonKind::Unknown);
    let gp3 = database(|db| db.storage_type = Some("gp3".to_owned()));
    assert_eq!(judged("rds_burst_balance", &gp3, |_, _| Some(0.0)), Ok(None));
}

#[test]
fn what_rds_does_not_say_is_told() {
    let serverless = database(|db| db.class = Some("db.serverless".to_owned()));
    let reason = judged("rds_low_memory", &serverless, |_, _| Some(0.0)).unwrap_err();
    assert_eq!(
        (reason.kind, reason.detail.as_str()),
        (ReasonKind::Unknown, "the memory of the class db.serverless is not known")
    );
    let no_size = database(|db| db.storage_gb = None);
    assert_eq!(judged("rds_low_storage", &no_size, |_, _| Some(0.0)).unwrap_err().kind, ReasonKind::Unknown);
}

#[test]
fn a_full_storage_is_raised_until_a_fifth_is_free() {
    let found = judged("rds_low_storage", &database(|_| ()), |_, _| Some(5.0 * GIB)).unwrap().unwrap();
    assert!(
        found.recommendation.starts_with("Raise the allocated storage from 100 to 119 GiB"),
        "{}",
        found.recommendation
    );
    assert_eq!((found.observed.value, found.observed.threshold), (5.0 * GIB, 10.0 * GIB));
}

#[test]
fn the_share_of_errors_is_that_of_the_worst_of_seven_days_and_today() {
    let errors_on = |day: &'static str, errors: f64| {
        move |need: &Need, at: Timestamp| {
            let is_day = at == format!("{day}T00:00:00Z").parse().unwrap();
            Some(if need.metric == "invocations" {
                200.0
            } else if is_day {
                errors
            } else {
                0.0
            })
        }
    };
    let find = |day, errors| judged("lambda_errors", &function(), errors_on(day, errors)).unwrap();
    assert_eq!(find("2026-11-20", 20.0), None);
    let found = find("2026-11-20", 20.001).unwrap();
    assert_eq!((found.observed.metric, found.observed.unit, found.observed.threshold), ("error_rate", "Percent", 10.0));
    let (window, count) = found.observed.over.unwrap();
    assert_eq!((window.start, count), ("2026-11-13T00:00:00Z".parse().unwrap(), 8));
    let found = find("2026-11-13", 50.0).unwrap();
    assert_eq!((found.observed.value, found.observed.statistic), (25.0, Some("Sum")));
    assert!(
        found.recommendation.starts_with("On 2026-11-13 (UTC), 50 of 200 invocations failed"),
        "{}",
        found.recommendation
    );
    assert_eq!(find("2026-11-12", 50.0), None);
    // Days without an invocation have no share.
    assert_eq!(judged("lambda_errors", &function(), |_, _| Some(0.0)), Ok(None));
}

#[test]
fn aurora_is_not_told_to_raise_what_it_does_not_have() {
    let advice = |db: &Resource, rule| judged(rule, db, |_, _| Some(100.0)).unwrap().unwrap().recommendation;
    let aurora = database(|db| db.engine = Some("aurora-mysql".to_owned()));
    for rule in ["rds_read_latency", "rds_write_latency", "rds_queue_depth"] {
        assert!(advice(&database(|_| ()), rule).contains("raise its IOPS"), "{rule}");
        assert!(!advice(&aurora, rule).contains("IOPS"), "{rule}");
    }
}

#[test]
fn what_can_grow_no_further_is_not_told_to() {
    let huge = database(|db| db.storage_gb = Some(65_000));
    let found = judged("rds_low_storage", &huge, |_, _| Some(5.0 * GIB)).unwrap().unwrap();
    assert!(found.recommendation.contains("RDS has no larger storage"), "{}", found.recommendation);
    let function = |seconds| {
        let detail = Function { timeout_seconds: Some(seconds), ..Function::default() };
        let of = |_: &Need, _| Some(f64::from(seconds) * 990.0);
        judged("lambda_duration_near_timeout", &resource("f", Detail::Lambda(Box::new(detail))), of).unwrap().unwrap()
    };
    assert!(function(3).recommendation.contains("more than 2.97 of its 3 seconds: raise the timeout"));
    assert!(function(900).recommendation.contains("no timeout is longer"));
    let largest = judged("ec2_cpu_credits_exhausted", &instance("t3.2xlarge", "running"), |_, _| Some(0.0));
    assert!(largest.unwrap().unwrap().recommendation.starts_with("Change it to a type that is not burstable"));
}

#[test]
fn throttles_add_up() {
    let once = |_: &Need, at| Some(if at == "2026-11-20T03:00:00Z".parse().unwrap() { 2.0 } else { 0.5 });
    let found = judged("lambda_throttles", &function(), once).unwrap().unwrap();
    assert_eq!((found.observed.value, found.observed.unit), (14.0, "Count"));
}

#[test]
fn volumes_and_addresses_are_judged_by_their_state() {
    let finds = |name, resource: &Resource| judged(name, resource, |_, _| None).unwrap().is_some();
    assert!(finds("ebs_unattached", &volume("available")));
    assert!(!finds("ebs_unattached", &volume("in-use")) && !finds("ebs_unattached", &volume("creating")));
    assert!(finds("eip_unassociated", &address("unassociated")) && !finds("eip_unassociated", &address("associated")));
    let found = judged("ebs_unattached", &volume("available"), |_, _| None).unwrap().unwrap();
    assert!(found.recommendation.contains("its 100 GiB of gp2"), "{}", found.recommendation);
}
