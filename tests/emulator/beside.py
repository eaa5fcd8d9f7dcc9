"""The services that the emulator lacks: a small stand-in for each, beside it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from . import explorer, ledger, quotas
from .explorer import Explorer
from .ledger import Ledger
from .ministack import Emulator
from .quotas import ServiceQuotas


@dataclass(frozen=True)
class Beside:
    """The running stand-ins."""

    bill: Ledger
    limits: ServiceQuotas
    explorer: Explorer


@contextlib.contextmanager
def running(emulator: Emulator) -> Iterator[Beside]:
    """Runs all of them until the end of the block."""
    with (
        ledger.running(emulator) as bill,
        quotas.running(emulator) as limits,
        explorer.running(emulator) as known,
    ):
        yield Beside(bill, limits, known)
