"""A simulated Budgets, which the emulator lacks: two budgets of the demo account, spent as the ledger says.

It rejects what the service's own model rejects, and an account that asks for the budgets of another. The other account
has no budget.
"""

from __future__ import annotations

import calendar
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from . import clock, loopback, model
from .bill import lines
from .loopback import Asked
from .ministack import ACCOUNT, Emulator

SERVICE, OPERATION = "budgets", "DescribeBudgets"

#: AWS returns 100 a page where a request does not say how many, and may return fewer.
BUDGETS_A_PAGE = 1

#: The end of a budget without one.
NO_END = datetime(2087, 6, 15, tzinfo=UTC).timestamp()

#: Name, limit in US dollars a month, and the tag of the team that it is about; None for everything.
MONTHLY = [("everything", "900", None), ("data team", "1000", "data")]


def spent(today: date, team: str | None) -> Decimal:
    """Returns what the current month has cost up to yesterday."""
    first = today.replace(day=1)
    of_month = [line for line in lines(today) if first <= line.day < today and team in (None, line.keys["TAG:team"])]
    return sum((line.unblended for line in of_month), Decimal())


def described(today: date) -> list[dict[str, Any]]:
    """Returns the demo account's budgets."""
    found = []
    for name, limit, team in MONTHLY:
        actual = spent(today, team)
        calculated: dict[str, Any] = {"ActualSpend": _usd(actual)}
        # AWS forecasts nothing without some days of the month.
        if today.day > 1:
            days = calendar.monthrange(today.year, today.month)[1]
            calculated["ForecastedSpend"] = _usd(max(actual, Decimal()) / (today.day - 1) * days)
        found.append(
            {
                "BudgetName": name,
                "BudgetLimit": {"Amount": limit, "Unit": "USD"},
                "TimeUnit": "MONTHLY",
                "TimePeriod": {"Start": datetime(2025, 1, 1, tzinfo=UTC).timestamp(), "End": NO_END},
                "BudgetType": "COST",
                "CalculatedSpend": calculated,
            }
        )
    return found


def _usd(amount: Decimal) -> dict[str, str]:
    # A spend is never negative, by its pattern.
    return {"Amount": f"{max(amount, Decimal()):.3f}", "Unit": "USD"}


@dataclass
class Budgets:
    """A running Budgets."""

    url: str = ""
    #: Every request: account and body.
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    #: While set, every request fails with this error: code and message.
    fault: tuple[str, str] | None = None

    @property
    def today(self) -> date:
        return clock.today()

    def answer(self, account: str, operation: str, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.requests.append((account, asked))
        if self.fault:
            return 400, {"__type": self.fault[0], "Message": self.fault[1]}
        if operation != OPERATION:
            return 400, {"__type": "UnknownOperationException", "Message": operation}
        try:
            model.check(SERVICE, operation, asked)
        except ValueError as error:
            return 400, {"__type": "InvalidParameterException", "Message": str(error)}
        if asked["AccountId"] != account:
            return 400, {"__type": "AccessDeniedException", "Message": "The account is not the caller's"}
        first = int(asked.get("NextToken", "0"))
        found = described(self.today) if account == ACCOUNT else []
        end = first + min(asked.get("MaxResults", BUDGETS_A_PAGE), BUDGETS_A_PAGE)
        more = {"NextToken": str(end)} if end < len(found) else {}
        # Without budgets, AWS leaves out the list.
        return 200, ({"Budgets": found[first:end]} if found else {}) | more


@contextlib.contextmanager
def running(emulator: Emulator) -> Iterator[Budgets]:
    """Serves budgets on loopback."""
    budgets = Budgets()

    def answer(asked: Asked) -> tuple[int, dict[str, Any]]:
        return budgets.answer(asked.account, asked.operation, asked.body)

    with loopback.standing_in(emulator, SERVICE, answer) as budgets.url:
        yield budgets
