//! How rules judge series over time, and special resources.

use super::*;

/// The thresholds in days.
pub(super) const IN_DAYS: [(&str, &str); 7] = [
    ("ec2_idle", "days"),
    ("ec2_stopped_long", "days"),
    ("rds_no_connections", "days"),
    ("load_balancer_idle", "days"),
    ("ecs_service_idle", "days"),
    ("lambda_errors", "days"),
    ("lambda_duration_near_timeout", "days"),
];

#[test]
fn the_days_of_a_rule_are_the_callers() {
    let today = "2026-11-20T00:00:00Z".parse::<Timestamp>().unwrap();
    let days_ago = |at: Timestamp| (today.as_second() - at.as_second()) / 86_400;
    for (name, threshold) in IN_DAYS {
        let (resource, busy, quiet) = match name {
            "ec2_idle" => (instance("m5.large", "running"), 50.0, 1.0),
            "ec2_stopped_long" => (stopped("User initiated (2026-11-15 10:34:59 GMT)"), 0.0, 0.0),
            "rds_no_connections" => (database(|_| ()), 50.0, 0.0),
            "load_balancer_idle" => (balancer("application", |_| ()), 500.0, 1.0),
            "ecs_service_idle" => (service(|_| ()), 50.0, 0.0),
            _ => (function(), 29_000.0, 0.0),
        };
        let invoked = |need: &Need, value: f64| if need.metric.name == "invocations" { 29_000.0 } else { value };
        // The last five days differ from those before.
        let within = |need: &Need, at| Some(invoked(need, if days_ago(at) == 5 { busy } else { quiet }));
        let found = |days| judged_by(&changed(name, threshold, days), 24, name, &resource, within).unwrap().is_some();
        let on_that_day = name.starts_with("lambda");
        assert_eq!(
            (found(4.0), found(5.0)),
            if on_that_day { (false, true) } else { (true, name == "ec2_stopped_long") },
            "{name}"
        );
        assert_eq!(found(6.0), on_that_day, "{name}");
    }
}

#[test]
fn the_thresholds_of_rules_do_not_touch_each_other() {
    let m5 = instance("m5.xlarge", "running");
    let finds =
        |thresholds: &Thresholds, name| judged_by(thresholds, 24, name, &m5, |_, _| Some(85.0)).unwrap().is_some();
    let high = changed("ec2_high_cpu", "cpu", 90.0);
    assert!(!finds(&high, "ec2_high_cpu") && finds(&high, "ec2_sustained_high_cpu"));
}

#[test]
fn the_recommended_storage_is_larger_than_the_callers_threshold_asks_for() {
    let of = |share, free: f64| {
        let thresholds = changed("rds_low_storage", "free", share);
        judged_by(&thresholds, 24, "rds_low_storage", &database(|_| ()), |_, _| Some(free * GIB)).unwrap().unwrap()
    };
    let found = of(50.0, 40.0);
    assert_eq!((found.observed.value, found.observed.threshold), (40.0 * GIB, 50.0 * GIB));
    assert!(
        found.recommendation.starts_with("Increase the allocated storage from 100 to 120 GiB, which leaves 50 % free")
    );
    // RDS does not accept an increase of less than a tenth.
    let found = of(50.0, 49.0).recommendation;
    assert!(found.starts_with("Increase the allocated storage from 100 to 110 GiB, which leaves 54 % free"), "{found}");
}

#[test]
fn a_spike_is_distinguished_from_a_sustained_load() {
    let m5 = instance("m5.large", "running");
    let spike = |need: &Need, at: Timestamp| {
        Some(if need.span == Span::Requested && at == "2026-11-20T04:00:00Z".parse().unwrap() { 96.0 } else { 30.0 })
    };
    let found = judged("ec2_high_cpu", &m5, spike).unwrap().unwrap();
    assert_eq!((found.observed.value, found.observed.threshold), (96.0, 80.0));
    assert!(found.recommendation.contains("in the hour from 2026-11-20T04:00:00Z"), "{}", found.recommendation);
    assert!(found.recommendation.contains("in 1 of 25 such periods"), "{}", found.recommendation);
    assert_eq!(judged("ec2_sustained_high_cpu", &m5, spike), Ok(None));
}

#[test]
fn a_peak_is_counted_if_it_passes_the_threshold_and_reported_with_its_period() {
    let m5 = instance("m5.large", "running");
    for (hours, periods) in [
        (1, "in the five minutes from 2026-11-20T09:35:00Z. CPU passed the threshold in 1 of 12 such periods"),
        (24, "in the hour from 2026-11-19T10:00:00Z. CPU passed the threshold in 1 of 25 such periods"),
        (1_000, "in the day from 2026-10-09T00:00:00Z. CPU passed the threshold in 1 of 43 such periods"),
    ] {
        let first = Windows::new(hours, now()).of(Span::Requested).start;
        // All other values are at the threshold.
        let peak = |_: &Need, at| Some(if at == first { 96.0 } else { 80.0 });
        let found = judged_by(&Thresholds::default(), hours, "ec2_high_cpu", &m5, peak).unwrap().unwrap();
        assert!(found.recommendation.contains(periods), "{}", found.recommendation);
    }
}

#[test]
fn a_sustained_load_is_high_in_each_of_the_newest_available_periods() {
    let m5 = instance("m5.large", "running");
    let minute = |at: Timestamp| (now().as_second() - at.as_second()) / 60;
    // The newest ten minutes have not arrived yet, and older datapoints do not count.
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
        (ReasonKind::InsufficientData, "2 of 6 datapoints of cpu since 2026-11-20T10:05:00Z; 3 are needed")
    );
}

#[test]
fn only_a_resource_with_datapoints_on_every_day_can_be_idle() {
    let m5 = instance("m5.large", "running");
    let day = |text: &str| format!("{text}T00:00:00Z").parse::<Timestamp>().unwrap();
    assert!(judged("ec2_idle", &m5, |_, _| Some(1.0)).unwrap().is_some());
    // One is a week old, and one lacks a day in between.
    let new = judged("ec2_idle", &m5, |_, at| (at >= day("2026-11-14")).then_some(1.0)).unwrap_err();
    assert_eq!(
        (new.kind, new.detail.as_str()),
        (ReasonKind::InsufficientData, "cpu has datapoints on 6 of the last 13 complete days; all are needed")
    );
    let absent = judged("ec2_idle", &m5, |_, at| (at != day("2026-11-15")).then_some(1.0)).unwrap_err();
    assert_eq!(absent.kind, ReasonKind::InsufficientData);
    // Load today counts, but today may be missing.
    assert!(judged("ec2_idle", &m5, |_, at| (at != day("2026-11-20")).then_some(1.0)).unwrap().is_some());
    let busy_today =
        |need: &Need, at| Some(if at == day("2026-11-20") && need.metric.name == "cpu" { 50.0 } else { 1.0 });
    assert_eq!(judged("ec2_idle", &m5, busy_today), Ok(None));
    let one_busy_day =
        |need: &Need, at| Some(if at == day("2026-11-10") && need.metric.name == "network_out" { 6e6 } else { 1.0 });
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
fn stopped_resources_are_not_judged_by_metrics_and_terminated_ones_not_at_all() {
    for rule in of(ResourceType::Ec2).map(|(_, rule)| rule).filter(|rule| !rule.about().needs.is_empty()) {
        let stopped = rule.applies(&instance("t3.micro", "stopped")).unwrap_err();
        assert_eq!((stopped.kind, stopped.detail.as_str()), (ReasonKind::NotRunning, "the instance is stopped"));
        assert_eq!(rule.applies(&instance("t3.micro", "terminated")), Ok(false));
    }
    for rule in of(ResourceType::Rds).map(|(_, rule)| rule).filter(|rule| !rule.about().needs.is_empty()) {
        let status = |status: &str| rule.applies(&database(|db| db.status = Some(status.to_owned())));
        assert_eq!(status("stopped").unwrap_err().detail, "the database is stopped");
        assert_eq!((status("deleting"), status("backing-up")), (Ok(false), Ok(true)), "{}", rule.about().name);
    }
}

#[test]
fn an_instance_is_underutilised_only_after_half_of_the_hours() {
    let m5 = instance("m5.large", "running");
    let since =
        |hours: i64| move |_: &Need, at: Timestamp| (now().as_second() - at.as_second() < hours * 3_600).then_some(3.0);
    assert!(judged("ec2_underutilized", &m5, since(13)).unwrap().is_some());
    let new = judged("ec2_underutilized", &m5, since(12)).unwrap_err();
    assert_eq!(new.detail, "12 of 25 datapoints of cpu since 2026-11-19T10:00:00Z; 13 are needed");
}

#[test]
fn the_first_hour_of_a_burstable_instance_is_ignored() {
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
    // For an instance that was launched on the hour, only that hour is ignored.
    let on_the_hour = launched("2026-11-20T07:00:00Z");
    for (hour, found) in
        [("2026-11-20T06:00:00Z", true), ("2026-11-20T07:00:00Z", false), ("2026-11-20T08:00:00Z", true)]
    {
        assert_eq!(
            judged("ec2_cpu_credits_exhausted", &on_the_hour, empty_at(hour)).unwrap().is_some(),
            found,
            "{hour}"
        );
    }
    let only_its_first = |_: &Need, at: Timestamp| (at >= "2026-11-20T09:00:00Z".parse().unwrap()).then_some(0.0);
    let reason = judged("ec2_cpu_credits_exhausted", &launched("2026-11-20T09:30:00Z"), only_its_first).unwrap_err();
    assert_eq!(reason.kind, ReasonKind::Unknown);
    assert_eq!(judged("ec2_cpu_credits_exhausted", &instance("m5.large", "running"), |_, _| Some(0.0)), Ok(None));
}

#[test]
fn an_instance_is_reported_if_it_was_stopped_more_than_thirty_days_ago() {
    let since = |time| judged("ec2_stopped_long", &stopped(&format!("User initiated ({time} GMT)")), |_, _| None);
    assert_eq!(since("2026-10-21 10:35:00"), Ok(None));
    let found = since("2026-10-21 10:34:59").unwrap().unwrap();
    assert!(found.observed.value > 30.0 && found.observed.value < 30.001, "{found:?}");
    assert!(found.recommendation.contains("since 2026-10-21T10:34:59Z"), "{}", found.recommendation);
    assert_eq!(judged("ec2_stopped_long", &stopped(""), |_, _| None).unwrap_err().kind, ReasonKind::Unknown);
    assert_eq!(judged("ec2_stopped_long", &instance("m5.large", "running"), |_, _| None), Ok(None));
}

#[test]
fn auroras_storage_and_replicas_without_connections_are_not_judged() {
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
fn a_value_that_rds_does_not_report_is_the_reason() {
    let serverless = database(|db| db.class = Some("db.serverless".to_owned()));
    let reason = judged("rds_low_memory", &serverless, |_, _| Some(0.0)).unwrap_err();
    assert_eq!(
        (reason.kind, reason.detail.as_str()),
        (ReasonKind::Unknown, "the memory of the class db.serverless is unknown")
    );
    let no_size = database(|db| db.storage_gb = None);
    assert_eq!(judged("rds_low_storage", &no_size, |_, _| Some(0.0)).unwrap_err().kind, ReasonKind::Unknown);
}

#[test]
fn the_recommended_storage_leaves_a_fifth_free() {
    let found = judged("rds_low_storage", &database(|_| ()), |_, _| Some(5.0 * GIB)).unwrap().unwrap();
    assert!(
        found.recommendation.starts_with("Increase the allocated storage from 100 to 119 GiB"),
        "{}",
        found.recommendation
    );
    assert!(found.recommendation.contains("or delete data: 5.0 GiB are free"), "{}", found.recommendation);
    assert_eq!((found.observed.value, found.observed.threshold), (5.0 * GIB, 10.0 * GIB));
    // No more than RDS's largest storage is recommended.
    let huge = database(|db| db.storage_gb = Some(57_000));
    let with_free = |free| judged("rds_low_storage", &huge, |_, _| Some(free * GIB)).unwrap().unwrap().recommendation;
    assert!(with_free(4_571.5).starts_with("Increase the allocated storage from 57000 to 65536 GiB"));
    assert!(with_free(4_571.0).ends_with("4571.0 GiB are free, and RDS has no larger storage."));
}

#[test]
fn the_error_rate_is_that_of_the_worst_of_seven_days_and_today() {
    let errors_on = |day: &'static str, errors: f64| {
        move |need: &Need, at: Timestamp| {
            let is_day = at == format!("{day}T00:00:00Z").parse().unwrap();
            Some(if need.metric.name == "invocations" {
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
    // Days without an invocation have no error rate, and do not hide those of other days.
    assert_eq!(judged("lambda_errors", &function(), |_, _| Some(0.0)), Ok(None));
    let only_today = |_: &Need, at| Some(if at == "2026-11-20T00:00:00Z".parse().unwrap() { 5.0 } else { 0.0 });
    let found = judged("lambda_errors", &function(), only_today).unwrap().unwrap();
    assert_eq!((found.observed.value, found.observed.threshold), (100.0, 10.0));
    // Of equally bad days, the last one is reported.
    let found = judged("lambda_errors", &function(), |_, _| Some(5.0)).unwrap().unwrap();
    assert!(found.recommendation.starts_with("On 2026-11-20 (UTC), 5 of 5"), "{}", found.recommendation);
}

#[test]
fn no_more_iops_are_recommended_for_aurora() {
    let advice = |db: &Resource, rule| judged(rule, db, |_, _| Some(100.0)).unwrap().unwrap().recommendation;
    let aurora = database(|db| db.engine = Some("aurora-mysql".to_owned()));
    for rule in ["rds_read_latency", "rds_write_latency", "rds_queue_depth"] {
        assert!(advice(&database(|_| ()), rule).contains("increase its IOPS"), "{rule}");
        assert!(!advice(&aurora, rule).contains("IOPS"), "{rule}");
    }
}

#[test]
fn no_growth_beyond_aws_limits_is_recommended() {
    let huge = database(|db| db.storage_gb = Some(65_000));
    let found = judged("rds_low_storage", &huge, |_, _| Some(5.0 * GIB)).unwrap().unwrap();
    assert!(found.recommendation.contains("RDS has no larger storage"), "{}", found.recommendation);
    let function = |seconds| {
        let detail = Function { timeout_seconds: Some(seconds), ..Function::default() };
        let of = |_: &Need, _| Some(f64::from(seconds) * 990.0);
        judged("lambda_duration_near_timeout", &resource("f", Detail::Lambda(Box::new(detail))), of).unwrap().unwrap()
    };
    assert!(function(3).recommendation.contains("more than 2.97 of its 3 seconds: raise the timeout"));
    assert!(function(900).recommendation.contains("this is the longest timeout"));
    let largest = judged("ec2_cpu_credits_exhausted", &instance("t3.2xlarge", "running"), |_, _| Some(0.0));
    assert!(
        largest
            .unwrap()
            .unwrap()
            .recommendation
            .starts_with("If the load lasts, change it to a type that is not burstable")
    );
}

#[test]
fn throttles_are_added_up() {
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
    assert!(found.recommendation.contains("its 100 GiB of gp3"), "{}", found.recommendation);
}

#[test]
fn a_rule_decides_before_anything_is_measured_whether_it_applies() {
    let applies = |name, resource: &Resource| rule(name).applies(resource);
    for (state, expected) in [("available", true), ("in-use", true), ("creating", false), ("deleting", false)] {
        assert_eq!(applies("ebs_unattached", &volume(state)), Ok(expected), "{state}");
    }
    let stateless = resource("vol-1", Detail::Ebs(Box::default()));
    assert_eq!(applies("ebs_unattached", &stateless).unwrap_err().detail, "EC2 returned no state");
    assert_eq!(applies("lambda_duration_near_timeout", &function()), Ok(true));
    let endless = resource("f", Detail::Lambda(Box::default()));
    assert_eq!(applies("lambda_duration_near_timeout", &endless).unwrap_err().detail, "Lambda returned no timeout");
    assert_eq!(applies("ec2_stopped_long", &stopped("")), Ok(true));
    assert_eq!(applies("ec2_stopped_long", &instance("m5.large", "running")), Ok(false));
    assert_eq!(applies("rds_burst_balance", &database(|_| ())), Ok(true));
    assert_eq!(applies("rds_burst_balance", &database(|db| db.storage_type = None)), Ok(false));
}

#[test]
fn memory_is_reported_in_gib() {
    let found = judged("rds_low_memory", &database(|_| ()), |_, _| Some(0.25 * GIB)).unwrap().unwrap();
    assert!(
        found.recommendation.starts_with("Of the 8.0 GiB of db.m5.large, 0.2 GiB are freeable"),
        "{}",
        found.recommendation
    );
}
