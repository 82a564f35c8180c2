"""Which rows hold a term, and how often: sorted runs that are merged as they come."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from holdfast.adapters.sqlite.terms import OF_A_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Terms = npt.NDArray[np.uint32]
    Rows = npt.NDArray[np.int32]
    Times = npt.NDArray[np.uint16]
    Entries = tuple[Rows, Times]

_TIMES_MAX = 65_535

_NOWHERE = np.empty(0, np.int32), np.empty(0, np.uint16)


class Run(NamedTuple):
    """Terms of consecutive rows in the order of term and row, with how often the row holds the term."""

    terms: Terms
    rows: Rows
    times: Times

    @property
    def size(self) -> int:
        """The bytes it takes."""
        return self.terms.nbytes + self.rows.nbytes + self.times.nbytes

    def of(self, terms: Terms) -> Run:  # noqa: ARG002 (its counterpart looks for them)
        """A run that holds whatever there is of some terms: this one."""
        return self

    @property
    def whole(self) -> Run:
        """All of it in order: this one."""
        return self


class Unsorted:
    """The occurrences of a home that was just read: put in order when they are asked for a second time.

    A process that asks once, such as a command line, spends less on looking through them than on sorting.
    """

    def __init__(self, terms: Terms, rows: npt.NDArray[np.int64]) -> None:
        self._occurrences: tuple[Terms, npt.NDArray[np.int64]] | None = (terms, rows)
        self._run: Run | None = None
        self._was_asked = False

    @property
    def size(self) -> int:
        """The bytes it takes."""
        occurrences = self._occurrences
        return self.whole.size if occurrences is None else sum(part.nbytes for part in occurrences)

    def of(self, terms: Terms) -> Run:
        """A run that holds whatever there is of some terms."""
        occurrences = self._occurrences
        if self._was_asked or occurrences is None:
            return self.whole
        self._was_asked = True
        own, rows = occurrences
        wanted = np.isin(own, terms)
        return run_of(own[wanted], rows[wanted])

    @property
    def whole(self) -> Run:
        """All of it in order. Two threads may both sort it, and come to the same."""
        occurrences = self._occurrences
        if self._run is None and occurrences is not None:
            self._run = run_of(*occurrences)
            self._occurrences = None
        if self._run is None:
            raise AssertionError("occurrences were let go of before they were in order")
        return self._run


Runs = tuple[Run | Unsorted, ...]


class Found(NamedTuple):
    """The rows that hold a term, in ascending order, with how often the text does and the speaker's name."""

    rows: Rows
    said: Times
    named: Times | None


def run_of(terms: Terms, rows: npt.NDArray[np.int64]) -> Run:
    """The run of these occurrences, one entry for each term of a row."""
    places, times = np.unique(
        (terms.astype(np.uint64) << np.uint64(32)) | rows.astype(np.uint64), return_counts=True
    )
    return Run(
        terms=(places >> np.uint64(32)).astype(np.uint32),
        rows=(places & np.uint64(0xFFFFFFFF)).astype(np.int32),
        times=np.minimum(times, _TIMES_MAX).astype(np.uint16),
    )


def with_occurrences(runs: Runs, terms: Terms, rows: npt.NDArray[np.int64]) -> Runs:
    """The runs with these occurrences behind them."""
    if not runs:
        return (Unsorted(terms, rows),)
    return _merged((*(run.whole for run in runs), run_of(terms, rows)))


def _merged(runs: tuple[Run, ...]) -> Runs:
    """The same in fewer runs: two are merged while the last is more than half as long as the one before.

    So a term is looked up in few runs, and an entry is merged as often as the runs have doubled
    (the log-structured merge tree of O'Neil, Cheng, Gawlick and O'Neil, 1996).
    """
    merged = [*runs]
    while len(merged) > 1 and 2 * len(merged[-1].terms) > len(merged[-2].terms):
        merged[-2:] = [_merge(merged[-2], merged[-1])]
    return tuple(merged)


def find(runs: Runs, terms: Sequence[int]) -> list[Found]:
    """The rows of each term, and how often they hold it."""
    wanted = np.array([*terms, *(term | OF_A_NAME for term in terms)], np.uint32)
    lists = [_Lists(run.of(wanted), wanted) for run in runs]
    return [
        _together(_entries(lists, place), _entries(lists, place + len(terms))) for place in range(len(terms))
    ]


class _Lists:
    """Where the rows of some terms lie in a run."""

    def __init__(self, run: Run, terms: Terms) -> None:
        self.run = run
        self.starts = run.terms.searchsorted(terms).tolist()
        self.ends = run.terms.searchsorted(terms, "right").tolist()


def _entries(lists: Sequence[_Lists], place: int) -> Entries | None:
    """The rows of the term at that place with how often they hold it, the runs one behind the other."""
    parts = [
        (each.run.rows[start:end], each.run.times[start:end])
        for each in lists
        if (start := each.starts[place]) < (end := each.ends[place])
    ]
    if not parts:
        return None
    if len(parts) == 1:
        return parts[0]
    rows, times = zip(*parts, strict=True)
    return np.concatenate(rows), np.concatenate(times)


def _together(said: Entries | None, named: Entries | None) -> Found:
    if named is None:
        return Found(*(said or _NOWHERE), None)
    if said is None:
        return Found(named[0], np.zeros_like(named[1]), named[1])
    rows = np.union1d(said[0], named[0])
    return Found(rows, _spread(*said, rows), _spread(*named, rows))


def _spread(rows: Rows, times: Times, among: Rows) -> Times:
    spread = np.zeros(len(among), np.uint16)
    spread[among.searchsorted(rows)] = times
    return spread


def _merge(earlier: Run, later: Run) -> Run:
    terms = np.concatenate([earlier.terms, later.terms])
    order = np.argsort(terms, kind="stable")  # rows of the earlier run are smaller than all of the later
    return Run(
        terms=terms[order],
        rows=np.concatenate([earlier.rows, later.rows])[order],
        times=np.concatenate([earlier.times, later.times])[order],
    )
