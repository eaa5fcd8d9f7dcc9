"""Lambda's runtime interface, for a function that is run without a gateway: sends it events, and returns its responses."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from emulator import loopback
from emulator.ministack import ROOT

#: How long a function may take for a response, in seconds.
PATIENCE = 120


@dataclass
class Function:
    """A running function."""

    events: queue.Queue[dict[str, Any]] = field(default_factory=queue.Queue)
    responses: queue.Queue[tuple[str, bytes]] = field(default_factory=queue.Queue)

    def ask(self, name: str, **query: object) -> dict[str, Any]:
        """Sends the event of a route with a query, which must succeed, and returns the envelope."""
        event = json.loads((ROOT / "events" / f"{name}.json").read_text())
        event["queryStringParameters"] = {key: str(value) for key, value in query.items()} or None
        event["multiValueQueryStringParameters"] = {key: [str(value)] for key, value in query.items()} or None
        self.events.put(event)
        kind, body = self.responses.get(timeout=PATIENCE)
        assert kind == "response", body
        response = json.loads(body)
        assert response["statusCode"] == 200, response
        return json.loads(response["body"])


@contextlib.contextmanager
def running(program: Path, environment: dict[str, str]) -> Iterator[Function]:
    """Runs a function's binary, whose environment also leads it to AWS."""
    function = Function()

    class Interface(loopback.Handler):
        def do_GET(self) -> None:  # noqa: N802
            # The function waits here until there is an event, or until it is stopped.
            event = json.dumps(function.events.get()).encode()
            self.send_response(200)
            self.send_header("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
            self.send_header("Lambda-Runtime-Deadline-Ms", "9999999999999")
            self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:resources")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(event)))
            self.end_headers()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(event)

        def do_POST(self) -> None:  # noqa: N802
            body = self.rfile.read(int(self.headers["Content-Length"]))
            function.responses.put((self.path.rsplit("/", 1)[-1], body))
            self.answer(202, "application/json", b"{}")

    with loopback.serving(Interface) as url:
        variables = environment | {
            "AWS_LAMBDA_RUNTIME_API": urlsplit(url).netloc,
            "AWS_LAMBDA_FUNCTION_NAME": program.parent.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        }
        process = subprocess.Popen([program], env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            yield function
        finally:
            process.terminate()
            process.wait(PATIENCE)
            # Ends the request that waits for an event.
            function.events.put({})
