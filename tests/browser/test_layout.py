"""Everything is seen whole: no text is cut, nothing sticks out, and it stays so with many types."""

from __future__ import annotations

import json
import math
import re

import pytest
from playwright.sync_api import Locator, expect

from . import described
from .conftest import DESKTOP, PHONE, Visiting
from .visit import Visit

#: The elements whose text ends in an ellipsis, with what they should show.
CUT = """() => [...document.querySelectorAll("#app *")]
  .filter((one) => getComputedStyle(one).textOverflow === "ellipsis" && one.scrollWidth > one.clientWidth)
  .map((one) => `${one.className}: ${one.textContent}`)"""

#: As many types as a large account has, with those of the description.
MORE_TYPES = [
    "eks", "ecr", "neptune", "athena", "cloudfront", "sns", "sqs",
]  # fmt: skip


def _box(element: Locator) -> dict[str, float]:
    box = element.bounding_box()
    assert box is not None
    return {"left": box["x"], "right": box["x"] + box["width"], "top": box["y"]}


#: What the types belong to; each group has some of them, in any order.
GROUPS = ("other", "network", "compute", "storage", "database")


def _with_many_types(visit: Visit, *, grouped: bool = False) -> list[str]:
    """Answers as an account would that has one resource each of many types. Returns the types."""
    changed = described.of(visit.deployed)
    whole = described.answer(visit.deployed, "/resources?types=eip&regions=us-east-1")
    row = whole["data"].pop("eip")[0]
    for name in MORE_TYPES:
        changed = described.with_another_type(changed, name)
    types = changed["paths"]["/resources"]["get"]["parameters"]
    (parameter,) = [one for one in types if one["name"] == "types"]
    known = described.answer(visit.deployed, "/resources?regions=us-east-1")["data"]
    # Those that are on request have no tab without a request.
    names = [name for name in parameter["schema"]["items"]["enum"] if name in known or name in MORE_TYPES]
    parameter.pop("x-stratoscope-groups", None)
    if grouped:
        parameter["x-stratoscope-groups"] = {name: GROUPS[index % 5] for index, name in enumerate(names)}
    rows = {name: [row | {"id": f"{name}-1", "name": None}] for name in MORE_TYPES}
    whole["data"] = {name: (rows | known)[name][:1] for name in names} | whole["data"]
    counts = whole["data"]["counts"]
    counts["total"], counts["by_type"] = len(names), dict.fromkeys(names, 1)
    described.check(changed, "/resources", whole)

    def fulfil(body: described.Json) -> object:
        return lambda route: route.fulfill(content_type="application/json", body=json.dumps(body))

    visit.answer_with("/openapi\\.json", fulfil(changed))
    visit.answer_with("/resources", fulfil(whole))
    return names


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_text_of_the_overview_is_cut(visiting: Visiting, size: dict[str, int]) -> None:
    visit: Visit = visiting(viewport=size)
    visit.sign_in()
    visit.settle()
    assert visit.page.evaluate(CUT) == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_view_is_wider_than_the_window(visiting: Visiting, size: dict[str, int]) -> None:
    visit: Visit = visiting(viewport=size)
    visit.sign_in()
    for view in ("Overview", "Resources", "Findings", "Costs", "Metrics"):
        visit.go_to(view)
        visit.settle()
        assert (view, visit.page.evaluate("() => document.documentElement.scrollWidth")) == (view, size["width"])


def test_a_table_of_all_types_shows_its_tags_without_scrolling(visit: Visit) -> None:
    visit.sign_in("#/resources")
    visit.settle()
    table = visit.main.get_by_label("Resources, scrollable")
    assert _box(table.get_by_role("columnheader", name="Tags"))["right"] <= _box(table)["right"]


@pytest.mark.parametrize("grouped", [False, True], ids=["alone", "grouped"])
def test_many_types_fit_into_a_few_rows_of_tabs(visit: Visit, grouped: bool) -> None:
    names = _with_many_types(visit, grouped=grouped)
    assert len(names) >= 20
    visit.sign_in("#/resources")
    visit.settle()
    tabs = [visit.main.get_by_role("button", name=re.compile(rf"^{name} 1$")) for name in names]
    boxes = [_box(tab) for tab in tabs]
    assert len({box["top"] for box in boxes}) <= math.ceil(len(names) / 6)
    assert max(box["right"] for box in boxes) <= _box(visit.main.get_by_role("status").filter(has_text="of"))["left"]


def test_beside_details_the_tabs_scroll_and_fade_where_there_are_more(visit: Visit) -> None:
    _with_many_types(visit)
    visit.answer_with("/metrics", lambda route: route.abort())
    visit.expect_errors("failed: /metrics")
    visit.sign_in("#/resources")
    visit.main.get_by_role("button", name="Open sqs-1", exact=True).click()
    expect(visit.page.get_by_role("complementary")).to_be_visible()
    tabs = visit.main.locator(".tabs")
    first, last = tabs.get_by_role("button").first, tabs.get_by_role("button").last
    assert _box(first)["top"] == _box(last)["top"]
    expect(tabs).to_have_class(re.compile("more-after"))
    last.click()
    expect(last).to_have_attribute("aria-pressed", "true")
    expect(tabs).to_have_class(re.compile("more-before"))
    expect(tabs).not_to_have_class(re.compile("more-after"))
    drawer = visit.page.get_by_role("complementary")
    assert _box(visit.main.get_by_role("status").filter(has_text="of"))["right"] <= _box(drawer)["left"]


def test_types_are_grouped_as_the_description_says(visit: Visit) -> None:
    names = _with_many_types(visit, grouped=True)
    # In the order of the rows' lists in the description, where each type that was added stands before the others.
    listed = [*reversed(MORE_TYPES), *names[: -len(MORE_TYPES)]]
    expected = {group: [name for name in listed if name in names[index::5]] for index, group in enumerate(GROUPS)}
    order = ["compute", "database", "storage", "network", "other"]
    visit.sign_in()
    visit.settle()
    matrix = visit.main.get_by_role("table").filter(has_text="us-east-1")
    bodies = matrix.locator("tbody")
    expect(matrix.locator("tbody .matrix-group")).to_have_text(order)
    for body, group in zip(bodies.all(), order, strict=True):
        expect(body.get_by_role("link").filter(has_text=re.compile("^[a-z]"))).to_have_text(expected[group])
    visit.go_to("Resources")
    visit.settle()
    tabs = visit.main.locator(".tabs")
    expect(tabs.locator(".tab-group")).to_have_text(order)
    shown = [name for group in order for name in expected[group]]
    expect(tabs.get_by_role("button")).to_have_text([f"All {len(names)}", *(f"{name} 1" for name in shown)])
