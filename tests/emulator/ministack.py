"""The emulator process: MiniStack, with IAM enforced, on loopback."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "target" / "emulator"

ACCOUNT = "123456789012"
OTHER_ACCOUNT = "210987654321"
#: The name of the stack of the deployed API.
STACK = "stratoscope"
HOME_REGION = "us-east-1"

START_SECONDS = 60
STOP_SECONDS = 10


class EmulatorError(Exception):
    """The emulator or the deployment failed; the message explains what to do."""


@dataclass(frozen=True)
class Emulator:
    """A running emulator."""

    port: int
    log: Path

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """Returns an environment in which a program talks to this emulator and never to AWS."""
        return aws_environment(self.endpoint)

    def client(self, service: str, region: str = HOME_REGION, account: str = ACCOUNT) -> Any:
        """Returns a boto3 client. The emulator treats a 12-digit access key as the account id."""
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id=account,
            aws_secret_access_key="emulator",
            config=Config(retries={"max_attempts": 1}, proxies={}),
        )


def aws_environment(endpoint: str) -> dict[str, str]:
    """Returns this process's environment without anything that leads to a real AWS account or a proxy."""
    proxies = {"http_proxy", "https_proxy", "all_proxy"}
    kept = {k: v for k, v in os.environ.items() if not k.startswith("AWS_") and k.lower() not in proxies}
    return kept | {
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "emulator",
        "AWS_DEFAULT_REGION": HOME_REGION,
        "AWS_REGION": HOME_REGION,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "SAM_CLI_TELEMETRY": "0",
        # The virtual environment's own tools (sam, cargo-lambda) before any others.
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
    }


def free_port() -> int:
    """Returns a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def check_free(port: int) -> None:
    """Raises an error if something listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise EmulatorError(f"port {port} is taken ({error.strerror}); choose another: PORT=4567 make run") from error


#: The program of the emulator.
SERVER = "emulator.server"


@contextlib.contextmanager
def running(port: int) -> Iterator[Emulator]:
    """Runs the emulator on `port`; at the end, stops it and every function that it started."""
    check_free(port)
    WORK.mkdir(parents=True, exist_ok=True)
    scratch = WORK / f"scratch-{port}"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    emulator = Emulator(port, WORK / f"emulator-{port}.log")
    environment = emulator.environment() | {
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "false",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "PYTHONPATH": str(ROOT / "tests"),
        "TMPDIR": str(scratch),
        # If it finds Docker, it starts a container for each database, from an image that it must pull first.
        "DOCKER_HOST": "unix:///nowhere",
    }
    with emulator.log.open("w") as log:
        # A new session: Ctrl-C reaches only this process, and the emulator and its functions can be stopped as one
        # group.
        process = subprocess.Popen(
            [sys.executable, "-m", SERVER],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_healthy(emulator, process)
        yield emulator
    finally:
        _end(process)
        shutil.rmtree(scratch, ignore_errors=True)


def _wait_until_healthy(emulator: Emulator, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + START_SECONDS
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < give_up:
        if process.poll() is not None:
            raise EmulatorError(f"the emulator exited with code {process.returncode}; see {emulator.log}")
        try:
            with opener.open(f"{emulator.endpoint}/_ministack/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)  # between two checks
    raise EmulatorError(f"the emulator did not respond within {START_SECONDS} s; see {emulator.log}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Stops the emulator's process group: the emulator and the functions."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
