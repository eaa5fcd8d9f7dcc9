//! How the rules judge ECS services, and instances by their status checks.

use collector::services::ec2::status_checks::{Check, StatusChecks};

use super::*;

/// The thresholds of rules without metrics that are tested here.
pub(super) const TESTED: [(&str, &str); 1] = [("ecs_service_below_desired", "minutes")];

fn unmeasured(thresholds: &Thresholds, name: &str, resource: &Resource) -> Result<Option<Finding>, Reason> {
    judged_by(thresholds, 24, name, resource, |_, _| None)
}

#[test]
fn a_service_with_fewer_tasks_than_desired_is_found() {
    let runs = |running: i32, desired: i32| {
        let resource = service(|it| (it.running_count, it.desired_count) = (Some(running), Some(desired)));
        unmeasured(&Thresholds::default(), "ecs_service_below_desired", &resource).unwrap()
    };
    assert_eq!((runs(2, 2), runs(3, 2), runs(0, 0)), (None, None, None));
    let found = runs(1, 2).unwrap();
    assert_eq!((found.observed.metric, found.observed.value, found.observed.threshold), ("running_count", 1.0, 2.0));
    assert!(found.recommendation.starts_with("1 of 2 tasks run, and 0 are being started. Read"));
    let uncounted = service(|it| it.running_count = None);
    let reason = unmeasured(&Thresholds::default(), "ecs_service_below_desired", &uncounted).unwrap_err();
    assert_eq!(reason.kind, ReasonKind::Unknown);
}

#[test]
fn a_deployment_has_some_minutes_to_start_tasks() {
    let deploying = |status: &str, since: &str| {
        service(|it| {
            it.running_count = Some(1);
            it.deployment_status = Some(status.to_owned());
            it.deployment_started = Some(since.parse().unwrap());
        })
    };
    let judge = |minutes: Option<f64>, resource: &Resource| {
        let thresholds = minutes.map(|minutes| changed("ecs_service_below_desired", "minutes", minutes));
        unmeasured(&thresholds.unwrap_or_default(), "ecs_service_below_desired", resource)
    };
    // It is 10:37:12, and judged is what was until 10:35.
    let young = judge(None, &deploying("IN_PROGRESS", "2026-11-20T10:25:01Z")).unwrap_err();
    assert_eq!(
        (young.kind, young.detail.as_str()),
        (ReasonKind::InsufficientData, "1 of 2 tasks run; a deployment is in progress since 2026-11-20T10:25:01Z")
    );
    let ten_minutes_old = deploying("IN_PROGRESS", "2026-11-20T10:25:00Z");
    let found = judge(None, &ten_minutes_old).unwrap().unwrap();
    assert!(found.recommendation.contains("A deployment does not come to an end."), "{}", found.recommendation);
    assert!(judge(Some(11.0), &ten_minutes_old).is_err());
    assert!(judge(Some(10.0), &ten_minutes_old).unwrap().is_some());
    assert!(judge(Some(9.0), &ten_minutes_old).unwrap().is_some());
    let failed = judge(None, &deploying("FAILED", "2026-11-20T10:37:00Z")).unwrap().unwrap();
    assert!(failed.recommendation.contains("Its last deployment failed."), "{}", failed.recommendation);
    assert!(judge(None, &deploying("COMPLETED", "2026-11-20T10:37:00Z")).unwrap().is_some());
}

#[test]
fn a_service_is_judged_by_metrics_while_it_has_tasks() {
    for (_, rule) in of(ResourceType::EcsService) {
        let with = |change: fn(&mut EcsService)| rule.applies(&service(change));
        assert_eq!(with(|it| it.status = Some("DRAINING".to_owned())), Ok(false));
        assert_eq!(with(|it| it.status = None).unwrap_err().kind, ReasonKind::Unknown);
        if !rule.about().needs.is_empty() {
            let empty = with(|it| it.running_count = Some(0)).unwrap_err();
            assert_eq!((empty.kind, empty.detail.as_str()), (ReasonKind::NotRunning, "no task of the service runs"));
            assert_eq!(with(|it| it.running_count = None).unwrap_err().kind, ReasonKind::Unknown);
        }
    }
}

#[test]
fn cpu_and_memory_are_high_in_each_of_the_newest_three_periods() {
    let minute = |at: Timestamp| (now().as_second() - at.as_second()) / 60;
    for (name, metric) in [("ecs_service_high_cpu", "cpu"), ("ecs_service_high_memory", "memory")] {
        let other = |need: &Need| need.metric.name != metric;
        let once_lower = |need: &Need, at| Some(if other(need) || (5..10).contains(&minute(at)) { 80.0 } else { 95.0 });
        assert_eq!(judged(name, &service(|_| ()), once_lower), Ok(None), "{name}");
        let lately = |need: &Need, at| Some(if other(need) || minute(at) > 20 { 10.0 } else { 95.0 });
        let found = judged(name, &service(|_| ()), lately).unwrap().unwrap();
        assert_eq!((found.observed.metric, found.observed.value), (metric, 95.0));
        let two = |_: &Need, at| (minute(at) <= 12).then_some(95.0);
        assert_eq!(judged(name, &service(|_| ()), two).unwrap_err().kind, ReasonKind::InsufficientData, "{name}");
    }
}

#[test]
fn a_service_is_idle_only_with_datapoints_on_every_day() {
    let day = |text: &str| format!("{text}T00:00:00Z").parse::<Timestamp>().unwrap();
    let absent = |_: &Need, at| (at != day("2026-11-10")).then_some(0.0);
    let reason = judged("ecs_service_idle", &service(|_| ()), absent).unwrap_err();
    assert_eq!(reason.detail, "cpu has datapoints on 12 of the last 13 complete days; all are needed");
    let once = |_: &Need, at| Some(if at == day("2026-11-20") { 0.1 } else { 0.0 });
    assert_eq!(judged("ecs_service_idle", &service(|_| ()), once), Ok(None));
    let found = judged("ecs_service_idle", &service(|_| ()), |_, _| Some(0.0)).unwrap().unwrap();
    assert!(found.recommendation.contains("(2 running)"), "{}", found.recommendation);
}

#[test]
fn a_status_check_is_judged_by_what_ec2_says_of_it_now() {
    let since = "2026-11-20T09:00:00Z".parse::<Timestamp>().ok();
    let (failed, unknown, passed) = (Check::Failed(since), Check::Unknown, Check::Passed);
    let judged = |system, instance_check| {
        let checks = vec![("i-1".to_owned(), StatusChecks { system, instance: instance_check })];
        let beside = Beside::default().with_status_checks(checks, true);
        let of = instance("m5.large", "running");
        judged_beside(&beside, &Thresholds::default(), 24, "ec2_status_check_failed", &of, |_, _| None)
    };
    let finding = |system, instance_check| judged(system, instance_check).unwrap().unwrap();
    let found = finding(failed, passed);
    assert_eq!((found.observed.value, found.observed.statistic, found.observed.over), (1.0, None, None));
    assert_eq!(
        found.recommendation,
        "Its system status check fails since 2026-11-20T09:00:00Z: stop and start it, which moves it to other hardware."
    );
    assert_eq!(
        finding(unknown, Check::Failed(None)).recommendation,
        "Its instance status check fails: read its system log and reboot it."
    );
    assert!(finding(failed, failed).observed.value > 1.0);
    assert_eq!(judged(passed, passed), Ok(None));
    let reason = judged(passed, unknown).unwrap_err();
    assert_eq!(reason.kind, ReasonKind::InsufficientData);
    assert_eq!(reason.detail, "EC2 has insufficient data for the instance status check");
}

#[test]
fn a_status_check_that_ec2_did_not_return_is_not_judged() {
    let running = instance("m5.large", "running");
    for (complete, expected) in [(true, Ok(None)), (false, Err(ReasonKind::Unknown))] {
        let beside = Beside::default().with_status_checks(Vec::new(), complete);
        let judged =
            judged_beside(&beside, &Thresholds::default(), 24, "ec2_status_check_failed", &running, |_, _| None);
        assert_eq!(judged.map_err(|reason| reason.kind), expected);
    }
    let not_asked = judged("ec2_status_check_failed", &running, |_, _| None);
    assert_eq!(not_asked.unwrap_err().kind, ReasonKind::Unknown);
}
