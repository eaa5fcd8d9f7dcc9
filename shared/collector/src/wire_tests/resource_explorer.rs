//! The long tail over a real wire: what Resource Explorer returns, with and without an aggregator index.

use std::time::Instant;

use super::aws::{Aws, Received, Reply};
use super::{LONG, collect, ids, page, reported};
use crate::model::resource::Tags;
use crate::services::Detail;
use crate::services::resource_explorer::OtherResource;
use crate::{Coverage, GapStatus, Inventory, Resource, ResourceType, Wanted};

const TYPES: [ResourceType; 1] = [ResourceType::Other];

/// An account with indexes in both regions.
const BOTH: &str =
    r#"{"Indexes": [{"Region": "us-east-1", "Type": "AGGREGATOR"}, {"Region": "eu-west-1", "Type": "LOCAL"}]}"#;
const LOCAL: &str =
    r#"{"Indexes": [{"Region": "us-east-1", "Type": "LOCAL"}, {"Region": "eu-west-1", "Type": "LOCAL"}]}"#;
const ACTIVE: &str = r#"{"Type": "AGGREGATOR", "State": "ACTIVE", "ReplicatingFrom": ["eu-west-1"]}"#;

fn queue(region: &str, name: &str) -> String {
    format!(
        r#"{{"Arn": "arn:aws:sqs:{region}:123456789012:{name}", "OwningAccountId": "123456789012", "Region": "{region}",
             "ResourceType": "sqs:queue", "Service": "sqs", "LastReportedAt": "2026-11-20T08:00:00Z"}}"#
    )
}

fn listed(resources: &[String], next: Option<usize>) -> Reply {
    let next = next.map(|next| format!(r#", "NextToken": "{next}""#)).unwrap_or_default();
    Reply::Ok(format!(r#"{{"Resources": [{}]{next}}}"#, resources.join(",")))
}

/// Responds with these indexes, and with `list` to requests for resources.
fn explorer(indexes: &'static str, index: &'static str, list: impl Fn(&Received) -> Reply + Send + 'static) -> Aws {
    Aws::start(move |request| {
        Some(match request.operation.as_str() {
            "ListIndexes" => Reply::Ok(indexes.to_owned()),
            "GetIndex" => Reply::Ok(index.to_owned()),
            "ListResources" => list(request),
            _ => return None,
        })
    })
}

async fn of_regions(aws: &Aws, regions: &[&str]) -> (Inventory, Coverage) {
    let regions = Some(regions.iter().map(ToString::to_string).collect());
    let wanted = Wanted { regions, types: TYPES.to_vec(), tags: true };
    aws.collector().inventory(&wanted, Instant::now() + LONG).await.unwrap()
}

fn detail(resource: &Resource) -> &OtherResource {
    let Detail::Other(found) = &resource.detail else { panic!("{resource:?}") };
    found
}

/// Returns the regions of which something is known.
fn known(inventory: &Inventory) -> Vec<&str> {
    inventory.listed.iter().map(|(_, region)| region.as_str()).collect()
}

#[tokio::test]
async fn the_aggregator_lists_all_regions_in_pages_that_have_a_next_one() {
    let aws = explorer(BOTH, ACTIVE, |request| {
        assert_eq!(request.region, "us-east-1");
        assert!(request.parameters.contains(r#""MaxResults":999"#), "{}", request.parameters);
        let (numbers, next) = page(request, r#""NextToken":""#, 999, 2_500);
        let region = |n| if n % 2 == 0 { "eu-west-1" } else { "us-east-1" };
        listed(&numbers.iter().map(|n| queue(region(n), &format!("q-{n:05}"))).collect::<Vec<_>>(), next)
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;

    assert_eq!(coverage.gaps, []);
    assert_eq!(
        (inventory.resources.len(), ids(&inventory)[0], ids(&inventory)[1_250]),
        (2_500, "sqs:q-00000", "sqs:q-00001")
    );
    assert_eq!(known(&inventory), ["eu-west-1", "us-east-1"]);
    let expected = [
        ("ec2:DescribeRegions", 1),
        ("resource-explorer-2:GetIndex", 1),
        ("resource-explorer-2:ListIndexes", 1),
        ("resource-explorer-2:ListResources", 3),
        ("sts:GetCallerIdentity", 1),
    ];
    assert_eq!(coverage.aws_requests.by_operation, expected.map(|(name, count)| (name.to_owned(), count)).into());
}

#[tokio::test]
async fn values_are_read_and_what_other_types_list_is_left_out() {
    let aws = explorer(BOTH, ACTIVE, |_| {
        Reply::Ok(
            r#"{"Resources": [
                {"Arn": "arn:aws:sns:eu-west-1:123456789012:orders", "OwningAccountId": "123456789012", "Region": "eu-west-1",
                 "ResourceType": "sns:topic", "Service": "sns", "LastReportedAt": "2026-11-20T08:00:00Z",
                 "Properties": [{"Name": "other", "Data": {}}, {"Name": "tags", "LastReportedAt": "2026-11-20T08:00:00Z",
                                 "Data": [{"Key": "Name", "Value": "Orders"}, {"Key": "env"}]}]},
                {"Arn": "arn:aws:sqs:eu-west-1:123456789012:orders", "Region": "eu-west-1", "ResourceType": "sqs:queue",
                 "Service": "sqs", "Properties": [{"Name": "tags", "Data": []}]},
                {"Arn": "arn:aws:iam::123456789012:role/aws-service-role/a.amazonaws.com/A", "Region": "global",
                 "ResourceType": "iam:role", "Service": "iam", "Properties": []},
                {"Arn": "arn:aws:rds:us-east-1:123456789012:pg:mine", "Region": "us-east-1", "ResourceType": "rds:pg",
                 "Service": "rds", "Properties": [{"Name": "tags", "Data": "?"}]},
                {"Arn": "arn:aws:ec2:us-east-1:123456789012:instance/i-1", "Region": "us-east-1",
                 "ResourceType": "ec2:instance", "Service": "ec2"},
                {"Arn": "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:u:autoScalingGroupName/g",
                 "Region": "us-east-1", "ResourceType": "autoscaling:autoscalinggroup", "Service": "autoscaling"},
                {"Arn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/gwy/g/1",
                 "Region": "us-east-1", "ResourceType": "elasticloadbalancing:loadbalancer/gwy"},
                {"Arn": "arn:aws:sqs:eu-west-1:210987654321:theirs", "OwningAccountId": "210987654321",
                 "Region": "eu-west-1", "ResourceType": "sqs:queue", "Service": "sqs"},
                {"ResourceType": "sqs:queue"}]}"#
                .to_owned(),
        )
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;

    assert_eq!(coverage.gaps, []);
    let role = "iam:role/aws-service-role/a.amazonaws.com/A";
    assert_eq!(ids(&inventory), [role, "sns:orders", "sqs:orders", "rds:pg:mine"]);
    let found = &inventory.resources;
    let regions: Vec<_> = found.iter().map(|resource| resource.region.as_deref()).collect();
    assert_eq!(regions, [None, Some("eu-west-1"), Some("eu-west-1"), Some("us-east-1")]);
    let topic = OtherResource {
        service: Some("sns".to_owned()),
        aws_type: Some("sns:topic".to_owned()),
        last_reported_at: Some("2026-11-20T08:00:00Z".parse().unwrap()),
        aws_default: None,
    };
    assert_eq!((detail(&found[1]), found[1].name.as_deref()), (&topic, Some("Orders")));
    assert_eq!(found[1].arn.as_deref(), Some("arn:aws:sns:eu-west-1:123456789012:orders"));
    let tags: Tags =
        [("Name", "Orders"), ("env", "")].map(|(key, value)| (key.to_owned(), value.to_owned())).into_iter().collect();
    let expected = [None, Some(tags), Some(Tags::new()), None];
    assert_eq!(found.iter().map(|resource| resource.tags.clone()).collect::<Vec<_>>(), expected);
    let defaults: Vec<_> = found.iter().map(|resource| detail(resource).aws_default).collect();
    assert_eq!(defaults, [Some(true), None, None, Some(false)]);
    assert_eq!(known(&inventory), ["eu-west-1", "global", "us-east-1"]);
}

#[tokio::test]
async fn without_an_aggregator_each_wanted_region_is_listed_by_itself() {
    let aws = explorer(LOCAL, r#"{"State": "ACTIVE"}"#, |request| listed(&[queue(&request.region, "jobs")], None));
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((ids(&inventory), coverage.gaps), (vec!["sqs:jobs", "sqs:jobs"], vec![]));

    let (inventory, coverage) = of_regions(&aws, &["eu-west-1"]).await;
    assert_eq!((ids(&inventory), coverage.gaps), (vec!["sqs:jobs"], vec![]));
    let asked: Vec<_> = aws.received("ListResources").into_iter().map(|request| request.region).collect();
    assert_eq!((asked.len(), asked[2].as_str()), (3, "eu-west-1"));
}

#[tokio::test]
async fn of_other_regions_nothing_is_shown() {
    let aws = explorer(BOTH, ACTIVE, |_| {
        let role = r#"{"Arn": "arn:aws:iam::123456789012:role/r", "Region": "global", "ResourceType": "iam:role"}"#;
        listed(&[queue("us-east-1", "jobs"), queue("eu-west-1", "jobs"), role.to_owned()], None)
    });
    let (inventory, coverage) = of_regions(&aws, &["eu-west-1"]).await;
    assert_eq!((ids(&inventory), coverage.gaps), (vec!["iam:role/r", "sqs:jobs"], vec![]));
    assert_eq!(inventory.resources[1].region.as_deref(), Some("eu-west-1"));
}

#[tokio::test]
async fn a_region_without_an_index_is_a_gap_and_unknown() {
    let only = r#"{"Indexes": [{"Region": "us-east-1", "Type": "AGGREGATOR"}]}"#;
    let aws = explorer(only, r#"{"State": "ACTIVE"}"#, |_| listed(&[queue("us-east-1", "jobs")], None));
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!(ids(&inventory), ["sqs:jobs"]);
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "ListIndexes", GapStatus::Failed, "NoIndex")]);
    assert_eq!(
        coverage.gaps[0].message,
        "Resource Explorer has no index in eu-west-1, so nothing is known of it. It is free; create an index there. \
         Stratoscope switches nothing on"
    );
    assert_eq!((known(&inventory), inventory.knows_region("eu-west-1")), (vec!["us-east-1"], false));
}

#[tokio::test]
async fn an_account_without_an_index_is_one_gap_and_nothing_more_is_requested() {
    let aws = explorer(r#"{"Indexes": []}"#, "{}", |_| panic!("there is nothing to list"));
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((ids(&inventory), known(&inventory)), (vec![], vec![]));
    assert_eq!(reported(&coverage.gaps), [("global", "ListIndexes", GapStatus::Failed, "NoIndex")]);
    assert!(coverage.gaps[0].message.contains("create an aggregator index"), "{}", coverage.gaps[0].message);
    assert_eq!(
        (coverage.gaps[0].service, &coverage.gaps[0].resource_types[..]),
        ("resource-explorer-2", &["other"][..])
    );
}

#[tokio::test]
async fn without_a_default_view_the_gap_says_what_to_choose() {
    let aws = explorer(BOTH, ACTIVE, |_| Reply::Error(401, "UnauthorizedException", "Unauthorized"));
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!(known(&inventory), Vec::<&str>::new());
    assert_eq!(reported(&coverage.gaps), [("global", "ListResources", GapStatus::Failed, "UnauthorizedException")]);
    assert_eq!(
        coverage.gaps[0].message,
        "Resource Explorer has no default view in us-east-1, or a policy denies its use. Choose one there that has all \
         resources, with tags. Stratoscope switches nothing on. AWS: Unauthorized"
    );
}

#[tokio::test]
async fn a_view_that_one_region_lacks_takes_nothing_from_the_other() {
    let aws = explorer(LOCAL, r#"{"State": "ACTIVE"}"#, |request| match request.region.as_str() {
        "eu-west-1" => Reply::Error(401, "UnauthorizedException", "Unauthorized"),
        _ => listed(&[queue("us-east-1", "jobs")], None),
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((ids(&inventory), known(&inventory)), (vec!["sqs:jobs"], vec!["us-east-1"]));
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "ListResources", GapStatus::Failed, "UnauthorizedException")]);
}

#[tokio::test]
async fn a_page_that_fails_keeps_those_before_it() {
    let aws = explorer(BOTH, ACTIVE, |request| match page(request, r#""NextToken":""#, 999, 2_000) {
        (numbers, next) if numbers[0] == 0 => {
            listed(&numbers.iter().map(|n| queue("us-east-1", &format!("q-{n}"))).collect::<Vec<_>>(), next)
        }
        _ => Reply::Error(400, "AccessDeniedException", "User is not authorized to perform resource-explorer-2:Search"),
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!(inventory.resources.len(), 999);
    assert_eq!(reported(&coverage.gaps), [("global", "ListResources", GapStatus::Denied, "AccessDeniedException")]);
    // On the pages that are missing, there may be resources of the other region.
    assert_eq!(known(&inventory), ["us-east-1"]);
}

#[tokio::test]
async fn an_index_that_is_not_finished_is_reported() {
    let updating = r#"{"State": "UPDATING", "ReplicatingFrom": []}"#;
    let aws = explorer(BOTH, updating, |_| listed(&[queue("us-east-1", "jobs")], None));
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!(ids(&inventory), ["sqs:jobs"]);
    assert_eq!(
        reported(&coverage.gaps),
        [
            ("eu-west-1", "GetIndex", GapStatus::Failed, "IndexNotReplicated"),
            ("global", "GetIndex", GapStatus::Failed, "IndexNotActive"),
        ]
    );
    assert!(coverage.gaps[0].message.contains("in eu-west-1 is not copied to the aggregator index in us-east-1 yet"));
    assert!(coverage.gaps[1].message.contains("in us-east-1 is UPDATING, not ACTIVE"));
}

#[tokio::test]
async fn an_index_whose_state_is_unavailable_is_listed_nevertheless() {
    let aws = Aws::start(|request| {
        Some(match request.operation.as_str() {
            "ListIndexes" => Reply::Ok(BOTH.to_owned()),
            "GetIndex" => Reply::Error(403, "AccessDeniedException", "not authorized"),
            "ListResources" => listed(&[queue("eu-west-1", "jobs")], None),
            _ => return None,
        })
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!(ids(&inventory), ["sqs:jobs"]);
    assert_eq!(reported(&coverage.gaps), [("global", "GetIndex", GapStatus::Denied, "AccessDeniedException")]);
}

#[tokio::test]
async fn without_the_list_of_indexes_no_region_is_said_to_have_none() {
    let aws = Aws::start(|request| {
        (request.operation == "ListIndexes").then_some(Reply::Error(403, "AccessDeniedException", "not authorized"))
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!(known(&inventory), Vec::<&str>::new());
    assert_eq!(reported(&coverage.gaps), [("global", "ListIndexes", GapStatus::Denied, "AccessDeniedException")]);
}

#[tokio::test]
async fn what_another_type_lists_is_not_repeated_under_a_name_that_is_not_known() {
    let aws = Aws::start(|request| {
        Some(match request.operation.as_str() {
            "ListIndexes" => Reply::Ok(BOTH.to_owned()),
            "GetIndex" => Reply::Ok(ACTIVE.to_owned()),
            "ListResources" => {
                let address = |id: &str| {
                    format!(
                        r#"{{"Arn": "arn:aws:ec2:us-east-1:123456789012:elastic-ip/{id}", "Region": "us-east-1",
                             "ResourceType": "ec2:new-name", "Service": "ec2"}}"#
                    )
                };
                listed(&[address("eipalloc-1"), address("eipalloc-2")], None)
            }
            "DescribeAddresses" if request.region == "us-east-1" => Reply::Ok(
                "<DescribeAddressesResponse><addressesSet><item><allocationId>eipalloc-1</allocationId></item></addressesSet>\
                 </DescribeAddressesResponse>"
                    .to_owned(),
            ),
            "DescribeAddresses" => Reply::Ok("<DescribeAddressesResponse/>".to_owned()),
            _ => return None,
        })
    });
    let (inventory, coverage) = collect(&aws, &[ResourceType::Eip, ResourceType::Other]).await;

    assert_eq!(coverage.gaps, []);
    assert_eq!(ids(&inventory), ["eipalloc-1", "ec2:elastic-ip/eipalloc-2"]);
}
