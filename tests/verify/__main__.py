"""`make verify`: selects the deployment and the checks, prints the report, and exits with 1 if a check failed."""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError

from .checks import CHECKS, name, run
from .deployment import API_KEY, SECOND_TOKEN, TOKEN, Deployment, Unusable
from .report import FAILED, as_json, line, summary

ROOT = Path(__file__).resolve().parents[2]

#: Exists while `make run` is running.
STACK_FILE = ROOT / "target" / "stack.json"

#: Exit codes.
SUCCESS, CHECK_FAILED, NOTHING_VERIFIED = 0, 1, 2


def main() -> int:
    arguments = _arguments()
    try:
        deployment = _deployment(arguments)
        results = []
        for check in CHECKS:
            if arguments.only and name(check) not in arguments.only:
                continue
            for result in run(deployment, check):
                results.append(result)
                if not arguments.json:
                    print(line(result), flush=True)
        account = deployment.account
    except (Unusable, BotoCoreError) as error:
        print(f"make verify: {error}", file=sys.stderr)
        return NOTHING_VERIFIED
    if arguments.json:
        print(as_json(deployment.stack, deployment.region, account, results))
    else:
        print(f"{deployment.stack} in {account}, {deployment.region}: {summary(results)}")
    return CHECK_FAILED if any(result.status == FAILED for result in results) else SUCCESS


def _arguments() -> argparse.Namespace:
    environment = f"{TOKEN}, {SECOND_TOKEN} and {API_KEY} in the environment: see docs/operate.md."
    parser = argparse.ArgumentParser(prog="verify", description="Proves that a deployment works. Read-only.", epilog=environment)
    parser.add_argument("--stack", help="name of the stack; default: that of `make run`, if no region is given either")
    parser.add_argument("--region", help="region of the stack; default: that of the environment")
    parser.add_argument("--paid", action="store_true", help="also make the calls that AWS bills (a few cents)")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--account", action="append", default=[], help="another account to query; repeatable")
    checks = [name(check) for check in CHECKS]
    parser.add_argument("--only", action="append", default=[], choices=checks, help="run only this check; repeatable")
    arguments = parser.parse_args()
    if not all(re.fullmatch(r"\d{12}", account) for account in arguments.account):
        parser.error("--account needs an id of 12 digits")
    return arguments


def _deployment(arguments: argparse.Namespace) -> Deployment:
    options = {"paid": arguments.paid, "more_accounts": arguments.account}
    if arguments.stack or arguments.region:
        session = boto3.Session(region_name=arguments.region)
        deployment = Deployment(session, arguments.stack or _configured("default")["stack_name"], **options)
    else:
        deployment = _of_make_run(options)
    # Read first: without the stack there is nothing to verify.
    _ = deployment.description
    return deployment


def _of_make_run(options: dict[str, Any]) -> Deployment:
    """Returns the deployment that `make run` keeps running on this machine."""
    try:
        running = json.loads(STACK_FILE.read_text())
    except FileNotFoundError:
        raise Unusable("set STACK=… and REGION=…, or start `make run`, whose stack is verified without them") from None
    configured = _configured("emulator")
    session = boto3.Session(
        region_name=configured["region"], aws_access_key_id=running["account"], aws_secret_access_key="emulator"
    )  # fmt: skip
    return Deployment(session, configured["stack_name"], endpoint=running["aws_endpoint"], **options)


def _configured(environment: str) -> dict[str, str]:
    """Returns the global parameters of an environment in samconfig.toml."""
    return tomllib.loads((ROOT / "samconfig.toml").read_text())[environment]["global"]["parameters"]


if __name__ == "__main__":
    sys.exit(main())
