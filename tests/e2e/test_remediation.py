"""The commands of findings fix them, as they are printed: with the AWS CLI, in a shell, against the emulator."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from emulator import clock, demo_ec2, ministack, model
from emulator.ministack import ROOT, Emulator
from emulator.stack import Stack

from .api import Json, ask

#: A region that no other test uses.
REGION = "eu-west-3"

#: What is created there, and what finds it.
RULES = {
    "ebs_unattached", "eip_unassociated", "ebs_snapshot_orphaned", "log_group_no_retention", "load_balancer_no_targets", "ami_unused",
}  # fmt: skip

TAG = "stratoscope:safety-snapshot-of"

SECONDS = 300


@pytest.fixture(scope="module")
def created(emulator: Emulator, deployed: Stack) -> Iterator[dict[str, str]]:
    """Creates a resource for each of the rules. Returns their ids; at the end, nothing of them is left."""
    ec2, logs, elb = (emulator.client(service, REGION) for service in ("ec2", "logs", "elbv2"))
    zone = f"{REGION}a"
    volume = ec2.create_volume(AvailabilityZone=zone, Size=8, VolumeType="gp3")["VolumeId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    gone = ec2.create_volume(AvailabilityZone=zone, Size=8, VolumeType="gp3")["VolumeId"]
    snapshot = ec2.create_snapshot(VolumeId=gone)["SnapshotId"]
    ec2.delete_volume(VolumeId=gone)
    ec2.create_tags(Resources=[snapshot], Tags=[{"Key": "emulator:days-old", "Value": "40"}])
    (image,) = demo_ec2.create_images(ec2, [(REGION, "remediated", None, 120)]).values()
    logs.create_log_group(logGroupName="/remediated/events")
    logs.create_log_stream(logGroupName="/remediated/events", logStreamName="stream")
    event = {"timestamp": int(clock.now().timestamp() * 1000), "message": "something"}
    logs.put_log_events(logGroupName="/remediated/events", logStreamName="stream", logEvents=[event])
    balancer = elb.create_load_balancer(Name="remediated", Type="application", Subnets=["subnet-1"])["LoadBalancers"][0]
    try:
        yield {
            "ebs_unattached": volume,
            "eip_unassociated": address,
            "ebs_snapshot_orphaned": snapshot,
            "ami_unused": image,
            "log_group_no_retention": "/remediated/events",
            "load_balancer_no_targets": balancer["LoadBalancerArn"].partition("loadbalancer/")[2],
        }
    finally:
        # Also what a failed test leaves, which would be found by others.
        for undone in (
            lambda: ec2.delete_volume(VolumeId=volume),
            lambda: ec2.release_address(AllocationId=address),
            lambda: ec2.deregister_image(ImageId=image),
            lambda: elb.delete_load_balancer(LoadBalancerArn=balancer["LoadBalancerArn"]),
        ):
            with contextlib.suppress(ClientError):
                undone()
        logs.delete_log_group(logGroupName="/remediated/events")
        for left in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]:
            ec2.delete_snapshot(SnapshotId=left["SnapshotId"])


def _findings(stack: Stack) -> dict[str, Json]:
    """Returns the findings of the region by their rules, each of which has one."""
    body = ask(stack, "/bottlenecks", types="ebs,eip,ebs_snapshot,ami,log_group,load_balancer", regions=REGION)
    assert body["meta"]["gaps"] == []
    found = {finding["rule"]: finding for finding in body["data"]["findings"] if finding["rule"] != "load_balancer_idle"}
    assert len(found) == len([f for f in body["data"]["findings"] if f["rule"] != "load_balancer_idle"])
    return found


def _ids(findings: dict[str, Json]) -> dict[str, str]:
    return {rule: finding["resource"]["id"] for rule, finding in findings.items()}


def _run(emulator: Emulator, command: str) -> subprocess.CompletedProcess[str]:
    """Runs a command as it is printed."""
    return subprocess.run(
        ["sh", "-c", command], env=emulator.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS
    )


def test_the_commands_fix_what_was_found(created: dict[str, str], deployed: Stack, emulator: Emulator) -> None:
    before = _findings(deployed)
    assert _ids(before) == created
    assert set(before) == RULES
    steps = {rule: finding["remediation"]["steps"] for rule, finding in before.items()}
    assert [rule for rule, finding in before.items() if not finding["remediation"]["irreversible"]] == []

    # What only reads or tries comes first, and changes nothing.
    tried = 0
    for step in (step for of_rule in steps.values() for step in of_rule if step["kind"] == "dry_run"):
        done = _run(emulator, step["command"])
        assert done.returncode != 0
        assert "(DryRunOperation)" in done.stderr, f"{step['command']}\n{done.stderr}"
        tried += 1
    assert tried == 5
    assert _ids(_findings(deployed)) == created

    for rule, of_rule in steps.items():
        for step in of_rule:
            done = _run(emulator, step["command"])
            if step["kind"] == "dry_run":
                assert "(DryRunOperation)" in done.stderr, f"{rule}: {step['command']}\n{done.stderr}"
            else:
                assert done.returncode == 0, f"{rule}: {step['command']}\n{done.stderr}"
    # Nor is the snapshot that one of the commands created a finding by itself.
    assert _findings(deployed) == {}

    ec2 = emulator.client("ec2", REGION)
    (kept,) = ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
    assert kept["VolumeId"] == created["ebs_unattached"]
    assert {tag["Key"]: tag["Value"] for tag in kept["Tags"]}[TAG] == created["ebs_unattached"]
    assert ec2.describe_volumes()["Volumes"] == []
    logs = emulator.client("logs", REGION)
    (group,) = logs.describe_log_groups(logGroupNamePrefix="/remediated/")["logGroups"]
    assert group["retentionInDays"] == 365


def test_every_finding_of_the_demo_account_has_commands_or_says_why_not(deployed: Stack) -> None:
    found = ask(deployed, "/bottlenecks")["data"]["findings"]
    for finding in found:
        remediation = finding["remediation"]
        assert bool(remediation["steps"]) is ("why_none" not in remediation), finding
        for step in remediation["steps"]:
            assert f" --region='{finding['resource']['region']}'" in step["command"]
        if finding["source"] == "cost-optimization-hub":
            assert "Cost Optimization Hub" in remediation["why_none"]
        elif finding["category"] == "cost_optimizing" and finding["rule"] != "ec2_underutilized":
            assert remediation["steps"], finding
    assert {f["rule"] for f in found if f["remediation"]["steps"]} >= {"ebs_unattached", "rds_low_storage", "lambda_runtime_ended"}


#: Has the AWS CLI read each line as a command, and prints the request that it would send.
REQUESTS = """
import json, shlex, sys
from awscli.clidriver import create_clidriver
from botocore.client import BaseClient

class Sent(Exception):
    pass

def send(client, operation, parameters):
    requests.append((client.meta.service_model.service_name, operation, parameters))
    raise Sent

BaseClient._make_api_call = send
for line in sys.stdin:
    requests = []
    # Anew each time: it keeps what the options of one operation changed.
    create_clidriver().main(shlex.split(line)[1:])
    if len(requests) != 1:
        sys.exit(f"refused: {line}")
    print(json.dumps(requests[0]))
"""


def _requests(commands: list[str]) -> subprocess.CompletedProcess[str]:
    environment = ministack.aws_environment("http://127.0.0.1:9")
    program = shutil.which("aws", path=environment["PATH"])
    assert program is not None, "no AWS CLI: `make e2e` installs it"
    # It has a virtual environment of its own.
    python = Path(program).resolve().parent / "python"
    return subprocess.run(
        [python, "-c", REQUESTS], env=environment, input="\n".join(commands), capture_output=True, text=True, timeout=SECONDS
    )


def test_the_aws_cli_makes_a_valid_request_of_each_command() -> None:
    """Every command of every rule, which the rules' own test records."""
    recorded: dict[str, Any] = json.loads(_snapshot().read_text().split("---\n", 2)[2])
    commands = sorted({step["command"] for remediation in recorded.values() for step in remediation["steps"]})
    assert len(commands) > 80
    done = _requests(commands)
    assert done.returncode == 0, done.stderr
    requests = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(requests) == len(commands)
    for command, (service, operation, parameters) in zip(commands, requests, strict=True):
        assert parameters.get("DryRun", False) is (" --dry-run" in command), command
        model.check(service, operation, parameters)
    # Both checks can fail.
    assert _requests([commands[0].replace("--region=", "--place=")]).returncode != 0
    with pytest.raises(ValueError, match="logGroupName does not match"):
        model.check("logs", "PutRetentionPolicy", {"logGroupName": "a b", "retentionInDays": 365})


def _snapshot() -> Path:
    (found,) = (ROOT / "functions" / "bottlenecks" / "src").rglob("*the_commands_of_each_finding.snap")
    return found
