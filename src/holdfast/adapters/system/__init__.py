"""The machine's own clock and chance."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime

__all__ = ["SystemClock", "Uuid7Source"]

_COUNTER_BITS = 12
_COUNTER_MAX = (1 << _COUNTER_BITS) - 1
_VERSION_7 = 7
_VARIANT = 0b10


class SystemClock:
    """``Clock`` that tells the time of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class Uuid7Source:
    """``IdSource`` of UUIDv7: a millisecond, a counter that keeps ids of one source in order, and chance.

    RFC 9562, section 6.2, method 1: the 12 bits behind the version count up within a millisecond, and
    borrow from the next one when they run out or the clock steps back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._millisecond = 0
        self._counter = 0

    def new_id(self) -> str:
        millisecond, counter = self._next_instant()
        chance = _VARIANT << 62 | int.from_bytes(os.urandom(8)) >> 2
        start, end = f"{millisecond:012x}", f"{chance:016x}"
        return f"{start[:8]}-{start[8:]}-{_VERSION_7 << _COUNTER_BITS | counter:04x}-{end[:4]}-{end[4:]}"

    def _next_instant(self) -> tuple[int, int]:
        with self._lock:
            now = time.time_ns() // 1_000_000
            if now > self._millisecond:
                self._millisecond, self._counter = now, 0
            elif self._counter < _COUNTER_MAX:
                self._counter += 1
            else:
                self._millisecond, self._counter = self._millisecond + 1, 0
            return self._millisecond, self._counter
