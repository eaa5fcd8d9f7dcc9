"""The description of the API, for responses that a test makes up: they must be ones that the API could send."""

from __future__ import annotations

import copy
import json
from typing import Any

from emulator.stack import Stack
from jsonschema import Draft202012Validator

Json = dict[str, Any]


def of(deployed: Stack) -> Json:
    """Returns the description that the deployment serves."""
    return json.loads(deployed.get("/openapi.json", {})[2])


def answer(deployed: Stack, path: str) -> Json:
    """Returns the API's own response to a call, to compare the page with."""
    status, _, body = deployed.get(path)
    assert status == 200, body[:500]
    return json.loads(body)


def check(description: Json, route: str, body: Json, status: int = 200) -> Json:
    """Returns the body if the description allows it as a response of the route."""
    response = description["paths"][route]["get"]["responses"][str(status)]
    schema = {"components": description["components"]} | response_schema(description, response)
    Draft202012Validator(schema).validate(body)
    return body


def response_schema(description: Json, response: Json) -> Json:
    if "$ref" in response:
        response = at(description, response["$ref"])
    return response["content"]["application/json"]["schema"]


def at(description: Json, reference: str) -> Any:
    """Returns what a reference such as `#/components/schemas/Row` refers to."""
    found: Any = description
    for part in reference.removeprefix("#/").split("/"):
        found = found[part.replace("~1", "/").replace("~0", "~")]
    return found


def resolved(description: Json, schema: Json) -> Json:
    """Follows the references of a schema; of alternatives, the one that isn't null."""
    while True:
        if "$ref" in schema:
            schema = at(description, schema["$ref"])
        elif "anyOf" in schema:
            (schema,) = [one for one in schema["anyOf"] if one.get("type") != "null"]
        else:
            return schema


def property_of(description: Json, schema: Json, *names: str) -> Json:
    """Returns the property of a property of a schema, resolved."""
    schema = resolved(description, schema)
    for name in names:
        schema = resolved(description, schema["items"] if name == "[]" else schema["properties"][name])
    return schema


def with_another_type(description: Json, name: str = "queue") -> Json:
    """Returns a description with one more type of resource: with a field, states, a metric and a rule."""
    changed = copy.deepcopy(description)
    resources, metrics, rules = (changed["paths"][path]["get"] for path in ("/resources", "/metrics", "/bottlenecks"))
    body = response_schema(changed, resources["responses"]["200"])
    data = property_of(changed, body, "data")
    row = copy.deepcopy(property_of(changed, body, "data", "eip", "[]"))
    row["properties"]["backlog_messages"] = {"type": ["integer", "null"], "description": "Messages that wait."}
    changed["components"]["schemas"][f"{name}OfTheTest"] = row
    rows = {"type": ["array", "null"], "items": {"$ref": f"#/components/schemas/{name}OfTheTest"}}
    # Among the other types, which come before the cursor and the counts.
    data["properties"] = {name: rows} | data["properties"]
    property_of(changed, data, "counts", "by_type")["properties"][name] = {"type": "integer"}
    for operation in (resources, metrics, rules):
        for parameter in operation["parameters"]:
            if parameter["name"] in ("types", "resource_type"):
                schema = parameter["schema"]
                (schema["items"] if "items" in schema else schema)["enum"].append(name)
            parameter.get("x-stratoscope-states", {})[name] = ["draining", "idle"]
            age = {"name": "age", "statistics": ["Maximum"], "shortest_period": 60}
            parameter.get("x-stratoscope-metrics", {})[name] = [age]
    rules["x-stratoscope-rules"][f"{name}_old"] = {
        "resource_type": name, "severity": "high", "finding": "messages wait for more than an hour",
    }  # fmt: skip
    return changed
