"""How much a word of a query tells, and which words are worth looking up."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import TypeVar

from holdfast import limits

Word = TypeVar("Word", bound=Hashable)

K1 = 0.9
"""How soon a repeated word counts no more."""

B = 0.4
"""How much a long text is marked down. K1 and B of BM25 (Robertson and Zaragoza, The Probabilistic Relevance
Framework, 2009) as Anserini sets them for passages (Yang, Fang and Lin, 2017)."""


def telling_words(counts: Mapping[Word, int], total: int) -> dict[Word, float]:
    """The words of a query that are looked up, and how much each tells: the rarest, and no more than
    ``QUERY_WORDS_MAX``, those that are there before those that are not.

    ``counts`` says how many of the ``total`` messages of the scope hold each word. A word tells its inverse
    document frequency, ln(1 + (N - n + 0.5) / (n + 0.5)), as Lucene computes it.

    Example:
        >>> told = telling_words({"tea": 900, "rooibos": 3}, 1_000)
        >>> {word: round(information, 1) for word, information in told.items()}
        {'rooibos': 5.7, 'tea': 0.1}
    """
    information = {word: math.log1p((total - count + 0.5) / (count + 0.5)) for word, count in counts.items()}
    found_then_rarest = sorted(information, key=lambda word: (counts[word] == 0, -information[word]))
    return {word: information[word] for word in found_then_rarest[: limits.QUERY_WORDS_MAX]}
