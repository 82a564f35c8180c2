"""How long it takes to claim a job and to finish it, each durable, beside many that wait."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from benchmarks.speed.floors import Flush
from benchmarks.speed.prepared import PreparedEmbedder
from benchmarks.speed.report import Figure
from benchmarks.speed.timing import interleave
from holdfast import limits
from holdfast.adapters.sqlite import open_sqlite
from holdfast.adapters.system import SystemClock, Uuid7Source
from holdfast.domain.job import new_job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.speed.progress import Progress
    from benchmarks.speed.stores import Stores
    from holdfast.ports import JobQueue

GROUP = "a job claimed and finished, both durable"
FLUSHES_MAX = 1.5  # of the two
OWN_MILLISECONDS_MAX = 2.0
LANES = 100
_CLOCK, _IDS = SystemClock(), Uuid7Source()


def measure(stores: Stores, progress: Progress, *, quick: bool) -> Iterator[Figure]:
    """The time beside a handful of jobs and beside many, in turns with two bare flushes."""
    sizes = (100, 1_000) if quick else (1_000, 100_000)
    rounds = 30 if quick else 400
    backends = {
        size: open_sqlite(stores.folder / f"jobs-{size}.db", PreparedEmbedder().identity) for size in sizes
    }
    with Flush(stores.folder) as flush, progress.step("claiming jobs", 1):
        for size, backend in backends.items():
            _ask(backend.jobs, size + rounds + 10)

        def flush_twice() -> None:
            flush()
            flush()

        works: dict[str, Callable[[], object]] = {"flush": flush_twice}
        for size, backend in backends.items():
            works[str(size)] = partial(_do_next, backend.jobs)
        times = interleave(works, rounds=rounds)
    for backend in backends.values():
        backend.store.close()
    floor = times["flush"]
    bar = FLUSHES_MAX * floor.p50 + OWN_MILLISECONDS_MAX
    for size in sizes:
        found = times[str(size)]
        yield Figure(GROUP, f"{size:,} waiting, p50", found.p50, "ms", floor.p50, "two flushes", bar)


def _ask(queue: JobQueue, count: int) -> None:
    for start in range(0, count, limits.TRANSFER_BATCH):
        now = _CLOCK.now()
        queue.add(
            [
                new_job("note", {"n": n}, id=_IDS.new_id(), at=now, lane=f"lane {n % LANES}")
                for n in range(start, min(count, start + limits.TRANSFER_BATCH))
            ]
        )


def _do_next(queue: JobQueue) -> None:
    claim = queue.claim(["note"], now=_CLOCK.now(), lease_seconds=limits.JOB_LEASE_SECONDS)
    if claim is None:
        raise RuntimeError("the jobs have run out")
    queue.finish(claim, now=_CLOCK.now())
