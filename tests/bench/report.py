"""Writes the figures into docs/performance.md, between the marks that are there for them; the rest is written by hand."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import date

from emulator.ministack import ROOT

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


def write(answers: Answers, starts: list[Start], tokens: list[Token], counted: dict[str, int], sizes: dict[str, int]) -> None:
    lines = [*_times(answers), *_calls(answers), *_starts(starts, sizes), *_warm(answers, tokens, counted)]
    before, rest = DOCUMENT.read_text().split(BEGIN)
    _, after = rest.split(END)
    DOCUMENT.write_text(f"{before}{BEGIN}\n{os.linesep.join(lines)}\n{END}{after}")


def _table(heads: list[str], rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in [heads, ["---"] * len(heads), *rows]] + [""]


def _times(answers: Answers) -> list[str]:
    rows = []
    for question, found in answers:
        ours = found[OURS]
        others = {WAYS.get(who, who): answer for who, answer in found.items() if who != OURS}
        told = ", ".join(f"{who} {answer.ms:,.0f} ({answer.ms / ours.ms:,.1f} ×)" for who, answer in others.items())
        rows.append([question.name, f"{question.limit_ms:,.0f}", f"{ours.ms:,.0f}", f"{ours.ms / question.limit_ms:.2f} ×", told])
    return [
        f"Measured on {date.today()}, on {os.cpu_count()} cores ({platform.machine()}), everything in one run.",
        "",
        "### Time to answer",
        "",
        "Milliseconds; in brackets, how many times as long as Stratoscope the others take.",
        "",
        *_table(["question", "limit", "Stratoscope", "of the limit", "others"], rows),
    ]


def _calls(answers: Answers) -> list[str]:
    rows = []
    for question, found in answers:
        told = ", ".join(f"{WAYS.get(who, who)} {a.calls:,} (${a.usd:.4f})" for who, a in found.items() if who != OURS)
        ours = found[OURS]
        rows.append([question.name, f"{sum(question.least_calls.values()):,}", f"{ours.calls:,}", f"${ours.usd:.4f}", told])
    return ["### AWS calls and price", "", *_table(["question", "minimum", "Stratoscope", "price", "others"], rows)]


def _starts(starts: list[Start], sizes: dict[str, int]) -> list[str]:
    def size(name: str) -> str:
        return f"{sizes[name] / 1e6:.1f}" if name in sizes else "–"

    rows = [
        [s.name, f"{s.ready_ms:.1f}", f"{s.first_ms:,.0f}", f"{s.cpu_ms:,.0f}", f"{s.peak_kib / 1024:.0f}", size(s.name)]
        for s in starts
    ]
    return [
        "### Cold start",
        "",
        f"Over TLS, with {ROUND_TRIP_MS} ms a request: milliseconds from the start of the process to its first request for work,",
        "from there to its first response, CPU time of both, memory in MB, and the size of the binary in MB.",
        "",
        *_table(["function", "ready", "first response", "CPU", "memory", "binary"], rows),
    ]


def _warm(answers: Answers, tokens: list[Token], counted: dict[str, int]) -> list[str]:
    rows = [[q.name, f"{found[OURS].cpu_ms:.1f}", f"{found[OURS].peak_kib / 1024:.0f}"] for q, found in answers]
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
        *_table(["question", "CPU", "memory"], rows),
        "Instructions of a response about 1,000 resources, counted by callgrind:",
        "",
        *(told or ["- not counted: valgrind is not installed"]),
        "",
        "A token at the authorizer, in microseconds, and the instructions it takes:",
        "",
        *_table(["token", "response", "CPU", "instructions"], kinds),
    ]
