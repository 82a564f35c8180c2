"""Time and ids that a test decides."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime, timedelta

_START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


class FrozenClock:
    """``Clock`` that stands still until it is moved.

    Example:
        >>> clock = FrozenClock()
        >>> before = clock.now()
        >>> clock.advance(days=1)
        >>> (clock.now() - before).days
        1
    """

    def __init__(self, start: datetime = _START) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def advance(self, *, days: float = 0, hours: float = 0, seconds: float = 0) -> None:
        """Move the time on."""
        self._now += timedelta(days=days, hours=hours, seconds=seconds)


class CountingIds:
    """``IdSource`` of UUIDv7 that count from one, the same in every run.

    Example:
        >>> CountingIds().new_id()
        '00000000-0000-7000-8000-000000000001'
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0

    def new_id(self) -> str:
        with self._lock:
            self._count += 1
            return str(uuid.UUID(int=7 << 76 | 0b10 << 62 | self._count))
