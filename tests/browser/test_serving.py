"""How the deployed page reaches a browser, and what the browser holds it to."""

from __future__ import annotations

import re

import pytest
from e2e.test_page import POLICY
from playwright.sync_api import expect

from .visit import Visit


def test_the_page_is_painted_before_anything_is_asked_of_aws(visit: Visit) -> None:
    visit.open()
    expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()
    assert visit.calls() == []
    assert visit.page.title()
    secrets = {"x-api-key", "authorization", "cookie"}
    assert [name for request in visit.requests for name in request.headers if name.lower() in secrets] == []


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_page_works_with_and_without_the_slash_of_its_stage(visit: Visit, slash: str) -> None:
    response = visit.page.goto(visit.deployed.page.rstrip("/") + slash)
    assert response is not None
    assert response.headers["content-security-policy"] == POLICY
    expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()
    loaded = {request.resource_type for request in visit.requests}
    assert {"document", "script", "stylesheet"} <= loaded


def test_a_violation_of_the_policy_is_noticed(visit: Visit) -> None:
    """Shows that the tests can fail: what the page must not do is refused by the browser, and reported."""
    visit.open()
    expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()
    assert visit.unexpected() == []
    with visit.page.expect_console_message(lambda message: "violates img-src" in message.text):
        visit.page.evaluate("""() => {
            const script = document.createElement("script");
            script.textContent = "document.title = 'injected'";
            document.body.append(script);
            const image = document.createElement("img");
            image.src = "https://elsewhere.example/pixel.png";
            document.body.append(image);
        }""")
    assert visit.page.title() != "injected"
    violated = {found[1] for error in visit.errors if (found := re.search(r"violates ([\w-]+):", error))}
    assert violated == {"script-src-elem", "img-src"}
    assert "another origin: https://elsewhere.example/pixel.png" in visit.unexpected()
    visit.expect_errors("error: ", "failed: https://elsewhere", "another origin: https://elsewhere")


def test_the_page_is_shown_in_no_frame(visit: Visit) -> None:
    visit.open()
    visit.expect_errors("error: ", "failed: ")
    visit.page.evaluate("""(url) => {
        const frame = document.createElement("iframe");
        frame.src = url;
        document.body.append(frame);
    }""", visit.deployed.page)
    frame = visit.page.frames[-1]
    assert frame.get_by_role("button", name="Sign in").count() == 0


def test_a_second_visit_transfers_no_asset_again(visit: Visit) -> None:
    visit.open()
    expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()
    visit.page.reload()
    expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()
    transferred = visit.page.evaluate("""() => performance.getEntriesByType("resource")
        .filter((entry) => entry.name.includes("/assets/")).map((entry) => entry.transferSize)""")
    assert transferred
    assert set(transferred) == {0}
