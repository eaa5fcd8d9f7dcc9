"""Peers written as Python functions: `peers.resources` and an authorizer, under AWS's own runtime for Python."""

from __future__ import annotations

import json
import os
from typing import Any

import boto3
import peers

os.environ.setdefault("AWS_DEFAULT_REGION", peers.HOME)
secrets = boto3.client("secretsmanager", region_name=peers.HOME)
kept: dict[str, dict[str, str]] = {}


def resources(event: dict[str, Any], _context: object) -> dict[str, Any]:
    return {"statusCode": 200, "body": json.dumps({"meta": {"found": peers.resources(peers.threads)}})}


def authorizer(event: dict[str, Any], _context: object) -> dict[str, Any]:
    if not kept:
        document = json.loads(secrets.get_secret_value(SecretId=os.environ["TOKENS_SECRET"])["SecretString"])
        kept.update({principal["token"]: principal for principal in document["principals"]})
    known = event["authorizationToken"].removeprefix("Bearer ") in kept
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow" if known else "Deny", "Resource": event["methodArn"]}
    return {"principalId": "bench", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
