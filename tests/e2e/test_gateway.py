"""What the gateway of the deployed API does before and around a function."""

from __future__ import annotations

import json

from emulator.ministack import Emulator
from emulator.stack import Stack


def test_a_call_without_or_with_a_wrong_key_is_forbidden(deployed: Stack) -> None:
    for key in ({}, {"x-api-key": "x" * 40}):
        headers = {"Authorization": deployed.headers()["Authorization"]} | key
        status, _, body = deployed.get("/resources?types=eip&regions=us-east-1", headers=headers)
        assert (status, json.loads(body)) == (403, {"message": "Forbidden"})


def test_an_unknown_path_is_rejected_by_the_gateway(deployed: Stack) -> None:
    status, _, body = deployed.get("/nothing")
    assert (status, json.loads(body)) == (403, {"message": "Missing Authentication Token"})


def test_a_browser_may_read_responses(deployed: Stack) -> None:
    for path in ("/resources?types=eip&regions=eu-west-1", "/resources?bad=1"):
        _, headers, _ = deployed.get(path)
        assert headers["access-control-allow-origin"] == "*"


def test_the_usage_plan_is_the_stacks(deployed: Stack, emulator: Emulator) -> None:
    plans = emulator.client("apigateway").get_usage_plans()["items"]
    assert [(p["throttle"], p["quota"]["limit"], p["quota"]["period"]) for p in plans] == [
        ({"rateLimit": 50.0, "burstLimit": 100}, 100_000, "MONTH")
    ]
    stages = [(s["apiId"], s["stage"]) for plan in plans for s in plan["apiStages"]]
    assert stages == [(deployed.rest_api_id, "v1")]


def test_a_monitor_needs_neither_key_nor_token(deployed: Stack) -> None:
    status, headers, _ = deployed.get("/health", headers={})
    assert (status, headers["content-type"]) == (200, "application/json")
    # That applies to this route only.
    assert deployed.get("/resources", headers={})[0] == 401
