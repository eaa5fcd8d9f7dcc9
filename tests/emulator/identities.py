"""AWS's ids of the demo account's resources by their names, as Cost Explorer has them: ids of EC2, and ARNs of others."""

from __future__ import annotations

import functools
from collections.abc import Callable

from .ministack import ACCOUNT, Emulator

#: What Cost Explorer has for the resources of a table or cluster.
ARNS = {
    "old-reports": f"arn:aws:redshift:us-east-1:{ACCOUNT}:cluster:old-reports",
    "web-sessions": f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/web-sessions",
    "orders": f"arn:aws:rds:us-east-1:{ACCOUNT}:db:orders",
    "shop": f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:shop",
    "acme-orders-archive": "acme-orders-archive",
}


def of(emulator: Emulator) -> Callable[[str, str], str]:
    """Returns what finds the id of a resource by its name and region; it is empty where there is no such resource."""

    @functools.cache
    def found(name: str, region: str) -> str:
        if name in ARNS:
            return ARNS[name]
        ec2 = emulator.client("ec2", region)
        named = [{"Name": "tag:Name", "Values": [name]}]
        instances = ec2.describe_instances(Filters=named)["Reservations"]
        volumes = ec2.describe_volumes(Filters=named)["Volumes"]
        ids = [one["InstanceId"] for reservation in instances for one in reservation["Instances"]]
        ids += [one["VolumeId"] for one in volumes]
        # The emulator filters gateways by fewer names than AWS.
        for gateway in ec2.describe_nat_gateways()["NatGateways"]:
            if {"Key": "Name", "Value": name} in gateway.get("Tags", []):
                ids.append(f"arn:aws:ec2:{region}:{ACCOUNT}:natgateway/{gateway['NatGatewayId']}")
        return ids[0] if ids else ""

    return found
