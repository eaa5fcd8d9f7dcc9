"""What the functions of this run logged and answered, and that none of it has a secret."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from emulator.ministack import OTHER_ACCOUNT, Emulator
from emulator.stack import Stack

from . import bad_day
from .tokens import PRINCIPALS

#: How the functions access the other account: its reader role and sessions of that role.
FOREIGN = re.compile(rf"arn:aws:(?:iam::{OTHER_ACCOUNT}:role/stratoscope-reader|sts::{OTHER_ACCOUNT}:)")


@dataclass
class Exchanged:
    """What the whole run sent and received."""

    headers: set[str] = field(default_factory=set)
    answers: list[bytes] = field(default_factory=list)
    #: The responses that list roles, among them that of the readers.
    of_roles: list[bytes] = field(default_factory=list)


def logged(emulator: Emulator) -> Iterator[tuple[str, str]]:
    """Yields the log group and the message of everything that the functions logged."""
    logs = emulator.client("logs")
    for group in logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/stratoscope-")["logGroups"]:
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
            for event in page["events"]:
                yield group["logGroupName"], event["message"]


def no_log_and_no_response_has_a_secret(emulator: Emulator, deployed: Stack, exchanged: Exchanged) -> None:
    messages = "\n".join(message for _, message in logged(emulator))
    texts = {
        "the functions' logs": messages,
        "the emulator's log": emulator.log.read_text(errors="replace"),
        "the responses": b"\n".join(exchanged.answers).decode(errors="replace"),
        "the responses with roles": b"\n".join(exchanged.of_roles).decode(errors="replace"),
    }
    secrets = _secrets(deployed, exchanged)
    assert len(secrets) >= 7
    for secret, whose in secrets.items():
        # The message must not contain the secret, since a failing check prints it.
        assert len(secret) >= 16, whose
        assert [name for name, text in texts.items() if secret in text] == [], f"{whose}, of {len(secret)} characters"
    assert FOREIGN.findall(texts["the responses"]) == []
    assert FOREIGN.findall(messages) == []


def every_line_is_one_json_object(emulator: Emulator) -> None:
    """This shows that nothing a caller sends can start a new line."""
    messages = [message for _, message in logged(emulator)]
    for line in (line for message in messages for line in message.splitlines() if not _is_the_platforms(line)):
        entry = json.loads(line)
        assert {"timestamp", "level", "message"} <= set(entry), line
        assert entry["level"] in ("INFO", "WARN", "ERROR"), line


def _secrets(deployed: Stack, exchanged: Exchanged) -> dict[str, str]:
    """Returns all tokens and keys that were sent, all stored tokens, and the credentials of sessions and functions, each
    with whose it is."""
    found = {value.removeprefix("Bearer "): "sent in a header" for value in exchanged.headers if len(value) >= 32}
    found |= {principal["token"]: "the token of " + principal["name"] for principal in PRINCIPALS}
    found |= {deployed.token: "the token of the deployment", deployed.api_key: "the API key"}
    found |= dict.fromkeys(bad_day.SEEN_SECRETS, "seen on its way to AWS")
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            variables = environ.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if any(variable.startswith("AWS_LAMBDA_FUNCTION_NAME=stratoscope-") for variable in variables):
            named = [variable.partition("=") for variable in variables]
            wanted = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
            found |= {value: f"a function's {name}" for name, _, value in named if name in wanted}
    return found


def _is_the_platforms(line: str) -> bool:
    """Whether Lambda itself wrote the line: START, END or REPORT."""
    return not line.strip() or re.match(r"(START|END|REPORT) RequestId: ", line) is not None
