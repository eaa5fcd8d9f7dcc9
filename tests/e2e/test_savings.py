"""What findings save, by the price list's figures: by hand, in sums, in order, and where the price list fails."""

from __future__ import annotations

import collections
import csv
import io
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from emulator.ministack import ACCOUNT, Emulator
from emulator.pricing import PriceList
from emulator.stack import Stack

from . import bad_day, iam
from .api import Json, ask, call, gaps
from .bad_day import Endpoint

FUNCTION = "BottlenecksFunction"
GET_PRODUCTS = "pricing:GetProducts"
CENT, MICRO = Decimal("0.01"), Decimal("0.000001")
#: A region in which only this file has resources.
ELSEWHERE = "us-east-2"


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT if abs(amount) >= CENT else MICRO, ROUND_HALF_UP)


def _of_part(part: Json) -> Decimal:
    hours = 730 if part["unit"].endswith(("Hrs", "Hours")) else 1
    return _rounded(Decimal(part["unit_price"]) * Decimal(part["quantity"]) * hours)


def _with_figure(findings: list[Json]) -> list[Json]:
    return [finding for finding in findings if "savings" in finding]


def _key(finding: Json) -> tuple[str, str, str]:
    resource = finding["resource"]
    return resource["resource_type"], resource["region"], resource["id"]


@pytest.fixture(scope="module")
def whole(deployed: Stack) -> Json:
    return ask(deployed, "/bottlenecks")


@pytest.fixture(scope="module")
def volumes(emulator: Emulator) -> Iterator[dict[str, str]]:
    """Volumes that are attached to nothing, by name."""
    ec2 = emulator.client("ec2", "us-east-1")
    kinds: dict[str, dict[str, Any]] = {
        "a thousand": {"Size": 1000, "VolumeType": "gp3"},
        "fast": {"Size": 100, "VolumeType": "gp3", "Iops": 4000, "Throughput": 250},
        "provisioned": {"Size": 100, "VolumeType": "io2", "Iops": 40_000},
    }
    created = {name: ec2.create_volume(AvailabilityZone="us-east-1a", **of)["VolumeId"] for name, of in kinds.items()}
    yield created
    for volume in created.values():
        ec2.delete_volume(VolumeId=volume)


def _savings(deployed: Stack, id: str, rule: str = "ebs_unattached", **parameters: Any) -> Json:
    """Returns the finding of a resource."""
    body = ask(deployed, "/bottlenecks", regions="us-east-1", types="ebs", **parameters)
    (found,) = [f for f in body["data"]["findings"] if f["resource"]["id"] == id and f["rule"] == rule]
    return found


def test_a_thousand_gigabytes_of_gp3_are_80_dollars(deployed: Stack, volumes: dict[str, str], prices: PriceList) -> None:
    saved = _savings(deployed, volumes["a thousand"])["savings"]
    (product,) = prices.matching("AmazonEC2", regionCode="us-east-1", volumeApiName="gp3", productFamily="Storage")
    expected = {
        "monthly_usd": "80.00", "basis": "on_demand_list", "bound": "upper",
        "unit_price": "0.08", "unit": "GB-Mo", "quantity": "1000", "sku": product["product"]["sku"], "region": "us-east-1",
        "covered_by_commitment": None, "not_included": [],
    }  # fmt: skip
    assert {key: saved.get(key) for key in expected} == expected


def test_iops_and_throughput_beyond_what_is_included_are_parts(deployed: Stack, volumes: dict[str, str]) -> None:
    saved = _savings(deployed, volumes["fast"])["savings"]
    # 100 × $0.08, 1,000 IOPS × $0.005, and 125 MiB/s × $0.04.
    assert {part["part"]: part["monthly_usd"] for part in saved["parts"]} == {"storage": "8.00", "iops": "5.00", "throughput": "5.00"}
    assert saved["monthly_usd"] == "18.00"
    saved = _savings(deployed, volumes["provisioned"])["savings"]
    # 100 × $0.125, 32,000 × $0.065, and 8,000 × $0.0455.
    assert [part["monthly_usd"] for part in saved["parts"]] == ["12.50", "2080.00", "364.00"]
    assert saved["monthly_usd"] == "2456.50"


#: What a finding of the demo account saves, by rule and name: dollars a month, how much of it the list bills at which price,
#: and the same of what is recommended instead. The name of a volume of an instance that has none is empty.
BY_HAND: dict[tuple[str, str], tuple[str, list[tuple[str, str]], list[tuple[str, str]]]] = {
    # m5.large in Ireland, 730 hours.
    ("ec2_idle", "shop-2"): ("78.11", [("1", "0.107")], []),
    # t3.large and t3.medium.
    ("ec2_underutilized", "web-1"): ("30.37", [("1", "0.0832")], [("1", "0.0416")]),
    ("ebs_idle", "batch-scratch"): ("16.00", [("200", "0.08")], []),
    ("ebs_stopped_instance", ""): ("0.64", [("8", "0.08")], []),
    # gp2 and gp3, with 3 MiB/s more than gp3 includes.
    ("ebs_outdated_type", "old-data"): ("1.88", [("100", "0.10")], [("100", "0.08"), ("0.00293", "40.96")]),
    # st1 in Frankfurt, and io1 in Ireland with 1,000 IOPS.
    ("ebs_unattached", "lake-scratch"): ("27.00", [("500", "0.054")], []),
    ("ebs_unattached", "migration-copy"): ("99.60", [("200", "0.138"), ("1000", "0.072")], []),
    ("ebs_snapshot_old", "old-data-yearly"): ("5.00", [("100", "0.05")], []),
    ("ebs_snapshot_orphaned", "orders-before-upgrade"): ("0.40", [("8", "0.05")], []),
    ("eip_unassociated", "unused"): ("3.65", [("1", "0.005")], []),
    ("nat_gateway_idle", "out-b"): ("32.85", [("1", "0.045")], []),
    ("load_balancer_idle", "ingest"): ("19.71", [("1", "0.027")], []),
    ("load_balancer_no_targets", "old-promo"): ("16.43", [("1", "0.0225")], []),
    ("vpc_endpoint_idle", "streams"): ("7.30", [("1", "0.01")], []),
    # db.t3.medium with PostgreSQL: 730 × $0.072 + 20 × $0.115.
    ("rds_no_connections", "orders-test"): ("54.86", [("1", "0.072"), ("20", "0.115")], []),
    ("rds_snapshot_orphaned", "shop-v1-last"): ("1.90", [("20", "0.095")], []),
    # 5 units of reads and 5 of writes in Ireland; it stores nothing.
    ("dynamodb_unused", "shop-coupons"): ("3.22", [("0", "0.283"), ("5", "0.000147"), ("5", "0.000735")], []),
    ("elasticache_idle", "old-cache"): ("12.41", [("1", "0.017")], []),
    ("efs_idle", "shop-exports"): ("13.20", [("40", "0.33")], []),
    ("redshift_no_connections", "old-reports"): ("396.39", [("1", "0.543")], []),
}

#: Why a finding about money has no figure, by rule.
WITHOUT_FIGURE = {
    "ami_unused": "billed_elsewhere",
    "ec2_stopped_long": "billed_elsewhere",
    "ecs_service_idle": "billed_elsewhere",
    "log_group_no_retention": "no_replacement",
}


@pytest.fixture(scope="module")
def easily_found(deployed: Stack) -> Json:
    """Every rule about money has a finding by these thresholds: the demo account's metrics are two weeks old."""
    shorter = "dynamodb_unused.days:12,efs_idle.days:12"
    return ask(deployed, "/bottlenecks", categories="cost_optimizing", thresholds=shorter, cpu_low="80", cpu_high="100")


def test_the_figures_of_every_rule_are_those_by_hand(easily_found: Json) -> None:
    def parts(saved: Json, of: str) -> list[tuple[str, str]]:
        return [(part["quantity"], part["unit_price"]) for part in saved.get(of, [saved] if of == "parts" else [])]

    found = {(f["rule"], f["resource"]["name"] or ""): f["savings"] for f in _with_figure(easily_found["data"]["findings"])}
    figures = {key: (found[key]["monthly_usd"], parts(found[key], "parts"), parts(found[key], "instead")) for key in BY_HAND}
    assert figures == BY_HAND
    own = {name for name in easily_found["data"]["rules"] if not name.startswith("aws_")}
    assert own == {rule for rule, _ in BY_HAND} | WITHOUT_FIGURE.keys()
    reasons = {f["rule"]: f["savings_unknown"]["reason"] for f in easily_found["data"]["findings"] if "savings_unknown" in f}
    assert {rule: reasons.get(rule) for rule in WITHOUT_FIGURE} == WITHOUT_FIGURE


def test_each_saving_is_what_its_evidence_comes_to(whole: Json) -> None:
    found = _with_figure(whole["data"]["findings"])
    assert len(found) > 20
    for finding in found:
        saved = finding["savings"]
        if saved["basis"].startswith("aws_"):
            continue
        if "parts" in saved:
            parts, instead = saved["parts"], saved.get("instead", [])
            assert [Decimal(part["monthly_usd"]) for part in parts + instead] == [_of_part(part) for part in parts + instead]
            expected = sum(map(_of_part, parts), Decimal()) - sum(map(_of_part, instead), Decimal())
        else:
            expected = _of_part(saved)
        assert Decimal(saved["monthly_usd"]) == expected > 0, finding


def test_the_sum_is_the_largest_saving_of_each_resource(whole: Json) -> None:
    largest: dict[tuple[str, str, str], Decimal] = {}
    for finding in _with_figure(whole["data"]["findings"]):
        key, usd = _key(finding), Decimal(finding["savings"]["monthly_usd"])
        largest[key] = max(largest.get(key, usd), usd)
    sums = whole["data"]["summary"]["savings"]
    assert Decimal(sums["monthly_usd"]) == sum(largest.values())
    assert sums["resources"] == len(largest)
    assert sums["findings"] == len(_with_figure(whole["data"]["findings"])) > len(largest)
    unknown = [finding for finding in whole["data"]["findings"] if "savings_unknown" in finding]
    assert sums["unknown"] == len(unknown)
    assert sums["unknown_by_reason"] == collections.Counter(f["savings_unknown"]["reason"] for f in unknown)
    for by, position in (("by_type", 0), ("by_region", 1)):
        of: dict[str, Decimal] = collections.defaultdict(Decimal)
        for key, usd in largest.items():
            of[key[position]] += usd
        assert {name: Decimal(usd) for name, usd in sums[by].items()} == of
    assert {by: Decimal(usd) for by, usd in sums["by_account"].items()} == {ACCOUNT: sum(largest.values())}
    counted = [finding for finding in whole["data"]["findings"] if finding.get("savings_counted")]
    assert {_key(finding): Decimal(finding["savings"]["monthly_usd"]) for finding in counted} == largest
    of_rules: dict[str, Decimal] = collections.defaultdict(Decimal)
    for finding in counted:
        of_rules[finding["rule"]] += Decimal(finding["savings"]["monthly_usd"])
    assert {rule: Decimal(usd) for rule, usd in sums["by_rule"].items()} == of_rules


def test_only_findings_about_money_have_a_saving_and_each_has_it_or_a_reason(whole: Json) -> None:
    for finding in whole["data"]["findings"]:
        known, unknown = "savings" in finding, "savings_unknown" in finding
        assert not (known and unknown), finding
        assert (known or unknown) == (finding["category"] == "cost_optimizing"), finding
        assert ("savings_counted" in finding) == known
        assert not unknown or finding["savings_unknown"]["message"]


def test_what_saves_most_comes_first_on_all_pages_together(deployed: Stack) -> None:
    asked = {"regions": "us-east-1,eu-west-1"}
    whole = ask(deployed, "/bottlenecks", **asked)
    found: list[Json] = []
    cursor: dict[str, str] = {}
    while True:
        page = ask(deployed, "/bottlenecks", sort="savings", limit=20, **asked, **cursor)["data"]
        assert page["summary"]["savings"]["monthly_usd"] == whole["data"]["summary"]["savings"]["monthly_usd"]
        found += page["findings"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert len(found) > 20
    usd = [Decimal(f["savings"]["monthly_usd"]) if "savings" in f else Decimal() for f in found]
    assert usd == sorted(usd, reverse=True)
    assert len({(f["rule"], *_key(f)) for f in found}) == len(found) == whole["data"]["summary"]["findings"]


def test_without_savings_no_price_is_asked_for(deployed: Stack, prices: PriceList) -> None:
    before = len(prices.requests)
    body = ask(deployed, "/bottlenecks", savings="none", types="ebs,eip")
    assert len(prices.requests) == before
    assert "savings" not in body["data"]["summary"]
    assert not [f for f in body["data"]["findings"] if {"savings", "savings_unknown", "savings_counted"} & set(f)]
    status, refused = call(deployed, "/bottlenecks", savings="none", sort="savings")
    assert (status, refused["error"]["parameter"]) == (400, "sort")


def test_two_entries_that_match_are_none(deployed: Stack, emulator: Emulator, volumes: dict[str, str], prices: PriceList) -> None:
    (product,) = prices.matching("AmazonEC2", regionCode="us-east-1", volumeApiName="gp3", productFamily="Storage")
    with prices.with_another(product), iam.started_anew(emulator, FUNCTION):
        unknown = _savings(deployed, volumes["a thousand"])["savings_unknown"]
        assert unknown["reason"] == "ambiguous" and product["product"]["sku"] in unknown["message"]
    with prices.without(product), iam.started_anew(emulator, FUNCTION):
        unknown = _savings(deployed, volumes["a thousand"])["savings_unknown"]
        assert unknown["reason"] == "not_listed" and "gp3" in unknown["message"]


def _family(request: Json) -> tuple[str, str]:
    """Returns the offer and the family that a request is about."""
    families = [of["Value"] for of in request["Filters"] if of["Field"] == "productFamily"]
    return request["ServiceCode"], "".join(families)


def test_prices_are_asked_for_once_a_family_and_then_kept(deployed: Stack, emulator: Emulator, prices: PriceList) -> None:
    with iam.started_anew(emulator, FUNCTION):
        before = len(prices.requests)
        body = ask(deployed, "/bottlenecks", types="ebs,eip,ebs_snapshot")
        asked = prices.requests[before:]
        # Volumes, their IOPS, snapshots and addresses of all regions, among others: one request for each.
        families = [_family(request) for _, request in asked]
        assert {("AmazonEC2", "Storage"), ("AmazonEC2", "Storage Snapshot"), ("AmazonVPC", "")} <= set(families)
        assert len(set(families)) == len(asked) == body["meta"]["aws_requests"]["by_operation"][GET_PRODUCTS]
        again = ask(deployed, "/bottlenecks", types="ebs,eip,ebs_snapshot")
        assert GET_PRODUCTS not in again["meta"]["aws_requests"]["by_operation"]
        assert again["data"]["summary"]["savings"] == body["data"]["summary"]["savings"]
    assert body["meta"]["gaps"] == []


def test_without_the_permission_findings_are_whole(deployed: Stack, emulator: Emulator, prices: PriceList) -> None:
    known = ask(deployed, "/bottlenecks", types="ebs", savings="none")["data"]["findings"]
    # The stand-in checks no permissions, so it denies as AWS does.
    prices.fault = (lambda *_: True, "AccessDeniedException", "not authorized to perform: pricing:GetProducts")
    try:
        with iam.started_anew(emulator, FUNCTION):
            body = ask(deployed, "/bottlenecks", types="ebs")
    finally:
        prices.fault = None
    assert [gap[1:4] for gap in gaps(body)] == [("pricing", "GetProducts", "denied")]
    _has_reasons(body, known)


@pytest.mark.parametrize(
    "fault",
    [bad_day.hang, bad_day.error(400, "ThrottlingException"), bad_day.body(b'{"PriceList": [')],
    ids=["hangs", "throttles", "is malformed"],
)
def test_a_price_list_that_fails_leaves_the_findings_whole(deployed: Stack, endpoint: Endpoint, emulator: Emulator, fault: Any) -> None:
    known = ask(deployed, "/bottlenecks", types="ebs", savings="none")["data"]["findings"]
    with iam.started_anew(emulator, FUNCTION, **endpoint.variables()), endpoint.with_fault(fault, service="pricing"):
        body = ask(deployed, "/bottlenecks", types="ebs")
    assert [gap[1:3] for gap in gaps(body)] == [("pricing", "GetProducts")]
    _has_reasons(body, known)


def _has_reasons(body: Json, known: list[Json]) -> None:
    assert body["meta"]["partial"] is True
    found = body["data"]["findings"]
    assert [(f["rule"], *_key(f)) for f in found if f["source"] == "stratoscope"] == [(f["rule"], *_key(f)) for f in known] != []
    reasons = {f["savings_unknown"]["reason"] for f in found if f["category"] == "cost_optimizing"}
    assert reasons == {"price_list_unavailable"}
    code = body["meta"]["gaps"][0]["code"]
    assert all(code in f["savings_unknown"]["message"] for f in found if "savings_unknown" in f)
    assert (body["data"]["summary"]["savings"]["findings"], body["data"]["summary"]["savings"]["monthly_usd"]) == (0, "0.00")


def test_a_table_has_the_savings(deployed: Stack, volumes: dict[str, str]) -> None:
    status, headers, text = deployed.get("/bottlenecks?format=csv&types=ebs&regions=us-east-1&sort=savings")
    assert (status, headers["content-type"].split(";")[0]) == (200, "text/csv")
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(text.decode())) if row["rule"] == "ebs_unattached"}
    row = rows[volumes["a thousand"]]
    assert (row["savings_monthly_usd"], row["savings_unit_price"], row["savings_quantity"], row["savings_counted"]) == ("80.00", "0.08", "1000", "true")
