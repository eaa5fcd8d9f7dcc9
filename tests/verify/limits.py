"""The limits of a client: the actual usage plan and its key, compared with the stack's template."""

from __future__ import annotations

from datetime import datetime, timezone

from .deployment import Deployment
from .report import Results, judged, not_checked, ok, warning
from .template import same


def usage_plan(deployment: Deployment) -> Results:
    """Throttle and quota of the usage plan match the stack's parameters, and the plan belongs to the stage."""
    plan_id, wanted = deployment.one("AWS::ApiGateway::UsagePlan")
    plan, parameters = deployment.client("apigateway").get_usage_plan(usagePlanId=plan_id), deployment.parameters
    throttle, quota = plan.get("throttle", {}), plan.get("quota", {})
    # Name; value of the stack's parameter; value after SAM's transform; actual value.
    limits = [
        ("rate", parameters.get("RateLimit"), wanted["Throttle"]["RateLimit"], throttle.get("rateLimit")),
        ("burst", parameters.get("BurstLimit"), wanted["Throttle"]["BurstLimit"], throttle.get("burstLimit")),
        ("quota", parameters.get("QuotaLimit"), wanted["Quota"]["Limit"], quota.get("limit")),
        ("period", wanted["Quota"]["Period"], wanted["Quota"]["Period"], quota.get("period")),
    ]
    wrong = []
    for name, asked, made, found in limits:
        if deployment.emulated and same(made, found) and not same(asked, made):
            yield not_checked(f"{made}: the emulator's SAM transform uses the parameter's default, not {asked}", name)
        elif not same(asked, found):
            wrong.append(f"{name} is {found or 'not set'} instead of {asked}")
    for stage in plan.get("apiStages", []):
        if stage["apiId"] == deployment.api and stage["stage"] == deployment.stage_name:
            if stage.get("throttle"):
                wrong.append(f"it throttles single methods: {', '.join(stage['throttle'])}")
            break
    else:
        wrong.append(f"it does not belong to the stage {deployment.stage_name}")
    rate, burst, limit, period = (found for _, _, _, found in limits)
    yield judged(wrong, f"{rate:g} a second, {burst} at once, {limit} a {str(period).lower()}" if not wrong else "")


def usage(deployment: Deployment) -> Results:
    """How much of its quota the stack's key has used this month (get-usage)."""
    plan_id, wanted = deployment.one("AWS::ApiGateway::UsagePlan")
    key_id, _ = deployment.one("AWS::ApiGateway::ApiKey")
    today = datetime.now(timezone.utc).date()
    days = {"startDate": str(today.replace(day=1)), "endDate": str(today)}
    found = deployment.client("apigateway").get_usage(usagePlanId=plan_id, keyId=key_id, **days)
    if "items" not in found:
        what = "the emulator does not count usage" if deployment.emulated else "API Gateway reports no usage yet"
        yield not_checked(what)
        return
    daily = found["items"].get(key_id, [])
    used, left = sum(day[0] for day in daily), daily[-1][1] if daily else wanted["Quota"]["Limit"]
    text = f"{used} calls this month, {left} left"
    yield warning(text) if float(left) <= 0 else ok(text)


def api_key(deployment: Deployment) -> Results:
    """The stack's API key is enabled, and in the usage plan."""
    key_id, _ = deployment.one("AWS::ApiGateway::ApiKey")
    plan_id, _ = deployment.one("AWS::ApiGateway::UsagePlan")
    gateway = deployment.client("apigateway")
    key = gateway.get_api_key(apiKey=key_id, includeValue=False)
    # An emulator returns the string that a patch contained.
    wrong = [] if str(key["enabled"]).lower() == "true" else [f"the key {key_id} is disabled"]
    pages = gateway.get_paginator("get_usage_plan_keys").paginate(usagePlanId=plan_id)
    if key_id not in {found["id"] for page in pages for found in page["items"]}:
        wrong.append(f"the key {key_id} is not in the usage plan {plan_id}")
    yield judged(wrong, "enabled, and in the usage plan")
