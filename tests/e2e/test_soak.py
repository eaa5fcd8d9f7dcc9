"""Concurrent mixed calls while AWS has one fault after another: seconds in `make e2e`, minutes in `make soak`.

Whatever happens, every response is complete, names its gaps, or is an error that names them; and no function's memory
keeps growing.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emulator.ministack import ACCOUNT, OTHER_ACCOUNT, ROOT, Emulator
from emulator.stack import Stack

from . import bad_day, clients
from .bad_day import Endpoint

SECONDS = float(os.environ.get("SOAK_SECONDS", "20"))
CALLERS = 6
SEED = 20261121

#: How much a function's memory may grow between the middle and the end, as an allocator's pages come and go.
GROWTH, SLACK_KIB = 1.10, 4096

WHERE = "regions=us-east-1,eu-west-1,eu-central-1"
PATHS = [
    f"/resources?{WHERE}",
    f"/resources?{WHERE}&types=ec2,rds&tags=env:prod",
    "/resources?types=s3,lambda",
    "/metrics?resource_type=rds&resource_ids=orders,orders-test&region=us-east-1",
    "/metrics?resource_type=rds&resource_ids=shop&region=eu-west-1&hours=3&statistics=Average,p99",
    f"/bottlenecks?{WHERE}",
    f"/bottlenecks?{WHERE}&types=rds,eip&hours=6",
    "/costs?days=7",
    "/costs?days=14&group_by=service,region",
]
BAD = ["/resources?types=vm", "/metrics?region=mars", "/costs?start=2026-02-30&end=2026-03-01", "/bottlenecks?cpu_high=0"]

FAULTS = [
    lambda: bad_day.late(0.3),
    lambda: bad_day.error(503, "RequestLimitExceeded"),
    lambda: bad_day.error(400, "ThrottlingException"),
    lambda: bad_day.error(500, "InternalError"),
    lambda: bad_day.error(403, "AccessDenied"),
    lambda: bad_day.error(403, "ExpiredToken"),
    lambda: bad_day.reset,
    lambda: bad_day.hang,
    lambda: bad_day.half,
    lambda: bad_day.short,
    lambda: bad_day.body(b""),
    lambda: bad_day.body(b"<html>"),
    lambda: bad_day.first(3, bad_day.reset),
    lambda: bad_day.bucket(5, 5, 503, "RequestLimitExceeded"),
]
SERVICES = [
    "autoscaling", "ce", "cost-optimization-hub", "dynamodb", "ec2", "ecs", "eks", "elasticache", "elasticfilesystem", "elasticloadbalancing", "es", "lambda",
    "logs", "monitoring", "rds", "redshift", "s3", "ssm", "sts", "tagging",
]  # fmt: skip
REGIONS = ["us-east-1", "eu-west-1", "eu-central-1"]


@dataclass
class Seen:
    """The results of all calls."""

    statuses: Counter[int] = field(default_factory=Counter)
    gaps: Counter[str] = field(default_factory=Counter)
    partial: int = 0
    slowest: float = 0.0
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def test_every_response_is_complete_or_reports_what_is_missing(deployed: Stack, emulator: Emulator, endpoint: Endpoint) -> None:
    seen = Seen()
    memory: list[dict[int, int]] = []
    with clients.with_quota(emulator, deployed, 1_000_000) as headers, ThreadPoolExecutor(CALLERS + 2) as pool:
        list(pool.map(lambda n: _warm_up(deployed, headers, n), range(CALLERS)))
        ends = time.monotonic() + SECONDS
        callers = [pool.submit(_call, deployed, headers, random.Random(SEED + n), ends, seen) for n in range(CALLERS)]
        weather = pool.submit(_weather, endpoint, random.Random(SEED), ends)
        watcher = pool.submit(_watch, endpoint.url, ends, memory)
        for done in [*callers, weather, watcher]:
            done.result()
    report = {
        "seconds": SECONDS, "calls": sum(seen.statuses.values()), "statuses": dict(seen.statuses), "partial": seen.partial,
        "gaps": dict(seen.gaps), "slowest_seconds": round(seen.slowest, 2), "memory_kib": _growth(memory),
    }  # fmt: skip
    (ROOT / "target" / "soak.json").write_text(json.dumps(report, indent=2))
    print(json.dumps(report, indent=2))
    assert seen.wrong == []
    assert seen.statuses[200] > 0 and seen.statuses[400] > 0 and seen.partial > 0
    assert set(seen.statuses) <= {200, 400, 502}
    for before, after in _growth(memory).values():
        assert after <= before * GROWTH + SLACK_KIB


def _warm_up(deployed: Stack, headers: dict[str, str], n: int) -> None:
    """Asks everything once of both accounts, so that what grows afterwards is not what a function keeps of its first calls."""
    paths = [prefix + path for path in PATHS for prefix in ("", f"/accounts/{OTHER_ACCOUNT}")]
    # Each caller begins elsewhere, so that every function runs as often as it is called at once.
    begin = n * len(paths) // CALLERS
    for path in paths[begin:] + paths[:begin]:
        assert deployed.get(path, headers=headers)[0] == 200, path


def _call(deployed: Stack, headers: dict[str, str], chance: random.Random, ends: float, seen: Seen) -> None:
    while time.monotonic() < ends:
        bad = chance.random() < 0.1
        account = chance.choice([ACCOUNT, ACCOUNT, OTHER_ACCOUNT])
        prefix = "" if account == ACCOUNT else f"/accounts/{account}"
        path = prefix + chance.choice(BAD if bad else PATHS)
        started = time.monotonic()
        status, _, body = deployed.get(path, headers=headers)
        took = time.monotonic() - started
        with seen.lock:
            seen.statuses[status] += 1
            seen.slowest = max(seen.slowest, took)
            try:
                wrong = _wrong(status, json.loads(body), bad, account, seen)
            except (KeyError, TypeError, ValueError) as error:
                wrong = repr(error)
            if wrong:
                seen.wrong.append(f"{path}: {status}: {wrong}: {body[:300]!r}")


def _wrong(status: int, answer: dict[str, Any], bad: bool, account: str, seen: Seen) -> str | None:
    """Returns what is wrong with a response, if anything."""
    if bad:
        return None if (status, answer["error"]["code"]) == (400, "InvalidParameter") else "not rejected"
    if status == 502:
        seen.gaps.update(gap["status"] for gap in answer["error"]["gaps"])
        told = answer["error"]["code"] in ("NothingCollected", "AccountUnreachable") and answer["error"]["gaps"]
        return None if told else "an error without its gaps"
    if status != 200:
        return "an unexpected status"
    meta = answer["meta"]
    seen.gaps.update(gap["status"] for gap in meta["gaps"])
    seen.partial += meta["partial"]
    series = [s["status"] for by_metric in meta.get("series", {}).values() for s in by_metric.values()]
    incomplete = bool(meta["gaps"]) or any(status != "complete" for status in series)
    if meta["partial"] != incomplete and "findings" not in answer["data"]:
        return "`partial` does not match the gaps"
    if meta["account"] not in (account, None):
        return "another account's response"
    return None


def _weather(endpoint: Endpoint, chance: random.Random, ends: float) -> None:
    """Sets up to three faults at once, for a few seconds each time."""
    while time.monotonic() < ends:
        with contextlib.ExitStack() as faults:
            for _ in range(chance.randint(0, 3)):
                where = {"service": chance.choice(SERVICES)}
                if chance.random() < 0.5 and where["service"] not in ("s3", "ce", "sts"):
                    where["region"] = chance.choice(REGIONS)
                faults.enter_context(endpoint.with_fault(chance.choice(FAULTS)(), **where))
            time.sleep(min(chance.uniform(0.5, 3.0), max(0.0, ends - time.monotonic())))


def _watch(url: str, ends: float, memory: list[dict[int, int]]) -> None:
    """Records the memory of each function's process in KiB, about fifty times."""
    while time.monotonic() < ends:
        memory.append({pid: kib for pid in _functions(url) if (kib := _resident(pid))})
        time.sleep(min(SECONDS / 50, max(0.0, ends - time.monotonic())))


def _functions(url: str) -> list[int]:
    """Returns the process ids of the deployed functions that reach AWS by this URL."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            variables = environ.read_bytes()
            if b"AWS_LAMBDA_FUNCTION_NAME=stratoscope-" in variables and url.encode() in variables:
                found.append(int(environ.parent.name))
    return found


def _resident(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0


def _growth(memory: list[dict[int, int]]) -> dict[int, tuple[int, int]]:
    """Returns the peak memory of each process in the middle third and in the last third."""
    third = len(memory) // 3
    middle, last = memory[third : 2 * third], memory[2 * third :]
    pids = set.intersection(*(set(sample) for sample in memory[third:])) if middle else set()
    return {pid: tuple(max(sample[pid] for sample in part) for part in (middle, last)) for pid in sorted(pids)}
