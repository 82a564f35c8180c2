"""The conversations of a home: who speaks, where more than one does, and which turn stands before which."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from holdfast.adapters.sqlite.growing import Growing
from holdfast.domain.traits import Trait, voice_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    Rows = npt.NDArray[np.int32]

NONE = -1
"""Where there is no row: as an index it means the last, where those who add a column of zeros have put it."""


class Placed(NamedTuple):
    """For each of some turns the number of its thread, its voice, and the undeleted turn before it."""

    threads: Rows
    voices: Rows
    before: Rows


class Threads:
    """Takes in turns in the order of their rows."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._names: dict[str, int] = {}
        self._voices: dict[tuple[str | None, int], int] = {}
        self._first_voices = Growing(np.int32)
        self._talks = Growing(np.bool_)
        self._last_rows = Growing(np.int32)

    @property
    def numbers(self) -> Mapping[int, int]:
        """The number of each thread of the file, from 0."""
        return self._numbers

    @property
    def names(self) -> tuple[str, ...]:
        """The voices, in the order of their numbers."""
        return tuple(self._names)

    @property
    def talks(self) -> npt.NDArray[np.bool_]:
        """For each number whether more than one voice has spoken in the thread."""
        return self._talks.rows

    def take_in(
        self,
        keys: Sequence[int],
        speakers: Sequence[str | None],
        traits: npt.NDArray[np.int32],
        deleted: npt.NDArray[np.bool_],
        first: int,
    ) -> Placed:
        """Turns of the threads with these keys, the first of which has the row ``first``."""
        threads, voices = self._numbers_of(keys), self._voices_of(speakers, traits)
        derived = (traits & int(Trait.DERIVED)) != 0
        self._listen(threads[~derived], voices[~derived])
        before = self._before(threads, deleted | derived, first)
        return Placed(threads, voices, np.where(derived, np.int32(NONE), before))

    def _numbers_of(self, keys: Sequence[int]) -> Rows:
        numbers = self._numbers
        different, places = np.unique(np.array(keys, np.int64), return_inverse=True)
        of_each = [numbers.setdefault(key, len(numbers)) for key in different.tolist()]
        new = len(numbers) - len(self._talks.rows)
        self._first_voices.extend(np.full(new, NONE, np.int32))
        self._talks.extend(np.zeros(new, np.bool_))
        self._last_rows.extend(np.full(new, NONE, np.int32))
        return np.array(of_each, np.int32)[places]

    def _voices_of(self, speakers: Sequence[str | None], traits: npt.NDArray[np.int32]) -> Rows:
        names, voices = self._names, self._voices
        spoken = [*zip(speakers, (traits & int(Trait.NOT_A_PERSON)).tolist(), strict=True)]
        for each in dict.fromkeys(spoken):
            voices.setdefault(each, names.setdefault(voice_of(*each), len(names)))
        return np.array([voices[each] for each in spoken], np.int32)

    def _listen(self, threads: Rows, voices: Rows) -> None:
        """Note the first voice of each thread, and where another is heard."""
        first_voices = self._first_voices.rows
        heard, places = np.unique(threads, return_index=True)
        begins = first_voices[heard] == NONE
        first_voices[heard[begins]] = voices[places[begins]]
        self._talks.rows[threads[voices != first_voices[threads]]] = True

    def _before(self, threads: Rows, passed_over: npt.NDArray[np.bool_], first: int) -> Rows:
        """The row of the last turn before each in its thread that is not passed over, or ``NONE``."""
        together = np.argsort(threads, kind="stable")
        grouped, places = threads[together], np.arange(len(threads))
        ends = np.flatnonzero(np.append(grouped[1:] != grouped[:-1], True))
        begins = np.repeat(np.append(0, ends[:-1] + 1), np.diff(ends, prepend=-1))
        latest = np.maximum.accumulate(np.where(passed_over[together], NONE, places))
        before = np.append(NONE, latest[:-1])
        rows, last = first + together, self._last_rows.rows
        found = np.empty(len(threads), np.int32)
        found[together] = np.where(before >= begins, rows[before], last[grouped])
        spoken = ends[latest[ends] >= begins[ends]]
        last[grouped[spoken]] = rows[latest[spoken]]
        return found
