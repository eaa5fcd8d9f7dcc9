"""What can go wrong with AWS, and what a caller gets: every row of docs/reliability.md is a case here.

The functions reach AWS through a proxy that fails on demand. Nearly all cases query two regions, one of which,
eu-west-1, has the fault.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from emulator import demo_account, stack
from emulator.ministack import HOME_REGION, OTHER_ACCOUNT, ROOT, Emulator
from emulator.stack import Stack

from . import bad_day, iam, tokens
from .bad_day import Endpoint, Fault, body, error, first, half, hang, late, more_pages, reset, short

RESOURCES = "/resources?regions=eu-west-1,us-east-1&types="
METRICS = "/metrics?resource_type=rds&resource_ids=shop&region=eu-west-1&hours=3&metrics=cpu,connections"
BOTTLENECKS = "/bottlenecks?regions=eu-west-1,us-east-1&types="
COSTS = "/costs?days=3&"
OTHER = f"/accounts/{OTHER_ACCOUNT}"

#: How long each case took, for the table in docs/reliability.md.
TOOK: dict[str, float] = {}


@dataclass(frozen=True)
class Case:
    """A fault, and what a caller gets."""

    path: str
    #: Creates the fault for each run, since some faults count requests.
    fault: Callable[[], Fault]
    where: dict[str, str] = field(default_factory=lambda: {"region": "eu-west-1"})
    status: int = 200
    #: Region, operation, status and code of every gap.
    gaps: set[tuple[str, str, str, str]] = field(default_factory=set)
    #: The code of the error, if the call fails.
    code: str | None = None


def _in_ireland(operation: str, status: str, code: str) -> set[tuple[str, str, str, str]]:
    return {("eu-west-1", operation, status, code)}


INSTANCES, DATABASES, LAMBDAS = "DescribeInstances", "DescribeDBInstances", "ListFunctions"
NOT_AUTHORIZED = "User: arn:aws:sts::123456789012:assumed-role/r/s is not authorized to perform: it"
UNREADABLE = "UnreadableResponse"

CASES = {
    # Slow.
    "every response a second late": Case(RESOURCES + "ec2,rds", lambda: late(1.0), {}),
    "every response two seconds late": Case(RESOURCES + "ec2,rds,lambda", lambda: late(2.0), {}),
    "pages of three seconds": Case(RESOURCES + "ec2,rds", lambda: late(3.0), {"region": "eu-west-1", "operation": INSTANCES}),
    "pages of six seconds": Case(RESOURCES + "ec2,rds", lambda: late(6.0), {"region": "eu-west-1", "operation": INSTANCES}),
    "pages of nine seconds": Case(RESOURCES + "ec2,rds", lambda: late(9.0), {"region": "eu-west-1", "operation": INSTANCES}),
    "pages of fourteen seconds": Case(RESOURCES + "ec2,rds", lambda: late(14.0), {"region": "eu-west-1", "operation": INSTANCES}),
    "a page that never comes": Case(
        RESOURCES + "ec2,rds", lambda: hang, {"region": "eu-west-1", "operation": INSTANCES},
        gaps=_in_ireland(INSTANCES, "timed_out", "DeadlineExceeded"),
    ),
    "a 503 throughout": Case(
        RESOURCES + "ec2,rds", lambda: error(503, "ServiceUnavailable"), {"region": "eu-west-1", "operation": DATABASES},
        gaps=_in_ireland(DATABASES, "failed", "ServiceUnavailable"),
    ),
    "a 500 once": Case(RESOURCES + "ec2", lambda: first(1, error(500, "InternalError")), {"operation": INSTANCES}),
    # Connections.
    "a connection is reset once": Case(RESOURCES + "rds", lambda: first(1, reset), {"operation": DATABASES}),
    "connections are reset throughout": Case(
        RESOURCES + "ec2,rds", lambda: reset, {"region": "eu-west-1", "service": "rds"},
        gaps=_in_ireland(DATABASES, "failed", "ConnectionFailed"),
    ),
    "a region hangs": Case(
        RESOURCES + "ec2,rds,lambda", lambda: hang,
        gaps={("eu-west-1", o, "timed_out", "RequestTimedOut") for o in (INSTANCES, DATABASES, LAMBDAS, "GetResources")},
    ),
    "a region hangs during /bottlenecks": Case(
        BOTTLENECKS + "ec2,rds", lambda: hang,
        gaps={("eu-west-1", operation, "timed_out", "RequestTimedOut") for operation in (INSTANCES, DATABASES)},
    ),
    "CloudWatch hangs in a region": Case(
        BOTTLENECKS + "ec2", lambda: hang, {"region": "eu-west-1", "service": "monitoring"},
        gaps=_in_ireland("GetMetricData", "timed_out", "DeadlineExceeded"),
    ),
    "all of AWS hangs": Case(
        RESOURCES + "ec2", lambda: hang, {}, status=502, code="NothingCollected",
        gaps={("*", "DescribeRegions", "timed_out", "DeadlineExceeded")}
        | {(region, INSTANCES, "timed_out", "DeadlineExceeded") for region in ("eu-west-1", "us-east-1")},
    ),
    # Broken responses.
    "half an XML response, then the connection ends": Case(
        RESOURCES + "ec2,rds", lambda: half, {"region": "eu-west-1", "operation": INSTANCES},
        gaps=_in_ireland(INSTANCES, "failed", UNREADABLE),
    ),
    "half an XML response as if it were complete": Case(
        RESOURCES + "ec2,rds", lambda: short, {"region": "eu-west-1", "operation": DATABASES},
        gaps=_in_ireland(DATABASES, "failed", UNREADABLE),
    ),
    "half a JSON response as if it were complete": Case(
        RESOURCES + "ec2,lambda", lambda: short, {"region": "eu-west-1", "service": "lambda"},
        gaps=_in_ireland(LAMBDAS, "failed", UNREADABLE),
    ),
    "half a CBOR response as if it were complete": Case(
        BOTTLENECKS + "ec2", lambda: short, {"region": "eu-west-1", "service": "monitoring"},
        gaps=_in_ireland("GetMetricData", "failed", UNREADABLE),
    ),
    "malformed XML": Case(
        RESOURCES + "ec2,rds", lambda: body(b"<html>a proxy's page"), {"region": "eu-west-1", "service": "rds"},
        gaps=_in_ireland(DATABASES, "failed", UNREADABLE),
    ),
    "XML of another document": Case(
        RESOURCES + "ec2,rds", lambda: body(b"<html>a proxy's page</html>"), {"region": "eu-west-1", "service": "rds"},
        gaps=_in_ireland(DATABASES, "failed", UNREADABLE),
    ),
    "malformed JSON": Case(
        RESOURCES + "ec2,lambda", lambda: body(b"{Functions"), {"region": "eu-west-1", "service": "lambda"},
        gaps=_in_ireland(LAMBDAS, "failed", UNREADABLE),
    ),
    "malformed CBOR": Case(
        METRICS, lambda: body(b"\xff\xff"), {"service": "monitoring"}, status=502, code="NothingCollected",
        gaps=_in_ireland("GetMetricData", "failed", UNREADABLE),
    ),
    "an empty body instead of XML": Case(
        RESOURCES + "ec2,rds", lambda: body(b""), {"region": "eu-west-1", "operation": INSTANCES},
        gaps=_in_ireland(INSTANCES, "failed", UNREADABLE),
    ),
    "an empty body instead of JSON": Case(
        RESOURCES + "ec2,lambda", lambda: body(b""), {"region": "eu-west-1", "service": "lambda"},
        gaps=_in_ireland(LAMBDAS, "failed", UNREADABLE),
    ),
    "an error without a body": Case(
        RESOURCES + "ec2,rds", lambda: body(b"", 400), {"region": "eu-west-1", "service": "rds"},
        gaps=_in_ireland(DATABASES, "failed", "Http400"),
    ),
    # Pages.
    "the same page token again and again": Case(
        RESOURCES + "ec2,rds", lambda: more_pages(lambda _: "again"), {"region": "eu-west-1", "operation": INSTANCES},
        gaps=_in_ireland(INSTANCES, "failed", "RepeatedPageToken"),
    ),
    "two alternating page tokens": Case(
        RESOURCES + "ec2,lambda", lambda: more_pages(lambda page: "ab"[page % 2]), {"region": "eu-west-1", "operation": LAMBDAS},
        gaps=_in_ireland(LAMBDAS, "failed", "RepeatedPageToken"),
    ),
    "endless pages": Case(
        RESOURCES + "ec2,rds", lambda: more_pages(lambda page: f"page-{page}"), {"region": "eu-west-1", "operation": DATABASES},
        gaps=_in_ireland(DATABASES, "timed_out", "DeadlineExceeded"),
    ),
    "an empty last page": Case(
        RESOURCES + "lambda",
        lambda: more_pages(lambda page: "more" if page == 0 else None),
        {"region": "eu-west-1", "operation": LAMBDAS},
    ),
    # Permissions, regions, credentials.
    "a permission is missing": Case(
        RESOURCES + "ec2,rds", lambda: error(403, "UnauthorizedOperation", "You are not authorized to perform this operation."),
        {"region": "eu-west-1", "service": "ec2"},
        gaps=_in_ireland(INSTANCES, "denied", "UnauthorizedOperation"),
    ),
    "a policy of the organisation denies access": Case(
        RESOURCES + "ec2,rds",
        lambda: error(403, "AccessDenied", NOT_AUTHORIZED + " with an explicit deny in a service control policy"),
        {"region": "eu-west-1", "service": "rds"},
        gaps=_in_ireland(DATABASES, "denied_by_organization", "AccessDenied"),
    ),
    "CloudWatch is denied": Case(
        METRICS, lambda: error(403, "AccessDeniedException", NOT_AUTHORIZED), {"service": "monitoring"},
        status=502, code="NothingCollected", gaps=_in_ireland("GetMetricData", "denied", "AccessDeniedException"),
    ),
    "a region refuses the credentials": Case(
        RESOURCES + "ec2,rds", lambda: error(401, "AuthFailure"), {"region": "eu-west-1", "service": "ec2"},
        gaps=_in_ireland(INSTANCES, "region_disabled", "AuthFailure"),
    ),
    "a service says that the region is not enabled": Case(
        RESOURCES + "ec2,rds", lambda: error(403, "OptInRequired"), {"region": "eu-west-1", "service": "rds"},
        gaps=_in_ireland(DATABASES, "region_disabled", "OptInRequired"),
    ),
    "the function's credentials have expired": Case(
        RESOURCES + "rds", lambda: error(403, "ExpiredToken"), {}, status=502, code="NothingCollected",
        gaps={("*", "DescribeRegions", "failed", "ExpiredToken")}
        | {(region, DATABASES, "failed", "ExpiredToken") for region in ("eu-west-1", "us-east-1")},
    ),
    "the function's clock is wrong": Case(
        RESOURCES + "ec2,rds", lambda: error(403, "RequestTimeTooSkewed"), {"region": "eu-west-1", "service": "rds"},
        gaps=_in_ireland(DATABASES, "failed", "RequestTimeTooSkewed"),
    ),
    "the list of regions is denied": Case(
        "/resources?types=rds", lambda: error(403, "UnauthorizedOperation"), {"operation": "DescribeRegions"},
        gaps={("*", "DescribeRegions", "denied", "UnauthorizedOperation")},
    ),
    # Cost Explorer.
    "half a response from Cost Explorer": Case(
        COSTS + "exclude=credit", lambda: short, {"service": "ce"}, status=502, code="NothingCollected",
        gaps={("us-east-1", "GetCostAndUsage", "failed", UNREADABLE)},
    ),
    "Cost Explorer hangs": Case(
        COSTS + "exclude=refund", lambda: hang, {"service": "ce"}, status=502, code="NothingCollected",
        gaps={("us-east-1", "GetCostAndUsage", "timed_out", "DeadlineExceeded")},
    ),
    # Other accounts.
    "STS fails for another account": Case(
        f"{OTHER}/resources?types=rds", lambda: error(500, "InternalFailure"), {"operation": "AssumeRole"},
        status=502, code="AccountUnreachable", gaps={("us-east-1", "AssumeRole", "failed", "InternalFailure")},
    ),
    "STS hangs for another account": Case(
        f"{OTHER}/metrics?resource_type=rds&resource_ids=a&region=us-east-1", lambda: hang, {"operation": "AssumeRole"},
        status=502, code="AccountUnreachable", gaps={("us-east-1", "AssumeRole", "timed_out", "DeadlineExceeded")},
    ),
    "another account's organisation denies AssumeRole": Case(
        f"{OTHER}/costs", lambda: error(403, "AccessDenied", NOT_AUTHORIZED + " with an explicit deny in a service control policy"),
        {"operation": "AssumeRole"}, status=502, code="AccountUnreachable",
        gaps={("us-east-1", "AssumeRole", "denied_by_organization", "AccessDenied")},
    ),
    # Throttling; last, since requests stay spaced out for a while afterwards.
    "throttled twice": Case(
        RESOURCES + "ec2", lambda: first(2, error(503, "RequestLimitExceeded")), {"operation": INSTANCES}
    ),
    "EC2 throttled throughout": Case(
        RESOURCES + "ec2,rds", lambda: error(503, "RequestLimitExceeded"),
        gaps=_in_ireland(INSTANCES, "throttled", "RequestLimitExceeded") | _in_ireland(DATABASES, "throttled", "RequestLimitExceeded"),
    ),
    "RDS throttled throughout": Case(
        RESOURCES + "ec2,rds", lambda: error(400, "Throttling"), {"region": "eu-west-1", "service": "rds"},
        gaps=_in_ireland(DATABASES, "throttled", "Throttling"),
    ),
    "Lambda throttled throughout": Case(
        RESOURCES + "ec2,lambda", lambda: error(429, "TooManyRequestsException"), {"region": "eu-west-1", "service": "lambda"},
        gaps=_in_ireland(LAMBDAS, "throttled", "TooManyRequestsException"),
    ),
    "the tagging API throttled throughout": Case(
        RESOURCES + "lambda", lambda: error(400, "ThrottlingException"), {"region": "eu-west-1", "service": "tagging"},
        gaps=_in_ireland("GetResources", "throttled", "ThrottlingException"),
    ),
    "CloudWatch throttles once": Case(
        METRICS, lambda: first(1, error(400, "ThrottlingException")), {"service": "monitoring"}
    ),
    "Cost Explorer throttles throughout": Case(
        COSTS + "exclude=tax", lambda: error(400, "LimitExceededException"), {"service": "ce"},
        status=502, code="NothingCollected", gaps={("us-east-1", "GetCostAndUsage", "throttled", "LimitExceededException")},
    ),
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def took(deployed: Stack, endpoint: Endpoint) -> Iterator[None]:
    """Starts every function before it is timed, and writes the times for the table."""
    for path in (RESOURCES + "eip", METRICS, COSTS, BOTTLENECKS + "eip"):
        assert deployed.get(path)[0] == 200
    yield
    (ROOT / "target" / "reliability.json").write_text(json.dumps(TOOK, indent=2))


def _gaps(answer: dict[str, Any]) -> set[tuple[str, str, str, str]]:
    gaps = answer["meta"]["gaps"] if answer["success"] else answer["error"].get("gaps", [])
    return {(gap["region"], gap["operation"], gap["status"], gap["code"]) for gap in gaps}


def _get(deployed: Stack, name: str, path: str, token: str | None = None) -> tuple[int, dict[str, Any]]:
    """Makes a call, and records how long it took."""
    started = time.monotonic()
    status, _, text = deployed.get(path, headers=deployed.headers(token))
    TOOK[name] = round(time.monotonic() - started, 2)
    return status, json.loads(text)


@pytest.mark.parametrize("name", CASES)
def test_on_a_bad_day(deployed: Stack, endpoint: Endpoint, name: str) -> None:
    case = CASES[name]
    # Sessions in the other account are cached per principal; no other test in this file uses this principal there.
    token = tokens.token("foreigner") if case.path.startswith(OTHER) else None
    with endpoint.with_fault(case.fault(), **case.where):
        status, answer = _get(deployed, name, case.path, token)
    assert (status, _gaps(answer)) == (case.status, case.gaps), answer
    if case.code:
        assert (answer["success"], answer["error"]["code"]) == (False, case.code)
        return
    assert answer["meta"]["partial"] == bool(case.gaps)
    if case.path.startswith("/resources"):
        _the_rest_is_there(case, answer)


def _the_rest_is_there(case: Case, answer: dict[str, Any]) -> None:
    """Checks that us-east-1 is complete, and eu-west-1 where nothing failed; a type without any result is null."""
    tables = {"ec2": demo_account.INSTANCES, "rds": demo_account.DATABASES, "lambda": demo_account.FUNCTIONS}
    failed = {operation for _, operation, _, _ in case.gaps}
    operations = {"ec2": INSTANCES, "rds": DATABASES, "lambda": LAMBDAS}
    for kind, table in tables.items():
        if (listed := answer["data"].get(kind)) is None:
            continue
        names = {(resource["region"], resource["name"]) for resource in listed}
        asked = ("us-east-1",) if "*" in {region for region, *_ in case.gaps} else ("us-east-1", "eu-west-1")
        whole = asked if operations[kind] not in failed else ("us-east-1",)
        expected = {(row[0], row[1]) for row in table if row[0] in whole}
        assert expected <= names, kind


def test_half_of_the_regions_hang_and_the_others_are_slow(deployed: Stack, emulator: Emulator, endpoint: Endpoint) -> None:
    """Everything at once: every second region sends nothing, and the others take three seconds for each response."""
    regions = sorted(region["RegionName"] for region in emulator.client("ec2").describe_regions()["Regions"])
    hung = set(regions[::2]) - {HOME_REGION}

    async def fault(asked: bad_day.Asked, pass_on: bad_day.Pass) -> bad_day.Answer | None:
        return await (hang if asked.region in hung else late(3.0))(asked, pass_on)

    with endpoint.with_fault(fault):
        status, answer = _get(deployed, "half of the regions hang, and the others are slow", "/resources?types=ec2,rds")
    operations = (INSTANCES, DATABASES)
    assert (status, _gaps(answer)) == (200, {(r, o, "timed_out", "RequestTimedOut") for r in hung for o in operations})
    for kind, table in (("ec2", demo_account.INSTANCES), ("rds", demo_account.DATABASES)):
        listed = {(resource["region"], resource["name"]) for resource in answer["data"][kind]}
        assert {(row[0], row[1]) for row in table if row[0] not in hung} <= listed


def test_the_table_has_every_case() -> None:
    table = (ROOT / "docs" / "reliability.md").read_text()
    rows = re.findall(r"^\| ([^|]+?) \|.*\| `([a-z_]+)` \|$", table, re.MULTILINE)
    assert {name for name, test in rows if test == "test_on_a_bad_day"} == set(CASES)
    tests = {test for _, test in rows}
    sources = [*ROOT.glob("tests/e2e/*.py"), *ROOT.glob("shared/**/*.rs"), *ROOT.glob("functions/**/*.rs")]
    defined = {name for source in sources for name in re.findall(r"(?:def|fn) ([a-z_0-9]+)\(", source.read_text())}
    assert tests <= defined


def test_after_a_bad_day_everything_is_there_again(deployed: Stack, endpoint: Endpoint) -> None:
    for path in (RESOURCES + "ec2,rds,lambda", METRICS, COSTS, BOTTLENECKS + "ec2", f"{OTHER}/resources"):
        status, answer = _get(deployed, "afterwards", path)
        assert (status, _gaps(answer)) == (200, set()), answer


def test_a_resource_that_was_deleted_since_lacks_data_and_is_not_idle(deployed: Stack, endpoint: Endpoint) -> None:
    """CloudWatch has no data for the listed instances."""
    with endpoint.with_fault(bad_day.no_datapoints, service="monitoring", region="eu-west-1"):
        status, answer = _get(deployed, "a resource is deleted between two calls", BOTTLENECKS + "ec2")
    assert (status, answer["meta"]["partial"]) == (200, False)
    in_ireland = [f for f in answer["data"]["findings"] if f["resource"]["region"] == "eu-west-1"]
    assert in_ireland == []
    reasons = {n["reason"] for n in answer["data"]["not_judged"] if n["resource"]["region"] == "eu-west-1"}
    assert reasons == {"insufficient_data"}


@pytest.mark.parametrize(
    ("name", "url"),
    [("AWS's name does not resolve", "http://aws.invalid"), ("nothing listens at AWS's address", "http://127.0.0.1:9")],
)
def test_without_a_way_to_aws_every_call_is_reported_as_failed(deployed: Stack, emulator: Emulator, name: str, url: str) -> None:
    with iam.started_anew(emulator, "ResourcesFunction", **bad_day.variables(url)):
        status, answer = _get(deployed, name, RESOURCES + "rds")
    assert (status, answer["error"]["code"]) == (502, "NothingCollected")
    assert {gap[2:] for gap in _gaps(answer)} == {("failed", "ConnectionFailed")}


def test_an_expired_session_of_another_account_is_assumed_anew(deployed: Stack, endpoint: Endpoint) -> None:
    path = f"{OTHER}/resources?types=rds&regions=eu-west-1"
    assert deployed.get(path)[0] == 200
    with endpoint.with_fault(error(403, "ExpiredToken"), operation=DATABASES):
        status, _ = _get(deployed, "another account's session has expired", path)
    assert status == 502
    before = endpoint.operations().count("AssumeRole")
    assert deployed.get(path)[0] == 200
    assert endpoint.operations().count("AssumeRole") == before + 1


def test_without_the_secret_nobody_is_let_in(deployed: Stack, emulator: Emulator, endpoint: Endpoint) -> None:
    with iam.started_anew(emulator, "AuthorizerFunction", **endpoint.variables()):
        with endpoint.with_fault(error(500, "InternalServiceError"), service="secretsmanager"):
            started = time.monotonic()
            status, _, text = deployed.get(RESOURCES + "eip", headers=deployed.headers("y" * 43))
            TOOK["Secrets Manager fails"] = round(time.monotonic() - started, 2)
    assert (status, json.loads(text)["message"]) == (500, None)


def test_the_caller_is_named_in_the_other_accounts_log(deployed: Stack, emulator: Emulator, endpoint: Endpoint) -> None:
    with iam.started_anew(emulator, "CostsFunction", **endpoint.variables()):
        assert deployed.get(f"{OTHER}/costs?days=2")[0] == 200
    assumed = [asked.body.decode() for asked in endpoint.requests if asked.operation == "AssumeRole"][-1]
    assert "RoleSessionName=admin&" in assumed and "SourceIdentity=admin" in assumed
    assert stack.EXTERNAL_ID in assumed
