"""GET /bottlenecks on the deployed stack, compared with a plain script in the style of the original dashboard."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator
from typing import Any

import documents
import pytest
import runtimes
from emulator import clock, demo_account, demo_metrics, demo_services
from emulator.ministack import ACCOUNT, Emulator
from emulator.stack import Stack

from . import iam
from .api import Json, ask, call, gaps

REGIONS = sorted({row[0] for row in demo_account.INSTANCES})


def _found(body: Json, rule: str) -> set[str]:
    """Returns the names of the resources that a rule flagged."""
    return {finding["resource"]["name"] for finding in body["data"]["findings"] if finding["rule"] == rule}


def _finding(body: Json, rule: str) -> Json:
    (finding,) = [finding for finding in body["data"]["findings"] if finding["rule"] == rule]
    return finding


def _time(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


@pytest.fixture(scope="module")
def answer(deployed: Stack) -> Json:
    return ask(deployed, "/bottlenecks")


def _running(emulator: Emulator) -> Iterator[tuple[str, str, str]]:
    """Yields region, id and name of each running instance, as a script would list them."""
    for region in REGIONS:
        filters = [{"Name": "instance-state-name", "Values": ["running"]}]
        for reservation in emulator.client("ec2", region).describe_instances(Filters=filters)["Reservations"]:
            for instance in reservation["Instances"]:
                yield region, instance["InstanceId"], {t["Key"]: t["Value"] for t in instance["Tags"]}["Name"]


def _statistics(
    emulator: Emulator, region: str, namespace: str, metric: str, dimension: tuple[str, str], window: Any, *statistics: str
) -> list[dict[str, Any]]:
    """Calls GetMetricStatistics for one metric of one resource."""
    extended = [statistic for statistic in statistics if statistic.startswith("p")]
    asked = {"ExtendedStatistics": extended} if extended else {"Statistics": list(statistics)}
    listed = emulator.client("cloudwatch", region).get_metric_statistics(
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": dimension[0], "Value": dimension[1]}],
        StartTime=_time(window["start"]),
        EndTime=_time(window["end"]),
        Period=window["period_seconds"],
        **asked,
    )
    return sorted(listed["Datapoints"], key=lambda point: point["Timestamp"])


def test_the_flagged_instances_are_those_of_a_plain_script(answer: Json, emulator: Emulator) -> None:
    assert (answer["meta"]["account"], answer["meta"]["partial"], answer["meta"]["gaps"]) == (ACCOUNT, False, [])
    window = next(f["window"] for f in answer["data"]["findings"] if f["rule"] == "ec2_high_cpu")
    # The full hours, plus the current one.
    length = (_time(window["end"]) - _time(window["start"])).total_seconds()
    assert 24 * 3600 <= length < 25 * 3600
    high, underutilized = {}, {}
    for region, instance, name in _running(emulator):
        points = _statistics(
            emulator, region, "AWS/EC2", "CPUUtilization", ("InstanceId", instance), window, "Average", "Maximum"
        )
        if points:
            average = sum(point["Average"] for point in points) / len(points)
            maximum = max(point["Maximum"] for point in points)
            if maximum > 80:
                high[name] = maximum
            elif average < 10:
                underutilized[name] = average
    assert high and underutilized
    for rule, expected in (("ec2_high_cpu", high), ("ec2_underutilized", underutilized)):
        findings = {f["resource"]["name"]: f for f in answer["data"]["findings"] if f["rule"] == rule}
        assert {name: f["observed"] for name, f in findings.items()} == pytest.approx(expected)
        periods = math.ceil(length / 3600)
        assert all(f["coverage"] == {"expected": periods, "found": periods} for f in findings.values())


def _ended() -> set[str]:
    """Returns the functions whose runtimes AWS has deprecated by today."""
    ends = runtimes.deprecated()
    return {name for _, name, runtime, *_ in demo_account.FUNCTIONS if ends[runtime] <= clock.now().date()}


def test_every_other_rule_finds_what_the_demo_account_contains(answer: Json) -> None:
    expected = {
        "ec2_status_check_failed": {demo_metrics.FAILING},
        "ec2_sustained_high_cpu": {demo_metrics.HOT},
        "ec2_cpu_credits_exhausted": {demo_metrics.EXHAUSTED},
        "ec2_high_cpu": {demo_metrics.HOT, demo_metrics.SPIKING},
        "ec2_idle": {demo_metrics.IDLE},
        "ec2_underutilized": {demo_metrics.IDLE},
        "rds_low_storage": {demo_metrics.FULL},
        "rds_low_memory": {demo_metrics.SLOW},
        "rds_read_latency": {demo_metrics.SLOW},
        "rds_queue_depth": {demo_metrics.SLOW},
        "rds_no_connections": {demo_metrics.UNUSED},
        "lambda_errors": {"invoice-mail"},
        "lambda_throttles": {"stock-sync"},
        "dynamodb_throttled": {demo_metrics.THROTTLED},
        "lambda_duration_near_timeout": {"thumbnail"},
        "ecs_service_below_desired": {demo_services.SHORT},
        "ecs_service_high_cpu": {demo_services.HOT},
        "ecs_service_high_memory": {demo_services.HOT},
        "ecs_service_idle": {demo_services.IDLE},
        "load_balancer_no_targets": {name for _, name, _, _, targets in demo_services.LOAD_BALANCERS if not targets},
        "load_balancer_idle": {demo_services.QUIET},
        "lambda_runtime_ended": _ended(),
        "ebs_unattached": {name for _, name, _, _ in demo_account.VOLUMES},
        "eip_unassociated": {name for _, name, user in demo_account.ADDRESSES if user is None},
    }
    assert {rule: _found(answer, rule) for rule in answer["data"]["summary"]["by_rule"]} == expected
    assert answer["data"]["summary"]["by_rule"] == {rule: len(names) for rule, names in expected.items()}


@pytest.mark.parametrize(
    ("rule", "region", "namespace", "metric", "dimension", "statistic", "newest"),
    [
        ("ec2_sustained_high_cpu", "us-east-1", "AWS/EC2", "CPUUtilization", "InstanceId", "Average", 3),
        ("rds_low_storage", "us-west-2", "AWS/RDS", "FreeStorageSpace", "DBInstanceIdentifier", "Minimum", 5),
        ("rds_read_latency", "eu-central-1", "AWS/RDS", "ReadLatency", "DBInstanceIdentifier", "p90", 5),
        ("lambda_duration_near_timeout", "eu-west-1", "AWS/Lambda", "Duration", "FunctionName", "p90", 1),
    ],
)
def test_a_finding_is_based_on_the_datapoints_of_a_plain_script(
    answer: Json, emulator: Emulator, rule: str, region: str, namespace: str, metric: str, dimension: str, statistic: str, newest: int
) -> None:  # fmt: skip
    finding = _finding(answer, rule)
    assert finding["resource"]["region"] == region
    of = (dimension, finding["resource"]["id"])
    points = _statistics(emulator, region, namespace, metric, of, finding["window"], statistic)
    values = [point[statistic] if statistic in point else point["ExtendedStatistics"][statistic] for point in points]
    assert finding["coverage"]["found"] == len(values) >= newest
    extreme = max if finding["observed"] < finding["threshold"] else min
    assert finding["observed"] == pytest.approx(extreme(values[-newest:]))
    assert finding["statistic"] == statistic


def test_the_worst_is_first_and_each_finding_states_its_basis(answer: Json) -> None:
    findings = answer["data"]["findings"]
    order = ["critical", "high", "medium", "low"]
    severities = [order.index(finding["severity"]) for finding in findings]
    assert severities == sorted(severities) and severities[0] == 0
    assert answer["data"]["summary"]["by_severity"] == {name: severities.count(n) for n, name in enumerate(order)}
    assert answer["data"]["summary"]["findings"] == len(findings)
    for finding in findings:
        assert set(finding) == {
            "rule", "severity", "resource", "metric", "statistic", "observed", "threshold", "unit", "window", "coverage",
            "recommendation", "not_observed",
        }  # fmt: skip
        assert answer["data"]["rules"][finding["rule"]]["source"]
        assert finding["resource"]["arn"].startswith("arn:aws:")
    idle = _finding(answer, "ec2_underutilized")
    assert idle["not_observed"] == ["memory"]
    assert "m5.large is the smallest type of its family" in idle["recommendation"]


def test_what_has_no_data_is_not_judged_and_never_idle(answer: Json) -> None:
    not_judged: dict[str, dict[str, dict[str, str]]] = {}
    for entry in answer["data"]["not_judged"]:
        not_judged.setdefault(entry["resource"]["name"], {})[entry["reason"]] = entry["rules"]
    metric_rules = {name for name in answer["data"]["rules"] if name.startswith("ec2_")} - {
        "ec2_stopped_long", "ec2_cpu_credits_exhausted",
    }  # fmt: skip
    assert set(not_judged[demo_metrics.SILENT]["insufficient_data"]) == metric_rules
    assert set(not_judged["old-build"]["not_running"]) == metric_rules
    # The emulator does not report when an instance was stopped.
    assert not_judged["old-build"]["unknown"] == {"ec2_stopped_long": "EC2 does not report when it was stopped"}
    found = {finding["resource"]["name"] for finding in answer["data"]["findings"]}
    assert not found & {demo_metrics.SILENT, "old-build"}
    of_instances = answer["data"]["summary"]["by_type"]["ec2"]
    assert of_instances["resources"] >= 9 and of_instances["not_judged"] >= 2


def test_a_load_balancer_without_requests_is_idle_only_once_it_is_old(answer: Json) -> None:
    """Those of the demo account are minutes old: without datapoints, nothing can be said of them."""
    silent = {"old-promo", "left-behind"}
    not_judged = [entry for entry in answer["data"]["not_judged"] if entry["resource"]["name"] in silent]
    assert [(entry["reason"], list(entry["rules"])) for entry in not_judged] == [("insufficient_data", ["load_balancer_idle"])] * 2


def test_a_runtime_that_ends_soon_is_reported_on_request(deployed: Stack) -> None:
    body = ask(deployed, "/bottlenecks", types="lambda", thresholds="lambda_runtime_ended:1095")
    ends, soon = runtimes.deprecated(), clock.now().date() + datetime.timedelta(days=1095)
    # The stack has functions of its own.
    found = {name for name in _found(body, "lambda_runtime_ended") if not name.startswith("stratoscope-")}
    assert found == {name for _, name, runtime, *_ in demo_account.FUNCTIONS if ends[runtime] <= soon}


def test_the_caller_sets_the_thresholds(deployed: Stack) -> None:
    asked = {"types": "ec2", "regions": "us-east-1,eu-west-1"}
    strict = ask(deployed, "/bottlenecks", cpu_high=97, cpu_low=1, **asked)
    assert (_found(strict, "ec2_high_cpu"), _found(strict, "ec2_underutilized")) == (set(), set())
    loose = ask(deployed, "/bottlenecks", cpu_high=30, cpu_low=2, **asked)
    assert _found(loose, "ec2_high_cpu") > {demo_metrics.HOT, demo_metrics.SPIKING}
    assert _found(loose, "ec2_underutilized") == {demo_metrics.IDLE}
    assert _finding(loose, "ec2_underutilized")["threshold"] == 2
    # The spike was five hours ago.
    recent = ask(deployed, "/bottlenecks", hours=2, **asked)
    assert _found(recent, "ec2_high_cpu") == {demo_metrics.HOT}


def test_the_caller_sets_the_thresholds_of_single_rules(deployed: Stack, answer: Json) -> None:
    asked = {"types": "rds,ec2", "regions": "us-east-1,us-west-2,eu-west-1,eu-central-1"}
    changed = ask(deployed, "/bottlenecks", thresholds="rds_low_storage:70,rds_read_latency:40,ec2_idle.cpu:1", **asked)
    # Every other database has 60 % of its storage free; the slow one takes 35 ms.
    assert _found(changed, "rds_low_storage") > _found(answer, "rds_low_storage") == {demo_metrics.FULL}
    assert (_found(changed, "rds_read_latency"), _found(changed, "ec2_idle")) == (set(), set())
    # What was not changed stays.
    for rule in ("rds_queue_depth", "ec2_high_cpu"):
        assert _found(changed, rule) == _found(answer, rule) != set()
    free = {"free": {"value": 70, "default": 10, "unit": "Percent"}}
    low = [finding for finding in changed["data"]["findings"] if finding["rule"] == "rds_low_storage"]
    assert [finding["changed_thresholds"] for finding in low] == [free] * len(low)
    assert changed["data"]["rules"]["rds_low_storage"]["thresholds"] == free
    assert "below 70 % of the allocated storage" in changed["data"]["rules"]["rds_low_storage"]["finding"]
    assert "changed_thresholds" not in _finding(changed, "rds_queue_depth")


def test_measuring_takes_one_run_of_three_requests_a_region(deployed: Stack) -> None:
    """One for each time window: the requested hours, the last half hour, the last days."""
    body = ask(deployed, "/bottlenecks", regions="us-east-1", types="ec2,rds,lambda")
    requests = body["meta"]["aws_requests"]["by_operation"]
    requests.pop("sts:GetCallerIdentity", None)
    assert requests == {
        "cloudwatch:GetMetricData": 3, "ec2:DescribeInstances": 1, "ec2:DescribeRegions": 1, "lambda:ListFunctions": 1,
        "rds:DescribeDBInstances": 1,
    }  # fmt: skip


def test_a_price_above_the_limit_is_refused(deployed: Stack) -> None:
    body = ask(deployed, "/bottlenecks", types="ec2,rds")
    price = body["meta"]["aws_requests"]["estimated_cost_usd"]
    assert float(price) > 0.0002
    status, refused = call(deployed, "/bottlenecks", types="ec2,rds", max_cost_usd="0.0002")
    assert (status, refused["error"]["code"], refused["error"]["parameter"]) == (400, "InvalidParameter", "max_cost_usd")
    said = refused["error"]["message"]
    assert said.startswith("AWS would bill $0.00") and "of 13 resources, at $0.01" in said, said
    assert "send fewer types or regions, or send max_cost_usd=0.00" in said
    allowed = said.split("max_cost_usd=")[1].split()[0]
    # The price is rounded up, so that it allows the request.
    assert float(price) <= float(allowed) <= float(price) + 0.0001
    again = ask(deployed, "/bottlenecks", types="ec2,rds", max_cost_usd=allowed)
    assert again["meta"]["aws_requests"] == body["meta"]["aws_requests"]
    assert again["data"]["summary"] == body["data"]["summary"]


def test_pages_put_together_are_the_whole(deployed: Stack, answer: Json) -> None:
    whole = answer["data"]["findings"] + answer["data"]["not_judged"]
    # The size of the account depends on what earlier tests created.
    limit = math.ceil(len(whole) / 4)
    found, cursor = [], {}
    for _ in range(4):
        data = ask(deployed, "/bottlenecks", limit=limit, **cursor)["data"]
        assert data["summary"] == answer["data"]["summary"]
        page = data["findings"] + data["not_judged"]
        found += [(entry["resource"]["id"], entry.get("rule") or entry["reason"]) for entry in page]
        assert 0 < len(page) <= limit
        cursor = {"cursor": data["next_cursor"]}
    assert cursor == {"cursor": None}
    assert found == [(entry["resource"]["id"], entry.get("rule") or entry["reason"]) for entry in whole]


DENIED = {
    "dynamodb:ListTables": ("dynamodb", "dynamodb"),
    "ec2:DescribeInstances": ("ec2", "ec2"),
    "ec2:DescribeVolumes": ("ebs", "ec2"),
    "ec2:DescribeAddresses": ("eip", "ec2"),
    "ecs:ListClusters": ("ecs_service", "ecs"),
    "elasticloadbalancing:DescribeLoadBalancers": ("load_balancer", "elasticloadbalancing"),
    "rds:DescribeDBInstances": ("rds", "rds"),
    "lambda:ListFunctions": ("lambda", "lambda"),
}


@pytest.mark.parametrize("action", DENIED)
def test_without_a_permission_the_rest_is_judged(deployed: Stack, emulator: Emulator, action: str) -> None:
    kind, service = DENIED[action]
    with iam.without(emulator, iam.role_of(emulator, "BottlenecksFunction"), action):
        body = ask(deployed, "/bottlenecks", regions="us-east-1")
    (gap,) = gaps(body)
    assert gap[:4] == ("us-east-1", service, action.split(":")[1], "denied")
    assert body["meta"]["partial"] is True
    by_type = body["data"]["summary"]["by_type"]
    assert by_type.pop(kind) is None
    assert all(count["resources"] for count in by_type.values())
    assert not [rule for rule in body["data"]["summary"]["by_rule"] if rule.startswith(f"{kind}_")]


def test_an_answer_of_nothing_but_gaps_is_an_error(deployed: Stack, emulator: Emulator) -> None:
    with iam.without(emulator, iam.role_of(emulator, "BottlenecksFunction"), "ec2:DescribeAddresses"):
        status, body = call(deployed, "/bottlenecks", types="eip", regions="us-east-1")
    assert (status, body["error"]["code"]) == (502, "NothingCollected")
    assert [(gap["region"], gap["operation"], gap["status"]) for gap in body["error"]["gaps"]] == [
        ("us-east-1", "DescribeAddresses", "denied")
    ]


def test_the_role_has_no_action_that_is_not_needed(emulator: Emulator, deployed: Stack) -> None:
    # The emulator does not check CloudWatch's permission in the Rust SDK's format; the adapter's tests cover denials.
    needed = documents.actions("/bottlenecks")
    assert needed == set(DENIED) | {
        "cloudwatch:GetMetricData", "dynamodb:DescribeTable", "ec2:DescribeRegions", "ecs:DescribeServices", "ecs:ListServices",
        "elasticloadbalancing:DescribeInstanceHealth", "elasticloadbalancing:DescribeTags",
        "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth",
    }  # fmt: skip
    assert iam.allowed_actions(emulator, iam.role_of(emulator, "BottlenecksFunction")) == needed | iam.ENTER


@pytest.mark.parametrize(
    ("parameters", "parameter", "said"),
    [
        ({"types": "s3"}, "types", "allowed: " + ", ".join(documents.types("/bottlenecks"))),
        ({"hours": "24.5"}, "hours", "a whole number from 1 to 10920"),
        ({"cpu_high": "0"}, "cpu_high", "a whole number from 1 to 100"),
        ({"cpu_low": "85"}, "cpu_low", "cpu_low (85) must be below cpu_high (80)"),
        ({"thresholds": "rds_low_storage:91"}, "thresholds", "a whole number from 1 to 90, in Percent"),
        ({"thresholds": "rds_swap:300", "types": "ec2"}, "thresholds", "(rds is not among the types)"),
        ({"thresholds": "ec2_high_cpu:90", "cpu_high": "90"}, "thresholds", "is also set by cpu_high"),
        ({"regions": "mars-north-1"}, "regions", "us-east-1"),
        ({"limit": "0"}, "limit", "a whole number from 1 to 10000"),
        ({"max_cost_usd": "0"}, "max_cost_usd", "US dollars, above 0 and up to 100"),
        ({"cursor": "x"}, "cursor", "data.next_cursor of the previous page"),
        ({"metrics": "cpu"}, "metrics", "unknown parameter; allowed: regions, types, hours, cpu_high, cpu_low"),
    ],
)
def test_a_bad_parameter_is_named_with_what_is_allowed(
    deployed: Stack, parameters: dict[str, str], parameter: str, said: str
) -> None:
    status, body = call(deployed, "/bottlenecks", **parameters)
    assert (status, body["error"]["code"], body["error"]["parameter"]) == (400, "InvalidParameter", parameter)
    assert said in body["error"]["message"]
