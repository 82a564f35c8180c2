"""Gives events to those who asked for them: each at least once, in order, and each subscriber by itself."""

from __future__ import annotations

import atexit
import random
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Self, TypeAlias

from holdfast import limits
from holdfast.domain.events import MemoryEvent
from holdfast.errors import BackendUnavailable, HoldfastError

if TYPE_CHECKING:
    from types import TracebackType

    from holdfast.domain.events import EventType
    from holdfast.ports import Clock, EventLog, MemoryStore

EventHandler: TypeAlias = Callable[[MemoryEvent], object]
"""Takes one event after the other. What it raises makes the same event come again."""


class Subscription:
    """Events of some types, given to a handler from a thread of its own.

    Attributes:
        name: under which the store remembers what it has had; None where nothing is to be remembered.
        number: the last event that it has had, or that was not for it.
        missed: how many events were cleared away before it came back for them.
        error: what the handler raised last, while that event has still to be taken; or what ended it.
    """

    def __init__(
        self,
        types: frozenset[EventType],
        handler: EventHandler,
        *,
        store: MemoryStore,
        log: EventLog,
        clock: Clock,
        name: str | None = None,
    ) -> None:
        """Begin behind the last event there is or, with a name, where that name was.

        Raises:
            LimitExceeded: ``too_many_subscribers``.
        """
        self.name = name
        self.number = log.end() if name is None else log.join(name, now=clock.now())
        self.missed = 0
        self.error: Exception | None = None
        self._types = types
        self._handler = handler
        self._store = store
        self._log = log
        self._clock = clock
        self._saved = self.number
        self._stopping = threading.Event()
        self._thread = self._start()
        atexit.register(
            self.close
        )  # a thread that is at work in a library when the interpreter goes may crash

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def is_active(self) -> bool:
        """Whether events are given; not after ``close``, nor after one that failed too often."""
        return self._thread.is_alive()

    def resume(self) -> None:
        """Go on with the event that failed too often. Does nothing while it is active."""
        if not self.is_active and not self._stopping.is_set():
            self._thread = self._start()

    def close(self) -> None:
        """Take no further event; one that is being handled is let end, for a short time.

        With a name, the next subscription of that name goes on from here.
        """
        atexit.unregister(self.close)
        self._stopping.set()
        self._log.bell.ring()
        if threading.current_thread() is not self._thread:
            self._thread.join(limits.WORKER_EXIT_SECONDS)

    def _start(self) -> threading.Thread:
        thread = threading.Thread(target=self._run, name="holdfast-subscription", daemon=True)
        thread.start()
        return thread

    def _run(self) -> None:
        try:
            while not self._stopping.is_set() and self._take_a_batch():
                pass
            self._save()
        except HoldfastError as error:  # the store was closed, or the name forgotten
            self.error = error

    def _take_a_batch(self) -> bool:
        """Give what has come, or wait for something; False when an event failed too often."""
        heard = self._log.bell.rings
        try:
            self._save()
            events = self._store.events(after=self.number, limit=limits.EVENT_BATCH)
        except BackendUnavailable:  # a file that another holds: look again later
            events = ()
        if not events:
            self._log.bell.wait(heard, seconds=limits.EVENT_POLL_SECONDS)
            return True
        self.missed += events[0].number - self.number - 1
        return all(self._take(event) for event in events)

    def _take(self, event: MemoryEvent) -> bool:
        if self._stopping.is_set():
            return False
        if event.type in self._types and not self._give(event):
            return False
        self.number = event.number
        return True

    def _give(self, event: MemoryEvent) -> bool:
        for attempt in range(limits.EVENT_ATTEMPTS_MAX):
            try:
                self._handler(event)
            except Exception as error:  # noqa: BLE001 (the outermost loop: no handler may stop another)
                self.error = error
                if self._stopping.wait(_pause(attempt)):
                    return False
            else:
                self.error = None
                return True
        return False

    def _save(self) -> None:
        if self.name is not None and self.number != self._saved:
            self._log.advance(self.name, self.number, now=self._clock.now())
            self._saved = self.number


def _pause(attempt: int) -> float:
    longest = min(limits.EVENT_BACKOFF_SECONDS * 2.0**attempt, limits.EVENT_BACKOFF_SECONDS_MAX)
    return longest * (1 - random.random() / 2)  # noqa: S311 (spreads attempts, guards nothing)
