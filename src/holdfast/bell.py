"""Wakes the threads of this process that wait for something to do."""

from __future__ import annotations

import threading
from typing import NamedTuple


class Bell:
    """Counts its rings, so that a thread that was busy while it rang does not wait.

    Example:
        >>> bell = Bell()
        >>> heard = bell.rings
        >>> bell.ring()
        >>> bell.wait(heard, seconds=60)  # it has rung since: returns at once
    """

    def __init__(self) -> None:
        self._rung = threading.Condition()
        self._rings = 0

    @property
    def rings(self) -> int:
        """How often it has rung: what ``wait`` takes."""
        return self._rings

    def ring(self) -> None:
        """Wake everybody who waits."""
        with self._rung:
            self._rings += 1
            self._rung.notify_all()

    def wait(self, heard: int, *, seconds: float) -> None:
        """Return when it has rung more often than ``heard``, or after so many seconds."""
        with self._rung:
            self._rung.wait_for(lambda: self._rings != heard, seconds)


class Bells(NamedTuple):
    """The two of a store: one rings for jobs, the other for everything that is committed."""

    jobs: Bell
    events: Bell

    @classmethod
    def new(cls) -> Bells:
        """Two that nobody has heard yet."""
        return cls(Bell(), Bell())
