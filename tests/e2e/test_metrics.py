"""GET /metrics on the deployed stack."""

from __future__ import annotations

import datetime
from typing import Any

import documents
import pytest
from emulator import demo_metrics
from emulator.ministack import ACCOUNT, Emulator
from emulator.stack import Stack

from . import iam
from .api import ask, call, gaps


def _instance(emulator: Emulator, region: str, name: str) -> str:
    filters = [{"Name": "tag:Name", "Values": [name]}]
    found = emulator.client("ec2", region).describe_instances(Filters=filters)["Reservations"]
    return found[0]["Instances"][0]["InstanceId"]


def _time(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def _statistics(
    emulator: Emulator, region: str, namespace: str, metric: str, dimension: str, resource: str, meta: Any, statistics: list[str]
) -> list[dict[str, Any]]:
    """Calls GetMetricStatistics for one metric of one resource, like the original script, and sorts the datapoints."""
    listed = emulator.client("cloudwatch", region).get_metric_statistics(
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": dimension, "Value": resource}],
        StartTime=_time(meta["window"]["start"]),
        EndTime=_time(meta["window"]["end"]),
        Period=meta["window"]["period_seconds"],
        Statistics=statistics,
    )["Datapoints"]
    return sorted(listed, key=lambda point: point["Timestamp"])


def test_the_datapoints_are_those_of_a_plain_script(deployed: Stack, emulator: Emulator) -> None:
    ids = {name: _instance(emulator, "us-east-1", name) for name in ("web-1", "web-2", "batch")}
    body = ask(
        deployed, "/metrics", resource_type="ec2", resource_ids=",".join(ids.values()), region="us-east-1", hours=24
    )
    meta = body["meta"]
    assert (meta["account"], meta["partial"], meta["gaps"]) == (ACCOUNT, False, [])
    assert set(body["data"]) == set(ids.values())
    for instance in ids.values():
        answered = body["data"][instance]["cpu"]
        expected = _statistics(
            emulator, "us-east-1", "AWS/EC2", "CPUUtilization", "InstanceId", instance, meta, ["Average", "Maximum"]
        )
        assert len(answered) == len(expected) == 24
        assert [_time(p["Timestamp"]) for p in answered] == [p["Timestamp"] for p in expected]
        for ours, theirs in zip(answered, expected):
            assert (ours["Average"], ours["Maximum"]) == pytest.approx((theirs["Average"], theirs["Maximum"]))
            assert ours["Unit"] == "Percent"
        assert meta["series"][instance]["cpu"] == {"expected": 24, "found": 24, "status": "complete"}
    assert min(p["Average"] for p in body["data"][ids["batch"]]["cpu"]) > 85
    assert [p["Maximum"] for p in body["data"][ids["web-2"]]["cpu"]].count(96.0) == 1


def test_many_series_cost_one_request_and_their_price_is_reported(deployed: Stack, emulator: Emulator) -> None:
    ids = [_instance(emulator, "us-east-1", name) for name in ("web-1", "web-2", "batch")]
    metrics = "cpu,network_in,network_out"
    asked = {"resource_type": "ec2", "resource_ids": ",".join(ids), "region": "us-east-1", "metrics": metrics}
    requests = ask(deployed, "/metrics", **asked)["meta"]["aws_requests"]
    assert requests["by_operation"]["cloudwatch:GetMetricData"] == 1
    assert requests["estimated_cost_usd"] == "0.0001"  # nine metrics at $0.01 per 1,000


@pytest.mark.parametrize(
    ("kind", "region", "resource", "namespace", "dimension", "metric", "name"),
    [
        ("rds_cluster", "us-east-1", "events", "RDS", "DBClusterIdentifier", "serverless_capacity", "ServerlessDatabaseCapacity"),
        ("elasticache", "us-west-2", demo_metrics.HOT_CACHE, "ElastiCache", "CacheClusterId", "connections", "CurrConnections"),
        ("log_group", "us-east-1", "/acme/orders", "Logs", "LogGroupName", "incoming_bytes", "IncomingBytes"),
        ("efs", "us-east-1", "web-content", "EFS", "FileSystemId", "data_read_bytes", "DataReadIOBytes"),
        ("redshift", "us-east-1", "sales", "Redshift", "ClusterIdentifier", "connections", "DatabaseConnections"),
    ],
)
def test_what_keeps_data_is_measured_in_its_own_namespace(
    deployed: Stack, emulator: Emulator, kind: str, region: str, resource: str, namespace: str, dimension: str, metric: str, name: str
) -> None:  # fmt: skip
    if kind == "efs":
        found = emulator.client("efs", region).describe_file_systems()["FileSystems"]
        (resource,) = [file_system["FileSystemId"] for file_system in found if file_system["Name"] == resource]
    body = ask(deployed, "/metrics", resource_type=kind, region=region, resource_ids=resource, metrics=metric, exists="true")
    assert body["meta"]["exists"] == {resource: True}
    assert body["meta"]["series"][resource][metric] == {"expected": 24, "found": 24, "status": "complete"}
    answered = body["data"][resource][metric]
    statistic = "Sum" if "Sum" in answered[0] else "Average"
    points = _statistics(emulator, region, f"AWS/{namespace}", name, dimension, resource, body["meta"], [statistic])
    assert [point[statistic] for point in answered] == pytest.approx([point[statistic] for point in points])


def test_a_silent_instance_has_no_datapoints_and_not_zeros(deployed: Stack, emulator: Emulator) -> None:
    silent = _instance(emulator, "eu-central-1", demo_metrics.SILENT)
    body = ask(deployed, "/metrics", resource_type="ec2", resource_ids=silent, region="eu-central-1")
    assert body["data"] == {silent: {"cpu": []}}
    assert body["meta"]["series"] == {silent: {"cpu": {"expected": 24, "found": 0, "status": "complete"}}}


def test_an_id_that_does_not_exist_is_told_apart_from_a_silent_one(deployed: Stack, emulator: Emulator) -> None:
    silent, unknown = _instance(emulator, "eu-central-1", demo_metrics.SILENT), "i-0123456789abcdef0"
    asked = {"resource_type": "ec2", "resource_ids": f"{silent},{unknown}", "region": "eu-central-1"}
    plain = ask(deployed, "/metrics", **asked)
    assert "exists" not in plain["meta"] and plain["data"] == {silent: {"cpu": []}, unknown: {"cpu": []}}
    body = ask(deployed, "/metrics", exists="true", **asked)
    assert body["meta"]["exists"] == {silent: True, unknown: False}
    assert (body["data"], body["meta"]["series"]) == (plain["data"], plain["meta"]["series"])
    assert body["meta"]["aws_requests"]["by_operation"]["ec2:DescribeInstances"] == 1
    with iam.without(emulator, iam.role_of(emulator, "MetricsFunction"), "ec2:DescribeInstances"):
        body = ask(deployed, "/metrics", exists="true", **asked)
    assert body["meta"]["exists"] == {silent: None, unknown: None}
    assert [gap[:3] for gap in gaps(body)] == [("eu-central-1", "ec2", "DescribeInstances")]
    asked = {"resource_type": "s3", "resource_ids": "acme-backups,acme-orders-archive", "region": "us-west-2"}
    body = ask(deployed, "/metrics", exists="true", **asked)
    assert body["meta"]["exists"] == {"acme-backups": True, "acme-orders-archive": False}


def test_endpoints_are_measured_by_what_their_list_says(deployed: Stack, emulator: Emulator) -> None:
    listed = emulator.client("ec2", "us-east-1").describe_vpc_endpoints()["VpcEndpoints"]
    ids = {endpoint["Tags"][0]["Value"]: endpoint["VpcEndpointId"] for endpoint in listed}
    busy, idle, unknown = ids["systems-manager"], ids["streams"], "vpce-0123456789abcdef0"
    asked = {"resource_type": "vpc_endpoint", "resource_ids": f"{busy},{idle},{unknown}", "region": "us-east-1"}
    body = ask(deployed, "/metrics", **asked)
    assert (gaps(body), body["meta"]["partial"]) == ([], False)
    assert [len(body["data"][name]["bytes_processed"]) for name in (busy, idle, unknown)] == [24, 0, 0]
    assert {series["bytes_processed"]["status"] for series in body["meta"]["series"].values()} == {"complete"}
    assert body["meta"]["aws_requests"]["by_operation"]["ec2:DescribeVpcEndpoints"] == 1
    assert ask(deployed, "/metrics", exists="true", **asked)["meta"]["exists"] == {busy: True, idle: True, unknown: False}
    with iam.without(emulator, iam.role_of(emulator, "MetricsFunction"), "ec2:DescribeVpcEndpoints"):
        status, refused = call(deployed, "/metrics", **asked)
    assert (status, refused["error"]["code"]) == (502, "NothingCollected")
    assert [gap["operation"] for gap in refused["error"]["gaps"]] == ["DescribeVpcEndpoints"]


def test_each_type_has_its_metrics(deployed: Stack, emulator: Emulator) -> None:
    asked = {"resource_type": "rds", "resource_ids": "orders,orders-test", "region": "us-east-1", "hours": 6}
    body = ask(deployed, "/metrics", **asked)
    assert {point["Average"] for point in body["data"]["orders-test"]["connections"]} == {0.0}
    assert body["meta"]["series"]["orders"]["cpu"] == {"expected": 72, "found": 72, "status": "complete"}

    asked = {"resource_type": "lambda", "resource_ids": "invoice-mail", "region": "us-east-1", "metrics": "Errors,duration"}
    body = ask(deployed, "/metrics", statistics="Sum,p90", **asked)
    assert set(body["data"]["invoice-mail"]) == {"Errors", "duration"}
    assert body["data"]["invoice-mail"]["duration"][0]["p90"] == pytest.approx(6000)

    gateways = emulator.client("ec2", "us-east-1").describe_nat_gateways()["NatGateways"]
    ids = {gateway["Tags"][0]["Value"]: gateway["NatGatewayId"] for gateway in gateways}
    asked = {"resource_type": "nat_gateway", "resource_ids": ",".join(ids.values()), "region": "us-east-1", "hours": 6}
    body = ask(deployed, "/metrics", **asked)
    assert {p["Sum"] for p in body["data"][ids["out-b"]]["bytes_out_to_destination"]} == {0.0}
    assert min(p["Sum"] for p in body["data"][ids["out-a"]]["bytes_out_to_source"]) >= 30_000_000

    asked = {"resource_type": "s3", "resource_ids": "acme-backups", "region": "us-west-2", "hours": 72}
    body = ask(deployed, "/metrics", **asked)
    assert [p["Average"] for p in body["data"]["acme-backups"]["object_count"]] == [1200.0] * 3
    assert body["meta"]["window"]["period_seconds"] == 86400


def test_the_role_has_no_action_that_is_not_needed(emulator: Emulator, deployed: Stack) -> None:
    # The emulator does not check CloudWatch's permission in the Rust SDK's format; the adapter's tests cover denials.
    needed = documents.actions("/metrics")
    assert iam.allowed_actions(emulator, iam.role_of(emulator, "MetricsFunction")) == needed | iam.ENTER


def test_without_the_list_of_regions_the_response_is_complete(deployed: Stack, emulator: Emulator) -> None:
    with iam.without(emulator, iam.role_of(emulator, "MetricsFunction"), "ec2:DescribeRegions"):
        body = ask(deployed, "/metrics", resource_type="rds", resource_ids="orders", region="us-east-1")
    assert (gaps(body), body["meta"]["partial"]) == ([], False)


def test_an_unknown_region_is_the_callers_error(deployed: Stack) -> None:
    status, body = call(deployed, "/metrics", resource_type="rds", resource_ids="orders", region="mars-north-1")
    assert (status, body["error"]["parameter"]) == (400, "region")
    assert "us-east-1" in body["error"]["message"]


@pytest.mark.parametrize(
    ("changed", "parameter", "said"),
    [
        ({"resource_type": "ec2,rds"}, "resource_type", "allowed: ec2, rds, s3, lambda, ebs"),
        ({"resource_ids": "web-1"}, "resource_ids", "instance ids such as"),
        ({"hours": "0"}, "hours", "a whole number from 1 to 10920"),
        ({"hours": "1", "period": "86400"}, "period", "send hours=24 or more, or a period of at most 3600"),
        ({"period": "7"}, "period", "multiples of 60 seconds up to 86400"),
        ({"metrics": "memory"}, "metrics", "allowed: cpu, network_in"),
        ({"statistics": "Mean"}, "statistics", "percentiles such as p90"),
        ({"type": "ec2"}, "type", "unknown parameter; allowed: resource_type"),
        ({"types": "ec2"}, "types", "not allowed with resource_ids"),
        ({"sort": "cpu:Maximum"}, "sort", "not allowed with resource_ids"),
        ({"exists": "yes"}, "exists", "allowed: true, false"),
    ],
)
def test_a_bad_parameter_is_named_with_what_is_allowed(
    deployed: Stack, changed: dict[str, str], parameter: str, said: str
) -> None:
    good = {"resource_type": "ec2", "resource_ids": "i-0123456789abcdef0", "region": "us-east-1"}
    status, body = call(deployed, "/metrics", **(good | changed))
    assert (status, body["error"]["code"], body["error"]["parameter"]) == (400, "InvalidParameter", parameter)
    assert said in body["error"]["message"]
