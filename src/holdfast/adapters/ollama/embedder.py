"""Vectors from Ollama's ``/api/embed``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from holdfast.adapters.ollama.catalogue import digest_of
from holdfast.ports import EmbedderIdentity
from holdfast.remote.embedding import embed_in_batches, prefixes_of, readable, unit_rows
from holdfast.remote.http import JsonClient

if TYPE_CHECKING:
    from holdfast.ports import Vector, Vectors
    from holdfast.remote.server import Server

_DIGEST_LETTERS = 12
_PROBE = "dimension"


class OllamaEmbedder:
    """``Embedder`` of an Ollama server. Its revision is the digest of the installed model.

    Args:
        server: where it listens, such as ``http://127.0.0.1:11434``, and the name of the model.

    Raises:
        InvalidInput: ``invalid_model_url``.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._client = JsonClient(server)
        self._prefixes = prefixes_of(server.model)

    @cached_property
    def identity(self) -> EmbedderIdentity:
        """Asked of the server once: the digest of the model, and the length of a vector of its.

        Raises:
            BackendError: one of ``remote.failures``.
        """
        digest = digest_of(self._server, self._client).removeprefix("sha256:")[:_DIGEST_LETTERS]
        probe = unit_rows(self._ask([_PROBE]), count=1, dimension=None, server=self._server.url)
        return EmbedderIdentity(f"ollama:{self._server.model}", digest, probe.shape[1])

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        return self._embed([self._prefixes.document + readable(text) for text in texts])

    def embed_query(self, text: str) -> Vector:
        vector: Vector = self._embed([self._prefixes.query + readable(text)])[0]
        return vector

    def verify(self) -> None:
        digest_of(self._server, self._client)

    def _embed(self, texts: Sequence[str]) -> Vectors:
        return embed_in_batches(texts, self._ask, dimension=self.identity.dimension, server=self._server.url)

    def _ask(self, texts: Sequence[str]) -> object:
        request = {"model": self._server.model, "input": list(texts), "truncate": True}
        return self._client.post("/api/embed", request).get("embeddings")
