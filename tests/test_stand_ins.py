"""The stand-ins of services that the emulator lacks answer and refuse as AWS does."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from emulator import hub, pricing
from emulator.hub import Hub
from emulator.ministack import ACCOUNT, OTHER_ACCOUNT, Emulator
from emulator.pricing import PriceList

#: The stand-ins know an account by its id as the access key, so none of them calls the emulator here.
NOT_RUNNING = Emulator(0, Path())

#: Without these, boto3 refuses itself what a stand-in must refuse.
CONFIG = Config(retries={"max_attempts": 1}, proxies={}, parameter_validation=False)


def client(service: str, url: str, region: str = "us-east-1", account: str = ACCOUNT) -> Any:
    keys = {"aws_access_key_id": account, "aws_secret_access_key": "emulator"}
    return boto3.client(service, region_name=region, endpoint_url=url, config=CONFIG, **keys)


def refusal(call: Any, **asked: Any) -> str:
    """Returns the error code of a call."""
    with pytest.raises(ClientError) as refused:
        call(**asked)
    return refused.value.response["Error"]["Code"]


@pytest.fixture(scope="module")
def prices() -> Iterator[PriceList]:
    with pricing.running(NOT_RUNNING) as running:
        yield running


def where(**fields: str) -> list[dict[str, str]]:
    return [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in fields.items()]


def products(prices: PriceList, service: str, *filters: dict[str, str]) -> list[dict[str, Any]]:
    pages = client("pricing", prices.url).get_paginator("get_products").paginate(ServiceCode=service, Filters=list(filters))
    return [json.loads(product) for page in pages for product in page["PriceList"]]


@pytest.mark.parametrize(
    ("service", "fields", "price", "unit"),
    [
        ("AmazonEC2", {"productFamily": "Storage", "volumeApiName": "gp3", "regionCode": "us-east-1"}, "0.08", "GB-Mo"),
        ("AmazonEC2", {"productFamily": "Storage", "volumeApiName": "gp3", "regionCode": "eu-central-1"}, "0.0952", "GB-Mo"),
        ("AmazonEC2", {"usagetype": "EU-EBS:SnapshotUsage"}, "0.05", "GB-Mo"),
        ("AmazonEC2", {"group": "NGW:NatGateway", "usagetype": "APS2-NatGateway-Hours"}, "0.059", "Hrs"),
        ("AmazonEC2", {"group": "EBS Throughput", "regionCode": "us-east-1"}, "40.96", "GiBps-mo"),
        ("AmazonVPC", {"group": "VPCPublicIPv4Address", "usagetype": "USE1-PublicIPv4:IdleAddress"}, "0.005", "Hrs"),
        ("AWSELB", {"productFamily": "Load Balancer-Network", "usagetype": "LoadBalancerUsage"}, "0.0225", "Hrs"),
        ("AmazonCloudWatch", {"usagetype": "USE1-TimedStorage-ByteHrs"}, "0.03", "GB-Mo"),
        ("AmazonElastiCache", {"cacheEngine": "Redis", "usagetype": "NodeUsage:cache.r6g.large"}, "0.206", "Hrs"),
        ("AmazonES", {"instanceType": "r7g.large.search", "regionCode": "us-east-1"}, "0.178", "Hrs"),
        ("AmazonRedshift", {"instanceType": "ra3.4xlarge", "regionCode": "eu-west-1"}, "3.606", "Hrs"),
        ("AmazonEKS", {"usagetype": "USE1-AmazonEKS-Hours:perCluster"}, "0.10", "Hours"),
        ("AmazonEFS", {"usagetype": "TimedStorage-ByteHrs"}, "0.30", "GB-Mo"),
    ],
)
def test_a_product_has_its_price(prices: PriceList, service: str, fields: dict[str, str], price: str, unit: str) -> None:
    (found,) = products(prices, service, *where(**fields))
    assert pricing.price_of(found) == Decimal(price)
    (term,) = found["terms"]["OnDemand"].values()
    (dimension,) = term["priceDimensions"].values()
    assert (dimension["unit"], dimension["beginRange"], dimension["endRange"]) == (unit, "0", "Inf")


def test_an_instance_has_one_product_of_its_operating_system_tenancy_and_use(prices: PriceList) -> None:
    of_type = where(instanceType="m5.large", regionCode="us-east-1")
    assert len(products(prices, "AmazonEC2", *of_type)) > 1
    used = {"capacitystatus": "Used", "tenancy": "Shared", "locationType": "AWS Region"}
    found = {
        operation: [pricing.price_of(one) for one in products(prices, "AmazonEC2", *of_type, *where(operation=operation, **used))]
        for operation in ("RunInstances", "RunInstances:0002", "RunInstances:0800", "RunInstances:0006")
    }
    assert found == {
        "RunInstances": [Decimal("0.096")],
        "RunInstances:0002": [Decimal("0.188")],
        "RunInstances:0800": [Decimal("0.096")],
        "RunInstances:0006": [Decimal("0.668")],
    }


@pytest.mark.parametrize("engine", ["PostgreSQL", "MySQL"])
def test_two_zones_cost_twice_as_much_as_one(prices: PriceList, engine: str) -> None:
    of = {"instanceType": "db.r5.large", "databaseEngine": engine, "regionCode": "us-east-1"}
    (one,) = products(prices, "AmazonRDS", *where(deploymentOption="Single-AZ", **of))
    (two,) = products(prices, "AmazonRDS", *where(deploymentOption="Multi-AZ", **of))
    assert pricing.price_of(two) == 2 * pricing.price_of(one) > 0


def test_the_first_units_of_a_table_are_free(prices: PriceList) -> None:
    (found,) = products(prices, "AmazonDynamoDB", *where(usagetype="ReadCapacityUnit-Hrs"))
    (term,) = found["terms"]["OnDemand"].values()
    tiers = [(tier["beginRange"], tier["endRange"], tier["pricePerUnit"]["USD"]) for tier in term["priceDimensions"].values()]
    assert tiers == [("0", "18600", "0.0000000000"), ("18600", "Inf", "0.0001300000")]


def test_each_type_of_filter_selects(prices: PriceList) -> None:
    in_region = where(productFamily="Storage", regionCode="us-east-1")

    def names(kind: str, value: str) -> list[str]:
        found = products(prices, "AmazonEC2", *in_region, {"Type": kind, "Field": "volumeApiName", "Value": value})
        return sorted(one["product"]["attributes"]["volumeApiName"] for one in found)

    assert names("TERM_MATCH", "gp3") == names("EQUALS", "gp3") == ["gp3"]
    assert names("ANY_OF", "gp3,io1,none") == ["gp3", "io1"]
    assert names("CONTAINS", "gp") == ["gp2", "gp3"]
    assert names("NONE_OF", "gp2,gp3,io1,io2") == ["sc1", "st1", "standard"]
    assert names("TERM_MATCH", "gp") == []


def test_all_products_are_found_on_pages_of_at_most_a_hundred(prices: PriceList) -> None:
    asked = {"ServiceCode": "AmazonEC2", "Filters": where(regionCode="us-east-1")}
    all_of_region = prices.matching("AmazonEC2", regionCode="us-east-1")
    pages = list(client("pricing", prices.url).get_paginator("get_products").paginate(**asked))
    assert [len(page["PriceList"]) for page in pages] == [100, len(all_of_region) - 100]
    skus = [json.loads(product)["product"]["sku"] for page in pages for product in page["PriceList"]]
    assert sorted(skus) == sorted(product["product"]["sku"] for product in all_of_region)
    token = pages[0]["NextToken"]
    other = {"ServiceCode": "AmazonEC2", "Filters": where(regionCode="eu-west-1"), "NextToken": token}
    assert refusal(client("pricing", prices.url).get_products, **other) == "InvalidNextTokenException"
    assert refusal(client("pricing", prices.url).get_products, **asked, NextToken="abc") == "InvalidNextTokenException"


def test_a_product_is_added_or_left_out_for_a_while(prices: PriceList) -> None:
    (gp3,) = prices.matching("AmazonEC2", usagetype="EBS:VolumeUsage.gp3")

    def found() -> list[str]:
        return [one["product"]["sku"] for one in products(prices, "AmazonEC2", *where(usagetype="EBS:VolumeUsage.gp3"))]

    with prices.with_another(gp3) as another:
        assert found() == [gp3["product"]["sku"], another["product"]["sku"]]
        assert pricing.price_of(another) == Decimal("0.08")
    with prices.without(gp3):
        assert found() == []
    assert found() == [gp3["product"]["sku"]]


def test_every_sku_is_another(prices: PriceList) -> None:
    skus = [product["product"]["sku"] for product in prices.products]
    assert len(set(skus)) == len(skus) > 900


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"MaxResults": 101}, "InvalidParameterException"),
        ({"MaxResults": 0}, "InvalidParameterException"),
        ({"Filters": [{"Type": "LIKE", "Field": "location", "Value": "x"}]}, "InvalidParameterException"),
        ({"Filters": [{"Type": "EQUALS", "Field": "location"}]}, "InvalidParameterException"),
        ({"Filters": where(location="x") * 51}, "InvalidParameterException"),
        ({"Filters": where(location="x" * 1025)}, "InvalidParameterException"),
        ({"ServiceCode": "AmazonNothing"}, "NotFoundException"),
        ({"FormatVersion": "aws_v2"}, "InvalidParameterException"),
        ({"Other": 1}, "InvalidParameterException"),
    ],
)
def test_what_aws_refuses_of_prices_is_refused(prices: PriceList, asked: dict[str, Any], code: str) -> None:
    body = json.dumps({"ServiceCode": "AmazonEC2"} | asked)
    assert _sent(prices.url, "pricing", "AWSPriceListService.GetProducts", body) == code


def _sent(url: str, service: str, target: str, body: str, region: str = "us-east-1") -> str | None:
    """Sends a body that boto3 would not, and returns the error code."""
    credential = f"AWS4-HMAC-SHA256 Credential={ACCOUNT}/20260101/{region}/{service}/aws4_request"
    headers = {"Authorization": credential, "X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
    request = urllib.request.Request(url, body.encode(), headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10):
            return None
    except urllib.error.HTTPError as error:
        with error:
            return json.load(error)["__type"]


def test_prices_are_in_three_regions_only(prices: PriceList) -> None:
    for region in pricing.REGIONS:
        assert client("pricing", prices.url, region).get_products(ServiceCode="AmazonEKS", MaxResults=1)["PriceList"]
    elsewhere = client("pricing", prices.url, "eu-west-1")
    assert refusal(elsewhere.get_products, ServiceCode="AmazonEKS") == "InvalidSignatureException"


def test_the_price_list_fails_when_told_to(prices: PriceList) -> None:
    before = len(prices.requests)
    prices.fault = (lambda region, asked: asked["ServiceCode"] == "AmazonEKS", "AccessDeniedException", "no")
    try:
        assert refusal(client("pricing", prices.url).get_products, ServiceCode="AmazonEKS") == "AccessDeniedException"
        assert client("pricing", prices.url).get_products(ServiceCode="AmazonEFS")["PriceList"]
    finally:
        prices.fault = None
    assert [body["ServiceCode"] for _, body in prices.requests[before:]] == ["AmazonEKS", "AmazonEFS"]


@pytest.fixture
def advice() -> Iterator[Hub]:
    with hub.running(NOT_RUNNING) as running:
        arn = "arn:aws:ec2:{0.region}:{0.account}:{0.kind}/{0.name}".format
        running.found = lambda: [hub.recommendation(one, one.name, arn(one) if one.kind else "") for one in hub.ADVICE]
        yield running


def recommended(advice: Hub, account: str = ACCOUNT, **asked: Any) -> list[dict[str, Any]]:
    """Returns the recommendations of all pages."""
    listing = client("cost-optimization-hub", advice.url, account=account).list_recommendations
    found, page = [], listing(**asked)
    while True:
        assert 0 < len(page["items"]) <= hub.LARGEST_PAGE
        found += page["items"]
        if "nextToken" not in page:
            return found
        page = listing(**asked, nextToken=page["nextToken"])


def test_recommendations_are_in_the_form_of_the_service(advice: Hub) -> None:
    (found,) = recommended(advice, filter={"resourceIds": ["old-data"]})
    assert (found["accountId"], found["region"], found["actionType"]) == (ACCOUNT, "us-east-1", "Delete")
    assert found["resourceArn"] == f"arn:aws:ec2:us-east-1:{ACCOUNT}:volume/old-data"
    assert (found["estimatedMonthlySavings"], found["estimatedMonthlyCost"], found["estimatedSavingsPercentage"]) == (10.0, 10.0, 100.0)
    assert found["recommendationLookbackPeriodInDays"] == 32 and found["lastRefreshTimestamp"].tzinfo


def test_a_payer_sees_its_members_unless_it_names_accounts(advice: Hub) -> None:
    assert {one["accountId"] for one in recommended(advice)} == {ACCOUNT, OTHER_ACCOUNT}
    own = recommended(advice, filter={"accountIds": [ACCOUNT]})
    assert {one["accountId"] for one in own} == {ACCOUNT} and len(own) > hub.LARGEST_PAGE
    advice.enrollment[OTHER_ACCOUNT] = hub.ACTIVE
    assert [one["resourceId"] for one in recommended(advice, OTHER_ACCOUNT)] == ["sandbox-1"]


def test_a_resource_has_its_best_recommendation_unless_all_are_asked_for(advice: Hub) -> None:
    of_batch = {"filter": {"resourceIds": ["batch"]}}
    assert [one["actionType"] for one in recommended(advice, **of_batch)] == ["Rightsize"]
    every = recommended(advice, **of_batch, includeAllRecommendations=True)
    assert [one["actionType"] for one in every] == ["Rightsize", "MigrateToGraviton"]


def test_what_is_to_be_bought_is_about_no_resource(advice: Hub) -> None:
    (found,) = recommended(advice, filter={"resourceTypes": ["ComputeSavingsPlans"]})
    assert "resourceArn" not in found and "resourceId" not in found
    assert (found["actionType"], found["source"]) == ("PurchaseSavingsPlans", "CostExplorer")


def test_recommendations_are_ordered_by_savings(advice: Hub) -> None:
    found = recommended(advice, orderBy={"dimension": "EstimatedMonthlySavings", "order": "Desc"})
    savings = [one["estimatedMonthlySavings"] for one in found]
    assert savings == sorted(savings, reverse=True) and len(set(savings)) > 1


def test_only_an_enrolled_account_has_recommendations(advice: Hub) -> None:
    def status(account: str) -> list[str]:
        listed = client("cost-optimization-hub", advice.url, account=account).list_enrollment_statuses()
        return [(one["accountId"], one["status"]) for one in listed["items"]]

    assert status(ACCOUNT) == [(ACCOUNT, "Active")]
    assert status(OTHER_ACCOUNT) == [(OTHER_ACCOUNT, "Inactive")]
    assert status("555555555555") == []
    other = client("cost-optimization-hub", advice.url, account=OTHER_ACCOUNT)
    assert refusal(other.list_recommendations) == refusal(other.get_preferences) == "AccessDeniedException"
    home = client("cost-optimization-hub", advice.url)
    assert home.get_preferences()["savingsEstimationMode"] == "AfterDiscounts"
    listed = home.list_enrollment_statuses(includeOrganizationInfo=True)
    assert [one["accountId"] for one in listed["items"]] == [ACCOUNT, OTHER_ACCOUNT]
    assert refusal(home.list_enrollment_statuses, accountId="555555555555") == "AccessDeniedException"


@pytest.mark.parametrize(
    "asked",
    [
        {"maxResults": 1001},
        {"filter": {"resourceTypes": ["Bicycle"]}},
        {"filter": {"accountIds": []}},
        {"filter": {"accountIds": ["12"]}},
        {"filter": {"names": ["x"]}},
        {"orderBy": {"dimension": "Colour"}},
        {"nextToken": "?"},
    ],
)
def test_what_aws_refuses_of_recommendations_is_refused(advice: Hub, asked: dict[str, Any]) -> None:
    target = "CostOptimizationHubService.ListRecommendations"
    assert _sent(advice.url, hub.SERVICE, target, json.dumps(asked)) == "ValidationException"
    assert _sent(advice.url, hub.SERVICE, target, "{}", region="eu-west-1") == "InvalidSignatureException"
    assert _sent(advice.url, hub.SERVICE, target, "{}") is None
