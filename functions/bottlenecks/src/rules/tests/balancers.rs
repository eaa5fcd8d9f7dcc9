//! How the rules judge load balancers.

use collector::services::elb::targets::TargetGroup;

use super::*;

/// Returns a target group that is checked, with these numbers of targets.
pub(super) fn group(registered: Option<usize>, healthy: Option<usize>) -> TargetGroup {
    TargetGroup {
        health_checked: Some(true),
        registered_targets: registered,
        healthy_targets: healthy,
        initial_targets: healthy.map(|_| 0),
        ..TargetGroup::default()
    }
}

/// Returns an application load balancer with these target groups, whose sums are those of its list.
fn with(groups: &[TargetGroup]) -> Resource {
    balancer("application", |detail| {
        detail.registered_targets = groups.iter().map(|group| group.registered_targets).sum();
        detail.healthy_targets = groups.iter().map(|group| group.healthy_targets).sum();
        detail.target_groups = Some(groups.to_vec());
    })
}

fn classic(registered: usize, healthy: Option<usize>) -> Resource {
    balancer("classic", |detail| {
        detail.registered_targets = Some(registered);
        detail.healthy_targets = healthy;
    })
}

fn unmeasured(name: &str, resource: &Resource) -> Result<Option<Finding>, Reason> {
    judged(name, resource, |_, _| None)
}

/// Returns whether there is a finding, or `None` if the rule can't tell.
fn finds(name: &str, resource: &Resource) -> Option<bool> {
    unmeasured(name, resource).ok().map(|found| found.is_some())
}

#[test]
fn a_load_balancer_without_registered_targets_is_found() {
    let unknown = group(None, None);
    for (resource, expected) in [
        (with(&[group(Some(1), Some(0))]), Some(false)),
        (with(&[group(Some(0), Some(0))]), Some(true)),
        (with(&[group(Some(0), Some(0)), group(Some(2), Some(0))]), Some(false)),
        (with(&[]), Some(true)),
        // One registered target is enough, and without any the unknown group may have some.
        (with(&[group(Some(1), Some(1)), unknown.clone()]), Some(false)),
        (with(&[group(Some(0), Some(0)), unknown]), None),
        (balancer("application", |detail| (detail.target_groups, detail.registered_targets) = (None, None)), None),
        (classic(0, Some(0)), Some(true)),
        (classic(1, None), Some(false)),
    ] {
        assert_eq!(finds("load_balancer_no_targets", &resource), expected, "{resource:?}");
    }
    let said = |resource: &Resource| unmeasured("load_balancer_no_targets", resource).unwrap().unwrap().recommendation;
    assert!(said(&with(&[])).contains("it forwards to no target group"));
    let empty = group(Some(0), Some(0));
    assert!(said(&with(std::slice::from_ref(&empty))).contains("its target group is empty"));
    assert!(said(&with(&[empty.clone(), empty])).contains("all of its 2 target groups are empty"));
    assert!(said(&classic(0, Some(0))).contains("no instance is registered"));
}

#[test]
fn a_load_balancer_whose_targets_are_all_unhealthy_is_found() {
    let name = "load_balancer_no_healthy_targets";
    let unknown = group(None, None);
    let unchecked = |registered| TargetGroup { health_checked: Some(false), ..group(Some(registered), None) };
    for (resource, expected) in [
        (with(&[group(Some(3), Some(0))]), Some(true)),
        (with(&[group(Some(3), Some(1))]), Some(false)),
        (with(&[group(Some(3), Some(0)), group(Some(1), Some(1))]), Some(false)),
        (with(&[group(Some(3), Some(0)), group(Some(0), Some(0))]), Some(true)),
        // Those without any targets are found by another rule.
        (with(&[group(Some(0), Some(0))]), Some(false)),
        (with(&[]), Some(false)),
        (with(&[group(Some(3), Some(0)), unknown.clone()]), None),
        (with(&[group(Some(3), Some(1)), unknown]), Some(false)),
        // What is not checked receives requests.
        (with(&[group(Some(3), Some(0)), unchecked(1)]), Some(false)),
        (with(&[group(Some(3), Some(0)), unchecked(0)]), Some(true)),
        (classic(2, Some(0)), Some(true)),
        (classic(2, Some(1)), Some(false)),
        (classic(0, Some(0)), Some(false)),
        (classic(2, None), None),
    ] {
        assert_eq!(finds(name, &resource), expected, "{resource:?}");
    }
    let found = unmeasured(name, &with(&[group(Some(3), Some(0))])).unwrap().unwrap();
    assert_eq!((found.observed.metric, found.observed.value), ("healthy_targets", 0.0));
    assert!(found.recommendation.starts_with("Find out why its 3 targets fail"), "{}", found.recommendation);
    let starting = TargetGroup { initial_targets: Some(2), ..group(Some(3), Some(0)) };
    let reason = unmeasured(name, &with(&[starting])).unwrap_err();
    assert_eq!(
        (reason.kind, reason.detail.as_str()),
        (ReasonKind::InsufficientData, "the first health checks of 2 of its 3 targets are not done")
    );
}

#[test]
fn a_load_balancer_is_judged_once_it_is_set_up() {
    for (_, rule) in of(ResourceType::LoadBalancer) {
        let in_state = |state: &str| rule.applies(&balancer("network", |detail| detail.state = Some(state.to_owned())));
        assert_eq!((in_state("active"), in_state("active_impaired")), (Ok(true), Ok(true)));
        let reason = in_state("provisioning").unwrap_err();
        assert_eq!(
            (reason.kind, reason.detail.as_str()),
            (ReasonKind::NotRunning, "the load balancer is provisioning")
        );
        assert_eq!(rule.applies(&balancer("classic", |_| ())), Ok(true));
        let stateless = rule.applies(&balancer("network", |detail| detail.state = None)).unwrap_err();
        assert_eq!(stateless.kind, ReasonKind::Unknown);
    }
}

#[test]
fn days_without_datapoints_are_days_without_requests_if_the_load_balancer_existed() {
    let created = |text: &str| balancer("application", |detail| detail.created = Some(text.parse().unwrap()));
    let idle = |resource: &Resource, of: &dyn Fn(Timestamp) -> Option<f64>| {
        judged("load_balancer_idle", resource, |_, at| of(at))
    };
    let silent = |_| None;
    // The seven whole days begin on the 13th.
    let old = created("2026-11-13T00:00:00Z");
    let found = idle(&old, &silent).unwrap().unwrap();
    assert_eq!((found.observed.value, found.observed.over.map(|(_, count)| count)), (0.0, Some(0)));
    let young = idle(&created("2026-11-13T00:00:01Z"), &silent).unwrap_err();
    assert_eq!(
        (young.kind, young.detail.as_str()),
        (ReasonKind::InsufficientData, "requests has datapoints on 0 of the last 7 complete days; all are needed")
    );
    // Without its age, or if it is young, a load balancer with datapoints on each of the days is judged.
    let few = |_| Some(99.0);
    for resource in [balancer("application", |_| ()), created("2026-11-19T00:00:00Z"), old.clone()] {
        let found = idle(&resource, &few).unwrap().unwrap();
        assert_eq!((found.observed.metric, found.observed.value), ("requests", 99.0));
    }
    let day = |text: &str| format!("{text}T00:00:00Z").parse::<Timestamp>().unwrap();
    for (busy, expected) in [("2026-11-20", false), ("2026-11-13", false), ("2026-11-12", true)] {
        let once = |at| (at == day(busy)).then_some(100.0);
        assert_eq!(idle(&old, &once).unwrap().is_some(), expected, "{busy}");
    }
}

#[test]
fn flows_count_for_network_and_gateway_load_balancers_and_open_ones_are_in_use() {
    let of = |metric: &'static str, value: f64| {
        move |need: &Need, _: Timestamp| Some(if need.metric.name == metric { value } else { 0.0 })
    };
    for (kind, metric) in
        [("application", "requests"), ("classic", "requests"), ("network", "new_flows"), ("gateway", "new_flows")]
    {
        let judge = |value| judged("load_balancer_idle", &balancer(kind, |_| ()), of(metric, value)).unwrap();
        assert_eq!(judge(100.0), None, "{kind}");
        let found = judge(99.0).unwrap();
        assert_eq!((found.observed.metric, found.observed.value), (metric, 99.0), "{kind}");
    }
    let open = |kind, flows| judged("load_balancer_idle", &balancer(kind, |_| ()), of("active_flows", flows)).unwrap();
    assert_eq!((open("network", 1.0), open("network", 0.9).is_some()), (None, true));
    assert!(open("application", 5.0).is_some());
}
