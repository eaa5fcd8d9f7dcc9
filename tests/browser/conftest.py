"""Chromium, and a visit of the deployed page in it. The stack is that of the end-to-end tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from e2e.conftest import bill, deployed, emulator, endpoint, explorer, issuer  # noqa: F401 (fixtures)
from emulator.stack import Stack
from playwright.sync_api import Browser, ViewportSize, expect, sync_playwright

from .visit import Visit

#: How long a test waits for what should appear. A whole inventory takes a second or two on two cores.
PATIENCE_MS = 30_000

DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}

#: Pictures are taken by `make screenshots` alone, and `make page-bench` alone measures.
collect_ignore = [
    *([] if "SCREENSHOTS" in os.environ else ["test_screenshots.py"]),
    *([] if "PAGE_BENCH" in os.environ else ["test_speed.py"]),
]

Visiting = Callable[..., Visit]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        reason = "no chromium on the PATH for the tests of the page (Debian's package chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    expect.set_options(timeout=PATIENCE_MS)
    # The shared memory of a container may be too small. Chromium has no sandbox for root, who runs CI.
    options = ["--no-proxy-server", "--disable-dev-shm-usage"]
    arguments = [*options, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def visiting(browser: Browser, deployed: Stack) -> Iterator[Visiting]:  # noqa: F811
    """Opens tabs, each in a browser context of its own; at the end, none of them may have unexpected errors."""
    visits: list[Visit] = []

    def visit(theme: str = "light", viewport: ViewportSize = DESKTOP) -> Visit:
        context = browser.new_context(
            viewport=viewport, color_scheme=theme, locale="en-GB", timezone_id="UTC", reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE_MS)
        visits.append(Visit(context, context.new_page(), deployed))
        return visits[-1]

    yield visit
    try:
        assert [error for visit in visits for error in visit.unexpected()] == []
    finally:
        for opened in visits:
            opened.context.close()


@pytest.fixture
def visit(visiting: Visiting) -> Visit:
    """One tab."""
    return visiting()
