"""Search by words, straight from the definition of BM25."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from holdfast.domain.information import telling_words
from holdfast.domain.matching import sees
from holdfast.domain.ranking import Scores, Signal
from holdfast.domain.spelling import spell_query, spell_words

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from holdfast.domain.scope import Scope
    from holdfast.domain.view import View
    from holdfast.testing.in_memory.data import Access, Held

_K1 = 1.2
_B = 0.75
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class _Document:
    """The words of a memory, and those of the two undeleted turns before it in its thread."""

    held: Held
    turn: Counter[str]
    window: Counter[str]


class InMemoryWordIndex:
    """``WordIndex`` that reads every memory: BM25 (Robertson and Zaragoza, 2009), k1 = 1.2, b = 0.75.

    Words are compared as they are, but for upper and lower case: there is no stemming.
    """

    def __init__(self, access: Access) -> None:
        self._access = access

    def search(self, scope: Scope, query: str, view: View, *, limit: int) -> Mapping[Signal, Scores]:
        with self._access.use() as data:
            documents = _documents(list(data.held.values()))
        information = _information(_words(spell_query(query)), documents)
        length = sum(document.window.total() for document in documents) / max(1, len(documents))
        found = [
            document
            for document in documents
            if scope.covers(document.held.memory.scope)
            and sees(view, document.held.memory)
            and not information.keys().isdisjoint(document.window)
        ]
        window = {document.held.key: _bm25(document.window, information, length) for document in found}
        best = set(sorted(window, key=lambda key: -window[key])[:limit])
        turn = {document.held.key: _bm25(document.turn, information, length) for document in found}
        ceiling = sum(information.values())
        return {
            Signal.WORDS: Scores({key: turn[key] for key in turn if key in best and turn[key]}, 0.0, ceiling),
            Signal.WORDS_WINDOW: Scores({key: window[key] for key in window if key in best}, 0.0, ceiling),
        }


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.casefold()))


def _documents(held: Sequence[Held]) -> list[_Document]:
    earlier: dict[Hashable, list[Counter[str]]] = {}
    documents: list[_Document] = []
    for item in held:
        speaker = item.memory.sources[0].name if item.memory.sources else None
        turn = _words(spell_words(speaker, item.memory.text))
        before = earlier.get(item.thread, [])
        documents.append(_Document(item, turn, sum(before, turn)))
        if not item.memory.is_deleted:
            said = _words(spell_words(None, item.memory.text))
            earlier[item.thread] = [*before, said][-2:]
    return documents


def _information(words: Counter[str], documents: Sequence[_Document]) -> dict[str, float]:
    """How much each word of the query tells."""
    counts = {word: sum(word in document.window for document in documents) for word in words}
    return telling_words(counts, len(documents))


def _bm25(words: Counter[str], information: Mapping[str, float], average_length: float) -> float:
    damping = _K1 * (1 - _B + _B * words.total() / max(1.0, average_length))
    return sum(
        weight * words[word] * (_K1 + 1) / (words[word] + damping) for word, weight in information.items()
    )
