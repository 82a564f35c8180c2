"""Keeps the leases of the jobs that a worker is at, from a thread of its own."""

from __future__ import annotations

import threading
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from holdfast import limits
from holdfast.errors import BackendError, Conflict

if TYPE_CHECKING:
    from collections.abc import Collection
    from types import TracebackType

    from holdfast.domain.job import JobClaim
    from holdfast.ports import Clock, JobQueue

LEASE_LOST = "lease_lost"


class _Held(NamedTuple):
    """A claim, and until when it is renewed."""

    claim: JobClaim
    until: float


class Leases:
    """The jobs that are held now. While it is entered, their leases are renewed."""

    def __init__(self, queue: JobQueue, clock: Clock, lease_seconds: float) -> None:
        self._queue = queue
        self._clock = clock
        self._lease_seconds = lease_seconds
        self._held: dict[str, _Held] = {}
        self._lock = threading.Lock()
        self._left = threading.Event()

    def __enter__(self) -> None:
        self._left = threading.Event()
        threading.Thread(
            target=self._renew_until, args=(self._left,), name="holdfast-leases", daemon=True
        ).start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._left.set()

    def take(self, kinds: Collection[str], job_id: str | None = None) -> JobClaim | None:
        """Claim a job of these kinds, or the one with this id, and keep it."""
        claim = self._queue.claim(
            kinds, now=self._clock.now(), lease_seconds=self._lease_seconds, job_id=job_id
        )
        if claim is not None:
            with self._lock:
                self._held[claim.token] = _Held(claim, monotonic() + limits.JOB_HELD_SECONDS_MAX)
        return claim

    def let_go(self, claim: JobClaim) -> None:
        """Renew it no more: it is settled, or lost."""
        with self._lock:
            self._held.pop(claim.token, None)

    def give_back_all(self) -> None:
        """Give every job that is held to whoever claims it next."""
        for claim, _ in self._all():
            with suppress(Conflict, BackendError):  # settled meanwhile; or the lease ends by itself
                self._queue.give_back(claim, now=self._clock.now())
            self.let_go(claim)

    def _renew_until(self, left: threading.Event) -> None:
        while not left.wait(self._lease_seconds / limits.JOB_RENEWALS_PER_LEASE):
            for claim, until in self._all():
                if monotonic() > until:
                    self.let_go(claim)
                    continue
                try:
                    self._queue.renew(claim, now=self._clock.now(), lease_seconds=self._lease_seconds)
                except Conflict:  # another has it: what the handler commits for it will be refused
                    self.let_go(claim)
                except BackendError:  # the next renewal comes before the lease ends
                    continue

    def _all(self) -> list[_Held]:
        with self._lock:
            return list(self._held.values())
