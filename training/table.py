"""The static table in torch: a text is the mean of its word pieces' rows."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional

from holdfast.shipped.wordpiece import UNKNOWN_TOKEN, WordPieces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.ports import Vectors

TABLE_FILE = "table.safetensors"
VOCABULARY_FILE = "vocab.txt"


class StaticTable:
    """One row for each word piece; rows of specials are zero and stay so: no text gives them, but for the
    unknown, which is passed over.
    """

    def __init__(self, rows: torch.Tensor, vocabulary: Path) -> None:
        self.rows = rows
        self._vocabulary = vocabulary.read_bytes()
        self._pieces = WordPieces(vocabulary)
        self._unknown = self._vocabulary.split(b"\n").index(UNKNOWN_TOKEN.encode())

    @classmethod
    def load(cls, folder: Path) -> StaticTable:
        """A table in float32, or in int8 as it ships."""
        path = folder / TABLE_FILE
        if path.exists():
            return cls(load_file(path)["table"], folder / VOCABULARY_FILE)
        rows = np.load(folder / "rows.npy", allow_pickle=False).astype(np.float32)
        scales = np.load(folder / "scales.npy", allow_pickle=False)
        return cls(torch.from_numpy(rows * scales[:, np.newaxis]), folder / VOCABULARY_FILE)

    def ids_of(self, text: str) -> list[int]:
        """The word pieces of a text."""
        return self._pieces.bare_ids([text])[0]

    def embed_all(self, texts: Sequence[str]) -> Vectors:
        """The unit vectors of texts, without gradients."""
        with torch.inference_mode():
            vectors: Vectors = self.embed(self._pieces.bare_ids(texts)).numpy()
            return vectors

    def embed(self, sequences: Sequence[Sequence[int]]) -> torch.Tensor:
        """The unit vectors of token sequences; one without a known piece gives zeros."""
        ids = torch.tensor(list(chain.from_iterable(sequences)), dtype=torch.long)
        lengths = torch.tensor([0, *map(len, sequences)])[:-1]
        sums = functional.embedding_bag(
            ids, self.rows, lengths.cumsum(0), mode="sum", padding_idx=self._unknown
        )
        return functional.normalize(sums, dim=1)

    def save(self, folder: Path) -> None:
        """Writes what ``tools/build_weights.py static --table`` reads."""
        folder.mkdir(parents=True, exist_ok=True)
        save_file({"table": self.rows.detach().contiguous()}, folder / TABLE_FILE)
        (folder / VOCABULARY_FILE).write_bytes(self._vocabulary)
