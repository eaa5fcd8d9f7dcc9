"""What the savings of the simulated account need of the price list: the products, and the pages that have them."""

from __future__ import annotations

import math

#: The most products of a page.
PRODUCTS_A_PAGE = 100
#: The types of instances by their number in the account, like `src/inventory.rs`, and what is recommended instead of each.
INSTANCE_TYPES = [
    ("m5.large", None), ("m5.xlarge", "m5.large"), ("c5.xlarge", "c5.large"), ("r5.2xlarge", "r5.xlarge"),
    ("m6i.2xlarge", "m6i.xlarge"), ("c6i.xlarge", "c6i.large"), ("r6i.xlarge", "r6i.large"), ("m7i.xlarge", "m7i.large"),
    ("c7i.2xlarge", "c7i.xlarge"), ("r7i.4xlarge", "r7i.2xlarge"),
]  # fmt: skip
#: The numbers of a hundred that are idle: instances by their number in the account, others by that in their region.
FIRST_IDLE, AFTER_IDLE = 5, 15

#: How many products there are, by offer and family.
Products = dict[str, int]


def of_instances(regions: list[int], quiet: bool = False) -> Products:
    """Returns what is needed of so many instances by region: the type of each idle one, and what is recommended instead."""
    needed, before = set(), 0
    for region, instances in enumerate(regions):
        for number in range(before, before + instances):
            if not quiet and FIRST_IDLE <= number % 100 < AFTER_IDLE:
                needed |= {(region, kind) for kind in INSTANCE_TYPES[number % len(INSTANCE_TYPES)] if kind}
        before += instances
    return {"AmazonEC2, Compute Instance": len(needed)} if needed else {}


def of_all_types(regions: list[int]) -> Products:
    """Returns the same for an account with as many resources of each type in a region.

    Every address is unassociated and every snapshot old. Of load balancers, every tenth has a target, and half are classic.
    What else is billed by itself is unused if its number is.
    """
    some = sum(n > 0 for n in regions)
    idle = sum(n > FIRST_IDLE for n in regions)
    found = {
        "AmazonVPC, no family": some,
        "AmazonEC2, Storage Snapshot": some,
        "AWSELB, Load Balancer-Application": sum(n - n // 2 > 1 for n in regions),
        "AWSELB, Load Balancer": sum(n // 2 > 1 for n in regions),
    }
    for family in (
        "AmazonEC2, Storage", "AmazonEC2, NAT Gateway", "AmazonRDS, Database Instance", "AmazonRDS, Database Storage",
        "AmazonElastiCache, Cache Instance", "AmazonEFS, Storage", "AmazonRedshift, Compute Instance",
    ):  # fmt: skip
        found[family] = idle
    return {family: count for family, count in (found | of_instances(regions)).items() if count}


def requests(products: Products) -> dict[str, int]:
    """Returns how many requests for these products suffice, by offer and family: one a page."""
    return {family: math.ceil(count / PRODUCTS_A_PAGE) for family, count in products.items()}
