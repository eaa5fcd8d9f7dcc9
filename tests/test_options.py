"""Optional parts of the template: a domain name, failover between two regions, a trail, metrics for each call."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import translation
from emulator.ministack import ROOT

NOTHING = {"Ref": "AWS::NoValue"}


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return translation.template()


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    return translation.resources({})


def _when(condition: str, then: Any, otherwise: Any) -> dict[str, Any]:
    return {"Fn::If": [condition, then, otherwise]}


def test_health_needs_neither_key_nor_token_and_runs_nothing(resources: dict[str, Any]) -> None:
    health = resources["Api"]["Properties"]["Body"]["paths"]["/health"]["get"]
    assert health["security"] == []
    integration = health["x-amazon-apigateway-integration"]
    assert integration["type"] == "mock"
    assert json.loads(integration["requestTemplates"]["application/json"]) == {"statusCode": 200}
    answer = integration["responses"]["default"]
    assert (answer["statusCode"], json.loads(answer["responseTemplates"]["application/json"])) == ("200", {"status": "ok"})
    # API Gateway refuses a header that the method's response does not declare.
    sent = {name.removeprefix("method.response.header.") for name in answer["responseParameters"]}
    assert sent == set(health["responses"]["200"]["headers"])


def test_a_domain_name_has_the_certificate_where_its_endpoint_looks_for_it(resources: dict[str, Any]) -> None:
    domain = resources["Domain"]["Properties"]
    assert domain["CertificateArn"] == _when("IsEdge", {"Ref": "CertificateArn"}, NOTHING)
    assert domain["RegionalCertificateArn"] == _when("IsEdge", NOTHING, {"Ref": "CertificateArn"})
    assert domain["EndpointConfiguration"] == {"Types": [{"Ref": "EndpointType"}]}
    mapping = resources["DomainMapping"]["Properties"]
    assert mapping == {"DomainName": {"Ref": "Domain"}, "RestApiId": {"Ref": "Api"}, "Stage": {"Ref": "ApiStage"}}


def test_the_record_of_a_domain_name_points_to_its_endpoint(resources: dict[str, Any]) -> None:
    def of(name: str) -> dict[str, Any]:
        return {"Fn::GetAtt": ["Domain", name]}

    assert resources["DomainRecord"]["Properties"]["AliasTarget"] == {
        "DNSName": _when("IsEdge", of("DistributionDomainName"), of("RegionalDomainName")),
        "HostedZoneId": _when("IsEdge", of("DistributionHostedZoneId"), of("RegionalHostedZoneId")),
    }


def test_two_regions_have_a_record_each_and_the_health_of_their_own_gateway(resources: dict[str, Any]) -> None:
    record = resources["DomainRecord"]["Properties"]
    assert record["SetIdentifier"] == _when("HasFailover", {"Ref": "AWS::Region"}, NOTHING)
    assert record["Failover"] == _when("HasFailover", _when("IsPrimary", "PRIMARY", "SECONDARY"), NOTHING)
    assert record["HealthCheckId"] == _when("HasFailover", {"Ref": "HealthCheck"}, NOTHING)
    check = resources["HealthCheck"]["Properties"]["HealthCheckConfig"]
    assert check["FullyQualifiedDomainName"] == {"Fn::Sub": "${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}"}
    assert (check["Type"], check["EnableSNI"], check["ResourcePath"]) == ("HTTPS", True, {"Fn::Sub": "/${StageName}/health"})


@pytest.mark.parametrize(
    ("rule", "asked", "needed"),
    [
        ("DomainHasCertificate", "DomainName", "CertificateArn"),
        ("RecordHasDomain", "HostedZoneId", "DomainName"),
        ("FailoverHasRecord", "Failover", "HostedZoneId"),
    ],
)
def test_a_parameter_that_another_needs_is_required_before_anything_is_created(
    template: dict[str, Any], rule: str, asked: str, needed: str
) -> None:
    written = template["Rules"][rule]
    assert written["RuleCondition"]["Fn::Not"][0]["Fn::Equals"][0] == {"Ref": asked}
    first = written["Assertions"][0]
    assert first["Assert"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": needed}, ""]}]}
    assert {asked, needed} <= set(re.findall(r"\w+", first["AssertDescription"]))


def test_a_domain_name_is_a_host_name(template: dict[str, Any]) -> None:
    pattern = template["Parameters"]["DomainName"]["AllowedPattern"]
    for taken in ("", "stratoscope.example.com", "a.io", "x-1.eu"):
        assert re.search(pattern, taken), taken
    for refused in ("https://a.example.com", "example", "A.example.com", "-a.example.com", "a..com", "a.example.com/", "*.a.com"):
        assert not re.search(pattern, refused), refused


def test_a_trail_records_the_runs_of_every_function_and_their_requests(resources: dict[str, Any]) -> None:
    trail = resources["Trail"]["Properties"]
    selected = [
        {field["Field"]: field.get("Equals", field.get("NotEquals")) for field in selector["FieldSelectors"]}
        for selector in trail["AdvancedEventSelectors"]
    ]
    runs, management = selected
    functions = {name for name, r in resources.items() if r["Type"] == "AWS::Lambda::Function"}
    assert {arn["Fn::GetAtt"][0] for arn in runs["resources.ARN"]} == functions
    assert (runs["eventCategory"], management["eventCategory"]) == (["Data"], ["Management"])
    assert (trail["IsMultiRegionTrail"], trail["EnableLogFileValidation"], trail["IsLogging"]) == (True, True, True)


def test_only_the_trail_writes_into_its_bucket_and_the_bucket_is_retained(resources: dict[str, Any]) -> None:
    bucket, policy = resources["TrailBucket"], resources["TrailBucketPolicy"]["Properties"]["PolicyDocument"]
    assert (bucket["DeletionPolicy"], resources["Trail"]["DependsOn"]) == ("Retain", "TrailBucketPolicy")
    assert set(bucket["Properties"]["PublicAccessBlockConfiguration"].values()) == {True}
    allowed = [statement for statement in policy["Statement"] if statement["Effect"] == "Allow"]
    trail = "arn:${AWS::Partition}:cloudtrail:${AWS::Region}:${AWS::AccountId}:trail/${AWS::StackName}-${AWS::Region}"
    assert [s["Action"] for s in allowed] == ["s3:GetBucketAcl", "s3:PutObject"]
    for statement in allowed:
        assert statement["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
        assert statement["Condition"] == {"StringEquals": {"aws:SourceArn": {"Fn::Sub": trail}}}


def test_none_of_it_exists_by_default(template: dict[str, Any], resources: dict[str, Any]) -> None:
    assert {name: resources[name]["Condition"] for name in (
        "Domain", "DomainMapping", "DomainRecord", "HealthCheck", "Trail", "TrailBucket", "TrailBucketPolicy",
    )} == {
        "Domain": "HasDomain", "DomainMapping": "HasDomain", "DomainRecord": "HasRecord", "HealthCheck": "HasFailover",
        "Trail": "HasAuditTrail", "TrailBucket": "HasAuditTrail", "TrailBucketPolicy": "HasAuditTrail",
    }  # fmt: skip
    defaults = {name: template["Parameters"][name]["Default"] for name in ("DomainName", "HostedZoneId", "Failover", "AuditTrail")}
    assert defaults == {"DomainName": "", "HostedZoneId": "", "Failover": "none", "AuditTrail": "false"}


def test_the_functions_behind_routes_write_metrics_under_the_stacks_name(resources: dict[str, Any]) -> None:
    functions = {name: r["Properties"] for name, r in resources.items() if r["Type"] == "AWS::Lambda::Function"}
    variables = {name: f["Environment"]["Variables"] for name, f in functions.items()}
    settings = {name: (of.get("STACK"), of.get("CALL_METRICS")) for name, of in variables.items()}
    assert settings.pop("AuthorizerFunction") == (None, None)
    # Anyone may call the page, and would create metrics that are billed.
    assert settings.pop("PageFunction") == (None, None)
    assert len(settings) == 4
    assert set(map(str, settings.values())) == {str(({"Ref": "AWS::StackName"}, {"Ref": "CallMetrics"}))}


def test_stacks_of_one_name_in_two_regions_do_not_share_global_names(resources: dict[str, Any]) -> None:
    (dashboard,) = (r["Properties"] for r in resources.values() if r["Type"] == "AWS::CloudWatch::Dashboard")
    named = {"Fn::Sub": "${AWS::StackName}-${AWS::Region}"}
    assert (dashboard["DashboardName"], resources["Trail"]["Properties"]["TrailName"]) == (named, named)
    # IAM generates a unique name for a role without one.
    assert not [r for r in resources.values() if r["Type"] == "AWS::IAM::Role" and "RoleName" in r["Properties"]]


def test_the_dashboard_finds_the_metrics_of_calls(resources: dict[str, Any]) -> None:
    (dashboard,) = (r["Properties"] for r in resources.values() if r["Type"] == "AWS::CloudWatch::Dashboard")
    widgets = json.loads(dashboard["DashboardBody"]["Fn::Sub"][0])["widgets"]
    searched = [m[0]["expression"] for w in widgets for m in w["properties"]["metrics"] if isinstance(m[0], dict)]
    assert all("{Stratoscope,Stack,Route,Account} Stack=\"${AWS::StackName}\"" in expression for expression in searched)
    # The names and statuses that the code uses.
    code = (ROOT / "shared" / "api" / "src" / "call_metrics.rs").read_text()
    statuses = re.search(r"pub enum GapStatus \{(.*?)\n\}", (ROOT / "shared/collector/src/model/coverage.rs").read_text(), re.S)
    written = set(re.findall(r'"(APILatency|AWSRequests|EstimatedCostUSD)"\.to_owned', code))
    written |= {f"Gaps{status}" for status in re.findall(r"^    (\w+),$", statuses[1], re.M)}
    assert len(written) == 10
    assert {name for expression in searched for name in re.findall(r'"([A-Z]\w+)"', expression)} == written
