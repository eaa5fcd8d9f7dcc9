"""Runs functions under Lambda's runtime interface, and other clients, against the simulated AWS (`src/`)."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import certifi
from emulator.ministack import ROOT, aws_environment
from emulator.stack import STACK
from samcli.yamlhelper import yaml_parse

from .questions import ROUND_TRIP_MS

MANIFEST = ROOT / "tests" / "bench" / "Cargo.toml"
#: Where cargo builds the functions, and the harness in a subfolder.
FUNCTIONS = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
TARGET = FUNCTIONS / "bench"

#: An opaque token, and the secret that contains it.
OPAQUE = "t0ken-of-the-benchmarks".ljust(43, "x")
PRINCIPALS = {"principals": [{"name": "bench", "token": OPAQUE, "scopes": ["*"], "accounts": ["*"]}]}


def run(command: list[str], environment: dict[str, str] | None = None, quiet: bool = False) -> str:
    """Runs a command and returns its output; exits if it fails."""
    err = subprocess.DEVNULL if quiet else None
    done = subprocess.run(command, cwd=ROOT, env=environment or os.environ, stdout=subprocess.PIPE, stderr=err, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}")
    return done.stdout


@dataclass(frozen=True)
class Build:
    """The functions and the harness, built with one of cargo's profiles."""

    profile: str

    def build(self) -> None:
        options = ["--release"] if self.profile == "release" else []
        run(["cargo", "build", *options, "--bins", "--locked"])
        run(["cargo", "build", *options, "--locked", "--manifest-path", str(MANIFEST), "--target-dir", str(TARGET)])

    def function(self, name: str) -> Path:
        return self._program(FUNCTIONS, name)

    def of_harness(self, name: str = "bench") -> Path:
        return self._program(TARGET, name)

    def _program(self, target: Path, name: str) -> Path:
        return target / _host() / self.profile / name

    def invoke(
        self, command: list[str], event: dict[str, Any], account: dict[str, str | int], *, count: int = 1, starts: int = 1,
        pause_ms: int = 0, callers: int = 1, environment: dict[str, str] | None = None, tls: bool = False,
    ) -> list[dict[str, Any]]:
        """Starts a command, sends each start the event `count` times, with a pause after each response, and returns the
        measurements. With `callers`, each start is that of so many processes at the same time, which share the simulated AWS.
        """  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "event.json").write_text(json.dumps(event))
            variables = _variables() | (environment or {})
            options = [("--command", " ".join(command)), ("--event", f"{folder}/event.json")]
            options += [("--count", str(count)), ("--starts", str(starts)), ("--callers", str(callers)), ("--pause-ms", str(pause_ms))]
            if tls:
                options.append(("--tls", f"{folder}/certificates.pem"))
                # Rust's libraries read the first, Python's the second.
                variables |= {"SSL_CERT_FILE": f"{folder}/certificates.pem", "AWS_CA_BUNDLE": f"{folder}/certificates.pem"}
            options += [("--env", f"{name}={value}") for name, value in variables.items()]
            return json.loads(run([str(self.of_harness()), "invoke", *(part for o in options for part in o), *_options(account)]))

    @contextlib.contextmanager
    def serving(self, account: dict[str, str | int]) -> Iterator[str]:
        """Serves the simulated AWS alone."""
        with subprocess.Popen([self.of_harness(), "serve", *_options(account)], stdout=subprocess.PIPE, text=True) as server:
            try:
                yield json.loads(server.stdout.readline())["url"]
            finally:
                server.terminate()

    def client(self, command: list[str], account: dict[str, str | int], more: dict[str, str] | None = None) -> tuple[float, dict[str, int], str]:
        """Runs a client and returns how long it took in milliseconds, its AWS requests, and its output."""
        with self.serving(account) as url:
            started = time.monotonic()
            printed = run(command, aws_environment(url) | (more or {}), quiet=True)
            took = (time.monotonic() - started) * 1000
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{url}/_asked", timeout=10) as answer:
                return took, json.load(answer), printed


@dataclass(frozen=True)
class Instructions:
    """Instructions, as counted by callgrind."""

    #: From the start of the process to the end of its first response.
    first: int
    #: Of a later response.
    warm: int


def instructions(
    build: Build, function: str, event: dict[str, Any], account: dict[str, Any], environment: dict[str, str] | None = None,
    *, warm: int = 2,
) -> Instructions:
    """Counts the instructions of a function's first response, and the mean of `warm` later ones.

    The simulated AWS has no latency, and the root certificates are the same on every machine.
    """  # fmt: skip
    environment = {"SSL_CERT_FILE": certifi.where()} | (environment or {})

    def total(count: int) -> int:
        with tempfile.TemporaryDirectory() as folder:
            command = ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={folder}/out", str(build.function(function))]
            (start,) = build.invoke(command, event, account | {"round-trip-ms": 0}, count=count, environment=environment)
            check(start["measured"])
            lines = (Path(folder) / "out").read_text().splitlines()
            return int(next(line for line in lines if line.startswith("totals:")).split()[1])

    first = total(1)
    return Instructions(first, (total(1 + warm) - first) // warm)


def check(measured: dict[str, Any]) -> None:
    """Exits unless each response is valid: a complete one with status 200, or a policy that allows the token."""
    for answer in measured["answers"]:
        complete = answer["status"] == 200 and not (answer["meta"] or {}).get("partial")
        if not complete and answer["effect"] != "Allow":
            raise SystemExit(f"no valid response to measure: {answer}")


@functools.cache
def _variables() -> dict[str, str]:
    """Returns the variables that template.yaml sets for all functions, except parameters, with call metrics on."""
    template = yaml_parse((ROOT / "template.yaml").read_text())
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    return {name: value for name, value in variables.items() if isinstance(value, str)} | {"STACK": STACK, "CALL_METRICS": "true"}


@functools.cache
def _host() -> str:
    """Returns this machine's target, which is part of cargo's output path because of .cargo/config.toml."""
    lines = run(["rustc", "--version", "--verbose"]).splitlines()
    return next(line.removeprefix("host: ") for line in lines if line.startswith("host: "))


def has_callgrind() -> bool:
    return shutil.which("valgrind") is not None


def gateway_event(function: str, query: dict[str, str]) -> dict[str, Any]:
    """Returns the event of a route with a query."""
    event = json.loads((ROOT / "events" / f"{function}.json").read_text())
    event["queryStringParameters"] = query or None
    event["multiValueQueryStringParameters"] = {name: [value] for name, value in query.items()} or None
    return event


def authorizer_event(token: str) -> dict[str, Any]:
    """Returns the gateway's event for a token."""
    arn = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/v1/GET/resources"
    return {"type": "TOKEN", "authorizationToken": f"Bearer {token}", "methodArn": arn}


def _options(account: dict[str, str | int]) -> list[str]:
    return [part for name, value in ({"round-trip-ms": ROUND_TRIP_MS} | account).items() for part in (f"--{name}", str(value))]
