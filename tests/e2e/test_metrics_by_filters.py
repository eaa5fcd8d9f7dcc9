"""GET /metrics without ids: the busiest resources over all regions, their price, and what fails."""

from __future__ import annotations

import datetime
from typing import Any

import documents
import pytest
from emulator import demo_account, demo_clusters, demo_metrics, demo_services
from emulator.ministack import ACCOUNT, Emulator
from emulator.stack import Stack

from . import bad_day, iam
from .api import ask, call, gaps
from .bad_day import Endpoint


@pytest.fixture
def instances(emulator: Emulator) -> list[tuple[str, str, str]]:
    """Returns region, id and name of each instance of the demo account, by region and id."""
    found = []
    for region in demo_account.HOME.regions():
        for reservation in emulator.client("ec2", region).describe_instances()["Reservations"]:
            for instance in reservation["Instances"]:
                name = next(tag["Value"] for tag in instance["Tags"] if tag["Key"] == "Name")
                found.append((region, instance["InstanceId"], name))
    assert len(found) == len(demo_account.INSTANCES)
    return sorted(found)


def _cpu(emulator: Emulator, region: str, instance: str, meta: Any) -> list[dict[str, Any]]:
    """Calls GetMetricStatistics for the CPU of an instance over a response's window, like a plain script."""
    window = {name: datetime.datetime.fromisoformat(meta["window"][name]) for name in ("start", "end")}
    return emulator.client("cloudwatch", region).get_metric_statistics(
        Namespace="AWS/EC2", MetricName="CPUUtilization", Dimensions=[{"Name": "InstanceId", "Value": instance}],
        StartTime=window["start"], EndTime=window["end"], Period=meta["window"]["period_seconds"],
        Statistics=["Average", "Maximum", "Sum", "SampleCount"],
    )["Datapoints"]  # fmt: skip


def _listed(body: Any) -> list[tuple[str, str]]:
    return [(entry["region"], entry["id"]) for entry in body["data"]]


def test_the_five_busiest_instances_over_all_regions(
    deployed: Stack, emulator: Emulator, instances: list[tuple[str, str, str]]
) -> None:
    body = ask(deployed, "/metrics", types="ec2", sort="cpu:Maximum", limit=5)
    meta = body["meta"]
    assert (meta["account"], meta["partial"], meta["gaps"], meta["not_measured"]) == (ACCOUNT, False, [], {})
    assert meta["matched"]["total"] == meta["matched"]["by_type"]["ec2"] == len(instances)
    points = {(region, instance): _cpu(emulator, region, instance, meta) for region, instance, _ in instances}
    highest = {key: max(point["Maximum"] for point in found) for key, found in points.items() if found}
    # Those with the same value are in the order of their regions and ids.
    expected = sorted(highest, key=lambda key: (-highest[key], key))[:5]
    assert _listed(body) == expected
    assert {entry["name"] for entry in body["data"][:2]} == {demo_metrics.HOT, demo_metrics.SPIKING}
    assert len({entry["region"] for entry in body["data"]}) >= 3
    for entry, key in zip(body["data"], expected):
        assert entry["sort_value"] == pytest.approx(highest[key])
        assert entry["resource_type"] == "ec2" and entry["arn"].endswith(f"instance/{entry['id']}")
        shown = [(p["Timestamp"], p["Average"], p["Maximum"]) for p in entry["metrics"]["cpu"]]
        script = sorted((p["Timestamp"].strftime("%Y-%m-%dT%H:%M:%SZ"), p["Average"], p["Maximum"]) for p in points[key])
        assert len(shown) == 24
        assert [s[0] for s in shown] == [s[0] for s in script]
        assert [s[1:] for s in shown] == [pytest.approx(s[1:]) for s in script]
        assert entry["series"]["cpu"] == {"expected": 24, "found": 24, "status": "complete"}


def test_an_average_is_that_of_the_whole_window(
    deployed: Stack, emulator: Emulator, instances: list[tuple[str, str, str]]
) -> None:
    body = ask(deployed, "/metrics", types="ec2", sort="cpu:Average:asc", statistics="Maximum", limit=3, hours=48)
    average = {}
    for region, instance, _ in instances:
        points = _cpu(emulator, region, instance, body["meta"])
        if points:
            average[(region, instance)] = sum(p["Sum"] for p in points) / sum(p["SampleCount"] for p in points)
    assert [entry["sort_value"] for entry in body["data"]] == pytest.approx(sorted(average.values())[:3])
    assert body["data"][0]["name"] == demo_metrics.IDLE
    for entry in body["data"]:
        assert entry["sort_value"] == pytest.approx(average[(entry["region"], entry["id"])])
        assert set(entry["metrics"]["cpu"][0]) == {"Timestamp", "Maximum", "Average", "Unit"}


def test_the_rest_is_measured_of_the_first_alone(deployed: Stack, emulator: Emulator) -> None:
    asked = {"types": "ec2", "sort": "cpu:Maximum", "metrics": "cpu,network_in,network_out"}
    body = ask(deployed, "/metrics", limit=2, **asked)
    # Nine metrics to sort nine instances in five regions, and three of each of two in one: $0.00015.
    assert body["meta"]["aws_requests"]["by_operation"]["cloudwatch:GetMetricData"] == 6
    assert body["meta"]["aws_requests"]["estimated_cost_usd"] == "0.0002"
    assert [set(entry["metrics"]) for entry in body["data"]] == [{"cpu", "network_in", "network_out"}] * 2
    # All in one stage costs less for nine entries: $0.00027. The order and the values are the same.
    every = ask(deployed, "/metrics", **asked)
    assert every["meta"]["aws_requests"]["by_operation"]["cloudwatch:GetMetricData"] == 5
    assert every["meta"]["aws_requests"]["estimated_cost_usd"] == "0.0003"
    assert len(every["data"]) == 9
    first = [[(entry["id"], entry["sort_value"]) for entry in found["data"][:2]] for found in (body, every)]
    assert first[0] == first[1]


def test_what_has_no_datapoints_is_last_and_null(deployed: Stack) -> None:
    for order in ("", ":asc"):
        body = ask(deployed, "/metrics", types="ec2", sort="cpu:Maximum" + order)
        silent = body["data"][-2:]
        assert {entry["name"] for entry in silent} == {demo_metrics.SILENT, "old-build"}
        assert [(entry["sort_value"], entry["metrics"]) for entry in silent] == [(None, {"cpu": []})] * 2
        assert [entry["series"]["cpu"]["found"] for entry in silent] == [0, 0]
        assert None not in [entry["sort_value"] for entry in body["data"][:-2]]
        assert body["meta"]["partial"] is False


def test_filters_choose_the_resources(deployed: Stack) -> None:
    body = ask(deployed, "/metrics", types="ec2", states="running", tags="env:dev", sort="cpu:Maximum")
    assert [entry["name"] for entry in body["data"]] == ["trial"]
    assert body["meta"]["matched"]["total"] == 1
    body = ask(deployed, "/metrics", types="ec2,rds", regions="eu-west-1", sort="cpu:Maximum")
    assert [entry["name"] for entry in body["data"]] == ["shop", "shop-1", "shop-2"]
    assert body["meta"]["matched"]["by_region"] == {"eu-west-1": 3}
    # Tags of functions are listed separately.
    body = ask(deployed, "/metrics", types="lambda", tags="env:dev", metrics="invocations")
    assert [entry["name"] for entry in body["data"]] == ["trial-report"]
    body = ask(deployed, "/metrics", types="ec2", tags="no-such-key")
    assert (body["data"], body["meta"]["matched"]["total"]) == ([], 0)
    assert "cloudwatch:GetMetricData" not in body["meta"]["aws_requests"]["by_operation"]


def test_types_follow_from_the_metrics(deployed: Stack) -> None:
    body = ask(deployed, "/metrics", sort="cpu:Maximum", limit=500)
    assert set(body["meta"]["matched"]["by_type"]) >= {"ec2", "rds", "rds_cluster", "elasticache", "ecs_service"}
    assert not set(body["meta"]["matched"]["by_type"]) & {"lambda", "s3", "ebs", "dynamodb", "efs", "log_group"}
    kinds = [entry["resource_type"] for entry in body["data"]]
    counted = {
        "ec2": demo_account.INSTANCES, "rds": demo_account.DATABASES, "elasticache": demo_account.CACHES,
        "ecs_service": demo_services.SERVICES, "opensearch": demo_clusters.DOMAINS, "redshift": demo_clusters.WAREHOUSES,
    }  # fmt: skip
    assert {kind: kinds.count(kind) for kind in counted} == {kind: len(rows) for kind, rows in counted.items()}
    values = [entry["sort_value"] for entry in body["data"] if entry["sort_value"] is not None]
    assert values == sorted(values, reverse=True)
    body = ask(deployed, "/metrics", types="ec2,lambda", metrics="cpu")
    assert body["meta"]["not_measured"] == {"lambda": "it has none of the requested metrics"}
    assert {entry["resource_type"] for entry in body["data"]} == {"ec2"}


def test_a_bucket_is_measured_in_its_own_region(deployed: Stack) -> None:
    body = ask(deployed, "/metrics", types="s3", tags="env:prod", metrics="object_count")
    listed = [(entry["region"], entry["id"], [p["Average"] for p in entry["metrics"]["object_count"]]) for entry in body["data"]]
    assert listed == [(region, name, [1200.0]) for region, name, _ in sorted(demo_account.BUCKETS)]
    assert "sort_value" not in body["data"][0]


def test_services_and_load_balancers_are_measured_by_their_whole_names(deployed: Stack) -> None:
    body = ask(deployed, "/metrics", types="ecs_service", sort="cpu:Maximum", metrics="cpu,memory", limit=1)
    (hot,) = body["data"]
    assert (hot["id"], hot["series"]["cpu"]["found"]) == (f"acme/{demo_services.HOT}", 24)
    assert {point["Average"] for point in hot["metrics"]["memory"]} == {91.0}
    body = ask(deployed, "/metrics", types="load_balancer", metrics="requests", tags="env:prod", regions="eu-west-1")
    (shop,) = body["data"]
    assert {point["Sum"] for point in shop["metrics"]["requests"]} == {6000.0}
    # The same by their ids, which contain slashes.
    asked = {"resource_type": "load_balancer", "resource_ids": shop["id"], "region": "eu-west-1", "metrics": "requests"}
    assert ask(deployed, "/metrics", **asked)["data"] == {shop["id"]: {"requests": shop["metrics"]["requests"]}}


def test_without_parameters_the_first_hundred_of_every_type_are_measured(deployed: Stack) -> None:
    body = ask(deployed, "/metrics")
    order = [kind for kind in documents.measured_types() if kind not in ("s3", "service_quota")]
    assert set(body["meta"]["matched"]["by_type"]) == set(order)
    assert list(body["meta"]["not_measured"]) == ["s3", "service_quota"]
    positions = [(order.index(e["resource_type"]), e["region"], e["id"]) for e in body["data"]]
    assert positions == sorted(positions)
    assert len(body["data"]) == body["meta"]["matched"]["total"]


def test_the_other_account_is_asked_in_the_same_way(deployed: Stack) -> None:
    body = ask(deployed, f"/accounts/{deployed.other_account}/metrics", types="ec2", sort="cpu:Maximum")
    assert [entry["name"] for entry in body["data"]] == [demo_metrics.OTHERS_HOT, "sandbox-1"]
    assert body["meta"]["account"] == deployed.other_account


def test_a_price_above_the_limit_is_refused_before_cloudwatch_is_called(deployed: Stack, endpoint: Endpoint) -> None:
    asked = {"types": "ec2", "metrics": "cpu,network_in", "sort": "cpu:Maximum"}
    before = len(endpoint.requests)
    status, body = call(deployed, "/metrics", max_cost_usd="0.0001", **asked)
    assert (status, body["error"]["code"], body["error"]["parameter"]) == (400, "InvalidParameter", "max_cost_usd")
    assert body["error"]["message"] == (
        "AWS would bill $0.0002 for this, which is above $0.0001: 18 metrics of 9 resources, at $0.01 per 1,000 metrics; "
        "narrow types, regions, states or tags, or request fewer metrics, or send max_cost_usd=0.0002 or more. Nothing "
        "has been billed"
    )
    asked_for = {request.operation for request in endpoint.requests[before:]}
    assert "DescribeInstances" in asked_for and "GetMetricData" not in asked_for
    assert len(ask(deployed, "/metrics", max_cost_usd="0.0002", **asked)["data"]) == 9


def test_a_region_that_is_not_measured_is_a_gap_and_its_resources_are_last(deployed: Stack, endpoint: Endpoint) -> None:
    where = {"region": "eu-west-1", "service": "monitoring"}
    with endpoint.with_fault(bad_day.error(403, "AccessDenied"), **where):
        body = ask(deployed, "/metrics", types="ec2", sort="cpu:Maximum", regions="eu-west-1,us-east-1")
        status, refused = call(deployed, "/metrics", types="ec2", sort="cpu:Maximum", regions="eu-west-1")
    assert gaps(body) == [("eu-west-1", "cloudwatch", "GetMetricData", "denied", "AccessDenied")]
    assert body["meta"]["partial"] is True
    last = [(e["region"], e["sort_value"], e["series"]["cpu"]["status"]) for e in body["data"][-2:]]
    assert last == [("eu-west-1", None, "missing")] * 2
    assert [e["region"] for e in body["data"][:-2]] == ["us-east-1"] * 3
    assert (status, refused["error"]["code"]) == (502, "NothingCollected")
    assert refused["error"]["gaps"][0]["code"] == "AccessDenied"


def test_a_region_that_is_not_listed_is_a_gap_and_unknown(deployed: Stack, endpoint: Endpoint) -> None:
    where = {"region": "eu-west-1", "operation": "DescribeInstances"}
    with endpoint.with_fault(bad_day.error(403, "UnauthorizedOperation"), **where):
        body = ask(deployed, "/metrics", types="ec2", sort="cpu:Maximum", regions="eu-west-1,us-east-1")
        status, refused = call(deployed, "/metrics", types="ec2", regions="eu-west-1")
    assert gaps(body) == [("eu-west-1", "ec2", "DescribeInstances", "denied", "UnauthorizedOperation")]
    assert body["meta"]["matched"]["by_region"] == {"eu-west-1": None, "us-east-1": 3}
    assert (status, refused["error"]["code"]) == (502, "NothingCollected")


def test_without_a_permission_to_list_a_type_is_unknown(deployed: Stack, emulator: Emulator) -> None:
    with iam.without(emulator, iam.role_of(emulator, "MetricsFunction"), "rds:DescribeDBInstances"):
        body = ask(deployed, "/metrics", sort="cpu:Maximum", limit=5)
    by_type = body["meta"]["matched"]["by_type"]
    services = len(demo_services.SERVICES)
    assert (by_type["ec2"], by_type["rds"], by_type["ecs_service"]) == (len(demo_account.INSTANCES), None, services)
    assert {gap[1:3] for gap in gaps(body)} == {("rds", "DescribeDBInstances")}


@pytest.mark.parametrize(
    ("sent", "parameter", "said"),
    [
        ({"resource_type": "ec2"}, "resource_type", "for resources that are chosen by filters, send types"),
        ({"region": "us-east-1"}, "region", "send regions"),
        ({"exists": "true"}, "exists", "allowed only with resource_ids"),
        ({"types": "eip"}, "types", "allowed: " + ", ".join(documents.measured_types())),
        ({"types": "ec2", "metrics": "errors"}, "metrics", "for ec2: cpu, network_in"),
        ({"sort": "cpu"}, "sort", "metric:statistic, such as cpu:Maximum"),
        ({"sort": "cpu:Most"}, "sort", "allowed: Average, Maximum"),
        ({"sort": "cpu:Maximum:up"}, "sort", "asc (the lowest first)"),
        ({"sort": "duration:p99"}, "sort", "request a single period"),
        ({"limit": "501"}, "limit", "a whole number from 1 to 500"),
        ({"max_cost_usd": "free"}, "max_cost_usd", "US dollars, above 0 and up to 100"),
        ({"states": "available", "types": "ec2"}, "states", "for ec2: "),
        ({"tags": "!"}, "tags", "allowed: Key"),
        ({"regions": "mars-north-1"}, "regions", "us-east-1"),
    ],
)
def test_a_bad_parameter_is_named_with_what_to_send(
    deployed: Stack, sent: dict[str, str], parameter: str, said: str
) -> None:
    status, body = call(deployed, "/metrics", **sent)
    assert (status, body["error"]["code"], body["error"]["parameter"]) == (400, "InvalidParameter", parameter)
    assert said in body["error"]["message"]
