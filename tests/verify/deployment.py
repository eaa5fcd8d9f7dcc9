"""The deployment under verification: its stack, its resolved template, its clients, and calls to its API."""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode, urlparse

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from .template import UNKNOWN, Json, Template

#: The timeout of a call. The gateway gives up after 29 seconds.
ANSWER_SECONDS = 60

#: Environment variables with tokens and keys, for users of `make verify` who may not read those of the deployment; one
#: check needs a second token. They are never arguments, which everyone on the machine can see.
TOKEN, SECOND_TOKEN, API_KEY = "VERIFY_TOKEN", "VERIFY_SECOND_TOKEN", "VERIFY_API_KEY"


#: The path of the list of accounts.
LIST = "/accounts"


class Unusable(Exception):
    """Nothing can be verified; the message explains why."""


class NotCheckable(Exception):
    """A check lacks something that it needs; the message names it."""


@dataclass(frozen=True)
class Answer:
    """The API's response to one call."""

    status: int
    headers: dict[str, str]
    body: bytes

    @cached_property
    def json(self) -> Json:
        """The decoded body; empty if it is not a JSON object."""
        try:
            decoded = json.loads(self.body)
        except ValueError:
            return {}
        return decoded if isinstance(decoded, dict) else {}

    @property
    def message(self) -> str:
        """The error message of the gateway or the function."""
        said = self.json.get("error") or self.json
        if isinstance(said, dict):
            said = said.get("message", said.get("Message", ""))
        return str(said or "")


@dataclass(frozen=True)
class Route:
    """A route that a function serves, as the template defines it."""

    path: str
    #: The method's definition in the template.
    definition: Json

    @property
    def account(self) -> bool:
        """Whether the path names an account."""
        return "{account}" in self.path

    @property
    def name(self) -> str:
        """The same for both forms: `costs` for /costs and /accounts/{account}/costs."""
        return self.path.rsplit("/", 1)[-1]

    @property
    def public(self) -> bool:
        """Whether it needs neither key nor token."""
        return not self.definition.get("security")

    @property
    def scope(self) -> str | None:
        """The scope that opens it; None for the list of accounts, which any of them opens, and for public routes."""
        return None if self.public or self.path == LIST else f"{self.name}:read"


@dataclass
class Deployment:
    """A deployed stack, which is read once for all checks."""

    session: Any
    stack: str
    #: The endpoint of an emulator; None means AWS, or the endpoint in the environment.
    endpoint: str | None = None
    paid: bool = False
    #: Accounts to query in addition to those of OtherAccounts.
    more_accounts: list[str] = field(default_factory=list)
    #: What is known to be in the stage cache: when the response was generated, by path.
    kept: dict[str, str | None] = field(default_factory=dict)
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        if service not in self._clients:
            config = Config(retries={"max_attempts": 4, "mode": "standard"}, connect_timeout=5)
            self._clients[service] = self.session.client(service, endpoint_url=self.endpoint, config=config)
        return self._clients[service]

    @property
    def region(self) -> str:
        return self.session.region_name

    @cached_property
    def emulated(self) -> bool:
        """Whether the endpoint is an emulator on this machine, which lacks parts of AWS."""
        return urlparse(self.client("apigateway").meta.endpoint_url).hostname in ("127.0.0.1", "localhost", "::1")

    @cached_property
    def description(self) -> Json:
        """The stack's description; without it there is nothing to verify."""
        if not self.region:
            raise Unusable("no region: pass REGION=… or set AWS_REGION")
        try:
            return self.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"][0]
        except (ClientError, BotoCoreError) as error:
            raise Unusable(f"the stack {self.stack} in {self.region} can't be read: {error}") from error

    @cached_property
    def account(self) -> str:
        return self.description["StackId"].split(":")[4]

    @cached_property
    def partition(self) -> str:
        return self.description["StackId"].split(":")[1]

    @cached_property
    def outputs(self) -> dict[str, str]:
        return {output["OutputKey"]: output["OutputValue"] for output in self.description.get("Outputs", [])}

    @cached_property
    def parameters(self) -> dict[str, str]:
        given = self.description.get("Parameters", [])
        return {p["ParameterKey"]: p.get("ResolvedValue", p["ParameterValue"]) for p in given}

    @cached_property
    def stack_resources(self) -> list[Json]:
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=self.stack)
        return [resource for page in pages for resource in page["StackResourceSummaries"]]

    @cached_property
    def template(self) -> Template:
        """The template that the stack was created from, with SAM's transform applied."""
        body = self.client("cloudformation").get_template(StackName=self.stack, TemplateStage="Processed")["TemplateBody"]
        if isinstance(body, str):
            body = json.loads(body)
        ids = {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in self.stack_resources if r.get("PhysicalResourceId")}
        return Template(
            body, self.parameters, ids, self.partition, self.region, self.account, self.stack, self.description["StackId"]
        )

    def one(self, kind: str) -> tuple[str, Json]:
        """Returns the physical id and the expected properties of the stack's only resource of a type."""
        found = self.template.resources(kind)
        if len(found) != 1:
            raise NotCheckable(f"the template has {len(found)} resources of type {kind}, not one")
        ((name, properties),) = found.items()
        if name not in self.template.ids:
            raise NotCheckable(f"the stack has no {name}")
        return self.template.ids[name], properties

    @cached_property
    def api(self) -> str:
        return self.one("AWS::ApiGateway::RestApi")[0]

    @cached_property
    def definition(self) -> Json:
        """The API's expected definition: OpenAPI with API Gateway's extensions."""
        return self.one("AWS::ApiGateway::RestApi")[1]["Body"]

    @cached_property
    def stage_name(self) -> str:
        return self.one("AWS::ApiGateway::Stage")[0]

    @cached_property
    def stage(self) -> Json:
        """The actual stage."""
        return self.client("apigateway").get_stage(restApiId=self.api, stageName=self.stage_name)

    @cached_property
    def routes(self) -> list[Route]:
        """The routes that functions serve, those of the home account first."""
        found = [
            Route(path, methods["get"])
            for path, methods in self.definition["paths"].items()
            if methods.get("get", {}).get("x-amazon-apigateway-integration", {}).get("type") == "aws_proxy"
        ]
        # /resources comes before the others, which need an id from it.
        return sorted(found, key=lambda route: (route.account, route.name != "resources", route.path))

    @cached_property
    def open_paths(self) -> list[str]:
        """The paths that the gateway itself serves, for monitors."""
        return [
            path
            for path, methods in self.definition["paths"].items()
            if methods.get("get", {}).get("x-amazon-apigateway-integration", {}).get("type") == "mock"
        ]

    @cached_property
    def functions(self) -> dict[str, str]:
        """The names of the stack's functions by logical id."""
        return {name: self.template.ids[name] for name in self.template.resources("AWS::Lambda::Function")}

    @cached_property
    def other_accounts(self) -> list[str]:
        given = self.parameters.get("OtherAccounts", "")
        return given.split(",") if given and given != "organization" else []

    @cached_property
    def named_accounts(self) -> list[str]:
        """The other accounts to query, each once."""
        return list(dict.fromkeys(self.other_accounts + self.more_accounts))

    # ------------------------------------------------------------------------------------------------ Calls to the API
    @cached_property
    def url(self) -> str:
        """The URL of the API. The output of a stack in an emulator names an AWS host, so it is not used there."""
        if self.emulated:
            return f"{self.client('apigateway').meta.endpoint_url}/_aws/execute-api/{self.api}/{self.stage_name}"
        if "Url" not in self.outputs:
            raise NotCheckable("the stack has no output Url")
        return self.outputs["Url"]

    @cached_property
    def api_key(self) -> str:
        """The value of the stack's API key."""
        given = os.environ.get(API_KEY)
        if given:
            return given
        key, _ = self.one("AWS::ApiGateway::ApiKey")
        gateway = self.client("apigateway")
        return _needed("the API key", API_KEY, lambda: gateway.get_api_key(apiKey=key, includeValue=True)["value"])

    @cached_property
    def secret(self) -> Json:
        """The deployment's whole secret; none of it may be printed."""
        name, _ = self.one("AWS::SecretsManager::Secret")
        return json.loads(self.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])

    @cached_property
    def token(self) -> str:
        """A token that may do everything: the deployment's own."""
        given = os.environ.get(TOKEN)
        return given or _needed("the deployment's token", TOKEN, lambda: self.secret["token"])

    def headers(self, token: str | None = None) -> dict[str, str]:
        return {"x-api-key": self.api_key, "Authorization": f"Bearer {token or self.token}"}

    def get(self, path: str, headers: dict[str, str] | None = None, **parameters: object) -> Answer:
        """GETs a path of the API and returns the response, whatever its status."""
        headers = self.headers() if headers is None else headers
        query = f"?{urlencode(parameters)}" if parameters else ""
        return self.fetch(self.url + path + query, headers)

    def fetch(self, url: str, headers: dict[str, str]) -> Answer:
        """GETs a URL and returns the response, whatever its status."""
        request = urllib.request.Request(url, headers=headers)
        # A proxy of the machine leads to AWS, but not to an emulator.
        handlers = [urllib.request.ProxyHandler({})] if self.emulated else []
        try:
            with urllib.request.build_opener(*handlers).open(request, timeout=ANSWER_SECONDS) as response:
                return Answer(response.status, _lower(response.headers), response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, _lower(error.headers), error.read())
        except OSError as error:
            reason = getattr(error, "reason", error)
            if self.parameters.get("EndpointType") == "PRIVATE":
                raise NotCheckable(f"the API is PRIVATE and can't be reached from here ({reason})") from error
            raise

    @cached_property
    def inventory(self) -> Answer:
        """The response of `/resources`, fetched once."""
        return self.get("/resources")

    def pays(self, price: str, what: str) -> bool:
        """Returns whether a call that AWS bills may be made; if so, first announces its price."""
        if self.paid:
            print(f"paid call: {what}, {price}", file=sys.stderr)
        return self.paid


def _needed(what: str, variable: str, read: Any) -> str:
    try:
        return read()
    except (ClientError, ValueError, KeyError, TypeError) as error:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
        raise NotCheckable(f"{what} can't be read ({code}); set {variable} in the environment instead") from error


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def known(value: Any) -> bool:
    """Returns whether the template alone determines a value."""
    if isinstance(value, dict):
        return all(map(known, value.values()))
    return all(map(known, value)) if isinstance(value, list) else value is not UNKNOWN
