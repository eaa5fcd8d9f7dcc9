"""The stack under test: the real template and binaries, deployed once to an emulator that this run starts."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from emulator import demo_account, demo_metrics, ledger, ministack, stack
from emulator import explorer as explorers
from emulator.explorer import SERVICE as RESOURCE_EXPLORER
from emulator.explorer import Explorer
from emulator.ledger import Ledger
from emulator.ministack import OTHER_ACCOUNT, Emulator
from emulator.stack import Stack

from . import bad_day, description, iam, tokens
from . import issuer as issuers
from .bad_day import Endpoint
from .issuer import Issuer

#: An account that is configured but has no reader role.
ACCOUNT_WITHOUT_ROLE = "555555555555"


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
def explorer(emulator: Emulator) -> Iterator[Explorer]:
    with explorers.running(emulator) as running:
        yield running


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    with issuers.running() as running:
        yield running


@pytest.fixture(scope="session")
def deployed(emulator: Emulator, bill: Ledger, explorer: Explorer, issuer: Issuer) -> Stack:
    others = f"{OTHER_ACCOUNT},{ACCOUNT_WITHOUT_ROLE}"
    oidc = {"OidcIssuer": issuer.url, "OidcAudience": issuers.AUDIENCE}
    deployed = stack.deploy(emulator, bill, explorer, OtherAccounts=others, **oidc)
    # Before the first call, since the authorizer caches the secret.
    tokens.add_principals(emulator)
    return deployed


@pytest.fixture(scope="module")
def endpoint(deployed: Stack, emulator: Emulator, bill: Ledger, explorer: Explorer) -> Iterator[Endpoint]:
    """Puts the fault-injecting proxy between the functions and AWS for the duration of a test module."""
    functions = ("ResourcesFunction", "MetricsFunction", "CostsFunction", "BottlenecksFunction")
    beside = {"ce": bill.url, RESOURCE_EXPLORER: explorer.url}
    with bad_day.running(emulator.endpoint, beside) as endpoint, contextlib.ExitStack() as started:
        for function in functions:
            started.enter_context(iam.started_anew(emulator, function, **endpoint.variables()))
        yield endpoint


@dataclass
class Exchanged:
    """What the whole run sent and received."""

    headers: set[str] = field(default_factory=set)
    answers: list[bytes] = field(default_factory=list)


@pytest.fixture(scope="session", autouse=True)
def exchanged() -> Iterator[Exchanged]:
    """Checks every response by the description. Collects every header sent to the API and every response body, which the
    last tests inspect."""
    kept, get = Exchanged(), Stack.get

    def keeping(self: Stack, path: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
        kept.headers.update((self.headers() if headers is None else headers).values())
        answer = get(self, path, headers)
        kept.answers.append(answer[2])
        description.check(path, *answer)
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stack, "get", keeping)
        yield kept


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Runs the tests that add to the demo account after those that count it, and those that inspect all logs last."""
    items.sort(key=lambda item: (item.path.name == "test_logs.py", item.get_closest_marker("adds_resources") is not None))
