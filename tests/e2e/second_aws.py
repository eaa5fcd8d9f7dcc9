"""A second AWS, written by others than the emulator: moto's server, with more than one page of most types."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import requests
from emulator.demo_account import tags
from emulator.ministack import START_SECONDS, STOP_SECONDS, WORK, Emulator, EmulatorError, free_port

#: The regions, and how many resources of a type they have for each number in `AMOUNTS`.
REGIONS = {"us-east-1": 1.0, "eu-west-1": 0.1}
#: How many resources of a type the first region has: more than a page where moto has pages of AWS's size, except for
#: instances, images, NAT gateways, endpoints and buckets, of which a page has 1,000 or more.
AMOUNTS = {
    "ec2": 110,
    "rds": 110,
    "s3": 10,
    "lambda": 60,
    "ebs": 20,  # and one of each instance
    "eip": 110,
    "dynamodb": 110,
    "nat_gateway": 10,
    "ebs_snapshot": 20,
    "ami": 10,
    "vpc_endpoint": 10,
    "rds_cluster": 20,
    "rds_snapshot": 20,
    "elasticache": 110,
    "efs": 110,
    "log_group": 110,
    "load_balancer": 410,
    "autoscaling_group": 110,
    "ecs_service": 110,
    "eks_cluster": 110,
    "opensearch": 20,
    "redshift": 20,
}
#: How many classic load balancers the first region has, beside the others.
CLASSIC = 410
#: How many of a classic load balancer's and of a target group's targets are registered.
REGISTERED = 3

Tags = list[dict[str, str]]


@contextlib.contextmanager
def running() -> Iterator[Emulator]:
    """Runs moto's server on a free port."""
    port = free_port()
    WORK.mkdir(parents=True, exist_ok=True)
    second = Emulator(port, WORK / f"moto-{port}.log")
    program = Path(sys.executable).parent / "moto_server"
    with second.log.open("w") as log:
        process = subprocess.Popen(
            [program, "-H", "127.0.0.1", "-p", str(port)], env=second.environment(), stdin=subprocess.DEVNULL,
            stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        _wait_until_up(second, process)
        yield second
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(STOP_SECONDS)


def _wait_until_up(second: Emulator, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + START_SECONDS
    with requests.Session() as session:
        session.trust_env = False
        while time.monotonic() < give_up:
            if process.poll() is not None:
                raise EmulatorError(f"moto exited with code {process.returncode}; see {second.log}")
            with contextlib.suppress(requests.ConnectionError):
                session.get(f"{second.endpoint}/moto-api/data.json", timeout=10).close()
                return
            time.sleep(0.1)  # between two checks
    raise EmulatorError(f"moto did not respond within {START_SECONDS} s; see {second.log}")


#: Region, type and id of what was created, with its tags.
Created = dict[tuple[str, str, str], dict[str, str]]


def fill(second: Emulator) -> Created:
    """Creates the resources of both regions, and returns those whose id and tags are known."""
    with ThreadPoolExecutor(len(REGIONS)) as pool:
        parts = list(pool.map(lambda region: _fill_region(second, region, REGIONS[region]), REGIONS))
    return {key: value for part in parts for key, value in part.items()}


def _fill_region(second: Emulator, region: str, share: float) -> Created:
    created: Created = {}

    def create(kind: str, of_one: Callable[[str, dict[str, str]], str], amount: int = 0) -> list[str]:
        """Creates the resources of a type: `of_one` is given a name and tags, and returns the id."""
        ids = []
        for number in range(round((amount or AMOUNTS[kind]) * share)):
            own = {"number": str(number), "region": region}
            ids.append(of_one(f"{kind.replace('_', '-')}-{number}", own))
            created[region, kind, ids[-1]] = own
        return ids

    def client(service: str) -> Any:
        return second.client(service, region)

    instances = _network_and_machines(client("ec2"), region, create, round(AMOUNTS["ec2"] * share), created)
    _data(client, region, create)
    _programs(client, region, create)
    _load_balancers(client, region, create, instances)
    return created


def _pairs(of: dict[str, str]) -> Tags:
    return tags(**of)


def _network_and_machines(ec2: Any, region: str, create: Callable[..., list[str]], instances: int, created: Created) -> list[str]:
    """Creates what EC2 has, and returns the ids of some instances."""

    def tagged(kind: str, own: dict[str, str]) -> list[dict[str, Any]]:
        return [{"ResourceType": kind, "Tags": _pairs(own)}]

    all_alike = {"region": region}
    (image,) = ec2.describe_images(Owners=["amazon"], MaxResults=5)["Images"][:1]
    run = {"ImageId": image["ImageId"], "InstanceType": "t3.nano", "MinCount": instances, "MaxCount": instances}
    started = ec2.run_instances(**run, TagSpecifications=tagged("instance", all_alike))["Instances"]
    ids = [instance["InstanceId"] for instance in started]
    created |= {(region, "ec2", id): all_alike for id in ids}

    def volume(_name: str, own: dict[str, str]) -> str:
        zone = f"{region}a"
        return ec2.create_volume(AvailabilityZone=zone, Size=8, TagSpecifications=tagged("volume", own))["VolumeId"]

    volumes = create("ebs", volume)
    source, subnet = volumes[0], ec2.describe_subnets()["Subnets"][0]

    def snapshot(_name: str, own: dict[str, str]) -> str:
        return ec2.create_snapshot(VolumeId=source, TagSpecifications=tagged("snapshot", own))["SnapshotId"]

    def address(_name: str, own: dict[str, str]) -> str:
        return ec2.allocate_address(Domain="vpc", TagSpecifications=tagged("elastic-ip", own))["AllocationId"]

    addresses = iter(create("eip", address))

    def gateway(_name: str, own: dict[str, str]) -> str:
        public = {"SubnetId": subnet["SubnetId"], "AllocationId": next(addresses)}
        return ec2.create_nat_gateway(**public, TagSpecifications=tagged("natgateway", own))["NatGateway"]["NatGatewayId"]

    def endpoint(_name: str, own: dict[str, str]) -> str:
        service = {"VpcId": subnet["VpcId"], "ServiceName": f"com.amazonaws.{region}.s3", "VpcEndpointType": "Gateway"}
        return ec2.create_vpc_endpoint(**service, TagSpecifications=tagged("vpc-endpoint", own))["VpcEndpoint"]["VpcEndpointId"]

    def own_image(name: str, own: dict[str, str]) -> str:
        return ec2.create_image(InstanceId=ids[0], Name=name, TagSpecifications=tagged("image", own))["ImageId"]

    create("ebs_snapshot", snapshot)
    create("nat_gateway", gateway)
    create("vpc_endpoint", endpoint)
    create("ami", own_image)
    return ids[:REGISTERED]


def _data(client: Callable[[str], Any], region: str, create: Callable[..., list[str]]) -> None:
    """Creates databases, caches, tables, file systems and buckets."""
    rds, cache, dynamodb, efs, s3 = (client(name) for name in ("rds", "elasticache", "dynamodb", "efs", "s3"))
    user = {"MasterUsername": "acme", "MasterUserPassword": "not-a-secret"}

    def database(name: str, own: dict[str, str]) -> str:
        kind = {"DBInstanceClass": "db.t3.micro", "Engine": "postgres", "AllocatedStorage": 20}
        rds.create_db_instance(DBInstanceIdentifier=name, **kind, **user, Tags=_pairs(own))
        return name

    def cluster(name: str, own: dict[str, str]) -> str:
        rds.create_db_cluster(DBClusterIdentifier=name, Engine="aurora-postgresql", **user, Tags=_pairs(own))
        return name

    databases, clusters = create("rds", database), create("rds_cluster", cluster)

    def database_snapshot(name: str, own: dict[str, str]) -> str:
        rds.create_db_snapshot(DBSnapshotIdentifier=name, DBInstanceIdentifier=databases[0], Tags=_pairs(own))
        return name

    def cluster_snapshot(name: str, own: dict[str, str]) -> str:
        name = f"of-cluster-{name}"
        rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier=name, DBClusterIdentifier=clusters[0], Tags=_pairs(own))
        return name

    create("rds_snapshot", database_snapshot)
    create("rds_snapshot", cluster_snapshot)

    def cache_cluster(name: str, own: dict[str, str]) -> str:
        kind = {"Engine": "redis", "CacheNodeType": "cache.t3.micro", "NumCacheNodes": 1}
        cache.create_cache_cluster(CacheClusterId=name, **kind, Tags=_pairs(own))
        return name

    def table(name: str, own: dict[str, str]) -> str:
        key = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}
        types = {"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}
        dynamodb.create_table(TableName=name, **key, **types, BillingMode="PAY_PER_REQUEST", Tags=_pairs(own))
        return name

    def file_system(name: str, own: dict[str, str]) -> str:
        return efs.create_file_system(CreationToken=f"{region}-{name}", Tags=_pairs(own))["FileSystemId"]

    def bucket(name: str, own: dict[str, str]) -> str:
        name = f"{region}-{name}"
        elsewhere = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=name, **elsewhere)
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": _pairs(own)})
        return name

    create("elasticache", cache_cluster)
    create("dynamodb", table)
    create("efs", file_system)
    create("s3", bucket)


def _programs(client: Callable[[str], Any], region: str, create: Callable[..., list[str]]) -> None:
    """Creates functions, log groups, Auto Scaling groups and services."""
    functions, logs, scaling, ecs = (client(name) for name in ("lambda", "logs", "autoscaling", "ecs"))
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = client("iam").create_role(RoleName=f"of-{region}", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", "def handler(event, context):\n    return None\n")

    def function(name: str, own: dict[str, str]) -> str:
        runs = {"Runtime": "python3.13", "Role": role, "Handler": "index.handler", "Code": {"ZipFile": code.getvalue()}}
        functions.create_function(FunctionName=name, **runs, Tags=own)
        return name

    def log_group(name: str, own: dict[str, str]) -> str:
        logs.create_log_group(logGroupName=f"/acme/{name}", tags=own)
        return f"/acme/{name}"

    starts = {"ImageId": "ami-12c6146b", "InstanceType": "t3.nano"}
    scaling.create_launch_configuration(LaunchConfigurationName="acme", **starts)

    def scaling_group(name: str, own: dict[str, str]) -> str:
        sizes = {"MinSize": 0, "MaxSize": 2, "DesiredCapacity": 0, "AvailabilityZones": [f"{region}a"]}
        of_group = {"ResourceId": name, "ResourceType": "auto-scaling-group", "PropagateAtLaunch": False}
        own_tags = [tag | of_group for tag in _pairs(own)]
        scaling.create_auto_scaling_group(AutoScalingGroupName=name, LaunchConfigurationName="acme", **sizes, Tags=own_tags)
        return name

    container = {"name": "web", "image": "web", "memory": 128}
    ecs.register_task_definition(family="web", containerDefinitions=[container])
    for cluster in ("shop", "lab"):
        ecs.create_cluster(clusterName=cluster)

    def service(name: str, own: dict[str, str]) -> str:
        cluster = "lab" if own["number"] == "0" else "shop"
        listed = [{"key": key, "value": value} for key, value in own.items()]
        ecs.create_service(cluster=cluster, serviceName=name, taskDefinition="web", desiredCount=0, tags=listed)
        return f"{cluster}/{name}"

    create("lambda", function)
    create("log_group", log_group)
    create("autoscaling_group", scaling_group)
    create("ecs_service", service)
    _clusters(client, role, create)


def _clusters(client: Callable[[str], Any], role: str, create: Callable[..., list[str]]) -> None:
    """Creates clusters of EKS and Redshift, and domains of OpenSearch."""
    eks, opensearch, redshift = (client(name) for name in ("eks", "opensearch", "redshift"))

    def eks_cluster(name: str, own: dict[str, str]) -> str:
        eks.create_cluster(name=name, roleArn=role, resourcesVpcConfig={"subnetIds": ["subnet-1"]}, tags=own)
        return name

    def domain(name: str, own: dict[str, str]) -> str:
        opensearch.create_domain(DomainName=name, EngineVersion="OpenSearch_2.19", TagList=_pairs(own))
        return name

    def warehouse(name: str, own: dict[str, str]) -> str:
        owner = {"MasterUsername": "acme", "MasterUserPassword": "Not-a-real-1"}
        redshift.create_cluster(ClusterIdentifier=name, NodeType="ra3.large", ClusterType="single-node", **owner, Tags=_pairs(own))
        return name

    create("eks_cluster", eks_cluster)
    create("opensearch", domain)
    create("redshift", warehouse)


def _load_balancers(client: Callable[[str], Any], region: str, create: Callable[..., list[str]], instances: list[str]) -> None:
    """Creates load balancers of both versions, the first of each with targets."""
    elb, classic = client("elbv2"), client("elb")
    subnets = client("ec2").describe_subnets()["Subnets"][:2]

    def load_balancer(name: str, own: dict[str, str]) -> str:
        places = {"Subnets": [subnet["SubnetId"] for subnet in subnets]}
        made = elb.create_load_balancer(Name=name, Scheme="internal", **places, Tags=_pairs(own))["LoadBalancers"][0]
        return made["LoadBalancerArn"].split(":loadbalancer/")[1]

    def classic_load_balancer(name: str, own: dict[str, str]) -> str:
        name = f"old-{name}"
        listener = {"Protocol": "tcp", "LoadBalancerPort": 80, "InstancePort": 80}
        zones = [f"{region}a", f"{region}b"]
        classic.create_load_balancer(LoadBalancerName=name, Listeners=[listener], AvailabilityZones=zones, Tags=_pairs(own))
        return name

    create("load_balancer", load_balancer)
    (first, *_) = create("load_balancer", classic_load_balancer, CLASSIC)
    targets = [{"InstanceId": id} for id in instances]
    classic.register_instances_with_load_balancer(LoadBalancerName=first, Instances=targets)
    group = elb.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=subnets[0]["VpcId"])["TargetGroups"][0]
    elb.register_targets(TargetGroupArn=group["TargetGroupArn"], Targets=[{"Id": id} for id in instances])
    balancers = elb.describe_load_balancers(Names=["load-balancer-0"])["LoadBalancers"]
    forward = [{"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}]
    elb.create_listener(LoadBalancerArn=balancers[0]["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=forward)
