//! Nothing that AWS returns leaves its place in a command.

use super::*;

/// What a name could do in a shell, in JSON, in the syntax of the AWS CLI, or to a reader.
fn hostile() -> Vec<String> {
    let given = [
        "",
        " ",
        "-",
        "--dry-run",
        "-rf",
        "a b",
        "a;id",
        "a&id",
        "a|id",
        "a\nid",
        "a\r\nid",
        "a\tid",
        "a\0id",
        "$(id)",
        "`id`",
        "${HOME}",
        "'",
        "a'; id; '",
        "\"",
        "\\",
        "a\\'",
        "*",
        "~",
        "!!",
        "#a'",
        "<a",
        ">a",
        "a,Value=b",
        "a=b",
        "{}",
        "[a]",
        "file:///etc/passwd",
        "fileb://x",
        "http://127.0.0.1/",
        "../..",
        "%00",
        "a\u{2028}id",
        "a\u{85}id",
        "a\u{202e}b",
        "\u{430}",
        "i-0123456789abcdef0;id",
        "vol-0123456789ABCDEF0",
        "vol-0123456789abcdef01",
        "vol-0123456789abcdef0\n",
        "us-east-1'",
    ];
    let long = ["a".repeat(5_000), format!("vol-{}", "0".repeat(5_000))];
    given.into_iter().map(str::to_owned).chain(long).collect()
}

/// Asserts that a command is one of a shell's words without a special character, and of values in quotes, each of which
/// belongs to an option.
fn assert_safe(label: &str, command: &str) {
    let parts: Vec<_> = command.split('\'').collect();
    assert!(command.starts_with("aws ") && parts.len() % 2 == 1, "{label}: {command}");
    for (index, part) in parts.iter().enumerate() {
        if index % 2 == 0 {
            let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || " -=".contains(c);
            assert!(part.chars().all(is_plain), "{label}: {part} in {command}");
            assert!(part.ends_with('=') || index + 1 == parts.len(), "{label}: {part} in {command}");
        } else {
            let is_plain = |c: char| c.is_ascii_graphic() && !"$`\\;\"".contains(c) || c == ' ';
            assert!(part.chars().all(is_plain), "{label}: {part} in {command}");
        }
    }
}

/// Returns whether a name that looks odd is allowed; all of these are harmless inside quotes. No id that AWS assigns is.
fn is_allowed(rule: &str, name: &str) -> bool {
    let characters = match rule {
        "log_group_no_retention" => "_-/.#",
        "lambda_runtime_ended" | "ecs_service_idle" => "_-",
        "dynamodb_unused" => "_-.",
        _ if ["ec2_", "ebs_", "ami_", "eip_", "nat_", "vpc_", "efs_"].iter().any(|kind| rule.starts_with(kind)) => {
            return false;
        }
        _ => "-",
    };
    !name.is_empty() && name.len() <= 512 && name.chars().all(|c| c.is_ascii_alphanumeric() || characters.contains(c))
}

#[test]
fn a_hostile_id_gets_no_command() {
    for (label, rule, resource, finding) in rows() {
        for name in hostile() {
            let arn = Some(format!(
                "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/{name}/0123456789abcdef"
            ));
            let id = if rule == "ecs_service_idle" { format!("shop/{name}") } else { name.clone() };
            let mut of = Resource { id, arn, ..resource.clone() };
            if let Detail::ServiceQuota(quota) = &mut of.detail {
                quota.quota_code.clone_from(&name);
            }
            if let Detail::Elasticache(cache) = &mut of.detail
                && cache.replication_group_id.is_some()
            {
                cache.replication_group_id = Some(name.clone());
            }
            let remediation = remediation(rule, &of, &finding);
            let steps = commands(&remediation);
            if steps.is_empty() {
                let why = remediation["why_none"].as_str().unwrap();
                assert!(why.contains("is not of the form that AWS documents"), "{label}: {name:?}: {why}");
                assert!(name.len() < 3 || !why.contains(&name), "{label}: {why}");
            } else {
                assert!(is_allowed(rule, &name), "{label}: {name:?}: {steps:?}");
            }
            for (_, command) in steps {
                assert_safe(label, command);
            }
        }
    }
}

#[test]
fn a_hostile_region_gets_no_command() {
    for region in hostile().into_iter().map(Some).chain([None, Some("us-east".to_owned()), Some("moon".to_owned())]) {
        let (_, rule, resource, finding) = rows().swap_remove(0);
        let of = remediation(rule, &Resource { region: region.clone(), ..resource }, &finding);
        assert!(commands(&of).is_empty() && of["why_none"].is_string(), "{region:?}: {of}");
    }
    for region in [
        "us-east-1",
        "ap-southeast-7",
        "us-gov-west-1",
        "cn-north-1",
        "eusc-de-east-1",
        "us-isob-east-1",
        "mx-central-1",
    ] {
        let (_, rule, resource, finding) = rows().swap_remove(0);
        let of = remediation(rule, &Resource { region: Some(region.to_owned()), ..resource }, &finding);
        assert!(commands(&of)[0].1.contains(&format!(" --region='{region}'")), "{region}: {of}");
    }
}

#[test]
fn a_hostile_field_is_in_no_command() {
    for name in hostile() {
        let rows: Vec<(&str, Resource)> = vec![
            ("ebs_idle", attached(&[&name])),
            ("ebs_outdated_type", modified_volume(&name, Some(100), Some(1))),
            ("ami_unused", named("ami-0123456789abcdef0", ebs::image(|image| image.snapshot_ids = vec![name.clone()]))),
            ("rds_engine_ended", named("orders", database(|db| db.engine = Some(name.clone())))),
            ("rds_engine_ended", named("orders", database(|db| db.engine_version = Some(name.clone())))),
            ("rds_engine_ended", named("orders", database(|db| db.cluster_id = Some(name.clone())))),
            ("ecs_service_idle", service(|service| service.cluster.clone_from(&name))),
            ("service_quota_near", quotas::quota(|quota| quota.service.clone_from(&name))),
            ("opensearch_low_storage", clusters::domain(|domain| domain.storage_type = Some(name.clone()))),
            ("lambda_runtime_ended", function_of(&name)),
        ];
        for (rule, resource) in rows {
            let of = remediation(rule, &resource, &plain());
            for (_, command) in commands(&of) {
                assert_safe(rule, command);
                // Names of clusters and versions of engines may be hyphens and dots alone, which quotes make harmless.
                let is_odd = !name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c));
                assert!(!is_odd || !command.contains(&format!("='{name}'")), "{rule}: {name:?}: {command}");
            }
        }
    }
}

proptest! {
    /// A name of any characters gets no command, or one in which every word is safe.
    #[test]
    fn no_name_leaves_its_place(which in 0..rows().len(), name in "[ -~\\n\u{e9}\u{2028}]{0,24}|[a-z]{1,3}-[0-9a-f'$`]{8,17}") {
        let (label, rule, resource, finding) = rows().swap_remove(which);
        let of = remediation(rule, &named(&name, resource), &finding);
        for (_, command) in commands(&of) {
            assert_safe(label, command);
        }
    }
}
