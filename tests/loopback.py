"""A server on this machine that answers a test's requests as the test says, and records them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked: the path, the decoded body, and the headers by their lower-case names."""

    path: str
    body: dict[str, object]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered; ``body`` goes out as JSON, or as it is when it is bytes.

    ``claimed_length`` lies about the length; ``hold`` is waited for before anything is said.
    """

    body: object = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    claimed_length: int | None = None
    hold: threading.Event | None = None

    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Reply = Callable[[Request], Answer]
HOLD_SECONDS_MAX = 10.0


@dataclass(slots=True)
class Loopback:
    """The address of the server, and what it was asked."""

    url: str
    asked: list[Request]


@contextmanager
def serve(reply: Reply) -> Iterator[Loopback]:
    """Answer every request until the end of the block."""
    asked: list[Request] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.respond(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

        def do_GET(self) -> None:
            self.respond(b"{}")

        def respond(self, content: bytes) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.path, json.loads(content), headers)
            asked.append(request)
            answer = reply(request)
            if answer.hold is not None:
                answer.hold.wait(HOLD_SECONDS_MAX)
            body = answer.content()
            kind = "application/octet-stream" if isinstance(answer.body, bytes) else "application/json"
            self.send_response(answer.status)
            for name, value in {"Content-Type": kind, **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(answer.claimed_length or len(body)))
            self.end_headers()
            self.wfile.write(body)
            if answer.claimed_length is not None:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Silence."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that went away is what some tests are about."""

    server = Quiet(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield Loopback(f"http://127.0.0.1:{server.server_address[1]}", asked)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
