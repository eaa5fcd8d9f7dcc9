"""AWS's own recommendations beside the findings: for the account alone, with AWS's figures, and never in the way of findings."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from emulator.hub import INACTIVE, Hub
from emulator.ministack import ACCOUNT, OTHER_ACCOUNT, Emulator
from emulator.stack import Stack

from . import bad_day, iam
from .api import Json, ask, gaps
from .bad_day import Endpoint

FUNCTION = "BottlenecksFunction"
SERVICE = "cost-optimization-hub"
OPERATIONS = ("ListEnrollmentStatuses", "ListRecommendations", "GetPreferences")


@pytest.fixture
def anew(deployed: Stack, emulator: Emulator) -> Iterator[None]:
    """Starts the function anew, so that it keeps no recommendations, and so once more afterwards."""
    with iam.started_anew(emulator, FUNCTION):
        yield


@pytest.fixture(scope="module")
def whole(deployed: Stack, emulator: Emulator) -> Json:
    with iam.started_anew(emulator, FUNCTION):
        return ask(deployed, "/bottlenecks")


#: What is asked about where one region shows as much as all of them, with a fraction of the requests.
PART = {"regions": "us-east-1"}


@pytest.fixture(scope="module")
def part(deployed: Stack, emulator: Emulator) -> Json:
    with iam.started_anew(emulator, FUNCTION):
        return ask(deployed, "/bottlenecks", **PART)


def _of_aws(body: Json) -> list[Json]:
    return [f for f in body["data"]["findings"] if f["source"] == SERVICE]


def _advised(hub: Hub, account: str = ACCOUNT) -> dict[str, Json]:
    """Returns what is best for each resource of an account, by the resource's ARN without the version of a function."""
    best: dict[str, Json] = {}
    for one in hub.all():
        if one["accountId"] == account and "resourceArn" in one:
            arn = one["resourceArn"].removesuffix(":$LATEST")
            best[arn] = max(best.get(arn, one), one, key=lambda other: other["estimatedMonthlySavings"])
    return best


def _key(finding: Json) -> tuple[str, str]:
    return finding["rule"], finding["resource"]["arn"]


def _usd(number: float) -> str:
    return f"{Decimal(str(number)):.2f}"


def test_each_recommendation_is_beside_the_findings_of_its_resource_or_is_a_finding(whole: Json, hub: Hub) -> None:
    advised = _advised(hub)
    assert len(advised) >= 5
    beside = {f["resource"]["arn"]: f for f in whole["data"]["findings"] if f["source"] == "stratoscope" and "aws_recommendation" in f}
    own = {f["resource"]["arn"]: f for f in _of_aws(whole)}
    assert own and beside and not own.keys() & beside.keys()
    suppressed = {entry["resource"]["arn"] for entry in whole["data"]["suppressed"]["findings"]}
    assert own.keys() | beside.keys() | (suppressed & advised.keys()) == advised.keys()
    for arn, finding in (beside | own).items():
        shown, one = finding["aws_recommendation"], advised[arn]
        assert (shown["action"], shown["monthly_usd"]) == (one["actionType"], _usd(one["estimatedMonthlySavings"]))
        assert (shown["current"], shown["recommended"]) == (one["currentResourceSummary"], one["recommendedResourceSummary"])
        assert (shown["lookback_days"], shown["discounts"]) == (one["recommendationLookbackPeriodInDays"], "after")
        assert finding["resource"]["region"] == one["region"]
    # Every finding of a resource has what is recommended for it, unless that is a finding itself.
    found = [f for f in whole["data"]["findings"] if f["resource"]["arn"] in advised]
    assert all("aws_recommendation" in f or f["resource"]["arn"] in own for f in found)


def test_what_is_slow_is_no_part_of_the_sums(deployed: Stack, whole: Json) -> None:
    about_money = ask(deployed, "/bottlenecks", categories="cost_optimizing")
    assert about_money["data"]["summary"]["savings"] == whole["data"]["summary"]["savings"]
    assert about_money["data"]["summary"]["by_category"]["performance"] == 0 < whole["data"]["summary"]["by_category"]["performance"]


def test_a_finding_by_awss_figure_says_so_and_counts(whole: Json, hub: Hub) -> None:
    advised = _advised(hub)
    for finding in _of_aws(whole):
        one = advised[finding["resource"]["arn"]]
        assert (finding["severity"], finding["category"]) == ("low", "cost_optimizing")
        assert finding["rule"] in ("aws_rightsize", "aws_delete", "aws_migrate_to_graviton")
        saved = finding["savings"]
        assert (saved["monthly_usd"], saved["basis"]) == (_usd(one["estimatedMonthlySavings"]), "aws_after_discounts")
        assert not {"sku", "unit_price"} & saved.keys()
        assert (saved["covered_by_commitment"], finding["savings_counted"]) == (None, True)
        assert saved["priced_at"] == finding["aws_recommendation"]["refreshed_at"]
    total = sum(Decimal(f["savings"]["monthly_usd"]) for f in _of_aws(whole))
    assert Decimal(whole["data"]["summary"]["savings"]["by_basis"]["aws_after_discounts"]) == total > 0
    last = [f["source"] for f in whole["data"]["findings"]][-len(_of_aws(whole)) :]
    assert set(last) == {SERVICE}


def test_what_is_to_be_bought_is_in_no_other_sum(whole: Json) -> None:
    purchases = whole["data"]["purchases"]
    assert (purchases["count"], purchases["monthly_usd"], purchases["unknown"]) == (1, "61.50", 0)
    (bought,) = purchases["recommendations"]
    assert (bought["action"], bought["aws_type"]) == ("PurchaseSavingsPlans", "ComputeSavingsPlans")
    assert "61.50" not in [f["savings"]["monthly_usd"] for f in whole["data"]["findings"] if "savings" in f]


def test_every_recommendation_is_accounted_for(deployed: Stack, whole: Json, hub: Hub) -> None:
    known = [one for one in hub.all() if one["accountId"] == ACCOUNT]
    assert whole["meta"]["cost_optimization_hub"]["enrolled"] is True
    for parameters in ({}, {"types": "ebs"}, {"regions": "eu-west-1"}, {"categories": "cost_optimizing", "sort": "savings"}):
        body = ask(deployed, "/bottlenecks", **parameters)
        counts = body["data"]["summary"]["aws_recommendations"]
        left_out = counts["not_shown"]
        assert counts["recommendations"] == counts["beside_findings"] + counts["findings"] + counts["purchases"] + sum(left_out.values())
        assert counts["recommendations"] == body["meta"]["cost_optimization_hub"]["recommendations"] <= len(known)
        if parameters == {"types": "ebs"}:
            assert left_out["other_type"] > 0
        if parameters == {"regions": "eu-west-1"}:
            assert left_out["other_region"] > 0
        assert body["data"]["purchases"]["count"] == 1


@pytest.mark.usefixtures("anew")
def test_the_account_alone_is_asked_about_and_once_an_hour(deployed: Stack, hub: Hub) -> None:
    before = len(hub.requests)
    first = ask(deployed, "/bottlenecks", limit=5, **PART)
    asked = [(account, operation, body) for account, operation, body in hub.requests[before:]]
    assert {operation for _, operation, _ in asked} == set(OPERATIONS)
    for account, operation, body in asked:
        assert account == ACCOUNT
        if operation == "ListRecommendations":
            assert body["filter"] == {"accountIds": [ACCOUNT]}
    # The stand-in has more than one page, and what it has of the other account is not here.
    assert len([1 for _, operation, _ in asked if operation == "ListRecommendations"]) > 1
    before = len(hub.requests)
    second = ask(deployed, "/bottlenecks", limit=5, cursor=first["data"]["next_cursor"], **PART)
    assert hub.requests[before:] == []
    assert second["data"]["summary"]["aws_recommendations"] == first["data"]["summary"]["aws_recommendations"]


def test_pages_have_each_finding_once(deployed: Stack, part: Json) -> None:
    for sort in ("severity", "savings"):
        found: list[Json] = []
        cursor: Json = {}
        while True:
            data = ask(deployed, "/bottlenecks", limit=15, sort=sort, **cursor, **PART)["data"]
            found += data["findings"]
            if data["next_cursor"] is None:
                break
            cursor = {"cursor": data["next_cursor"]}
        keys = [_key(finding) for finding in found]
        assert len(set(keys)) == len(keys) == part["data"]["summary"]["findings"] > 15


@pytest.mark.usefixtures("anew")
def test_an_account_that_is_not_enrolled_says_so_and_nothing_is_missing(deployed: Stack, emulator: Emulator, hub: Hub, part: Json) -> None:
    before = len(hub.requests)
    for enrollment in ({ACCOUNT: INACTIVE}, {}):
        with hub.changed(enrollment=enrollment), iam.started_anew(emulator, FUNCTION):
            body = ask(deployed, "/bottlenecks", **PART)
        known = body["meta"]["cost_optimization_hub"]
        assert (known["enrolled"], known["recommendations"]) == (False, None)
        assert "not enrolled" in known["message"]
        assert (gaps(body), body["meta"]["partial"]) == ([], False)
        _has_all_findings_of_rules(body, part)
    # Nothing was enrolled, and nothing else was asked.
    assert {operation for _, operation, _ in hub.requests[before:]} == {"ListEnrollmentStatuses"}


def test_another_account_is_asked_in_its_own_name(deployed: Stack, emulator: Emulator, hub: Hub) -> None:
    path = f"/accounts/{OTHER_ACCOUNT}/bottlenecks"
    assert ask(deployed, path)["meta"]["cost_optimization_hub"]["enrolled"] is False
    before = len(hub.requests)
    with hub.changed(enrollment={OTHER_ACCOUNT: "Active"}), iam.started_anew(emulator, FUNCTION):
        body = ask(deployed, path)
    assert {account for account, _, _ in hub.requests[before:]} == {OTHER_ACCOUNT}
    advised = _advised(hub, OTHER_ACCOUNT)
    shown = {f["resource"]["arn"] for f in body["data"]["findings"] if "aws_recommendation" in f}
    assert shown == advised.keys() != set()
    assert body["meta"]["cost_optimization_hub"]["recommendations"] >= len(advised)


@pytest.mark.parametrize("parameters", [{"savings": "none"}, {"categories": "performance"}], ids=str)
@pytest.mark.usefixtures("anew")
def test_where_it_is_no_part_of_the_response_it_is_not_asked(deployed: Stack, hub: Hub, parameters: Json) -> None:
    before = len(hub.requests)
    body = ask(deployed, "/bottlenecks", **parameters, **PART)
    assert hub.requests[before:] == []
    assert "cost_optimization_hub" not in body["meta"]
    assert not {"purchases"} & body["data"].keys() and "aws_recommendations" not in body["data"]["summary"]
    assert not [f for f in body["data"]["findings"] if f["source"] == SERVICE or "aws_recommendation" in f]


@pytest.mark.usefixtures("anew")
def test_without_the_permission_findings_are_whole(deployed: Stack, hub: Hub, part: Json) -> None:
    message = "User is not authorized to perform: cost-optimization-hub:ListEnrollmentStatuses"
    with hub.changed(fault=(lambda *_: True, "AccessDeniedException", message)):
        body = ask(deployed, "/bottlenecks", **PART)
    assert [gap[1:4] for gap in gaps(body)] == [(SERVICE, "ListEnrollmentStatuses", "denied")]
    _is_unknown(body, part)


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (bad_day.hang, "timed_out"), (bad_day.error(400, "ThrottlingException"), "throttled"),
        (bad_day.body(b'{"items": ['), "failed"), (bad_day.reset, "failed"),
    ],
    ids=["hangs", "throttles", "is malformed", "resets"],
)  # fmt: skip
@pytest.mark.parametrize("operation", ["ListEnrollmentStatuses", "ListRecommendations"])
def test_a_hub_that_fails_leaves_the_findings_whole(
    deployed: Stack, endpoint: Endpoint, emulator: Emulator, whole: Json, part: Json, operation: str, fault: Any, status: str
) -> None:
    # Calls that are throttled are repeated, for longer than the Hub is waited for after the survey of one region.
    where, known_before = ({}, whole) if status == "throttled" else (PART, part)
    with iam.started_anew(emulator, FUNCTION, **endpoint.variables()), endpoint.with_fault(fault, service=SERVICE, operation=operation):
        body = ask(deployed, "/bottlenecks", **where)
    assert [(gap[1], gap[3]) for gap in gaps(body)] == [(SERVICE, status)]
    _is_unknown(body, known_before)


def test_without_its_preferences_it_is_unknown_whether_discounts_count(deployed: Stack, endpoint: Endpoint, emulator: Emulator, whole: Json) -> None:
    fault = bad_day.error(400, "ThrottlingException")
    with iam.started_anew(emulator, FUNCTION, **endpoint.variables()), endpoint.with_fault(fault, service=SERVICE, operation="GetPreferences"):
        body = ask(deployed, "/bottlenecks")
    assert [gap[1:4] for gap in gaps(body)] == [(SERVICE, "GetPreferences", "throttled")]
    assert (body["meta"]["cost_optimization_hub"]["enrolled"], body["meta"]["cost_optimization_hub"]["discounts"]) == (True, None)
    assert [_key(f) for f in _of_aws(body)] == [_key(f) for f in _of_aws(whole)] != []
    assert {f["savings"]["basis"] for f in _of_aws(body)} == {"aws_discounts_unknown"}


def _is_unknown(body: Json, known_before: Json) -> None:
    known = body["meta"]["cost_optimization_hub"]
    assert (known["enrolled"], known["discounts"], known["recommendations"]) == (None, None, None)
    assert "gaps" in known["message"] and body["meta"]["partial"] is True
    _has_all_findings_of_rules(body, known_before)


def _has_all_findings_of_rules(body: Json, known_before: Json) -> None:
    of_rules = [_key(f) for f in known_before["data"]["findings"] if f["source"] == "stratoscope"]
    assert [_key(f) for f in body["data"]["findings"]] == of_rules != []
    assert "purchases" not in body["data"] and "aws_recommendations" not in body["data"]["summary"]


def test_a_table_has_what_aws_recommends(deployed: Stack, whole: Json) -> None:
    status, _, text = deployed.get("/bottlenecks?format=csv")
    assert status == 200
    rows = list(csv.DictReader(io.StringIO(text.decode())))
    read = {(r["rule"], r["arn"], r["source"], r["aws_savings_monthly_usd"], r["aws_action"]) for r in rows if r["aws_action"]}
    shown = [f for f in whole["data"]["findings"] if "aws_recommendation" in f]
    assert read == {(*_key(f), f["source"], f["aws_recommendation"]["monthly_usd"], f["aws_recommendation"]["action"]) for f in shown}
