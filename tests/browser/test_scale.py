"""An account of 50,000 resources, and names that nobody should have. The responses are made up, and valid."""

from __future__ import annotations

import copy
import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Route, expect

from . import described
from .described import Json
from .visit import Visit

ROWS, ROWS_A_PAGE = 50_000, 12_500

#: Names that are markup, run from right to left, hide in other characters, or are long.
HOSTILE = {
    "markup": '<script>window.pwned = 1</script><img src=x onerror="window.pwned = 1">',
    "attribute": "\" onmouseover=\"window.pwned = 1\" x='",
    "template": "${window.pwned = 1} {{window.pwned = 1}} javascript:window.pwned=1",
    "right to left": "\u202eתמונה\u202c.exe \u200b\u0000"[:-1],
    "long": "x" * 2_048,
    "spaces": "\u00a0\t\u3000",
}


def _instance(visit: Visit) -> tuple[Json, Json]:
    """Returns a real response for instances, and one of its rows, to make others of."""
    whole = described.answer(visit.deployed, "/resources?types=ec2")
    return whole, whole["data"]["ec2"][0]


def _page(whole: Json, rows: list[Json], total: int, cursor: str | None) -> Json:
    page = copy.deepcopy(whole)
    page["data"]["ec2"], page["data"]["next_cursor"] = rows, cursor
    page["data"]["counts"]["total"] = page["data"]["counts"]["by_type"]["ec2"] = total
    return page


def test_50_000_rows_scroll_sort_and_are_searched(visit: Visit) -> None:
    whole, row = _instance(visit)
    description = described.of(visit.deployed)

    def rows(start: int, end: int) -> list[Json]:
        return [row | {"id": f"i-{at:017x}", "name": f"host-{at:05}", "region": whole["data"]["ec2"][at % 9]["region"]} for at in range(start, end)]

    # Each page is made in the same way, and checking all of them takes minutes.
    described.check(description, "/resources", _page(whole, rows(0, 50), ROWS, "12500"))

    def answer(route: Route) -> None:
        start = int(parse_qs(urlsplit(route.request.url).query).get("cursor", ["0"])[0])
        end = start + ROWS_A_PAGE
        body = _page(whole, rows(start, end), ROWS, str(end) if end < ROWS else None)
        route.fulfill(content_type="application/json", body=json.dumps(body))

    visit.answer_with("/resources", answer)
    visit.sign_in("#/resources?types=ec2")
    table = visit.main.get_by_role("table", name="Resources")
    expect(table).to_have_attribute("aria-rowcount", str(ROWS + 1))
    expect(visit.main.get_by_text("50,000 of 50,000")).to_be_visible()
    # Only what is seen is in the document.
    assert table.get_by_role("row").count() < 200
    visit.main.get_by_role("region", name=re.compile("^Resources")).press("End")
    expect(table.get_by_role("button", name="Open host-49999", exact=True)).to_be_visible()
    table.get_by_role("button", name="Name").click()
    table.get_by_role("button", name="Name").click()
    expect(table.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "descending")
    visit.main.get_by_role("region", name=re.compile("^Resources")).press("Home")
    expect(table.get_by_role("row").nth(1)).to_contain_text("host-49999")
    visit.main.get_by_role("searchbox", name=re.compile("^Search")).fill("host-4242")
    expect(table).to_have_attribute("aria-rowcount", "11")
    assert len([call for call in visit.calls() if call.startswith("/resources")]) == 4


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_stays_text(visit: Visit, name: str) -> None:
    whole, row = _instance(visit)
    tags = {"Name": name[:256], "<b>key</b>": "<i>value</i>"}
    hostile = row | {"name": name, "tags": tags}
    body = described.check(described.of(visit.deployed), "/resources", _page(whole, [hostile], 1, None))
    visit.answer_with("/resources", lambda route: route.fulfill(content_type="application/json", body=json.dumps(body)))
    visit.sign_in("#/resources?types=ec2")
    table = visit.main.get_by_role("table", name="Resources")
    expect(table).to_have_attribute("aria-rowcount", "2")
    cell = table.get_by_role("row").nth(1)
    shown = (cell.text_content() or "").replace("…", "")
    assert name.strip()[:100] in shown
    box = cell.bounding_box()
    assert box is not None
    assert box["height"] < 60
    cell.get_by_role("button").click()
    expect(visit.page.get_by_role("complementary")).to_contain_text("<i>value</i>")
    assert visit.page.evaluate("() => window.pwned") is None
    assert visit.page.evaluate("() => document.querySelectorAll('main img[src], main i, main b, aside i, aside b, script:not([src])').length") == 0
    # Nothing makes the page itself wider than its window.
    assert visit.page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
