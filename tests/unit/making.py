"""What unit tests work with: memories as a store would give them out, and recipes on the twins."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from holdfast.domain.budget import estimate_tokens
from holdfast.domain.decision import AddResult
from holdfast.domain.memory import Memory
from holdfast.domain.message import Message
from holdfast.domain.metadata import NO_METADATA
from holdfast.domain.scope import Scope
from holdfast.formation.kit import FormationKit
from holdfast.formation.remember import Conversation, remember
from holdfast.ports import TokenCounter
from holdfast.recall.kit import RecallKit
from holdfast.testing import HashingEmbedder, open_in_memory
from holdfast.testing.contracts.scribe import ANA, Scribe, as_message

NOW = datetime(2026, 1, 1, 12, 0, 1, tzinfo=UTC)
EMBEDDER = HashingEmbedder()


def make_scribe() -> Scribe:
    return Scribe(open_in_memory(EMBEDDER.identity), EMBEDDER)


def make_memory(said: str | Message, *, scope: Scope = ANA, **fields: Any) -> Memory:  # noqa: ANN401 (of a memory)
    scribe = make_scribe()
    return scribe.memory(scribe.episode(as_message(said), scope=scope), 0, **fields)


@dataclass(frozen=True, slots=True)
class Bench:
    """A memory of one's own for a test of a recipe: the twins, a frozen clock and ids that count."""

    scribe: Scribe
    formation: FormationKit
    recall: RecallKit

    def add(self, *said: str | Message, scope: Scope = ANA, **fields: Any) -> AddResult:  # noqa: ANN401 (of a conversation)
        return remember(make_conversation(*said, scope=scope, **fields), kit=self.formation)

    def get(self, memory_id: str) -> Memory:
        return self.scribe.store.get(Scope.whole_tenant(), memory_id)


def make_bench(count_tokens: TokenCounter = estimate_tokens) -> Bench:
    scribe = make_scribe()
    backend = scribe.backend
    return Bench(
        scribe,
        FormationKit(backend.store, EMBEDDER, scribe.clock, scribe.ids),
        RecallKit(
            store=backend.store,
            vectors=backend.vectors,
            words=backend.words,
            graph=backend.graph,
            turns=backend.turns,
            embedder=EMBEDDER,
            count_tokens=count_tokens,
        ),
    )


def make_conversation(*said: str | Message, scope: Scope = ANA, **fields: Any) -> Conversation:  # noqa: ANN401 (of a conversation)
    plain = Conversation(scope, tuple(map(as_message, said)), NO_METADATA, 0.5, None, None)
    return replace(plain, **fields)
