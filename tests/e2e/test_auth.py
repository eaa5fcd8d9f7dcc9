"""Who may call the deployed API."""

from __future__ import annotations

import contextlib
import json
import time
import urllib.request
from collections.abc import Callable, Iterator

import pytest
from emulator import clock, stack
from emulator.ministack import ACCOUNT, OTHER_ACCOUNT, Emulator
from emulator.stack import Stack

from . import clients, iam
from .issuer import Issuer
from .tokens import principal, token

#: Each route with its cheapest valid request.
ROUTES = {
    "resources": "/resources?types=eip&regions=us-east-1",
    "metrics": "/metrics?resource_type=rds&resource_ids=orders&region=us-east-1",
    "costs": "/costs?days=2",
    "bottlenecks": "/bottlenecks?types=eip&regions=us-east-1",
}

EXPLICIT_DENY = "User is not authorized to access this resource with an explicit deny in an identity-based policy"
NO_ALLOW = "User is not authorized to access this resource"


def _status(deployed: Stack, route: str, name: str) -> int:
    status, _, _ = deployed.get(ROUTES[route], headers=deployed.headers(token(name)))
    return status


def test_the_own_token_of_a_new_deployment_may_call_everything(deployed: Stack) -> None:
    assert len(deployed.token) == 43 and deployed.token.isalnum()
    for path in ROUTES.values():
        assert deployed.get(path)[0] == 200


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer short", "Basic " + "a" * 40])
def test_what_cannot_be_a_token_is_a_401(deployed: Stack, header: str | None) -> None:
    headers = {"x-api-key": deployed.api_key} | ({} if header is None else {"Authorization": header})
    status, _, body = deployed.get(ROUTES["resources"], headers=headers)
    assert (status, json.loads(body)) == (401, {"message": "Unauthorized"})


@pytest.mark.parametrize("wrong", ["nobody's", "expired", "cut", "longer", "jwt"])
def test_a_wrong_token_is_denied_without_a_reason(deployed: Stack, wrong: str) -> None:
    value = {
        "nobody's": token("nobody"),
        "expired": token("guest"),
        "cut": deployed.token[:-1],
        "longer": deployed.token + "x",
        "jwt": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.c2lnbmF0dXJl",
    }[wrong]
    status, _, body = deployed.get(ROUTES["resources"], headers=deployed.headers(value))
    assert (status, json.loads(body)) == (403, {"message": EXPLICIT_DENY})


@pytest.mark.parametrize(("name", "order"), [("bookkeeper", ["costs", "resources"]), ("auditor", ["resources", "costs"])])
def test_a_scope_opens_its_route_and_no_other_in_either_order(deployed: Stack, name: str, order: list[str]) -> None:
    """All calls fall within the time for which the gateway caches the authorizer's first response."""
    expected = {"costs": 200, "resources": 403, "metrics": 403, "bottlenecks": 403}
    for route in [*order, "metrics", "bottlenecks", *order]:
        status, _, body = deployed.get(ROUTES[route], headers=deployed.headers(token(name)))
        assert status == expected[route], (route, body)
        if status == 403:
            assert json.loads(body) == {"message": NO_ALLOW}


def test_several_scopes_open_their_routes(deployed: Stack) -> None:
    assert {route: _status(deployed, route, "viewer") for route in ROUTES} == {
        "resources": 200, "metrics": 200, "costs": 403, "bottlenecks": 403,
    }  # fmt: skip


@pytest.mark.parametrize("prefix", ["", f"/accounts/{ACCOUNT}"])
def test_a_slash_at_the_end_of_a_route_makes_no_difference(deployed: Stack, prefix: str) -> None:
    """API Gateway routes `/costs/` like `/costs`: the events that it sends then have the resource `/costs`.

    The emulator does the same, and keeps the slash in the ARN that the policy is compared with. AWS does not document
    whether it does, so the policy allows both, and the response is the same in either case.
    """
    for name, route, expected in [
        (None, "resources", 200),
        ("bookkeeper", "costs", 200),
        ("bookkeeper", "resources", 403),
        ("foreigner", "costs", 403),
    ]:
        headers = deployed.headers(token(name)) if name else None
        for path in (ROUTES[route], ROUTES[route].replace("?", "/?")):
            assert deployed.get(prefix + path, headers=headers)[0] == expected, (name, path)
    # The policy also allows what is below a route, but there is nothing.
    status, _, body = deployed.get(f"{prefix}/resources/all")
    assert (status, json.loads(body)) == (403, {"message": "Missing Authentication Token"})


def test_an_account_outside_the_tokens_list_is_forbidden(deployed: Stack) -> None:
    assert {_status(deployed, route, "foreigner") for route in ROUTES} == {403}


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_a_jwt_of_the_issuer_opens_what_its_scopes_say(deployed: Stack, issuer: Issuer, algorithm: str) -> None:
    headers = deployed.headers(issuer.token(issuer.claims(), algorithm))
    statuses = {route: deployed.get(path, headers=headers)[0] for route, path in ROUTES.items()}
    assert statuses == {"resources": 403, "metrics": 403, "costs": 200, "bottlenecks": 403}


def _in_seconds(seconds: int) -> int:
    """Returns a point in time in the format of a claim."""
    return int(clock.now().timestamp()) + seconds


ATTACKS = {
    "no signature": lambda issuer: issuer.token(issuer.claims(), "none", "RS256"),
    "the public key as a secret": lambda issuer: issuer.token(issuer.claims(), "HS256", "RS256"),
    "another issuer": lambda issuer: issuer.token(issuer.claims(iss="https://attacker.example")),
    "another audience": lambda issuer: issuer.token(issuer.claims(aud="another")),
    "expired": lambda issuer: issuer.token(issuer.claims(exp=_in_seconds(-60))),
    "not yet valid": lambda issuer: issuer.token(issuer.claims(nbf=_in_seconds(60))),
    "no expiry": lambda issuer: issuer.token(issuer.claims(exp=None)),
    "an unknown key": lambda issuer: issuer.token(issuer.claims(), kid="unknown"),
    "a key of another algorithm": lambda issuer: issuer.token(issuer.claims(), "ES256", "RS256"),
    "changed claims": lambda issuer: _with_claims(issuer.token(issuer.claims()), issuer.token(issuer.claims(scope="*"))),
    "no accounts": lambda issuer: issuer.token(issuer.claims(accounts=None)),
    "another account": lambda issuer: issuer.token(issuer.claims(accounts=[OTHER_ACCOUNT])),
}


def _with_claims(token_: str, other: str) -> str:
    """Returns a token with the claims of another."""
    header, _, signature = token_.split(".")
    return ".".join((header, other.split(".")[1], signature))


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_jwt_with_anything_wrong_is_denied(deployed: Stack, issuer: Issuer, attack: str) -> None:
    status, _, body = deployed.get(ROUTES["costs"], headers=deployed.headers(ATTACKS[attack](issuer)))
    assert status == 403
    assert json.loads(body)["message"] in (EXPLICIT_DENY, NO_ALLOW)


def test_a_valid_token_also_needs_the_key(deployed: Stack) -> None:
    status, _, body = deployed.get(ROUTES["resources"], headers={"Authorization": f"Bearer {deployed.token}"})
    assert (status, json.loads(body)) == (403, {"message": "Forbidden"})


def test_preflight_is_open(deployed: Stack) -> None:
    for path in ROUTES.values():
        request = urllib.request.Request(deployed.url + path, method="OPTIONS", headers={"Origin": "https://example.com"})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as response:
            assert response.status == 200


@contextlib.contextmanager
def _plan(emulator: Emulator, **limits: int) -> Iterator[None]:
    """Changes limits of the usage plan, and restores them afterwards."""
    gateway = emulator.client("apigateway")
    (plan,) = gateway.get_usage_plans()["items"]
    before = {
        "throttle/rateLimit": plan["throttle"]["rateLimit"],
        "throttle/burstLimit": plan["throttle"]["burstLimit"],
        "quota/limit": plan["quota"]["limit"],
    }
    def change(values: dict[str, float]) -> None:
        operations = [{"op": "replace", "path": f"/{path}", "value": str(value)} for path, value in values.items()]
        gateway.update_usage_plan(usagePlanId=plan["id"], patchOperations=operations)

    change({path.replace("_", "/"): value for path, value in limits.items()})
    try:
        yield
    finally:
        change(before)


def test_a_burst_over_the_plan_is_throttled(deployed: Stack, emulator: Emulator) -> None:
    with _plan(emulator, throttle_rateLimit=1, throttle_burstLimit=2):
        answers = [deployed.get(ROUTES["resources"]) for _ in range(12)]
    statuses = [status for status, _, _ in answers]
    assert set(statuses) == {200, 429}
    assert {body for status, _, body in answers if status == 429} == {b'{"message":"Too Many Requests"}'}
    # The bucket is still empty; the plan's own rate refills it.
    give_up = time.monotonic() + 10
    while deployed.get(ROUTES["resources"])[0] == 429:
        assert time.monotonic() < give_up


def test_a_months_quota_ends_and_only_for_its_own_key(deployed: Stack, emulator: Emulator) -> None:
    with clients.with_quota(emulator, deployed, quota=2) as headers:
        answers = [deployed.get(ROUTES["resources"], headers=headers) for _ in range(3)]
        assert [status for status, _, _ in answers] == [200, 200, 429]
        assert json.loads(answers[2][2]) == {"message": "Limit Exceeded"}
        assert deployed.get(ROUTES["resources"])[0] == 200


@contextlib.contextmanager
def _nothing_kept(emulator: Emulator, deployed: Stack) -> Iterator[Callable[[], None]]:
    """Stops the gateway from caching the authorizer's responses; yields a function to clear the authorizer's cache."""
    gateway = emulator.client("apigateway")
    ids = {"restApiId": deployed.rest_api_id, "authorizerId": deployed.authorizer_id}

    def keep_for(seconds: int) -> None:
        gateway.update_authorizer(
            **ids, patchOperations=[{"op": "replace", "path": "/authorizerResultTtlInSeconds", "value": str(seconds)}]
        )

    usual = gateway.get_authorizer(**ids)["authorizerResultTtlInSeconds"]
    assert usual == 60
    keep_for(0)
    try:
        yield lambda: stack.configure(emulator, "AuthorizerFunction")
    finally:
        keep_for(usual)


def test_a_token_is_rotated_without_a_gap_and_revoked(deployed: Stack, emulator: Emulator) -> None:
    secrets, secret = emulator.client("secretsmanager"), stack.outputs(emulator)["TokensSecret"]
    before = secrets.get_secret_value(SecretId=secret)["SecretString"]
    others = json.loads(before)["principals"]

    def store(*holds: str) -> None:
        rotated = [principal("rotated", ["resources:read"], [ACCOUNT]) | {"token": token(held)} for held in holds]
        secrets.put_secret_value(SecretId=secret, SecretString=json.dumps(json.loads(before) | {"principals": others + rotated}))
        forget()

    def statuses() -> tuple[int, int]:
        return _status(deployed, "resources", "first"), _status(deployed, "resources", "second")

    with _nothing_kept(emulator, deployed) as forget:
        try:
            store("first")
            assert statuses() == (200, 403)
            store("second")
            assert statuses() == (200, 200)
            store("second")
            assert statuses() == (403, 200)
            store()
            assert statuses() == (403, 403)
        finally:
            secrets.put_secret_value(SecretId=secret, SecretString=before)
            forget()


def test_the_role_has_no_action_that_is_not_needed(emulator: Emulator, deployed: Stack) -> None:
    role = iam.role_of(emulator, "AuthorizerFunction")
    assert iam.allowed_actions(emulator, role) == {"secretsmanager:GetSecretValue"}
    document = emulator.client("iam").get_role_policy(
        RoleName=role, PolicyName=emulator.client("iam").list_role_policies(RoleName=role)["PolicyNames"][0]
    )["PolicyDocument"]
    assert ":secret:" in document["Statement"][0]["Resource"]
