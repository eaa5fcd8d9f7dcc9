//! Load balancers over a real wire: two APIs with operations of the same names, and requests for what a list lacks.

use std::time::{Duration, Instant};

use super::aws::{Aws, Received, Reply, wrapped};
use super::{LONG, collect, ids, in_ireland, items, page, reported};
use crate::model::resource::Tags;
use crate::services::Detail;
use crate::services::elb::load_balancer::LoadBalancer;
use crate::services::elb::targets::TargetGroup;
use crate::{GapStatus, Inventory, Resource, ResourceType, Wanted};

pub(super) const TYPES: [ResourceType; 1] = [ResourceType::LoadBalancer];

/// Returns whether a request is of the API of classic load balancers.
pub(super) fn is_classic(request: &Received) -> bool {
    request.parameters.contains("Version=2012-06-01")
}

pub(super) fn arn(id: &str) -> String {
    format!("arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/{id}")
}

fn group_arn(name: &str) -> String {
    format!("arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/{name}/1")
}

fn application(n: usize) -> String {
    format!(
        "<member><LoadBalancerArn>{}</LoadBalancerArn><LoadBalancerName>lb-{n:05}</LoadBalancerName>\
         <Type>application</Type><State><Code>active</Code></State></member>",
        arn(&format!("app/lb-{n:05}/1"))
    )
}

/// A page of load balancers of version 2, 400 of `total` as AWS gives them.
pub(super) fn applications(request: &Received, total: usize) -> Reply {
    let (numbers, next) = page(request, "Marker=", 400, total);
    let next = next.map(|next| format!("<NextMarker>{next}</NextMarker>")).unwrap_or_default();
    Reply::Ok(wrapped(
        request,
        &format!("<LoadBalancers>{}</LoadBalancers>{next}", items(&numbers, |n| application(*n))),
    ))
}

/// A list of the target groups `names`, all of the load balancer `lb-00000`.
fn groups(request: &Received, names: &[&str]) -> Reply {
    let user = arn("app/lb-00000/1");
    let group = |name: &&str| {
        format!(
            "<member><TargetGroupArn>{}</TargetGroupArn><TargetGroupName>{name}</TargetGroupName>\
             <LoadBalancerArns><member>{user}</member></LoadBalancerArns></member>",
            group_arn(name)
        )
    };
    let groups: String = names.iter().map(group).collect();
    Reply::Ok(wrapped(request, &format!("<TargetGroups>{groups}</TargetGroups>")))
}

fn health(request: &Received, states: &[&str]) -> Reply {
    let one = |state: &&str| format!("<member><TargetHealth><State>{state}</State></TargetHealth></member>");
    let states: String = states.iter().map(one).collect();
    Reply::Ok(wrapped(request, &format!("<TargetHealthDescriptions>{states}</TargetHealthDescriptions>")))
}

pub(super) fn detail(resource: &Resource) -> &LoadBalancer {
    let Detail::LoadBalancer(found) = &resource.detail else { panic!("{resource:?}") };
    found
}

/// The registered and the healthy targets of the only load balancer.
fn targets(inventory: &Inventory) -> (Option<usize>, Option<usize>) {
    let [found] = &inventory.resources[..] else { panic!("{:?}", ids(inventory)) };
    (detail(found).registered_targets, detail(found).healthy_targets)
}

/// An endpoint with one load balancer in Ireland, and `otherwise` for what is asked about it.
fn with_one(otherwise: impl Fn(&Received) -> Option<Reply> + Send + 'static) -> Aws {
    Aws::start(move |request| match request.operation.as_str() {
        "DescribeLoadBalancers" if request.region == "eu-west-1" && !is_classic(request) => {
            Some(applications(request, 1))
        }
        _ => otherwise(request),
    })
}

#[tokio::test]
async fn a_region_without_load_balancers_costs_two_requests() {
    let aws = Aws::start(|_| None);
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((ids(&inventory), coverage.gaps), (vec![""; 0], vec![]));
    let asked = aws.all_received().into_iter().filter(|request| request.service == "elasticloadbalancing");
    let asked: Vec<_> = asked.map(|request| (request.operation.clone(), is_classic(&request))).collect();
    let times = |classic| asked.iter().filter(|it| **it == ("DescribeLoadBalancers".to_owned(), classic)).count();
    // In two regions.
    assert_eq!((asked.len(), times(false), times(true)), (4, 2, 2));
}

#[tokio::test]
async fn every_page_is_followed_and_tags_are_read_in_batches_of_twenty() {
    let aws = Aws::start(|request| {
        (in_ireland(request, "DescribeLoadBalancers") && !is_classic(request)).then(|| applications(request, 801))
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((inventory.resources.len(), coverage.gaps), (801, vec![]));
    let pages = aws.received("DescribeLoadBalancers").into_iter().filter(|it| it.region == "eu-west-1");
    assert!(pages.clone().all(|request| request.parameters.contains("PageSize=400")));
    // Three pages, and the one of classic load balancers.
    assert_eq!(pages.count(), 3 + 1);
    let batches = aws.received("DescribeTags");
    let sizes: Vec<_> = batches.iter().map(|it| it.parameters.matches("ResourceArns.member.").count()).collect();
    assert_eq!((sizes.len(), sizes.iter().sum::<usize>(), sizes.iter().max()), (41, 801, Some(&20)));
    assert_eq!(aws.received("DescribeTargetGroups").len(), 1);
}

#[tokio::test]
async fn the_values_of_a_load_balancer_are_read() {
    let id = "net/db/50dc6c495c0c9188";
    let aws = Aws::start(move |request| {
        if request.region != "eu-west-1" || is_classic(request) {
            return None;
        }
        let body = match request.operation.as_str() {
            "DescribeLoadBalancers" => format!(
                "<LoadBalancers><member><LoadBalancerArn>{}</LoadBalancerArn><LoadBalancerName>db</LoadBalancerName>\
                 <DNSName>db-1.elb.eu-west-1.amazonaws.com</DNSName><CreatedTime>2026-01-02T03:04:05.600Z</CreatedTime>\
                 <Scheme>internal</Scheme><VpcId>vpc-1</VpcId><State><Code>provisioning</Code></State><Type>network</Type>\
                 <AvailabilityZones><member><ZoneName>eu-west-1a</ZoneName></member>\
                 <member><ZoneName>eu-west-1b</ZoneName></member></AvailabilityZones></member></LoadBalancers>",
                arn(id)
            ),
            "DescribeTags" => format!(
                "<TagDescriptions><member><ResourceArn>{}</ResourceArn><Tags><member><Key>env</Key><Value>prod</Value>\
                 </member></Tags></member></TagDescriptions>",
                arn(id)
            ),
            "DescribeTargetGroups" => {
                let user = format!("<LoadBalancerArns><member>{}</member></LoadBalancerArns>", arn(id));
                format!(
                    "<TargetGroups><member><TargetGroupArn>{}</TargetGroupArn><TargetGroupName>pg</TargetGroupName>\
                     <Protocol>TCP</Protocol><Port>5432</Port><HealthCheckEnabled>true</HealthCheckEnabled>\
                     <TargetType>ip</TargetType>{user}</member>\
                     <member><TargetGroupArn>{}</TargetGroupArn><TargetGroupName>unused</TargetGroupName></member>\
                     </TargetGroups>",
                    group_arn("pg"),
                    group_arn("unused")
                )
            }
            "DescribeTargetHealth" => {
                return Some(health(request, &["healthy", "unhealthy", "initial", "draining", "unused", "healthy"]));
            }
            _ => return None,
        };
        Some(Reply::Ok(wrapped(request, &body)))
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!(coverage.gaps, []);
    let [found] = &inventory.resources[..] else { panic!("{:?}", ids(&inventory)) };
    assert_eq!((found.id.as_str(), found.name.as_deref(), found.state()), (id, Some("db"), Some("provisioning")));
    assert_eq!((found.arn.as_deref(), found.measured_as().as_ref()), (Some(arn(id).as_str()), id));
    assert_eq!(found.tags, Some(Tags::from_iter([("env".to_owned(), "prod".to_owned())])));
    let group = TargetGroup {
        name: Some("pg".to_owned()),
        arn: group_arn("pg"),
        target_type: Some("ip".to_owned()),
        protocol: Some("TCP".to_owned()),
        port: Some(5432),
        health_checked: Some(true),
        // The one that is draining is being deregistered.
        registered_targets: Some(5),
        healthy_targets: Some(2),
        initial_targets: Some(1),
    };
    let expected = LoadBalancer {
        kind: Some("network".to_owned()),
        state: Some("provisioning".to_owned()),
        scheme: Some("internal".to_owned()),
        dns_name: Some("db-1.elb.eu-west-1.amazonaws.com".to_owned()),
        vpc_id: Some("vpc-1".to_owned()),
        availability_zones: vec!["eu-west-1a".to_owned(), "eu-west-1b".to_owned()],
        target_groups: Some(vec![group]),
        registered_targets: Some(5),
        healthy_targets: Some(2),
        created: Some("2026-01-02T03:04:05.6Z".parse().unwrap()),
    };
    assert_eq!(detail(found), &expected);
    // The group that no load balancer uses is not asked for.
    assert_eq!(aws.received("DescribeTargetHealth").len(), 1);
}

#[tokio::test]
async fn the_targets_of_several_groups_are_added_up() {
    let aws = with_one(|request| match request.operation.as_str() {
        "DescribeTargetGroups" => Some(groups(request, &["blue", "green"])),
        "DescribeTargetHealth" if request.parameters.contains("blue") => Some(health(request, &["healthy", "healthy"])),
        "DescribeTargetHealth" => Some(health(request, &["unhealthy"])),
        _ => None,
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((targets(&inventory), coverage.gaps), ((Some(3), Some(2)), vec![]));
}

#[tokio::test]
async fn without_a_target_group_there_are_no_targets() {
    let aws = with_one(|_| None);
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((targets(&inventory), coverage.gaps), ((Some(0), Some(0)), vec![]));
    assert_eq!(detail(&inventory.resources[0]).target_groups, Some(vec![]));
}

#[tokio::test]
async fn targets_that_are_not_checked_are_neither_healthy_nor_not() {
    let aws = with_one(|request| match request.operation.as_str() {
        "DescribeTargetGroups" => {
            let user = format!("<LoadBalancerArns><member>{}</member></LoadBalancerArns>", arn("app/lb-00000/1"));
            let body = format!(
                "<TargetGroups><member><TargetGroupArn>{}</TargetGroupArn><TargetType>lambda</TargetType>\
                 <HealthCheckEnabled>false</HealthCheckEnabled>{user}</member></TargetGroups>",
                group_arn("f")
            );
            Some(Reply::Ok(wrapped(request, &body)))
        }
        "DescribeTargetHealth" => Some(health(request, &["unavailable"])),
        _ => None,
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((targets(&inventory), coverage.gaps), ((Some(1), None), vec![]));
    let groups = detail(&inventory.resources[0]).target_groups.clone().unwrap();
    assert_eq!((groups[0].health_checked, groups[0].initial_targets), (Some(false), None));
}

#[tokio::test]
async fn targets_that_could_not_be_read_are_absent_and_a_gap() {
    let denied = || Reply::Error(403, "AccessDenied", "no");
    let aws = with_one(move |request| match request.operation.as_str() {
        "DescribeTargetGroups" => Some(groups(request, &["blue", "green"])),
        "DescribeTargetHealth" if request.parameters.contains("blue") => Some(denied()),
        "DescribeTargetHealth" => Some(health(request, &["healthy"])),
        _ => None,
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!(targets(&inventory), (None, None));
    let groups = detail(&inventory.resources[0]).target_groups.clone().unwrap();
    assert_eq!(groups.iter().map(|group| group.registered_targets).collect::<Vec<_>>(), [None, Some(1)]);
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "DescribeTargetHealth", GapStatus::Denied, "AccessDenied")]);

    // Any load balancer may lack some of its groups if their list fails.
    let aws = with_one(move |request| (request.operation == "DescribeTargetGroups").then(denied));
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((targets(&inventory), &detail(&inventory.resources[0]).target_groups), ((None, None), &None));
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "DescribeTargetGroups", GapStatus::Denied, "AccessDenied")]);
}

#[tokio::test]
async fn tags_that_could_not_be_read_are_unknown_and_a_gap() {
    let aws = Aws::start(|request| {
        if in_ireland(request, "DescribeLoadBalancers") && !is_classic(request) {
            return Some(applications(request, 25));
        }
        // The second batch fails.
        (request.operation == "DescribeTags" && request.parameters.contains("lb-00024")).then_some(Reply::Error(
            403,
            "AccessDenied",
            "no",
        ))
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    let tagged = inventory.resources.iter().filter(|found| found.tags == Some(Tags::new())).count();
    assert_eq!((inventory.resources.len(), tagged), (25, 20));
    assert!(inventory.resources[20..].iter().all(|found| found.tags.is_none()));
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "DescribeTags", GapStatus::Denied, "AccessDenied")]);

    // The tagging API's list of functions without tags says nothing of load balancers.
    let (inventory, _) = collect(&aws, &[ResourceType::Lambda, ResourceType::LoadBalancer]).await;
    assert!(inventory.resources[20..].iter().all(|found| found.tags.is_none()));
}

#[tokio::test]
async fn what_was_deleted_since_it_was_listed_is_not_there() {
    let aws = with_one(|request| match request.operation.as_str() {
        "DescribeTargetGroups" => Some(groups(request, &["blue", "green"])),
        "DescribeTargetHealth" if request.parameters.contains("blue") => {
            Some(Reply::Error(400, "TargetGroupNotFound", "gone"))
        }
        "DescribeTargetHealth" => Some(health(request, &["healthy"])),
        _ => None,
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((targets(&inventory), coverage.gaps), ((Some(1), Some(1)), vec![]));
    assert_eq!(detail(&inventory.resources[0]).target_groups.as_ref().map(Vec::len), Some(1));
}

#[tokio::test]
async fn what_precedes_a_page_that_fails_is_kept_with_its_targets() {
    let aws = Aws::start(|request| {
        if in_ireland(request, "DescribeLoadBalancers") && !is_classic(request) {
            let second = request.parameters.contains("Marker=");
            return Some(if second { Reply::Error(400, "ValidationError", "no") } else { applications(request, 401) });
        }
        match request.operation.as_str() {
            "DescribeTargetGroups" => Some(groups(request, &["blue"])),
            "DescribeTargetHealth" => Some(health(request, &["healthy"])),
            _ => None,
        }
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((inventory.resources.len(), detail(&inventory.resources[0]).healthy_targets), (400, Some(1)));
    assert_eq!(
        reported(&coverage.gaps),
        [("eu-west-1", "DescribeLoadBalancers", GapStatus::Failed, "ValidationError")]
    );
}

#[tokio::test]
async fn many_target_groups_are_asked_for_side_by_side_but_not_all_at_once() {
    let names: Vec<_> = (0..30).map(|n| format!("g-{n}")).collect();
    let aws = with_one(move |request| match request.operation.as_str() {
        "DescribeTargetGroups" => Some(groups(request, &names.iter().map(String::as_str).collect::<Vec<_>>())),
        "DescribeTargetHealth" => Some(Reply::Hang),
        _ => None,
    });
    let wanted = Wanted { regions: None, types: TYPES.to_vec(), tags: true };
    let collector = aws.collector_with(Duration::from_secs(2));
    let (inventory, coverage) = collector.inventory(&wanted, Instant::now() + LONG).await.unwrap();
    assert_eq!(targets(&inventory), (None, None));
    // On a busy machine, some of them may be given up before they are sent.
    assert!((1..=10).contains(&aws.received("DescribeTargetHealth").len()));
    let [(_, operation, status, _)] = reported(&coverage.gaps)[..] else { panic!("{:?}", coverage.gaps) };
    assert_eq!((operation, status), ("DescribeTargetHealth", GapStatus::TimedOut));
}
