"""The stack under test: the real template and binaries, deployed once to an emulator that this run starts."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from emulator import beside as stand_ins
from emulator import demo_account, demo_metrics, ministack, stack
from emulator.beside import Beside
from emulator.explorer import SERVICE as RESOURCE_EXPLORER
from emulator.explorer import Explorer
from emulator.hub import SERVICE as COST_OPTIMIZATION_HUB
from emulator.hub import Hub
from emulator.ledger import Ledger
from emulator.ministack import OTHER_ACCOUNT, Emulator
from emulator.pricing import PriceList
from emulator.quotas import ServiceQuotas
from emulator.stack import Stack

from . import bad_day, description, iam, logs, tokens
from . import issuer as issuers
from .bad_day import Endpoint
from .issuer import Issuer
from .logs import Exchanged

#: An account that is configured but has no reader role.
ACCOUNT_WITHOUT_ROLE = "555555555555"


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    port = ministack.free_port()
    _build_once(ministack.aws_environment(f"http://127.0.0.1:{port}"))
    with ministack.running(port) as running:
        for contents in (demo_account.HOME, demo_account.OTHER):
            demo_account.fill(running, contents)
            demo_metrics.fill(running, contents)
        yield running


def _build_once(environment: dict[str, str]) -> None:
    """Builds the functions, for all processes of a run: `sam build` replaces what another one may be deploying."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is None:
        stack.build(environment)
        return
    ministack.WORK.mkdir(parents=True, exist_ok=True)
    with (ministack.WORK / "built-for").open("a+") as built_for:
        fcntl.flock(built_for, fcntl.LOCK_EX)
        built_for.seek(0)
        if built_for.read() != run:
            stack.build(environment)
            built_for.truncate(0)
            built_for.write(run)


@pytest.fixture(scope="session")
def beside(emulator: Emulator) -> Iterator[Beside]:
    with stand_ins.running(emulator) as running:
        yield running


@pytest.fixture(scope="session")
def bill(beside: Beside) -> Ledger:
    return beside.bill


@pytest.fixture(scope="session")
def limits(beside: Beside) -> ServiceQuotas:
    return beside.limits


@pytest.fixture(scope="session")
def explorer(beside: Beside) -> Explorer:
    return beside.explorer


@pytest.fixture(scope="session")
def prices(beside: Beside) -> PriceList:
    return beside.prices


@pytest.fixture(scope="session")
def hub(beside: Beside) -> Hub:
    return beside.hub


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    with issuers.running() as running:
        yield running


@pytest.fixture(scope="session")
def deployed(emulator: Emulator, beside: Beside, issuer: Issuer) -> Stack:
    others = f"{OTHER_ACCOUNT},{ACCOUNT_WITHOUT_ROLE}"
    oidc = {"OidcIssuer": issuer.url, "OidcAudience": issuers.AUDIENCE}
    deployed = stack.deploy(emulator, beside, OtherAccounts=others, **oidc)
    # Before the first call, since the authorizer caches the secret.
    tokens.add_principals(emulator)
    return deployed


@pytest.fixture(scope="module")
def endpoint(deployed: Stack, emulator: Emulator, beside: Beside) -> Iterator[Endpoint]:
    """Puts the fault-injecting proxy between the functions and AWS for the duration of a test module."""
    functions = ("ResourcesFunction", "MetricsFunction", "CostsFunction", "BottlenecksFunction")
    elsewhere = {
        "ce": beside.bill.url, "servicequotas": beside.limits.url, RESOURCE_EXPLORER: beside.explorer.url,
        "pricing": beside.prices.url, COST_OPTIMIZATION_HUB: beside.hub.url, "budgets": beside.budgets.url,
    }  # fmt: skip
    with bad_day.running(emulator.endpoint, elsewhere) as endpoint, contextlib.ExitStack() as started:
        for function in functions:
            started.enter_context(iam.started_anew(emulator, function, **endpoint.variables()))
        yield endpoint


@pytest.fixture(scope="session", autouse=True)
def exchanged() -> Iterator[Exchanged]:
    """Checks every response by the description. Collects every header sent to the API and every response body."""
    kept, get = Exchanged(), Stack.get

    def keeping(self: Stack, path: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
        kept.headers.update((self.headers() if headers is None else headers).values())
        answer = get(self, path, headers)
        lists_roles = "types=other" in path or "types=all" in path
        (kept.of_roles if lists_roles else kept.answers).append(answer[2])
        description.check(path, *answer)
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stack, "get", keeping)
        yield kept


@pytest.fixture(scope="session", autouse=True)
def inspected(emulator: Emulator, deployed: Stack, exchanged: Exchanged) -> Iterator[None]:
    """Inspects the logs and the responses of the whole run, whatever was run, at its end."""
    yield
    logs.no_log_and_no_response_has_a_secret(emulator, deployed, exchanged)
    logs.every_line_is_one_json_object(emulator)


@contextlib.contextmanager
def _locked(file: Path, how: int) -> Iterator[None]:
    with file.open("a") as opened:
        fcntl.flock(opened, how)
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Runs a test marked `alone`, with what it sets up, while no other process of this run has a test under way."""
    ministack.WORK.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as room:
        # Each test holds the room, and a test marked `alone` the whole of it. While one waits for it to be empty, it keeps
        # the door, so that no other test enters meanwhile.
        with _locked(ministack.WORK / "door", fcntl.LOCK_EX):
            alone = item.get_closest_marker("alone") is not None
            room.enter_context(_locked(ministack.WORK / "room", fcntl.LOCK_EX if alone else fcntl.LOCK_SH))
        return (yield)


#: The files that take longest. They run first: processes share the files, and one of them would have nothing left to do
#: while the other is in the middle of a long one.
LONGEST = ["test_schemathesis.py", "test_bad_day.py", "test_verify.py", "test_second_aws.py"]

#: The files whose tests add to the demo account what they can't remove.
ADDED = ["test_added.py", "test_added_prices.py"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Runs the longest files first and the tests that add to the demo account after those that count it, and lets no test
    be lost.
    """
    places = {name: place for place, name in enumerate(LONGEST)} | dict.fromkeys(ADDED, len(LONGEST) + 1)
    items.sort(key=lambda item: places.get(item.path.name, len(LONGEST)))
    for item in items:
        if item.name not in item.nodeid:
            # schemathesis names its tests only after pytest has made their ids, which are alike then.
            item._id = item.parent.id.child(item.name)
    # Processes that share the tests run only one of several with the same id.
    assert len({item.nodeid for item in items}) == len(items)
