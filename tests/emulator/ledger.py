"""A simulated Cost Explorer over a ledger of line items; the emulator lacks the service.

It groups, filters, pages and estimates like AWS, and rejects what AWS rejects, so the product's results can be compared
with the ledger itself. The demo account pays for both accounts and sees both; the other account sees only its own part.
Every line item follows from a rule; nothing is random.
"""

from __future__ import annotations

import contextlib
import functools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from . import clock, expression, loopback
from .loopback import Asked
from .ministack import ACCOUNT, OTHER_ACCOUNT, Emulator

DAYS = 100
ESTIMATED_DAYS = 2
ROWS_A_PAGE = 600
SMALLEST = Decimal("1e-13")

EC2, RDS, S3 = "Amazon Elastic Compute Cloud - Compute", "Amazon Relational Database Service", "Amazon Simple Storage Service"
DNS, SUPPORT = "Amazon Route 53", "AWS Support (Business)"

#: The names of the accounts.
NAMES = {ACCOUNT: "shop", OTHER_ACCOUNT: "shop-staging"}

#: Service, region, account, usage type, instance type, team, and the cost per day.
DAILY = [
    (EC2, "us-east-1", ACCOUNT, "BoxUsage:t3.large", "t3.large", "web", "3.9936"),
    (EC2, "us-east-1", ACCOUNT, "BoxUsage:c5.2xlarge", "c5.2xlarge", "data", "8.1600000001"),
    (EC2, "eu-west-1", ACCOUNT, "EU-BoxUsage:m5.large", "m5.large", "web", "5.136"),
    (EC2, "ap-southeast-2", OTHER_ACCOUNT, "APS2-BoxUsage:t3.micro", "t3.micro", "", "0.3168"),
    (RDS, "us-east-1", ACCOUNT, "InstanceUsage:db.r5.large", "db.r5.large", "data", "6.0000000000123"),
    (RDS, "eu-west-1", ACCOUNT, "EU-InstanceUsage:db.m5.large", "db.m5.large", "web", "4.632"),
    (S3, "us-east-1", ACCOUNT, "TimedStorage-ByteHrs", "NoInstanceType", "", "0.0383333333"),
    (DNS, "global", ACCOUNT, "DNS-Queries", "NoInstanceType", "", "0.0000004"),
    (S3, "us-west-2", OTHER_ACCOUNT, "USW2-TimedStorage-ByteHrs", "NoInstanceType", "", "0.0000001"),
]

#: Each metric as a multiple of the unblended cost.
FACTORS = {
    "UnblendedCost": Decimal(1),
    "BlendedCost": Decimal(1),
    "AmortizedCost": Decimal("0.9"),
    "NetUnblendedCost": Decimal("0.95"),
    "NetAmortizedCost": Decimal("0.85"),
    "UsageQuantity": Decimal(24),
    "NormalizedUsageAmount": Decimal(8),
}


@dataclass(frozen=True)
class Line:
    """One line of the bill."""

    day: date
    keys: dict[str, str]
    unblended: Decimal


@dataclass
class Ledger:
    """A running Cost Explorer. Its bill grows with each day while it runs."""

    url: str = ""
    #: Every request: operation and body.
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    #: While set, every request fails with this error: code and message.
    fault: tuple[str, str] | None = None

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
            answers = {"GetCostAndUsage": self._usage, "GetCostForecast": self._forecast, "GetDimensionValues": self._values}
            return 200, answers[operation](self.seen_by(account), asked)
        except ValueError as error:
            return 400, {"__type": "ValidationException", "message": str(error)}

    def _usage(self, lines: list[Line], asked: dict[str, Any]) -> dict[str, Any]:
        hourly = asked["Granularity"] == "HOURLY"
        start, end = (date.fromisoformat(asked["TimePeriod"][name][:10]) for name in ("Start", "End"))
        if start >= end:
            raise ValueError("Start date (and hour) should be before end date (and hour)")
        # Hourly data goes back 14 days from now; the day 14 days ago begins before that.
        if start < self._earliest() or (hourly and start <= self.today - timedelta(days=14)):
            raise ValueError("You haven't enabled historical data beyond the retention period")
        groupings, (metric,) = asked.get("GroupBy", []), asked["Metrics"]
        lines = _filtered(lines, asked)

        sums: dict[tuple[str, str], dict[tuple[str, ...], Decimal]] = {}
        for period in _periods(start, end, asked["Granularity"]):
            sums[period] = defaultdict(Decimal)
        for line in lines:
            if start <= line.day < end:
                keys = tuple(_key(line, grouping) for grouping in groupings)
                for period, share in _shares(line.day, start, end, asked["Granularity"]):
                    part = line.unblended * FACTORS[metric] * share
                    # AWS returns no more digits than these for a part of a day.
                    sums[period][keys] += part if share == 1 else part.quantize(SMALLEST)
        unit = "N/A" if metric in ("UsageQuantity", "NormalizedUsageAmount") else "USD"
        rows = [(period, keys, amount) for period, groups in sums.items() for keys, amount in groups.items() or [(None, 0)]]
        first = int(asked.get("NextPageToken", "0"))
        results: dict[tuple[str, str], dict[str, Any]] = {}
        for period, keys, amount in rows[first : first + ROWS_A_PAGE]:
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
            value = {metric: {"Amount": str(amount), "Unit": unit}}
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


def _key(line: Line, grouping: dict[str, str]) -> str:
    kind, key = grouping["Type"], grouping["Key"]
    if kind == "TAG":
        return f"{key}${line.keys.get('TAG:' + key, '')}"
    if kind == "COST_CATEGORY":
        return f"{key}$"
    return line.keys[key]


@functools.cache
def lines(today: date) -> list[Line]:
    """Returns the bill of the last days, including today."""
    found = []
    for days_ago in range(DAYS, -1, -1):
        day = today - timedelta(days=days_ago)
        weekend = Decimal("0.8") if day.weekday() >= 5 else Decimal(1)
        for service, region, account, usage, instance, team, cost in DAILY:
            found.append(Line(day, _keys(service, region, account, usage, instance, team, "Usage"), Decimal(cost) * weekend))
        if day.day == 1:
            found.append(Line(day, _keys("Tax", "NoRegion", ACCOUNT, "NoUsageType", "NoInstanceType", "", "Tax"), Decimal("61.27")))
            found.append(Line(day, _keys(SUPPORT, "NoRegion", ACCOUNT, "Dollar", "NoInstanceType", "", "Fee"), Decimal("29.125")))
        if day.day == 5:
            found.append(Line(day, _keys(EC2, "us-east-1", ACCOUNT, "Credit", "NoInstanceType", "web", "Credit"), Decimal("-40")))
        if day.day == 12:
            found.append(Line(day, _keys(RDS, "us-east-1", ACCOUNT, "Refund", "NoInstanceType", "data", "Refund"), Decimal("-2.5")))
    return found


def _keys(service: str, region: str, account: str, usage: str, instance: str, team: str, record: str) -> dict[str, str]:
    return {
        "SERVICE": service, "REGION": region, "LINKED_ACCOUNT": account, "USAGE_TYPE": usage, "INSTANCE_TYPE": instance,
        "RECORD_TYPE": record, "TAG:team": team,
    }  # fmt: skip


@contextlib.contextmanager
def running(emulator: Emulator) -> Iterator[Ledger]:
    """Serves a ledger on loopback."""
    ledger = Ledger()

    def answer(asked: Asked) -> tuple[int, dict[str, Any]]:
        return ledger.answer(asked.account, asked.operation, asked.body)

    with loopback.standing_in(emulator, "ce", answer) as ledger.url:
        yield ledger
