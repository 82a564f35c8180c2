"""JSON over HTTP: bounded in time and size, without redirects, its failures translated once."""

from __future__ import annotations

import json
import time
import weakref
from collections.abc import Mapping
from functools import cache
from ssl import SSLContext

import httpx2

from holdfast import limits
from holdfast.remote import failures
from holdfast.remote.server import Server, is_own_machine, require_url

_CHUNK_BYTES = 65_536


class JsonClient:
    """Asks one server in JSON. May be used from many threads; connections are kept open between calls.

    Args:
        server: the address; its key is sent as a bearer token.
        headers: more headers, of a server that takes its key in another way.

    Raises:
        InvalidInput: ``invalid_model_url``.
    """

    def __init__(self, server: Server, *, headers: Mapping[str, str] | None = None) -> None:
        self._server = server
        self._url = require_url(server.url)
        bearer = {"Authorization": f"Bearer {server.key}"} if server.key else {}
        self._client = httpx2.Client(
            headers={**bearer, **(headers or {})},
            timeout=httpx2.Timeout(server.timeout_seconds, connect=limits.MODEL_CONNECT_SECONDS),
            verify=tls_context(),
            trust_env=not is_own_machine(server.url),
        )
        weakref.finalize(self, self._client.close)  # a port has no end of its own that could close it

    def post(self, path: str, body: Mapping[str, object]) -> Mapping[str, object]:
        """The object that the server answers.

        Raises:
            BackendError: one of ``remote.failures``.
        """
        return self._ask("POST", path, json.dumps(body).encode())

    def get(self, path: str) -> Mapping[str, object]:
        """Likewise.

        Raises:
            BackendError: one of ``remote.failures``.
        """
        return self._ask("GET", path, None)

    def _ask(self, method: str, path: str, body: bytes | None) -> Mapping[str, object]:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        try:
            with self._client.stream(method, self._url + path, content=body, headers=headers) as response:
                answer = self._read(response)
        except httpx2.TimeoutException as error:
            raise failures.timed_out(self._url, self._server.timeout_seconds) from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise failures.unreachable(self._url, str(error) or type(error).__name__) from error
        if not response.is_success:
            raise failures.of_status(
                response.status_code,
                self._server,
                why=_complaint(answer),
                retry_after_seconds=failures.read_retry_after(response.headers.get("Retry-After")),
            )
        return self._decoded(answer)

    def _read(self, response: httpx2.Response) -> bytes:
        """The whole body, unless it is too long or drips in too slowly."""
        until = time.monotonic() + self._server.timeout_seconds
        answer = bytearray()
        for chunk in response.iter_bytes(_CHUNK_BYTES):
            answer += chunk
            if len(answer) > limits.MODEL_ANSWER_BYTES_MAX:
                raise failures.too_large(self._url)
            if time.monotonic() > until:
                raise failures.timed_out(self._url, self._server.timeout_seconds)
        return bytes(answer)

    def _decoded(self, answer: bytes) -> Mapping[str, object]:
        try:
            value = json.loads(answer)
        except (ValueError, RecursionError) as error:
            raise failures.answer_unreadable(self._url, "it is no JSON") from error
        if not isinstance(value, dict):
            raise failures.answer_unreadable(self._url, "it is no JSON object")
        return value


@cache
def tls_context() -> SSLContext:
    """One for all connections: reading the certificates takes 57 ms."""
    return httpx2.create_ssl_context()


def _complaint(answer: bytes) -> str:
    """The server's own words: the message in its JSON, else nothing; a page of HTML tells little."""
    try:
        value = json.loads(answer[: limits.MODEL_REPLY_CHARACTERS_MAX])
    except (ValueError, RecursionError):
        return ""
    error = value.get("error") if isinstance(value, dict) else None
    message = error.get("message") if isinstance(error, dict) else error
    return message if isinstance(message, str) else ""
