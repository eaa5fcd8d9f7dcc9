"""`make bench`: asks the release binaries and their peers the same questions over the same simulated AWS, one after the
other on this machine, and writes docs/performance.md.

Each request to the simulated AWS takes 50 ms, and lists come in AWS's page sizes (`src/aws.rs`). The functions run under
Lambda's runtime interface (`src/runtime.rs`); the peers are Python programs of their own.
"""

from __future__ import annotations

import json
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from emulator.ministack import ROOT, aws_environment

from .peers import THREADS

ROUND_TRIP_MS = 50
REGIONS = 17
ANSWERS = 6
#: CloudWatch's published rate, and so the time from one GetMetricData of a region to the next.
METRIC_REQUESTS_A_SECOND = 50



@dataclass(frozen=True)
class Question:
    """What is asked, of which account."""

    name: str
    function: str
    query: dict[str, str]
    #: Options of the simulated AWS.
    account: dict[str, str | int]
    #: The longest chain of calls of which each needs the one before, or waits for its rate, in milliseconds.
    limit_ms: float
    #: What `bench.peers` is asked, and by which ways; some would take longer than anybody waits.
    peer: list[str]
    ways: tuple[str, ...] = ("sequential", "threads")


def _first_region(total: int) -> int:
    """As `src/aws.rs` spreads resources of a type: half in the first region."""
    return total - total // 2 // (REGIONS - 1) * (REGIONS - 1)


def _resources(total: int) -> Question:
    most = _first_region(total // 6)
    pages = max(math.ceil(most / size) for size in (1000, 500, 100, 50))
    tags = math.ceil(most // 2 / 100)
    limit = (1 + max(pages, tags, 1)) * ROUND_TRIP_MS
    return Question(f"/resources, {total:,} resources", "resources", {}, {"resources": total}, limit, ["resources"])


def _metrics(ids: int, metrics: int) -> Question:
    names = ["cpu", "network_in", "network_out", "disk_read_ops", "disk_write_ops", "disk_read_bytes", "disk_write_bytes",
             "ebs_read_bytes", "ebs_write_bytes", "status_check_failed"][:metrics]  # fmt: skip
    query = {
        "resource_type": "ec2", "region": "us-east-1", "hours": "3", "period": "3600", "metrics": ",".join(names),
        "resource_ids": ",".join(f"i-{n:017x}" for n in range(ids)), "statistics": "Average",
    }  # fmt: skip
    requests = math.ceil(ids * metrics / 500)
    limit = ROUND_TRIP_MS + (requests - 1) * 1000 / METRIC_REQUESTS_A_SECOND
    account = {"resources": 0, "metric-requests-a-second": METRIC_REQUESTS_A_SECOND}
    ways = ("sequential", "threads") if ids * metrics <= 500 else ("threads",)
    return Question(f"/metrics, {ids * metrics:,} series", "metrics", query, account, limit, ["metrics", str(ids), str(metrics)], ways)


def _bottlenecks(instances: int, requests: int) -> Question:
    """`requests` are those of GetMetricData in the region that has the most."""
    pages = math.ceil(_first_region(instances) / 1000)
    limit = (1 + pages + 1) * ROUND_TRIP_MS + (requests - 1) * 1000 / METRIC_REQUESTS_A_SECOND
    account = {"resources": instances, "only-instances": "yes", "metric-requests-a-second": METRIC_REQUESTS_A_SECOND}
    ways = ("sequential", "threads") if instances <= 1000 else ("threads",)
    return Question(f"/bottlenecks, {instances:,} instances", "bottlenecks", {"types": "ec2"}, account, limit, ["bottlenecks"], ways)


COSTS = Question(
    "/costs, 90 days by service and region", "costs", {"days": "90", "group_by": "service,region", "compare": "false"},
    {"resources": 0, "bill-lines": 40}, math.ceil(90 * 40 / 600) * ROUND_TRIP_MS, ["costs"], ("sequential",),
)  # fmt: skip

QUESTIONS = [
    _resources(100), _resources(1_000), _resources(10_000), _metrics(1, 1), _metrics(500, 1), _metrics(500, 10),
    _bottlenecks(1_000, 9), _bottlenecks(10_000, 72), COSTS,
]  # fmt: skip


@dataclass
class Measured:
    """One way of asking one question."""

    ms: float
    calls: int
    more: dict[str, Any] = field(default_factory=dict)


def main() -> int:
    _run(["cargo", "build", "--release", "--bins", "--locked"])
    _run(["cargo", "build", "--release", "--locked", "--manifest-path", "tests/bench/Cargo.toml", "--target-dir", "target/bench"])
    rows = []
    for question in QUESTIONS:
        ours = _ours(question)
        peers = {way: _peer(question, way) for way in question.ways}
        rows.append((question, ours, peers))
        told = ", ".join(f"{way} {peer.ms:,.0f} ms" for way, peer in peers.items())
        print(f"{question.name}: {ours.ms:,.0f} ms (limit {question.limit_ms:,.0f}), {told}", flush=True)
    (ROOT / "docs" / "performance.md").write_text(_report(rows))
    return 0


def _binary(name: str) -> Path:
    """cargo names the target in the path, as .cargo/config.toml asks it to."""
    (found,) = (ROOT / "target").glob(f"*-linux-*/release/{name}")
    return found


def _harness() -> Path:
    (found,) = (ROOT / "target" / "bench").glob("*-linux-*/release/bench")
    return found


def _options(account: dict[str, str | int]) -> list[str]:
    return [part for name, value in (account | {"round-trip-ms": ROUND_TRIP_MS}).items() for part in (f"--{name}", str(value))]


def _ours(question: Question) -> Measured:
    event = json.loads((ROOT / "events" / f"{question.function}.json").read_text())
    event["queryStringParameters"] = question.query or None
    event["multiValueQueryStringParameters"] = {name: [value] for name, value in question.query.items()} or None
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(event, file)
        file.flush()
        # Costs are kept after the first answer, so that one alone asks AWS.
        count = 1 if question.function == "costs" else ANSWERS
        command = [_harness(), "invoke", "--function", _binary(question.function), "--event", file.name, "--count", str(count)]
        measured = json.loads(_run([str(part) for part in command] + _options(question.account)))
    answer = measured["measured"]
    if answer["status"] != 200 or answer["answer"]["partial"]:
        raise SystemExit(f"{question.name}: {answer}")
    asked = answer["answers_ms"][1:] or answer["answers_ms"]
    more = {
        "first_ms": answer["answers_ms"][0], "ready_ms": answer["ready_ms"], "peak_mb": answer["peak_kib"] / 1024,
        "usd": answer["answer"]["aws_requests"]["estimated_cost_usd"],
    }  # fmt: skip
    return Measured(statistics.median(asked), answer["answer"]["aws_requests"]["total"], more)


def _peer(question: Question, way: str) -> Measured:
    command = [str(_harness()), "serve", *_options(question.account)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            url = json.loads(server.stdout.readline())["url"]
            environment = aws_environment(url)
            done = _run([sys.executable, "-m", "bench.peers", question.peer[0], way, *question.peer[1:]], environment)
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{url}/_asked", timeout=10) as answer:
                asked = json.load(answer)
        finally:
            server.terminate()
    return Measured(json.loads(done)["ms"], sum(asked.values()))


def _run(command: list[str], environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=ROOT, env=environment or os.environ, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed")
    return done.stdout


def _report(rows: list[tuple[Question, Measured, dict[str, Measured]]]) -> str:
    def times(question: Question, ours: Measured, peers: dict[str, Measured]) -> str:
        def peer(way: str) -> str:
            return f"{peers[way].ms:,.0f} ({peers[way].ms / ours.ms:,.1f} ×)" if way in peers else "–"

        within = ours.ms / question.limit_ms
        return f"| {question.name} | {question.limit_ms:,.0f} | {ours.ms:,.0f} ({within:.2f} ×) | {peer('sequential')} | {peer('threads')} |"

    def calls(question: Question, ours: Measured, peers: dict[str, Measured]) -> str:
        def peer(way: str) -> str:
            return f"{peers[way].calls:,}" if way in peers else "–"

        more = ours.more
        return (
            f"| {question.name} | {ours.calls:,} | ${more['usd']} | {peer('sequential')} | {peer('threads')} "
            f"| {more['ready_ms']:.1f} | {more['first_ms']:,.0f} | {more['peak_mb']:.0f} |"
        )

    lines = [
        "# Performance",
        "",
        f"Written by `make bench` on {date.today()}, on {os.cpu_count()} cores ({platform.machine()}), everything in one run.",
        "",
        "AWS is simulated: every request takes 50 ms, lists come in AWS's page sizes, and GetMetricData is throttled beyond",
        "50 requests a second and region. An account has 17 regions; half of its resources are in the first. The functions",
        "are the release binaries under Lambda's runtime interface, without a gateway in front; the peers are boto3 scripts",
        f"(`tests/bench/peers.py`): the calls one after the other, and over {THREADS} threads. They only list and read; the",
        "functions filter, count, judge and write JSON besides.",
        "",
        "## Time to answer",
        "",
        "In milliseconds. The limit is the longest chain of calls of which each needs the one before it or waits for its",
        f"rate. Ours is the median of {ANSWERS - 1} answers after the first (of `/costs` the first, since it is kept); in",
        "brackets, how many times the limit we take, and how many times ours the peers take.",
        "",
        "| question | limit | ours | boto3, one by one | boto3, threads |",
        "|---|---|---|---|---|",
        *(times(*row) for row in rows),
        "",
        "A dash: the script would take minutes to hours, and nobody would wait.",
        "",
        "## AWS calls, price, start and memory",
        "",
        "Calls of one answer and what AWS bills for ours; the time from the start of the process to its first request for",
        "work, the first answer (connections and clients are made then), in milliseconds; the most memory in MB.",
        "",
        "| question | our calls | price | calls, one by one | calls, threads | ready | first answer | memory |",
        "|---|---|---|---|---|---|---|---|",
        *(calls(*row) for row in rows),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
