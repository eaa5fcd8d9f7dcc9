"""Separate API keys, for tests that send more requests than the deployment's own key may."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from emulator.ministack import Emulator
from emulator.stack import Stack


@contextlib.contextmanager
def with_quota(emulator: Emulator, deployed: Stack, quota: int) -> Iterator[dict[str, str]]:
    """Yields the headers of a client with its own key and usage plan, added as docs/operate.md describes."""
    gateway = emulator.client("apigateway")
    plan = gateway.create_usage_plan(
        name="reporting",
        throttle={"rateLimit": 1000, "burstLimit": 1000},
        quota={"limit": quota, "period": "MONTH"},
        apiStages=[{"apiId": deployed.rest_api_id, "stage": "v1"}],
    )
    key = gateway.create_api_key(name="reporting", enabled=True)
    gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
    try:
        yield deployed.headers() | {"x-api-key": key["value"]}
    finally:
        gateway.delete_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"])
        gateway.delete_api_key(apiKey=key["id"])
        gateway.delete_usage_plan(usagePlanId=plan["id"])
