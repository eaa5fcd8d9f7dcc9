//! NAT gateways over a real wire.

use super::aws::{Aws, Reply};
use super::{collect, ids, in_ireland, items, listed, page, reported};
use crate::services::Detail;
use crate::services::ec2::nat_gateway::NatGateway;
use crate::{GapStatus, Resource, ResourceType};

const TYPES: [ResourceType; 1] = [ResourceType::NatGateway];

fn detail(resource: &Resource) -> &NatGateway {
    let Detail::NatGateway(gateway) = &resource.detail else { panic!("{resource:?}") };
    gateway
}

#[tokio::test]
async fn every_page_of_gateways_is_followed_with_the_fewest_requests() {
    let aws = Aws::start(|request| {
        in_ireland(request, "DescribeNatGateways").then(|| {
            let (numbers, next) = page(request, "NextToken=", 1_000, 1_001);
            let items = items(&numbers, |n| format!("<item><natGatewayId>nat-{n:05}</natGatewayId></item>"));
            listed(request, "natGatewaySet", &items, next)
        })
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((inventory.resources.len(), coverage.gaps), (1_001, vec![]));
    assert_eq!(coverage.aws_requests.by_operation["ec2:DescribeNatGateways"], 2 + 1);
    let requests = aws.received("DescribeNatGateways");
    assert!(requests.iter().all(|request| request.parameters.contains("MaxResults=1000")));
}

#[tokio::test]
async fn the_values_of_a_gateway_are_read() {
    let aws = Aws::start(|request| {
        in_ireland(request, "DescribeNatGateways").then(|| {
            let items = "<item><natGatewayId>nat-1</natGatewayId><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId>\
                 <state>available</state><connectivityType>public</connectivityType>\
                 <createTime>2026-01-02T03:04:05.000Z</createTime><natGatewayAddressSet>\
                 <item><publicIp>192.0.2.1</publicIp><privateIp>10.0.0.1</privateIp></item>\
                 <item><privateIp>10.0.0.2</privateIp></item></natGatewayAddressSet>\
                 <tagSet><item><key>Name</key><value>out</value></item></tagSet></item>\
                 <item><natGatewayId>nat-2</natGatewayId><state>failed</state><connectivityType>private</connectivityType>\
                 <failureMessage>Network vpc-2 has no Internet gateway attached</failureMessage></item>";
            listed(request, "natGatewaySet", items, None)
        })
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!(coverage.gaps, []);
    let [public, failed] = &inventory.resources[..] else { panic!("{:?}", ids(&inventory)) };
    assert_eq!(public.arn.as_deref(), Some("arn:aws:ec2:eu-west-1:123456789012:natgateway/nat-1"));
    assert_eq!((public.name.as_deref(), public.state()), (Some("out"), Some("available")));
    let expected = NatGateway {
        state: Some("available".to_owned()),
        connectivity_type: Some("public".to_owned()),
        vpc_id: Some("vpc-1".to_owned()),
        public_ips: vec!["192.0.2.1".to_owned()],
        private_ips: vec!["10.0.0.1".to_owned(), "10.0.0.2".to_owned()],
        subnet_id: Some("subnet-1".to_owned()),
        failure_message: None,
        created: Some("2026-01-02T03:04:05Z".parse().unwrap()),
    };
    assert_eq!(detail(public), &expected);
    let expected = NatGateway {
        state: Some("failed".to_owned()),
        connectivity_type: Some("private".to_owned()),
        failure_message: Some("Network vpc-2 has no Internet gateway attached".to_owned()),
        ..NatGateway::default()
    };
    assert_eq!((detail(failed), failed.name.as_deref()), (&expected, None));
}

#[tokio::test]
async fn the_gateways_before_a_failing_page_are_kept() {
    let aws = Aws::start(|request| {
        in_ireland(request, "DescribeNatGateways").then(|| {
            if request.parameters.contains("NextToken") {
                Reply::Error(403, "UnauthorizedOperation", "no policy allows it")
            } else {
                listed(request, "natGatewaySet", "<item><natGatewayId>nat-1</natGatewayId></item>", Some(1))
            }
        })
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!(ids(&inventory), ["nat-1"]);
    let gap = ("eu-west-1", "DescribeNatGateways", GapStatus::Denied, "UnauthorizedOperation");
    assert_eq!(reported(&coverage.gaps), [gap]);
}
