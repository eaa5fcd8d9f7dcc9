"""`make run`: runs the emulator, the demo account and the deployed API until Ctrl-C."""

from __future__ import annotations

import json
import os
import shlex
import signal
import sys
import time

from . import beside, demo_account, demo_metrics, ministack, stack
from .ministack import ROOT, EmulatorError

ACCOUNTS = [demo_account.HOME, demo_account.OTHER]
STACK_FILE = ROOT / "target" / "stack.json"


def main() -> int:
    # SIGINT (Ctrl-C), too: a shell starts a background job with SIGINT ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupted)
    try:
        port = _port(os.environ.get("PORT", "4566"))
        ministack.check_free(port)
        STACK_FILE.unlink(missing_ok=True)
        _say("Building the functions (the first time, the AWS SDKs take a few minutes)")
        stack.build(ministack.aws_environment(f"http://127.0.0.1:{port}"))
        _say(f"Starting AWS on http://127.0.0.1:{port}, with IAM enforced")
        with ministack.running(port) as emulator, beside.running(emulator) as stand_ins:
            _say("Filling the demo account and its other account")
            for contents in ACCOUNTS:
                demo_account.fill(emulator, contents)
                filled_until = demo_metrics.fill(emulator, contents)
            _say("Deploying template.yaml to it (sam deploy)")
            deployed = stack.deploy(emulator, stand_ins)
            _say("Calling the API for the first time")
            status, _, body = deployed.get("/resources")
            if status != 200:
                raise EmulatorError(f"the API returned {status}: {body[:500].decode(errors='replace')}")
            instances = {instance["name"]: instance for instance in json.loads(body)["data"]["ec2"]}
            deployed.save(STACK_FILE)
            try:
                _say("Ready", done=True)
                _print_calls(deployed, emulator, instances[demo_metrics.HOT])
                while True:
                    time.sleep(demo_metrics.AHEAD.total_seconds() / 2)
                    since = filled_until
                    for contents in ACCOUNTS:
                        filled_until = demo_metrics.fill(emulator, contents, since)
            finally:
                _forget(deployed)
    except EmulatorError as error:
        print(f"\nmake run: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped: nothing is left running.")
    return 0


def _forget(deployed: stack.Stack) -> None:
    """Removes the file of this stack, unless it is that of another one by now, which another port has."""
    if STACK_FILE.is_file() and json.loads(STACK_FILE.read_text())["url"] == deployed.url:
        STACK_FILE.unlink()


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def _port(text: str) -> int:
    if not text.isdigit() or not 1024 <= int(text) <= 65535:
        raise EmulatorError(f"PORT is {text!r}; allowed: a number from 1024 to 65535")
    return int(text)


_started = time.monotonic()


def _say(step: str, done: bool = False) -> None:
    print(f"[{time.monotonic() - _started:5.1f} s] {step}{'.' if done else ' ...'}", flush=True)


def _print_calls(deployed: stack.Stack, emulator: ministack.Emulator, hot: dict[str, str]) -> None:
    metrics = f"resource_type=ec2&resource_ids={hot['id']}&region={hot['region']}&hours=24"
    key = " ".join(f"-H {shlex.quote(f'{name}: {value}')}" for name, value in deployed.headers().items())
    print(f"""
The page, with the key and the token to sign in with:

  {deployed.page}
  {deployed.api_key}
  {deployed.token}

What does the account have?

  curl -s {key} '{deployed.url}/resources'

Only the running instances and available databases of production, in two regions:

  curl -s {key} '{deployed.url}/resources?types=ec2,rds&regions=us-east-1,eu-west-1&tags=env:prod&states=running,available'

And all else that AWS Resource Explorer knows, such as queues and security groups?

  curl -s {key} '{deployed.url}/resources?types=other'

How is the busiest instance doing?

  curl -s {key} '{deployed.url}/metrics?{metrics}'

Which are the five busiest instances of all regions?

  curl -s {key} '{deployed.url}/metrics?types=ec2&sort=cpu:Maximum&limit=5'

What does it cost?

  curl -s {key} '{deployed.url}/costs?days=30'

What is wrong?

  curl -s {key} '{deployed.url}/bottlenecks'

What would it save to fix that, and what saves most?

  curl -s {key} '{deployed.url}/bottlenecks?sort=savings'

What does each resource cost by AWS's price list?

  curl -s {key} '{deployed.url}/resources?prices=true'

Why did the bill move?

  curl -s {key} '{deployed.url}/costs?days=30&movers=true&movers_by=usage_type'

Which accounts may this token ask about?

  curl -s {key} '{deployed.url}/accounts'

The resources of another account, through its reader role:

  curl -s {key} '{deployed.url}/accounts/{deployed.other_account}/resources'

Change the account with any AWS tool and call the API again, for example:

  AWS_ENDPOINT_URL={emulator.endpoint} AWS_ACCESS_KEY_ID={ministack.ACCOUNT} AWS_SECRET_ACCESS_KEY=emulator \\
  .venv/bin/python -c 'import boto3; boto3.client("ec2", "sa-east-1").run_instances(ImageId="ami-1", InstanceType="t3.nano", MinCount=1, MaxCount=1)'

The commands that findings name (`remediation`) work in a shell with these:

  export AWS_ENDPOINT_URL={emulator.endpoint} AWS_ACCESS_KEY_ID={ministack.ACCOUNT} AWS_SECRET_ACCESS_KEY=emulator

The emulator's log: {emulator.log.relative_to(ROOT)}; the functions' logs: /aws/lambda/stratoscope-* in its CloudWatch
The URL, the key and the token in JSON: {STACK_FILE.relative_to(ROOT)}
Ctrl-C stops everything.
""", flush=True)


if __name__ == "__main__":
    sys.exit(main())
