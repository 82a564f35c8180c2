"""The roles that the core needs, as Protocols. Adapters play them; the engine hands them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    Vectors: TypeAlias = npt.NDArray[np.float32]
    """Unit vectors, one row per text: shape (texts, dimension)."""

    Vector: TypeAlias = npt.NDArray[np.float32]
    """One unit vector: shape (dimension,)."""


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """Which encoder made a vector. Vectors of different identities are never compared."""

    id: str
    revision: str
    dimension: int


class Embedder(Protocol):
    """Turns texts into unit vectors whose dot product is their closeness in meaning."""

    @property
    def identity(self) -> EmbedderIdentity:
        """The id, revision and dimension that every vector of this embedder carries."""
        ...

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts to be found: float32, shape (len(texts), dimension), rows of length 1."""
        ...

    def embed_query(self, text: str) -> Vector:
        """The vector of a text to find by: float32, shape (dimension,), length 1."""
        ...
