//! The inventory on a bad day: failing pages, denials, throttling, and late, broken or endless responses.

use std::time::{Duration, Instant};

use super::aws::{self, Aws, Reply};
use super::{LONG, collect, collect_until, ids, in_ireland, instances, page, reported};
use crate::model::resource::Tags;
use crate::{GapStatus, Resource, ResourceType, Wanted};

#[tokio::test]
async fn what_was_found_before_a_failing_page_is_kept() {
    let aws = Aws::start(|request| {
        in_ireland(request, "DescribeInstances").then(|| {
            let (numbers, next) = page(request, "NextToken=", 2, 6);
            if numbers[0] == 4 {
                Reply::Error(400, "InvalidNextToken", "expired")
            } else {
                instances(request, &numbers, next)
            }
        })
    });
    let (inventory, coverage) = collect(&aws, &[ResourceType::Ec2]).await;
    assert_eq!(ids(&inventory), ["i-00000", "i-00001", "i-00002", "i-00003"]);
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "DescribeInstances", GapStatus::Failed, "InvalidNextToken")]);
    assert!(coverage.partial);
}

#[tokio::test]
async fn a_denied_service_is_a_gap_in_each_region_and_the_rest_is_complete() {
    let aws = Aws::start(|request| match request.operation.as_str() {
        "DescribeDBInstances" => Some(Reply::Error(403, "AccessDenied", "no identity-based policy allows it")),
        "ListFunctions" => Some(Reply::Error(
            403,
            "AccessDeniedException",
            "with an explicit deny in a service control policy: arn:aws:organizations::1:policy/p",
        )),
        "DescribeInstances" => Some(instances(request, &[1], None)),
        _ => None,
    });
    let (inventory, coverage) = collect(&aws, &[ResourceType::Ec2, ResourceType::Rds, ResourceType::Lambda]).await;
    assert_eq!(ids(&inventory), ["i-00001", "i-00001"]);
    assert_eq!(
        reported(&coverage.gaps),
        [
            ("eu-west-1", "ListFunctions", GapStatus::DeniedByOrganization, "AccessDeniedException"),
            ("eu-west-1", "DescribeDBInstances", GapStatus::Denied, "AccessDenied"),
            ("us-east-1", "ListFunctions", GapStatus::DeniedByOrganization, "AccessDeniedException"),
            ("us-east-1", "DescribeDBInstances", GapStatus::Denied, "AccessDenied"),
        ]
    );
    assert!(!inventory.knows_type(ResourceType::Rds) && inventory.knows_type(ResourceType::Ec2));
}

#[tokio::test]
async fn a_throttled_call_is_retried_and_every_attempt_is_counted() {
    let mut refusals = 2;
    let aws = Aws::start(move |request| {
        in_ireland(request, "DescribeInstances").then(|| {
            if refusals == 0 {
                return instances(request, &[1], None);
            }
            refusals -= 1;
            Reply::Error(503, "RequestLimitExceeded", "slow down")
        })
    });
    let (inventory, coverage) = collect(&aws, &[ResourceType::Ec2]).await;
    assert_eq!((ids(&inventory), coverage.gaps), (vec!["i-00001"], vec![]));
    assert_eq!(coverage.aws_requests.by_operation["ec2:DescribeInstances"], 3 + 1);
}

#[tokio::test]
async fn a_call_that_stays_throttled_is_reported_as_throttled() {
    let aws = Aws::start(|request| {
        in_ireland(request, "ListFunctions").then_some(Reply::Error(429, "TooManyRequestsException", "Rate exceeded"))
    });
    let (_, coverage) = collect(&aws, &[ResourceType::Lambda]).await;
    assert_eq!(
        reported(&coverage.gaps),
        [("eu-west-1", "ListFunctions", GapStatus::Throttled, "TooManyRequestsException")]
    );
    assert_eq!(aws.received("ListFunctions").len(), 3 + 1);
}

#[tokio::test]
async fn a_region_that_hangs_is_reported_as_timed_out_and_the_others_are_complete() {
    let aws = Aws::start(|request| match request.operation.as_str() {
        "DescribeInstances" if request.region == "eu-west-1" => Some(Reply::Hang),
        "DescribeInstances" => Some(instances(request, &[1], None)),
        _ => None,
    });
    let wanted = Wanted { regions: None, types: vec![ResourceType::Ec2], tags: true };
    let collector = aws.collector_with(Duration::from_secs(2));
    let (inventory, coverage) = collector.inventory(&wanted, Instant::now() + LONG).await.unwrap();
    assert_eq!(ids(&inventory), ["i-00001"]);
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "DescribeInstances", GapStatus::TimedOut, "RequestTimedOut")]);
    assert!(!inventory.knows_region("eu-west-1") && inventory.knows_region("us-east-1"));
}

#[tokio::test]
async fn a_request_that_is_left_behind_is_sent_a_second_time_for_a_smaller_page() {
    let mut hangs = true;
    let aws = Aws::start(move |request| {
        in_ireland(request, "DescribeInstances")
            .then(|| if std::mem::take(&mut hangs) { Reply::Hang } else { instances(request, &[1], None) })
    });
    let (inventory, coverage) = collect(&aws, &[ResourceType::Ec2, ResourceType::Ebs, ResourceType::Eip]).await;
    assert_eq!((ids(&inventory), coverage.gaps), (vec!["i-00001"], vec![]));
    let received = aws.received("DescribeInstances");
    let of_ireland = received.iter().filter(|request| request.region == "eu-west-1");
    let sizes: Vec<_> = of_ireland.map(|request| request.parameters.contains("MaxResults=250")).collect();
    assert_eq!(sizes, [false, true]);
}

#[tokio::test]
async fn responses_that_break_off_are_reported_as_failed() {
    let aws = Aws::start(|request| match (request.region.as_str(), request.operation.as_str()) {
        ("eu-west-1", "DescribeInstances") => {
            Some(Reply::Ok("<DescribeInstancesResponse><reservationSet><item>".to_owned()))
        }
        ("eu-west-1", "ListFunctions") => Some(Reply::Ok(r#"{"Functions": ["#.to_owned())),
        ("eu-west-1", "DescribeDBInstances") => Some(Reply::Ok("<html>a proxy's page".to_owned())),
        _ => None,
    });
    let (_, coverage) = collect(&aws, &[ResourceType::Ec2, ResourceType::Rds, ResourceType::Lambda]).await;
    assert_eq!(
        reported(&coverage.gaps),
        [
            ("eu-west-1", "DescribeInstances", GapStatus::Failed, "UnreadableResponse"),
            ("eu-west-1", "ListFunctions", GapStatus::Failed, "UnreadableResponse"),
            ("eu-west-1", "DescribeDBInstances", GapStatus::Failed, "UnreadableResponse"),
        ]
    );
}

#[tokio::test]
async fn a_response_that_breaks_off_once_is_requested_again() {
    for broken in ["<DescribeInstancesResponse><reservationSet><item>", ""] {
        let mut breaks = true;
        let aws = Aws::start(move |request| {
            in_ireland(request, "DescribeInstances").then(|| {
                let broken = Reply::Ok(broken.to_owned());
                if std::mem::take(&mut breaks) { broken } else { instances(request, &[1], None) }
            })
        });
        let (inventory, coverage) = collect(&aws, &[ResourceType::Ec2]).await;
        assert_eq!((ids(&inventory), coverage.gaps), (vec!["i-00001"], vec![]));
    }
}

#[tokio::test]
async fn without_a_connection_every_call_is_reported_as_failed() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let wanted = Wanted { regions: None, types: vec![ResourceType::Ec2], tags: true };
    let (inventory, coverage) =
        aws::collector(&nobody.to_string(), LONG).inventory(&wanted, Instant::now() + LONG).await.unwrap();
    assert!(inventory.listed.is_empty());
    assert_eq!(
        reported(&coverage.gaps),
        [
            ("*", "DescribeRegions", GapStatus::Failed, "ConnectionFailed"),
            ("us-east-1", "DescribeInstances", GapStatus::Failed, "ConnectionFailed"),
            ("us-east-1", "GetCallerIdentity", GapStatus::Failed, "ConnectionFailed"),
        ]
    );
}

#[tokio::test]
async fn a_repeated_page_token_ends_the_listing_with_a_gap() {
    let aws = Aws::start(|request| in_ireland(request, "DescribeInstances").then(|| instances(request, &[1], Some(7))));
    let (inventory, coverage) = collect(&aws, &[ResourceType::Ec2]).await;
    assert_eq!(ids(&inventory), ["i-00001"]);
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "DescribeInstances", GapStatus::Failed, "RepeatedPageToken")]);
    assert_eq!(aws.received("DescribeInstances").len(), 2 + 1);
}

#[tokio::test]
async fn endless_pages_end_at_the_deadline_with_what_was_found() {
    let aws = Aws::start(|request| {
        in_ireland(request, "DescribeInstances").then(|| {
            let (numbers, next) = page(request, "NextToken=", 1, usize::MAX);
            instances(request, &numbers, next)
        })
    });
    let (inventory, coverage) = collect_until(&aws, &[ResourceType::Ec2], Duration::from_millis(700)).await;
    assert!(inventory.resources.len() > 1);
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "DescribeInstances", GapStatus::TimedOut, "DeadlineExceeded")]);
}

#[tokio::test]
async fn without_the_list_of_regions_the_home_region_is_queried_and_a_gap_reports_it() {
    let aws = Aws::start(|request| match request.operation.as_str() {
        "DescribeRegions" => Some(Reply::Error(403, "UnauthorizedOperation", "You are not authorized")),
        "DescribeInstances" => Some(instances(request, &[1], None)),
        _ => None,
    });
    let (inventory, coverage) = collect(&aws, &[ResourceType::Ec2]).await;
    assert_eq!(inventory.regions, ["us-east-1"]);
    assert_eq!(ids(&inventory), ["i-00001"]);
    assert_eq!(reported(&coverage.gaps), [("*", "DescribeRegions", GapStatus::Denied, "UnauthorizedOperation")]);
}

#[tokio::test]
async fn credentials_that_aws_rejects_everywhere_are_not_a_disabled_region() {
    let aws = Aws::start(|request| {
        let code = if request.service == "ec2" { "AuthFailure" } else { "InvalidClientTokenId" };
        Some(Reply::Error(401, code, "AWS was not able to validate the provided access credentials"))
    });
    let (inventory, coverage) = collect(&aws, &[ResourceType::Ec2, ResourceType::S3]).await;
    assert!(inventory.listed.is_empty());
    assert_eq!(
        reported(&coverage.gaps),
        [
            ("*", "DescribeRegions", GapStatus::Failed, "AuthFailure"),
            ("global", "ListBuckets", GapStatus::Failed, "InvalidClientTokenId"),
            ("us-east-1", "DescribeInstances", GapStatus::Failed, "AuthFailure"),
            ("us-east-1", "GetCallerIdentity", GapStatus::Failed, "InvalidClientTokenId"),
            ("us-east-1", "GetResources", GapStatus::Failed, "InvalidClientTokenId"),
        ]
    );
}

#[tokio::test]
async fn a_region_that_rejects_the_credentials_is_reported_as_disabled() {
    let aws = Aws::start(|request| {
        in_ireland(request, "DescribeInstances").then_some(Reply::Error(401, "AuthFailure", "not able to validate"))
    });
    let (_, coverage) = collect(&aws, &[ResourceType::Ec2]).await;
    assert_eq!(
        reported(&coverage.gaps),
        [("eu-west-1", "DescribeInstances", GapStatus::RegionDisabled, "AuthFailure")]
    );
}

#[tokio::test]
async fn without_the_account_only_the_arns_built_from_it_are_missing() {
    let aws = Aws::start(|request| match request.operation.as_str() {
        "GetCallerIdentity" => Some(Reply::Error(403, "AccessDenied", "explicit deny in a service control policy")),
        "DescribeInstances" => Some(instances(request, &[1], None)),
        _ => None,
    });
    let (inventory, coverage) = collect(&aws, &[ResourceType::Ec2]).await;
    assert_eq!(coverage.account, None);
    assert!(inventory.resources.iter().all(|resource| resource.arn.is_none()));
    assert_eq!(
        reported(&coverage.gaps),
        [("us-east-1", "GetCallerIdentity", GapStatus::DeniedByOrganization, "AccessDenied")]
    );
}

#[tokio::test]
async fn without_the_tagging_api_tags_are_unknown_and_not_empty() {
    let aws = Aws::start(|request| match request.operation.as_str() {
        "GetResources" if request.region == "eu-west-1" => Some(Reply::Error(400, "AccessDeniedException", "no")),
        "ListFunctions" => Some(Reply::Ok(r#"{"Functions": [{"FunctionName": "f"}]}"#.to_owned())),
        _ => None,
    });
    let (inventory, coverage) = collect(&aws, &[ResourceType::Lambda]).await;
    let tags: Vec<_> =
        inventory.resources.iter().map(|Resource { region, tags, .. }| (region.as_deref(), tags.clone())).collect();
    assert_eq!(tags, [(Some("eu-west-1"), None), (Some("us-east-1"), Some(Tags::new()))]);
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "GetResources", GapStatus::Denied, "AccessDeniedException")]);
    assert_eq!(coverage.gaps[0].resource_types, ["lambda"]);
}
