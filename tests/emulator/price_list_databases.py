"""The databases of AWS's price list: their instances, storage, operations and snapshots."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from .price_list import AS_OF_LICENSES, RDS, Row, by_region

#: The price of an instance in one zone, in us-east-1 and us-west-2, by engine.
INSTANCES = {
    "PostgreSQL": {
        "db.t3.micro": "0.018", "db.t3.small": "0.036", "db.t3.medium": "0.072", "db.t3.large": "0.145",
        "db.m5.large": "0.178", "db.m5.xlarge": "0.356", "db.r5.large": "0.25", "db.r5.xlarge": "0.50",
    },
    "MySQL": {
        "db.t3.micro": "0.017", "db.t3.small": "0.034", "db.t3.medium": "0.068", "db.t3.large": "0.136",
        "db.m5.large": "0.171", "db.m5.xlarge": "0.342", "db.r5.large": "0.24", "db.r5.xlarge": "0.48",
    },
    "MariaDB": {
        "db.t3.micro": "0.017", "db.t3.small": "0.034", "db.t3.medium": "0.068", "db.t3.large": "0.136",
        "db.m5.large": "0.171", "db.m5.xlarge": "0.342", "db.r5.large": "0.24", "db.r5.xlarge": "0.48",
    },
    "Aurora PostgreSQL": {
        "db.t3.medium": "0.082", "db.t3.large": "0.164", "db.r5.large": "0.29", "db.r5.xlarge": "0.58",
    },
    "Aurora MySQL": {"db.t3.medium": "0.082", "db.t3.large": "0.164", "db.r5.large": "0.29", "db.r5.xlarge": "0.58"},
}  # fmt: skip

#: The number of an engine in operations.
OPERATIONS = {"MySQL": "0002", "PostgreSQL": "0014", "Aurora MySQL": "0016", "MariaDB": "0018", "Aurora PostgreSQL": "0021"}

#: Elsewhere than in the United States: engine, class, and the prices of all regions.
ELSEWHERE = {("PostgreSQL", "db.t3.micro"): "0.018 0.018 - 0.021", ("MySQL", "db.t3.small"): "0.034 0.034 - 0.04"}

INCLUDED, OWN = "License included", "Bring your own license"

#: Engines with licences in us-east-1: engine, edition, licence, number of the operation, class, price.
LICENSED = [
    ("SQL Server", "Standard", INCLUDED, "0012", "db.m5.xlarge", "1.224"),
    ("SQL Server", "Enterprise", INCLUDED, "0015", "db.m5.xlarge", "2.336"),
    ("SQL Server", "Web", INCLUDED, "0011", "db.t3.large", "0.232"),
    ("SQL Server", "Express", INCLUDED, "0010", "db.t3.large", "0.162"),
    ("Oracle", "Standard Two", INCLUDED, "0020", "db.t3.large", "0.30"),
    ("Oracle", "Standard Two", OWN, "0019", "db.t3.large", "0.136"),
]

#: The editions that have no second zone.
ONE_ZONE = {"Web", "Express"}

ONE, TWO = "Single-AZ", "Multi-AZ"

#: Storage: type, name in usage types, price in one zone in us-east-1, us-west-2, eu-west-1 and eu-central-1.
STORAGE = [
    ("General Purpose", "GP2-Storage", "0.115 0.115 0.127 0.137"),
    ("General Purpose-GP3", "GP3-Storage", "0.115 0.115 0.127 0.137"),
    ("Provisioned IOPS", "PIOPS-Storage", "0.125 0.125 0.138 0.149"),
    ("Provisioned IOPS-IO2", "IO2-Storage", "0.125 0.125 - -"),
    ("Magnetic", "StorageUsage", "0.10 0.10"),
]

#: Operations a second: name in usage types, group, price in one zone.
IOPS = [
    ("PIOPS", "RDS Provisioned IOPS", "0.10"),
    ("IO2-PIOPS", "RDS Provisioned IO2 IOPS", "0.10"),
    ("GP3-PIOPS", "RDS Provisioned GP3 IOPS", "0.02"),
]


def rows() -> Iterator[Row]:
    """Yields the products."""
    for engine, classes in INSTANCES.items():
        for name, price in classes.items():
            prices = by_region(ELSEWHERE.get((engine, name), f"{price} {price}"))
            for deployment, usage in [(ONE, "InstanceUsage"), (TWO, "Multi-AZUsage")]:
                # A cluster of Aurora has instances in several zones instead.
                if deployment == ONE or not engine.startswith("Aurora"):
                    yield _instance(engine, name, deployment, usage, _times(prices, deployment))
    optimized = {"storage": "Aurora IO Optimization Mode"}
    yield _instance("Aurora PostgreSQL", "db.r5.large", ONE, "InstanceUsageIOOptimized", ("0.377", "0.377"), optimized)
    for engine, edition, license_model, operation, name, price in LICENSED:
        more = {"databaseEdition": edition, "licenseModel": license_model, "operation": f"CreateDBInstance:{operation}"}
        for deployment, usage in [(ONE, "InstanceUsage"), (TWO, "Multi-AZUsage")]:
            prices = _times((price,), deployment)
            if deployment == ONE or edition not in ONE_ZONE:
                yield _instance(engine, name, deployment, usage, prices, more)._replace(as_of=AS_OF_LICENSES)
    for kind, usage, prices in STORAGE:
        # AWS rounds the doubled prices of Europe in ways of its own, so those are left out.
        for deployment, prefix in [(ONE, "RDS:"), (TWO, "RDS:Multi-AZ-")]:
            amounts = by_region(prices) if deployment == ONE else _times(by_region(prices)[:2], TWO)
            attributes = {"volumeType": kind, "deploymentOption": deployment, "databaseEngine": "Any"}
            yield Row(RDS, "Database Storage", prefix + usage, "", "GB-Mo", amounts, attributes)
    attributes = {"volumeType": "General Purpose", "deploymentOption": "Multi-AZ (SQL Server Mirror)", "databaseEngine": "SQL Server"}
    yield Row(RDS, "Database Storage", "RDS:Mirror-GP2-Storage", "", "GB-Mo", ("0.23", "0.23"), attributes)
    attributes = {"volumeType": "General Purpose-Aurora", "databaseEngine": "Any"}
    yield Row(RDS, "Database Storage", "Aurora:StorageUsage", "", "GB-Mo", ("0.10", "0.10", "0.11"), attributes)
    for usage, group, price in IOPS:
        for deployment, prefix in [(ONE, "RDS:"), (TWO, "RDS:Multi-AZ-")]:
            attributes = {"group": group, "deploymentOption": deployment, "databaseEngine": "Any"}
            amounts = _times((price, price), deployment)
            yield Row(RDS, "Provisioned IOPS", prefix + usage, "", "IOPS-Mo", amounts, attributes)
    for usage, engine, prices in [
        ("RDS:ChargedBackupUsage", "Any", "0.095 0.095 0.095 0.103 0.095"),
        ("RDSCustom:ChargedBackupUsage", "Any", "0.095 0.095"),
        ("Aurora:BackupUsage", "Any", "0.021 0.021 0.021"),
    ]:
        attributes = {"databaseEngine": engine, "storageMedia": "Amazon S3"}
        yield Row(RDS, "Storage Snapshot", usage, "", "GB-Mo", by_region(prices), attributes)


def _instance(
    engine: str, name: str, deployment: str, usage: str, prices: tuple, more: dict[str, str] | None = None
) -> Row:
    operation = f"CreateDBInstance:{OPERATIONS[engine]}" if engine in OPERATIONS else ""
    attributes = {
        "instanceType": name,
        "databaseEngine": engine,
        "deploymentOption": deployment,
        "licenseModel": "No license required",
        "storage": "EBS Only",
        "currentGeneration": "Yes",
    } | (more or {})
    # Usage types have `xl` where the class has `xlarge`.
    return Row(RDS, "Database Instance", f"{usage}:{name.replace('xlarge', 'xl')}", operation, "Hrs", prices, attributes)


def _times(prices: tuple, deployment: str) -> tuple:
    """Returns the prices of a deployment: two zones cost twice as much as one."""
    return tuple(price and str(Decimal(price) * (2 if deployment == TWO else 1)) for price in prices)
