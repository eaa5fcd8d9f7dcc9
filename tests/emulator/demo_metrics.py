"""Two weeks of CloudWatch metrics for the demo account, and the next two hours, so that the data doesn't run out.

Values are derived from names and hours; nothing is random. Among the instances are a hot one (`batch`), one with a
single spike (`web-2`), an idle one (`shop-2`), a silent one (`analytics`, without any data in CloudWatch), one that
fails its status checks (`web-3`) and one without CPU credits (`trial`). Among the databases, one is nearly full
(`inventory`), one has slow storage and little memory (`warehouse`), and one has no connections (`orders-test`). One
table is throttled (`web-sessions`) and one unused (`shop-coupons`). Among the caches, one is idle (`old-cache`), one has a
busy engine (`stock-cache`), and one is full (`shop-cache`). No client uses one of the file systems (`shop-exports`).
Nothing goes through one NAT gateway (`out-b`) and one endpoint (`streams`), and one attached volume is not used
(`batch-scratch`). `demo_services` has the metrics of load balancers, Auto Scaling groups and ECS services,
`demo_clusters` those of EKS, OpenSearch and Redshift, and `demo_quotas` those of service quotas. The other account also has a
hot instance (`sandbox-hot`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from . import clock, demo_clusters, demo_ec2, demo_quotas, demo_services
from .demo_account import HOME, Contents
from .ministack import Emulator

DAYS = 14  # the emulator drops older datapoints
FINE_HOURS = 6  # datapoints every five minutes for the last hours, hourly before that
AHEAD = timedelta(hours=2)  # how far in the future CloudWatch accepts datapoints
DATUMS_A_CALL = 1000

HOT, SPIKING, IDLE, SILENT, EXHAUSTED = "batch", "web-2", "shop-2", "analytics", "trial"
OTHERS_HOT = "sandbox-hot"
FULL, SLOW, UNUSED = "inventory", "warehouse", "orders-test"
THROTTLED, NOT_READ = "web-sessions", "shop-coupons"
IDLE_CACHE, HOT_CACHE, FULL_CACHE = "old-cache", "stock-cache", "shop-cache"
UNMOUNTED = "shop-exports"

GIB = 1024**3

#: The value for an hour, given as the number of hours before the current one.
Curve = Callable[[int], float]


def _wave(middle: float, swing: float, phase: int = 0) -> Curve:
    """A daily cycle."""
    return lambda hours_ago: middle + swing * math.sin((hours_ago + phase) * math.pi / 12)


def _flat(value: float) -> Curve:
    return lambda _: value


def _instance_curves(name: str, kind: str, index: int) -> dict[str, Curve]:
    cpu = {HOT: _wave(93, 3), OTHERS_HOT: _wave(93, 3), IDLE: _wave(1.5, 0.5), SPIKING: _wave(30, 8)}.get(name, _wave(40, 15, index))
    traffic = 1_000 if name == IDLE else 20_000_000 + 1_000_000 * index
    credits = {"CPUCreditBalance": _flat(0 if name == EXHAUSTED else 300)} if kind.startswith("t3") else {}
    return credits | {
        "CPUUtilization": (lambda h: 96.0 if h == 5 else cpu(h)) if name == SPIKING else cpu,
        "NetworkIn": _flat(traffic),
        "NetworkOut": _flat(traffic * 2),
        "StatusCheckFailed": _flat(0),
    }


#: Memory of the demo databases' classes in GiB.
MEMORY = {"db.t3.medium": 4, "db.m5.large": 8, "db.r5.large": 16, "db.r5.xlarge": 32}


def _database_curves(name: str, kind: str, gib: int) -> dict[str, Curve]:
    quiet, slow = name == UNUSED, name == SLOW
    return {
        "CPUUtilization": _wave(3, 1) if quiet else _wave(45, 20),
        "DatabaseConnections": _flat(0) if quiet else _wave(40, 15),
        "FreeStorageSpace": _flat(gib * GIB * (0.05 if name == FULL else 0.6)),
        "FreeableMemory": _flat(MEMORY[kind] * GIB * (0.1 if slow else 0.4)),
        "SwapUsage": _flat(0),
        "BurstBalance": _flat(95),
        "ReadLatency": _flat(0.035 if slow else 0.002),
        "WriteLatency": _flat(0.004),
        "ReadIOPS": _wave(120, 60),
        "WriteIOPS": _wave(80, 40),
        "DiskQueueDepth": _flat(80 if slow else 0.5),
    }


def _function_curves(name: str, timeout: int) -> dict[str, Curve]:
    failing = name == "invoice-mail"
    slow = name == "thumbnail"
    return {
        "Invocations": _flat(200),
        "Errors": _flat(40 if failing else 0),
        "Throttles": _flat(3 if name == "stock-sync" else 0),
        "Duration": _flat(timeout * 1000 * (0.97 if slow else 0.1)),
        "ConcurrentExecutions": _flat(4),
    }


def _table_curves(name: str) -> dict[str, Curve]:
    # Like DynamoDB, which measures throttled requests only where there are some.
    if name == NOT_READ:
        return {"ConsumedReadCapacityUnits": _flat(0), "ConsumedWriteCapacityUnits": _flat(0)}
    throttles = {"ReadThrottleEvents": _flat(12), "WriteThrottleEvents": _flat(3)} if name == THROTTLED else {}
    return throttles | {"ConsumedReadCapacityUnits": _wave(300, 100), "ConsumedWriteCapacityUnits": _wave(90, 30)}


def _cluster_curves() -> dict[str, Curve]:
    return {
        "CPUUtilization": _wave(35, 10),
        "DatabaseConnections": _wave(25, 5),
        "VolumeBytesUsed": _flat(40 * GIB),
        "VolumeReadIOPs": _wave(4000, 1000),
        "VolumeWriteIOPs": _wave(2000, 500),
        "ServerlessDatabaseCapacity": _wave(3, 1),
    }


def _cache_curves(name: str) -> dict[str, Curve]:
    full, hot = name == FULL_CACHE, name == HOT_CACHE
    return {
        "CPUUtilization": _wave(20, 5),
        "EngineCPUUtilization": _flat(96) if hot else _wave(30, 10),
        # ElastiCache itself opens some.
        "CurrConnections": _flat(5) if name == IDLE_CACHE else _wave(60, 20),
        "Evictions": _flat(40 if full else 0),
        "DatabaseMemoryUsagePercentage": _flat(97 if full else 45),
        "CacheHits": _wave(5000, 1000),
        "CacheMisses": _wave(200, 50),
    }


def _file_system_curves(name: str) -> dict[str, Curve]:
    clients = 0 if name == UNMOUNTED else 4
    return {
        "ClientConnections": _flat(clients),
        "DataReadIOBytes": _flat(clients * 1_000_000),
        "DataWriteIOBytes": _flat(clients * 300_000),
        "PermittedThroughput": _flat(104_857_600),
    }


def _gateway_curves(name: str) -> dict[str, Curve]:
    if name in demo_ec2.NEW_GATEWAYS:
        return {}
    # Like CloudWatch, which has a 0 of each minute of a gateway that nothing uses.
    traffic = _flat(0) if name in demo_ec2.IDLE_GATEWAYS else _wave(40_000_000, 10_000_000)
    of_bytes = ["BytesOutToDestination", "BytesOutToSource", "BytesInFromDestination", "BytesInFromSource"]
    others = {"ActiveConnectionCount": _flat(0 if name in demo_ec2.IDLE_GATEWAYS else 30), "ErrorPortAllocation": _flat(0)}
    return dict.fromkeys(of_bytes, traffic) | others


def _endpoint_curves(name: str, kind: str) -> dict[str, Curve]:
    # Like CloudWatch, which measures only interface endpoints, and only minutes with traffic.
    if kind != "Interface" or name in demo_ec2.IDLE_ENDPOINTS | demo_ec2.NEW_ENDPOINTS:
        return {}
    return {"BytesProcessed": _wave(2_000_000, 500_000), "ActiveConnections": _flat(4), "NewConnections": _flat(20)}


def fill(emulator: Emulator, contents: Contents = HOME, since: datetime | None = None) -> datetime:
    """Puts the metrics of every resource of an account except the silent instance, all regions in parallel.

    Covers the time from `since`, or two weeks ago, until `AHEAD` from now. Returns the end, from which to continue.
    """
    now = clock.now()
    since, until = since or now - timedelta(days=DAYS), now + AHEAD
    regions = contents.regions()
    with ThreadPoolExecutor(len(regions)) as pool:
        for done in [pool.submit(_fill_region, emulator, contents, region, now, since, until) for region in regions]:
            done.result()
    return until


def _fill_region(emulator: Emulator, contents: Contents, region: str, now: datetime, since: datetime, until: datetime) -> None:
    cloudwatch = emulator.client("cloudwatch", region, contents.account)
    for namespace, found in _of_region(emulator, contents, region, now).items():
        datums = [datum for datum in found if since <= datum["Timestamp"] < until]
        for start in range(0, len(datums), DATUMS_A_CALL):
            cloudwatch.put_metric_data(Namespace=namespace, MetricData=datums[start : start + DATUMS_A_CALL])


def _of_region(emulator: Emulator, contents: Contents, region: str, now: datetime) -> dict[str, list[dict[str, Any]]]:
    ec2 = emulator.client("ec2", region, contents.account)
    namespaces = (
        "EC2", "EBS", "RDS", "Lambda", "DynamoDB", "S3", "ElastiCache", "EFS", "Logs", "NATGateway", "PrivateLinkEndpoints",
    )  # fmt: skip
    datums: dict[str, list[dict[str, Any]]] = {f"AWS/{namespace}": [] for namespace in namespaces}
    instances = [i for r in ec2.describe_instances()["Reservations"] for i in r["Instances"]]
    order = [row[1] for row in contents.instances]
    for instance in instances:
        name = _name(instance)
        if name == SILENT or instance["State"]["Name"] != "running":
            continue
        for metric, curve in _instance_curves(name, instance["InstanceType"], order.index(name)).items():
            datums["AWS/EC2"] += _datums(metric, "InstanceId", instance["InstanceId"], curve, now)
    for volume in ec2.describe_volumes()["Volumes"]:
        if volume["State"] == "in-use":
            for metric in ("VolumeReadOps", "VolumeWriteOps"):
                operations = _flat(0 if _name(volume) in demo_ec2.IDLE_VOLUMES else 500)
                datums["AWS/EBS"] += _datums(metric, "VolumeId", volume["VolumeId"], operations, now)
    for gateway in ec2.describe_nat_gateways()["NatGateways"]:
        for metric, curve in _gateway_curves(_name(gateway)).items():
            datums["AWS/NATGateway"] += _datums(metric, "NatGatewayId", gateway["NatGatewayId"], curve, now)
    for endpoint in ec2.describe_vpc_endpoints()["VpcEndpoints"]:
        dimensions = {
            "VPC Id": endpoint["VpcId"],
            "VPC Endpoint Id": endpoint["VpcEndpointId"],
            "Endpoint Type": endpoint["VpcEndpointType"],
            "Service Name": endpoint["ServiceName"],
        }
        for metric, curve in _endpoint_curves(_name(endpoint), endpoint["VpcEndpointType"]).items():
            datums["AWS/PrivateLinkEndpoints"] += _datums_of(metric, dimensions, curve, now)
    for where, name, kind, _, gib, _ in contents.databases:
        for metric, curve in _database_curves(name, kind, gib).items() if where == region else ():
            datums["AWS/RDS"] += _datums(metric, "DBInstanceIdentifier", name, curve, now)
    for where, name, _, _, timeout, _ in contents.functions:
        for metric, curve in _function_curves(name, timeout).items() if where == region else ():
            datums["AWS/Lambda"] += _datums(metric, "FunctionName", name, curve, now)
    for where, name, _, _ in contents.tables:
        for metric, curve in _table_curves(name).items() if where == region else ():
            datums["AWS/DynamoDB"] += _datums(metric, "TableName", name, curve, now)
    for where, name, *_ in contents.clusters:
        for metric, curve in _cluster_curves().items() if where == region else ():
            datums["AWS/RDS"] += _datums(metric, "DBClusterIdentifier", name, curve, now)
    for where, name, *_ in contents.caches:
        for metric, curve in _cache_curves(name).items() if where == region else ():
            datums["AWS/ElastiCache"] += _datums(metric, "CacheClusterId", name, curve, now)
    for file_system in emulator.client("efs", region, contents.account).describe_file_systems()["FileSystems"]:
        for metric, curve in _file_system_curves(file_system["Name"]).items():
            datums["AWS/EFS"] += _datums(metric, "FileSystemId", file_system["FileSystemId"], curve, now)
    for where, name, _, has_events in contents.log_groups:
        if where == region and has_events:
            datums["AWS/Logs"] += _datums("IncomingBytes", "LogGroupName", name, _wave(50_000, 10_000), now)
            datums["AWS/Logs"] += _datums("IncomingLogEvents", "LogGroupName", name, _wave(400, 100), now)
    of_services, of_clusters = demo_services.measured(emulator, contents, region), demo_clusters.measured(contents, region)
    of_quotas = demo_quotas.measured(contents.account, region)
    for namespace, metric, dimensions, curve in (*of_services, *of_clusters, *of_quotas):
        datums.setdefault(namespace, []).extend(_datums_of(metric, dimensions, curve, now))
    for where, name, _ in contents.buckets:
        if where == region:
            datums["AWS/S3"] += _daily("BucketSizeBytes", name, "StandardStorage", 5 * GIB, now)
            datums["AWS/S3"] += _daily("NumberOfObjects", name, "AllStorageTypes", 1200, now)
    return {namespace: found for namespace, found in datums.items() if found}


def _name(resource: dict[str, Any]) -> str:
    """Returns the tag Name of a resource of EC2; an empty one if it has none."""
    return next((tag["Value"] for tag in resource.get("Tags", []) if tag["Key"] == "Name"), "")


def _datums(metric: str, dimension: str, resource: str, curve: Curve, now: datetime) -> Iterator[dict[str, Any]]:
    return _datums_of(metric, {dimension: resource}, curve, now)


def _datums_of(metric: str, named: dict[str, str], curve: Curve, now: datetime) -> Iterator[dict[str, Any]]:
    """Yields one datum per hour that counts as twelve five-minute values; for the last hours, one per five minutes."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    dimensions = [{"Name": name, "Value": value} for name, value in named.items()]
    for hours_ago in range(DAYS * 24, FINE_HOURS, -1):
        at = hour - timedelta(hours=hours_ago)
        values = [curve(hours_ago)]
        yield {"MetricName": metric, "Dimensions": dimensions, "Timestamp": at, "Values": values, "Counts": [12.0]}
    at = hour - timedelta(hours=FINE_HOURS)
    while at < now + AHEAD:
        hours_ago = -((at - hour) // timedelta(hours=1))
        yield {"MetricName": metric, "Dimensions": dimensions, "Timestamp": at, "Value": curve(hours_ago)}
        at += timedelta(minutes=5)


def _daily(metric: str, bucket: str, storage: str, value: float, now: datetime) -> Iterator[dict[str, Any]]:
    """Yields one datum per day, the current one included: after the next midnight it is the last whole day."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    dimensions = [{"Name": "BucketName", "Value": bucket}, {"Name": "StorageType", "Value": storage}]
    for days_ago in range(DAYS, -1, -1):
        at = midnight - timedelta(days=days_ago)
        yield {"MetricName": metric, "Dimensions": dimensions, "Timestamp": at, "Value": value}
