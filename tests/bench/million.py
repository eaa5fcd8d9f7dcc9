"""`make million`: how far a function gets with an account of a million resources, and what stops it.

`/resources` lists the account anew for each of its pages. What the listing can't reach in 25 s is a gap, so the pages
are those of what was found. The pages after the second are not asked for: their number follows from the first. Where
something is missing, neither is the second.
"""

from __future__ import annotations

import math
import os
import platform
from dataclasses import dataclass
from datetime import date
from typing import Any

from .harness import Build, gateway_event
from .questions import ALL_TYPES, METRIC_REQUESTS_A_SECOND, REGIONS, TYPES
from .report import replace, table

BEGIN, END = "<!-- figures of make million -->", "<!-- end of the figures of a million -->"
#: What a function of template.yaml has: the time until it must have responded, its memory, and what its response may
#: have. The time for AWS ends three seconds before the first.
SECONDS, MEGABYTES, LARGEST = 28, 1024, 6_291_556
MILLION = 1_000_000
#: How many operations are named; more are counted.
NAMED = 4
#: Where a gap is that is about no single region.
NO_REGION = {"*", "global"}

Account = dict[str, str | int]
#: The name of each question, the function, its query, and the account.
ASKED: list[tuple[str, str, dict[str, str], Account]] = [
    ("/resources, the first six types", "resources", {"types": ",".join(TYPES)}, {"resources": 100_000}),
    ("/resources, all types", "resources", {"types": ",".join(ALL_TYPES)}, {"resources": 100_000, "all-types": "yes"}),
    ("/resources, the first six types", "resources", {"types": ",".join(TYPES)}, {"resources": MILLION}),
    ("/resources, all types", "resources", {"types": ",".join(ALL_TYPES)}, {"resources": MILLION, "all-types": "yes"}),
    ("/resources, instances of one region", "resources", {"types": "ec2", "regions": "eu-west-1"},
     {"resources": MILLION, "only-instances": "yes"}),
    ("/resources, instances of all regions", "resources", {"types": "ec2"}, {"resources": MILLION, "only-instances": "yes"}),
    ("/bottlenecks, instances", "bottlenecks", {"types": "ec2"},
     {"resources": 100_000, "only-instances": "yes", "metric-requests-a-second": METRIC_REQUESTS_A_SECOND}),
    ("/bottlenecks, instances", "bottlenecks", {"types": "ec2"},
     {"resources": MILLION, "only-instances": "yes", "metric-requests-a-second": METRIC_REQUESTS_A_SECOND}),
    ("/bottlenecks, instances, with max_cost_usd=1", "bottlenecks", {"types": "ec2", "max_cost_usd": "1"},
     {"resources": MILLION, "only-instances": "yes", "metric-requests-a-second": METRIC_REQUESTS_A_SECOND}),
]  # fmt: skip


@dataclass(frozen=True)
class Page:
    """One page of a response."""

    ms: float
    peak_kib: int
    bytes: int
    answer: dict[str, Any]

    @property
    def items(self) -> int:
        return self.answer["items"]


def main(profile: str) -> int:
    build = Build(profile)
    build.build()
    rows = []
    for name, function, query, account in ASKED:
        rows.append([name, f"{account['resources']:,}", *_row(build, function, query, account)])
        print(" | ".join(rows[-1]), flush=True)
    _write(profile, rows)
    return 0


def _row(build: Build, function: str, query: dict[str, str], account: Account) -> list[str]:
    first = _page(build, function, query, account)
    if first is None:
        return ["–", "–", "–", "–", "–", "the process ended"]
    answer = first.answer
    cursor = answer["next_cursor"]
    if cursor and not answer["meta"]["partial"]:
        # Everything is listed anew for the next page, which takes as long; where something is missing, so would it there.
        second = _page(build, function, query | {"cursor": cursor}, account)
        assert second is not None and second.answer["status"] == 200, second
    if answer["status"] != 200:
        return [f"{first.ms / 1000:.1f} s", f"{first.peak_kib / 1024:,.0f} MB", "–", "–", "–", _error(answer)]
    total = answer["total"]
    pages = math.ceil(total / first.items) if total and first.items else 1
    usd = float(answer["meta"]["aws_requests"]["estimated_cost_usd"])
    found = f"{total:,}" if total is not None else f"{sum((answer['by_rule'] or {}).values()):,} findings"
    return [
        f"{first.ms / 1000:.1f} s", f"{first.peak_kib / 1024:,.0f} MB", found,
        f"{pages:,}" if total is not None else ("1" if cursor is None else "several"), f"${usd:.4f}", _stops(first),
    ]  # fmt: skip


def _page(build: Build, function: str, query: dict[str, str], account: Account) -> Page | None:
    """Asks for a page; `None` if the process ended without a response."""
    try:
        (start,) = build.invoke([str(build.function(function))], gateway_event(function, query), account)
    except SystemExit as ended:
        print(ended, flush=True)
        return None
    measured = start["measured"]
    page = Page(measured["answers_ms"][0], measured["peak_kib"], measured["bytes"], measured["answers"][0])
    assert page.bytes <= LARGEST, f"{page.bytes} bytes are more than Lambda accepts"
    # Whatever is missing is a gap or an error.
    meta = page.answer["meta"]
    assert page.answer["status"] != 200 or not meta["gaps"] or meta["partial"], meta
    return page


def _error(answer: dict[str, Any]) -> str:
    error = answer["error"]
    return f"{answer['status']} `{error['code']}`: {error['message'][:120]}"


def _stops(page: Page) -> str:
    """Says what is missing, and which of Lambda's limits the page exceeds."""
    missing: dict[str, dict[str, set[str]]] = {}
    for gap in page.answer["meta"]["gaps"]:
        missing.setdefault(gap["status"], {}).setdefault(gap["operation"], set()).add(gap["region"])
    told = []
    for status, operations in sorted(missing.items()):
        regions = len(set().union(*operations.values()) - NO_REGION)
        named = ", ".join(sorted(operations)) if len(operations) <= NAMED else f"{len(operations)} operations"
        told.append(f"`{status}`: {named}, in {regions} of {len(REGIONS)} regions")
    if page.ms > SECONDS * 1000:
        told.append(f"more than the function's {SECONDS} s")
    if page.peak_kib > MEGABYTES * 1024:
        told.append(f"more than its {MEGABYTES:,} MB")
    return "; ".join(told) or "nothing is missing"


def _write(profile: str, rows: list[list[str]]) -> None:
    heads = ["question", "resources", "first page after", "memory", "found", "pages", "price of a page", "what stops it"]
    lines = [
        f"Measured on {date.today()}, on {os.cpu_count()} cores ({platform.machine()}), with {profile} binaries.",
        "",
        *table(heads, rows),
    ]
    replace(BEGIN, END, lines)
