"""Finds problems that would roll back a deployment, before it begins. `make deploy` runs it."""

from __future__ import annotations

import argparse
import shlex
import sys
import tomllib
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from emulator.ministack import ROOT


class Refused(Exception):
    """The deployment can't succeed; the message says what to do."""


def parameters(config_env: str) -> dict[str, str]:
    """Returns the template's parameters that samconfig.toml sets for an environment."""
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    if config_env not in config:
        known = ", ".join(name for name, value in config.items() if isinstance(value, dict) and name != "emulator")
        raise Refused(f"CONFIG_ENV is {config_env!r}; samconfig.toml has {known}")
    given = config[config_env].get("deploy", {}).get("parameters", {}).get("parameter_overrides", "")
    return dict(pair.split("=", 1) for pair in shlex.split(given))


def check(session: Any, chosen: dict[str, str]) -> list[str]:
    """Returns what was checked, one line each.

    Raises Refused for a problem that would fail the deployment.
    """
    if not session.region_name:
        raise Refused("no region: set AWS_REGION, or choose a profile that has one")
    try:
        account = session.client("sts").get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise Refused(f"no valid credentials for an AWS account: {error}") from error
    seen = [f"account {account}, region {session.region_name}"]
    if chosen.get("ApiLogs") == "existing-role":
        role = session.client("apigateway").get_account().get("cloudwatchRoleArn")
        if not role:
            raise Refused(
                f"ApiLogs=existing-role, but API Gateway has no role for writing logs in account {account} and region"
                f" {session.region_name}, so the deployment would be rolled back. In samconfig.toml, in the"
                " parameter_overrides of this environment, set ApiLogs=create-role, which creates a role and sets it"
                " for all APIs of this account and region, or ApiLogs=none, which keeps no gateway logs."
            )
        seen.append("API Gateway has a role for writing logs")
    if certificate := chosen.get("CertificateArn"):
        edge = chosen.get("EndpointType") == "EDGE"
        needed = "us-east-1" if edge else session.region_name
        given = certificate.split(":")[3]
        if given != needed:
            endpoint = "An EDGE API" if edge else f"The API in {needed}"
            raise Refused(f"CertificateArn is in {given}. {endpoint} needs a certificate in {needed}.")
        seen.append(f"the certificate is in {needed}")
    return seen


def main() -> int:
    arguments = argparse.ArgumentParser(prog="preflight", description=__doc__)
    arguments.add_argument("--config-env", default="default", help="environment of samconfig.toml")
    try:
        seen = check(boto3.Session(), parameters(arguments.parse_args().config_env))
    except Refused as refused:
        print(f"make deploy: {refused}", file=sys.stderr)
        return 1
    print("\n".join(seen))
    return 0


if __name__ == "__main__":
    sys.exit(main())
