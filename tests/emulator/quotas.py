"""A simulated Service Quotas, which the emulator lacks: the quotas of some ten services, and what applies to the accounts.

It rejects what the service's own model rejects, returns few quotas a page, and tells accounts and regions apart. What the
accounts use of their quotas is in the emulator's CloudWatch.
"""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from botocore.validate import ParamValidator

from . import loopback, model
from .loopback import Asked
from .ministack import ACCOUNT, OTHER_ACCOUNT, Emulator

#: AWS returns up to 100 a page, and may return fewer.
QUOTAS_A_PAGE = 5

#: The region of global services.
GLOBAL_REGION = "us-east-1"

#: botocore's name of the service, and the operation that is answered.
SERVICE, OPERATION = "service-quotas", "ListServiceQuotas"


class Quota(NamedTuple):
    """A quota: its service, code, name and default, and the usage metric."""

    service: str
    code: str
    name: str
    value: float
    #: The dimensions `Service`, `Resource` and `Class` of the metric that counts resources; None without one.
    usage: tuple[str, str, str] | None = None
    adjustable: bool = True
    unit: str = "None"

    @property
    def id(self) -> str:
        return f"{self.service}/{self.code}"


#: The names of the services.
NAMES = {
    "autoscaling": "Amazon EC2 Auto Scaling",
    "cloudformation": "AWS CloudFormation",
    "dynamodb": "Amazon DynamoDB",
    "ec2": "Amazon Elastic Compute Cloud (Amazon EC2)",
    "elasticloadbalancing": "Elastic Load Balancing (ELB)",
    "fargate": "AWS Fargate",
    "iam": "AWS Identity and Access Management (IAM)",
    "kms": "AWS Key Management Service (AWS KMS)",
    "lambda": "AWS Lambda",
    "rds": "Amazon Relational Database Service (Amazon RDS)",
    "ssm": "AWS Systems Manager",
}

#: Services whose quotas hold for all regions together.
GLOBAL = {"iam"}

ELB = "Elastic Load Balancing"

#: Quotas with the codes and names of AWS and values such as its defaults, which differ by account.
QUOTAS = [
    Quota("autoscaling", "L-CDE20ADC", "Auto Scaling groups per region", 500, ("AutoScaling", "NumberOfAutoScalingGroup", "None")),
    Quota("autoscaling", "L-6B80B8FA", "Launch configurations per region", 200),
    Quota("cloudformation", "L-0485CB21", "Stack count", 2000, ("CloudFormation", "Stack", "None")),
    Quota("dynamodb", "L-F98FE922", "Maximum number of tables", 2500, ("DynamoDB", "TableCount", "None")),
    Quota("dynamodb", "L-34F6A552", "Account-level read throughput limit (Provisioned mode)", 80_000, ("DynamoDB", "AccountProvisionedReadCapacityUnits", "None")),
    Quota("dynamodb", "L-34F8CCC8", "Account-level write throughput limit (Provisioned mode)", 80_000, ("DynamoDB", "AccountProvisionedWriteCapacityUnits", "None")),
    Quota("ec2", "L-1216C47A", "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", 5, ("EC2", "vCPU", "Standard/OnDemand")),
    Quota("ec2", "L-34B43A08", "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests", 5, ("EC2", "vCPU", "Standard/Spot")),
    Quota("ec2", "L-74FC7D96", "Running On-Demand F instances", 0, ("EC2", "vCPU", "F/OnDemand")),
    Quota("ec2", "L-DB2E81BA", "Running On-Demand G and VT instances", 0, ("EC2", "vCPU", "G/OnDemand")),
    Quota("ec2", "L-417A185B", "Running On-Demand P instances", 0, ("EC2", "vCPU", "P/OnDemand")),
    Quota("ec2", "L-7295265B", "Running On-Demand X instances", 0, ("EC2", "vCPU", "X/OnDemand")),
    Quota("ec2", "L-949445B0", "Running Dedicated a1 Hosts", 0),
    Quota("ec2", "L-8B7BF662", "Running Dedicated m5 Hosts", 0),
    Quota("elasticloadbalancing", "L-53DA6B97", "Application Load Balancers per Region", 50, (ELB, "ApplicationLoadBalancersPerRegion", "None")),
    Quota("elasticloadbalancing", "L-69A177A2", "Network Load Balancers per Region", 50, (ELB, "NetworkLoadBalancersPerRegion", "None")),
    Quota("elasticloadbalancing", "L-E9E9831D", "Classic Load Balancers per Region", 20, (ELB, "ClassicLoadBalancersPerRegion", "None")),
    Quota("elasticloadbalancing", "L-B22855CB", "Target Groups per Region", 3000, (ELB, "TargetGroupsPerRegion", "None")),
    Quota("fargate", "L-3032A538", "Fargate On-Demand vCPU resource count", 6, ("Fargate", "vCPU", "Standard/OnDemand")),
    Quota("fargate", "L-36FBB829", "Fargate Spot vCPU resource count", 6, ("Fargate", "vCPU", "Standard/Spot")),
    Quota("iam", "L-FE177D64", "Roles per account", 1000, ("IAM", "Role", "None")),
    Quota("iam", "L-F55AF5E4", "Users per account", 5000, ("IAM", "User", "None"), adjustable=False),
    Quota("kms", "L-C2F1777E", "Customer Master Keys (CMKs)", 100_000, ("KMS", "KeysPerAccount", "None")),
    Quota("lambda", "L-B99A9384", "Concurrent executions", 1000),
    Quota("rds", "L-7B6409FD", "DB instances", 40, ("RDS", "DBInstances", "None")),
    Quota("rds", "L-952B80B8", "DB clusters", 40, ("RDS", "DBClusters", "None")),
    Quota("rds", "L-7ADDB58A", "Total storage for all DB instances", 100_000, ("RDS", "AllocatedStorage", "None"), unit="Gigabytes"),
    Quota("ssm", "L-C3B871CB", "Standard parameter count", 10_000, ("SSM", "StandardParameterCount", "None"), adjustable=False),
]  # fmt: skip

#: The usage metrics of AWS that do not count resources of an account, by the quotas that have them.
OTHER_USAGE: dict[str, dict[str, Any]] = {
    "lambda/L-B99A9384": {
        "MetricNamespace": "AWS/Lambda", "MetricName": "ConcurrentExecutions", "MetricDimensions": {},
        "MetricStatisticRecommendation": "Maximum",
    },
}  # fmt: skip

#: Quotas that AWS raised: account, region, quota, and the value that applies.
RAISED = {
    (ACCOUNT, "us-east-1", "ec2/L-1216C47A"): 64.0,
    (OTHER_ACCOUNT, "us-east-1", "ec2/L-1216C47A"): 8.0,
}


@dataclass
class ServiceQuotas:
    """A running Service Quotas."""

    url: str = ""
    #: Every request: account, region and body.
    requests: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    #: While set, the requests about which it returns true fail with this error: code and message.
    fault: tuple[Callable[[str, str, dict[str, Any]], bool], str, str] | None = None
    #: What applies where it is not the default.
    applied: dict[tuple[str, str, str], float] = field(default_factory=RAISED.copy)

    def value(self, account: str, region: str, quota: Quota) -> float:
        """Returns the quota that applies to an account in a region."""
        return self.applied.get((account, region, quota.id), float(quota.value))

    def answer(self, account: str, region: str, operation: str, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.requests.append((account, region, asked))
        if self.fault and self.fault[0](account, region, asked):
            return 400, {"__type": self.fault[1], "Message": self.fault[2]}
        if operation != OPERATION:
            return 400, {"__type": "UnknownOperationException", "Message": operation}
        try:
            model.check(SERVICE, operation, asked)
        except ValueError as error:
            return 400, {"__type": "IllegalArgumentException", "Message": str(error)}
        service = asked["ServiceCode"]
        if service not in NAMES:
            return 400, {"__type": "NoSuchResourceException", "Message": f"The request failed because {service} does not exist"}
        of_service = [quota for quota in QUOTAS if quota.service == service]
        tokens = {token_of(service, first): first for first in range(len(of_service))}
        first = tokens.get(asked["NextToken"]) if "NextToken" in asked else 0
        if first is None:
            return 400, {"__type": "InvalidPaginationTokenException", "Message": "Invalid NextToken"}
        end = first + min(asked.get("MaxResults", QUOTAS_A_PAGE), QUOTAS_A_PAGE)
        answer = {"Quotas": [self._described(account, region, quota) for quota in of_service[first:end]]}
        if end < len(of_service):
            answer["NextToken"] = token_of(service, end)
        described = model.of(SERVICE).operation_model(operation).output_shape
        assert not ParamValidator().validate(answer, described).has_errors()
        return 200, answer

    def _described(self, account: str, region: str, quota: Quota) -> dict[str, Any]:
        is_global = quota.service in GLOBAL
        described = {
            "ServiceCode": quota.service,
            "ServiceName": NAMES[quota.service],
            "QuotaArn": f"arn:aws:servicequotas:{'' if is_global else region}:{account}:{quota.id}",
            "QuotaCode": quota.code,
            "QuotaName": quota.name,
            "Value": self.value(account, region, quota),
            "Unit": quota.unit,
            "Adjustable": quota.adjustable,
            "GlobalQuota": is_global,
            "QuotaAppliedAtLevel": "ACCOUNT",
        }
        if quota.usage:
            described["UsageMetric"] = {
                "MetricNamespace": "AWS/Usage",
                "MetricName": "ResourceCount",
                "MetricDimensions": dimensions(quota),
                "MetricStatisticRecommendation": "Maximum",
            }
        elif quota.id in OTHER_USAGE:
            described["UsageMetric"] = OTHER_USAGE[quota.id]
        return described


def dimensions(quota: Quota) -> dict[str, str]:
    """Returns the dimensions of the metric that counts the use of a quota."""
    service, resource, of_class = quota.usage
    return {"Class": of_class, "Resource": resource, "Service": service, "Type": "Resource"}


def named(name: str) -> Quota:
    """Returns the quota with this service and code, such as `ec2/L-1216C47A`."""
    (found,) = [quota for quota in QUOTAS if quota.id == name]
    return found


def token_of(service: str, first: int) -> str:
    """Returns the token of the page that begins with this quota of a service, in the characters that AWS's tokens have."""
    return base64.b64encode(f"{service}:{first}".encode()).decode()


@contextlib.contextmanager
def running(emulator: Emulator) -> Iterator[ServiceQuotas]:
    """Serves quotas on loopback."""
    quotas = ServiceQuotas()

    def answer(asked: Asked) -> tuple[int, dict[str, Any]]:
        return quotas.answer(asked.account, asked.region, asked.operation, asked.body)

    with loopback.standing_in(emulator, "servicequotas", answer) as quotas.url:
        yield quotas
