"""Normalises IAM policy documents, so that equivalent ones compare equal."""

from __future__ import annotations

import json
from typing import Any

from .template import Json


def listed(value: Any) -> list[Any]:
    """Returns a list, given one value or a list of them, since IAM accepts both."""
    return value if isinstance(value, list) else [value]


def statements(document: Json | None, replace: dict[str, str] | None = None) -> set[str]:
    """Returns a document's statements as JSON, one per action and resource; `replace` maps prefixes of resources."""
    found = set()
    for statement in listed((document or {}).get("Statement", [])):
        rest = {"Effect": statement["Effect"]}
        if statement.get("Condition"):
            rest["Condition"] = _condition(statement["Condition"])
        if "Principal" in statement:
            rest["Principal"] = _principal(statement["Principal"])
        for name in ("NotAction", "NotResource", "NotPrincipal"):
            if name in statement:
                rest[name] = statement[name]
        for action in listed(statement.get("Action", "")):
            for resource in listed(statement.get("Resource", "")):
                one = rest | {"Action": action, "Resource": _begun_anew(str(resource), replace or {})}
                found.add(json.dumps(one, sort_keys=True))
    return found


def _begun_anew(resource: str, replace: dict[str, str]) -> str:
    for old, new in replace.items():
        if resource.startswith(old):
            return new + resource.removeprefix(old)
    return resource


def _condition(condition: Json) -> Json:
    """Condition keys are case-insensitive, and AWS returns some of them in another case than the template."""
    return {
        operator: {key.lower(): sorted(map(str, listed(values))) for key, values in keys.items()}
        for operator, keys in condition.items()
    }


def _principal(principal: Any) -> Any:
    """`*` and `{"AWS": "*"}` both mean everyone."""
    if principal in ("*", {"AWS": "*"}, {"AWS": ["*"]}):
        return "*"
    return {kind: sorted(listed(names)) for kind, names in principal.items()} if isinstance(principal, dict) else principal
