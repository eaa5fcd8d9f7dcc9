"""What the code calls, and what the roles permit: docs/permissions.md is written from the code, and held here to both ways."""

from __future__ import annotations

from typing import Any

import documents
import pytest
import translation
from emulator.ministack import ROOT
from samcli.yamlhelper import yaml_parse

#: The routes of each function, in the template.
ROUTES = {
    "ResourcesFunction": ["/resources", "/accounts"],
    "MetricsFunction": ["/metrics"],
    "CostsFunction": ["/costs"],
    "BottlenecksFunction": ["/bottlenecks"],
}

#: What a function reads of the stack's own, in the home account alone: the table of its actions, and the resources.
OF_STACK = {"BottlenecksFunction": ("exceptions", ["exceptions", "exceptions/*"])}

#: The functions that read AWS's price list, with their own roles alone.
WITH_PRICES = ["ResourcesFunction", "BottlenecksFunction"]

#: The route that reads the home account alone.
ONLY_HOME = "/accounts"

#: What enters other accounts. It is of no operation that answers a question, and holds for the reader roles alone.
ASSUMES = {"sts:AssumeRole", "sts:SetSourceIdentity"}


def _statements(role: dict[str, Any]) -> list[dict[str, Any]]:
    statements = [s for policy in role["Policies"] for s in policy["PolicyDocument"]["Statement"]]
    return [s.get("Fn::If", [None, s])[1] for s in statements]


def _actions(statement: dict[str, Any]) -> set[str]:
    actions = statement["Action"]
    return {actions} if isinstance(actions, str) else set(actions)


@pytest.mark.parametrize("function", ROUTES)
def test_a_role_permits_what_its_function_calls_and_nothing_else(function: str) -> None:
    role = translation.resources({})[f"{function}Role"]["Properties"]
    *lists, assumes = _statements(role)
    if function in OF_STACK:
        *lists, own = lists
        table, paths = OF_STACK[function]
        parameter = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/${AWS::StackName}"
        assert own["Resource"] == [{"Fn::Sub": f"{parameter}/{path}"} for path in paths]
        assert _actions(own) == documents.actions(table)
    if function in WITH_PRICES:
        *lists, prices = lists
        assert (prices["Resource"], _actions(prices)) == ("*", documents.actions("prices"))
    # One statement for each route.
    assert [(s["Resource"], _actions(s)) for s in lists] == [("*", documents.actions(route)) for route in ROUTES[function]]
    assert _actions(assumes) == ASSUMES
    assert assumes["Resource"] == {"Fn::Sub": "arn:${AWS::Partition}:iam::*:role/${ReaderRoleName}"}


def test_the_reader_role_permits_what_all_functions_call_and_nothing_else() -> None:
    template = yaml_parse((ROOT / "docs" / "reader-role.yaml").read_text())
    (statement,) = _statements(template["Resources"]["Reader"]["Properties"])
    of_accounts = [route for routes in ROUTES.values() for route in routes if route != ONLY_HOME]
    assert (statement["Resource"], _actions(statement)) == ("*", set().union(*map(documents.actions, of_accounts)))
