//! Classic load balancers over a real wire: an API of their own, and a request for the health of each one's instances.

use super::aws::{Aws, Received, Reply, wrapped};
use super::elb::{TYPES, applications, arn, detail, is_classic};
use super::{collect, ids, in_ireland, items, page, reported};
use crate::GapStatus;
use crate::model::resource::Tags;
use crate::services::elb::load_balancer::LoadBalancer;

/// An endpoint with `total` classic load balancers in Ireland, the first three with an instance, and `otherwise`.
fn with_classic(total: usize, otherwise: impl Fn(&Received) -> Option<Reply> + Send + 'static) -> Aws {
    Aws::start(move |request| {
        if in_ireland(request, "DescribeLoadBalancers") && is_classic(request) {
            let (numbers, next) = page(request, "Marker=", 400, total);
            let next = next.map(|next| format!("<NextMarker>{next}</NextMarker>")).unwrap_or_default();
            let one = |n: &usize| {
                let instances = if *n < 3 { "<member><InstanceId>i-1</InstanceId></member>" } else { "" };
                format!(
                    "<member><LoadBalancerName>old-{n:05}</LoadBalancerName><Instances>{instances}</Instances></member>"
                )
            };
            let listed = items(&numbers, one);
            let body = format!("<LoadBalancerDescriptions>{listed}</LoadBalancerDescriptions>{next}");
            return Some(Reply::Ok(wrapped(request, &body)));
        }
        otherwise(request)
    })
}

#[tokio::test]
async fn the_values_of_a_classic_load_balancer_are_read() {
    let aws = Aws::start(|request| {
        if request.region != "eu-west-1" || !is_classic(request) {
            return None;
        }
        let state = |state: &str| format!("<member><InstanceId>i-1</InstanceId><State>{state}</State></member>");
        let body = match request.operation.as_str() {
            "DescribeLoadBalancers" => "<LoadBalancerDescriptions><member><LoadBalancerName>shop</LoadBalancerName>\
                 <DNSName>shop-1.eu-west-1.elb.amazonaws.com</DNSName><CreatedTime>2016-01-02T03:04:05.600Z</CreatedTime>\
                 <Scheme>internet-facing</Scheme><VPCId>vpc-1</VPCId><AvailabilityZones><member>eu-west-1a</member>\
                 </AvailabilityZones><Instances><member><InstanceId>i-1</InstanceId></member><member>\
                 <InstanceId>i-2</InstanceId></member><member><InstanceId>i-3</InstanceId></member></Instances></member>\
                 <member><LoadBalancerName>empty</LoadBalancerName></member></LoadBalancerDescriptions>"
                .to_owned(),
            "DescribeTags" => "<TagDescriptions><member><LoadBalancerName>shop</LoadBalancerName><Tags><member>\
                 <Key>env</Key><Value>prod</Value></member></Tags></member></TagDescriptions>"
                .to_owned(),
            "DescribeInstanceHealth" => {
                let states = ["InService", "OutOfService", "InService"].map(state).concat();
                format!("<InstanceStates>{states}</InstanceStates>")
            }
            _ => return None,
        };
        Some(Reply::Ok(wrapped(request, &body)))
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!(coverage.gaps, []);
    let [empty, shop] = &inventory.resources[..] else { panic!("{:?}", ids(&inventory)) };
    assert_eq!((shop.id.as_str(), shop.name.as_deref(), shop.state()), ("shop", Some("shop"), None));
    assert_eq!(shop.arn, Some(arn("shop")));
    assert_eq!(shop.tags, Some(Tags::from_iter([("env".to_owned(), "prod".to_owned())])));
    let expected = LoadBalancer {
        kind: Some("classic".to_owned()),
        state: None,
        scheme: Some("internet-facing".to_owned()),
        dns_name: Some("shop-1.eu-west-1.elb.amazonaws.com".to_owned()),
        vpc_id: Some("vpc-1".to_owned()),
        availability_zones: vec!["eu-west-1a".to_owned()],
        target_groups: None,
        registered_targets: Some(3),
        healthy_targets: Some(2),
        created: Some("2016-01-02T03:04:05.6Z".parse().unwrap()),
    };
    assert_eq!(detail(shop), &expected);
    // One without instances has no health to ask for, and one without tags has none.
    assert_eq!((detail(empty).registered_targets, detail(empty).healthy_targets), (Some(0), Some(0)));
    assert_eq!((aws.received("DescribeInstanceHealth").len(), &empty.tags), (1, &Some(Tags::new())));
}

#[tokio::test]
async fn every_page_of_classic_load_balancers_is_followed() {
    let aws = with_classic(401, |_| None);
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((inventory.resources.len(), coverage.gaps), (401, vec![]));
    assert_eq!((aws.received("DescribeInstanceHealth").len(), aws.received("DescribeTags").len()), (3, 21));
    assert!(aws.received("DescribeTags").iter().all(is_classic));
}

#[tokio::test]
async fn one_api_does_not_depend_on_the_other() {
    for classic_fails in [false, true] {
        let aws = Aws::start(move |request| {
            if !in_ireland(request, "DescribeLoadBalancers") {
                return None;
            }
            Some(match (is_classic(request), classic_fails) {
                (classic, fails) if classic == fails => Reply::Error(400, "ValidationError", "no"),
                (true, _) => {
                    let one = "<member><LoadBalancerName>old</LoadBalancerName></member>";
                    let body = format!("<LoadBalancerDescriptions>{one}</LoadBalancerDescriptions>");
                    Reply::Ok(wrapped(request, &body))
                }
                (false, _) => applications(request, 1),
            })
        });
        let (inventory, coverage) = collect(&aws, &TYPES).await;
        assert_eq!(ids(&inventory), [if classic_fails { "app/lb-00000/1" } else { "old" }]);
        assert_eq!(
            reported(&coverage.gaps),
            [("eu-west-1", "DescribeLoadBalancers", GapStatus::Failed, "ValidationError")]
        );
    }
}

#[tokio::test]
async fn one_that_was_deleted_since_it_was_listed_is_not_there() {
    let aws = with_classic(3, |request| {
        let is_gone = request.parameters.contains("LoadBalancerName=old-00001");
        (request.operation == "DescribeInstanceHealth" && is_gone).then_some(Reply::Error(
            400,
            "LoadBalancerNotFound",
            "gone",
        ))
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((ids(&inventory), coverage.gaps), (vec!["old-00000", "old-00002"], vec![]));
}
