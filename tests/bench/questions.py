"""The benchmark's questions: each with its account, the least time and calls it needs, and its peers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from . import prices

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
ALL_TYPES = [
    *TYPES, "dynamodb", "nat_gateway", "ebs_snapshot", "ami", "vpc_endpoint", "rds_cluster", "rds_snapshot", "elasticache",
    "efs", "log_group", "load_balancer", "autoscaling_group", "ecs_service", "eks_cluster", "opensearch", "redshift",
]  # fmt: skip
#: The published rate of DescribeLogGroups, of which nothing may arrive at once.
LOG_GROUP_PAGES_A_SECOND = 10

Pages = dict[str, int]


@dataclass(frozen=True)
class Goal:
    """What a response may take and cost at most."""

    #: How many times as long as the longest chain of calls.
    of_limit: float = 1.3
    ms: float | None = None
    usd: float | None = None
    #: The peak of the process.
    megabytes: float = 100.0


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
    #: What the response may take and cost at most: milliseconds, US dollars, MB of memory.
    goal: Goal = field(default_factory=lambda: Goal())
    #: The findings by rule, if the question is about them.
    findings: dict[str, int] | None = None
    #: What AWS bills for it in US dollars, if the question is about findings.
    usd: float | None = None
    #: Requests and price if everything that the rules need were asked at once.
    at_once: tuple[int, float] | None = None
    #: The calls that only the first response of a process needs in addition, by operation.
    once: dict[str, int] = field(default_factory=dict)
    #: The pause between two responses, so that AWS accepts as many requests at once as it did before.
    pause_ms: int = 0


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


#: How long AWS takes to accept a burst of requests to Elastic Load Balancing again: its bucket has 40, and 10 a second refill it.
FULL_AGAIN_MS = 4_000
#: AWS's quota of EKS clusters in a region.
MOST_EKS_CLUSTERS = 100


def _all_resources(total: int) -> Question:
    """The same for all types: as many of each, one in ten load balancers with targets, half of them classic."""
    regions = of_regions(total // len(ALL_TYPES))
    calls: dict[str, int] = {"ec2:DescribeRegions": 1, "s3:ListBuckets": 1}
    for n in regions:
        for operation, count in _calls_of_all(n).items():
            calls[operation] = calls.get(operation, 0) + count
    # Each of them follows the regions. Log groups wait for their rate, longer than for the response before. What is
    # described side by side counts as one call, since the function chooses how many are under way, and not AWS.
    n = regions[0]
    chains = [
        _pages(n, 50),
        # The clusters, their services page by page, and their descriptions; tables and their descriptions; EKS clusters
        # or domains and their descriptions.
        1 + _pages(n, 100) + 1,
        _pages(n, 100) + 1,
        1 + 1,
        # Load balancers, their target groups, and the health of the targets.
        1 + _pages(n - n // 2, 400) + 1,
        _pages(5 * (n // 2), 100),
    ]
    of_log_groups = ROUND_TRIP_MS + (_pages(n, 50) - 1) * max(ROUND_TRIP_MS, 1000 / LOG_GROUP_PAGES_A_SECOND)
    longest = max(max(chains) * ROUND_TRIP_MS, of_log_groups)
    return Question(
        f"/resources, {total:,} of all types", "resources", {"types": ",".join(ALL_TYPES)},
        {"resources": total, "all-types": "yes"}, ROUND_TRIP_MS + longest, calls, ["resources"], (), pause_ms=FULL_AGAIN_MS,
        goal=Goal(of_limit=1.2),
    )  # fmt: skip


def _calls_of_all(n: int) -> dict[str, int]:
    """Returns the fewest calls for a region with `n` resources of each type."""
    balancers, classic = n - n // 2, n // 2
    groups, with_instances = math.ceil(balancers / 10), math.ceil(classic / 10)
    calls = {
        # Where there are images, also those that use one of 200 images, of which there are none.
        "ec2:DescribeInstances": _pages(n, 1_000) + math.ceil(n / 200),
        "ec2:DescribeLaunchTemplateVersions": int(n > 0),
        "autoscaling:DescribeLaunchConfigurations": int(n > 0),
        "ec2:DescribeVolumes": _pages(n, 500),
        "ec2:DescribeAddresses": 1,
        "rds:DescribeDBInstances": _pages(n, 100),
        "lambda:ListFunctions": _pages(n, 50),
        "dynamodb:ListTables": _pages(n, 100),
        "dynamodb:DescribeTable": n,
        "rds:DescribeDBClusters": _pages(n, 100),
        "rds:DescribeDBSnapshots": _pages(n, 100),
        "rds:DescribeDBClusterSnapshots": 1,
        "elasticache:DescribeCacheClusters": _pages(n, 100),
        "elasticfilesystem:DescribeFileSystems": _pages(n, 100),
        "logs:DescribeLogGroups": _pages(n, 50),
        "autoscaling:DescribeAutoScalingGroups": _pages(n, 100),
        # Of both versions.
        "elasticloadbalancing:DescribeLoadBalancers": _pages(balancers, 400) + _pages(classic, 400),
        "elasticloadbalancing:DescribeTags": math.ceil(balancers / 20) + math.ceil(classic / 20),
        "elasticloadbalancing:DescribeTargetGroups": _pages(groups, 400) if balancers else 0,
        "elasticloadbalancing:DescribeTargetHealth": groups,
        "elasticloadbalancing:DescribeInstanceHealth": with_instances,
        "ecs:ListClusters": 1,
        "ecs:ListServices": _pages(n, 100) if n else 0,
        "ecs:DescribeServices": math.ceil(n / 10),
        "eks:ListClusters": 1,
        "eks:DescribeCluster": min(n, MOST_EKS_CLUSTERS),
        "es:ListDomainNames": 1,
        "es:DescribeDomains": math.ceil(n / 5),
        "redshift:DescribeClusters": _pages(n, 100),
        # Functions, tables, caches, log groups and domains.
        "tag:GetResources": _pages(5 * (n // 2), 100),
    }
    for operation in ("DescribeNatGateways", "DescribeSnapshots", "DescribeImages", "DescribeVpcEndpoints"):
        calls[f"ec2:{operation}"] = _pages(n, 1_000)
    return {operation: count for operation, count in calls.items() if count}


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


#: What AWS bills for a metric, with up to five of its statistics.
USD_A_METRIC = 0.01 / 1000


@dataclass(frozen=True)
class Loads:
    """How many instances a region has, and how many of them are hot, idle, burstable and impaired: 5, 10, 10 and 1 of a
    hundred of the account, like `src/inventory.rs`.
    """

    instances: int
    hot: int
    idle: int
    burstable: int
    impaired: int


def _loads(instances: int, quiet: bool) -> list[Loads]:
    """Returns the loads of each region."""
    found, before = [], 0
    for n in of_regions(instances):
        shares = [_in_a_hundred(before + n, *of) - _in_a_hundred(before, *of) for of in ((0, 5), (5, 15), (20, 30), (50, 51))]
        found.append(Loads(n, *([0] * 4 if quiet else shares)))
        before += n
    return found


def _second_step(of: Loads) -> list[tuple[int, int, int]]:
    """Returns what the rules need of a region's instances after the coarse series, for each time window: queries,
    datapoints per query, and the rate limit for such datapoints.
    """
    return [
        (of.hot + 2 * of.idle + of.burstable, 24, OLD_DATAPOINTS_A_SECOND),
        (of.hot, 6, RECENT_DATAPOINTS_A_SECOND),
        (3 * of.idle, 14, OLD_DATAPOINTS_A_SECOND),
    ]


def _at_once(regions: list[Loads]) -> tuple[int, float]:
    """Returns the GetMetricData requests and the price, if all that the rules of an instance need (`docs/rules.md`) were
    asked of every instance: the CPU by the hour, by five minutes and by the day, the network by the day, both ways, and
    the credits of a burstable instance.
    """
    requests = metrics = 0
    for of in regions:
        for queries in (2 * of.instances + of.burstable, of.instances, 3 * of.instances):
            requests += math.ceil(queries / QUERIES_A_REQUEST)
        metrics += 5 * of.instances + of.burstable
    return requests, metrics * USD_A_METRIC


def _findings(regions: list[Loads]) -> dict[str, int]:
    """Returns the findings by rule: the hot instances have a high CPU all the time, the idle ones have neither CPU nor
    network, and the load of the others is ordinary.
    """
    hot, idle, impaired = (sum(counts) for counts in zip(*((of.hot, of.idle, of.impaired) for of in regions), strict=True))
    found = {"ec2_high_cpu": hot, "ec2_sustained_high_cpu": hot, "ec2_idle": idle, "ec2_underutilized": idle}
    return {rule: count for rule, count in (found | {"ec2_status_check_failed": impaired}).items() if count}


def _bottlenecks(instances: int, ways: tuple[str, ...], tools: tuple[str, ...], quiet: bool = False) -> Question:
    regions = _loads(instances, quiet)
    pages = [_pages(of.instances, 1_000) for of in regions]
    # The coarse series are two statistics of two days each.
    steps = [[[(2 * of.instances, 2, OLD_DATAPOINTS_A_SECOND)], _second_step(of)] for of in regions]
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
    others = sum(calls.values()) - requests
    # The coarse series of an instance are one metric, and those by the hour.
    metrics = sum(of.instances + 2 * of.hot + 4 * of.idle + of.burstable for of in regions)
    metric_requests, usd = _at_once(regions)
    pages_of_prices = sum(prices.requests(prices.of_instances(of_regions(instances), quiet)).values())
    price_requests = {"pricing:GetProducts": pages_of_prices} if pages_of_prices else {}
    once = price_requests | {"cost-optimization-hub:ListEnrollmentStatuses": 1}
    goal = Goal(usd=0.10 if quiet else 0.30, ms=None if quiet else 1_600) if instances >= 10_000 else Goal()
    return Question(
        f"/bottlenecks, {instances:,} {'quiet ' if quiet else ''}instances", "bottlenecks", {"types": "ec2"},
        account | ({"quiet": "yes"} if quiet else {}), limit, calls, ["bottlenecks"], ways, tools, goal,
        _findings(regions),
        metrics * USD_A_METRIC, (others + metric_requests, usd), once=once,
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
    _all_resources(100),
    _all_resources(1_000),
    _all_resources(10_000),
    _metrics(1, 1),
    _metrics(500, 1),
    _metrics(500, 10),
    _bottlenecks(1_000, ("sequential", "threads"), ("c7n",)),
    _bottlenecks(10_000, ("threads",), ()),
    _bottlenecks(10_000, (), (), quiet=True),
    _costs(90),
]
