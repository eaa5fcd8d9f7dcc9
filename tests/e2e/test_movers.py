"""Why the bill moved, on the deployed stack: movers, single resources, anomalies and budgets, compared with the ledger."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from emulator import anomalies, budgets
from emulator.beside import Beside
from emulator.bill import EC2, EC2_OTHER, REDSHIFT
from emulator.budgets import Budgets
from emulator.identities import ARNS
from emulator.ledger import Ledger
from emulator.ministack import ACCOUNT, OTHER_ACCOUNT, Emulator
from emulator.stack import Stack

from . import iam
from .api import call, gaps
from .test_costs import ask, day_of_its_own, envelope, refused_before_anything_is_billed, refusing, total

#: The charge types of the simulated bill's record types.
CHARGE_TYPES = {"Usage": "usage", "Tax": "tax", "Credit": "credits", "Refund": "refunds", "Fee": "fees"}


@pytest.fixture
def planned(beside: Beside) -> Iterator[Budgets]:
    """The budgets, which deny nothing after the test."""
    yield beside.budgets
    beside.budgets.fault = None


@pytest.fixture
def switched_off(bill: Ledger) -> Iterator[Ledger]:
    """A ledger without single resources during the test."""
    bill.has_resources = False
    yield bill
    bill.has_resources = True


def groups(bill: Ledger, key: str, start: date, end: date) -> dict[tuple[str, str], Decimal]:
    """Returns the sums by a key and by type of charge."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in bill.lines:
        if start <= line.day < end:
            sums[line.keys[key], CHARGE_TYPES[line.keys["RECORD_TYPE"]]] += line.unblended
    return sums


def changes(bill: Ledger, key: str, start: date, end: date) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    """Returns the sums of the days before and of these days."""
    before, now = groups(bill, key, start - (end - start), start), groups(bill, key, start, end)
    return {name: (before.get(name, Decimal()), now.get(name, Decimal())) for name in before | now}


def check(movers: dict[str, Any], expected: dict[tuple[str, str], tuple[Decimal, Decimal]]) -> None:
    """Checks movers by what every group cost before and now."""
    moved = {name: now - before for name, (before, now) in expected.items()}
    listed = {(mover["name"], mover["charge_type"]): mover for mover in movers["largest"]}
    for name, mover in listed.items():
        assert (mover["before"], mover["now"], mover["change"]) == (*expected[name], moved[name])
    sizes = [abs(mover["change"]) for mover in movers["largest"]]
    assert sizes == sorted(map(abs, moved.values()), reverse=True)[: len(sizes)]
    assert len(sizes) == min(10, sum(change != 0 for change in moved.values()))
    rest = [name for name in expected if name not in listed]
    others = movers["others"]
    assert others["count"] == len(rest)
    assert others["change"] == sum((moved[name] for name in rest), Decimal())
    assert sum(mover["change"] for mover in movers["largest"]) + others["change"] == movers["change"]
    assert movers["change"] == sum(moved.values()) == movers["now"] - movers["before"]
    share = sum(sizes) / sum(map(abs, moved.values()))
    assert 0 <= share - movers["explained"] < Decimal("0.0001")


def test_movers_of_the_grouping_come_with_the_costs_at_no_price(deployed: Stack, bill: Ledger) -> None:
    start, end = bill.today - timedelta(days=27), bill.today
    asked = len(bill.requests)
    body = envelope(deployed, start=start, end=end, movers="true")
    assert {operation for operation, _ in bill.requests[asked:]} == {"GetCostAndUsage"}
    assert len({json.dumps(request["TimePeriod"]) for _, request in bill.requests[asked:]}) == 1
    movers = body["data"]["movers"]
    check(movers, changes(bill, "SERVICE", start, end))
    assert (movers["by"], movers["start"], movers["end"]) == ("service", str(start - timedelta(days=27)), str(start))
    assert movers["change"] == body["data"]["comparison"]["change"]
    # A reader can say what the month costs more for.
    assert (movers["largest"][0]["name"], movers["largest"][1]["name"]) == (REDSHIFT, EC2_OTHER)
    named = {(mover["charge_type"], mover["record_type"]) for mover in movers["largest"]}
    assert ("usage", None) in named
    assert all((kind == "usage") == (record is None) for kind, record in named)


def test_movers_by_usage_type_tell_quantity_from_price(deployed: Stack, bill: Ledger, emulator: Emulator) -> None:
    start, end = bill.today - timedelta(days=26), bill.today
    # Nothing is kept of what other tests asked.
    with iam.started_anew(emulator, "CostsFunction"):
        asked = len(bill.requests)
        body = envelope(deployed, start=start, end=end, movers="true", movers_by="usage_type")
    movers = body["data"]["movers"]
    check(movers, changes(bill, "USAGE_TYPE", start, end))
    assert body["meta"]["aws_requests"]["by_operation"]["ce:GetCostAndUsage"] == len(bill.requests) - asked
    by_month = [request for _, request in bill.requests[asked:] if request["Metrics"] == ["UnblendedCost", "UsageQuantity"]]
    assert [request["Granularity"] for request in by_month] == ["MONTHLY", "MONTHLY"]
    usage = {mover["name"]: (mover, mover["usage"]) for mover in movers["largest"] if mover["usage"]}
    # There was no warehouse before, so there is no price to compare with.
    node, used = usage["Node:ra3.large"]
    assert (node["before"], used["before"], used["unit"], used["not_split"]) == (0, None, "Hrs", "nothing_used_before")
    # More traffic at the same price, and the same traffic at another.
    mover, used = usage["NatGateway-Bytes"]
    assert (used["by_quantity"], used["by_price"], used["unit"]) == (mover["change"], 0, "GB")
    assert used["now"] - used["before"] == 120 * 10
    mover, used = usage["DataTransfer-Regional-Bytes"]
    assert (used["by_quantity"], used["by_price"]) == (0, mover["change"])
    assert used["before"] == used["now"] == 400 * 26
    for mover, used in usage.values():
        if used["not_split"] is None:
            assert used["by_quantity"] + used["by_price"] == mover["change"]


def test_movers_by_other_groupings_add_up_to_the_same_change(deployed: Stack, bill: Ledger) -> None:
    start, end = bill.today - timedelta(days=25), bill.today
    for movers_by, key in (("account", "LINKED_ACCOUNT"), ("region", "REGION"), ("tag:team", "TAG:team")):
        data = ask(deployed, start=start, end=end, movers="true", movers_by=movers_by, group_by="service,region")
        expected = {(name or "(none)", kind): sums for (name, kind), sums in changes(bill, key, start, end).items()}
        check(data["movers"], expected)
        assert data["movers"]["change"] == data["comparison"]["change"]


def test_movers_of_a_month_and_of_filtered_costs(deployed: Stack, bill: Ledger) -> None:
    end = bill.today.replace(day=1)
    start = (end - timedelta(days=1)).replace(day=1)
    before = (start - timedelta(days=1)).replace(day=1)
    data = ask(deployed, start=start, end=end, granularity="MONTHLY", movers="true", services=quote(EC2_OTHER))
    only = [total(bill, *days, lambda line: line.keys["SERVICE"] == EC2_OTHER) for days in ((before, start), (start, end))]
    movers = data["movers"]
    assert (movers["before"], movers["now"]) == tuple(only)
    assert (movers["start"], movers["end"]) == (before.isoformat(), start.isoformat())


def test_movers_that_cannot_be_read_leave_the_costs_and_a_gap(deployed: Stack, bill: Ledger) -> None:
    question = day_of_its_own(bill, 11)
    known = ask(deployed, **question)
    with refusing(bill, "DataUnavailableException", "no"):
        body = envelope(deployed, **question, movers="true", movers_by="region")
    assert body["data"]["total_cost"] == known["total_cost"]
    assert "movers" not in body["data"]
    assert gaps(body) == [("us-east-1", "ce", "GetCostAndUsage", "failed", "DataUnavailableException")]


def by_resource(bill: Ledger, start: date, end: date, service: str) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in bill.lines:
        if start <= line.day < end and line.keys["SERVICE"] == service:
            sums[bill.resource(line)] += line.unblended
    return dict(sums)


def test_single_resources_are_found_by_their_ids(deployed: Stack, bill: Ledger, emulator: Emulator) -> None:
    start, end = bill.today - timedelta(days=14), bill.today
    asked = len(bill.requests)
    body = envelope(deployed, group_by="resource", services=quote(EC2_OTHER))
    assert {operation for operation, _ in bill.requests[asked:]} == {"GetCostAndUsageWithResources"}
    requests = body["meta"]["aws_requests"]
    assert requests["by_operation"]["ce:GetCostAndUsageWithResources"] == len(bill.requests) - asked
    assert Decimal(requests["estimated_cost_usd"]) == Decimal("0.01") * (len(bill.requests) - asked)
    data = body["data"]
    assert data["costs_by_resource"] == by_resource(bill, start, end, EC2_OTHER)
    assert (data["start"], data["comparison"], data["month_to_date"]) == (start.isoformat(), None, None)
    # The volume that was left behind, and the gateway that nobody uses.
    volumes = emulator.client("ec2", "eu-west-1").describe_volumes(Filters=[{"Name": "tag:Name", "Values": ["migration-copy"]}])
    (volume,) = [one["VolumeId"] for one in volumes["Volumes"]]
    assert data["costs_by_resource"][volume] > 30
    gateways = emulator.client("ec2", "us-east-1").describe_nat_gateways()["NatGateways"]
    (unused,) = [one["NatGatewayId"] for one in gateways if {"Key": "Name", "Value": "out-b"} in one["Tags"]]
    assert data["costs_by_resource"][f"arn:aws:ec2:us-east-1:{ACCOUNT}:natgateway/{unused}"] == Decimal("1.08") * 14

    both = ask(deployed, group_by="resource,usage_type", services=quote(REDSHIFT))
    assert both["costs_by_resource"] == {ARNS["old-reports"]: both["total_cost"]}
    assert both["costs_by_usage_type"] == {"Node:ra3.large": both["total_cost"]}


def test_single_resources_are_compared_within_their_days(deployed: Stack, bill: Ledger) -> None:
    data = ask(deployed, group_by="resource", services=quote(EC2), movers="true")
    start, end = bill.today - timedelta(days=7), bill.today
    before = by_resource(bill, start - timedelta(days=7), start, EC2)
    assert (data["start"], data["costs_by_resource"]) == (start.isoformat(), by_resource(bill, start, end, EC2))
    assert data["movers"]["before"] == data["comparison"]["total_cost"] == sum(before.values())


def test_resources_that_are_not_switched_on_say_what_to_do(deployed: Stack, switched_off: Ledger) -> None:
    status, body = call(deployed, "/costs", group_by="resource", services=EC2, days=3)
    assert (status, body["error"]["code"]) == (502, "NothingCollected")
    assert "Switch on resource-level data" in body["error"]["message"]
    assert [(gap["operation"], gap["code"]) for gap in body["error"]["gaps"]] == [
        ("GetCostAndUsageWithResources", "DataUnavailableException")
    ]
    switched_off.has_resources = True
    start, end = switched_off.today - timedelta(days=3), switched_off.today
    data = ask(deployed, group_by="resource", services=quote(EC2), days=3)
    assert data["costs_by_resource"] == by_resource(switched_off, start, end, EC2)


def test_an_anomaly_has_its_impact_and_cause(deployed: Stack, bill: Ledger, emulator: Emulator) -> None:
    with iam.started_anew(emulator, "CostsFunction"):
        asked = len(bill.requests)
        body = envelope(deployed, days=24, anomalies="true")
        operations = [operation for operation, _ in bill.requests[asked:]]
        again = envelope(deployed, days=24, anomalies="true")
    (expected,) = anomalies.detected(bill.today)
    found = body["data"]["anomalies"]
    (anomaly,) = found["found"]
    impact = Decimal(str(expected["Impact"]["TotalImpact"]))
    assert (found["monitored"], found["impact"], anomaly["impact"], anomaly["expected"]) == (True, impact, impact, 0)
    start, end = (date.fromisoformat(anomaly[name]) for name in ("start", "end"))
    assert (start, end) == (bill.today - timedelta(days=14), bill.today - timedelta(days=3))
    assert anomaly["actual"] == total(bill, start, end + timedelta(days=1), lambda line: line.keys["SERVICE"] == REDSHIFT)
    (cause,) = anomaly["root_causes"]
    assert (cause["service"], cause["region"], cause["usage_type"]) == (REDSHIFT, "us-east-1", "Node:ra3.large")
    assert operations.count("GetAnomalies") == 1
    assert "GetAnomalyMonitors" not in operations
    assert again["meta"]["aws_requests"]["estimated_cost_usd"] == "0.0000"


def test_no_anomaly_and_no_monitor_are_different_answers(deployed: Stack, bill: Ledger) -> None:
    day = day_of_its_own(bill, 12)
    body = envelope(deployed, **day, anomalies="true")
    assert body["data"]["anomalies"] == {"monitored": True, "impact": 0, "found": []}
    by_operation = body["meta"]["aws_requests"]["by_operation"]
    assert (by_operation["ce:GetAnomalies"], by_operation["ce:GetAnomalyMonitors"]) == (1, 1)
    status, body = call(deployed, f"/accounts/{OTHER_ACCOUNT}/costs", **day, anomalies="true")
    assert (status, body["data"]["anomalies"]) == (200, {"monitored": False, "impact": 0, "found": []})
    assert body["meta"]["partial"] is False


def test_costs_stand_without_their_anomalies(deployed: Stack, bill: Ledger) -> None:
    day = day_of_its_own(bill, 13)
    known = ask(deployed, **day)
    with refusing(bill, "AccessDeniedException", "not authorized to perform: ce:GetAnomalies"):
        body = envelope(deployed, **day, anomalies="true")
    assert (body["data"]["total_cost"], "anomalies" in body["data"]) == (known["total_cost"], False)
    assert gaps(body) == [("us-east-1", "ce", "GetAnomalies", "denied", "AccessDeniedException")]


def test_budgets_are_those_of_the_account_and_free(deployed: Stack, bill: Ledger, planned: Budgets) -> None:
    asked = len(planned.requests)
    day = day_of_its_own(bill, 14)
    ask(deployed, **day)
    body = envelope(deployed, **day, budgets="true")
    today = bill.today
    found = {budget["name"]: budget for budget in body["data"]["budgets"]}
    assert list(found) == sorted(name for name, _, _ in budgets.MONTHLY)
    for name, limit, team in budgets.MONTHLY:
        budget = found[name]
        assert (budget["type"], budget["period"], budget["unit"], budget["limit"]) == ("COST", "MONTHLY", "USD", Decimal(limit))
        actual = round(max(budgets.spent(today, team), Decimal()), 3)
        assert budget["actual"] == actual
        assert budget["used_percent"] == round(actual / Decimal(limit) * 100, 2)
        assert (budget["forecast"] is None) == (today.day == 1)
        assert budget["start"] == "2025-01-01T00:00:00Z"
    # The stand-in has one a page.
    assert len(planned.requests) - asked == body["meta"]["aws_requests"]["by_operation"]["budgets:DescribeBudgets"] == 2
    assert body["meta"]["aws_requests"]["estimated_cost_usd"] == "0.0000"


def test_no_budget_says_so_and_a_denied_one_is_a_gap(deployed: Stack, bill: Ledger, planned: Budgets) -> None:
    day = day_of_its_own(bill, 15)
    status, body = call(deployed, f"/accounts/{OTHER_ACCOUNT}/costs", **day, budgets="true")
    assert (status, body["data"]["budgets"], body["meta"]["partial"]) == (200, [], False)
    planned.fault = ("AccessDeniedException", "not authorized to perform: budgets:ViewBudget")
    body = envelope(deployed, **day, budgets="true")
    assert "budgets" not in body["data"]
    assert gaps(body) == [("us-east-1", "budgets", "DescribeBudgets", "denied", "AccessDeniedException")]


def table(stack: Stack, **parameters: object) -> list[dict[str, str]]:
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    status, headers, body = stack.get(f"/costs?{query}&format=csv")
    assert (status, headers["content-type"].split(";")[0]) == (200, "text/csv"), body
    return list(csv.DictReader(io.StringIO(body.decode())))


def test_a_table_has_a_row_for_each_mover_anomaly_or_budget(deployed: Stack, bill: Ledger) -> None:
    days = {"start": bill.today - timedelta(days=26), "end": bill.today}
    movers = ask(deployed, **days, movers="true", movers_by="usage_type")["movers"]
    rows = table(deployed, **days, movers="true", movers_by="usage_type")
    assert [row["name"] for row in rows] == [mover["name"] for mover in movers["largest"]] + ["(others)"]
    assert [Decimal(row["change"]) for row in rows[:-1]] == [mover["change"] for mover in movers["largest"]]
    assert sum(Decimal(row["change"]) for row in rows) == movers["change"]
    (traffic,) = [row for row in rows if row["name"] == "NatGateway-Bytes"]
    assert (traffic["usage_unit"], traffic["by_price"], traffic["not_split"]) == ("GB", "0", "")

    (anomaly,) = table(deployed, days=24, anomalies="true")
    assert (anomaly["service"], anomaly["usage_type"], anomaly["account"]) == (REDSHIFT, "Node:ra3.large", ACCOUNT)
    rows = table(deployed, days=24, budgets="true")
    assert [(row["name"], row["limit"], row["unit"]) for row in rows] == [
        (name, limit, "USD") for name, limit, _ in sorted(budgets.MONTHLY)
    ]


@pytest.mark.parametrize(
    ("query", "parameter", "said"),
    [
        ("movers=yes", "movers", "allowed: true, false"),
        ("movers=true&compare=false", "movers", "compares with the days before"),
        ("movers=true&granularity=HOURLY", "movers", "hours for 14 days only"),
        ("movers=true&metric=UsageQuantity", "movers", "compares costs, not usage"),
        ("movers=true&movers_by=colour", "movers_by", "allowed: service, account"),
        ("movers_by=service", "movers_by", "with movers=true only"),
        ("group_by=resource", "services", "required for single resources"),
        (f"group_by=resource&services={quote(EC2)}&days=15", "days", "from 1 to 14"),
        (f"group_by=resource&services={quote(EC2)}&granularity=HOURLY", "granularity", "DAILY, MONTHLY"),
        ("anomalies=true&days=91", "anomalies", "keeps 90 days"),
        ("budgets=maybe", "budgets", "allowed: true, false"),
        ("movers=true&budgets=true&format=csv", "format", "a table is about one thing"),
        ("movers=true&movers_by=region&max_cost_usd=0.02", "max_cost_usd", "AWS would bill $0.0300"),
    ],
)
def test_a_bad_parameter_is_named_before_anything_is_billed(
    deployed: Stack, bill: Ledger, query: str, parameter: str, said: str
) -> None:
    refused_before_anything_is_billed(deployed, bill, query, parameter, said)


def test_the_bill_and_the_findings_tell_the_same_story(deployed: Stack, bill: Ledger) -> None:
    """Why the month is dearer and what to delete first: what rose most is what is worth most to delete."""
    # Whole weeks have as many weekends as those before.
    movers = envelope(deployed, days=28, movers="true", movers_by="usage_type")["data"]["movers"]
    rose = [mover["name"] for mover in movers["largest"] if mover["charge_type"] == "usage" and mover["change"] > 0]
    assert rose[0] == "Node:ra3.large"
    # Of the rest that rose, the volume is not in use either; the others are, and one has another price.
    assert set(rose[1:]) == {
        "EU-EBS:VolumeUsage.piops", "EU-EBS:VolumeP-IOPS.piops", "NatGateway-Bytes", "DataTransfer-Regional-Bytes",
        "ReadCapacityUnit-Hrs", "WriteCapacityUnit-Hrs",
    }  # fmt: skip
    _, body = call(deployed, "/bottlenecks", sort="savings")
    worth_most = [finding for finding in body["data"]["findings"] if finding["source"] == "stratoscope"][:2]
    assert [finding["resource"]["name"] for finding in worth_most] == ["old-reports", "migration-copy"]
    warehouse, volume = worth_most
    # What the bill has of it in 14 days, and what the finding says of 730 hours.
    billed = ask(deployed, group_by="resource", services=quote(REDSHIFT))["costs_by_resource"]
    assert billed == {warehouse["resource"]["arn"]: Decimal("0.543") * 24 * 14}
    assert Decimal(warehouse["savings"]["monthly_usd"]) == Decimal("0.543") * 730
    billed = ask(deployed, group_by="resource", services=quote(EC2_OTHER))["costs_by_resource"]
    days, month = 12, Decimal(730) / 24
    assert abs(billed[volume["resource"]["id"]] / days * month - Decimal(volume["savings"]["monthly_usd"])) < Decimal("0.01")
