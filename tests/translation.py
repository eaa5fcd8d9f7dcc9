"""SAM's translation of template.yaml."""

from __future__ import annotations

from typing import Any

import boto3
from emulator.ministack import ROOT
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator


def template() -> dict[str, Any]:
    """Returns template.yaml, untranslated."""
    return yaml_parse((ROOT / "template.yaml").read_text())


def resources(parameters: dict[str, Any]) -> dict[str, Any]:
    """Returns the resources of the template, translated for us-east-1."""
    written = template()
    for resource in written["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    session = boto3.Session(region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    policies = {"AWSLambdaBasicExecutionRole": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}
    return Translator(policies, Parser(), boto_session=session).translate(written, parameters)["Resources"]
