"""API Gateway's actual configuration, compared with the stack's template."""

from __future__ import annotations

import json

from .deployment import Deployment, known
from .policies import statements
from .report import Result, Results, failed, judged, not_checked, ok, warning
from .template import Json, same

#: Properties of the template's MethodSettings, and their names in a response of API Gateway.
METHOD_SETTINGS = {
    "CachingEnabled": "cachingEnabled", "CacheTtlInSeconds": "cacheTtlInSeconds", "CacheDataEncrypted": "cacheDataEncrypted",
    "ThrottlingRateLimit": "throttlingRateLimit", "ThrottlingBurstLimit": "throttlingBurstLimit",
    "MetricsEnabled": "metricsEnabled", "LoggingLevel": "loggingLevel", "DataTraceEnabled": "dataTraceEnabled",
}  # fmt: skip

PLACES = {"path": "path", "query": "querystring", "header": "header"}


def stage_deployment(deployment: Deployment) -> Results:
    """The stage serves the stack's own deployment, not an older or a foreign one."""
    _, wanted = deployment.one("AWS::ApiGateway::Stage")
    stage = deployment.stage
    if stage["deploymentId"] != wanted["DeploymentId"]:
        said = f"the stage serves deployment {stage['deploymentId']} instead of the stack's {wanted['DeploymentId']}"
        yield failed(f"{said}; deploy again")
        return
    pages = deployment.client("apigateway").get_paginator("get_deployments").paginate(restApiId=deployment.api)
    newest = max((d for page in pages for d in page["items"]), key=lambda d: d["createdDate"])
    canary = stage.get("canarySettings", {}).get("deploymentId")
    if canary:
        percent = stage["canarySettings"].get("percentTraffic", 0)
        yield warning(f"a canary, deployment {canary}, receives {percent} % of the calls")
    elif newest["id"] != stage["deploymentId"]:
        newer = f"a newer one, {newest['id']}, is in none of its stages"
        yield warning(f"the stack's own, {stage['deploymentId']}; {newer}")
    else:
        yield ok(f"the stack's own and the newest, {stage['deploymentId']}")


def stage_settings(deployment: Deployment) -> Results:
    """Cache, throttles, logs and traces of the stage and its methods match the template."""
    _, wanted = deployment.one("AWS::ApiGateway::Stage")
    stage, wrong = deployment.stage, []
    there = {_method_key(key): settings for key, settings in stage.get("methodSettings", {}).items()}
    for setting in wanted.get("MethodSettings", []):
        key = _method_key(f"{setting['ResourcePath']}/{setting['HttpMethod']}")
        found = there.get(key)
        if found is None:
            wrong.append(f"{key} has no settings")
            continue
        for name, theirs in METHOD_SETTINGS.items():
            if name in setting and not same(setting[name], found.get(theirs)):
                wrong.append(f"{key}: {theirs} is {found.get(theirs)} instead of {setting[name]}")
        if found.get("cachingEnabled") and not found.get("requireAuthorizationForCacheControl", True):
            wrong.append(f"{key}: any client may bypass the cache")
    if not same(wanted.get("TracingEnabled", False), stage.get("tracingEnabled", False)):
        wrong.append(f"tracing is {stage.get('tracingEnabled')} instead of {wanted.get('TracingEnabled')}")
    yield judged(wrong, f"{len(wanted.get('MethodSettings', []))} methods", "methods")
    size = wanted.get("CacheClusterSize", "off")
    has = stage.get("cacheClusterSize", "0.5") if stage.get("cacheClusterEnabled") else "off"
    if deployment.emulated and has == "off" != size:
        yield not_checked("the emulator has no cache clusters", "cache size")
    else:
        yield judged([] if same(size, has) else [f"{has} instead of {size}"], has, "cache size")


def web_acl(deployment: Deployment) -> Results:
    """The stage has the web ACL of the template, or none if the template has none."""
    there = deployment.stage.get("webAclArn", "")
    wanted = deployment.template.resources("AWS::WAFv2::WebACL")
    if not wanted:
        yield judged([f"the stage has {there}, which is not in the template"] if there else [], "none (WafRateLimit=0)")
    for name in wanted:
        # Its physical id is name|id|scope, and its ARN ends in name/id.
        ends = "/".join(str(deployment.template.ids.get(name, name)).split("|")[:2])
        right = there.endswith(f"/webacl/{ends}")
        yield judged([] if right else [f"the stage has {there or 'none'} instead of {ends}"], there)


def methods(deployment: Deployment) -> Results:
    """Each route's key, authorizer, function, request parameters and cache keys match the template (get-method)."""
    gateway = deployment.client("apigateway")
    ids = resource_ids(deployment)
    yield _no_other_methods(deployment)
    compared, bare, with_parameters = [], 0, 0
    for route in deployment.routes:
        if route.path not in ids:
            compared.append(failed("the API has no such path", route.path))
            continue
        found = gateway.get_method(restApiId=deployment.api, resourceId=ids[route.path], httpMethod="GET")
        integration = found["methodIntegration"]
        parameters, keys = wanted_parameters(route.definition)
        with_parameters += bool(parameters)
        bare += not found.get("requestParameters") and not integration.get("cacheKeyParameters") and bool(parameters)
        wrong = _method_differences(route.definition, found, parameters, keys)
        who = "public" if route.public else "key, authorizer"
        right = f"{who}, {len(parameters)} parameters, {len(keys)} cache keys"
        compared.append(judged(wrong, right, f"GET {route.path}"))
    if deployment.emulated and bare == with_parameters:
        yield not_checked("the emulator drops request parameters and cache keys when it imports a definition")
    else:
        yield from compared


def resource_policy(deployment: Deployment) -> Results:
    """The API's resource policy allows what the template's policy does, and nothing more."""
    found = deployment.client("apigateway").get_rest_api(restApiId=deployment.api).get("policy")
    wanted = statements(deployment.definition.get("x-amazon-apigateway-policy"), _expand(deployment))
    there = statements(_policy(found), _expand(deployment))
    if deployment.emulated and not there and wanted:
        yield not_checked("the emulator drops the policy when it imports a definition")
        return
    wrong = [f"not in the template: {statement}" for statement in sorted(there - wanted)]
    wrong += [f"missing: {statement}" for statement in sorted(wanted - there)]
    yield judged(wrong, "allows what the template's policy does, and nothing else")


def wanted_parameters(definition: Json) -> tuple[dict[str, bool], set[str]]:
    """Returns the request parameters (and whether each is required) and the cache keys of a method in the template."""
    parameters = {
        f"method.request.{PLACES[p['in']]}.{p['name']}": p.get("required", False)
        for p in definition.get("parameters", [])
        if p["in"] in PLACES
    }
    return parameters, set(definition["x-amazon-apigateway-integration"].get("cacheKeyParameters", []))


def _method_differences(definition: Json, found: Json, parameters: dict[str, bool], keys: set[str]) -> list[str]:
    wanted_by = {scheme for choice in definition.get("security", []) for scheme in choice}
    integration, wrong = found["methodIntegration"], []
    if found.get("apiKeyRequired", False) != ("api_key" in wanted_by):
        wrong.append(f"apiKeyRequired is {found.get('apiKeyRequired', False)}")
    authorized = bool(wanted_by - {"api_key", "NONE"})
    if (found.get("authorizationType") == "CUSTOM") != authorized:
        wrong.append(f"authorizationType is {found.get('authorizationType')}")
    uri = definition["x-amazon-apigateway-integration"]["uri"]
    if known(uri) and integration.get("uri") != uri:
        wrong.append(f"it calls {integration.get('uri', '').rsplit(':', 1)[-1]}")
    has = {name: str(required).lower() == "true" for name, required in found.get("requestParameters", {}).items()}
    wrong += [f"parameter {name} is missing" for name in sorted(parameters.keys() - has.keys())]
    wrong += [f"parameter {name} is not in the template" for name in sorted(has.keys() - parameters.keys())]
    other = [name for name in sorted(has) if has[name] != parameters.get(name, has[name])]
    wrong += [f"parameter {name} is {'' if has[name] else 'not '}required" for name in other]
    there = set(integration.get("cacheKeyParameters", []))
    wrong += [f"{name} is not a cache key" for name in sorted(keys - there)]
    wrong += [f"cache key {name} is not in the template" for name in sorted(there - keys)]
    return wrong


def authorizer_settings(deployment: Deployment) -> Results:
    """The authorizer calls the stack's function, and its responses are cached as long as the template specifies."""
    pages = deployment.client("apigateway").get_paginator("get_authorizers").paginate(restApiId=deployment.api)
    there = {authorizer["name"]: authorizer for page in pages for authorizer in page["items"]}
    schemes = deployment.definition.get("components", {}).get("securitySchemes", {})
    for name, scheme in schemes.items():
        wanted = scheme.get("x-amazon-apigateway-authorizer")
        if wanted is None:
            continue
        found, wrong = there.get(name, {}), []
        uri, seconds = wanted["authorizerUri"], wanted.get("authorizerResultTtlInSeconds", 300)
        if known(uri) and found.get("authorizerUri") != uri:
            wrong.append(f"it calls {found.get('authorizerUri')}")
        if not same(seconds, found.get("authorizerResultTtlInSeconds")):
            ttl = found.get("authorizerResultTtlInSeconds")
            wrong.append(f"its responses are cached for {ttl} s instead of {seconds}")
        if found.get("identityValidationExpression") != wanted.get("identityValidationExpression"):
            wrong.append("its token validation expression is not the template's")
        yield judged(wrong, f"the stack's function, responses cached for {seconds} s", name)


def _no_other_methods(deployment: Deployment) -> Result:
    """The API has no method beyond the template's, which might need neither key nor token."""
    wanted = {
        f"{'ANY' if method == 'x-amazon-apigateway-any-method' else method.upper()} {path}"
        for path, methods in deployment.definition["paths"].items()
        for method in methods
    }
    there = {f"{method} {r['path']}" for r in _resources(deployment) for method in r.get("resourceMethods", {})}
    wrong = [f"{method} is not in the template" for method in sorted(there - wanted)]
    wrong += [f"{method} is missing" for method in sorted(wanted - there)]
    return judged(wrong, f"{len(wanted)}, no others", "all")


def _resources(deployment: Deployment) -> list[Json]:
    pages = deployment.client("apigateway").get_paginator("get_resources").paginate(restApiId=deployment.api)
    return [resource for page in pages for resource in page["items"]]


def resource_ids(deployment: Deployment) -> dict[str, str]:
    """Returns API Gateway's resource ids by path."""
    return {resource["path"]: resource["id"] for resource in _resources(deployment)}


def _method_key(key: str) -> str:
    """Normalises a method's key: `/~1costs/GET`, `~1costs/GET` and `costs/GET` are the same method."""
    return key.lstrip("/").replace("~1", "/").lstrip("/")


def _policy(text: str | None) -> Json | None:
    """Parses the policy in a get-rest-api response, in which quotes are escaped with backslashes."""
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(json.loads(f'"{text}"'))


def _expand(deployment: Deployment) -> dict[str, str]:
    """API Gateway expands `execute-api:/` when it stores a policy."""
    whole = f"arn:{deployment.partition}:execute-api:{deployment.region}:{deployment.account}:{deployment.api}/"
    return {"execute-api:/": whole}
