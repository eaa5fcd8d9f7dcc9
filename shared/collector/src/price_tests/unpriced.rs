//! What has no price at all, and that a missing field never makes something cheaper.

use super::reason;
use crate::model::price::{Unpriced, UnpricedReason};
use crate::services::autoscaling::group::AutoScalingGroup;
use crate::services::dynamodb::Table;
use crate::services::ec2::address::Address;
use crate::services::ec2::endpoint::Endpoint;
use crate::services::ec2::image::Image;
use crate::services::ec2::instance::Instance;
use crate::services::ec2::nat_gateway::NatGateway;
use crate::services::ec2::snapshot::Snapshot;
use crate::services::ec2::volume::Volume;
use crate::services::ecs::EcsService;
use crate::services::efs::FileSystem;
use crate::services::elasticache::CacheCluster;
use crate::services::elb::load_balancer::LoadBalancer;
use crate::services::lambda::Function;
use crate::services::logs::LogGroup;
use crate::services::opensearch::OpenSearchDomain;
use crate::services::rds::cluster::DbCluster;
use crate::services::rds::instance::Database;
use crate::services::rds::snapshot::DbSnapshot;
use crate::services::redshift::RedshiftCluster;
use crate::services::resource_explorer::OtherResource;
use crate::services::s3::Bucket;
use crate::services::service_quotas::ServiceQuota;
use crate::{Detail, Resource};

#[test]
fn what_other_resources_are_billed_for_has_no_price_of_its_own() {
    let elsewhere = [
        reason(&Image::default()),
        reason(&AutoScalingGroup::default()),
        reason(&EcsService::default()),
        reason(&ServiceQuota::default()),
        reason(&DbCluster::default()),
    ];
    assert_eq!(elsewhere, [UnpricedReason::BilledElsewhere; 5]);
    let of_three = DbCluster { class: Some("db.m6gd.large".to_owned()), ..DbCluster::default() };
    assert_eq!(reason(&of_three), UnpricedReason::NotSupported);
    assert_eq!(reason(&OtherResource::default()), UnpricedReason::NotSupported);
}

#[test]
fn what_is_billed_by_use_has_no_price() {
    assert_eq!([reason(&Bucket::default()), reason(&Function::default())], [UnpricedReason::ByUse; 2]);
}

#[test]
fn a_resource_of_which_aws_returned_nothing_is_never_cheap() {
    let missing = [
        reason(&Instance::default()),
        reason(&Database::default()),
        reason(&Volume::default()),
        reason(&Address::default()),
        reason(&Table::default()),
        reason(&NatGateway::default()),
        reason(&Snapshot::default()),
        reason(&Endpoint::default()),
        reason(&DbSnapshot::default()),
        reason(&CacheCluster::default()),
        reason(&FileSystem::default()),
        reason(&LogGroup::default()),
        reason(&LoadBalancer::default()),
        reason(&OpenSearchDomain::default()),
        reason(&RedshiftCluster::default()),
    ];
    assert_eq!(missing, [UnpricedReason::MissingFields; 15]);
}

#[test]
fn only_what_is_billed_by_itself_needs_a_region() {
    let resource = |detail| Resource { id: "x".to_owned(), region: None, name: None, arn: None, tags: None, detail };
    assert_eq!(resource(Detail::S3(Bucket::default())).bill().unwrap_err().reason, UnpricedReason::ByUse);
    let group = LogGroup { stored_bytes: Some(1), ..LogGroup::default() };
    assert_eq!(resource(Detail::LogGroup(Box::new(group))).bill().unwrap_err(), Unpriced::missing("region"));
}
