"""The results of checks, and how they are printed: one line per result, or JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass

OK, FAILED, NOT_CHECKED = "ok", "FAILED", "not checked"


@dataclass(frozen=True)
class Result:
    """One line of the report; the runner sets the name of the check."""

    check: str
    subject: str
    status: str
    detail: str


#: What a check yields.
Results = Iterator[Result]


def ok(detail: str, subject: str = "") -> Result:
    return Result("", subject, OK, detail)


def warning(detail: str, subject: str = "") -> Result:
    """Passed, but with something that the owner should know."""
    return Result("", subject, OK, f"warning: {detail}")


def failed(detail: str, subject: str = "") -> Result:
    return Result("", subject, FAILED, detail)


def not_checked(reason: str, subject: str = "") -> Result:
    return Result("", subject, NOT_CHECKED, reason)


def judged(wrong: list[str], right: str, subject: str = "") -> Result:
    """Returns FAILED with everything that is wrong, or ok with what is right."""
    return failed("; ".join(wrong), subject) if wrong else ok(right, subject)


def counted(number: int, thing: str) -> str:
    """Returns `1 secret`, `2 secrets`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def line(result: Result) -> str:
    name = f"{result.check}, {result.subject}" if result.subject else result.check
    return f"{result.status:<11}  {name}: {result.detail}"


def summary(results: list[Result]) -> str:
    counts = Counter(result.status for result in results)
    return ", ".join(f"{counts[status]} {status}" for status in (OK, FAILED, NOT_CHECKED))


def as_json(stack: str, region: str, account: str, results: list[Result]) -> str:
    counts = Counter(result.status for result in results)
    summed = {"ok": counts[OK], "failed": counts[FAILED], "not_checked": counts[NOT_CHECKED]}
    found = [asdict(result) for result in results]
    return json.dumps({"stack": stack, "region": region, "account": account, "summary": summed, "results": found}, indent=2)
