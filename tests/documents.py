"""What the documents that are generated from the code say, for everything else that must agree with the code."""

from __future__ import annotations

import re

from emulator.ministack import ROOT


def _rows(document: str, title: str) -> list[list[str]]:
    """The cells of the rows of the table between the marks `title`."""
    text = (ROOT / "docs" / document).read_text()
    _, rest = text.split(f"<!-- {title}: begin -->\n")
    lines = rest.split(f"<!-- {title}: end -->")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def types(route: str) -> list[str]:
    """The types of resources that `route` accepts, in the order of its responses."""
    allowed, _ = _about_types(route)
    return [name for name in re.findall(r"`(\w+)`", allowed) if name != "all"]


def default_types(route: str) -> list[str]:
    """The types of resources of a response of `route` to a call without `types`, in its order."""
    _, without = _about_types(route)
    return [name for name in types(route) if f"`{name}`" not in without]


def _about_types(route: str) -> tuple[str, str]:
    (row,) = [row for row in _rows("api.md", f"parameters of {route}") if row[0] == "`types`"]
    return row[1], row[2]


def actions(route: str) -> set[str]:
    """The IAM actions that `route` needs."""
    return {row[0].strip("`") for row in _rows("permissions.md", f"permissions of {route}")}


def measured_types() -> list[str]:
    """The types of resources that have metrics, in the order of responses."""
    return [row[0].strip("`") for row in _rows("api.md", "metrics")]


def metrics_per_resource() -> dict[str, int]:
    """How many metrics the rules of a type read per resource at most; types whose rules read none are left out."""
    text = (ROOT / "docs" / "rules.md").read_text()
    found = re.findall(r"^## `(\w+)`\n\nThe rules of this type read at most (\d+) metrics? per resource\.$", text, re.M)
    return {kind: int(count) for kind, count in found}


def rules_of(kind: str) -> set[str]:
    """The names of the rules about a type of resources."""
    text = (ROOT / "docs" / "rules.md").read_text()
    (section,) = re.findall(rf"^## `{kind}`\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    return set(re.findall(r"^### `(\w+)`$", section, re.M))
