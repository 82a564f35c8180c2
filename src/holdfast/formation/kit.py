"""What the recipes of this room work with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holdfast.ports import Clock, Embedder, IdSource, MemoryStore


@dataclass(frozen=True, slots=True)
class FormationKit:
    """The store to write to, the encoder of texts, and where times and ids come from."""

    store: MemoryStore
    embedder: Embedder
    clock: Clock
    ids: IdSource
