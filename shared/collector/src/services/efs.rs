//! EFS: file systems.

use aws_sdk_efs::operation::describe_file_systems::DescribeFileSystemsOutput;
use aws_sdk_efs::types::{FileSystemDescription, LifeCycleState};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::call::clients::{Service, guarded_client};
use crate::call::gate::Rate;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Found, Page, every_page};
use crate::model::metric::{AVERAGE, AVERAGE_ALONE, Catalog, Ids, MINIMUM, Metric, Place, SUM, is_hex_id};
use crate::model::operation::{Operation, Price};
use crate::model::price::{Bill, Product, Unpriced};
use crate::model::resource::Resource;
use crate::services::kind::{Group, Kind, Scope, TagSource};
use crate::services::values::{gib, given, tags, timestamp};

/// EFS.
pub(crate) struct Efs;

impl Service for Efs {
    const NAME: &'static str = "elasticfilesystem";
    const RATE: Rate = Rate::UNKNOWN;

    guarded_client!(aws_sdk_efs);
}

const DESCRIBE_FILE_SYSTEMS: Operation = Operation {
    service: Efs::NAME,
    name: "DescribeFileSystems",
    action: Some("elasticfilesystem:DescribeFileSystems"),
    price: Price::Free,
};

/// The most file systems that EFS returns per page.
const FILE_SYSTEMS_A_PAGE: i32 = 100;

/// An EFS file system.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct FileSystem {
    /// `available`, `creating`, …
    pub state: Option<String>,
    /// The metered size in bytes, of all classes.
    pub size_bytes: Option<i64>,
    /// `bursting`, `elastic` or `provisioned`.
    pub throughput_mode: Option<String>,
    /// `generalPurpose` or `maxIO`.
    pub performance_mode: Option<String>,
    /// The number of its mount targets; without any, no client can reach it.
    pub mount_targets: Option<i32>,
    /// The part of the size that is in the class Standard, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_standard_bytes: Option<i64>,
    /// The part of the size that is in the class Infrequent Access, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_ia_bytes: Option<i64>,
    /// The part of the size that is in the class Archive, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_archive_bytes: Option<i64>,
    /// Provisioned throughput in MiB/s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisioned_throughput: Option<f64>,
    /// Whether it is encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<bool>,
    /// The availability zone of one that is in a single zone; absent for the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability_zone: Option<String>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
}

/// CloudWatch's `ClientConnections`, of which each minute has the number at that time.
pub const CLIENT_CONNECTIONS: Metric = Metric::new("client_connections", "ClientConnections", "Count", SUM);
/// CloudWatch's `DataReadIOBytes`.
pub const DATA_READ_BYTES: Metric = Metric::new("data_read_bytes", "DataReadIOBytes", "Bytes", SUM);
/// CloudWatch's `DataWriteIOBytes`.
pub const DATA_WRITE_BYTES: Metric = Metric::new("data_write_bytes", "DataWriteIOBytes", "Bytes", SUM);
/// CloudWatch's `PercentIOLimit`, of file systems with the performance mode `generalPurpose`.
pub const PERCENT_IO_LIMIT: Metric = Metric::new("percent_io_limit", "PercentIOLimit", "Percent", AVERAGE);
/// CloudWatch's `BurstCreditBalance`.
pub const BURST_CREDIT_BALANCE: Metric = Metric::new("burst_credit_balance", "BurstCreditBalance", "Bytes", MINIMUM);
/// CloudWatch's `PermittedThroughput`.
pub const PERMITTED_THROUGHPUT: Metric =
    Metric::new("permitted_throughput", "PermittedThroughput", "Bytes/Second", AVERAGE_ALONE);

static CATALOG: Catalog = Catalog {
    places: &[Place::of_all("AWS/EFS", &["FileSystemId"])],
    ids: Ids { like: "file system ids such as fs-0123456789abcdef0", accepts: |id| is_hex_id(id, "fs-") },
    named_by_list: false,
    usual: 3,
    metrics: &[
        CLIENT_CONNECTIONS,
        DATA_READ_BYTES,
        DATA_WRITE_BYTES,
        PERCENT_IO_LIMIT,
        BURST_CREDIT_BALANCE,
        PERMITTED_THROUGHPUT,
    ],
};

impl Kind for FileSystem {
    const TYPE: &'static str = "efs";
    const GROUP: Group = Group::Storage;
    const OPERATIONS: &'static [&'static Operation] = &[&DESCRIBE_FILE_SYSTEMS];
    const SCOPE: Scope = Scope::Regional;
    const STATES: &'static [&'static str] = LifeCycleState::values();
    const TAGS: TagSource = TagSource::Listed;
    const EXPLORER_TYPES: &'static [&'static str] = &["elasticfilesystem:file-system"];
    const CATALOG: Option<&'static Catalog> = Some(&CATALOG);
    type Stored = Box<Self>;

    fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    fn bill(&self, region: &str) -> Result<Bill, Unpriced> {
        let zone = if self.availability_zone.is_some() { "Z-" } else { "" };
        let classes = [
            ("standard storage", "TimedStorage", self.size_standard_bytes),
            ("infrequent access storage", "IATimedStorage", self.size_ia_bytes),
            ("archive storage", "ArchiveTimedStorage", self.size_archive_bytes),
        ];
        let mut bill = Bill::default();
        for (part, usage, bytes) in classes {
            let bytes = bytes.ok_or_else(|| Unpriced::missing("size by class"))?;
            if bytes > 0 || part == "standard storage" {
                let storage = Product::of("AmazonEFS", Some("Storage"), "GB-Mo", region);
                bill = bill.and(storage.used_as(format!("{usage}-{zone}ByteHrs")).part(part, gib(bytes)));
            }
        }
        let throughput: &[_] =
            if self.provisioned_throughput.is_some() { &["provisioned throughput"] } else { &["reads and writes"] };
        Ok(bill.without(throughput))
    }

    async fn list(inquiry: &Inquiry<'_>) -> Found<Resource<Box<Self>>> {
        let efs = inquiry.client::<Efs>();
        let ask = |page: Page| efs.describe_file_systems().max_items(page.size).set_marker(page.token).send();
        let limits = efs.limits(&DESCRIBE_FILE_SYSTEMS, inquiry.deadline).pages_of(FILE_SYSTEMS_A_PAGE);
        every_page(limits, ask, DescribeFileSystemsOutput::next_marker, |page| {
            let found = page.file_systems.unwrap_or_default().into_iter();
            found.map(|file_system| file_system_of(inquiry, file_system)).collect()
        })
        .await
        .into()
    }
}

fn file_system_of(inquiry: &Inquiry<'_>, found: FileSystemDescription) -> Resource<Box<FileSystem>> {
    let id = found.file_system_id;
    let size = found.size_in_bytes;
    let detail = FileSystem {
        state: Some(found.life_cycle_state.as_str().to_owned()),
        size_bytes: size.as_ref().map(|size| size.value),
        throughput_mode: found.throughput_mode.map(|mode| mode.as_str().to_owned()),
        performance_mode: Some(found.performance_mode.as_str().to_owned()),
        mount_targets: Some(found.number_of_mount_targets),
        size_standard_bytes: size.as_ref().and_then(|size| size.value_in_standard),
        size_ia_bytes: size.as_ref().and_then(|size| size.value_in_ia),
        size_archive_bytes: size.as_ref().and_then(|size| size.value_in_archive),
        provisioned_throughput: found.provisioned_throughput_in_mibps,
        encrypted: found.encrypted,
        availability_zone: given(found.availability_zone_name.as_deref()),
        created: timestamp(Some(&found.creation_time)),
    };
    let tags = tags(found.tags.into_iter().map(|tag| (Some(tag.key), Some(tag.value))));
    let built = || inquiry.account.map(|account| account.arn(Efs::NAME, inquiry.region, &format!("file-system/{id}")));
    Resource {
        arn: given(found.file_system_arn.as_deref()).or_else(built),
        name: given(found.name.as_deref()).or_else(|| given(tags.get("Name").map(String::as_str))),
        region: Some(inquiry.region.to_owned()),
        tags: Some(tags),
        detail: Box::new(detail),
        id,
    }
}
