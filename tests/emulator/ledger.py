"""A simulated Cost Explorer over a ledger of line items; the emulator lacks the service.

It groups, filters, pages and estimates like AWS, and rejects what AWS rejects, so the product's results can be compared
with the ledger itself. The demo account pays for both accounts and sees both; the other account sees only its own part.
The line items are in `bill`. Each request is checked by the service's own model.
"""

from __future__ import annotations

import contextlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from . import anomalies, clock, expression, identities, loopback, model
from .bill import NAMES, Line, lines
from .loopback import Asked
from .ministack import ACCOUNT, Emulator

ESTIMATED_DAYS = 2
ROWS_A_PAGE = 600
SMALLEST = Decimal("1e-13")

#: The metrics of costs, as multiples of the unblended cost, and of usage, as multiples of the quantity.
COSTS = {
    "UnblendedCost": Decimal(1),
    "BlendedCost": Decimal(1),
    "AmortizedCost": Decimal("0.9"),
    "NetUnblendedCost": Decimal("0.95"),
    "NetAmortizedCost": Decimal("0.85"),
}
USAGE = {"UsageQuantity": Decimal(1), "NormalizedUsageAmount": Decimal(8)}

#: The days for which there are single resources.
RESOURCE_DAYS = 14


@dataclass
class Ledger:
    """A running Cost Explorer. Its bill grows with each day while it runs."""

    url: str = ""
    #: Every request: operation and body.
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    #: While set, every request fails with this error: code and message.
    fault: tuple[str, str] | None = None
    #: Whether the account has switched on single resources.
    has_resources: bool = True
    #: AWS's id of a resource, by its name and region; empty if there is none.
    identity: Callable[[str, str], str] = lambda name, region: name

    @property
    def today(self) -> date:
        return clock.today()

    @property
    def lines(self) -> list[Line]:
        return lines(self.today)

    def seen_by(self, account: str) -> list[Line]:
        """Returns the part of the bill that an account sees."""
        return [line for line in self.lines if account in (ACCOUNT, line.keys["LINKED_ACCOUNT"])]

    def answer(self, account: str, operation: str, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.requests.append((operation, asked))
        if self.fault:
            return 400, {"__type": self.fault[0], "message": self.fault[1]}
        try:
            model.check("ce", operation, asked)
            if operation in ("GetAnomalies", "GetAnomalyMonitors"):
                return 200, anomalies.answer(operation, account, self.today, asked)
            if operation == "GetCostAndUsageWithResources" and not self.has_resources:
                message = "Resource level data is not enabled for this account"
                return 400, {"__type": "DataUnavailableException", "message": message}
            answers = {
                "GetCostAndUsage": self._usage, "GetCostAndUsageWithResources": self._resources,
                "GetCostForecast": self._forecast, "GetDimensionValues": self._values,
            }  # fmt: skip
            return 200, answers[operation](self.seen_by(account), asked)
        except ValueError as error:
            return 400, {"__type": "ValidationException", "message": str(error)}

    def _resources(self, lines: list[Line], asked: dict[str, Any]) -> dict[str, Any]:
        start = date.fromisoformat(asked["TimePeriod"]["Start"][:10])
        if start < self.today - timedelta(days=RESOURCE_DAYS):
            raise ValueError("Start date cannot be earlier than 14 days ago")
        if {"Type": "DIMENSION", "Key": "RESOURCE_ID"} not in asked.get("GroupBy", []):
            raise ValueError("Resource level data must be grouped or filtered by RESOURCE_ID")
        if '"SERVICE"' not in json.dumps(asked["Filter"]):
            raise ValueError("Resource level data must be filtered by SERVICE")
        if asked["Granularity"] == "HOURLY":
            raise ValueError("Hourly resource level data is available for EC2 instances only")
        return self._usage(lines, asked, with_resources=True)

    def _usage(self, lines: list[Line], asked: dict[str, Any], *, with_resources: bool = False) -> dict[str, Any]:
        hourly = asked["Granularity"] == "HOURLY"
        start, end = (date.fromisoformat(asked["TimePeriod"][name][:10]) for name in ("Start", "End"))
        if start >= end:
            raise ValueError("Start date (and hour) should be before end date (and hour)")
        # Hourly data goes back 14 days from now; the day 14 days ago begins before that.
        if start < self._earliest() or (hourly and start <= self.today - timedelta(days=14)):
            raise ValueError("You haven't enabled historical data beyond the retention period")
        groupings, metrics = asked.get("GroupBy", []), asked["Metrics"]
        if not with_resources and any(grouping["Key"] == "RESOURCE_ID" for grouping in groupings):
            raise ValueError("Group Definition dimension is invalid")
        lines = _filtered(lines, asked)

        sums: dict[tuple[str, str], dict[tuple[str, ...], list[tuple[Line, Decimal]]]] = {}
        for period in _periods(start, end, asked["Granularity"]):
            sums[period] = defaultdict(list)
        for line in lines:
            if start <= line.day < end:
                keys = tuple(self._key(line, grouping) for grouping in groupings)
                for period, share in _shares(line.day, start, end, asked["Granularity"]):
                    sums[period][keys].append((line, share))
        rows = [(period, keys, parts) for period, groups in sums.items() for keys, parts in groups.items() or [(None, [])]]
        first = int(asked.get("NextPageToken", "0"))
        results: dict[tuple[str, str], dict[str, Any]] = {}
        for period, keys, parts in rows[first : first + ROWS_A_PAGE]:
            last_day = date.fromisoformat(period[1][:10]) - timedelta(days=0 if "T" in period[1] else 1)
            result = results.setdefault(
                period,
                {
                    "TimePeriod": {"Start": period[0], "End": period[1]},
                    "Total": {},
                    "Groups": [],
                    "Estimated": last_day > self.today - timedelta(days=ESTIMATED_DAYS + 1),
                },
            )
            value = {metric: _amount(metric, parts) for metric in metrics}
            if keys:
                result["Groups"].append({"Keys": list(keys), "Metrics": value})
            elif not groupings:
                result["Total"] = value
        more = {"NextPageToken": str(first + ROWS_A_PAGE)} if first + ROWS_A_PAGE < len(rows) else {}
        names: list[dict[str, Any]] = []
        for place, grouping in enumerate(groupings):
            if grouping["Key"] == "LINKED_ACCOUNT":
                names += _accounts({keys[place] for _, keys, _ in rows[first : first + ROWS_A_PAGE] if keys})
        return {
            "ResultsByTime": list(results.values()), "GroupDefinitions": groupings, "DimensionValueAttributes": names, **more,
        }  # fmt: skip

    def _values(self, lines: list[Line], asked: dict[str, Any]) -> dict[str, Any]:
        start, end = (date.fromisoformat(asked["TimePeriod"][name]) for name in ("Start", "End"))
        if start >= end or start < self._earliest():
            raise ValueError("Start date should be before end date, and within the retention period")
        if asked["Dimension"] != "LINKED_ACCOUNT" or asked.get("Context") != "COST_AND_USAGE":
            raise ValueError("The simulated bill lists accounts only")
        found = _accounts({line.keys["LINKED_ACCOUNT"] for line in _filtered(lines, asked) if start <= line.day < end})
        return {"DimensionValues": found, "ReturnSize": len(found), "TotalSize": len(found)}

    def _forecast(self, lines: list[Line], asked: dict[str, Any]) -> dict[str, Any]:
        start, end = (date.fromisoformat(asked["TimePeriod"][name]) for name in ("Start", "End"))
        if start >= end or start < self.today:
            raise ValueError("The start date must be today or later, and before the end date")
        lines = _filtered(lines, asked, tags=False)
        month = [line.unblended for line in lines if self.today - timedelta(days=30) <= line.day < self.today]
        mean = sum(month, Decimal()) / 30 * (end - start).days
        result = {
            "TimePeriod": asked["TimePeriod"],
            "MeanValue": str(mean),
            "PredictionIntervalLowerBound": str(mean * Decimal("0.9")),
            "PredictionIntervalUpperBound": str(mean * Decimal("1.1")),
        }
        return {"Total": {"Amount": str(mean), "Unit": "USD"}, "ForecastResultsByTime": [result]}

    def _key(self, line: Line, grouping: dict[str, str]) -> str:
        kind, key = grouping["Type"], grouping["Key"]
        if kind == "TAG":
            return f"{key}${line.keys.get('TAG:' + key, '')}"
        if kind == "COST_CATEGORY":
            return f"{key}$"
        if key == "RESOURCE_ID":
            return self.resource(line)
        return line.keys[key]

    def resource(self, line: Line) -> str:
        """Returns AWS's id of the resource of a line."""
        name = line.keys["RESOURCE_ID"]
        return (name and self.identity(name, line.keys["REGION"])) or "NoResourceId"

    def _earliest(self) -> date:
        months = self.today.year * 12 + self.today.month - 1 - 13
        return date(months // 12, months % 12 + 1, 1)


def _accounts(ids: set[str]) -> list[dict[str, Any]]:
    return [{"Value": account, "Attributes": {"description": NAMES[account]}} for account in sorted(ids)]


def _filtered(lines: list[Line], asked: dict[str, Any], *, tags: bool = True) -> list[Line]:
    return [line for line in lines if expression.matches(asked.get("Filter"), line.keys, tags=tags)]


def _periods(start: date, end: date, granularity: str) -> Iterator[tuple[str, str]]:
    day = start
    while day < end:
        if granularity == "HOURLY":
            for hour in range(24):
                from_, to = (datetime(day.year, day.month, day.day) + timedelta(hours=hour + more) for more in (0, 1))
                yield f"{from_:%Y-%m-%dT%H:%M:%SZ}", f"{to:%Y-%m-%dT%H:%M:%SZ}"
            day += timedelta(days=1)
            continue
        following = day + timedelta(days=1)
        if granularity == "MONTHLY":
            following = min((day.replace(day=1) + timedelta(days=32)).replace(day=1), end)
        yield day.isoformat(), following.isoformat()
        day = following


def _shares(day: date, start: date, end: date, granularity: str) -> Iterator[tuple[tuple[str, str], Decimal]]:
    """Yields the periods that a day's line belongs to, and its share in each."""
    if granularity == "HOURLY":
        for period in _periods(day, day + timedelta(days=1), granularity):
            yield period, 1 / Decimal(24)
        return
    for period in _periods(start, end, granularity):
        if period[0] <= day.isoformat() < period[1]:
            yield period, Decimal(1)


def _amount(metric: str, parts: list[tuple[Line, Decimal]]) -> dict[str, str]:
    """Returns a sum over lines, each with its share of a day. Usage has a unit only where all of it has the same."""
    if metric in USAGE:
        amounts = [(line.quantity * USAGE[metric], share) for line, share in parts]
        units = {line.unit for line, _ in parts}
        unit = units.pop() if len(units) == 1 and metric == "UsageQuantity" else "N/A"
    else:
        amounts, unit = [(line.unblended * COSTS[metric], share) for line, share in parts], "USD"
    # AWS returns no more digits than these for a part of a day.
    of_parts = (amount if share == 1 else (amount * share).quantize(SMALLEST) for amount, share in amounts)
    return {"Amount": str(sum(of_parts, Decimal())), "Unit": unit}


@contextlib.contextmanager
def running(emulator: Emulator) -> Iterator[Ledger]:
    """Serves a ledger on loopback."""
    ledger = Ledger(identity=identities.of(emulator))

    def answer(asked: Asked) -> tuple[int, dict[str, Any]]:
        return ledger.answer(asked.account, asked.operation, asked.body)

    with loopback.standing_in(emulator, "ce", answer) as ledger.url:
        yield ledger
