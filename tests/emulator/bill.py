"""The line items of the simulated bill, and the story that they tell.

The bill is that of the demo account's resources, which `demo_account` lists. Most of it is the same each day. What began
or grew in the last weeks is in `STORY`: whoever asks why the month is dearer than the one before finds a volume that was
left behind (`migration-copy`), a warehouse to which nobody connects (`old-reports`), a table with more capacity
(`web-sessions`), more traffic through a gateway (`out-a`), and the end of a discount. Every line follows from a rule;
nothing is random.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from .ministack import ACCOUNT, OTHER_ACCOUNT

DAYS = 100

EC2, RDS, S3 = "Amazon Elastic Compute Cloud - Compute", "Amazon Relational Database Service", "Amazon Simple Storage Service"
EC2_OTHER, REDSHIFT, DYNAMODB = "EC2 - Other", "Amazon Redshift", "Amazon DynamoDB"
DNS, SUPPORT = "Amazon Route 53", "AWS Support (Business)"

#: The names of the accounts.
NAMES = {ACCOUNT: "shop", OTHER_ACCOUNT: "shop-staging"}

#: Service, region, account, usage type, instance type, team, the cost per day, the resource by its name, and how much is
#: used of it a day.
DAILY = [
    (EC2, "us-east-1", ACCOUNT, "BoxUsage:t3.large", "t3.large", "web", "1.9968", "web-1", "24 Hrs"),
    (EC2, "us-east-1", ACCOUNT, "BoxUsage:t3.large", "t3.large", "web", "1.9968", "web-2", "24 Hrs"),
    (EC2, "us-east-1", ACCOUNT, "BoxUsage:c5.2xlarge", "c5.2xlarge", "data", "8.1600000001", "batch", "24 Hrs"),
    (EC2, "eu-west-1", ACCOUNT, "EU-BoxUsage:m5.large", "m5.large", "web", "5.136", "shop-1", "24 Hrs"),
    (EC2, "ap-southeast-2", OTHER_ACCOUNT, "APS2-BoxUsage:t3.micro", "t3.micro", "", "0.3168", "", "24 Hrs"),
    (RDS, "us-east-1", ACCOUNT, "InstanceUsage:db.r5.large", "db.r5.large", "data", "6.0000000000123", "orders", "24 Hrs"),
    (RDS, "eu-west-1", ACCOUNT, "EU-InstanceUsage:db.m5.large", "db.m5.large", "web", "4.632", "shop", "24 Hrs"),
    (S3, "us-east-1", ACCOUNT, "TimedStorage-ByteHrs", "NoInstanceType", "", "0.0383333333", "acme-orders-archive", "1.6666666652 GB-Mo"),
    (DNS, "global", ACCOUNT, "DNS-Queries", "NoInstanceType", "", "0.0000004", "", "1 Queries"),
    (S3, "us-west-2", OTHER_ACCOUNT, "USW2-TimedStorage-ByteHrs", "NoInstanceType", "", "0.0000001", "", "0.0000043478 GB-Mo"),
]


class Used(NamedTuple):
    """What is used of a resource each day, until and since some days ago, at list prices of 2026."""

    service: str
    region: str
    usage_type: str
    resource: str
    team: str
    unit: str
    #: How many days ago it changed, and the quantity a day and the price of a unit before and since then.
    days_ago: int
    before: tuple[str, str]
    since: tuple[str, str]


def _months(of_a_day: int) -> str:
    """Returns what a day is in months of 730 hours, with as many digits as a bill has."""
    return str(round(Decimal(of_a_day) * 24 / 730, 10))


STORY = [
    # 200 GiB and 1,000 IOPS of a volume that is attached to nothing.
    Used(EC2_OTHER, "eu-west-1", "EU-EBS:VolumeUsage.piops", "migration-copy", "data", "GB-Mo", 12, ("0", "0.138"), (_months(200), "0.138")),
    Used(EC2_OTHER, "eu-west-1", "EU-EBS:VolumeP-IOPS.piops", "migration-copy", "data", "IOPS-Mo", 12, ("0", "0.072"), (_months(1000), "0.072")),
    # A warehouse of one node, to which nobody connects.
    Used(REDSHIFT, "us-east-1", "Node:ra3.large", "old-reports", "data", "Hrs", 14, ("0", "0.543"), ("24", "0.543")),
    # A table of which the capacity was raised from 5 and 5 units to 20 and 10.
    Used(DYNAMODB, "us-east-1", "ReadCapacityUnit-Hrs", "web-sessions", "web", "ReadCapacityUnit-Hrs", 18, ("120", "0.00013"), ("480", "0.00013")),
    Used(DYNAMODB, "us-east-1", "WriteCapacityUnit-Hrs", "web-sessions", "web", "WriteCapacityUnit-Hrs", 18, ("120", "0.00065"), ("240", "0.00065")),
    # Two gateways, of which one has more traffic, and the other has none and is billed all the same.
    Used(EC2_OTHER, "us-east-1", "NatGateway-Hours", "out-a", "web", "Hrs", 0, ("24", "0.045"), ("24", "0.045")),
    Used(EC2_OTHER, "us-east-1", "NatGateway-Hours", "out-b", "web", "Hrs", 0, ("24", "0.045"), ("24", "0.045")),
    Used(EC2_OTHER, "us-east-1", "NatGateway-Bytes", "out-a", "web", "GB", 10, ("80", "0.045"), ("200", "0.045")),
    # The end of a discount: the same traffic between zones at another price.
    Used(EC2_OTHER, "us-east-1", "DataTransfer-Regional-Bytes", "", "web", "GB", 18, ("400", "0.008"), ("400", "0.01")),
]  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One line of the bill."""

    day: date
    keys: dict[str, str]
    unblended: Decimal
    quantity: Decimal = Decimal(0)
    unit: str = "N/A"


@functools.cache
def lines(today: date) -> list[Line]:
    """Returns the bill of the last days, including today."""
    found = []
    for days_ago in range(DAYS, -1, -1):
        day = today - timedelta(days=days_ago)
        weekend = Decimal("0.8") if day.weekday() >= 5 else Decimal(1)
        for service, region, account, usage, instance, team, cost, resource, used in DAILY:
            keys = _keys(service, region, account, usage, instance, team, "Usage", resource)
            quantity, unit = used.split()
            found.append(Line(day, keys, Decimal(cost) * weekend, Decimal(quantity) * weekend, unit))
        for part in STORY:
            quantity, price = map(Decimal, part.since if days_ago <= part.days_ago else part.before)
            keys = _keys(part.service, part.region, ACCOUNT, part.usage_type, "NoInstanceType", part.team, "Usage", part.resource)
            if quantity:
                found.append(Line(day, keys, quantity * price, quantity, part.unit))
        if day.day == 1:
            found.append(Line(day, _keys("Tax", "NoRegion", ACCOUNT, "NoUsageType", "NoInstanceType", "", "Tax"), Decimal("61.27")))
            found.append(Line(day, _keys(SUPPORT, "NoRegion", ACCOUNT, "Dollar", "NoInstanceType", "", "Fee"), Decimal("29.125")))
        if day.day == 5:
            found.append(Line(day, _keys(EC2, "us-east-1", ACCOUNT, "Credit", "NoInstanceType", "web", "Credit"), Decimal("-40")))
        if day.day == 12:
            found.append(Line(day, _keys(RDS, "us-east-1", ACCOUNT, "Refund", "NoInstanceType", "data", "Refund"), Decimal("-2.5")))
    return found


def _keys(
    service: str, region: str, account: str, usage: str, instance: str, team: str, record: str, resource: str = ""
) -> dict[str, str]:
    return {
        "SERVICE": service, "REGION": region, "LINKED_ACCOUNT": account, "USAGE_TYPE": usage, "INSTANCE_TYPE": instance,
        "RECORD_TYPE": record, "RESOURCE_ID": resource, "TAG:team": team,
    }  # fmt: skip
