"""Many callers at once: each has a process of the function of its own, as on Lambda, and all share this machine."""

from __future__ import annotations

from dataclasses import dataclass

from .harness import Build, gateway_event
from .questions import ALL_TYPES, TYPES

CALLERS = (1, 10, 30)
#: What each of them asks for, and the account.
ASKED = [
    ("the first six types", {"types": ",".join(TYPES)}, {"resources": 1_000}),
    ("all types", {"types": ",".join(ALL_TYPES)}, {"resources": 1_000, "all-types": "yes"}),
]


@dataclass(frozen=True)
class Load:
    """What so many callers at once got."""

    asked: str
    callers: int
    whole: int
    partial: int
    failed: int
    p50_ms: float
    p99_ms: float
    #: AWS requests for each.
    requests: float
    peak_kib: int


def measure(build: Build) -> list[Load]:
    found = []
    for asked, query, account in ASKED:
        for callers in CALLERS:
            found.append(_of(build, asked, query, account, callers))
            print(f"callers at once: {found[-1]}", flush=True)
    return found


def _of(build: Build, asked: str, query: dict[str, str], account: dict[str, str | int], callers: int) -> Load:
    command = [str(build.function("resources"))]
    starts = build.invoke(command, gateway_event("resources", query), account, callers=callers)
    answers = [(start["measured"]["answers_ms"][0], start["measured"]["answers"][0]) for start in starts]
    times = sorted(ms for ms, _ in answers)
    answered = [answer["meta"] for _, answer in answers if answer["status"] == 200]
    whole = sum(not meta["partial"] for meta in answered)
    p50, p99 = (times[min(int(callers * share), callers - 1)] for share in (0.5, 0.99))
    # All of them share one AWS, which has counted the requests of all.
    requests = sum(starts[0]["asked"].values()) / callers
    peak = max(start["measured"]["peak_kib"] for start in starts)
    return Load(asked, callers, whole, len(answered) - whole, callers - len(answered), p50, p99, requests, peak)
