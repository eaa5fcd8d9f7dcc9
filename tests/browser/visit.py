"""One visit of the page: what a test does in it, and everything that went wrong meanwhile.

A visit fails if the page sends a request to another origin, violates its content security policy, writes an error to the
console or throws one, or if a request fails. A test that provokes an error says so beforehand.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from emulator.stack import Stack
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Response, Route, expect

#: Reports a violation of the policy where errors are collected. Added by the browser, to which the policy doesn't apply.
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`violates ${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});
"""

VIEWS = ("Overview", "Resources", "Findings", "Costs", "Metrics")

#: Routes that are the same for everyone.
PUBLIC = re.compile(r"(/|/openapi\.json|/assets/[^/]+|)$")


@dataclass
class Visit:
    """A tab with the page, and its reports."""

    context: BrowserContext
    page: Page
    deployed: Stack
    #: Everything that the page requested.
    requests: list[Request] = field(default_factory=list)
    #: Everything that went wrong.
    errors: list[str] = field(default_factory=list)
    _expected: list[re.Pattern[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.add_init_script(REPORT_VIOLATIONS)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.errors.append(f"thrown: {error}"))
        self.page.on("request", lambda request: self.requests.append(request))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    # ------------------------------------------------------------------------------------------------ What went wrong
    def _heard(self, message: ConsoleMessage) -> None:
        # Each response that is an error is also a line of the console, which has no more to say than `_answered`.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.errors.append(f"{message.type}: {message.text}")

    def _failed(self, request: Request) -> None:
        # A page that leaves a view cancels what it has requested for it.
        if request.failure != "net::ERR_ABORTED":
            self.errors.append(f"failed: {self._path(request.url)}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.errors.append(f"{response.status}: {self._path(response.url)}")

    def expect_errors(self, *patterns: str) -> None:
        """Allows errors from now on that match one of the patterns, such as `403: /resources`."""
        self._expected += [re.compile(pattern) for pattern in patterns]

    def unexpected(self) -> list[str]:
        """Returns what went wrong, without what the test expects."""
        urls = [request.url for request in self.requests if not request.url.startswith(("data:", "blob:"))]
        found = self.errors + [f"another origin: {url}" for url in urls if not self._is_own(url)]
        return [error for error in found if not any(known.match(error) for known in self._expected)]

    def _is_own(self, url: str) -> bool:
        return urlsplit(url)[:2] == urlsplit(self.deployed.page)[:2]

    def _path(self, url: str) -> str:
        """The path below the stage, with the query."""
        return url.removeprefix(self.deployed.page.rstrip("/"))

    # ------------------------------------------------------------------------------------------- What the page requested
    def calls(self) -> list[str]:
        """Returns the path and query of each request that needs a key and a token."""
        paths = [self._path(request.url) for request in self.requests if self._is_own(request.url)]
        return [path for path in paths if not PUBLIC.match(path)]

    def answer_with(self, route: str, answer: Callable[[Route], None]) -> None:
        """Answers requests for a route in place of the API; `route` is a path such as `/resources`."""
        base = re.escape(self.deployed.page.rstrip("/"))
        self.page.route(re.compile(rf"{base}(/accounts/\d+)?{route}(\?.*)?$"), answer)

    # ----------------------------------------------------------------------------------------------------- What one does
    def open(self, fragment: str = "") -> None:
        self.page.goto(self.deployed.page + fragment)

    def sign_in(self, fragment: str = "", key: str | None = None, token: str | None = None) -> None:
        """Opens the page, signs in with the deployment's own key and token or others, and waits for the view."""
        self.open(fragment)
        self.fill_in(self.deployed.api_key if key is None else key, self.deployed.token if token is None else token)
        expect(self.page.get_by_role("navigation")).to_be_visible()

    def fill_in(self, key: str, token: str) -> None:
        self.page.get_by_label("API key", exact=True).fill(key)
        self.page.get_by_label("Token", exact=True).fill(token)
        self.page.get_by_role("button", name="Sign in").click()

    def go_to(self, view: str) -> Locator:
        """Opens a view by its link, and returns its main part."""
        assert view in VIEWS
        self.page.get_by_role("navigation").get_by_role("link", name=view).click()
        expect(self.main.get_by_role("heading", name=view, level=1)).to_be_visible()
        return self.main

    def settle(self) -> None:
        """Waits until nothing holds the place of what is still to come, and no table grows."""
        expect(self.main.get_by_role("heading", level=1)).to_be_visible()
        expect(self.page.locator(".bone")).to_have_count(0)
        expect(self.page.locator("[aria-busy=true]")).to_have_count(0)

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")
