"""`sam local invoke`: the functions' binaries under AWS's runtime interface emulator, in Docker.

A container that sam starts can't reach this machine's loopback and has no AWS, so these events need none. Whatever
needs AWS is tested on the deployed stack.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import docker
import pytest
from emulator import ministack, stack
from emulator.ministack import ROOT

from . import base_image

#: Event, function, and the parameter that is rejected.
REFUSED = [
    ("resources-bad-parameter.json", "ResourcesFunction", "types"),
    ("metrics-bad-parameter.json", "MetricsFunction", "hours"),
    ("costs-bad-parameter.json", "CostsFunction", "start"),
    ("bottlenecks-bad-parameter.json", "BottlenecksFunction", "cpu_low"),
]


DOCKER_HOST = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")


@pytest.fixture(scope="module")
def image() -> None:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(DOCKER_HOST.removeprefix("unix://"))
        except OSError as error:
            reason = f"no Docker for the functions under AWS's runtime interface emulator ({DOCKER_HOST}: {error})"
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
    stack.build(ministack.aws_environment("http://127.0.0.1:9"))
    client = docker.DockerClient(DOCKER_HOST)
    try:
        base_image.build(client, stack.ARCHITECTURE, sorted(stack.BUILT.glob("*/bootstrap")))
    finally:
        client.close()


def _invoke(function: str, event: str) -> dict[str, Any]:
    environment = ministack.aws_environment("http://127.0.0.1:9")
    environment |= {name: value for name, value in os.environ.items() if name.startswith("DOCKER_")}
    sam = [str(Path(sys.executable).parent / "sam"), "local", "invoke", function]
    options = {
        "--template-file": stack.BUILT / "template.yaml",
        "--event": ROOT / "events" / event,
        "--parameter-overrides": f"Architecture={stack.ARCHITECTURE}",
        "--region": "us-east-1",
    }
    arguments = [str(part) for option in options.items() for part in option]
    done = subprocess.run(
        [*sam, *arguments, "--skip-pull-image"], env=environment, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )  # fmt: skip
    assert done.returncode == 0 and done.stdout, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(("event", "function", "parameter"), REFUSED)
def test_a_bad_parameter_is_rejected(image: None, event: str, function: str, parameter: str) -> None:
    answer = _invoke(function, event)
    body = json.loads(answer["body"])
    assert (answer["statusCode"], body["success"], body["error"]["parameter"]) == (400, False, parameter)


def test_a_token_for_one_account_does_not_open_another(image: None) -> None:
    answer = _invoke("CostsFunction", "costs-account-not-allowed.json")
    assert (answer["statusCode"], json.loads(answer["body"])["error"]["code"]) == (403, "AccountNotAllowed")


def test_what_is_not_a_token_is_denied(image: None) -> None:
    answer = _invoke("AuthorizerFunction", "authorizer-malformed.json")
    (statement,) = answer["policyDocument"]["Statement"]
    assert (statement["Effect"], answer["context"]["accounts"]) == ("Deny", "")


def test_without_aws_the_response_is_an_error_with_its_gaps(image: None) -> None:
    answer = _invoke("BottlenecksFunction", "bottlenecks.json")
    body = json.loads(answer["body"])
    assert (answer["statusCode"], body["error"]["code"]) == (502, "NothingCollected")
    assert {gap["service"] for gap in body["error"]["gaps"]} >= {"ec2", "rds"}
