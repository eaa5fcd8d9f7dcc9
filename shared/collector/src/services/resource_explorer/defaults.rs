//! What AWS makes by itself in every account, as far as a type and an ARN tell it apart from what somebody made.
//!
//! In a list of everything, most of it is such: parameter groups, service-linked roles, default buses. A name that AWS
//! reserves tells it. Of default VPCs, with their subnets, security groups, network ACLs and route tables, and of keys that
//! AWS manages, it does not: their ids look like all others.

/// How a type's defaults are told apart, by the part of the ARN after the account.
enum Told {
    /// By the start of the resource.
    Start(&'static [&'static str]),
    /// By the whole resource.
    Name(&'static [&'static str]),
    /// By the account `aws`, which owns it.
    Owner,
}

/// The types of Resource Explorer that have defaults with a name of their own.
///
/// Sources: the user guides of the services, each on its default, and of IAM on the paths of service-linked roles and of
/// roles that IAM Identity Center makes.
const TOLD: &[(&str, Told)] = &[
    ("appconfig:deploymentstrategy", Told::Start(&["deploymentstrategy/AppConfig."])),
    ("athena:datacatalog", Told::Name(&["datacatalog/AwsDataCatalog"])),
    ("athena:workgroup", Told::Name(&["workgroup/primary"])),
    ("codedeploy:deploymentconfig", Told::Start(&["deploymentconfig:CodeDeployDefault."])),
    ("ecs:capacity-provider", Told::Name(&["capacity-provider/FARGATE", "capacity-provider/FARGATE_SPOT"])),
    ("elasticache:parametergroup", Told::Start(&["parametergroup:default."])),
    ("elasticache:subnetgroup", Told::Name(&["subnetgroup:default"])),
    ("elasticache:user", Told::Name(&["user:default"])),
    ("events:event-bus", Told::Name(&["event-bus/default"])),
    ("iam:policy", Told::Owner),
    ("iam:role", Told::Start(&["role/aws-service-role/", "role/aws-reserved/"])),
    ("kms:alias", Told::Start(&["alias/aws/"])),
    ("memorydb:acl", Told::Name(&["acl/open-access"])),
    ("memorydb:parametergroup", Told::Start(&["parametergroup/default."])),
    ("memorydb:user", Told::Name(&["user/default"])),
    ("rds:cluster-pg", Told::Start(&["cluster-pg:default."])),
    ("rds:og", Told::Start(&["og:default:"])),
    ("rds:pg", Told::Start(&["pg:default."])),
    ("rds:secgrp", Told::Name(&["secgrp:default"])),
    ("redshift:parametergroup", Told::Start(&["parametergroup:default."])),
    ("s3:storage-lens", Told::Name(&["storage-lens/default-account-dashboard"])),
    ("scheduler:schedule-group", Told::Name(&["schedule-group/default"])),
    ("xray:sampling-rule", Told::Name(&["sampling-rule/Default"])),
];

/// Returns whether AWS made the resource with this ARN; `None` if its type and ARN don't tell.
pub(super) fn is_default(resource_type: &str, arn: &str) -> Option<bool> {
    let (_, told) = TOLD.iter().find(|(name, _)| *name == resource_type)?;
    let mut parts = arn.splitn(6, ':').skip(4);
    let (account, resource) = (parts.next()?, parts.next()?);
    Some(match told {
        Told::Start(starts) => starts.iter().any(|start| resource.starts_with(start)),
        Told::Name(names) => names.contains(&resource),
        Told::Owner => account == "aws",
    })
}

/// Returns the types whose defaults are told apart.
pub(super) fn types() -> impl Iterator<Item = &'static str> {
    TOLD.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_has_a_name_that_aws_reserves() {
        let in_ireland = |service: &str, resource: &str| format!("arn:aws:{service}:eu-west-1:123456789012:{resource}");
        let of_iam = |account: &str, resource: &str| format!("arn:aws:iam::{account}:{resource}");
        for (resource_type, arn, expected) in [
            ("rds:pg", in_ireland("rds", "pg:default.postgres16"), Some(true)),
            ("rds:pg", in_ireland("rds", "pg:defaulted"), Some(false)),
            ("rds:og", in_ireland("rds", "og:default:mysql-8-0"), Some(true)),
            ("rds:og", in_ireland("rds", "og:audited"), Some(false)),
            ("elasticache:parametergroup", in_ireland("elasticache", "parametergroup:default.redis7"), Some(true)),
            ("events:event-bus", in_ireland("events", "event-bus/default"), Some(true)),
            ("events:event-bus", in_ireland("events", "event-bus/default-orders"), Some(false)),
            ("ecs:capacity-provider", in_ireland("ecs", "capacity-provider/FARGATE_SPOT"), Some(true)),
            ("kms:alias", in_ireland("kms", "alias/aws/ebs"), Some(true)),
            ("iam:policy", of_iam("aws", "policy/ReadOnlyAccess"), Some(true)),
            ("iam:policy", of_iam("123456789012", "policy/ReadOnlyAccess"), Some(false)),
            ("iam:role", of_iam("123456789012", "role/aws-service-role/a.amazonaws.com/A"), Some(true)),
            ("iam:role", of_iam("123456789012", "role/aws-reserved/sso.amazonaws.com/A"), Some(true)),
            ("iam:role", of_iam("123456789012", "role/service-role/made-by-the-console"), Some(false)),
            ("ec2:vpc", in_ireland("ec2", "vpc/vpc-1"), None),
            ("sqs:queue", in_ireland("sqs", "default"), None),
            ("rds:pg", "default.postgres16".to_owned(), None),
        ] {
            assert_eq!(is_default(resource_type, &arn), expected, "{resource_type} {arn}");
        }
    }

    #[test]
    fn each_type_is_told_once_and_in_order() {
        let names: Vec<_> = types().collect();
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
    }
}
