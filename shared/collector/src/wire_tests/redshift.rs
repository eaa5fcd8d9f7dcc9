//! Redshift's clusters over a real wire.

use super::aws::{Aws, Received, Reply, wrapped};
use super::{collect, ids, in_ireland, items, page, reported};
use crate::model::resource::Tags;
use crate::services::Detail;
use crate::services::redshift::RedshiftCluster;
use crate::{GapStatus, Resource, ResourceType};

const TYPES: [ResourceType; 1] = [ResourceType::Redshift];

/// A page of numbered clusters, 100 of `total` as Redshift gives them.
fn clusters(request: &Received, total: usize) -> Reply {
    let (numbers, next) = page(request, "Marker=", 100, total);
    let items = items(&numbers, |n| format!("<Cluster><ClusterIdentifier>c-{n:05}</ClusterIdentifier></Cluster>"));
    let next = next.map(|next| format!("<Marker>{next}</Marker>")).unwrap_or_default();
    Reply::Ok(wrapped(request, &format!("<Clusters>{items}</Clusters>{next}")))
}

/// A response with one cluster, of which Redshift says `values`.
fn one(request: &Received, values: &str) -> Reply {
    let cluster = format!("<Cluster><ClusterIdentifier>sales</ClusterIdentifier>{values}</Cluster>");
    Reply::Ok(wrapped(request, &format!("<Clusters>{cluster}</Clusters>")))
}

fn detail(resource: &Resource) -> &RedshiftCluster {
    let Detail::Redshift(cluster) = &resource.detail else { panic!("{resource:?}") };
    cluster
}

#[tokio::test]
async fn every_page_of_clusters_is_followed() {
    let aws = Aws::start(|request| in_ireland(request, "DescribeClusters").then(|| clusters(request, 250)));
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((inventory.resources.len(), coverage.gaps), (250, vec![]));
    assert_eq!(coverage.aws_requests.by_operation["redshift:DescribeClusters"], 3 + 1);
    assert!(aws.received("DescribeClusters").iter().all(|request| request.parameters.contains("MaxRecords=100")));
    // What Redshift does not say is absent.
    assert_eq!(detail(&inventory.resources[0]), &RedshiftCluster::default());
}

#[tokio::test]
async fn the_values_of_a_cluster_are_read() {
    let aws = Aws::start(|request| {
        in_ireland(request, "DescribeClusters").then(|| {
            one(
                request,
                "<NodeType>ra3.xlplus</NodeType><NumberOfNodes>2</NumberOfNodes>\
                 <ClusterStatus>modifying</ClusterStatus><ClusterAvailabilityStatus>Modifying</ClusterAvailabilityStatus>\
                 <ClusterVersion>1.0</ClusterVersion><DBName>dev</DBName><MasterUsername>admin</MasterUsername>\
                 <Endpoint><Address>sales.x.eu-west-1.redshift.amazonaws.com</Address><Port>5439</Port></Endpoint>\
                 <AvailabilityZone>eu-west-1a</AvailabilityZone><MultiAZ>disabled</MultiAZ><VpcId>vpc-1</VpcId><Encrypted>true</Encrypted>\
                 <PubliclyAccessible>false</PubliclyAccessible><MaintenanceTrackName>trailing</MaintenanceTrackName>\
                 <AutomatedSnapshotRetentionPeriod>7</AutomatedSnapshotRetentionPeriod>\
                 <ClusterCreateTime>2026-01-02T03:04:05.500Z</ClusterCreateTime>\
                 <ClusterNamespaceArn>arn:aws:redshift:eu-west-1:123456789012:namespace:1</ClusterNamespaceArn>\
                 <Tags><Tag><Key>env</Key><Value>prod</Value></Tag></Tags>",
            )
        })
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    let [sales] = &inventory.resources[..] else { panic!("{:?}", ids(&inventory)) };
    assert_eq!(coverage.gaps, []);
    assert_eq!(sales.arn.as_deref(), Some("arn:aws:redshift:eu-west-1:123456789012:cluster:sales"));
    assert_eq!((sales.name.as_deref(), sales.state()), (Some("sales"), Some("modifying")));
    assert_eq!(sales.tags, Some(Tags::from_iter([("env".to_owned(), "prod".to_owned())])));
    let expected = RedshiftCluster {
        node_type: Some("ra3.xlplus".to_owned()),
        node_count: Some(2),
        status: Some("modifying".to_owned()),
        availability_status: Some("Modifying".to_owned()),
        version: Some("1.0".to_owned()),
        database: Some("dev".to_owned()),
        endpoint: Some("sales.x.eu-west-1.redshift.amazonaws.com".to_owned()),
        port: Some(5439),
        multi_az: Some(false),
        availability_zone: Some("eu-west-1a".to_owned()),
        vpc_id: Some("vpc-1".to_owned()),
        encrypted: Some(true),
        publicly_accessible: Some(false),
        maintenance_track: Some("trailing".to_owned()),
        snapshot_retention_days: Some(7),
        created: Some("2026-01-02T03:04:05.5Z".parse().unwrap()),
    };
    assert_eq!(detail(sales), &expected);
}

#[tokio::test]
async fn the_step_of_a_resize_is_no_part_of_the_state() {
    let aws = Aws::start(|request| {
        in_ireland(request, "DescribeClusters")
            .then(|| one(request, "<ClusterStatus>available, prep-for-resize</ClusterStatus>"))
    });
    let (inventory, _) = collect(&aws, &TYPES).await;
    let sales = &inventory.resources[0];
    assert_eq!(
        (sales.state(), detail(sales).status.as_deref()),
        (Some("available"), Some("available, prep-for-resize"))
    );
}

#[tokio::test]
async fn the_clusters_before_a_failing_page_are_kept() {
    let aws = Aws::start(|request| {
        in_ireland(request, "DescribeClusters").then(|| {
            if request.parameters.contains("Marker=") {
                Reply::Error(403, "AccessDenied", "no")
            } else {
                clusters(request, 150)
            }
        })
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!(inventory.resources.len(), 100);
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "DescribeClusters", GapStatus::Denied, "AccessDenied")]);
}
