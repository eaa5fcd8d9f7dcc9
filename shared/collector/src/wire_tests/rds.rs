//! RDS's clusters and snapshots over a real wire.

use super::aws::{Aws, Received, Reply, wrapped};
use super::{collect, ids, in_ireland, items, page, reported};
use crate::model::resource::Tags;
use crate::services::Detail;
use crate::services::rds::cluster::{DbCluster, Member};
use crate::services::rds::snapshot::{DbSnapshot, Source};
use crate::{GapStatus, Resource, ResourceType};

/// A page of `total` numbered items, 100 as RDS gives them.
fn numbered(request: &Received, list: &str, element: &str, total: usize) -> Reply {
    let (numbers, next) = page(request, "Marker=", 100, total);
    let items =
        items(&numbers, |n| format!("<{element}><{element}Identifier>x-{n:05}</{element}Identifier></{element}>"));
    let next = next.map(|next| format!("<Marker>{next}</Marker>")).unwrap_or_default();
    Reply::Ok(wrapped(request, &format!("<{list}>{items}</{list}>{next}")))
}

fn cluster(resource: &Resource) -> &DbCluster {
    let Detail::RdsCluster(cluster) = &resource.detail else { panic!("{resource:?}") };
    cluster
}

fn snapshot(resource: &Resource) -> &DbSnapshot {
    let Detail::RdsSnapshot(snapshot) = &resource.detail else { panic!("{resource:?}") };
    snapshot
}

#[tokio::test]
async fn every_page_of_clusters_and_of_both_kinds_of_snapshots_is_followed() {
    let aws = Aws::start(|request| match request.operation.as_str() {
        _ if request.region != "eu-west-1" => None,
        "DescribeDBClusters" => Some(numbered(request, "DBClusters", "DBCluster", 150)),
        "DescribeDBSnapshots" => Some(numbered(request, "DBSnapshots", "DBSnapshot", 250)),
        "DescribeDBClusterSnapshots" => Some(numbered(request, "DBClusterSnapshots", "DBClusterSnapshot", 101)),
        _ => None,
    });
    let (inventory, coverage) = collect(&aws, &[ResourceType::RdsCluster, ResourceType::RdsSnapshot]).await;
    assert_eq!(coverage.gaps, []);
    let of = |kind| inventory.resources.iter().filter(move |resource| resource.resource_type() == kind);
    assert_eq!(of(ResourceType::RdsCluster).count(), 150);
    let clusters = of(ResourceType::RdsSnapshot).filter(|resource| snapshot(resource).of == Source::Cluster);
    assert_eq!((of(ResourceType::RdsSnapshot).count(), clusters.count()), (351, 101));
    for (operation, requests) in
        [("DescribeDBClusters", 2 + 1), ("DescribeDBSnapshots", 3 + 1), ("DescribeDBClusterSnapshots", 2 + 1)]
    {
        assert_eq!(coverage.aws_requests.by_operation[&format!("rds:{operation}")], requests);
        assert!(aws.received(operation).iter().all(|request| request.parameters.contains("MaxRecords=100")));
    }
}

#[tokio::test]
async fn the_values_of_a_cluster_are_read() {
    let aws = Aws::start(|request| {
        in_ireland(request, "DescribeDBClusters").then(|| {
            Reply::Ok(wrapped(
                request,
                "<DBClusters><DBCluster><DBClusterIdentifier>shop</DBClusterIdentifier>\
                 <DBClusterArn>arn:aws:rds:eu-west-1:123456789012:cluster:shop</DBClusterArn>\
                 <Engine>aurora-postgresql</Engine><EngineVersion>16.4</EngineVersion><EngineMode>provisioned</EngineMode>\
                 <Status>failing-over</Status><AllocatedStorage>1</AllocatedStorage><StorageType>aurora-iopt1</StorageType>\
                 <StorageEncrypted>true</StorageEncrypted><MultiAZ>true</MultiAZ><DeletionProtection>false</DeletionProtection>\
                 <Endpoint>shop.cluster-x.eu-west-1.rds.amazonaws.com</Endpoint>\
                 <ReaderEndpoint>shop.cluster-ro-x.eu-west-1.rds.amazonaws.com</ReaderEndpoint><Port>5432</Port>\
                 <ServerlessV2ScalingConfiguration><MinCapacity>0.5</MinCapacity><MaxCapacity>16</MaxCapacity>\
                 </ServerlessV2ScalingConfiguration><ClusterCreateTime>2026-01-02T03:04:05.500Z</ClusterCreateTime>\
                 <DBClusterMembers><DBClusterMember><DBInstanceIdentifier>shop-1</DBInstanceIdentifier>\
                 <IsClusterWriter>true</IsClusterWriter></DBClusterMember><DBClusterMember>\
                 <DBInstanceIdentifier>shop-2</DBInstanceIdentifier><IsClusterWriter>false</IsClusterWriter>\
                 </DBClusterMember></DBClusterMembers><TagList><Tag><Key>env</Key><Value>prod</Value></Tag></TagList>\
                 </DBCluster><DBCluster><DBClusterIdentifier>mixed</DBClusterIdentifier><Engine>mysql</Engine>\
                 <DBClusterInstanceClass>db.r6gd.large</DBClusterInstanceClass><AllocatedStorage>100</AllocatedStorage>\
                 <Iops>3000</Iops></DBCluster></DBClusters>",
            ))
        })
    });
    let (inventory, _) = collect(&aws, &[ResourceType::RdsCluster]).await;
    let [mixed, shop] = &inventory.resources[..] else { panic!("{:?}", ids(&inventory)) };
    assert_eq!(shop.arn.as_deref(), Some("arn:aws:rds:eu-west-1:123456789012:cluster:shop"));
    assert_eq!((shop.name.as_deref(), shop.state()), (Some("shop"), Some("failing-over")));
    assert_eq!(shop.tags, Some(Tags::from_iter([("env".to_owned(), "prod".to_owned())])));
    let member = |id: &str, writer| Member { id: id.to_owned(), writer: Some(writer) };
    let expected = DbCluster {
        engine: Some("aurora-postgresql".to_owned()),
        engine_version: Some("16.4".to_owned()),
        status: Some("failing-over".to_owned()),
        members: vec![member("shop-1", true), member("shop-2", false)],
        engine_mode: Some("provisioned".to_owned()),
        class: None,
        serverless_min_capacity: Some(0.5),
        serverless_max_capacity: Some(16.0),
        storage_type: Some("aurora-iopt1".to_owned()),
        storage_gb: Some(1),
        iops: None,
        encrypted: Some(true),
        multi_az: Some(true),
        deletion_protection: Some(false),
        endpoint: Some("shop.cluster-x.eu-west-1.rds.amazonaws.com".to_owned()),
        reader_endpoint: Some("shop.cluster-ro-x.eu-west-1.rds.amazonaws.com".to_owned()),
        port: Some(5432),
        created: Some("2026-01-02T03:04:05.5Z".parse().unwrap()),
    };
    assert_eq!(cluster(shop), &expected);
    let expected = DbCluster {
        engine: Some("mysql".to_owned()),
        class: Some("db.r6gd.large".to_owned()),
        storage_gb: Some(100),
        iops: Some(3000),
        ..DbCluster::default()
    };
    assert_eq!(cluster(mixed), &expected);
}

#[tokio::test]
async fn the_values_of_snapshots_are_read() {
    let aws = Aws::start(|request| {
        let content = match request.operation.as_str() {
            _ if request.region != "eu-west-1" => return None,
            "DescribeDBSnapshots" => {
                "<DBSnapshots><DBSnapshot><DBSnapshotIdentifier>rds:shop-2026-01-02-03-04</DBSnapshotIdentifier>\
                 <DBSnapshotArn>arn:aws:rds:eu-west-1:123456789012:snapshot:rds:shop-2026-01-02-03-04</DBSnapshotArn>\
                 <DBInstanceIdentifier>shop</DBInstanceIdentifier><SnapshotType>automated</SnapshotType>\
                 <Engine>mysql</Engine><EngineVersion>8.4.5</EngineVersion><Status>available</Status>\
                 <AllocatedStorage>100</AllocatedStorage><FullSnapshotSizeInBytes>53687091200</FullSnapshotSizeInBytes>\
                 <Encrypted>true</Encrypted><SnapshotCreateTime>2026-01-02T03:04:05.500Z</SnapshotCreateTime>\
                 <TagList><Tag><Key>env</Key><Value>prod</Value></Tag></TagList></DBSnapshot></DBSnapshots>"
            }
            "DescribeDBClusterSnapshots" => {
                "<DBClusterSnapshots><DBClusterSnapshot><DBClusterSnapshotIdentifier>moved</DBClusterSnapshotIdentifier>\
                 <DBClusterSnapshotArn>arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:moved</DBClusterSnapshotArn>\
                 <SourceDBClusterSnapshotArn>arn:aws:rds:us-east-1:123456789012:cluster-snapshot:first\
                 </SourceDBClusterSnapshotArn><DBClusterIdentifier>orders</DBClusterIdentifier>\
                 <SnapshotType>manual</SnapshotType><Engine>aurora-mysql</Engine><Status>copying</Status>\
                 <AllocatedStorage>1</AllocatedStorage><StorageEncrypted>false</StorageEncrypted>\
                 </DBClusterSnapshot></DBClusterSnapshots>"
            }
            _ => return None,
        };
        Some(Reply::Ok(wrapped(request, content)))
    });
    let (inventory, _) = collect(&aws, &[ResourceType::RdsSnapshot]).await;
    let [moved, automated] = &inventory.resources[..] else { panic!("{:?}", ids(&inventory)) };
    assert_eq!(automated.id, "rds:shop-2026-01-02-03-04");
    let arn = "arn:aws:rds:eu-west-1:123456789012:snapshot:rds:shop-2026-01-02-03-04";
    assert_eq!((automated.arn.as_deref(), automated.state()), (Some(arn), Some("available")));
    assert_eq!(automated.tags, Some(Tags::from_iter([("env".to_owned(), "prod".to_owned())])));
    let expected = DbSnapshot {
        of: Source::Instance,
        source_id: Some("shop".to_owned()),
        snapshot_type: Some("automated".to_owned()),
        engine: Some("mysql".to_owned()),
        status: Some("available".to_owned()),
        size_gb: Some(100),
        engine_version: Some("8.4.5".to_owned()),
        full_size_bytes: Some(53_687_091_200),
        encrypted: Some(true),
        copied_from: None,
        created: Some("2026-01-02T03:04:05.5Z".parse().unwrap()),
    };
    assert_eq!(snapshot(automated), &expected);
    assert_eq!((moved.name.as_deref(), moved.state()), (Some("moved"), Some("copying")));
    let expected = DbSnapshot {
        of: Source::Cluster,
        source_id: Some("orders".to_owned()),
        snapshot_type: Some("manual".to_owned()),
        engine: Some("aurora-mysql".to_owned()),
        status: Some("copying".to_owned()),
        size_gb: Some(1),
        encrypted: Some(false),
        copied_from: Some("arn:aws:rds:us-east-1:123456789012:cluster-snapshot:first".to_owned()),
        ..DbSnapshot::default()
    };
    assert_eq!(snapshot(moved), &expected);
}

#[tokio::test]
async fn snapshots_of_an_instance_and_a_cluster_with_the_same_name_are_both_listed() {
    let aws = Aws::start(|request| match request.operation.as_str() {
        _ if request.region != "eu-west-1" => None,
        "DescribeDBSnapshots" => Some(numbered(request, "DBSnapshots", "DBSnapshot", 1)),
        "DescribeDBClusterSnapshots" => Some(numbered(request, "DBClusterSnapshots", "DBClusterSnapshot", 1)),
        _ => None,
    });
    let (inventory, _) = collect(&aws, &[ResourceType::RdsSnapshot]).await;
    let listed: Vec<_> = inventory.resources.iter().map(|found| (found.id.as_str(), snapshot(found).of)).collect();
    assert_eq!(listed, [("cluster-snapshot:x-00000", Source::Cluster), ("x-00000", Source::Instance)]);
    assert!(inventory.resources.iter().all(|found| found.name.as_deref() == Some("x-00000")));
}

#[tokio::test]
async fn a_fault_of_one_kind_of_snapshots_leaves_the_other() {
    for (failing, left) in [("DescribeDBSnapshots", Source::Cluster), ("DescribeDBClusterSnapshots", Source::Instance)]
    {
        let aws = Aws::start(move |request| match request.operation.as_str() {
            _ if request.region != "eu-west-1" => None,
            operation if operation == failing => Some(Reply::Error(403, "AccessDenied", "no")),
            "DescribeDBSnapshots" => Some(numbered(request, "DBSnapshots", "DBSnapshot", 3)),
            "DescribeDBClusterSnapshots" => Some(numbered(request, "DBClusterSnapshots", "DBClusterSnapshot", 3)),
            _ => None,
        });
        let (inventory, coverage) = collect(&aws, &[ResourceType::RdsSnapshot]).await;
        assert_eq!(inventory.resources.iter().map(|found| snapshot(found).of).collect::<Vec<_>>(), [left; 3]);
        assert_eq!(reported(&coverage.gaps), [("eu-west-1", failing, GapStatus::Denied, "AccessDenied")]);
    }
}

#[tokio::test]
async fn the_clusters_before_a_failing_page_are_kept() {
    let aws = Aws::start(|request| {
        in_ireland(request, "DescribeDBClusters").then(|| {
            if request.parameters.contains("Marker=") {
                Reply::Error(400, "InvalidParameterValue", "expired")
            } else {
                numbered(request, "DBClusters", "DBCluster", 150)
            }
        })
    });
    let (inventory, coverage) = collect(&aws, &[ResourceType::RdsCluster]).await;
    assert_eq!(inventory.resources.len(), 100);
    assert_eq!(
        reported(&coverage.gaps),
        [("eu-west-1", "DescribeDBClusters", GapStatus::Failed, "InvalidParameterValue")]
    );
}
