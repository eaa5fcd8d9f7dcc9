//! The inventory over real HTTP: pages, values, regions.

use std::collections::BTreeSet;
use std::time::Instant;

use super::aws::{Aws, Reply, wrapped};
use super::{LONG, collect, ids, in_ireland, instances, items, page, reported};
use crate::model::resource::Tags;
use crate::services::Detail;
use crate::{GapStatus, ResourceType, Wanted};

/// The types in these tests.
const TYPES: [ResourceType; 6] = [
    ResourceType::Ec2,
    ResourceType::Rds,
    ResourceType::S3,
    ResourceType::Lambda,
    ResourceType::Ebs,
    ResourceType::Eip,
];

#[tokio::test]
async fn every_page_is_followed_with_the_fewest_requests() {
    let aws = Aws::start(|request| {
        if request.operation != "ListBuckets" && request.region != "eu-west-1" {
            return None;
        }
        Some(match request.operation.as_str() {
            "DescribeInstances" => {
                let (numbers, next) = page(request, "NextToken=", 1_000, 2_500);
                instances(request, &numbers, next)
            }
            "DescribeVolumes" => {
                let (numbers, next) = page(request, "NextToken=", 500, 501);
                let items = items(&numbers, |n| format!("<item><volumeId>vol-{n:05}</volumeId></item>"));
                let next = next.map(|next| format!("<nextToken>{next}</nextToken>")).unwrap_or_default();
                Reply::Ok(wrapped(request, &format!("<volumeSet>{items}</volumeSet>{next}")))
            }
            "DescribeDBInstances" => {
                let (numbers, next) = page(request, "Marker=", 100, 150);
                let item =
                    |n| format!("<DBInstance><DBInstanceIdentifier>db-{n:05}</DBInstanceIdentifier></DBInstance>");
                let items: String = numbers.iter().map(item).collect();
                let next = next.map(|next| format!("<Marker>{next}</Marker>")).unwrap_or_default();
                Reply::Ok(wrapped(request, &format!("<DBInstances>{items}</DBInstances>{next}")))
            }
            "ListFunctions" => {
                let (numbers, next) = page(request, "Marker=", 50, 120);
                let items: Vec<_> = numbers.iter().map(|n| format!(r#"{{"FunctionName": "f-{n:05}"}}"#)).collect();
                let next = next.map_or_else(|| "null".to_owned(), |next| format!("\"{next}\""));
                Reply::Ok(format!(r#"{{"Functions": [{}], "NextMarker": {next}}}"#, items.join(",")))
            }
            "ListBuckets" => {
                let (numbers, next) = page(request, "continuation-token=", 10_000, 10_001);
                let items = items(&numbers, |n| {
                    format!("<Bucket><Name>b-{n:05}</Name><BucketRegion>us-east-1</BucketRegion></Bucket>")
                });
                let next =
                    next.map(|next| format!("<ContinuationToken>{next}</ContinuationToken>")).unwrap_or_default();
                Reply::Ok(format!("<ListAllMyBucketsResult><Buckets>{items}</Buckets>{next}</ListAllMyBucketsResult>"))
            }
            _ => return None,
        })
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;

    assert_eq!(coverage.gaps, []);
    assert_eq!(inventory.regions, ["eu-west-1", "us-east-1"]);
    let distinct: BTreeSet<_> = ids(&inventory).into_iter().collect();
    assert_eq!((inventory.resources.len(), distinct.len()), (13_272, 13_272));
    let expected = [
        ("ec2:DescribeAddresses", 2),
        ("ec2:DescribeInstances", 3 + 1),
        ("ec2:DescribeRegions", 1),
        ("ec2:DescribeVolumes", 2 + 1),
        ("lambda:ListFunctions", 3 + 1),
        ("rds:DescribeDBInstances", 2 + 1),
        ("s3:ListBuckets", 2),
        ("sts:GetCallerIdentity", 1),
        ("tag:GetResources", 2),
    ];
    assert_eq!(coverage.aws_requests.by_operation, expected.map(|(name, count)| (name.to_owned(), count)).into());
    assert_eq!(coverage.aws_requests.total, 22);
    assert!(aws.received("DescribeInstances").iter().all(|request| request.parameters.contains("MaxResults=1000")));
    assert!(aws.received("ListBuckets").iter().all(|request| request.parameters.contains("max-buckets=10000")));
}

#[tokio::test]
async fn the_values_of_each_type_are_read() {
    let aws = Aws::start(|request| {
        if request.region != "us-east-1" {
            return None;
        }
        Some(Reply::Ok(match request.operation.as_str() {
            "DescribeInstances" => wrapped(
                request,
                "<reservationSet><item><instancesSet><item><instanceId>i-1</instanceId><instanceType>t3.micro</instanceType>\
                 <instanceState><name>stopped</name></instanceState><reason>User initiated (2026-11-01 09:00:00 GMT)</reason>\
                 <launchTime>2026-10-01T08:00:00.000Z</launchTime><placement><availabilityZone>us-east-1a</availabilityZone>\
                 <tenancy>dedicated</tenancy></placement><usageOperation>RunInstances:0002</usageOperation>\
                 <outpostArn>arn:aws:outposts:us-east-1:123456789012:outpost/op-1</outpostArn>\
                 <tagSet><item><key>Name</key><value>web</value></item></tagSet></item></instancesSet></item></reservationSet>",
            ),
            "DescribeVolumes" => wrapped(
                request,
                "<volumeSet><item><volumeId>vol-1</volumeId><size>8</size><volumeType>gp3</volumeType><status>in-use</status>\
                 <outpostArn>arn:aws:outposts:us-east-1:123456789012:outpost/op-1</outpostArn>\
                 <attachmentSet><item><instanceId>i-1</instanceId></item></attachmentSet></item></volumeSet>",
            ),
            "DescribeAddresses" => wrapped(
                request,
                "<addressesSet><item><allocationId>eipalloc-1</allocationId><publicIp>192.0.2.1</publicIp>\
                 <publicIpv4Pool>amazon</publicIpv4Pool></item>\
                 <item><allocationId>eipalloc-2</allocationId><publicIp>192.0.2.2</publicIp>\
                 <associationId>eipassoc-1</associationId><instanceId>i-1</instanceId></item></addressesSet>",
            ),
            "DescribeDBInstances" => wrapped(
                request,
                "<DBInstances><DBInstance><DBInstanceIdentifier>orders</DBInstanceIdentifier><DBInstanceClass>db.t3.medium</DBInstanceClass>\
                 <Engine>postgres</Engine><DBInstanceStatus>available</DBInstanceStatus><AllocatedStorage>100</AllocatedStorage>\
                 <LicenseModel>postgresql-license</LicenseModel><TagList><Tag><Key>env</Key><Value>prod</Value></Tag></TagList></DBInstance></DBInstances>",
            ),
            "ListFunctions" => {
                let arn = "arn:aws:lambda:us-east-1:123456789012:function:f";
                format!(
                    r#"{{"Functions": [{{"FunctionName": "f", "FunctionArn": "{arn}", "Runtime": "python3.13", "MemorySize": 128, "Timeout": 3}}]}}"#
                )
            }
            "ListBuckets" => "<ListAllMyBucketsResult><Buckets><Bucket><Name>b</Name><CreationDate>2026-01-02T03:04:05.000Z</CreationDate>\
                              <BucketRegion>us-east-1</BucketRegion></Bucket></Buckets></ListAllMyBucketsResult>"
                .to_owned(),
            "GetResources" => r#"{"ResourceTagMappingList": [{"ResourceARN": "arn:aws:s3:::b", "Tags": [{"Key": "env", "Value": "prod"}]}], "PaginationToken": ""}"#.to_owned(),
            _ => return None,
        }))
    });
    let (inventory, _) = collect(&aws, &TYPES).await;
    let [instance, database, bucket, function, volume, unused, used] = &inventory.resources[..] else {
        panic!("{:?}", ids(&inventory))
    };

    assert_eq!(instance.arn.as_deref(), Some("arn:aws:ec2:us-east-1:123456789012:instance/i-1"));
    assert_eq!((instance.name.as_deref(), instance.state()), (Some("web"), Some("stopped")));
    let Detail::Ec2(detail) = &instance.detail else { panic!("{instance:?}") };
    assert_eq!(detail.instance_type.as_deref(), Some("t3.micro"));
    assert_eq!(
        (detail.usage_operation.as_deref(), detail.tenancy.as_deref()),
        (Some("RunInstances:0002"), Some("dedicated"))
    );
    let outpost = Some("arn:aws:outposts:us-east-1:123456789012:outpost/op-1");
    assert_eq!(detail.outpost_arn.as_deref(), outpost);
    assert_eq!(detail.launch_time, Some("2026-10-01T08:00:00Z".parse().unwrap()));
    assert_eq!(detail.state_transition_reason.as_deref(), Some("User initiated (2026-11-01 09:00:00 GMT)"));

    let prod = Some(Tags::from_iter([("env".to_owned(), "prod".to_owned())]));
    assert_eq!((database.state(), &database.tags), (Some("available"), &prod));
    let Detail::Rds(detail) = &database.detail else { panic!("{database:?}") };
    assert_eq!(
        (detail.class.as_deref(), detail.engine.as_deref(), detail.storage_gb),
        (Some("db.t3.medium"), Some("postgres"), Some(100))
    );
    assert_eq!(detail.license_model.as_deref(), Some("postgresql-license"));

    assert_eq!((bucket.arn.as_deref(), &bucket.tags), (Some("arn:aws:s3:::b"), &prod));
    let Detail::S3(detail) = &bucket.detail else { panic!("{bucket:?}") };
    assert_eq!(detail.created, Some("2026-01-02T03:04:05Z".parse().unwrap()));

    // The tags of its region were listed completely, without this function.
    assert_eq!(function.tags, Some(Tags::new()));
    let Detail::Lambda(detail) = &function.detail else { panic!("{function:?}") };
    assert_eq!(
        (detail.runtime.as_deref(), detail.memory_mb, detail.timeout_seconds),
        (Some("python3.13"), Some(128), Some(3))
    );

    let Detail::Ebs(detail) = &volume.detail else { panic!("{volume:?}") };
    assert_eq!(
        (volume.state(), detail.size_gb, &detail.attached_to),
        (Some("in-use"), Some(8), &vec!["i-1".to_owned()])
    );
    assert_eq!(detail.outpost_arn.as_deref(), outpost);
    let Detail::Eip(detail) = &unused.detail else { panic!("{unused:?}") };
    assert_eq!(detail.public_ipv4_pool.as_deref(), Some("amazon"));
    assert_eq!((unused.state(), used.state()), (Some("unassociated"), Some("associated")));
}

#[tokio::test]
async fn a_resource_on_two_pages_is_returned_once() {
    let aws = Aws::start(|request| {
        in_ireland(request, "DescribeInstances").then(|| {
            let (numbers, next) = page(request, "NextToken=", 2, 4);
            // A new instance moved the last one of the first page to the second.
            instances(request, if next.is_some() { &numbers } else { &[1, 2, 3] }, next)
        })
    });
    let (inventory, coverage) = collect(&aws, &[ResourceType::Ec2]).await;
    assert_eq!((ids(&inventory), coverage.gaps), (vec!["i-00000", "i-00001", "i-00002", "i-00003"], vec![]));
}

#[tokio::test]
async fn only_wanted_regions_are_queried_and_a_disabled_one_is_a_gap() {
    let aws = Aws::start(|request| {
        let buckets = ["eu-west-1", "us-east-1"]
            .map(|r| format!("<Bucket><Name>{r}</Name><BucketRegion>{r}</BucketRegion></Bucket>"));
        let body = format!("<ListAllMyBucketsResult><Buckets>{}</Buckets></ListAllMyBucketsResult>", buckets.concat());
        (request.operation == "ListBuckets").then_some(Reply::Ok(body))
    });
    let regions = Some(vec!["eu-west-1".to_owned(), "me-south-1".to_owned()]);
    let wanted = Wanted { regions, types: vec![ResourceType::Ec2, ResourceType::S3], tags: true };
    let (inventory, coverage) = aws.collector().inventory(&wanted, Instant::now() + LONG).await.unwrap();
    assert_eq!(ids(&inventory), ["eu-west-1"]);
    assert_eq!(
        reported(&coverage.gaps),
        [("me-south-1", "DescribeRegions", GapStatus::RegionDisabled, "not-opted-in")]
    );
    let regions: Vec<_> = aws.received("DescribeInstances").into_iter().map(|request| request.region).collect();
    assert_eq!(regions, ["eu-west-1"]);
}

#[tokio::test]
async fn the_account_is_requested_once_per_process() {
    let aws = Aws::start(|_| None);
    let collector = aws.collector();
    let wanted = Wanted { regions: None, types: vec![ResourceType::Ec2], tags: true };
    for expected in [1, 1] {
        let (_, coverage) = collector.inventory(&wanted, Instant::now() + LONG).await.unwrap();
        assert_eq!(coverage.account.as_deref(), Some("123456789012"));
        assert_eq!(aws.received("GetCallerIdentity").len(), expected);
    }
}
