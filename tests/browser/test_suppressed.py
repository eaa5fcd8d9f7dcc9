"""Findings that somebody accepts: where the page shows them, what does not count, and how one accepts a finding."""

from __future__ import annotations

import csv
import json
import re
from datetime import date
from urllib.parse import urlsplit

import pytest
from emulator import clock, demo_exceptions
from emulator.ministack import STACK
from playwright.sync_api import Locator, expect

from . import described
from .conftest import PHONE, Visiting
from .described import Json
from .test_accessibility import THEMES, faults
from .test_layout import CUT
from .visit import Visit

TAB = re.compile("^Suppressed")

#: What a test makes up beside the demo account's: an entry of the list that is wrong.
PROBLEM = {
    "by": "list", "parameter": f"/{STACK}/exceptions/team", "entry": 3, "resource": None,
    "problem": "`ebs_unatached` is not a rule; allowed: `all`, or the name of a rule",
}  # fmt: skip


def _answer(visit: Visit, query: str = "") -> Json:
    return described.answer(visit.deployed, f"/bottlenecks{query}")


def _row(view: Locator, name: str) -> Locator:
    return view.locator("li.suppressed").filter(has=view.page.get_by_role("link", name=name, exact=True))


def _open_finding(visit: Visit, rule: str, name: str) -> Locator:
    """Opens a finding and what accepts it, and returns the dialog."""
    (finding,) = [f for f in _answer(visit)["data"]["findings"] if (f["rule"], f["resource"]["name"]) == (rule, name)]
    resource = finding["resource"]
    identity = f"{rule}/{resource['resource_type']}/{resource['region']}/{resource['id']}"
    visit.sign_in(f"#/findings?_open={identity}")
    visit.main.get_by_role("button", name="Accept until…").click()
    dialog = visit.page.get_by_role("dialog", name="Accept this finding until a day")
    expect(dialog).to_be_visible()
    return dialog


def _with(visit: Visit, change: object) -> None:
    """Answers as the API does, changed."""
    body = _answer(visit)
    change(body["data"])  # type: ignore[operator]
    visit.answer_with("/bottlenecks", lambda route: route.fulfill(content_type="application/json", body=json.dumps(body)))


def test_the_demo_account_has_an_exception_of_each_kind(visit: Visit) -> None:
    data = _answer(visit)["data"]
    suppressed = {(one["resource"]["name"], one["by"], one["parameter"]) for one in data["suppressed"]["findings"]}
    assert suppressed == {
        (demo_exceptions.SUPPRESSED, "tag", None),
        (demo_exceptions.LOG_GROUPS[0][1], "list", demo_exceptions.PARAMETER),
    }
    assert [one["resource"]["name"] for one in data["exceptions"]["ended"]] == [demo_exceptions.ENDED]
    assert [one["resource"]["name"] for one in data["exceptions"]["problems"]] == [demo_exceptions.INVALID]


def test_suppressed_findings_have_a_tab_of_their_own(visit: Visit) -> None:
    data = _answer(visit)["data"]
    visit.sign_in("#/findings")
    view = visit.main
    lines = view.locator('.finding-head[aria-expanded="false"]')
    expect(lines).to_have_count(data["summary"]["findings"])
    expect(view.get_by_role("button", name=re.compile(f"^All findings {data['summary']['findings']}$"))).to_be_visible()
    tab = view.get_by_role("button", name=TAB)
    expect(tab).to_have_text(f"Suppressed {data['suppressed']['count']}")
    tab.click()
    expect(tab).to_have_attribute("aria-pressed", "true")
    by_tag = _row(view, demo_exceptions.SUPPRESSED)
    reason, days = demo_exceptions.TAGS[demo_exceptions.SUPPRESSED]
    for said in (reason, "by tag", f"{days} days left", "eu-west-1"):
        expect(by_tag).to_contain_text(said)
    by_list = _row(view, demo_exceptions.LOG_GROUPS[0][1])
    for said in (demo_exceptions.ENTRY["reason"], f"by list: {demo_exceptions.PARAMETER}", "200 days left"):
        expect(by_list).to_contain_text(said)
    assert "_tab=suppressed" in urlsplit(visit.page.url).fragment
    visit.page.go_back()
    expect(lines).to_have_count(data["summary"]["findings"])
    visit.page.go_forward()
    expect(by_tag).to_be_visible()
    # One call for all of it.
    (call,) = [call for call in visit.calls() if call.startswith("/bottlenecks")]
    assert "suppressed" not in call


def test_they_can_be_searched_grouped_and_sorted(visit: Visit) -> None:
    visit.sign_in("#/findings?_tab=suppressed")
    view = visit.main
    names = view.locator(".group:not(.not-counting):not(.how-to) li.suppressed a")
    view.get_by_role("button", name="By end", exact=True).click()
    # The list's entry ends in 200 days, the tag's in 300.
    expect(names).to_have_text([demo_exceptions.LOG_GROUPS[0][1], demo_exceptions.SUPPRESSED])
    assert "_by=end" in urlsplit(visit.page.url).fragment
    view.get_by_role("button", name="By resource", exact=True).click()
    expect(view.get_by_role("heading", name=re.compile(demo_exceptions.SUPPRESSED))).to_be_visible()
    view.get_by_role("searchbox").fill("auditors")
    expect(view.get_by_role("button", name=TAB)).to_have_text("Suppressed 1")
    expect(view.get_by_role("heading", name=demo_exceptions.LOG_GROUPS[0][1])).to_have_count(0)
    view.get_by_role("searchbox").fill("nothing has this")
    expect(view.get_by_text("The search hides all 2")).to_be_visible()


def test_the_csv_and_the_command_are_those_of_the_tab(visit: Visit) -> None:
    data = _answer(visit)["data"]["suppressed"]
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.sign_in("#/findings?_tab=suppressed")
    expect(_row(visit.main, demo_exceptions.SUPPRESSED)).to_be_visible()
    with visit.page.expect_download() as download:
        visit.main.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename == "suppressed.csv"
    with download.value.path().open(newline="") as file:
        rows = list(csv.DictReader(file))
    columns = ("rule", "severity", "suppressed", "suppressed_reason", "suppressed_until")
    expected = [(one["rule"], one["severity"], one["by"], one["reason"], one["until"]) for one in data["findings"]]
    assert [tuple(row[name] for name in columns) for row in rows] == expected
    assert [row["id"] for row in rows] == [one["resource"]["id"] for one in data["findings"]]
    visit.main.get_by_role("button", name="curl").click()
    expect(visit.main.get_by_role("button", name="Copied")).to_be_visible()
    assert "/bottlenecks?suppressed=show" in visit.page.evaluate("() => navigator.clipboard.readText()")


def test_what_was_observed_is_shown_on_request(visit: Visit) -> None:
    shown = {one["rule"]: one["finding"] for one in _answer(visit, "?suppressed=show")["data"]["suppressed"]["findings"]}
    visit.sign_in("#/findings?_tab=suppressed")
    row = _row(visit.main, demo_exceptions.SUPPRESSED)
    recommendation = shown["ebs_unattached"]["recommendation"]
    expect(row).to_be_visible()
    expect(row).not_to_contain_text(recommendation)
    visit.main.get_by_role("button", name="Show what was observed").click()
    expect(row).to_contain_text(recommendation)
    expect(visit.main.get_by_role("button", name="Show what was observed")).to_be_hidden()
    assert "suppressed=show" in urlsplit(visit.page.url).fragment


def test_exceptions_that_do_not_count_are_noticed(visit: Visit) -> None:
    def change(data: Json) -> None:
        data["exceptions"]["problems"].insert(0, PROBLEM)
        data["exceptions"]["problem_count"] += 1

    _with(visit, change)
    visit.sign_in("#/findings")
    view = visit.main
    line = "2 exceptions do not count; 1 finding is back: the exception has ended."
    expect(view.get_by_text(line)).to_be_visible()
    view.get_by_role("button", name="See which").click()
    listed = view.locator(".not-counting")
    expect(listed.get_by_role("listitem")).to_have_count(3)
    expect(listed).to_contain_text(f"{PROBLEM['parameter']}entry 3")
    expect(listed).to_contain_text("ebs_unatached is not a rule; allowed: all, or the name of a rule")
    expect(_row(view, demo_exceptions.INVALID)).to_contain_text("the tag stratoscope:ignore-until is missing or empty")
    ended = _row(view, demo_exceptions.ENDED)
    expect(ended).to_contain_text(demo_exceptions.TAGS[demo_exceptions.ENDED][0])
    expect(ended).to_contain_text("ended on")
    # Its finding is back, and says why.
    ended.get_by_role("link").last.click()
    expect(view).to_contain_text(f"the exception ended on {demo_exceptions.until(-10)}")


def _three_months_ahead() -> str:
    today = clock.today()
    year, month = divmod(today.year * 12 + today.month - 1 + 3, 12)
    for day in range(today.day, 27, -1):
        try:
            return date(year, month + 1, day).isoformat()
        except ValueError:
            continue
    return date(year, month + 1, today.day).isoformat()


def test_a_finding_offers_the_tags_that_accept_it(visit: Visit) -> None:
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dialog = _open_finding(visit, "ebs_unattached", "old-data")
    until = _three_months_ahead()
    expect(dialog.get_by_label("Until")).to_have_value(until)
    command = dialog.get_by_role("figure")
    expect(command).to_contain_text("Write a reason to copy it")
    dialog.get_by_label("Reason").fill("it's kept")
    command.get_by_role("button", name="Copy").click()
    expect(command.get_by_role("button", name="Copied")).to_be_visible()
    copied = visit.page.evaluate("() => navigator.clipboard.readText()")
    assert copied.startswith("aws resourcegroupstaggingapi tag-resources --region us-east-1 ")
    tags = json.loads(copied.split("--tags '")[1].removesuffix("'").replace("'\\''", "'"))
    assert tags == {
        "stratoscope:ignore": "ebs_unattached", "stratoscope:ignore-reason": "it's kept", "stratoscope:ignore-until": until,
    }  # fmt: skip
    expect(dialog).to_contain_text("A tag never suppresses a critical finding.")
    dialog.get_by_label("Until").fill("2020-01-01")
    expect(command).to_contain_text("Choose an end of at most 365 days ahead")
    visit.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    # Esc closes the dialog alone, and the focus is where it was.
    expect(visit.main.get_by_role("button", name="Accept until…")).to_be_focused()


def test_a_critical_finding_offers_the_operators_list_alone(visit: Visit) -> None:
    critical = _answer(visit)["data"]["findings"][0]
    assert critical["severity"] == "critical"
    dialog = _open_finding(visit, critical["rule"], critical["resource"]["name"])
    expect(dialog).to_contain_text("A tag never suppresses a critical finding, so only the operator can accept it.")
    expect(dialog.get_by_role("button", name="Tags of the resource")).to_be_hidden()
    dialog.get_by_label("Reason").fill("is known")
    (entry,) = json.loads(dialog.locator("pre").inner_text())["exceptions"]
    assert entry == {
        "resource": critical["resource"]["arn"], "rule": critical["rule"], "reason": "is known", "until": _three_months_ahead(),
    }  # fmt: skip


def test_where_tags_are_ignored_the_page_says_so(visit: Visit) -> None:
    _with(visit, lambda data: data["exceptions"].update(by_tag=False))
    dialog = _open_finding(visit, "ebs_unattached", "old-data")
    expect(dialog).to_contain_text("This deployment ignores tags, so only the operator can accept it.")
    visit.page.keyboard.press("Escape")
    visit.main.get_by_role("button", name=TAB).click()
    expect(visit.main.get_by_text("This deployment ignores tags: only the operator can list exceptions.")).to_be_visible()


def test_a_deployment_that_knows_no_exceptions_has_none_of_it(visit: Visit) -> None:
    def change(data: Json) -> None:
        del data["suppressed"], data["exceptions"]

    _with(visit, change)
    visit.sign_in()
    expect(visit.main.get_by_role("link", name=re.compile("^Findings")).first).not_to_contain_text("suppressed")
    visit.go_to("Findings")
    visit.settle()
    expect(visit.main.get_by_role("button", name=re.compile("^Not judged"))).to_be_visible()
    expect(visit.main.get_by_role("button", name=TAB)).to_have_count(0)
    visit.main.locator('.finding-head[aria-expanded="false"]').first.click()
    expect(visit.main.get_by_role("link", name="Open the resource")).to_be_visible()
    expect(visit.main.get_by_role("button", name="Accept until…")).to_have_count(0)
    visit.page.goto(f"{visit.deployed.page}#/findings?_tab=suppressed")
    expect(visit.main.get_by_text("This deployment does not know exceptions")).to_be_visible()


def test_the_overview_says_how_many_are_suppressed(visit: Visit) -> None:
    visit.sign_in()
    expect(visit.main.get_by_role("link", name=re.compile("^Findings")).first).to_contain_text("2 suppressed")


def test_without_suppressed_findings_the_overview_does_not_mention_them(visit: Visit) -> None:
    _with(visit, lambda data: data.update(suppressed={"count": 0, "by_rule": {}, "findings": []}))
    visit.sign_in()
    visit.settle()
    expect(visit.main.get_by_role("link", name=re.compile("^Findings")).first).not_to_contain_text("suppressed")
    visit.page.goto(f"{visit.deployed.page}#/findings?_tab=suppressed")
    expect(visit.main.get_by_text("No finding is suppressed")).to_be_visible()


@pytest.mark.parametrize("width", [390, 768, 1024, 1280])
@pytest.mark.parametrize("theme", THEMES)
def test_nothing_is_cut_or_at_fault(visiting: Visiting, theme: str, width: int) -> None:
    visit: Visit = visiting(theme, PHONE | {"width": width})
    visit.sign_in("#/findings?_tab=suppressed&suppressed=show")
    visit.settle()
    expect(_row(visit.main, demo_exceptions.SUPPRESSED)).to_be_visible()
    assert visit.page.evaluate("() => document.documentElement.scrollWidth") == width
    assert visit.page.evaluate(CUT) == []
    assert faults(visit.page) == []
    visit.page.goto(f"{visit.deployed.page}#/findings")
    visit.main.locator('.finding-head[aria-expanded="false"]').last.click()
    visit.main.get_by_role("button", name="Accept until…").click()
    dialog = visit.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert dialog.evaluate("(one) => one.scrollWidth <= one.clientWidth")
    assert faults(visit.page) == []


def test_on_a_phone_the_tools_have_words_and_the_account_its_number(visiting: Visiting) -> None:
    visit: Visit = visiting(viewport=PHONE)
    visit.sign_in("#/findings?_tab=suppressed")
    visit.settle()
    for word in ("CSV", "curl", "Link"):
        expect(visit.main.locator(".toolbar").get_by_text(word, exact=True)).to_be_visible()
    switch = visit.page.get_by_role("banner").get_by_role("button", name=re.compile(visit.deployed.account))
    expect(switch.get_by_text(visit.deployed.account, exact=True)).to_be_visible()
    switch.click()
    accounts = visit.page.get_by_role("dialog", name="Account")
    for account in (visit.deployed.account, visit.deployed.other_account):
        expect(accounts.get_by_text(account, exact=True)).to_be_visible()
    assert visit.page.evaluate(CUT) == []
