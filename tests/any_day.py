"""`make any-day`: runs the end-to-end tests on other dates than today, each time in another order.

A bug that depends on the date (a month that has just begun or is nearly over, the end of a year, a short February)
would otherwise show on that date only. libfaketime moves the clock of everything that a run starts: tests, emulator,
functions. cargo and rustc don't run under it: everything is built beforehand, and `emulator.stack` builds without it.

    python -m any_day [--only] [DATE …]

Without a date, it uses the next 1st, 12th and 23rd, 31 December, 28 February and 1 March. With `--only`, it uses one of
them, a different one each day. The order of the tests derives from the date and is printed.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from datetime import date, datetime, time, timedelta, timezone

from emulator import clock, ministack, stack
from emulator.ministack import ROOT


def usual(today: date) -> list[date]:
    """Returns the most demanding dates, each the next one from tomorrow on."""
    coming = [today + timedelta(days=ahead) for ahead in range(1, 367)]
    of_a_month = [next(day for day in coming if day.day == wanted) for wanted in (1, 12, 23)]
    of_a_year = [next(day for day in coming if (day.month, day.day) == wanted) for wanted in ((12, 31), (2, 28), (3, 1))]
    return of_a_month + of_a_year


def run(day: date) -> int:
    """Runs the end-to-end tests from noon of a day on, far from both midnights; on a 23rd, over midnight."""
    start = time(23, 55) if day.day == 23 else time(12)
    offset = int((datetime.combine(day, start, timezone.utc) - clock.now()).total_seconds())
    # `-m`: for processes with threads. All clocks move, since a sleep fails if only the calendar does.
    faketime = ["faketime", "-m", "-f", f"{offset:+d}s"]
    seed = day.strftime("%Y%m%d")
    shared = ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]
    tests = ["-m", "pytest", "-p", "randomly", f"--randomly-seed={seed}", *shared, "tests/e2e"]
    print(f"any-day: {day}, order {seed}", flush=True)
    return subprocess.run([*faketime, sys.executable, *tests], cwd=ROOT).returncode


def main() -> int:
    parser = argparse.ArgumentParser(prog="make any-day")
    parser.add_argument("days", nargs="*", type=date.fromisoformat, metavar="DATE")
    parser.add_argument("--only", action="store_true", help="run one of the usual dates, a different one each day")
    asked = parser.parse_args()
    if shutil.which("faketime") is None:
        print("any-day needs faketime: apt-get install faketime", file=sys.stderr)
        return 2
    days = asked.days or usual(clock.today())
    if asked.only:
        days = [days[clock.today().toordinal() % len(days)]]
    stack.build(ministack.aws_environment("http://127.0.0.1"))
    failed = [day.isoformat() for day in days if run(day) != 0]
    print(f"any-day: {len(days) - len(failed)} of {len(days)} days passed" + (f"; failed: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
