"""Each view shows what the API says, compared with the API's own responses to the same calls."""

from __future__ import annotations

import csv
import re
from urllib.parse import urlsplit

from playwright.sync_api import Locator, expect

from . import described
from .described import Json
from .visit import Visit


def _money(value: float) -> str:
    return f"${value:,.2f}"


def _tile(view: Locator, name: str) -> Locator:
    return view.get_by_role("link", name=re.compile(f"^{name}")).first


def _names(resources: list[Json]) -> list[str]:
    return [resource["name"] or resource["id"] for resource in resources]


def _rows(answer: Json) -> list[Json]:
    return [row for rows in answer["data"].values() if isinstance(rows, list) for row in rows]


def test_the_overview_has_the_numbers_of_the_three_routes(visit: Visit) -> None:
    costs = described.answer(visit.deployed, "/costs?forecast=true")["data"]
    findings = described.answer(visit.deployed, "/bottlenecks")["data"]
    resources = described.answer(visit.deployed, "/resources")["data"]
    visit.sign_in()
    view = visit.main
    expect(_tile(view, "Month to date")).to_contain_text(_money(costs["month_to_date"]["cost"]))
    expect(_tile(view, "Findings")).to_contain_text(str(findings["summary"]["findings"]))
    expect(_tile(view, "Resources")).to_contain_text(str(resources["counts"]["total"]))
    for finding in findings["findings"][:10]:
        name = finding["resource"]["name"] or finding["resource"]["id"]
        expect(view.get_by_role("link", name=re.compile(re.escape(name))).first).to_be_visible()
    counts = resources["counts"]
    matrix = view.get_by_role("table").filter(has_text="us-east-1")
    for name, count in counts["by_type"].items():
        expect(matrix.get_by_role("row", name=re.compile(f"^{name} ")).get_by_role("cell").last).to_have_text(str(count))
    regions = matrix.get_by_role("columnheader").all_inner_texts()[1:-1]
    sums = [*(counts["by_region"][region] for region in regions), counts["total"]]
    expect(matrix.get_by_role("row").last.get_by_role("cell")).to_have_text([str(count) for count in sums])


def test_a_count_leads_to_its_resources(visit: Visit) -> None:
    visit.sign_in()
    visit.main.get_by_role("columnheader", name="eu-west-1").get_by_role("link").click()
    table = visit.main.get_by_role("table", name="Resources")
    expected = described.answer(visit.deployed, "/resources?regions=eu-west-1")
    expect(table).to_have_attribute("aria-rowcount", str(expected["data"]["counts"]["total"] + 1))
    assert "regions=eu-west-1" in urlsplit(visit.page.url).fragment
    expect(table).not_to_contain_text("us-east-1")
    visit.page.go_back()
    expect(visit.main.get_by_role("heading", name="Overview")).to_be_visible()


def test_the_table_of_a_type_has_its_fields(visit: Visit) -> None:
    expected = described.answer(visit.deployed, "/resources?types=rds")["data"]["rds"]
    visit.sign_in("#/resources?types=rds")
    table = visit.main.get_by_role("table", name="Resources")
    expect(table).to_have_attribute("aria-rowcount", str(len(expected) + 1))
    headings = table.get_by_role("columnheader").all_inner_texts()
    assert {"Name", "Region", "Class", "Engine", "Status"} <= {heading.strip() for heading in headings}
    for database in expected:
        row = table.get_by_role("row").filter(has=visit.page.get_by_role("button", name=f"Open {database['id']}", exact=True))
        for value in (database["region"], database["class"], database["engine"], database["status"]):
            expect(row).to_contain_text(value)


def test_filters_are_the_apis_parameters_and_stand_in_the_address(visit: Visit) -> None:
    visit.sign_in("#/resources")
    expect(visit.main.get_by_role("table", name="Resources")).to_be_visible()
    visit.main.get_by_role("button", name="Types").click()
    choices = visit.page.get_by_role("dialog", name="Types")
    choices.get_by_role("checkbox", name="ec2", exact=True).check()
    choices.get_by_role("button", name="Apply").click()
    visit.main.get_by_role("button", name="States").click()
    choices = visit.page.get_by_role("dialog", name="States")
    choices.get_by_role("checkbox", name="stopped", exact=True).check()
    choices.get_by_role("button", name="Apply").click()
    (stopped,) = described.answer(visit.deployed, "/resources?types=ec2&states=stopped")["data"]["ec2"]
    table = visit.main.get_by_role("table", name="Resources")
    expect(table).to_have_attribute("aria-rowcount", "2")
    expect(table).to_contain_text(stopped["name"])
    fragment = urlsplit(visit.page.url).fragment
    assert {"types=ec2", "states=stopped"} <= set(fragment.split("?")[1].split("&"))
    # A colleague who opens the address sees the same.
    other = visit.context.new_page()
    other.goto(visit.page.url)
    assert "/resources?types=ec2&states=stopped" in visit.calls()


def test_a_row_opens_everything_about_the_resource(visit: Visit) -> None:
    (batch,) = [row for row in described.answer(visit.deployed, "/resources?types=ec2")["data"]["ec2"] if row["name"] == "batch"]
    visit.sign_in("#/resources?types=ec2")
    visit.main.get_by_role("button", name="Open batch", exact=True).click()
    drawer = visit.page.get_by_role("complementary", name="ec2 batch")
    for value in (batch["id"], batch["type"], batch["region"]):
        expect(drawer).to_contain_text(value)
    for key, value in batch["tags"].items():
        expect(drawer.get_by_text(key, exact=True).first).to_be_visible()
        expect(drawer.get_by_text(value, exact=True).first).to_be_visible()
    # A chart for its usual metrics.
    expect(drawer.get_by_role("img").first).to_be_visible()
    assert [call for call in visit.calls() if call.startswith("/metrics?") and batch["id"] in call]
    visit.page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(visit.main.get_by_role("button", name="Open batch", exact=True)).to_be_focused()


def test_what_is_shown_is_exported_as_csv(visit: Visit) -> None:
    expected = described.answer(visit.deployed, "/resources?types=eip")["data"]["eip"]
    visit.sign_in("#/resources?types=eip")
    expect(visit.main.get_by_role("table", name="Resources")).to_be_visible()
    with visit.page.expect_download() as downloading:
        visit.main.get_by_role("button", name="CSV").click()
    with downloading.value.path().open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == [row["id"] for row in expected]
    assert {row["resource_type"] for row in rows} == {"eip"}


def test_another_account_is_one_choice_away(visit: Visit) -> None:
    other = visit.deployed.other_account
    expected = described.answer(visit.deployed, f"/accounts/{other}/resources")
    visit.sign_in("#/resources")
    visit.page.get_by_role("banner").get_by_title("Account", exact=True).click()
    visit.page.get_by_role("dialog", name="Account").get_by_role("button", name=re.compile(other)).click()
    table = visit.main.get_by_role("table", name="Resources")
    expect(table).to_have_attribute("aria-rowcount", str(expected["data"]["counts"]["total"] + 1))
    # Rows that are out of view are not in the page.
    for name in _names(_rows(expected))[:8]:
        expect(table.get_by_role("button", name=f"Open {name}", exact=True).first).to_be_attached()


def test_every_view_can_be_copied_as_curl_without_a_secret(visit: Visit) -> None:
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=visit.deployed.page.removesuffix("/v1/"))
    visit.sign_in("#/resources?types=eip")
    expect(visit.main.get_by_role("table", name="Resources")).to_be_visible()
    visit.main.get_by_role("button", name="curl").click()
    copied = visit.page.evaluate("() => navigator.clipboard.readText()")
    assert f"'{visit.deployed.page}resources?types=eip'" in copied
    assert set(re.findall(r"\$\{([A-Z]+):", copied)) == {"KEY", "TOKEN"}
    assert visit.deployed.token not in copied
    assert visit.deployed.api_key not in copied


def test_a_finding_has_its_evidence_and_its_recommendation(visit: Visit) -> None:
    expected = described.answer(visit.deployed, "/bottlenecks")["data"]
    visit.sign_in("#/findings")
    view = visit.main
    rules = [expected["findings"][0]["rule"]]
    for finding in expected["findings"]:
        if finding["rule"] not in rules:
            rules.append(finding["rule"])
    # One group for each rule, worst first, and one line for each finding.
    expect(view.get_by_role("heading", level=2)).to_have_count(len(rules))
    lines = view.locator('.finding-head[aria-expanded="false"]')
    expect(lines).to_have_count(expected["summary"]["findings"])
    worst = expected["findings"][0]
    lines.first.click()
    expect(view.get_by_text(worst["recommendation"], exact=True)).to_be_visible()
    if worst["coverage"]:
        expect(view).to_contain_text(f"{worst['coverage']['found']} of {worst['coverage']['expected']} datapoints")
    expect(view).to_contain_text(worst["resource"]["id"])
    view.get_by_role("button", name="By resource").click()
    resources = {(one["resource"]["resource_type"], one["resource"]["region"], one["resource"]["id"]) for one in expected["findings"]}
    expect(view.get_by_role("heading", level=2)).to_have_count(len(resources))
    view.get_by_role("button", name=re.compile("^Not judged")).click()
    for item in expected["not_judged"]:
        expect(view.get_by_role("link", name=item["resource"]["name"] or item["resource"]["id"], exact=True).first).to_be_visible()


def test_the_costs_are_the_sums_of_the_api(visit: Visit) -> None:
    visit.sign_in("#/costs?days=14&group_by=service")
    expected = described.answer(visit.deployed, "/costs?days=14&group_by=service")["data"]
    expect(visit.main.get_by_role("definition").filter(has_text=_money(expected["total_cost"])).first).to_be_visible()
    table = visit.main.get_by_role("table", name="Costs by group and period")
    sums = expected["costs_by_service"]
    expect(table).to_have_attribute("aria-rowcount", str(len(sums) + 1))
    for service, cost in sums.items():
        shown = _money(cost) if abs(cost) >= 0.005 else "<$0.01"
        expect(table.get_by_role("row").filter(has_text=service)).to_contain_text(shown)
    # The chart says in words what it shows.
    expect(visit.main.get_by_role("img").first).to_have_accessible_name(re.compile(r"\$"))


def test_a_grouping_of_the_costs_is_chosen_and_stands_in_the_address(visit: Visit) -> None:
    visit.sign_in("#/costs")
    visit.main.get_by_role("button", name="Group by").click()
    choices = visit.page.get_by_role("dialog", name="Group by")
    choices.get_by_role("textbox").fill("region")
    choices.get_by_role("textbox").press("Enter")
    choices.get_by_role("button", name="Apply").click()
    visit.page.wait_for_url(re.compile(r"#/costs\?.*group_by="))
    expect(visit.main.get_by_role("table", name="Costs by group and period")).to_contain_text("us-east-1")


def test_why_the_bill_moved_is_asked_with_a_click_that_names_its_price(visit: Visit) -> None:
    visit.sign_in("#/costs?days=30")
    why = visit.main.get_by_role("region", name="Why the bill moved")
    why.get_by_role("button", name="By usage type, with quantity and price $0.02").click()
    visit.page.wait_for_url(re.compile("movers_by=usage_type"))
    movers = described.answer(visit.deployed, "/costs?days=30&movers=true&movers_by=usage_type")["data"]["movers"]
    table = visit.main.get_by_role("table", name="What rose and fell")
    for mover in movers["largest"]:
        row = table.get_by_role("row").filter(has=visit.page.get_by_role("rowheader", name=mover["name"])).first
        if abs(mover["change"]) >= 0.005:
            expect(row).to_contain_text(_money(abs(mover["change"])))
    warehouse = table.get_by_role("row").filter(has_text="Node:ra3.large")
    expect(warehouse).to_contain_text("new")
    expect(table.get_by_role("row").last).to_contain_text(_money(abs(movers["change"])))

    why.get_by_role("button", name="Budgets free").click()
    expect(visit.main.get_by_role("table", name="Budgets")).to_contain_text("everything")
    why.get_by_role("button", name="Anomalies up to $0.02").click()
    expect(visit.main.get_by_role("table", name="Anomalies")).to_contain_text("Amazon Redshift · Node:ra3.large · us-east-1")
    # What was asked is in the address and not offered again.
    expect(why.get_by_role("button")).to_have_count(1)


def test_the_overview_names_what_moved_the_bill(visit: Visit) -> None:
    visit.sign_in()
    movers = described.answer(visit.deployed, "/costs?movers=true")["data"]["movers"]
    shown = visit.main.get_by_role("region", name="What rose and fell").get_by_role("listitem")
    expect(shown).to_have_count(3)
    for line, mover in zip(shown.all(), movers["largest"], strict=False):
        expect(line).to_contain_text(mover["name"])


def test_the_metrics_of_an_instance_are_drawn_and_told(visit: Visit) -> None:
    (batch,) = [row for row in described.answer(visit.deployed, "/resources?types=ec2")["data"]["ec2"] if row["name"] == "batch"]
    query = f"resource_type=ec2&resource_ids={batch['id']}&region={batch['region']}"
    expected = described.answer(visit.deployed, f"/metrics?{query}")["data"][batch["id"]]
    visit.sign_in(f"#/metrics?{query}")
    drawn = visit.main.get_by_role("img")
    expect(drawn).to_have_count(sum(bool(points) for points in expected.values()))
    expect(drawn.first).to_have_accessible_name(re.compile("CPU", re.IGNORECASE))
    visit.main.get_by_role("button", name="7 d").click()
    visit.page.wait_for_url(re.compile("hours=168"))


def test_the_busiest_are_ranked_as_the_api_ranks_them(visit: Visit) -> None:
    visit.sign_in("#/metrics?types=ec2&sort=cpu:Maximum&limit=3")
    expected = described.answer(visit.deployed, "/metrics?types=ec2&sort=cpu:Maximum&limit=3")["data"]
    ranked = visit.main.get_by_role("table").filter(has_text="Datapoints").get_by_role("rowheader")
    expect(ranked).to_have_text([one.get("name") or one["id"] for one in expected])


def test_at_most_three_clicks_lead_to_each_answer(visit: Visit) -> None:
    """What there is, how one of it is doing, what it costs, what is wrong: after signing in, one or two clicks each."""
    visit.sign_in()
    visit.go_to("Resources")
    visit.main.get_by_role("button", name="Open batch", exact=True).click()
    expect(visit.page.get_by_role("complementary").get_by_role("img").first).to_be_visible()
    visit.go_to("Costs")
    expect(visit.main.get_by_role("table", name="Costs by group and period")).to_contain_text("Amazon Relational Database Service")
    visit.go_to("Findings")
    expect(visit.main.get_by_role("heading", level=2).first).to_be_visible()
