"""Small HTTP servers for the tests, on loopback, and those that stand in for a service that the emulator lacks."""

from __future__ import annotations

import contextlib
import functools
import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from .ministack import Emulator


class Handler(BaseHTTPRequestHandler):
    """Sends bytes as the response to a request."""

    protocol_version = "HTTP/1.1"

    def answer(self, status: int, kind: str, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Logs nothing, since nobody reads it."""


@contextlib.contextmanager
def serving(handler: type[Handler]) -> Iterator[str]:
    """Serves on a free port, and yields the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Changeable:
    """A simulated service whose fields a test changes for a while."""

    @contextlib.contextmanager
    def changed(self, **fields: Any) -> Iterator[None]:
        """Changes fields until the end of the block."""
        before = {name: getattr(self, name) for name in fields}
        self.__dict__.update(fields)
        try:
            yield
        finally:
            self.__dict__.update(before)


class Asked(NamedTuple):
    """A request to a service of AWS, with the account and the region of its signature."""

    account: str
    region: str
    operation: str
    body: Any


@contextlib.contextmanager
def standing_in(emulator: Emulator, service: str, answer: Callable[[Asked], tuple[int, Any]]) -> Iterator[str]:
    """Serves a JSON service of AWS, by the name that signatures have for it: `answer` returns status and body, which has
    the error code in `__type`. The account is found by the access key, which the emulator issued."""
    sts = emulator.client("sts")

    @functools.cache
    def account_of(key: str) -> str:
        # The emulator treats a 12-digit access key as the account id.
        return key if key.isdigit() else sts.get_access_key_info(AccessKeyId=key)["Account"]

    class Standing(Handler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)) or b"{}")
            signed = re.search(r"Credential=(\w+)/\d{8}/([a-z0-9-]+)/([a-z0-9-]+)/", self.headers["Authorization"])
            key, region, signed_for = signed.groups()
            assert signed_for == service, signed_for
            # JSON services name the operation in a header, those with paths in the path.
            operation = self.headers.get("X-Amz-Target", self.path.removeprefix("/")).rsplit(".", 1)[-1]
            status, answered = answer(Asked(account_of(key), region, operation, body))
            code = {"X-Amzn-ErrorType": answered["__type"]} if "__type" in answered else {}
            self.answer(status, self.headers["Content-Type"], json.dumps(answered).encode(), code)

    with serving(Standing) as url:
        yield url
