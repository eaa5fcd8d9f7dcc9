"""Hostile input: it is rejected with the name of the parameter, without a call to AWS."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from emulator.ministack import ROOT, Emulator
from emulator.stack import Stack

from . import clients
from .bad_day import Endpoint

CORPUS = [json.loads(line) for line in (ROOT / "tests" / "hostile" / "corpus" / "parameters.txt").read_text().splitlines()]

#: Parameters that make the rest of a request valid, by route.
ROUTES = {
    "/resources": {"limit": "1"},
    "/metrics": {"resource_type": "rds", "resource_ids": "orders", "region": "us-east-1"},
    "/metrics by filters": {"limit": "1"},
    "/costs": {},
    "/bottlenecks": {"limit": "1"},
    "/accounts": {},
}

#: Invalid values, by route and parameter.
REFUSED = [
    ("/resources", "types", "vm"), ("/resources", "types", "ec2,"), ("/resources", "types", "EC2"),
    ("/resources", "regions", "mars"), ("/resources", "regions", "../../etc/passwd"), ("/resources", "regions", "us-east-1\0"),
    ("/resources", "tags", "!env:prod"), ("/resources", "tags", "!"), ("/resources", "tags", "env\\"),
    ("/resources", "tags", "\\\0"), ("/resources", "tags", ":" * 4000),
    ("/resources", "states", "nonsense"), ("/resources", "limit", "-1"), ("/resources", "limit", "9" * 400),
    ("/resources", "cursor", "W10"), ("/resources", "cursor", "W" * 6000), ("/resources", "<script>", "1"),
    ("/resources", "\r\nSet-Cookie: x", "1"), ("/resources", "n" * 6000, "1"),
    ("/metrics", "resource_ids", ",".join(f"db-{n}" for n in range(501))), ("/metrics", "resource_ids", "<img src=x>"),
    ("/metrics", "resource_ids", "a\r\nb"), ("/metrics", "resource_ids", "a\u202eb"), ("/metrics", "hours", "0"),
    ("/metrics", "hours", "1e3"), ("/metrics", "hours", "18446744073709551616"), ("/metrics", "period", "61"),
    ("/metrics", "statistics", "p101"), ("/metrics", "metrics", "memory"), ("/metrics", "resource_type", "vm"),
    ("/metrics", "exists", "TRUE"), ("/metrics", "max_cost_usd", "1e1"), ("/metrics", "max_cost_usd", "-0.1"),
    ("/metrics", "max_cost_usd", "100.0001"), ("/metrics by filters", "sort", "cpu"), ("/metrics by filters", "sort", ":" * 6000),
    ("/metrics by filters", "sort", "cpu:Maximum:\u202easc"), ("/metrics by filters", "sort", "<script>:Maximum"),
    ("/metrics by filters", "limit", "501"), ("/metrics by filters", "types", "eip"), ("/metrics by filters", "metrics", "temperature"),
    ("/metrics by filters", "tags", "!!x"), ("/metrics by filters", "states", "nonsense"),
    ("/metrics by filters", "max_cost_usd", "\u0661"), ("/metrics by filters", "resource_type", "ec2"),
    ("/bottlenecks", "max_cost_usd", "0"), ("/bottlenecks", "max_cost_usd", "NaN"),
    ("/costs", "start", "2026-02-30"), ("/costs", "start", "2026-13-01"), ("/costs", "start", "0000-01-01"),
    ("/costs", "start", "1000-01-01"), ("/costs", "days", "-1"), ("/costs", "days", "NaN"),
    ("/costs", "services", "\\x"), ("/costs", "services", "a\0b"), ("/costs", "services", "s" * 1_025),
    ("/costs", "regions", "us-east-1\n"), ("/costs", "regions", "../../etc/passwd"), ("/costs", "accounts", "\u0661" * 12),
    ("/costs", "accounts", ",".join(f"{n:012}" for n in range(101))), ("/costs", "usage_types", "a\r\nb"),
    ("/costs", "tags", "team:"), ("/costs", "tags", "a:b:c"), ("/costs", "tags", ",".join(f"k{n}" for n in range(21))),
    ("/costs", "group_by", "service,account,region"), ("/costs", "granularity", "WEEKLY"), ("/costs", "metric", "free"),
    ("/bottlenecks", "cpu_high", "101"), ("/bottlenecks", "cpu_high", "1e400"), ("/bottlenecks", "cpu_low", "\u0661"),
    ("/bottlenecks", "hours", "10921"), ("/bottlenecks", "types", "s3"), ("/bottlenecks", "thresholds", "ec2_idle.cpu:1e1"),
    ("/bottlenecks", "thresholds", "ec2_idle.cpu:5,ec2_idle.cpu:5"), ("/bottlenecks", "thresholds", "../../etc/passwd:1"),
    ("/bottlenecks", "thresholds", ",".join(["rds_swap:1"] * 500)), ("/bottlenecks", "thresholds", "rds_swap:" + "9" * 400),
    ("/accounts", "limit", "1"), ("/accounts", "account", "../../etc/passwd"), ("/accounts", "<script>", "1"),
]  # fmt: skip

#: Invalid encodings: lone percent signs, bytes that are not UTF-8, overlong and truncated sequences.
ENCODINGS = ["%", "%zz", "%FF%FE", "%C0%AF", "%ED%A0%80", "%E2%82", "%00", "+", "%25%30%30"]


def _query(route: str, name: str, value: str) -> str:
    rest = {key: kept for key, kept in ROUTES[route].items() if key != name}
    # /costs requires start and end together.
    rest |= {"end": "2026-11-20"} if name == "start" else {}
    return "&".join(f"{quote(key, safe='')}={text}" for key, text in ({name: value} | rest).items())


def _refused(deployed: Stack, path: str) -> str:
    """Returns the parameter that the error names."""
    status, _, body = deployed.get(path)
    answer = json.loads(body)
    assert (status, answer["success"], answer["error"]["code"]) == (400, False, "InvalidParameter"), (path[:200], answer)
    text = answer["error"]["message"]
    assert len(text) <= 1000 and text.isprintable(), text
    return answer["error"]["parameter"]


@pytest.mark.parametrize(("route", "name", "value"), REFUSED, ids=lambda part: part[:20].encode("unicode_escape").decode())
def test_a_wrong_value_is_refused_without_calling_aws(deployed: Stack, endpoint: Endpoint, route: str, name: str, value: str) -> None:
    before = len(endpoint.requests)
    named = _refused(deployed, f"{route.split()[0]}?{_query(route, name, quote(value, safe=''))}")
    assert len(endpoint.requests) == before
    if name.isidentifier() and len(name) < 64:
        assert named == name


@pytest.mark.parametrize("value", ENCODINGS)
def test_odd_encodings_are_refused(deployed: Stack, endpoint: Endpoint, value: str) -> None:
    before = len(endpoint.requests)
    assert _refused(deployed, f"/metrics?{_query('/metrics', 'resource_ids', value)}") == "resource_ids"
    assert len(endpoint.requests) == before


def test_every_value_of_the_corpus_is_answered_or_refused(deployed: Stack, emulator: Emulator) -> None:
    """Sends each value as a region's name, which few are, and as a parameter's name, which none is."""
    with clients.with_quota(emulator, deployed, quota=10_000) as headers:
        for value in CORPUS:
            text = quote(value[:6000], safe="")
            status, _, body = deployed.get(f"/resources?types=eip&regions={text}", headers=headers)
            assert status in (200, 400) and json.loads(body)["success"] == (status == 200), value[:100]
            if value and value not in ("types", "limit", "cursor"):
                assert deployed.get(f"/resources?{text}=1", headers=headers)[0] == 400, value[:100]


def test_five_hundred_ids_are_accepted(deployed: Stack) -> None:
    ids = ",".join(f"db-{n}" for n in range(500))
    status, _, body = deployed.get(f"/metrics?resource_type=rds&region=us-east-1&hours=1&metrics=cpu&resource_ids={ids}")
    assert (status, len(json.loads(body)["data"])) == (200, 500)
