"""Tools of the package registries that answer the like: each in a virtual environment of its own, at a pinned version."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from emulator.ministack import HOME_REGION

from .harness import TARGET
from .questions import Question

HOME = TARGET / "peers"
REGIONS = [
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ap-south-1", "ap-northeast-1", "ap-northeast-2",
    "ap-northeast-3", "ap-southeast-1", "ap-southeast-2", "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1",
    "eu-west-2", "eu-west-3", "sa-east-1",
]  # fmt: skip


@dataclass(frozen=True)
class Tool:
    """A tool: what is installed, and its command for a question, which may write into a folder."""

    requirements: tuple[str, ...]
    command: Callable[[Path, Question, Path], list[str]]


def _c7n(programs: Path, question: Question, folder: Path) -> list[str]:
    if question.function == "resources":
        kinds = ["ec2", "ebs", "elastic-ip", "rds", "lambda", "s3"]
        policies: list[dict[str, object]] = [{"name": kind, "resource": f"aws.{kind}"} for kind in kinds]
    else:
        busy = {"type": "metrics", "name": "CPUUtilization", "days": 1, "period": 3600, "statistics": "Maximum", "op": "gt"}
        policies = [{"name": "busy", "resource": "aws.ec2", "filters": [busy | {"value": 80}]}]
    policy = folder / "policy.json"
    policy.write_text(json.dumps({"policies": policies}))
    return [str(programs / "custodian"), "run", "-qqq", "--cache-period", "0", "-r", "all", "-s", str(folder), str(policy)]


def _list_all(programs: Path, _question: Question, folder: Path) -> list[str]:
    operations = ["DescribeInstances", "DescribeVolumes", "DescribeAddresses", "DescribeDBInstances", "ListFunctions", "ListBuckets"]
    options = [("-s", name) for name in ("ec2", "rds", "lambda", "s3")] + [("-o", name) for name in operations]
    options += [("-r", name) for name in REGIONS] + [("-p", "32"), ("-d", str(folder))]
    return [str(programs / "aws-list-all"), "query", *(part for option in options for part in option)]


def _finops(programs: Path, _question: Question, folder: Path) -> list[str]:
    return [str(programs / "aws-finops"), "-p", "default", "-t", "90", "-r", *REGIONS, "-d", str(folder)]


def _awscost(programs: Path, _question: Question, _folder: Path) -> list[str]:
    return [str(programs / "awscost"), "-g", "DAILY", "-p", "90", "-d", "SERVICE", "-d", "REGION"]


TOOLS = {
    "c7n": Tool(("c7n==0.9.53",), _c7n),
    "aws-list-all": Tool(("aws-list-all==0.9.2",), _list_all),
    "aws-finops": Tool(("aws-finops-dashboard==2.3.0",), _finops),
    "awscost": Tool(("awscost==0.4.0",), _awscost),
    # No tool, but AWS's own runtime for functions in Python.
    "python-runtime": Tool(("awslambdaric==4.2.2", "boto3==1.44.5"), lambda *_: []),
}


def programs(name: str) -> Path:
    """Where the programs of a tool are; installs it the first time."""
    home, tool = HOME / name, TOOLS[name]
    done = home / "installed.json"
    if not done.exists() or json.loads(done.read_text()) != list(tool.requirements):
        print(f"Installing {', '.join(tool.requirements)} ...", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
        pip = [home / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", *tool.requirements]
        subprocess.run(pip, check=True)
        done.write_text(json.dumps(tool.requirements))
    return home / "bin"


def environment(folder: Path) -> dict[str, str]:
    """What a tool needs beside the endpoint: a profile, since some take credentials from nowhere else."""
    (folder / "config").write_text(f"[default]\nregion = {HOME_REGION}\n")
    (folder / "credentials").write_text("[default]\naws_access_key_id = 123456789012\naws_secret_access_key = bench\n")
    return {"AWS_CONFIG_FILE": str(folder / "config"), "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
            "HOME": str(folder)}  # fmt: skip
