"""The resources of a second AWS: moto's server, which others wrote for other tests than the emulator's.

What two independent servers agree on is not a misreading of one of them. moto also has classic load balancers, which
the emulator lacks. The function is run without a gateway, by Lambda's runtime interface.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterator
from typing import Any

import pytest
from emulator.ministack import ACCOUNT, Emulator
from emulator.stack import BUILT

from . import interface, listings, second_aws
from .listings import GLOBAL, LISTINGS, answered, classic_load_balancers, listed
from .second_aws import AMOUNTS, CLASSIC, REGIONS, REGISTERED, Created

#: Types whose tags moto does not serve: what the response then has instead, and why.
WITHOUT_TAGS: dict[str, tuple[dict[str, str] | None, str]] = {
    "elasticache": ({}, "moto's GetResources does not have cache clusters"),
    "opensearch": ({}, "moto's GetResources does not have domains"),
    "log_group": ({}, "moto's GetResources does not have log groups"),
    "s3": (None, "moto's ListBuckets does not say in which region a bucket is"),
}
#: Types that moto can't serve to the function, and why.
UNSERVED: dict[str, str] = {}
#: The pages that lists take at least in both regions together, where moto has pages of AWS's size. A page that is slow
#: to arrive is requested once more, and those after it are smaller.
PAGES = {
    "autoscaling_group": {"autoscaling:DescribeAutoScalingGroups": 3},
    "dynamodb": {"dynamodb:ListTables": 3},
    "ecs_service": {"ecs:ListServices": 4},
    "efs": {"elasticfilesystem:DescribeFileSystems": 3},
    "eks_cluster": {"eks:ListClusters": 3},
    "elasticache": {"elasticache:DescribeCacheClusters": 3},
    # Of each version.
    "load_balancer": {"elasticloadbalancing:DescribeLoadBalancers": 6},
    "log_group": {"logs:DescribeLogGroups": 4},
    "rds": {"rds:DescribeDBInstances": 3},
}

Found = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def second() -> Iterator[Emulator]:
    with second_aws.running() as running:
        yield running


@pytest.fixture(scope="module")
def created(second: Emulator) -> Created:
    return second_aws.fill(second)


@pytest.fixture(scope="module")
def function(emulator: Emulator, second: Emulator) -> Iterator[interface.Function]:
    """Runs the binary that is also deployed to the emulator."""
    with interface.running(BUILT / "ResourcesFunction" / "bootstrap", second.environment()) as running:
        yield running


@pytest.fixture(scope="module")
def answers(function: interface.Function, created: Created) -> dict[str, list[dict[str, Any]]]:
    """The pages of each type, one type after another: moto takes too long for all of them at once."""
    ask = functools.partial(function.ask, "resources", regions=",".join(REGIONS))
    return {kind: list(listings.bodies(ask, types=kind)) for kind in LISTINGS}


@pytest.fixture(scope="module")
def found(answers: dict[str, list[dict[str, Any]]]) -> Found:
    return {kind: [it for body in bodies for it in body["data"][kind]] for kind, bodies in answers.items()}


def test_every_type_is_served(found: Found) -> None:
    assert set(LISTINGS) == set(AMOUNTS) == set(found)
    assert {kind for kind, resources in found.items() if not resources} == set(UNSERVED)


@pytest.mark.parametrize("kind", LISTINGS)
def test_a_type_has_what_boto3_lists_and_nothing_twice(kind: str, found: Found, second: Emulator) -> None:
    expected = listed(kind, second.client, list(REGIONS))
    assert set(expected.values()) == {1}
    assert answered(kind, found[kind]) == expected


@pytest.mark.parametrize("kind", LISTINGS)
def test_what_was_created_has_its_tags(kind: str, found: Found, created: Created) -> None:
    own = {(None if kind == GLOBAL else region, id): tags for (region, of, id), tags in created.items() if of == kind}
    by_id = {(None if kind == GLOBAL else it["region"], it["id"]): it["tags"] for it in found[kind]}
    least = sum(round(AMOUNTS[kind] * share) for share in REGIONS.values())
    assert len(own) >= least and set(own) <= set(by_id)
    expected = {key: WITHOUT_TAGS[kind][0] for key in own} if kind in WITHOUT_TAGS else own
    assert {key: by_id[key] for key in own} == expected


@pytest.mark.parametrize("kind", PAGES)
def test_a_list_has_several_pages(kind: str, answers: dict[str, list[dict[str, Any]]]) -> None:
    asked = answers[kind][0]["meta"]["aws_requests"]["by_operation"]
    assert {operation: asked[operation] for operation, pages in PAGES[kind].items() if asked[operation] < pages} == {}


def test_classic_load_balancers_have_the_values_that_boto3_reads(found: Found, second: Emulator) -> None:
    classic = {(it["region"], it["id"]): it for it in found["load_balancer"] if it["type"] == "classic"}
    described = {
        (region, one["LoadBalancerName"]): one
        for region in REGIONS
        for page in second.client("elb", region).get_paginator("describe_load_balancers").paginate()
        for one in page["LoadBalancerDescriptions"]
    }
    assert len(described) == sum(round(CLASSIC * share) for share in REGIONS.values())
    assert {key: _values(it) for key, it in classic.items()} == {
        key: {
            "name": one["LoadBalancerName"],
            "arn": f"arn:aws:elasticloadbalancing:{key[0]}:{ACCOUNT}:loadbalancer/{one['LoadBalancerName']}",
            "state": None,
            "scheme": one["Scheme"],
            "dns_name": one["DNSName"],
            "vpc_id": one["VPCId"],
            "availability_zones": one["AvailabilityZones"],
            "registered_targets": len(one["Instances"]),
            "created": one["CreatedTime"].astimezone(datetime.UTC),
        }
        for key, one in described.items()
    }
    # moto has every registered instance in service.
    with_targets = {key: (it["registered_targets"], it["healthy_targets"]) for key, it in classic.items() if it["registered_targets"]}
    assert with_targets == {(region, "old-load-balancer-0"): (REGISTERED, REGISTERED) for region in REGIONS}
    assert all("target_groups" not in it for it in classic.values())


def _values(it: dict[str, Any]) -> dict[str, Any]:
    names = ["name", "arn", "state", "scheme", "dns_name", "vpc_id", "availability_zones", "registered_targets"]
    return {name: it[name] for name in names} | {"created": datetime.datetime.fromisoformat(it["created"])}


def test_other_load_balancers_have_their_targets(found: Found, second: Emulator) -> None:
    for region in REGIONS:
        (first,) = [it for it in found["load_balancer"] if (it["region"], it["name"]) == (region, "load-balancer-0")]
        (group,) = second.client("elbv2", region).describe_target_groups()["TargetGroups"]
        health = second.client("elbv2", region).describe_target_health(TargetGroupArn=group["TargetGroupArn"])
        states = [target["TargetHealth"]["State"] for target in health["TargetHealthDescriptions"]]
        assert [(g["name"], g["arn"], g["registered_targets"]) for g in first["target_groups"]] == [
            ("web", group["TargetGroupArn"], REGISTERED)
        ]
        assert (first["type"], first["scheme"], first["healthy_targets"]) == ("application", "internal", states.count("healthy"))


def test_a_classic_load_balancer_is_found_by_its_tag(function: interface.Function, created: Created, second: Emulator) -> None:
    body = function.ask("resources", types="load_balancer", regions="us-east-1", tags="number:7")
    kinds = {(it["type"], it["name"]) for it in body["data"]["load_balancer"]}
    assert kinds == {("application", "load-balancer-7"), ("classic", "old-load-balancer-7")}
    assert "old-load-balancer-7" in classic_load_balancers(second.client, "us-east-1")
