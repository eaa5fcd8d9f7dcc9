"""What a person sees when something is missing or fails: never a zero, and always what to do."""

from __future__ import annotations

import json
import re

from e2e import clients, iam, tokens
from emulator.ministack import Emulator
from playwright.sync_api import Locator, Route, expect

from . import described
from .visit import Visit


def _gateway(status: int, body: str) -> object:
    """An answer of the gateway itself, as recorded from AWS."""
    return lambda route: route.fulfill(status=status, content_type="application/json", body=body)


def _table(visit: Visit) -> Locator:
    return visit.main.get_by_role("table", name="Resources")


def test_a_gap_is_named_and_is_not_a_zero(visit: Visit, emulator: Emulator) -> None:
    with iam.without(emulator, iam.role_of(emulator, "ResourcesFunction"), "rds:DescribeDBInstances"):
        expected = described.answer(visit.deployed, "/resources")
        assert expected["meta"]["partial"]
        assert expected["data"]["rds"] is None
        visit.sign_in("#/resources")
        expect(_table(visit)).to_be_visible()
        count = len(expected["meta"]["gaps"])
        visit.page.get_by_role("banner").get_by_role("button", name=re.compile(rf"^{count} gaps?$")).click()
        listed = visit.page.get_by_role("dialog", name="What is missing")
        expect(listed.get_by_role("row")).to_have_count(count + 1)
        expect(listed.get_by_role("row").nth(1)).to_contain_text("rds:DescribeDBInstances")
        expect(listed).to_contain_text(expected["meta"]["gaps"][0]["code"])
        visit.page.keyboard.press("Escape")
        visit.go_to("Overview")
        matrix = visit.main.get_by_role("table").filter(has_text="us-east-1")
        expect(matrix.get_by_role("columnheader", name="us-east-1")).to_be_visible()
        column = matrix.get_by_role("columnheader").all_text_contents().index("us-east-1")
        cells = matrix.get_by_role("row", name=re.compile("^rds ")).get_by_role("cell")
        expect(cells.nth(column - 1)).to_contain_text("–")


def test_a_token_that_expires_in_the_middle_costs_no_work(visit: Visit) -> None:
    status, _, body = visit.deployed.get("/bottlenecks", visit.deployed.headers(tokens.token("guest")))
    assert status == 403
    visit.sign_in("#/resources?types=ec2")
    expect(_table(visit)).to_be_visible()
    visit.main.get_by_role("searchbox", name=re.compile("^Search")).fill("web")
    expect(_table(visit)).to_have_attribute("aria-rowcount", "4")
    visit.expect_errors("403: /(resources|bottlenecks)")
    visit.answer_with("/(resources|bottlenecks)", lambda route: route.fulfill(status=403, body=body.decode()))
    visit.page.get_by_role("button", name="Ask again").click()
    again = visit.page.get_by_role("dialog", name="Sign in again")
    expect(again.get_by_role("alert")).to_contain_text("This token is wrong or has expired")
    # What was there stays beneath.
    expect(visit.page.locator("#main")).to_contain_text("web-1")
    visit.page.unroute_all()
    again.get_by_label("API key", exact=True).fill(visit.deployed.api_key)
    again.get_by_label("Token", exact=True).fill(visit.deployed.token)
    again.get_by_role("button", name="Sign in").click()
    expect(again).to_be_hidden()
    expect(_table(visit)).to_have_attribute("aria-rowcount", "4")
    expect(visit.main.get_by_role("alert")).to_have_count(0)


def test_a_spent_quota_is_told_apart_from_a_rate(visit: Visit, emulator: Emulator) -> None:
    with clients.with_quota(emulator, visit.deployed, 1) as headers:
        visit.expect_errors("429: /resources")
        visit.sign_in("#/resources", key=headers["x-api-key"])
        refused = visit.main.get_by_role("alert")
        expect(refused).to_contain_text("quota of this key is used up")
        expect(refused.get_by_role("button", name="Try again")).to_have_count(0)


def test_too_many_requests_can_be_tried_again(visit: Visit) -> None:
    visit.expect_errors("429: /resources")
    visit.answer_with("/resources", _gateway(429, '{"message":"Too Many Requests"}'))
    visit.sign_in("#/resources")
    refused = visit.main.get_by_role("alert")
    expect(refused).to_contain_text("Too many requests")
    visit.page.unroute_all()
    refused.get_by_role("button", name="Try again").click()
    expect(_table(visit)).to_be_visible()
    expect(refused).to_have_count(0)


def test_a_wrong_filter_is_explained_where_it_is(visit: Visit) -> None:
    visit.expect_errors("400: /resources")
    status, _, body = visit.deployed.get("/resources?types=ec2&states=nonsense")
    assert status == 400
    visit.sign_in("#/resources?types=ec2&states=nonsense")
    expect(visit.main.get_by_role("alert")).to_contain_text(json.loads(body)["error"]["message"].replace("`", ""))
    expect(visit.main.get_by_role("button", name="States")).to_have_attribute("aria-invalid", "true")


def test_an_account_that_lets_nobody_in_is_not_an_empty_one(visit: Visit) -> None:
    visit.expect_errors("502: /accounts/555555555555/resources")
    visit.sign_in("#/resources?_account=555555555555")
    expect(visit.main.get_by_role("alert")).to_contain_text("does not let Stratoscope in")


def test_a_token_without_the_scope_says_so(visit: Visit) -> None:
    visit.expect_errors("403: /costs")
    visit.sign_in("#/costs", token=tokens.token("viewer"))
    expect(visit.main).to_contain_text(re.compile("token does not open", re.IGNORECASE))


def test_nothing_found_names_what_was_looked_for(visit: Visit) -> None:
    visit.sign_in("#/resources?types=ec2&regions=sa-east-1")
    expect(visit.main).to_contain_text("No ec2 in 1 region")
    visit.open("#/resources?types=ec2")
    visit.main.get_by_role("searchbox", name=re.compile("^Search")).fill("no such thing")
    expect(visit.main).to_contain_text(re.compile(r"The search hides all \d+"))


def test_a_bucket_whose_region_is_unknown_says_so_and_is_not_measured(visit: Visit) -> None:
    whole = described.answer(visit.deployed, "/resources?types=s3")
    bucket = whole["data"]["s3"][0] | {"region": None}
    whole["data"]["s3"] = [bucket]
    described.check(described.of(visit.deployed), "/resources", whole)
    visit.answer_with("/resources", lambda route: route.fulfill(content_type="application/json", body=json.dumps(whole)))
    visit.sign_in("#/resources?types=s3")
    visit.main.get_by_role("button", name=f"Open {bucket['name']}", exact=True).click()
    details = visit.page.get_by_role("complementary")
    expect(details).to_contain_text("s3 · –missing: AWS gives no region")
    expect(details).to_contain_text("Tags")
    visit.settle()
    assert [call for call in visit.calls() if call.startswith("/metrics")] == []


def test_without_a_network_the_page_says_so_and_goes_on_afterwards(visit: Visit) -> None:
    visit.sign_in("#/resources?types=eip")
    expect(_table(visit)).to_be_visible()
    visit.expect_errors("failed: /")
    visit.context.set_offline(True)
    visit.go_to("Costs")
    refused = visit.main.get_by_role("alert")
    expect(refused).to_contain_text("No connection to the API")
    visit.context.set_offline(False)
    refused.get_by_role("button", name="Try again").click()
    expect(refused).to_have_count(0)


def test_nothing_of_all_aws_is_an_error_with_its_gaps(visit: Visit) -> None:
    gap = {
        "region": "*", "service": "ce", "operation": "GetCostAndUsage",
        "resource_types": [], "status": "denied", "code": "AccessDeniedException", "message": "User is not authorized",
    }  # fmt: skip
    error = {"code": "NothingCollected", "message": "AWS returned none of the requested data.", "gaps": [gap]}
    body = {"success": False, "error": error, "request_id": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"}
    described.check(described.of(visit.deployed), "/costs", body, 502)
    visit.expect_errors("502: /costs")

    def answer(route: Route) -> None:
        route.fulfill(status=502, content_type="application/json", body=json.dumps(body))

    visit.answer_with("/costs", answer)
    visit.sign_in("#/costs")
    refused = visit.main.get_by_role("alert").first
    expect(refused).to_contain_text("AWS returned nothing")
    expect(refused.get_by_role("row").nth(1)).to_contain_text("ce:GetCostAndUsage")
