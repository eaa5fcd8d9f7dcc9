"""What an answer may cost, by numbers that are the same on any machine: its AWS calls, and its instructions.

The functions are those that the end-to-end tests deploy, without optimisation; what they take in release is what
`make bench` measures. Callgrind counts instructions, so that neither load nor clock matter; the tolerance is for what
differs between processors and C compilers. A change that means to cost more or less writes the counts anew:
`FRUGAL_UPDATE=1 make frugal`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e import issuer

from .harness import OPAQUE, PRINCIPALS, Build, Instructions, authorizer_event, gateway_event, has_callgrind, instructions
from .questions import QUESTIONS, Question

COUNTS = Path(__file__).with_name("instructions.json")
TOLERANCE = 0.1
UPDATE = "FRUGAL_UPDATE" in os.environ
BUILD = Build("debug")
#: Without optimisation, ten thousand of anything meet the time limits of a call.
LARGEST = 1_000


@pytest.fixture(scope="session", autouse=True)
def build() -> None:
    BUILD.build()


def _calls(question: Question) -> dict[str, int]:
    """What AWS is asked for the second answer of a process, which needs nothing that is asked once."""
    count = 1 if question.function == "costs" else 2
    event = gateway_event(question.function, question.query)
    (start,) = BUILD.invoke([str(BUILD.function(question.function))], event, question.account | {"round-trip-ms": 1}, count=count)
    meta = start["measured"]["meta"]
    assert (start["measured"]["status"], meta["partial"], meta["gaps"]) == (200, False, [])
    asked = meta["aws_requests"]["by_operation"]
    # What the function tells of itself is what AWS saw.
    assert sum(start["asked"].values()) >= sum(asked.values())
    asked.pop("sts:GetCallerIdentity", None)
    return asked


@pytest.mark.parametrize("question", [q for q in QUESTIONS if q.size <= LARGEST or q.function in ("metrics", "costs")], ids=lambda q: q.name)
def test_an_answer_takes_the_fewest_calls(question: Question) -> None:
    assert sum(_calls(question).values()) == question.least_calls


def test_the_calls_of_an_inventory_are_one_a_page_and_region() -> None:
    (question,) = [question for question in QUESTIONS if question.name == "/resources, 1,000 resources"]
    assert _calls(question) == {
        "ec2:DescribeRegions": 1,
        "ec2:DescribeInstances": 17,
        "ec2:DescribeVolumes": 17,
        "ec2:DescribeAddresses": 17,
        "rds:DescribeDBInstances": 17,
        "lambda:ListFunctions": 18,
        "tag:GetResources": 17,
        "s3:ListBuckets": 1,
    }


@pytest.fixture(scope="module")
def counts() -> Iterator[dict[str, int]]:
    """The counts to hold against; with FRUGAL_UPDATE, those that the tests leave there are written."""
    known = {} if UPDATE else json.loads(COUNTS.read_text())
    yield known
    if UPDATE:
        COUNTS.write_text(json.dumps(known, indent=2) + "\n")


def _hold(counts: dict[str, int], what: str, counted: Instructions) -> None:
    found = {f"{what}, start and first answer": counted.first, f"{what}, warm": counted.warm}
    if UPDATE:
        counts.update(found)
    assert found == pytest.approx({name: counts[name] for name in found}, rel=TOLERANCE)


needs_callgrind = pytest.mark.skipif(not has_callgrind() and "CI" not in os.environ, reason="valgrind is not installed")


@needs_callgrind
@pytest.mark.parametrize("kind", ["opaque", "RS256", "ES256"])
def test_a_token_takes_the_instructions_that_it_took(kind: str, counts: dict[str, int]) -> None:
    with issuer.running() as oidc:
        environment = {"TOKENS_SECRET": "tokens", "OIDC_ISSUER": oidc.url, "OIDC_AUDIENCE": issuer.AUDIENCE}
        token = OPAQUE if kind == "opaque" else oidc.token(oidc.claims(), kind)
        counted = instructions(BUILD, "authorizer", authorizer_event(token), {"secret": json.dumps(PRINCIPALS)}, environment)
    _hold(counts, f"authorizer, {kind}", counted)


@needs_callgrind
@pytest.mark.parametrize(
    ("function", "query", "account"),
    [("resources", {}, {"resources": 100}), ("bottlenecks", {"types": "ec2"}, {"resources": 100, "only-instances": "yes"})],
)
def test_an_answer_takes_the_instructions_that_it_took(
    function: str, query: dict[str, str], account: dict[str, str | int], counts: dict[str, int]
) -> None:
    _hold(counts, f"{function}, 100 resources", instructions(BUILD, function, gateway_event(function, query), account))
