"""Writes the figures into docs/performance.md, between the marks that are there for them; the rest is written by hand."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import date

from emulator.ministack import ROOT

from .callers import Load
from .peers import THREADS
from .questions import ROUND_TRIP_MS, Question

DOCUMENT = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- figures of make bench -->", "<!-- end of the figures -->"

#: What AWS bills for a request in US dollars, by service and operation; the others are free. GetMetricData is billed by
#: its content, and nobody but us sends it.
PRICES = {
    "s3:ListBuckets": 0.005 / 1000,
    "s3:OfBucket": 0.0004 / 1000,
    "monitoring:GetMetricStatistics": 0.01 / 1000,
    "ce:GetCostAndUsage": 0.01,
}
#: How much later than a bare function one may be ready, in milliseconds, and how large its binary may be, in MB.
LATER_THAN_BARE_MS, LARGEST_BINARY_MB = 5, 20
OURS = "stratoscope"
WAYS = {"sequential": "boto3, one by one", "threads": f"boto3, {THREADS} threads"}


@dataclass(frozen=True)
class Answer:
    """One way of answering a question."""

    ms: float
    calls: int
    usd: float
    cpu_ms: float = 0.0
    peak_kib: int = 0


@dataclass(frozen=True)
class Start:
    """A cold start."""

    name: str
    ready_ms: float
    first_ms: float
    cpu_ms: float
    peak_kib: float


@dataclass(frozen=True)
class Token:
    """What a token costs."""

    kind: str
    ms: float
    cpu_ms: float
    instructions: int | None


Answers = list[tuple[Question, dict[str, Answer]]]


def price(asked: dict[str, int]) -> float:
    """What AWS bills for requests."""
    return sum(PRICES.get(operation, 0.0) * count for operation, count in asked.items())


def write(
    answers: Answers, starts: list[Start], tokens: list[Token], counted: dict[str, int], sizes: dict[str, int], loads: list[Load]
) -> None:
    lines = [*_times(answers), *_calls(answers), *_steps(answers), *_starts(starts, sizes), *_warm(answers, tokens, counted)]
    lines += _callers(loads)
    replace(BEGIN, END, lines)


def replace(begin: str, end: str, lines: list[str]) -> None:
    """Replaces what the document has between two marks."""
    before, rest = DOCUMENT.read_text().split(begin)
    _, after = rest.split(end)
    DOCUMENT.write_text(f"{before}{begin}\n{os.linesep.join(lines)}\n{end}{after}")


def table(heads: list[str], rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in [heads, ["---"] * len(heads), *rows]] + [""]


def _times(answers: Answers) -> list[str]:
    rows = []
    for question, found in answers:
        ours = found[OURS]
        others = {WAYS.get(who, who): answer for who, answer in found.items() if who != OURS}
        told = ", ".join(f"{who} {answer.ms:,.0f} ({answer.ms / ours.ms:,.1f} ×)" for who, answer in others.items())
        goal = f"{question.goal.of_limit} ×" + (f", {question.goal.ms:,.0f} ms" if question.goal.ms else "")
        of_limit = f"{ours.ms / question.limit_ms:.2f} ×"
        rows.append([question.name, f"{question.limit_ms:,.0f}", f"{ours.ms:,.0f}", of_limit, goal, told])
    return [
        f"Measured on {date.today()}, on {os.cpu_count()} cores ({platform.machine()}), everything in one run.",
        "",
        "### Time to answer",
        "",
        "Milliseconds; in brackets, how many times as long as Stratoscope the others take.",
        "",
        *table(["question", "limit", "Stratoscope", "of the limit", "at most", "others"], rows),
    ]


def _calls(answers: Answers) -> list[str]:
    rows = []
    for question, found in answers:
        told = ", ".join(f"{WAYS.get(who, who)} {a.calls:,} (${a.usd:.4f})" for who, a in found.items() if who != OURS)
        ours = found[OURS]
        rows.append([question.name, f"{sum(question.least_calls.values()):,}", f"{ours.calls:,}", f"${ours.usd:.4f}", told])
    return ["### AWS calls and price", "", *table(["question", "minimum", "Stratoscope", "price", "others"], rows)]


def _steps(answers: Answers) -> list[str]:
    rows = []
    for question, found in answers:
        if question.at_once is None or question.findings is None:
            continue
        ours, (calls, usd) = found[OURS], question.at_once
        most = f"${question.goal.usd:.2f}" if question.goal.usd else "–"
        told = ", ".join(f"`{rule}` {count:,}" for rule, count in question.findings.items())
        rows.append([question.name, f"{ours.calls:,}", f"{calls:,}", f"${ours.usd:.4f}", most, f"${usd:.4f}", told or "none"])
    return [
        "### In two steps, and everything at once",
        "",
        "What the same rules would ask without the coarse series is computed from what each of them needs. The findings are",
        "checked: they are those that the simulated account has.",
        "",
        *table(["question", "AWS calls", "calls at once", "price", "at most", "price at once", "findings"], rows),
    ]


def _callers(loads: list[Load]) -> list[str]:
    rows = [
        [
            load.asked, str(load.callers), str(load.whole), str(load.partial), str(load.failed), f"{load.p50_ms / 1000:.1f} s",
            f"{load.p99_ms / 1000:.1f} s", f"{load.requests:,.0f}", f"{load.peak_kib / 1024:.0f}",
        ]
        for load in loads
    ]  # fmt: skip
    return [
        "### Many callers at once",
        "",
        "`/resources` about 1,000 resources, for so many callers at the same moment: each has a process of its own, as on",
        "Lambda, and its first response is measured. All processes and the simulated AWS share this machine. AWS requests are",
        "those for each caller; memory is that of the largest process in MB.",
        "",
        *table(["types", "callers", "whole", "partial", "failed", "p50", "p99", "AWS requests", "memory"], rows),
    ]


def _starts(starts: list[Start], sizes: dict[str, int]) -> list[str]:
    def size(name: str) -> str:
        return f"{sizes[name] / 1e6:.1f}" if name in sizes else "–"

    (bare,) = [s.ready_ms for s in starts if s.name == "bare"]

    def most(name: str, limit: str) -> str:
        return limit if name in sizes else "–"

    rows = [
        [
            s.name, f"{s.ready_ms:.1f}", most(s.name, f"{bare + LATER_THAN_BARE_MS:.1f}"), f"{s.first_ms:,.0f}", f"{s.cpu_ms:,.0f}",
            f"{s.peak_kib / 1024:.0f}", size(s.name), most(s.name, str(LARGEST_BINARY_MB)),
        ]
        for s in starts
    ]  # fmt: skip
    return [
        "### Cold start",
        "",
        f"Over TLS, with {ROUND_TRIP_MS} ms a request: milliseconds from the start of the process to its first request for work,",
        "from there to its first response, CPU time of both, memory in MB, and the size of the binary in MB. A function may be",
        f"ready {LATER_THAN_BARE_MS} ms later than the bare one.",
        "",
        *table(["function", "ready", "at most", "first response", "CPU", "memory", "binary", "at most"], rows),
    ]


def _warm(answers: Answers, tokens: list[Token], counted: dict[str, int]) -> list[str]:
    rows = [
        [q.name, f"{found[OURS].cpu_ms:.1f}", f"{found[OURS].peak_kib / 1024:.0f}", f"{q.goal.megabytes:.0f}"] for q, found in answers
    ]
    kinds = [
        [t.kind, f"{t.ms * 1000:,.0f}", f"{t.cpu_ms * 1000:,.0f}", f"{t.instructions:,}" if t.instructions else "–"]
        for t in tokens
    ]
    told = [f"- /{name}: {number / 1e6:,.0f} million" for name, number in counted.items()]
    return [
        "### Cost of a response in a warm function",
        "",
        "CPU milliseconds of a response (for `/costs`, of start and response together), and the peak memory of the process in MB.",
        "",
        *table(["question", "CPU", "memory", "at most"], rows),
        "Instructions of a response about 1,000 resources, counted by callgrind:",
        "",
        *(told or ["- not counted: valgrind is not installed"]),
        "",
        "A token at the authorizer, in microseconds, and the instructions it takes:",
        "",
        *table(["token", "response", "CPU", "instructions"], kinds),
    ]
