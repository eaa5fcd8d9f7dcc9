//! EKS's clusters over a real wire: each is described by a request of its own.

use std::time::{Duration, Instant};

use super::aws::{Aws, Received, Reply};
use super::{LONG, collect, ids, in_ireland, page, reported};
use crate::model::resource::Tags;
use crate::services::Detail;
use crate::services::eks::EksCluster;
use crate::{GapStatus, Inventory, Resource, ResourceType, Wanted};

const TYPES: [ResourceType; 1] = [ResourceType::EksCluster];

/// A page of names, 100 of `total` as EKS gives them.
fn names(request: &Received, total: usize) -> Reply {
    let (numbers, next) = page(request, "nextToken=", 100, total);
    let names: Vec<_> = numbers.iter().map(|n| format!("\"c-{n:05}\"")).collect();
    let next = next.map(|next| format!(", \"nextToken\": \"{next}\"")).unwrap_or_default();
    Reply::Ok(format!("{{\"clusters\": [{}]{next}}}", names.join(",")))
}

/// The cluster that a DescribeCluster is about.
fn name(request: &Received) -> &str {
    request.parameters.rsplit('/').next().unwrap()
}

fn active(request: &Received) -> Reply {
    Reply::Ok(format!(r#"{{"cluster": {{"name": "{}", "status": "ACTIVE"}}}}"#, name(request)))
}

/// An endpoint with `total` active clusters in Ireland, but for what `otherwise` says of a name.
fn with_clusters(total: usize, otherwise: impl Fn(&str) -> Option<Reply> + Send + 'static) -> Aws {
    Aws::start(move |request| {
        if in_ireland(request, "ListClusters") {
            return Some(names(request, total));
        }
        in_ireland(request, "DescribeCluster").then(|| otherwise(name(request)).unwrap_or_else(|| active(request)))
    })
}

fn detail(resource: &Resource) -> &EksCluster {
    let Detail::EksCluster(cluster) = &resource.detail else { panic!("{resource:?}") };
    cluster
}

/// The clusters without a status: those that are known by name alone.
fn undescribed(inventory: &Inventory) -> Vec<&str> {
    let unknown = inventory.resources.iter().filter(|resource| resource.state().is_none());
    unknown.map(|resource| resource.id.as_str()).collect()
}

#[tokio::test]
async fn every_page_of_clusters_is_followed_and_each_cluster_described_once() {
    let aws = with_clusters(250, |_| None);
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!(coverage.gaps, []);
    let expected: Vec<_> = (0..250).map(|n| format!("c-{n:05}")).collect();
    assert_eq!((ids(&inventory), undescribed(&inventory)), (expected.iter().map(String::as_str).collect(), vec![]));
    assert_eq!(coverage.aws_requests.by_operation["eks:ListClusters"], 3 + 1);
    assert_eq!(coverage.aws_requests.by_operation["eks:DescribeCluster"], 250);
    assert_eq!(coverage.aws_requests.estimated_cost_usd, "0.0000");
    assert!(aws.received("ListClusters").iter().all(|request| request.parameters.contains("maxResults=100")));
    // It is built where AWS gives none.
    assert_eq!(inventory.resources[0].arn.as_deref(), Some("arn:aws:eks:eu-west-1:123456789012:cluster/c-00000"));
}

#[tokio::test]
async fn the_values_of_a_cluster_are_read() {
    let aws = Aws::start(|request| {
        if request.region != "us-east-1" {
            return None;
        }
        Some(Reply::Ok(match request.operation.as_str() {
            "ListClusters" => r#"{"clusters": ["shop"]}"#.to_owned(),
            "DescribeCluster" if name(request) == "shop" => r#"{"cluster": {"name": "shop",
                "arn": "arn:aws:eks:us-east-1:123456789012:cluster/shop", "createdAt": 1767323045.5, "version": "1.34",
                "endpoint": "https://ABC.gr7.us-east-1.eks.amazonaws.com", "roleArn": "arn:aws:iam::123456789012:role/eks",
                "resourcesVpcConfig": {"vpcId": "vpc-1", "endpointPublicAccess": true, "endpointPrivateAccess": false,
                    "publicAccessCidrs": ["192.0.2.0/24", "198.51.100.0/24"]},
                "status": "UPDATING", "platformVersion": "eks.12", "tags": {"env": "prod"},
                "upgradePolicy": {"supportType": "EXTENDED"}, "computeConfig": {"enabled": true},
                "health": {"issues": [{"code": "Ec2SubnetNotFound", "message": "no", "resourceIds": ["subnet-1"]}]},
                "deletionProtection": false}}"#
                .to_owned(),
            _ => return None,
        }))
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!(coverage.gaps, []);
    let [shop] = &inventory.resources[..] else { panic!("{:?}", ids(&inventory)) };
    assert_eq!(shop.arn.as_deref(), Some("arn:aws:eks:us-east-1:123456789012:cluster/shop"));
    assert_eq!((shop.name.as_deref(), shop.state()), (Some("shop"), Some("UPDATING")));
    assert_eq!(shop.tags, Some(Tags::from_iter([("env".to_owned(), "prod".to_owned())])));
    let expected = EksCluster {
        version: Some("1.34".to_owned()),
        status: Some("UPDATING".to_owned()),
        platform_version: Some("eks.12".to_owned()),
        support_type: Some("EXTENDED".to_owned()),
        endpoint: Some("https://ABC.gr7.us-east-1.eks.amazonaws.com".to_owned()),
        endpoint_public_access: Some(true),
        endpoint_private_access: Some(false),
        public_access_cidrs: Some(vec!["192.0.2.0/24".to_owned(), "198.51.100.0/24".to_owned()]),
        vpc_id: Some("vpc-1".to_owned()),
        role: Some("arn:aws:iam::123456789012:role/eks".to_owned()),
        auto_mode: Some(true),
        deletion_protection: Some(false),
        health_issues: Some(vec!["Ec2SubnetNotFound".to_owned()]),
        created: Some("2026-01-02T03:04:05.5Z".parse().unwrap()),
    };
    assert_eq!(detail(shop), &expected);
}

#[tokio::test]
async fn what_eks_does_not_say_of_a_cluster_is_absent() {
    let (inventory, _) = collect(&with_clusters(1, |_| None), &TYPES).await;
    let expected = EksCluster { status: Some("ACTIVE".to_owned()), ..EksCluster::default() };
    assert_eq!((detail(&inventory.resources[0]), &inventory.resources[0].tags), (&expected, &Some(Tags::new())));
}

#[tokio::test]
async fn a_cluster_that_cant_be_described_is_listed_by_its_name_and_the_gap_says_so() {
    for (status, code, as_what) in
        [(403, "AccessDeniedException", GapStatus::Denied), (400, "InvalidParameterException", GapStatus::Failed)]
    {
        let aws = with_clusters(12, move |name| (name == "c-00001").then_some(Reply::Error(status, code, "no")));
        let (inventory, coverage) = collect(&aws, &TYPES).await;
        assert_eq!((inventory.resources.len(), undescribed(&inventory)), (12, vec!["c-00001"]));
        let unknown = &inventory.resources[1];
        assert_eq!(unknown.arn.as_deref(), Some("arn:aws:eks:eu-west-1:123456789012:cluster/c-00001"));
        assert_eq!((detail(unknown), &unknown.tags), (&EksCluster::default(), &None));
        assert_eq!(reported(&coverage.gaps), [("eu-west-1", "DescribeCluster", as_what, code)]);
        assert!(coverage.partial);
    }
}

#[tokio::test]
async fn an_answer_without_a_cluster_is_a_gap() {
    let aws = with_clusters(1, |_| Some(Reply::Ok("{}".to_owned())));
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!(undescribed(&inventory), ["c-00000"]);
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "DescribeCluster", GapStatus::Failed, "IncompleteAnswer")]);
}

#[tokio::test]
async fn a_cluster_that_was_deleted_since_it_was_listed_is_not_there() {
    let deleted = || Reply::Error(404, "ResourceNotFoundException", "No cluster found for name: c-00001.");
    let aws = with_clusters(3, move |name| (name == "c-00001").then(deleted));
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((ids(&inventory), coverage.gaps), (vec!["c-00000", "c-00002"], vec![]));
}

#[tokio::test]
async fn the_clusters_before_a_failing_page_are_described() {
    let aws = Aws::start(|request| {
        if in_ireland(request, "ListClusters") {
            let second = request.parameters.contains("nextToken=");
            let failed = || Reply::Error(400, "InvalidParameterException", "expired");
            return Some(if second { failed() } else { names(request, 101) });
        }
        in_ireland(request, "DescribeCluster").then(|| active(request))
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((inventory.resources.len(), undescribed(&inventory)), (100, vec![]));
    assert_eq!(
        reported(&coverage.gaps),
        [("eu-west-1", "ListClusters", GapStatus::Failed, "InvalidParameterException")]
    );
}

#[tokio::test]
async fn once_a_description_is_late_no_more_are_asked_for() {
    let aws = with_clusters(100, |_| Some(Reply::Hang));
    let wanted = Wanted { regions: None, types: TYPES.to_vec(), tags: false };
    let collector = aws.collector_with(Duration::from_secs(2));
    let (inventory, coverage) = collector.inventory(&wanted, Instant::now() + LONG).await.unwrap();
    assert_eq!((inventory.resources.len(), undescribed(&inventory).len()), (100, 100));
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "DescribeCluster", GapStatus::TimedOut, "RequestTimedOut")]);
    // On a busy machine, some of them may be given up before they are sent.
    assert!((1..=50).contains(&aws.received("DescribeCluster").len()));
}
