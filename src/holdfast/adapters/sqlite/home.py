"""One home in memory: its turns, their vectors, their words, and the windows that are derived from both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from holdfast.adapters.sqlite.growing import Growing
from holdfast.adapters.sqlite.postings import Runs, with_occurrences
from holdfast.adapters.sqlite.terms import OF_A_NAME
from holdfast.adapters.sqlite.threads import NONE, Threads

if TYPE_CHECKING:
    import numpy.typing as npt

    from holdfast.adapters.sqlite.threads import Placed
    from holdfast.adapters.sqlite.turn_rows import Turns

    Keys = npt.NDArray[np.int64]
    Rows = npt.NDArray[np.int32]
    Floats = npt.NDArray[np.float32]

BEFORE_WEIGHT = 0.5
SECOND_BEFORE_WEIGHT = 0.3
"""How much of the one and of the other turn before it a window holds. The unit sum of three turns' vectors
finds as well as embedding the three turns' text together (development conversations: Recall@10 74.6
against 74.8 in the same sum of signals) and costs neither a second embedding nor a byte of disk."""

_ROWS_AT_A_TIME = 1_024


class Judgement(NamedTuple):
    """What was said of a memory, from -1 to 1, and when it was last of use, in microseconds since 1970."""

    key: int
    feedback: float
    last_use: int


class HomeView(NamedTuple):
    """A home as it was at one moment, in the order of its memories' keys.

    ``before`` and ``second_before`` are the rows of the two undeleted turns before each in its thread, or
    ``NONE``. ``window_norms`` are the lengths of the weighted sums of the three vectors. ``lengths`` are the
    words of a turn without the speaker's name, and ``window_lengths`` the words of the three turns, the
    names of the earlier two left out. ``voices`` are places in ``names``; ``at`` is in microseconds since
    1970. ``threads`` are numbers from 0, ``thread_numbers`` has that of each thread of the file, and
    ``talks`` says of each number whether more than one voice has spoken there. ``rated`` are the keys of the
    memories with feedback, ascending, ``feedback`` is what was said of each, from -1 to 1, and ``last_use``
    when it was last of use. ``ended`` are the keys of those that have ceased to be true, in whole or in part,
    and ``outdated`` how far.
    """

    keys: Keys
    threads: Rows
    thread_numbers: Mapping[int, int]
    before: Rows
    second_before: Rows
    vectors: Floats
    window_norms: Floats
    lengths: Floats
    window_lengths: Floats
    at: Keys
    traits: Rows
    importance: Floats
    trust: Floats
    voices: Rows
    names: Sequence[str]
    talks: npt.NDArray[np.bool_]
    runs: Runs
    rated: Keys
    feedback: npt.NDArray[np.float64]
    last_use: Keys
    ended: Keys
    outdated: npt.NDArray[np.float64]


class Home:
    """Takes in turns as they come, and shows itself as it is at the moment."""

    def __init__(self, dimension: int) -> None:
        self._keys = Growing(np.int64)
        self._threads = Growing(np.int32)
        self._before = Growing(np.int32)
        self._second_before = Growing(np.int32)
        self._vectors = Growing(np.float32, dimension)
        self._nearness = Growing(np.float32)
        self._window_norms = Growing(np.float32)
        self._said_lengths = Growing(np.float32)
        self._window_lengths = Growing(np.float32)
        self._at = Growing(np.int64)
        self._traits = Growing(np.int32)
        self._importance = Growing(np.float32)
        self._trust = Growing(np.float32)
        self._voices = Growing(np.int32)
        self._runs: Runs = ()
        self._talk = Threads()
        self._rated = np.empty(0, np.int64)
        self._feedback = np.empty(0, np.float64)
        self._last_use = np.empty(0, np.int64)
        self._ended = np.empty(0, np.int64)
        self._outdated = np.empty(0, np.float64)

    @property
    def last_key(self) -> int:
        """The greatest key of a memory that it has taken in; 0 at first."""
        keys = self._keys.rows
        return int(keys[-1]) if len(keys) else 0

    @property
    def size(self) -> int:
        """The bytes that its rows take."""
        columns = (
            self._keys, self._threads, self._before, self._second_before, self._vectors,
            self._nearness, self._window_norms, self._said_lengths, self._window_lengths,
            self._at, self._traits, self._importance, self._trust, self._voices,
        )  # fmt: skip
        return sum(column.rows.nbytes for column in columns) + sum(run.size for run in self._runs)

    @property
    def view(self) -> HomeView:
        """What it holds now. Later additions do not show in it."""
        return HomeView(
            keys=self._keys.rows,
            threads=self._threads.rows,
            thread_numbers=self._talk.numbers,
            before=self._before.rows,
            second_before=self._second_before.rows,
            vectors=self._vectors.rows,
            window_norms=self._window_norms.rows,
            lengths=self._said_lengths.rows,
            window_lengths=self._window_lengths.rows,
            at=self._at.rows,
            traits=self._traits.rows,
            importance=self._importance.rows,
            trust=self._trust.rows,
            voices=self._voices.rows,
            names=self._talk.names,
            talks=self._talk.talks,
            runs=self._runs,
            rated=self._rated,
            feedback=self._feedback,
            last_use=self._last_use,
            ended=self._ended,
            outdated=self._outdated,
        )

    def rate(self, judgements: Sequence[Judgement]) -> None:
        """Take in what was said of memories, in the order of their keys, in the place of what was."""
        self._rated = np.array([each.key for each in judgements], np.int64)
        self._feedback = np.array([each.feedback for each in judgements], np.float64)
        self._last_use = np.array([each.last_use for each in judgements], np.int64)

    def date(self, outdated: Mapping[int, float]) -> None:
        """Take in how far memories have ceased to be true, by keys that ascend, in the place of what was."""
        self._ended = np.array([*outdated], np.int64)
        self._outdated = np.array([*outdated.values()], np.float64)

    def extend(self, turns: Turns, vectors: Iterable[Floats]) -> None:
        """Take in more turns, with a vector for each: parts of the vectors, one behind the other."""
        first, rows = len(self._keys.rows), turns.rows
        self._keys.extend(rows["key"])
        self._at.extend(rows["at"])
        self._traits.extend(rows["traits"])
        self._importance.extend(rows["importance"])
        self._trust.extend(rows["trust"])
        self._place(self._talk.take_in(turns, first))
        self._vectors.reserve(first + len(rows))
        for part in vectors:
            self._vectors.extend(part)
        self._measure_windows(first)
        self._take_in_words(turns, first)

    def _place(self, placed: Placed) -> None:
        """Where the turns stand. What is before a turn has the undeleted before it too."""
        self._threads.extend(placed.threads)
        self._voices.extend(placed.voices)
        self._before.extend(placed.before)
        earlier = np.append(self._before.rows, np.int32(NONE))
        self._second_before.extend(earlier[placed.before])

    def _measure_windows(self, first: int) -> None:
        """The lengths of the sums, from dot products of neighbours; the vectors themselves have length 1."""
        before, second_before = self._before.rows[first:], self._second_before.rows[first:]
        a, b = BEFORE_WEIGHT * (before != NONE), SECOND_BEFORE_WEIGHT * (second_before != NONE)
        self._nearness.extend(self._dots(first, before))
        near, between = self._nearness.rows[first:], self._nearness.rows[before]
        squared = (
            1 + a * a + b * b + 2 * a * near + 2 * b * self._dots(first, second_before) + 2 * a * b * between
        )
        self._window_norms.extend(np.sqrt(np.maximum(squared, 1e-6)))

    def _dots(self, first: int, others: Rows) -> Floats:
        """Dot products of the rows from ``first`` on with others, a few at a time: the copies stay small."""
        vectors, dots = self._vectors.rows, np.empty(len(others), np.float32)
        for start in range(0, len(others), _ROWS_AT_A_TIME):
            part = slice(start, start + _ROWS_AT_A_TIME)
            own = vectors[first:][part]
            np.einsum("ij,ij->i", own, vectors[others[part]], out=dots[part])
        return dots

    def _take_in_words(self, turns: Turns, first: int) -> None:
        lengths, terms = turns.rows["words"].astype(np.int64), turns.terms
        rows = np.repeat(np.arange(first, first + len(lengths), dtype=np.int64), lengths)
        self._runs = with_occurrences(self._runs, terms, rows)
        named = np.bincount(rows[terms >= OF_A_NAME] - first, minlength=len(lengths))
        self._said_lengths.extend(lengths - named)
        said = np.append(self._said_lengths.rows, np.float32(0))
        self._window_lengths.extend(
            lengths + said[self._before.rows[first:]] + said[self._second_before.rows[first:]]
        )


def marked(home: HomeView, keys: Keys) -> npt.NDArray[np.bool_]:
    """For each row whether its key is among these."""
    marks = np.zeros(len(home.keys), np.bool_)
    marks[rows_of(home, keys)] = True
    return marks


def judgements_of(home: HomeView, keys: Keys, at: Keys) -> tuple[npt.NDArray[np.float64], Keys]:
    """What was said of the memories with these keys, 0 where nothing was, and when each was last of use:
    ``at``, when it was said, or later.
    """
    if not len(home.rated):
        return np.zeros(len(keys)), at
    place = home.rated.searchsorted(keys).clip(max=len(home.rated) - 1)
    rated = home.rated[place] == keys
    last_use = np.where(rated, np.maximum(at, home.last_use[place]), at)
    return np.where(rated, home.feedback[place], 0.0), last_use


def outdated_of(home: HomeView, keys: Keys) -> npt.NDArray[np.float64]:
    """How far the memories with these keys have ceased to be true."""
    if not len(home.ended):
        return np.zeros(len(keys))
    place = home.ended.searchsorted(keys).clip(max=len(home.ended) - 1)
    return np.where(home.ended[place] == keys, home.outdated[place], 0.0)


def rows_of(home: HomeView, keys: Keys) -> npt.NDArray[np.intp]:
    """The rows of those of the keys that the home has, in their order."""
    rows = home.keys.searchsorted(keys)
    there = rows < len(home.keys)
    rows, wanted = rows[there], keys[there]
    found: npt.NDArray[np.intp] = rows[home.keys[rows] == wanted]
    return found


def turn_scores(home: HomeView, query: Floats) -> Floats:
    """The score of every turn: its dot product with the query, on this thread alone.

    ``@`` would hand even a thousand rows to the threads of BLAS, which wait for one another busily. Measured
    at 10,000 rows on two cores that other processes use too: 12 ms, against 1.1 here; on idle ones it is
    memory that bounds both.
    """
    scores: Floats = np.einsum("ij,j->i", home.vectors, query)
    return scores


def window_scores(home: HomeView, turn_scores: Floats) -> Floats:
    """The score of every window, from the scores of the turns."""
    padded = np.append(turn_scores, np.float32(0))
    total = (
        turn_scores
        + np.float32(BEFORE_WEIGHT) * at_rows(padded, home.before)
        + np.float32(SECOND_BEFORE_WEIGHT) * at_rows(padded, home.second_before)
    )
    scores: Floats = total / home.window_norms
    return scores


def at_rows(padded: Floats, rows: Rows) -> Floats:
    """The values at some rows, along the last axis; ``NONE`` has that of the last column.

    A third of the time of indexing.
    """
    return padded.take(rows, axis=-1, mode="wrap")
