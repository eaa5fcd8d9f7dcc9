//! RDS: database instances, Aurora's among them.

use std::time::Instant;

use aws_sdk_rds::Client;
use aws_sdk_rds::operation::describe_db_instances::DescribeDbInstancesOutput;
use aws_sdk_rds::types::DbInstance;

use crate::clients::Gated;
use crate::listing::{Listing, every_page};
use crate::resource::{Database, Detail, Resource, Tags, given, timestamp};

/// The operation of this file, as gaps name it.
pub(crate) const DESCRIBE_DB_INSTANCES: (&str, &str) = ("rds", "DescribeDBInstances");

/// The most instances that RDS puts into a page.
const INSTANCES_A_PAGE: i32 = 100;

/// The statuses of a database instance, as RDS's user guide lists them; the API has no enumeration of them.
pub(crate) const STATUSES: &[&str] = &[
    "available",
    "backing-up",
    "configuring-associated-roles",
    "configuring-enhanced-monitoring",
    "configuring-iam-database-auth",
    "configuring-log-exports",
    "converting-to-vpc",
    "creating",
    "delete-precheck",
    "deleting",
    "failed",
    "inaccessible-encryption-credentials",
    "inaccessible-encryption-credentials-recoverable",
    "incompatible-create",
    "incompatible-network",
    "incompatible-option-group",
    "incompatible-parameters",
    "incompatible-restore",
    "insufficient-capacity",
    "maintenance",
    "modifying",
    "moving-to-vpc",
    "rebooting",
    "renaming",
    "resetting-master-credentials",
    "restore-error",
    "starting",
    "stopped",
    "stopping",
    "storage-config-upgrade",
    "storage-full",
    "storage-initialization",
    "storage-optimization",
    "upgrading",
];

/// Every database instance of a region.
pub(crate) async fn list_databases(client: &Gated<Client>, region: &str, deadline: Instant) -> Listing<Resource> {
    let ask = |token| client.describe_db_instances().max_records(INSTANCES_A_PAGE).set_marker(token).send();
    every_page(client.until(deadline), ask, DescribeDbInstancesOutput::marker, |page| {
        let instances = page.db_instances.unwrap_or_default().into_iter();
        instances.filter_map(|instance| database_of(instance, region)).collect()
    })
    .await
}

fn database_of(instance: DbInstance, region: &str) -> Option<Resource> {
    let id = instance.db_instance_identifier?;
    let tags = instance.tag_list.unwrap_or_default().into_iter();
    let tags: Tags = tags.filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default()))).collect();
    let endpoint = instance.endpoint;
    let detail = Database {
        class: given(instance.db_instance_class.as_deref()),
        engine: given(instance.engine.as_deref()),
        status: given(instance.db_instance_status.as_deref()),
        storage_gb: instance.allocated_storage,
        engine_version: given(instance.engine_version.as_deref()),
        storage_type: given(instance.storage_type.as_deref()),
        iops: instance.iops,
        encrypted: instance.storage_encrypted,
        multi_az: instance.multi_az,
        publicly_accessible: instance.publicly_accessible,
        deletion_protection: instance.deletion_protection,
        availability_zone: given(instance.availability_zone.as_deref()),
        port: endpoint.as_ref().and_then(|endpoint| endpoint.port),
        endpoint: endpoint.and_then(|endpoint| given(endpoint.address.as_deref())),
        cluster_id: given(instance.db_cluster_identifier.as_deref()),
        read_replica_source: given(instance.read_replica_source_db_instance_identifier.as_deref()),
        created: timestamp(instance.instance_create_time.as_ref()),
    };
    Some(Resource {
        name: Some(id.clone()),
        region: Some(region.to_owned()),
        arn: given(instance.db_instance_arn.as_deref()),
        tags: Some(tags),
        detail: Detail::Rds(Box::new(detail)),
        id,
    })
}
