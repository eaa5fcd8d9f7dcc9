"""The programs of docs/clients.md do what the document says, as they are printed there."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import shutil
import sys
import urllib.request
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonata
import pytest
import yaml
from emulator import loopback
from emulator.ministack import Emulator
from emulator.stack import Stack

from . import iam
from .api import ask
from .examples import BLOCKS, ROOT, environment, from_path, run, save, variables_in

Json = dict[str, Any]

BASH = shutil.which("bash") or "bash"
TYPES = "ec2,rds,ebs"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the script that the others call."""
    save(tmp_path, "table.sh", "table.sh")
    return tmp_path


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def listed(data: Json, *types: str) -> list[tuple[str, str]]:
    """Returns the type and id of each resource of a response."""
    return [(kind, resource["id"]) for kind in types for resource in data[kind]]


def test_each_program_is_run_by_a_test() -> None:
    tests = (ROOT / "tests" / "e2e").glob("test_*.py")
    named = {name for test in tests for name in re.findall(r'"(\w[\w .]+)"', test.read_text())}
    assert None not in BLOCKS, "each block has a comment that names it"
    assert BLOCKS.keys() <= named


# ---------------------------------------------------------------------------------------------------- the shell script


def test_the_script_prints_all_pages_as_one_table(deployed: Stack, folder: Path) -> None:
    done = run([BASH, "table.sh", f"/resources?types={TYPES}&tags=env&limit=4"], folder, environment(deployed))
    _, _, whole = deployed.get(f"/resources?types={TYPES}&tags=env&format=csv")
    assert len(rows(done.stdout)) > 8
    assert done.stdout.splitlines() == whole.decode().splitlines()
    assert done.stderr == ""


def test_the_script_takes_a_route_without_parameters(deployed: Stack, folder: Path) -> None:
    done = run([BASH, "table.sh", "/costs"], folder, environment(deployed))
    assert {row["start"] for row in rows(done.stdout)} == set(ask(deployed, "/costs")["data"]["periods"])


def test_the_script_says_what_is_missing(deployed: Stack, emulator: Emulator, folder: Path) -> None:
    with iam.without(emulator, iam.role_of(emulator, "ResourcesFunction"), "rds:DescribeDBInstances"):
        command = [BASH, "table.sh", "/resources?types=ec2,rds&regions=us-east-1"]
        done = run(command, folder, environment(deployed), status=3)
    assert done.stderr == "Missing: us-east-1 rds DescribeDBInstances denied\n"
    assert {row["resource_type"] for row in rows(done.stdout)} == {"ec2"}


def test_the_script_prints_an_error_and_fails(deployed: Stack, folder: Path) -> None:
    done = run([BASH, "table.sh", "/resources?types=vm"], folder, environment(deployed), status=1)
    assert done.stdout == ""
    assert "`vm` is not allowed" in done.stderr
    done = run([BASH, "table.sh", "/resources"], folder, environment(deployed, TOKEN="x" * 40), status=1)
    assert "User is not authorized" in done.stderr


# -------------------------------------------------------------------------------------------------------- spreadsheets


def test_the_files_for_a_spreadsheet_are_complete(deployed: Stack, folder: Path) -> None:
    save(folder, "fetch.sh", "spreadsheet")
    done = run([BASH, "-e", "fetch.sh"], folder, environment(deployed))
    assert (done.stdout, done.stderr) == ("", "")
    resources, costs, findings = (rows((folder / f"{n}.csv").read_text()) for n in ("resources", "costs", "findings"))
    data = ask(deployed, "/resources", types=TYPES)["data"]
    assert [(row["resource_type"], row["id"]) for row in resources] == listed(data, *TYPES.split(","))
    total = ask(deployed, "/costs", days=30, group_by="service,region")["data"]["total_cost"]
    assert float(sum(Decimal(row["cost"]) for row in costs)) == pytest.approx(total)
    found = ask(deployed, "/bottlenecks")["data"]["findings"]
    assert [(row["rule"], row["id"]) for row in findings if row["rule"]] == [
        (finding["rule"], finding["resource"]["id"]) for finding in found
    ]


def sheets(stack: Stack, folder: Path, call: str = "update()") -> Json:
    save(folder, "sheets.js", "sheets")
    node = Path(sys.executable).parent / "node"
    stand_ins = ROOT / "tests" / "e2e" / "google_services.js"
    return json.loads(run([node, stand_ins, "sheets.js", call], folder, environment(stack)).stdout)


def test_the_script_of_google_sheets_fills_two_sheets(deployed: Stack, folder: Path) -> None:
    filled = sheets(deployed, folder)
    columns, *resources = filled["resources"]["values"]
    data = ask(deployed, "/resources", types=TYPES)["data"]
    assert columns[:4] == ["resource_type", "id", "region", "name"]
    assert [tuple(row[:2]) for row in resources] == listed(data, *TYPES.split(","))
    assert all(json.loads(row[5]) is not None for row in resources), "the tags, with quotes and commas"
    columns, *costs = filled["costs"]["values"]
    total = ask(deployed, "/costs", days=30, group_by="service")["data"]["total_cost"]
    assert float(sum(Decimal(row[columns.index("cost")]) for row in costs)) == pytest.approx(total)
    assert [sheet["note"] for sheet in filled.values()] == ["", ""]


def test_the_script_of_google_sheets_follows_pages_and_notes_gaps(
    deployed: Stack, emulator: Emulator, folder: Path
) -> None:
    data = ask(deployed, "/resources", types="ec2", regions="us-east-1")["data"]
    with iam.without(emulator, iam.role_of(emulator, "ResourcesFunction"), "rds:DescribeDBInstances"):
        filled = sheets(deployed, folder, 'fill("all", "/resources", "types=ec2,rds&regions=us-east-1&limit=2")')
    assert len(data["ec2"]) > 2
    assert [tuple(row[:2]) for row in filled["all"]["values"][1:]] == listed(data, "ec2")
    assert filled["all"]["note"] == "Missing: us-east-1 rds DescribeDBInstances denied"


# -------------------------------------------------------------------------------------------------------------- pandas


def test_pandas_reads_resources_and_costs(deployed: Stack, folder: Path) -> None:
    save(folder, "frames.py", "pandas")
    printed = run([sys.executable, "frames.py"], folder, environment(deployed)).stdout
    data = ask(deployed, "/resources", types=TYPES)["data"]
    for kind in TYPES.split(","):
        (counts,) = re.findall(rf"^{kind} ([ \d]+)$", printed, re.MULTILINE)
        assert sum(map(int, counts.split())) == len(data[kind])
    untagged = [r["id"] for kind in TYPES.split(",") for r in data[kind] if "env" not in (r["tags"] or {})]
    assert untagged
    assert re.findall(r"\b(?:i|vol)-[0-9a-f]{17}\b", printed) == untagged
    costs = ask(deployed, "/costs", days=30, group_by="service")["data"]
    for service, cost in costs["costs_by_service"].items():
        (shown,) = re.findall(rf"^{re.escape(service)} +(-?[\d.]+)$", printed, re.MULTILINE)
        assert float(shown) == pytest.approx(cost, abs=0.006)
    days = {day: float(cost) for day, cost in re.findall(r"^(\d{4}-\d\d-\d\d) +(-?[\d.]+)$", printed, re.MULTILINE)}
    assert days == {day: pytest.approx(costs["periods"][day]["cost"], abs=0.006) for day in sorted(costs["periods"])[-7:]}
    assert "Missing" not in printed


#: Uses the function of the program with pages, and with names that pandas would take for missing ones.
MORE = """
import frames
paged = frames.table("/resources", types="ec2,rds,ebs", limit=4, times=("launch_time", "created"))
whole = frames.resources.drop(columns=["tags", "env"])
frames.pd.testing.assert_frame_equal(paged.drop(columns="tags"), whole, check_dtype=False)
named = frames.table("/resources", types="ebs", regions="us-west-2")
print("names", named["name"].tolist(), named.attrs["gaps"])
try:
    frames.table("/resources", types="vm")
except RuntimeError as error:
    print("error", error)
"""


def test_pandas_follows_pages_and_keeps_names(deployed: Stack, emulator: Emulator, folder: Path) -> None:
    save(folder, "frames.py", "pandas")
    volumes = ask(deployed, "/resources", types="ebs", regions="us-west-2")["data"]["ebs"]
    ec2 = emulator.client("ec2", "us-west-2")
    try:
        ec2.create_tags(Resources=[volumes[0]["id"]], Tags=[{"Key": "Name", "Value": "NA"}])
        printed = run([sys.executable, "-c", MORE], folder, environment(deployed)).stdout
    finally:
        ec2.delete_tags(Resources=[volumes[0]["id"]], Tags=[{"Key": "Name"}])
        if volumes[0]["name"]:
            ec2.create_tags(Resources=[volumes[0]["id"]], Tags=[{"Key": "Name", "Value": volumes[0]["name"]}])
    names = ["NA"] + [volume["name"] or "nan" for volume in volumes[1:]]
    assert f"names [{', '.join(repr(n) if n != 'nan' else n for n in names)}] []" in printed
    assert "`vm` is not allowed" in printed


# ------------------------------------------------------------------------------------------------------------- Grafana


@pytest.fixture
def infinity(deployed: Stack) -> tuple[str, list[str], dict[str, str]]:
    """Returns the base URL, the allowed hosts and the headers of the data source, as Grafana reads the file."""
    variables = {f"STRATOSCOPE_{n}": v for n, v in environment(deployed).items() if n in ("URL", "KEY", "TOKEN")}
    text = variables_in(BLOCKS["grafana data source"], variables, r"\$(\w+)")
    (source,) = yaml.safe_load(text)["datasources"]
    settings, secrets = source["jsonData"], source["secureJsonData"]
    headers = {settings[f"httpHeaderName{n}"]: secrets[f"httpHeaderValue{n}"] for n in (1, 2)}
    assert not any(secret in json.dumps(settings) for secret in (deployed.api_key, deployed.token))
    return source["url"], settings["allowedHosts"], headers


def panel(infinity: tuple[str, list[str], dict[str, str]], block: str) -> list[list[object]]:
    """Returns the rows that a query finds."""
    base, allowed, headers = infinity
    query = yaml.safe_load(BLOCKS[block])
    url = base + query["url"]
    assert any(url.startswith(host) for host in allowed)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, headers=headers), timeout=60) as response:
        found = jsonata.Jsonata(query["root selector"].strip()).evaluate(json.load(response))
    return [[from_path(row, column["selector"]) for column in query["columns"]] for row in found or []]


def test_grafana_gets_costs_by_day_and_service(deployed: Stack, infinity: Any) -> None:
    periods = ask(deployed, "/costs", days=30, group_by="service")["data"]["periods"]
    expected = [[day, service, cost] for day, period in periods.items() for service, cost in period["groups"].items()]
    assert len(expected) > 60
    assert panel(infinity, "grafana costs") == expected


def test_grafana_gets_findings(deployed: Stack, infinity: Any) -> None:
    found = ask(deployed, "/bottlenecks")["data"]["findings"]
    expected = [[f["severity"], f["rule"], f["resource"]["region"], f["resource"]["name"]] for f in found]
    shown = panel(infinity, "grafana findings")
    assert [row[:4] for row in shown] == expected
    assert [row[4:7] for row in shown] == [[f["observed"], f["threshold"], f["unit"]] for f in found]


def test_grafana_gets_what_is_missing(deployed: Stack, emulator: Emulator, infinity: Any) -> None:
    assert panel(infinity, "grafana gaps") == []
    with iam.without(emulator, iam.role_of(emulator, "BottlenecksFunction"), "rds:DescribeDBInstances"):
        gaps = panel(infinity, "grafana gaps")
    assert ["us-east-1", "rds", "DescribeDBInstances", "denied"] in [gap[:4] for gap in gaps]


# ------------------------------------------------------------------------------------------------------ GitHub Actions

needs_jq = pytest.mark.skipif(not shutil.which("jq") and not os.environ.get("CI"), reason="jq is not installed")


def steps(variables: dict[str, str]) -> dict[str, tuple[str, dict[str, str]]]:
    """Returns the script and the environment of each step of the job."""
    (job,) = yaml.safe_load(BLOCKS["actions"])["jobs"].values()
    outside = {
        "vars.STRATOSCOPE_URL": variables["URL"],
        "secrets.STRATOSCOPE_KEY": variables["KEY"],
        "secrets.STRATOSCOPE_TOKEN": variables["TOKEN"],
    }
    found = {}
    for step in job["steps"]:
        assert step["shell"] == "bash"
        own = {name: variables_in(value, outside, r"\$\{\{ ([\w.]+) \}\}") for name, value in {**job["env"], **step.get("env", {})}.items()}
        found[step["name"]] = (step["run"], {**variables, **own})
    return found


def step(name: str, folder: Path, variables: dict[str, str], status: int, **more: str) -> list[str]:
    """Runs a step as GitHub does, and returns the lines that it prints."""
    script, own = steps(variables)[name]
    (folder / "step.sh").write_text(script)
    command = [BASH, "--noprofile", "--norc", "-eo", "pipefail", "step.sh"]
    return run(command, folder, own | more, status).stdout.splitlines()


FINDINGS, COSTS = "Findings of severity high or worse", "Costs of the last seven days"


@needs_jq
def test_the_job_fails_while_there_are_serious_findings(deployed: Stack, folder: Path) -> None:
    lines = step(FINDINGS, folder, environment(deployed), status=1)
    found = ask(deployed, "/bottlenecks")["data"]["findings"]
    serious = [f for f in found if f["severity"] in ("critical", "high")]
    assert serious
    assert lines == [
        f"::error::{f['severity']}: {f['rule']} {f['resource']['name'] or f['resource']['id']} in {f['resource']['region']}"
        for f in serious
    ] + ["false"]


@needs_jq
def test_the_job_fails_above_the_limit(deployed: Stack, folder: Path) -> None:
    data = ask(deployed, "/costs", days=7)["data"]
    variables = environment(deployed)
    lines = step(COSTS, folder, variables, status=0)
    assert lines[-1] == "true"
    amount, currency = lines[0].split()
    assert (float(amount), currency) == (pytest.approx(data["total_cost"]), "USD")
    below = f"{data['total_cost'] - 0.01:.2f}"
    lines = step(COSTS, folder, variables, status=1, LIMIT_USD=below)
    assert lines[1:] == ["false", f"::error::The last seven days cost more than {below} USD"]


@contextlib.contextmanager
def answering(status: int, body: Json) -> Iterator[str]:
    """Serves one response on loopback."""

    class Handler(loopback.Handler):
        def do_GET(self) -> None:
            self.answer(status, "application/json", json.dumps(body).encode())

    with loopback.serving(Handler) as url:
        yield url


@needs_jq
def test_the_job_passes_only_with_a_complete_response(deployed: Stack, folder: Path) -> None:
    body = ask(deployed, "/bottlenecks")
    mild = [f for f in body["data"]["findings"] if f["severity"] in ("medium", "low")]
    body["data"]["findings"] = mild
    body["data"]["summary"]["by_severity"] |= {"critical": 0, "high": 0}
    with answering(200, body) as url:
        assert step(FINDINGS, folder, environment(deployed) | {"URL": url}, status=0) == ["true"]
    gap = {"region": "eu-west-1", "service": "rds", "operation": "DescribeDBInstances", "status": "throttled"}
    body["meta"] |= {"partial": True, "gaps": [gap]}
    with answering(200, body) as url:
        lines = step(FINDINGS, folder, environment(deployed) | {"URL": url}, status=1)
    assert lines == ["::error::Missing: eu-west-1 rds:DescribeDBInstances throttled", "false"]


@needs_jq
def test_the_job_prints_no_command_that_a_name_contains(deployed: Stack, folder: Path) -> None:
    body = ask(deployed, "/bottlenecks")
    body["data"]["findings"] = body["data"]["findings"][:1]
    body["data"]["findings"][0]["severity"] = "critical"
    body["data"]["findings"][0]["resource"]["name"] = "x\r\n::stop-commands::y"
    with answering(200, body) as url:
        lines = step(FINDINGS, folder, environment(deployed) | {"URL": url}, status=1)
    assert [line.startswith("::error::critical: ") for line in lines] == [True, False]
    assert lines[-1] == "false"


@needs_jq
@pytest.mark.parametrize("name", [FINDINGS, COSTS])
def test_the_job_fails_with_the_error_of_the_api(deployed: Stack, folder: Path, name: str) -> None:
    with answering(502, {"success": False, "error": {"code": "NothingCollected"}}) as url:
        lines = step(name, folder, environment(deployed) | {"URL": url}, status=1)
    assert json.loads(lines[0])["error"]["code"] == "NothingCollected"


# ------------------------------------------------------------------------------------------------------------- scripts


@pytest.mark.parametrize("name", ["table.sh", "spreadsheet", FINDINGS, COSTS])
def test_shellcheck_finds_nothing(folder: Path, name: str) -> None:
    anything = {"URL": "u", "KEY": "k", "TOKEN": "t"}
    text = BLOCKS[name] if name in BLOCKS else steps(anything)[name][0]
    (folder / "script.sh").write_text(text)
    run([Path(sys.executable).parent / "shellcheck", "--shell=bash", "script.sh"], folder, {})
