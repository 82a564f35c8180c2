"""Search by words inside a scope: FTS5 with the scope's tokens inside the match expression."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import apsw

from holdfast import limits
from holdfast.adapters.sqlite.filters import view_condition
from holdfast.adapters.sqlite.reach import Reach, reach_of
from holdfast.adapters.sqlite.rows import Row
from holdfast.adapters.sqlite.statements import read_statements
from holdfast.domain.ranking import Scores, Signal
from holdfast.domain.spelling import spell_query

if TYPE_CHECKING:
    from collections.abc import Mapping

    from holdfast.adapters.sqlite.database import Database
    from holdfast.domain.scope import Scope
    from holdfast.domain.view import View

_SQL = read_statements("words.sql")
_TOKENIZER = ("porter", ["unicode61", "remove_diacritics", "2"])
_COMMON = frozenset(
    [
        "a",
        "about",
        "am",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "been",
        "being",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "doing",
        "for",
        "from",
        "had",
        "has",
        "have",
        "having",
        "he",
        "her",
        "hers",
        "him",
        "his",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "me",
        "my",
        "of",
        "on",
        "or",
        "our",
        "ours",
        "she",
        "should",
        "so",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "us",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "whom",
        "whose",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
        "yours",
    ]
)
_INFORMATION_MIN = 1e-6
_NOTHING: Mapping[Signal, Scores] = {
    Signal.WORDS: Scores({}, 0.0, 0.0),
    Signal.WORDS_WINDOW: Scores({}, 0.0, 0.0),
}


@dataclass(frozen=True, slots=True)
class _QueryWord:
    """A word of the query as it was written, and how much it tells (its inverse document frequency)."""

    written: str
    information: float


class SqliteWordIndex:
    """``WordIndex`` on FTS5.

    BM25 (Robertson and Zaragoza, 2009) as FTS5 computes it, with k1 = 1.2 and b = 0.75. The window's score
    counts the words of the two turns before as well.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def search(self, scope: Scope, query: str, view: View, *, limit: int) -> Mapping[Signal, Scores]:
        """The best of the scope that the view shows, by the message and by its window."""

        def work(connection: apsw.Connection) -> Mapping[Signal, Scores]:
            reach = reach_of(connection, scope)
            words = _query_words(connection, query)
            if reach.is_empty or not words:
                return _NOTHING
            condition = view_condition(view)
            rows: list[Row] = connection.execute(
                _SQL["search"].replace("{view}", condition.sql),
                (_match_expression(reach, words), *condition.values, limit),
            ).fetchall()
            ceiling = sum(word.information for word in words)
            return {
                Signal.WORDS: Scores({key: -turn for key, turn, _ in rows if turn < 0}, 0.0, ceiling),
                Signal.WORDS_WINDOW: Scores({key: -window for key, _, window in rows}, 0.0, ceiling),
            }

        return self._database.read(work)


def _query_words(connection: apsw.Connection, query: str) -> list[_QueryWord]:
    """The words of a query that tell something, at most so many, the rarest first."""
    written = _words_by_stem(connection, spell_query(query))
    telling = {stem: word for stem, word in written.items() if word.casefold() not in _COMMON} or written
    counts: dict[str, int] = dict(connection.execute(_SQL["counts"], (json.dumps(list(telling)),)).fetchall())  # type: ignore[arg-type]  # two columns: term and count
    total: int = connection.execute(_SQL["total"]).get
    words = [_QueryWord(word, _information(counts.get(stem, 0), total)) for stem, word in telling.items()]
    return sorted(_worth_it(words), key=lambda word: -word.information)[: limits.QUERY_WORDS_MAX]


def _worth_it(words: list[_QueryWord]) -> list[_QueryWord]:
    """Without the words that most memories hold, unless the query has no others.

    Such a word moves no score by more than 0.00001, but every memory that holds it has to be scored: with
    a speaker's name in the query, 100,000 messages of one user took 152 ms of processor time, 30 without.
    """
    return [word for word in words if word.information > _INFORMATION_MIN] or words


def _words_by_stem(connection: apsw.Connection, text: str) -> dict[str, str]:
    """Each word as it was written, by the stem that the index knows it by."""
    encoded = text.encode()
    tokenize = connection.fts5_tokenizer(*_TOKENIZER)
    tokens = cast("list[Row]", tokenize(encoded, apsw.FTS5_TOKENIZE_QUERY, None))
    return {stem: encoded[start:end].decode() for start, end, stem, *_ in tokens}


def _information(count: int, total: int) -> float:
    """Inverse document frequency as FTS5's bm25() computes it, floor included."""
    return max(_INFORMATION_MIN, math.log((total - count + 0.5) / (count + 0.5)))


def _match_expression(reach: Reach, words: list[_QueryWord]) -> str:
    scope = " AND ".join(_quote(str(token)) for token in reach.tokens)
    text = " OR ".join(_quote(word.written) for word in words)
    return f"(scope : ({scope})) AND ({{turn context}} : ({text}))"


def _quote(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'
