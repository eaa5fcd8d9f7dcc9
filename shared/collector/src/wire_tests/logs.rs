//! CloudWatch's log groups over a real wire.

use super::aws::{Aws, Received, Reply};
use super::{collect, ids, in_ireland, page, reported};
use crate::model::resource::Tags;
use crate::services::Detail;
use crate::services::logs::LogGroup;
use crate::{GapStatus, Resource, ResourceType};

/// A page of numbered log groups, 50 of `total` as CloudWatch Logs gives them.
fn log_groups(request: &Received, total: usize) -> Reply {
    let (numbers, next) = page(request, "\"nextToken\":\"", 50, total);
    let items: Vec<_> = numbers.iter().map(|n| format!(r#"{{"logGroupName": "/aws/lambda/f-{n:05}"}}"#)).collect();
    let next = next.map(|next| format!(r#", "nextToken": "{next}""#)).unwrap_or_default();
    Reply::Ok(format!(r#"{{"logGroups": [{}]{next}}}"#, items.join(",")))
}

fn detail(resource: &Resource) -> &LogGroup {
    let Detail::LogGroup(group) = &resource.detail else { panic!("{resource:?}") };
    group
}

#[tokio::test]
async fn every_page_of_log_groups_is_followed() {
    let aws = Aws::start(|request| in_ireland(request, "DescribeLogGroups").then(|| log_groups(request, 120)));
    let (inventory, coverage) = collect(&aws, &[ResourceType::LogGroup]).await;
    assert_eq!((inventory.resources.len(), coverage.gaps), (120, vec![]));
    assert_eq!(coverage.aws_requests.by_operation["logs:DescribeLogGroups"], 3 + 1);
    assert!(aws.received("DescribeLogGroups").iter().all(|request| request.parameters.contains("\"limit\":50")));
    let arn = inventory.resources[0].arn.as_deref();
    assert_eq!(arn, Some("arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/f-00000"));
}

#[tokio::test]
async fn the_values_of_a_log_group_are_read_and_its_tags_listed() {
    let aws = Aws::start(|request| {
        match request.operation.as_str() {
        _ if request.region != "eu-west-1" => None,
        "DescribeLogGroups" => Some(Reply::Ok(
            r#"{"logGroups": [{"logGroupName": "/app/shop", "arn": "arn:aws:logs:eu-west-1:123456789012:log-group:/app/shop:*",
                "logGroupArn": "arn:aws:logs:eu-west-1:123456789012:log-group:/app/shop", "creationTime": 1767323045500,
                "retentionInDays": 30, "storedBytes": 4096, "logGroupClass": "INFREQUENT_ACCESS",
                "kmsKeyId": "arn:aws:kms:eu-west-1:123456789012:key/k"},
                {"logGroupName": "/app/old", "arn": "arn:aws:logs:eu-west-1:123456789012:log-group:/app/old:*"}]}"#
                .to_owned(),
        )),
        "GetResources" if request.parameters.contains("\"logs:log-group\"") => Some(Reply::Ok(
            r#"{"ResourceTagMappingList": [{"ResourceARN": "arn:aws:logs:eu-west-1:123456789012:log-group:/app/shop",
                "Tags": [{"Key": "env", "Value": "prod"}]}, {"ResourceARN": "arn:aws:logs:eu-west-1:123456789012:log-group:/app/old",
                "Tags": [{"Key": "env", "Value": "dev"}]}], "PaginationToken": ""}"#
                .to_owned(),
        )),
        _ => None,
    }
    });
    let (inventory, coverage) = collect(&aws, &[ResourceType::LogGroup]).await;
    let [old, shop] = &inventory.resources[..] else { panic!("{:?}", ids(&inventory)) };
    assert_eq!(coverage.gaps, []);
    assert_eq!((shop.name.as_deref(), shop.state()), (Some("/app/shop"), None));
    for (group, env) in [(shop, "prod"), (old, "dev")] {
        assert_eq!(group.tags, Some(Tags::from_iter([("env".to_owned(), env.to_owned())])), "{}", group.id);
    }
    let expected = LogGroup {
        retention_days: Some(30),
        stored_bytes: Some(4096),
        class: Some("INFREQUENT_ACCESS".to_owned()),
        kms_key_id: Some("arn:aws:kms:eu-west-1:123456789012:key/k".to_owned()),
        created: Some("2026-01-02T03:04:05.5Z".parse().unwrap()),
    };
    assert_eq!((detail(shop), detail(old)), (&expected, &LogGroup::default()));
}

#[tokio::test]
async fn the_log_groups_before_a_failing_page_are_kept() {
    let aws = Aws::start(|request| {
        in_ireland(request, "DescribeLogGroups").then(|| {
            if request.parameters.contains("nextToken") {
                Reply::Error(400, "InvalidParameterException", "expired")
            } else {
                log_groups(request, 120)
            }
        })
    });
    let (inventory, coverage) = collect(&aws, &[ResourceType::LogGroup]).await;
    assert_eq!(inventory.resources.len(), 50);
    assert_eq!(
        reported(&coverage.gaps),
        [("eu-west-1", "DescribeLogGroups", GapStatus::Failed, "InvalidParameterException")]
    );
}
