"""A text as the mean of its word pieces' rows in a table."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from holdfast.limits import EMBEDDING_BATCH_TEXTS
from holdfast.shipped.weights import damaged, open_weights
from holdfast.shipped.wordpiece import WordPieces

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from holdfast.ports import EmbedderIdentity, Vector, Vectors

SHIPPED = Path(__file__).parent / "data"
ROWS_FILE = "rows.npy"
SCALES_FILE = "scales.npy"
VOCABULARY_FILE = "vocab.txt"

Scalar = TypeVar("Scalar", np.int8, np.float32)


class StaticEmbedder:
    """Turns texts into unit vectors of 256 dimensions by looking words up: about 10,000 a second.

    One embedder may be used from many threads, and a text always gives the same bits on one
    machine, alone or among others. A text without a known word gives the last axis,
    (0, …, 0, 1): words differ least along it, so it is close to nothing.

    ::

        embedder = StaticEmbedder()
        closeness = embedder.embed_documents(["I moved to Berlin"]) @ embedder.embed_query("Where?")

    Raises:
        BackendRejected: a weights file is missing or damaged.
    """

    def __init__(self, folder: Path = SHIPPED) -> None:
        self._weights = open_weights(folder)
        self._pieces = WordPieces(self._weights.path(VOCABULARY_FILE))
        self._rows = _map_array(self._weights.path(ROWS_FILE), np.int8)
        self._scales = _map_array(self._weights.path(SCALES_FILE), np.float32)
        if self._rows.shape != (self._scales.size, self.identity.dimension):
            reason = f"its shape is {self._rows.shape}"
            raise damaged(self._weights.path(ROWS_FILE), reason)

    @property
    def identity(self) -> EmbedderIdentity:
        """The id, revision and dimension that every vector of this embedder carries."""
        return self._weights.identity

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts to be found: float32, shape (len(texts), 256), rows of length 1."""
        vectors = np.empty((len(texts), self.identity.dimension), np.float32)
        for start in range(0, len(texts), EMBEDDING_BATCH_TEXTS):
            batch = slice(start, start + EMBEDDING_BATCH_TEXTS)
            vectors[batch] = _normalised(self._summed(self._pieces.bare_ids(texts[batch])))
        return vectors

    def embed_query(self, text: str) -> Vector:
        """The vector of a text to find by: float32, shape (256,), length 1."""
        vector: Vector = self.embed_documents([text])[0]
        return vector

    def verify(self) -> None:
        """Compares the hash of every weights file with what was shipped; opening checks only sizes.

        Raises:
            BackendRejected: a file is missing or is not what was shipped.
        """
        self._weights.verify()

    def _summed(self, sequences: Sequence[Sequence[int]]) -> Vectors:
        """The sum of each sequence's rows; specials have rows of zeros and so do not count."""
        lengths = np.fromiter(map(len, sequences), np.intp, len(sequences))
        ids = np.fromiter(chain.from_iterable(sequences), np.intp, lengths.sum())
        rows = self._rows.take(ids, axis=0) * self._scales.take(ids)[:, np.newaxis]
        sums = np.zeros((len(sequences), self.identity.dimension), np.float32)
        filled = lengths > 0
        if filled.any():
            starts = (np.cumsum(lengths) - lengths)[filled]
            sums[filled] = np.add.reduceat(rows, starts, axis=0)
        return sums


def _normalised(sums: Vectors) -> Vectors:
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    nowhere = np.zeros(sums.shape[1], np.float32)
    nowhere[-1] = 1
    empty = lengths == 0
    return np.where(empty, nowhere, sums / np.where(empty, 1, lengths))


def _map_array(path: Path, kind: type[Scalar]) -> npt.NDArray[Scalar]:
    try:
        array: npt.NDArray[Scalar] = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except (ValueError, OSError) as error:
        raise damaged(path, "numpy cannot read it") from error
    if array.dtype != kind:
        raise damaged(path, f"it holds {array.dtype}")
    return array
