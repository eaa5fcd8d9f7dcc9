"""Every type on the deployed stack, beside what boto3 lists of it."""

from __future__ import annotations

import functools
from typing import Any

import pytest
from emulator.ministack import Emulator
from emulator.stack import Stack

from .api import ask
from .listings import LISTINGS, answered, listed, whole


@pytest.fixture(scope="module")
def found(deployed: Stack) -> dict[str, list[dict[str, Any]]]:
    return whole(functools.partial(ask, deployed, "/resources"))


def test_every_type_is_compared(found: dict[str, list[dict[str, Any]]]) -> None:
    assert set(LISTINGS) == set(found)


@pytest.mark.parametrize("kind", LISTINGS)
def test_a_type_has_what_boto3_lists_and_nothing_twice(kind: str, found: dict[str, list[dict[str, Any]]], emulator: Emulator) -> None:
    regions = [region["RegionName"] for region in emulator.client("ec2").describe_regions()["Regions"]]
    expected = listed(kind, emulator.client, regions)
    assert set(expected.values()) == {1}
    assert answered(kind, found[kind]) == expected
