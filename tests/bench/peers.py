"""The same questions with plain boto3: one call after the other, like the scripts that the product grew from, and with
a pool of threads over regions and services. `python -m bench.peers <question> <way>` runs twice and prints how long the
second run took, when clients exist and connections are open, as in a warm function. The requests of the first run don't
count.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import Any

import boto3
from botocore.config import Config

#: As many threads as a well-written script would use, with one connection each.
THREADS = 32
HOME = "us-east-1"

Run = Callable[[list[Callable[[], Any]]], list[Any]]


_clients: dict[tuple[str, str], Any] = {}
_building = threading.Lock()


def _client(service: str, region: str) -> Any:
    """Returns one client per service and region for all threads; boto3 can't build two at once."""
    with _building:
        if (service, region) not in _clients:
            config = Config(max_pool_connections=THREADS, retries={"mode": "standard"})
            _clients[service, region] = boto3.client(service, region_name=region, config=config)
        return _clients[service, region]


def sequential(tasks: Iterable[Callable[[], Any]]) -> list[Any]:
    return [task() for task in tasks]


def threads(tasks: Iterable[Callable[[], Any]]) -> list[Any]:
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(lambda task: task(), tasks))


def _regions() -> list[str]:
    return [region["RegionName"] for region in _client("ec2", HOME).describe_regions()["Regions"]]


def _pages(service: str, region: str, operation: str, key: str, **parameters: Any) -> list[Any]:
    client = _client(service, region)
    if not client.can_paginate(operation):
        return getattr(client, operation)(**parameters)[key]
    return [item for page in client.get_paginator(operation).paginate(**parameters) for item in page.get(key, [])]


TAGGED = {"ResourceTypeFilters": ["s3", "lambda:function"], "ResourcesPerPage": 100}
LISTINGS = [
    ("ec2", "describe_instances", "Reservations", {"MaxResults": 1000}),
    ("ec2", "describe_volumes", "Volumes", {"MaxResults": 500}),
    ("ec2", "describe_addresses", "Addresses", {}),
    ("rds", "describe_db_instances", "DBInstances", {}),
    ("lambda", "list_functions", "Functions", {}),
    ("resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList", TAGGED),
]


def resources(run: Run) -> int:
    def listing(region: str, service: str, operation: str, key: str, parameters: dict[str, Any]) -> Callable[[], list[Any]]:
        return lambda: _pages(service, region, operation, key, **parameters)

    tasks = [listing(region, *rest) for region in _regions() for rest in LISTINGS]
    tasks.append(lambda: _client("s3", HOME).list_buckets(MaxBuckets=10000)["Buckets"])
    return sum(len(found) for found in run(tasks))


def _statistics(client: Any, instance: str, metric: str, hours: int, period: int) -> list[Any]:
    end = datetime.now(timezone.utc)
    return client.get_metric_statistics(
        Namespace="AWS/EC2",
        MetricName=metric,
        Dimensions=[{"Name": "InstanceId", "Value": instance}],
        StartTime=end - timedelta(hours=hours),
        EndTime=end,
        Period=period,
        Statistics=["Average", "Maximum"],
    )["Datapoints"]


METRICS = ["CPUUtilization", "NetworkIn", "NetworkOut", "StatusCheckFailed"]


def metrics(run: Run, ids: int, names: int) -> int:
    client = _client("cloudwatch", HOME)
    tasks = [
        lambda n=n, m=m: _statistics(client, f"i-{n:017x}", METRICS[m % 4], 3, 3600) for n in range(ids) for m in range(names)
    ]
    return sum(len(found) for found in run(tasks))


def bottlenecks(run: Run) -> int:
    def of_region(region: str) -> list[tuple[str, str]]:
        found = _pages("ec2", region, "describe_instances", "Reservations", MaxResults=1000)
        return [(region, instance["InstanceId"]) for reservation in found for instance in reservation["Instances"]]

    instances = [pair for pairs in run([lambda r=r: of_region(r) for r in _regions()]) for pair in pairs]
    tasks = [lambda r=r, i=i: _statistics(_client("cloudwatch", r), i, "CPUUtilization", 24, 3600) for r, i in instances]
    return sum(1 for found in run(tasks) if found and max(point["Maximum"] for point in found) > 80)


def costs(run: Run, days: int) -> int:
    client, token, rows = _client("ce", HOME), {}, 0
    end = datetime.now(timezone.utc).date()
    while True:
        page = client.get_cost_and_usage(
            TimePeriod={"Start": str(end - timedelta(days=days)), "End": str(end)},
            Granularity="DAILY",
            Metrics=["UnblendedCost"],
            GroupBy=[{"Type": "DIMENSION", "Key": "SERVICE"}, {"Type": "DIMENSION", "Key": "REGION"}],
            **token,
        )
        rows += sum(len(period["Groups"]) for period in page["ResultsByTime"])
        if "NextPageToken" not in page:
            return rows
        token = {"NextPageToken": page["NextPageToken"]}


def main() -> None:
    question, way, *rest = sys.argv[1:]
    run = {"sequential": sequential, "threads": threads}[way]
    ask = {"resources": resources, "metrics": metrics, "bottlenecks": bottlenecks, "costs": costs}[question]
    numbers = [int(number) for number in rest]
    ask(run, *numbers)
    # Reading the request counts of the simulated AWS resets them.
    aws = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    aws.open(f"{os.environ['AWS_ENDPOINT_URL']}/_asked", timeout=10).close()
    started = time.monotonic()
    found = ask(run, *numbers)
    print(json.dumps({"ms": round((time.monotonic() - started) * 1000, 1), "found": found}))


if __name__ == "__main__":
    assert "AWS_ENDPOINT_URL" in os.environ, "this is for the simulated AWS only"
    main()
