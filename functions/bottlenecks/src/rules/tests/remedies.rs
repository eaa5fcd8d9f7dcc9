//! The commands of each rule.

use std::collections::BTreeMap;

use collector::services::rds::snapshot::Source;
use serde_json::Value;

use super::*;
use crate::remediation::Remediation;

mod hostile;

/// What a test of a finding starts from: what it is about, the rule, the resource and what was found.
type Row = (&'static str, &'static str, Resource, Finding);

/// An id of each type of EC2, as AWS assigns them.
const INSTANCE: &str = "i-0123456789abcdef0";
const VOLUME: &str = "vol-0123456789abcdef0";
const SNAPSHOT: &str = "snap-0123456789abcdef0";
const BALANCER: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/shop/0123456789abcdef";

/// Returns the resource with this id.
fn named(id: &str, of: Resource) -> Resource {
    Resource { id: id.to_owned(), ..of }
}

/// Returns a finding whose commands follow from the resource alone.
fn plain() -> Finding {
    let (saves, observed) = (crate::rule::Saving::Nothing, common::listed("observed", 0.0, 1.0, "Count"));
    Finding { saves, observed, recommendation: String::new() }
}

/// Returns what a rule finds in a resource if everything that it reads has this value.
fn found(rule: &str, resource: &Resource, value: f64) -> Finding {
    judged(rule, resource, |_, _| Some(value)).unwrap().unwrap()
}

fn modified_volume(kind: &str, size: Option<i32>, iops: Option<i32>) -> Resource {
    let detail = Volume { volume_type: Some(kind.to_owned()), size_gb: size, iops, ..Volume::default() };
    resource(VOLUME, Detail::Ebs(Box::new(detail)))
}

fn attached(to: &[&str]) -> Resource {
    let attached_to = to.iter().map(ToString::to_string).collect();
    resource(VOLUME, Detail::Ebs(Box::new(Volume { attached_to, ..Volume::default() })))
}

fn function_of(runtime: &str) -> Resource {
    let detail = Function { runtime: Some(runtime.to_owned()), ..Function::default() };
    resource("mail", Detail::Lambda(Box::new(detail)))
}

fn balancer_of(kind: &str) -> Resource {
    Resource { arn: Some(BALANCER.to_owned()), ..named("shop", balancer(kind, |_| ())) }
}

/// Returns a finding of each rule that has commands, and of each case that they tell apart.
fn rows() -> Vec<Row> {
    let large = named(INSTANCE, instance("m5.xlarge", "running"));
    let smaller = found("ec2_underutilized", &large, 5.0);
    let full = named("orders", database(|_| ()));
    let low = found("rds_low_storage", &full, 4.0 * GIB);
    let search = clusters::domain(|domain| {
        domain.storage_type = Some("gp3".to_owned());
        (domain.iops, domain.throughput) = (Some(3_000), Some(125));
    });
    let filling = found("opensearch_low_storage", &search, 10_240.0);
    let image = ebs::image(|image| image.snapshot_ids = vec![SNAPSHOT.to_owned(), "snap-89abcdef".to_owned()]);
    let group = data::cache(|cache| cache.replication_group_id = Some("sessions".to_owned()));
    let ended = |change: fn(&mut Database)| named("orders", database(change));
    let address = named("eipalloc-0123456789abcdef0", address("unassociated"));
    let gateway = named("nat-0123456789abcdef0", network::gateway("available"));
    let endpoint = named("vpce-0123456789abcdef0", network::endpoint("2026-11-19T00:00:00Z"));
    let files = named("fs-0123456789abcdef0", data::file_system(|_| ()));
    let of_cluster = data::snapshot(|snapshot| snapshot.of = Source::Cluster);
    let daemon = service(|service| service.scheduling_strategy = Some("DAEMON".to_owned()));
    let protected = |table: &mut Table| table.deletion_protection = Some(true);
    let spot =
        Instance { lifecycle: Some("spot".to_owned()), state: Some("running".to_owned()), ..Instance::default() };
    let spot = resource(INSTANCE, Detail::Ec2(Box::new(spot)));
    let rows: Vec<(&str, &str, Resource)> = vec![
        ("a volume", "ebs_unattached", named(VOLUME, volume("available"))),
        ("an attached volume", "ebs_idle", attached(&[INSTANCE])),
        ("a volume of two instances", "ebs_stopped_instance", attached(&[INSTANCE, "i-89abcdef"])),
        ("a small gp2", "ebs_outdated_type", modified_volume("gp2", Some(170), Some(510))),
        ("a large gp2", "ebs_outdated_type", modified_volume("gp2", Some(2_000), Some(6_000))),
        ("an io1", "ebs_outdated_type", modified_volume("io1", Some(100), Some(4_000))),
        ("an old snapshot", "ebs_snapshot_old", named(SNAPSHOT, ebs::snapshot(|_| ()))),
        ("a snapshot", "ebs_snapshot_orphaned", named(SNAPSHOT, ebs::snapshot(|_| ()))),
        ("an image", "ami_unused", named("ami-0123456789abcdef0", image)),
        ("an address", "eip_unassociated", address),
        ("an idle instance", "ec2_idle", large.clone()),
        ("a Spot instance", "ec2_idle", spot),
        ("a stopped instance", "ec2_stopped_long", named(INSTANCE, stopped(""))),
        ("a gateway", "nat_gateway_idle", gateway),
        ("an endpoint", "vpc_endpoint_idle", endpoint),
        ("a load balancer", "load_balancer_idle", balancer_of("application")),
        ("a classic load balancer", "load_balancer_no_targets", balancer_of("classic")),
        ("a database", "rds_no_connections", full.clone()),
        ("a protected database", "rds_no_connections", ended(|db| db.deletion_protection = Some(true))),
        (
            "SQL Server in two zones",
            "rds_no_connections",
            ended(|db| {
                (db.engine, db.multi_az) = (Some("sqlserver-se".to_owned()), Some(true));
            }),
        ),
        ("a database's snapshot", "rds_snapshot_orphaned", named("before-upgrade", data::snapshot(|_| ()))),
        ("a cluster's snapshot", "rds_snapshot_orphaned", named("cluster-snapshot:before-upgrade", of_cluster)),
        ("an old engine", "rds_engine_ended", ended(|_| ())),
        ("an old cluster", "rds_engine_ended", ended(|db| db.cluster_id = Some("shop".to_owned()))),
        ("a warehouse", "redshift_no_connections", clusters::warehouse(|_| ())),
        ("a cache", "elasticache_idle", named("carts", data::cache(|_| ()))),
        ("a replication group", "elasticache_idle", named("sessions-001", group)),
        ("a file system", "efs_idle", files),
        ("a log group", "log_group_no_retention", data::log_group(|_| ())),
        ("a table", "dynamodb_unused", named("orders", data::provisioned_table(|_| ()))),
        ("a protected table", "dynamodb_unused", named("orders", data::provisioned_table(protected))),
        ("a function", "lambda_runtime_ended", function_of("python3.9")),
        ("a service", "ecs_service_idle", service(|_| ())),
        ("a daemon", "ecs_service_idle", daemon),
        ("a quota", "service_quota_near", quotas::quota(|_| ())),
    ];
    let plain_rows = rows.into_iter().map(|(label, rule, resource)| (label, rule, resource, plain()));
    let measured = [
        ("a large instance", "ec2_underutilized", large, smaller),
        ("a full database", "rds_low_storage", full, low),
        ("a full domain", "opensearch_low_storage", search, filling),
    ];
    plain_rows.chain(measured).collect()
}

fn remediation(name: &str, resource: &Resource, finding: &Finding) -> Value {
    let remediation: Remediation = rule(name).remediation(resource, finding);
    serde_json::to_value(remediation).unwrap()
}

/// Returns the kinds and the commands of the steps.
fn commands(remediation: &Value) -> Vec<(&str, &str)> {
    let steps = remediation["steps"].as_array().unwrap().iter();
    steps.map(|step| (step["kind"].as_str().unwrap(), step["command"].as_str().unwrap())).collect()
}

/// `tests/test_commands.py` has the AWS CLI check each of them.
#[test]
fn the_commands_of_each_finding() {
    let of_row =
        |(label, rule, resource, finding): Row| (format!("{rule}: {label}"), remediation(rule, &resource, &finding));
    let all: BTreeMap<_, _> = rows().into_iter().map(of_row).collect();
    insta::assert_json_snapshot!(all);
}

#[test]
fn each_rule_has_commands_or_says_why_it_has_none() {
    let rows = rows();
    for rule in ALL {
        let (about, why) = (rule.about(), rule.why_no_commands());
        let has_rows = rows.iter().any(|(_, rule, ..)| *rule == about.name);
        assert_eq!(why.is_none(), has_rows, "{}", about.name);
        assert!(why.is_none_or(|why| why.len() > 40 && why.ends_with('.')), "{}", about.name);
        // What costs for nothing can always be deleted or made smaller.
        assert!(about.category != Category::CostOptimizing || has_rows, "{}", about.name);
    }
    for (label, rule, resource, finding) in rows {
        let remediation = remediation(rule, &resource, &finding);
        assert!(!commands(&remediation).is_empty() && remediation.get("why_none").is_none(), "{label}: {remediation}");
    }
    let hot = remediation("ec2_high_cpu", &instance("m5.large", "running"), &plain());
    assert_eq!(hot["why_none"], commands::A_DECISION);
    assert_eq!(
        (&hot["steps"], &hot["irreversible"], &hot["notes"]),
        (&Value::Array(vec![]), &Value::Null, &Value::Array(vec![]))
    );
}

#[test]
fn the_safest_step_is_first_and_what_deletes_says_what_is_lost() {
    for (label, rule, resource, finding) in rows() {
        let remediation = remediation(rule, &resource, &finding);
        let steps = commands(&remediation);
        let deletes = steps.iter().any(|(kind, _)| *kind == "delete");
        assert!(!deletes || remediation["irreversible"].is_string(), "{label}");
        assert!(matches!(steps[0].0, "check" | "dry_run" | "backup"), "{label}: {steps:?}");
        for (index, (kind, command)) in steps.iter().enumerate() {
            assert!(command.contains(" --region='us-east-1'"), "{label}: {command}");
            if *kind == "dry_run" {
                // The same command follows without the flag.
                assert_eq!(Some(steps[index + 1].1), command.strip_suffix(" --dry-run"), "{label}");
            }
            // Each change of EC2 is tried first, except what can only follow after another deletion.
            let is_tried = index > 0 && steps[index - 1].0 == "dry_run";
            let changes = matches!(*kind, "backup" | "change" | "delete") && command.starts_with("aws ec2 ");
            assert!(!changes || is_tried || rule == "ami_unused", "{label}: {command}");
        }
    }
}

#[test]
fn a_volume_is_deleted_after_its_snapshot_is_complete() {
    let of = remediation("ebs_unattached", &named(VOLUME, volume("available")), &plain());
    let commands: Vec<_> =
        commands(&of).into_iter().map(|(kind, command)| (kind, command.split(" --").next().unwrap())).collect();
    assert_eq!(
        commands,
        [
            ("check", "aws ec2 describe-volumes"),
            ("dry_run", "aws ec2 create-snapshot"),
            ("backup", "aws ec2 create-snapshot"),
            ("check", "aws ec2 wait snapshot-completed"),
            ("dry_run", "aws ec2 delete-volume"),
            ("delete", "aws ec2 delete-volume"),
        ]
    );
    let delete = of["steps"][5]["command"].as_str().unwrap();
    assert_eq!(delete, "aws ec2 delete-volume --region='us-east-1' --volume-id='vol-0123456789abcdef0'");
}

#[test]
fn a_volume_of_the_new_type_is_no_slower() {
    let of = |size| {
        let of = remediation("ebs_outdated_type", &modified_volume("gp2", size, None), &plain());
        commands(&of).get(1).map(|(_, command)| command.split_once("--iops=").unwrap().1.to_owned())
    };
    for (size, options) in [
        (1, "'3000' --throughput='128'"),
        (170, "'3000' --throughput='128'"),
        (171, "'3000' --throughput='250'"),
        (1_000, "'3000' --throughput='250'"),
        (1_001, "'3003' --throughput='250'"),
        (16_384, "'16000' --throughput='250'"),
    ] {
        assert_eq!(of(Some(size)).as_deref(), Some(options), "{size} GiB");
    }
    assert_eq!(of(None), None);
}

#[test]
fn only_a_recommended_type_is_changed_to() {
    let large = named(INSTANCE, instance("m5.xlarge", "running"));
    let peak = |peak: f64| {
        let thresholds = changed("ec2_underutilized", "peak", 100.0);
        let value = |need: &Need, _| Some(if need.statistic == "Maximum" { peak } else { 5.0 });
        let found = judged_by(&thresholds, 24, "ec2_underutilized", &large, value).unwrap().unwrap();
        remediation("ec2_underutilized", &large, &found)
    };
    assert!(peak(40.0)["steps"].to_string().contains("--instance-type='Value=m5.large'"));
    assert_eq!(peak(41.0)["why_none"], "No type is recommended; the recommendation has the reason.");
}

#[test]
fn a_function_is_changed_to_the_newest_runtime_of_its_language() {
    let to = |runtime: &str| {
        let of = remediation("lambda_runtime_ended", &function_of(runtime), &plain());
        commands(&of).get(1).map(|(_, command)| command.rsplit_once("--runtime=").unwrap().1.to_owned())
    };
    for (runtime, newest) in [
        ("python2.7", "'python3.14'"),
        ("nodejs", "'nodejs24.x'"),
        ("java8.al2", "'java25'"),
        ("dotnetcore3.1", "'dotnet10'"),
        ("ruby2.5", "'ruby4.0'"),
        ("provided", "'provided.al2023'"),
    ] {
        assert_eq!(to(runtime).as_deref(), Some(newest), "{runtime}");
    }
    assert_eq!((to("go1.x"), to("python3.14"), to("cobol")), (None, None, None));
}
