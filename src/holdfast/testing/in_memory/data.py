"""What a store in memory holds, apart from the store: it can be opened again, as a file can."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Hashable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from secrets import token_bytes
from typing import TYPE_CHECKING

from holdfast import limits
from holdfast.bell import Bells
from holdfast.domain.events import EventType, MemoryEvent, Subscriber
from holdfast.domain.memory import Origin
from holdfast.domain.past import as_it_was, version_at
from holdfast.errors import BackendRejected, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date, datetime

    from holdfast.domain.entity import Relation
    from holdfast.domain.memory import Memory, Source, Version
    from holdfast.domain.message import Episode
    from holdfast.domain.scope import Scope
    from holdfast.domain.spending import ModelSpent
    from holdfast.ports import Answer, EmbedderIdentity, Vector
    from holdfast.testing.in_memory.jobs import Kept


@dataclass(slots=True)
class Held:
    """A memory as it is kept, with its number in the order of arrival and the thread that it is a turn of."""

    key: int
    memory: Memory
    fingerprint: bytes
    thread: Hashable
    vector: Vector
    versions: tuple[Version, ...]
    taken_off: dict[Source, datetime] = field(default_factory=dict)

    def stood(self, as_of: datetime | None, episodes: Mapping[str, Episode]) -> Memory | None:
        """The memory as it stood at an instant, or as it is; None if it was not there."""
        if as_of is None:
            return self.memory
        version = version_at(self.versions, as_of)
        if version is None:
            return None
        still = (source for source, taken_off_at in self.taken_off.items() if taken_off_at > as_of)
        sources = in_order((*self.memory.sources, *still), episodes)
        cited = tuple(source for source in sources if episodes[source.episode_id].created_at <= as_of)
        is_present = version.version == self.memory.version
        return replace(self.memory if is_present else as_it_was(self.memory, version), sources=cited)

    @property
    def is_passed_over(self) -> bool:
        """Whether the turns behind it look past it: it is deleted, or nobody said it so."""
        return self.memory.is_deleted or self.is_derived

    @property
    def is_derived(self) -> bool:
        """Whether it is no turn of a conversation."""
        return self.memory.origin is Origin.DERIVED


def in_order(sources: Iterable[Source], episodes: Mapping[str, Episode]) -> tuple[Source, ...]:
    """Sources in the order in which they were said."""
    places = {episode_id: place for place, episode_id in enumerate(episodes)}
    return tuple(sorted(sources, key=lambda source: (places[source.episode_id], source.position)))


@dataclass(frozen=True, slots=True)
class Renewed:
    """A vector of the next embedder, made from this version of the memory."""

    identity: EmbedderIdentity
    version: int
    vector: Vector


class InMemoryData:
    """Everything that a store in memory knows."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.change_number = 0
        self.redaction_key = token_bytes(32)
        self.embedder: EmbedderIdentity | None = None
        self.episodes: dict[str, Episode] = {}
        self.held: dict[int, Held] = {}
        self.keys: dict[str, int] = {}
        self.relations: dict[tuple[str, str, str], Relation] = {}
        self.events: list[MemoryEvent] = []
        self.subscribers: dict[str, Subscriber] = {}
        self.jobs: list[Kept] = []
        self.bells = Bells.new()
        self.answered: OrderedDict[tuple[Scope, str], Answer] = OrderedDict()
        self.users: set[tuple[str, str]] = set()
        self.entity_names: dict[tuple[Hashable, ...], dict[str, str]] = {}
        self.renewed: dict[int, Renewed] = {}
        self.spending: dict[tuple[date, str], ModelSpent] = {}

    def of_id(self, memory_id: str, scope: Scope | None = None) -> Held:
        """The memory with this id, inside the scope where one is given.

        Raises:
            NotFound: ``memory_not_found``.
        """
        key = self.keys.get(memory_id)
        if key is None or (scope is not None and not scope.covers(self.held[key].memory.scope)):
            where = "" if scope is None else f" in the scope {scope}"
            raise NotFound(
                f"no memory {memory_id}{where}: check the id, and whose memory it is",
                code="memory_not_found",
                memory_id=memory_id,
            )
        return self.held[key]

    def episode(self, episode_id: str) -> Episode:
        """The episode with this id.

        Raises:
            NotFound: ``episode_not_found``.
        """
        if episode_id not in self.episodes:
            raise NotFound(
                f"there is no episode {episode_id}", code="episode_not_found", episode_id=episode_id
            )
        return self.episodes[episode_id]

    def inside(self, scope: Scope) -> list[Held]:
        """The memories that the scope covers, deleted ones too, in the order of arrival."""
        return [held for held in self.held.values() if scope.covers(held.memory.scope)]

    def require_embedder(self, identity: EmbedderIdentity) -> None:
        """Refuse to mix vectors of two embedders.

        Raises:
            BackendRejected: ``embedder_mismatch``.
        """
        if self.embedder not in {None, identity}:
            raise BackendRejected(
                f"the store's vectors come from another embedder than {identity}: open the store again",
                code="embedder_mismatch",
            )

    def announce(self, event: EventType, memory_id: str, at: datetime) -> None:
        """Number an event and keep it."""
        number = self.events[-1].number + 1 if self.events else 1
        self.events.append(MemoryEvent(number, event, memory_id, at))
        waited_for = min((other.number for other in self.subscribers.values()), default=number)
        past = max(
            number - limits.OUTBOX_BACKLOG_EVENTS_MAX, min(number - limits.OUTBOX_EVENTS_MAX, waited_for)
        )
        gone = bisect_right(self.events, past, key=lambda kept: kept.number)
        del self.events[: min(gone, limits.OUTBOX_TRIM_ROWS + 1)]


class Access:
    """One opening of the data, for an embedder; several may be open at once."""

    def __init__(self, data: InMemoryData, identity: EmbedderIdentity) -> None:
        self.identity = identity
        self._data = data
        self._closed = False

    @property
    def bells(self) -> Bells:
        """Those of the data: they ring for every opening, and also when this one is closed."""
        return self._data.bells

    @contextmanager
    def use(self) -> Iterator[InMemoryData]:
        """The data, while nobody else has it.

        Raises:
            BackendRejected: ``store_closed``.
        """
        with self._data.lock:
            if self._closed:
                raise BackendRejected("the store was closed: open it again", code="store_closed")
            yield self._data

    def close(self) -> None:
        """Let go of the data; other openings keep it."""
        with self._data.lock:
            self._closed = True
