"""EKS clusters, OpenSearch domains and Redshift clusters on the deployed stack."""

from __future__ import annotations

import botocore.exceptions
import pytest
from emulator import demo_clusters
from emulator.ministack import ACCOUNT, Emulator
from emulator.stack import Stack

from . import bad_day, iam
from .api import ask, gaps
from .bad_day import Endpoint


def test_without_their_descriptions_eks_clusters_are_known_by_name(deployed: Stack, emulator: Emulator) -> None:
    with iam.without(emulator, iam.role_of(emulator, "ResourcesFunction"), "eks:DescribeCluster"):
        body = ask(deployed, "/resources", types="eks_cluster", regions="us-east-1,eu-central-1")
    # Nothing is asked of a region without clusters.
    assert gaps(body) == [("us-east-1", "eks", "DescribeCluster", "denied", "AccessDeniedException")]
    clusters = {(c["region"], c["id"], c["arn"], c["status"], c["version"], c["tags"]) for c in body["data"]["eks_cluster"]}
    names = [name for region, name, *_ in demo_clusters.EKS_CLUSTERS if region == "us-east-1"]
    arn = f"arn:aws:eks:us-east-1:{ACCOUNT}:cluster"
    assert clusters == {("us-east-1", name, f"{arn}/{name}", None, None, None) for name in names}
    assert body["meta"]["aws_requests"]["by_operation"]["eks:DescribeCluster"] == len(names)


def test_without_their_descriptions_domains_are_known_by_name(deployed: Stack, emulator: Emulator) -> None:
    with iam.without(emulator, iam.role_of(emulator, "ResourcesFunction"), "es:DescribeDomains"):
        body = ask(deployed, "/resources", types="opensearch", regions="us-east-1,eu-central-1")
    # Nothing is asked of a region without domains.
    assert gaps(body) == [("us-east-1", "es", "DescribeDomains", "denied", "AccessDeniedException")]
    domains = {(d["id"], d["domain_id"], d["status"], d["instance_count"], d["tags"]["env"]) for d in body["data"]["opensearch"]}
    expected = {(name, env) for region, name, *_, env in demo_clusters.DOMAINS if region == "us-east-1"}
    assert domains == {(name, f"{ACCOUNT}/{name}", None, None, env) for name, env in expected}


def test_domains_are_measured_in_their_account(deployed: Stack, emulator: Emulator) -> None:
    full = demo_clusters.FULL_DOMAIN
    metrics = "free_storage,ClusterStatus.red"
    asked = {"resource_type": "opensearch", "region": "us-east-1", "resource_ids": f"{full},no-such-domain", "metrics": metrics}
    body = ask(deployed, "/metrics", **asked, exists="true")
    assert body["meta"]["exists"] == {full: True, "no-such-domain": False}
    assert {point["Minimum"] for point in body["data"][full]["free_storage"]} == {500 * 1024 * 0.1}
    assert {point["Maximum"] for point in body["data"][full]["ClusterStatus.red"]} == {0.0}
    assert body["data"]["no-such-domain"] == {"free_storage": [], "ClusterStatus.red": []}
    # The same by filters.
    filtered = ask(deployed, "/metrics", types="opensearch", metrics=metrics, regions="us-east-1", sort="free_storage:Minimum")
    assert [entry["id"] for entry in filtered["data"]] == [full, "old-search"]
    assert filtered["data"][0]["metrics"] == body["data"][full]
    # Their name in CloudWatch follows from the list alone.
    with iam.without(emulator, iam.role_of(emulator, "MetricsFunction"), "es:DescribeDomains"):
        body = ask(deployed, "/metrics", **asked | {"resource_ids": full})
    assert gaps(body) == [("us-east-1", "es", "DescribeDomains", "denied", "AccessDeniedException")]
    assert body["data"][full] == filtered["data"][0]["metrics"]


def test_the_control_planes_of_eks_are_measured(deployed: Stack) -> None:
    body = ask(deployed, "/metrics", types="eks_cluster", sort="api_requests:Sum:asc", metrics="api_requests,pending_pods")
    assert {entry["id"] for entry in body["data"]} == {name for _, name, *_ in demo_clusters.EKS_CLUSTERS}
    idle, *busy = body["data"]
    assert (idle["id"], idle["series"]["api_requests"]["found"]) == ("old-staging", 24)
    # Twelve values of five minutes each.
    assert {point["Sum"] for point in idle["metrics"]["api_requests"]} == {900.0 * 12}
    assert {point["Maximum"] for entry in busy for point in entry["metrics"]["pending_pods"]} == {2.0}


@pytest.mark.parametrize(
    ("operation", "parameters", "code"),
    [
        ("describe_clusters", {"MaxRecords": 19}, "InvalidParameterValue"),
        ("describe_clusters", {"ClusterIdentifier": "nobody"}, "ClusterNotFound"),
        ("create_cluster", {"ClusterIdentifier": "sales", "NodeType": "ra3.large", "MasterUsername": "x"}, "ClusterAlreadyExists"),
        ("pause_cluster", {"ClusterIdentifier": "nobody"}, "ClusterNotFound"),
        ("resume_cluster", {"ClusterIdentifier": "sales"}, "InvalidClusterState"),
        ("reboot_cluster", {"ClusterIdentifier": "sales"}, "InvalidAction"),
    ],
)
def test_the_emulators_redshift_refuses_what_it_does_not_know(
    emulator: Emulator, operation: str, parameters: dict[str, object], code: str
) -> None:
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        getattr(emulator.client("redshift"), operation)(**parameters)
    assert refused.value.response["Error"]["Code"] == code


def test_the_emulators_redshift_refuses_parameters_that_the_model_does_not_have(emulator: Emulator) -> None:
    redshift = emulator.client("redshift")
    # A parameter of boto3 that is renamed on its way, as no SDK would send it.
    redshift.meta.events.register(
        "before-call.redshift.DescribeClusters", lambda params, **_: params["body"].update({"MaxResults": params["body"].pop("MaxRecords")})
    )
    with pytest.raises(botocore.exceptions.ClientError, match="Not parameters of DescribeClusters: MaxResults"):
        redshift.describe_clusters(MaxRecords=20)


@pytest.mark.parametrize(
    ("service", "operation", "kind"),
    [("eks", "ListClusters", "eks_cluster"), ("es", "ListDomainNames", "opensearch"), ("redshift", "DescribeClusters", "redshift")],
)
def test_a_fault_of_a_service_is_a_gap_of_its_type_alone(
    deployed: Stack, endpoint: Endpoint, service: str, operation: str, kind: str
) -> None:
    asked = {"types": "eks_cluster,opensearch,redshift", "regions": "us-east-1,eu-west-1"}
    with endpoint.with_fault(bad_day.error(400, "InvalidParameterValue"), operation=operation, region="eu-west-1"):
        body = ask(deployed, "/resources", **asked)
    assert gaps(body) == [("eu-west-1", service, operation, "failed", "InvalidParameterValue")]
    found = {other: {resource["region"] for resource in body["data"][other]} for other in asked["types"].split(",")}
    both = {"us-east-1", "eu-west-1"}
    assert found == {other: {"us-east-1"} if other == kind else both for other in found}
