"""What instances and databases cost that are not as most: other systems, licences, tenancies, markets and zones.

What is terminated stays in EC2's lists for an hour, so these tests run after those that count what the demo account has.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from emulator.ministack import Emulator
from emulator.pricing import PriceList
from emulator.stack import Stack

from .api import Json, ask

REGION = "us-east-1"

#: Each an m5.large: what makes it what it is, what the list has of it, and dollars an hour and a month of 730 hours.
INSTANCES: dict[str, tuple[dict[str, Any], dict[str, str], str, str]] = {
    "Linux": ({}, {"operatingSystem": "Linux", "tenancy": "Shared"}, "0.096", "70.08"),
    "Windows": (
        {"ImageId": "ami-0fedcba9876543210"},
        {"operatingSystem": "Windows", "licenseModel": "No License required", "preInstalledSw": "NA"}, "0.188", "137.24",
    ),
    "Windows with SQL Server": ({"ImageId": "ami-0fedcba9876543211"}, {"preInstalledSw": "SQL Std"}, "0.668", "487.64"),
    "Windows with a licence of one's own": (
        {"ImageId": "ami-0fedcba9876543212"}, {"operatingSystem": "Windows", "licenseModel": "Bring your own license"}, "0.096", "70.08",
    ),
    "Red Hat": ({"ImageId": "ami-0fedcba9876543213"}, {"operatingSystem": "RHEL"}, "0.1248", "91.10"),
    "on hardware of its own": ({"Placement": {"Tenancy": "dedicated"}}, {"tenancy": "Dedicated"}, "0.102", "74.46"),
}  # fmt: skip

#: What is billed otherwise than on demand.
UNPRICED: dict[str, dict[str, Any]] = {
    "Spot": {"InstanceMarketOptions": {"MarketType": "spot"}},
    "on a host of one's own": {"Placement": {"Tenancy": "host"}},
}


@pytest.fixture(scope="module")
def instances(emulator: Emulator, deployed: Stack) -> Iterator[dict[str, Json]]:
    """Each of the instances, by what it is, as `/resources` has it."""
    ec2, ids = emulator.client("ec2", REGION), {}
    for name, more in [*((name, of[0]) for name, of in INSTANCES.items()), *UNPRICED.items()]:
        one = {"ImageId": "ami-0abcdef1234567890", "InstanceType": "m5.large", "MinCount": 1, "MaxCount": 1} | more
        ids[name] = ec2.run_instances(**one)["Instances"][0]["InstanceId"]
    found = {row["id"]: row for row in ask(deployed, "/resources", types="ec2", regions=REGION, prices="true")["data"]["ec2"]}
    yield {name: found[id] for name, id in ids.items()}
    ec2.terminate_instances(InstanceIds=list(ids.values()))


@pytest.mark.parametrize("name", INSTANCES)
def test_an_instance_costs_what_its_system_licence_and_tenancy_cost(name: str, instances: dict[str, Json], prices: PriceList) -> None:
    _, attributes, hour, month = INSTANCES[name]
    used = {"regionCode": REGION, "instanceType": "m5.large", "capacitystatus": "Used", "locationType": "AWS Region"}
    (product,) = prices.matching("AmazonEC2", **used, **attributes)
    price = instances[name]["price"]
    assert (price["sku"], price["unit_price"], price["monthly_usd"]) == (product["product"]["sku"], hour, month)


@pytest.mark.parametrize("name", UNPRICED)
def test_what_is_not_on_demand_has_a_reason_instead_of_a_price(name: str, instances: dict[str, Json]) -> None:
    assert "price" not in instances[name]
    assert instances[name]["price_unknown"]["reason"] == "not_on_demand"


@pytest.fixture(scope="module")
def databases(emulator: Emulator, deployed: Stack) -> Iterator[dict[str, Json]]:
    """A database in one zone and one in two, as `/resources` has them."""
    rds = emulator.client("rds", REGION)
    of = {"DBInstanceClass": "db.m5.large", "Engine": "postgres", "AllocatedStorage": 100, "StorageType": "gp3"}
    for name, zones in (("in-one-zone", False), ("in-two-zones", True)):
        rds.create_db_instance(DBInstanceIdentifier=name, MultiAZ=zones, MasterUsername="acme", ManageMasterUserPassword=True, **of)
    found = ask(deployed, "/resources", types="rds", regions=REGION, prices="true")["data"]["rds"]
    yield {row["id"]: row["price"] for row in found if row["id"] in ("in-one-zone", "in-two-zones")}
    for name in ("in-one-zone", "in-two-zones"):
        rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)


def test_a_database_in_two_zones_costs_twice_as_much(databases: dict[str, Json]) -> None:
    one, two = databases["in-one-zone"], databases["in-two-zones"]
    # 730 × $0.178 and 100 × $0.115.
    assert {part["part"]: part["monthly_usd"] for part in one["parts"]} == {"instance": "129.94", "storage": "11.50"}
    assert (one["monthly_usd"], two["monthly_usd"]) == ("141.44", "282.88")
    assert Decimal(two["monthly_usd"]) == 2 * Decimal(one["monthly_usd"])
    assert {part["sku"] for part in one["parts"]}.isdisjoint({part["sku"] for part in two["parts"]})
