"""The principals that the tests add to the deployed stack's secret."""

from __future__ import annotations

import json
from typing import Any

from emulator import stack
from emulator.ministack import ACCOUNT, OTHER_ACCOUNT, Emulator


def token(name: str) -> str:
    """Returns the token of a test principal."""
    return f"{name}-token-of-the-tests-".ljust(43, "x")


def principal(name: str, scopes: list[str], accounts: list[str], **more: Any) -> dict[str, Any]:
    """Returns a principal in the secret's format."""
    return {"name": name, "token": token(name), "scopes": scopes, "accounts": accounts} | more


PRINCIPALS = [
    principal("bookkeeper", ["costs:read"], [ACCOUNT]),
    principal("auditor", ["costs:read"], ["*"]),
    principal("viewer", ["resources:read", "metrics:read"], [ACCOUNT]),
    principal("foreigner", ["*"], [OTHER_ACCOUNT]),
    principal("guest", ["*"], ["*"], expires="2026-01-01T00:00:00Z"),
]


def add_principals(emulator: Emulator) -> None:
    """Adds the principals to the secret, as an operator would."""
    secret = stack.outputs(emulator)["TokensSecret"]
    secrets = emulator.client("secretsmanager")
    document = json.loads(secrets.get_secret_value(SecretId=secret)["SecretString"])
    document["principals"] += PRINCIPALS
    secrets.put_secret_value(SecretId=secret, SecretString=json.dumps(document))
