"""The conversations of a home: who speaks, where more than one does, and which turn stands before which."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from holdfast.adapters.sqlite.growing import Growing
from holdfast.domain.traits import Trait, voice_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from holdfast.adapters.sqlite.turn_rows import Turns

    Rows = npt.NDArray[np.int32]

_MACHINE = int(Trait.NOT_A_PERSON)

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

    def take_in(self, turns: Turns, first: int) -> Placed:
        """Turns the first of which has the row ``first``."""
        threads, voices = self._numbers_of(turns.rows["thread"]), self._voices_of(turns)
        derived = (turns.rows["traits"] & int(Trait.DERIVED)) != 0
        self._listen(threads[~derived], voices[~derived])
        before = self._before(threads, turns.rows["deleted"] | derived, first)
        return Placed(threads, voices, np.where(derived, np.int32(NONE), before))

    def _numbers_of(self, keys: npt.NDArray[np.int64]) -> Rows:
        numbers = self._numbers
        different, places = np.unique(keys, return_inverse=True)
        of_each = [numbers.setdefault(key, len(numbers)) for key in different.tolist()]
        new = len(numbers) - len(self._talks.rows)
        self._first_voices.extend(np.full(new, NONE, np.int32))
        self._talks.extend(np.zeros(new, np.bool_))
        self._last_rows.extend(np.full(new, NONE, np.int32))
        return np.array(of_each, np.int32)[places]

    def _voices_of(self, turns: Turns) -> Rows:
        names = self._names
        is_machine = (turns.rows["traits"] & int(Trait.NOT_A_PERSON)) != 0
        spoken, places = np.unique(2 * turns.rows["speaker"] + is_machine, return_inverse=True)
        voices = [voice_of(turns.speakers[each >> 1], _MACHINE * (each & 1)) for each in spoken.tolist()]
        return np.array([names.setdefault(voice, len(names)) for voice in voices], np.int32)[places]

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
