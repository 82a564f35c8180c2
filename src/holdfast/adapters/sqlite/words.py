"""Search by words inside a scope: BM25 with the counts of that scope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from holdfast.adapters.sqlite.bridges import bridges, stored_terms
from holdfast.adapters.sqlite.home import at_rows
from holdfast.adapters.sqlite.homes import join
from holdfast.adapters.sqlite.postings import find
from holdfast.adapters.sqlite.terms import QueryTerms, Stemmer
from holdfast.domain.information import K1, B, telling_words
from holdfast.domain.ranking import Scores, Signal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import apsw
    import numpy.typing as npt

    from holdfast.adapters.sqlite.database import Database
    from holdfast.adapters.sqlite.home import Floats, HomeView, Keys
    from holdfast.adapters.sqlite.homes import Homes, Reached
    from holdfast.adapters.sqlite.postings import Found
    from holdfast.domain.scope import Scope
    from holdfast.ports import Bridge

    Places = npt.NDArray[np.intp]

_TIMES_AT_A_TIME = 65_536
"""Numbers that a pass over the turns holds for some terms: few enough for a core's own cache."""

_NOTHING = Scores(np.empty(0, np.int64), np.empty(0), 0.0)


class SqliteWordIndex:
    """``WordIndex`` on the homes in memory.

    BM25 as ``domain.information`` has it. The window's score counts the words of the two turns before as
    well; both are measured against the length of the window.
    """

    def __init__(self, database: Database, homes: Homes) -> None:
        self._database = database
        self._homes = homes

    def search(
        self, scope: Scope, query: str, *, limit: int, also: npt.ArrayLike = ()
    ) -> Mapping[Signal, Scores]:
        """The best of the scope by the message and by its window."""

        def work(connection: apsw.Connection) -> tuple[QueryTerms, list[Reached]]:
            return Stemmer(connection).terms_of_query(query), self._homes.reached(
                self._database, connection, scope
            )

        asked, reached = self._database.read(work)
        if not asked.terms or not reached:
            return dict.fromkeys((Signal.WORDS, Signal.WORDS_WINDOW, Signal.NAMES), _NOTHING)
        return _search(asked, reached, limit, np.asarray(also, np.int64))

    def bridges(self, scope: Scope, query: str, starts: Sequence[int], *, limit: int) -> Sequence[Bridge]:
        """The widest bridges from each of some memories of the scope."""

        def work(connection: apsw.Connection) -> tuple[list[int], dict[int, frozenset[int]], list[Reached]]:
            stemmer, reached = Stemmer(connection), self._homes.reached(self._database, connection, scope)
            known = {key: stemmer.terms_to_lead(stored_terms(connection, key)) for key in starts}
            return stemmer.terms_of_query(query).terms, known, reached

        terms, known, reached = self._database.read(work)
        return [*bridges(reached, terms, known, limit=limit)] if reached else []


def _search(
    asked: QueryTerms, reached: list[Reached], limit: int, also: npt.NDArray[np.int64]
) -> Mapping[Signal, Scores]:
    terms = asked.terms
    found = [dict(zip(terms, find(each.home.runs, terms), strict=True)) for each in reached]
    lengths = join(reached, (each.home.window_lengths for each in reached))
    told = telling_words({term: _count(term, found, reached) for term in terms}, len(lengths))
    average = max(1.0, float(lengths.sum()) / len(lengths))
    scored = [_bm25(each.home, rows, told, average) for each, rows in zip(reached, found, strict=True)]
    keys = join(reached, (each.home.keys for each in reached))
    by_turn, by_window = (join(reached, scores) for scores in zip(*scored, strict=True))
    best, ceiling = _best(by_window, limit), sum(told.values())
    if len(also):
        best = np.union1d(best, np.flatnonzero(np.isin(keys, also) & (by_window != 0)))
    own = best[by_turn[best] > 0]
    named = {term: information for term, information in told.items() if term in asked.named}
    return {
        Signal.WORDS: Scores(keys[own], by_turn[own], ceiling),
        Signal.WORDS_WINDOW: Scores(keys[best], by_window[best], ceiling),
        Signal.NAMES: _holding(named, found, reached, keys),
    }


def _holding(
    told: Mapping[int, float], found: Sequence[Mapping[int, Found]], reached: Sequence[Reached], keys: Keys
) -> Scores:
    """The information in those of some terms that each turn holds."""
    if not told:
        return _NOTHING
    held = [np.zeros(len(each.home.keys), np.float32) for each in reached]
    for of_home, rows in zip(held, found, strict=True):
        for term, information in told.items():
            of_home[rows[term].rows] += np.float32(information)
    scores = join(reached, held)
    places = np.flatnonzero(scores)
    return Scores(keys[places], scores[places], sum(told.values()))


def _count(term: int, found: Sequence[Mapping[int, Found]], reached: Sequence[Reached]) -> int:
    """How many turns inside the scope hold the term."""
    return sum(each.count_inside(rows[term].rows) for each, rows in zip(reached, found, strict=True))


def _bm25(
    home: HomeView, found: Mapping[int, Found], told: Mapping[int, float], average: float
) -> tuple[Floats, Floats]:
    """The score of every turn of a home, and of every window."""
    damping = K1 * (1 - B + B * home.window_lengths / np.float32(average))
    turns, windows = np.zeros(len(damping), np.float32), np.zeros(len(damping), np.float32)
    for terms in _batches([*told], len(damping)):
        information = np.array([told[term] * (K1 + 1) for term in terms], np.float32)
        own, window = _times(home, [found[term] for term in terms])
        turns += np.einsum("t,tr->r", information, own / (own + damping))
        windows += np.einsum("t,tr->r", information, window / (window + damping))
    return turns, windows


def _batches(terms: Sequence[int], rows: int) -> Iterator[Sequence[int]]:
    """The terms, so many at a time as take little memory."""
    at_a_time = max(1, _TIMES_AT_A_TIME // rows)
    return (terms[start : start + at_a_time] for start in range(0, len(terms), at_a_time))


def _times(home: HomeView, found: Sequence[Found]) -> tuple[Floats, Floats]:
    """How often each turn holds each term, and how often each window: shape (terms, turns)."""
    said = np.zeros((len(found), len(home.keys) + 1), np.float32)  # one more, for what has no turn before it
    for times, each in zip(said, found, strict=True):
        times[each.rows] = each.said
    own = said[:, :-1]
    windows = own + at_rows(said, home.before) + at_rows(said, home.second_before)
    for times, window, each in zip(own, windows, found, strict=True):
        if each.named is not None:
            times[each.rows] += each.named
            window[each.rows] += each.named
    return own, windows


def _best(scores: Floats, limit: int) -> Places:
    """The places of the best that are not 0, at most ``limit`` of them."""
    found = np.flatnonzero(scores)
    if len(found) <= limit:
        return found
    return found[np.argpartition(scores[found], len(found) - limit)[-limit:]]
