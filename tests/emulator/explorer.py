"""A simulated AWS Resource Explorer, which the emulator lacks, over what the emulator really has.

It pages, filters by view and refuses like AWS: no token of a next page with `MaxResults` of 1,000, nothing without a
default view, nothing from a region without an index. Each index lists its region; the aggregator lists all of them, and
what is global. It checks each request by AWS's model of the service, and the region that the request is signed for.

What exists, it asks the emulator: its tagging API in every region, and in the regions of the demo account also what that
API leaves out.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from . import clock, demo_account, loopback, model
from .loopback import Asked, Changeable
from .ministack import HOME_REGION, Emulator

SERVICE = "resource-explorer-2"
GLOBAL = "global"

#: The largest page after which there is a token of the next one.
LARGEST_WITH_TOKEN = 999

#: The types of Resource Explorer by the service and the start of the resource in an ARN.
TYPES = [
    ("cloudfront", "distribution/", "cloudfront:distribution"),
    ("cognito-idp", "userpool/", "cognito-idp:userpool"),
    ("dynamodb", "table/", "dynamodb:table"),
    ("ecr", "repository/", "ecr:repository"),
    ("ecs", "cluster/", "ecs:cluster"),
    ("ecs", "service/", "ecs:service"),
    ("ecs", "task-definition/", "ecs:task-definition"),
    ("eks", "cluster/", "eks:cluster"),
    ("elasticache", "cluster:", "elasticache:cluster"),
    ("elasticache", "parametergroup:", "elasticache:parametergroup"),
    ("elasticfilesystem", "access-point/", "elasticfilesystem:access-point"),
    ("elasticfilesystem", "file-system/", "elasticfilesystem:file-system"),
    ("elasticloadbalancing", "loadbalancer/app/", "elasticloadbalancing:loadbalancer/app"),
    ("elasticloadbalancing", "loadbalancer/gwy/", "elasticloadbalancing:loadbalancer/gwy"),
    ("elasticloadbalancing", "loadbalancer/net/", "elasticloadbalancing:loadbalancer/net"),
    ("elasticloadbalancing", "targetgroup/", "elasticloadbalancing:targetgroup"),
    ("es", "domain/", "es:domain"),
    ("events", "event-bus/", "events:event-bus"),
    ("events", "rule/", "events:rule"),
    ("iam", "policy/", "iam:policy"),
    ("iam", "role/", "iam:role"),
    ("iam", "user/", "iam:user"),
    ("kms", "key/", "kms:key"),
    ("lambda", "function:", "lambda:function"),
    ("logs", "log-group:", "logs:log-group"),
    ("rds", "cluster:", "rds:cluster"),
    ("rds", "cluster-snapshot:", "rds:cluster-snapshot"),
    ("rds", "db:", "rds:db"),
    ("rds", "snapshot:", "rds:snapshot"),
    ("redshift", "cluster:", "redshift:cluster"),
    ("s3", "", "s3:bucket"),
    ("secretsmanager", "secret:", "secretsmanager:secret"),
    ("sns", "", "sns:topic"),
    ("sqs", "", "sqs:queue"),
    ("ssm", "parameter/", "ssm:parameter"),
]

#: What EC2 describes: the operation, its list, the id, and the type in ARNs, which is also Resource Explorer's.
EC2 = [
    ("describe_instances", "Reservations[].Instances[]", "InstanceId", "instance"),
    ("describe_volumes", "Volumes[]", "VolumeId", "volume"),
    ("describe_vpcs", "Vpcs[]", "VpcId", "vpc"),
    ("describe_subnets", "Subnets[]", "SubnetId", "subnet"),
    ("describe_security_groups", "SecurityGroups[]", "GroupId", "security-group"),
    ("describe_route_tables", "RouteTables[]", "RouteTableId", "route-table"),
    ("describe_nat_gateways", "NatGateways[]", "NatGatewayId", "natgateway"),
    ("describe_addresses", "Addresses[]", "AllocationId", "elastic-ip"),
    ("describe_vpc_endpoints", "VpcEndpoints[]", "VpcEndpointId", "vpc-endpoint"),
]

#: What other services describe: service, operation, its list, and the ARN.
ARNS = [
    ("rds", "describe_db_instances", "DBInstances[]", "DBInstanceArn"),
    ("rds", "describe_db_clusters", "DBClusters[]", "DBClusterArn"),
    ("rds", "describe_db_snapshots", "DBSnapshots[]", "DBSnapshotArn"),
    ("elbv2", "describe_load_balancers", "LoadBalancers[]", "LoadBalancerArn"),
    ("elbv2", "describe_target_groups", "TargetGroups[]", "TargetGroupArn"),
    ("elasticache", "describe_cache_parameter_groups", "CacheParameterGroups[]", "ARN"),
    ("events", "list_event_buses", "EventBuses[]", "Arn"),
    ("logs", "describe_log_groups", "logGroups[]", "logGroupArn"),
]


@dataclass
class Explorer(Changeable):
    """A running Resource Explorer."""

    url: str = ""
    #: Every request: operation, signed region, account and body.
    requests: list[tuple[str, str, str, dict[str, Any]]] = field(default_factory=list)
    #: The region of the aggregator index; None for local indexes alone.
    aggregator: str | None = HOME_REGION
    #: The regions without an index; None if there is none at all.
    without_index: set[str] | None = field(default_factory=set)
    #: The regions whose default view nobody chose.
    without_view: set[str] = field(default_factory=set)
    #: The state of every index.
    state: str = "ACTIVE"
    #: The errors of operations: status, code and message.
    faults: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    #: The most resources of a page, if that is less than what is asked for.
    largest_page: int = LARGEST_WITH_TOKEN

    def __post_init__(self) -> None:
        self._lists: dict[str, list[dict[str, Any]]] = {}

    def answer(
        self, account: Account, operation: str, region: str, asked: dict[str, Any]
    ) -> tuple[int, dict[str, Any], str | None]:
        """Returns the status and the body of the response, and the code of an error."""
        self.requests.append((operation, region, account.id, asked))
        try:
            model.check(SERVICE, operation, asked)
        except ValueError as error:
            return 400, {"Message": str(error)}, "ValidationException"
        if operation in self.faults:
            status, code, message = self.faults[operation]
            return status, {"Message": message}, code
        answers = {"ListIndexes": self._indexes, "GetIndex": self._index, "ListResources": self._resources}
        return answers[operation](account, region, asked)

    def _indexed(self, account: Account) -> list[str]:
        return [] if self.without_index is None else [r for r in account.regions if r not in self.without_index]

    def _type(self, region: str) -> str:
        return "AGGREGATOR" if region == self.aggregator else "LOCAL"

    def _indexes(self, account: Account, _: str, asked: dict[str, Any]) -> tuple[int, dict[str, Any], None]:
        found = [
            {"Region": region, "Type": self._type(region), "Arn": f"arn:aws:{SERVICE}:{region}:{account.id}:index/1"}
            for region in self._indexed(account)
            if asked.get("Type", self._type(region)) == self._type(region) and region in asked.get("Regions", [region])
        ]
        first, size = int(asked.get("NextToken", "0")), asked.get("MaxResults", 100)
        more = {"NextToken": str(first + size)} if first + size < len(found) else {}
        return 200, {"Indexes": found[first : first + size], **more}, None

    def _index(self, account: Account, region: str, _: dict[str, Any]) -> tuple[int, dict[str, Any], str | None]:
        indexed = self._indexed(account)
        if region not in indexed:
            return 404, {"Message": "Index not found"}, "ResourceNotFoundException"
        described = {"Type": self._type(region), "State": self.state}
        if region == self.aggregator:
            described["ReplicatingFrom"] = [other for other in indexed if other != region]
        return 200, described, None

    def _resources(self, account: Account, region: str, asked: dict[str, Any]) -> tuple[int, dict[str, Any], str | None]:
        indexed = self._indexed(account)
        if region not in indexed or region in self.without_view:
            return 401, {"Message": "Unauthorized"}, "UnauthorizedException"
        if asked.get("Filters"):
            return 400, {"Message": "the stand-in knows no filters"}, "ValidationException"
        listed, first = account.id, 0
        if token := asked.get("NextToken"):
            listed, number = token.rsplit("/", 1)
            first = int(number)
            resources = self._lists[listed]
        else:
            whole = region == self.aggregator
            shown = {*indexed, GLOBAL} if whole else {region} | ({GLOBAL} if region == HOME_REGION else set())
            resources = account.resources(shown)
            listed = f"{account.id}/{region}/{len(self._lists)}"
            self._lists[listed] = resources
        size = min(asked.get("MaxResults", 100), self.largest_page)
        answer: dict[str, Any] = {
            "Resources": resources[first : first + size],
            "ViewArn": f"arn:aws:{SERVICE}:{region}:{account.id}:view/all-resources/1",
        }
        if first + size < len(resources) and asked.get("MaxResults") != LARGEST_WITH_TOKEN + 1:
            answer["NextToken"] = f"{listed}/{first + size}"
        return 200, answer, None


class Account:
    """What the emulator has of one account."""

    def __init__(self, emulator: Emulator, account: str) -> None:
        self.id = account
        self._client: Callable[[str, str], Any] = functools.cache(
            lambda service, region: emulator.client(service, region, account)
        )
        regions = self._client("ec2", HOME_REGION).describe_regions()["Regions"]
        self.regions = sorted(region["RegionName"] for region in regions)

    def resources(self, shown: set[str]) -> list[dict[str, Any]]:
        """Returns the resources of these regions, each once, in the order of their ARNs."""
        of_demo = {region for of in (demo_account.HOME, demo_account.OTHER) for region in of.regions()}
        with ThreadPoolExecutor(8) as pool:
            calls = [pool.submit(self._tagged, region) for region in self.regions if region in shown]
            for region in sorted(of_demo & shown):
                calls += [pool.submit(self._of_ec2, region, *what) for what in EC2]
                calls += [pool.submit(self._described, region, *what) for what in ARNS]
            calls += [pool.submit(self._roles)] if GLOBAL in shown else []
            found = {arn: tags for call in calls for arn, tags in call.result()}
        rows = [self._row(arn, tags) for arn, tags in sorted(found.items())]
        return [row for row in rows if row["Region"] in shown]

    def _tagged(self, region: str) -> Iterable[tuple[str, list[dict[str, str]]]]:
        pages = self._client("resourcegroupstaggingapi", region).get_paginator("get_resources").paginate()
        return [(found["ResourceARN"], found["Tags"]) for found in pages.search("ResourceTagMappingList[]")]

    def _of_ec2(self, region: str, operation: str, items: str, key: str, name: str) -> Iterable[tuple[str, list]]:
        found = self._all("ec2", region, operation, items)
        return [(f"arn:aws:ec2:{region}:{self.id}:{name}/{one[key]}", one.get("Tags", [])) for one in found]

    def _described(self, region: str, service: str, operation: str, items: str, key: str) -> Iterable[tuple[str, list]]:
        return [(one[key], one.get("TagList", [])) for one in self._all(service, region, operation, items)]

    def _all(self, service: str, region: str, operation: str, items: str) -> Iterable[dict[str, Any]]:
        client = self._client(service, region)
        if client.can_paginate(operation):
            return client.get_paginator(operation).paginate().search(items)
        return getattr(client, operation)()[items.removesuffix("[]")]

    def _roles(self) -> Iterable[tuple[str, list]]:
        roles = self._client("iam", HOME_REGION).get_paginator("list_roles").paginate().search("Roles[]")
        return [(role["Arn"], []) for role in roles]

    def _row(self, arn: str, tags: list[dict[str, str]]) -> dict[str, Any]:
        _, _, service, region, _, resource = arn.split(":", 5)
        if service == "s3":
            region = self._client("s3", HOME_REGION).get_bucket_location(Bucket=resource)["LocationConstraint"] or HOME_REGION
        at = (clock.now() - timedelta(hours=2)).strftime("%Y-%m-%dT%H:00:00Z")
        row = {
            "Arn": arn, "OwningAccountId": self.id, "Region": region or GLOBAL, "ResourceType": type_of(service, resource),
            "Service": service, "LastReportedAt": at,
        }  # fmt: skip
        # AWS indexes no tags of IAM.
        return row if service == "iam" else row | {"Properties": [{"Name": "tags", "Data": tags, "LastReportedAt": at}]}


def type_of(service: str, resource: str) -> str:
    """Returns Resource Explorer's type of a resource, by its ARN."""
    if service == "ec2":
        return f"ec2:{resource.split('/')[0]}"
    return next((name for of, start, name in TYPES if of == service and resource.startswith(start)), f"{service}:unknown")


@contextlib.contextmanager
def running(emulator: Emulator) -> Iterator[Explorer]:
    """Serves on loopback."""
    account = functools.cache(lambda id: Account(emulator, id))
    explorer = Explorer()

    def answer(asked: Asked) -> tuple[int, dict[str, Any]]:
        status, answered, code = explorer.answer(account(asked.account), asked.operation, asked.region, asked.body)
        return status, answered | ({"__type": code} if code else {})

    with loopback.standing_in(emulator, SERVICE, answer) as explorer.url:
        yield explorer
