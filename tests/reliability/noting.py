"""Jobs whose effect can be counted: each adds one message, and is finished by that very transaction."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import apsw

from holdfast import JobState
from holdfast.adapters.sqlite import open_sqlite
from holdfast.adapters.system import SystemClock, Uuid7Source
from holdfast.domain.job import Finish, JobClaim, new_job
from holdfast.domain.message import read_messages
from holdfast.domain.metadata import NO_METADATA
from holdfast.domain.scope import Scope
from holdfast.formation.kit import FormationKit
from holdfast.formation.remember import Conversation, remember
from holdfast.ports import Backend, JobQueue, MemoryStore
from holdfast.testing import HashingEmbedder
from holdfast.worker import Ran, Worker

EMBEDDER = HashingEmbedder()
CLOCK, IDS = SystemClock(), Uuid7Source()
LANES = 7


class FinishingStore:
    """The store, whose commits finish a job."""

    def __init__(self, store: MemoryStore, claim: JobClaim) -> None:
        self._store = store
        self._claim = claim

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever the store has)
        return getattr(self._store, name)

    def commit(self, change: Any, **more: Any) -> None:  # noqa: ANN401 (any change)
        self._store.commit(change, **more, finishes=Finish(self._claim, CLOCK.now()))


def ask(path: Path, count: int) -> None:
    """Ask for so many notes, half of them in lanes."""
    backend = open_sqlite(path, EMBEDDER.identity)
    backend.jobs.add(
        [
            new_job(
                "note",
                {"number": number},
                id=IDS.new_id(),
                at=CLOCK.now(),
                lane=f"lane {number % LANES}" if number % 2 else None,
            )
            for number in range(count)
        ]
    )
    backend.store.close()


def note_until_done(path: str, lease_seconds: float, concurrency: int, say: Callable[[str], None]) -> None:
    """Work on the notes, and say the number of each that this process finished."""
    backend = open_sqlite(path, EMBEDDER.identity)
    saying = threading.Lock()

    def tell(ran: Ran) -> None:
        if ran.outcome is JobState.DONE:
            with saying:
                say(str(backend.jobs.get(ran.job_id).payload["number"]))

    worker = Worker(
        {"note": lambda claim: note(backend, claim)},
        backend.jobs,
        clock=CLOCK,
        ids=IDS,
        concurrency=concurrency,
        lease_seconds=lease_seconds,
        observe=tell,
    )
    thread = threading.Thread(target=worker.run)
    thread.start()
    while has_work(backend.jobs):
        time.sleep(0.02)
    worker.stop()
    thread.join()
    backend.store.close()


def has_work(queue: JobQueue) -> bool:
    counts = queue.counts(now=CLOCK.now())
    return counts.pending + counts.running > 0


def note(backend: Backend, claim: JobClaim) -> None:
    kit = FormationKit(cast("MemoryStore", FinishingStore(backend.store, claim)), EMBEDDER, CLOCK, IDS)
    said = read_messages(f"note {claim.job.payload['number']}")
    remember(Conversation(Scope.of(user_id="ana"), said, NO_METADATA, 0.5, None, None), kit=kit)


def effects(path: Path) -> list[tuple[int, int]]:
    """The number of each note that was made, with its audit entries, in order; doubles come twice."""
    connection = apsw.Connection(str(path))
    try:
        rows = connection.execute(
            "SELECT content, (SELECT count(*) FROM audit WHERE target = episodes.id) "
            "FROM messages JOIN episodes ON episodes.key = messages.episode_key"
        ).fetchall()
    finally:
        connection.close()
    return sorted((int(str(content).removeprefix("note ")), int(str(entries))) for content, entries in rows)
