"""Checks requests by AWS's own model of a service, which botocore has: a stand-in must refuse what AWS refuses."""

from __future__ import annotations

import functools
import re
from typing import Any

import botocore.session
from botocore.model import ServiceModel, Shape
from botocore.validate import ParamValidator


@functools.cache
def of(service: str) -> ServiceModel:
    """Returns the model of a service."""
    return botocore.session.get_session().get_service_model(service)


def check(service: str, operation: str, asked: Any) -> None:
    """Raises a ValueError unless the parameters are those of the operation: their names, types and limits."""
    shape = of(service).operation_model(operation).input_shape
    if not isinstance(asked, dict):
        raise ValueError(f"the body is no object: {asked!r}")
    if shape is None:
        if asked:
            raise ValueError(f"{operation} has no parameters: {asked!r}")
        return
    report = ParamValidator().validate(asked, shape)
    wrong = [report.generate_report()] if report.has_errors() else list(_beyond(asked, shape))
    if wrong:
        raise ValueError(f"{operation}: {'; '.join(wrong)}")


def _beyond(value: Any, shape: Shape, name: str = "the body"):
    """Yields what botocore leaves to AWS: the largest numbers and lengths, the values of enumerations, the patterns."""
    if shape.type_name == "structure" and isinstance(value, dict):
        for key, member in value.items():
            yield from _beyond(member, shape.members[key], key)
        return
    if shape.type_name == "list":
        for member in value:
            yield from _beyond(member, shape.member, name)
    limits = shape.metadata
    size = value if isinstance(value, int | float) else len(value)
    if size > limits.get("max", size):
        yield f"{name} exceeds {limits['max']}"
    if value not in limits.get("enum", [value]):
        yield f"{name} is none of {limits['enum']}"
    if isinstance(value, str) and "pattern" in limits and not re.fullmatch(limits["pattern"], value):
        yield f"{name} does not match {limits['pattern']}"
