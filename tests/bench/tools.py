"""Tools from package registries for similar questions: each in its own virtual environment, at a pinned version."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from emulator.ministack import HOME_REGION

from .harness import TARGET
from .questions import REGIONS, Question

HOME = TARGET / "peers"


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


#: Builds the command of a tool for a question; the tool may write to a folder.
COMMANDS: dict[str, Callable[[Path, Question, Path], list[str]]] = {
    "c7n": _c7n,
    "aws-list-all": _list_all,
    "aws-finops": _finops,
    "awscost": _awscost,
}
REQUIREMENTS = {
    "c7n": ["c7n==0.9.53"],
    "aws-list-all": ["aws-list-all==0.9.2"],
    "aws-finops": ["aws-finops-dashboard==2.3.0"],
    "awscost": ["awscost==0.4.0"],
    # Not a tool, but AWS's own runtime for Python functions.
    "python-runtime": ["awslambdaric==4.2.2", "boto3==1.44.5"],
}


def programs(name: str) -> Path:
    """Returns the folder with the programs of a tool, which it installs the first time."""
    home, requirements = HOME / name, REQUIREMENTS[name]
    done = home / "installed.json"
    if not done.exists() or json.loads(done.read_text()) != requirements:
        print(f"Installing {', '.join(requirements)} ...", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
        pip = [home / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", *requirements]
        subprocess.run(pip, check=True)
        done.write_text(json.dumps(requirements))
    return home / "bin"


def environment(folder: Path) -> dict[str, str]:
    """Returns what a tool needs in addition to the endpoint: a profile, since some read credentials only from there."""
    (folder / "config").write_text(f"[default]\nregion = {HOME_REGION}\n")
    (folder / "credentials").write_text("[default]\naws_access_key_id = 123456789012\naws_secret_access_key = bench\n")
    return {"AWS_CONFIG_FILE": str(folder / "config"), "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
            "HOME": str(folder)}  # fmt: skip
