"""docs/openapi.json, by which every response of the run is checked."""

from __future__ import annotations

import functools
import json
import re
from typing import Any

import jsonschema_rs
from emulator.ministack import ROOT

DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs" / "openapi.json").read_text())


def path_of(url: str) -> str | None:
    """Returns the path of the description that a call's path belongs to."""
    path = url.split("?", 1)[0]
    path = path.rstrip("/") or "/"
    for described in DOCUMENT["paths"]:
        if re.fullmatch(re.sub(r"\\\{[a-z]+\\\}", "[^/]+", re.escape(described)), path):
            return described
    return None


@functools.cache
def _validator(path: str, status: str, content_type: str) -> jsonschema_rs.Draft202012Validator:
    responses = DOCUMENT["paths"][path]["get"]["responses"]
    assert status in responses, f"{path} is not described to respond with {status}"
    response = responses[status]
    if "$ref" in response:
        response = DOCUMENT["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
    if "content" not in response:
        return jsonschema_rs.Draft202012Validator({"const": ""})  # no body
    assert content_type in response["content"], f"{path} is not described to respond with {content_type}"
    schema = response["content"][content_type]["schema"]
    return jsonschema_rs.Draft202012Validator({**schema, "components": DOCUMENT["components"]}, validate_formats=True)


def check(url: str, status: int, headers: dict[str, str], body: bytes) -> None:
    """Fails unless a response is as the description says, without any other field."""
    path = path_of(url)
    if path is None:
        assert status in (403, 404), f"{url} is not described, and responds with {status}"
        return
    content_type = {name.lower(): value for name, value in headers.items()}.get("content-type", "").split(";")[0]
    validator = _validator(path, str(status), content_type)
    instance = json.loads(body) if body and content_type == "application/json" else body.decode()
    errors = [f"{list(error.instance_path)}: {error.message[:300]}" for error in validator.iter_errors(instance)]
    assert not errors, f"{url}, {status}: {errors[:5]}"
