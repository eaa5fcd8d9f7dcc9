"""The benchmark's questions: each with its account, the least time and calls it needs, and its peers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

#: The latency of the simulated AWS.
ROUND_TRIP_MS = 50
REGIONS = [
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ap-south-1", "ap-northeast-1", "ap-northeast-2",
    "ap-northeast-3", "ap-southeast-1", "ap-southeast-2", "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1",
    "eu-west-2", "eu-west-3", "sa-east-1",
]  # fmt: skip
#: CloudWatch's published limits per region: requests per second, and datapoints per second, for old and recent times.
METRIC_REQUESTS_A_SECOND = 50
OLD_DATAPOINTS_A_SECOND, RECENT_DATAPOINTS_A_SECOND = 396_000, 180_000
#: The queries in one GetMetricData request, and the groups in one page of Cost Explorer.
QUERIES_A_REQUEST = 500
GROUPS_A_PAGE = 600
BILL_LINES = 40
#: The types that are listed: named, so that a figure means the same when there are more.
TYPES = ["ec2", "rds", "s3", "lambda", "ebs", "eip"]

Pages = dict[str, int]


@dataclass(frozen=True)
class Question:
    """A request to a function, and the account that it is about."""

    name: str
    function: str
    query: dict[str, str]
    #: Options of the simulated AWS.
    account: dict[str, str | int]
    #: The time of the longest chain of calls that depend on each other or wait for a rate limit, in milliseconds.
    limit_ms: float
    #: The fewest calls that AWS's pages and batches allow, by operation, once the account id is known.
    least_calls: dict[str, int]
    #: The arguments of `bench.peers`, and the ways to run it; some ways would take too long for some questions.
    script: list[str]
    ways: tuple[str, ...] = ("sequential", "threads")
    #: Tools from package registries that answer a similar question.
    tools: tuple[str, ...] = field(default=())


def of_regions(of_type: int) -> list[int]:
    """Returns how many resources of a type each region has: half in the first region, like `src/inventory.rs`."""
    elsewhere = of_type // 2 // (len(REGIONS) - 1)
    return [of_type - elsewhere * (len(REGIONS) - 1)] + [elsewhere] * (len(REGIONS) - 1)


def _pages(count: int, size: int) -> int:
    return max(1, math.ceil(count / size))


def _resources(total: int, tools: tuple[str, ...]) -> Question:
    listings: dict[str, Callable[[int], int]] = {
        "ec2:DescribeInstances": lambda n: _pages(n, 1_000),
        "ec2:DescribeVolumes": lambda n: _pages(n, 500),
        "ec2:DescribeAddresses": lambda _: 1,
        "rds:DescribeDBInstances": lambda n: _pages(n, 100),
        "lambda:ListFunctions": lambda n: _pages(n, 50),
        "tag:GetResources": lambda n: _pages(n // 2, 100),
    }
    regions = of_regions(total // len(TYPES))
    longest = max(pages(max(regions)) for pages in listings.values())
    calls = {operation: sum(map(pages, regions)) for operation, pages in listings.items()}
    calls |= {"ec2:DescribeRegions": 1, "s3:ListBuckets": 1}
    return Question(
        f"/resources, {total:,} resources", "resources", {"types": ",".join(TYPES)}, {"resources": total}, (1 + longest) * ROUND_TRIP_MS, calls,
        ["resources"], tools=tools,
    )  # fmt: skip


def _metrics(ids: int, metrics: int) -> Question:
    names = ["cpu", "network_in", "network_out", "disk_read_ops", "disk_write_ops", "disk_read_bytes", "disk_write_bytes",
             "ebs_read_bytes", "ebs_write_bytes", "status_check_failed"][:metrics]  # fmt: skip
    query = {
        "resource_type": "ec2", "region": "us-east-1", "hours": "3", "period": "3600", "metrics": ",".join(names),
        "resource_ids": ",".join(f"i-{n:017x}" for n in range(ids)), "statistics": "Average",
    }  # fmt: skip
    requests = math.ceil(ids * metrics / QUERIES_A_REQUEST)
    limit = ROUND_TRIP_MS + (requests - 1) * 1000 / METRIC_REQUESTS_A_SECOND
    account = {"resources": 0, "metric-requests-a-second": METRIC_REQUESTS_A_SECOND}
    ways = ("sequential", "threads") if ids * metrics <= 500 else ("threads",)
    script = ["metrics", str(ids), str(metrics)]
    calls = {"ec2:DescribeRegions": 1, "cloudwatch:GetMetricData": requests}
    return Question(f"/metrics, {ids * metrics:,} series", "metrics", query, account, limit, calls, script, ways)


def _in_a_hundred(instances: int, first: int, after: int) -> int:
    """Returns how many of these instances have a number from `first` to before `after` in their hundred."""
    whole, rest = divmod(instances, 100)
    return whole * (after - first) + max(0, min(rest, after) - first)


def _second_step(instances: int) -> list[tuple[int, int, int]]:
    """Returns what the rules need of a region's instances after the coarse series, for each time window: queries,
    datapoints per query, and the rate limit for such datapoints. `src/inventory.rs` has the same shares.
    """
    hot, idle, burstable = (_in_a_hundred(instances, *of) for of in ((0, 5), (5, 15), (20, 30)))
    return [
        (hot + 2 * idle + burstable, 24, OLD_DATAPOINTS_A_SECOND),
        (hot, 6, RECENT_DATAPOINTS_A_SECOND),
        (3 * idle, 14, OLD_DATAPOINTS_A_SECOND),
    ]


def _bottlenecks(instances: int, ways: tuple[str, ...], tools: tuple[str, ...], quiet: bool = False) -> Question:
    regions = of_regions(instances)
    pages = [_pages(n, 1_000) for n in regions]
    # The coarse series are two statistics of two days each.
    steps = [[[(2 * n, 2, OLD_DATAPOINTS_A_SECOND)], [] if quiet else _second_step(n)] for n in regions]
    requests = sum(math.ceil(queries / QUERIES_A_REQUEST) for region in steps for step in region for queries, *_ in step)
    # After a full request, the next one waits for the slower of the two rates.
    waits = sum(
        math.ceil(queries / QUERIES_A_REQUEST)
        * max(1000 / METRIC_REQUESTS_A_SECOND, min(queries, QUERIES_A_REQUEST) * points * 1000 / rate)
        for step in steps[0] for queries, points, rate in step
    )  # fmt: skip
    limit = (1 + pages[0] + (1 if quiet else 2)) * ROUND_TRIP_MS + waits - 1000 / METRIC_REQUESTS_A_SECOND
    account: dict[str, str | int] = {
        "resources": instances, "only-instances": "yes", "metric-requests-a-second": METRIC_REQUESTS_A_SECOND,
    }  # fmt: skip
    calls = {
        "ec2:DescribeRegions": 1, "ec2:DescribeInstances": sum(pages), "ec2:DescribeInstanceStatus": 2 * len(REGIONS),
        "cloudwatch:GetMetricData": requests,
    }  # fmt: skip
    return Question(
        f"/bottlenecks, {instances:,} {'quiet ' if quiet else ''}instances", "bottlenecks", {"types": "ec2"},
        account | ({"quiet": "yes"} if quiet else {}), limit, calls, ["bottlenecks"], ways, tools,
    )  # fmt: skip


def _costs(days: int) -> Question:
    pages = math.ceil(days * BILL_LINES / GROUPS_A_PAGE)
    query = {"days": str(days), "group_by": "service,region", "compare": "false"}
    return Question(
        f"/costs, {days} days by service and region", "costs", query, {"resources": 0, "bill-lines": BILL_LINES},
        pages * ROUND_TRIP_MS, {"ce:GetCostAndUsage": pages}, ["costs", str(days)], ("sequential",), ("awscost", "aws-finops"),
    )  # fmt: skip


QUESTIONS = [
    _resources(100, ("c7n", "aws-list-all")),
    _resources(1_000, ("c7n", "aws-list-all")),
    _resources(10_000, ("aws-list-all",)),
    _metrics(1, 1),
    _metrics(500, 1),
    _metrics(500, 10),
    _bottlenecks(1_000, ("sequential", "threads"), ("c7n",)),
    _bottlenecks(10_000, ("threads",), ()),
    _bottlenecks(10_000, (), (), quiet=True),
    _costs(90),
]
