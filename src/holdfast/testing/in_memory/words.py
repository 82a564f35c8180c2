"""Search by words, straight from the definition of BM25."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from holdfast.domain.information import (
    BRIDGE_SHARE,
    K1,
    B,
    information_of,
    leading_words,
    telling_words,
)
from holdfast.domain.ranking import Signal
from holdfast.domain.spelling import COMMON_WORDS, is_name, spell_query, spell_words
from holdfast.ports import Bridge, Holding
from holdfast.testing.in_memory.scores import scores_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    import numpy.typing as npt

    from holdfast.domain.ranking import Scores
    from holdfast.domain.scope import Scope
    from holdfast.ports import Said
    from holdfast.testing.in_memory.data import Access, Held

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class _Document:
    """The words of a memory, and those of the two undeleted turns before it in its thread."""

    held: Held
    turn: Counter[str]
    window: Counter[str]


class InMemoryWordIndex:
    """``WordIndex`` that reads every memory: BM25 as ``domain.information`` has it.

    Words are compared as they are, but for upper and lower case: there is no stemming.
    """

    def __init__(self, access: Access) -> None:
        self._access = access

    def search(
        self, scope: Scope, query: str, *, limit: int, also: npt.ArrayLike = ()
    ) -> Mapping[Signal, Scores]:
        with self._access.use() as data:
            everything = _documents(list(data.held.values()))
        documents = [document for document in everything if scope.covers(document.held.memory.scope)]
        told = _information(_words(spell_query(query)), documents)
        average = sum(document.window.total() for document in documents) / max(1, len(documents))
        found = [document for document in documents if not told.keys().isdisjoint(document.window)]
        window = {document.held.key: _bm25(document.window, document, told, average) for document in found}
        best = sorted(window, key=lambda key: -window[key])[:limit]
        best += [key for key in np.asarray(also, np.int64).tolist() if key in window and key not in best]
        turn = {document.held.key: _bm25(document.turn, document, told, average) for document in found}
        ceiling = sum(told.values())
        return {
            Signal.WORDS: scores_of({key: turn[key] for key in best if turn[key]}, ceiling),
            Signal.WORDS_WINDOW: scores_of({key: window[key] for key in best}, ceiling),
            Signal.NAMES: _names(told, spell_query(query), documents),
        }

    def score(self, scope: Scope, query: str, texts: Mapping[int, Said]) -> Mapping[Signal, Scores]:
        with self._access.use() as data:
            everything = _documents(list(data.held.values()))
        documents = [document for document in everything if scope.covers(document.held.memory.scope)]
        if not documents:
            return dict.fromkeys((Signal.WORDS, Signal.WORDS_WINDOW, Signal.NAMES), scores_of({}, 0.0))
        told = _information(_words(spell_query(query)), documents)
        average = sum(document.window.total() for document in documents) / len(documents)
        words = {key: words_of(said.name or "") + words_of(said.text) for key, said in texts.items()}
        scores = {key: _bm25_of(own, own.total(), told, average) for key, own in words.items()}
        names = _named(told, spell_query(query))
        by_name = {key: sum(told[name] for name in names if name in own) for key, own in words.items()}
        by_words = scores_of({key: score for key, score in scores.items() if score}, sum(told.values()))
        named = scores_of(
            {key: score for key, score in by_name.items() if score}, sum(told[name] for name in names)
        )
        return {Signal.WORDS: by_words, Signal.WORDS_WINDOW: by_words, Signal.NAMES: named}

    def bridges(self, scope: Scope, query: str, starts: Sequence[int], *, limit: int) -> Sequence[Bridge]:
        with self._access.use() as data:
            everything = _documents(list(data.held.values()))
        documents = {each.held.key: each for each in everything if scope.covers(each.held.memory.scope)}
        return [
            bridge
            for start in starts
            if start in documents
            for bridge in _bridges(documents, _words(spell_query(query)), start)[:limit]
        ]

    def holding(self, scope: Scope, query: str, keys: npt.ArrayLike) -> Holding:
        wanted = set(np.asarray(keys, np.int64).tolist())
        with self._access.use() as data:
            everything = _documents(list(data.held.values()))
        documents = [each for each in everything if scope.covers(each.held.memory.scope)]
        told = {
            word: information if any(word in each.turn for each in documents) else 0.0
            for word, information in _information(_words(spell_query(query)), documents).items()
            if word not in COMMON_WORDS
        }
        found = [each for each in documents if each.held.key in wanted]
        holds = [[word in each.turn for word in told] for each in found]
        return Holding(
            np.array([each.held.key for each in found], np.int64),
            np.array(holds, np.bool_).reshape(len(found), len(told)),
            np.array([*told.values()], np.float64) / (sum(told.values()) or 1.0),
        )


def _bridges(documents: Mapping[int, _Document], query: Counter[str], start: int) -> list[Bridge]:
    own, every = documents[start].turn, [each.turn for each in documents.values()]
    counts = {word: sum(word in turn for turn in every) for word in [*own, *query]}
    leading = leading_words(own.keys() - query.keys() - COMMON_WORDS, counts, len(every))
    told = {word: information_of(counts[word], len(every)) for word in query}
    found = []
    for key, document in documents.items():
        share = sum(part for word, part in leading.items() if word in document.turn)
        new = (told[word] for word in query if word in document.turn and word not in own)
        if key != start and share >= BRIDGE_SHARE:
            found.append(Bridge(start, key, share, sum(new) / sum(told.values())))
    return sorted(found, key=lambda bridge: -bridge.share)


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.casefold()))


def words_of(text: str) -> Counter[str]:
    """How often a text holds each word, spelled for the index."""
    return _words(spell_words(text))


def _documents(held: Sequence[Held]) -> list[_Document]:
    earlier: dict[Hashable, list[Counter[str]]] = {}
    documents: list[_Document] = []
    for item in held:
        said = words_of(item.memory.text)
        turn = words_of(item.memory.spoken_by or "") + said
        before = [] if item.is_derived else earlier.get(item.thread, [])
        documents.append(_Document(item, turn, sum(before, turn)))
        if not item.is_passed_over:
            before = earlier.get(item.thread, [])
            earlier[item.thread] = [*before, said][-2:]
    return documents


def _information(words: Counter[str], documents: Sequence[_Document]) -> dict[str, float]:
    """How much each word of the query tells."""
    counts = {word: sum(word in document.turn for document in documents) for word in words}
    return telling_words(counts, len(documents))


def _names(told: Mapping[str, float], query: str, documents: Sequence[_Document]) -> Scores:
    """The information in the names of the query that each turn holds."""
    names = _named(told, query)
    held = {
        document.held.key: sum(told[name] for name in names if name in document.turn)
        for document in documents
    }
    return scores_of({key: score for key, score in held.items() if score}, sum(told[name] for name in names))


def _named(told: Mapping[str, float], query: str) -> set[str]:
    """The names in the query that are looked up."""
    return {word.casefold() for word in _WORD.findall(query) if is_name(word, query)} & told.keys()


def _bm25(words: Counter[str], document: _Document, told: Mapping[str, float], average: float) -> float:
    return _bm25_of(words, document.window.total(), told, average)


def _bm25_of(words: Counter[str], length: int, told: Mapping[str, float], average: float) -> float:
    damping = K1 * (1 - B + B * length / max(1.0, average))
    return sum(weight * words[word] * (K1 + 1) / (words[word] + damping) for word, weight in told.items())
