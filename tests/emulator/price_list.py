"""What AWS's price list says of the products that the demo account has, and of products that are easily taken for them.

Instances are in `price_list_instances.py` and databases in `price_list_databases.py`.

The figures are AWS's public on-demand prices in US dollars as of `AS_OF`. A figure that was not known with certainty is
left out, so some products have no price in some regions, as in AWS's own list.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

#: When the prices were true.
AS_OF = "2025-10-01"

#: The license-included databases, whose prices were read earlier.
AS_OF_LICENSES = "2024-06-01"


class Region(NamedTuple):
    """A region as the price list names it."""

    code: str
    location: str
    #: What usage types begin with. Those of us-east-1 begin with nothing, or with `USE1-` where a service is newer.
    prefix: str


#: The regions in the order of the prices below.
REGIONS = (
    Region("us-east-1", "US East (N. Virginia)", ""),
    Region("us-west-2", "US West (Oregon)", "USW2-"),
    Region("eu-west-1", "EU (Ireland)", "EU-"),
    Region("eu-central-1", "EU (Frankfurt)", "EUC1-"),
    Region("ap-southeast-2", "Asia Pacific (Sydney)", "APS2-"),
    Region("sa-east-1", "South America (Sao Paulo)", "SAE1-"),
)


class Row(NamedTuple):
    """A product, with its price in each region."""

    service: str
    #: None where the list has none.
    family: str | None
    #: Without the prefix of the region.
    usage: str
    operation: str
    unit: str
    #: By region, in the order of `REGIONS`, `None` where it is unknown or the product does not exist. Several prices, with
    #: the quantity at which each begins, are those of tiers.
    prices: tuple[str | list[tuple[str, str]] | None, ...]
    attributes: dict[str, str] = {}
    #: Whether the usage type of us-east-1 has the prefix `USE1-`.
    prefixed: bool = False
    as_of: str = AS_OF


def by_region(text: str) -> tuple[str | None, ...]:
    """Reads prices in the order of `REGIONS`; `-` is none."""
    return tuple(None if price == "-" else price for price in text.split())


def _every(price: str) -> tuple[str, ...]:
    return (price,) * len(REGIONS)


EC2, RDS, VPC, ELB = "AmazonEC2", "AmazonRDS", "AmazonVPC", "AWSELB"
DYNAMODB, CACHE, SEARCH, REDSHIFT = "AmazonDynamoDB", "AmazonElastiCache", "AmazonES", "AmazonRedshift"
EFS, EKS, CLOUDWATCH = "AmazonEFS", "AmazonEKS", "AmazonCloudWatch"

#: The names of the services.
NAMES = {
    EC2: "Amazon Elastic Compute Cloud",
    RDS: "Amazon Relational Database Service",
    VPC: "Amazon Virtual Private Cloud",
    ELB: "Elastic Load Balancing",
    DYNAMODB: "Amazon DynamoDB",
    CACHE: "Amazon ElastiCache",
    SEARCH: "Amazon OpenSearch Service",
    REDSHIFT: "Amazon Redshift",
    EFS: "Amazon Elastic File System",
    EKS: "Amazon Elastic Kubernetes Service",
    CLOUDWATCH: "AmazonCloudWatch",
}

VOLUMES = [
    # Name in the API, type, suffix of the usage type, unit, prices.
    ("gp2", "General Purpose", ".gp2", "GB-Mo", "0.10 0.10 0.11 0.119 0.12 0.19"),
    ("gp3", "General Purpose", ".gp3", "GB-Mo", "0.08 0.08 0.088 0.0952 0.096 0.152"),
    ("io1", "Provisioned IOPS", ".piops", "GB-Mo", "0.125 0.125 0.138 0.149 0.138 0.238"),
    ("io2", "Provisioned IOPS", ".io2", "GB-month", "0.125 0.125 0.138 0.149 0.138 0.238"),
    ("st1", "Throughput Optimized HDD", ".st1", "GB-Mo", "0.045 0.045 0.05 0.054 0.054 0.086"),
    ("sc1", "Cold HDD", ".sc1", "GB-Mo", "0.015 0.015 0.0168 0.018 0.018 0.0288"),
    ("standard", "Magnetic", "", "GB-Mo", "0.05 0.05 0.055 0.059 0.08 0.12"),
]

IOPS = [
    # Name in the API, group, suffix of the usage type, prices.
    ("gp3", "EBS IOPS", ".gp3", "0.005 0.005 0.0055 0.006 0.006 0.0095"),
    ("io1", "EBS IOPS", ".piops", "0.065 0.065 0.072 0.078 0.072 0.091"),
    ("io2", "EBS IOPS", ".io2", "0.065 0.065 0.072 0.078 0.072 0.091"),
    ("io2", "EBS IOPS Tier 2", ".io2.tier2", "0.0455 0.0455 0.0504 0.0546 0.0504 0.0637"),
    ("io2", "EBS IOPS Tier 3", ".io2.tier3", "0.03185 0.03185 0.03528 0.03822 0.03528 0.04459"),
]


def _of_volumes() -> Iterator[Row]:
    for name, kind, suffix, unit, prices in VOLUMES:
        media = "HDD-backed" if name in ("st1", "sc1") else "SSD-backed" if name != "standard" else "Magnetic"
        attributes = {"volumeApiName": name, "volumeType": kind, "storageMedia": media}
        yield Row(EC2, "Storage", f"EBS:VolumeUsage{suffix}", "", unit, by_region(prices), attributes)
    for name, group, suffix, prices in IOPS:
        attributes = {"volumeApiName": name, "group": group, "groupDescription": "IOPS", "provisioned": "Yes"}
        yield Row(EC2, "System Operation", f"EBS:VolumeP-IOPS{suffix}", "", "IOPS-Mo", by_region(prices), attributes)
    attributes = {"volumeApiName": "standard", "group": "EBS I/O Requests", "groupDescription": "Input/Output Operation"}
    requests = by_region("0.00000005 0.00000005 0.000000055 - - -")
    yield Row(EC2, "System Operation", "EBS:VolumeIOUsage", "", "IOs", requests, attributes)
    attributes = {"volumeApiName": "gp3", "group": "EBS Throughput", "provisioned": "Yes"}
    throughput = by_region("40.96 40.96 45.056 - 49.152 77.824")
    yield Row(EC2, "Provisioned Throughput", "EBS:VolumeP-Throughput.gp3", "", "GiBps-mo", throughput, attributes)
    for usage, prices in [
        ("EBS:SnapshotUsage", "0.05 0.05 0.05 0.054 0.055 0.068"),
        ("EBS:SnapshotArchiveStorage", "0.0125 0.0125 0.0125 0.0135 0.01375 0.017"),
        ("EBS:SnapshotUsage.outposts", "0.05 0.05 - - - -"),
        ("EBS:SnapshotUsageUnderBilling", "0 0 0 0 0 0"),
    ]:
        yield Row(EC2, "Storage Snapshot", usage, "", "GB-Mo", by_region(prices), {"storageMedia": "Amazon S3"})


def _of_networks() -> Iterator[Row]:
    nat = by_region("0.045 0.045 0.048 0.052 0.059 0.093")
    for usage, unit, what in [
        ("NatGateway-Hours", "Hrs", "Hourly charge for NAT Gateways"),
        ("NatGateway-Bytes", "GB", "Charge for per GB data processed by NatGateways"),
    ]:
        attributes = {"group": "NGW:NatGateway", "groupDescription": what}
        yield Row(EC2, "NAT Gateway", usage, "NatGateway", unit, nat, attributes)
    for usage, what in [
        ("PublicIPv4:IdleAddress", "Hourly charge for idle public IPv4 addresses"),
        ("PublicIPv4:InUseAddress", "Hourly charge for in-use public IPv4 addresses"),
    ]:
        attributes = {"group": "VPCPublicIPv4Address", "groupDescription": what}
        yield Row(VPC, None, usage, "", "Hrs", _every("0.005"), attributes, prefixed=True)
    for usage, operation, unit, endpoint, prices in [
        ("VpcEndpoint-Hours", "VpcEndpoint", "Hrs", "PrivateLink", by_region("0.01 0.01 0.011 0.012 0.013 -")),
        ("VpcEndpoint-GWLBE-Hours", "VpcEndpoint", "Hrs", "GatewayLoadBalancer", by_region("0.01 0.01 0.011 0.012 - -")),
        ("VpcEndpoint-Bytes", "VpcEndpoint", "GB", "PrivateLink", (BYTES_OF_ENDPOINTS,) * 5),
    ]:
        attributes = {"endpointType": endpoint, "group": f"VPC:{usage.removesuffix('-Hours').removesuffix('-Bytes')}"}
        yield Row(VPC, "VpcEndpoint", usage, operation, unit, prices, attributes, prefixed=True)
    hours = {
        "Application": by_region("0.0225 0.0225 0.0252 0.027 0.0252 0.034"),
        "Network": by_region("0.0225 0.0225 0.0252 0.027 0.0252 0.034"),
        "Gateway": by_region("0.0125 0.0125 0.014 0.015 0.014 -"),
    }
    units = {"Application": by_region("0.008 0.008 0.008 0.008 0.008 0.011"), "Network": _every("0.006"), "Gateway": _every("0.004")}
    for kind, price in hours.items():
        family, operation = f"Load Balancer-{kind}", f"LoadBalancing:{kind}"
        yield Row(ELB, family, "LoadBalancerUsage", operation, "Hrs", price, {"group": "ELB:Balancer"})
        yield Row(ELB, family, "LCUUsage", operation, "LCU-Hrs", units[kind][:5], {"group": "ELB:Balancer"})
    outposts = {"group": "ELB:Balancer", "locationType": "AWS Outposts"}
    yield Row(ELB, "Load Balancer-Application", "Outposts-LoadBalancerUsage", "LoadBalancing:Application", "Hrs", ("0.0225",), outposts)
    classic = by_region("0.025 0.025 0.028 0.03 0.028 0.034")
    yield Row(ELB, "Load Balancer", "LoadBalancerUsage", "LoadBalancing", "Hrs", classic, {"group": "ELB:Balancer"})
    yield Row(ELB, "Load Balancer", "DataProcessing-Bytes", "LoadBalancing", "GB", ("0.008",) * 5, {"group": "ELB:Balancer"})


#: A petabyte, four more, and what follows.
BYTES_OF_ENDPOINTS = [("0", "0.01"), ("1048576", "0.006"), ("5242880", "0.004")]


def _of_tables() -> Iterator[Row]:
    reads = ("0.00013", "0.00013", "0.000147", "0.0001586", "0.000148", "0.000195")
    writes = ("0.00065", "0.00065", "0.000735", "0.000793", "0.00074", "0.000975")
    for group, unit, prices, rare in [
        ("DDB-ReadUnits", "ReadCapacityUnit-Hrs", reads, "0.00016"),
        ("DDB-WriteUnits", "WriteCapacityUnit-Hrs", writes, "0.00081"),
    ]:
        # The first 18,600 unit-hours a month are free: 25 units.
        tiers = tuple([("0", "0"), ("18600", price)] for price in prices)
        attributes = {"group": group, "groupDescription": f"DynamoDB Provisioned {group[4:-5]} Units"}
        yield Row(DYNAMODB, "Provisioned IOPS", unit, "CommittedThroughput", unit, tiers, attributes)
        attributes = {"group": f"{group}IA", "groupDescription": f"{attributes['groupDescription']} IA"}
        yield Row(DYNAMODB, "Provisioned IOPS", f"IA-{unit}", "CommittedThroughput", unit, (rare, rare), attributes)
    storage = tuple([("0", "0"), ("25", price)] for price in ("0.25", "0.25", "0.283", "0.306", "0.285", "0.375"))
    yield Row(DYNAMODB, "Database Storage", "TimedStorage-ByteHrs", "", "GB-Mo", storage, {"volumeType": "Amazon DynamoDB - Indexed DataStore"})
    attributes = {"volumeType": "Amazon DynamoDB - Indexed DataStore - IA"}
    yield Row(DYNAMODB, "Database Storage", "IA-TimedStorage-ByteHrs", "", "GB-Mo", ("0.10", "0.10"), attributes)


REDIS = {
    # Node type: its prices in us-east-1, us-west-2 and eu-west-1.
    "cache.t3.micro": "0.017 0.017 -", "cache.t3.small": "0.034 0.034 -", "cache.t3.medium": "0.068 0.068 -",
    "cache.m5.large": "0.156 0.156 0.172", "cache.m6g.large": "0.149 0.149 0.164", "cache.m6g.xlarge": "0.297 0.297 -",
    "cache.r6g.large": "0.206 0.206 -", "cache.r6g.xlarge": "0.411 0.411 0.458",
}  # fmt: skip

#: Those of Valkey, a fifth less.
VALKEY = {
    "cache.m6g.large": "0.1192 0.1192", "cache.m6g.xlarge": "0.2376 0.2376", "cache.r6g.large": "0.1648 0.1648",
    "cache.r6g.xlarge": "0.3288 0.3288",
}  # fmt: skip


def _of_caches() -> Iterator[Row]:
    for engine, operation, prices in [("Redis", "0002", REDIS), ("Memcached", "0001", REDIS), ("Valkey", "0003", VALKEY)]:
        for node, price in prices.items():
            attributes = {"instanceType": node, "cacheEngine": engine, "currentGeneration": "Yes"}
            operation_of = f"CreateCacheCluster:{operation}"
            yield Row(CACHE, "Cache Instance", f"NodeUsage:{node}", operation_of, "Hrs", by_region(price), attributes)
    # What an engine costs in addition once AWS's standard support of its version has ended.
    for years, price in [("Yr1_Yr2", "0.165"), ("Yr3", "0.33")]:
        attributes = {"instanceType": "cache.r6g.large", "cacheEngine": "Redis", "currentGeneration": "Yes"}
        usage = f"ExtendedSupport{years}-NodeUsage:cache.r6g.large"
        yield Row(CACHE, "Cache Instance", usage, "CreateCacheCluster:0002", "Hrs", (price,), attributes)


SEARCH_NODES = {
    "t3.small.search": "0.036", "t3.medium.search": "0.073", "m6g.large.search": "0.128", "m7g.large.search": "0.135",
    "m7g.medium.search": "0.068", "r6g.large.search": "0.167", "r7g.large.search": "0.178", "r7g.medium.search": "0.089",
}  # fmt: skip

WAREHOUSE_NODES = {
    "dc2.large": "0.25 0.25 0.30", "ra3.large": "0.543 0.543 -", "ra3.xlplus": "1.086 1.086 -",
    "ra3.4xlarge": "3.26 3.26 3.606", "ra3.16xlarge": "13.04 13.04 14.424",
}  # fmt: skip


def _of_others() -> Iterator[Row]:
    for node, price in SEARCH_NODES.items():
        usage = f"ESInstance:{node.removesuffix('.search')}"
        family = "Amazon OpenSearch Service Instance"
        yield Row(SEARCH, family, usage, "ESDomain", "Hrs", (price, price), {"instanceType": node, "currentGeneration": "Yes"})
    for kind, price in [("GP3", "0.122"), ("GP2", "0.135")]:
        family = "Amazon OpenSearch Service Volume"
        yield Row(SEARCH, family, f"ES:{kind}-Storage", "ESDomain", "GB-Mo", (price, price), {"storageMedia": kind})
    for node, prices in WAREHOUSE_NODES.items():
        attributes = {"instanceType": node, "usageFamily": node.split(".")[0].upper(), "currentGeneration": "Yes"}
        yield Row(REDSHIFT, "Compute Instance", f"Node:{node}", "RunComputeNode:0001", "Hrs", by_region(prices), attributes)
    for usage, price in [("perCluster", "0.10"), ("extendedSupport", "0.50")]:
        operation = "CreateOperation" if usage == "perCluster" else "ExtendedSupport"
        yield Row(EKS, "Compute", f"AmazonEKS-Hours:{usage}", operation, "Hours", _every(price), {"tiertype": "HAStandard"}, prefixed=True)
    for usage, of, prices in [
        ("TimedStorage-ByteHrs", "General Purpose", "0.30 0.30 0.33 0.36 0.36 -"),
        ("IATimedStorage-ByteHrs", "Infrequent Access", "0.016 0.016 - - - -"),
        ("ArchiveTimedStorage-ByteHrs", "Archive", "0.008 0.008 - - - -"),
        ("TimedStorage-Z-ByteHrs", "One Zone-General Purpose", "0.16 0.16 0.176 - - -"),
    ]:
        yield Row(EFS, "Storage", usage, "", "GB-Mo", by_region(prices), {"storageClass": of})
    yield Row(EFS, "Provisioned Throughput", "ProvisionedTP-MiBpsHrs", "", "MiBps-Mo", ("6.00", "6.00"), {"throughputClass": "Provisioned"})
    # The throughput that comes with the storage.
    yield Row(EFS, "Provisioned Throughput", "IncludedTP-MiBpsHrs", "", "MiBps-Mo", ("0", "0"), {"throughputClass": "Included"})
    logs = by_region("0.03 0.03 0.03 0.0324 0.033 0.0408")
    yield Row(CLOUDWATCH, "Storage Snapshot", "TimedStorage-ByteHrs", "HourlyStorageMetering", "GB-Mo", logs, {"storageMedia": "Amazon S3"}, prefixed=True)
    attributes = {"group": "Ingested Logs", "groupDescription": "Existing system, application, and custom log files"}
    ingested = by_region("0.50 0.50 0.57 0.63 0.67 0.90")
    yield Row(CLOUDWATCH, "Data Payload", "DataProcessing-Bytes", "PutLogEvents", "GB", ingested, attributes, prefixed=True)


def rows() -> Iterator[Row]:
    """Yields the products."""
    yield from _of_volumes()
    yield from _of_networks()
    yield from _of_tables()
    yield from _of_caches()
    yield from _of_others()


def attributes_of(row: Row, region: Region) -> dict[str, Any]:
    """Returns what the list says of a product in a region."""
    prefix = "USE1-" if row.prefixed and not region.prefix else region.prefix
    return {
        "servicecode": row.service,
        "servicename": NAMES[row.service],
        "location": region.location,
        "locationType": "AWS Region",
        "regionCode": region.code,
        "usagetype": prefix + row.usage,
        "operation": row.operation,
    } | row.attributes
