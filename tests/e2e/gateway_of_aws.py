"""A proxy in front of the emulator with the parts of AWS that the emulator lacks and `make verify` checks: a stage
cache, the test of an authorizer, usage, a trail of events. Everything else is forwarded to the emulator unchanged.

Each part follows AWS's documentation, and can be switched to misbehave, which the checks must detect.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from emulator import stack
from emulator.ministack import Emulator

#: Faults of the gateway, by name.
FAULTS = ("caches nothing", "skips the authorizer", "ignores max-age", "authorizer allows all", "authorizer fails", "caches accounts")


@dataclass
class Gateway:
    """The running proxy."""

    emulator: Emulator
    url: str = ""
    faults: set[str] = field(default_factory=set)
    #: CloudTrail's events, each as its own JSON.
    events: list[dict[str, Any]] = field(default_factory=list)
    #: The usage of the stack's key: calls made and calls left, one pair per day.
    usage: list[list[int]] = field(default_factory=lambda: [[7, 993], [3, 990]])
    cache: dict[str, tuple[int, Message, bytes]] = field(default_factory=dict)

    @contextlib.contextmanager
    def with_fault(self, fault: str) -> Iterator[None]:
        assert fault in FAULTS
        self.faults.add(fault)
        self.cache.clear()
        try:
            yield
        finally:
            self.faults.remove(fault)
            self.cache.clear()


@contextlib.contextmanager
def running(emulator: Emulator) -> Iterator[Gateway]:
    """Serves on loopback until the end of the block."""
    gateway = Gateway(emulator)

    class Handler(_Handler):
        aws = gateway

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    gateway.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield gateway
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    aws: Gateway

    def do_GET(self) -> None:
        if "/_aws/execute-api/" in self.path:
            return self._call_of_the_api()
        if re.fullmatch(r"/restapis/\w+/stages/\w+", self.path):
            return self._stage()
        if re.match(r"/usageplans/\w+/usage", self.path):
            key = stack.outputs(self.aws.emulator)["ApiKeyId"]
            return self._say_json({"values": {key: self.aws.usage}})
        return self._say(*self._pass())

    def do_POST(self) -> None:
        if re.fullmatch(r"/restapis/\w+/authorizers/\w+", self.path):
            return self._test_authorizer(json.loads(self._body()))
        if self.headers.get("X-Amz-Target", "").endswith(".LookupEvents"):
            events = [{"EventName": e["eventName"], "CloudTrailEvent": json.dumps(e)} for e in self.aws.events]
            return self._say_json({"Events": events})
        return self._say(*self._pass())

    do_PUT = do_PATCH = do_DELETE = do_POST

    def _call_of_the_api(self) -> None:
        """Runs the authorizer before the cache, so a cached response never reaches a caller who may not have it."""
        if self.path.endswith(("/health", "/v1/", "/openapi.json")) or "/assets/" in self.path:
            # The emulator rejects every caller of a PRIVATE API who has no token, since it has no VPC endpoint.
            return self._say_json({"status": "ok"})
        if self.path.endswith("/accounts") and "caches accounts" not in self.aws.faults:
            return self._say(*self._pass())
        status, headers, body = self._pass()
        refresh = "max-age=0" in self.headers.get("Cache-Control", "")
        kept = self.aws.cache.get(self.path)
        faults = self.aws.faults
        if kept and status != 200 and "skips the authorizer" in faults:
            return self._say(*kept)
        if status != 200 or "caches nothing" in faults:
            return self._say(status, headers, body)
        if kept and refresh and "ignores max-age" in faults:
            kept[1]["Warning"] = "199 Cache-control headers were ignored because the caller was unauthorized."
            return self._say(*kept)
        if kept and not refresh:
            return self._say(*kept)
        self.aws.cache[self.path] = (status, headers, body)
        return self._say(status, headers, body)

    def _stage(self) -> None:
        status, _, body = self._pass()
        assert status == 200
        cluster = {"cacheClusterEnabled": True, "cacheClusterSize": "0.5", "cacheClusterStatus": "AVAILABLE"}
        self._say_json(json.loads(body) | cluster)

    def _test_authorizer(self, asked: dict[str, Any]) -> None:
        if "authorizer fails" in self.aws.faults:
            return self._say_json({"clientStatus": 500, "log": "…", "latency": 12})
        outputs = stack.outputs(self.aws.emulator)
        arn = f"arn:aws:execute-api:us-east-1:123456789012:{outputs['RestApiId']}/ESTestInvoke-stage/GET/"
        event = {"type": "TOKEN", "authorizationToken": asked["headers"]["Authorization"], "methodArn": arn}
        answer = self.aws.emulator.client("lambda").invoke(FunctionName=outputs["AuthorizerFunction"], Payload=json.dumps(event))
        said = json.loads(answer["Payload"].read())
        policy = json.dumps(said["policyDocument"])
        if "authorizer allows all" in self.aws.faults:
            policy = policy.replace('"Deny"', '"Allow"')
        return self._say_json({"clientStatus": 0, "latency": 12, "principalId": said["principalId"], "policy": policy})

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _pass(self) -> tuple[int, Message, bytes]:
        data = self._body() or None
        headers = {k: v for k, v in self.headers.items() if k.lower() not in ("connection", "content-length", "cache-control")}
        request = urllib.request.Request(self.aws.emulator.endpoint + self.path, data, headers, method=self.command)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as response:
                return response.status, response.headers, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def _say_json(self, body: dict[str, Any]) -> None:
        headers = Message()
        headers["Content-Type"] = "application/json"
        self._say(200, headers, json.dumps(body).encode())

    def _say(self, status: int, headers: Message, body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in ("connection", "content-length", "transfer-encoding", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Logs nothing: a log line would contain the path of each call."""
