"""The part of the demo account that keeps data: clusters, snapshots, caches, file systems and log groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import clock, demo_exceptions
from .demo_ec2 import DAYS_OLD

if TYPE_CHECKING:
    from .demo_account import Contents
    from .ministack import Emulator

#: Clusters: region, identifier, engine, their instances among the databases, environment.
CLUSTERS = [
    ("us-east-1", "events", "aurora-postgresql", ("events-1",), "prod"),
    ("eu-west-1", "shop-reports", "aurora-postgresql", (), "prod"),
]

#: Snapshots: region, identifier, whether it is of an instance or a cluster, and of which. Those of instances are
#: `SNAPSHOT_DAYS` days old, and `ORPHAN` is of a database that is gone.
SNAPSHOTS = [
    ("us-east-1", "orders-before-upgrade", "instance", "orders"),
    ("us-east-1", "events-before-upgrade", "cluster", "events"),
    ("eu-west-1", "shop-v1-last", "instance", "shop-v1"),
]
ORPHAN = "shop-v1-last"
SNAPSHOT_DAYS = 40

#: Caches: region, identifier, engine, node type, environment.
CACHES = [
    ("us-east-1", "web-cache", "redis", "cache.r6g.large", "prod"),
    ("us-east-1", "old-cache", "redis", "cache.t3.micro", "dev"),
    ("us-west-2", "stock-cache", "redis", "cache.t3.medium", "prod"),
    ("eu-west-1", "shop-cache", "redis", "cache.m6g.large", "prod"),
]

#: The tag of a new file system with the GiB that the emulator then says it stores; no file system keeps it.
GIB_STORED = "emulator:gib-stored"

#: File systems: region, Name, throughput mode, GiB stored, environment.
FILE_SYSTEMS = [
    ("us-east-1", "web-content", "elastic", 80, "prod"),
    ("eu-west-1", "shop-exports", "bursting", 40, "prod"),
]

#: Log groups: region, name, retention in days (None to keep events forever), whether something was logged.
LOG_GROUPS = [
    ("us-east-1", "/acme/orders", 30, True),
    ("us-east-1", "/acme/audit", None, True),
    ("us-east-1", "/acme/planned", None, False),
    ("eu-west-1", "/acme/shop", 90, True),
    *demo_exceptions.LOG_GROUPS,
]


def fill_region(emulator: Emulator, contents: Contents, region: str) -> None:
    """Creates what there is in a region, except the clusters, which are created before their databases."""
    account = contents.account
    rds = emulator.client("rds", region, account)
    databases = {row[1] for row in contents.databases}
    for _, name, of, source in _of(contents.rds_snapshots, region):
        if of == "cluster":
            rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier=name, DBClusterIdentifier=source)
        elif source in databases:
            _snapshot(rds, name, source)
        else:
            _orphan(rds, name, source)

    elasticache = emulator.client("elasticache", region, account)
    for _, name, engine, kind, environment in _of(contents.caches, region):
        elasticache.create_cache_cluster(
            CacheClusterId=name, Engine=engine, CacheNodeType=kind, NumCacheNodes=1, Tags=_tags(env=environment)
        )

    efs = emulator.client("efs", region, account)
    for _, name, mode, gib, environment in _of(contents.file_systems, region):
        stored = _tags(Name=name, env=environment, **{GIB_STORED: str(gib)})
        efs.create_file_system(CreationToken=name, ThroughputMode=mode, Encrypted=True, Tags=stored)

    logs = emulator.client("logs", region, account)
    for _, name, days, has_events in _of(contents.log_groups, region):
        logs.create_log_group(logGroupName=name)
        if days is not None:
            logs.put_retention_policy(logGroupName=name, retentionInDays=days)
        if has_events:
            logs.create_log_stream(logGroupName=name, logStreamName="stream")
            event = {"timestamp": int(clock.now().timestamp() * 1000), "message": "an event of the demo account"}
            logs.put_log_events(logGroupName=name, logStreamName="stream", logEvents=[event])


def create_clusters(emulator: Emulator, contents: Contents, region: str) -> None:
    """Creates the clusters of a region, to which databases can then belong."""
    rds = emulator.client("rds", region, contents.account)
    for _, name, engine, _, environment in _of(contents.clusters, region):
        rds.create_db_cluster(
            DBClusterIdentifier=name,
            Engine=engine,
            EngineVersion=ENGINE_VERSIONS[engine],
            MasterUsername="acme",
            ManageMasterUserPassword=True,
            StorageEncrypted=True,
            ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 8},
            Tags=_tags(env=environment),
        )


#: The versions of engines, which AWS supports for years; `ENDED` is a database with a version that it does not support.
ENGINE_VERSIONS = {"postgres": "17.6", "mysql": "8.4.5", "aurora-postgresql": "17.7"}
ENDED, ENDED_VERSION = "inventory", "5.7.44"


def _orphan(rds, snapshot: str, database: str) -> None:
    """Creates a snapshot of a database that is then deleted."""
    rds.create_db_instance(
        DBInstanceIdentifier=database,
        DBInstanceClass="db.t3.micro",
        Engine="mysql",
        AllocatedStorage=20,
        MasterUsername="acme",
        ManageMasterUserPassword=True,
    )
    rds.get_waiter("db_instance_available").wait(
        DBInstanceIdentifier=database, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    _snapshot(rds, snapshot, database)
    rds.delete_db_instance(DBInstanceIdentifier=database, SkipFinalSnapshot=True)


def _snapshot(rds: Any, name: str, database: str) -> None:
    rds.create_db_snapshot(
        DBSnapshotIdentifier=name, DBInstanceIdentifier=database, Tags=_tags(**{DAYS_OLD: str(SNAPSHOT_DAYS)})
    )


def _of(rows: list[tuple], region: str) -> list[tuple]:
    return [row for row in rows if row[0] == region]


def _tags(**pairs: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in pairs.items()]
