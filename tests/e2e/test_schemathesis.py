"""Calls that schemathesis makes up from the description, allowed and not: each gets a response that is described.

They are the same calls in each run, as far as the code and the description are the same: the seed is fixed, and nothing
is learned from responses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import requests
import schemathesis
from emulator.ministack import Emulator
from emulator.stack import Stack
from schemathesis.checks import CheckContext
from schemathesis.core.transport import Response
from schemathesis.specs.openapi import checks

from . import clients
from .description import DOCUMENT

#: The most calls of all tests here.
MOST_CALLS = 4_000
SECONDS = 30

CONFIG = schemathesis.Config.from_dict(
    {
        "seed": 1,
        "suppress-health-check": ["all"],
        "dictionaries": {"regions": {"values": ["us-east-1", "eu-west-1", "us-west-2"]}},
        "parameters": {"region": {"dictionary": "regions", "probability": 0.8}},
        "generation": {"mode": "all", "max-examples": 20, "deterministic": True, "database": "none", "no-shrink": True, "with-security-parameters": False},
        "phases": {
            "fuzzing": {"extra-data-sources": {"responses": False}, "error-feedback": {"enabled": False}},
            # Other methods have no routes; tests/test_template.py holds the routes together.
            "coverage": {"unexpected-methods": [], "generate-duplicate-query-parameters": True},
        },
    }
)
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT, config=CONFIG)

#: What a 5xx may say: AWS returned nothing of what was requested, or the account's role can't be assumed.
DESCRIBED_FAILURES = {"NothingCollected", "AccountUnreachable"}

#: Responses of the emulator's gateway that AWS's does not give: the emulator sends no template of a mock integration.
NOT_OF_AWS = {("/health", 200, b"{}")}

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
        yield Caller(deployed.url, headers, session)


def only_described_failures(_ctx: CheckContext, response: Response, _case: schemathesis.Case) -> None:
    """A function that fails is a 500, which is described, and yet a fault. So is a 504."""
    if response.status_code >= 500:
        body = response.json()
        assert response.status_code == 502 and body.get("error", {}).get("code") in DESCRIBED_FAILURES, body
        assert body["error"]["gaps"], body


@SCHEMA.parametrize()
def test_each_response_is_described(case: schemathesis.Case, caller: Caller) -> None:
    sent = {"base_url": caller.url, "session": caller.session, "headers": caller.headers, "timeout": SECONDS}
    response = case.call(**sent)
    caller.statuses[case.operation.path, response.status_code] += 1
    applied = [*CHECKS, only_described_failures]
    if (case.operation.path, response.status_code, response.content) in NOT_OF_AWS:
        applied.remove(checks.response_schema_conformance)
    case.validate_response(response, checks=applied, headers=caller.headers, transport_kwargs=sent)


def test_calls_were_allowed_and_refused(caller: Caller) -> None:
    """Shows that the calls above reached the functions, and found something to refuse."""
    if not caller.statuses:
        pytest.skip("runs after the calls")
    assert sum(caller.statuses.values()) < MOST_CALLS
    assert {status for _, status in caller.statuses} <= {200, 400, 403, 404, 502}
    for path in ("/resources", "/metrics", "/costs", "/bottlenecks"):
        assert caller.statuses[path, 200] >= 5, caller.statuses
        assert caller.statuses[path, 400] >= 20, caller.statuses
