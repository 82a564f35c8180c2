"""BM25 inside one dialogue: the first wrong answers that look like right ones."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SATURATION = 1.2
LENGTH_SHARE = 0.75
STEM_CHARACTERS = 5
"""A word is its first five letters: a stemmer for the purpose, in any language with letters."""

_WORD = re.compile(r"\w+")


def stems(text: str) -> list[str]:
    """The words of a text, cut short and in lower case."""
    return [word[:STEM_CHARACTERS] for word in _WORD.findall(text.casefold())]


class Bm25:
    """Scores the texts of one small collection."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._counts = [Counter(stems(text)) for text in texts]
        self._lengths = [counts.total() for counts in self._counts]
        self._mean = max(1.0, sum(self._lengths) / max(1, len(texts)))
        self._holding = Counter(stem for counts in self._counts for stem in counts)

    def scores(self, query: str) -> list[float]:
        """The score of every text, in the order they were given."""
        wanted = {stem: self._rarity(stem) for stem in stems(query) if stem in self._holding}
        return [
            sum(weight * self._saturated(counts[stem], length) for stem, weight in wanted.items())
            for counts, length in zip(self._counts, self._lengths, strict=True)
        ]

    def _rarity(self, stem: str) -> float:
        holding = self._holding[stem]
        return math.log(1 + (len(self._counts) - holding + 0.5) / (holding + 0.5))

    def _saturated(self, count: int, length: int) -> float:
        norm = SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * length / self._mean)
        return count * (SATURATION + 1) / (count + norm)
