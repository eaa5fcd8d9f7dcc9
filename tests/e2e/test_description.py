"""The interface description: the template has the same routes and parameters, and its examples are like real responses.

With WRITE_DOCUMENTS set, the examples are recorded anew (`make examples`).
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import openapi_spec_validator
import pytest
import translation
from emulator.ministack import ROOT
from emulator.stack import Stack

from .api import ask
from .description import DOCUMENT

EXAMPLES = ROOT / "docs" / "examples"

#: The calls whose responses are the examples.
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "resources": ("/resources", {"types": "ec2,rds", "regions": "eu-west-1", "tags": "env:prod"}),
    "metrics": ("/metrics", {"types": "ec2", "sort": "cpu:Maximum", "limit": 1, "hours": 3}),
    "costs": ("/costs", {"days": 2, "group_by": "service,region"}),
    "bottlenecks": ("/bottlenecks", {"types": "ec2", "regions": "us-east-1,us-west-2", "limit": 20}),
    "accounts": ("/accounts", {}),
}

#: Rows in the example of a table.
ROWS = 3

#: The parts of a response that differ from call to call, and keys that are data.
BY_CHANCE = {"by_operation", "gaps"}
DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T[\d:]+Z)?")


def _operations() -> dict[str, dict[str, Any]]:
    return {path: item["get"] for path, item in DOCUMENT["paths"].items()}


def test_the_description_is_valid_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    openapi_spec_validator.validate(DOCUMENT)


def test_the_template_has_the_routes_of_the_description_and_no_others() -> None:
    (api,) = [r for r in translation.resources({}).values() if r["Type"] == "AWS::ApiGateway::RestApi"]
    routes = {path for path, methods in api["Properties"]["Body"]["paths"].items() if "get" in methods}
    assert routes == set(DOCUMENT["paths"])


@pytest.mark.parametrize("path", [path for path, operation in _operations().items() if operation.get("parameters")])
def test_the_template_declares_each_described_parameter_as_a_cache_key(path: str) -> None:
    (api,) = [r for r in translation.resources({}).values() if r["Type"] == "AWS::ApiGateway::RestApi"]
    method = api["Properties"]["Body"]["paths"][path]["get"]
    described = {parameter["name"] for parameter in _operations()[path]["parameters"]}
    declared = {parameter["name"] for parameter in method["parameters"] if parameter["in"] == "query"}
    in_path = {"method.request.path.account"} if "{account}" in path else set()
    keys = set(method["x-amazon-apigateway-integration"]["cacheKeyParameters"])
    assert declared == described
    assert keys == {f"method.request.querystring.{name}" for name in described} | in_path


def test_the_template_and_the_description_agree_on_what_needs_a_key_and_a_token() -> None:
    (api,) = [r for r in translation.resources({}).values() if r["Type"] == "AWS::ApiGateway::RestApi"]
    for path, operation in _operations().items():
        needs = [scheme for schemes in api["Properties"]["Body"]["paths"][path]["get"].get("security", []) for scheme in schemes]
        assert sorted(needs) == ([] if operation.get("security") == [] else ["Token", "api_key"]), path


def _shape(value: Any) -> Any:
    """Returns the fields of a response, without its values; a list has the fields of its items."""
    if isinstance(value, dict):
        fields = {DATE.sub("date", name): of for name, of in value.items() if name not in BY_CHANCE}
        return {name: _shape(of) for name, of in fields.items()}
    if isinstance(value, list):
        shapes = sorted({json.dumps(_shape(item), sort_keys=True) for item in value})
        return [json.loads(shape) for shape in shapes]
    return None


@pytest.mark.parametrize("name", CALLS)
def test_an_example_is_like_a_real_response(deployed: Stack, name: str) -> None:
    path, parameters = CALLS[name]
    real = ask(deployed, path, **parameters)
    file: Path = EXAMPLES / f"{name}.json"
    if os.environ.get("WRITE_DOCUMENTS"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(real, indent=2, ensure_ascii=False) + "\n")
    assert _shape(json.loads(file.read_text())) == _shape(real)


@pytest.mark.parametrize("name", [name for name in CALLS if name != "accounts"])
def test_the_example_of_a_table_is_like_a_real_one(deployed: Stack, name: str) -> None:
    path, parameters = CALLS[name]
    status, _, body = deployed.get(f"{path}?{urlencode(parameters | {'format': 'csv'})}")
    assert status == 200, body
    lines = body.decode().split("\r\n")[: ROWS + 1]
    file: Path = EXAMPLES / f"{name}.csv"
    if os.environ.get("WRITE_DOCUMENTS"):
        file.write_bytes("".join(f"{line}\r\n" for line in lines).encode())
    columns, *rows = file.read_bytes().decode().split("\r\n")
    assert columns == lines[0]
    assert len(rows) == ROWS + 1 and rows[-1] == "" and all(row.count(",") >= columns.count(",") for row in rows[:-1])
