//! RDS database instances, including those of Aurora.

use aws_sdk_rds::operation::describe_db_instances::DescribeDbInstancesOutput;
use aws_sdk_rds::types::DbInstance;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::call::inquiry::Inquiry;
use crate::call::pages::{Found, Page, every_page};
use crate::model::metric::{AVERAGE, Catalog, Ids, MINIMUM, Metric, Place, is_name};
use crate::model::operation::Operation;
use crate::model::price::{Bill, Part, Product, Unpriced, UnpricedReason};
use crate::model::resource::Resource;
use crate::services::ec2::in_the_region_itself;
use crate::services::kind::{Group, Kind, Scope, TagSource};
use crate::services::rds::{ITEMS_A_PAGE, OFFER, Rds, describe, resource};
use crate::services::values::{given, timestamp};

const DESCRIBE_DB_INSTANCES: Operation = describe("DescribeDBInstances", "rds:DescribeDBInstances");

/// The statuses of a database instance, as listed in RDS's user guide; the API has no enumeration of them.
const STATUSES: &[&str] = &[
    "available",
    "backing-up",
    "configuring-associated-roles",
    "configuring-enhanced-monitoring",
    "configuring-iam-database-auth",
    "configuring-log-exports",
    "converting-to-vpc",
    "creating",
    "delete-precheck",
    "deleting",
    "failed",
    "inaccessible-encryption-credentials",
    "inaccessible-encryption-credentials-recoverable",
    "incompatible-create",
    "incompatible-network",
    "incompatible-option-group",
    "incompatible-parameters",
    "incompatible-restore",
    "insufficient-capacity",
    "maintenance",
    "modifying",
    "moving-to-vpc",
    "rebooting",
    "renaming",
    "resetting-master-credentials",
    "restore-error",
    "starting",
    "stopped",
    "stopping",
    "storage-config-upgrade",
    "storage-full",
    "storage-initialization",
    "storage-optimization",
    "upgrading",
];

/// An RDS database instance.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct Database {
    /// The instance class, such as `db.t3.medium`.
    pub class: Option<String>,
    /// `postgres`, `mysql`, `aurora-postgresql`, …
    pub engine: Option<String>,
    /// `available`, `stopped`, …
    pub status: Option<String>,
    /// Allocated storage in GiB; 1 or 0 for Aurora, whose storage belongs to the cluster.
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
    /// Whose licence it has: `license-included`, `bring-your-own-license`, `postgresql-license`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license_model: Option<String>,
    /// Whether there is a standby in another zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multi_az: Option<bool>,
    /// Whether it has a public address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publicly_accessible: Option<bool>,
    /// Whether it is protected from deletion.
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

/// CloudWatch's `CPUUtilization`.
pub const CPU: Metric = Metric::new("cpu", "CPUUtilization", "Percent", AVERAGE);
/// CloudWatch's `DatabaseConnections`.
pub const CONNECTIONS: Metric = Metric::new("connections", "DatabaseConnections", "Count", AVERAGE);
/// CloudWatch's `FreeStorageSpace`.
pub const FREE_STORAGE: Metric = Metric::new("free_storage", "FreeStorageSpace", "Bytes", MINIMUM);
/// CloudWatch's `FreeableMemory`.
pub const FREEABLE_MEMORY: Metric = Metric::new("freeable_memory", "FreeableMemory", "Bytes", MINIMUM);
/// CloudWatch's `SwapUsage`.
pub const SWAP_USAGE: Metric = Metric::new("swap_usage", "SwapUsage", "Bytes", AVERAGE);
/// CloudWatch's `ReadLatency`.
pub const READ_LATENCY: Metric = Metric::new("read_latency", "ReadLatency", "Seconds", AVERAGE);
/// CloudWatch's `WriteLatency`.
pub const WRITE_LATENCY: Metric = Metric::new("write_latency", "WriteLatency", "Seconds", AVERAGE);
/// CloudWatch's `ReadIOPS`.
pub const READ_IOPS: Metric = Metric::new("read_iops", "ReadIOPS", "Count/Second", AVERAGE);
/// CloudWatch's `WriteIOPS`.
pub const WRITE_IOPS: Metric = Metric::new("write_iops", "WriteIOPS", "Count/Second", AVERAGE);
/// CloudWatch's `DiskQueueDepth`.
pub const QUEUE_DEPTH: Metric = Metric::new("queue_depth", "DiskQueueDepth", "Count", AVERAGE);
/// CloudWatch's `BurstBalance`.
pub const BURST_BALANCE: Metric = Metric::new("burst_balance", "BurstBalance", "Percent", MINIMUM);

static CATALOG: Catalog = Catalog {
    places: &[Place::of_all("AWS/RDS", &["DBInstanceIdentifier"])],
    ids: Ids { like: "names of database instances", accepts: |id| is_name(id, 63, "-") },
    named_by_list: false,
    usual: 2,
    metrics: &[
        CPU,
        CONNECTIONS,
        FREE_STORAGE,
        FREEABLE_MEMORY,
        SWAP_USAGE,
        READ_LATENCY,
        WRITE_LATENCY,
        READ_IOPS,
        WRITE_IOPS,
        QUEUE_DEPTH,
        BURST_BALANCE,
    ],
};

impl Kind for Database {
    const TYPE: &'static str = "rds";
    const GROUP: Group = Group::Database;
    const OPERATIONS: &'static [&'static Operation] = &[&DESCRIBE_DB_INSTANCES];
    const SCOPE: Scope = Scope::Regional;
    const STATES: &'static [&'static str] = STATUSES;
    const TAGS: TagSource = TagSource::Listed;
    const EXPLORER_TYPES: &'static [&'static str] = &["rds:db"];
    const CATALOG: Option<&'static Catalog> = Some(&CATALOG);
    type Stored = Box<Self>;

    fn state(&self) -> Option<&str> {
        self.status.as_deref()
    }

    fn bill(&self, region: &str) -> Result<Bill, Unpriced> {
        let engine = self.engine.as_deref().ok_or_else(|| Unpriced::missing("engine"))?;
        let multi_az = self.multi_az.ok_or_else(|| Unpriced::missing("number of zones"))?;
        let (name, edition) = engine_of(engine)?;
        let is_aurora = name.starts_with("Aurora");
        if !is_aurora && self.cluster_id.is_some() {
            let message = "prices of Multi-AZ clusters with three instances are not read";
            return Err(Unpriced::new(UnpricedReason::NotSupported, message));
        }
        in_the_region_itself(region, self.availability_zone.as_deref(), None)?;
        let zones = match (multi_az && !is_aurora, name) {
            (false, _) => ONE_ZONE,
            (true, "SQL Server") => MIRRORED,
            (true, _) => TWO_ZONES,
        };
        let status = self.status.as_deref().ok_or_else(|| Unpriced::missing("status"))?;
        let mut bill = Bill::default().without(&["backups", "extended support"]);
        // While it is stopped, only its storage is billed.
        if !matches!(status, "stopped" | "stopping" | "starting") {
            bill = bill.and(self.instance_of(name, edition, &zones, region)?);
        }
        if is_aurora {
            return if bill.parts.is_empty() {
                Err(Unpriced::billed_as("the storage of its cluster while it is stopped"))
            } else {
                Ok(bill.without(&["storage of the cluster"]))
            };
        }
        self.with_storage(bill, &zones, region)
    }

    async fn list(inquiry: &Inquiry<'_>) -> Found<Resource<Box<Self>>> {
        let rds = inquiry.client::<Rds>();
        let ask = |page: Page| rds.describe_db_instances().max_records(page.size).set_marker(page.token).send();
        let limits = rds.limits(&DESCRIBE_DB_INSTANCES, inquiry.deadline).pages_of(ITEMS_A_PAGE);
        every_page(limits, ask, DescribeDbInstancesOutput::marker, |page| {
            let instances = page.db_instances.unwrap_or_default().into_iter();
            instances.filter_map(|instance| database_of(inquiry.region, instance)).collect()
        })
        .await
        .into()
    }
}

/// The zones of a database, by the names of the price list.
struct Zones {
    of_instance: &'static str,
    of_storage: &'static str,
    /// What the usage types of storage have after `RDS:`.
    usage: &'static str,
    /// The engine of the storage.
    engine: &'static str,
}

const ONE_ZONE: Zones = Zones { of_instance: "Single-AZ", of_storage: "Single-AZ", usage: "", engine: "Any" };
const TWO_ZONES: Zones = Zones { of_instance: "Multi-AZ", of_storage: "Multi-AZ", usage: "Multi-AZ-", engine: "Any" };
/// SQL Server copies its storage itself.
const MIRRORED: Zones = Zones {
    of_instance: "Multi-AZ",
    of_storage: "Multi-AZ (SQL Server Mirror)",
    usage: "Mirror-",
    engine: "SQL Server",
};

impl Database {
    /// Returns the part of the instance.
    fn instance_of(&self, name: &str, edition: Option<&str>, zones: &Zones, region: &str) -> Result<Part, Unpriced> {
        let class = self.class.as_deref().ok_or_else(|| Unpriced::missing("class"))?;
        if class == "db.serverless" {
            return Err(Unpriced::by_use("the Aurora capacity units of each second"));
        }
        let license = match self.license_model.as_deref() {
            Some("license-included") => "License included",
            Some("bring-your-own-license") => "Bring your own license",
            Some("general-public-license" | "postgresql-license") => "No license required",
            _ => return Err(Unpriced::missing("licence model")),
        };
        let mut instance = Product::of(OFFER, Some("Database Instance"), "Hrs", region)
            .with("instanceType", class)
            .with("databaseEngine", name)
            .with("deploymentOption", zones.of_instance)
            .with("licenseModel", license);
        if let Some(edition) = edition {
            instance = instance.with("databaseEdition", edition);
        }
        if name.starts_with("Aurora") {
            // Instances cost more if the reads and writes of their cluster cost nothing.
            let usage = match self.storage_type.as_deref().ok_or_else(|| Unpriced::missing("storage type"))? {
                "aurora-iopt1" => "InstanceUsageIOOptimized",
                _ => "InstanceUsage",
            };
            // Usage types have `db.r5.2xl` for `db.r5.2xlarge`.
            instance = instance.used_as(format!("{usage}:{}", class.replace("xlarge", "xl")));
        }
        Ok(instance.part("instance", 1))
    }

    /// Returns the bill with the storage, which belongs to the database.
    fn with_storage(&self, bill: Bill, zones: &Zones, region: &str) -> Result<Bill, Unpriced> {
        let size = self.storage_gb.ok_or_else(|| Unpriced::missing("size"))?;
        let (volume, storage, iops) = match self.storage_type.as_deref() {
            Some("gp2") => ("General Purpose", "GP2-Storage", None),
            Some("gp3") => ("General Purpose-GP3", "GP3-Storage", None),
            Some("io1") => ("Provisioned IOPS", "PIOPS-Storage", Some("PIOPS")),
            Some("io2") => ("Provisioned IOPS-IO2", "IO2-Storage", Some("IO2-PIOPS")),
            Some("standard") => ("Magnetic", "StorageUsage", None),
            Some(other) => {
                return Err(Unpriced::new(UnpricedReason::NotSupported, format!("how AWS bills {other} is unknown")));
            }
            None => return Err(Unpriced::missing("storage type")),
        };
        let of = |family, unit, usage| {
            let product = Product::of(OFFER, Some(family), unit, region).with("deploymentOption", zones.of_storage);
            product.used_as(format!("RDS:{}{usage}", zones.usage))
        };
        let allocated = of("Database Storage", "GB-Mo", storage).with("volumeType", volume);
        let bill = bill.and(allocated.with("databaseEngine", zones.engine).part("storage", size));
        Ok(match iops {
            Some(usage) => {
                let number = self.iops.ok_or_else(|| Unpriced::missing("number of IOPS"))?;
                bill.and(of("Provisioned IOPS", "IOPS-Mo", usage).part("iops", number))
            }
            None if storage == "GP3-Storage" => bill.without(&["IOPS and throughput beyond those included"]),
            None if storage == "StorageUsage" => bill.without(&["I/O requests"]),
            None => bill,
        })
    }
}

/// Returns the name of an engine in the price list, and its edition if it has several.
fn engine_of(engine: &str) -> Result<(&'static str, Option<&'static str>), Unpriced> {
    Ok(match engine {
        "postgres" => ("PostgreSQL", None),
        "mysql" => ("MySQL", None),
        "mariadb" => ("MariaDB", None),
        "aurora-postgresql" => ("Aurora PostgreSQL", None),
        "aurora-mysql" => ("Aurora MySQL", None),
        "oracle-se2" | "oracle-se2-cdb" => ("Oracle", Some("Standard Two")),
        "oracle-ee" | "oracle-ee-cdb" => ("Oracle", Some("Enterprise")),
        "sqlserver-ex" => ("SQL Server", Some("Express")),
        "sqlserver-web" => ("SQL Server", Some("Web")),
        "sqlserver-se" => ("SQL Server", Some("Standard")),
        "sqlserver-ee" => ("SQL Server", Some("Enterprise")),
        other => {
            return Err(Unpriced::new(UnpricedReason::NotSupported, format!("prices of {other} are not read")));
        }
    })
}

fn database_of(region: &str, instance: DbInstance) -> Option<Resource<Box<Database>>> {
    let id = instance.db_instance_identifier?;
    let endpoint = instance.endpoint;
    let detail = Database {
        class: given(instance.db_instance_class.as_deref()),
        engine: given(instance.engine.as_deref()),
        status: given(instance.db_instance_status.as_deref()),
        storage_gb: instance.allocated_storage,
        engine_version: given(instance.engine_version.as_deref()),
        storage_type: given(instance.storage_type.as_deref()),
        iops: instance.iops,
        encrypted: instance.storage_encrypted,
        license_model: given(instance.license_model.as_deref()),
        multi_az: instance.multi_az,
        publicly_accessible: instance.publicly_accessible,
        deletion_protection: instance.deletion_protection,
        availability_zone: given(instance.availability_zone.as_deref()),
        port: endpoint.as_ref().and_then(|endpoint| endpoint.port),
        endpoint: endpoint.and_then(|endpoint| given(endpoint.address.as_deref())),
        cluster_id: given(instance.db_cluster_identifier.as_deref()),
        read_replica_source: given(instance.read_replica_source_db_instance_identifier.as_deref()),
        created: timestamp(instance.instance_create_time.as_ref()),
    };
    Some(resource(region, id, instance.db_instance_arn.as_deref(), instance.tag_list, Box::new(detail)))
}
