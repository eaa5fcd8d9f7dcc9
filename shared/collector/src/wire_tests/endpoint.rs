//! VPC endpoints over a real wire. CloudWatch knows them by four dimensions, which their list has.

use std::time::Instant;

use ciborium::Value;

use super::aws::{Aws, Received, Reply, map};
use super::{LONG, collect, ids, in_ireland, items, listed, page, reported};
use crate::model::window::Window;
use crate::services::Detail;
use crate::services::ec2::endpoint::Endpoint;
use crate::{Coverage, GapStatus, Measured, Measurement, Measurements, Resource, ResourceType, SeriesStatus};

const TYPES: [ResourceType; 1] = [ResourceType::VpcEndpoint];

fn detail(resource: &Resource) -> &Endpoint {
    let Detail::VpcEndpoint(endpoint) = &resource.detail else { panic!("{resource:?}") };
    endpoint
}

#[tokio::test]
async fn every_page_of_endpoints_is_followed_with_the_fewest_requests() {
    let aws = Aws::start(|request| {
        in_ireland(request, "DescribeVpcEndpoints").then(|| {
            let (numbers, next) = page(request, "NextToken=", 1_000, 1_001);
            let items = items(&numbers, |n| format!("<item><vpcEndpointId>vpce-{n:05}</vpcEndpointId></item>"));
            listed(request, "vpcEndpointSet", &items, next)
        })
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((inventory.resources.len(), coverage.gaps), (1_001, vec![]));
    assert_eq!(coverage.aws_requests.by_operation["ec2:DescribeVpcEndpoints"], 2 + 1);
    let requests = aws.received("DescribeVpcEndpoints");
    assert!(requests.iter().all(|request| request.parameters.contains("MaxResults=1000")));
}

#[tokio::test]
async fn the_values_of_an_endpoint_are_read() {
    let aws = Aws::start(|request| {
        in_ireland(request, "DescribeVpcEndpoints").then(|| {
            let items = "<item><vpcEndpointId>vpce-1</vpcEndpointId><vpcEndpointType>Interface</vpcEndpointType>\
                 <serviceName>com.amazonaws.eu-west-1.ssm</serviceName><serviceRegion>eu-west-1</serviceRegion>\
                 <vpcId>vpc-1</vpcId><state>pendingAcceptance</state><privateDnsEnabled>true</privateDnsEnabled>\
                 <requesterManaged>false</requesterManaged><creationTimestamp>2026-01-02T03:04:05.678Z</creationTimestamp>\
                 <subnetIdSet><item>subnet-1</item><item>subnet-2</item></subnetIdSet>\
                 <networkInterfaceIdSet><item>eni-1</item></networkInterfaceIdSet>\
                 <tagSet><item><key>Name</key><value>ssm</value></item></tagSet></item>\
                 <item><vpcEndpointId>vpce-2</vpcEndpointId><vpcEndpointType>Gateway</vpcEndpointType>\
                 <serviceRegion>us-east-1</serviceRegion><state>Available</state></item>";
            listed(request, "vpcEndpointSet", items, None)
        })
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!(coverage.gaps, []);
    let [interface, other] = &inventory.resources[..] else { panic!("{:?}", ids(&inventory)) };
    assert_eq!(interface.arn.as_deref(), Some("arn:aws:ec2:eu-west-1:123456789012:vpc-endpoint/vpce-1"));
    assert_eq!((interface.name.as_deref(), interface.state()), (Some("ssm"), Some("pendingAcceptance")));
    assert_eq!(interface.measured_as(), "Interface/com.amazonaws.eu-west-1.ssm/vpce-1/vpc-1");
    let expected = Endpoint {
        endpoint_type: Some("Interface".to_owned()),
        service_name: Some("com.amazonaws.eu-west-1.ssm".to_owned()),
        state: Some("pendingAcceptance".to_owned()),
        vpc_id: Some("vpc-1".to_owned()),
        subnet_ids: vec!["subnet-1".to_owned(), "subnet-2".to_owned()],
        network_interface_ids: vec!["eni-1".to_owned()],
        private_dns_enabled: Some(true),
        requester_managed: Some(false),
        service_region: None,
        created: Some("2026-01-02T03:04:05.678Z".parse().unwrap()),
    };
    assert_eq!(detail(interface), &expected);
    // The region of a service is worth saying if it is another one. A state of the API's model is read as well.
    let expected = Endpoint {
        endpoint_type: Some("Gateway".to_owned()),
        state: Some("available".to_owned()),
        service_region: Some("us-east-1".to_owned()),
        ..Endpoint::default()
    };
    assert_eq!((detail(other), other.measured_as().as_ref()), (&expected, "vpce-2"));
}

/// Returns a list with the endpoint `vpce-1` and, if there is another page, its token.
fn one(request: &Received, next: Option<usize>) -> Reply {
    let item = "<item><vpcEndpointId>vpce-1</vpcEndpointId><vpcEndpointType>Interface</vpcEndpointType>\
        <serviceName>com.amazonaws.eu-west-1.ssm</serviceName><vpcId>vpc-1</vpcId></item>";
    listed(request, "vpcEndpointSet", item, next)
}

fn field<'a>(value: &'a Value, name: &str) -> &'a Value {
    value.as_map().unwrap().iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value).unwrap()
}

/// Returns the queries of a GetMetricData.
fn queries(request: &Received) -> Vec<Value> {
    let body: Value = ciborium::from_reader(request.body.as_slice()).unwrap();
    field(&body, "MetricDataQueries").as_array().unwrap().clone()
}

/// Returns the names and values of a query's dimensions.
fn dimensions(query: &Value) -> Vec<(String, String)> {
    let dimensions = field(field(field(query, "MetricStat"), "Metric"), "Dimensions").as_array().unwrap();
    let text = |dimension, name| field(dimension, name).as_text().unwrap().to_owned();
    dimensions.iter().map(|dimension| (text(dimension, "Name"), text(dimension, "Value"))).collect()
}

/// Returns a datapoint for each query about an endpoint that exists, as CloudWatch does.
fn datapoints(request: &Received) -> Reply {
    let body: Value = ciborium::from_reader(request.body.as_slice()).unwrap();
    let start = field(&body, "StartTime");
    let result = |query: &Value| {
        let exists = dimensions(query).contains(&("VPC Endpoint Id".to_owned(), "vpce-1".to_owned()));
        let (timestamps, values) =
            if exists { (vec![start.clone()], vec![Value::Float(7.0)]) } else { (vec![], vec![]) };
        map([
            ("Id", field(query, "Id").clone()),
            ("StatusCode", "Complete".into()),
            ("Timestamps", Value::Array(timestamps)),
            ("Values", Value::Array(values)),
        ])
    };
    Reply::Cbor(map([("MetricDataResults", Value::Array(queries(request).iter().map(result).collect()))]))
}

/// Measures the bytes of `vpce-1`, which exists, and of `vpce-2`, which doesn't.
async fn measure(aws: &Aws, list: bool) -> (Measured, Coverage) {
    let catalog = ResourceType::VpcEndpoint.catalog().unwrap();
    let one = |id: &str| Measurement {
        catalog,
        metric: catalog.find("bytes_processed").unwrap(),
        resource_name: id.to_owned(),
        statistics: vec!["Sum".to_owned()],
        window: Window::last(3, 3_600, "2026-11-20T10:00:00Z".parse().unwrap()),
    };
    let measurements = Measurements {
        region: "eu-west-1".to_owned(),
        resource_type: ResourceType::VpcEndpoint,
        wanted: vec![one("vpce-1"), one("vpce-2")],
        list,
    };
    aws.collector().measure(&measurements, Instant::now() + LONG).await.unwrap()
}

#[tokio::test]
async fn cloudwatch_is_asked_with_the_four_dimensions_that_the_list_names() {
    let aws = Aws::start(|request| match request.operation.as_str() {
        "DescribeVpcEndpoints" => Some(one(request, None)),
        "GetMetricData" => Some(datapoints(request)),
        _ => None,
    });
    for list in [false, true] {
        let (measured, coverage) = measure(&aws, list).await;
        assert_eq!((coverage.gaps, coverage.partial), (vec![], false));
        // The one that does not exist is answered, without data.
        let found: Vec<_> = measured.series.iter().map(|series| (series.status, series.values[0].len())).collect();
        assert_eq!(found, [(SeriesStatus::Complete, 1), (SeriesStatus::Complete, 0)]);
        let values: Vec<_> = measured.series[0].values[0].iter().map(|(_, value)| *value).collect();
        assert_eq!(values, [7.0]);
        let listed = measured.listed.map(|listed| [listed.has("vpce-1"), listed.has("vpce-2")]);
        assert_eq!(listed, list.then_some([Some(true), Some(false)]));
    }
    let operations: Vec<_> = aws.all_received().into_iter().map(|request| request.operation).collect();
    let position = |operation: &str| operations.iter().position(|other| other == operation).unwrap();
    assert!(position("DescribeVpcEndpoints") < position("GetMetricData"), "{operations:?}");
    let expected = [
        ("Endpoint Type", "Interface"),
        ("Service Name", "com.amazonaws.eu-west-1.ssm"),
        ("VPC Endpoint Id", "vpce-1"),
        ("VPC Id", "vpc-1"),
    ];
    let queries = queries(&aws.received("GetMetricData")[0]);
    assert_eq!(dimensions(&queries[0]), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(
        field(field(field(&queries[0], "MetricStat"), "Metric"), "Namespace").as_text(),
        Some("AWS/PrivateLinkEndpoints")
    );
}

#[tokio::test]
async fn endpoints_that_could_not_be_listed_have_a_gap_and_no_empty_series() {
    let denied = |request: &Received| match request.operation.as_str() {
        "DescribeVpcEndpoints" => Some(Reply::Error(403, "UnauthorizedOperation", "no policy allows it")),
        "GetMetricData" => Some(datapoints(request)),
        _ => None,
    };
    let aws = Aws::start(denied);
    let (measured, coverage) = measure(&aws, true).await;
    let statuses: Vec<_> = measured.series.iter().map(|series| series.status).collect();
    assert_eq!((statuses, coverage.partial), (vec![SeriesStatus::Missing; 2], true));
    let gap = ("eu-west-1", "DescribeVpcEndpoints", GapStatus::Denied, "UnauthorizedOperation");
    assert_eq!(reported(&coverage.gaps), [gap]);
    assert_eq!(measured.listed.unwrap().has("vpce-1"), None);
    assert!(aws.received("GetMetricData").is_empty());

    // What was listed before a page failed is measured; whether the rest exists is unknown.
    let aws = Aws::start(move |request| match request.operation.as_str() {
        "DescribeVpcEndpoints" if !request.parameters.contains("NextToken") => Some(one(request, Some(1))),
        _ => denied(request),
    });
    let (measured, coverage) = measure(&aws, true).await;
    let statuses: Vec<_> = measured.series.iter().map(|series| series.status).collect();
    assert_eq!(statuses, [SeriesStatus::Complete, SeriesStatus::Missing]);
    assert_eq!((reported(&coverage.gaps), coverage.partial), (vec![gap], true));
    let listed = measured.listed.unwrap();
    assert_eq!([listed.has("vpce-1"), listed.has("vpce-2")], [Some(true), None]);
}
