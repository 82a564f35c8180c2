"""Words as numbers: what the index in memory is built from, and what a query is looked up by."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast
from zlib import crc32

import apsw
import numpy as np

from holdfast.domain.spelling import COMMON_WORDS, is_name, spell_query, spell_words

if TYPE_CHECKING:
    from collections.abc import Iterable

TERM = np.dtype("<u4")
"""A term: the CRC-32 of a word's stem, without its highest bit.

Of the 30,000 stems of a long life two share a number with a chance of one in five, and a query of ten
words then meets a stranger in one of 7,000 searches: no table of words has to be kept, read or cleaned.
"""

OF_A_NAME = 1 << 31
"""The highest bit of a term: the word stands in the speaker's name."""

_STEMMER = ("porter", ["unicode61", "remove_diacritics", "2"])


class QueryTerms(NamedTuple):
    """What a query is looked up by, and which of it stands for names."""

    terms: list[int]
    named: frozenset[int]


class Stemmer:
    """FTS5's tokenizer: words without case, accents and endings (Porter, An Algorithm for Suffix Stripping).

    It belongs to its connection: one thread at a time.
    """

    def __init__(self, connection: apsw.Connection) -> None:
        self._tokenize = connection.fts5_tokenizer(*_STEMMER)

    def terms_of_turn(self, speaker: str | None, text: str) -> bytes:
        """The terms of a turn in the order of its words, those of the speaker's name first."""
        name = [term | OF_A_NAME for term in _terms(self._stems(speaker or ""))]
        return np.array(name + _terms(self._stems(text)), TERM).tobytes()

    def terms_of_query(self, query: str) -> QueryTerms:
        """The terms of a query that are worth looking up, each once, in the order of their words."""
        encoded = spell_query(query).encode()
        tokens = cast("list[tuple[int, int, str]]", self._tokenize(encoded, apsw.FTS5_TOKENIZE_QUERY, None))
        words = {stem: encoded[start:end].decode() for start, end, stem in tokens}
        telling = [stem for stem, word in words.items() if word.casefold() not in COMMON_WORDS]
        terms = dict(zip(_terms(telling or words), telling or words, strict=True))
        named = frozenset(term for term, stem in terms.items() if is_name(words[stem], query))
        return QueryTerms(list(terms), named)

    def terms_to_lead(self, stored: bytes) -> frozenset[int]:
        """The terms of a turn as it is stored that may lead to another: common words lead nowhere."""
        common = frozenset(_terms(self._stems(" ".join(COMMON_WORDS))))
        return frozenset((np.frombuffer(stored, TERM) & ~np.uint32(OF_A_NAME)).tolist()) - common

    def _stems(self, text: str) -> list[str]:
        return cast(
            "list[str]",
            self._tokenize(
                spell_words(text).encode(),
                apsw.FTS5_TOKENIZE_DOCUMENT,
                None,
                include_offsets=False,
                include_colocated=False,
            ),
        )


def _terms(stems: Iterable[str]) -> list[int]:
    return [crc32(stem.encode()) & ~OF_A_NAME for stem in stems]
