//! Rules about NAT gateways and endpoints.

use super::*;

/// The thresholds in days.
pub(super) const IN_DAYS: [(&str, &str); 1] = [("nat_gateway_idle", "days")];

pub(super) fn gateway(state: &str) -> Resource {
    let detail = NatGateway { state: Some(state.to_owned()), ..NatGateway::default() };
    resource("nat-1", Detail::NatGateway(Box::new(detail)))
}

fn day(text: &str) -> Timestamp {
    format!("{text}T00:00:00Z").parse().unwrap()
}

#[test]
fn the_days_of_a_network_rule_are_the_callers() {
    for (name, threshold) in IN_DAYS {
        let resource = gateway("available");
        // Busy five days ago.
        let busy = |_: &Need, at| Some(if at == day("2026-11-15") { 1.0 } else { 0.0 });
        let found = |days| judged_by(&changed(name, threshold, days), 24, name, &resource, busy).unwrap().is_some();
        assert_eq!((found(4.0), found(5.0)), (true, false), "{name}");
    }
}

#[test]
fn a_gateway_is_idle_if_it_sent_nothing_in_a_week_and_today() {
    let judge = |value: fn(&Need, Timestamp) -> Option<f64>| judged("nat_gateway_idle", &gateway("available"), value);
    let found = judge(|_, at| (at >= day("2026-11-13")).then_some(0.0)).unwrap().unwrap();
    assert_eq!((found.observed.metric, found.observed.value, found.observed.threshold), ("bytes_out", 0.0, 0.0));
    assert_eq!(found.observed.over.map(|(window, count)| (window.start, count)), Some((day("2026-11-13"), 8)));
    assert!(found.recommendation.contains("release its addresses"), "{}", found.recommendation);
    // One direction is enough, on any of the days.
    for (metric, busy) in [
        ("bytes_out_to_destination", "2026-11-13"),
        ("bytes_out_to_source", "2026-11-17"),
        ("bytes_out_to_source", "2026-11-20"),
    ] {
        let value = |need: &Need, at| Some(if need.metric.name == metric && at == day(busy) { 1.0 } else { 0.0 });
        assert_eq!(judged("nat_gateway_idle", &gateway("available"), value), Ok(None), "{metric} {busy}");
    }
    assert!(judge(|_, at| Some(if at == day("2026-11-12") { 1.0 } else { 0.0 })).unwrap().is_some());
    // A gateway of yesterday, or one without datapoints of one direction, is not judged.
    let new = judge(|_, at| (at >= day("2026-11-19")).then_some(0.0)).unwrap_err();
    let detail = "bytes_out_to_destination has datapoints on 1 of the last 7 complete days; all are needed";
    assert_eq!((new.kind, new.detail.as_str()), (ReasonKind::InsufficientData, detail));
    let half = judge(|need, _| (need.metric.name == "bytes_out_to_destination").then_some(0.0)).unwrap_err();
    assert_eq!(half.kind, ReasonKind::InsufficientData);
    let private = NatGateway {
        state: Some("available".to_owned()),
        connectivity_type: Some("private".to_owned()),
        ..NatGateway::default()
    };
    let private = resource("nat-1", Detail::NatGateway(Box::new(private)));
    let found = judged("nat_gateway_idle", &private, |_, _| Some(0.0)).unwrap().unwrap();
    assert!(!found.recommendation.contains("addresses"), "{}", found.recommendation);
}

#[test]
fn only_an_available_gateway_is_judged() {
    let applies = |state| rule("nat_gateway_idle").applies(&gateway(state));
    assert_eq!(applies("available"), Ok(true));
    assert_eq!(["failed", "deleting", "deleted"].map(applies), [Ok(false), Ok(false), Ok(false)]);
    let pending = applies("pending").unwrap_err();
    assert_eq!((pending.kind, pending.detail.as_str()), (ReasonKind::NotRunning, "the gateway is pending"));
    let stateless = resource("nat-1", Detail::NatGateway(Box::default()));
    assert_eq!(rule("nat_gateway_idle").applies(&stateless).unwrap_err().kind, ReasonKind::Unknown);
}

