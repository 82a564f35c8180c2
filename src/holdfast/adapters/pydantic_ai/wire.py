"""The connection that the client libraries are given: it sends what we say, and reads no more than we allow.

Left to themselves they add headers from variables of the environment (an organisation, a project, headers of
one's own), whatever the address, and describe the machine to the server.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING

import httpx2

from holdfast import limits
from holdfast.remote import failures
from holdfast.remote.http import tls_context
from holdfast.remote.server import is_own_machine

if TYPE_CHECKING:
    from holdfast.remote.server import Server

_SENT = frozenset({
    "host", "connection", "content-length", "content-type", "accept", "accept-encoding", "anthropic-version",
    "anthropic-beta",
})  # fmt: skip
"""What of the libraries' headers goes out; the key is added by us."""


def connect(server: Server, headers: Mapping[str, str]) -> httpx2.AsyncClient:
    """A client for one call, with these headers, the key among them."""

    async def only_ours(request: httpx2.Request) -> None:
        kept = {name: value for name, value in request.headers.items() if name in _SENT}
        request.headers = httpx2.Headers({**kept, "User-Agent": "holdfast", **headers})

    async def bounded(response: httpx2.Response) -> None:
        if isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = _Bounded(response.stream, server.url)

    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(server.timeout_seconds, connect=limits.MODEL_CONNECT_SECONDS),
        verify=tls_context(),
        trust_env=not is_own_machine(server.url),
        event_hooks={"request": [only_ours], "response": [bounded]},
    )


class _Bounded(httpx2.AsyncByteStream):
    """A body that ends in an error beyond ``MODEL_ANSWER_BYTES_MAX``."""

    def __init__(self, body: httpx2.AsyncByteStream, server: str) -> None:
        self._body = body
        self._server = server

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._body:
            size += len(chunk)
            if size > limits.MODEL_ANSWER_BYTES_MAX:
                raise failures.too_large(self._server)
            yield chunk

    async def aclose(self) -> None:
        await self._body.aclose()
