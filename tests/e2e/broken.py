"""Breaks a deployment on purpose: each function breaks one thing, for the duration of a test."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

from emulator import stack
from emulator.ministack import Emulator

from . import iam


@contextlib.contextmanager
def authorizer_permission_removed(emulator: Emulator) -> Iterator[None]:
    function, client = stack.outputs(emulator)["AuthorizerFunction"], emulator.client("lambda")
    (statement,) = json.loads(client.get_policy(FunctionName=function)["Policy"])["Statement"]
    client.remove_permission(FunctionName=function, StatementId=statement["Sid"])
    try:
        yield
    finally:
        client.add_permission(
            FunctionName=function,
            StatementId=statement["Sid"],
            Action=statement["Action"],
            Principal=statement["Principal"]["Service"],
            SourceArn=statement["Condition"]["ArnLike"]["AWS:SourceArn"],
        )


@contextlib.contextmanager
def cache_key_dropped(emulator: Emulator) -> Iterator[None]:
    gateway, api = emulator.client("apigateway"), stack.outputs(emulator)["RestApiId"]
    (resource,) = [r for r in gateway.get_resources(restApiId=api)["items"] if r["path"] == "/costs"]
    method = {"restApiId": api, "resourceId": resource["id"], "httpMethod": "GET"}
    found = gateway.get_integration(**method)
    keys = found["cacheKeyParameters"]

    def put(cache_keys: list[str]) -> None:
        gateway.put_integration(
            **method, type="AWS_PROXY", integrationHttpMethod="POST", uri=found["uri"], cacheKeyParameters=cache_keys
        )

    put([key for key in keys if not key.endswith(".granularity")])
    try:
        yield
    finally:
        put(keys)


@contextlib.contextmanager
def health_closed(emulator: Emulator) -> Iterator[None]:
    """Makes the route for monitors require a key."""
    gateway, api = emulator.client("apigateway"), stack.outputs(emulator)["RestApiId"]
    (resource,) = [r for r in gateway.get_resources(restApiId=api)["items"] if r["path"] == "/health"]

    def needs_key(**patch: str) -> None:
        patch |= {"path": "/apiKeyRequired"}
        gateway.update_method(restApiId=api, resourceId=resource["id"], httpMethod="GET", patchOperations=[patch])

    needs_key(op="replace", value="true")
    try:
        yield
    finally:
        # The emulator treats the string "false" as true.
        needs_key(op="remove")


@contextlib.contextmanager
def route_opened(emulator: Emulator) -> Iterator[None]:
    """Lets anyone call /costs."""
    gateway, api = emulator.client("apigateway"), stack.outputs(emulator)["RestApiId"]
    (resource,) = [r for r in gateway.get_resources(restApiId=api)["items"] if r["path"] == "/costs"]

    def put(authorization: str, key: dict[str, str]) -> None:
        patch = [{"op": "replace", "path": "/authorizationType", "value": authorization}, key | {"path": "/apiKeyRequired"}]
        gateway.update_method(restApiId=api, resourceId=resource["id"], httpMethod="GET", patchOperations=patch)

    put("NONE", {"op": "remove"})
    try:
        yield
    finally:
        put("CUSTOM", {"op": "replace", "value": "true"})


@contextlib.contextmanager
def role_action_removed(emulator: Emulator) -> Iterator[None]:
    with iam.without(emulator, iam.role_of(emulator, "ResourcesFunction"), "ec2:DescribeAddresses"):
        yield


@contextlib.contextmanager
def quota_unset(emulator: Emulator) -> Iterator[None]:
    gateway, plan = emulator.client("apigateway"), _physical(emulator, "ApiUsagePlan")
    gateway.update_usage_plan(usagePlanId=plan, patchOperations=[{"op": "remove", "path": "/quota"}])
    try:
        yield
    finally:
        before = {"/quota/limit": str(stack.QUOTA), "/quota/period": "MONTH"}
        patch = [{"op": "replace", "path": path, "value": value} for path, value in before.items()]
        gateway.update_usage_plan(usagePlanId=plan, patchOperations=patch)


@contextlib.contextmanager
def wrong_external_id(emulator: Emulator) -> Iterator[None]:
    with iam.started_anew(emulator, "ResourcesFunction", READER_EXTERNAL_ID="of-somebody-else"):
        yield


@contextlib.contextmanager
def key_disabled(emulator: Emulator) -> Iterator[None]:
    gateway, key = emulator.client("apigateway"), stack.outputs(emulator)["ApiKeyId"]

    def enable(value: str) -> None:
        gateway.update_api_key(apiKey=key, patchOperations=[{"op": "replace", "path": "/enabled", "value": value}])

    enable("false")
    try:
        yield
    finally:
        enable("true")


@contextlib.contextmanager
def alarm_without_action(emulator: Emulator) -> Iterator[None]:
    client = emulator.client("cloudwatch")
    (alarm,) = client.describe_alarms(AlarmNames=[_physical(emulator, "LatencyAlarm")])["MetricAlarms"]
    settable = client.meta.service_model.operation_model("PutMetricAlarm").input_shape.members
    alarm = {name: value for name, value in alarm.items() if name in settable}
    client.put_metric_alarm(**alarm | {"AlarmActions": []})
    try:
        yield
    finally:
        client.put_metric_alarm(**alarm)


@contextlib.contextmanager
def old_deployment(emulator: Emulator) -> Iterator[None]:
    """Puts a foreign deployment into the stage, as when an update does not reach the stage."""
    gateway, outputs = emulator.client("apigateway"), stack.outputs(emulator)
    stage = {"restApiId": outputs["RestApiId"], "stageName": outputs["StageName"]}

    def serve(deployment: str) -> None:
        gateway.update_stage(**stage, patchOperations=[{"op": "replace", "path": "/deploymentId", "value": deployment}])

    before = gateway.get_stage(**stage)["deploymentId"]
    other = gateway.create_deployment(restApiId=outputs["RestApiId"])["id"]
    serve(other)
    try:
        yield
    finally:
        serve(before)
        gateway.delete_deployment(restApiId=outputs["RestApiId"], deploymentId=other)


@contextlib.contextmanager
def resource_policy_too_wide(emulator: Emulator) -> Iterator[None]:
    """Opens a PRIVATE API to everyone, not only to callers through its endpoint."""
    gateway, api = emulator.client("apigateway"), stack.outputs(emulator)["RestApiId"]
    before = json.loads(json.loads(f'"{gateway.get_rest_api(restApiId=api)["policy"]}"'))
    (statement,) = before["Statement"]

    def put(policy: dict[str, Any]) -> None:
        patch = [{"op": "replace", "path": "/policy", "value": json.dumps(policy)}]
        gateway.update_rest_api(restApiId=api, patchOperations=patch)

    put(before | {"Statement": [{name: value for name, value in statement.items() if name != "Condition"}]})
    try:
        yield
    finally:
        put(before)


@contextlib.contextmanager
def secret_unreadable(emulator: Emulator) -> Iterator[None]:
    """Schedules the secret for deletion. The authorizer caches it for two minutes, so it is restarted."""
    secrets, secret = emulator.client("secretsmanager"), stack.outputs(emulator)["TokensSecret"]
    with iam.started_anew(emulator, "AuthorizerFunction", STARTED_ANEW="1"):
        secrets.delete_secret(SecretId=secret, RecoveryWindowInDays=7)
        try:
            yield
        finally:
            secrets.restore_secret(SecretId=secret)


@contextlib.contextmanager
def permission_added(emulator: Emulator) -> Iterator[None]:
    """Grants more than the template does, in an additional policy."""
    client, role = emulator.client("iam"), iam.role_of(emulator, "CostsFunction")
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    client.put_role_policy(RoleName=role, PolicyName="everything", PolicyDocument=document)
    try:
        yield
    finally:
        client.delete_role_policy(RoleName=role, PolicyName="everything")


@contextlib.contextmanager
def function_open_to_all(emulator: Emulator) -> Iterator[None]:
    client, function = emulator.client("lambda"), stack.outputs(emulator)["MetricsFunction"]
    client.add_permission(FunctionName=function, StatementId="open", Action="lambda:InvokeFunction", Principal="*")
    try:
        yield
    finally:
        client.remove_permission(FunctionName=function, StatementId="open")


@contextlib.contextmanager
def method_added(emulator: Emulator) -> Iterator[None]:
    """Adds a method that requires neither key nor token."""
    gateway, api = emulator.client("apigateway"), stack.outputs(emulator)["RestApiId"]
    (resource,) = [r for r in gateway.get_resources(restApiId=api)["items"] if r["path"] == "/costs"]
    method = {"restApiId": api, "resourceId": resource["id"], "httpMethod": "POST"}
    gateway.put_method(**method, authorizationType="NONE")
    try:
        yield
    finally:
        gateway.delete_method(**method)


def _physical(emulator: Emulator, logical_id: str) -> str:
    described = emulator.client("cloudformation").describe_stack_resource(StackName=stack.STACK, LogicalResourceId=logical_id)
    return described["StackResourceDetail"]["PhysicalResourceId"]
