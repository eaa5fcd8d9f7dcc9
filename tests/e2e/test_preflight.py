"""The checks that `make deploy` runs before it deploys, against the emulator's account."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator

import boto3
import preflight
import pytest
from emulator.ministack import ACCOUNT, ROOT, Emulator


def _preflight(emulator: Emulator, config_env: str, **changed: str) -> tuple[int, str]:
    environment = emulator.environment() | {"PYTHONPATH": "tests"} | changed
    command = [sys.executable, "-m", "preflight", "--config-env", config_env]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@contextlib.contextmanager
def _log_role(emulator: Emulator, arn: str) -> Iterator[None]:
    """Sets the account's role for API Gateway's logs, and removes it afterwards."""
    gateway = emulator.client("apigateway")

    def set_to(value: str) -> None:
        gateway.update_account(patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": value}])

    set_to(arn)
    try:
        yield
    finally:
        set_to("")


def test_an_account_without_a_role_for_the_gateways_logs_is_told_what_to_choose(emulator: Emulator) -> None:
    code, said = _preflight(emulator, "prod")
    assert code == 1
    assert "ApiLogs=create-role" in said and "ApiLogs=none" in said and ACCOUNT in said
    assert _preflight(emulator, "dev") == (0, f"account {ACCOUNT}, region us-east-1\n")


def test_an_account_with_that_role_may_deploy(emulator: Emulator) -> None:
    with _log_role(emulator, f"arn:aws:iam::{ACCOUNT}:role/apigateway-logs"):
        code, said = _preflight(emulator, "prod")
    assert (code, said.splitlines()[1:]) == (0, ["API Gateway has a role for writing logs"])


@pytest.mark.parametrize(
    ("endpoint", "region", "needed"),
    [("REGIONAL", "eu-west-1", None), ("REGIONAL", "us-east-1", "eu-west-1"), ("EDGE", "us-east-1", None), ("EDGE", "eu-west-1", "us-east-1")],
)
def test_a_certificate_is_in_the_region_where_its_endpoint_looks_for_it(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, endpoint: str, region: str, needed: str | None
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.endpoint)
    session = boto3.Session(ACCOUNT, "emulator", region_name="eu-west-1")
    chosen = {"CertificateArn": f"arn:aws:acm:{region}:{ACCOUNT}:certificate/c-1", "EndpointType": endpoint}
    if needed is None:
        assert preflight.check(session, chosen)[-1] == f"the certificate is in {region}"
    else:
        message = f"CertificateArn is in {region}. .* needs a certificate in {needed}"
        with pytest.raises(preflight.Refused, match=message):
            preflight.check(session, chosen)


@pytest.mark.parametrize(
    ("config_env", "changed", "expected"),
    [
        ("staging", {}, "CONFIG_ENV is 'staging'; samconfig.toml has default, dev, prod"),
        ("dev", {"AWS_REGION": "", "AWS_DEFAULT_REGION": ""}, "no region"),
        ("dev", {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true"}, "no valid credentials"),
    ],
)
def test_what_is_missing_before_a_deployment_is_named(
    emulator: Emulator, config_env: str, changed: dict[str, str], expected: str
) -> None:
    code, said = _preflight(emulator, config_env, **changed)
    assert code == 1
    assert expected in said, said
