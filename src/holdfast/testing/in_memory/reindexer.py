"""The vectors of another embedder, without a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.domain.memory import indexed_text
from holdfast.ports import PendingText
from holdfast.testing.in_memory.data import Renewed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from holdfast.ports import EmbedderIdentity, Vector
    from holdfast.testing.in_memory.data import Access, Held, InMemoryData


class InMemoryReindexer:
    """``Reindexer`` in Python objects."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def identity(self) -> EmbedderIdentity | None:
        with self._access.use() as data:
            return data.embedder

    def pending_count(self, identity: EmbedderIdentity) -> int:
        with self._access.use() as data:
            return len(_pending(data, identity))

    def pending(self, identity: EmbedderIdentity, *, after: int, limit: int) -> Sequence[PendingText]:
        with self._access.use() as data:
            waiting = [_to_pending(held) for held in _pending(data, identity) if held.key > after]
            return waiting[:limit]

    def write(self, identity: EmbedderIdentity, vectors: Mapping[PendingText, Vector]) -> None:
        with self._access.use() as data:
            for text, vector in vectors.items():
                data.renewed[text.key] = Renewed(identity, text.version, vector)

    def finish(self, identity: EmbedderIdentity) -> bool:
        with self._access.use() as data:
            if _pending(data, identity):
                return False
            for held in data.held.values():
                held.vector = data.renewed[held.key].vector
            data.renewed.clear()
            data.embedder = identity
            data.change_number += 1
            return True


def _pending(data: InMemoryData, identity: EmbedderIdentity) -> list[Held]:
    return [held for held in data.held.values() if not _is_renewed(data, held, identity)]


def _is_renewed(data: InMemoryData, held: Held, identity: EmbedderIdentity) -> bool:
    renewed = data.renewed.get(held.key)
    return renewed is not None and (renewed.identity, renewed.version) == (identity, held.memory.version)


def _to_pending(held: Held) -> PendingText:
    speaker = held.memory.spoken_by
    return PendingText(held.key, held.memory.version, indexed_text(speaker, held.memory.text))
