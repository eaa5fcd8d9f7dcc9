"""Each view in both themes has no fault that axe can find, and everything can be reached by keyboard."""

from __future__ import annotations

import re

import pytest
from emulator.ministack import ROOT
from playwright.sync_api import Page, expect

from .conftest import DESKTOP, PHONE, Visiting
from .visit import VIEWS, Visit

AXE = ROOT / "functions" / "page" / "web" / "node_modules" / "axe-core" / "axe.min.js"

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

THEMES = ("light", "dark")


def faults(page: Page) -> list[str]:
    """Returns each fault that axe finds, with the elements. The browser runs it, to which the page's policy doesn't apply."""
    page.evaluate(AXE.read_text() + "; undefined")
    found = page.evaluate("(tags) => axe.run({runOnly: {type: 'tag', values: tags}})", TAGS)
    return [
        f"{fault['id']}: {fault['help']}: {node['html'][:200]}: {node.get('failureSummary', '')}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("theme", THEMES)
def test_signing_in_has_no_fault(visiting: Visiting, theme: str) -> None:
    visit: Visit = visiting(theme)
    visit.open()
    expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()
    assert faults(visit.page) == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("theme", THEMES)
def test_no_view_has_a_fault(visiting: Visiting, theme: str, size: dict[str, int]) -> None:
    visit: Visit = visiting(theme, size)
    visit.sign_in()
    found = {}
    for view in VIEWS:
        visit.go_to(view)
        visit.settle()
        found[view] = faults(visit.page)
    assert found == {view: [] for view in VIEWS}


@pytest.mark.parametrize("theme", THEMES)
def test_the_details_of_a_resource_have_no_fault(visiting: Visiting, theme: str) -> None:
    visit: Visit = visiting(theme)
    visit.sign_in("#/resources?types=ec2")
    visit.main.get_by_role("button", name="Open batch", exact=True).click()
    expect(visit.page.get_by_role("complementary")).to_be_visible()
    visit.settle()
    assert faults(visit.page) == []


def test_a_fault_is_found(visit: Visit) -> None:
    """Shows that axe sees the page."""
    visit.open()
    expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()
    visit.page.evaluate("() => document.querySelector('label').remove()")
    assert [fault for fault in faults(visit.page) if fault.startswith("label: ")]


def test_the_keyboard_is_enough(visit: Visit) -> None:
    visit.sign_in()
    visit.settle()
    visit.page.keyboard.press("g")
    visit.page.keyboard.press("r")
    table = visit.main.get_by_role("table", name="Resources")
    expect(table).to_be_visible()
    visit.page.keyboard.press("/")
    search = visit.main.get_by_role("searchbox", name=re.compile("^Search"))
    expect(search).to_be_focused()
    visit.page.keyboard.type("batch")
    expect(table).to_have_attribute("aria-rowcount", re.compile("^[2-5]$"))
    # Leaves the field, goes to the first row, and opens it.
    visit.page.keyboard.press("Enter")
    visit.page.keyboard.press("j")
    expect(visit.main.get_by_role("button", name="Open batch", exact=True)).to_be_focused()
    visit.page.keyboard.press("Enter")
    expect(visit.page.get_by_role("complementary")).to_be_focused()
    visit.page.keyboard.press("Escape")
    expect(visit.page.get_by_role("complementary")).to_be_hidden()
    visit.page.keyboard.press("?")
    expect(visit.page.get_by_role("dialog")).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(visit.page.get_by_role("dialog")).to_be_hidden()


def test_keys_count_however_fast_they_follow_each_other(visit: Visit) -> None:
    visit.sign_in("#/resources?types=ec2")
    visit.settle()
    names = [button.inner_text() for button in visit.main.get_by_role("button", name=re.compile("^Open ")).all()]
    opened = visit.page.get_by_role("complementary")
    # Nothing that waits for the next frame happens any more.
    visit.page.evaluate("() => { window.requestAnimationFrame = () => 0; }")
    for key in ("j", "j", "Enter"):
        visit.page.keyboard.press(key)
    expect(opened).to_have_accessible_name(f"ec2 {names[1]}")
    visit.page.keyboard.press("Escape")
    expect(opened).to_be_hidden()
    # Within one task, before anything is drawn at all.
    visit.page.evaluate("""() => {
      document.activeElement.blur();
      for (const key of ["j", "Enter"]) document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    }""")
    expect(opened).to_have_accessible_name(f"ec2 {names[2]}")


def test_without_animations_nothing_moves_for_who_asks_for_it(visit: Visit) -> None:
    visit.sign_in()
    visit.settle()
    running = visit.page.evaluate("() => document.getAnimations().filter((one) => one.playState === 'running').length")
    assert running == 0
