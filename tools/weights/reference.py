"""What the float32 original says about a thousand sentences: tests hold the int8 weights to it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from weights.encoder import Encoder
from weights.sentences import reference_sentences

if TYPE_CHECKING:
    from holdfast.shipped.wordpiece import WordPieces
    from weights.source import Source


def build_reference(source: Source, pieces: WordPieces) -> dict[str, bytes]:
    """The sentences, one a line, and their unit vectors in float16, in the same order."""
    sentences = reference_sentences()
    vectors = Encoder(source.tensors).embed_all([pieces.framed_ids(text) for text in sentences])
    return {
        "embedding_sentences.txt": ("\n".join(sentences) + "\n").encode(),
        "embedding_vectors.npy": npy_bytes(vectors.astype(np.float16)),
    }


def npy_bytes(array: np.ndarray) -> bytes:
    """An array as the content of an .npy file."""
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()
