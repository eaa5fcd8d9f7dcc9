"""GET /bottlenecks on the deployed stack, compared with a plain script in the style of the original dashboard."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator
from typing import Any

import documents
import pytest
import runtimes
from emulator import (
    clock, demo_account, demo_clusters, demo_data, demo_ec2, demo_exceptions, demo_metrics, demo_quotas, demo_services,
)  # fmt: skip
from emulator.ministack import ACCOUNT, Emulator
from emulator.stack import Stack

from . import bad_day, iam
from .api import Json, ask, call, gaps
from .bad_day import Endpoint

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
        "opensearch_red": {demo_clusters.RED_DOMAIN},
        "opensearch_low_storage": {demo_clusters.FULL_DOMAIN},
        "redshift_no_connections": {"old-reports"},
        "lambda_errors": {"invoice-mail"},
        "lambda_throttles": {"stock-sync"},
        "dynamodb_throttled": {demo_metrics.THROTTLED},
        "elasticache_high_engine_cpu": {demo_metrics.HOT_CACHE},
        "lambda_duration_near_timeout": {"thumbnail"},
        "elasticache_high_memory": {demo_metrics.FULL_CACHE},
        "elasticache_evictions": {demo_metrics.FULL_CACHE},
        "elasticache_idle": {demo_metrics.IDLE_CACHE},
        "rds_engine_ended": {demo_data.ENDED},
        "nat_gateway_idle": demo_ec2.IDLE_GATEWAYS,
        "ec2_stopped_long": {name for _, name, _, _, stopped in demo_account.INSTANCES if stopped},
        "ecs_service_below_desired": {demo_services.SHORT},
        "ecs_service_high_cpu": {demo_services.HOT},
        "ecs_service_high_memory": {demo_services.HOT},
        "ecs_service_idle": {demo_services.IDLE},
        "service_quota_near": demo_quotas.near(ACCOUNT),
        "load_balancer_no_targets": {name for _, name, _, _, targets in demo_services.LOAD_BALANCERS if not targets},
        "load_balancer_idle": {demo_services.QUIET},
        "lambda_runtime_ended": _ended(),
        "ebs_unattached": {name for _, name, _, _ in demo_account.VOLUMES} - {demo_exceptions.SUPPRESSED},
        # The root volume of the stopped instance, which has no name.
        "ebs_stopped_instance": {None},
        "ebs_idle": demo_ec2.IDLE_VOLUMES,
        "ebs_outdated_type": {name for _, name, kind, _ in demo_account.VOLUMES if kind in ("gp2", "io1")},
        "ebs_snapshot_orphaned": {name for _, name, volume, _ in demo_ec2.SNAPSHOTS if volume is None},
        "ebs_snapshot_old": {name for _, name, _, days in demo_ec2.SNAPSHOTS if days > 90},
        "ami_unused": {name for _, name, user, days in demo_ec2.IMAGES if user is None and days > 90},
        "rds_snapshot_orphaned": {demo_data.ORPHAN},
        "vpc_endpoint_idle": demo_ec2.IDLE_ENDPOINTS,
        "eip_unassociated": {name for _, name, user in demo_account.ADDRESSES if user is None},
        # Cost Optimization Hub recommends these; where a rule about money found something, it is beside that.
        "aws_migrate_to_graviton": {"web-1"},
        "aws_rightsize": {demo_metrics.HOT, "invoice-mail"},
        "log_group_no_retention": {name for _, name, days, stored in demo_account.LOG_GROUPS if days is None and stored}
        - {name for _, name, *_ in demo_exceptions.LOG_GROUPS},
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
    assert sum(answer["data"]["summary"]["by_category"].values()) == len(findings)
    for finding in findings:
        assert finding["category"] == answer["data"]["rules"][finding["rule"]]["category"]
        assert set(finding) - {"exception", "savings", "savings_counted", "savings_unknown", "aws_recommendation"} == {
            "rule", "source", "severity", "category", "resource", "metric", "statistic", "observed", "threshold", "unit", "window", "coverage",
            "recommendation", "remediation", "not_observed",
        }  # fmt: skip
        excepted = finding["resource"]["name"] in (demo_exceptions.ENDED, demo_exceptions.INVALID)
        assert ("exception" in finding) is excepted, finding
        assert answer["data"]["rules"][finding["rule"]]["source"]
        assert finding["resource"]["arn"].startswith("arn:aws:")
    idle = _finding(answer, "ec2_underutilized")
    assert idle["not_observed"] == ["memory"]
    assert "m5.large is the smallest type of its family" in idle["recommendation"]


def _by_itself(finding: Json) -> Json:
    """Returns a finding without what depends on the other findings of its resource, and on when prices were read."""
    kept = {name: value for name, value in finding.items() if name not in ("savings_counted", "aws_recommendation")}
    if "savings" in kept:
        kept["savings"] = {name: value for name, value in kept["savings"].items() if name != "priced_at"}
    return kept


def _about_the_same_windows(stack: Stack) -> tuple[Json, Json]:
    """Returns the responses about one category and about all, of the same windows, which move on every five minutes."""
    while True:
        idle, answer = ask(stack, "/bottlenecks", categories="cost_optimizing"), ask(stack, "/bottlenecks")
        windows = [_finding(body, "ec2_idle")["window"] for body in (idle, answer)]
        if windows[0] == windows[1]:
            return idle, answer


def test_one_category_is_checked_alone_and_its_rules_alone_are_measured(deployed: Stack) -> None:
    idle, answer = _about_the_same_windows(deployed)
    own = [f for f in idle["data"]["findings"] if f["source"] == "stratoscope"]
    assert [_by_itself(f) for f in own] == [
        _by_itself(f) for f in answer["data"]["findings"] if f["category"] == "cost_optimizing" and f["source"] == "stratoscope"
    ] != []
    # Which recommendations of AWS are findings depends on the other findings.
    rules = {name for name, rule in answer["data"]["rules"].items() if rule["category"] == "cost_optimizing"}
    assert {name for name in idle["data"]["rules"] if not name.startswith("aws_")} == {
        name for name in rules if not name.startswith("aws_")
    }
    # No rule of this category reads a function or a status check.
    assert "lambda" not in idle["data"]["summary"]["by_type"]
    requests = idle["meta"]["aws_requests"]["by_operation"]
    assert {"lambda:ListFunctions", "ec2:DescribeInstanceStatus"} & set(requests) == set()
    whole = answer["meta"]["aws_requests"]["by_operation"]
    assert requests["cloudwatch:GetMetricData"] < whole["cloudwatch:GetMetricData"]


def test_what_has_no_data_is_not_judged_and_never_idle(answer: Json) -> None:
    not_judged: dict[str, dict[str, dict[str, str]]] = {}
    for entry in answer["data"]["not_judged"]:
        not_judged.setdefault(entry["resource"]["name"], {})[entry["reason"]] = entry["rules"]
    metric_rules = {name for name in answer["data"]["rules"] if name.startswith("ec2_")} - {
        "ec2_stopped_long", "ec2_cpu_credits_exhausted", "ec2_status_check_failed",
    }  # fmt: skip
    assert set(not_judged[demo_metrics.SILENT]["insufficient_data"]) == metric_rules
    assert set(not_judged["old-build"]["not_running"]) == metric_rules | {"ec2_status_check_failed"}
    for new in demo_ec2.NEW_GATEWAYS | demo_ec2.NEW_ENDPOINTS:
        assert list(not_judged[new]) == ["insufficient_data"], new
    (copy,) = [name for _, name, *_ in demo_account.HOME.copies]
    reason = "EC2 does not report the volume of a copied snapshot"
    assert not_judged[copy] == {"unknown": {"ebs_snapshot_orphaned": reason}}
    found = {finding["resource"]["name"] for finding in answer["data"]["findings"]}
    assert not found & ({demo_metrics.SILENT, copy} | demo_ec2.NEW_GATEWAYS | demo_ec2.NEW_ENDPOINTS)
    assert {f["rule"] for f in answer["data"]["findings"] if f["resource"]["name"] == "old-build"} == {"ec2_stopped_long"}
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


def test_what_takes_a_month_is_found_in_the_days_that_the_demo_account_has(deployed: Stack) -> None:
    """Tables and file systems are not older than this run, and the demo account has two weeks of metrics."""
    asked = {"types": "dynamodb,efs", "regions": "us-east-1,eu-west-1"}
    month = ask(deployed, "/bottlenecks", **asked)
    shorter = "dynamodb_unused.days:12,efs_idle.days:12"
    days = ask(deployed, "/bottlenecks", thresholds=shorter, **asked)
    found = {
        "dynamodb_unused": {demo_metrics.NOT_READ},
        "efs_idle": {demo_metrics.UNMOUNTED},
    }
    assert {rule: _found(month, rule) for rule in found} == {rule: set() for rule in found}
    assert {rule: _found(days, rule) for rule in found} == found
    young = {e["resource"]["name"] for e in month["data"]["not_judged"] if e["reason"] == "insufficient_data"}
    assert {demo_metrics.NOT_READ, demo_metrics.UNMOUNTED} <= young


def test_a_snapshot_is_not_judged_without_the_list_of_databases(deployed: Stack, emulator: Emulator) -> None:
    asked = {"types": "rds_snapshot", "regions": "us-east-1,eu-west-1"}
    with iam.without(emulator, iam.role_of(emulator, "BottlenecksFunction"), "rds:DescribeDBInstances"):
        body = ask(deployed, "/bottlenecks", **asked)
    assert [gap[2:4] for gap in gaps(body)] == [("DescribeDBInstances", "denied")] * 2
    assert body["data"]["findings"] == []
    not_judged = {entry["resource"]["name"]: entry["rules"] for entry in body["data"]["not_judged"]}
    reason = {"rds_snapshot_orphaned": "not all rds of the region were listed; the gaps have the reason"}
    # Of a cluster's snapshot, the clusters alone matter.
    expected = {name for _, name, of, _ in demo_account.SNAPSHOTS if of == "instance"}
    assert not_judged == {name: reason for name in expected}


def test_measuring_takes_four_requests_a_region(deployed: Stack) -> None:
    """One for the coarse series of all instances, then one for each time window: the requested hours, the last half hour,
    the last days. The status checks have one each."""
    body = ask(deployed, "/bottlenecks", regions="us-east-1", types="ec2,rds,lambda")
    requests = body["meta"]["aws_requests"]["by_operation"]
    # A fresh function also asks for its account and the exceptions.
    for at_first in ("sts:GetCallerIdentity", "ssm:GetParametersByPath"):
        requests.pop(at_first, None)
    assert requests == {
        "cloudwatch:GetMetricData": 4, "ec2:DescribeInstanceStatus": 2, "ec2:DescribeInstances": 1, "ec2:DescribeRegions": 1,
        "lambda:ListFunctions": 1, "rds:DescribeDBInstances": 1, "tag:GetResources": 1,
    }  # fmt: skip


def test_a_price_above_the_limit_is_refused(deployed: Stack) -> None:
    # The first response of a process also asks for what is then kept, such as prices.
    ask(deployed, "/bottlenecks", types="ec2,rds")
    body = ask(deployed, "/bottlenecks", types="ec2,rds")
    price = body["meta"]["aws_requests"]["estimated_cost_usd"]
    assert float(price) > 0.0002
    status, refused = call(deployed, "/bottlenecks", types="ec2,rds", max_cost_usd="0.0002")
    assert (status, refused["error"]["code"], refused["error"]["parameter"]) == (400, "InvalidParameter", "max_cost_usd")
    said = refused["error"]["message"]
    running = [row for row in demo_account.INSTANCES if not row[4]]
    measured = len(running) + len(demo_account.DATABASES)
    assert said.startswith("AWS would bill $0.00") and f"of {measured} resources, at $0.01" in said, said
    assert "send fewer types or regions, or send max_cost_usd=0.00" in said
    assert "more where these leave something to find" in said, said
    allowed = float(said.split("max_cost_usd=")[1].split()[0])
    assert allowed < float(price)
    # It allows the coarse metrics. The finer ones would cost more, so their rules are not judged.
    partly = ask(deployed, "/bottlenecks", types="ec2,rds", max_cost_usd=f"{allowed:.4f}")
    assert {gap[2:] for gap in gaps(partly)} == {("GetMetricData", "over_max_cost", "OverMaxCost")}
    assert float(partly["meta"]["aws_requests"]["estimated_cost_usd"]) <= allowed
    unjudged = {rule for entry in partly["data"]["not_judged"] for rule in entry["rules"]}
    assert "ec2_high_cpu" in unjudged and "ec2_sustained_high_cpu" in unjudged
    again = ask(deployed, "/bottlenecks", types="ec2,rds", max_cost_usd=price)
    assert again["meta"]["aws_requests"] == body["meta"]["aws_requests"]
    assert again["data"]["summary"] == body["data"]["summary"]


def test_an_instance_whose_status_check_fails_is_found(deployed: Stack, endpoint: Endpoint) -> None:
    instances = ask(deployed, "/resources", types="ec2", regions="us-west-2", states="running")["data"]["ec2"]
    (failing,) = [instance for instance in instances if instance["name"] == "web-3"]
    status = (
        "<item><instanceId>{}</instanceId>"
        "<systemStatus><status>impaired</status><details><item><name>reachability</name><status>failed</status>"
        "<impairedSince>2026-11-01T09:00:00.000Z</impairedSince></item></details></systemStatus>"
        "<instanceStatus><status>ok</status></instanceStatus></item>"
    ).format(failing["id"])
    text = f"<DescribeInstanceStatusResponse><instanceStatusSet>{status}</instanceStatusSet></DescribeInstanceStatusResponse>"
    where = {"region": "us-west-2", "operation": "DescribeInstanceStatus"}
    with endpoint.with_fault(bad_day.body(text.encode()), **where):
        body = ask(deployed, "/bottlenecks", types="ec2", regions="us-west-2,us-east-1")
    (finding,) = [f for f in body["data"]["findings"] if f["rule"] == "ec2_status_check_failed"]
    assert (finding["resource"]["id"], finding["severity"]) == (failing["id"], "critical")
    assert (finding["observed"], finding["threshold"], finding["statistic"], finding["window"]) == (1, 1, None, None)
    assert "Its system status check fails since 2026-11-01T09:00:00Z" in finding["recommendation"]


def test_without_status_checks_the_rule_is_not_judged(deployed: Stack, emulator: Emulator, answer: Json) -> None:
    with iam.without(emulator, iam.role_of(emulator, "BottlenecksFunction"), "ec2:DescribeInstanceStatus"):
        body = ask(deployed, "/bottlenecks", types="ec2", regions="us-east-1")
    assert gaps(body) == [("us-east-1", "ec2", "DescribeInstanceStatus", "denied", "UnauthorizedOperation")]
    unjudged = [entry for entry in body["data"]["not_judged"] if "ec2_status_check_failed" in entry["rules"]]
    assert len(unjudged) == body["data"]["summary"]["by_type"]["ec2"]["resources"]
    assert {entry["reason"] for entry in unjudged} == {"unknown"}
    here = [f for f in answer["data"]["findings"] if f["rule"].startswith("ec2_") and f["resource"]["region"] == "us-east-1"]
    own = [f for f in body["data"]["findings"] if f["source"] == "stratoscope"]
    assert [(f["rule"], f["resource"]["id"]) for f in own] == [(f["rule"], f["resource"]["id"]) for f in here]


def _entries(data: Json) -> list[Json]:
    """Returns everything that `limit` counts, in its order."""
    return [*data["findings"], *data["not_judged"], *data["suppressed"]["findings"]]


def test_pages_put_together_are_the_whole(deployed: Stack, answer: Json) -> None:
    # The deployment's own functions are judged only once they have been there for a while.
    types = ",".join(name for name in answer["data"]["summary"]["by_type"] if name != "lambda")
    answer = ask(deployed, "/bottlenecks", types=types)
    whole = _entries(answer["data"])
    assert answer["data"]["suppressed"]["findings"]
    # The size of the account depends on what earlier tests created.
    limit = math.ceil(len(whole) / 4)
    found, cursor = [], {}
    for _ in range(math.ceil(len(whole) / limit)):
        data = ask(deployed, "/bottlenecks", types=types, limit=limit, **cursor)["data"]
        assert data["summary"] == answer["data"]["summary"]
        page = _entries(data)
        found += [(entry["resource"]["id"], entry.get("rule") or entry["reason"]) for entry in page]
        assert 0 < len(page) <= limit
        cursor = {"cursor": data["next_cursor"]}
    assert cursor == {"cursor": None}
    assert found == [(entry["resource"]["id"], entry.get("rule") or entry["reason"]) for entry in whole]


DENIED = {
    "cloudwatch:ListMetrics": ("service_quota", "cloudwatch"),
    "dynamodb:ListTables": ("dynamodb", "dynamodb"),
    "ec2:DescribeInstances": ("ec2", "ec2"),
    "ec2:DescribeVolumes": ("ebs", "ec2"),
    "ec2:DescribeAddresses": ("eip", "ec2"),
    "elasticache:DescribeCacheClusters": ("elasticache", "elasticache"),
    "elasticfilesystem:DescribeFileSystems": ("efs", "elasticfilesystem"),
    "logs:DescribeLogGroups": ("log_group", "logs"),
    "ec2:DescribeImages": ("ami", "ec2"),
    "ec2:DescribeNatGateways": ("nat_gateway", "ec2"),
    "ec2:DescribeSnapshots": ("ebs_snapshot", "ec2"),
    "ec2:DescribeVpcEndpoints": ("vpc_endpoint", "ec2"),
    "ecs:ListClusters": ("ecs_service", "ecs"),
    "elasticloadbalancing:DescribeLoadBalancers": ("load_balancer", "elasticloadbalancing"),
    "es:ListDomainNames": ("opensearch", "es"),
    "redshift:DescribeClusters": ("redshift", "redshift"),
    "rds:DescribeDBInstances": ("rds", "rds"),
    "lambda:ListFunctions": ("lambda", "lambda"),
}

#: The actions that read AWS's own recommendations; `test_hub.py` denies them.
HUB_ACTIONS = {f"cost-optimization-hub:{name}" for name in ("GetPreferences", "ListEnrollmentStatuses", "ListRecommendations")}

#: Actions that leave another gap than a whole type that is judged.
OTHER_ACTIONS = {
    "autoscaling:DescribeLaunchConfigurations", "cloudwatch:GetMetricData", "dynamodb:DescribeTable",
    "ec2:DescribeInstanceStatus", "ec2:DescribeLaunchTemplateVersions", "ec2:DescribeRegions", "ecs:DescribeServices",
    "ecs:ListServices", "elasticloadbalancing:DescribeInstanceHealth", "elasticloadbalancing:DescribeTags",
    "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth", "es:DescribeDomains",
    "rds:DescribeDBClusterSnapshots", "rds:DescribeDBClusters", "rds:DescribeDBSnapshots",
    "servicequotas:ListServiceQuotas", "tag:GetResources", *HUB_ACTIONS}  # fmt: skip


@pytest.mark.parametrize("action", DENIED)
def test_without_a_permission_the_rest_is_judged(deployed: Stack, emulator: Emulator, action: str) -> None:
    kind, service = DENIED[action]
    with iam.without(emulator, iam.role_of(emulator, "BottlenecksFunction"), action):
        body = ask(deployed, "/bottlenecks", regions="us-east-1")
    # Instances are also asked who uses images.
    kinds = {("ec2",), ("ami",)} if kind == "ec2" else {(kind,)}
    assert {tuple(gap["resource_types"]) for gap in body["meta"]["gaps"]} == kinds
    assert {gap[:4] for gap in gaps(body)} == {("us-east-1", service, action.split(":")[1], "denied")}
    assert body["meta"]["partial"] is True
    by_type = body["data"]["summary"]["by_type"]
    assert by_type.pop(kind) is None
    assert all(count["resources"] for count in by_type.values())
    found = set(body["data"]["summary"]["by_rule"])
    assert not documents.rules_of(kind) & found
    # What depends on the list is not judged.
    unknown = {rule for entry in body["data"]["not_judged"] if entry["reason"] == "unknown" for rule in entry["rules"]}
    assert DEPENDENT.get(kind, set()) <= unknown - found


#: The rules about other types that need the list of a type.
DEPENDENT = {
    "ec2": {"ebs_stopped_instance", "ami_unused"},
    "ebs": {"ebs_snapshot_orphaned"},
    "ami": {"ebs_snapshot_orphaned"},
}


def test_if_users_of_images_cant_be_listed_no_image_is_unused(deployed: Stack, emulator: Emulator) -> None:
    for action in ("autoscaling:DescribeLaunchConfigurations", "ec2:DescribeLaunchTemplateVersions"):
        with iam.without(emulator, iam.role_of(emulator, "BottlenecksFunction"), action):
            body = ask(deployed, "/bottlenecks", types="ami", regions="us-east-1")
        assert [gap[2] for gap in gaps(body)] == [action.split(":")[1]]
        assert body["data"]["findings"] == []
        old = {name for region, name, _, days in demo_ec2.IMAGES if region == "us-east-1" and days > 90}
        assert {entry["resource"]["name"] for entry in body["data"]["not_judged"]} == old != set()


def test_an_answer_of_nothing_but_gaps_is_an_error(deployed: Stack, emulator: Emulator) -> None:
    with iam.without(emulator, iam.role_of(emulator, "BottlenecksFunction"), "ec2:DescribeAddresses"):
        status, body = call(deployed, "/bottlenecks", types="eip", regions="us-east-1")
    assert (status, body["error"]["code"]) == (502, "NothingCollected")
    assert [(gap["region"], gap["operation"], gap["status"]) for gap in body["error"]["gaps"]] == [
        ("us-east-1", "DescribeAddresses", "denied")
    ]


def test_the_role_has_no_action_that_is_not_needed(emulator: Emulator, deployed: Stack) -> None:
    needed = documents.actions("/bottlenecks")
    assert needed == set(DENIED) | OTHER_ACTIONS
    allowed = iam.allowed_actions(emulator, iam.role_of(emulator, "BottlenecksFunction"))
    assert allowed == needed | documents.actions("exceptions") | documents.actions("prices") | iam.ENTER


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
        ({"metrics": "cpu"}, "metrics", "unknown parameter; allowed: regions, types, categories, hours, cpu_high, cpu_low"),
    ],
)
def test_a_bad_parameter_is_named_with_what_is_allowed(
    deployed: Stack, parameters: dict[str, str], parameter: str, said: str
) -> None:
    status, body = call(deployed, "/bottlenecks", **parameters)
    assert (status, body["error"]["code"], body["error"]["parameter"]) == (400, "InvalidParameter", parameter)
    assert said in body["error"]["message"]
