"""The stage cache, as far as it can be tested on an emulator without one."""

from __future__ import annotations

import pytest
import translation
from emulator.stack import Stack

from .api import call


@pytest.mark.parametrize("prefix", ["", "/accounts/{account}"])
@pytest.mark.parametrize("route", ["/resources", "/metrics", "/costs", "/bottlenecks"])
def test_every_parameter_that_a_function_reads_is_a_cache_key_of_its_route(deployed: Stack, prefix: str, route: str) -> None:
    """Compares the parameters that the function reports with those that the translated template declares."""
    status, body = call(deployed, prefix.format(account=deployed.other_account) + route, nonsense=1)
    assert status == 400
    read = body["error"]["message"].removeprefix("unknown parameter; allowed: ").split(", ")
    (api,) = [r for r in translation.resources({}).values() if r["Type"] == "AWS::ApiGateway::RestApi"]
    method = api["Properties"]["Body"]["paths"][prefix + route]["get"]
    keys = method["x-amazon-apigateway-integration"]["cacheKeyParameters"]
    in_path = ["method.request.path.account"] if prefix else []
    assert sorted(keys) == sorted([f"method.request.querystring.{name}" for name in read] + in_path)
    declared = [parameter["name"] for parameter in method["parameters"] if parameter["in"] == "query"]
    assert sorted(declared) == sorted(read)
