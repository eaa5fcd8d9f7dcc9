"""A simulated Cost Optimization Hub, which the emulator lacks: its recommendations for some of the demo account's resources.

It rejects what the service's own model rejects, returns few recommendations a page, and is in one region only. Like AWS, it
shows a payer the recommendations for its members too, unless the request names accounts. The resources have their ids once
the demo account is filled, so it looks for them in the emulator when it is first asked.
"""

from __future__ import annotations

import base64
import contextlib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

from botocore.validate import ParamValidator

from . import clock, loopback, model
from .loopback import Asked, Changeable
from .ministack import ACCOUNT, OTHER_ACCOUNT, Emulator

#: botocore's name of the service, which signatures have too.
SERVICE = "cost-optimization-hub"

#: The region of the service.
REGION = "us-east-1"

#: AWS returns up to 1,000 recommendations and 100 accounts a page, and may return fewer.
LARGEST_PAGE = 3

ACTIVE, INACTIVE = "Active", "Inactive"

#: What the service says to an account that is not enrolled.
NOT_ENROLLED = "AWS account is not enrolled for recommendations"


class Advice(NamedTuple):
    """A recommendation for a resource of the demo account, and AWS's figures a month."""

    account: str
    region: str
    #: The kind of resource in `FOUND`; None for what is to be bought.
    kind: str | None
    #: The resource's Name, or the name of a function.
    name: str
    resource_type: str
    action: str
    current: str
    recommended: str
    saved: float
    cost: float
    effort: str = "Low"
    restart: bool = False
    rollback: bool = True
    days: int = 14
    source: str = "ComputeOptimizer"


#: The figures are AWS's own: after the discounts of the account, and so less than list prices give.
ADVICE = [
    Advice(ACCOUNT, "us-east-1", "instance", "batch", "Ec2Instance", "Rightsize", "c5.2xlarge", "c5.xlarge", 99.28, 198.56, "Medium", True),
    # Without `includeAllRecommendations`, a resource has the best of its recommendations only.
    Advice(ACCOUNT, "us-east-1", "instance", "batch", "Ec2Instance", "MigrateToGraviton", "c5.2xlarge", "c7g.2xlarge", 29.2, 198.56, "VeryHigh", True),
    Advice(ACCOUNT, "us-east-1", "instance", "web-1", "Ec2Instance", "MigrateToGraviton", "t3.large", "t4g.large", 9.34, 48.59, "VeryHigh", True),
    Advice(ACCOUNT, "us-east-1", "volume", "old-data", "EbsVolume", "Delete", "gp2/100 GB", "-", 10.0, 10.0, "VeryLow", rollback=False, days=32),
    Advice(ACCOUNT, "us-east-1", "volume", "batch-scratch", "EbsVolume", "Rightsize", "gp3/200 GB", "sc1/200 GB", 13.0, 16.0, "VeryLow"),
    Advice(ACCOUNT, "us-east-1", "gateway", "out-b", "NatGateway", "Delete", "NAT gateway", "-", 32.85, 32.85, "VeryLow", rollback=False, days=32),
    Advice(ACCOUNT, "us-east-1", "function", "invoice-mail", "LambdaFunction", "Rightsize", "512 MB", "256 MB", 1.4, 3.1),
    Advice(ACCOUNT, "us-east-1", None, "", "ComputeSavingsPlans", "PurchaseSavingsPlans", "-", "$0.42/hour, 1 year, no upfront", 61.5, 340.2, "VeryLow", rollback=False, days=30, source="CostExplorer"),
    Advice(OTHER_ACCOUNT, "us-east-1", "instance", "sandbox-1", "Ec2Instance", "Rightsize", "m5.large", "t3.large", 7.47, 56.06, "Medium", True),
]  # fmt: skip

#: How a kind of resource is found by its Name: the operation of EC2, its list, the id, and what it is in ARNs.
FOUND = {
    "instance": ("describe_instances", "Reservations[].Instances[]", "InstanceId", "instance"),
    "volume": ("describe_volumes", "Volumes[]", "VolumeId", "volume"),
    "gateway": ("describe_nat_gateways", "NatGateways[]", "NatGatewayId", "natgateway"),
}

Recommendation = dict[str, Any]


def recommendation(advice: Advice, resource: str, arn: str, tags: list[dict[str, str]] | None = None) -> Recommendation:
    """Returns a recommendation in the form of the service; `resource` and `arn` are empty for what is to be bought."""
    unique = uuid.uuid5(uuid.NAMESPACE_URL, f"{advice.account}/{resource}/{advice.action}")
    described: Recommendation = {
        "recommendationId": base64.b64encode(f"{advice.account}_{unique}".encode()).decode(),
        "accountId": advice.account,
        "region": advice.region,
        "currentResourceType": advice.resource_type,
        "recommendedResourceType": advice.resource_type,
        "estimatedMonthlySavings": advice.saved,
        "estimatedSavingsPercentage": round(100 * advice.saved / advice.cost, 2),
        "estimatedMonthlyCost": advice.cost,
        "currencyCode": "USD",
        "implementationEffort": advice.effort,
        "restartNeeded": advice.restart,
        "actionType": advice.action,
        "rollbackPossible": advice.rollback,
        "currentResourceSummary": advice.current,
        "recommendedResourceSummary": advice.recommended,
        "lastRefreshTimestamp": int((clock.now() - timedelta(hours=9)).timestamp()),
        "recommendationLookbackPeriodInDays": advice.days,
        "source": advice.source,
    }
    return described | ({"resourceId": resource, "resourceArn": arn} if arn else {}) | ({"tags": tags} if tags else {})


#: The fields of filters that name several values, and the field of a recommendation that must be one of them.
FILTERS = {
    "accountIds": "accountId", "regions": "region", "resourceTypes": "currentResourceType", "actionTypes": "actionType",
    "resourceIds": "resourceId", "resourceArns": "resourceArn", "recommendationIds": "recommendationId",
    "implementationEfforts": "implementationEffort",
}  # fmt: skip


@dataclass
class Hub(Changeable):
    """A running Cost Optimization Hub."""

    #: Finds the resources: what the service would have recommended if it were asked for the first time now.
    found: Callable[[], list[Recommendation]]
    url: str = ""
    #: Every request: account, operation and body.
    requests: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    #: While set, the requests about which it returns true fail with this error: code and message.
    fault: tuple[Callable[[str, str, dict[str, Any]], bool], str, str] | None = None
    #: The enrollment of accounts; none for one that never was.
    enrollment: dict[str, str] = field(default_factory=lambda: {ACCOUNT: ACTIVE, OTHER_ACCOUNT: INACTIVE})
    #: The members that an account pays for.
    members: dict[str, list[str]] = field(default_factory=lambda: {ACCOUNT: [OTHER_ACCOUNT]})
    #: Whether the figures count discounts: `AfterDiscounts` or `BeforeDiscounts`.
    savings_estimation_mode: str = "AfterDiscounts"
    #: What is recommended; None until it is first asked for.
    recommendations: list[Recommendation] | None = None

    def all(self) -> list[Recommendation]:
        """Returns the recommendations for all accounts."""
        if self.recommendations is None:
            self.recommendations = self.found()
        return self.recommendations

    def answer(self, account: str, region: str, operation: str, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.requests.append((account, operation, asked))
        if self.fault and self.fault[0](account, operation, asked):
            return 400, {"__type": self.fault[1], "message": self.fault[2]}
        if region != REGION:
            return 403, {"__type": "InvalidSignatureException", "message": "Credential should be scoped to a valid region."}
        answers = {
            "ListEnrollmentStatuses": self._statuses,
            "GetPreferences": self._preferences,
            "ListRecommendations": self._recommended,
        }
        if operation not in answers:
            return 400, {"__type": "UnknownOperationException", "message": operation}
        try:
            model.check(SERVICE, operation, asked)
            status, answer = answers[operation](account, asked)
        except ValueError as error:
            return 400, {"__type": "ValidationException", "message": str(error)}
        if status == 200:
            described = model.of(SERVICE).operation_model(operation).output_shape
            assert not ParamValidator().validate(answer, described).has_errors()
        return status, answer

    def _statuses(self, account: str, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        members = self.members.get(account, [])
        about = [asked.get("accountId", account)]
        if about[0] not in [account, *members]:
            return 400, {"__type": "AccessDeniedException", "message": f"{about[0]} is no member of the organization of {account}"}
        if asked.get("includeOrganizationInfo"):
            about = [account, *members]
        since = int((clock.now() - timedelta(days=90)).timestamp())
        items = [
            {"accountId": one, "status": self.enrollment[one], "createdTimestamp": since, "lastUpdatedTimestamp": since}
            for one in about
            if one in self.enrollment
        ]
        included = {"includeMemberAccounts": all(self.enrollment.get(one) == ACTIVE for one in members)} if members else {}
        return 200, _page(items, asked) | included

    def _enrolled(self, account: str) -> bool:
        return self.enrollment.get(account) == ACTIVE

    def _preferences(self, account: str, _: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if not self._enrolled(account):
            return 400, {"__type": "AccessDeniedException", "message": NOT_ENROLLED}
        return 200, {"savingsEstimationMode": self.savings_estimation_mode, "memberAccountDiscountVisibility": "All"}

    def _recommended(self, account: str, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if not self._enrolled(account):
            return 400, {"__type": "AccessDeniedException", "message": NOT_ENROLLED}
        wanted = asked.get("filter", {})
        shown = {account, *self.members.get(account, [])}
        items = [one for one in self.all() if one["accountId"] in shown and _passes(one, wanted)]
        if not asked.get("includeAllRecommendations"):
            items = _best(items)
        if order := asked.get("orderBy"):
            by = {"EstimatedMonthlySavings": "estimatedMonthlySavings", "AccountId": "accountId", "Region": "region"}
            if order.get("dimension") not in by:
                raise ValueError(f"orderBy.dimension is none of {sorted(by)}")
            items.sort(key=lambda one: one[by[order["dimension"]]], reverse=order.get("order") == "Desc")
        return 200, _page(items, asked)


def _passes(one: Recommendation, wanted: dict[str, Any]) -> bool:
    """Says whether a recommendation passes a filter."""
    several = all(one.get(FILTERS[name]) in values for name, values in wanted.items() if name in FILTERS)
    flags = all(one[name] == wanted[name] for name in ("restartNeeded", "rollbackPossible") if name in wanted)
    tags = all(tag in one.get("tags", []) for tag in wanted.get("tags", []))
    return several and flags and tags


def _best(items: list[Recommendation]) -> list[Recommendation]:
    """Returns the recommendation that saves most for each resource, and all that are about none."""
    most: dict[str, float] = {}
    for one in items:
        of = one.get("resourceArn", one["recommendationId"])
        most[of] = max(most.get(of, 0.0), one["estimatedMonthlySavings"])
    return [one for one in items if one["estimatedMonthlySavings"] == most[one.get("resourceArn", one["recommendationId"])]]


def _page(items: list[Any], asked: dict[str, Any]) -> dict[str, Any]:
    """Returns the page of a list that a request asks for; raises a ValueError about a token that is none."""
    tokens = {token_of(first): first for first in range(len(items))}
    first = tokens.get(asked["nextToken"]) if "nextToken" in asked else 0
    if first is None:
        raise ValueError("nextToken is invalid")
    end = first + min(asked.get("maxResults") or LARGEST_PAGE, LARGEST_PAGE)
    return {"items": items[first:end]} | ({"nextToken": token_of(end)} if end < len(items) else {})


def token_of(first: int) -> str:
    """Returns the token of the page that begins with this item."""
    return base64.b64encode(f"page:{first}".encode()).decode()


def in_the_emulator(emulator: Emulator) -> list[Recommendation]:
    """Returns the recommendations for those resources of the demo account that the emulator has."""
    recommended = []
    for advice in ADVICE:
        if advice.kind is None:
            recommended.append(recommendation(advice, "", ""))
        elif advice.kind == "function":
            # Recommendations for functions are about a version of them.
            arn = f"arn:aws:lambda:{advice.region}:{advice.account}:function:{advice.name}:$LATEST"
            if _has_function(emulator, advice):
                recommended.append(recommendation(advice, advice.name, arn))
        else:
            operation, items, key, name = FOUND[advice.kind]
            pages = emulator.client("ec2", advice.region, advice.account).get_paginator(operation).paginate()
            for one in pages.search(items):
                tags = one.get("Tags", [])
                if {"Key": "Name", "Value": advice.name} in tags:
                    arn = f"arn:aws:ec2:{advice.region}:{advice.account}:{name}/{one[key]}"
                    lower = [{"key": tag["Key"], "value": tag["Value"]} for tag in tags]
                    recommended.append(recommendation(advice, one[key], arn, lower))
    return recommended


def _has_function(emulator: Emulator, advice: Advice) -> bool:
    pages = emulator.client("lambda", advice.region, advice.account).get_paginator("list_functions").paginate()
    return any(function["FunctionName"] == advice.name for function in pages.search("Functions[]"))


@contextlib.contextmanager
def running(emulator: Emulator) -> Iterator[Hub]:
    """Serves on loopback."""
    hub = Hub(lambda: in_the_emulator(emulator))

    def answer(asked: Asked) -> tuple[int, dict[str, Any]]:
        return hub.answer(asked.account, asked.region, asked.operation, asked.body)

    with loopback.standing_in(emulator, SERVICE, answer) as hub.url:
        yield hub
