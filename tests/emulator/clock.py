"""The current time and date for the demo account and the tests, in UTC, which AWS bills by and the functions use.

The functions read the same system clock. `make any-day` moves it for all of them at once.
"""

from __future__ import annotations

from datetime import date, datetime, timezone


def now() -> datetime:
    """Returns the current time."""
    return datetime.now(timezone.utc)


def today() -> date:
    """Returns the current date."""
    return now().date()
