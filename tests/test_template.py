"""What SAM makes of template.yaml: the properties that no emulator shows."""

from __future__ import annotations

import re
from typing import Any

import boto3
import pytest
from emulator.ministack import ROOT
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

#: Values other than the defaults, so that a limit written into the template shows.
PARAMETERS = {"RateLimit": 7, "BurstLimit": 8, "QuotaLimit": 9, "AuthorizerCacheSeconds": 11}

CORS_HEADERS = {
    "gatewayresponse.header.Access-Control-Allow-Headers": "'authorization,x-api-key'",
    "gatewayresponse.header.Access-Control-Allow-Methods": "'GET,OPTIONS'",
    "gatewayresponse.header.Access-Control-Allow-Origin": {"Fn::Sub": "'${AllowOrigin}'"},
}


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    """The translated template's resources, as for us-east-1."""
    template = yaml_parse((ROOT / "template.yaml").read_text())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    session = boto3.Session(region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    policies = {"AWSLambdaBasicExecutionRole": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}
    return Translator(policies, Parser(), boto_session=session).translate(template, PARAMETERS)["Resources"]


def _of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: r["Properties"] for name, r in resources.items() if r["Type"] == kind}


@pytest.fixture(scope="module")
def api(resources: dict[str, Any]) -> dict[str, Any]:
    (properties,) = _of_type(resources, "AWS::ApiGateway::RestApi").values()
    return properties


def test_every_route_needs_a_key_and_a_token_and_its_preflight_needs_nothing(api: dict[str, Any]) -> None:
    routes = {(path, verb): op for path, verbs in api["Body"]["paths"].items() for verb, op in verbs.items()}
    assert {path for path, _ in routes} == {"/resources", "/metrics", "/costs", "/bottlenecks"}
    for (path, verb), operation in routes.items():
        security = [name for entry in operation.get("security", []) for name in entry]
        assert security == ([] if verb == "options" else ["Token", "api_key"]), (path, verb)
    assert api["Body"]["components"]["securitySchemes"]["api_key"]["in"] == "header"


def test_tokens_go_to_the_authorizer_and_what_can_be_none_does_not(api: dict[str, Any]) -> None:
    scheme = api["Body"]["components"]["securitySchemes"]["Token"]
    assert (scheme["name"], scheme["in"]) == ("Authorization", "header")
    authorizer = scheme["x-amazon-apigateway-authorizer"]
    assert (authorizer["type"], authorizer["authorizerResultTtlInSeconds"]) == ("token", 11)
    expression = re.compile(authorizer["identityValidationExpression"])
    for token in ("Bearer " + "a" * 32, "bearer " + "x.y-z_~+/=" * 800):
        assert expression.search(token), token
    for token in ("", "Bearer", "Bearer short", "Basic " + "a" * 40, "Bearer " + "a b" * 20, "Bearer " + "a" * 8001):
        assert not expression.search(token), token


def test_preflight_answers_with_the_cors_headers(api: dict[str, Any]) -> None:
    for path in api["Body"]["paths"].values():
        preflight = path["options"]["x-amazon-apigateway-integration"]
        assert preflight["responses"]["default"]["responseParameters"] == {
            "method.response.header.Access-Control-Allow-Headers": "'authorization,x-api-key'",
            "method.response.header.Access-Control-Allow-Methods": "'GET,OPTIONS'",
            "method.response.header.Access-Control-Allow-Origin": {"Fn::Sub": "'${AllowOrigin}'"},
            "method.response.header.Access-Control-Max-Age": "'600'",
        }


def test_every_error_of_the_gateway_has_the_cors_headers(api: dict[str, Any]) -> None:
    responses = api["Body"]["x-amazon-apigateway-gateway-responses"]
    assert set(responses) == {
        "DEFAULT_4XX", "DEFAULT_5XX", "UNAUTHORIZED", "ACCESS_DENIED", "THROTTLED", "QUOTA_EXCEEDED", "REQUEST_TOO_LARGE",
    }  # fmt: skip
    assert all(response["responseParameters"] == CORS_HEADERS for response in responses.values())


def test_answers_over_1024_bytes_are_compressed(api: dict[str, Any]) -> None:
    assert api["MinimumCompressionSize"] == 1024
    assert "BinaryMediaTypes" not in api


def test_the_usage_plan_takes_its_limits_from_the_parameters(resources: dict[str, Any]) -> None:
    (plan,) = _of_type(resources, "AWS::ApiGateway::UsagePlan").values()
    assert plan["Throttle"] == {"RateLimit": 7, "BurstLimit": 8}
    assert plan["Quota"] == {"Limit": 9, "Period": "MONTH"}


def test_there_is_one_stage(resources: dict[str, Any]) -> None:
    assert [stage["StageName"] for stage in _of_type(resources, "AWS::ApiGateway::Stage").values()] == [{"Ref": "StageName"}]


def test_functions_run_for_less_than_the_gateway_waits(resources: dict[str, Any]) -> None:
    functions = _of_type(resources, "AWS::Lambda::Function")
    assert set(functions) == {
        "AuthorizerFunction", "ResourcesFunction", "MetricsFunction", "CostsFunction", "BottlenecksFunction",
    }  # fmt: skip
    for function in functions.values():
        assert function["Timeout"] < 29
        assert function["Architectures"] == [{"Ref": "Architecture"}]
        assert function["LoggingConfig"]["LogFormat"] == "JSON"
        assert function["TracingConfig"] == {"Mode": "Active"}


def test_roles_have_only_the_managed_policies_for_logs_and_tracing(resources: dict[str, Any]) -> None:
    allowed = {"AWSLambdaBasicExecutionRole", "AWSXRayDaemonWriteAccess", "AWSXrayWriteOnlyAccess"}
    roles = _of_type(resources, "AWS::IAM::Role")
    assert roles
    for role in roles.values():
        names = {arn.rsplit("/", 1)[-1] for arn in role["ManagedPolicyArns"]}
        assert names <= allowed
        actions = [a for p in role["Policies"] for s in p["PolicyDocument"]["Statement"] for a in s["Action"]]
        assert actions
        assert not [action for action in actions if "*" in action]
