"""What no type lists, on the deployed stack: `types=other`, from the tests' own Resource Explorer."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator

import documents
import pytest
from emulator import demo_account, explorer as explorers
from emulator.explorer import Explorer
from emulator.ministack import ACCOUNT, OTHER_ACCOUNT, Emulator
from emulator.stack import Stack

from .api import Json, ask, call, gaps

REGIONS = "us-east-1,eu-west-1"
NAMES = {"queue": "sqs:{}", "topic": "sns:{}"}


@pytest.fixture(autouse=True)
def asked(explorer: Explorer) -> Iterator[Explorer]:
    """The Resource Explorer, with the requests of this test alone."""
    explorer.requests.clear()
    yield explorer
    assert {service for service, *_ in explorer.requests} <= {"ListIndexes", "GetIndex", "ListResources"}


def found(body: Json) -> dict[tuple[str | None, str], Json]:
    """Returns each resource by its region and id."""
    listed = {(one["region"], one["id"]): one for one in body["data"]["other"]}
    assert len(listed) == len(body["data"]["other"])
    return listed


def wanted(contents: demo_account.Contents) -> set[tuple[str, str, str]]:
    """Returns the region, id and environment of the account's queues and topics."""
    return {(region, NAMES[kind].format(name), env) for region, kind, name, env in contents.others if kind in NAMES}


def test_what_no_type_lists_is_listed(deployed: Stack) -> None:
    body = ask(deployed, "/resources", types="other", regions=REGIONS)
    assert (body["meta"]["partial"], body["meta"]["gaps"], list(body["data"]["counts"]["by_type"])) == (False, [], ["other"])
    listed = found(body)
    ours = {(region, id, one["tags"]["env"]) for (region, id), one in listed.items() if id.startswith(("sqs:", "sns:"))}
    assert ours == wanted(demo_account.HOME)
    queue = listed["us-east-1", "sqs:orders"]
    assert queue["arn"] == f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders"
    assert (queue["service"], queue["aws_type"], queue["name"]) == ("sqs", "sqs:queue", None)
    assert queue["last_reported_at"].endswith(":00:00Z") and "aws_default" not in queue
    assert {region for region, _ in listed} == {None, "us-east-1", "eu-west-1"}
    roles = {id for region, id in listed if region is None}
    assert "iam:role/acme-functions" in roles and all(id.startswith("iam:") for id in roles)
    assert {listed[None, id]["tags"] for id in roles} == {None}
    groups = {id for region, id in listed if region == "us-east-1" and id.startswith("ec2:security-group/")}
    # The default one of the VPC, which nothing tells from others, and that of the demo account.
    assert len(groups) >= 2 and not any("aws_default" in listed["us-east-1", id] for id in groups)


def test_what_aws_makes_is_marked(deployed: Stack) -> None:
    listed = found(ask(deployed, "/resources", types="other", regions="eu-west-1"))
    assert listed["eu-west-1", "events:event-bus/default"]["aws_default"] is True
    groups = {id: one["aws_default"] for (_, id), one in listed.items() if id.startswith("elasticache:parametergroup:")}
    assert groups and all(default is ("parametergroup:default." in id) for id, default in groups.items())
    assert listed[None, "iam:role/acme-functions"]["aws_default"] is False


def test_by_default_it_is_not_listed(deployed: Stack, asked: Explorer) -> None:
    body = ask(deployed, "/resources", regions="us-east-1")
    assert [key for key in body["data"] if key not in ("next_cursor", "counts")] == documents.default_types("/resources")
    assert "other" not in documents.default_types("/resources") and asked.requests == []


def test_all_types_list_each_resource_once(deployed: Stack) -> None:
    body = ask(deployed, "/resources", types="all", regions=REGIONS)
    assert body["meta"]["gaps"] == []
    types = documents.types("/resources")
    assert [key for key in body["data"] if key not in ("next_cursor", "counts")] == types
    arns = Counter(one["arn"] for kind in types for one in body["data"][kind])
    assert [arn for arn, times in arns.items() if times > 1] == []
    typed = {one["arn"] for kind in types if kind != "other" for one in body["data"][kind]}
    assert len(typed) > 60 and all(body["data"][kind] for kind in types)
    # Resource Explorer lists most of those, too, and none of them is left.
    assert typed.isdisjoint(one["arn"] for one in body["data"]["other"])


def test_one_list_has_all_regions(deployed: Stack, asked: Explorer) -> None:
    ask(deployed, "/resources", types="other")
    assert Counter(operation for operation, *_ in asked.requests) == {"ListIndexes": 1, "GetIndex": 1, "ListResources": 1}
    assert {(region, account) for _, region, account, _ in asked.requests} == {("us-east-1", ACCOUNT)}
    assert [body for operation, *_, body in asked.requests if operation == "ListResources"] == [{"MaxResults": 999}]


def test_pages_are_followed(deployed: Stack, asked: Explorer) -> None:
    whole = ask(deployed, "/resources", types="other", regions="us-east-1")
    with asked.changed(largest_page=100):
        paged = ask(deployed, "/resources", types="other", regions="us-east-1")
    assert found(paged) == found(whole)
    pages = whole["meta"]["aws_requests"]["by_operation"], paged["meta"]["aws_requests"]["by_operation"]
    assert [page["resource-explorer-2:ListResources"] for page in pages][0] == 1
    assert pages[1]["resource-explorer-2:ListResources"] > 2


def test_the_responses_own_pages_and_filters(deployed: Stack) -> None:
    prod = ask(deployed, "/resources", types="other", tags="env:prod", regions=REGIONS)
    expected = {(region, id) for region, id, env in wanted(demo_account.HOME) if env == "prod"}
    assert {place for place in found(prod) if place[1].startswith(("sqs:", "sns:"))} == expected
    assert prod["data"]["counts"]["by_type"] == {"other": len(prod["data"]["other"])}

    pages, cursor = [], None
    while cursor or not pages:
        more = {"cursor": cursor} if cursor else {}
        body = ask(deployed, "/resources", types="other", tags="env:prod", regions=REGIONS, limit=3, **more)
        pages.append(body["data"]["other"])
        cursor = body["data"]["next_cursor"]
    assert [one for page in pages for one in page] == prod["data"]["other"]
    assert all(len(page) <= 3 for page in pages)

    status, body = call(deployed, "/resources", types="other", states="running")
    assert (status, body["error"]["parameter"]) == (400, "states")


def test_a_table_has_them(deployed: Stack) -> None:
    asked = {"types": "other", "tags": "env:prod", "regions": REGIONS}
    _, headers, body = deployed.get(f"/resources?types=other&tags=env:prod&regions={REGIONS}&format=csv")
    assert headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(body.decode())))
    listed = ask(deployed, "/resources", **asked)["data"]["other"]
    assert [(row["region"], row["id"], row["aws_type"]) for row in rows] == [
        (one["region"] or "", one["id"], one["aws_type"]) for one in listed
    ]


def test_another_account_has_its_own(deployed: Stack, asked: Explorer) -> None:
    body = ask(deployed, f"/accounts/{OTHER_ACCOUNT}/resources", types="other", regions=REGIONS)
    assert (body["meta"]["account"], body["meta"]["gaps"]) == (OTHER_ACCOUNT, [])
    ours = {(region, id) for region, id in found(body) if id.startswith(("sqs:", "sns:"))}
    assert ours == {(region, id) for region, id, _ in wanted(demo_account.OTHER)}
    assert {account for _, _, account, _ in asked.requests} == {OTHER_ACCOUNT}


def test_a_region_without_an_index_is_a_gap_and_nothing_else_is_lost(deployed: Stack, asked: Explorer) -> None:
    whole = found(ask(deployed, "/resources", types="other", regions=REGIONS))
    with asked.changed(without_index={"eu-west-1"}):
        body = ask(deployed, "/resources", types="other", regions=REGIONS)
    assert gaps(body) == [("eu-west-1", "resource-explorer-2", "ListIndexes", "failed", "NoIndex")]
    (gap,) = body["meta"]["gaps"]
    assert "create an index there. Stratoscope switches nothing on" in gap["message"]
    assert found(body) == {place: one for place, one in whole.items() if place[0] != "eu-west-1"}
    assert body["data"]["counts"]["by_region"]["eu-west-1"] is None


def test_without_an_aggregator_each_region_is_listed(deployed: Stack, asked: Explorer) -> None:
    whole = found(ask(deployed, "/resources", types="other", regions=REGIONS))
    asked.requests.clear()
    with asked.changed(aggregator=None):
        body = ask(deployed, "/resources", types="other", regions=REGIONS)
    assert (found(body), body["meta"]["gaps"]) == (whole, [])
    lists = [region for operation, region, *_ in asked.requests if operation == "ListResources"]
    assert sorted(lists) == ["eu-west-1", "us-east-1"]


def test_an_account_without_an_index_is_told_what_to_switch_on(deployed: Stack, asked: Explorer) -> None:
    with asked.changed(without_index=None):
        status, alone = call(deployed, "/resources", types="other")
        body = ask(deployed, "/resources", types="other,ebs", regions="us-east-1")
    assert (status, alone["error"]["code"]) == (502, "NothingCollected")
    assert [(gap["region"], gap["code"]) for gap in alone["error"]["gaps"]] == [("global", "NoIndex")]
    assert "create an aggregator index" in alone["error"]["gaps"][0]["message"]
    assert gaps(body) == [("global", "resource-explorer-2", "ListIndexes", "failed", "NoIndex")]
    assert body["data"]["other"] is None and body["data"]["ebs"]


def test_without_a_default_view_the_rest_is_listed(deployed: Stack, asked: Explorer) -> None:
    with asked.changed(without_view={"us-east-1"}):
        body = ask(deployed, "/resources", types="other,ebs", regions="us-east-1")
    assert gaps(body) == [("global", "resource-explorer-2", "ListResources", "failed", "UnauthorizedException")]
    assert "has no default view in us-east-1" in body["meta"]["gaps"][0]["message"]
    assert body["data"]["other"] is None and body["data"]["ebs"]


def test_an_index_that_is_still_filled_is_reported(deployed: Stack, asked: Explorer) -> None:
    with asked.changed(state="CREATING"):
        body = ask(deployed, "/resources", types="other", regions="us-east-1")
    assert gaps(body) == [("global", "resource-explorer-2", "GetIndex", "failed", "IndexNotActive")]
    assert ("us-east-1", "sqs:orders") in found(body)


@pytest.mark.parametrize(
    ("status", "code", "kind"), [(403, "AccessDeniedException", "denied"), (429, "ThrottlingException", "throttled")]
)
@pytest.mark.parametrize("operation", ["ListIndexes", "GetIndex", "ListResources"])
def test_what_aws_refuses_is_a_gap(
    deployed: Stack, asked: Explorer, operation: str, status: int, code: str, kind: str
) -> None:
    with asked.changed(faults={operation: (status, code, "words of AWS")}):
        body = ask(deployed, "/resources", types="other,ebs", regions="us-east-1")
    assert gaps(body) == [("global", "resource-explorer-2", operation, kind, code)]
    assert body["data"]["ebs"]
    listed = body["data"]["other"]
    assert ("sqs:orders" in {one["id"] for one in listed}) if operation == "GetIndex" else listed is None


def test_the_stand_in_refuses_what_aws_refuses(explorer: Explorer, emulator: Emulator) -> None:
    account = explorers.Account(emulator, ACCOUNT)

    def refused(operation: str, body: Json) -> str:
        status, answer, code = explorer.answer(account, operation, "us-east-1", body)
        assert (status, code) == (400, "ValidationException"), answer
        return json.dumps(answer)

    assert "exceeds 1000" in refused("ListResources", {"MaxResults": 1001})
    assert "Unknown parameter" in refused("ListResources", {"Query": "sqs"})
    assert "Invalid type" in refused("ListResources", {"MaxResults": "999"})
    assert "none of" in refused("ListIndexes", {"Type": "GLOBAL"})
    assert "no parameters" in refused("GetIndex", {"Region": "us-east-1"})
    with explorer.changed(largest_page=1_000):
        for size, has_more in ((1_000, False), (10, True)):
            _, answer, _ = explorer.answer(account, "ListResources", "us-east-1", {"MaxResults": size})
            assert ("NextToken" in answer) is has_more
