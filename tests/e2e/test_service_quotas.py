"""Service quotas on the deployed stack: what is listed, measured and found, what it costs, and what is missing if AWS fails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from emulator import clock, demo_quotas, quotas
from emulator.ministack import ACCOUNT, OTHER_ACCOUNT, Emulator
from emulator.quotas import ServiceQuotas
from emulator.stack import Stack

from . import bad_day, iam
from .api import Json, ask, gaps
from .bad_day import Endpoint

RULE = "service_quota_near"
REGIONS = ["eu-west-1", "us-east-1"]

VCPUS, SPOT, ROLES, PARAMETERS = "ec2/L-1216C47A", "ec2/L-34B43A08", "iam/L-FE177D64", "ssm/L-C3B871CB"


def _used(account: str, region: str) -> dict[str, int]:
    """Returns what an account uses of its quotas in a region."""
    return {quota: used for of, where, quota, used in demo_quotas.USED if (of, where) == (account, region)}


def _listed(account: str) -> list[tuple[str, str]]:
    """Returns the region and the id of every quota that is listed: those of services that are used, with a usage metric."""
    services = {(where, quota.split("/")[0]) for of, where, quota, _ in demo_quotas.USED if of == account}
    return sorted((where, quota.id) for where, service in services for quota in quotas.QUOTAS if quota.service == service and quota.usage)


@pytest.mark.parametrize(("account", "path"), [(ACCOUNT, ""), (OTHER_ACCOUNT, f"/accounts/{OTHER_ACCOUNT}")])
def test_the_quotas_of_used_services_are_listed(deployed: Stack, limits: ServiceQuotas, account: str, path: str) -> None:
    body = ask(deployed, f"{path}/resources", types="service_quota")
    assert (body["meta"]["account"], body["meta"]["partial"], body["meta"]["gaps"]) == (account, False, [])
    found = body["data"]["service_quota"]
    assert [(quota["region"], quota["id"]) for quota in found] == _listed(account)
    for listed in found:
        quota = quotas.named(listed["id"])
        assert listed == {
            "id": quota.id,
            "region": listed["region"],
            "name": quota.name,
            "arn": f"arn:aws:servicequotas:{'' if quota.service == 'iam' else listed['region']}:{account}:{quota.id}",
            "tags": None,
            "service": quota.service,
            "service_name": quotas.NAMES[quota.service],
            "quota_code": quota.code,
            "value": limits.value(account, listed["region"], quota),
            "adjustable": quota.adjustable,
            "global": quota.service == "iam",
            "usage_dimensions": quotas.dimensions(quota),
            "usage_statistic": "Maximum",
            "in_use": quota.id in _used(account, listed["region"]),
        } | ({} if quota.unit == "None" else {"unit": quota.unit})


def test_a_region_without_use_costs_one_request(deployed: Stack) -> None:
    body = ask(deployed, "/resources", types="service_quota", regions="sa-east-1")
    requests = body["meta"]["aws_requests"]["by_operation"]
    requests.pop("sts:GetCallerIdentity", None)
    assert requests == {"cloudwatch:ListMetrics": 1, "ec2:DescribeRegions": 1}
    assert body["data"]["service_quota"] == []


def test_quotas_are_listed_on_request_alone(deployed: Stack) -> None:
    body = ask(deployed, "/resources", regions="us-east-1")
    assert "service_quota" not in body["data"]
    assert not [name for name in body["meta"]["aws_requests"]["by_operation"] if "ListServiceQuotas" in name or "ListMetrics" in name]


def test_what_ended_hours_ago_is_not_in_use(deployed: Stack, emulator: Emulator) -> None:
    dimensions = [{"Name": name, "Value": value} for name, value in quotas.dimensions(quotas.named(SPOT)).items()]
    datum = {"MetricName": "ResourceCount", "Dimensions": dimensions, "Timestamp": clock.now() - timedelta(hours=4), "Value": 5}
    emulator.client("cloudwatch", "us-east-1").put_metric_data(Namespace="AWS/Usage", MetricData=[datum])
    body = ask(deployed, "/resources", types="service_quota", regions="us-east-1")
    assert {q["id"]: q["in_use"] for q in body["data"]["service_quota"] if q["service"] == "ec2" and q["value"]} == {VCPUS: True, SPOT: False}
    # Nor is it judged, although all of it was used.
    assert SPOT not in {finding["resource"]["id"] for finding in _found(ask(deployed, "/bottlenecks", types="service_quota"))}


def _found(body: Json) -> list[Json]:
    return [finding for finding in body["data"]["findings"] if finding["rule"] == RULE]


@pytest.mark.parametrize(("account", "path"), [(ACCOUNT, ""), (OTHER_ACCOUNT, f"/accounts/{OTHER_ACCOUNT}")])
def test_the_quotas_of_which_little_is_left_are_found(deployed: Stack, account: str, path: str) -> None:
    body = ask(deployed, f"{path}/bottlenecks", types="service_quota")
    assert (body["meta"]["partial"], body["meta"]["gaps"], body["data"]["not_judged"]) == (False, [], [])
    near = [(where, quota, share) for of, where, quota, share in demo_quotas.NEAR if of == account]
    found = _found(body)
    assert [(f["resource"]["region"], f["resource"]["id"], f["observed"]) for f in found] == near
    assert len(found) == len(body["data"]["findings"]) == len(near)
    for finding in found:
        stated = {name: finding[name] for name in ("severity", "metric", "statistic", "threshold", "unit")}
        assert stated == {"severity": "medium", "metric": "quota_used", "statistic": "Maximum", "threshold": 80, "unit": "Percent"}
        assert finding["coverage"]["found"] == finding["coverage"]["expected"] in (24, 25)
        assert finding["window"]["period_seconds"] == 3600
    summary = body["data"]["summary"]["by_type"]["service_quota"]
    assert summary == {"resources": len(_listed(account)), "with_findings": len(near), "not_judged": 0}


def test_a_finding_says_what_to_do(deployed: Stack) -> None:
    found = {f["resource"]["id"]: f["recommendation"] for f in _found(ask(deployed, "/bottlenecks", types="service_quota"))}
    assert found[VCPUS].startswith("4 of 5 were used. Delete what is not needed, or ask AWS for more")
    assert found[VCPUS].endswith(
        "aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-1216C47A --desired-value NUMBER."
    )
    assert found[PARAMETERS] == (
        "9950 of 10000 were used. AWS does not raise this quota: delete what is not needed, or use another region or account as well."
    )


def test_a_caller_chooses_the_share(deployed: Stack) -> None:
    def found(share: int) -> set[str]:
        body = ask(deployed, "/bottlenecks", types="service_quota", thresholds=f"{RULE}:{share}")
        return {finding["resource"]["id"] for finding in _found(body)}

    assert (found(81), found(50)) == ({ROLES, PARAMETERS}, {ROLES, PARAMETERS, VCPUS, "cloudformation/L-0485CB21"})


@pytest.fixture
def raised(limits: ServiceQuotas) -> Iterator[None]:
    """AWS raises a quota for the duration of a test."""
    limits.applied[(ACCOUNT, "eu-west-1", VCPUS)] = 6.0
    yield
    del limits.applied[(ACCOUNT, "eu-west-1", VCPUS)]


def test_once_aws_raised_a_quota_it_is_not_near(deployed: Stack, raised: None) -> None:
    body = ask(deployed, "/bottlenecks", types="service_quota", regions="eu-west-1")
    assert [finding["resource"]["id"] for finding in _found(body)] == [PARAMETERS]


def test_only_what_is_used_is_measured_and_paid_for(deployed: Stack) -> None:
    with_quotas = ask(deployed, "/bottlenecks")["meta"]["aws_requests"]
    types = [kind for kind in ask(deployed, "/bottlenecks")["data"]["summary"]["by_type"] if kind != "service_quota"]
    without = ask(deployed, "/bottlenecks", types=",".join(types))["meta"]["aws_requests"]
    more = {
        name: count - without["by_operation"].get(name, 0)
        for name, count in with_quotas["by_operation"].items() if count != without["by_operation"].get(name, 0)
    }  # fmt: skip
    # Prices and recommendations are kept from the first response on.
    for kept in ("pricing:GetProducts", *(name for name in more if name.startswith("cost-optimization-hub:"))):
        more.pop(kept, None)
    regions = without["by_operation"]["ec2:DescribeNatGateways"]
    used = {where: {quota.split("/")[0] for quota in _used(ACCOUNT, where)} for where in REGIONS}
    pages = sum(-(-sum(quota.service == service for quota in quotas.QUOTAS) // quotas.QUOTAS_A_PAGE) for where in REGIONS for service in used[where])
    # The requested hours are measured of something else in both regions, so that no more requests are sent to measure.
    assert more == {"cloudwatch:ListMetrics": regions, "servicequotas:ListServiceQuotas": pages}
    metrics = sum(len(_used(ACCOUNT, where)) for where in REGIONS)
    price = float(with_quotas["estimated_cost_usd"]) - float(without["estimated_cost_usd"])
    assert price == pytest.approx((regions + metrics) * 0.00001, abs=0.0001) and price < 0.002


def test_the_use_of_a_quota_is_measured(deployed: Stack) -> None:
    body = ask(deployed, "/metrics", resource_type="service_quota", resource_ids=f"{VCPUS},{SPOT},ec2/L-0", region="eu-west-1", exists="true")
    assert body["meta"]["exists"] == {VCPUS: True, SPOT: True, "ec2/L-0": False}
    assert {point["Maximum"] for point in body["data"][VCPUS]["usage"]} == {4}
    assert (body["data"][SPOT]["usage"], body["data"]["ec2/L-0"]["usage"]) == ([], [])
    busiest = ask(deployed, "/metrics", sort="usage:Maximum", regions="eu-west-1,us-east-1")
    assert [(entry["resource_type"], entry["id"], entry["sort_value"]) for entry in busiest["data"][:2]] == [
        ("service_quota", PARAMETERS, 9950),
        ("service_quota", "cloudformation/L-0485CB21", 1000),
    ]


def test_by_default_quotas_are_not_measured(deployed: Stack) -> None:
    body = ask(deployed, "/metrics", regions="us-east-1")
    assert body["meta"]["not_measured"]["service_quota"] == "it is listed on request: name it in types"
    assert "cloudwatch:ListMetrics" not in body["meta"]["aws_requests"]["by_operation"]


@pytest.mark.parametrize(
    ("service", "operation", "region", "code", "status"),
    [
        ("servicequotas", "ListServiceQuotas", "eu-west-1", "AccessDeniedException", "denied"),
        ("servicequotas", "ListServiceQuotas", "eu-west-1", "TooManyRequestsException", "throttled"),
        ("monitoring", "ListMetrics", "eu-west-1", "AccessDeniedException", "denied"),
    ],
)
def test_a_failure_in_one_region_is_a_gap_there_and_nothing_else_is_lost(
    deployed: Stack, endpoint: Endpoint, service: str, operation: str, region: str, code: str, status: str
) -> None:
    whole = ask(deployed, "/bottlenecks", regions="eu-west-1,us-east-1")
    with endpoint.with_fault(bad_day.error(400, code), service=service, operation=operation, region=region):
        body = ask(deployed, "/bottlenecks", regions="eu-west-1,us-east-1")
        listed = ask(deployed, "/resources", types="service_quota", regions="eu-west-1,us-east-1")
    name = {"monitoring": "cloudwatch"}.get(service, service)
    assert gaps(body) == gaps(listed) == [(region, name, operation, status, code)]
    assert body["meta"]["gaps"][0]["resource_types"] == ["service_quota"]
    assert {quota["region"] for quota in listed["data"]["service_quota"]} == {"us-east-1"}
    before, after = ({(f["rule"], f["resource"]["id"]) for f in found["data"]["findings"]} for found in (whole, body))
    assert before - after == {(RULE, VCPUS), (RULE, PARAMETERS)} and after < before


@pytest.mark.parametrize("function", ["ResourcesFunction", "MetricsFunction", "BottlenecksFunction"])
def test_each_function_may_list_usage_metrics(deployed: Stack, emulator: Emulator, function: str) -> None:
    route = {"ResourcesFunction": "/resources", "MetricsFunction": "/metrics", "BottlenecksFunction": "/bottlenecks"}[function]
    assert ask(deployed, route, types="service_quota,eip" if route != "/metrics" else "service_quota,ebs")["meta"]["gaps"] == []
    with iam.without(emulator, iam.role_of(emulator, function), "cloudwatch:ListMetrics"):
        body = ask(deployed, route, types="service_quota,eip" if route != "/metrics" else "service_quota,ebs")
    assert {gap[1:] for gap in gaps(body)} == {("cloudwatch", "ListMetrics", "denied", "AccessDeniedException")}
    assert {tuple(gap["resource_types"]) for gap in body["meta"]["gaps"]} == {("service_quota",)}


def test_a_page_that_fails_keeps_the_quotas_before_it(deployed: Stack, limits: ServiceQuotas) -> None:
    limits.fault = (lambda account, region, asked: "NextToken" in asked, "ServiceException", "words of AWS")
    try:
        body = ask(deployed, "/resources", types="service_quota", regions="us-east-1")
    finally:
        limits.fault = None
    assert gaps(body) == [("us-east-1", "servicequotas", "ListServiceQuotas", "failed", "ServiceException")]
    # Those of the first page of each service.
    of_services = {quota.service: [q for q in quotas.QUOTAS if q.service == quota.service] for quota in quotas.QUOTAS}
    first = {quota.id for found in of_services.values() for quota in found[: quotas.QUOTAS_A_PAGE] if quota.usage}
    expected = {quota for where, quota in _listed(ACCOUNT) if where == "us-east-1"}
    assert {quota["id"] for quota in body["data"]["service_quota"]} == expected & first < expected


def test_aws_is_asked_as_its_model_demands(deployed: Stack, limits: ServiceQuotas) -> None:
    del limits.requests[:]
    ask(deployed, f"/accounts/{OTHER_ACCOUNT}/resources", types="service_quota", regions="us-east-1")
    asked = [(account, region, body["ServiceCode"], body.get("NextToken"), body["MaxResults"]) for account, region, body in limits.requests]
    assert sorted(asked, key=str) == [
        (OTHER_ACCOUNT, "us-east-1", "ec2", quotas.token_of("ec2", 5), 100),
        (OTHER_ACCOUNT, "us-east-1", "ec2", None, 100),
        (OTHER_ACCOUNT, "us-east-1", "iam", None, 100),
    ]


def test_the_stand_in_rejects_what_aws_rejects(limits: ServiceQuotas) -> None:
    def code(**asked: object) -> str | None:
        return limits.answer(ACCOUNT, "us-east-1", "ListServiceQuotas", asked)[1].get("__type")

    assert code(ServiceCode="ec2", MaxResults=100) is None
    wrong = [{}, {"ServiceCode": 1}, {"ServiceCode": "ec2", "MaxResults": 0}, {"ServiceCode": "ec2", "MaxResults": 101}, {"ServiceCode": "ec2", "Max": 1}]
    assert {code(**asked) for asked in wrong} == {"IllegalArgumentException"}
    assert code(ServiceCode="mars") == "NoSuchResourceException"
    assert {code(ServiceCode="ec2", NextToken=token) for token in ("x", quotas.token_of("iam", 1))} == {"InvalidPaginationTokenException"}
    assert limits.answer(ACCOUNT, "us-east-1", "GetServiceQuota", {"ServiceCode": "ec2"})[0] == 400


