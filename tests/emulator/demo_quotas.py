"""What the demo account and its other account use of their quotas, as AWS counts it in the namespace `AWS/Usage`.

Where a quota is one of what the account's tables list, the use is what they list. `quotas` has the quotas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from . import quotas
from .ministack import ACCOUNT, OTHER_ACCOUNT

#: The use: account, region, quota, and how much of it. Those of a quota without any are not here.
USED = [
    (ACCOUNT, "us-east-1", "iam/L-FE177D64", 900),
    (ACCOUNT, "us-east-1", "cloudformation/L-0485CB21", 1000),
    (ACCOUNT, "us-east-1", "ec2/L-1216C47A", 12),
    (ACCOUNT, "us-east-1", "elasticloadbalancing/L-53DA6B97", 2),
    (ACCOUNT, "us-east-1", "rds/L-7ADDB58A", 221),
    (ACCOUNT, "eu-west-1", "ec2/L-1216C47A", 4),
    (ACCOUNT, "eu-west-1", "ssm/L-C3B871CB", 9_950),
    (OTHER_ACCOUNT, "us-east-1", "ec2/L-1216C47A", 2),
    (OTHER_ACCOUNT, "us-east-1", "iam/L-FE177D64", 120),
    (OTHER_ACCOUNT, "eu-west-1", "ec2/L-1216C47A", 2),
    (OTHER_ACCOUNT, "eu-west-1", "cloudformation/L-0485CB21", 1900),
]

#: Quotas of which little is left: account, region, quota, and the share that is used, in percent.
NEAR = [
    (ACCOUNT, "eu-west-1", "ssm/L-C3B871CB", 99.5),
    (ACCOUNT, "us-east-1", "iam/L-FE177D64", 90.0),
    (ACCOUNT, "eu-west-1", "ec2/L-1216C47A", 80.0),
    (OTHER_ACCOUNT, "eu-west-1", "cloudformation/L-0485CB21", 95.0),
]


class Measured(NamedTuple):
    """What CloudWatch has of one metric."""

    namespace: str
    metric: str
    dimensions: dict[str, str]
    curve: Callable[[int], float]


def measured(account: str, region: str) -> Iterator[Measured]:
    """Yields what CloudWatch has of the use of quotas in a region of an account."""
    for of, where, quota, used in USED:
        if (of, where) == (account, region):
            yield Measured("AWS/Usage", "ResourceCount", quotas.dimensions(quotas.named(quota)), lambda _, used=used: used)


def near(account: str) -> set[str]:
    """Returns the names of the quotas of an account of which little is left."""
    return {quotas.named(quota).name for of, _, quota, _ in NEAR if of == account}
