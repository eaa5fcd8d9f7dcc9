"""The instances of AWS's price list: each type with several operating systems, tenancies and states of its capacity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .price_list import EC2, Row, by_region


class Type(NamedTuple):
    """An instance type: vCPUs, GiB of memory, and its price with Linux by region."""

    name: str
    cpus: int
    gib: str
    prices: str


FAMILIES = {"t": "General purpose", "m": "General purpose", "c": "Compute optimized", "r": "Memory optimized"}

TYPES = [
    Type("t3.nano", 2, "0.5", "0.0052 0.0052 0.0057 0.0060 0.0066 0.0084"),
    Type("t3.micro", 2, "1", "0.0104 0.0104 0.0114 0.0120 0.0132 0.0168"),
    Type("t3.small", 2, "2", "0.0208 0.0208 0.0228 0.0240 0.0264 0.0336"),
    Type("t3.medium", 2, "4", "0.0416 0.0416 0.0456 0.0480 0.0528 0.0672"),
    Type("t3.large", 2, "8", "0.0832 0.0832 0.0912 0.0960 0.1056 0.1344"),
    Type("t3.xlarge", 4, "16", "0.1664 0.1664 0.1824 0.1920 0.2112 0.2688"),
    Type("m5.large", 2, "8", "0.096 0.096 0.107 0.115 0.12 0.153"),
    Type("m5.xlarge", 4, "16", "0.192 0.192 0.214 0.23 0.24 0.306"),
    Type("m5.2xlarge", 8, "32", "0.384 0.384 0.428 0.46 0.48 0.612"),
    Type("c5.large", 2, "4", "0.085 0.085 0.096 0.097 0.111 0.131"),
    Type("c5.xlarge", 4, "8", "0.17 0.17 0.192 0.194 0.222 0.262"),
    Type("c5.2xlarge", 8, "16", "0.34 0.34 0.384 0.388 0.444 0.524"),
    Type("r5.large", 2, "16", "0.126 0.126 0.141 0.152 0.151 0.201"),
    Type("r5.xlarge", 4, "32", "0.252 0.252 0.282 0.304 0.302 0.402"),
    Type("r5.2xlarge", 8, "64", "0.504 0.504 0.564 0.608 0.604 0.804"),
]

METAL = [Type("m5.metal", 96, "384", "4.608 4.608"), Type("c5.metal", 96, "192", "4.08 4.08")]

#: With Windows, in us-east-1 and us-west-2.
WINDOWS = {
    "t3.micro": "0.0196", "t3.small": "0.0392", "t3.medium": "0.06", "t3.large": "0.1108", "m5.large": "0.188",
    "m5.xlarge": "0.376", "m5.2xlarge": "0.752", "c5.large": "0.177", "c5.xlarge": "0.354", "c5.2xlarge": "0.708",
    "r5.large": "0.218", "r5.xlarge": "0.436",
}  # fmt: skip

#: Other licences in us-east-1: type, operation, operating system, installed software, price.
LICENSED = [
    ("m5.large", "RunInstances:0006", "Windows", "SQL Std", "0.668"),
    ("m5.xlarge", "RunInstances:0006", "Windows", "SQL Std", "0.856"),
    ("c5.2xlarge", "RunInstances:0006", "Windows", "SQL Std", "1.668"),
    ("m5.large", "RunInstances:0010", "RHEL", "NA", "0.1248"),
    ("m5.large", "RunInstances:000g", "SUSE", "NA", "0.15225"),
]

#: On dedicated tenancy in us-east-1.
DEDICATED = {"m5.large": "0.102", "m5.xlarge": "0.204"}


def rows() -> Iterator[Row]:
    """Yields the products."""
    for one in TYPES:
        linux = by_region(one.prices)
        yield _row(one, linux)
        yield _row(one, linux, capacity="UnusedCapacityReservation", usage="UnusedBox")
        yield _row(one, ("0",) * len(linux), capacity="AllocatedCapacityReservation", usage="Reservation")
        byol = {"operatingSystem": "Windows", "licenseModel": "Bring your own license"}
        yield _row(one, linux, "RunInstances:0800", byol)
        if one.name in WINDOWS:
            windows = {"operatingSystem": "Windows", "licenseModel": "No License required"}
            yield _row(one, (WINDOWS[one.name],) * 2, "RunInstances:0002", windows)
            yield _row(one, (WINDOWS[one.name],) * 2, "RunInstances:0002", windows, "UnusedCapacityReservation", "UnusedBox")
        if one.name in DEDICATED:
            yield _row(one, (DEDICATED[one.name],), more={"tenancy": "Dedicated"}, usage="DedicatedUsage")
            yield _row(one, ("0",), more={"tenancy": "Host"}, usage="HostBoxUsage")
    types = {one.name: one for one in TYPES}
    for name, operation, system, software, price in LICENSED:
        yield _row(types[name], (price,), operation, {"operatingSystem": system, "preInstalledSw": software})
    for one in METAL:
        yield _row(one, by_region(one.prices), family="Compute Instance (bare metal)")
    # The same types elsewhere than in the regions themselves.
    outposts = {"locationType": "AWS Outposts"}
    for name in ("t3.large", "m5.large"):
        yield _row(types[name], ("0",), more=outposts, usage="Outposts-BoxUsage")
    lax = {"locationType": "AWS Local Zone", "location": "US West (Los Angeles)", "regionCode": "us-west-2-lax-1"}
    lax |= {"usagetype": "LAX1-BoxUsage:t3.medium"}
    yield _row(types["t3.medium"], (None, "0.0499"), more=lax)


def _row(
    one: Type, prices: tuple, operation: str = "RunInstances", more: dict[str, str] | None = None,
    capacity: str = "Used", usage: str = "BoxUsage", family: str = "Compute Instance",
) -> Row:  # fmt: skip
    attributes = {
        "instanceType": one.name,
        "instanceFamily": FAMILIES[one.name[0]],
        "vcpu": str(one.cpus),
        "memory": f"{one.gib} GiB",
        "currentGeneration": "Yes",
        "processorArchitecture": "64-bit",
        "operatingSystem": "Linux",
        "tenancy": "Shared",
        "capacitystatus": capacity,
        "marketoption": "OnDemand",
        "preInstalledSw": "NA",
        "licenseModel": "No License required",
    } | (more or {})
    return Row(EC2, family, f"{usage}:{one.name}", operation, "Hrs", prices, attributes)
