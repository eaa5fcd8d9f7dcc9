"""A proxy between the functions and AWS that injects the faults that AWS has on a bad day.

It forwards every request to the emulator (those to Cost Explorer to the ledger, and those to other services that the
emulator lacks to their stand-ins) and returns the response, unless a fault is set for the service, region or operation. A fault is a plain function from a request to a response.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

import aiohttp
import cbor2
from aiohttp import web
from yarl import URL

#: The credentials of sessions that were issued through an endpoint.
SEEN_SECRETS: set[str] = set()

#: The signing names of the services that use JSON or CBOR instead of query strings and XML.
JSON = {
    "budgets", "ce", "cost-optimization-hub", "dynamodb", "ecs", "eks", "elasticfilesystem", "es", "lambda", "logs", "organizations",
    "pricing", "resource-explorer-2", "secretsmanager", "servicequotas", "ssm", "tagging",
}  # fmt: skip
CBOR = {"monitoring"}


@dataclass(frozen=True)
class Asked:
    """A request, as AWS interprets it."""

    #: The signing name: `ec2`, `rds`, `s3`, `lambda`, `tagging`, `monitoring`, `ce`, `sts`, `secretsmanager`.
    service: str
    region: str
    operation: str
    #: The access key id.
    key: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """A response: the whole body, or only its first bytes under the full content length."""

    status: int
    headers: dict[str, str]
    body: bytes
    cut_at: int | None = None


#: Forwards a request.
Pass = Callable[[], Awaitable[Answer]]
#: Responds to a request; None resets the connection.
Fault = Callable[[Asked, Pass], Awaitable[Answer | None]]


@dataclass
class Endpoint:
    """A running endpoint."""

    url: str = ""
    requests: list[Asked] = field(default_factory=list)
    _faults: list[tuple[dict[str, str], Fault]] = field(default_factory=list)

    def fault_for(self, asked: Asked) -> Fault | None:
        """Returns the most recently set fault for a request."""
        for where, fault in reversed(self._faults):
            if all(getattr(asked, name) == value for name, value in where.items()):
                return fault
        return None

    @contextlib.contextmanager
    def with_fault(self, fault: Fault, **where: str) -> Iterator[None]:
        """Sets a fault for a `service`, `region` and `operation`; those that are left out match any."""
        entry = (where, fault)
        self._faults.append(entry)
        try:
            yield
        finally:
            self._faults.remove(entry)

    def variables(self) -> dict[str, str]:
        """Returns the variables that point a function here: one per service, as the emulator sets AWS_ENDPOINT_URL."""
        return variables(self.url)

    def operations(self) -> list[str]:
        return [asked.operation for asked in self.requests]


SERVICES = (
    "AUTO_SCALING", "BUDGETS", "CLOUDWATCH", "CLOUDWATCH_LOGS", "COST_EXPLORER", "COST_OPTIMIZATION_HUB", "DYNAMODB", "EC2", "ECS",
    "EFS", "EKS", "ELASTICACHE", "ELASTIC_LOAD_BALANCING", "ELASTIC_LOAD_BALANCING_V2", "LAMBDA", "OPENSEARCH", "ORGANIZATIONS",
    "PRICING", "RDS", "REDSHIFT",
    "RESOURCE_EXPLORER_2", "RESOURCE_GROUPS_TAGGING_API", "S3", "SECRETS_MANAGER", "SERVICE_QUOTAS", "SSM", "STS",
)  # fmt: skip


def variables(url: str) -> dict[str, str]:
    """Returns the variables with which a function uses `url` for all of AWS."""
    return {f"AWS_ENDPOINT_URL_{service}": url for service in SERVICES}


@contextlib.contextmanager
def running(aws: str, beside: dict[str, str]) -> Iterator[Endpoint]:
    """Serves on loopback until the end of the block. `beside` has the addresses of services that are not at `aws`."""
    endpoint, loop, ready = Endpoint(), asyncio.new_event_loop(), threading.Event()
    ended = asyncio.Event()

    async def serve() -> None:
        timeout = aiohttp.ClientTimeout(total=60)
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(timeout=timeout, connector=connector, auto_decompress=False) as session:
            runner = web.ServerRunner(web.Server(_handler(endpoint, session, aws, beside), handler_cancellation=True), shutdown_timeout=0)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            endpoint.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            ready.set()
            await ended.wait()
            await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    ready.wait()
    try:
        yield endpoint
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()


def _handler(endpoint: Endpoint, session: aiohttp.ClientSession, aws: str, beside: dict[str, str]) -> Callable:
    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        asked = _read(request, await request.read())
        endpoint.requests.append(asked)
        upstream = beside.get(asked.service, aws)

        async def pass_on() -> Answer:
            url = URL(upstream + asked.path, encoded=True)
            # Records the credentials that pass through here, which must not appear anywhere else.
            async with session.request(asked.method, url, headers=asked.headers, data=asked.body) as response:
                kept = {k: v for k, v in response.headers.items() if k.lower() not in ("content-length", "transfer-encoding")}
                text = await response.read()
                if asked.operation == "AssumeRole":
                    found = re.findall(rb"<(?:SecretAccessKey|SessionToken)>([^<]+)<", text)
                    SEEN_SECRETS.update(secret.decode() for secret in found)
                return Answer(response.status, kept, text)

        fault = endpoint.fault_for(asked)
        answer = await (fault(asked, pass_on) if fault else pass_on())
        if answer is None:
            request.transport.abort()
            return web.Response()
        if answer.cut_at is None:
            return web.Response(status=answer.status, headers=answer.headers, body=answer.body)
        cut = web.StreamResponse(status=answer.status, headers=answer.headers)
        cut.content_length = len(answer.body)
        await cut.prepare(request)
        await cut.write(answer.body[: answer.cut_at])
        request.transport.close()
        return cut

    return handle


def _read(request: web.BaseRequest, body: bytes) -> Asked:
    authorization = request.headers.get("Authorization", "")
    key, _, region, service = (re.findall(r"Credential=(\w+)/(\d+)/([\w-]+)/([\w-]+)/", authorization) or [("", "", "", "")])[0]
    action = re.search(rb"(?:^|&)Action=(\w+)", body)
    target = request.headers.get("X-Amz-Target", "").rsplit(".", 1)[-1]
    by_path = {
        "eks": "DescribeCluster" if request.path.startswith("/clusters/") else "ListClusters",
        "es": "DescribeDomains" if request.path.endswith("/domain-info") else "ListDomainNames",
        "elasticfilesystem": "DescribeFileSystems", "lambda": "ListFunctions", "s3": "ListBuckets",
        "monitoring": request.path.rsplit("/", 1)[-1], "resource-explorer-2": request.path.rsplit("/", 1)[-1],
    }  # fmt: skip
    operation = action[1].decode() if action else target or by_path.get(service, "")
    return Asked(service, region, operation, key, request.method, request.raw_path, dict(request.headers), body)


# --------------------------------------------------------------------------------------------------------------- faults


async def hang(_: Asked, __: Pass) -> Answer | None:
    """Never responds."""
    await asyncio.sleep(3600)
    return None


async def reset(_: Asked, __: Pass) -> Answer | None:
    """Resets the connection."""
    return None


def late(seconds: float) -> Fault:
    """Responds correctly, but late."""

    async def fault(_: Asked, pass_on: Pass) -> Answer:
        await asyncio.sleep(seconds)
        return await pass_on()

    return fault


def error(status: int, code: str, message: str = "words of AWS") -> Fault:
    """Responds with an AWS error in the service's own format."""

    async def fault(asked: Asked, _: Pass) -> Answer:
        return _error(asked, status, code, message)

    return fault


def _error(asked: Asked, status: int, code: str, message: str) -> Answer:
    if asked.service in CBOR:
        headers = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
        return Answer(status, headers, cbor2.dumps({"__type": code, "message": message}))
    if asked.service in JSON:
        headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amzn-ErrorType": code}
        return Answer(status, headers, json.dumps({"__type": code, "message": message}).encode())
    inner = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    wrapped = {"ec2": f"<Response><Errors>{inner}</Errors></Response>", "s3": inner}
    return Answer(status, {"Content-Type": "text/xml"}, wrapped.get(asked.service, f"<ErrorResponse>{inner}</ErrorResponse>").encode())


def body(text: bytes, status: int = 200) -> Fault:
    """Responds with the right headers but with this body."""

    async def fault(asked: Asked, pass_on: Pass) -> Answer:
        answer = await pass_on()
        return Answer(status, answer.headers, text)

    return fault


async def no_datapoints(asked: Asked, pass_on: Pass) -> Answer:
    """Responds like CloudWatch for a deleted resource: every series is complete and empty."""
    answer = await pass_on()
    empty = {"Label": "", "Timestamps": [], "Values": [], "StatusCode": "Complete"}
    results = [{"Id": query["Id"]} | empty for query in cbor2.loads(asked.body)["MetricDataQueries"]]
    return Answer(answer.status, answer.headers, cbor2.dumps({"MetricDataResults": results}))


async def half(_: Asked, pass_on: Pass) -> Answer:
    """Sends the first half of the response, then closes the connection."""
    answer = await pass_on()
    return Answer(answer.status, answer.headers, answer.body, cut_at=len(answer.body) // 2)


async def short(_: Asked, pass_on: Pass) -> Answer:
    """Sends the first half of the response as if it were complete."""
    answer = await pass_on()
    return Answer(answer.status, answer.headers, answer.body[: len(answer.body) // 2])


def first(count: int, fault: Fault) -> Fault:
    """Applies a fault to the first requests only."""
    left = count

    async def counted(asked: Asked, pass_on: Pass) -> Answer | None:
        nonlocal left
        left -= 1
        return await (fault(asked, pass_on) if left >= 0 else pass_on())

    return counted


#: Where each listing puts the token of its next page.
_TOKENS = {
    "DescribeInstances": (b"</DescribeInstancesResponse>", "<nextToken>{}</nextToken>"),
    "DescribeDBInstances": (b"</DescribeDBInstancesResult>", "<Marker>{}</Marker>"),
}


def more_pages(tokens: Callable[[int], str | None]) -> Fault:
    """Makes a listing continue: `tokens` maps the page number, from 0, to the token of the next page."""
    page = -1

    async def fault(asked: Asked, pass_on: Pass) -> Answer:
        nonlocal page
        page += 1
        answer, token = await pass_on(), tokens(page)
        if token is None:
            return answer
        if asked.operation == "ListFunctions":
            return Answer(answer.status, answer.headers, json.dumps(json.loads(answer.body) | {"NextMarker": token}).encode())
        end, element = _TOKENS[asked.operation]
        changed = answer.body.replace(end, element.format(token).encode() + end)
        assert changed != answer.body
        return Answer(answer.status, answer.headers, changed)

    return fault


def bucket(burst: float, a_second: float, status: int, code: str) -> Fault:
    """Throttles with a token bucket."""
    tokens, filled = burst, time.monotonic()

    async def fault(asked: Asked, pass_on: Pass) -> Answer:
        nonlocal tokens, filled
        now = time.monotonic()
        tokens, filled = min(burst, tokens + (now - filled) * a_second), now
        if tokens < 1:
            return _error(asked, status, code, "Rate exceeded")
        tokens -= 1
        return await pass_on()

    return fault
