//! ElastiCache's clusters over a real wire.

use super::aws::{Aws, Received, Reply, wrapped};
use super::{collect, ids, in_ireland, items, page, reported};
use crate::model::resource::Tags;
use crate::services::Detail;
use crate::services::elasticache::{CacheCluster, Node};
use crate::{GapStatus, Resource, ResourceType};

/// A page of numbered clusters, 100 of `total` as ElastiCache gives them.
fn clusters(request: &Received, total: usize) -> Reply {
    let (numbers, next) = page(request, "Marker=", 100, total);
    let items = items(&numbers, |n| format!("<CacheCluster><CacheClusterId>c-{n:05}</CacheClusterId></CacheCluster>"));
    let next = next.map(|next| format!("<Marker>{next}</Marker>")).unwrap_or_default();
    Reply::Ok(wrapped(request, &format!("<CacheClusters>{items}</CacheClusters>{next}")))
}

fn detail(resource: &Resource) -> &CacheCluster {
    let Detail::Elasticache(cluster) = &resource.detail else { panic!("{resource:?}") };
    cluster
}

#[tokio::test]
async fn every_page_of_clusters_is_followed_and_asked_for_its_nodes() {
    let aws = Aws::start(|request| in_ireland(request, "DescribeCacheClusters").then(|| clusters(request, 250)));
    let (inventory, coverage) = collect(&aws, &[ResourceType::Elasticache]).await;
    assert_eq!((inventory.resources.len(), coverage.gaps), (250, vec![]));
    assert_eq!(coverage.aws_requests.by_operation["elasticache:DescribeCacheClusters"], 3 + 1);
    for asked in ["MaxRecords=100", "ShowCacheNodeInfo=true"] {
        assert!(
            aws.received("DescribeCacheClusters").iter().all(|request| request.parameters.contains(asked)),
            "{asked}"
        );
    }
    // It is built where AWS gives none.
    let arn = inventory.resources[0].arn.as_deref();
    assert_eq!(arn, Some("arn:aws:elasticache:eu-west-1:123456789012:cluster:c-00000"));
}

#[tokio::test]
async fn the_values_of_a_cluster_are_read_and_its_tags_listed() {
    let aws = Aws::start(|request| {
        match request.operation.as_str() {
        _ if request.region != "eu-west-1" => None,
        "DescribeCacheClusters" => Some(Reply::Ok(wrapped(
            request,
            "<CacheClusters><CacheCluster><CacheClusterId>web-001</CacheClusterId>\
             <ARN>arn:aws:elasticache:eu-west-1:123456789012:cluster:web-001</ARN>\
             <Engine>valkey</Engine><EngineVersion>8.0.1</EngineVersion><CacheNodeType>cache.r7g.large</CacheNodeType>\
             <CacheClusterStatus>rebooting cluster nodes</CacheClusterStatus><NumCacheNodes>1</NumCacheNodes>\
             <CacheNodes><CacheNode><CacheNodeId>0001</CacheNodeId><CacheNodeStatus>available</CacheNodeStatus>\
             <Endpoint><Address>web-001.x.euw1.cache.amazonaws.com</Address><Port>6379</Port></Endpoint></CacheNode>\
             </CacheNodes><ReplicationGroupId>web</ReplicationGroupId>\
             <PreferredAvailabilityZone>eu-west-1a</PreferredAvailabilityZone>\
             <AtRestEncryptionEnabled>true</AtRestEncryptionEnabled>\
             <TransitEncryptionEnabled>false</TransitEncryptionEnabled><SnapshotRetentionLimit>7</SnapshotRetentionLimit>\
             <CacheClusterCreateTime>2026-01-02T03:04:05.500Z</CacheClusterCreateTime></CacheCluster></CacheClusters>",
        ))),
        "GetResources" if request.parameters.contains("\"elasticache:cluster\"") => Some(Reply::Ok(
            r#"{"ResourceTagMappingList": [{"ResourceARN": "arn:aws:elasticache:eu-west-1:123456789012:cluster:web-001",
                "Tags": [{"Key": "env", "Value": "prod"}]}], "PaginationToken": ""}"#
                .to_owned(),
        )),
        _ => None,
    }
    });
    let (inventory, coverage) = collect(&aws, &[ResourceType::Elasticache]).await;
    let [web] = &inventory.resources[..] else { panic!("{:?}", ids(&inventory)) };
    assert_eq!(coverage.gaps, []);
    assert_eq!((web.name.as_deref(), web.state()), (Some("web-001"), Some("rebooting cluster nodes")));
    assert_eq!(web.tags, Some(Tags::from_iter([("env".to_owned(), "prod".to_owned())])));
    let node = Node {
        id: "0001".to_owned(),
        status: Some("available".to_owned()),
        endpoint: Some("web-001.x.euw1.cache.amazonaws.com".to_owned()),
        port: Some(6379),
    };
    let expected = CacheCluster {
        engine: Some("valkey".to_owned()),
        engine_version: Some("8.0.1".to_owned()),
        node_type: Some("cache.r7g.large".to_owned()),
        status: Some("rebooting cluster nodes".to_owned()),
        node_count: Some(1),
        nodes: vec![node],
        replication_group_id: Some("web".to_owned()),
        availability_zone: Some("eu-west-1a".to_owned()),
        encrypted: Some(true),
        encrypted_in_transit: Some(false),
        snapshot_retention_days: Some(7),
        created: Some("2026-01-02T03:04:05.5Z".parse().unwrap()),
    };
    assert_eq!(detail(web), &expected);
}

#[tokio::test]
async fn the_clusters_before_a_failing_page_are_kept() {
    let aws = Aws::start(|request| {
        in_ireland(request, "DescribeCacheClusters").then(|| {
            if request.parameters.contains("Marker=") {
                Reply::Error(403, "AccessDenied", "no")
            } else {
                clusters(request, 150)
            }
        })
    });
    let (inventory, coverage) = collect(&aws, &[ResourceType::Elasticache]).await;
    assert_eq!(inventory.resources.len(), 100);
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "DescribeCacheClusters", GapStatus::Denied, "AccessDenied")]);
}
