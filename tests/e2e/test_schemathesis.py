"""Calls that schemathesis makes up from the description, allowed and not: each gets a response that is described.

They are the same calls in each run, as far as the code and the description are the same: the seed is fixed, and nothing
is learned from responses.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
import schemathesis
from emulator.ministack import ACCOUNT, OTHER_ACCOUNT, Emulator
from emulator.stack import Stack
from schemathesis.checks import CheckContext
from schemathesis.core.transport import Response
from schemathesis.specs.openapi import checks

from . import clients
from .description import DOCUMENT

#: The most calls of all tests here.
MOST_CALLS = 4_000
SECONDS = 30

SETTINGS: dict[str, Any] = {
    "seed": 1,
    "suppress-health-check": ["all"],
    "dictionaries": {
        "accounts": {"values": [ACCOUNT, OTHER_ACCOUNT]},
        "regions": {"values": ["us-east-1", "eu-west-1", "us-west-2"]},
    },
    "parameters": {
        "account": {"dictionary": "accounts", "probability": 0.8},
        "region": {"dictionary": "regions", "probability": 0.8},
    },
    "generation": {
        "mode": "all",
        "max-examples": 20,
        "unique-inputs": True,
        "deterministic": True,
        "database": "none",
        "no-shrink": True,
        "with-security-parameters": False,
    },
    "phases": {
        "fuzzing": {"extra-data-sources": {"responses": False}, "error-feedback": {"enabled": False}},
        # Other methods have no routes; tests/test_template.py holds the routes together.
        "coverage": {"unexpected-methods": [], "generate-duplicate-query-parameters": True},
    },
    # The functions don't know by which of its two routes they are called, so one of them gets every kind of value.
    "operations": [{"include-path-regex": "^/accounts/.+/", "phases": {"coverage": {"enabled": False}}}],
}
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT, config=schemathesis.Config.from_dict(SETTINGS))

#: What a 5xx may say: AWS returned nothing of what was requested, or the account's role can't be assumed.
DESCRIBED_FAILURES = {"NothingCollected", "AccountUnreachable"}

#: Responses of the emulator's gateway that AWS's does not give: the emulator sends no template of a mock integration.
NOT_OF_AWS = {("/health", 200, b"{}")}

#: Routes that query every enabled region unless `regions` names some. Each such call would be hundreds of requests to the
#: emulator; other tests make them.
IN_EVERY_REGION = ("/resources", "/bottlenecks")

CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.ignored_auth,
]


@dataclass
class Caller:
    """What sends the calls, with a key and a quota of its own."""

    url: str
    headers: dict[str, str]
    session: requests.Session
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)


@pytest.fixture(scope="module")
def caller(emulator: Emulator, deployed: Stack) -> Iterator[Caller]:
    with clients.with_quota(emulator, deployed, MOST_CALLS) as headers, requests.Session() as session:
        session.trust_env = False
        caller = Caller(deployed.url, headers, session)
        yield caller
        check_reached(caller)


def check_reached(caller: Caller) -> None:
    """Checks that the calls of all tests reached the functions, and found something to refuse."""
    assert sum(caller.statuses.values()) < MOST_CALLS
    assert {status for _, status in caller.statuses} <= {200, 400, 403, 404, 502}
    for path in ("/resources", "/metrics", "/costs", "/bottlenecks"):
        assert caller.statuses[path, 200] >= 20, caller.statuses
        assert caller.statuses[path, 400] >= 20, caller.statuses


def only_described_failures(_ctx: CheckContext, response: Response, _case: schemathesis.Case) -> None:
    """A function that fails is a 500, which is described, and yet a fault. So is a 504."""
    if response.status_code >= 500:
        body = response.json()
        assert response.status_code == 502 and body.get("error", {}).get("code") in DESCRIBED_FAILURES, body
        assert body["error"]["gaps"], body


def call(case: schemathesis.Case, caller: Caller) -> Response:
    """Makes a call, and checks its response by the description."""
    if case.operation.path.endswith(IN_EVERY_REGION) and "regions" not in case.query:
        case.query["regions"] = "us-east-1,eu-west-1"
    sent = {"base_url": caller.url, "session": caller.session, "headers": caller.headers, "timeout": SECONDS}
    response = case.call(**sent)
    caller.statuses[case.operation.path, response.status_code] += 1
    applied = [*CHECKS, only_described_failures]
    if (case.operation.path, response.status_code, response.content) in NOT_OF_AWS:
        applied.remove(checks.response_schema_conformance)
    case.validate_response(response, checks=applied, headers=caller.headers, transport_kwargs=sent)
    return response


@SCHEMA.parametrize()
def test_each_response_is_described(case: schemathesis.Case, caller: Caller) -> None:
    call(case, caller)


def enum(*values: str) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string", "enum": list(values)}, "minItems": 1, "maxItems": 2, "uniqueItems": True}


REGIONS = enum("us-east-1", "us-west-2", "eu-west-1", "ap-southeast-2")

#: Parameters with values that exist, by route. Those without a schema are left out, since they exclude others or depend
#: on them.
ALLOWED: dict[str, dict[str, dict[str, Any] | None]] = {
    "/resources": {"regions": REGIONS, "states": None, "tags": enum("env", "env:prod", "!owner"), "cursor": None},
    "/metrics": {
        "resource_type": None, "resource_ids": None, "region": None, "exists": None, "regions": REGIONS,
        "types": {"type": "array", "items": {"type": "string", "enum": ["ec2", "rds"]}, "minItems": 1},
        "states": None, "tags": enum("env", "!owner"), "sort": {"type": "string", "enum": ["cpu:Maximum", "cpu:Average:asc"]},
        "hours": {"type": "integer", "minimum": 24, "maximum": 10920}, "period": None, "metrics": enum("cpu"),
        "statistics": enum("Average", "Maximum", "p99"), "max_cost_usd": {"type": "string", "enum": ["0.5", "100"]},
    },
    "/costs": {
        "days": {"type": "integer", "minimum": 1, "maximum": 90}, "start": None, "end": None,
        "granularity": {"type": "string", "enum": ["DAILY", "MONTHLY"]}, "compare": None,
        "metric": {"type": "string", "enum": ["UnblendedCost", "AmortizedCost", "NetAmortizedCost"]},
        "group_by": enum("service", "account", "region", "record_type", "tag:team"),
        "services": enum("AWS Lambda", "Amazon Route 53"), "regions": enum("us-east-1", "global", "NoRegion"),
        "accounts": enum(ACCOUNT, OTHER_ACCOUNT), "usage_types": enum("DNS-Queries"), "tags": enum("team:web", "!team"),
        "movers": None, "movers_by": None, "max_cost_usd": {"type": "string", "enum": ["0.5", "100"]},
        # A table has either anomalies or budgets.
        "format": {"type": "string", "enum": ["json"]},
    },
    "/bottlenecks": {
        # Each of these types has rules of each of these categories.
        "regions": REGIONS, "types": enum("ec2", "rds"), "categories": enum("cost_optimizing", "performance"),
        "cpu_high": {"type": "integer", "minimum": 51, "maximum": 100},
        "cpu_low": {"type": "integer", "minimum": 1, "maximum": 50}, "thresholds": None,
        "max_cost_usd": {"type": "string", "enum": ["0.5", "100"]}, "savings": None, "cursor": None,
    },
}  # fmt: skip


def _narrowed() -> dict[str, Any]:
    """Returns the description of these routes with these parameters."""
    document = copy.deepcopy(DOCUMENT)
    document["paths"] = {path: document["paths"][path] for path in ALLOWED}
    for path, values in ALLOWED.items():
        operation = document["paths"][path]["get"]
        parameters = [p for p in operation["parameters"] if values.get(p["name"], {}) is not None]
        assert values.keys() <= {parameter["name"] for parameter in operation["parameters"]}
        operation["parameters"] = [p | {"schema": values.get(p["name"]) or p["schema"]} for p in parameters]
    return document


NARROWED = schemathesis.openapi.from_dict(
    _narrowed(),
    config=schemathesis.Config.from_dict(
        SETTINGS | {"generation": SETTINGS["generation"] | {"mode": "positive", "max-examples": 8}, "operations": []}
    ),
)


@NARROWED.parametrize()
def test_an_allowed_call_is_answered(case: schemathesis.Case, caller: Caller) -> None:
    response = call(case, caller)
    assert response.status_code == 200, f"{response.request.url}: {response.text[:500]}"
