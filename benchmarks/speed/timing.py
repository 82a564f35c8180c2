"""Times of repeated calls, and what is read off them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Times:
    """The durations of one thing that was done many times, in milliseconds."""

    def __init__(self) -> None:
        self._milliseconds: list[float] = []

    def __len__(self) -> int:
        return len(self._milliseconds)

    def take(self, work: Callable[[], object]) -> None:
        """Do it once more."""
        began = time.perf_counter_ns()
        work()
        self.note(time.perf_counter_ns() - began)

    def note(self, nanoseconds: int) -> None:
        """Count a duration that was measured elsewhere."""
        self._milliseconds.append(nanoseconds / 1e6)

    def percentile(self, share: float) -> float:
        """The time that this share of the calls, in percent, did not exceed."""
        return float(np.percentile(self._milliseconds, share))

    @property
    def p50(self) -> float:
        """The median."""
        return self.percentile(50)

    @property
    def best(self) -> float:
        """The least."""
        return min(self._milliseconds)


def interleave(works: Mapping[str, Callable[[], object]], *, rounds: int, warm: int = 3) -> dict[str, Times]:
    """Each of the works in every round, one after the other: what slows the machine slows them all."""
    for _ in range(warm):
        for work in works.values():
            work()
    times = {name: Times() for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            times[name].take(work)
    return times
