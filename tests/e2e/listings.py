"""What boto3 lists of each type, with its own paginators: what a response must have, whichever AWS answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

#: Returns a client for a service and a region.
Clients = Callable[[str, str], Any]


def _all(client: Any, operation: str, key: str, **parameters: Any) -> Iterator[Any]:
    """Yields the items of all pages."""
    if not client.can_paginate(operation):
        yield from getattr(client, operation)(**parameters)[key]
        return
    for page in client.get_paginator(operation).paginate(**parameters):
        yield from page.get(key, [])


def _of(service: str, operation: str, key: str, field: str = "", **parameters: Any) -> Callable[[Clients, str], list[str]]:
    """Returns what lists the ids of one operation: a field of each item, or the item itself."""

    def ids(clients: Clients, region: str) -> list[str]:
        items = _all(clients(service, region), operation, key, **parameters)
        return [item[field] if field else item for item in items]

    return ids


def _instances(clients: Clients, region: str) -> list[str]:
    reservations = _all(clients("ec2", region), "describe_instances", "Reservations")
    return [instance["InstanceId"] for reservation in reservations for instance in reservation["Instances"]]


def _database_snapshots(clients: Clients, region: str) -> list[str]:
    of_instances = _of("rds", "describe_db_snapshots", "DBSnapshots", "DBSnapshotIdentifier")(clients, region)
    of_clusters = _of("rds", "describe_db_cluster_snapshots", "DBClusterSnapshots", "DBClusterSnapshotIdentifier")
    # A cluster's snapshot whose name an instance's snapshot has needs another id.
    taken = set(of_instances)
    return of_instances + [f"cluster-snapshot:{id}" if id in taken else id for id in of_clusters(clients, region)]


def _load_balancers(clients: Clients, region: str) -> list[str]:
    arns = _of("elbv2", "describe_load_balancers", "LoadBalancers", "LoadBalancerArn")(clients, region)
    return [arn.split(":loadbalancer/")[1] for arn in arns] + classic_load_balancers(clients, region)


classic_load_balancers = _of("elb", "describe_load_balancers", "LoadBalancerDescriptions", "LoadBalancerName")


def _services(clients: Clients, region: str) -> list[str]:
    ecs = clients("ecs", region)
    clusters = list(_all(ecs, "list_clusters", "clusterArns"))
    arns = [(cluster, arn) for cluster in clusters for arn in _all(ecs, "list_services", "serviceArns", cluster=cluster)]
    return ["/".join(arn.rsplit("/", 1)[1] for arn in pair) for pair in arns]


#: The one type that has a single list for all regions.
GLOBAL = "s3"
#: For each type, the ids in a region.
LISTINGS: dict[str, Callable[[Clients, str], list[str]]] = {
    "ec2": _instances,
    "rds": _of("rds", "describe_db_instances", "DBInstances", "DBInstanceIdentifier"),
    "s3": _of("s3", "list_buckets", "Buckets", "Name"),
    "lambda": _of("lambda", "list_functions", "Functions", "FunctionName"),
    "ebs": _of("ec2", "describe_volumes", "Volumes", "VolumeId"),
    "eip": _of("ec2", "describe_addresses", "Addresses", "AllocationId"),
    "dynamodb": _of("dynamodb", "list_tables", "TableNames"),
    "nat_gateway": _of("ec2", "describe_nat_gateways", "NatGateways", "NatGatewayId"),
    "ebs_snapshot": _of("ec2", "describe_snapshots", "Snapshots", "SnapshotId", OwnerIds=["self"]),
    "ami": _of("ec2", "describe_images", "Images", "ImageId", Owners=["self"], IncludeDisabled=True),
    "vpc_endpoint": _of("ec2", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    "rds_cluster": _of("rds", "describe_db_clusters", "DBClusters", "DBClusterIdentifier"),
    "rds_snapshot": _database_snapshots,
    "elasticache": _of("elasticache", "describe_cache_clusters", "CacheClusters", "CacheClusterId"),
    "efs": _of("efs", "describe_file_systems", "FileSystems", "FileSystemId"),
    "log_group": _of("logs", "describe_log_groups", "logGroups", "logGroupName"),
    "load_balancer": _load_balancers,
    "autoscaling_group": _of("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups", "AutoScalingGroupName"),
    "ecs_service": _services,
    "eks_cluster": _of("eks", "list_clusters", "clusters"),
    "opensearch": _of("opensearch", "list_domain_names", "DomainNames", "DomainName"),
    "redshift": _of("redshift", "describe_clusters", "Clusters", "ClusterIdentifier"),
}


def listed(kind: str, clients: Clients, regions: list[str]) -> Counter[tuple[str | None, str]]:
    """Returns region and id of each resource of a type, as boto3 lists them."""
    if kind == GLOBAL:
        return Counter((None, id) for id in LISTINGS[kind](clients, regions[0]))
    return Counter((region, id) for region in regions for id in LISTINGS[kind](clients, region))


def answered(kind: str, resources: list[dict[str, Any]]) -> Counter[tuple[str | None, str]]:
    """Returns region and id of each resource of a type in a response."""
    return Counter((None if kind == GLOBAL else resource["region"], resource["id"]) for resource in resources)


def whole(ask: Callable[..., dict[str, Any]], **parameters: object) -> dict[str, list[dict[str, Any]]]:
    """Returns the resources of each type, of all the pages that a response has."""
    found: dict[str, list[dict[str, Any]]] = {}
    for body in bodies(ask, **parameters):
        for kind in body["data"]["counts"]["by_type"]:
            found.setdefault(kind, []).extend(body["data"][kind])
    return found


def bodies(ask: Callable[..., dict[str, Any]], **parameters: object) -> Iterator[dict[str, Any]]:
    """Yields the pages of a response, which have no gaps."""
    cursor: str | None = ""
    while cursor is not None:
        body = ask(**parameters, **({"cursor": cursor} if cursor else {}))
        assert body["meta"]["gaps"] == []
        yield body
        cursor = body["data"]["next_cursor"]
