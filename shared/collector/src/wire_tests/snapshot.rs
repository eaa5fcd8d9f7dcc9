//! EBS snapshots over a real wire.

use super::aws::{Aws, Reply};
use super::{collect, ids, in_ireland, items, listed, page, reported};
use crate::services::Detail;
use crate::services::ec2::snapshot::Snapshot;
use crate::{GapStatus, Resource, ResourceType};

const TYPES: [ResourceType; 1] = [ResourceType::EbsSnapshot];

fn detail(resource: &Resource) -> &Snapshot {
    let Detail::EbsSnapshot(snapshot) = &resource.detail else { panic!("{resource:?}") };
    snapshot
}

#[tokio::test]
async fn every_page_of_the_accounts_own_snapshots_is_followed() {
    let aws = Aws::start(|request| {
        in_ireland(request, "DescribeSnapshots").then(|| {
            let (numbers, next) = page(request, "NextToken=", 1_000, 2_001);
            let items = items(&numbers, |n| format!("<item><snapshotId>snap-{n:05}</snapshotId></item>"));
            listed(request, "snapshotSet", &items, next)
        })
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((inventory.resources.len(), coverage.gaps), (2_001, vec![]));
    assert_eq!(coverage.aws_requests.by_operation["ec2:DescribeSnapshots"], 3 + 1);
    // Without an owner, EC2 lists the public snapshots of all accounts.
    for request in aws.received("DescribeSnapshots") {
        assert!(request.parameters.contains("Owner.1=self") && request.parameters.contains("MaxResults=1000"));
    }
}

#[tokio::test]
async fn the_values_of_a_snapshot_are_read() {
    let aws = Aws::start(|request| {
        in_ireland(request, "DescribeSnapshots").then(|| {
            let items = "<item><snapshotId>snap-1</snapshotId><volumeId>vol-1</volumeId><status>completed</status>\
                 <startTime>2026-01-02T03:04:05.000Z</startTime><progress>100%</progress><volumeSize>8</volumeSize>\
                 <description>before the update</description><encrypted>true</encrypted>\
                 <storageTier>archive</storageTier><fullSnapshotSizeInBytes>4096</fullSnapshotSizeInBytes>\
                 <outpostArn>arn:aws:outposts:eu-west-1:123456789012:outpost/op-1</outpostArn>\
                 <tagSet><item><key>Name</key><value>safe</value></item></tagSet></item>\
                 <item><snapshotId>snap-2</snapshotId><volumeId>vol-ffffffff</volumeId><status>pending</status></item>\
                 <item><snapshotId>snap-3</snapshotId><volumeId>vol-0123456789abcdef0</volumeId>\
                 <transferType>time-based</transferType></item>";
            listed(request, "snapshotSet", items, None)
        })
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!(coverage.gaps, []);
    let [own, copy, timed_copy] = &inventory.resources[..] else { panic!("{:?}", ids(&inventory)) };
    // The ARN of a snapshot has no account.
    assert_eq!(own.arn.as_deref(), Some("arn:aws:ec2:eu-west-1::snapshot/snap-1"));
    assert_eq!((own.name.as_deref(), own.state()), (Some("safe"), Some("completed")));
    let expected = Snapshot {
        state: Some("completed".to_owned()),
        volume_size_gb: Some(8),
        storage_tier: Some("archive".to_owned()),
        volume_id: Some("vol-1".to_owned()),
        description: Some("before the update".to_owned()),
        encrypted: Some(true),
        full_size_bytes: Some(4_096),
        outpost_arn: Some("arn:aws:outposts:eu-west-1:123456789012:outpost/op-1".to_owned()),
        progress: Some("100%".to_owned()),
        started: Some("2026-01-02T03:04:05Z".parse().unwrap()),
    };
    assert_eq!(detail(own), &expected);
    // What EC2 names as the volume of a copy is none.
    assert_eq!(detail(copy), &Snapshot { state: Some("pending".to_owned()), ..Snapshot::default() });
    assert_eq!(detail(timed_copy), &Snapshot::default());
}

#[tokio::test]
async fn the_snapshots_before_a_failing_page_are_kept() {
    let aws = Aws::start(|request| {
        in_ireland(request, "DescribeSnapshots").then(|| {
            if request.parameters.contains("NextToken") {
                Reply::Error(400, "InvalidParameterValue", "the token has expired")
            } else {
                listed(request, "snapshotSet", "<item><snapshotId>snap-1</snapshotId></item>", Some(1))
            }
        })
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!(ids(&inventory), ["snap-1"]);
    let gap = ("eu-west-1", "DescribeSnapshots", GapStatus::Failed, "InvalidParameterValue");
    assert_eq!(reported(&coverage.gaps), [gap]);
}
