"""What the recipes of this room work with."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from holdfast.formation.redaction.redactor import Redactor
    from holdfast.ports import Clock, Embedder, IdSource, MemoryStore


class FormationKit(NamedTuple):
    """The store to write to, the encoder, the sources of times and ids, and what takes secrets out."""

    store: MemoryStore
    embedder: Embedder
    clock: Clock
    ids: IdSource
    redactor: Redactor | None = None
