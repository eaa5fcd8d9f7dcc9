//! DynamoDB: tables.
//!
//! ListTables returns only names, so each table needs a DescribeTable of its own. A limited number of them run at a time,
//! while further pages of names are on their way. A table that can't be described stays in the list with what its name says,
//! and a gap reports that the rest is missing. Neither operation returns tags; they come from `tagging.rs`.

use aws_sdk_dynamodb::operation::list_tables::ListTablesOutput;
use aws_sdk_dynamodb::types::{BillingMode, TableDescription, TableStatus};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::call::clients::{Gated, Service, guarded_client};
use crate::call::fault::Fault;
use crate::call::gate::Rate;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Found, Page, every_page, one_call};
use crate::model::metric::{Catalog, Ids, Metric, Place, SUM, is_name};
use crate::model::operation::{Operation, Price};
use crate::model::price::{Bill, Product, Unpriced};
use crate::model::resource::Resource;
use crate::services::kind::{Group, Kind, Scope, TagSource};
use crate::services::values::{gib, given, timestamp};

/// DynamoDB.
pub(crate) struct DynamoDb;

impl Service for DynamoDb {
    const NAME: &'static str = "dynamodb";
    /// The rate of the control plane, which all operations on tables share. Source: the developer guide, "Best practices
    /// for managing the control plane".
    const RATE: Rate = Rate::a_second(2_500, 0);

    guarded_client!(aws_sdk_dynamodb);
}

const LIST_TABLES: Operation =
    Operation { service: DynamoDb::NAME, name: "ListTables", action: Some("dynamodb:ListTables"), price: Price::Free };

const DESCRIBE_TABLE: Operation = Operation {
    service: DynamoDb::NAME,
    name: "DescribeTable",
    action: Some("dynamodb:DescribeTable"),
    price: Price::Free,
};

/// The most names that DynamoDB puts into a page.
const TABLES_A_PAGE: i32 = 100;

/// How many tables of a region are described at a time. Each needs a connection: with tables in all of the 17 regions that
/// are enabled by default, that is 850, and Lambda lets a function have 1,024 files open.
const AT_ONCE: usize = 50;

/// The error code for a table that was deleted after it was listed.
const DELETED: &str = "ResourceNotFoundException";

/// The units of provisioned capacity in the price list.
const READ_UNIT: &str = "ReadCapacityUnit-Hrs";
const WRITE_UNIT: &str = "WriteCapacityUnit-Hrs";

/// A DynamoDB table.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct Table {
    /// `ACTIVE`, `UPDATING`, …
    pub status: Option<String>,
    /// `PROVISIONED` or `PAY_PER_REQUEST` (on demand).
    pub billing_mode: Option<String>,
    /// The number of items, which DynamoDB counts about every six hours.
    pub item_count: Option<i64>,
    /// The size of the items in bytes, without indexes; as old as the count.
    pub size_bytes: Option<i64>,
    /// Provisioned reads a second, in capacity units; absent for a table on demand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_capacity_units: Option<i64>,
    /// Provisioned writes a second, in capacity units; absent for a table on demand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write_capacity_units: Option<i64>,
    /// `STANDARD` or `STANDARD_INFREQUENT_ACCESS`; absent where the class was never set, which is `STANDARD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table_class: Option<String>,
    /// The names of its global secondary indexes, each of which has metrics of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub global_indexes: Option<Vec<String>>,
    /// Whether deletion protection is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletion_protection: Option<bool>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
}

/// CloudWatch's `ConsumedReadCapacityUnits`, of the table without its global secondary indexes.
pub const CONSUMED_READ_CAPACITY: Metric =
    Metric::new("consumed_read_capacity", "ConsumedReadCapacityUnits", "Count", SUM);
/// CloudWatch's `ConsumedWriteCapacityUnits`, of the table without its global secondary indexes.
pub const CONSUMED_WRITE_CAPACITY: Metric =
    Metric::new("consumed_write_capacity", "ConsumedWriteCapacityUnits", "Count", SUM);
/// CloudWatch's `ReadThrottleEvents`, of the table without its global secondary indexes.
pub const READ_THROTTLES: Metric = Metric::new("read_throttles", "ReadThrottleEvents", "Count", SUM);
/// CloudWatch's `WriteThrottleEvents`, of the table without its global secondary indexes.
pub const WRITE_THROTTLES: Metric = Metric::new("write_throttles", "WriteThrottleEvents", "Count", SUM);

static CATALOG: Catalog = Catalog {
    places: &[Place::of_all("AWS/DynamoDB", &["TableName"])],
    ids: Ids { like: "names of tables", accepts: |id| id.len() >= 3 && is_name(id, 255, "-_.") },
    named_by_list: false,
    usual: 2,
    metrics: &[CONSUMED_READ_CAPACITY, CONSUMED_WRITE_CAPACITY, READ_THROTTLES, WRITE_THROTTLES],
};

impl Kind for Table {
    const TYPE: &'static str = "dynamodb";
    const GROUP: Group = Group::Database;
    const OPERATIONS: &'static [&'static Operation] = &[&LIST_TABLES, &DESCRIBE_TABLE];
    const SCOPE: Scope = Scope::Regional;
    const STATES: &'static [&'static str] = TableStatus::values();
    const TAGS: TagSource = TagSource::TaggingApi("dynamodb:table");
    const EXPLORER_TYPES: &'static [&'static str] = &["dynamodb:table"];
    const CATALOG: Option<&'static Catalog> = Some(&CATALOG);
    type Stored = Box<Self>;

    fn state(&self) -> Option<&str> {
        self.status.as_deref()
    }

    fn bill(&self, region: &str) -> Result<Bill, Unpriced> {
        let bytes = self.size_bytes.ok_or_else(|| Unpriced::missing("size"))?;
        let class = if self.table_class.as_deref() == Some("STANDARD_INFREQUENT_ACCESS") { "IA-" } else { "" };
        let of = |family, unit, usage: &str| {
            Product::of("AmazonDynamoDB", Some(family), unit, region).used_as(format!("{class}{usage}"))
        };
        let bill = Bill::of(of("Database Storage", "GB-Mo", "TimedStorage-ByteHrs").part("storage", gib(bytes)));
        let indexes: &[_] =
            if self.global_indexes.as_ref().is_none_or(|names| !names.is_empty()) { &["indexes"] } else { &[] };
        let bill = bill.without(indexes);
        match (self.billing_mode.as_deref(), self.read_capacity_units, self.write_capacity_units) {
            (Some("PAY_PER_REQUEST"), ..) => Ok(bill.without(&["requests"])),
            (_, Some(reads), Some(writes)) => Ok(bill
                .and(of("Provisioned IOPS", READ_UNIT, READ_UNIT).part("read capacity", reads))
                .and(of("Provisioned IOPS", WRITE_UNIT, WRITE_UNIT).part("write capacity", writes))),
            _ => Err(Unpriced::missing("capacity")),
        }
    }

    async fn list(inquiry: &Inquiry<'_>) -> Found<Resource<Box<Self>>> {
        let dynamodb = inquiry.client::<DynamoDb>();
        let ask =
            |page: Page| dynamodb.list_tables().limit(page.size).set_exclusive_start_table_name(page.token).send();
        let limits = dynamodb.limits(&LIST_TABLES, inquiry.deadline).pages_of(TABLES_A_PAGE);
        let (found, names) = unbounded_channel();
        let list = async move {
            let items = |page: ListTablesOutput| {
                for name in page.table_names.unwrap_or_default() {
                    // It fails only if nobody waits for names any more.
                    found.send(name).ok();
                }
                Vec::<()>::new()
            };
            every_page(limits, ask, ListTablesOutput::last_evaluated_table_name, items).await
        };
        let (names, mut tables) = tokio::join!(list, describe_each(inquiry, &dynamodb, names));
        tables.faults.extend(names.fault);
        tables
    }
}

/// Describes the tables of `names`, while the pages after them are listed. After a time-out, it describes no more of them.
async fn describe_each(
    inquiry: &Inquiry<'_>,
    dynamodb: &Gated<DynamoDb>,
    mut names: UnboundedReceiver<String>,
) -> Found<Resource<Box<Table>>> {
    let describe = async |name: String| {
        let described = describe_table(inquiry, dynamodb, &name).await;
        (name, described)
    };
    let mut asked = FuturesUnordered::new();
    let mut tables = Found { items: Vec::new(), faults: Vec::new() };
    let mut in_time = true;
    loop {
        let (name, described) = tokio::select! {
            biased;
            Some(name) = names.recv(), if in_time && asked.len() < AT_ONCE => {
                asked.push(describe(name));
                continue;
            }
            Some(answered) = asked.next() => answered,
            else => break,
        };
        match described {
            Ok(detail) => tables.items.push(resource_of(inquiry, name, detail)),
            Err(fault) if fault.code == DELETED => {}
            Err(fault) => {
                in_time &= !fault.is_late();
                tables.items.push(resource_of(inquiry, name, TableDescription::builder().build()));
                tables.fail(fault);
            }
        }
    }
    while let Some(name) = names.recv().await {
        tables.items.push(resource_of(inquiry, name, TableDescription::builder().build()));
    }
    tables
}

async fn describe_table(
    inquiry: &Inquiry<'_>,
    dynamodb: &Gated<DynamoDb>,
    name: &str,
) -> Result<TableDescription, Fault> {
    let call = || dynamodb.describe_table().table_name(name).send();
    let answer = one_call(dynamodb.limits(&DESCRIBE_TABLE, inquiry.deadline), call).await?;
    answer.table.ok_or_else(|| Fault::failed(&DESCRIBE_TABLE, "IncompleteAnswer", "DynamoDB gave no table"))
}

fn resource_of(inquiry: &Inquiry<'_>, name: String, table: TableDescription) -> Resource<Box<Table>> {
    let built = || inquiry.account.map(|account| account.arn("dynamodb", inquiry.region, &format!("table/{name}")));
    Resource {
        region: Some(inquiry.region.to_owned()),
        arn: given(table.table_arn.as_deref()).or_else(built),
        tags: None,
        detail: Box::new(table_of(table)),
        name: Some(name.clone()),
        id: name,
    }
}

fn table_of(table: TableDescription) -> Table {
    // A table on demand has a throughput of 0, which means that none is provisioned.
    let throughput = table.provisioned_throughput;
    let provisioned = |units: Option<i64>| units.filter(|units| *units > 0);
    let read_capacity_units = provisioned(throughput.as_ref().and_then(|throughput| throughput.read_capacity_units));
    let write_capacity_units = provisioned(throughput.as_ref().and_then(|throughput| throughput.write_capacity_units));
    // DynamoDB leaves the mode out for a table that has never been on demand.
    let billing_mode = table.billing_mode_summary.and_then(|summary| summary.billing_mode);
    let billing_mode = billing_mode.or_else(|| read_capacity_units.map(|_| BillingMode::Provisioned));
    // It leaves out the indexes of a table without any, and describes none of a table that is known by its name alone.
    let indexes = table.global_secondary_indexes.unwrap_or_default().into_iter().filter_map(|index| index.index_name);
    let global_indexes = table.table_status.is_some().then(|| indexes.collect());
    Table {
        status: table.table_status.map(|status| status.as_str().to_owned()),
        billing_mode: billing_mode.map(|mode| mode.as_str().to_owned()),
        item_count: table.item_count,
        size_bytes: table.table_size_bytes,
        read_capacity_units,
        write_capacity_units,
        table_class: table.table_class_summary.and_then(|summary| summary.table_class).map(|c| c.as_str().to_owned()),
        global_indexes,
        deletion_protection: table.deletion_protection_enabled,
        created: timestamp(table.creation_date_time.as_ref()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_table_has_three_to_255_characters() {
        let (longest, longer) = ("t".repeat(255), "t".repeat(256));
        for name in ["abc", "Orders_2026-11.v2", &longest] {
            assert!((CATALOG.ids.accepts)(name), "{name}");
        }
        for name in ["ab", "a b c", "table/orders", &longer] {
            assert!(!(CATALOG.ids.accepts)(name), "{name}");
        }
    }
}
