"""An embedder without a model: texts that share words are close."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from holdfast.ports import EmbedderIdentity

if TYPE_CHECKING:
    from holdfast.ports import Vector, Vectors

_WORD = re.compile(r"\w+")


class HashingEmbedder:
    """``Embedder`` that adds up one pseudo-random direction for each word; instant and the same everywhere.

    Example:
        >>> HashingEmbedder().embed_query("to be or not to be").shape
        (64,)
    """

    def __init__(self, dimension: int = 64, revision: str = "1") -> None:
        self._identity = EmbedderIdentity("hashing", revision, dimension)

    @property
    def identity(self) -> EmbedderIdentity:
        return self._identity

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self._identity.dimension), np.float32)
        return np.stack([self.embed_query(text) for text in texts])

    def embed_query(self, text: str) -> Vector:
        words = _WORD.findall(text.casefold()) or [text]
        total = np.sum([self._direction(word) for word in words], axis=0)
        unit: Vector = (total / np.linalg.norm(total)).astype(np.float32)
        return unit

    def verify(self) -> None:
        """Nothing can be damaged: it is made of no files."""

    def _direction(self, word: str) -> Vector:
        seed = blake2b(f"{self._identity.revision}:{word}".encode("utf-8", "replace"), digest_size=8)
        chance = np.random.default_rng(int.from_bytes(seed.digest(), "big"))
        direction: Vector = chance.standard_normal(self._identity.dimension).astype(np.float32)
        return direction
