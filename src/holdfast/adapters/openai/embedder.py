"""Vectors from ``/v1/embeddings``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from holdfast.ports import EmbedderIdentity
from holdfast.remote import failures
from holdfast.remote.embedding import embed_in_batches, prefixes_of, readable, unit_rows
from holdfast.remote.http import JsonClient

if TYPE_CHECKING:
    from holdfast.ports import Vector, Vectors
    from holdfast.remote.server import Server

_REVISION = "1"
"""The wire tells no revision of a model; this is that of our prefixes."""

_DIMENSIONS = {
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
    "text-embedding-ada-002": 1536,
}
"""OpenAI's own, so that a store opens without a request."""

_PROBE = "dimension"


class OpenAiEmbedder:
    """``Embedder`` of OpenAI, or of a server that speaks its API: vLLM, llama.cpp, LM Studio and others.

    Args:
        server: the base address with its ``/v1``, the name of the model, and the key.
        provider: the first part of its identity.
        dimensions: shorter vectors than the model's own, of models that can give them.

    Raises:
        InvalidInput: ``invalid_model_url``.
    """

    def __init__(self, server: Server, *, provider: str = "openai", dimensions: int | None = None) -> None:
        self._server = server
        self._client = JsonClient(server)
        self._provider = provider
        self._dimensions = dimensions
        self._prefixes = prefixes_of(server.model)

    @cached_property
    def identity(self) -> EmbedderIdentity:
        """The length of a vector is asked of the server once, unless it is known.

        Raises:
            BackendError: one of ``remote.failures``.
        """
        known = self._dimensions or _DIMENSIONS.get(self._server.model)
        dimension = known or self._probed_dimension()
        return EmbedderIdentity(f"{self._provider}:{self._server.model}", _REVISION, dimension)

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        return self._embed([self._prefixes.document + readable(text) for text in texts])

    def embed_query(self, text: str) -> Vector:
        vector: Vector = self._embed([self._prefixes.query + readable(text)])[0]
        return vector

    def verify(self) -> None:
        """Embeds one word: the wire has no other way to ask for a model."""
        self._embed([_PROBE])

    def _probed_dimension(self) -> int:
        rows = unit_rows(self._ask([_PROBE]), count=1, dimension=None, server=self._server.url)
        return int(rows.shape[1])

    def _embed(self, texts: Sequence[str]) -> Vectors:
        return embed_in_batches(texts, self._ask, dimension=self.identity.dimension, server=self._server.url)

    def _ask(self, texts: Sequence[str]) -> object:
        request: dict[str, object] = {
            "model": self._server.model,
            "input": list(texts),
            "encoding_format": "float",
        }
        if self._dimensions is not None:
            request["dimensions"] = self._dimensions
        data = self._client.post("/embeddings", request).get("data")
        return [entry.get("embedding") for entry in self._ordered(data)]

    def _ordered(self, data: object) -> Sequence[dict[str, object]]:
        """The entries by their index: the wire does not promise an order."""
        if not isinstance(data, list) or not all(isinstance(entry, dict) for entry in data):
            raise failures.answer_unreadable(self._server.url, "it holds no list of vectors")
        places = [entry.get("index", place) for place, entry in enumerate(data)]
        if sorted(map(str, places)) != sorted(map(str, range(len(data)))):
            raise failures.answer_unreadable(self._server.url, "its vectors are numbered wrongly")
        return [
            entry for _, entry in sorted(zip(map(int, places), data, strict=True), key=lambda item: item[0])
        ]
