"""What the inputs of the encoder's linear layers look like: the ranges that int8 has to cover."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from weights.encoder import Encoder
from weights.sentences import calibration_sentences

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from holdfast.shipped.wordpiece import WordPieces
    from weights.source import Source


@dataclass(frozen=True, slots=True)
class Range:
    """The lowest and highest value seen in each channel."""

    low: npt.NDArray[np.float32]
    high: npt.NDArray[np.float32]

    @classmethod
    def of(cls, rows: npt.NDArray[np.float32]) -> Range:
        """The range of some rows, shape (rows, channels)."""
        return cls(rows.min(axis=0), rows.max(axis=0))

    def joined(self, other: Range) -> Range:
        """The range that covers both."""
        return Range(np.minimum(self.low, other.low), np.maximum(self.high, other.high))

    @property
    def middle(self) -> npt.NDArray[np.float32]:
        """Half way between the lowest and the highest value of each channel."""
        return (self.low + self.high) * np.float32(0.5)


def calibrate(source: Source, pieces: WordPieces) -> Mapping[str, Range]:
    """The input range of each linear layer, by its name in the source."""
    ranges: dict[str, Range] = {}

    def watch(name: str, rows: npt.NDArray[np.float32]) -> None:
        seen = Range.of(rows)
        ranges[name] = ranges[name].joined(seen) if name in ranges else seen

    encoder = Encoder(source.tensors, watch=watch)
    sentences = calibration_sentences(source.tokens)
    encoder.embed_all([pieces.framed_ids(text) for text in sentences])
    return ranges
