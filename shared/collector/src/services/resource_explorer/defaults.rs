//! What AWS makes by itself in every account, as far as a type and an ARN show it.
//!
//! Most of a list of everything is such: parameter groups, service-linked roles, default buses. AWS reserves names for
//! them. Default VPCs, with their subnets, security groups, network ACLs and route tables, and keys that AWS manages have
//! no such names: their ids look like all others.

/// What the ARNs of a type's defaults have, and no other ARN.
enum Mark {
    /// One of these starts of the resource, which is the part after the account.
    Start(&'static [&'static str]),
    /// One of these resources.
    Name(&'static [&'static str]),
    /// The account `aws`.
    Owner,
}

/// The types of Resource Explorer that have defaults with a name of their own.
///
/// Sources: the user guides of the services, each on its default, and of IAM on the paths of service-linked roles and of
/// roles that IAM Identity Center makes.
const MARKS: &[(&str, Mark)] = &[
    ("appconfig:deploymentstrategy", Mark::Start(&["deploymentstrategy/AppConfig."])),
    ("athena:datacatalog", Mark::Name(&["datacatalog/AwsDataCatalog"])),
    ("athena:workgroup", Mark::Name(&["workgroup/primary"])),
    ("codedeploy:deploymentconfig", Mark::Start(&["deploymentconfig:CodeDeployDefault."])),
    ("ecs:capacity-provider", Mark::Name(&["capacity-provider/FARGATE", "capacity-provider/FARGATE_SPOT"])),
    ("elasticache:parametergroup", Mark::Start(&["parametergroup:default."])),
    ("elasticache:subnetgroup", Mark::Name(&["subnetgroup:default"])),
    ("elasticache:user", Mark::Name(&["user:default"])),
    ("events:event-bus", Mark::Name(&["event-bus/default"])),
    ("iam:policy", Mark::Owner),
    ("iam:role", Mark::Start(&["role/aws-service-role/", "role/aws-reserved/"])),
    ("kms:alias", Mark::Start(&["alias/aws/"])),
    ("memorydb:acl", Mark::Name(&["acl/open-access"])),
    ("memorydb:parametergroup", Mark::Start(&["parametergroup/default."])),
    ("memorydb:user", Mark::Name(&["user/default"])),
    ("rds:cluster-pg", Mark::Start(&["cluster-pg:default."])),
    ("rds:og", Mark::Start(&["og:default:"])),
    ("rds:pg", Mark::Start(&["pg:default."])),
    ("rds:secgrp", Mark::Name(&["secgrp:default"])),
    ("redshift:parametergroup", Mark::Start(&["parametergroup:default."])),
    ("s3:storage-lens", Mark::Name(&["storage-lens/default-account-dashboard"])),
    ("scheduler:schedule-group", Mark::Name(&["schedule-group/default"])),
    ("xray:sampling-rule", Mark::Name(&["sampling-rule/Default"])),
];

/// Returns whether AWS made the resource with this ARN; `None` if its type and ARN don't show it.
pub(super) fn is_default(resource_type: &str, arn: &str) -> Option<bool> {
    let (_, mark) = MARKS.iter().find(|(name, _)| *name == resource_type)?;
    let mut parts = arn.splitn(6, ':').skip(4);
    let (account, resource) = (parts.next()?, parts.next()?);
    Some(match mark {
        Mark::Start(starts) => starts.iter().any(|start| resource.starts_with(start)),
        Mark::Name(names) => names.contains(&resource),
        Mark::Owner => account == "aws",
    })
}

/// Returns the types whose defaults are known.
pub(super) fn types() -> impl Iterator<Item = &'static str> {
    MARKS.iter().map(|(name, _)| *name)
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
    fn each_type_is_there_once_and_in_order() {
        let names: Vec<_> = types().collect();
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
    }
}
