"""What somebody does who has never seen the page: each step has the effect that it seems to have."""

from __future__ import annotations

import csv
import json
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, expect

from . import described
from .conftest import Visiting
from .described import Json
from .visit import Visit


def _fragment(visit: Visit) -> str:
    return urlsplit(visit.page.url).fragment


def _table(visit: Visit) -> Locator:
    return visit.main.get_by_role("table", name="Resources")


def _tab(visit: Visit, name: str) -> Locator:
    return visit.main.get_by_role("button", name=re.compile(rf"^{name} [\d,]+$"))


def _copied(visit: Visit, button: str) -> str:
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(visit.deployed.page))
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=origin)
    visit.main.get_by_role("button", name=button).click()
    return visit.page.evaluate("() => navigator.clipboard.readText()")


def _saved(visit: Visit, path: Path) -> list[dict[str, str]]:
    with visit.page.expect_download() as downloading:
        visit.main.get_by_role("button", name="CSV").click()
    downloading.value.save_as(path)
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_csv_of_all_types_has_the_states_of_the_table_and_the_tags_of_the_api(visit: Visit, tmp_path: Path) -> None:
    whole = described.answer(visit.deployed, "/resources")["data"]
    visit.sign_in("#/resources")
    visit.settle()
    rows = {(row["resource_type"], row["id"]): row for row in _saved(visit, tmp_path / "resources.csv")}
    assert len(rows) == whole["counts"]["total"]
    for instance in whole["ec2"]:
        row = rows["ec2", instance["id"]]
        assert row["state"] == instance["state"]
        assert json.loads(row["tags"]) == instance["tags"]
    for database in whole["rds"]:
        assert rows["rds", database["id"]]["state"] == database["status"]


def test_the_csv_of_metrics_has_the_names(visit: Visit, tmp_path: Path) -> None:
    visit.sign_in("#/metrics?types=ec2&sort=cpu:Maximum&limit=3")
    visit.settle()
    expected = described.answer(visit.deployed, "/metrics?types=ec2&sort=cpu:Maximum&limit=3")["data"]
    rows = _saved(visit, tmp_path / "metrics.csv")
    assert {(row["id"], row["name"]) for row in rows} == {(one["id"], one["name"] or "") for one in expected}


def test_esc_in_the_search_shows_all_rows_again(visit: Visit) -> None:
    visit.sign_in("#/resources")
    search = visit.main.get_by_role("searchbox")
    search.fill("web-3")
    expect(_table(visit)).to_have_attribute("aria-rowcount", "2")
    # The tabs count what the search leaves.
    expect(_tab(visit, "All")).to_have_text("All 1")
    expect(_tab(visit, "ec2")).to_have_text("ec2 1")
    search.press("Escape")
    expect(search).to_have_value("")
    total = described.answer(visit.deployed, "/resources")["data"]["counts"]["total"]
    expect(_table(visit)).to_have_attribute("aria-rowcount", str(total + 1))
    expect(_tab(visit, "All")).to_have_text(f"All {total}")
    assert "_find" not in _fragment(visit)


@pytest.mark.parametrize("width", [390, 768, 1024, 1280])
@pytest.mark.parametrize("days", [30, 90])
def test_only_the_table_of_the_costs_scrolls(visiting: Visiting, width: int, days: int) -> None:
    visit: Visit = visiting(viewport={"width": width, "height": 800})
    visit.sign_in(f"#/costs?days={days}&regions=us-east-1,ap-southeast-2")
    visit.settle()
    # What stands in the bar leaves room for its last button.
    last = visit.page.get_by_role("button", name="Sign out").bounding_box()
    assert last is not None
    assert last["x"] + last["width"] <= width
    scroller = "(main) => ({ wide: main.scrollWidth, room: main.clientWidth })"
    view = visit.main.evaluate(scroller)
    assert view["wide"] == view["room"]
    comparison = visit.main.get_by_role("table").filter(has_text="Charges").locator("..").evaluate(scroller)
    assert comparison["wide"] == comparison["room"]


def test_ids_and_names_are_written_exactly(visit: Visit) -> None:
    visit.sign_in("#/findings?_by=resource")
    expect(visit.main.get_by_role("heading", level=2).first).to_be_visible()
    changed = """() => [...document.querySelectorAll("main *")]
      .filter((one) => getComputedStyle(one, "::first-letter").textTransform !== "none"
        || getComputedStyle(one).textTransform !== "none").map((one) => one.className)"""
    assert visit.page.evaluate(changed) == []


def test_the_copied_call_is_for_the_tab_and_runs_as_it_is(visit: Visit) -> None:
    visit.sign_in("#/resources")
    _tab(visit, "eip").click()
    copied = _copied(visit, "curl")
    without = subprocess.run(["bash", "-c", copied], capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"}, check=False)
    assert without.returncode != 0
    assert "KEY: is your API key" in without.stderr
    variables = {"PATH": "/usr/bin:/bin", "KEY": visit.deployed.api_key, "TOKEN": visit.deployed.token}
    ran = subprocess.run(["bash", "-c", copied], capture_output=True, text=True, env=variables, check=True)
    expected = described.answer(visit.deployed, "/resources?types=eip")
    assert json.loads(ran.stdout)["data"] == expected["data"]


def test_regions_set_by_a_count_are_cleared_by_one_click(visit: Visit) -> None:
    visit.sign_in()
    visit.main.get_by_role("columnheader", name="eu-west-1").get_by_role("link").click()
    expect(_table(visit)).not_to_contain_text("us-east-1")
    visit.page.get_by_role("button", name="Clear the regions").click()
    expect(_table(visit)).to_contain_text("us-east-1")
    assert "regions" not in _fragment(visit)
    visit.page.go_back()
    expect(_table(visit)).not_to_contain_text("us-east-1")
    visit.main.get_by_role("button", name="Clear", exact=True).click()
    expect(_table(visit)).to_contain_text("us-east-1")
    assert "regions" not in _fragment(visit)


def test_esc_closes_a_finding(visit: Visit) -> None:
    visit.sign_in("#/findings")
    head = visit.main.locator(".finding-head").first
    head.click()
    expect(head).to_have_attribute("aria-expanded", "true")
    visit.page.keyboard.press("Escape")
    expect(head).to_have_attribute("aria-expanded", "false")
    expect(head).to_be_focused()


def test_what_is_chosen_comes_first_and_is_cleared_at_once(visit: Visit) -> None:
    visit.sign_in("#/resources?types=lambda")
    visit.main.get_by_role("button", name="Types").click()
    choices = visit.page.get_by_role("dialog", name="Types")
    expect(choices.get_by_role("checkbox").first).to_be_checked()
    assert choices.get_by_role("checkbox").first.evaluate("(box) => box.parentElement.textContent") == "lambda"
    choices.get_by_role("button", name="Clear").click()
    expect(choices).to_be_hidden()
    expect(_table(visit)).to_contain_text("ec2")
    assert "types" not in _fragment(visit)


def test_back_undoes_filters_tabs_and_periods_but_no_letters(visit: Visit) -> None:
    visit.sign_in("#/resources")
    _tab(visit, "ec2").click()
    _tab(visit, "rds").click()
    visit.main.get_by_role("searchbox").press_sequentially("or")
    expect(_table(visit)).to_have_attribute("aria-busy", "false")
    visit.page.wait_for_url(re.compile("_find=or"))
    visit.page.go_back()
    expect(_tab(visit, "ec2")).to_have_attribute("aria-pressed", "true")
    expect(visit.main.get_by_role("searchbox")).to_have_value("")
    visit.page.go_back()
    expect(_tab(visit, "All")).to_have_attribute("aria-pressed", "true")
    visit.go_to("Metrics")
    visit.main.get_by_role("button", name="7 d", exact=True).click()
    visit.page.wait_for_url(re.compile("hours=168"))
    visit.page.go_back()
    expect(visit.main.get_by_role("button", name="24 h", exact=True)).to_have_attribute("aria-pressed", "true")


def test_a_finding_leads_to_its_evidence(visit: Visit) -> None:
    whole = described.answer(visit.deployed, "/bottlenecks")
    finding: Json = whole["data"]["findings"][0]
    assert (finding["rule"], finding["metric"]) == ("rds_low_storage", "free_storage")
    finding["recommendation"] = "Compare read_iops and queue_depth in /metrics."
    visit.answer_with("/bottlenecks", lambda route: route.fulfill(content_type="application/json", body=json.dumps(whole)))
    visit.sign_in("#/findings")
    visit.main.locator(".finding-head").first.click()
    expect(visit.main.get_by_text("Found when")).to_be_visible()
    links = visit.main.get_by_role("link", name=re.compile("^Its .* over time$"))
    # One to the metric that was judged, one to those that the recommendation names.
    hrefs = [link.get_attribute("href") or "" for link in links.all()]
    assert "metrics=free_storage&" in hrefs[0]
    assert re.search("metrics=(read_iops,queue_depth|queue_depth,read_iops)", hrefs[1])
    links.first.click()
    visit.settle()
    period = finding["window"]["period_seconds"]
    (asked,) = [call for call in visit.calls() if call.startswith("/metrics?")]
    assert f"period={period}" in asked
    hours = int(re.findall(r"hours=(\d+)", asked)[0])
    newest = described.answer(visit.deployed, asked)["meta"]["window"]
    assert newest["start"] <= finding["window"]["start"]
    assert hours * 3600 <= 2 * 3600


def test_times_within_sentences_are_written_like_all_others(visit: Visit) -> None:
    whole = described.answer(visit.deployed, "/bottlenecks")
    whole["data"]["findings"][0]["recommendation"] = "Look at the hour from 2026-11-26T07:00:00Z."
    visit.answer_with("/bottlenecks", lambda route: route.fulfill(content_type="application/json", body=json.dumps(whole)))
    visit.sign_in("#/findings")
    visit.main.locator(".finding-head").first.click()
    expect(visit.main.get_by_text("Look at the hour from 26 Nov 2026, 07:00.", exact=True)).to_be_visible()


def test_details_offer_a_week_and_lead_to_all_metrics_of_the_type(visit: Visit) -> None:
    visit.sign_in("#/resources?types=ec2")
    visit.main.get_by_role("button", name="Open batch", exact=True).click()
    drawer = visit.page.get_by_role("complementary", name="ec2 batch")
    expect(drawer.get_by_role("img").first).to_be_visible()
    drawer.get_by_role("button", name="7 d", exact=True).click()
    expect(drawer.get_by_role("button", name="7 d", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(drawer.get_by_role("img").first).to_be_visible()
    drawer.get_by_role("link", name=re.compile("^All \\d+ metrics")).click()
    visit.settle()
    names = [one["name"] for one in _metrics(visit)["ec2"]]
    asked = [call for call in visit.calls() if call.startswith("/metrics?")]
    assert [f"metrics={','.join(names)}" in call for call in asked] == [False, False, True]
    assert ["hours=168" in call for call in asked] == [False, True, True]
    assert len(names) > 1


def _metrics(visit: Visit) -> Json:
    parameters = described.of(visit.deployed)["paths"]["/metrics"]["get"]["parameters"]
    return next(one["x-stratoscope-metrics"] for one in parameters if "x-stratoscope-metrics" in one)


def test_an_open_row_is_marked_from_its_name_on(visit: Visit) -> None:
    visit.sign_in("#/resources?types=ec2")
    visit.main.get_by_role("button", name="Open batch", exact=True).click()
    expect(visit.page.get_by_role("complementary", name="ec2 batch")).to_be_visible()
    row = _table(visit).get_by_role("row").filter(has=visit.page.get_by_role("button", name="Open batch", exact=True))
    colours = "(row) => [...new Set([...row.cells].map((cell) => getComputedStyle(cell).backgroundColor))].length"
    assert row.evaluate(colours) == 1
    visit.page.keyboard.press("Escape")
    expect(visit.page.get_by_role("complementary")).to_be_hidden()
    # The row stays the active one, also without the pointer on it.
    visit.page.mouse.move(0, 0)
    assert row.evaluate(colours) == 1


def test_an_address_of_nothing_says_so_and_leads_back(visit: Visit) -> None:
    visit.sign_in("#/instances?types=ec2")
    expect(visit.main.get_by_role("heading", name="Not found")).to_be_visible()
    expect(visit.main).to_contain_text("instances")
    visit.main.get_by_role("link", name="Go to the overview").click()
    expect(visit.main.get_by_role("heading", name="Overview")).to_be_visible()
    for view in ("resources", "findings"):
        visit.page.goto(f"{visit.deployed.page}#/{view}?_open=ec2/us-east-1/i-gone")
        gone = visit.main.get_by_role("status").filter(has_text="Not found")
        expect(gone).to_contain_text("ec2/us-east-1/i-gone")
        gone.get_by_role("button", name="Close").click()
        expect(gone).to_be_hidden()
        assert "_open" not in _fragment(visit)


def test_the_forecast_of_the_overview_stands_where_it_leads_to(visit: Visit) -> None:
    costs = described.answer(visit.deployed, "/costs?forecast=true")["data"]
    expected = f"${costs['month_to_date']['cost'] + costs['forecast']['mean']:,.2f}"
    visit.sign_in()
    tile = visit.main.get_by_role("link", name=re.compile("^Forecast for the month"))
    expect(tile).to_contain_text(expected)
    tile.click()
    expect(visit.main.get_by_role("heading", name="Costs", level=1)).to_be_visible()
    expect(visit.main.get_by_role("definition").filter(has_text=expected)).to_be_visible()


def test_what_nobody_has_set_does_not_look_set(visit: Visit) -> None:
    visit.sign_in("#/metrics")
    visit.settle()
    expect(visit.main.get_by_role("button", name="Clear", exact=True)).to_have_count(0)
    expect(visit.main.locator(".pill.set")).to_have_count(0)
    visit.go_to("Costs")
    expect(visit.main.locator(".pill.set")).to_have_count(0)
    visit.page.goto(f"{visit.deployed.page}#/metrics?types=rds")
    expect(visit.main.locator(".pill.set")).to_have_count(1)
    expect(visit.main.get_by_role("button", name="Clear", exact=True)).to_be_visible()


def test_what_is_not_judged_is_counted_in_resources(visit: Visit) -> None:
    by_type = described.answer(visit.deployed, "/bottlenecks")["data"]["summary"]["by_type"]
    count = sum(one["not_judged"] for one in by_type.values())
    visit.sign_in("#/findings")
    expect(visit.main.get_by_role("button", name="Not judged")).to_have_text(f"Not judged {count} resources")


def test_signing_in_begins_at_the_key_and_ends_at_the_view(visit: Visit) -> None:
    visit.open()
    key = visit.page.get_by_label("API key", exact=True)
    expect(key).to_be_focused()
    key.fill(visit.deployed.api_key)
    expect(key).to_have_attribute("type", "password")
    visit.page.get_by_role("button", name="Show the API key").click()
    expect(key).to_have_attribute("type", "text")
    visit.page.get_by_role("button", name="Hide the API key").click()
    expect(key).to_have_attribute("type", "password")
    visit.page.get_by_label("Token", exact=True).fill(visit.deployed.token)
    visit.page.get_by_label("Token", exact=True).press("Enter")
    expect(visit.main).to_be_focused()
