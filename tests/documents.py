"""What the documents that are written from the code say of it, for the tests that hold other parts to the code."""

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
    """The types of resources that `route` takes, in the order of its responses."""
    (allowed,) = [row[1] for row in _rows("api.md", f"parameters of {route}") if row[0] == "`types`"]
    return re.findall(r"`(\w+)`", allowed)


def actions(route: str) -> set[str]:
    """The IAM actions that `route` needs."""
    return {row[0].strip("`") for row in _rows("permissions.md", f"permissions of {route}")}
