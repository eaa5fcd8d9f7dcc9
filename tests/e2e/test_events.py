"""The events in events/, passed to the deployed functions without the gateway."""

from __future__ import annotations

import json
from typing import Any

import pytest
from emulator import stack
from emulator.ministack import ROOT, Emulator
from emulator.stack import Stack

#: For each event: the function that handles it (by its output in the template), the status, and the rejected parameter.
EVENTS = {
    "accounts.json": ("ResourcesFunction", 200, None),
    "resources.json": ("ResourcesFunction", 200, None),
    "resources-filtered.json": ("ResourcesFunction", 200, None),
    "resources-bad-parameter.json": ("ResourcesFunction", 400, "types"),
    "costs.json": ("CostsFunction", 200, None),
    "costs-bad-parameter.json": ("CostsFunction", 400, "start"),
    "metrics.json": ("MetricsFunction", 200, None),
    "metrics-bad-parameter.json": ("MetricsFunction", 400, "hours"),
    "bottlenecks.json": ("BottlenecksFunction", 200, None),
    "bottlenecks-bad-parameter.json": ("BottlenecksFunction", 400, "cpu_low"),
    "resources-other-account.json": ("ResourcesFunction", 200, None),
    "costs-account-not-allowed.json": ("CostsFunction", 403, None),
    "resources-repeated-parameter.json": ("ResourcesFunction", 400, "regions"),
}


#: The event of a browser that requests the page.
PAGE = "page.json"

#: For each event of the authorizer: the effect and the actions of the returned policy.
TOKENS = {
    "authorizer-allow.json": ("Allow", ["execute-api:Invoke", "execute-api:InvalidateCache"]),
    "authorizer-deny.json": ("Deny", ["execute-api:Invoke"]),
    "authorizer-malformed.json": ("Deny", ["execute-api:Invoke"]),
}


def test_the_event_of_a_browser_is_answered_with_the_page(deployed: Stack, emulator: Emulator) -> None:
    del deployed
    answer = _invoke(emulator, "PageFunction", (ROOT / "events" / PAGE).read_bytes())
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, False)
    assert answer["multiValueHeaders"]["content-type"] == ["text/html; charset=utf-8"]
    assert "/v1/assets/" in answer["body"]


def _invoke(emulator: Emulator, output: str, payload: bytes) -> dict[str, Any]:
    invoked = emulator.client("lambda").invoke(FunctionName=stack.outputs(emulator)[output], Payload=payload)
    return json.loads(invoked["Payload"].read())


def test_every_event_is_tried() -> None:
    assert {path.name for path in (ROOT / "events").iterdir()} == set(EVENTS) | set(TOKENS) | {PAGE}


@pytest.mark.parametrize("name", TOKENS)
def test_a_token_is_answered_with_a_policy(deployed: Stack, emulator: Emulator, name: str) -> None:
    event = json.loads((ROOT / "events" / name).read_text())
    event["authorizationToken"] = event["authorizationToken"].replace("<token of target/stack.json>", deployed.token)
    answer = _invoke(emulator, "AuthorizerFunction", json.dumps(event).encode())
    assert set(answer) == {"principalId", "policyDocument", "context"}
    (statement,) = answer["policyDocument"]["Statement"]
    assert (statement["Effect"], statement["Action"]) == TOKENS[name]
    assert all(isinstance(value, str) for value in answer["context"].values())
    assert deployed.token not in json.dumps(answer)


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_answered(deployed: Stack, emulator: Emulator, name: str) -> None:
    output, status, parameter = EVENTS[name]
    answer = _invoke(emulator, output, (ROOT / "events" / name).read_bytes())
    body = json.loads(answer["body"])
    assert set(answer) <= {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}
    assert (answer["statusCode"], body["success"]) == (status, status == 200)
    assert body.get("error", {}).get("parameter") == parameter
