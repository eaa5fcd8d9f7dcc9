//! Rules about NAT gateways and endpoints.

use super::*;

/// The thresholds in days.
pub(super) const IN_DAYS: [(&str, &str); 2] = [("nat_gateway_idle", "days"), ("vpc_endpoint_idle", "days")];

pub(super) fn gateway(state: &str) -> Resource {
    let detail = NatGateway { state: Some(state.to_owned()), ..NatGateway::default() };
    resource("nat-1", Detail::NatGateway(Box::new(detail)))
}

/// Returns an available interface endpoint.
pub(super) fn endpoint(created: &str) -> Resource {
    endpoint_with(|endpoint| endpoint.created = Some(created.parse().unwrap()))
}

/// Returns an available interface endpoint that was created years ago, after applying `change`.
fn endpoint_with(change: impl FnOnce(&mut Endpoint)) -> Resource {
    let mut detail = Endpoint {
        endpoint_type: Some("Interface".to_owned()),
        service_name: Some("com.amazonaws.us-east-1.ssm".to_owned()),
        state: Some("available".to_owned()),
        created: Some("2020-01-01T00:00:00Z".parse().unwrap()),
        ..Endpoint::default()
    };
    change(&mut detail);
    resource("vpce-1", Detail::VpcEndpoint(Box::new(detail)))
}

fn day(text: &str) -> Timestamp {
    format!("{text}T00:00:00Z").parse().unwrap()
}

#[test]
fn the_days_of_a_network_rule_are_the_callers() {
    for (name, threshold) in IN_DAYS {
        let resource = if name == "nat_gateway_idle" { gateway("available") } else { endpoint_with(|_| ()) };
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

#[test]
fn an_endpoint_without_datapoints_is_idle_once_it_is_older_than_a_month() {
    let silent = |endpoint: &Resource| judged("vpc_endpoint_idle", endpoint, |_, _| None);
    let found = silent(&endpoint("2026-10-21T00:00:00Z")).unwrap().unwrap();
    assert_eq!((found.observed.metric, found.observed.value), ("bytes_processed", 0.0));
    assert_eq!(found.observed.over.map(|(window, count)| (window.start, count)), Some((day("2026-10-21"), 0)));
    assert!(
        found.recommendation.contains("is to reach com.amazonaws.us-east-1.ssm any more"),
        "{}",
        found.recommendation
    );
    let younger = silent(&endpoint("2026-10-21T00:00:01Z")).unwrap_err();
    let detail = "it was created at 2026-10-21T00:00:01Z; the last 30 complete days are needed";
    assert_eq!((younger.kind, younger.detail.as_str()), (ReasonKind::InsufficientData, detail));
    let ageless = silent(&endpoint_with(|endpoint| endpoint.created = None)).unwrap_err();
    assert_eq!(ageless.kind, ReasonKind::Unknown);
    // Traffic of one day is enough, of a new one as well.
    for created in ["2026-10-01T00:00:00Z", "2026-11-20T00:00:00Z"] {
        let once = |_: &Need, at| (at == day("2026-11-20")).then_some(1.0);
        assert_eq!(judged("vpc_endpoint_idle", &endpoint(created), once), Ok(None), "{created}");
    }
    let first = |_: &Need, at| (at == day("2026-10-21")).then_some(1.0);
    assert_eq!(judged("vpc_endpoint_idle", &endpoint("2026-10-01T00:00:00Z"), first), Ok(None));
}

#[test]
fn the_subnets_of_an_idle_endpoint_are_counted() {
    let of = |subnets: usize| {
        let endpoint = endpoint_with(|endpoint| endpoint.subnet_ids = vec!["subnet-1".to_owned(); subnets]);
        judged("vpc_endpoint_idle", &endpoint, |_, _| None).unwrap().unwrap().recommendation
    };
    assert!(of(3).contains("in each subnet (3 of them), used or not"), "{}", of(3));
    assert!(of(1).contains("in each subnet, used or not"), "{}", of(1));
}

#[test]
fn only_an_available_interface_endpoint_of_the_account_is_judged() {
    let applies = |change: fn(&mut Endpoint)| rule("vpc_endpoint_idle").applies(&endpoint_with(change));
    assert_eq!(applies(|_| ()), Ok(true));
    assert_eq!(applies(|endpoint| endpoint.requester_managed = Some(false)), Ok(true));
    assert_eq!(applies(|endpoint| endpoint.requester_managed = Some(true)), Ok(false));
    assert_eq!(applies(|endpoint| endpoint.endpoint_type = Some("Gateway".to_owned())), Ok(false));
    assert_eq!(applies(|endpoint| endpoint.endpoint_type = None), Ok(false));
    assert_eq!(applies(|endpoint| endpoint.state = Some("rejected".to_owned())), Ok(false));
    let pending = applies(|endpoint| endpoint.state = Some("pendingAcceptance".to_owned())).unwrap_err();
    assert_eq!((pending.kind, pending.detail.as_str()), (ReasonKind::NotRunning, "the endpoint is pendingAcceptance"));
    assert_eq!(applies(|endpoint| endpoint.state = None).unwrap_err().kind, ReasonKind::Unknown);
    let elsewhere = applies(|endpoint| endpoint.service_region = Some("eu-west-1".to_owned())).unwrap_err();
    let detail = "CloudWatch does not measure an endpoint of a service in another region";
    assert_eq!((elsewhere.kind, elsewhere.detail.as_str()), (ReasonKind::Unknown, detail));
}
