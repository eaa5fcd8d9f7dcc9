"""`make bench`: sends the same requests to the release binaries and their peers over the same simulated AWS, one after
the other on this machine, and writes the figures to docs/performance.md. `make million` is `--million` (`million.py`);
`--savings` measures savings alone (`savings.py`). With `--debug`, either takes the binaries of the tests.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

from e2e import issuer

from . import callers, million, report, savings, tools
from .harness import OPAQUE, PRINCIPALS, Build, authorizer_event, check, gateway_event, has_callgrind, instructions
from .questions import QUESTIONS, TYPES, Question
from .report import Answer, Start, Token

ANSWERS = 6
STARTS = 20
#: Cold starts of Python take seconds.
STARTS_OF_PYTHON = 5
TOKENS = 300
FUNCTIONS = ["resources", "metrics", "costs", "bottlenecks", "authorizer"]
#: The smallest request that each function accepts.
SMALL = {
    "resources": {"types": ",".join(TYPES)},
    "bottlenecks": {"types": ",".join(kind for kind in TYPES if kind != "s3")},
    "metrics": {"resource_type": "ec2", "region": "us-east-1", "resource_ids": f"i-{1:017x}", "hours": "3", "metrics": "cpu"},
    "costs": {"days": "7", "compare": "false"},
}
#: The number of resources with which instructions are counted: profiled code takes fifty times as long, and a larger
#: response would reach its time limits.
PROFILED = 1_000


def main(arguments: list[str]) -> int:
    profile = "debug" if "--debug" in arguments else "release"
    if "--million" in arguments:
        return million.main(profile)
    if "--savings" in arguments:
        return _savings(profile)
    build = Build("release")
    build.build()
    answers = []
    for question in QUESTIONS:
        answers.append((question, _answers(build, question)))
        told = ", ".join(f"{who} {answer.ms:,.0f} ms" for who, answer in answers[-1][1].items())
        print(f"{question.name}: {told} (limit {question.limit_ms:,.0f})", flush=True)
    starts, tokens = _starts(build), _tokens(build)
    counted = _instructions(build)
    loads = callers.measure(build)
    sizes = {name: build.function(name).stat().st_size for name in FUNCTIONS}
    of_savings = savings.measure(build, 10_000)
    report.write(answers, starts, tokens, counted, sizes, loads)
    savings.write(of_savings, build.profile)
    return 0


def _savings(profile: str) -> int:
    build = Build(profile)
    build.build()
    # Without optimisation, a larger response would reach its time limits.
    savings.write(savings.measure(build, 10_000 if profile == "release" else PROFILED), profile)
    return 0


def _answers(build: Build, question: Question) -> dict[str, Answer]:
    """Measures the function and all its peers for a question; the function comes first."""
    # Costs are cached after the first response, so only that one calls AWS.
    count = 1 if question.function == "costs" else ANSWERS
    event = gateway_event(question.function, question.query)
    (start,) = build.invoke([str(build.function(question.function))], event, question.account, count=count, pause_ms=question.pause_ms)
    measured = start["measured"]
    check(measured)
    if question.findings is not None and measured["answers"][-1]["by_rule"] != question.findings:
        raise SystemExit(f"{question.name}: found {measured['answers'][-1]['by_rule']}, and not {question.findings}")
    requests = measured["answers"][-1]["meta"]["aws_requests"]
    warm, cpu = measured["answers_ms"][1:] or measured["answers_ms"], measured["cpu_ms"]
    cpu_ms = (cpu[-1] - cpu[0]) / (count - 1) if count > 1 else cpu[0]
    # The account's identity is requested once per process.
    calls = requests["total"] - requests["by_operation"].get("sts:GetCallerIdentity", 0)
    found = {"stratoscope": Answer(statistics.median(warm), calls, float(requests["estimated_cost_usd"]), cpu_ms, measured["peak_kib"])}
    for way in question.ways:
        command = [sys.executable, "-m", "bench.peers", question.script[0], way, *question.script[1:]]
        _, asked, printed = build.client(command, question.account, {"PYTHONPATH": str(Path(__file__).parents[1])})
        found[way] = Answer(json.loads(printed)["ms"], sum(asked.values()), report.price(asked))
    for name in question.tools:
        with tempfile.TemporaryDirectory() as folder:
            command = tools.COMMANDS[name](tools.programs(name), question, Path(folder))
            took, asked, _ = build.client(command, question.account, tools.environment(Path(folder)))
        found[name] = Answer(took, sum(asked.values()), report.price(asked))
    return found


def _starts(build: Build) -> list[Start]:
    """Measures cold starts, with TLS as on AWS: of the functions, of a bare handler, and of two in Python."""
    python = tools.programs("python-runtime") / "python"
    here = str(Path(__file__).parent)
    runs = [(name, [str(build.function(name))], gateway_event(name, SMALL.get(name, {}))) for name in FUNCTIONS[:-1]]
    runs += [("authorizer", [str(build.function("authorizer"))], authorizer_event(OPAQUE))]
    runs += [("bare", [str(build.of_harness("bare"))], gateway_event("resources", {}))]
    runs += [("python resources", [str(python), "-m", "awslambdaric", "handler.resources"], gateway_event("resources", {}))]
    runs += [("python authorizer", [str(python), "-m", "awslambdaric", "handler.authorizer"], authorizer_event(OPAQUE))]
    found = []
    for name, command, event in runs:
        environment = {"TOKENS_SECRET": "tokens", "PYTHONPATH": here}
        account = {"resources": 100, "secret": json.dumps(PRINCIPALS)}
        count = STARTS_OF_PYTHON if command[0] == str(python) else STARTS
        starts = build.invoke(command, event, account, starts=count, environment=environment, tls=True)
        measured = [start["measured"] for start in starts]
        for of_start in measured:
            check(of_start)
        ready, first, cpu = (
            statistics.median(values)
            for values in ([m["ready_ms"] for m in measured], [m["answers_ms"][0] for m in measured], [m["cpu_ms"][0] for m in measured])
        )
        found.append(Start(name, ready, first, cpu, statistics.median(m["peak_kib"] for m in measured)))
        print(f"start of {name}: ready after {ready:.1f} ms, first response {first:.0f} ms later", flush=True)
    return found


def _tokens(build: Build) -> list[Token]:
    """Measures what a token costs a warm authorizer: time over the runtime interface, and instructions."""
    found = []
    with issuer.running() as oidc:
        environment = {"TOKENS_SECRET": "tokens", "OIDC_ISSUER": oidc.url, "OIDC_AUDIENCE": issuer.AUDIENCE}
        account = {"round-trip-ms": 0, "secret": json.dumps(PRINCIPALS)}
        claims = oidc.claims(exp=oidc.claims()["iat"] + 86_400)
        tokens = {"opaque": OPAQUE, **{name: oidc.token(claims, name) for name in ("RS256", "ES256", "EdDSA")}}
        for name, token in tokens.items():
            (start,) = build.invoke([str(build.function("authorizer"))], authorizer_event(token), account, count=TOKENS, environment=environment)
            measured = start["measured"]
            check(measured)
            cpu = (measured["cpu_ms"][-1] - measured["cpu_ms"][0]) / (TOKENS - 1)
            counted = instructions(build, "authorizer", authorizer_event(token), account, environment, warm=50) if has_callgrind() else None
            found.append(Token(name, statistics.median(measured["answers_ms"][1:]), cpu, counted.warm if counted else None))
            print(f"token {name}: {found[-1]}", flush=True)
    return found


def _instructions(build: Build) -> dict[str, int]:
    """Counts the instructions of a warm response of each function that lists resources."""
    if not has_callgrind():
        return {}
    counted = {}
    for name, query, more in [("resources", SMALL["resources"], {}), ("bottlenecks", {"types": "ec2"}, {"only-instances": "yes"})]:
        counted[name] = instructions(build, name, gateway_event(name, query), {"resources": PROFILED} | more).warm
        print(f"instructions of {name}: {counted[name]:,}", flush=True)
    return counted


if __name__ == "__main__":
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.exit(main(sys.argv[1:]))
