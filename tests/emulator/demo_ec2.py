"""The NAT gateways, snapshots, images and endpoints of the demo account, and an attached volume that nothing uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: The tag by which the emulator makes a resource older; it is not stored (see `server.py`).
DAYS_OLD = "emulator:days-old"

#: NAT gateways: region, Name, connectivity, and how many days old.
GATEWAYS = [
    ("us-east-1", "out-a", "public", 400),
    ("us-east-1", "out-b", "public", 400),
    ("eu-west-1", "shop-out", "public", 200),
    ("eu-west-1", "shop-partner", "private", 1),
]

#: Gateways without any traffic, and new ones without datapoints.
IDLE_GATEWAYS, NEW_GATEWAYS = {"out-b"}, {"shop-partner"}

#: Attached volumes beside the root volumes: region, Name, type, GiB, and the Name of the instance.
ATTACHED = [("us-east-1", "batch-scratch", "gp3", 200, "batch")]

#: Volumes that are attached and not used.
IDLE_VOLUMES = {"batch-scratch"}

#: Snapshots: region, Name, the Name of the volume (None for one that is gone), and how many days old.
SNAPSHOTS = [
    ("us-east-1", "old-data-yearly", "old-data", 300),
    ("us-east-1", "orders-before-upgrade", None, 40),
    ("us-west-2", "build-cache-weekly", "old-build-cache", 3),
    ("eu-west-1", "migration-copy-nightly", "migration-copy", 1),
    ("eu-west-1", "shop-decommissioned", None, 500),
]

#: Copies of snapshots: region, Name, the Name of the snapshot, and how many days old.
COPIES = [("eu-west-1", "migration-copy-spare", "migration-copy-nightly", 40)]

#: Images: region, Name, who uses it ("instance", "template", "configuration" or nobody), and how many days old.
IMAGES = [
    ("us-east-1", "web-current", "template", 20),
    ("us-east-1", "web-last-year", None, 380),
    ("us-west-2", "batch-base", "instance", 150),
    ("eu-west-1", "shop-workers", "configuration", 200),
    ("eu-west-1", "shop-candidate", None, 5),
]

#: The Name of the instance that an image is used by.
INSTANCES_OF_IMAGES = {"batch-base": "web-3"}

#: Endpoints: region, Name, type, service, and how many days old.
ENDPOINTS = [
    ("us-east-1", "systems-manager", "Interface", "ssm", 200),
    ("us-east-1", "streams", "Interface", "kinesis-streams", 200),
    ("us-west-2", "stock-bucket", "Gateway", "s3", 300),
    ("eu-west-1", "shop-registry", "Interface", "ecr.api", 90),
    ("eu-west-1", "shop-queues", "Interface", "sqs", 2),
]

#: Interface endpoints without any traffic.
IDLE_ENDPOINTS, NEW_ENDPOINTS = {"streams"}, {"shop-queues"}

#: The other account's.
OTHER: dict[str, list[tuple]] = {
    "gateways": [("us-east-1", "sandbox-out", "public", 100), ("eu-west-1", "sandbox-shop-out", "public", 100)],
    "attached": [("eu-west-1", "sandbox-work", "gp3", 20, "sandbox-hot")],
    "snapshots": [("us-east-1", "sandbox-before", None, 40), ("eu-west-1", "sandbox-saved", "sandbox-scratch", 120)],
    "copies": [("eu-west-1", "sandbox-saved-spare", "sandbox-saved", 40)],
    "images": [("us-east-1", "sandbox-image", None, 120), ("eu-west-1", "sandbox-runner", "template", 120)],
    "endpoints": [("us-east-1", "sandbox-mail", "Interface", "email", 60), ("eu-west-1", "sandbox-logs", "Interface", "logs", 60)],
}


def create_images(ec2: Any, rows: list[tuple]) -> dict[str, str]:
    """Creates images, each with the snapshot of a volume that is gone. Returns their ids by their Names."""
    images = {}
    for _, name, _, days in rows:
        snapshot = _snapshot_of_gone_volume(ec2, [])
        devices = [{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": snapshot, "VolumeSize": 8}}]
        registered = ec2.register_image(
            Name=f"acme/{name}", Architecture="x86_64", RootDeviceName="/dev/xvda", BlockDeviceMappings=devices,
            Description=f"The image {name}", TagSpecifications=_named("image", name),
        )  # fmt: skip
        images[name] = registered["ImageId"]
        _age(ec2, images[name], days)
        _age(ec2, snapshot, min(days, 80))
    return images


def fill(
    client: Callable[[str], Any], region: str, tables: dict[str, list[tuple]], instances: dict[str, str],
    volumes: dict[str, str], images: dict[str, str],
) -> None:  # fmt: skip
    """Creates the resources of a region, in which there are instances, volumes and images with these Names."""
    ec2 = client("ec2")
    subnets = ec2.describe_subnets()["Subnets"]
    for _, name, connectivity, days in tables["gateways"]:
        created = ec2.create_nat_gateway(
            SubnetId=subnets[0]["SubnetId"], ConnectivityType=connectivity, TagSpecifications=_named("natgateway", name)
        )
        _age(ec2, created["NatGateway"]["NatGatewayId"], days)
    for _, name, kind, size, instance in tables["attached"]:
        created = ec2.create_volume(
            AvailabilityZone=f"{region}a", Size=size, VolumeType=kind, TagSpecifications=_named("volume", name)
        )
        ec2.attach_volume(VolumeId=created["VolumeId"], InstanceId=instances[instance], Device="/dev/sdf")
    snapshots = {}
    for _, name, volume, days in tables["snapshots"]:
        tags = _named("snapshot", name)
        if volume is None:
            snapshots[name] = _snapshot_of_gone_volume(ec2, tags)
        else:
            snapshots[name] = ec2.create_snapshot(VolumeId=volumes[volume], TagSpecifications=tags)["SnapshotId"]
        _age(ec2, snapshots[name], days)
    for _, name, original, days in tables["copies"]:
        copied = ec2.copy_snapshot(SourceRegion=region, SourceSnapshotId=snapshots[original])["SnapshotId"]
        ec2.create_tags(Resources=[copied], Tags=[{"Key": "Name", "Value": name}])
        _age(ec2, copied, days)
    for _, name, user, _ in tables["images"]:
        if user == "template":
            ec2.create_launch_template(LaunchTemplateName=f"{name}-template", LaunchTemplateData={"ImageId": images[name]})
        elif user == "configuration":
            client("autoscaling").create_launch_configuration(
                LaunchConfigurationName=f"{name}-configuration", ImageId=images[name], InstanceType="m5.large"
            )
    for _, name, kind, service, days in tables["endpoints"]:
        of_subnet = {"SubnetIds": [subnets[0]["SubnetId"]]} if kind == "Interface" else {}
        created = ec2.create_vpc_endpoint(
            VpcId=subnets[0]["VpcId"], VpcEndpointType=kind, ServiceName=f"com.amazonaws.{region}.{service}",
            TagSpecifications=_named("vpc-endpoint", name), **of_subnet,
        )  # fmt: skip
        _age(ec2, created["VpcEndpoint"]["VpcEndpointId"], days)


def age_of_stop(ec2: Any, instance: str) -> None:
    """Makes an instance stopped for two months."""
    _age(ec2, instance, 60)


def _snapshot_of_gone_volume(ec2: Any, tags: list[dict[str, Any]]) -> str:
    volume = ec2.create_volume(AvailabilityZone=f"{ec2.meta.region_name}a", Size=8, VolumeType="gp3")["VolumeId"]
    snapshot = ec2.create_snapshot(VolumeId=volume, TagSpecifications=tags)["SnapshotId"]
    ec2.delete_volume(VolumeId=volume)
    return snapshot


def _age(ec2: Any, resource: str, days: int) -> None:
    ec2.create_tags(Resources=[resource], Tags=[{"Key": DAYS_OLD, "Value": str(days)}])


def _named(kind: str, name: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}]
