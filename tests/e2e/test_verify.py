"""`make verify` against a separate deployment: green if it is intact, red with the right line for each way to break it.

The deployment is PRIVATE and has an alarm address, so there is a policy that can be too wide and an action to miss.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import boto3
import documents
import pytest
from emulator import beside, ministack, stack
from emulator.ledger import Ledger
from emulator.ministack import ACCOUNT, HOME_REGION, OTHER_ACCOUNT, ROOT, Emulator
from emulator.stack import Stack
from verify.checks import CHECKS, name, run
from verify.deployment import Deployment
from verify.report import FAILED, NOT_CHECKED, OK, Result
from verify.template import Json

from . import broken, gateway_of_aws, iam, tokens
from .gateway_of_aws import Gateway

ENDPOINT = "vpce-0123456789abcdef0"

#: What can't be checked on an intact deployment in the emulator without `--paid`, and why.
NOT_CHECKABLE = {
    ("answers are cached", ""): "the emulator stores cache settings but caches nothing",
    ("authorizer", ""): "the emulator has no TestInvokeAuthorizer",
    ("alarms", "state"): "the emulator evaluates alarms without their dimensions",
    ("forbidden stays forbidden", ""): "needs a token that may not query every account, as VERIFY_SECOND_TOKEN",
    ("health", "/health"): "the API is PRIVATE, and the emulator has no VPC endpoint to reach it through",
    ("public routes", "/"): "the API is PRIVATE",
    ("public routes", "/openapi.json"): "the API is PRIVATE",
    ("public routes", "/assets/{file}"): "the API is PRIVATE",
    ("gateway logs", ""): "the deployment keeps no gateway logs (ApiLogs=none)",
    ("refresh passes the cache", ""): "the emulator caches nothing",
    ("source identity", OTHER_ACCOUNT): "CloudTrail has no such event in the last 7 days",
    ("stage settings", "cache size"): "the emulator has no cache clusters",
    ("fixed monthly cost", "ApiGateway::Stage"): "the emulator has no cache clusters; one of 0.5 GB is $14.60 a month",
    ("usage", ""): "the emulator does not count usage",
}

#: What isn't checked without `--paid`.
PAID = {("hourly costs", "")} | {
    ("routes", prefix + route) for prefix in ("", "/accounts/{account}") for route in ("/bottlenecks", "/costs", "/metrics")
}

ROUTES = {("routes", "/resources"), ("routes", "/accounts/{account}/resources")}

#: Each broken deployment: which lines are red, and the text of the first.
BROKEN: list[tuple[Callable[[Emulator], AbstractContextManager[None]], list[tuple[str, str]], str]] = [
    (
        broken.authorizer_permission_removed,
        [("invocations", "AuthorizerFunction")],
        r"apigateway.amazonaws.com may not invoke it from arn:aws:execute-api:us-east-1:\d{12}:\w+/authorizers/\*",
    ),
    (broken.cache_key_dropped, [("methods", "GET /costs")], r"method\.request\..*\.granularity is not a cache key"),
    (
        broken.role_action_removed,
        [("effective permissions", "ResourcesFunctionRole"), ("role policies", "ResourcesFunctionRole"), *ROUTES],
        r"ec2:DescribeAddresses on \* is implicitDeny",
    ),
    (broken.quota_unset, [("usage plan", "")], "quota is not set instead of 100000; period is not set instead of MONTH"),
    (broken.wrong_external_id, [("other accounts", OTHER_ACCOUNT)], "502 AccountUnreachable: .*AccessDenied"),
    (broken.key_disabled, [("api key", "")], r"the key \w+ is disabled"),
    (broken.alarm_without_action, [("alarm actions", "actions")], "LatencyAlarm has no action"),
    (broken.old_deployment, [("stage deployment", "")], r"the stage serves deployment \w+ instead of .*; deploy again"),
    # The emulator's SAM transform uses the parameters' defaults, so the endpoint is an empty string in it.
    (broken.resource_policy_too_wide, [("resource policy", "")], 'not in the template: .*; missing: .*"aws:sourcevpce": .""'),
    (
        broken.secret_unreadable,
        [("tokens secret", ""), ("with a wrong token", "")],
        "GetSecretValue: InvalidRequestException: .*",
    ),
    (broken.permission_added, [("role policies", "CostsFunctionRole")], r"beyond the template: \* on \*"),
    (broken.method_added, [("methods", "all")], "POST /costs is not in the template"),
    (
        broken.function_open_to_all,
        [("invocations", "MetricsFunction")],
        r"\* may invoke it from any source, which is not in the template",
    ),
]


@pytest.fixture(scope="module")
def own_bill(emulator: Emulator) -> Iterator[tuple[Emulator, Ledger]]:
    """A second emulator with a deployment to break, and its Cost Explorer; the first one has built the functions."""
    del emulator
    with ministack.running(ministack.free_port()) as running, beside.running(running) as stand_ins:
        running.client("ec2").run_instances(ImageId="ami-0abcdef1234567890", InstanceType="t3.nano", MinCount=1, MaxCount=1)
        private = {"EndpointType": "PRIVATE", "VpcEndpointIds": ENDPOINT}
        stack.deploy(running, stand_ins, AlarmEmail="alarms@example.com", **private)
        # Before the first call, since the authorizer caches the secret.
        tokens.add_principals(running)
        yield running, stand_ins.bill


@pytest.fixture(scope="module")
def own(own_bill: tuple[Emulator, Ledger]) -> Emulator:
    """The emulator with the deployment to break."""
    return own_bill[0]


#: One session for all tests, since reading boto3's models takes longer than verifying.
SESSION = boto3.Session(region_name=HOME_REGION, aws_access_key_id=ACCOUNT, aws_secret_access_key="emulator")


def _deployment(emulator: Emulator, paid: bool = False) -> Deployment:
    return Deployment(SESSION, stack.STACK, endpoint=emulator.endpoint, paid=paid)


def _verify(deployment: Deployment, *only: str) -> dict[tuple[str, str], Result]:
    """Returns the results of all checks, or some, by check and subject; each result is one line."""
    checks = [check for check in CHECKS if not only or name(check) in only]
    results = [result for check in checks for result in run(deployment, check)]
    by_line = {(result.check, result.subject): result for result in results}
    assert len(by_line) == len(results)
    return by_line


def _of(results: dict[tuple[str, str], Result], status: str) -> dict[tuple[str, str], str]:
    return {line: result.detail for line, result in results.items() if result.status == status}


def test_an_intact_deployment_is_green(own: Emulator) -> None:
    results = _verify(_deployment(own))
    assert _of(results, FAILED) == {}
    unchecked = _of(results, NOT_CHECKED)
    assert set(unchecked) == NOT_CHECKABLE.keys() | PAID
    assert [reason for line, reason in NOT_CHECKABLE.items() if not unchecked[line].startswith(reason)] == []
    assert {unchecked[line].split("; ")[-1] for line in PAID} == {"run with --paid (make: PAID=1)"}
    passed = _of(results, OK)
    assert {check for check, _ in passed} == {name(check) for check in CHECKS} - {check for check, _ in NOT_CHECKABLE} - {
        "hourly costs"
    } | {"alarms", "stage settings", "fixed monthly cost"}
    assert passed["usage plan", ""] == "50 a second, 100 at once, 100000 a month"
    assert passed["methods", "GET /assets/{file}"] == "public, 0 parameters, 0 cache keys"
    assert passed["closed routes", "/accounts/{account}/costs"] == "401 'Unauthorized'"
    assert passed["methods", "GET /accounts/{account}/costs"] == "key, authorizer, 22 parameters, 22 cache keys"
    allowed = len(documents.actions("/resources") | documents.actions("prices") | iam.ENTER | iam.LIST_ACCOUNTS)
    assert passed["effective permissions", "ResourcesFunctionRole"] == f"{allowed} actions allowed"
    assert passed["fixed monthly cost", "sum"].startswith("$1.40 a month, without AWS::ApiGateway::Stage (list prices")


def test_paid_calls_are_made_on_request_and_announced(own: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    results = _verify(_deployment(own, paid=True))
    passed = _of(results, OK)
    assert PAID <= passed.keys(), results
    assert passed["hourly costs", ""] == "complete; AWS charged $0.0100"
    announced = capsys.readouterr().err.splitlines()
    assert len(announced) == len(PAID)
    assert "paid call: GET /costs, $0.01" in announced


def test_an_account_without_hourly_costs_is_a_warning(
    own_bill: tuple[Emulator, Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    own, bill = own_bill
    monkeypatch.setattr(bill, "fault", ("ValidationException", "no hours"))
    # A restart clears the function's cache.
    with iam.started_anew(own, "CostsFunction", STARTED_ANEW="1"):
        results = _verify(_deployment(own, paid=True), "hourly costs")
    reason = "Cost Explorer returns no hourly costs (ValidationException): its hourly option is off, or see /costs"
    assert _of(results, OK) == {("hourly costs", ""): f"warning: {reason}"}


@pytest.mark.parametrize(("breaking", "red", "says"), BROKEN, ids=[breaking.__name__ for breaking, _, _ in BROKEN])
def test_a_broken_deployment_is_red_with_the_right_line(
    own: Emulator, breaking: Callable[[Emulator], AbstractContextManager[None]], red: list[tuple[str, str]], says: str
) -> None:
    with breaking(own):
        found = _of(_verify(_deployment(own)), FAILED)
    assert found.keys() == set(red), found
    assert re.fullmatch(f"{says}.*", found[red[0]], re.DOTALL), found[red[0]]


def test_the_route_for_monitors_is_red_if_it_requires_a_key(emulator: Emulator, deployed: Stack) -> None:
    del deployed
    assert _of(_verify(_deployment(emulator), "health"), OK) == {("health", "/health"): "200"}
    with broken.health_closed(emulator):
        found = _of(_verify(_deployment(emulator), "health"), FAILED)
    assert found == {("health", "/health"): "403 'Forbidden' instead of 200"}


def test_the_page_is_public_and_nothing_else_is(emulator: Emulator, deployed: Stack) -> None:
    del deployed
    checks = ("public routes", "closed routes")
    results = _verify(_deployment(emulator), *checks)
    assert _of(results, FAILED) == {}
    passed = _of(results, OK)
    public = {subject: passed["public routes", subject] for subject in ("/", "/openapi.json", "/assets/{file}")}
    assert set(public.values()) == {"200"}
    with broken.route_opened(emulator):
        found = _of(_verify(_deployment(emulator), *checks), FAILED)
    assert found.keys() == {("closed routes", "/costs")}
    assert found["closed routes", "/costs"].endswith("instead of 401 'Unauthorized'")
    assert _of(_verify(_deployment(emulator), *checks), FAILED) == {}


EXAMPLE = tokens.principal("example", ["costs:read"], [ACCOUNT])


@pytest.mark.parametrize(
    ("principal", "status", "says"),
    [
        (EXAMPLE, OK, "readable, with the deployment's token and 1 principal"),
        (EXAMPLE | {"expires": "2026-01-01T00:00:00Z"}, OK, "warning: readable, .*; expired: example"),
        (EXAMPLE | {"token": "short"}, FAILED, "principal example: its token is not at least 32 .* without spaces"),
        (EXAMPLE | {"scopes": ["costs:write"]}, FAILED, r'principal example: its scopes are \["costs:write"\]'),
        (EXAMPLE | {"accounts": ["12345"]}, FAILED, r'principal example: its accounts are \["12345"\]'),
        (EXAMPLE | {"expires": "soon"}, FAILED, 'principal example: it expires at "soon", which is not a time'),
        ({"token": "x" * 32}, FAILED, "principal 1 has no name"),
    ],
)  # fmt: skip
def test_a_principal_that_the_authorizer_ignores_is_red(own: Emulator, principal: Json, status: str, says: str) -> None:
    deployment = _deployment(own)
    deployment.secret = {"token": "t" * 43, "principals": [principal]}
    result = _verify(deployment, "tokens secret")["tokens secret", ""]
    assert result.status == status
    assert re.fullmatch(says, result.detail)


def test_the_web_acl_of_the_stage_is_the_templates(own: Emulator) -> None:
    arn = f"arn:aws:wafv2:us-east-1:{ACCOUNT}:regional/webacl"

    def judged(limit: str, stage: Json) -> Result:
        deployment = _deployment(own)
        deployment.parameters = deployment.parameters | {"WafRateLimit": limit}
        deployment.template.ids["WebAcl"] = "of-the-stack|4a5b|REGIONAL"
        deployment.stage = stage
        return _verify(deployment, "web acl")["web acl", ""]

    for limit, stage, status, detail in (
        ("0", {}, OK, "none (WafRateLimit=0)"),
        ("0", {"webAclArn": f"{arn}/other/1c2d"}, FAILED, f"the stage has {arn}/other/1c2d, which is not in the template"),
        ("2000", {"webAclArn": f"{arn}/of-the-stack/4a5b"}, OK, f"{arn}/of-the-stack/4a5b"),
        ("2000", {}, FAILED, "the stage has none instead of of-the-stack/4a5b"),
    ):
        result = judged(limit, stage)
        assert (result.status, result.detail) == (status, detail)


#: The checks that faults of the gateway can affect.
CACHE_AND_AUTHORIZER = (
    "answers are cached", "refresh passes the cache", "forbidden stays forbidden", "accounts are never cached", "authorizer",
)  # fmt: skip


class OnAws(Deployment):
    """The same deployment, treated as one on AWS: a missing feature is not excused."""

    emulated = False

    @property
    def url(self) -> str:
        return f"{self.endpoint}/_aws/execute-api/{self.api}/{self.stage_name}"


@pytest.fixture(scope="module")
def aws(own: Emulator) -> Iterator[Gateway]:
    """The emulator with a proxy that adds what it lacks, and with its alarms in OK."""
    cloudwatch = own.client("cloudwatch")
    for alarm in cloudwatch.describe_alarms()["MetricAlarms"]:
        cloudwatch.set_alarm_state(AlarmName=alarm["AlarmName"], StateValue="OK", StateReason="of the tests")
    with gateway_of_aws.running(own) as running:
        running.events = [_entered(own, requestParameters={"sourceIdentity": "admin"})]
        yield running


def _on_aws(gateway: Gateway) -> Deployment:
    return OnAws(SESSION, stack.STACK, endpoint=gateway.url)


def _entered(emulator: Emulator, **changes: object) -> dict[str, object]:
    """Returns the checked fields of CloudTrail's event for a function that accesses the other account."""
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{iam.role_of(emulator, 'ResourcesFunction')}/stratoscope-resources"
    return {"eventName": "AssumeRole", "userIdentity": {"type": "AssumedRole", "arn": session}} | changes


def test_with_all_of_aws_everything_is_checked_and_green(aws: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERIFY_SECOND_TOKEN", tokens.token("viewer"))
    results = _verify(_on_aws(aws))
    assert _of(results, FAILED) == {}
    assert set(_of(results, NOT_CHECKED)) == PAID | {("gateway logs", "")}
    passed = _of(results, OK)
    assert (passed["authorizer", "right token"], passed["authorizer", "wrong token"]) == ("Allow", "Deny")
    assert passed["refresh passes the cache", ""] == "max-age=0 returned a newer response without a Warning"
    forbidden = f"403 for account {OTHER_ACCOUNT}, before and after its response was cached"
    assert passed["forbidden stays forbidden", ""] == forbidden
    assert passed["usage", ""] == "10 calls this month, 990 left"
    assert passed["alarms", "state"] == "10 in OK"
    assert passed["source identity", OTHER_ACCOUNT] == "present in the last 1 event"
    assert passed["fixed monthly cost", "sum"].startswith("$16.00 a month (list prices")


def test_what_is_excused_on_an_emulator_fails_on_aws(own: Emulator) -> None:
    found = _of(_verify(OnAws(SESSION, stack.STACK, endpoint=own.endpoint)), FAILED)
    excused = {("answers are cached", ""), ("authorizer", ""), ("health", "/health"), ("stage settings", "cache size")}
    public = {("public routes", path) for path in ("/", "/openapi.json", "/assets/{file}")}
    assert found.keys() == excused | public
    assert found["stage settings", "cache size"] == "off instead of 0.5"


@pytest.mark.parametrize(
    ("fault", "red", "says"),
    [
        ("caches nothing", [("answers are cached", "")], "4 calls returned 4 different generated_at: nothing is"),
        ("ignores max-age", [("refresh passes the cache", "")], "Warning: 199 .*; max-age=0 returned the cached"),
        ("skips the authorizer", [("forbidden stays forbidden", "")], f"200 for account {OTHER_ACCOUNT} once its"),
        ("caches accounts", [("accounts are never cached", "")], "the second call returned the response of the first"),
        ("authorizer allows all", [("authorizer", "wrong token")], "the policy says Allow"),
        ("authorizer fails", [("authorizer", "right token"), ("authorizer", "wrong token")], "no policy; clientStatus 500"),
    ],
)
def test_a_fault_of_the_cache_or_the_authorizer_is_red(
    aws: Gateway, monkeypatch: pytest.MonkeyPatch, fault: str, red: list[tuple[str, str]], says: str
) -> None:
    monkeypatch.setenv("VERIFY_SECOND_TOKEN", tokens.token("viewer"))
    with aws.with_fault(fault):
        found = _of(_verify(_on_aws(aws), *CACHE_AND_AUTHORIZER), FAILED)
    assert found.keys() == set(red), found
    assert re.match(says, found[red[0]]), found[red[0]]


def test_alarms_events_and_tokens_are_judged_by_their_content(
    aws: Gateway, own: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloudwatch = own.client("cloudwatch")
    alarm = cloudwatch.describe_alarms()["MetricAlarms"][0]["AlarmName"]

    def one(check: str) -> dict[str, tuple[str, str]]:
        found = _verify(_on_aws(aws), check)
        return {subject: (result.status, result.detail) for (_, subject), result in found.items()}

    try:
        for state, expected in (("ALARM", (FAILED, "in ALARM: ")), ("INSUFFICIENT_DATA", (OK, "warning: 9 in OK; "))):
            cloudwatch.set_alarm_state(AlarmName=alarm, StateValue=state, StateReason="of the tests")
            status, detail = one("alarms")["state"]
            assert (status, detail.startswith(expected[1])) == (expected[0], True), detail
    finally:
        cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="OK", StateReason="of the tests")

    nameless = _entered(own, requestParameters={"roleSessionName": "admin"})
    refused = _entered(own, requestParameters={}, errorCode="AccessDenied")
    others = nameless | {"userIdentity": {"arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/somebody/else"}}
    for events, expected in (
        ([nameless, *aws.events], (FAILED, "1 of 2 events lack a source identity")),
        ([refused, others], (NOT_CHECKED, "CloudTrail has no such event")),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(aws, "events", events)
            status, detail = one("source identity")[OTHER_ACCOUNT]
        assert (status, detail.startswith(expected[1])) == (expected[0], True), detail

    for token, expected in (
        ("x" * 43, (NOT_CHECKED, "the deployment does not accept the second token: 403")),
        (_on_aws(aws).token, (NOT_CHECKED, "the second token may query every account of the deployment")),
        (tokens.token("foreigner"), (OK, f"403 for account {ACCOUNT}, before and after")),
    ):
        monkeypatch.setenv("VERIFY_SECOND_TOKEN", token)
        status, detail = one("forbidden stays forbidden")[""]
        assert (status, detail.startswith(expected[1])) == (expected[0], True), detail


def test_the_documented_permissions_are_all_that_it_needs(own: Emulator) -> None:
    allowed = [f"{service}:{action}" for service, action in _documented_actions()]
    as_owner, as_reader = _verify(_deployment(own)), _verify(_as_user(own, allowed))
    assert {line: result.status for line, result in as_reader.items()} == {
        line: result.status for line, result in as_owner.items()
    }


def test_what_may_not_be_read_is_not_checked_and_never_ok(own: Emulator) -> None:
    stack_only = ["cloudformation:DescribeStacks", "cloudformation:GetTemplate", "cloudformation:ListStackResources"]
    results = _verify(_as_user(own, stack_only))
    assert _of(results, FAILED) == {}
    # What the stack alone or a call without a key shows, or the emulator, which enforces no permission for it.
    assert {check for check, _ in _of(results, OK)} <= {
        "stack status", "stack outputs", "closed routes", "concurrency", "fixed monthly cost",
    }  # fmt: skip
    unchecked = _of(results, NOT_CHECKED)
    assert unchecked["usage plan", ""] == "these credentials may not call GetUsagePlan (AccessDeniedException)"
    without_key = "the API key can't be read (AccessDeniedException); set VERIFY_API_KEY in the environment instead"
    assert unchecked["with a wrong token", ""] == without_key
    assert unchecked["fixed monthly cost", "ApiGateway::Stage"].startswith("these credentials may not call GetStage")


def test_the_command_reports_lines_or_json_and_an_exit_code(own: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    deployment = _deployment(own)
    secrets = [deployment.token, deployment.api_key, "a-second-token-that-nobody-may-ever-see"]
    monkeypatch.setenv("VERIFY_SECOND_TOKEN", secrets[-1])
    there = ["--stack", stack.STACK, "--region", HOME_REGION]
    code, out, err = _command(own, *there)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert "ok           usage plan: 50 a second, 100 at once, 100000 a month" in lines
    assert re.fullmatch(rf"{stack.STACK} in {ACCOUNT}, {HOME_REGION}: \d+ ok, 0 FAILED, \d+ not checked", lines[-1])
    assert all(re.match(r"(ok|FAILED|not checked) +\S", line) for line in lines[:-1])
    with broken.quota_unset(own):
        code, as_json, err = _command(own, *there, "--json")
    report = json.loads(as_json)
    assert (code, err, report["summary"]["failed"], len(report["results"])) == (1, "", 1, len(lines) - 1)
    assert [r["check"] for r in report["results"] if r["status"] == FAILED] == ["usage plan"]
    assert [secret for secret in secrets if secret in out + as_json] == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--stack", "nothing", "--region", HOME_REGION], "the stack nothing in us-east-1 can't be read: .* does not exist"),
        (["--region", HOME_REGION, "--account", "1234"], "--account needs an id of 12 digits"),
    ],
)
def test_a_command_that_can_verify_nothing_reports_why(own: Emulator, arguments: list[str], says: str) -> None:
    code, out, err = _command(own, *arguments)
    assert (code, out) == (2, "")
    assert re.search(says, err), err


def _command(emulator: Emulator, *arguments: str) -> tuple[int, str, str]:
    """Runs `python -m verify` and returns the exit code, stdout and stderr."""
    environment = emulator.environment() | {"PYTHONPATH": "tests"}
    command = [sys.executable, "-m", "verify", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def _documented_actions() -> list[tuple[str, str]]:
    """Returns service and action of each permission that docs/operate.md lists for `make verify`."""
    (section,) = re.findall(r"need these permissions.*\n\n((?: {4}.*\n)+)", (ROOT / "docs" / "operate.md").read_text())
    lines = [line.strip().partition(": ") for line in section.splitlines()]
    found = [(service, action) for service, _, actions in lines for action in re.findall(r"[A-Z][A-Za-z]+", actions)]
    assert ("secretsmanager", "GetSecretValue") in found
    return found


def _as_user(emulator: Emulator, actions: list[str]) -> Deployment:
    """Returns the deployment as seen by a user with only these permissions."""
    iam = emulator.client("iam")
    user = f"reader-of-{len(actions)}"
    iam.create_user(UserName=user)
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=user, PolicyName="read", PolicyDocument=document)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    session = boto3.Session(
        region_name=HOME_REGION, aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]
    )
    return Deployment(session, stack.STACK, endpoint=emulator.endpoint)
