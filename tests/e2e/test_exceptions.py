"""Exceptions of findings on the deployed stack: by tags of resources, and by the list in Parameter Store."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from emulator import clock, demo_account, demo_metrics, ministack
from emulator.ministack import ACCOUNT, OTHER_ACCOUNT, ROOT, Emulator
from emulator.stack import STACK, Stack

from . import bad_day, iam
from .api import Json, ask, call, gaps
from .bad_day import Endpoint

FUNCTION = "BottlenecksFunction"

#: The volume that these tests tag: unattached, and of an outdated type.
REGION, VOLUME = next((region, name) for region, name, kind, _ in demo_account.VOLUMES if kind == "gp2")
RULES = {"ebs_unattached", "ebs_outdated_type"}

#: The calls of most tests are about this type in this region.
ASKED = {"types": "ebs", "regions": REGION}


def day(days: int) -> str:
    """Returns the date some days from now."""
    return (clock.today() + timedelta(days=days)).isoformat()


def found(body: Json, name: str = VOLUME) -> set[str]:
    """Returns the rules that find something in a resource."""
    return {finding["rule"] for finding in body["data"]["findings"] if finding["resource"]["name"] == name}


def finding(body: Json, rule: str, name: str = VOLUME) -> Json:
    (one,) = [f for f in body["data"]["findings"] if (f["rule"], f["resource"]["name"]) == (rule, name)]
    return one


def suppressed(body: Json, name: str = VOLUME) -> dict[str, Json]:
    """Returns the suppressed findings of a resource by their rules."""
    return {entry["rule"]: entry for entry in body["data"]["suppressed"]["findings"] if entry["resource"]["name"] == name}


def problems(body: Json) -> list[str]:
    return [problem["problem"] for problem in body["data"]["exceptions"]["problems"]]


@pytest.fixture(scope="module")
def volume(deployed: Stack) -> Json:
    """The volume as a resource."""
    (one,) = [r for r in ask(deployed, "/resources", **ASKED)["data"]["ebs"] if r["name"] == VOLUME]
    return one


def ignoring(rules: str | None = None, reason: str | None = None, until: str | None = None) -> dict[str, str]:
    """Returns the tags of an exception."""
    values = {"stratoscope:ignore": rules, "stratoscope:ignore-reason": reason, "stratoscope:ignore-until": until}
    return {key: value for key, value in values.items() if value is not None}


@contextlib.contextmanager
def tagged(
    emulator: Emulator, resource: str, tags: dict[str, str], region: str = REGION, account: str = ACCOUNT
) -> Iterator[None]:
    """Tags a resource of EC2."""
    ec2 = emulator.client("ec2", region, account)
    ec2.create_tags(Resources=[resource], Tags=[{"Key": key, "Value": value} for key, value in tags.items()])
    try:
        yield
    finally:
        ec2.delete_tags(Resources=[resource], Tags=[{"Key": key} for key in tags])


@contextlib.contextmanager
def stored(emulator: Emulator, **values: Any) -> Iterator[None]:
    """Stores parameters, and restarts the function before and after, since it keeps them for a minute."""
    ssm = emulator.client("ssm")
    names = [f"/{STACK}/exceptions/{name}" for name in values]
    for name, value in zip(names, values.values(), strict=True):
        text = value if isinstance(value, str) else json.dumps({"exceptions": value})
        ssm.put_parameter(Name=name, Value=text, Type="String", Tier="Advanced" if len(text) > 4096 else "Standard")
    try:
        with iam.started_anew(emulator, FUNCTION):
            yield
    finally:
        for name in names:
            ssm.delete_parameter(Name=name)


def entry(resource: str, rule: str = "all", until: str | None = None, **more: str) -> Json:
    return {"resource": resource, "rule": rule, "reason": "kept for the audit", "until": until or day(30), **more}


# ------------------------------------------------------------------------------------------------------------- by tag


def test_nothing_is_suppressed_without_exceptions(deployed: Stack) -> None:
    body = ask(deployed, "/bottlenecks", **ASKED)
    assert (found(body), gaps(body)) == (RULES, [])
    assert body["data"]["suppressed"] == {"count": 0, "by_rule": {}, "findings": []}
    assert body["data"]["exceptions"] == {
        "by_tag": True, "problem_count": 0, "problems": [], "ended_count": 0, "ended": [],
    }  # fmt: skip


@pytest.mark.parametrize("days", [0, 365])
def test_a_tag_silences_a_finding_up_to_its_last_day(deployed: Stack, emulator: Emulator, volume: Json, days: int) -> None:
    before = ask(deployed, "/bottlenecks", **ASKED)["data"]
    with tagged(emulator, volume["id"], ignoring("ebs_unattached", "kept for the audit", day(days))):
        body = ask(deployed, "/bottlenecks", **ASKED)
    assert found(body) == RULES - {"ebs_unattached"}
    named = {name: volume[name] for name in ("id", "region", "name", "arn")} | {"resource_type": "ebs"}
    assert body["data"]["suppressed"] == {
        "count": 1,
        "by_rule": {"ebs_unattached": 1},
        "findings": [{
            "resource": named, "rule": "ebs_unattached", "severity": "low", "by": "tag", "parameter": None,
            "reason": "kept for the audit", "until": day(days),
        }],
    }  # fmt: skip
    assert problems(body) == []
    after = body["data"]["summary"]
    assert after["findings"] == before["summary"]["findings"] - 1
    unattached = before["summary"]["by_rule"]["ebs_unattached"] - 1
    assert after["by_rule"].get("ebs_unattached", 0) == unattached
    assert after["by_severity"]["low"] == before["summary"]["by_severity"]["low"] - 1
    assert after["by_type"]["ebs"]["resources"] == before["summary"]["by_type"]["ebs"]["resources"]
    assert found(ask(deployed, "/bottlenecks", **ASKED)) == RULES


@pytest.mark.parametrize("rules", ["all", "ebs_unattached ebs_outdated_type"])
def test_a_tag_silences_all_findings_or_those_that_it_names(
    deployed: Stack, emulator: Emulator, volume: Json, rules: str
) -> None:
    with tagged(emulator, volume["id"], ignoring(rules, "kept", day(1))):
        body = ask(deployed, "/bottlenecks", **ASKED)
    assert (found(body), set(suppressed(body))) == (set(), RULES)


def test_tags_from_the_tagging_api_count(deployed: Stack, emulator: Emulator) -> None:
    """Functions are listed without tags."""
    asked = {"types": "lambda", "regions": "us-east-1"}
    functions = emulator.client("lambda", "us-east-1")
    arn = functions.get_function(FunctionName="invoice-mail")["Configuration"]["FunctionArn"]
    tags = ignoring("lambda_errors", "is being replaced", day(30))
    functions.tag_resource(Resource=arn, Tags=tags)
    try:
        body = ask(deployed, "/bottlenecks", **asked)
        with iam.without(emulator, iam.role_of(emulator, FUNCTION), "tag:GetResources"):
            without = ask(deployed, "/bottlenecks", **asked)
    finally:
        functions.untag_resource(Resource=arn, TagKeys=list(tags))
    assert suppressed(body, "invoice-mail")["lambda_errors"]["reason"] == "is being replaced"
    assert "lambda_errors" not in found(body, "invoice-mail")
    # Tags that can't be read suppress nothing, and the gap says so.
    assert [gap[:4] for gap in gaps(without)] == [("us-east-1", "tag", "GetResources", "denied")]
    assert "lambda" in without["meta"]["gaps"][0]["resource_types"]
    assert "lambda_errors" in found(without, "invoice-mail") and without["data"]["suppressed"]["count"] == 0


@pytest.mark.parametrize(
    ("reason", "until", "said"),
    [
        (None, 1, "the tag `stratoscope:ignore-reason` is missing or empty"),
        ("kept", None, "the tag `stratoscope:ignore-until` is missing or empty"),
        (None, None, "the tags `stratoscope:ignore-reason` and `stratoscope:ignore-until` are missing or empty"),
        ("kept", 366, "`stratoscope:ignore-until`: the end {until} is too far ahead; allowed: at most 365 days"),
        ("kept", "soon", "`stratoscope:ignore-until`: `soon` is not a date; allowed: a day in UTC, such as"),
    ],
)
def test_an_exception_that_lacks_something_does_not_count_and_says_so(
    deployed: Stack, emulator: Emulator, volume: Json, reason: str | None, until: Any, said: str
) -> None:
    until = day(until) if isinstance(until, int) else until
    with tagged(emulator, volume["id"], ignoring("all", reason, until)):
        body = ask(deployed, "/bottlenecks", **ASKED)
    assert (found(body), body["data"]["suppressed"]["count"]) == (RULES, 0)
    (problem,) = body["data"]["exceptions"]["problems"]
    assert problem["problem"].startswith(said.format(until=until))
    assert (problem["by"], problem["resource"]["id"], problem["parameter"], problem["entry"]) == ("tag", volume["id"], None, None)
    for rule in RULES:
        exception = finding(body, rule)["exception"]
        assert (exception["why"], exception["message"]) == ("invalid", f"the exception does not count: {problem['problem']}")


def test_an_unknown_rule_is_reported_and_the_others_count(deployed: Stack, emulator: Emulator, volume: Json) -> None:
    with tagged(emulator, volume["id"], ignoring("ebs_unatached ebs_outdated_type", "kept", day(1))):
        body = ask(deployed, "/bottlenecks", **ASKED)
    assert (found(body), set(suppressed(body))) == ({"ebs_unattached"}, {"ebs_outdated_type"})
    assert problems(body) == [
        "`stratoscope:ignore`: `ebs_unatached` is not a rule; allowed: `all`, or names of rules separated by spaces"
    ]


def test_a_finding_whose_exception_has_ended_says_so(deployed: Stack, emulator: Emulator, volume: Json) -> None:
    with tagged(emulator, volume["id"], ignoring("ebs_unattached", "kept for the audit", day(-1))):
        body = ask(deployed, "/bottlenecks", **ASKED)
        _, _, table = deployed.get(f"/bottlenecks?{urlencode(ASKED)}&format=csv")
    assert (found(body), body["data"]["suppressed"]["count"], problems(body)) == (RULES, 0, [])
    ended = {"by": "tag", "parameter": None, "reason": "kept for the audit", "until": day(-1)}
    message = f"the exception ended on {day(-1)}"
    assert finding(body, "ebs_unattached")["exception"] == ended | {"why": "ended", "message": message}
    assert "exception" not in finding(body, "ebs_outdated_type")
    resource = finding(body, "ebs_unattached")["resource"]
    assert body["data"]["exceptions"]["ended"] == [ended | {"resource": resource, "rule": "ebs_unattached"}]
    assert body["data"]["exceptions"]["ended_count"] == 1
    rows = {row["rule"]: row for row in csv.DictReader(io.StringIO(table.decode())) if row["name"] == VOLUME}
    assert (rows["ebs_unattached"]["exception"], rows["ebs_outdated_type"]["exception"]) == (message, "")


def test_a_tag_never_silences_a_critical_finding(deployed: Stack, emulator: Emulator) -> None:
    region = next(region for region, name, *_ in demo_account.DATABASES if name == demo_metrics.FULL)
    rds = emulator.client("rds", region)
    arn = rds.describe_db_instances(DBInstanceIdentifier=demo_metrics.FULL)["DBInstances"][0]["DBInstanceArn"]
    tags = ignoring("all", "is known", day(1))
    rds.add_tags_to_resource(ResourceName=arn, Tags=demo_account.tags(**tags))
    try:
        body = ask(deployed, "/bottlenecks", types="rds", regions=region)
    finally:
        rds.remove_tags_from_resource(ResourceName=arn, TagKeys=list(tags))
    critical = finding(body, "rds_low_storage", demo_metrics.FULL)
    assert (critical["severity"], critical["exception"]["why"]) == ("critical", "critical")
    assert [f["rule"] for f in body["data"]["findings"] if f["resource"]["name"] == demo_metrics.FULL] == ["rds_low_storage"]
    assert problems(body) == [f"rds_low_storage: {critical['exception']['message']}"]


def test_an_operator_can_turn_tags_off(deployed: Stack, emulator: Emulator, volume: Json) -> None:
    with tagged(emulator, volume["id"], ignoring("all", "kept", day(1))):
        with iam.started_anew(emulator, FUNCTION, TAG_EXCEPTIONS="off"):
            off = ask(deployed, "/bottlenecks", **ASKED | {"types": "ebs,lambda"})
        on = ask(deployed, "/bottlenecks", **ASKED)
    assert (found(off), off["data"]["suppressed"]["count"], off["data"]["exceptions"]["by_tag"]) == (RULES, 0, False)
    assert "tag:GetResources" not in off["meta"]["aws_requests"]["by_operation"]
    assert "exception" not in finding(off, "ebs_unattached")
    assert (found(on), on["data"]["suppressed"]["count"]) == (set(), 2)


def test_hostile_tags_are_text(deployed: Stack, emulator: Emulator, volume: Json) -> None:
    reason = "\u202e" + '"\\<script>=1+1' * 18
    assert len(reason) <= 256
    with tagged(emulator, volume["id"], ignoring("ebs_unattached " + "n" * 241, reason, day(1))):
        body = ask(deployed, "/bottlenecks", **ASKED)
        _, _, table = deployed.get(f"/bottlenecks?{urlencode(ASKED)}&format=csv&suppressed=show")
    assert suppressed(body)["ebs_unattached"]["reason"] == reason
    (problem,) = problems(body)
    assert problem.startswith(f"`stratoscope:ignore`: `{'n' * 64}…` is not a rule")
    rows = [row for row in csv.DictReader(io.StringIO(table.decode())) if row["suppressed"]]
    assert [row["suppressed_reason"] for row in rows] == [reason]


# ------------------------------------------------------------------------------------------------------------ by list


def test_the_operator_lists_resources_by_id_or_arn(deployed: Stack, emulator: Emulator, volume: Json) -> None:
    by_id = entry(volume["id"][:-3] + "*", "ebs_unattached")
    by_arn = entry(f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/{volume['id']}", "ebs_outdated_type", day(0))
    with stored(emulator, a=[by_id], b=[by_arn, entry("vol-none"), entry(volume["id"], "rds_swap")]):
        body = ask(deployed, "/bottlenecks", **ASKED)
        again = ask(deployed, "/bottlenecks", **ASKED)
    assert (found(body), problems(body), gaps(body)) == (set(), [], [])
    parameters = {rule: (s["by"], s["parameter"], s["until"]) for rule, s in suppressed(body).items()}
    assert parameters == {
        "ebs_unattached": ("list", f"/{STACK}/exceptions/a", day(30)),
        "ebs_outdated_type": ("list", f"/{STACK}/exceptions/b", day(0)),
    }
    # The list is kept for a minute.
    requests = [b["meta"]["aws_requests"]["by_operation"].get("ssm:GetParametersByPath", 0) for b in (body, again)]
    assert requests == [1, 0]
    assert suppressed(again) == suppressed(body)


def test_the_operator_may_list_critical_findings(deployed: Stack, emulator: Emulator) -> None:
    region = next(region for region, name, *_ in demo_account.DATABASES if name == demo_metrics.FULL)
    with stored(emulator, a=[entry(demo_metrics.FULL, "rds_low_storage")]):
        body = ask(deployed, "/bottlenecks", types="rds", regions=region)
    assert suppressed(body, demo_metrics.FULL)["rds_low_storage"]["severity"] == "critical"
    assert body["data"]["summary"]["by_severity"]["critical"] == 0


def test_bad_entries_are_reported_and_ignored_alone(deployed: Stack, emulator: Emulator, volume: Json) -> None:
    bad = [
        entry(volume["id"], "ebs_unatached"),
        entry(volume["id"], until=day(366)),
        {"resource": volume["id"], "rule": "all", "until": day(1)},
        entry(volume["id"], acount=ACCOUNT),
        "nonsense \u202e",
    ]
    good = entry(volume["id"], "ebs_unattached")
    padded = json.dumps({"exceptions": [entry("n" * 100) for _ in range(30)]})
    with stored(emulator, a="{", b="[" * 4000, c=[*bad, good], d=[entry(volume["id"], until=day(-1))], e=padded):
        body = ask(deployed, "/bottlenecks", **ASKED)
    assert (found(body), set(suppressed(body))) == ({"ebs_outdated_type"}, {"ebs_unattached"})
    reported = [(p["parameter"].rsplit("/", 1)[1], p["entry"]) for p in body["data"]["exceptions"]["problems"]]
    assert reported == [("a", None), ("b", None), *(("c", number) for number in range(1, 6))]
    said = problems(body)
    assert said[0].startswith("it is not JSON: ") and said[1].startswith("it is not JSON: recursion limit exceeded")
    assert said[2] == "`ebs_unatached` is not a rule; allowed: `all`, or the name of a rule"
    assert said[3].startswith(f"`until`: the end {day(366)} is too far ahead") and said[4] == "`reason` is missing"
    assert said[5].startswith("`acount` is not a field; allowed: resource, rule") and said[6].startswith("it is not an object")
    # One that has ended is about the other finding.
    assert finding(body, "ebs_outdated_type")["exception"]["parameter"] == f"/{STACK}/exceptions/d"
    assert [ended["rule"] for ended in body["data"]["exceptions"]["ended"]] == ["ebs_outdated_type"]


def test_all_pages_of_parameters_are_read_at_all_levels(deployed: Stack, emulator: Emulator, volume: Json) -> None:
    values = {f"p{number:02}": [entry("vol-none")] for number in range(20)} | {"team/p": [entry(volume["id"])]}
    with stored(emulator, **values):
        body = ask(deployed, "/bottlenecks", **ASKED)
    assert body["meta"]["aws_requests"]["by_operation"]["ssm:GetParametersByPath"] == 3
    assert {s["parameter"] for s in suppressed(body).values()} == {f"/{STACK}/exceptions/team/p"}


def test_a_secure_string_is_reported(deployed: Stack, emulator: Emulator, volume: Json) -> None:
    ssm, name = emulator.client("ssm"), f"/{STACK}/exceptions/secret"
    ssm.put_parameter(Name=name, Value=json.dumps({"exceptions": [entry(volume["id"])]}), Type="SecureString")
    try:
        with iam.started_anew(emulator, FUNCTION):
            body = ask(deployed, "/bottlenecks", **ASKED)
    finally:
        ssm.delete_parameter(Name=name)
    assert problems(body) == ["it is a SecureString, which is not decrypted; allowed: a String"]
    assert found(body) == RULES


def test_without_the_permission_the_list_is_a_gap_and_suppresses_nothing(
    deployed: Stack, emulator: Emulator, volume: Json
) -> None:
    role = iam.role_of(emulator, FUNCTION)
    with iam.without(emulator, role, "ssm:GetParametersByPath"), stored(emulator, a=[entry(volume["id"])]):
        denied = ask(deployed, "/bottlenecks", **ASKED)
    assert [gap[:4] for gap in gaps(denied)] == [("us-east-1", "ssm", "GetParametersByPath", "denied")]
    assert (denied["meta"]["partial"], found(denied), denied["data"]["suppressed"]["count"]) == (True, RULES, 0)


def test_if_parameter_store_hangs_the_findings_come_without_it(deployed: Stack, endpoint: Endpoint, emulator: Emulator) -> None:
    with (
        iam.started_anew(emulator, FUNCTION),
        endpoint.with_fault(bad_day.hang, service="ssm", operation="GetParametersByPath"),
    ):
        body = ask(deployed, "/bottlenecks", **ASKED)
    assert [gap[1:4] for gap in gaps(body)] == [("ssm", "GetParametersByPath", "timed_out")]
    assert found(body) == RULES


def test_another_account_has_exceptions_by_its_own_tags_and_by_the_list_at_home(deployed: Stack, emulator: Emulator) -> None:
    ((region, name, *_),) = demo_account.OTHER.volumes
    path, asked = f"/accounts/{OTHER_ACCOUNT}", {"types": "ebs", "regions": region}
    (other,) = [r for r in ask(deployed, f"{path}/resources", **asked)["data"]["ebs"] if r["name"] == name]
    before = found(ask(deployed, f"{path}/bottlenecks", **asked), name)
    assert "ebs_unattached" in before
    tags = ignoring("ebs_unattached", "a sandbox", day(1))
    with tagged(emulator, other["id"], tags, region, OTHER_ACCOUNT):
        body = ask(deployed, f"{path}/bottlenecks", **asked)
    assert (found(body, name), suppressed(body, name)["ebs_unattached"]["by"]) == (before - {"ebs_unattached"}, "tag")
    for listed, is_about in (
        (entry(other["id"], account=OTHER_ACCOUNT), True),
        (entry(f"arn:aws:ec2:*:{OTHER_ACCOUNT}:volume/*"), True),
        (entry(other["id"], account=ACCOUNT), False),
    ):
        with stored(emulator, a=[listed]):
            body = ask(deployed, f"{path}/bottlenecks", **asked)
        assert (found(body, name) == set(), gaps(body)) == (is_about, []), listed
        assert set(suppressed(body, name)) == (before if is_about else set())


# ------------------------------------------------------------------------------------------- what a response says


def _uncounted(finding: Json) -> Json:
    """Returns a finding as one whose saving counts in no sum."""
    return finding | ({"savings_counted": False} if "savings_counted" in finding else {})


def test_suppressed_findings_are_shown_on_request(deployed: Stack, emulator: Emulator, volume: Json) -> None:
    before = ask(deployed, "/bottlenecks", **ASKED)
    with tagged(emulator, volume["id"], ignoring("all", "kept", day(1))):
        compact = ask(deployed, "/bottlenecks", **ASKED)
        whole = ask(deployed, "/bottlenecks", **ASKED, suppressed="show")
    assert {rule: entry["finding"] for rule, entry in suppressed(whole).items()} == {
        rule: _uncounted(finding(before, rule)) for rule in RULES
    }
    for shown in suppressed(whole).values():
        del shown["finding"]
    for name in ("findings", "not_judged", "suppressed", "exceptions", "summary"):
        assert whole["data"][name] == compact["data"][name], name
    status, body = call(deployed, "/bottlenecks", suppressed="hide")
    assert (status, body["error"]["parameter"]) == (400, "suppressed")
    assert body["error"]["message"] == "`hide` is not allowed; allowed: show"


def test_pages_put_together_have_each_entry_once(deployed: Stack, emulator: Emulator, volume: Json) -> None:
    asked = {"types": "ebs,ec2", "regions": REGION, "suppressed": "show"}

    def entries(data: Json) -> list[tuple[str, str, str]]:
        lists = {"findings": data["findings"], "not_judged": data["not_judged"], "suppressed": data["suppressed"]["findings"]}
        return [(kind, e["resource"]["id"], e.get("rule") or e["reason"]) for kind, listed in lists.items() for e in listed]

    with tagged(emulator, volume["id"], ignoring("all", "kept", day(1))):
        whole = ask(deployed, "/bottlenecks", **asked)["data"]
        pages, cursor = [], {}
        while cursor != {"cursor": None}:
            data = ask(deployed, "/bottlenecks", **asked, limit=2, **cursor)["data"]
            assert (data["suppressed"]["count"], data["summary"]) == (whole["suppressed"]["count"], whole["summary"])
            pages.append(entries(data))
            cursor = {"cursor": data["next_cursor"]}
    together = [one for page in pages for one in page]
    assert together == entries(whole) and len(set(together)) == len(together)
    assert [len(page) for page in pages[:-1]] == [2] * (len(pages) - 1)
    assert [one for one in together if one[0] == "suppressed"] == together[-2:]


def test_a_table_has_rows_of_suppressed_findings_on_request(deployed: Stack, emulator: Emulator, volume: Json) -> None:
    def rows(**parameters: str) -> list[dict[str, str]]:
        status, _, body = deployed.get(f"/bottlenecks?{urlencode({**ASKED, **parameters, 'format': 'csv'})}")
        assert status == 200, body
        return list(csv.DictReader(io.StringIO(body.decode("utf-8"), newline="")))

    before = [row for row in rows() if row["name"] == VOLUME]
    with tagged(emulator, volume["id"], ignoring("all", "kept", day(1))):
        hidden, shown = rows(), rows(suppressed="show")
    assert [row for row in hidden if row["name"] == VOLUME or row["suppressed"]] == []
    said = {"suppressed": "tag", "suppressed_reason": "kept", "suppressed_until": day(1)}
    uncounted = [row | ({"savings_counted": "false"} if row["savings_counted"] else {}) for row in before]
    assert [row for row in shown if row["suppressed"]] == [row | said for row in uncounted]
    assert [row for row in shown if not row["suppressed"]] == hidden


# ------------------------------------------------------------------------------------------- the commands of operate.md

#: The text of each block of docs/operate.md that is run here, by its name.
BLOCKS = dict(re.findall(r"<!-- run: ([^\n]+) -->\n```\w+\n(.*?)```", (ROOT / "docs" / "operate.md").read_text(), re.DOTALL))


def run(emulator: Emulator, folder: Path, command: str) -> None:
    environment = ministack.aws_environment(emulator.endpoint)
    done = subprocess.run(
        ["bash", "-ec", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_command_of_the_document_silences_a_finding_until_new_year(
    deployed: Stack, emulator: Emulator, tmp_path: Path
) -> None:
    asked = {"types": "lambda", "regions": "us-east-1"}
    arn = finding(ask(deployed, "/bottlenecks", **asked), "lambda_errors", "invoice-mail")["resource"]["arn"]
    run(emulator, tmp_path, BLOCKS["tag"].replace("<ARN of the finding>", arn))
    try:
        body = ask(deployed, "/bottlenecks", **asked)
    finally:
        emulator.client("lambda", "us-east-1").untag_resource(Resource=arn, TagKeys=list(ignoring("", "", "")))
    entry = suppressed(body, "invoice-mail")["lambda_errors"]
    assert (entry["reason"], entry["until"]) == ("is being replaced", f"{clock.today().year}-12-31")


def test_the_command_for_a_volume_silences_its_finding(
    deployed: Stack, emulator: Emulator, volume: Json, tmp_path: Path
) -> None:
    run(emulator, tmp_path, BLOCKS["tags of a volume"].replace("<id of a volume>", volume["id"]))
    try:
        body = ask(deployed, "/bottlenecks", **ASKED)
    finally:
        keys = [{"Key": key} for key in ignoring("", "", "")]
        emulator.client("ec2", "us-east-1").delete_tags(Resources=[volume["id"]], Tags=keys)
    entry = suppressed(body)["ebs_unattached"]
    assert (entry["reason"], entry["until"]) == ("is being replaced", f"{clock.today().year}-12-31")


def test_the_list_of_the_document_is_stored_by_its_command_and_counts(
    deployed: Stack, emulator: Emulator, volume: Json, tmp_path: Path
) -> None:
    dated = re.sub(r"\d{4}-\d\d-\d\d", day(30), BLOCKS["exceptions.json"])
    (tmp_path / "exceptions.json").write_text(dated.replace("vol-0a1b2c3d4e5f60718", volume["id"]))
    try:
        run(emulator, tmp_path, BLOCKS["list"])
        with iam.started_anew(emulator, FUNCTION):
            body = ask(deployed, "/bottlenecks", **ASKED)
    finally:
        emulator.client("ssm").delete_parameter(Name=f"/{STACK}/exceptions/audit")
    assert (set(suppressed(body)), problems(body)) == ({"ebs_unattached"}, [])
    assert suppressed(body)["ebs_unattached"]["parameter"] == f"/{STACK}/exceptions/audit"
