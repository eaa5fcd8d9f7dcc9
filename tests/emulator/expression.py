"""Cost Explorer's filter expressions, evaluated over the simulated bill; what AWS rejects is rejected."""

from __future__ import annotations

from typing import Any

#: The dimensions of the simulated bill. AWS has more; a filter by one that the bill lacks is an error, not a guess.
DIMENSIONS = {"SERVICE", "REGION", "LINKED_ACCOUNT", "USAGE_TYPE", "INSTANCE_TYPE", "RECORD_TYPE"}
ROOTS = {"And", "Or", "Not", "Dimensions", "Tags"}
LONGEST_VALUE = 1_024


def matches(expression: dict[str, Any] | None, keys: dict[str, str], *, tags: bool = True) -> bool:
    """Returns whether a line with these keys matches. Without an expression, every line does.

    `tags` says whether the operation supports tags: that of GetCostForecast is documented for dimensions only.
    """
    if expression is None:
        return True
    if len(expression) != 1 or not expression.keys() <= ROOTS:
        raise ValueError("Expression has zero or more than one roots. Only one root operator is allowed for each expression")
    ((root, operand),) = expression.items()
    if root in ("And", "Or"):
        if len(operand) < 2:
            raise ValueError(f"{root} expression must have at least 2 operands")
        # Every operand is evaluated, since a wrong one is rejected whatever the others say.
        found = [matches(part, keys, tags=tags) for part in operand]
        return all(found) if root == "And" else any(found)
    if root == "Not":
        return not matches(operand, keys, tags=tags)
    return _is_dimension(operand, keys) if root == "Dimensions" else _is_tag(operand, keys, tags)


def _values(operand: dict[str, Any], options: set[str]) -> list[str]:
    if not set(operand.get("MatchOptions", [])) <= options:
        raise ValueError(f"MatchOptions contain not allowed match option. Allowed MatchOptions:{', '.join(sorted(options))}")
    values = operand.get("Values", [])
    if any(len(value) > LONGEST_VALUE for value in values):
        raise ValueError(f"Member must have length less than or equal to {LONGEST_VALUE}")
    return values


def _is_dimension(operand: dict[str, Any], keys: dict[str, str]) -> bool:
    if operand["Key"] not in DIMENSIONS:
        raise ValueError(f"Dimension {operand['Key']} is not allowed.")
    values = _values(operand, {"EQUALS", "CASE_SENSITIVE"})
    if not values:
        raise ValueError("Dimension values must not be empty")
    return keys[operand["Key"]] in values


def _is_tag(operand: dict[str, Any], keys: dict[str, str], supported: bool) -> bool:
    if not supported:
        raise ValueError("Tags are not allowed in this filter")
    values = _values(operand, {"EQUALS", "CASE_SENSITIVE", "ABSENT"})
    absent = "ABSENT" in operand.get("MatchOptions", [])
    if absent == bool(values):
        raise ValueError("Either values or ABSENT must be given for a tag")
    # An empty value and no tag are the same.
    value = keys.get("TAG:" + operand["Key"], "")
    return not value if absent else value in values
