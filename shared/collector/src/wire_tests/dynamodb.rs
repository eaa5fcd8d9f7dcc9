//! DynamoDB's tables over a real wire: each is described by a request of its own.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::aws::{Aws, Received, Reply};
use super::{LONG, collect, ids, in_ireland, page, reported};
use crate::model::resource::Tags;
use crate::services::Detail;
use crate::services::dynamodb::Table;
use crate::{GapStatus, Inventory, Resource, ResourceType, Wanted};

/// A page of names, 100 of `total` as DynamoDB gives them.
fn names(request: &Received, total: usize) -> Reply {
    let (numbers, next) = page(request, "\"ExclusiveStartTableName\":\"", 100, total);
    let names: Vec<_> = numbers.iter().map(|n| format!("\"t-{n:05}\"")).collect();
    let next = next.map(|next| format!(", \"LastEvaluatedTableName\": \"{next}\"")).unwrap_or_default();
    Reply::Ok(format!("{{\"TableNames\": [{}]{next}}}", names.join(",")))
}

/// The table that a DescribeTable is about.
fn name(request: &Received) -> &str {
    request.parameters.split("\"TableName\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap()
}

fn active(request: &Received) -> Reply {
    Reply::Ok(format!(r#"{{"Table": {{"TableName": "{}", "TableStatus": "ACTIVE"}}}}"#, name(request)))
}

/// An endpoint with `total` active tables in Ireland, but for what `otherwise` says of a name.
fn with_tables(total: usize, otherwise: impl Fn(&str) -> Option<Reply> + Send + 'static) -> Aws {
    Aws::start(move |request| {
        if in_ireland(request, "ListTables") {
            return Some(names(request, total));
        }
        in_ireland(request, "DescribeTable").then(|| otherwise(name(request)).unwrap_or_else(|| active(request)))
    })
}

fn detail(resource: &Resource) -> &Table {
    let Detail::Dynamodb(table) = &resource.detail else { panic!("{resource:?}") };
    table
}

/// The tables without a status: those that are known by name alone.
fn undescribed(inventory: &Inventory) -> Vec<&str> {
    let unknown = inventory.resources.iter().filter(|resource| resource.state().is_none());
    unknown.map(|resource| resource.id.as_str()).collect()
}

#[tokio::test]
async fn every_page_of_tables_is_followed_and_each_table_described_once() {
    let aws = with_tables(250, |_| None);
    let (inventory, coverage) = collect(&aws, &[ResourceType::Dynamodb]).await;
    assert_eq!(coverage.gaps, []);
    let distinct: BTreeSet<_> = ids(&inventory).into_iter().collect();
    assert_eq!((inventory.resources.len(), distinct.len()), (250, 250));
    assert_eq!(undescribed(&inventory), [""; 0]);
    assert_eq!(coverage.aws_requests.by_operation["dynamodb:ListTables"], 3 + 1);
    assert_eq!(coverage.aws_requests.by_operation["dynamodb:DescribeTable"], 250);
    assert_eq!(coverage.aws_requests.estimated_cost_usd, "0.0000");
    assert!(aws.received("ListTables").iter().all(|request| request.parameters.contains("\"Limit\":100")));
}

#[tokio::test]
async fn tables_are_described_before_the_last_page_of_names() {
    let aws = Aws::start(|request| {
        if in_ireland(request, "ListTables") {
            let first = !request.parameters.contains("ExclusiveStartTableName");
            let names = r#"{"TableNames": ["t-1"], "LastEvaluatedTableName": "t-1"}"#;
            return Some(if first { Reply::Ok(names.to_owned()) } else { Reply::EmptyAfter("DescribeTable") });
        }
        in_ireland(request, "DescribeTable").then(|| active(request))
    });
    let (inventory, coverage) = collect(&aws, &[ResourceType::Dynamodb]).await;
    assert_eq!((ids(&inventory), coverage.gaps), (vec!["t-1"], vec![]));
}

#[tokio::test]
async fn the_values_of_a_table_are_read() {
    let aws = Aws::start(|request| {
        if request.region != "us-east-1" {
            return None;
        }
        let table = |name: &str, rest: &str| {
            let arn = format!("arn:aws:dynamodb:us-east-1:123456789012:table/{name}");
            format!(
                r#"{{"Table": {{"TableName": "{name}", "TableArn": "{arn}", "CreationDateTime": 1767323045.5, {rest}}}}}"#
            )
        };
        Some(Reply::Ok(match request.operation.as_str() {
            "ListTables" => r#"{"TableNames": ["carts", "sessions"]}"#.to_owned(),
            "DescribeTable" if name(request) == "carts" => table(
                "carts",
                r#""TableStatus": "UPDATING", "ItemCount": 0, "TableSizeBytes": 0, "DeletionProtectionEnabled": true,
                   "ProvisionedThroughput": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0},
                   "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
                   "TableClassSummary": {"TableClass": "STANDARD_INFREQUENT_ACCESS"}"#,
            ),
            "DescribeTable" => table(
                "sessions",
                r#""TableStatus": "ACTIVE", "ItemCount": 3, "TableSizeBytes": 512,
                   "GlobalSecondaryIndexes": [{"IndexName": "by-user"}, {"IndexName": "by-age"}],
                   "ProvisionedThroughput": {"ReadCapacityUnits": 20, "WriteCapacityUnits": 10}"#,
            ),
            "GetResources" if request.parameters.contains("\"dynamodb:table\"") => {
                r#"{"ResourceTagMappingList": [{"ResourceARN": "arn:aws:dynamodb:us-east-1:123456789012:table/carts",
                    "Tags": [{"Key": "env", "Value": "prod"}]}], "PaginationToken": ""}"#
                    .to_owned()
            }
            _ => return None,
        }))
    });
    let (inventory, coverage) = collect(&aws, &[ResourceType::Dynamodb]).await;
    assert_eq!(coverage.gaps, []);
    let [carts, sessions] = &inventory.resources[..] else { panic!("{:?}", ids(&inventory)) };

    assert_eq!(carts.arn.as_deref(), Some("arn:aws:dynamodb:us-east-1:123456789012:table/carts"));
    assert_eq!((carts.name.as_deref(), carts.state()), (Some("carts"), Some("UPDATING")));
    assert_eq!(carts.tags, Some(Tags::from_iter([("env".to_owned(), "prod".to_owned())])));
    let created = Some("2026-01-02T03:04:05.5Z".parse().unwrap());
    let expected = Table {
        status: Some("UPDATING".to_owned()),
        billing_mode: Some("PAY_PER_REQUEST".to_owned()),
        item_count: Some(0),
        size_bytes: Some(0),
        read_capacity_units: None,
        write_capacity_units: None,
        table_class: Some("STANDARD_INFREQUENT_ACCESS".to_owned()),
        global_indexes: Some(vec![]),
        deletion_protection: Some(true),
        created,
    };
    assert_eq!(detail(carts), &expected);

    assert_eq!(sessions.tags, Some(Tags::new()));
    let expected = Table {
        status: Some("ACTIVE".to_owned()),
        // DynamoDB does not say so of a table that has never been on demand.
        billing_mode: Some("PROVISIONED".to_owned()),
        item_count: Some(3),
        size_bytes: Some(512),
        read_capacity_units: Some(20),
        write_capacity_units: Some(10),
        table_class: None,
        global_indexes: Some(vec!["by-user".to_owned(), "by-age".to_owned()]),
        deletion_protection: None,
        created,
    };
    assert_eq!(detail(sessions), &expected);
}

#[tokio::test]
async fn a_table_that_cant_be_described_is_listed_by_its_name_and_the_gap_says_so() {
    for (reply, status, code) in [
        ((403, "AccessDeniedException"), GapStatus::Denied, "AccessDeniedException"),
        ((400, "ValidationException"), GapStatus::Failed, "ValidationException"),
    ] {
        let aws = with_tables(120, move |name| (name == "t-00001").then_some(Reply::Error(reply.0, reply.1, "no")));
        let (inventory, coverage) = collect(&aws, &[ResourceType::Dynamodb]).await;
        assert_eq!((inventory.resources.len(), undescribed(&inventory)), (120, vec!["t-00001"]));
        let unknown = inventory.resources.iter().find(|resource| resource.id == "t-00001").unwrap();
        assert_eq!(unknown.arn.as_deref(), Some("arn:aws:dynamodb:eu-west-1:123456789012:table/t-00001"));
        assert_eq!(detail(unknown), &Table::default());
        assert_eq!(reported(&coverage.gaps), [("eu-west-1", "DescribeTable", status, code)]);
        assert!(coverage.partial);
    }
}

#[tokio::test]
async fn an_answer_without_a_table_is_a_gap() {
    let aws = with_tables(1, |_| Some(Reply::Ok("{}".to_owned())));
    let (inventory, coverage) = collect(&aws, &[ResourceType::Dynamodb]).await;
    assert_eq!(undescribed(&inventory), ["t-00000"]);
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "DescribeTable", GapStatus::Failed, "IncompleteAnswer")]);
}

#[tokio::test]
async fn a_table_that_was_deleted_since_it_was_listed_is_not_there() {
    let deleted = || Reply::Error(400, "ResourceNotFoundException", "Requested resource not found");
    let aws = with_tables(3, move |name| (name == "t-00001").then(deleted));
    let (inventory, coverage) = collect(&aws, &[ResourceType::Dynamodb]).await;
    assert_eq!((ids(&inventory), coverage.gaps), (vec!["t-00000", "t-00002"], vec![]));
}

#[tokio::test]
async fn the_tables_before_a_failing_page_are_described() {
    let aws = Aws::start(|request| {
        if in_ireland(request, "ListTables") {
            let second = request.parameters.contains("ExclusiveStartTableName");
            return Some(if second {
                Reply::Error(400, "ValidationException", "expired")
            } else {
                names(request, 101)
            });
        }
        in_ireland(request, "DescribeTable").then(|| active(request))
    });
    let (inventory, coverage) = collect(&aws, &[ResourceType::Dynamodb]).await;
    assert_eq!((inventory.resources.len(), undescribed(&inventory)), (100, vec![]));
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "ListTables", GapStatus::Failed, "ValidationException")]);
}

#[tokio::test]
async fn faults_of_both_operations_are_gaps_and_those_alike_are_one() {
    let aws = Aws::start(|request| {
        if in_ireland(request, "ListTables") {
            let is_first = !request.parameters.contains("ExclusiveStartTableName");
            return Some(if is_first { names(request, 250) } else { Reply::Error(400, "InternalFailure", "words") });
        }
        in_ireland(request, "DescribeTable").then(|| match name(request) {
            "t-00001" | "t-00002" => Reply::Error(400, "AccessDeniedException", "words"),
            _ => active(request),
        })
    });
    let (inventory, coverage) = collect(&aws, &[ResourceType::Dynamodb]).await;
    assert_eq!((inventory.resources.len(), undescribed(&inventory)), (100, vec!["t-00001", "t-00002"]));
    assert_eq!(
        reported(&coverage.gaps),
        [
            ("eu-west-1", "DescribeTable", GapStatus::Denied, "AccessDeniedException"),
            ("eu-west-1", "ListTables", GapStatus::Failed, "InternalFailure"),
        ]
    );
}

#[tokio::test]
async fn once_a_description_is_late_no_more_are_asked_for() {
    let aws = with_tables(100, |_| Some(Reply::Hang));
    let wanted = Wanted { regions: None, types: vec![ResourceType::Dynamodb], tags: false };
    let collector = aws.collector_with(Duration::from_secs(2));
    let (inventory, coverage) = collector.inventory(&wanted, Instant::now() + LONG).await.unwrap();
    assert_eq!((inventory.resources.len(), undescribed(&inventory).len()), (100, 100));
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "DescribeTable", GapStatus::TimedOut, "RequestTimedOut")]);
    assert_eq!(aws.received("DescribeTable").len(), 50);
}
