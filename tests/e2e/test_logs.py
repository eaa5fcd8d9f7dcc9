"""What the functions log of each call. That no log has a secret is checked at the end of each run (`conftest.py`)."""

from __future__ import annotations

import json

import pytest
from emulator.ministack import OTHER_ACCOUNT, Emulator
from emulator.stack import Stack

from . import logs


@pytest.fixture(scope="module")
def logged(emulator: Emulator, deployed: Stack) -> list[tuple[str, str]]:
    # Makes sure that something is logged, even if these tests run alone.
    whole = "/resources?types=eip&regions=us-east-1"
    # The first call with a token is the one that the authorizer logs.
    hostile = ("/accounts/1%C2%85%E2%80%A82/resources", "/resources?types=%0a%7B%22level%22%3A%22ERROR%22%7D")
    for path in (*hostile, whole, f"/accounts/{OTHER_ACCOUNT}{whole}"):
        deployed.get(path)
    return list(logs.logged(emulator))


def test_the_log_records_who_called_what(logged: list[tuple[str, str]]) -> None:
    entries = [json.loads(line) for _, m in logged for line in m.splitlines() if line.startswith("{")]
    answered = [entry for entry in entries if entry["message"] in ("answered", "refused")]
    assert answered
    assert all({"request_id", "path", "status", "elapsed_ms"} <= set(entry) for entry in answered)
    # The page is for anyone.
    assert {"api::public"} >= {entry["target"] for entry in answered if "principal" not in entry}
    assert {"admin"} <= {entry["principal"] for entry in answered if "principal" in entry}


def test_each_call_has_its_metrics_by_stack_route_and_kind_of_account(logged: list[tuple[str, str]]) -> None:
    entries = [(group, json.loads(line)) for group, m in logged for line in m.splitlines() if line.startswith("{")]
    # Anyone may call the page, so its calls are not measured.
    of_calls = [(g, e) for g, e in entries if not g.endswith("-page") and e["message"] in ("answered", "refused", "failed") and "elapsed_ms" in e]
    calls = {entry["request_id"]: entry for _, entry in of_calls}
    measured = {entry["request_id"]: entry for _, entry in entries if entry["message"] == "measured"}
    assert measured.keys() <= calls.keys()
    # A busy emulator reads a call's last line only with the next call, and loses it if the function restarts earlier.
    newest = {group: entry["request_id"] for group, entry in of_calls}.values()
    assert len(calls.keys() - measured.keys() - set(newest)) <= len(calls) // 50
    for request_id, line in measured.items():
        assert (line["APILatency"], line["status"]) == (calls[request_id]["elapsed_ms"], calls[request_id]["status"])
        assert ("AWSRequests" in line, "EstimatedCostUSD" in line) == (line["status"] == 200, line["status"] == 200)
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        assert directive["Dimensions"] == [["Stack", "Route", "Account"]]
        assert {metric["Name"] for metric in directive["Metrics"]} <= set(line)
    # Each combination of dimensions is billed, so there are few: no caller and no account id is among them.
    assert {line["Stack"] for line in measured.values()} == {"stratoscope"}
    assert {line["Account"] for line in measured.values()} == {"home", "other"}
    assert "resources" in {line["Route"] for line in measured.values()} <= {"resources", "metrics", "costs", "bottlenecks", "accounts"}
