"""The store and the indexes without a file: what they promise is what the ports promise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.ports import Backend
from holdfast.testing.in_memory.data import Access, InMemoryData
from holdfast.testing.in_memory.event_log import InMemoryEventLog
from holdfast.testing.in_memory.graph import InMemoryEntityGraph
from holdfast.testing.in_memory.jobs import InMemoryJobQueue
from holdfast.testing.in_memory.reindexer import InMemoryReindexer
from holdfast.testing.in_memory.spending import InMemorySpendingLedger
from holdfast.testing.in_memory.store import InMemoryStore
from holdfast.testing.in_memory.turns import InMemoryTurnIndex
from holdfast.testing.in_memory.vectors import InMemoryVectorIndex
from holdfast.testing.in_memory.words import InMemoryWordIndex

if TYPE_CHECKING:
    from holdfast.ports import EmbedderIdentity

__all__ = [
    "InMemoryData",
    "InMemoryEntityGraph",
    "InMemoryEventLog",
    "InMemoryJobQueue",
    "InMemoryReindexer",
    "InMemorySpendingLedger",
    "InMemoryStore",
    "InMemoryTurnIndex",
    "InMemoryVectorIndex",
    "InMemoryWordIndex",
    "open_in_memory",
]


def open_in_memory(identity: EmbedderIdentity, data: InMemoryData | None = None) -> Backend:
    """A backend for an embedder of this identity that keeps everything in Python objects.

    Args:
        identity: the embedder that the vectors come from.
        data: what to keep it in, so that it can be opened again as a file can; by default a new one.

    Example:
        >>> from holdfast import Holdfast
        >>> from holdfast.testing import HashingEmbedder
        >>> embedder = HashingEmbedder()
        >>> with Holdfast(open_in_memory(embedder.identity), embedder=embedder) as memory:
        ...     _ = memory.add("I moved to Berlin in March", user_id="ana")
        ...     memory.search("Who moved to Berlin?", user_id="ana")[0].memory.text
        'I moved to Berlin in March'
    """
    access = Access(InMemoryData() if data is None else data, identity)
    return Backend(
        store=InMemoryStore(access),
        vectors=InMemoryVectorIndex(access),
        words=InMemoryWordIndex(access),
        graph=InMemoryEntityGraph(access),
        turns=InMemoryTurnIndex(access),
        reindexer=InMemoryReindexer(access),
        jobs=InMemoryJobQueue(access),
        events=InMemoryEventLog(access),
        spending=InMemorySpendingLedger(access),
    )
