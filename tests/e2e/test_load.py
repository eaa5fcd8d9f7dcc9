"""Many callers at once: what they share is AWS's patience, and each gets a whole response while time is left."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from emulator.stack import Stack

CALLERS = 30
#: All types and regions by name, so that a new one does not change the load. Of the regions, those that the demo account
#: uses: with all, one emulator needs longer for thirty callers than a response may take, on a slow machine.
PATH = "/resources?types=ec2,rds,s3,lambda,ebs,eip&regions=us-east-1,us-west-2,eu-west-1,eu-central-1,ap-southeast-2"


def _gaps(response: dict[str, Any]) -> list[dict[str, Any]]:
    return response["meta"]["gaps"] if response["success"] else response["error"]["gaps"]


def _requests(response: dict[str, Any]) -> dict[str, int]:
    """Returns the requests by operation, without the one that only the first response of a function has."""
    counted = response["meta"]["aws_requests"]["by_operation"]
    return {operation: count for operation, count in counted.items() if operation != "sts:GetCallerIdentity"}


@pytest.mark.alone
def test_thirty_callers_at_once_get_thirty_whole_responses(deployed: Stack) -> None:
    status, _, text = deployed.get(PATH)
    alone = json.loads(text)
    assert (status, alone["meta"]["partial"]) == (200, False)
    # Each has another limit, so that no cache has the response.
    paths = [f"{PATH}&limit={1_000 + caller}" for caller in range(CALLERS)]
    with ThreadPoolExecutor(CALLERS) as callers:
        responses = list(callers.map(deployed.get, paths))
    whole = [(status, json.loads(text)) for status, _, text in responses]
    lost = Counter(gap["code"] for _, response in whole for gap in _gaps(response))
    assert ([status for status, _ in whole], lost) == ([200] * CALLERS, {})
    for _, response in whole:
        assert response["data"]["counts"] == alone["data"]["counts"]
        # Nothing was requested twice.
        assert _requests(response) == _requests(alone)
