"""SAM's translation of template.yaml: the properties that no emulator exposes."""

from __future__ import annotations

import json
import re
from typing import Any

import preflight
import pytest
import translation

#: Values other than the defaults, to detect a limit that is hard-coded in the template.
PARAMETERS = {"RateLimit": 7, "BurstLimit": 8, "QuotaLimit": 9, "AuthorizerCacheSeconds": 11}

#: The routes that anyone may call: the page.
PUBLIC = {"/", "/openapi.json", "/assets/{file}"}

CORS_HEADERS = {
    "gatewayresponse.header.Access-Control-Allow-Headers": "'authorization,cache-control,x-api-key'",
    "gatewayresponse.header.Access-Control-Allow-Methods": "'GET,OPTIONS'",
    "gatewayresponse.header.Access-Control-Allow-Origin": {"Fn::Sub": "'${AllowOrigin}'"},
}


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    return translation.resources(PARAMETERS)


def _of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: r["Properties"] for name, r in resources.items() if r["Type"] == kind}


def _when(condition: str, then: Any, otherwise: Any) -> dict[str, Any]:
    return {"Fn::If": [condition, then, otherwise]}


@pytest.fixture(scope="module")
def api(resources: dict[str, Any]) -> dict[str, Any]:
    (properties,) = _of_type(resources, "AWS::ApiGateway::RestApi").values()
    return properties


def test_every_route_needs_a_key_and_a_token_and_its_preflight_needs_nothing(api: dict[str, Any]) -> None:
    routes = {(path, verb): op for path, verbs in api["Body"]["paths"].items() for verb, op in verbs.items()}
    home = {"/resources", "/metrics", "/costs", "/bottlenecks"}
    of_accounts = {"/accounts"} | {f"/accounts/{{account}}{route}" for route in home}
    assert {path for path, _ in routes} == home | of_accounts | {"/health"} | PUBLIC
    for (path, verb), operation in routes.items():
        if path == "/health" or path in PUBLIC:
            continue
        security = [name for entry in operation.get("security", []) for name in entry]
        assert security == ([] if verb == "options" else ["Token", "api_key"]), (path, verb)
    assert api["Body"]["components"]["securitySchemes"]["api_key"]["in"] == "header"


def test_the_page_and_the_description_need_neither_key_nor_token_and_match_no_other_path(api: dict[str, Any]) -> None:
    paths = api["Body"]["paths"]
    for path in PUBLIC:
        assert paths[path]["get"]["security"] == [], path
        assert "PageFunction" in json.dumps(paths[path]["get"]["x-amazon-apigateway-integration"]["uri"])
        assert "cacheKeyParameters" not in paths[path]["get"]["x-amazon-apigateway-integration"]
    assert not [path for path in paths if "+}" in path]
    public = {path for path, verbs in paths.items() if verbs.get("get", {}).get("security") == []}
    assert public == PUBLIC | {"/health"}


def test_without_the_page_the_health_is_all_that_is_public() -> None:
    left = translation.resources(PARAMETERS, {"HasPage": False, "HasPageAlarms": False})
    (properties,) = _of_type(left, "AWS::ApiGateway::RestApi").values()
    paths = properties["Body"]["paths"]
    assert {path for path, verbs in paths.items() if verbs.get("get", {}).get("security") == []} == {"/health"}
    assert "PageFunction" not in json.dumps(left)
    (stage,) = _of_type(left, "AWS::ApiGateway::Stage").values()
    assert not PUBLIC & {s["ResourcePath"].replace("~1", "/").replace("//", "/") for s in stage["MethodSettings"]}


def test_tokens_go_to_the_authorizer_and_anything_else_does_not(api: dict[str, Any]) -> None:
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
            "method.response.header.Access-Control-Allow-Headers": "'authorization,cache-control,x-api-key'",
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


def test_every_error_of_the_gateway_has_a_message(api: dict[str, Any]) -> None:
    """The usual body of ACCESS_DENIED has a `Message` instead."""
    responses = api["Body"]["x-amazon-apigateway-gateway-responses"]
    templates = [response["responseTemplates"] for response in responses.values()]
    assert templates == [{"application/json": '{"message":$context.error.messageString}'}] * len(responses)


def test_answers_over_1024_bytes_are_compressed(api: dict[str, Any]) -> None:
    assert api["MinimumCompressionSize"] == 1024
    assert "BinaryMediaTypes" not in api


def test_the_usage_plan_takes_its_limits_from_the_parameters(resources: dict[str, Any]) -> None:
    (plan,) = _of_type(resources, "AWS::ApiGateway::UsagePlan").values()
    assert plan["Throttle"] == {"RateLimit": 7, "BurstLimit": 8}
    assert plan["Quota"] == {"Limit": 9, "Period": "MONTH"}


@pytest.mark.parametrize("environment", ["default", "dev", "prod"])
def test_each_environment_has_a_quota_for_programs(environment: str) -> None:
    """A script that asks four routes of two accounts every hour sends 5,952 calls in a long month."""
    assert preflight.parameters(environment)["QuotaLimit"] == "100000"


def test_there_is_one_stage(resources: dict[str, Any]) -> None:
    assert [stage["StageName"] for stage in _of_type(resources, "AWS::ApiGateway::Stage").values()] == [{"Ref": "StageName"}]


def test_functions_run_for_less_than_the_gateway_waits(resources: dict[str, Any]) -> None:
    functions = _of_type(resources, "AWS::Lambda::Function")
    assert set(functions) == {
        "AuthorizerFunction", "ResourcesFunction", "MetricsFunction", "CostsFunction", "BottlenecksFunction",
        "PageFunction",
    }  # fmt: skip
    for function in functions.values():
        assert function["Timeout"] < 29
        assert function["Architectures"] == [{"Ref": "Architecture"}]
        assert function["LoggingConfig"]["LogFormat"] == "JSON"
        assert function["TracingConfig"] == {"Mode": "Active"}


def test_each_route_is_cached_and_encrypted(resources: dict[str, Any]) -> None:
    (stage,) = _of_type(resources, "AWS::ApiGateway::Stage").values()
    assert stage["CacheClusterEnabled"] == _when("HasCache", True, False)
    assert stage["CacheClusterSize"] == _when("HasCache", {"Ref": "CacheSize"}, {"Ref": "AWS::NoValue"})
    settings = {(s["ResourcePath"], s["HttpMethod"]): s for s in stage["MethodSettings"]}
    everything = settings.pop(("/*", "*"))
    assert everything["CachingEnabled"] is False
    # ~1 stands for each slash except the first, as in CloudFormation.
    routes = ("resources", "metrics", "costs", "bottlenecks")
    public = [settings.pop((path, "GET")) for path in ("/", "/~1openapi.json", "/~1assets~1{file}")]
    assert [setting["CachingEnabled"] for setting in public] == [False, False, False]
    assert set(settings) == {
        (path, "GET") for route in routes for path in (f"/~1{route}", f"/~1accounts~1{{account}}~1{route}")
    }
    for setting in settings.values():
        assert setting["CachingEnabled"] == _when("HasCache", True, False)
        assert setting["CacheDataEncrypted"] is True
        # These replace the settings for all methods, so they must repeat them.
        for name in set(everything) - {"ResourcePath", "HttpMethod", "CachingEnabled"}:
            assert setting[name] == everything[name], name


def test_the_list_of_accounts_is_never_cached(api: dict[str, Any], resources: dict[str, Any]) -> None:
    """It differs by principal, and the cache would give one principal's list to another."""
    (stage,) = _of_type(resources, "AWS::ApiGateway::Stage").values()
    matching = [s for s in stage["MethodSettings"] if s["ResourcePath"] in ("/*", "/~1accounts")]
    assert [setting["CachingEnabled"] for setting in matching] == [False]
    method = api["Body"]["paths"]["/accounts"]["get"]
    assert "cacheKeyParameters" not in method["x-amazon-apigateway-integration"]
    assert "ResourcesFunction" in json.dumps(method["x-amazon-apigateway-integration"]["uri"])


def test_neither_log_has_a_body_or_a_token(resources: dict[str, Any]) -> None:
    (stage,) = _of_type(resources, "AWS::ApiGateway::Stage").values()
    for setting in stage["MethodSettings"]:
        assert setting["DataTraceEnabled"] is False
        assert setting["LoggingLevel"] == _when("HasApiLogs", "INFO", "OFF")
    _, logged, _ = stage["AccessLogSetting"]["Fn::If"]
    fields = json.loads(logged["Format"])
    assert {"$context.authorizer.principal", "$context.identity.apiKeyId", "$context.responseLatency"} <= set(fields.values())
    # The API key, and text that a caller controls and could forge a log line with.
    assert not set(fields.values()) & {"$context.identity.apiKey", "$context.identity.userAgent", "$context.path"}


def test_what_costs_or_changes_the_account_comes_only_on_request(resources: dict[str, Any]) -> None:
    conditions = {name: r.get("Condition") for name, r in resources.items()}
    assert {name: conditions[name] for name in ("WebAcl", "WebAclAssociation", "AccessLogs", "AlarmTopic")} == {
        "WebAcl": "HasWaf", "WebAclAssociation": "HasWaf", "AccessLogs": "HasApiLogs", "AlarmTopic": "HasAlarmEmail",
    }  # fmt: skip
    assert conditions["ApiLogsRole"] == conditions["ApiLogsAccount"] == "CreatesApiLogsRole"


def test_alarms_watch_errors_latency_throttles_and_the_authorizer(resources: dict[str, Any]) -> None:
    alarms = _of_type(resources, "AWS::CloudWatch::Alarm")
    assert {alarm["MetricName"] for alarm in alarms.values()} == {"5XXError", "4XXError", "Latency", "Errors", "Throttles"}
    throttles = [alarm for alarm in alarms.values() if alarm["MetricName"] == "Throttles"]
    functions = {alarm["Dimensions"][0]["Value"]["Ref"] for alarm in throttles}
    conditions = {name: r["Condition"] for name, r in resources.items() if r["Type"] == "AWS::CloudWatch::Alarm"}
    assert {name for name, condition in conditions.items() if condition != "HasAlarms"} == {"PageThrottleAlarm"}
    assert functions == set(_of_type(resources, "AWS::Lambda::Function"))
    for alarm in alarms.values():
        assert alarm["AlarmActions"] == _when("HasAlarmEmail", [{"Ref": "AlarmTopic"}], {"Ref": "AWS::NoValue"})


def test_the_dashboard_shows_the_gateways_seven_metrics_and_the_functions_own(resources: dict[str, Any]) -> None:
    (dashboard,) = _of_type(resources, "AWS::CloudWatch::Dashboard").values()
    body, names = dashboard["DashboardBody"]["Fn::Sub"]
    assert names == {"Page": {"Ref": "PageFunction"}}
    widgets = json.loads(body)["widgets"]
    shown = [metric[:2] for widget in widgets for metric in widget["properties"]["metrics"] if len(metric) > 1]
    assert {metric for namespace, metric in shown if namespace == "AWS/ApiGateway"} == {
        "Count", "4XXError", "5XXError", "Latency", "IntegrationLatency", "CacheHitCount", "CacheMissCount",
    }  # fmt: skip
    assert {m for n, m in shown if n == "AWS/Lambda"} == {"Duration", "Errors", "Invocations", "Throttles"}


def test_a_customer_key_encrypts_tokens_logs_settings_and_the_topic(resources: dict[str, Any]) -> None:
    key = _when("HasKmsKey", {"Ref": "KmsKeyArn"}, {"Ref": "AWS::NoValue"})
    for kind, name in (
        ("AWS::SecretsManager::Secret", "KmsKeyId"),
        ("AWS::Logs::LogGroup", "KmsKeyId"),
        ("AWS::Lambda::Function", "KmsKeyArn"),
        ("AWS::SNS::Topic", "KmsMasterKeyId"),
    ):
        found = _of_type(resources, kind)
        assert found
        assert all(properties[name] == key for properties in found.values()), kind


def test_roles_have_only_the_managed_policies_for_logs_and_tracing(resources: dict[str, Any]) -> None:
    allowed = {"AWSLambdaBasicExecutionRole", "AWSXRayDaemonWriteAccess", "AWSXrayWriteOnlyAccess"}
    roles = _of_type(resources, "AWS::IAM::Role")
    gateway = roles.pop("ApiLogsRole")
    assert [arn["Fn::Sub"].rsplit("/", 1)[-1] for arn in gateway["ManagedPolicyArns"]] == ["AmazonAPIGatewayPushToCloudWatchLogs"]
    assert len(roles) == len(_of_type(resources, "AWS::Lambda::Function"))
    # The page reads nothing.
    assert roles["PageFunctionRole"].get("Policies", []) == []
    for name, role in roles.items():
        names = {arn.rsplit("/", 1)[-1] for arn in role["ManagedPolicyArns"]}
        assert names <= allowed
        statements = [s for p in role.get("Policies", []) for s in p["PolicyDocument"]["Statement"]]
        actions = [a for s in statements for a in s.get("Fn::If", [None, s])[1]["Action"]]
        assert actions or name == "PageFunctionRole"
        assert not [action for action in actions if "*" in action]
