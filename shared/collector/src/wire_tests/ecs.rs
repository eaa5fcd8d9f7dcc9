//! ECS's services over a real wire: clusters, their services, and ten descriptions a request.

use std::time::{Duration, Instant};

use super::aws::{Aws, Received, Reply};
use super::{LONG, collect, ids, in_ireland, page, reported};
use crate::model::resource::Tags;
use crate::services::Detail;
use crate::services::ecs::EcsService;
use crate::{GapStatus, Inventory, Resource, ResourceType, Wanted};

const TYPES: [ResourceType; 1] = [ResourceType::EcsService];

fn arn(of: &str) -> String {
    format!("arn:aws:ecs:eu-west-1:123456789012:{of}")
}

/// A page of ARNs, 100 of `total` as ECS gives them.
fn arns(request: &Received, field: &str, total: usize, of: impl Fn(usize) -> String) -> Reply {
    let (numbers, next) = page(request, "\"nextToken\":\"", 100, total);
    let arns: Vec<_> = numbers.into_iter().map(|n| format!("\"{}\"", arn(&of(n)))).collect();
    let next = next.map(|next| format!(", \"nextToken\": \"{next}\"")).unwrap_or_default();
    Reply::Ok(format!("{{\"{field}\": [{}]{next}}}", arns.join(",")))
}

/// The cluster that a request is about.
fn cluster(request: &Received) -> &str {
    request.parameters.split("cluster/").nth(1).and_then(|rest| rest.split('"').next()).unwrap()
}

/// The ARNs of the services that a request is about.
fn asked(request: &Received) -> Vec<String> {
    let named = request.parameters.split('"').filter(|text| text.contains(":service/"));
    named.map(str::to_owned).collect()
}

/// What ECS says of active services.
fn active(request: &Received) -> Reply {
    let one = |arn: &String| format!(r#"{{"serviceArn": "{arn}", "status": "ACTIVE", "tags": []}}"#);
    Reply::Ok(format!(r#"{{"services": [{}]}}"#, asked(request).iter().map(one).collect::<Vec<_>>().join(",")))
}

/// An endpoint with clusters in Ireland that have these numbers of services, but for what `otherwise` says of a request.
fn with_clusters(
    clusters: &'static [(&'static str, usize)],
    otherwise: impl Fn(&Received) -> Option<Reply> + Send + 'static,
) -> Aws {
    Aws::start(move |request| {
        if let Some(reply) = (request.region == "eu-west-1").then(|| otherwise(request)).flatten() {
            return Some(reply);
        }
        if in_ireland(request, "ListClusters") {
            return Some(arns(request, "clusterArns", clusters.len(), |n| format!("cluster/{}", clusters[n].0)));
        }
        if in_ireland(request, "ListServices") {
            let (name, services) = clusters.iter().find(|(name, _)| *name == cluster(request)).unwrap();
            return Some(arns(request, "serviceArns", *services, |n| format!("service/{name}/s-{n:05}")));
        }
        in_ireland(request, "DescribeServices").then(|| active(request))
    })
}

fn detail(resource: &Resource) -> &EcsService {
    let Detail::EcsService(service) = &resource.detail else { panic!("{resource:?}") };
    service
}

/// The services without a status: those that are known by their ARN alone.
fn undescribed(inventory: &Inventory) -> Vec<&str> {
    let unknown = inventory.resources.iter().filter(|resource| resource.state().is_none());
    unknown.map(|resource| resource.id.as_str()).collect()
}

#[tokio::test]
async fn the_services_of_all_clusters_are_described_ten_at_a_time() {
    let aws = with_clusters(&[("shop", 125), ("empty", 0), ("batch", 1)], |_| None);
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((inventory.resources.len(), undescribed(&inventory), coverage.gaps), (126, vec![], vec![]));
    assert_eq!(inventory.resources[0].id, "batch/s-00000");
    assert_eq!(coverage.aws_requests.by_operation["ecs:ListClusters"], 2);
    // Two pages of one cluster, and one of each other.
    assert_eq!(coverage.aws_requests.by_operation["ecs:ListServices"], 4);
    let sizes: Vec<_> = aws.received("DescribeServices").iter().map(|request| asked(request).len()).collect();
    assert_eq!((sizes.len(), sizes.iter().sum::<usize>(), sizes.iter().max()), (14, 126, Some(&10)));
    assert!(aws.received("DescribeServices").iter().all(|request| request.parameters.contains("\"TAGS\"")));
    assert!(aws.received("ListServices").iter().all(|request| request.parameters.contains("\"maxResults\":100")));
}

#[tokio::test]
async fn a_region_without_clusters_costs_one_request() {
    let aws = Aws::start(|_| None);
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((ids(&inventory), coverage.gaps), (vec![""; 0], vec![]));
    let requests = aws.all_received().into_iter().filter(|request| request.service == "ecs");
    assert_eq!(requests.map(|request| request.operation).collect::<Vec<_>>(), ["ListClusters"; 2]);
}

#[tokio::test]
async fn the_values_of_a_service_are_read() {
    let aws = with_clusters(&[("shop", 2)], |request| {
        let [fargate, spot] = &asked(request)[..] else { return None };
        (request.operation == "DescribeServices").then(|| {
            Reply::Ok(format!(
                r#"{{"services": [{{
                    "serviceArn": "{fargate}", "status": "ACTIVE", "desiredCount": 3, "runningCount": 2, "pendingCount": 1,
                    "launchType": "FARGATE", "schedulingStrategy": "REPLICA", "taskDefinition": "arn:td/web:7",
                    "createdAt": 1767323045.5, "tags": [{{"key": "env", "value": "prod"}}],
                    "loadBalancers": [{{"targetGroupArn": "arn:tg"}}, {{"loadBalancerName": "old"}}],
                    "deployments": [
                        {{"status": "ACTIVE", "rolloutState": "COMPLETED", "createdAt": 1767323045.5}},
                        {{"status": "PRIMARY", "rolloutState": "IN_PROGRESS", "createdAt": 1767323046.5}}
                    ]
                }}, {{
                    "serviceArn": "{spot}", "status": "DRAINING", "desiredCount": 0, "runningCount": 0, "pendingCount": 0,
                    "capacityProviderStrategy": [{{"capacityProvider": "FARGATE_SPOT", "weight": 1}}]
                }}]}}"#
            ))
        })
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!(coverage.gaps, []);
    let [fargate, spot] = &inventory.resources[..] else { panic!("{:?}", ids(&inventory)) };
    assert_eq!((fargate.id.as_str(), fargate.name.as_deref()), ("shop/s-00000", Some("s-00000")));
    assert_eq!((fargate.arn.clone(), fargate.state()), (Some(arn("service/shop/s-00000")), Some("ACTIVE")));
    assert_eq!(fargate.tags, Some(Tags::from_iter([("env".to_owned(), "prod".to_owned())])));
    let expected = EcsService {
        status: Some("ACTIVE".to_owned()),
        cluster: "shop".to_owned(),
        desired_count: Some(3),
        running_count: Some(2),
        pending_count: Some(1),
        launch_type: Some("FARGATE".to_owned()),
        capacity_providers: vec![],
        scheduling_strategy: Some("REPLICA".to_owned()),
        task_definition: Some("arn:td/web:7".to_owned()),
        deployment_status: Some("IN_PROGRESS".to_owned()),
        deployment_started: Some("2026-01-02T03:04:06.5Z".parse().unwrap()),
        target_group_arns: vec!["arn:tg".to_owned()],
        load_balancer_names: vec!["old".to_owned()],
        created: Some("2026-01-02T03:04:05.5Z".parse().unwrap()),
    };
    assert_eq!(detail(fargate), &expected);
    assert_eq!(
        (&detail(spot).launch_type, &detail(spot).capacity_providers[..]),
        (&None, &["FARGATE_SPOT".to_owned()][..])
    );
    assert_eq!((spot.state(), detail(spot).running_count, &spot.tags), (Some("DRAINING"), Some(0), &Some(Tags::new())));
}

#[tokio::test]
async fn services_that_cant_be_described_are_listed_by_their_arn_and_the_gap_says_so() {
    let aws = with_clusters(&[("shop", 12)], |request| {
        let is_second = request.operation == "DescribeServices" && request.parameters.contains("s-00010");
        is_second.then_some(Reply::Error(400, "AccessDeniedException", "no"))
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((inventory.resources.len(), undescribed(&inventory)), (12, vec!["shop/s-00010", "shop/s-00011"]));
    let unknown = &inventory.resources[11];
    assert_eq!((&unknown.arn, &unknown.tags), (&Some(arn("service/shop/s-00011")), &None));
    assert_eq!(detail(unknown), &EcsService { cluster: "shop".to_owned(), ..EcsService::default() });
    let gap = ("eu-west-1", "DescribeServices", GapStatus::Denied, "AccessDeniedException");
    assert_eq!(reported(&coverage.gaps), [gap]);
}

#[tokio::test]
async fn a_service_that_ecs_omits_is_gone_or_a_gap() {
    let failing = |reason: &'static str| {
        with_clusters(&[("shop", 2)], move |request| {
            (request.operation == "DescribeServices").then(|| {
                let [first, second] = &asked(request)[..] else { panic!("{request:?}") };
                Reply::Ok(format!(
                    r#"{{"services": [{{"serviceArn": "{first}", "status": "ACTIVE"}}],
                        "failures": [{{"arn": "{second}", "reason": "{reason}"}}]}}"#
                ))
            })
        })
    };
    let (inventory, coverage) = collect(&failing("MISSING"), &TYPES).await;
    assert_eq!((ids(&inventory), coverage.gaps), (vec!["shop/s-00000"], vec![]));
    let (inventory, coverage) = collect(&failing("SOMETHING"), &TYPES).await;
    assert_eq!(
        (ids(&inventory), undescribed(&inventory)),
        (vec!["shop/s-00000", "shop/s-00001"], vec!["shop/s-00001"])
    );
    let gap = ("eu-west-1", "DescribeServices", GapStatus::Failed, "NotDescribed");
    assert_eq!((reported(&coverage.gaps), coverage.gaps[0].message.as_str()), (vec![gap], "SOMETHING"));
}

#[tokio::test]
async fn an_answer_without_services_is_a_gap() {
    let empty = |request: &Received| (request.operation == "DescribeServices").then(|| Reply::Ok("{}".to_owned()));
    let (inventory, coverage) = collect(&with_clusters(&[("shop", 1)], empty), &TYPES).await;
    assert_eq!(undescribed(&inventory), ["shop/s-00000"]);
    let gap = ("eu-west-1", "DescribeServices", GapStatus::Failed, "IncompleteAnswer");
    assert_eq!(reported(&coverage.gaps), [gap]);
}

#[tokio::test]
async fn a_cluster_that_was_deleted_since_it_was_listed_is_not_there() {
    for operation in ["ListServices", "DescribeServices"] {
        let aws = with_clusters(&[("gone", 1), ("shop", 1)], move |request| {
            (request.operation == operation && cluster(request) == "gone").then_some(Reply::Error(
                400,
                "ClusterNotFoundException",
                "Cluster not found.",
            ))
        });
        let (inventory, coverage) = collect(&aws, &TYPES).await;
        assert_eq!((ids(&inventory), coverage.gaps), (vec!["shop/s-00000"], vec![]), "{operation}");
    }
}

#[tokio::test]
async fn a_cluster_that_cant_be_listed_is_a_gap_and_the_others_are_there() {
    let aws = with_clusters(&[("secret", 1), ("shop", 101)], |request| {
        let denied = cluster_of(request) == Some("secret");
        let second = request.parameters.contains("nextToken");
        let code = if denied { "AccessDeniedException" } else { "ServerError" };
        (request.operation == "ListServices" && (denied || second)).then_some(Reply::Error(400, code, "no"))
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    // What precedes a page that fails is described.
    assert_eq!((inventory.resources.len(), undescribed(&inventory)), (100, vec![]));
    assert_eq!(
        reported(&coverage.gaps),
        [
            ("eu-west-1", "ListServices", GapStatus::Denied, "AccessDeniedException"),
            ("eu-west-1", "ListServices", GapStatus::Failed, "ServerError"),
        ]
    );
}

/// The cluster that a request is about, if it is about one.
fn cluster_of(request: &Received) -> Option<&str> {
    request.parameters.contains("cluster/").then(|| cluster(request))
}

#[tokio::test]
async fn once_a_description_is_late_no_more_are_asked_for() {
    let aws =
        with_clusters(&[("shop", 200)], |request| (request.operation == "DescribeServices").then_some(Reply::Hang));
    let wanted = Wanted { regions: None, types: TYPES.to_vec(), tags: false };
    let collector = aws.collector_with(Duration::from_secs(2));
    let (inventory, coverage) = collector.inventory(&wanted, Instant::now() + LONG).await.unwrap();
    assert_eq!((inventory.resources.len(), undescribed(&inventory).len()), (200, 200));
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "DescribeServices", GapStatus::TimedOut, "RequestTimedOut")]);
    // On a busy machine, some of them may be given up before they are sent.
    assert!((1..=10).contains(&aws.received("DescribeServices").len()));
}
