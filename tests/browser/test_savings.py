"""What findings save, on the page: the sum, the ten worth most, and the evidence, against the API's own response."""

from __future__ import annotations

import csv
import re
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import urlsplit

from playwright.sync_api import Locator, expect

from . import described
from .described import Json
from .visit import Visit

CENT = Decimal("0.01")
HALF_A_CENT = Decimal("0.005")


def _usd(amount: Decimal) -> str:
    """An amount as the page writes it."""
    if 0 < amount < HALF_A_CENT:
        return "<$0.01"
    return f"${amount.quantize(CENT, ROUND_HALF_UP):,}"


def _exact(amount: str) -> str:
    """A decimal number with separators, and all of its digits."""
    return f"{Decimal(amount):,}"


def _saved(finding: Json) -> Decimal:
    return Decimal(finding["savings"]["monthly_usd"]) if "savings" in finding else Decimal()


def _figure(finding: Json) -> str:
    return ("up to " if "bound" in finding["savings"] else "") + _usd(_saved(finding))


def _name(finding: Json) -> str:
    return finding["resource"]["name"] or finding["resource"]["id"]


def _counted(findings: list[Json]) -> list[Json]:
    """The findings that count in sums, most first."""
    return sorted((one for one in findings if one.get("savings_counted")), key=_saved, reverse=True)


def _as_shown(findings: list[Json]) -> list[Json]:
    """Findings in the order of the view that is sorted by savings: by rule, and the rules by what counts in them."""
    groups: dict[str, list[Json]] = {}
    for finding in sorted(findings, key=_saved, reverse=True):
        groups.setdefault(finding["rule"], []).append(finding)
    by_sum = sorted(groups.values(), key=lambda group: sum(map(_saved, _counted(group))), reverse=True)
    return [finding for group in by_sum for finding in group]


def _bottlenecks(visit: Visit, query: str = "") -> Json:
    data: Json = described.answer(visit.deployed, f"/bottlenecks{query}")["data"]
    assert data["next_cursor"] is None
    return data


def _tile(visit: Visit) -> Locator:
    return visit.main.get_by_role("link", name=re.compile("^Could be saved a month"))


def _lines(visit: Visit) -> Locator:
    return visit.main.locator(".finding-head")


def test_the_overview_has_the_sum_and_the_ten_worth_most(visit: Visit) -> None:
    data = _bottlenecks(visit)
    summary, counted = data["summary"]["savings"], _counted(data["findings"])
    total = sum(map(_saved, counted))
    assert total == Decimal(summary["monthly_usd"]) > 0
    assert summary["unknown"] > 0
    assert len(counted) > 10
    visit.sign_in()
    expect(_tile(visit)).to_contain_text(_usd(total))
    at_most = "up to" in _tile(visit).inner_text()
    assert at_most == any("bound" in finding["savings"] for finding in counted)
    expect(visit.main).to_contain_text(f"{summary['findings']} with a figure, {summary['unknown']} without")
    most = visit.main.locator(".card-worth").get_by_role("listitem")
    expect(most).to_have_count(10)
    for line, finding in zip(most.all(), counted, strict=False):
        expect(line).to_contain_text(_name(finding))
        expect(line).to_contain_text(_figure(finding))


def test_what_one_can_save_is_three_clicks_away_with_its_evidence(visit: Visit) -> None:
    data = _bottlenecks(visit)
    visit.sign_in()
    visit.settle()
    _tile(visit).click()
    expect(visit.main.get_by_role("heading", name="Findings", level=1)).to_be_visible()
    # What is here already is sorted here: another call would be measured, and billed, again.
    assert len([call for call in visit.calls() if call.startswith("/bottlenecks")]) == 1
    shown = _as_shown(data["findings"])
    expect(_lines(visit)).to_have_count(len(shown))
    best = shown[0]
    _lines(visit).first.click()
    evidence = visit.main.get_by_role("region", name="What it saves")
    expect(evidence).to_contain_text(f"Could be saved: {_figure(best)} / month")
    saved = best["savings"]
    for part in [*saved.get("parts", [] if "parts" in saved else [saved]), *saved.get("instead", [])]:
        is_hourly = part["unit"].endswith(("Hrs", "Hours", "hours"))
        amount = Decimal(part["unit_price"]) * Decimal(part["quantity"]) * (730 if is_hourly else 1)
        assert abs(amount - Decimal(part["monthly_usd"])) <= HALF_A_CENT
        formula = f"${_exact(part['unit_price'])} per {part['unit']} × {_exact(part['quantity'])}{' × 730 h' if is_hourly else ''}"
        row = evidence.get_by_role("row").filter(has_text=formula).filter(has_text=part["sku"])
        expect(row.first).to_contain_text(_usd(Decimal(part["monthly_usd"])))


def test_each_finding_about_money_has_a_figure_or_the_reason_for_none(visit: Visit) -> None:
    findings = _as_shown(_bottlenecks(visit)["findings"])
    visit.sign_in("#/findings?sort=savings")
    lines = _lines(visit)
    expect(lines).to_have_count(len(findings))
    for line, finding in zip(lines.all(), findings, strict=True):
        figure = line.locator(".finding-saves")
        if "savings" in finding:
            expect(figure).to_contain_text(f"{_figure(finding)} / month")
        elif "savings_unknown" in finding:
            expect(figure.get_by_title(finding["savings_unknown"]["message"])).to_be_attached()
        else:
            expect(figure).to_be_empty()


def test_what_has_no_figure_is_a_click_away_and_says_why(visit: Visit) -> None:
    unknown = [finding for finding in _bottlenecks(visit)["findings"] if "savings_unknown" in finding]
    visit.sign_in()
    visit.main.get_by_role("link", name=f"{len(unknown)} without").click()
    expect(_lines(visit)).to_have_count(len(unknown))
    _lines(visit).first.click()
    expect(visit.main.get_by_text(f"unknown: {_as_shown(unknown)[0]['savings_unknown']['message']}", exact=True)).to_be_visible()
    visit.main.get_by_role("button", name=re.compile("^With a figure")).click()
    known = [finding for finding in _bottlenecks(visit)["findings"] if "savings" in finding]
    expect(_lines(visit)).to_have_count(len(known))


def test_of_a_resource_with_several_findings_one_is_counted(visit: Visit) -> None:
    findings = _bottlenecks(visit)["findings"]
    one = next(finding for finding in findings if finding.get("savings_counted") is False)
    of_same = [other for other in findings if other["resource"] == one["resource"] and "savings" in other]
    (counted,) = _counted(of_same)
    visit.sign_in("#/findings?_by=resource")
    resource = visit.main.locator("section.group").filter(has=visit.page.get_by_text(one["resource"]["id"], exact=True))
    expect(resource.get_by_role("heading").locator("xpath=..")).to_contain_text(f"{_figure(counted)} / month")
    for finding, mark in ((one, "not counted"), (counted, "counted for this resource")):
        resource.get_by_role("button").filter(has_text=_figure(finding)).first.click()
        expect(resource.get_by_role("region", name="What it saves")).to_contain_text(mark)


def test_the_order_stands_in_the_address_and_survives_a_reload(visit: Visit) -> None:
    expected = [_figure(one) for one in _as_shown(_bottlenecks(visit)["findings"]) if "savings" in one]
    visit.sign_in("#/findings")
    visit.main.get_by_role("button", name="By savings").click()
    assert "sort=savings" in urlsplit(visit.page.url).fragment
    visit.page.reload()
    visit.fill_in(visit.deployed.api_key, visit.deployed.token)
    expect(visit.main.locator(".saves")).to_have_text([re.compile(re.escape(figure)) for figure in expected])
    assert "/bottlenecks?sort=savings" in visit.calls()[-1]


def test_the_csv_has_what_findings_save(visit: Visit) -> None:
    findings = sorted(_bottlenecks(visit)["findings"], key=_saved, reverse=True)
    visit.sign_in("#/findings?sort=savings")
    expect(_lines(visit)).to_have_count(len(findings))
    with visit.page.expect_download() as downloading:
        visit.main.get_by_role("button", name="CSV").click()
    with downloading.value.path().open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["savings_monthly_usd"] for row in rows] == [one.get("savings", {}).get("monthly_usd", "") for one in findings]
    assert [row["savings_unknown"] for row in rows] == [one.get("savings_unknown", {}).get("reason", "") for one in findings]


def test_resources_say_what_they_cost_with_the_sum_of_the_api(visit: Visit) -> None:
    prices = described.answer(visit.deployed, "/resources?prices=true")["data"]["counts"]["prices"]
    assert min(prices["priced"], prices["unknown"]) > 0
    visit.sign_in("#/resources?prices=true")
    expect(visit.main.get_by_role("checkbox", name="List prices")).to_be_checked()
    line = visit.main.locator(".savings-line")
    expect(line).to_contain_text(_usd(Decimal(prices["monthly_usd"])))
    expect(line).to_contain_text(f"{prices['priced']:,} with a figure, {prices['unknown']:,} without")
    expect(visit.main.get_by_role("columnheader", name="Price a month")).to_be_in_viewport()
    visit.main.get_by_role("checkbox", name="List prices").uncheck()
    expect(line).to_have_count(0)
    assert "prices" not in urlsplit(visit.page.url).fragment
