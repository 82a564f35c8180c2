"""What the recipes of this room work with."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from holdfast.ports import (
        Embedder,
        EntityGraph,
        MemoryStore,
        TokenCounter,
        TurnIndex,
        VectorIndex,
        WordIndex,
    )


class RecallKit(NamedTuple):
    """The truth, the indexes derived from it, the encoder of queries and the counter of tokens."""

    store: MemoryStore
    vectors: VectorIndex
    words: WordIndex
    graph: EntityGraph
    turns: TurnIndex
    embedder: Embedder
    count_tokens: TokenCounter
