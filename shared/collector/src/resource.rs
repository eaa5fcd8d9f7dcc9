//! What an account has, in AWS's terms.
//!
//! Field names follow the AWS API in snake case, except those of the original dashboard (`id`, `type`, `state`, `class`,
//! `engine`, `status`, `storage_gb`, `created`), which its users rely on. A value that AWS did not give is absent
//! from the JSON or null, never a zero or an empty text.

use std::fmt;

use jiff::Timestamp;
use litemap::LiteMap;
use serde::{Deserialize, Serialize, Serializer};

/// Tags by key. There are thousands of these with a few tags each, which a BTreeMap gives room for eleven.
pub type Tags = LiteMap<String, String>;

/// The types of resources that the inventory knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResourceType {
    /// EC2 instances.
    Ec2,
    /// RDS database instances.
    Rds,
    /// S3 buckets.
    S3,
    /// Lambda functions.
    Lambda,
    /// EBS volumes.
    Ebs,
    /// Elastic IP addresses.
    Eip,
}

impl ResourceType {
    /// Every type, in the order of answers.
    pub const ALL: [Self; 6] = [Self::Ec2, Self::Rds, Self::S3, Self::Lambda, Self::Ebs, Self::Eip];

    /// The name of the type in parameters and answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ec2 => "ec2",
            Self::Rds => "rds",
            Self::S3 => "s3",
            Self::Lambda => "lambda",
            Self::Ebs => "ebs",
            Self::Eip => "eip",
        }
    }

    /// The states that resources of this type can be in; none where AWS lists no state with them.
    #[must_use]
    pub fn states(self) -> &'static [&'static str] {
        match self {
            Self::Ec2 => crate::ec2::instance_states(),
            Self::Rds => crate::rds::STATUSES,
            Self::Ebs => crate::ec2::volume_states(),
            Self::Eip => &[ASSOCIATED, UNASSOCIATED],
            // ListBuckets and ListFunctions say nothing of a state.
            Self::S3 | Self::Lambda => &[],
        }
    }
}

impl fmt::Display for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The state of an address that something uses.
pub(crate) const ASSOCIATED: &str = "associated";
/// The state of an address that nothing uses; AWS bills it all the same.
pub(crate) const UNASSOCIATED: &str = "unassociated";

/// One resource: what all have, and what its type has.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Resource {
    /// AWS's id: instance, volume or allocation id; the name of a database, bucket or function.
    pub id: String,
    /// The region; `None` only for a bucket whose region S3 left out.
    pub region: Option<String>,
    /// The tag `Name`, or the id where the id is a name.
    pub name: Option<String>,
    /// The ARN; `None` where it is built from the account and STS did not say which.
    pub arn: Option<String>,
    /// The tags; `None` where they could not be had, which the gaps tell.
    #[serde(serialize_with = "as_object")]
    pub tags: Option<Tags>,
    /// What the type has.
    #[serde(flatten)]
    pub detail: Detail,
}

/// Writes tags as an object, or null. A `LiteMap` can't say by itself that an empty one is an object, too.
#[expect(clippy::ref_option, reason = "serde hands over the field")]
fn as_object<S: Serializer>(tags: &Option<Tags>, serializer: S) -> Result<S::Ok, S::Error> {
    match tags {
        Some(tags) => serializer.collect_map(tags.iter()),
        None => serializer.serialize_none(),
    }
}

impl Resource {
    /// The type of this resource.
    #[must_use]
    pub fn resource_type(&self) -> ResourceType {
        match self.detail {
            Detail::Ec2(_) => ResourceType::Ec2,
            Detail::Rds(_) => ResourceType::Rds,
            Detail::S3(_) => ResourceType::S3,
            Detail::Lambda(_) => ResourceType::Lambda,
            Detail::Ebs(_) => ResourceType::Ebs,
            Detail::Eip(_) => ResourceType::Eip,
        }
    }

    /// Where the resource stands in the order of every answer: by type, region and id.
    #[must_use]
    pub fn position(&self) -> (ResourceType, Option<&str>, &str) {
        (self.resource_type(), self.region.as_deref(), &self.id)
    }

    /// The state, where the type has one: one of [`ResourceType::states`], or a newer one of AWS's.
    #[must_use]
    pub fn state(&self) -> Option<&str> {
        match &self.detail {
            Detail::Ec2(instance) => instance.state.as_deref(),
            Detail::Rds(database) => database.status.as_deref(),
            Detail::Ebs(volume) => volume.state.as_deref(),
            Detail::Eip(address) => Some(address.state),
            Detail::S3(_) | Detail::Lambda(_) => None,
        }
    }
}

/// What only resources of one type have.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Detail {
    /// An EC2 instance.
    Ec2(Box<Instance>),
    /// An RDS database instance.
    Rds(Box<Database>),
    /// An S3 bucket.
    S3(Bucket),
    /// A Lambda function.
    Lambda(Box<Function>),
    /// An EBS volume.
    Ebs(Box<Volume>),
    /// An Elastic IP address.
    Eip(Address),
}

/// An EC2 instance.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Instance {
    /// The instance type, `t3.micro`.
    #[serde(rename = "type")]
    pub instance_type: Option<String>,
    /// `running`, `stopped`, …
    pub state: Option<String>,
    /// Why and when the state was entered, as EC2 words it: `User initiated (2026-11-01 09:00:00 GMT)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_transition_reason: Option<String>,
    /// The last start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch_time: Option<Timestamp>,
    /// The availability zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability_zone: Option<String>,
    /// `x86_64`, `arm64`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    /// `Linux/UNIX`, `Windows`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// `spot`, `scheduled` or `capacity-block`; absent for on-demand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<String>,
    /// The image it was started from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_id: Option<String>,
    /// The VPC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<String>,
    /// The subnet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subnet_id: Option<String>,
    /// The private IPv4 address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_ip: Option<String>,
    /// The public IPv4 address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_ip: Option<String>,
    /// Whether metrics come every minute (`enabled`) or every five (`disabled`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monitoring: Option<String>,
}

/// An RDS database instance.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Database {
    /// The instance class, `db.t3.medium`.
    pub class: Option<String>,
    /// `postgres`, `mysql`, `aurora-postgresql`, …
    pub engine: Option<String>,
    /// `available`, `stopped`, …
    pub status: Option<String>,
    /// Allocated storage in GiB; Aurora says 1 or 0, since its storage belongs to the cluster.
    pub storage_gb: Option<i32>,
    /// The engine's version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine_version: Option<String>,
    /// `gp3`, `io1`, `aurora`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_type: Option<String>,
    /// Provisioned IOPS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iops: Option<i32>,
    /// Whether the storage is encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<bool>,
    /// Whether there is a standby in another zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multi_az: Option<bool>,
    /// Whether it has a public address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publicly_accessible: Option<bool>,
    /// Whether it is safe from deletion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletion_protection: Option<bool>,
    /// The availability zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability_zone: Option<String>,
    /// The host name to connect to; absent while it is being created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The port to connect to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<i32>,
    /// The Aurora or Multi-AZ cluster that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster_id: Option<String>,
    /// The instance that it is a read replica of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_replica_source: Option<String>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
}

/// An S3 bucket.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Bucket {
    /// When it was created.
    pub created: Option<Timestamp>,
}

/// A Lambda function.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Function {
    /// `python3.13`, `provided.al2023`, …; absent for a container image.
    pub runtime: Option<String>,
    /// Memory in MiB.
    pub memory_mb: Option<i32>,
    /// The longest run in seconds.
    pub timeout_seconds: Option<i32>,
    /// The entry point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handler: Option<String>,
    /// `x86_64` or `arm64`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    /// `Zip` or `Image`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package_type: Option<String>,
    /// The size of the code in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_size_bytes: Option<i64>,
    /// When code or configuration last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<Timestamp>,
    /// The execution role's ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The VPC that it is attached to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<String>,
    /// What it is for, in its owner's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// An EBS volume.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Volume {
    /// `gp3`, `io2`, `st1`, …
    #[serde(rename = "type")]
    pub volume_type: Option<String>,
    /// `in-use`, `available` (attached to nothing), …
    pub state: Option<String>,
    /// The size in GiB.
    pub size_gb: Option<i32>,
    /// The instances that it is attached to.
    pub attached_to: Vec<String>,
    /// IOPS, provisioned or baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iops: Option<i32>,
    /// Throughput in MiB/s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throughput: Option<i32>,
    /// Whether it is encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<bool>,
    /// The availability zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability_zone: Option<String>,
    /// The snapshot that it was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot_id: Option<String>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
}

/// An Elastic IP address.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Address {
    /// The address.
    pub public_ip: Option<String>,
    /// `associated` or `unassociated`: AWS gives no state, this is whether anything uses it.
    pub state: &'static str,
    /// The instance that uses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<String>,
    /// The network interface that uses it: of an instance, a NAT gateway, a load balancer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_interface_id: Option<String>,
    /// The private address behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_ip: Option<String>,
}

/// Every type of instance that AWS's model of EC2 names, `m5.large`: those of the SDK that this was built with.
#[must_use]
pub fn instance_types() -> &'static [&'static str] {
    crate::ec2::instance_types()
}

/// A text that AWS gave; its empty texts mean that there is none.
pub(crate) fn given(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A point in time of the SDKs; `None` outside the years that a timestamp can hold.
pub(crate) fn timestamp(at: Option<&aws_smithy_types::DateTime>) -> Option<Timestamp> {
    Timestamp::from_nanosecond(at?.as_nanos()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_the_states_that_aws_names() {
        let has = |kind: ResourceType, state| kind.states().contains(&state);
        assert!(has(ResourceType::Ec2, "shutting-down") && has(ResourceType::Rds, "backing-up"));
        assert!(has(ResourceType::Ebs, "in-use") && !has(ResourceType::Ebs, "running"));
        assert_eq!(ResourceType::Eip.states(), ["associated", "unassociated"]);
        assert_eq!([ResourceType::S3.states(), ResourceType::Lambda.states()], [&[""; 0]; 2]);
    }

    #[test]
    fn types_are_written_as_parameters_name_them() {
        let names: Vec<_> = ResourceType::ALL.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["ec2", "rds", "s3", "lambda", "ebs", "eip"]);
    }

    #[test]
    fn an_empty_text_of_aws_is_none() {
        assert_eq!((given(Some("x")), given(Some("")), given(None)), (Some("x".to_owned()), None, None));
    }
}
