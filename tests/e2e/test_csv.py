"""format=csv: the same data as the JSON, in a table that a spreadsheet reads."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from emulator import demo_account
from emulator.ministack import Emulator
from emulator.stack import Stack

from . import iam
from .api import ask, call

Row = dict[str, str]


def table(stack: Stack, path: str, **parameters: Any) -> tuple[list[str], list[Row], dict[str, str]]:
    """GETs a table: its columns, its rows and the headers of the response."""
    status, headers, body = stack.get(f"{path}?{urlencode({**parameters, 'format': 'csv'})}")
    assert status == 200, body
    headers = {name.lower(): value for name, value in headers.items()}
    assert headers["content-type"].startswith("text/csv; charset=utf-8")
    text = body.decode("utf-8")
    assert "\r\n" in text and not text.startswith("\ufeff")
    reader = csv.DictReader(io.StringIO(text, newline=""))
    rows = list(reader)
    assert all(None not in row and None not in row.values() for row in rows), "every row has every column"
    return list(reader.fieldnames or []), rows, headers


def test_a_row_for_each_resource_with_the_fields_of_all_requested_types(deployed: Stack) -> None:
    asked = {"types": "ec2,rds,eip", "regions": "us-east-1,eu-west-1"}
    columns, rows, headers = table(deployed, "/resources", **asked)
    data = ask(deployed, "/resources", **asked)["data"]
    assert columns[:6] == ["resource_type", "id", "region", "name", "arn", "tags"]
    assert columns.index("state") < columns.index("engine") < columns.index("network_interface_id")
    expected = [(kind, r["id"], r["region"], r["name"] or "") for kind in ("ec2", "rds", "eip") for r in data[kind]]
    assert [(r["resource_type"], r["id"], r["region"], r["name"]) for r in rows] == expected
    instances = {r["id"]: r for r in data["ec2"]}
    for row in rows:
        if row["resource_type"] == "ec2":
            assert (row["type"], row["state"], row["engine"]) == (instances[row["id"]]["type"], instances[row["id"]]["state"], "")
    assert (headers["x-stratoscope-partial"], headers.get("link"), headers.get("x-stratoscope-gaps")) == ("false", None, None)


def test_columns_do_not_depend_on_the_rows(deployed: Stack) -> None:
    some, _, _ = table(deployed, "/resources", types="rds")
    none, rows, _ = table(deployed, "/resources", types="rds", tags="no-such-tag")
    assert (none, rows) == (some, [])


def test_the_link_leads_through_all_pages(deployed: Stack) -> None:
    asked = {"types": "ec2,rds,s3,lambda", "regions": "us-east-1,eu-west-1"}
    _, whole, _ = table(deployed, "/resources", **asked)
    pages, parameters = [], urlencode({**asked, "limit": 4, "format": "csv"})
    while parameters:
        status, headers, body = deployed.get(f"/resources?{parameters}")
        assert status == 200
        pages += list(csv.DictReader(io.StringIO(body.decode(), newline="")))
        link = {name.lower(): value for name, value in headers.items()}.get("link", "")
        found = re.fullmatch(r'<\?(.+)>; rel="next"', link)
        parameters = found[1] if found else ""
    assert len(whole) > 8 and pages == whole


def test_text_like_a_formula_is_marked_as_text(deployed: Stack, emulator: Emulator) -> None:
    ec2 = emulator.client("ec2", "us-east-1")
    volume = ask(deployed, "/resources", types="ebs", regions="us-east-1")["data"]["ebs"][0]
    before = [{"Key": "Name", "Value": volume["name"]}] if volume["name"] else []
    try:
        ec2.create_tags(Resources=[volume["id"]], Tags=[{"Key": "Name", "Value": '=HYPERLINK("http://x.example","y")'}])
        _, rows, _ = table(deployed, "/resources", types="ebs", regions="us-east-1")
        assert [row["name"] for row in rows if row["id"] == volume["id"]] == ['\'=HYPERLINK("http://x.example","y")']
    finally:
        ec2.delete_tags(Resources=[volume["id"]], Tags=[{"Key": "Name"}])
        if before:
            ec2.create_tags(Resources=[volume["id"]], Tags=before)


def test_costs_have_a_row_for_each_group_of_a_period_with_all_digits(deployed: Stack) -> None:
    asked = {"days": 3, "group_by": "service,record_type"}
    columns, rows, _ = table(deployed, "/costs", **asked)
    assert columns == ["start", "end", "service", "record_type", "cost", "currency", "metric", "estimated"]
    body = ask(deployed, "/costs", **asked)
    assert sum(Decimal(row["cost"]) for row in rows) == pytest.approx(Decimal(str(body["data"]["total_cost"])))
    assert {row["start"] for row in rows} == set(body["data"]["periods"])
    # Credits are negative numbers, not formulas.
    assert all(not row["cost"].startswith("'") for row in rows)


def test_findings_come_before_what_was_not_judged(deployed: Stack) -> None:
    asked = {"types": "ec2,ebs", "regions": "us-east-1,us-west-2"}
    columns, rows, _ = table(deployed, "/bottlenecks", **asked)
    data = ask(deployed, "/bottlenecks", **asked)["data"]
    found = [(f["rule"], f["resource"]["id"], f["observed"]) for f in data["findings"]]
    assert [(r["rule"], r["id"], float(r["observed"])) for r in rows if not r["not_judged"]] == found
    assert [(r["not_judged"], r["id"]) for r in rows if r["not_judged"]] == [
        (entry["reason"], entry["resource"]["id"]) for entry in data["not_judged"]
    ]
    assert columns[:5] == ["rule", "severity", "category", "source", "resource_type"]


def test_metrics_have_a_row_for_each_datapoint(deployed: Stack) -> None:
    asked = {"types": "ec2", "sort": "cpu:Maximum", "limit": len(demo_account.INSTANCES), "hours": 3}
    columns, rows, _ = table(deployed, "/metrics", **asked)
    assert columns == ["resource_type", "region", "id", "name", "metric", "status", "timestamp", "unit", "Average", "Maximum"]
    data = ask(deployed, "/metrics", **asked)["data"]
    expected = [
        (entry["id"], point["Timestamp"], point["Maximum"]) for entry in data for point in entry["metrics"]["cpu"]
    ]
    assert [(r["id"], r["timestamp"], float(r["Maximum"])) for r in rows if r["timestamp"]] == expected
    silent = [entry["id"] for entry in data if not entry["metrics"]["cpu"]]
    assert silent and [r["id"] for r in rows if not r["timestamp"]] == silent
    one = {"resource_type": "ec2", "resource_ids": data[0]["id"], "region": data[0]["region"], "hours": 3}
    _, by_id, _ = table(deployed, "/metrics", **one)
    assert [(r["id"], r["region"], r["status"]) for r in by_id] == [(data[0]["id"], data[0]["region"], "complete")] * len(by_id)


def test_what_is_missing_is_in_the_headers(deployed: Stack, emulator: Emulator) -> None:
    with iam.without(emulator, iam.role_of(emulator, "ResourcesFunction"), "rds:DescribeDBInstances"):
        _, rows, headers = table(deployed, "/resources", types="ec2,rds", regions="us-east-1")
    assert headers["x-stratoscope-partial"] == "true"
    assert headers["x-stratoscope-gaps"] == "us-east-1 rds DescribeDBInstances denied"
    assert {row["resource_type"] for row in rows} == {"ec2"}


@pytest.mark.parametrize("route", ["/resources", "/metrics", "/costs", "/bottlenecks"])
def test_another_format_is_refused(deployed: Stack, route: str) -> None:
    status, body = call(deployed, route, format="xlsx")
    assert (status, body["error"]["parameter"]) == (400, "format")
    assert body["error"]["message"] == "`xlsx` is not allowed; allowed: json, csv"
