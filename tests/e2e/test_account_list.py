"""`GET /accounts` on the deployed stack: each principal sees the accounts that it may ask about, and no other."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator

import pytest
from emulator.ledger import Ledger
from emulator.ministack import ACCOUNT, OTHER_ACCOUNT, Emulator
from emulator.stack import Stack

from . import bad_day, iam
from .api import Json, ask, call, gaps
from .conftest import ACCOUNT_WITHOUT_ROLE
from .issuer import Issuer
from .tokens import token

#: What the emulator calls the home account. The other one is in no organisation there.
HOME_NAME = "Master Account"

ROUTES = ["resources", "metrics", "costs", "bottlenecks"]

THE_REASON = ("us-east-1", "sts", "AssumeRole", "denied", "AccessDenied")


def _listed(deployed: Stack, bearer: str) -> Json:
    status, _, body = deployed.get("/accounts", headers=deployed.headers(bearer))
    assert status == 200, body
    return json.loads(body)


def _summary(body: Json) -> list[tuple[str, bool | None]]:
    return [(account["id"], account["reachable"]) for account in body["data"]["accounts"]]


def _reason(account: Json) -> tuple[str, ...]:
    gap = account["gap"]
    return gap["region"], gap["service"], gap["operation"], gap["status"], gap["code"]


def test_every_account_is_listed_with_its_name_its_routes_and_whether_it_lets_us_in(deployed: Stack) -> None:
    body = ask(deployed, "/accounts")
    assert (body["meta"]["account"], body["meta"]["partial"], body["meta"]["gaps"]) == (ACCOUNT, False, [])
    home, other, closed = body["data"]["accounts"]
    assert home == {
        "id": ACCOUNT, "name": HOME_NAME, "home": True, "reachable": True, "checked_at": None, "gap": None,
        "routes": [f"/accounts/{ACCOUNT}/{route}" for route in ROUTES],
    }  # fmt: skip
    assert (other["id"], other["name"], other["home"], other["reachable"], other["gap"]) == (OTHER_ACCOUNT, None, False, True, None)
    assert (closed["id"], closed["reachable"], _reason(closed)) == (ACCOUNT_WITHOUT_ROLE, False, THE_REASON)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", account["checked_at"]) for account in (other, closed))
    assert "arn:" not in closed["gap"]["message"]
    # A route that is listed answers.
    assert ask(deployed, other["routes"][0], types="eip")["meta"]["account"] == OTHER_ACCOUNT


@pytest.mark.parametrize(
    ("name", "accounts", "routes"),
    [
        ("bookkeeper", [ACCOUNT], ["costs"]),
        ("viewer", [ACCOUNT], ["resources", "metrics"]),
        ("foreigner", [OTHER_ACCOUNT], ROUTES),
        ("auditor", [ACCOUNT, OTHER_ACCOUNT, ACCOUNT_WITHOUT_ROLE], ["costs"]),
    ],
)
def test_a_principal_sees_its_own_accounts_and_routes(deployed: Stack, name: str, accounts: list[str], routes: list[str]) -> None:
    """All within a minute, so that a cache would show."""
    body = _listed(deployed, token(name))
    assert [account["id"] for account in body["data"]["accounts"]] == accounts
    for account in body["data"]["accounts"]:
        assert account["routes"] == [f"/accounts/{account['id']}/{route}" for route in routes]
    text = json.dumps(body["data"])
    for account in {ACCOUNT, OTHER_ACCOUNT, ACCOUNT_WITHOUT_ROLE} - set(accounts):
        assert account not in text
    assert body["meta"]["account"] == ACCOUNT


def test_a_jwt_sees_its_accounts_and_one_without_any_an_empty_list(deployed: Stack, issuer: Issuer) -> None:
    of_two = issuer.claims(accounts=[OTHER_ACCOUNT, "444444444444"])
    # The deployment does not know the second one.
    assert _summary(_listed(deployed, issuer.token(of_two))) == [(OTHER_ACCOUNT, True)]
    assert _summary(_listed(deployed, issuer.token(issuer.claims(accounts=None)))) == []


def test_it_needs_a_key_and_a_valid_token_with_a_route(deployed: Stack, issuer: Issuer) -> None:
    statuses = {
        "no key": deployed.get("/accounts", headers={"Authorization": f"Bearer {deployed.token}"})[0],
        "no token": deployed.get("/accounts", headers={"x-api-key": deployed.api_key})[0],
        "expired": deployed.get("/accounts", headers=deployed.headers(token("guest")))[0],
        "no scope": deployed.get("/accounts", headers=deployed.headers(issuer.token(issuer.claims(scope="openid"))))[0],
        "refresh alone": deployed.get("/accounts", headers=deployed.headers(issuer.token(issuer.claims(scope="cache:refresh"))))[0],
    }
    assert statuses == {"no key": 403, "no token": 401, "expired": 403, "no scope": 403, "refresh alone": 403}


def test_a_check_of_the_last_hour_is_used_again(deployed: Stack) -> None:
    first, again = ask(deployed, "/accounts"), ask(deployed, "/accounts")
    assert first["data"] == again["data"]
    assert first["meta"]["generated_at"] < again["meta"]["generated_at"]
    assert again["meta"]["aws_requests"]["total"] == 0


@contextlib.contextmanager
def _organizations_says(emulator: Emulator, bill: Ledger, fault: bad_day.Fault) -> Iterator[None]:
    """Starts the function anew with another answer of Organizations. The emulator enforces no permission for it, and
    chooses the ids of an organisation's accounts itself."""
    with bad_day.running(emulator.endpoint, {"ce": bill.url}) as endpoint, endpoint.with_fault(fault, service="organizations"):
        with iam.started_anew(emulator, "ResourcesFunction", **endpoint.variables()):
            yield


def test_names_come_from_organizations(deployed: Stack, emulator: Emulator, bill: Ledger) -> None:
    named = {ACCOUNT: "Shop", OTHER_ACCOUNT: "Sandbox", "444444444444": "Secret"}
    accounts = [{"Id": account, "Name": name, "Status": "ACTIVE"} for account, name in named.items()]
    with _organizations_says(emulator, bill, bad_day.body(json.dumps({"Accounts": accounts}).encode())):
        body = ask(deployed, "/accounts")
        alone = _listed(deployed, token("foreigner"))
    assert [account["name"] for account in body["data"]["accounts"]] == ["Shop", "Sandbox", None]
    # What Organizations lists in addition is nothing that this deployment reads.
    assert "Secret" not in json.dumps(body)
    assert [account["name"] for account in alone["data"]["accounts"]] == ["Sandbox"]
    assert "Shop" not in json.dumps(alone)


def test_where_organizations_denies_the_names_are_missing_and_the_gap_says_why(
    deployed: Stack, emulator: Emulator, bill: Ledger
) -> None:
    with _organizations_says(emulator, bill, bad_day.error(400, "AccessDeniedException", "You don't have permissions")):
        body = ask(deployed, "/accounts")
    assert gaps(body) == [("global", "organizations", "ListAccounts", "denied", "AccessDeniedException")]
    assert body["meta"]["partial"] is True
    assert [account["name"] for account in body["data"]["accounts"]] == [None, None, None]
    assert _summary(body) == [(ACCOUNT, True), (OTHER_ACCOUNT, True), (ACCOUNT_WITHOUT_ROLE, False)]


def test_without_assume_role_each_other_account_says_so(deployed: Stack, emulator: Emulator) -> None:
    role = iam.role_of(emulator, "ResourcesFunction")
    with iam.without(emulator, role, "sts:AssumeRole"), iam.started_anew(emulator, "ResourcesFunction"):
        body = ask(deployed, "/accounts")
    assert _summary(body) == [(ACCOUNT, True), (OTHER_ACCOUNT, False), (ACCOUNT_WITHOUT_ROLE, False)]
    assert {_reason(account) for account in body["data"]["accounts"][1:]} == {THE_REASON}


def test_the_accounts_of_an_organisation_come_from_organizations(deployed: Stack, emulator: Emulator) -> None:
    with iam.started_anew(emulator, "ResourcesFunction", OTHER_ACCOUNTS="organization"):
        # The emulator's organisation has the home account alone.
        assert _summary(ask(deployed, "/accounts")) == [(ACCOUNT, True)]
        assert _summary(_listed(deployed, token("foreigner"))) == [(OTHER_ACCOUNT, True)]


def test_a_slash_at_its_end_makes_no_difference_and_opens_nothing_below(deployed: Stack) -> None:
    assert ask(deployed, "/accounts/")["data"] == ask(deployed, "/accounts")["data"]
    # A principal without the account gets no further than the list.
    bookkeeper = deployed.headers(token("bookkeeper"))
    paths = {f"/accounts/{OTHER_ACCOUNT}/costs": 403, f"/accounts/{OTHER_ACCOUNT}/costs/": 403, "/accounts/": 200}
    assert {path: deployed.get(path, headers=bookkeeper)[0] for path in paths} == paths


def test_it_has_no_parameters(deployed: Stack) -> None:
    status, body = call(deployed, "/accounts", limit=1)
    assert (status, body["error"]["parameter"]) == (400, "limit")
    assert body["error"]["message"] == "unknown parameter; this route has none"
