//! Each rule at its threshold, and what no rule may do: judge without data, or report stopped, new or silent resources
//! as idle.

use collector::Detail;
use collector::services::dynamodb::Table;
use collector::services::ec2::address::Address;
use collector::services::ec2::instance::Instance;
use collector::services::ec2::volume::Volume;
use collector::services::lambda::Function;
use collector::services::rds::Database;
use collector::window::Window;
use collector::{Resource, ResourceType};
use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::rule::{AnyRule, Evidence, Finding, Need, Reading, Reason, ReasonKind, Settings, Span, Windows};
use crate::sizes::GIB;

mod stories;

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

/// Returns a database with 8 GiB of memory and 100 GiB of gp2 storage, after applying `change`.
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

/// Returns a function with a timeout of 30 seconds.
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

/// An active table on demand, with `change` made to it.
fn table(change: impl FnOnce(&mut Table)) -> Resource {
    let mut detail = Table { status: Some("ACTIVE".to_owned()), ..Table::default() };
    change(&mut detail);
    resource("t", Detail::Dynamodb(Box::new(detail)))
}

/// A resource in use of each type that has a rule.
fn in_use() -> Vec<Resource> {
    vec![
        instance("t3.micro", "running"),
        database(|_| ()),
        function(),
        volume("in-use"),
        address("associated"),
        table(|_| ()),
    ]
}

fn rule(name: &str) -> &'static dyn AnyRule {
    ALL.iter().copied().find(|rule| rule.about().name == name).unwrap()
}

/// Returns the start of every period.
fn periods(window: Window) -> impl Iterator<Item = Timestamp> {
    let step = i64::from(window.period);
    let count = i64::try_from(window.periods()).unwrap();
    (0..count).map(move |n| Timestamp::from_second(window.start.as_second() + n * step).unwrap())
}

const SETTINGS: Settings = Settings { cpu_high: 80, cpu_low: 10 };

/// Returns the result of a rule for a resource whose datapoints in CloudWatch are those that `value` returns.
fn judged_by(
    settings: Settings,
    hours: u32,
    name: &str,
    resource: &Resource,
    value: impl Fn(&Need, Timestamp) -> Option<f64>,
) -> Result<Option<Finding>, Reason> {
    let rule = rule(name);
    if !rule.applies(resource)? {
        return Ok(None);
    }
    let windows = Windows::new(hours, now());
    let needs = rule.about().needs;
    let values: Vec<Vec<_>> = needs
        .iter()
        .map(|need| periods(windows.of(need.span)).filter_map(|at| Some((at, value(need, at)?))).collect())
        .collect();
    let reading = |need: &Need, values| {
        Ok(Reading { metric: need.metric, statistic: need.statistic, window: windows.of(need.span), values })
    };
    let readings = needs.iter().zip(&values).map(|(need, values)| (need, reading(need, values)));
    rule.judge(resource, Evidence { settings, now: windows.now, readings: readings.collect() })
}

fn judged(
    name: &str,
    resource: &Resource,
    value: impl Fn(&Need, Timestamp) -> Option<f64>,
) -> Result<Option<Finding>, Reason> {
    judged_by(SETTINGS, 24, name, resource, value)
}

/// The side of the threshold on which there is a finding, and whether there is one at the threshold itself.
#[derive(Debug, Clone, Copy)]
enum Side {
    Above,
    FromIt,
    Below,
    UpToIt,
}

/// Returns where each rule flips: its resource, the statistic that varies, the threshold and side, and the value of the
/// other statistics.
fn flips() -> Vec<(&'static str, Resource, &'static str, f64, Side, f64)> {
    let (m5, t3) = (instance("m5.xlarge", "running"), instance("t3.micro", "running"));
    let db = || database(|_| ());
    vec![
        ("ec2_status_check_failed", m5.clone(), "Maximum", 1.0, Side::FromIt, 0.0),
        ("ec2_sustained_high_cpu", m5.clone(), "Average", 80.0, Side::Above, 0.0),
        ("ec2_cpu_credits_exhausted", t3, "Minimum", 1.0, Side::Below, 0.0),
        ("ec2_high_cpu", m5.clone(), "Maximum", 80.0, Side::Above, 0.0),
        ("ec2_idle", m5.clone(), "Maximum", 5.0, Side::Below, 1e6),
        // Received and sent bytes are added, so each is half of the 5 MB.
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
        ("dynamodb_throttled", table(|_| ()), "Sum", 0.0, Side::Above, 0.0),
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
        let finds = |name, value| judged_by(settings, 24, name, &m5, |_, _| Some(value)).unwrap().is_some();
        for name in ["ec2_high_cpu", "ec2_sustained_high_cpu"] {
            prop_assert!(!finds(name, high) && finds(name, high + 1e-6));
        }
        prop_assert!(!finds("ec2_underutilized", low) && finds("ec2_underutilized", low - 1e-6));
    }

    #[test]
    fn no_rule_finds_anything_in_silence(which in 0..ALL.len()) {
        let rule = ALL[which];
        let resource = in_use().into_iter().find(|resource| resource.resource_type() == rule.resource_type());
        let silent = judged(rule.about().name, &resource.unwrap(), |_, _| None);
        if rule.about().needs.is_empty() {
            prop_assert_eq!(silent, Ok(None));
        } else {
            prop_assert_eq!(silent.unwrap_err().kind, ReasonKind::InsufficientData);
        }
    }
}

#[test]
fn every_rule_with_a_metric_is_tested_at_its_threshold() {
    let tried: Vec<_> = flips().iter().map(|(name, ..)| *name).chain(["lambda_errors"]).collect();
    for rule in ALL.iter().copied().filter(|rule| !rule.about().needs.is_empty()) {
        assert!(tried.contains(&rule.about().name), "{}", rule.about().name);
    }
}

#[test]
fn each_rule_has_its_own_description_of_the_finding() {
    for (index, rule) in ALL.iter().copied().enumerate() {
        assert!(
            ALL[..index].iter().all(|other| other.about().finding != rule.about().finding),
            "{}",
            rule.about().name
        );
    }
    for (name, latency) in [("rds_read_latency", "the read latency"), ("rds_write_latency", "the write latency")] {
        assert!(rule(name).about().finding.contains(latency), "{name}");
    }
}

#[test]
fn rules_are_sorted_by_severity_and_named_after_their_type() {
    assert!(ALL.is_sorted_by_key(|rule| rule.about().severity));
    for (index, rule) in ALL.iter().copied().enumerate() {
        assert!(rule.about().name.starts_with(&format!("{}_", rule.resource_type())), "{}", rule.about().name);
        assert!(ALL[..index].iter().all(|other| other.about().name != rule.about().name), "{}", rule.about().name);
    }
    for kind in ResourceType::ALL {
        assert_eq!(types().contains(&kind), of(kind).next().is_some(), "{kind}");
    }
}
