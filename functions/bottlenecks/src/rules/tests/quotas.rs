//! The rule about service quotas.

use collector::services::service_quotas::ServiceQuota;

use super::*;

const RULE: &str = "service_quota_near";

/// A quota of 200 that is in use, with `change` made to it.
pub(super) fn quota(change: impl FnOnce(&mut ServiceQuota)) -> Resource {
    let mut detail = ServiceQuota {
        service: "ec2".to_owned(),
        quota_code: "L-1216C47A".to_owned(),
        value: Some(200.0),
        adjustable: true,
        usage_statistic: Some("Maximum".to_owned()),
        in_use: Some(true),
        ..ServiceQuota::default()
    };
    change(&mut detail);
    resource("ec2/L-1216C47A", Detail::ServiceQuota(Box::new(detail)))
}

#[test]
fn the_largest_use_of_the_requested_hours_is_compared() {
    // 90 % in a single hour, and little in all others, of which every second one has no datapoint.
    let peak = "2026-11-20T03:00:00Z".parse::<Timestamp>().unwrap();
    let of_hour = |_: &Need, at: Timestamp| {
        if at == peak { Some(180.0) } else { (at.as_second() / 3_600 % 2 == 0).then_some(20.0) }
    };
    let finding = judged(RULE, &quota(|_| ()), of_hour).unwrap().unwrap();
    let observed = &finding.observed;
    assert_eq!((observed.metric, observed.statistic, observed.unit), ("quota_used", Some("Maximum"), "Percent"));
    assert_eq!((observed.value, observed.threshold), (90.0, 80.0));
    let Some((window, found)) = observed.over else { panic!("{observed:?}") };
    assert_eq!((window.period, window.periods(), found), (3_600, 25, 14));
    assert_eq!(
        finding.recommendation,
        "180 of 200 were used. Delete what is not needed, or ask AWS for more, which may take days: aws service-quotas \
         request-service-quota-increase --service-code ec2 --quota-code L-1216C47A --desired-value NUMBER."
    );
    // Seven hours later, it is over.
    assert_eq!(judged_by(&Thresholds::default(), 6, RULE, &quota(|_| ()), of_hour), Ok(None));
}

#[test]
fn a_quota_may_be_used_up_or_exceeded() {
    for used in [200.0, 250.0] {
        let finding = judged(RULE, &quota(|_| ()), |_, _| Some(used)).unwrap().unwrap();
        assert_eq!((finding.observed.value, finding.observed.threshold), (used / 2.0, 80.0));
    }
}

#[test]
fn what_aws_does_not_raise_is_said() {
    let recommended = |global| {
        let quota = quota(|quota| (quota.adjustable, quota.global) = (false, global));
        judged(RULE, &quota, |_, _| Some(200.0)).unwrap().unwrap().recommendation
    };
    let fixed = "200 of 200 were used. AWS does not raise this quota: delete what is not needed, or use another";
    assert_eq!(recommended(false), format!("{fixed} region or account as well."));
    assert_eq!(recommended(true), format!("{fixed} account as well."));
}

#[test]
fn a_quota_that_is_not_used_is_fine_and_one_that_may_be_is_not_judged() {
    let of = |change: fn(&mut ServiceQuota)| judged(RULE, &quota(change), |_, _| Some(200.0));
    assert_eq!(of(|quota| quota.in_use = Some(false)), Ok(None));
    assert_eq!(of(|quota| quota.value = Some(0.0)), Ok(None));
    let unknown = |detail: &str| Err(Reason::unknown(detail));
    assert_eq!(
        of(|quota| quota.in_use = None),
        unknown("CloudWatch did not list what is in use; the gaps have the reason")
    );
    assert_eq!(of(|quota| quota.value = None), unknown("Service Quotas returned no value"));
    assert_eq!(
        of(|quota| quota.usage_statistic = Some("Sum".to_owned())),
        unknown("AWS compares this quota with the statistic Sum of its use")
    );
    assert!(matches!(of(|quota| quota.usage_statistic = None), Ok(Some(_))));
}

#[test]
fn a_quota_without_a_datapoint_in_the_requested_hours_is_not_judged() {
    let reason = judged(RULE, &quota(|_| ()), |_, _| None).unwrap_err();
    assert_eq!(reason.kind, ReasonKind::InsufficientData);
    assert_eq!(reason.detail, "0 of 25 datapoints of usage since 2026-11-19T10:00:00Z; 1 are needed");
}
