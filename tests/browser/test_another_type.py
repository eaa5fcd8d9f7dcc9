"""The page knows no list of types, metrics, rules or parameters: one more in the description is one more in the page."""

from __future__ import annotations

import json

from playwright.sync_api import Route, expect

from . import described
from .conftest import Visiting
from .described import Json
from .visit import Visit


def _fulfilling(body: Json) -> object:
    return lambda route: route.fulfill(content_type="application/json", body=json.dumps(body))


def test_a_type_that_the_description_gains_is_in_tables_filters_and_charts(visiting: Visiting) -> None:
    # Wide enough for all columns, since the table draws only those in its window.
    visit: Visit = visiting(viewport={"width": 1920, "height": 900})
    changed = described.with_another_type(described.of(visit.deployed))
    visit.answer_with("/openapi\\.json", _fulfilling(changed))
    whole = described.answer(visit.deployed, "/resources?types=eip")
    row = whole["data"]["eip"][0] | {"id": "orders-queue", "name": "orders", "backlog_messages": 4711}
    whole["data"] = {"queue": [row]} | whole["data"] | {"eip": None}
    counts = whole["data"]["counts"]
    counts["total"], counts["by_type"] = 1, {"queue": 1}
    described.check(changed, "/resources", whole)
    visit.answer_with("/resources", _fulfilling(whole))

    metrics = described.answer(visit.deployed, f"/metrics?resource_type=ec2&resource_ids={_instance(visit)}&region=us-east-1&metrics=cpu")
    (known,) = metrics["data"].values()
    metrics["data"] = {"orders-queue": {"age": next(iter(known.values()))}}
    asked: list[str] = []

    def measured(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(content_type="application/json", body=json.dumps(metrics))

    visit.answer_with("/metrics", measured)

    visit.sign_in("#/resources")
    table = visit.main.get_by_role("table", name="Resources")
    expect(table.get_by_role("columnheader", name="Backlog messages")).to_be_visible()
    expect(table.get_by_role("row").nth(1)).to_contain_text("4,711")
    visit.main.get_by_role("button", name="Types").click()
    expect(visit.page.get_by_role("dialog", name="Types").get_by_role("checkbox", name="queue", exact=True)).to_be_visible()
    visit.page.keyboard.press("Escape")
    table.get_by_role("button", name="Open orders", exact=True).click()
    drawer = visit.page.get_by_role("complementary", name="queue orders")
    expect(drawer.get_by_role("img").first).to_be_visible()
    expect(drawer.get_by_text("Age", exact=True).first).to_be_visible()
    assert "resource_type=queue" in asked[0]

    findings = described.answer(visit.deployed, "/bottlenecks")
    finding = findings["data"]["findings"][0]
    finding["rule"], finding["resource"] = "queue_old", finding["resource"] | {"resource_type": "queue", "name": "orders"}
    findings["data"]["findings"] = [finding]
    visit.answer_with("/bottlenecks", _fulfilling(findings))
    visit.page.keyboard.press("Escape")
    visit.go_to("Findings")
    heading = visit.main.get_by_role("heading", level=2)
    expect(heading).to_have_count(1)
    # The rule's name without its type, which stands beside it.
    expect(heading).to_contain_text("Old")
    expect(heading).to_contain_text("queue")


def _instance(visit: Visit) -> str:
    instances = described.answer(visit.deployed, "/resources?types=ec2&regions=us-east-1")["data"]["ec2"]
    return next(instance["id"] for instance in instances if instance["name"] == "batch")
