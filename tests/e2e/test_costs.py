"""GET /costs on the deployed stack, compared with the ledger."""

from __future__ import annotations

import contextlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import documents
import pytest
from emulator.bill import EC2, NAMES, RDS, S3, Line
from emulator.ledger import Ledger
from emulator.ministack import ACCOUNT, OTHER_ACCOUNT, Emulator
from emulator.stack import Stack

from . import iam
from .api import call, gaps


def ask(stack: Stack, **parameters: object) -> dict[str, Any]:
    """Returns the data of a response, with amounts as decimals."""
    return envelope(stack, **parameters)["data"]


def envelope(stack: Stack, **parameters: object) -> dict[str, Any]:
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    status, _, body = stack.get(f"/costs?{query}")
    answer = json.loads(body, parse_float=Decimal, parse_int=Decimal)
    assert status == 200, answer
    return answer


def day_of_its_own(bill: Ledger, number: int) -> dict[str, date]:
    """Returns a day that only one test requests, chosen by a number, so no other test has its response cached.

    It does not end today: a period that ends today is fetched together with the month to date, and so may match another
    test's request. Only every second day is used, so a run that passes midnight requests no day twice.
    """
    start = bill.today - timedelta(days=40 + 2 * number)
    return {"start": start, "end": start + timedelta(days=1)}


def total(bill: Ledger, start: date, end: date, wanted: Callable[[Line], bool] = lambda _: True) -> Decimal:
    return sum((line.unblended for line in bill.lines if start <= line.day < end and wanted(line)), Decimal(0))


def by(bill: Ledger, key: str, start: date, end: date) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in bill.lines:
        if start <= line.day < end:
            sums[line.keys[key]] += line.unblended
    return dict(sums)


@contextlib.contextmanager
def refusing(bill: Ledger, code: str, message: str) -> Iterator[None]:
    bill.fault = (code, message)
    try:
        yield
    finally:
        bill.fault = None


def test_the_totals_are_those_of_a_plain_script(deployed: Stack, bill: Ledger) -> None:
    # What the original script did: thirty days up to today, by service, summed up.
    start, end = bill.today - timedelta(days=30), bill.today
    body = envelope(deployed, days=30)
    data = body["data"]
    assert (body["meta"]["account"], body["meta"]["partial"], gaps(body)) == (ACCOUNT, False, [])
    assert (data["start"], data["end"], data["currency"]) == (start.isoformat(), end.isoformat(), "USD")
    assert data["total_cost"] == total(bill, start, end)
    assert data["costs_by_service"] == by(bill, "SERVICE", start, end)
    assert sum(data["costs_by_service"].values()) == data["total_cost"]


def test_each_day_is_listed_by_its_start_and_marked_if_estimated(deployed: Stack, bill: Ledger) -> None:
    data = ask(deployed, days=30)
    days = [bill.today - timedelta(days=ago) for ago in range(30, 0, -1)]
    assert list(data["periods"]) == [day.isoformat() for day in days]
    for day in days:
        period = data["periods"][day.isoformat()]
        assert period["end"] == (day + timedelta(days=1)).isoformat()
        assert period["cost"] == total(bill, day, day + timedelta(days=1)) == sum(period["groups"].values())
        assert period["estimated"] is (day >= bill.today - timedelta(days=2))
    assert data["estimated"] is True
    assert sum(period["cost"] for period in data["periods"].values()) == data["total_cost"]


def test_comparison_month_and_credits_come_from_the_same_paid_request(deployed: Stack, bill: Ledger) -> None:
    asked = len(bill.requests)
    # With the 29 days before them, these days begin earlier than any month to date; no other test requests 29 days.
    start, end = bill.today - timedelta(days=29), bill.today
    body = envelope(deployed, start=start, end=end)
    data, requests = body["data"], body["meta"]["aws_requests"]
    before = total(bill, start - timedelta(days=29), start)
    assert data["comparison"]["total_cost"] == before
    assert data["comparison"]["change"] == data["total_cost"] - before
    assert data["comparison"]["start"] == (start - timedelta(days=29)).isoformat()
    first = bill.today.replace(day=1)
    if first < bill.today:
        assert data["month_to_date"]["cost"] == total(bill, first, bill.today)
    else:
        assert data["month_to_date"] is None
    reductions = total(bill, start, end, lambda line: line.keys["RECORD_TYPE"] in ("Credit", "Refund"))
    assert data["credits_and_refunds"]["amount"] == reductions < 0
    assert data["credits_and_refunds"]["by_record_type"] == by(bill, "RECORD_TYPE", start, end)
    # The ledger's pages are smaller than AWS's, and each of them is billed.
    pages = len(bill.requests) - asked
    assert requests["by_operation"]["ce:GetCostAndUsage"] == pages
    assert Decimal(requests["estimated_cost_usd"]) == Decimal("0.01") * pages


def test_the_same_request_is_paid_for_once(deployed: Stack, bill: Ledger) -> None:
    day = day_of_its_own(bill, 0)
    first = envelope(deployed, **day)
    assert first["meta"]["aws_requests"]["estimated_cost_usd"] != "0.0000"
    asked = len(bill.requests)
    second = envelope(deployed, **day)
    assert len(bill.requests) == asked
    assert second["data"] == first["data"]
    assert second["meta"]["aws_requests"]["estimated_cost_usd"] == "0.0000"


def test_groupings_filters_and_bases(deployed: Stack, bill: Ledger) -> None:
    start, end = bill.today - timedelta(days=30), bill.today
    data = ask(deployed, days=30, group_by="region,account")
    assert data["costs_by_region"] == by(bill, "REGION", start, end)
    assert set(data["costs_by_account"]) == {ACCOUNT, OTHER_ACCOUNT}
    some_day = next(iter(data["periods"].values()))
    assert sum(sum(group.values()) for group in some_day["groups"].values()) == some_day["cost"]
    assert data["credits_and_refunds"] is None

    teams = ask(deployed, days=30, group_by="tag:team")["costs_by_tag:team"]
    assert set(teams) == {"web", "data", "(none)"}
    assert sum(teams.values()) == data["total_cost"]

    charges = ask(deployed, days=30, exclude="credit,refund,tax")
    kept = ("Usage", "Fee")
    assert charges["total_cost"] == total(bill, start, end, lambda line: line.keys["RECORD_TYPE"] in kept)
    assert charges["credits_and_refunds"] is None

    amortized = ask(deployed, days=30, metric="AmortizedCost")
    assert amortized["total_cost"] == data["total_cost"] * Decimal("0.9")


#: The team's tag of a line, or nothing.
def team(line: Line) -> str:
    return line.keys["TAG:team"]


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ({"services": f"{RDS},{S3}"}, lambda line: line.keys["SERVICE"] in (RDS, S3)),
        ({"services": EC2, "regions": "eu-west-1"}, lambda line: (line.keys["SERVICE"], line.keys["REGION"]) == (EC2, "eu-west-1")),
        ({"regions": "global,NoRegion"}, lambda line: line.keys["REGION"] in ("global", "NoRegion")),
        ({"accounts": OTHER_ACCOUNT}, lambda line: line.keys["LINKED_ACCOUNT"] == OTHER_ACCOUNT),
        ({"usage_types": "BoxUsage:t3.large,EU-BoxUsage:m5.large"}, lambda line: line.keys["INSTANCE_TYPE"] in ("t3.large", "m5.large")),
        ({"tags": "team:web"}, lambda line: team(line) == "web"),
        ({"tags": "team"}, lambda line: team(line) != ""),
        ({"tags": "!team"}, lambda line: team(line) == ""),
        ({"tags": "team:web,!team"}, lambda line: team(line) in ("web", "")),
        ({"tags": "team:data", "services": EC2, "exclude": "credit"}, lambda line: team(line) == "data" and line.keys["SERVICE"] == EC2),
    ],
    ids=lambda part: "" if callable(part) else str(part),
)
def test_filters_hold_for_the_whole_response(
    deployed: Stack, bill: Ledger, filters: dict[str, str], wanted: Callable[[Line], bool]
) -> None:
    start, end = bill.today - timedelta(days=30), bill.today
    data = ask(deployed, days=30, group_by="service", **{name: quote(value) for name, value in filters.items()})
    assert data["total_cost"] == total(bill, start, end, wanted) == sum(data["costs_by_service"].values())
    assert data["comparison"]["total_cost"] == total(bill, start - timedelta(days=30), start, wanted)
    first = bill.today.replace(day=1)
    if first < bill.today:
        assert data["month_to_date"]["cost"] == total(bill, first, bill.today, wanted)
    if "exclude" not in filters:
        reductions = total(bill, start, end, lambda line: wanted(line) and line.keys["RECORD_TYPE"] in ("Credit", "Refund"))
        assert data["credits_and_refunds"]["amount"] == reductions


def test_a_name_that_cost_explorer_does_not_know_matches_nothing(deployed: Stack) -> None:
    data = ask(deployed, days=3, services="EC2", compare="false")
    assert (data["total_cost"], data["costs_by_service"], data["currency"]) == (0, {}, None)


def test_a_forecast_is_filtered_by_dimension_and_not_made_by_tag(deployed: Stack, bill: Ledger) -> None:
    mean = {}
    for filters in ({}, {"services": quote(EC2)}):
        mean[len(filters)] = ask(deployed, days=4, forecast="true", metric="BlendedCost", **filters)["forecast"]["mean"]
    assert 0 < mean[1] < mean[0]
    asked = len(bill.requests)
    body = envelope(deployed, days=4, forecast="true", metric="BlendedCost", tags="team:web")
    assert body["data"]["forecast"]["unavailable"] == "UnsupportedFilter"
    assert (body["meta"]["partial"], body["data"]["total_cost"]) == (False, sum(p["cost"] for p in body["data"]["periods"].values()))
    assert [operation for operation, _ in bill.requests[asked:]] == ["GetCostAndUsage"]


def test_months_and_hours(deployed: Stack, bill: Ledger) -> None:
    start = (bill.today.replace(day=1) - timedelta(days=1)).replace(day=1)
    data = ask(deployed, start=start, end=bill.today, granularity="MONTHLY")
    assert list(data["periods"])[0] == start.isoformat()
    assert data["total_cost"] == total(bill, start, bill.today)
    assert (data["comparison"], data["month_to_date"]) == (None, None)

    data = ask(deployed, days=2, granularity="HOURLY")
    assert len(data["periods"]) == 48
    assert f"{bill.today - timedelta(days=2)}T00:00:00Z" in data["periods"]
    assert sum(period["cost"] for period in data["periods"].values()) == data["total_cost"]
    assert abs(data["total_cost"] - total(bill, bill.today - timedelta(days=2), bill.today)) < Decimal("1e-7")


#: The record types of the simulated bill, by type of charge.
CHARGE_TYPES = {"usage": "Usage", "tax": "Tax", "credits": "Credit", "refunds": "Refund", "fees": "Fee"}


def by_charge_type(bill: Ledger, before: tuple[date, date], now: tuple[date, date]) -> dict[str, dict[str, Decimal | None]]:
    """Returns the split of a change as the response has it."""
    found = {}
    for name, record_type in (CHARGE_TYPES | {"other": ""}).items():
        sums = [total(bill, *days, lambda line, only=record_type: line.keys["RECORD_TYPE"] == only) for days in (before, now)]
        change = sums[1] - sums[0]
        percent = round(change / sums[0] * 100, 2) if sums[0] else None
        found[name] = {"before": sums[0], "now": sums[1], "change": change, "change_percent": percent}
    return found


def test_a_change_is_split_by_type_of_charge_at_no_price(deployed: Stack, bill: Ledger) -> None:
    start, end = bill.today - timedelta(days=31), bill.today
    before = (start - timedelta(days=31), start)
    asked = len(bill.requests)
    comparison = ask(deployed, start=start, end=end, group_by="account")["comparison"]
    requests = [request for _, request in bill.requests[asked:]]
    assert all(request["TimePeriod"]["Start"] == before[0].isoformat() for request in requests)
    assert comparison["by_charge_type"] == by_charge_type(bill, before, (start, end))
    assert sum(part["change"] for part in comparison["by_charge_type"].values()) == comparison["change"]
    # Within so many days of each, there were a tax, a credit, a refund and a fee.
    assert all(comparison["by_charge_type"][name]["now"] for name in CHARGE_TYPES)

    excluded = ask(deployed, start=start, end=end, group_by="account", exclude="tax")["comparison"]
    assert excluded["by_charge_type"]["tax"] is None
    assert ask(deployed, start=start, end=end, group_by="account,region")["comparison"]["by_charge_type"] is None


def test_months_are_compared_with_those_before(deployed: Stack, bill: Ledger) -> None:
    end = bill.today.replace(day=1)
    start = (end - timedelta(days=1)).replace(day=1)
    before = (start - timedelta(days=1)).replace(day=1)
    asked = len(bill.requests)
    data = ask(deployed, start=start, end=end, granularity="MONTHLY", compare="true")
    assert len(bill.requests) == asked + 1
    comparison = data["comparison"]
    assert (comparison["start"], comparison["end"]) == (before.isoformat(), start.isoformat())
    assert (data["total_cost"], comparison["total_cost"]) == (total(bill, start, end), total(bill, before, start))
    assert comparison["by_charge_type"] == by_charge_type(bill, (before, start), (start, end))
    assert list(data["periods"]) == [start.isoformat()]

    # The first ten days of a month are compared with those of the month before, which are a request of their own.
    asked, tenth = len(bill.requests), start.replace(day=11)
    body = envelope(deployed, start=start, end=tenth, granularity="MONTHLY", compare="true")
    assert body["meta"]["aws_requests"]["by_operation"]["ce:GetCostAndUsage"] == 2 == len(bill.requests) - asked
    comparison = body["data"]["comparison"]
    assert (comparison["start"], comparison["end"]) == (before.isoformat(), before.replace(day=11).isoformat())
    days = ((before, before.replace(day=11)), (start, tenth))
    assert comparison["total_cost"] == total(bill, *days[0])
    assert comparison["by_charge_type"] == by_charge_type(bill, *days)


def test_the_accounts_of_a_bill_are_listed_where_it_is_free(deployed: Stack, bill: Ledger) -> None:
    day = day_of_its_own(bill, 7)
    both = [{"id": account, "name": NAMES[account]} for account in sorted(NAMES)]
    asked = len(bill.requests)
    meta = envelope(deployed, **day, group_by="account,service")["meta"]
    assert (meta["accounts"], meta["is_payer"]) == (both, True)
    meta = envelope(deployed, **day, group_by="account", linked_accounts="true", regions="us-west-2")["meta"]
    assert meta["accounts"] == [{"id": OTHER_ACCOUNT, "name": NAMES[OTHER_ACCOUNT]}]
    assert {operation for operation, _ in bill.requests[asked:]} == {"GetCostAndUsage"}
    # Others are not listed, but the function knows by now that the account pays for others.
    meta = envelope(deployed, **day)["meta"]
    assert (meta["accounts"], meta["is_payer"]) == (None, True)


def test_the_accounts_of_a_bill_are_listed_on_request_and_once_a_day(deployed: Stack, bill: Ledger) -> None:
    day = day_of_its_own(bill, 8)
    both = [{"id": account, "name": NAMES[account]} for account in sorted(NAMES)]
    first = envelope(deployed, **day, linked_accounts="true")["meta"]
    assert (first["accounts"], first["is_payer"], first["partial"]) == (both, True, False)
    assert first["aws_requests"]["by_operation"]["ce:GetDimensionValues"] == 1
    pages = first["aws_requests"]["by_operation"]["ce:GetCostAndUsage"]
    assert Decimal(first["aws_requests"]["estimated_cost_usd"]) == Decimal("0.01") * (pages + 1)
    again = envelope(deployed, **day, linked_accounts="true")["meta"]
    assert (again["accounts"], again["aws_requests"]["estimated_cost_usd"]) == (both, "0.0000")
    only_web = envelope(deployed, **day, linked_accounts="true", tags="team:web")["meta"]
    assert only_web["accounts"] == [{"id": ACCOUNT, "name": NAMES[ACCOUNT]}]


def test_a_linked_account_lists_itself(deployed: Stack, bill: Ledger) -> None:
    status, body = call(deployed, f"/accounts/{OTHER_ACCOUNT}/costs", **day_of_its_own(bill, 9), linked_accounts="true")
    assert (status, body["meta"]["is_payer"]) == (200, False)
    assert body["meta"]["accounts"] == [{"id": OTHER_ACCOUNT, "name": NAMES[OTHER_ACCOUNT]}]


def test_costs_stand_without_their_accounts(deployed: Stack, bill: Ledger) -> None:
    day = day_of_its_own(bill, 10)
    known = ask(deployed, **day)
    with refusing(bill, "AccessDeniedException", "not authorized to perform: ce:GetDimensionValues"):
        body = envelope(deployed, **day, linked_accounts="true")
    assert (body["data"]["total_cost"], body["meta"]["accounts"]) == (known["total_cost"], None)
    assert gaps(body) == [("us-east-1", "ce", "GetDimensionValues", "denied", "AccessDeniedException")]
    assert body["meta"]["partial"] is True


def test_a_forecast_has_its_interval_and_a_missing_one_is_not_an_error(deployed: Stack, bill: Ledger) -> None:
    forecast = ask(deployed, days=7, forecast="true")["forecast"]
    assert forecast["start"] == bill.today.isoformat()
    assert date.fromisoformat(forecast["end"]).day == 1
    assert 0 < forecast["lower"] < forecast["mean"] < forecast["upper"]
    assert (forecast["interval_percent"], forecast["currency"]) == (80, "USD")

    # By now, the past costs are cached; the forecast for this metric, which no other test requests, is not.
    day = day_of_its_own(bill, 6)
    ask(deployed, **day, metric="NetUnblendedCost")
    with refusing(bill, "DataUnavailableException", "Insufficient amount of historical data"):
        body = envelope(deployed, **day, metric="NetUnblendedCost", forecast="true")
    assert body["data"]["forecast"] == {
        "unavailable": "DataUnavailableException", "message": "Insufficient amount of historical data",
    }  # fmt: skip
    assert (body["meta"]["partial"], gaps(body)) == (False, [])


@pytest.mark.parametrize(
    ("number", "code", "status", "advice"),
    [
        (1, "AccessDeniedException", "denied", "Allow ce:GetCostAndUsage"),
        (2, "LimitExceededException", "throttled", "5 requests a second"),
        (3, "DataUnavailableException", "failed", "about a day after it is first opened"),
        (4, "ExpiredTokenException", "failed", "credentials have expired"),
    ],
)
def test_a_refusal_says_what_to_do(
    deployed: Stack, bill: Ledger, number: int, code: str, status: str, advice: str
) -> None:
    day = day_of_its_own(bill, number)
    with refusing(bill, code, "no"):
        answered, body = call(deployed, "/costs", **day)
    assert (answered, body["error"]["code"]) == (502, "NothingCollected")
    assert advice in body["error"]["message"]
    assert [(g["service"], g["operation"], g["status"], g["code"]) for g in body["error"]["gaps"]] == [
        ("ce", "GetCostAndUsage", status, code)
    ]
    # The failure is not cached: the next response is complete.
    assert ask(deployed, **day)["total_cost"] == total(bill, **day)


def test_the_role_has_no_action_that_is_not_needed(emulator: Emulator, deployed: Stack) -> None:
    needed = documents.actions("/costs")
    assert iam.allowed_actions(emulator, iam.role_of(emulator, "CostsFunction")) == needed | iam.ENTER


@pytest.mark.parametrize(
    ("query", "parameter", "said"),
    [
        ("days=0", "days", "a whole number from 1 to "),
        ("days=7&start=2026-01-01", "days", "either days, or start and end"),
        ("end=2026-01-01", "start", "required with end"),
        ("start=2026-02-30", "start", "a day that exists, as YYYY-MM-DD"),
        ("start=2019-01-01", "start", "13 months"),
        ("granularity=WEEKLY", "granularity", "allowed: DAILY, MONTHLY, HOURLY"),
        ("metric=Cost", "metric", "allowed: UnblendedCost, AmortizedCost"),
        ("group_by=service,region,account", "group_by", "at most two"),
        ("group_by=tag:", "group_by", "tag:Key"),
        ("services=a,,b", "services", "empty item"),
        ("regions=mars", "regions", "allowed: names of regions such as eu-west-1, `global`"),
        ("accounts=1234", "accounts", "12 digits"),
        ("usage_types=a%00b", "usage_types", "group_by=usage_type"),
        ("tags=team:", "tags", "does not distinguish an empty value from no tag"),
        ("tags=eks:cluster:shop", "tags", "backslash"),
        ("exclude=support", "exclude", "allowed: credit, refund, tax"),
        ("granularity=HOURLY&compare=true", "compare", "hours for 14 days only"),
        ("linked_accounts=yes", "linked_accounts", "allowed: true, false"),
        ("compare=maybe", "compare", "allowed: true, false"),
        ("metric=UsageQuantity&forecast=true", "forecast", "AWS forecasts costs, not usage"),
        ("region=us-east-1", "region", "unknown parameter; allowed: days, start"),
    ],
)
def test_a_bad_parameter_is_named_with_what_is_allowed(
    deployed: Stack, bill: Ledger, query: str, parameter: str, said: str
) -> None:
    refused_before_anything_is_billed(deployed, bill, query, parameter, said)


def refused_before_anything_is_billed(deployed: Stack, bill: Ledger, query: str, parameter: str, said: str) -> None:
    """Asks what is refused for a parameter, with these words, and before AWS is asked."""
    asked = len(bill.requests)
    status, _, body = deployed.get(f"/costs?{query}")
    error = json.loads(body)["error"]
    assert (status, error["code"], error["parameter"]) == (400, "InvalidParameter", parameter)
    assert said in error["message"]
    assert len(bill.requests) == asked


def test_hours_reach_back_only_as_far_as_cost_explorer_surely_has_them(deployed: Stack, bill: Ledger) -> None:
    data = ask(deployed, granularity="HOURLY", group_by="account")
    assert (data["start"], data["end"]) == ((bill.today - timedelta(days=13)).isoformat(), bill.today.isoformat())
    assert len(data["periods"]) == 13 * 24
    status, body = call(deployed, "/costs", granularity="HOURLY", days=14)
    assert (status, body["error"]["parameter"]) == (400, "days")


def test_a_forecast_is_paid_for_once(deployed: Stack, bill: Ledger) -> None:
    question = day_of_its_own(bill, 5) | {"metric": "NetAmortizedCost", "forecast": "true"}
    first = envelope(deployed, **question)
    assert first["meta"]["aws_requests"]["by_operation"]["ce:GetCostForecast"] == 1
    asked = len(bill.requests)
    second = envelope(deployed, **question)
    assert second["data"]["forecast"] == first["data"]["forecast"]
    assert len(bill.requests) == asked
    assert second["meta"]["aws_requests"]["estimated_cost_usd"] == "0.0000"
