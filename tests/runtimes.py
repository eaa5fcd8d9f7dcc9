"""When AWS deprecates each runtime of Lambda, as the installed cfn-lint has it from the Lambda developer guide."""

from __future__ import annotations

import json
from datetime import date
from importlib.resources import files


def deprecated() -> dict[str, date]:
    """Returns the first day on which each runtime is deprecated, except of those for container images alone."""
    text = files("cfnlint.data.AdditionalSpecs").joinpath("LmbdRuntimeLifecycle.json").read_text()
    # Lambda never blocks the creation of a function with a runtime that only container images have.
    known = {name: dates for name, dates in json.loads(text).items() if dates["create-block"]}
    return {name: date.fromisoformat(dates["deprecated"]) for name, dates in known.items()}
