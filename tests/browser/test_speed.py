"""Measures how fast the page is, and writes the figures into docs/performance.md (`make page-bench`).

The responses are made up beforehand, so that what is measured is the page and the browser, not the API. Frames are those
that the browser draws, which without a screen is up to 60 a second.
"""

from __future__ import annotations

import datetime
import gzip
import json
import re
from urllib.parse import parse_qs, urlsplit

from emulator.ministack import ROOT
from playwright.sync_api import Route, expect

from .conftest import Visiting
from .described import Json
from .test_scale import _instance, _page

DOCUMENT = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- figures of make page-bench -->\n", "<!-- end of the page's figures -->\n"
DIST = ROOT / "functions" / "page" / "web" / "dist"

ROWS = (100, 10_000, 50_000)
ROWS_A_PAGE = 12_500

#: Notes when the first rows are in the document, and when the table has all of them.
WATCH = """rows => {
  window.seen = {};
  const look = () => {
    const table = document.querySelector("[role=table][aria-rowcount], table[aria-rowcount]");
    if (table && table.querySelectorAll("[role=row], tr").length > 1) window.seen.first ??= performance.now();
    if (table && table.getAttribute("aria-rowcount") === String(rows + 1)) window.seen.all ??= performance.now();
    if (window.seen.all === undefined) requestAnimationFrame(look);
  };
  look();
}"""
FIRST_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
#: Scrolls for two seconds, and returns the median and the 95th percentile of what a frame took.
SCROLL = """async region => {
  const took = [];
  let last = await new Promise(requestAnimationFrame);
  for (let frame = 0; frame < 120; frame++) {
    region.scrollTop += 400;
    const now = await new Promise(requestAnimationFrame);
    took.push(now - last);
    last = now;
  }
  took.sort((a, b) => a - b);
  return [took[60], took[113]];
}"""
#: Clicks, and returns how long it took until the change was drawn.
CLICK = """async button => {
  const start = performance.now();
  button.click();
  await new Promise(requestAnimationFrame);
  await new Promise(resolve => setTimeout(resolve));
  return performance.now() - start;
}"""


def _measure(visiting: Visiting, count: int) -> list[str]:
    visit = visiting()
    whole, row = _instance(visit)
    regions = [instance["region"] for instance in whole["data"]["ec2"]]

    def page(start: int) -> str:
        end = min(start + ROWS_A_PAGE, count)
        rows: list[Json] = [
            row | {"id": f"i-{at:017x}", "name": f"host-{at * 7919 % count:05}", "region": regions[at % len(regions)]}
            for at in range(start, end)
        ]
        return json.dumps(_page(whole, rows, count, str(end) if end < count else None))

    pages = {start: page(start) for start in range(0, count, ROWS_A_PAGE)}

    def answer(route: Route) -> None:
        start = int(parse_qs(urlsplit(route.request.url).query).get("cursor", ["0"])[0])
        route.fulfill(content_type="application/json", body=pages[start])

    visit.answer_with("/resources", answer)
    visit.open("#/resources?types=ec2")
    visit.page.get_by_label("API key", exact=True).fill(visit.deployed.api_key)
    visit.page.get_by_label("Token", exact=True).fill(visit.deployed.token)
    painted = visit.page.evaluate(FIRST_PAINT)
    visit.page.evaluate(WATCH, count)
    signed_in = visit.page.evaluate("() => performance.now()")
    visit.page.get_by_role("button", name="Sign in").click()
    table = visit.main.get_by_role("table", name="Resources")
    expect(table).to_have_attribute("aria-rowcount", str(count + 1))
    visit.settle()
    seen = visit.page.evaluate("() => window.seen")
    # What the page prepares while it is idle is not a part of what the user waits for.
    visit.page.evaluate("() => new Promise(resolve => requestIdleCallback(resolve, { timeout: 5000 }))")
    sorts = [table.get_by_role("button", name="Name").evaluate(CLICK) for _ in range(5)]
    median, slow = visit.main.get_by_role("region", name=re.compile("^Resources")).evaluate(SCROLL)
    times = [painted, seen["first"] - signed_in, seen["all"] - signed_in, median, slow, max(sorts)]
    return [f"{count:,}", *(f"{time:,.0f}" for time in times)]


def test_the_page_is_measured(visiting: Visiting) -> None:
    rows = [_measure(visiting, count) for count in ROWS]
    files = [DIST / "index.html", *sorted((DIST / "assets").iterdir())]
    sizes = {file.suffix: len(gzip.compress(file.read_bytes())) / 1_000 for file in files}
    head = ["instances", "first paint", "first rows", "all rows", "frame, median", "frame, 95 %", "sorting, slowest of five"]
    lines = [head, ["---"] * len(head), *rows]
    text = (
        f"Measured on {datetime.date.today()} in Chromium, on two cores. Milliseconds: first paint from the beginning of the "
        "navigation, rows from the click on Sign in.\n\n"
        + "".join(f"| {' | '.join(line)} |\n" for line in lines)
        + f"\nCompressed: {sum(sizes.values()):.1f} kB in all (" + ", ".join(f"{kind[1:]} {size:.1f}" for kind, size in sizes.items())
        + ").\n"
    )  # fmt: skip
    found = DOCUMENT.read_text()
    before, after = found.split(BEGIN)[0], found.split(END)[1]
    DOCUMENT.write_text(before + BEGIN + text + END + after)
