"""What resources cost by the price list's figures: by hand, in sums, as a table, and where the price list fails."""

from __future__ import annotations

import collections
import csv
import io
from collections.abc import Iterator
from decimal import Decimal

import pytest
from emulator.ministack import OTHER_ACCOUNT, Emulator
from emulator.pricing import PriceList
from emulator.stack import Stack

from . import iam
from .api import Json, ask, call, gaps

FUNCTION = "ResourcesFunction"
GET_PRODUCTS = "pricing:GetProducts"


def _rows(data: Json) -> list[tuple[str, Json]]:
    return [(kind, row) for kind, rows in data.items() if isinstance(rows, list) for row in rows]


@pytest.fixture(scope="module")
def whole(deployed: Stack) -> Json:
    return ask(deployed, "/resources", prices="true", types="all")


@pytest.fixture(scope="module")
def volume(emulator: Emulator) -> Iterator[str]:
    ec2 = emulator.client("ec2", "us-east-1")
    created = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1000, VolumeType="gp3")["VolumeId"]
    yield created
    ec2.delete_volume(VolumeId=created)


def test_a_thousand_gigabytes_of_gp3_are_80_dollars(deployed: Stack, volume: str, prices: PriceList) -> None:
    data = ask(deployed, "/resources", prices="true", types="ebs", regions="us-east-1")["data"]
    (price,) = [row["price"] for row in data["ebs"] if row["id"] == volume]
    (product,) = prices.matching("AmazonEC2", regionCode="us-east-1", volumeApiName="gp3", productFamily="Storage")
    expected = {
        "monthly_usd": "80.00", "basis": "on_demand_list", "unit_price": "0.08", "unit": "GB-Mo", "quantity": "1000",
        "sku": product["product"]["sku"], "region": "us-east-1", "covered_by_commitment": None, "not_included": [],
    }  # fmt: skip
    assert {key: price.get(key) for key in expected} == expected
    assert "bound" not in price


def test_each_resource_has_a_price_or_a_reason_and_the_sums_are_theirs(whole: Json) -> None:
    of_type: dict[str, Decimal] = collections.defaultdict(Decimal)
    of_region: dict[str, Decimal] = collections.defaultdict(Decimal)
    reasons: collections.Counter[str] = collections.Counter()
    rows = _rows(whole["data"])
    for kind, row in rows:
        assert ("price" in row) != ("price_unknown" in row), row
        if "price" in row:
            usd = Decimal(row["price"]["monthly_usd"])
            of_type[kind] += usd
            of_region[row["region"]] += usd
        else:
            assert row["price_unknown"]["message"]
            reasons[row["price_unknown"]["reason"]] += 1
    sums = whole["data"]["counts"]["prices"]
    assert {kind: Decimal(usd) for kind, usd in sums["by_type"].items()} == of_type
    assert {region: Decimal(usd) for region, usd in sums["by_region"].items()} == of_region
    assert Decimal(sums["monthly_usd"]) == sum(of_type.values()) > 0
    assert (sums["unknown_by_reason"], sums["unknown"]) == (reasons, reasons.total())
    assert sums["priced"] + sums["unknown"] == len(rows) == whole["data"]["counts"]["total"]
    # Each of these types has a resource whose price the list has.
    assert {"ec2", "rds", "ebs", "eip", "nat_gateway", "ebs_snapshot", "load_balancer"} <= of_type.keys()


def test_the_sums_of_a_page_are_those_of_all(deployed: Stack) -> None:
    first = ask(deployed, "/resources", prices="true", types="ebs", limit=1)["data"]
    all_volumes = ask(deployed, "/resources", prices="true", types="ebs")["data"]
    assert len(first["ebs"]) == 1 and first["counts"]["prices"] == all_volumes["counts"]["prices"]
    # A cursor stays valid without prices.
    second = ask(deployed, "/resources", types="ebs", cursor=first["next_cursor"])["data"]
    without = [{key: value for key, value in row.items() if not key.startswith("price")} for row in all_volumes["ebs"]]
    assert second["ebs"] == without[1:]
    assert "prices" not in second["counts"]


def test_without_prices_none_is_asked_for(deployed: Stack, prices: PriceList) -> None:
    before = len(prices.requests)
    for parameters in ({}, {"prices": "false"}):
        body = ask(deployed, "/resources", types="ebs,eip", **parameters)
        assert not [row for _, row in _rows(body["data"]) if {"price", "price_unknown"} & set(row)]
        assert GET_PRODUCTS not in body["meta"]["aws_requests"]["by_operation"]
    assert len(prices.requests) == before
    status, refused = call(deployed, "/resources", prices="yes")
    assert (status, refused["error"]["parameter"]) == (400, "prices")


def test_the_list_is_read_with_the_functions_own_role_for_other_accounts_too(deployed: Stack) -> None:
    body = ask(deployed, f"/accounts/{OTHER_ACCOUNT}/resources", prices="true", types="ebs")
    assert body["meta"]["gaps"] == []
    assert {"price"} & {key for row in body["data"]["ebs"] for key in row}


def test_without_the_permission_the_resources_are_whole(deployed: Stack, emulator: Emulator, prices: PriceList) -> None:
    known = ask(deployed, "/resources", types="ebs")["data"]["ebs"]
    # The stand-in checks no permissions, so it denies as AWS does.
    prices.fault = (lambda *_: True, "AccessDeniedException", f"not authorized to perform: {GET_PRODUCTS}")
    try:
        with iam.started_anew(emulator, FUNCTION):
            body = ask(deployed, "/resources", prices="true", types="ebs")
    finally:
        prices.fault = None
    assert [gap[1:4] for gap in gaps(body)] == [("pricing", "GetProducts", "denied")]
    assert body["meta"]["partial"] is True
    assert [row["id"] for row in body["data"]["ebs"]] == [row["id"] for row in known] != []
    assert {row["price_unknown"]["reason"] for row in body["data"]["ebs"]} == {"price_list_unavailable"}


def test_a_table_has_the_prices(deployed: Stack, volume: str) -> None:
    status, _, text = deployed.get("/resources?format=csv&types=ebs&regions=us-east-1&prices=true")
    assert status == 200
    (row,) = [row for row in csv.DictReader(io.StringIO(text.decode())) if row["id"] == volume]
    assert (row["price_monthly_usd"], row["price_unit_price"], row["price_quantity"], row["price_unknown"]) == ("80.00", "0.08", "1000", "")
    _, _, text = deployed.get("/resources?format=csv&types=ebs&regions=us-east-1")
    assert not [column for column in text.decode().splitlines()[0].split(",") if column.startswith("price")]
