"""The services that the emulator lacks: a small stand-in for each, beside it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from . import budgets, explorer, hub, ledger, pricing, quotas
from .budgets import Budgets
from .explorer import Explorer
from .hub import Hub
from .ledger import Ledger
from .ministack import Emulator
from .pricing import PriceList
from .quotas import ServiceQuotas


@dataclass(frozen=True)
class Beside:
    """The running stand-ins."""

    bill: Ledger
    limits: ServiceQuotas
    explorer: Explorer
    prices: PriceList
    hub: Hub
    budgets: Budgets


@contextlib.contextmanager
def running(emulator: Emulator) -> Iterator[Beside]:
    """Runs all of them until the end of the block."""
    with (
        ledger.running(emulator) as bill,
        quotas.running(emulator) as limits,
        explorer.running(emulator) as known,
        pricing.running(emulator) as prices,
        hub.running(emulator) as advice,
        budgets.running(emulator) as planned,
    ):
        yield Beside(bill, limits, known, prices, advice, planned)
