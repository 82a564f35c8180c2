"""An embedder that costs nothing, so that what is measured is the memory and not the model."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from holdfast.ports import EmbedderIdentity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.ports import Vector, Vectors

DIMENSION = 384
PREPARED = 4_096


class PreparedEmbedder:
    """``Embedder`` that hands out unit vectors of 384 dimensions made beforehand, one after the other."""

    def __init__(self, seed: int = 7) -> None:
        drawn = np.random.default_rng(seed).standard_normal((PREPARED, DIMENSION), np.float32)
        self._vectors: Vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
        self._next = count()

    @property
    def identity(self) -> EmbedderIdentity:
        """The identity of all prepared vectors."""
        return EmbedderIdentity("prepared", "1", DIMENSION)

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """The next prepared vectors."""
        vectors: Vectors = self._vectors[[next(self._next) % PREPARED for _ in texts]]
        return vectors

    def embed_query(self, text: str) -> Vector:  # noqa: ARG002 (the port's name; no text is read here)
        """The next prepared vector."""
        vector: Vector = self._vectors[next(self._next) % PREPARED]
        return vector

    def verify(self) -> None:
        """Nothing can be damaged."""
