"""Writes what a contract needs into a store, as the recipes of Holdfast would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from holdfast.domain.decision import Decision
from holdfast.domain.entity import Relation
from holdfast.domain.events import EventType
from holdfast.domain.memory import (
    DEFAULT_IMPORTANCE,
    Kind,
    Memory,
    Source,
    State,
    Tier,
    indexed_text,
    origin_of,
    trust_of,
)
from holdfast.domain.message import Episode, Message, Role, fingerprint
from holdfast.domain.metadata import NO_METADATA, Metadata
from holdfast.domain.scope import Scope
from holdfast.domain.view import View
from holdfast.ports import Answer, Idempotency, NewMemory, Rate, Relate, Remember, Revise
from holdfast.testing.clock import CountingIds, FrozenClock

if TYPE_CHECKING:
    from holdfast.ports import Backend, Embedder, Vector

ANA = Scope.of(user_id="ana")


class Scribe:
    """Forms memories with ids that count and a clock that moves a second with every write."""

    def __init__(self, backend: Backend, embedder: Embedder) -> None:
        self.backend = backend
        self.store = backend.store
        self.embedder = embedder
        self.clock = FrozenClock()
        self.ids = CountingIds()

    def view(self, **fields: Any) -> View:  # noqa: ANN401 (the fields of a view)
        """What may be seen now."""
        return View(now=self.clock.now(), **fields)

    def episode(self, *messages: Message, scope: Scope = ANA, metadata: Metadata = NO_METADATA) -> Episode:
        """An episode that is not written yet."""
        self.clock.advance(seconds=1)
        return Episode(self.ids.new_id(), scope, messages, self.clock.now(), metadata)

    def memory(self, episode: Episode, position: int, **fields: Any) -> Memory:  # noqa: ANN401 (the fields of a memory)
        """A memory of a message of an episode; the fields replace what it would be."""
        message = episode.messages[position]
        at = message.at or episode.created_at
        origin = origin_of(message.role, message.origin)
        memory = Memory(
            id=self.ids.new_id(),
            text=message.content,
            scope=episode.scope,
            kind=Kind.EPISODIC,
            tier=Tier.LONG,
            state=State.ACTIVE,
            origin=origin,
            trust=trust_of(origin),
            importance=DEFAULT_IMPORTANCE,
            metadata=episode.metadata,
            entities=(message.name,) if message.name else (),
            sources=(Source(episode.id, position, message.id, message.role, message.name, at),),
            version=1,
            valid_at=at,
            invalid_at=None,
            created_at=episode.created_at,
            updated_at=episode.created_at,
            expired_at=None,
            expires_at=None,
            accessed_at=None,
            access_count=0,
        )
        return replace(memory, **fields)

    def new(self, memory: Memory, message: Message, vector: Vector | None = None) -> NewMemory:
        """The memory as it is handed to a store."""
        own = self.embed(memory) if vector is None else vector
        return NewMemory(memory, own, fingerprint(message))

    def embed(self, memory: Memory) -> Vector:
        """The vector of a memory."""
        name = memory.spoken_by
        vector: Vector = self.embedder.embed_documents([indexed_text(name, memory.text)])[0]
        return vector

    def remember(
        self,
        *messages: str | Message,
        scope: Scope = ANA,
        vectors: Sequence[Vector] | None = None,
        idempotency: Idempotency | None = None,
        **fields: Any,  # noqa: ANN401 (the fields of a memory)
    ) -> tuple[Memory, ...]:
        """Write an episode with one memory for each message; the fields hold for all of them."""
        episode = self.episode(*map(as_message, messages), scope=scope)
        memories = tuple(self.memory(episode, n, **fields) for n in range(len(episode.messages)))
        new = tuple(
            self.new(memory, episode.messages[n], None if vectors is None else vectors[n])
            for n, memory in enumerate(memories)
        )
        outcome = [(Decision.ADD, memory) for memory in memories]
        self.store.commit(Remember(episode, new, answer=kept_answer(episode, idempotency, outcome)))
        return memories

    def say_again(self, memory: Memory, *, idempotency: Idempotency | None = None) -> Episode:
        """Write an episode that repeats the first message of a memory."""
        source = memory.sources[0]
        message = Message(source.role, memory.text, source.name)
        episode = self.episode(message, scope=memory.scope)
        repeats = kept_answer(episode, idempotency, [(Decision.NONE, memory)])
        self.store.commit(Remember(episode, (), ((memory.id, 0),), repeats))
        return episode

    def revise(
        self,
        memory: Memory,
        event: EventType = EventType.UPDATED,
        *,
        reason: str | None = None,
        **fields: Any,  # noqa: ANN401 (the fields of a memory)
    ) -> Memory:
        """Write a new version of a memory, with a vector when its text is another."""
        self.clock.advance(seconds=1)
        after = replace(memory, version=memory.version + 1, updated_at=self.clock.now(), **fields)
        vector = None if after.text == memory.text else self.embed(after)
        self.store.commit(Revise(after, memory.version, event=event, reason=reason, vector=vector))
        return after

    def delete(self, memory: Memory) -> Memory:
        """Delete a memory."""
        return self.revise(memory, EventType.DELETED, expired_at=self.clock.now())

    def restore(self, memory: Memory) -> Memory:
        """Bring a deleted memory back."""
        return self.revise(memory, EventType.RESTORED, expired_at=None)

    def relate(
        self, origin: Memory, target: Memory, *, type: str = "extends", strength: float = 1.0
    ) -> Relation:
        """Link two memories of one tenant."""
        relation = Relation(self.ids.new_id(), type, origin.id, target.id, strength, self.clock.now())
        self.store.commit(Relate(Scope.whole_tenant(tenant=origin.scope.tenant), relation))
        return relation

    def rate(self, memory: Memory, *, useful: bool) -> None:
        """Say whether a memory was of use."""
        self.clock.advance(seconds=1)
        self.store.commit(Rate(memory.scope, memory.id, useful, self.clock.now()))

    def shown(self, scope: Scope = ANA, **fields: Any) -> list[str]:  # noqa: ANN401 (the fields of a view)
        """The texts that ``list`` shows, newest first."""
        page = self.store.list(scope, self.view(**fields), limit=1_000, after=None)
        return [memory.text for memory in page.memories]


def as_message(message: str | Message, at: datetime | None = None) -> Message:
    """A text as the message of a user."""
    return message if isinstance(message, Message) else Message(Role.USER, message, at=at)


def kept_answer(
    episode: Episode, idempotency: Idempotency | None, outcome: Sequence[tuple[Decision, Memory]]
) -> Answer | None:
    """What a write of the episode answers, if it bears a key."""
    if idempotency is None:
        return None
    decisions = tuple((decision, memory.id) for decision, memory in outcome)
    return Answer(episode.scope, idempotency, episode.id, decisions, episode.created_at)
