"""The events of events/, handed to the deployed functions without the gateway."""

from __future__ import annotations

import json
from typing import Any

import pytest
from emulator.ministack import ROOT, Emulator
from emulator.stack import Stack

#: For each event, the function that takes it (its output in the template), and what it answers.
EVENTS = {
    "resources.json": ("ResourcesFunction", 200, None),
    "resources-filtered.json": ("ResourcesFunction", 200, None),
    "resources-bad-parameter.json": ("ResourcesFunction", 400, "types"),
    "costs.json": ("CostsFunction", 200, None),
    "costs-bad-parameter.json": ("CostsFunction", 400, "start"),
    "metrics.json": ("MetricsFunction", 200, None),
    "metrics-bad-parameter.json": ("MetricsFunction", 400, "hours"),
    "bottlenecks.json": ("BottlenecksFunction", 200, None),
    "bottlenecks-bad-parameter.json": ("BottlenecksFunction", 400, "cpu_low"),
    "resources-repeated-parameter.json": ("ResourcesFunction", 400, "regions"),
}


def test_every_event_is_tried() -> None:
    assert {path.name for path in (ROOT / "events").iterdir()} == set(EVENTS)


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_answered(deployed: Stack, emulator: Emulator, name: str) -> None:
    output, status, parameter = EVENTS[name]
    stacks = emulator.client("cloudformation").describe_stacks(StackName="stratoscope")["Stacks"]
    outputs = {o["OutputKey"]: o["OutputValue"] for o in stacks[0]["Outputs"]}
    payload = (ROOT / "events" / name).read_bytes()
    invoked = emulator.client("lambda").invoke(FunctionName=outputs[output], Payload=payload)
    answer: dict[str, Any] = json.loads(invoked["Payload"].read())
    body = json.loads(answer["body"])
    assert set(answer) <= {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}
    assert (answer["statusCode"], body["success"]) == (status, status == 200)
    assert body.get("error", {}).get("parameter") == parameter
