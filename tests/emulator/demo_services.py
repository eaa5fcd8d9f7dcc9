"""The demo account's load balancers, Auto Scaling groups and ECS services, and what CloudWatch has of them.

The emulator calls every target healthy, gives load balancers of each type an ARN of an application load balancer, and has
no classic ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .demo_account import Contents
    from .ministack import Emulator

#: Load balancers: region, name, type, environment, and how many targets its target group has (None without a group).
LOAD_BALANCERS = [
    ("us-east-1", "web", "application", "prod", 2),
    ("us-east-1", "old-promo", "application", "prod", 0),
    ("us-west-2", "left-behind", "application", "dev", None),
    ("eu-west-1", "shop", "application", "prod", 2),
    ("eu-central-1", "ingest", "network", "prod", 1),
]

#: Auto Scaling groups: region, name, the smallest, desired and largest number of instances, environment.
SCALING_GROUPS = [
    ("us-east-1", "web-fleet", (1, 2, 4), "prod"),
    ("us-west-2", "build-fleet", (0, 0, 4), "dev"),
    ("eu-west-1", "shop-fleet", (1, 3, 3), "prod"),
]

#: ECS services: region, name, cluster, how many tasks should run and how many do, environment.
SERVICES = [
    ("us-east-1", "checkout", "acme", 3, 2, "prod"),
    ("us-east-1", "pricing", "acme", 2, 2, "prod"),
    ("eu-west-1", "cart", "shop", 2, 2, "prod"),
    ("eu-west-1", "old-import", "shop", 1, 1, "prod"),
]

#: Those of the other account.
OTHERS_LOAD_BALANCERS = [
    ("us-east-1", "sandbox", "application", "dev", 1),
    ("eu-west-1", "sandbox-tcp", "network", "dev", 1),
]
OTHERS_SCALING_GROUPS = [
    ("us-east-1", "sandbox-fleet", (0, 1, 1), "dev"),
    ("eu-west-1", "sandbox-fleet", (0, 1, 1), "dev"),
]
OTHERS_SERVICES = [
    ("us-east-1", "sandbox-api", "sandbox", 1, 1, "dev"),
    ("eu-west-1", "sandbox-api", "sandbox", 1, 1, "dev"),
]

#: A load balancer with few connections, and services that are busy, short of a task, or do nothing.
QUIET, HOT, SHORT, IDLE = "ingest", "pricing", "checkout", "old-import"

#: The value for an hour, given as the number of hours before the current one.
Curve = Callable[[int], float]


class Measured(NamedTuple):
    """What CloudWatch has of one metric of one resource."""

    namespace: str
    metric: str
    dimensions: dict[str, str]
    curve: Curve


def fill_region(emulator: Emulator, contents: Contents, region: str) -> None:
    """Creates what is listed above for a region of an account."""
    _load_balancers(emulator, contents, region)
    autoscaling = emulator.client("autoscaling", region, contents.account)
    for where, name, (least, desired, most), environment in contents.scaling_groups:
        if where == region:
            autoscaling.create_auto_scaling_group(
                AutoScalingGroupName=name,
                MinSize=least,
                MaxSize=most,
                DesiredCapacity=desired,
                AvailabilityZones=[f"{region}a", f"{region}b"],
                LaunchTemplate={"LaunchTemplateName": name, "Version": "$Latest"},
                Tags=[{"Key": "env", "Value": environment, "PropagateAtLaunch": True}],
            )
    _services(emulator, contents, region)


def _load_balancers(emulator: Emulator, contents: Contents, region: str) -> None:
    elb = emulator.client("elbv2", region, contents.account)
    for where, name, kind, environment, targets in contents.load_balancers:
        if where != region:
            continue
        created = elb.create_load_balancer(
            Name=name, Type=kind, Subnets=[f"subnet-{name}"], Tags=[{"Key": "env", "Value": environment}]
        )
        if targets is None:
            continue
        protocol = "HTTP" if kind == "application" else "TCP"
        group = elb.create_target_group(Name=name, Protocol=protocol, Port=80, VpcId="vpc-00000001", TargetType="ip")
        arn = group["TargetGroups"][0]["TargetGroupArn"]
        elb.create_listener(
            LoadBalancerArn=created["LoadBalancers"][0]["LoadBalancerArn"],
            Protocol=protocol,
            Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}],
        )
        if targets:
            elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": f"10.0.0.{n}"} for n in range(1, targets + 1)])


def _services(emulator: Emulator, contents: Contents, region: str) -> None:
    ecs = emulator.client("ecs", region, contents.account)
    for where, name, cluster, desired, running, environment in contents.services:
        if where != region:
            continue
        ecs.create_cluster(clusterName=cluster)
        container = {"name": name, "image": "busybox", "memory": 128}
        ecs.register_task_definition(family=name, containerDefinitions=[container])
        ecs.create_service(
            cluster=cluster,
            serviceName=name,
            taskDefinition=name,
            desiredCount=desired,
            launchType="FARGATE",
            tags=[{"key": "env", "value": environment}],
        )
        # The emulator starts no others in place of tasks that are stopped.
        for task in ecs.list_tasks(cluster=cluster, serviceName=name)["taskArns"][running:]:
            ecs.stop_task(cluster=cluster, task=task)


def measured(emulator: Emulator, contents: Contents, region: str) -> Iterator[Measured]:
    """Yields what CloudWatch has of a region."""
    elb = emulator.client("elbv2", region, contents.account)
    for balancer in elb.describe_load_balancers()["LoadBalancers"]:
        dimensions = {"LoadBalancer": balancer["LoadBalancerArn"].split(":loadbalancer/")[1]}
        # The emulator's ARNs are those of application load balancers.
        for metric, value in _of_load_balancer(balancer["LoadBalancerName"], balancer["Type"]).items():
            yield Measured("AWS/ApplicationELB", metric, dimensions, _flat(value))
    for where, name, (_, desired, _), _ in contents.scaling_groups:
        if where == region:
            for metric in ("GroupInServiceInstances", "GroupDesiredCapacity"):
                yield Measured("AWS/AutoScaling", metric, {"AutoScalingGroupName": name}, _flat(desired))
    for where, name, cluster, *_ in contents.services:
        if where == region:
            dimensions = {"ClusterName": cluster, "ServiceName": name}
            yield Measured("AWS/ECS", "CPUUtilization", dimensions, _cpu(name))
            yield Measured("AWS/ECS", "MemoryUtilization", dimensions, _flat(91 if name == HOT else 42))


def _of_load_balancer(name: str, kind: str) -> dict[str, float]:
    """Returns the value of each metric per five minutes; one that forwards to nothing has none."""
    if name in ("old-promo", "left-behind"):
        return {}
    if kind == "network":
        return {"NewFlowCount": 0.1 if name == QUIET else 30, "ActiveFlowCount": 0 if name == QUIET else 12}
    return {"RequestCount": 500, "HTTPCode_Target_5XX_Count": 2, "TargetResponseTime": 0.08}


def _cpu(name: str) -> Curve:
    if name == IDLE:
        return _flat(0)
    return lambda hours_ago: (92 if name == HOT else 35) + 4 * math.sin(hours_ago * math.pi / 12)


def _flat(value: float) -> Curve:
    return lambda _: value
