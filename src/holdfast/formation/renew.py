"""The recipes that make vectors anew: for a store with another embedder, and for an export."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from holdfast import limits
from holdfast.domain.memory import Memory, indexed_text
from holdfast.domain.record import MemoryRecord, Record
from holdfast.errors import Conflict

if TYPE_CHECKING:
    from holdfast.ports import Embedder, MemoryStore, Reindexer, Vector

Progress = Callable[[int, int], None]


def reindex(reindexer: Reindexer, embedder: Embedder, *, progress: Progress | None) -> int:
    """Give every memory a vector of this embedder, then switch; the number that needed one.

    Raises:
        Conflict: ``too_many_conflicts`` when others write faster than this embeds.
    """
    identity = embedder.identity
    if reindexer.identity() == identity:
        return 0
    done = 0
    for _ in range(limits.CONFLICT_RETRIES_MAX):
        total = done + reindexer.pending_count(identity)
        done = _embed_pending(reindexer, embedder, done, total, progress)
        if reindexer.finish(identity):
            return done
    raise Conflict("memories keep coming in: stop the writers and run it again", code="too_many_conflicts")


def _embed_pending(
    reindexer: Reindexer, embedder: Embedder, done: int, total: int, progress: Progress | None
) -> int:
    last = 0
    while batch := reindexer.pending(embedder.identity, after=last, limit=limits.TRANSFER_BATCH):
        vectors = embedder.embed_documents([item.text for item in batch])
        reindexer.write(embedder.identity, dict(zip(batch, vectors, strict=True)))
        last = batch[-1].key
        done += len(batch)
        if progress is not None:
            progress(done, max(done, total))
    return done


def load(records: Iterable[Record], *, store: MemoryStore, embedder: Embedder) -> int:
    """Write records that are not there yet, a batch at a time; the number written."""
    return sum(store.load(batch, _vectors(batch, embedder)) for batch in _batches(records))


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    iterator = iter(records)
    while batch := list(islice(iterator, limits.TRANSFER_BATCH)):
        yield batch


def _vectors(batch: list[Record], embedder: Embedder) -> dict[str, Vector]:
    memories = [record.memory for record in batch if isinstance(record, MemoryRecord)]
    vectors = embedder.embed_documents([_indexed(memory) for memory in memories])
    return {memory.id: vector for memory, vector in zip(memories, vectors, strict=True)}


def _indexed(memory: Memory) -> str:
    return indexed_text(memory.sources[0].name if memory.sources else None, memory.text)
