"""A client that OpenAPI Generator makes of docs/openapi.json gets what a plain call gets."""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from emulator.ministack import ROOT
from emulator.stack import Stack

from .api import Json, ask
from .examples import BLOCKS, environment, run, save

#: Fields of `meta` that differ from call to call.
BY_CHANCE = {"generated_at", "elapsed_ms", "aws_requests"}


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory, deployed: Stack) -> Path:
    """Generates the client with the command of docs/clients.md, and returns its folder."""
    folder = tmp_path_factory.mktemp("generated")
    shutil.copy(ROOT / "docs" / "openapi.json", folder)
    run(["bash", "-e", save(folder, "generate.sh", "generate")], folder, environment(deployed))
    return folder / "client"


@pytest.fixture(scope="module")
def package(generated: Path) -> Iterator[ModuleType]:
    sys.path.insert(0, str(generated))
    try:
        yield importlib.import_module("stratoscope")
    finally:
        sys.path.remove(str(generated))
        for name in [name for name in sys.modules if name.split(".")[0] == "stratoscope"]:
            del sys.modules[name]


@pytest.fixture(scope="module")
def api(package: ModuleType, deployed: Stack) -> Iterator[Any]:
    configuration = package.Configuration(
        host=deployed.url, api_key={"key": deployed.api_key}, access_token=deployed.token
    )
    with package.ApiClient(configuration) as client:
        yield package.DefaultApi(client)


def steady(body: Json) -> Json:
    """Returns a response without what differs from call to call."""
    meta = {name: value for name, value in body["meta"].items() if name not in BY_CHANCE}
    data = {name: value for name, value in body["data"].items() if name != "as_of"} if isinstance(body["data"], dict) else body["data"]
    return {"success": body["success"], "data": data, "meta": meta}


def same(response: Any, body: Json) -> None:
    assert steady(response.to_dict()) == steady(body)
