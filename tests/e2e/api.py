"""Calls to the deployed API, as its users make them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from emulator.stack import Stack

Json = dict[str, Any]


def call(stack: Stack, path: str, **parameters: object) -> tuple[int, Json]:
    """GETs a route with parameters and returns the status and the decoded body."""
    query = f"?{urlencode(parameters)}" if parameters else ""
    status, _, body = stack.get(path + query)
    return status, json.loads(body)


def ask(stack: Stack, path: str, **parameters: object) -> Json:
    """GETs a route, which must succeed, and returns the envelope."""
    status, body = call(stack, path, **parameters)
    assert status == 200, body
    assert body["success"] is True
    return body


def gaps(body: Json) -> list[tuple[str, str, str, str, str]]:
    """Returns region, service, operation, status and code of each gap."""
    return [(g["region"], g["service"], g["operation"], g["status"], g["code"]) for g in body["meta"]["gaps"]]
