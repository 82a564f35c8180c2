"""The static table: one row per token of the vocabulary, distilled from the encoder.

After model2vec (github.com/MinishLab/model2vec): each token alone through the encoder, centred,
projected on the principal components, weighted by the logarithm of its rank, because the
vocabulary is sorted by frequency and frequent words say little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from weights.encoder import Encoder
from weights.quantise import Int8Matrix, quantise_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from weights.source import Source

DIMENSION = 256
BATCH = 256


def build_static(source: Source) -> Int8Matrix:
    """The int8 table; rows of tokens that no text gives (specials, unused) are zero."""
    vocabulary = source.tokens
    words = [rank for rank, token in enumerate(vocabulary) if not _is_special(token)]
    start, end = vocabulary.index("[CLS]"), vocabulary.index("[SEP]")
    pooled = _pooled(Encoder(source.tensors), [(start, word, end) for word in words])
    table = np.zeros((len(vocabulary), DIMENSION), np.float32)
    table[words] = _principal(pooled) * np.log1p(words)[:, np.newaxis]
    return quantise_rows(table)


def _is_special(token: str) -> bool:
    return token.startswith("[") and token.endswith("]") and len(token) > 2


def _pooled(encoder: Encoder, sequences: Sequence[Sequence[int]]) -> npt.NDArray[np.float64]:
    starts = range(0, len(sequences), BATCH)
    batches = [encoder.pool_batch(sequences[start : start + BATCH]) for start in starts]
    return np.concatenate(batches).astype(np.float64)


def _principal(vectors: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The vectors, centred, on their principal axes: the widest first, the narrowest last."""
    centred = vectors - vectors.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    widest = axes[:, ::-1][:, :DIMENSION]
    # The sign of an axis is the library's whim; its largest part points up here.
    signs = np.sign(widest[np.abs(widest).argmax(axis=0), np.arange(DIMENSION)])
    principal: npt.NDArray[np.float64] = centred @ (widest * signs)
    return principal
