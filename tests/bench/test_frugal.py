"""Limits on what a response may cost, in numbers that are the same on any machine: AWS calls and CPU instructions.

The functions are those that the end-to-end tests deploy, without optimisation; `make bench` measures release builds.
Callgrind counts instructions, so neither load nor clock speed matter; the tolerance covers differences between
processors and C compilers. A change that is meant to alter the cost updates the counts: `FRUGAL_UPDATE=1 make frugal`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from e2e import issuer

from . import savings
from .harness import OPAQUE, PRINCIPALS, Build, Instructions, authorizer_event, gateway_event, has_callgrind, instructions
from .questions import QUESTIONS, TYPES, Question

COUNTS = Path(__file__).with_name("instructions.json")
TOLERANCE = 0.1
UPDATE = "FRUGAL_UPDATE" in os.environ
BUILD = Build("debug")


@pytest.fixture(scope="session", autouse=True)
def build() -> None:
    BUILD.build()


#: The names of CloudWatch and the tagging API in a signature, and their IAM prefixes.
PREFIXES = {"monitoring": "cloudwatch", "tagging": "tag"}


# Without optimisation, a response about ten thousand instances would reach its time limits.
@pytest.mark.parametrize("question", [q for q in QUESTIONS if not q.name.startswith("/bottlenecks, 10,000")], ids=lambda q: q.name)
def test_a_response_takes_the_fewest_calls_and_reports_them(question: Question) -> None:
    # The second response of a process needs no calls that are made only once; costs are cached after the first.
    count = 1 if question.function == "costs" else 2
    event, account = gateway_event(question.function, question.query), question.account | {"round-trip-ms": 1}
    (start,) = BUILD.invoke([str(BUILD.function(question.function))], event, account, count=count)
    answers = start["measured"]["answers"]
    assert [(a["status"], a["meta"]["partial"], a["meta"]["gaps"]) for a in answers] == [(200, False, [])] * count
    if question.findings is not None:
        assert [answer["by_rule"] for answer in answers] == [question.findings] * count
        assert float(answers[-1]["meta"]["aws_requests"]["estimated_cost_usd"]) == pytest.approx(question.usd, abs=5e-5)
    told = answers[-1]["meta"]["aws_requests"]["by_operation"]
    assert {operation: told[operation] for operation in told if operation != "sts:GetCallerIdentity"} == question.least_calls
    # Over all responses, AWS received these calls, plus one for the identity, and those for prices, which are then kept.
    split = (operation.split(":") for operation in start["asked"])
    asked = {f"{PREFIXES.get(service, service)}:{name}": start["asked"][f"{service}:{name}"] for service, name in split}
    least = {operation: calls * count for operation, calls in question.least_calls.items()}
    assert asked == least | question.once | {"sts:GetCallerIdentity": 1}
    assert not (told.keys() & question.once.keys())


# Few of them, so that without optimisation a response does not reach its time limits.
@pytest.mark.parametrize("account", savings.accounts(1_000), ids=lambda account: account.name)
def test_savings_take_the_fewest_requests_for_prices_and_no_others(account: savings.Account) -> None:
    count = 2
    # A busy machine may send at once what the function spaced out.
    options = {name: value for name, value in account.options.items() if name != "throttles-prices"}
    account = replace(account, options=options | {"round-trip-ms": 1})
    with_savings, without = (savings.ask(BUILD, account, more, count=count) for more in ({}, savings.NONE))
    # Each page of the price list is read once, by the first response.
    assert with_savings["priced"] == account.requests
    assert without["priced"] == {}
    price_requests = sum(account.requests.values())
    # Cost Optimization Hub is asked beside it, and is not a matter of prices.
    asked = {name: count for name, count in with_savings["asked"].items() if not name.startswith("cost-optimization-hub:")}
    assert asked == without["asked"] | {savings.GET_PRODUCTS: price_requests}
    told = [answer["meta"]["aws_requests"]["by_operation"].get(savings.GET_PRODUCTS) for answer in with_savings["measured"]["answers"]]
    assert told == [price_requests, None]
    # Every price was found: exactly one entry of the list is each product.
    first, later = (answer["savings"] for answer in with_savings["measured"]["answers"])
    assert first == later and first["findings"] > 0
    assert not set(first["unknown_by_reason"]) & {"not_listed", "ambiguous", "price_list_unavailable", "missing_fields"}


@pytest.mark.parametrize("question", [q for q in QUESTIONS if q.findings is not None], ids=lambda q: q.name)
def test_two_steps_cost_less_than_everything_at_once(question: Question) -> None:
    assert question.usd < question.at_once[1] / 2
    assert question.goal.usd is None or question.usd <= question.goal.usd


@pytest.fixture(scope="module")
def counts() -> Iterator[dict[str, int]]:
    """Yields the expected counts; with FRUGAL_UPDATE, writes those that the tests have updated."""
    known = json.loads(COUNTS.read_text())
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
def test_a_token_takes_as_many_instructions_as_before(kind: str, counts: dict[str, int]) -> None:
    with issuer.running() as oidc:
        environment = {"TOKENS_SECRET": "tokens", "OIDC_ISSUER": oidc.url, "OIDC_AUDIENCE": issuer.AUDIENCE}
        token = OPAQUE if kind == "opaque" else oidc.token(oidc.claims(), kind)
        account = {"secret": json.dumps(PRINCIPALS)}
        counted = instructions(BUILD, "authorizer", authorizer_event(token), account, environment, warm=50)
    _hold(counts, f"authorizer, {kind}", counted)


@needs_callgrind
@pytest.mark.parametrize(
    ("function", "query", "account"),
    [("resources", {"types": ",".join(TYPES)}, {"resources": 100}), ("bottlenecks", {"types": "ec2"}, {"resources": 100, "only-instances": "yes"})],
)
def test_a_response_takes_as_many_instructions_as_before(
    function: str, query: dict[str, str], account: dict[str, str | int], counts: dict[str, int]
) -> None:
    _hold(counts, f"{function}, 100 resources", instructions(BUILD, function, gateway_event(function, query), account))
