"""The logs of the whole run: JSON lines that record what happened, and no secrets.

These tests run last, whatever else was run before.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from emulator.ministack import OTHER_ACCOUNT, Emulator
from emulator.stack import Stack

from . import bad_day
from .conftest import Exchanged
from .tokens import PRINCIPALS

#: How the functions access the other account: its reader role and sessions of that role.
FOREIGN = re.compile(rf"arn:aws:(?:iam::{OTHER_ACCOUNT}:role/stratoscope-reader|sts::{OTHER_ACCOUNT}:)")


def _logged(emulator: Emulator) -> Iterator[tuple[str, str]]:
    """Yields the log group and the message of everything that the functions logged."""
    logs = emulator.client("logs")
    for group in logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/stratoscope-")["logGroups"]:
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
            for event in page["events"]:
                yield group["logGroupName"], event["message"]


@pytest.fixture(scope="module")
def logged(emulator: Emulator, deployed: Stack) -> list[tuple[str, str]]:
    # Makes sure that something is logged, even if these tests run alone.
    whole = "/resources?types=eip&regions=us-east-1"
    for path in (whole, f"/accounts/{OTHER_ACCOUNT}{whole}", "/resources?types=%0a%7B%22level%22%3A%22ERROR%22%7D"):
        deployed.get(path)
    return list(_logged(emulator))


@pytest.fixture(scope="module")
def secrets(deployed: Stack, exchanged: Exchanged) -> set[str]:
    """Returns all tokens and keys that were sent, all stored tokens, and the credentials of sessions and functions."""
    sent = {value.removeprefix("Bearer ") for value in exchanged.headers if len(value) >= 32}
    found = sent | {deployed.token, deployed.api_key} | {principal["token"] for principal in PRINCIPALS}
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            variables = environ.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if any(variable.startswith("AWS_LAMBDA_FUNCTION_NAME=stratoscope-") for variable in variables):
            wanted = ("AWS_SECRET_ACCESS_KEY=", "AWS_SESSION_TOKEN=")
            found |= {variable.partition("=")[2] for variable in variables if variable.startswith(wanted)}
    return found | bad_day.SEEN_SECRETS


def test_no_log_and_no_response_has_a_secret(
    logged: list[tuple[str, str]], exchanged: Exchanged, secrets: set[str], emulator: Emulator
) -> None:
    assert len(secrets) >= 7
    everything = "\n".join(message for _, message in logged) + emulator.log.read_text(errors="replace")
    answers = b"\n".join(exchanged.answers).decode(errors="replace")
    for secret in secrets:
        # The message must not contain the secret, since a failing test prints it.
        assert len(secret) >= 16
        assert (secret in everything, secret in answers) == (False, False), f"a secret of {len(secret)} characters"
    assert FOREIGN.findall(answers) == []
    assert FOREIGN.findall("\n".join(message for _, message in logged)) == []


def test_every_line_is_one_json_object(logged: list[tuple[str, str]]) -> None:
    """This shows that nothing a caller sends can start a new line."""
    lines = [line for _, message in logged for line in message.splitlines() if not _is_the_platforms(line)]
    assert len(lines) > 2
    for line in lines:
        entry = json.loads(line)
        assert {"timestamp", "level", "message"} <= set(entry), line
    assert all(json.loads(line)["level"] in ("INFO", "WARN", "ERROR") for line in lines)


def _is_the_platforms(line: str) -> bool:
    """Whether Lambda itself wrote the line: START, END or REPORT."""
    return not line.strip() or re.match(r"(START|END|REPORT) RequestId: ", line) is not None


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
