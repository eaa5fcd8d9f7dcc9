"""A stack's template with its parameters, conditions and resources resolved, as CloudFormation resolves them.

Values that the template does not determine become UNKNOWN; a check that depends on one is not checked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


class _Marker:
    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


#: `AWS::NoValue`: removes the property.
NO_VALUE = _Marker("NO_VALUE")

#: A value that only AWS knows.
UNKNOWN = _Marker("UNKNOWN")

#: The format of a resource's ARN, for types whose physical id is not the ARN itself.
ARNS = {
    "AWS::Lambda::Function": "arn:{partition}:lambda:{region}:{account}:function:{id}",
    "AWS::IAM::Role": "arn:{partition}:iam::{account}:role/{id}",
    "AWS::Logs::LogGroup": "arn:{partition}:logs:{region}:{account}:log-group:{id}:*",
    "AWS::S3::Bucket": "arn:{partition}:s3:::{id}",
}


@dataclass
class Template:
    """A processed template (its transforms applied) of a deployed stack."""

    body: Json
    parameters: dict[str, str]
    #: Physical ids by logical id.
    ids: dict[str, str]
    partition: str
    region: str
    account: str
    stack: str
    stack_id: str
    _conditions: dict[str, bool] = field(default_factory=dict)

    def resources(self, kind: str | None = None) -> dict[str, Json]:
        """Returns properties by logical id, of one type or all, without resources whose condition is false."""
        found = {}
        for name, resource in self.body["Resources"].items():
            wanted = "Condition" not in resource or self.condition(resource["Condition"])
            if wanted and kind in (None, resource["Type"]):
                found[name] = self.resolve(resource.get("Properties", {}))
        return found

    def type_of(self, name: str) -> str:
        return self.body["Resources"][name]["Type"]

    def outputs(self) -> set[str]:
        """Returns the names of the outputs that the stack must have."""
        outputs = self.body.get("Outputs", {})
        return {name for name, output in outputs.items() if "Condition" not in output or self.condition(output["Condition"])}

    def condition(self, name: str) -> bool:
        if name not in self._conditions:
            self._conditions[name] = self._holds(self.body["Conditions"][name])
        return self._conditions[name]

    def _holds(self, expression: Json) -> bool:
        ((function, inner),) = expression.items()
        match function:
            case "Condition":
                return self.condition(inner)
            case "Fn::Equals":
                return _text(self.resolve(inner[0])) == _text(self.resolve(inner[1]))
            case "Fn::Not":
                return not self._holds(inner[0])
            case "Fn::And":
                return all(self._holds(part) for part in inner)
            case "Fn::Or":
                return any(self._holds(part) for part in inner)
        raise ValueError(f"the template has a condition {function}, which this check does not support")

    def resolve(self, value: Any) -> Any:
        """Returns a value of the template with its intrinsic functions applied."""
        match value:
            case {"Ref": str(name)} if len(value) == 1:
                return self._ref(name)
            case {"Fn::GetAtt": where} if len(value) == 1:
                return self._attribute(*(where.split(".", 1) if isinstance(where, str) else where))
            case {"Fn::If": [name, then, otherwise]}:
                return self.resolve(then if self.condition(name) else otherwise)
            case {"Fn::Sub": str(text)}:
                return self._sub(text, {})
            case {"Fn::Sub": [text, names]}:
                return self._sub(text, self.resolve(names))
            case {"Fn::Split": [separator, text]}:
                text = self.resolve(text)
                return text if text is UNKNOWN else _text(text).split(separator)
            case {"Fn::Join": [separator, parts]}:
                parts = self.resolve(parts)
                known = isinstance(parts, list) and UNKNOWN not in parts
                return separator.join(map(_text, parts)) if known else UNKNOWN
            case {"Fn::Select": [index, parts]}:
                parts = self.resolve(parts)
                return parts[int(index)] if isinstance(parts, list) else UNKNOWN
            case dict() if len(value) == 1 and next(iter(value)).startswith("Fn::"):
                return UNKNOWN
            case dict():
                resolved = {name: self.resolve(inner) for name, inner in value.items()}
                return {name: inner for name, inner in resolved.items() if inner is not NO_VALUE}
            case list():
                return [inner for inner in map(self.resolve, value) if inner is not NO_VALUE]
        return value

    def _ref(self, name: str) -> Any:
        pseudo = {
            "AWS::NoValue": NO_VALUE,
            "AWS::Region": self.region,
            "AWS::AccountId": self.account,
            "AWS::Partition": self.partition,
            "AWS::StackName": self.stack,
            "AWS::StackId": self.stack_id,
            "AWS::URLSuffix": "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com",
        }
        if name in pseudo:
            return pseudo[name]
        if name in self.parameters:
            given = self.parameters[name]
            listed = "List" in self.body.get("Parameters", {}).get(name, {}).get("Type", "")
            return given.split(",") if listed else given
        return self.ids.get(name, UNKNOWN)

    def _attribute(self, name: str, attribute: str) -> Any:
        physical = self.ids.get(name)
        if attribute != "Arn" or physical is None:
            return UNKNOWN
        if physical.startswith("arn:"):
            return physical
        form = ARNS.get(self.type_of(name))
        return form.format(partition=self.partition, region=self.region, account=self.account, id=physical) if form else UNKNOWN

    def _sub(self, text: str, names: Json) -> Any:
        unknown = []

        def put(found: re.Match[str]) -> str:
            name = found[1]
            if name.startswith("!"):
                return "${" + name[1:] + "}"
            if name in names:
                value = names[name]
            else:
                value = self._attribute(*name.split(".", 1)) if "." in name else self._ref(name)
            if value is UNKNOWN:
                unknown.append(name)
            return _text(value)

        put_in = re.sub(r"\$\{([^}]+)\}", put, text)
        return UNKNOWN if unknown else put_in


def _text(value: Any) -> str:
    """Returns a value as a string, since CloudFormation compares and joins everything as strings."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(map(_text, value)) if isinstance(value, list) else str(value)


def same(wanted: Any, found: Any) -> bool:
    """Returns whether two values are equal, where 100, "100" and 100.0 are the same, and so are true and "true"."""
    if isinstance(wanted, bool) or isinstance(found, bool):
        return str(wanted).lower() == str(found).lower()
    try:
        return float(wanted) == float(found)
    except (TypeError, ValueError):
        return wanted == found
