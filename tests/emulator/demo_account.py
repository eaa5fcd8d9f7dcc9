"""The demo account: a small company's resources of all types, in five regions, and its second account, with a few.

Everything is listed here and nothing is random, so a test can state what must be found.
"""

from __future__ import annotations

import functools
import io
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from . import demo_clusters, demo_data, demo_ec2, demo_exceptions, demo_other, demo_services
from .demo_data import CACHES, CLUSTERS, FILE_SYSTEMS, LOG_GROUPS, SNAPSHOTS
from .ministack import ACCOUNT, HOME_REGION, OTHER_ACCOUNT, Emulator

#: Instances: region, Name, type, environment, whether it is stopped.
INSTANCES = [
    ("us-east-1", "web-1", "t3.large", "prod", False),
    ("us-east-1", "web-2", "t3.large", "prod", False),
    ("us-east-1", "batch", "c5.2xlarge", "prod", False),
    ("us-west-2", "web-3", "t3.large", "prod", False),
    ("us-west-2", "old-build", "m5.xlarge", "dev", True),
    ("eu-west-1", "shop-1", "m5.large", "prod", False),
    ("eu-west-1", "shop-2", "m5.large", "prod", False),
    ("eu-central-1", "analytics", "r5.xlarge", "prod", False),
    ("ap-southeast-2", "trial", "t3.micro", "dev", False),
]

#: More tags of a stopped instance: those that only terms with a colon, a comma or an empty value can name.
STOPPED_TAGS = {"owner": "", "acme:note": "Stopped in May, keep its disk"}

#: Databases: region, identifier, class, engine, GiB, environment.
DATABASES = [
    ("us-east-1", "orders", "db.r5.large", "postgres", 200, "prod"),
    ("us-east-1", "orders-test", "db.t3.medium", "postgres", 20, "dev"),
    ("us-east-1", "events-1", "db.r5.large", "aurora-postgresql", 1, "prod"),
    ("us-west-2", "inventory", "db.t3.medium", "mysql", 100, "prod"),
    ("eu-west-1", "shop", "db.m5.large", "mysql", 100, "prod"),
    ("eu-central-1", "warehouse", "db.r5.xlarge", "postgres", 500, "prod"),
]

#: Buckets: region, name, environment.
BUCKETS = [
    ("us-east-1", "acme-orders-archive", "prod"),
    ("us-east-1", "acme-web-assets", "prod"),
    ("us-west-2", "acme-backups", "prod"),
    ("eu-west-1", "acme-shop-uploads", "prod"),
    ("eu-central-1", "acme-analytics-lake", "prod"),
]

#: Functions: region, name, runtime, MiB, seconds, environment.
FUNCTIONS = [
    ("us-east-1", "order-created", "python3.13", 256, 30, "prod"),
    ("us-east-1", "invoice-mail", "nodejs22.x", 512, 60, "prod"),
    ("us-east-1", "legacy-export", "python3.8", 128, 30, "prod"),
    ("us-west-2", "stock-sync", "python3.13", 128, 15, "prod"),
    ("eu-west-1", "thumbnail", "nodejs22.x", 1024, 30, "prod"),
    ("ap-southeast-2", "trial-report", "python3.13", 128, 3, "dev"),
]

#: Volumes that are not attached (each instance also has its root volume): region, Name, type, GiB.
VOLUMES = [
    ("us-east-1", "old-data", "gp2", 100),
    ("us-west-2", "old-build-cache", "gp3", 50),
    ("eu-west-1", "migration-copy", "io1", 200),
    ("eu-central-1", "lake-scratch", "st1", 500),
    *demo_exceptions.VOLUMES,
]

#: Elastic IP addresses: region, Name, and the Name of the instance that uses it.
ADDRESSES = [
    ("us-east-1", "web", "web-1"),
    ("us-west-2", "unused", None),
    ("eu-west-1", "shop", "shop-1"),
    ("eu-central-1", "left-over", None),
]

#: Tables: region, name, provisioned units of read and of write capacity (None for one on demand), environment.
TABLES = [
    ("us-east-1", "order-events", None, "prod"),
    ("us-east-1", "web-sessions", (20, 10), "prod"),
    ("us-west-2", "stock-locks", (5, 5), "prod"),
    ("eu-west-1", "shop-carts", None, "prod"),
    ("eu-west-1", "shop-coupons", (5, 5), "prod"),
    ("ap-southeast-2", "trial-events", (1, 1), "dev"),
]


class Contents(NamedTuple):
    """The contents of an account, in the format of the tables above."""

    account: str
    instances: list[tuple]
    databases: list[tuple]
    buckets: list[tuple]
    functions: list[tuple]
    volumes: list[tuple]
    addresses: list[tuple]
    tables: list[tuple]
    clusters: list[tuple]
    rds_snapshots: list[tuple]
    caches: list[tuple]
    file_systems: list[tuple]
    log_groups: list[tuple]
    gateways: list[tuple]
    attached: list[tuple]
    snapshots: list[tuple]
    copies: list[tuple]
    images: list[tuple]
    endpoints: list[tuple]
    load_balancers: list[tuple]
    scaling_groups: list[tuple]
    services: list[tuple]
    eks_clusters: list[tuple]
    domains: list[tuple]
    warehouses: list[tuple]
    others: list[tuple]

    def regions(self) -> list[str]:
        return sorted({row[0] for rows in self[1:] for row in rows})


HOME = Contents(
    ACCOUNT,
    INSTANCES,
    DATABASES,
    BUCKETS,
    FUNCTIONS,
    VOLUMES,
    ADDRESSES,
    TABLES,
    clusters=CLUSTERS,
    rds_snapshots=SNAPSHOTS,
    caches=CACHES,
    file_systems=FILE_SYSTEMS,
    log_groups=LOG_GROUPS,
    gateways=demo_ec2.GATEWAYS,
    attached=demo_ec2.ATTACHED,
    snapshots=demo_ec2.SNAPSHOTS,
    copies=demo_ec2.COPIES,
    images=demo_ec2.IMAGES,
    endpoints=demo_ec2.ENDPOINTS,
    load_balancers=demo_services.LOAD_BALANCERS,
    scaling_groups=demo_services.SCALING_GROUPS,
    services=demo_services.SERVICES,
    eks_clusters=demo_clusters.EKS_CLUSTERS,
    domains=demo_clusters.DOMAINS,
    warehouses=demo_clusters.WAREHOUSES,
    others=demo_other.OTHERS,
)

#: The other account, which is read through its reader role.
OTHER = Contents(
    OTHER_ACCOUNT,
    instances=[
        ("us-east-1", "sandbox-1", "m5.large", "dev", False),
        ("eu-west-1", "sandbox-hot", "c5.large", "dev", False),
    ],
    databases=[("eu-west-1", "sandbox-db", "db.m5.large", "postgres", 50, "dev")],
    buckets=[("us-east-1", "acme-sandbox-logs", "dev")],
    functions=[("us-east-1", "sandbox-cleanup", "python3.13", 128, 15, "dev")],
    volumes=[("eu-west-1", "sandbox-scratch", "gp3", 20)],
    addresses=[("us-east-1", "sandbox-unused", None)],
    tables=[("eu-west-1", "sandbox-items", None, "dev")],
    clusters=[("eu-west-1", "sandbox-cluster", "aurora-postgresql", (), "dev")],
    rds_snapshots=[("eu-west-1", "sandbox-db-first", "instance", "sandbox-db")],
    caches=[("us-east-1", "sandbox-cache", "redis", "cache.t3.micro", "dev")],
    file_systems=[("eu-west-1", "sandbox-files", "bursting", 5, "dev")],
    log_groups=[("us-east-1", "/acme/sandbox", 7, True)],
    **demo_ec2.OTHER,
    load_balancers=demo_services.OTHERS_LOAD_BALANCERS,
    scaling_groups=demo_services.OTHERS_SCALING_GROUPS,
    services=demo_services.OTHERS_SERVICES,
    **demo_clusters.OTHER,
    others=demo_other.IN_OTHER_ACCOUNT,
)

_ROLE = "acme-functions"


def fill(emulator: Emulator, contents: Contents = HOME) -> None:
    """Creates an account's resources, all regions in parallel."""
    role = _role(emulator, contents.account)
    regions = contents.regions()
    if contents.account == ACCOUNT:
        demo_exceptions.store(emulator)
    with ThreadPoolExecutor(len(regions)) as pool:
        for done in [pool.submit(_fill_region, emulator, contents, region, role) for region in regions]:
            done.result()


def _fill_region(emulator: Emulator, contents: Contents, region: str, role: str) -> None:
    account = contents.account
    ec2 = emulator.client("ec2", region, account)
    images = demo_ec2.create_images(ec2, _of(contents.images, region))
    image_of = {instance: images[name] for name, instance in demo_ec2.INSTANCES_OF_IMAGES.items() if name in images}
    instances = {}
    for _, name, kind, environment, stopped in _of(contents.instances, region):
        started = ec2.run_instances(
            ImageId=image_of.get(name, "ami-0abcdef1234567890"),
            InstanceType=kind,
            MinCount=1,
            MaxCount=1,
            TagSpecifications=[
                {"ResourceType": "instance", "Tags": tags(Name=name, env=environment, **(STOPPED_TAGS if stopped else {}))}
            ],
        )
        instances[name] = started["Instances"][0]["InstanceId"]
        if stopped:
            ec2.stop_instances(InstanceIds=[instances[name]])
            demo_ec2.age_of_stop(ec2, instances[name])
    volumes = {}
    for _, name, kind, size in _of(contents.volumes, region):
        iops = {"Iops": 1000} if kind == "io1" else {}
        specification = [{"ResourceType": "volume", "Tags": tags(Name=name, **demo_exceptions.tags_of(name))}]
        created = ec2.create_volume(
            AvailabilityZone=f"{region}a", Size=size, VolumeType=kind, TagSpecifications=specification, **iops
        )
        volumes[name] = created["VolumeId"]
    for _, name, user in _of(contents.addresses, region):
        address = ec2.allocate_address(Domain="vpc")
        # The emulator drops the tags that are passed when an address is allocated.
        ec2.create_tags(Resources=[address["AllocationId"]], Tags=tags(Name=name))
        if user:
            ec2.associate_address(AllocationId=address["AllocationId"], InstanceId=instances[user])
    tables = {table: _of(getattr(contents, table), region) for table in demo_ec2.OTHER}
    clients = functools.partial(emulator.client, region=region, account=account)
    demo_ec2.fill(clients, region, tables, instances, volumes, images)

    demo_data.create_clusters(emulator, contents, region)
    rds = emulator.client("rds", region, account)
    clusters = {member: cluster for _, cluster, _, members, _ in contents.clusters for member in members}
    for _, name, kind, engine, size, environment in _of(contents.databases, region):
        # The cluster of an instance has its user.
        user = {"MasterUsername": "acme", "ManageMasterUserPassword": True}
        version = demo_data.ENDED_VERSION if name == demo_data.ENDED else demo_data.ENGINE_VERSIONS[engine]
        rds.create_db_instance(
            DBInstanceIdentifier=name,
            DBInstanceClass=kind,
            Engine=engine,
            EngineVersion=version,
            AllocatedStorage=size,
            Tags=tags(env=environment),
            **({"DBClusterIdentifier": clusters[name]} if name in clusters else user),
        )

    s3 = emulator.client("s3", region, account)
    for _, name, environment in _of(contents.buckets, region):
        elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": region}} if region != HOME_REGION else {}
        s3.create_bucket(Bucket=name, **elsewhere)
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags(env=environment)})

    for _, name, runtime, memory, timeout, environment in _of(contents.functions, region):
        create_function(emulator, region, name, role, runtime, memory, timeout, {"env": environment}, account)

    dynamodb = emulator.client("dynamodb", region, account)
    for _, name, capacity, environment in _of(contents.tables, region):
        if capacity is None:
            billing = {"BillingMode": "PAY_PER_REQUEST"}
        else:
            billing = {"ProvisionedThroughput": {"ReadCapacityUnits": capacity[0], "WriteCapacityUnits": capacity[1]}}
        dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            Tags=tags(env=environment),
            **billing,
        )

    demo_services.fill_region(emulator, contents, region)
    demo_clusters.fill_region(emulator, contents, region, role)
    demo_other.fill_region(emulator, contents, region)

    # A database exists before it is available, and only then has all of its properties.
    for _, name, *_ in _of(contents.databases, region):
        waiter = rds.get_waiter("db_instance_available")
        waiter.wait(DBInstanceIdentifier=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    demo_data.fill_region(emulator, contents, region)


def create_function(
    emulator: Emulator,
    region: str,
    name: str,
    role: str,
    runtime: str = "python3.13",
    memory: int = 128,
    timeout: int = 3,
    function_tags: dict[str, str] | None = None,
    account: str = ACCOUNT,
) -> None:
    """Creates a function that does nothing."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", "def handler(event, context):\n    return None\n")
    emulator.client("lambda", region, account).create_function(
        FunctionName=name,
        Runtime=runtime,
        Role=role,
        Handler="index.handler",
        MemorySize=memory,
        Timeout=timeout,
        Code={"ZipFile": code.getvalue()},
        Tags=function_tags or {},
    )


def _role(emulator: Emulator, account: str) -> str:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    created = emulator.client("iam", account=account).create_role(RoleName=_ROLE, AssumeRolePolicyDocument=document)
    return created["Role"]["Arn"]


def _of(rows: list[tuple], region: str) -> list[tuple]:
    return [row for row in rows if row[0] == region]


def tags(**pairs: str) -> list[dict[str, str]]:
    """Returns tags in the form that most AWS APIs accept."""
    return [{"Key": key, "Value": value} for key, value in pairs.items()]
