"""The embedded default: rows, vectors, jobs and events in one SQLite file; what searches read, in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.adapters.sqlite.database import Database
from holdfast.adapters.sqlite.event_log import SqliteEventLog
from holdfast.adapters.sqlite.graph import SqliteEntityGraph
from holdfast.adapters.sqlite.homes import Homes
from holdfast.adapters.sqlite.jobs import SqliteJobQueue
from holdfast.adapters.sqlite.reindexing import SqliteReindexer
from holdfast.adapters.sqlite.spending import SqliteSpendingLedger
from holdfast.adapters.sqlite.store import SqliteMemoryStore
from holdfast.adapters.sqlite.turns import SqliteTurnIndex
from holdfast.adapters.sqlite.vectors import SqliteVectorIndex
from holdfast.adapters.sqlite.words import SqliteWordIndex
from holdfast.bell import Bells
from holdfast.ports import Backend

if TYPE_CHECKING:
    from pathlib import Path

    from holdfast.ports import EmbedderIdentity

__all__ = [
    "Database",
    "Homes",
    "SqliteEntityGraph",
    "SqliteEventLog",
    "SqliteJobQueue",
    "SqliteMemoryStore",
    "SqliteReindexer",
    "SqliteSpendingLedger",
    "SqliteTurnIndex",
    "SqliteVectorIndex",
    "SqliteWordIndex",
    "backend_on",
    "open_sqlite",
]


def open_sqlite(
    path: str | Path, identity: EmbedderIdentity, *, key: str | None = None, vfs: str | None = None
) -> Backend:
    """Open the file, or create it, for an embedder of this identity.

    Raises:
        InvalidInput: ``invalid_path`` or ``key_without_file``.
        BackendRejected: ``not_a_store``, ``newer_schema`` or ``store_unreadable``.
        BackendUnavailable: ``store_busy``, ``store_io`` or ``disk_full``.
        PermissionDenied: ``store_read_only``.
    """
    return backend_on(Database(path, key=key, vfs=vfs), identity)


def backend_on(database: Database, identity: EmbedderIdentity) -> Backend:
    """All that plays a port on a database that is open."""
    homes, bells = Homes(identity), Bells.new()
    return Backend(
        store=SqliteMemoryStore(database, identity, bells),
        vectors=SqliteVectorIndex(database, homes),
        words=SqliteWordIndex(database, homes),
        graph=SqliteEntityGraph(database),
        turns=SqliteTurnIndex(database, homes),
        reindexer=SqliteReindexer(database),
        jobs=SqliteJobQueue(database, bells.jobs),
        events=SqliteEventLog(database, bells.events),
        spending=SqliteSpendingLedger(database),
    )
