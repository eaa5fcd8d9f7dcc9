"""What savings add to `/bottlenecks`: time, and requests to the price list.

The same question is asked with and without savings, in turn, so that both have the same hours of the machine. Cold is the
first response of a process, over TLS, which has to read the price list; warm ones have it.
"""

from __future__ import annotations

import os
import platform
import statistics
from dataclasses import dataclass
from datetime import date
from typing import Any

from . import prices
from .harness import Build, check, gateway_event
from .questions import ALL_TYPES, FULL_AGAIN_MS, METRIC_REQUESTS_A_SECOND, of_regions
from .report import replace, table

BEGIN, END = "<!-- figures of the savings -->", "<!-- end of the figures of savings -->"
#: How many times as long as without savings a response with them may take.
MOST = 1.3
#: How often a process is started, and how many warm responses of one are measured, with savings and without.
STARTS, ANSWERS = 5, 5
#: The types for which there are rules.
JUDGED = [kind for kind in ALL_TYPES if kind not in ("s3", "rds_cluster", "autoscaling_group", "eks_cluster")]
NONE = {"savings": "none"}
GET_PRODUCTS = "pricing:GetProducts"


@dataclass(frozen=True)
class Account:
    """An account, and what is asked about it."""

    name: str
    query: dict[str, str]
    #: Options of the simulated AWS.
    options: dict[str, str | int]
    #: The products whose prices its findings need.
    products: prices.Products
    pause_ms: int = 0

    @property
    def requests(self) -> dict[str, int]:
        """The most requests to the price list, by offer and family."""
        return prices.requests(self.products)


def accounts(total: int) -> list[Account]:
    """Returns accounts with so many resources: instances, and all types."""
    throttled: dict[str, str | int] = {"resources": total, "metric-requests-a-second": METRIC_REQUESTS_A_SECOND, "throttles-prices": "yes"}
    return [
        Account(
            f"{total:,} instances", {"types": "ec2"}, throttled | {"only-instances": "yes"}, prices.of_instances(of_regions(total))
        ),
        Account(
            f"{total:,} of all types", {"types": ",".join(JUDGED)}, throttled | {"all-types": "yes"},
            prices.of_all_types(of_regions(total // len(ALL_TYPES))), FULL_AGAIN_MS,
        ),
    ]  # fmt: skip


@dataclass(frozen=True)
class Row:
    """The times of a response with savings and without, in milliseconds, and what was asked of the price list."""

    account: str
    state: str
    with_savings: float
    without: float
    requests: int
    most_requests: int
    #: How many findings have a figure, and how many have a reason instead.
    known: int
    unknown: int

    @property
    def ratio(self) -> float:
        return self.with_savings / self.without


def measure(build: Build, total: int) -> list[Row]:
    rows = []
    for account in accounts(total):
        rows += [_cold(build, account), _warm(build, account)]
        for row in rows[-2:]:
            print(f"savings of {row.account}, {row.state}: {row.ratio:.2f} × {row.without:,.0f} ms, {row.requests} price requests", flush=True)
    return rows


def _cold(build: Build, account: Account) -> Row:
    starts = [(ask(build, account, tls=True), ask(build, account, NONE, tls=True)) for _ in range(STARTS)]
    times = [[start["measured"]["answers_ms"][0] for start in of] for of in zip(*starts, strict=True)]
    requests = max(sum(start["priced"].values()) for start, _ in starts)
    savings = starts[0][0]["measured"]["answers"][0]["savings"]
    return _row(account, "cold", times, requests, sum(account.requests.values()), savings)


def _warm(build: Build, account: Account) -> Row:
    both = [ask(build, account, more, count=1 + ANSWERS)["measured"] for more in ({}, NONE)]
    answers = both[0]["answers"][1:]
    requests = sum(answer["meta"]["aws_requests"]["by_operation"].get(GET_PRODUCTS, 0) for answer in answers)
    if requests:
        raise SystemExit(f"{account.name}: {requests} requests to the price list, of which everything was read before")
    times = [measured["answers_ms"][1:] for measured in both]
    return _row(account, "warm", times, requests, 0, answers[-1]["savings"])


def _row(account: Account, state: str, times: list[list[float]], requests: int, most: int, savings: dict[str, Any]) -> Row:
    with_savings, without = map(statistics.median, times)
    return Row(account.name, state, with_savings, without, requests, most, savings["findings"], savings["unknown"])


def ask(build: Build, account: Account, more: dict[str, str] | None = None, *, count: int = 1, tls: bool = False) -> dict[str, Any]:
    """Asks about an account with more parameters, in a process of its own."""
    event = gateway_event("bottlenecks", account.query | (more or {}))
    command = [str(build.function("bottlenecks"))]
    (start,) = build.invoke(command, event, account.options, count=count, pause_ms=account.pause_ms, tls=tls)
    check(start["measured"])
    return start


def write(rows: list[Row], profile: str) -> None:
    heads = ["account", "price list", "without savings", "with savings", "ratio", "at most", "price requests", "at most", "figures", "reasons"]
    cells = [
        [
            row.account, row.state, f"{row.without:,.0f}", f"{row.with_savings:,.0f}", f"{row.ratio:.2f} ×", f"{MOST} ×",
            str(row.requests), str(row.most_requests), f"{row.known:,}", f"{row.unknown:,}",
        ]
        for row in rows
    ]  # fmt: skip
    measured = f"Measured on {date.today()}, on {os.cpu_count()} cores ({platform.machine()}), with {profile} binaries."
    replace(BEGIN, END, [measured, "", *table(heads, cells)])
