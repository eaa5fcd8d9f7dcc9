"""Now and today, for the demo account and the tests: in UTC, as AWS bills and the functions reckon.

The functions read the same clock of the machine. `make any-day` moves it for all of them at once.
"""

from __future__ import annotations

from datetime import date, datetime, timezone


def now() -> datetime:
    """This moment."""
    return datetime.now(timezone.utc)


def today() -> date:
    """The day that it falls on."""
    return now().date()
