//! EC2: regions, instances, volumes and addresses.
//!
//! Pages of instances and volumes are asked at their largest (1,000 and 500), since each page is a round trip. Addresses
//! and regions have no pages.

use std::time::Instant;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::operation::describe_instances::DescribeInstancesOutput;
use aws_sdk_ec2::operation::describe_volumes::DescribeVolumesOutput;
use aws_sdk_ec2::types::{self, InstanceStateName, InstanceType, Tag, VolumeState};

use crate::account::Account;
use crate::clients::Gated;
use crate::fault::Fault;
use crate::listing::{Listing, every_page, one_call};
use crate::resource::{ASSOCIATED, Address, Detail, Instance, Resource, Tags, UNASSOCIATED, Volume, given, timestamp};

/// The operations of this file, as gaps name them.
pub(crate) const DESCRIBE_REGIONS: (&str, &str) = ("ec2", "DescribeRegions");
pub(crate) const DESCRIBE_INSTANCES: (&str, &str) = ("ec2", "DescribeInstances");
pub(crate) const DESCRIBE_VOLUMES: (&str, &str) = ("ec2", "DescribeVolumes");
pub(crate) const DESCRIBE_ADDRESSES: (&str, &str) = ("ec2", "DescribeAddresses");

/// The most instances that EC2 puts into a page.
const INSTANCES_A_PAGE: i32 = 1_000;
/// The most volumes that EC2 puts into a page.
const VOLUMES_A_PAGE: i32 = 500;

/// The states of an instance, from the SDK's model of EC2.
pub(crate) fn instance_states() -> &'static [&'static str] {
    InstanceStateName::values()
}

/// The types of instances, from the SDK's model of EC2.
pub(crate) fn instance_types() -> &'static [&'static str] {
    InstanceType::values()
}

/// The states of a volume, from the SDK's model of EC2.
pub(crate) fn volume_states() -> &'static [&'static str] {
    VolumeState::values()
}

/// A region of the partition.
#[derive(Debug, Clone)]
pub(crate) struct ListedRegion {
    pub(crate) name: String,
    /// Whether the account can use it: on by default, or opted in.
    pub(crate) enabled: bool,
}

/// Every region of the partition, those that are off included.
pub(crate) async fn list_regions(client: &Gated<Client>, deadline: Instant) -> Result<Vec<ListedRegion>, Fault> {
    let answer = one_call(client.until(deadline), client.describe_regions().all_regions(true).send()).await?;
    let regions = answer.regions.unwrap_or_default().into_iter();
    Ok(regions
        .filter_map(|region| {
            let enabled = region.opt_in_status.as_deref() != Some("not-opted-in");
            Some(ListedRegion { name: region.region_name?, enabled })
        })
        .collect())
}

/// Every instance of a region.
pub(crate) async fn list_instances(
    client: &Gated<Client>,
    region: &str,
    account: Option<&Account>,
    deadline: Instant,
) -> Listing<Resource> {
    let ask = |token| client.describe_instances().max_results(INSTANCES_A_PAGE).set_next_token(token).send();
    every_page(client.until(deadline), ask, DescribeInstancesOutput::next_token, |page| {
        let reservations = page.reservations.unwrap_or_default().into_iter();
        let instances = reservations.flat_map(|reservation| reservation.instances.unwrap_or_default());
        instances.filter_map(|instance| instance_of(instance, region, account)).collect()
    })
    .await
}

/// Every volume of a region.
pub(crate) async fn list_volumes(
    client: &Gated<Client>,
    region: &str,
    account: Option<&Account>,
    deadline: Instant,
) -> Listing<Resource> {
    let ask = |token| client.describe_volumes().max_results(VOLUMES_A_PAGE).set_next_token(token).send();
    every_page(client.until(deadline), ask, DescribeVolumesOutput::next_token, |page| {
        let volumes = page.volumes.unwrap_or_default().into_iter();
        volumes.filter_map(|volume| volume_of(volume, region, account)).collect()
    })
    .await
}

/// Every Elastic IP address of a region.
pub(crate) async fn list_addresses(
    client: &Gated<Client>,
    region: &str,
    account: Option<&Account>,
    deadline: Instant,
) -> Listing<Resource> {
    match one_call(client.until(deadline), client.describe_addresses().send()).await {
        Ok(answer) => {
            let addresses = answer.addresses.unwrap_or_default().into_iter();
            let found = addresses.filter_map(|address| address_of(address, region, account)).collect();
            Listing { found, fault: None }
        }
        Err(fault) => Listing { found: Vec::new(), fault: Some(fault) },
    }
}

fn instance_of(instance: types::Instance, region: &str, account: Option<&Account>) -> Option<Resource> {
    let placement = instance.placement;
    let detail = Instance {
        instance_type: instance.instance_type.map(|kind| kind.as_str().to_owned()),
        state: instance.state.and_then(|state| state.name).map(|name| name.as_str().to_owned()),
        state_transition_reason: given(instance.state_transition_reason.as_deref()),
        launch_time: timestamp(instance.launch_time.as_ref()),
        availability_zone: placement.and_then(|placement| given(placement.availability_zone.as_deref())),
        architecture: instance.architecture.map(|architecture| architecture.as_str().to_owned()),
        platform: given(instance.platform_details.as_deref()),
        lifecycle: instance.instance_lifecycle.map(|lifecycle| lifecycle.as_str().to_owned()),
        image_id: given(instance.image_id.as_deref()),
        vpc_id: given(instance.vpc_id.as_deref()),
        subnet_id: given(instance.subnet_id.as_deref()),
        private_ip: given(instance.private_ip_address.as_deref()),
        public_ip: given(instance.public_ip_address.as_deref()),
        monitoring: instance.monitoring.and_then(|m| m.state).map(|state| state.as_str().to_owned()),
    };
    let id = instance.instance_id?;
    Some(resource(id, "instance", region, account, instance.tags, Detail::Ec2(Box::new(detail))))
}

fn volume_of(volume: types::Volume, region: &str, account: Option<&Account>) -> Option<Resource> {
    let attachments = volume.attachments.unwrap_or_default();
    let detail = Volume {
        volume_type: volume.volume_type.map(|kind| kind.as_str().to_owned()),
        state: volume.state.map(|state| state.as_str().to_owned()),
        size_gb: volume.size,
        attached_to: attachments.into_iter().filter_map(|attachment| attachment.instance_id).collect(),
        iops: volume.iops,
        throughput: volume.throughput,
        encrypted: volume.encrypted,
        availability_zone: given(volume.availability_zone.as_deref()),
        snapshot_id: given(volume.snapshot_id.as_deref()),
        created: timestamp(volume.create_time.as_ref()),
    };
    let id = volume.volume_id?;
    Some(resource(id, "volume", region, account, volume.tags, Detail::Ebs(Box::new(detail))))
}

fn address_of(address: types::Address, region: &str, account: Option<&Account>) -> Option<Resource> {
    let used = given(address.association_id.as_deref()).is_some() || given(address.instance_id.as_deref()).is_some();
    let detail = Address {
        public_ip: given(address.public_ip.as_deref()),
        state: if used { ASSOCIATED } else { UNASSOCIATED },
        instance_id: given(address.instance_id.as_deref()),
        network_interface_id: given(address.network_interface_id.as_deref()),
        private_ip: given(address.private_ip_address.as_deref()),
    };
    let id = address.allocation_id?;
    Some(resource(id, "elastic-ip", region, account, address.tags, Detail::Eip(detail)))
}

/// A resource of EC2: all have tags of the same kind and an ARN that is built, not given.
fn resource(
    id: String,
    kind: &str,
    region: &str,
    account: Option<&Account>,
    tags: Option<Vec<Tag>>,
    detail: Detail,
) -> Resource {
    let tags = tags.unwrap_or_default().into_iter();
    let tags: Tags = tags.filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default()))).collect();
    Resource {
        arn: account.map(|account| account.arn("ec2", region, &format!("{kind}/{id}"))),
        name: given(tags.get("Name").map(String::as_str)),
        region: Some(region.to_owned()),
        tags: Some(tags),
        detail,
        id,
    }
}
