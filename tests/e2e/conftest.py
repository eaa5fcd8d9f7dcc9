"""The stack under test: the real template and binaries, deployed once into an emulator of this run's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from emulator import demo_account, demo_metrics, ledger, ministack, stack
from emulator.ledger import Ledger
from emulator.ministack import Emulator
from emulator.stack import Stack

from . import issuer as issuers
from . import tokens
from .issuer import Issuer


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    port = ministack.free_port()
    stack.build(ministack.aws_environment(f"http://127.0.0.1:{port}"))
    with ministack.running(port) as running:
        for contents in (demo_account.HOME, demo_account.OTHER):
            demo_account.fill(running, contents)
            demo_metrics.fill(running, contents)
        yield running


@pytest.fixture(scope="session")
def bill(emulator: Emulator) -> Iterator[Ledger]:
    with ledger.running(emulator) as running:
        yield running


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    with issuers.running() as running:
        yield running


@pytest.fixture(scope="session")
def deployed(emulator: Emulator, bill: Ledger, issuer: Issuer) -> Stack:
    deployed = stack.deploy(emulator, bill, OidcIssuer=issuer.url, OidcAudience=issuers.AUDIENCE)
    # Before the first call: the authorizer keeps what it read.
    tokens.add_principals(emulator)
    return deployed
