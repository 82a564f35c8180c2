"""Search by words inside a scope: FTS5 with the scope's tokens inside the match expression."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import apsw

from holdfast.adapters.sqlite.filters import view_condition
from holdfast.adapters.sqlite.reach import Reach, reach_of, token_of
from holdfast.adapters.sqlite.rows import Row
from holdfast.adapters.sqlite.statements import read_statements
from holdfast.domain.information import telling_words
from holdfast.domain.ranking import Scores, Signal
from holdfast.domain.spelling import COMMON_WORDS, spell_query

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from holdfast.adapters.sqlite.database import Database
    from holdfast.domain.scope import Scope
    from holdfast.domain.view import View

_SQL = read_statements("words.sql")
_TOKENIZER = ("porter", ["unicode61", "remove_diacritics", "2"])
_NOTHING: Mapping[Signal, Scores] = {
    Signal.WORDS: Scores({}, 0.0, 0.0),
    Signal.WORDS_WINDOW: Scores({}, 0.0, 0.0),
}


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
            ceiling = sum(words.values())
            return {
                Signal.WORDS: Scores({key: -turn for key, turn, _ in rows if turn < 0}, 0.0, ceiling),
                Signal.WORDS_WINDOW: Scores({key: -window for key, _, window in rows}, 0.0, ceiling),
            }

        return self._database.read(work)


def _query_words(connection: apsw.Connection, query: str) -> dict[str, float]:
    """The words of a query that are worth looking up, as they were written, and how much each tells."""
    written = _words_by_stem(connection, spell_query(query))
    telling = {stem: word for stem, word in written.items() if word.casefold() not in COMMON_WORDS} or written
    counts = _counts(connection, telling)
    total: int = connection.execute(_SQL["total"]).get
    return {written[stem]: told for stem, told in telling_words(counts, total).items()}


def _counts(connection: apsw.Connection, stems: Iterable[str]) -> dict[str, int]:
    """How many memories hold each stem."""
    rows: list[Row] = connection.execute(_SQL["counts"], (json.dumps(list(stems)),)).fetchall()
    return dict.fromkeys(stems, 0) | dict(rows)


def _words_by_stem(connection: apsw.Connection, text: str) -> dict[str, str]:
    """Each word as it was written, by the stem that the index knows it by."""
    encoded = text.encode()
    tokenize = connection.fts5_tokenizer(*_TOKENIZER)
    tokens = cast("list[Row]", tokenize(encoded, apsw.FTS5_TOKENIZE_QUERY, None))
    return {stem: encoded[start:end].decode() for start, end, stem, *_ in tokens}


def _match_expression(reach: Reach, words: Iterable[str]) -> str:
    scope = " AND ".join(_quote(token_of(key)) for key in reach.name_keys)
    text = " OR ".join(_quote(word) for word in words)
    return f"(scope : ({scope})) AND ({{turn context}} : ({text}))"


def _quote(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'
