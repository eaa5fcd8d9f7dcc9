"""The demo account's EKS clusters, OpenSearch domains and Redshift clusters, and what CloudWatch has of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .demo_services import Curve, Measured

if TYPE_CHECKING:
    from .demo_account import Contents
    from .ministack import Emulator

#: EKS clusters: region, name, version of Kubernetes, environment.
EKS_CLUSTERS = [
    ("us-east-1", "platform", "1.34", "prod"),
    ("us-east-1", "old-staging", "1.29", "dev"),
    ("eu-west-1", "shop", "1.33", "prod"),
]

#: OpenSearch domains: region, name, engine, type and number of data nodes, GiB of each, environment.
DOMAINS = [
    ("us-east-1", "logs", "OpenSearch_2.19", "r7g.large.search", 3, 500, "prod"),
    ("us-east-1", "old-search", "Elasticsearch_7.10", "t3.small.search", 1, 10, "dev"),
    ("eu-west-1", "shop-search", "OpenSearch_2.17", "m7g.large.search", 2, 100, "prod"),
]

#: Redshift clusters: region, name, type and number of nodes, environment.
WAREHOUSES = [
    ("us-east-1", "sales", "ra3.xlplus", 2, "prod"),
    ("us-east-1", "old-reports", "ra3.large", 1, "dev"),
    ("eu-west-1", "shop-reports", "ra3.4xlarge", 4, "prod"),
]

#: Those of the other account.
OTHER = {
    "eks_clusters": [("us-east-1", "sandbox", "1.34", "dev"), ("eu-west-1", "sandbox-old", "1.30", "dev")],
    "domains": [
        ("us-east-1", "sandbox-logs", "OpenSearch_2.19", "t3.small.search", 1, 10, "dev"),
        ("eu-west-1", "sandbox-search", "OpenSearch_2.19", "t3.small.search", 1, 10, "dev"),
    ],
    "warehouses": [
        ("us-east-1", "sandbox-sales", "ra3.large", 1, "dev"),
        ("eu-west-1", "sandbox-reports", "ra3.large", 1, "dev"),
    ],
}

#: Those that are idle, a domain that is nearly full, and one that has lost a shard.
IDLE = {"old-staging", "old-search", "old-reports"}
FULL_DOMAIN, RED_DOMAIN = "logs", "old-search"


def fill_region(emulator: Emulator, contents: Contents, region: str, role: str) -> None:
    """Creates what is listed above for a region of an account; `role` is one that exists."""
    eks = emulator.client("eks", region, contents.account)
    for where, name, version, environment in contents.eks_clusters:
        if where == region:
            eks.create_cluster(
                name=name,
                version=version,
                roleArn=role,
                resourcesVpcConfig={"subnetIds": [f"subnet-{name}"], "endpointPublicAccess": True},
                tags={"env": environment},
            )
    opensearch = emulator.client("opensearch", region, contents.account)
    for where, name, version, kind, nodes, gib, environment in contents.domains:
        if where == region:
            opensearch.create_domain(
                DomainName=name,
                EngineVersion=version,
                ClusterConfig={"InstanceType": kind, "InstanceCount": nodes},
                EBSOptions={"EBSEnabled": True, "VolumeType": "gp3", "VolumeSize": gib},
                EncryptionAtRestOptions={"Enabled": True},
                TagList=[{"Key": "env", "Value": environment}],
            )
    redshift = emulator.client("redshift", region, contents.account)
    for where, name, kind, nodes, environment in contents.warehouses:
        if where == region:
            redshift.create_cluster(
                ClusterIdentifier=name,
                NodeType=kind,
                ClusterType="multi-node" if nodes > 1 else "single-node",
                MasterUsername="acme",
                ManageMasterPassword=True,
                Tags=[{"Key": "env", "Value": environment}],
                **({"NumberOfNodes": nodes} if nodes > 1 else {}),
            )


def measured(contents: Contents, region: str) -> Iterator[Measured]:
    """Yields what CloudWatch has of a region."""
    for where, name, *_ in contents.eks_clusters:
        if where == region:
            for metric, curve in _of_eks(name).items():
                yield Measured("AWS/EKS", metric, {"ClusterName": name}, curve)
    for where, name, _, _, nodes, gib, _ in contents.domains:
        if where == region:
            dimensions = {"DomainName": name, "ClientId": contents.account}
            for metric, curve in _of_domain(name, nodes, gib).items():
                yield Measured("AWS/ES", metric, dimensions, curve)
    for where, name, *_ in contents.warehouses:
        if where == region:
            for metric, curve in _of_warehouse(name).items():
                yield Measured("AWS/Redshift", metric, {"ClusterIdentifier": name}, curve)


def _of_eks(name: str) -> dict[str, Curve]:
    # The control plane itself calls the API, also where nothing else does.
    return {
        "apiserver_request_total": _flat(900) if name in IDLE else _wave(40_000, 10_000),
        "apiserver_request_total_4XX": _flat(12),
        "apiserver_request_total_5XX": _flat(0),
        "apiserver_request_duration_seconds_GET_P99": _flat(0.02),
        "apiserver_storage_size_bytes": _flat(30_000_000),
        "scheduler_pending_pods": _flat(0 if name in IDLE else 2),
        "scheduler_pending_pods_UNSCHEDULABLE": _flat(0),
    }


def _of_domain(name: str, nodes: int, gib: int) -> dict[str, Curve]:
    searches = 0 if name in IDLE else 300
    return {
        "CPUUtilization": _wave(3, 1) if name in IDLE else _wave(45, 15),
        "JVMMemoryPressure": _wave(50, 10),
        "FreeStorageSpace": _flat(gib * 1024 * (0.1 if name == FULL_DOMAIN else 0.6)),
        "ClusterStatus.red": _flat(1 if name == RED_DOMAIN else 0),
        "ClusterStatus.yellow": _flat(0),
        "ClusterIndexWritesBlocked": _flat(0),
        "Nodes": _flat(nodes),
        "SearchRate": _flat(searches),
        "IndexingRate": _flat(searches * 2),
    }


def _of_warehouse(name: str) -> dict[str, Curve]:
    return {
        "CPUUtilization": _wave(2, 1) if name in IDLE else _wave(40, 15),
        "DatabaseConnections": _flat(0) if name in IDLE else _wave(20, 8),
        "PercentageDiskSpaceUsed": _flat(38),
        "HealthStatus": _flat(1),
        "MaintenanceMode": _flat(0),
        "ReadIOPS": _flat(0) if name in IDLE else _wave(120, 60),
        "WriteIOPS": _flat(0) if name in IDLE else _wave(60, 30),
    }


def _wave(middle: float, swing: float) -> Curve:
    """A daily cycle."""
    return lambda hours_ago: middle + swing * math.sin(hours_ago * math.pi / 12)


def _flat(value: float) -> Curve:
    return lambda _: value
