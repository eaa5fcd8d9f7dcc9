"""Checks the translated template and the reader role against what AWS rejects, or does differently from an emulator."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

import pytest
import translation
from emulator.ministack import ROOT
from samcli.yamlhelper import yaml_dump, yaml_parse

#: The functions that access other accounts.
READERS = ("ResourcesFunction", "MetricsFunction", "CostsFunction", "BottlenecksFunction")

#: The longest values that the parameters' patterns and AWS's own pseudo parameters allow.
LONGEST = {
    "AWS::Partition": "aws-us-gov", "AWS::StackName": "s" * 128, "HomeAccount": "1" * 12, "HomeStack": "s" * 24,
    "ExternalId": "e" * 256, "ReaderExternalId": "e" * 256, "ReaderRoleName": "r" * 64, "AllowOrigin": "https://" + "o" * 253,
    "OtherAccounts": ",".join(["1" * 12] * 240), "TagExceptions": "off", "CallMetrics": "false",
}  # fmt: skip


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return translation.template()


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    return translation.resources({})


@pytest.fixture(scope="module")
def reader() -> dict[str, Any]:
    return yaml_parse((ROOT / "docs" / "reader-role.yaml").read_text())


def _of_type(resources: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [r["Properties"] for r in resources.values() if r["Type"] == kind]


def _takes(template: dict[str, Any], parameter: str, value: str) -> bool:
    return re.search(template["Parameters"][parameter]["AllowedPattern"], value) is not None


def _resolved(value: Any) -> Any:
    """Resolves a value of a template with the longest parameters."""
    match value:
        case {"Ref": name}:
            return LONGEST[name]
        case {"Fn::Sub": text}:
            return re.sub(r"\$\{([^}]+)\}", lambda name: LONGEST[name[1]], text)
        case dict():
            return {key: _resolved(inner) for key, inner in value.items()}
        case list():
            return [_resolved(inner) for inner in value]
    return value


def test_a_change_of_a_parameter_alone_makes_a_new_deployment(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = itertools.count(1_800_000_000)
    monkeypatch.setattr("samtranslator.model.apigateway.time.time", lambda: next(seconds))

    def deployment(origin: str) -> str:
        (stage,) = _of_type(translation.resources({"AllowOrigin": origin}), "AWS::ApiGateway::Stage")
        return stage["DeploymentId"]["Ref"]

    assert deployment("https://a.example") != deployment("https://b.example")


def test_no_answer_is_cached_for_more_than_a_minute(resources: dict[str, Any]) -> None:
    """The gateway may cache an error, too, under the key of a response."""
    (stage,) = _of_type(resources, "AWS::ApiGateway::Stage")
    assert {setting.get("CacheTtlInSeconds", 60) for setting in stage["MethodSettings"]} == {60}


def test_a_web_page_may_bypass_the_cache(resources: dict[str, Any]) -> None:
    (api,) = _of_type(resources, "AWS::ApiGateway::RestApi")
    preflight = api["Body"]["paths"]["/costs"]["options"]["x-amazon-apigateway-integration"]["responses"]["default"]
    allowed = preflight["responseParameters"]["method.response.header.Access-Control-Allow-Headers"]
    assert "cache-control" in allowed.strip("'").split(",")


def test_the_external_id_is_required_where_aws_provides_it(reader: dict[str, Any]) -> None:
    """AWS provides sts:ExternalId for AssumeRole only: as a condition of another action it is never met."""
    statements = reader["Resources"]["Reader"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    by_action = {statement["Action"]: statement["Condition"] for statement in statements}
    assert set(by_action) == {"sts:AssumeRole", "sts:SetSourceIdentity"}
    assert by_action["sts:AssumeRole"]["StringEquals"] == {"sts:ExternalId": {"Ref": "ExternalId"}}
    assert set(by_action["sts:SetSourceIdentity"]) == {"ArnLike"}
    assert all("aws:PrincipalArn" in condition["ArnLike"] for condition in by_action.values())


def test_a_trust_policy_fits_into_iams_limit(reader: dict[str, Any]) -> None:
    document = _resolved(reader["Resources"]["Reader"]["Properties"]["AssumeRolePolicyDocument"])
    assert len(json.dumps(document, separators=(",", ":"))) <= 2048


def test_cloudformation_sees_no_alias_of_yaml(template: dict[str, Any]) -> None:
    """CloudFormation has no aliases. `sam deploy` rewrites template.yaml; the reader role is deployed unchanged."""
    alias = re.compile(r"(?m)^[^#\"]*(?:^|[\s:\[{,-])[&*][A-Za-z_]|<<:")
    assert alias.search((ROOT / "template.yaml").read_text())
    assert not alias.search(yaml_dump(template))
    assert not alias.search((ROOT / "docs" / "reader-role.yaml").read_text())


def test_a_generated_token_has_no_punctuation(resources: dict[str, Any]) -> None:
    (secret,) = _of_type(resources, "AWS::SecretsManager::Secret")
    generated = secret["GenerateSecretString"]
    assert generated["ExcludePunctuation"] is True
    # The emulator supports only the list.
    assert not [c for c in map(chr, range(33, 127)) if not c.isalnum() and c not in generated["ExcludeCharacters"]]


def test_a_key_may_be_multi_region_but_not_an_alias(template: dict[str, Any]) -> None:
    key = "arn:aws:kms:us-east-1:123456789012:"
    assert _takes(template, "KmsKeyArn", key + "key/1234abcd-12ab-34cd-56ef-1234567890ab")
    assert _takes(template, "KmsKeyArn", key + "key/mrk-1234abcd12ab34cd56ef1234567890ab")
    for other in ("alias/stratoscope", "key/mrk-", "key/mrk-1234abcd-12ab-34cd-56ef-1234567890ab", "key/"):
        assert not _takes(template, "KmsKeyArn", key + other), other


def test_other_accounts_are_ids_that_fit_or_an_organisation(template: dict[str, Any]) -> None:
    for taken in ("", "organization", "210987654321", LONGEST["OtherAccounts"]):
        assert _takes(template, "OtherAccounts", taken), taken
    for refused in ("*", "organization,210987654321", "210987654321,", "1234", LONGEST["OtherAccounts"] + ",210987654321"):
        assert not _takes(template, "OtherAccounts", refused), refused
    assert "240 account ids" in template["Parameters"]["OtherAccounts"]["ConstraintDescription"]
    assert template["Rules"]["OrganizationHasId"]["RuleCondition"] == {"Fn::Equals": [{"Ref": "OtherAccounts"}, "organization"]}
    (assertion,) = template["Rules"]["OrganizationHasId"]["Assertions"]
    assert assertion["Assert"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "OrganizationId"}, ""]}]}


def test_no_function_may_access_arbitrary_accounts(resources: dict[str, Any]) -> None:
    entering = []
    for name, role in resources.items():
        if role["Type"] != "AWS::IAM::Role":
            continue
        policies = role["Properties"].get("Policies", [])
        for statement in (s for policy in policies for s in policy["PolicyDocument"]["Statement"]):
            condition, then, otherwise = statement.get("Fn::If", (None, statement, None))
            if "sts:AssumeRole" not in then["Action"]:
                continue
            entering.append(name)
            assert (condition, otherwise) == ("HasOtherAccounts", {"Ref": "AWS::NoValue"})
            assert then["Resource"] == {"Fn::Sub": "arn:${AWS::Partition}:iam::*:role/${ReaderRoleName}"}
            assert then["Condition"] == {
                "Fn::If": [
                    "HasOrganization",
                    {"StringEquals": {"aws:ResourceOrgID": {"Ref": "OrganizationId"}}},
                    {"StringEquals": {"aws:ResourceAccount": {"Fn::Split": [",", {"Ref": "OtherAccounts"}]}}},
                ]
            }
    assert sorted(entering) == sorted(f"{function}Role" for function in READERS)


def test_variables_of_a_function_fit_into_lambdas_4_kb_and_only_readers_get_the_accounts(resources: dict[str, Any]) -> None:
    functions = {name: r["Properties"] for name, r in resources.items() if r["Type"] == "AWS::Lambda::Function"}
    variables = {name: function["Environment"]["Variables"] for name, function in functions.items()}
    assert {name for name, names in variables.items() if "OTHER_ACCOUNTS" in names} == set(READERS)
    for name in READERS:
        longest = {key: str(_resolved(value)) for key, value in variables[name].items()}
        assert len(longest["OTHER_ACCOUNTS"]) == 240 * 13 - 1
        assert sum(len(key) + len(value) for key, value in longest.items()) < 4096, name


def test_metrics_of_single_methods_are_off(resources: dict[str, Any]) -> None:
    """They are billed, and the alarms and the dashboard read the metrics of the stage, which are free."""
    (stage,) = _of_type(resources, "AWS::ApiGateway::Stage")
    assert {setting["MetricsEnabled"] for setting in stage["MethodSettings"]} == {False}
    for alarm in _of_type(resources, "AWS::CloudWatch::Alarm"):
        if alarm["Namespace"] == "AWS/ApiGateway":
            assert {dimension["Name"] for dimension in alarm["Dimensions"]} == {"ApiName", "Stage"}


def test_each_method_is_throttled_for_all_keys_together_and_what_needs_none_for_itself(resources: dict[str, Any]) -> None:
    (stage,) = _of_type(resources, "AWS::ApiGateway::Stage")
    limits = {s["ResourcePath"]: (s["ThrottlingRateLimit"], s["ThrottlingBurstLimit"]) for s in stage["MethodSettings"]}
    public = [limits[path] for path in ("/", "/~1openapi.json", "/~1assets~1{file}")]
    assert public == [(20, 40), (20, 40), (100, 200)]
    for setting in stage["MethodSettings"]:
        if limits[setting["ResourcePath"]] in public:
            continue
        assert setting["ThrottlingRateLimit"] == {"Ref": "RouteRateLimit"}
        assert setting["ThrottlingBurstLimit"] == {"Ref": "RouteBurstLimit"}


def test_a_new_account_has_enough_concurrency_to_deploy(resources: dict[str, Any]) -> None:
    """It has a concurrency of 10, and AWS refuses to reserve any of it if fewer than 10 would remain."""
    for function in _of_type(resources, "AWS::Lambda::Function"):
        assert "ReservedConcurrentExecutions" not in function


def test_what_a_token_may_do_is_cached_for_a_minute(template: dict[str, Any]) -> None:
    """A cached Allow outlives a revocation by that long."""
    assert template["Parameters"]["AuthorizerCacheSeconds"]["Default"] == 60
