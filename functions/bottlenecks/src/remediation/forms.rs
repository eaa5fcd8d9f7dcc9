//! The forms of ids and names: which characters AWS allows in those of each type, and how long they are.
//!
//! All of them are ASCII without quotes, blanks, `$`, `` ` ``, `;`, `=` and `,`, so that none can leave its place in a
//! shell, in JSON or in the shorthand syntax of the AWS CLI; and none can begin like `file://`, which the CLI would read.

use std::ops::RangeInclusive;

use super::value::{Value, Withheld};

/// What an id or a name looks like.
#[derive(Debug)]
pub(crate) struct Form {
    /// What it is, after "its".
    what: &'static str,
    /// Where AWS documents the form.
    source: &'static str,
    shape: Shape,
}

#[derive(Debug)]
enum Shape {
    /// A prefix and lower-case hexadecimal digits.
    Hex(&'static str, RangeInclusive<usize>),
    /// Letters, digits and the other characters; `true` if it begins with a letter.
    Name(&'static str, RangeInclusive<usize>, bool),
    /// Letters, digits and hyphens, the first one a letter, the last one not a hyphen, without two hyphens in a row.
    Label(RangeInclusive<usize>),
    /// Letters, digits and hyphens, neither the first nor the last one a hyphen.
    Host(RangeInclusive<usize>),
    /// A region.
    Region,
    /// The ARN of a load balancer that is not a classic one.
    LoadBalancerArn,
}

use Shape::{Hex, Host, Label, Name};

/// The digits in an id of EC2: 8 in old ones, 17 in new ones.
const EC2_DIGITS: RangeInclusive<usize> = 8..=17;
const EC2_IDS: &str = "Amazon EC2 user guide, resource IDs";

const fn of_ec2(what: &'static str, prefix: &'static str) -> Form {
    Form { what, source: EC2_IDS, shape: Hex(prefix, EC2_DIGITS) }
}

const fn form(what: &'static str, source: &'static str, shape: Shape) -> Form {
    Form { what, source, shape }
}

pub(crate) const REGION: Form =
    form("region", "AWS General Reference, service endpoints: such as eu-west-1 and us-gov-east-1", Shape::Region);
pub(crate) const INSTANCE: Form = of_ec2("instance id", "i-");
pub(crate) const VOLUME: Form = of_ec2("volume id", "vol-");
pub(crate) const SNAPSHOT: Form = of_ec2("snapshot id", "snap-");
pub(crate) const IMAGE: Form = of_ec2("image id", "ami-");
pub(crate) const ADDRESS: Form = of_ec2("allocation id", "eipalloc-");
pub(crate) const NAT_GATEWAY: Form = of_ec2("gateway id", "nat-");
pub(crate) const ENDPOINT: Form = of_ec2("endpoint id", "vpce-");
pub(crate) const DATABASE: Form =
    form("database identifier", "Amazon RDS API reference, CreateDBInstance", Label(1..=63));
pub(crate) const DB_CLUSTER: Form =
    form("cluster identifier", "Amazon RDS API reference, CreateDBCluster", Label(1..=63));
pub(crate) const DB_SNAPSHOT: Form =
    form("snapshot identifier", "Amazon RDS API reference, CreateDBSnapshot", Label(1..=255));
pub(crate) const DB_ENGINE: Form =
    form("engine", "Amazon RDS API reference, CreateDBInstance: such as aurora-postgresql", Label(1..=63));
pub(crate) const DB_ENGINE_VERSION: Form = form(
    "engine version",
    "Amazon RDS user guides: such as 14.00.3421.10.v1 and 8.0.mysql_aurora.3.04.0",
    Name("._-", 1..=63, false),
);
pub(crate) const CACHE: Form =
    form("cluster id", "Amazon ElastiCache API reference, CreateCacheCluster", Label(1..=50));
pub(crate) const CACHE_GROUP: Form =
    form("replication group id", "Amazon ElastiCache API reference, CreateReplicationGroup", Label(1..=40));
pub(crate) const WAREHOUSE: Form =
    form("cluster identifier", "Amazon Redshift API reference, CreateCluster", Label(1..=63));
pub(crate) const FUNCTION: Form = form("name", "AWS Lambda API reference, CreateFunction", Name("_-", 1..=64, false));
pub(crate) const TABLE: Form = form("name", "Amazon DynamoDB API reference, CreateTable", Name("_.-", 3..=255, false));
pub(crate) const LOG_GROUP: Form =
    form("name", "CloudWatch Logs API reference, CreateLogGroup", Name("_-/.#", 1..=512, false));
pub(crate) const FILE_SYSTEM: Form =
    form("file system id", "Amazon EFS API reference, DescribeFileSystems", Hex("fs-", 8..=40));
pub(crate) const ECS_NAME: Form =
    form("name", "Amazon ECS API reference, CreateService and CreateCluster", Name("_-", 1..=255, false));
pub(crate) const DOMAIN: Form =
    form("name", "Amazon OpenSearch Service API reference, CreateDomain", Name("-", 3..=28, true));
pub(crate) const BALANCER_ARN: Form =
    form("ARN", "Service Authorization Reference, Elastic Load Balancing V2", Shape::LoadBalancerArn);
pub(crate) const CLASSIC_BALANCER: Form =
    form("name", "Elastic Load Balancing API reference, CreateLoadBalancer", Host(1..=32));
pub(crate) const QUOTA_SERVICE: Form =
    form("service code", "Service Quotas API reference, ServiceQuota", Name("-", 1..=63, true));
pub(crate) const QUOTA: Form =
    form("quota code", "Service Quotas API reference, ServiceQuota", Name("-", 1..=128, true));

impl Form {
    /// Returns the value that a text is, if it has this form.
    pub(crate) fn check(&self, text: &str) -> Result<Value, Withheld> {
        if self.shape.fits(text) {
            return Ok(Value::checked(text));
        }
        let Self { what, source, .. } = self;
        Err(format!("Its {what} is not of the form that AWS documents, so it is put into no command ({source}).")
            .into())
    }
}

impl Shape {
    fn fits(&self, text: &str) -> bool {
        match self {
            Hex(prefix, length) => text.strip_prefix(prefix).is_some_and(|digits| is_hex(digits, length)),
            Name(others, length, begins_with_a_letter) => {
                length.contains(&text.len())
                    && text.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c))
                    && (!begins_with_a_letter || text.starts_with(|c: char| c.is_ascii_alphabetic()))
            }
            Label(length) => {
                length.contains(&text.len())
                    && text.starts_with(|c: char| c.is_ascii_alphabetic())
                    && text.split('-').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric()))
            }
            Host(length) => {
                let is_end = |c: char| c.is_ascii_alphanumeric();
                length.contains(&text.len())
                    && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                    && text.starts_with(is_end)
                    && text.ends_with(is_end)
            }
            Self::Region => is_region(text),
            Self::LoadBalancerArn => is_load_balancer_arn(text),
        }
    }
}

fn is_hex(digits: &str, length: &RangeInclusive<usize>) -> bool {
    length.contains(&digits.len()) && digits.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'))
}

/// Words of lower-case letters, and a number of one or two digits.
fn is_region(text: &str) -> bool {
    let words: Vec<_> = text.split('-').collect();
    let is_word = |word: &&str| (2..=10).contains(&word.len()) && word.chars().all(|c| c.is_ascii_lowercase());
    match &words[..] {
        [words @ .., number] => {
            (2..=4).contains(&words.len())
                && words.iter().all(is_word)
                && (1..=2).contains(&number.len())
                && number.chars().all(|c| c.is_ascii_digit())
        }
        [] => false,
    }
}

fn is_load_balancer_arn(text: &str) -> bool {
    let parts: Vec<_> = text.split(':').collect();
    let ["arn", partition, "elasticloadbalancing", region, account, resource] = parts[..] else { return false };
    let path: Vec<_> = resource.split('/').collect();
    let ["loadbalancer", "app" | "net" | "gwy", name, id] = path[..] else { return false };
    partition.starts_with("aws")
        && partition.chars().all(|c| c.is_ascii_lowercase() || c == '-')
        && is_region(region)
        && account.len() == 12
        && account.chars().all(|c| c.is_ascii_digit())
        && Host(1..=32).fits(name)
        && id.len() == 16
        && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
}
