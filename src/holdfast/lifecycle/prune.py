"""The recipe that clears away what is past its retention: events that all have had, and settled jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from holdfast import limits

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from holdfast.ports import EventLog, JobQueue

PRUNE = "prune"


class Pruned(NamedTuple):
    """How much was cleared away."""

    jobs: int
    events: int


def prune(jobs: JobQueue, events: EventLog, *, now: datetime) -> Pruned:
    """Clear away what is past its retention, a batch at a time so that writers come in between.

    It may be interrupted and run again, and twice at the same time.
    """
    return Pruned(
        _in_batches(lambda most: jobs.prune(now=now, limit=most)),
        _in_batches(lambda most: events.prune(now=now, limit=most)),
    )


def _in_batches(clear: Callable[[int], int]) -> int:
    total = 0
    for _ in range(limits.PRUNE_BATCHES_MAX):
        cleared = clear(limits.PRUNE_BATCH_ROWS)
        total += cleared
        if cleared < limits.PRUNE_BATCH_ROWS:
            break
    return total
