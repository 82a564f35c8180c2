"""The truth without a file."""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING, assert_never

from holdfast.domain.entity import RelatedMemory
from holdfast.domain.job import JobState
from holdfast.domain.matching import sees
from holdfast.domain.query import Page
from holdfast.domain.record import EpisodeRecord, MemoryRecord, RelationRecord
from holdfast.domain.scope import Scope
from holdfast.domain.wording import wording
from holdfast.errors import BackendRejected, Conflict, NotFound
from holdfast.ports import (
    Answer,
    Answered,
    Derive,
    Rate,
    Rederive,
    Relate,
    Remember,
    Revise,
    ReviseTogether,
    StoreStats,
)
from holdfast.testing.in_memory import past, recorded, writing
from holdfast.testing.in_memory.jobs import add, finish_with, held
from holdfast.testing.in_memory.spending import latest_days

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from holdfast.domain.entity import Relation
    from holdfast.domain.events import MemoryEvent
    from holdfast.domain.job import Finish, NewJob
    from holdfast.domain.memory import Memory, Source, Version
    from holdfast.domain.message import Episode
    from holdfast.domain.record import Record
    from holdfast.domain.statement import Slot
    from holdfast.domain.view import View
    from holdfast.ports import Changed, Dependent, Idempotency, Recorded, Standing, Step, Vector
    from holdfast.testing.in_memory.data import Access, InMemoryData


class InMemoryStore:
    """``MemoryStore`` in Python objects: for tests, and gone when the program ends.

    It has no file, so that ``backup`` is refused and ``check`` has nothing to find.
    """

    def __init__(self, access: Access) -> None:
        self._access = access

    def commit(
        self,
        change: Remember | Derive | Rederive | Revise | ReviseTogether | Relate | Rate | Answer,
        *,
        jobs: Sequence[NewJob] = (),
        finishes: Finish | None = None,
    ) -> None:
        with self._access.use() as data:
            if finishes is not None:
                held(data, finishes.claim, JobState.RUNNING)
            self._apply(data, change)
            if finishes is not None:
                finish_with(data, finishes)
            add(data, jobs)
            data.bells.events.ring()

    def _apply(
        self,
        data: InMemoryData,
        change: Remember | Derive | Rederive | Revise | ReviseTogether | Relate | Rate | Answer,
    ) -> None:
        match change:
            case Remember():
                writing.remember(data, change, self._access.identity)
            case Derive():
                writing.derive(data, change, self._access.identity)
            case Rederive():
                recorded.rederive(data, change, self._access.identity)
            case Revise():
                writing.revise(data, change, self._access.identity)
            case ReviseTogether():
                writing.revise_together(data, change, self._access.identity)
            case Relate():
                writing.relate(data, change)
            case Rate():
                writing.rate(data, change)
            case Answer():
                writing.answer(data, change)
            case _:
                assert_never(change)

    def episode(self, episode_id: str) -> Episode:
        with self._access.use() as data:
            return data.episode(episode_id)

    def episode_count(self, scope: Scope | None) -> int:
        with self._access.use() as data:
            return len(recorded.episodes_in(data, scope, None))

    def episodes(self, scope: Scope | None, *, after: str | None, limit: int) -> tuple[Recorded, ...]:
        with self._access.use() as data:
            found = recorded.episodes_in(data, scope, after)[:limit]
            return tuple(recorded.recorded_in(data, episode) for episode in found)

    def facts(self, scope: Scope | None, *, after: str | None, limit: int) -> tuple[Memory, ...]:
        with self._access.use() as data:
            return recorded.facts_in(data, scope, after)[:limit]

    def find_known(
        self, scope: Scope, fingerprints: Sequence[bytes], *, now: datetime
    ) -> Mapping[bytes, tuple[Memory, ...]]:
        wanted = set(fingerprints)
        known: defaultdict[bytes, tuple[Memory, ...]] = defaultdict(tuple)
        with self._access.use() as data:
            for held in data.held.values():
                memory = held.memory
                if held.fingerprint in wanted and memory.scope == scope and memory.is_known(now):
                    known[held.fingerprint] += (memory,)
        return dict(known)

    def worded(self, scope: Scope, wordings: Sequence[int]) -> Mapping[int, tuple[Memory, ...]]:
        wanted = set(wordings)
        found: defaultdict[int, list[Memory]] = defaultdict(list)
        with self._access.use() as data:
            for held_one in data.inside(scope):
                number = wording(held_one.memory.text)
                if number in wanted:
                    found[number].append(held_one.memory)
        return {number: tuple(memories) for number, memories in found.items()}

    def standing(self, scope: Scope, slots: Sequence[Slot], *, now: datetime) -> Mapping[Slot, Standing]:
        with self._access.use() as data:
            return {slot: writing.standing_in(data, scope, slot, now) for slot in slots}

    def find_idempotent(self, scope: Scope, idempotency: Idempotency) -> Answered | None:
        with self._access.use() as data:
            answered = data.answered.get((scope, idempotency.key))
            if answered is None:
                return None
            if answered.idempotency.body_digest != idempotency.body_digest:
                raise Conflict(
                    f"the idempotency key {idempotency.key!r} was used for another content: use a new key",
                    code="idempotency_key_reused",
                )
            messages, facts = (
                tuple((event, data.of_id(memory_id).memory) for event, memory_id in part)
                for part in (answered.outcome, answered.facts)
            )
            return Answered(answered.episode_id, messages, facts, answered.change_ids)

    @contextmanager
    def reading(self) -> Iterator[None]:
        with self._access.use():
            yield

    def get(self, scope: Scope, memory_id: str, *, as_of: datetime | None = None) -> Memory:
        with self._access.use() as data:
            memory = data.of_id(memory_id, scope).stood(as_of, data.episodes)
        if memory is None:
            raise NotFound(
                f"no memory {memory_id} in the scope {scope} then: check the id, and whose memory it is",
                code="memory_not_found",
                memory_id=memory_id,
            )
        return memory

    def reworded(self, scope: Scope, as_of: datetime, *, limit: int) -> Mapping[int, Memory]:
        with self._access.use() as data:
            inside = data.inside(scope)
            stood = {held.key: held.stood(as_of, data.episodes) for held in inside}
        last_first = sorted(inside, key=lambda held: (held.memory.updated_at, held.key), reverse=True)
        found = [(held.key, stood[held.key], held.memory) for held in last_first]
        return dict([(key, then) for key, then, now in found if then and then.text != now.text][:limit])

    def key_of(self, scope: Scope, memory_id: str) -> int:
        with self._access.use() as data:
            return data.of_id(memory_id, scope).key

    def fetch(self, scope: Scope, keys: Sequence[int], view: View, *, limit: int) -> Mapping[int, Memory]:
        with self._access.use() as data:
            stood = {held.key: held.stood(view.as_of, data.episodes) for held in data.inside(scope)}
        inside = {key: memory for key, memory in stood.items() if memory is not None}
        shown = [key for key in keys if key in inside and sees(view, inside[key])]
        return {key: inside[key] for key in shown[:limit]}

    def list(self, scope: Scope, view: View, *, limit: int, after: str | None) -> Page:
        with self._access.use() as data:
            before = None if after is None else data.of_id(after, scope).key
            newest_first = [
                memory
                for held in reversed(data.inside(scope))
                if (before is None or held.key < before)
                and (memory := held.stood(view.as_of, data.episodes)) is not None
                and sees(view, memory)
            ]
        page = tuple(newest_first[:limit])
        return Page(page, page[-1].id if len(newest_first) > limit else None)

    def history(self, scope: Scope, memory_id: str) -> tuple[Version, ...]:
        with self._access.use() as data:
            return data.of_id(memory_id, scope).versions

    def related(
        self, scope: Scope, memory_id: str, *, type: str | None, limit: int
    ) -> tuple[RelatedMemory, ...]:
        with self._access.use() as data:
            data.of_id(memory_id, scope)
            newest_first = [
                _seen_from(memory_id, relation, data)
                for relation in reversed(data.relations.values())
                if memory_id in {relation.from_id, relation.to_id} and type in {None, relation.type}
            ]
        found = [
            related
            for related in newest_first
            if scope.covers(related.memory.scope) and not related.memory.is_deleted
        ]
        return tuple(sorted(found, key=lambda related: -related.relation.strength)[:limit])

    def change(self, scope: Scope, memory_id: str, version: int) -> Changed:
        with self._access.use() as data:
            return past.change_in(data, data.of_id(memory_id, scope), version)

    def steps(
        self, scope: Scope, since: datetime, until: datetime, *, limit: int, after: tuple[str, int] | None
    ) -> tuple[Step, ...]:
        with self._access.use() as data:
            behind = None if after is None else (data.of_id(after[0], scope), after[1])
            return past.steps_in(data.inside(scope), (since, until), behind)[:limit]

    def dependents(self, scope: Scope, memory_id: str, sources: Sequence[Source]) -> tuple[Dependent, ...]:
        with self._access.use() as data:
            return past.dependents_in(data, data.of_id(memory_id, scope), sources)

    def events(self, *, after: int, limit: int) -> tuple[MemoryEvent, ...]:
        with self._access.use() as data:
            return tuple(event for event in data.events if event.number > after)[:limit]

    def stats(self) -> StoreStats:
        with self._access.use() as data:
            deleted = sum(held.memory.is_deleted for held in data.held.values())
            states = [kept.job.state for kept in data.jobs]
            return StoreStats(
                memories=len(data.held) - deleted,
                deleted=deleted,
                episodes=len(data.episodes),
                messages=sum(len(episode.messages) for episode in data.episodes.values()),
                relations=len(data.relations),
                users=len(data.users),
                bytes_on_disk=0,
                change_number=data.change_number,
                schema_version=0,
                embedder=data.embedder,
                encrypted=False,
                jobs_waiting=states.count(JobState.PENDING) + states.count(JobState.RUNNING),
                jobs_dead=states.count(JobState.DEAD),
                spending=latest_days(data),
            )

    def records(self, tenant: str | None) -> Iterator[Record]:
        with self._access.use() as data:
            found = _records(data, tenant)
        yield from found

    def load(self, records: Sequence[Record], vectors: Mapping[str, Vector]) -> int:
        with self._access.use() as data:
            written = writing.load(data, records, vectors, self._access.identity)
            data.bells.events.ring()
            return written

    def change_number_of(self, scope: Scope) -> int:  # noqa: ARG002 (a commit elsewhere makes it grow too)
        return self.change_number()

    def redaction_key(self) -> bytes:
        with self._access.use() as data:
            return data.redaction_key

    def change_number(self) -> int:
        with self._access.use() as data:
            return data.change_number

    def backup(self, target: Path, progress: Callable[[int, int], None] | None = None) -> None:  # noqa: ARG002 (the port's)
        """Refused: there is no file to copy.

        Raises:
            BackendRejected: ``backup_unsupported``.
        """
        raise BackendRejected(
            f"a store of Python objects cannot be copied to {target}: export it, or test backups on a file",
            code="backup_unsupported",
        )

    def check(self) -> tuple[str, ...]:
        with self._access.use():
            return ()

    def close(self) -> None:
        self._access.close()


def _seen_from(memory_id: str, relation: Relation, data: InMemoryData) -> RelatedMemory:
    outgoing = relation.from_id == memory_id
    other = data.of_id(relation.to_id if outgoing else relation.from_id)
    return RelatedMemory(relation, other.memory, outgoing)


def _records(data: InMemoryData, tenant: str | None) -> list[Record]:
    """Episodes, then memories, then relations: each after what it cites."""

    def wanted(scope: Scope) -> bool:
        return tenant in {None, scope.tenant}

    return [
        *(EpisodeRecord(episode) for episode in data.episodes.values() if wanted(episode.scope)),
        *(
            MemoryRecord(held.memory, held.versions, held.fingerprint)
            for held in data.held.values()
            if wanted(held.memory.scope)
        ),
        *(
            RelationRecord(Scope.whole_tenant(tenant=scope.tenant), relation)
            for relation in data.relations.values()
            if wanted(scope := data.of_id(relation.from_id).memory.scope)
        ),
    ]
