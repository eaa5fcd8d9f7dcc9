//! Each rule at its threshold, and what no rule may do: judge without data, or report stopped, new or silent resources
//! as idle.

use collector::services::dynamodb::Table;
use collector::services::ec2::address::Address;
use collector::services::ec2::endpoint::Endpoint;
use collector::services::ec2::image::Image;
use collector::services::ec2::instance::Instance;
use collector::services::ec2::nat_gateway::NatGateway;
use collector::services::ec2::snapshot::Snapshot;
use collector::services::ec2::volume::Volume;
use collector::services::ecs::EcsService;
use collector::services::elb::load_balancer::LoadBalancer;
use collector::services::lambda::Function;
use collector::services::rds::instance::Database;
use collector::window::Window;
use collector::{Beside, Detail};
use collector::{Resource, ResourceType};
use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::reading::{Need, Reading, Span, Windows};
use crate::reason::{Reason, ReasonKind};
use crate::rule::{AnyRule, Evidence, Finding};
use crate::sizes::GIB;
use crate::threshold::{Threshold, Thresholds};

mod balancers;
mod clusters;
mod compute;
mod data;
mod ebs;
mod network;
mod quotas;
mod rds;
mod remedies;
mod runtimes;
mod steps;
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
        engine_version: Some("8.4.5".to_owned()),
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
    let runtime = Some("python3.13".to_owned());
    resource("f", Detail::Lambda(Box::new(Function { timeout_seconds: Some(30), runtime, ..Function::default() })))
}

pub(crate) fn volume(state: &str) -> Resource {
    let detail = Volume {
        state: Some(state.to_owned()),
        size_gb: Some(100),
        volume_type: Some("gp3".to_owned()),
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

/// Returns an active load balancer of this kind with a healthy target, after applying `change`.
fn balancer(kind: &str, change: impl FnOnce(&mut LoadBalancer)) -> Resource {
    let mut detail = LoadBalancer {
        kind: Some(kind.to_owned()),
        state: Some("active".to_owned()).filter(|_| kind != "classic"),
        registered_targets: Some(1),
        healthy_targets: Some(1),
        target_groups: (kind != "classic").then(|| vec![balancers::group(Some(1), Some(1))]),
        ..LoadBalancer::default()
    };
    change(&mut detail);
    resource("lb", Detail::LoadBalancer(Box::new(detail)))
}

/// Returns an active service that runs the two tasks that it should, after applying `change`.
fn service(change: impl FnOnce(&mut EcsService)) -> Resource {
    let mut detail = EcsService {
        status: Some("ACTIVE".to_owned()),
        cluster: "shop".to_owned(),
        desired_count: Some(2),
        running_count: Some(2),
        pending_count: Some(0),
        ..EcsService::default()
    };
    change(&mut detail);
    resource("shop/web", Detail::EcsService(Box::new(detail)))
}

/// A resource in use of each type that has a rule.
fn in_use() -> Vec<Resource> {
    vec![
        instance("t3.micro", "running"),
        database(|_| ()),
        function(),
        volume("in-use"),
        address("associated"),
        data::provisioned_table(|table| table.created = Some(now())),
        network::gateway("available"),
        ebs::snapshot(|_| ()),
        ebs::image(|_| ()),
        network::endpoint("2026-11-19T00:00:00Z"),
        data::snapshot(|snapshot| snapshot.created = Some(now())),
        data::cache(|_| ()),
        data::file_system(|_| ()),
        data::log_group(|group| group.retention_days = Some(30)),
        balancer("application", |_| ()),
        service(|_| ()),
        quotas::quota(|_| ()),
        clusters::domain(|_| ()),
        clusters::warehouse(|_| ()),
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

/// Returns the result of a rule for a resource whose datapoints in CloudWatch are those that `value` returns, with
/// nothing beside it.
fn judged_by(
    thresholds: &Thresholds,
    hours: u32,
    name: &str,
    resource: &Resource,
    value: impl Fn(&Need, Timestamp) -> Option<f64>,
) -> Result<Option<Finding>, Reason> {
    judged_beside(&Beside::default(), thresholds, hours, name, resource, value)
}

/// Returns the result of a rule for a resource with `beside` in its region.
fn judged_beside(
    beside: &Beside<'_>,
    thresholds: &Thresholds,
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
    let needs: Vec<_> = rule.about().first.iter().chain(rule.about().needs).collect();
    let values: Vec<Vec<_>> = needs
        .iter()
        .map(|need| periods(windows.of(need.span)).filter_map(|at| Some((at, value(need, at)?))).collect())
        .collect();
    let reading = |need: &Need, values| {
        Ok(Reading { metric: need.metric, statistic: need.statistic, window: windows.of(need.span), values })
    };
    let readings = needs.iter().copied().zip(&values).map(|(need, values)| (need, reading(need, values)));
    rule.judge(resource, Evidence { thresholds, as_of: windows.as_of(), beside, readings: readings.collect() })
}

fn judged(
    name: &str,
    resource: &Resource,
    value: impl Fn(&Need, Timestamp) -> Option<f64>,
) -> Result<Option<Finding>, Reason> {
    judged_by(&Thresholds::default(), 24, name, resource, value)
}

fn threshold(rule_name: &str, name: &str) -> &'static Threshold {
    rule(rule_name).about().thresholds.iter().find(|threshold| threshold.name == name).unwrap()
}

/// Returns the thresholds of a request that changes one.
fn changed(rule_name: &str, name: &str, value: f64) -> Thresholds {
    let mut thresholds = Thresholds::default();
    thresholds.set(rule(rule_name).about().name, threshold(rule_name, name), value);
    thresholds
}

/// The side of the threshold on which there is a finding, and whether there is one at the threshold itself.
#[derive(Debug, Clone, Copy)]
enum Side {
    Above,
    FromIt,
    Below,
    UpToIt,
}

/// Where a rule flips.
#[derive(Debug)]
struct Flip {
    rule: &'static str,
    resource: Resource,
    /// The statistic, or the metric, that varies.
    varies: &'static str,
    /// The name of the threshold, which is empty if callers can't change it, and then is 1.
    threshold: &'static str,
    /// The value of what varies at which the rule flips, for a value of the threshold.
    at: fn(f64) -> f64,
    side: Side,
    /// The value of everything else.
    others: f64,
}

/// Returns where each rule flips for each of its thresholds, except for those in days.
fn flips() -> Vec<Flip> {
    use Side::{Above, Below, FromIt, UpToIt};

    type Row = (&'static str, &'static str, Resource, &'static str, fn(f64) -> f64, Side, f64);
    let (m5, t3) = (instance("m5.xlarge", "running"), instance("t3.micro", "running"));
    let db = || database(|_| ());
    let aurora = database(|db| db.engine = Some("aurora-mysql".to_owned()));
    let rows: Vec<Row> = vec![
        ("ec2_sustained_high_cpu", "cpu", m5.clone(), "Average", |v| v, Above, 0.0),
        ("ec2_cpu_credits_exhausted", "credits", t3, "Minimum", |v| v, Below, 0.0),
        ("ec2_high_cpu", "cpu", m5.clone(), "Maximum", |v| v, Above, 0.0),
        ("ec2_idle", "cpu", m5.clone(), "Maximum", |v| v, Below, 1e6),
        // Received and sent bytes are added, so each is half of the megabytes.
        ("ec2_idle", "network", m5.clone(), "Sum", |v| v * 0.5e6, Below, 1.0),
        ("ec2_underutilized", "cpu", m5.clone(), "Average", |v| v, Below, 20.0),
        ("ec2_underutilized", "peak", m5, "Maximum", |v| v, UpToIt, 5.0),
        // One percent of its 100 GiB.
        ("rds_low_storage", "free", db(), "Minimum", |v| 100.0 * GIB * (v / 100.0), Below, 0.0),
        ("rds_high_cpu", "cpu", db(), "Average", |v| v, Above, 0.0),
        ("rds_low_memory", "free", db(), "Average", |v| 8.0 * GIB * (v / 100.0), Below, 0.0),
        ("rds_low_memory", "aurora_free", aurora, "Average", |v| 8.0 * GIB * (v / 100.0), Below, 0.0),
        ("rds_read_latency", "latency", db(), "p90", |v| v / 1_000.0, Above, 0.0),
        ("rds_write_latency", "latency", db(), "p90", |v| v / 1_000.0, Above, 0.0),
        ("rds_queue_depth", "requests", db(), "Average", |v| v, Above, 0.0),
        ("rds_burst_balance", "balance", db(), "Minimum", |v| v, Below, 0.0),
        ("rds_swap", "swap", db(), "Average", |v| v * 1_024.0 * 1_024.0, Above, 0.0),
        ("rds_no_connections", "connections", db(), "Maximum", |v| v, UpToIt, 0.0),
        // Both directions are added, as are reads and writes, so each is half.
        ("nat_gateway_idle", "bytes", network::gateway("available"), "Sum", |v| v * 0.5, UpToIt, 0.0),
        ("ebs_idle", "operations", volume("in-use"), "Sum", |v| v * 0.5, Below, 0.0),
        ("vpc_endpoint_idle", "bytes", network::endpoint("2026-10-21T00:00:00Z"), "Sum", |v| v, UpToIt, 0.0),
        // Of 100 invocations.
        ("lambda_errors", "rate", function(), "errors", |v| v, Above, 100.0),
        // Each of the 25 periods has the same number.
        ("lambda_throttles", "throttles", function(), "Sum", |v| v / 25.0, Above, 0.0),
        ("dynamodb_throttled", "throttles", table(|_| ()), "write_throttles", |v| v / 25.0, Above, 0.0),
        ("elasticache_idle", "connections", data::cache(|_| ()), "connections", |v| v, UpToIt, 0.0),
        ("elasticache_evictions", "evictions", data::cache(|_| ()), "Sum", |v| v / 25.0, Above, 0.0),
        ("elasticache_high_engine_cpu", "cpu", data::cache(|_| ()), "engine_cpu", |v| v, Above, 0.0),
        ("elasticache_high_memory", "memory", data::cache(|_| ()), "memory", |v| v, Above, 0.0),
        // Of 30 seconds.
        ("lambda_duration_near_timeout", "duration", function(), "p90", |v| 30_000.0 * v / 100.0, Above, 0.0),
        ("load_balancer_idle", "requests", balancer("application", |_| ()), "requests", |v| v, Below, 0.0),
        ("load_balancer_idle", "requests", balancer("gateway", |_| ()), "new_flows", |v| v, Below, 0.0),
        ("ecs_service_high_cpu", "cpu", service(|_| ()), "cpu", |v| v, Above, 0.0),
        ("ecs_service_high_memory", "memory", service(|_| ()), "memory", |v| v, Above, 0.0),
        ("ecs_service_idle", "cpu", service(|_| ()), "cpu", |v| v, UpToIt, 0.0),
        // Of 200.
        ("service_quota_near", "used", quotas::quota(|_| ()), "usage", |v| v * 2.0, FromIt, 0.0),
        // One percent of its 100 GiB, in MiB.
        (
            "opensearch_low_storage",
            "free",
            clusters::domain(|_| ()),
            "Minimum",
            |v| 102_400.0 * (v / 100.0),
            Below,
            0.0,
        ),
        ("redshift_no_connections", "connections", clusters::warehouse(|_| ()), "Maximum", |v| v, UpToIt, 0.0),
    ];
    let flip = |(rule, threshold, resource, varies, at, side, others)| Flip {
        rule,
        resource,
        varies,
        threshold,
        at,
        side,
        others,
    };
    rows.into_iter().map(flip).collect()
}

impl Flip {
    /// Returns a value of the threshold: its default, or the allowed whole number at this place of its range.
    fn value(&self, place: Option<f64>) -> f64 {
        if self.threshold.is_empty() {
            return 1.0;
        }
        let Threshold { default, range: (least, most), .. } = *threshold(self.rule, self.threshold);
        place.map_or(default, |place| (least + (most - least) * place).ceil())
    }

    /// Returns whether there is a finding if what varies is `value`.
    fn finds(&self, thresholds: &Thresholds, value: f64) -> bool {
        let is_varied = |need: &Need| [need.statistic, need.metric.name].contains(&self.varies);
        let of = |need: &Need, _| Some(if is_varied(need) { value } else { self.others });
        judged_by(thresholds, 24, self.rule, &self.resource, of).unwrap().is_some()
    }
}

proptest! {
    #[test]
    fn a_finding_flips_at_each_threshold_wherever_the_caller_puts_it(
        which in 0..flips().len(),
        off in 1e-9_f64..2.0,
        place in proptest::option::of(0.0_f64..1.0),
    ) {
        let flip = flips().swap_remove(which);
        let (name, value) = (flip.rule, flip.value(place));
        let thresholds = if flip.threshold.is_empty() { Thresholds::default() } else { changed(name, flip.threshold, value) };
        let threshold = (flip.at)(value);
        let step = off * threshold.abs().max(1e-3);
        let (below, at, above) = match flip.side {
            Side::Above => (false, false, true),
            Side::FromIt => (false, true, true),
            Side::Below => (true, false, false),
            Side::UpToIt => (true, true, false),
        };
        // The sum of several numbers is not exact.
        if !["lambda_throttles", "dynamodb_throttled", "elasticache_evictions"].contains(&name) || value == 0.0 {
            prop_assert_eq!(flip.finds(&thresholds, threshold), at, "{} at {}", name, threshold);
        }
        prop_assert_eq!(flip.finds(&thresholds, threshold + step), above, "{} above {}", name, threshold);
        prop_assert_eq!(flip.finds(&thresholds, threshold - step), below, "{} below {}", name, threshold);
    }

    #[test]
    fn no_rule_finds_anything_in_silence(which in 0..ALL.len()) {
        let rule = ALL[which];
        let account = in_use();
        let resource = account.iter().find(|resource| resource.resource_type() == rule.resource_type()).unwrap();
        let beside = Beside::new(&account, ResourceType::ALL.into()).with_status_checks(Vec::new(), true);
        let silent = judged_beside(&beside, &Thresholds::default(), 24, rule.about().name, resource, |_, _| None);
        if rule.about().needs.is_empty() {
            prop_assert_eq!(silent, Ok(None));
        } else {
            prop_assert_eq!(silent.unwrap_err().kind, ReasonKind::InsufficientData);
        }
    }
}

#[test]
fn each_threshold_of_each_rule_is_tested() {
    let flips = flips();
    let tested = flips.iter().map(|flip| (flip.rule, flip.threshold)).chain(stories::IN_DAYS);
    let tested = tested.chain(ebs::IN_DAYS).chain(network::IN_DAYS).chain(data::TESTED);
    let tested: Vec<_> = tested.chain(clusters::TESTED).chain(compute::TESTED).chain(runtimes::TESTED).collect();
    for about in ALL.iter().map(|rule| rule.about()) {
        assert!(about.needs.is_empty() || tested.iter().any(|(rule, _)| *rule == about.name), "{}", about.name);
        for threshold in about.thresholds {
            assert!(tested.contains(&(about.name, threshold.name)), "{}.{}", about.name, threshold.name);
        }
    }
}

#[test]
fn a_finding_names_each_threshold_and_each_default_is_allowed() {
    for about in ALL.iter().map(|rule| rule.about()) {
        for (index, threshold) in about.thresholds.iter().enumerate() {
            let name = format!("{}.{}", about.name, threshold.name);
            assert!(about.finding.contains(&format!("{{{}}}", threshold.name)), "{name}");
            assert_eq!(threshold.read(&threshold.default.to_string()), Some(threshold.default), "{name}");
            assert!(about.thresholds[..index].iter().all(|other| other.name != threshold.name), "{name}");
            assert!(threshold.below.is_none_or(|other| about.thresholds.iter().any(|of| of.name == other)), "{name}");
        }
        let text = about.finding_in_words(&Thresholds::default());
        assert!(!text.contains(['{', '}']), "{}: {text}", about.name);
    }
    assert_eq!(common::DAYS.read(&crate::reading::WHOLE_DAYS.to_string()), Some(common::DAYS.range.1));
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
