//! Instances, clusters and nodes.

use super::{billed, exactly, parts, reason, text};
use crate::model::price::UnpricedReason;
use crate::services::ec2::instance::Instance;
use crate::services::eks::EksCluster;
use crate::services::elasticache::CacheCluster;
use crate::services::opensearch::OpenSearchDomain;
use crate::services::redshift::RedshiftCluster;

fn linux() -> Instance {
    Instance {
        instance_type: text("m5.large"),
        state: text("running"),
        availability_zone: text("us-east-1a"),
        usage_operation: text("RunInstances"),
        tenancy: text("default"),
        ..Instance::default()
    }
}

#[test]
fn an_instance_is_billed_by_its_type_tenancy_and_operation() {
    let bill = billed(&linux());
    let expected = "instance: 1 Hrs of AmazonEC2/Compute Instance, capacitystatus=Used, instanceType=m5.large, \
                    operation=RunInstances, tenancy=Shared";
    assert_eq!(parts(&bill), [expected]);
    assert_eq!(exactly(&bill, &["0.096"]), "70.08");
}

#[test]
fn the_operation_settles_the_system_and_whose_licence_it_has() {
    // Windows with AWS's licence and with the owner's, and SQL Server on Windows.
    for (operation, unit_price, usd) in [
        ("RunInstances:0002", "0.188", "137.24"),
        ("RunInstances:0800", "0.096", "70.08"),
        ("RunInstances:0006", "0.668", "487.64"),
    ] {
        let bill = billed(&Instance { usage_operation: text(operation), ..linux() });
        assert!(parts(&bill)[0].contains(&format!("operation={operation}, tenancy=Shared")), "{bill:?}");
        assert_eq!(exactly(&bill, &[unit_price]), usd);
    }
    assert_eq!(reason(&Instance { usage_operation: None, ..linux() }), UnpricedReason::MissingFields);
}

#[test]
fn an_instance_on_hardware_of_its_own_has_another_price_and_one_on_a_host_none() {
    let bill = billed(&Instance { tenancy: text("dedicated"), ..linux() });
    assert!(parts(&bill)[0].ends_with("tenancy=Dedicated"), "{bill:?}");
    assert_eq!(exactly(&bill, &["0.102"]), "74.46");
    assert_eq!(reason(&Instance { tenancy: text("host"), ..linux() }), UnpricedReason::NotOnDemand);
    assert_eq!(reason(&Instance { tenancy: None, ..linux() }), UnpricedReason::MissingFields);
}

#[test]
fn an_instance_that_is_the_machine_itself_is_of_another_family() {
    let bill = billed(&Instance { instance_type: text("m5.metal"), ..linux() });
    assert!(parts(&bill)[0].contains("AmazonEC2/Compute Instance (bare metal), "), "{bill:?}");
    assert_eq!(exactly(&bill, &["4.608"]), "3363.84");
    let bill = billed(&Instance { instance_type: text("m7i.metal-24xl"), ..linux() });
    assert!(parts(&bill)[0].contains("(bare metal)"), "{bill:?}");
}

#[test]
fn what_is_not_billed_on_demand_in_the_region_has_a_reason() {
    for lifecycle in ["spot", "capacity-block", "scheduled"] {
        assert_eq!(reason(&Instance { lifecycle: text(lifecycle), ..linux() }), UnpricedReason::NotOnDemand);
    }
    for state in ["stopped", "stopping", "pending", "shutting-down", "terminated"] {
        assert_eq!(reason(&Instance { state: text(state), ..linux() }), UnpricedReason::BilledElsewhere, "{state}");
    }
    for zone in ["us-east-1-lax-1a", "us-east-1-wl1-bos-wlz-1"] {
        assert_eq!(reason(&Instance { availability_zone: text(zone), ..linux() }), UnpricedReason::NotSupported);
    }
    let outpost = text("arn:aws:outposts:us-east-1:123456789012:outpost/op-1");
    assert_eq!(reason(&Instance { outpost_arn: outpost, ..linux() }), UnpricedReason::NotSupported);
}

#[test]
fn a_cluster_of_eks_is_billed_by_the_hour() {
    let bill = billed(&EksCluster::default());
    assert_eq!(parts(&bill), ["cluster: 1 Hours of AmazonEKS/Compute, AmazonEKS-Hours:perCluster"]);
    assert_eq!(exactly(&bill, &["0.10"]), "73.00");
}

#[test]
fn each_node_of_a_cache_is_billed_by_its_engine() {
    let cache = |engine| CacheCluster {
        engine: text(engine),
        node_type: text("cache.r6g.large"),
        node_count: Some(2),
        ..CacheCluster::default()
    };
    for (engine, named, unit_price, usd) in [
        ("redis", "Redis", "0.206", "300.76"),
        ("memcached", "Memcached", "0.206", "300.76"),
        ("valkey", "Valkey", "0.1648", "240.61"),
    ] {
        let bill = billed(&cache(engine));
        let expected = format!(
            "nodes: 2 Hrs of AmazonElastiCache/Cache Instance, NodeUsage:cache.r6g.large, cacheEngine={named}, \
             instanceType=cache.r6g.large"
        );
        assert_eq!(parts(&bill), [expected]);
        assert_eq!(exactly(&bill, &[unit_price]), usd);
    }
    assert_eq!(reason(&cache("dragonfly")), UnpricedReason::NotSupported);
    assert_eq!(reason(&CacheCluster { node_count: None, ..cache("redis") }), UnpricedReason::MissingFields);
}

fn search() -> OpenSearchDomain {
    OpenSearchDomain {
        instance_type: text("r7g.large.search"),
        instance_count: Some(3),
        storage_type: text("gp3"),
        storage_gb: Some(100),
        ..OpenSearchDomain::default()
    }
}

#[test]
fn a_domain_is_billed_for_its_nodes_its_masters_and_the_volume_of_each_node() {
    let bill = billed(&OpenSearchDomain {
        dedicated_master_type: text("m7g.medium.search"),
        dedicated_master_count: Some(3),
        ..search()
    });
    let expected = [
        "data nodes: 3 Hrs of AmazonES/Amazon OpenSearch Service Instance, instanceType=r7g.large.search",
        "master nodes: 3 Hrs of AmazonES/Amazon OpenSearch Service Instance, instanceType=m7g.medium.search",
        "storage: 300 GB-Mo of AmazonES/Amazon OpenSearch Service Volume, ES:GP3-Storage",
    ];
    assert_eq!(parts(&bill), expected);
    // 389.82 + 148.92 + 36.60.
    assert_eq!(exactly(&bill, &["0.178", "0.068", "0.122"]), "575.34");
}

#[test]
fn a_domain_without_masters_or_volumes_is_billed_for_its_nodes() {
    assert_eq!(parts(&billed(&search())).len(), 2);
    assert_eq!(parts(&billed(&OpenSearchDomain { storage_type: None, ..search() })).len(), 1);
    let masters = OpenSearchDomain { dedicated_master_type: text("m7g.medium.search"), ..search() };
    assert_eq!(reason(&masters), UnpricedReason::MissingFields);
    assert_eq!(reason(&OpenSearchDomain { storage_gb: None, ..search() }), UnpricedReason::MissingFields);
}

#[test]
fn a_warehouse_is_billed_for_its_nodes_unless_it_is_paused() {
    let cluster = || RedshiftCluster {
        node_type: text("ra3.4xlarge"),
        node_count: Some(2),
        status: text("available"),
        multi_az: Some(false),
        ..RedshiftCluster::default()
    };
    let bill = billed(&cluster());
    let expected = "nodes: 2 Hrs of AmazonRedshift/Compute Instance, Node:ra3.4xlarge, instanceType=ra3.4xlarge";
    assert_eq!(parts(&bill), [expected]);
    assert_eq!(exactly(&bill, &["3.26"]), "4759.60");
    assert_eq!(reason(&RedshiftCluster { status: text("paused"), ..cluster() }), UnpricedReason::BilledElsewhere);
    assert_eq!(reason(&RedshiftCluster { multi_az: Some(true), ..cluster() }), UnpricedReason::NotSupported);
    assert_eq!(reason(&RedshiftCluster { multi_az: None, ..cluster() }), UnpricedReason::MissingFields);
}
