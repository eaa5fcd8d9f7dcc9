"""SAM's translation of template.yaml."""

from __future__ import annotations

from typing import Any

import boto3
from emulator.ministack import ROOT
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator


#: What the condition of the page is when it is served, as it is by default.
SERVED = {"HasPage": True, "HasPageAlarms": True}


def template() -> dict[str, Any]:
    """Returns template.yaml, untranslated."""
    return yaml_parse((ROOT / "template.yaml").read_text())


def decided(value: Any, conditions: dict[str, bool]) -> Any:
    """Returns a part of a template in which `conditions` are decided, and all others left open."""
    match value:
        case {"Fn::If": [name, then, otherwise]} if name in conditions:
            return decided(then if conditions[name] else otherwise, conditions)
        case dict():
            inner = {name: decided(inner, conditions) for name, inner in value.items()}
            return {name: part for name, part in inner.items() if name == "Fn::If" or not _is_nothing(value[name], part)}
        case list():
            inner = [(part, decided(part, conditions)) for part in value]
            return [after for before, after in inner if not _is_nothing(before, after)]
    return value


def _is_nothing(before: Any, after: Any) -> bool:
    """Whether a decision removes a property or an item; what was `AWS::NoValue` before any stays."""
    return before != after and after == {"Ref": "AWS::NoValue"}


def resources(parameters: dict[str, Any], conditions: dict[str, bool] = SERVED) -> dict[str, Any]:
    """Returns the resources of the template, translated for us-east-1, with `conditions` decided."""
    written = template()
    for resource in written["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    session = boto3.Session(region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    policies = {"AWSLambdaBasicExecutionRole": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}
    translated = Translator(policies, Parser(), boto_session=session).translate(written, parameters)["Resources"]
    return decided({n: r for n, r in translated.items() if conditions.get(r.get("Condition"), True)}, conditions)
