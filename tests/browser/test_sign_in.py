"""Signing in, right and wrong, and what is kept of the key and the token."""

from __future__ import annotations

import re

import pytest
from e2e import tokens
from playwright.sync_api import expect

from .visit import Visit

WRONG_KEY, WRONG_TOKEN = "k" * 40, "t" * 43


def _stored(visit: Visit) -> list[str]:
    return visit.page.evaluate("() => [sessionStorage, localStorage].map((store) => JSON.stringify(store))")


def test_the_right_key_and_token_open_the_overview_and_are_kept_nowhere(visit: Visit) -> None:
    visit.sign_in()
    expect(visit.main.get_by_role("heading", name="Overview")).to_be_visible()
    assert _stored(visit) == ["{}", "{}"]
    assert visit.deployed.api_key not in visit.page.url
    for request in visit.requests:
        assert visit.deployed.token not in request.url
        assert visit.deployed.api_key not in request.url
    visit.page.reload()
    expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()


def test_on_request_they_outlive_a_reload_but_not_the_tab(visit: Visit) -> None:
    visit.open("#/resources")
    visit.page.get_by_label("Keep until this tab closes").check()
    visit.fill_in(visit.deployed.api_key, visit.deployed.token)
    expect(visit.main.get_by_role("table", name="Resources")).to_be_visible()
    session, local = _stored(visit)
    assert visit.deployed.token in session
    assert local == "{}"
    visit.page.reload()
    expect(visit.main.get_by_role("table", name="Resources")).to_be_visible()
    other = visit.context.new_page()
    other.goto(visit.deployed.page)
    expect(other.get_by_role("button", name="Sign in")).to_be_visible()


@pytest.mark.parametrize(
    ("key", "token", "field", "says"),
    [
        (WRONG_KEY, None, "API key", "This API key is not valid here"),
        (None, WRONG_TOKEN, "Token", "This token is wrong or has expired"),
        (None, "short", "Token", "This token is wrong or has expired"),
        (None, tokens.token("guest"), "Token", "This token is wrong or has expired"),
    ],
    ids=["wrong key", "wrong token", "not a token", "expired token"],
)
def test_a_wrong_one_is_named(visit: Visit, key: str | None, token: str | None, field: str, says: str) -> None:
    visit.expect_errors(r"40[13]: /accounts")
    visit.open()
    visit.fill_in(key or visit.deployed.api_key, token or visit.deployed.token)
    wrong = visit.page.get_by_label(field, exact=True)
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_have_accessible_description(re.compile(says))
    expect(visit.page.get_by_role("alert")).to_contain_text(says)
    (other,) = {"API key", "Token"} - {field}
    expect(visit.page.get_by_label(other, exact=True)).to_have_attribute("aria-invalid", "false")


def test_signing_out_leaves_nothing_of_the_account_behind(visit: Visit) -> None:
    visit.sign_in("#/resources")
    expect(visit.main.get_by_role("table", name="Resources")).to_contain_text("web-1")
    visit.page.get_by_role("button", name="Sign out").click()
    expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()
    assert "web-1" not in visit.page.content()
    assert visit.page.get_by_label("Token", exact=True).input_value() == ""
    assert _stored(visit) == ["{}", "{}"]
