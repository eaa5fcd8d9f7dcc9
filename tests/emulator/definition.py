"""Adds what the emulator drops when it deploys the API, with calls to API Gateway.

AWS imports request parameters, cache keys, the gateway's own responses and the resource policy with everything else. The
emulator drops them, so a newly deployed stack would lack parts of its template. Its SAM transform also uses the defaults of parameters, so the
usage plan would have the limits of the template and not those of the stack.
"""

from __future__ import annotations

import json

import boto3
from verify.deployment import Deployment
from verify.gateway import resource_ids, wanted_parameters

from .ministack import ACCOUNT, HOME_REGION, Emulator


def complete(emulator: Emulator, stack: str) -> None:
    """Adds the parameters, cache keys, own responses, policy and limits of the stack to the deployed API."""
    session = boto3.Session(region_name=HOME_REGION, aws_access_key_id=ACCOUNT, aws_secret_access_key="emulator")
    deployment = Deployment(session, stack, endpoint=emulator.endpoint)
    gateway, ids = deployment.client("apigateway"), resource_ids(deployment)
    for route in deployment.routes:
        method = {"restApiId": deployment.api, "resourceId": ids[route.path], "httpMethod": "GET"}
        parameters, keys = wanted_parameters(route.definition)
        patch = [
            {"op": "add", "path": f"/requestParameters/{name}", "value": str(required).lower()}
            for name, required in parameters.items()
        ]
        gateway.update_method(**method, patchOperations=patch)
        integration = route.definition["x-amazon-apigateway-integration"]
        gateway.put_integration(
            **method,
            type="AWS_PROXY",
            integrationHttpMethod=integration["httpMethod"],
            uri=integration["uri"],
            cacheKeyParameters=sorted(keys),
        )
    for kind, response in deployment.definition["x-amazon-apigateway-gateway-responses"].items():
        parts = {name: response[name] for name in ("responseParameters", "responseTemplates") if name in response}
        gateway.put_gateway_response(restApiId=deployment.api, responseType=kind, **parts)
    policy = deployment.definition.get("x-amazon-apigateway-policy")
    if policy:
        patch = [{"op": "replace", "path": "/policy", "value": json.dumps(policy)}]
        gateway.update_rest_api(restApiId=deployment.api, patchOperations=patch)
    plan, _ = deployment.one("AWS::ApiGateway::UsagePlan")
    limits = {"throttle/rateLimit": "RateLimit", "throttle/burstLimit": "BurstLimit", "quota/limit": "QuotaLimit"}
    patch = [
        {"op": "replace", "path": f"/{path}", "value": deployment.parameters[name]} for path, name in limits.items()
    ]
    gateway.update_usage_plan(usagePlanId=plan, patchOperations=patch)
