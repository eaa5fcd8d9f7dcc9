"""Other accounts on the deployed stack: each has its own paths and returns its own data and no other account's."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from emulator import demo_account, demo_metrics, demo_quotas
from emulator.ledger import Ledger
from emulator.ministack import ACCOUNT, OTHER_ACCOUNT, Emulator
from emulator.stack import Stack

from . import iam
from .api import Json, ask, call
from .conftest import ACCOUNT_WITHOUT_ROLE
from .tokens import token

OTHER = f"/accounts/{OTHER_ACCOUNT}"


def _names(body: Json) -> set[str]:
    return {r["name"] for listed in body["data"].values() if isinstance(listed, list) for r in listed if r["name"]}


def _name_of(contents: demo_account.Contents) -> set[str]:
    by_default = contents._replace(others=[])
    return {row[1] for rows in by_default[1:] for row in rows}


def test_resources_of_the_other_account_are_its_own(deployed: Stack) -> None:
    body = ask(deployed, f"{OTHER}/resources")
    assert (body["meta"]["account"], body["meta"]["gaps"]) == (OTHER_ACCOUNT, [])
    assert _names(body) == _name_of(demo_account.OTHER)
    arns = {r["arn"].split(":")[4] for kind in ("ec2", "rds", "lambda", "ebs", "eip") for r in body["data"][kind]}
    assert arns == {OTHER_ACCOUNT}
    assert _name_of(demo_account.OTHER).isdisjoint(_names(ask(deployed, "/resources")))


def test_metrics_of_the_other_account_are_its_own(deployed: Stack) -> None:
    ours = {"resource_type": "rds", "region": "eu-west-1", "hours": 3}
    theirs = ask(deployed, f"{OTHER}/metrics", resource_ids="sandbox-db,shop", **ours)
    found = {name: series["cpu"]["found"] for name, series in theirs["meta"]["series"].items()}
    assert theirs["meta"]["account"] == OTHER_ACCOUNT
    assert found["sandbox-db"] > 0 and found["shop"] == 0
    found = ask(deployed, "/metrics", resource_ids="sandbox-db,shop", **ours)["meta"]["series"]
    assert found["sandbox-db"]["cpu"]["found"] == 0 and found["shop"]["cpu"]["found"] > 0


def test_costs_of_the_other_account_are_its_own(deployed: Stack, bill: Ledger) -> None:
    body = ask(deployed, f"{OTHER}/costs", days=7, group_by="account")
    assert body["meta"]["account"] == OTHER_ACCOUNT
    assert set(body["data"]["costs_by_account"]) == {OTHER_ACCOUNT}
    days = set(body["data"]["periods"])
    lines = [line for line in bill.seen_by(OTHER_ACCOUNT) if line.day.isoformat() in days]
    assert 0 < body["data"]["total_cost"] == pytest.approx(float(sum(line.unblended for line in lines)), abs=1e-9)
    assert set(ask(deployed, "/costs", days=7, group_by="account")["data"]["costs_by_account"]) == {ACCOUNT, OTHER_ACCOUNT}


def test_findings_of_the_other_account_are_its_own(deployed: Stack) -> None:
    body = ask(deployed, f"{OTHER}/bottlenecks")
    assert (body["meta"]["account"], body["meta"]["gaps"]) == (OTHER_ACCOUNT, [])
    found = {(f["rule"], f["resource"]["name"]) for f in body["data"]["findings"]}
    assert {("ec2_sustained_high_cpu", demo_metrics.OTHERS_HOT), ("ebs_unattached", "sandbox-scratch")} <= found
    assert {name for _, name in found if name} <= _name_of(demo_account.OTHER) | demo_quotas.near(OTHER_ACCOUNT)


@pytest.mark.parametrize(
    "path",
    [
        "/resources?types=rds,lambda,s3",
        "/metrics?resource_type=rds&resource_ids=orders&region=us-east-1&hours=24",
        "/costs?days=9",
        "/bottlenecks?types=ebs,eip",
    ],
)
def test_the_home_account_answers_the_same_under_its_own_path(deployed: Stack, path: str) -> None:
    short, long = (ask(deployed, prefix + path) for prefix in ("", f"/accounts/{ACCOUNT}"))
    # The second call may find the account and the costs cached.
    for answer in (short, long):
        for name in ("aws_requests", "elapsed_ms", "generated_at"):
            del answer["meta"][name]
    assert short == long


def test_fifty_mixed_calls_at_once_never_mix_the_accounts(deployed: Stack) -> None:
    def asked(number: int) -> tuple[str, Any]:
        prefix, account = [("", ACCOUNT), (OTHER, OTHER_ACCOUNT)][number % 2]
        where = "regions=us-east-1,eu-west-1"
        routes = [f"/resources?{where}", "/costs?days=5&group_by=account", f"/bottlenecks?types=ec2,eip&{where}"]
        status, _, body = deployed.get(prefix + routes[number % 3])
        return account, (status, json.loads(body))

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(asked, range(50)))
    for account, (status, body) in answers:
        assert (status, body["meta"]["account"], body["meta"]["gaps"]) == (200, account, []), body
        foreign = _name_of(demo_account.HOME if account == OTHER_ACCOUNT else demo_account.OTHER)
        assert not [name for name in foreign if f'"{name}"' in json.dumps(body)]


@pytest.mark.parametrize("route", ["/resources", "/bottlenecks"])
def test_a_cursor_is_valid_for_one_account_only(deployed: Stack, route: str) -> None:
    where = {"types": "ebs", "regions": "eu-west-1,us-east-1", "limit": 1}
    cursor = ask(deployed, route, **where)["data"]["next_cursor"]
    assert ask(deployed, f"/accounts/{ACCOUNT}{route}", **where, cursor=cursor)["success"]
    status, body = call(deployed, OTHER + route, **where, cursor=cursor)
    assert (status, body["error"]["parameter"]) == (400, "cursor")


def test_a_malformed_account_is_a_400_that_names_it(deployed: Stack) -> None:
    for account in ("12345", "21098765432x", "1234567890123", "%3Cscript%3E"):
        status, body = call(deployed, f"/accounts/{account}/resources")
        assert (status, body["error"]["code"], body["error"]["parameter"]) == (400, "InvalidParameter", "account")


def test_an_account_that_is_not_configured_is_a_404(deployed: Stack) -> None:
    for route in ("resources", "metrics?resource_type=rds&resource_ids=a&region=us-east-1", "costs", "bottlenecks"):
        status, body = call(deployed, f"/accounts/444444444444/{route}")
        assert (status, body["error"]["code"]) == (404, "UnknownAccount"), route


def test_an_account_without_the_role_is_reported_with_what_to_check(deployed: Stack) -> None:
    status, body = call(deployed, f"/accounts/{ACCOUNT_WITHOUT_ROLE}/costs")
    assert (status, body["error"]["code"], body["error"]["gaps"][0]["code"]) == (502, "AccountUnreachable", "AccessDenied")
    assert "Check that a role with the name in ReaderRoleName exists" in body["error"]["message"]


def test_a_token_opens_the_accounts_of_its_list_and_no_other(deployed: Stack) -> None:
    expected = {
        ("foreigner", "/resources"): 403, ("foreigner", f"{OTHER}/resources"): 200,
        ("bookkeeper", "/costs"): 200, ("bookkeeper", f"{OTHER}/costs"): 403, ("bookkeeper", f"/accounts/{ACCOUNT}/costs"): 200,
        ("auditor", f"{OTHER}/costs"): 200, ("auditor", f"{OTHER}/resources"): 403,
    }  # fmt: skip
    assert {(n, p): deployed.get(p, headers=deployed.headers(token(n)))[0] for n, p in expected} == expected


def test_without_the_permission_the_role_is_reported_as_unreachable(deployed: Stack, emulator: Emulator) -> None:
    role = iam.role_of(emulator, "ResourcesFunction")
    with iam.without(emulator, role, "sts:AssumeRole"), iam.started_anew(emulator, "ResourcesFunction"):
        status, _, body = deployed.get(f"{OTHER}/resources")
    error = json.loads(body)["error"]
    assert (status, error["code"]) == (502, "AccountUnreachable"), body
    assert [(g["service"], g["operation"], g["status"], g["code"]) for g in error["gaps"]] == [
        ("sts", "AssumeRole", "denied", "AccessDenied")
    ]
    assert error["message"].startswith(f"The reader role of account {OTHER_ACCOUNT} can't be assumed: AccessDenied. Check")
    assert b"arn:" not in body


def test_with_another_external_id_the_role_is_unreachable(deployed: Stack, emulator: Emulator) -> None:
    with iam.started_anew(emulator, "CostsFunction", READER_EXTERNAL_ID="another"):
        status, body = call(deployed, f"{OTHER}/costs")
    assert (status, body["error"]["code"], body["error"]["gaps"][0]["code"]) == (502, "AccountUnreachable", "AccessDenied")


def test_the_reader_role_may_do_what_the_functions_may_and_no_more(emulator: Emulator, deployed: Stack) -> None:
    functions = ("ResourcesFunction", "MetricsFunction", "CostsFunction", "BottlenecksFunction")
    needed = {a for f in functions for a in iam.allowed_actions(emulator, iam.role_of(emulator, f))}
    reader = iam.allowed_actions(emulator, "stratoscope-reader", OTHER_ACCOUNT)
    assert reader == needed - iam.ENTER - iam.AT_HOME


def test_nobody_else_in_the_home_account_may_assume_the_reader_role(emulator: Emulator, deployed: Stack) -> None:
    sts = emulator.client("sts")
    arn = f"arn:aws:iam::{OTHER_ACCOUNT}:role/stratoscope-reader"
    with pytest.raises(sts.exceptions.ClientError, match="AccessDenied"):
        sts.assume_role(RoleArn=arn, RoleSessionName="somebody", ExternalId="of-the-demo-account")


def test_every_account_of_an_organisation_may_be_read_if_its_role_allows(deployed: Stack, emulator: Emulator) -> None:
    with iam.started_anew(emulator, "ResourcesFunction", OTHER_ACCOUNTS="organization"):
        assert ask(deployed, f"{OTHER}/resources", types="eip")["meta"]["account"] == OTHER_ACCOUNT
        status, body = call(deployed, "/accounts/444444444444/resources", types="eip")
    assert (status, body["error"]["code"], body["error"]["gaps"][0]["code"]) == (502, "AccountUnreachable", "AccessDenied")
