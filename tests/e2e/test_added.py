"""Resources that are made while the stack runs: they are in the next response.

These tests run after all others, which count what the demo account has.
"""

from __future__ import annotations

from datetime import datetime

from emulator import demo_account
from emulator.ministack import ACCOUNT, Emulator
from emulator.stack import Stack

from .api import ask


def test_a_resource_created_afterwards_is_in_the_next_response(deployed: Stack, emulator: Emulator) -> None:
    region = "sa-east-1"
    assert ask(deployed, "/resources", types="ec2", regions=region)["data"]["ec2"] == []
    started = emulator.client("ec2", region).run_instances(ImageId="ami-1", MinCount=1, MaxCount=1, InstanceType="t3.nano")
    instance = started["Instances"][0]["InstanceId"]
    assert instance in [i["id"] for i in ask(deployed, "/resources")["data"]["ec2"]]


def test_many_resources_come_in_pages_without_duplicates(deployed: Stack, emulator: Emulator) -> None:
    role = emulator.client("iam").get_role(RoleName="acme-functions")["Role"]["Arn"]
    emulator.client("ec2", "ca-central-1").run_instances(ImageId="ami-1", MinCount=1500, MaxCount=1500, InstanceType="t3.nano")
    for number in range(300):
        demo_account.create_function(emulator, "ap-northeast-1", f"worker-{number:03}", role)

    pages, cursor = [], {}
    while cursor is not None:
        body = ask(deployed, "/resources", types="ec2,lambda", regions="ca-central-1,ap-northeast-1", limit=400, **cursor)
        assert body["meta"]["gaps"] == []
        assert body["data"]["counts"]["by_type"] == {"ec2": 1500, "lambda": 300}
        pages.append([(kind, r["id"]) for kind in ("ec2", "lambda") for r in body["data"][kind]])
        cursor = {"cursor": body["data"]["next_cursor"]} if body["data"]["next_cursor"] else None

    assert [len(page) for page in pages] == [400, 400, 400, 400, 200]
    found = [resource for page in pages for resource in page]
    assert len(set(found)) == 1800
    instances = emulator.client("ec2", "ca-central-1").describe_instances()["Reservations"]
    assert {i for kind, i in found if kind == "ec2"} == {i["InstanceId"] for r in instances for i in r["Instances"]}
    assert {i for kind, i in found if kind == "lambda"} == {f"worker-{number:03}" for number in range(300)}
    # One response without paging lists the same resources.
    whole = ask(deployed, "/resources", types="ec2,lambda", regions="ca-central-1,ap-northeast-1")["data"]
    assert [(kind, r["id"]) for kind in ("ec2", "lambda") for r in whole[kind]] == found
    assert whole["next_cursor"] is None


def test_a_redshift_cluster_created_afterwards_is_in_the_next_response(deployed: Stack, emulator: Emulator) -> None:
    region = "sa-east-1"
    assert ask(deployed, "/resources", types="redshift", regions=region)["data"]["redshift"] == []
    created = emulator.client("redshift", region).create_cluster(
        ClusterIdentifier="new-sales",
        ClusterType="single-node",
        NodeType="ra3.large",
        MasterUsername="acme",
        MasterUserPassword="Not-a-real-1",
        DBName="sales",
        PubliclyAccessible=True,
        AutomatedSnapshotRetentionPeriod=7,
        MaintenanceTrackName="trailing",
        Tags=[{"Key": "env", "Value": "test"}, {"Key": "owner", "Value": "Sales & Co <x>"}],
    )["Cluster"]
    (found,) = ask(deployed, "/resources", types="redshift", regions=region, tags="env:test")["data"]["redshift"]
    assert datetime.fromisoformat(found.pop("created")) == created["ClusterCreateTime"]
    assert found == {
        "id": "new-sales", "name": "new-sales", "region": region, "arn": f"arn:aws:redshift:{region}:{ACCOUNT}:cluster:new-sales",
        "tags": {"env": "test", "owner": "Sales & Co <x>"}, "node_type": "ra3.large", "node_count": 1, "status": "available",
        "availability_status": "Available", "version": "1.0", "database": "sales", "endpoint": created["Endpoint"]["Address"],
        "port": 5439, "multi_az": False, "availability_zone": f"{region}a", "encrypted": True, "publicly_accessible": True,
        "maintenance_track": "trailing", "snapshot_retention_days": 7,
    }  # fmt: skip
    # The other account has none in this region.
    theirs = ask(deployed, f"/accounts/{deployed.other_account}/resources", types="redshift", regions=region)
    assert theirs["data"]["redshift"] == []


def test_many_redshift_clusters_come_in_pages(deployed: Stack, emulator: Emulator) -> None:
    region = "ca-central-1"
    redshift = emulator.client("redshift", region)
    names = [f"many-{number:03}" for number in range(101)]
    for name in names:
        redshift.create_cluster(ClusterIdentifier=name, ClusterType="single-node", NodeType="ra3.large", MasterUsername="acme")
    pages = list(redshift.get_paginator("describe_clusters").paginate(PaginationConfig={"PageSize": 20}))
    assert [len(page["Clusters"]) for page in pages] == [20, 20, 20, 20, 20, 1]
    body = ask(deployed, "/resources", types="redshift", regions=region)
    assert [cluster["id"] for cluster in body["data"]["redshift"]] == names
    assert body["meta"]["aws_requests"]["by_operation"]["redshift:DescribeClusters"] == 2


def test_what_somebody_makes_is_there_with_the_next_call(deployed: Stack, emulator: Emulator) -> None:
    emulator.client("sqs", "sa-east-1").create_queue(QueueName="made-now")
    emulator.client("sns", "sa-east-1").create_topic(Name="made-now")
    listed = ask(deployed, "/resources", types="other", regions="sa-east-1")["data"]["other"]
    assert {one["id"] for one in listed if one["region"] == "sa-east-1"} == {"sqs:made-now", "sns:made-now"}
