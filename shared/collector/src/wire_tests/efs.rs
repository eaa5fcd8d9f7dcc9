//! EFS's file systems over a real wire.

use super::aws::{Aws, Received, Reply};
use super::{collect, ids, in_ireland, page, reported};
use crate::model::resource::Tags;
use crate::services::Detail;
use crate::services::efs::FileSystem;
use crate::{GapStatus, Resource, ResourceType};

/// What EFS returns of every file system.
const REQUIRED: &str = r#""OwnerId": "123456789012", "CreationToken": "t", "CreationTime": 1767323045.5, "LifeCycleState": "available",
    "NumberOfMountTargets": 0, "PerformanceMode": "generalPurpose", "SizeInBytes": {"Value": 6144}, "Tags": []"#;

/// A page of numbered file systems, 100 of `total` as EFS gives them.
fn file_systems(request: &Received, total: usize) -> Reply {
    let (numbers, next) = page(request, "Marker=", 100, total);
    let items: Vec<_> = numbers.iter().map(|n| format!(r#"{{"FileSystemId": "fs-{n:08}", {REQUIRED}}}"#)).collect();
    let next = next.map(|next| format!(r#", "NextMarker": "{next}""#)).unwrap_or_default();
    Reply::Ok(format!(r#"{{"FileSystems": [{}]{next}}}"#, items.join(",")))
}

fn detail(resource: &Resource) -> &FileSystem {
    let Detail::Efs(file_system) = &resource.detail else { panic!("{resource:?}") };
    file_system
}

#[tokio::test]
async fn every_page_of_file_systems_is_followed() {
    let aws = Aws::start(|request| in_ireland(request, "DescribeFileSystems").then(|| file_systems(request, 250)));
    let (inventory, coverage) = collect(&aws, &[ResourceType::Efs]).await;
    assert_eq!((inventory.resources.len(), coverage.gaps), (250, vec![]));
    assert_eq!(coverage.aws_requests.by_operation["elasticfilesystem:DescribeFileSystems"], 3 + 1);
    assert!(aws.received("DescribeFileSystems").iter().all(|request| request.parameters.contains("MaxItems=100")));
    let arn = inventory.resources[0].arn.as_deref();
    assert_eq!(arn, Some("arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/fs-00000000"));
}

#[tokio::test]
async fn the_values_of_a_file_system_are_read() {
    let aws = Aws::start(|request| {
        in_ireland(request, "DescribeFileSystems").then(|| {
            Reply::Ok(
                r#"{"FileSystems": [{"OwnerId": "123456789012", "CreationToken": "t", "FileSystemId": "fs-0123456789abcdef0",
                    "FileSystemArn": "arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/fs-0123456789abcdef0",
                    "CreationTime": 1767323045.5, "LifeCycleState": "updating", "Name": "media", "NumberOfMountTargets": 3,
                    "SizeInBytes": {"Value": 600, "ValueInStandard": 100, "ValueInIA": 200, "ValueInArchive": 300},
                    "PerformanceMode": "maxIO", "ThroughputMode": "provisioned", "ProvisionedThroughputInMibps": 12.5,
                    "Encrypted": true, "AvailabilityZoneName": "eu-west-1a",
                    "Tags": [{"Key": "Name", "Value": "media"}, {"Key": "env", "Value": "prod"}]}]}"#
                    .to_owned(),
            )
        })
    });
    let (inventory, _) = collect(&aws, &[ResourceType::Efs]).await;
    let [media] = &inventory.resources[..] else { panic!("{:?}", ids(&inventory)) };
    assert_eq!((media.id.as_str(), media.name.as_deref()), ("fs-0123456789abcdef0", Some("media")));
    assert_eq!(media.state(), Some("updating"));
    let tags = [("Name", "media"), ("env", "prod")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(media.tags, Some(Tags::from_iter(tags)));
    let expected = FileSystem {
        state: Some("updating".to_owned()),
        size_bytes: Some(600),
        throughput_mode: Some("provisioned".to_owned()),
        performance_mode: Some("maxIO".to_owned()),
        mount_targets: Some(3),
        size_standard_bytes: Some(100),
        size_ia_bytes: Some(200),
        size_archive_bytes: Some(300),
        provisioned_throughput: Some(12.5),
        encrypted: Some(true),
        availability_zone: Some("eu-west-1a".to_owned()),
        created: Some("2026-01-02T03:04:05.5Z".parse().unwrap()),
    };
    assert_eq!(detail(media), &expected);
}

#[tokio::test]
async fn the_file_systems_before_a_failing_page_are_kept() {
    let aws = Aws::start(|request| {
        in_ireland(request, "DescribeFileSystems").then(|| {
            if request.parameters.contains("Marker=") {
                Reply::Error(403, "AccessDeniedException", "no")
            } else {
                file_systems(request, 150)
            }
        })
    });
    let (inventory, coverage) = collect(&aws, &[ResourceType::Efs]).await;
    assert_eq!(inventory.resources.len(), 100);
    assert_eq!(
        reported(&coverage.gaps),
        [("eu-west-1", "DescribeFileSystems", GapStatus::Denied, "AccessDeniedException")]
    );
}
