"""The truth of the embedded default: everything in one SQLite file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from holdfast.adapters.sqlite import job_rows
from holdfast.adapters.sqlite.changes import place_of, read_change, read_dependents, read_steps
from holdfast.adapters.sqlite.episodes import read_episode
from holdfast.adapters.sqlite.faults import decoded
from holdfast.adapters.sqlite.filters import Condition, join, view_condition
from holdfast.adapters.sqlite.kept import KeptMemories
from holdfast.adapters.sqlite.reach import (
    Reach,
    Reaches,
    ScopeKeys,
    change_number_of,
    reach_of,
    reach_of_owner,
)
from holdfast.adapters.sqlite.recorded import count_episodes, read_facts, read_recorded
from holdfast.adapters.sqlite.rows import (
    Row,
    first_memories_then,
    from_blob,
    keys_to_json,
    memories_by_key,
    optional_microseconds,
    read_memories,
    to_blob,
    versions_of,
)
from holdfast.adapters.sqlite.spending import latest_days
from holdfast.adapters.sqlite.standing import standing_in
from holdfast.adapters.sqlite.statements import read_statements
from holdfast.adapters.sqlite.writing import apply
from holdfast.domain.decision import Decision
from holdfast.domain.entity import RelatedMemory, Relation
from holdfast.domain.events import EventType, MemoryEvent
from holdfast.domain.instant import from_microseconds, to_microseconds
from holdfast.domain.query import Page
from holdfast.errors import Conflict, NotFound
from holdfast.ports import (
    Answer,
    Answered,
    Derive,
    EmbedderIdentity,
    Idempotency,
    Rate,
    Rederive,
    Relate,
    Remember,
    Revise,
    ReviseTogether,
    StoreStats,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    import apsw

    from holdfast.adapters.sqlite.database import Database
    from holdfast.bell import Bells
    from holdfast.domain.job import Finish, NewJob
    from holdfast.domain.memory import Memory, Source, Version
    from holdfast.domain.message import Episode
    from holdfast.domain.record import Record
    from holdfast.domain.scope import Scope
    from holdfast.domain.statement import Slot
    from holdfast.domain.view import View
    from holdfast.ports import Changed, Dependent, Recorded, Standing, Step, Vector

_SQL = read_statements("queries.sql")


class SqliteMemoryStore:
    """``MemoryStore`` on one SQLite file."""

    def __init__(self, database: Database, identity: EmbedderIdentity, bells: Bells) -> None:
        self._database = database
        self._identity = identity
        self._reaches = Reaches()
        self._scopes = ScopeKeys()
        self._kept = KeptMemories()
        self._bells = bells

    def commit(
        self,
        change: Remember | Derive | Rederive | Revise | ReviseTogether | Relate | Rate | Answer,
        *,
        jobs: Sequence[NewJob] = (),
        finishes: Finish | None = None,
    ) -> None:
        """Apply the change as one transaction, with the jobs that it brings and the one that it finishes."""

        def work(connection: apsw.Connection) -> None:
            if finishes is not None:
                job_rows.finish_with(connection, finishes)
            apply(connection, change, self._identity, self._scopes)
            job_rows.add(connection, jobs)

        self._database.write(work)
        self._bells.events.ring()
        if jobs or finishes is not None:
            self._bells.jobs.ring()

    def episode(self, episode_id: str) -> Episode:
        """The episode with this id, of whatever scope."""
        return self._database.read(lambda connection: read_episode(connection, episode_id))

    def episode_count(self, scope: Scope | None) -> int:
        """How many episodes the scope covers."""
        return self._database.read(lambda connection: count_episodes(connection, scope))

    def episodes(self, scope: Scope | None, *, after: str | None, limit: int) -> tuple[Recorded, ...]:
        """Episodes that the scope covers, as they were stored."""
        return self._database.read(
            lambda connection: read_recorded(connection, scope, after=after, limit=limit)
        )

    def facts(self, scope: Scope | None, *, after: str | None, limit: int) -> tuple[Memory, ...]:
        """Memories that state something or were derived, as they were stored."""
        return self._database.read(lambda connection: read_facts(connection, scope, after=after, limit=limit))

    def find_known(
        self, scope: Scope, fingerprints: Sequence[bytes], *, now: datetime
    ) -> Mapping[bytes, tuple[Memory, ...]]:
        """The memories of exactly this scope with such a fingerprint."""

        def work(connection: apsw.Connection) -> dict[bytes, tuple[Memory, ...]]:
            found = self._scopes.find(connection, scope)
            if found is None:
                return {}
            digests = json.dumps([fingerprint.hex() for fingerprint in fingerprints])
            rows: list[Row] = connection.execute(
                _SQL["known_memories"], (found[0], digests, to_microseconds(now))
            ).fetchall()
            memories = memories_by_key(connection, [key for _, key in rows]) if rows else {}
            known: dict[bytes, tuple[Memory, ...]] = {}
            for fingerprint, key in rows:
                known[fingerprint] = (*known.get(fingerprint, ()), memories[key])
            return known

        return self._database.read(work)

    def worded(self, scope: Scope, wordings: Sequence[int]) -> Mapping[int, tuple[Memory, ...]]:
        """The memories that the scope covers, deleted ones too, whose words are these."""
        wanted = keys_to_json(wordings)

        def work(connection: apsw.Connection) -> dict[int, tuple[Memory, ...]]:
            if connection.execute(_SQL["is_worded"], (wanted,)).get is None:  # so it is most times, and cheap
                return {}
            reach = reach_of(connection, scope)
            if reach.is_empty:
                return {}
            inside = reach.condition()
            sql = _SQL["worded"].replace("{reach}", inside.sql)
            rows: list[Row] = connection.execute(sql, (wanted, *inside.values)).fetchall()
            memories = memories_by_key(connection, [key for _, key in rows]) if rows else {}
            found: dict[int, tuple[Memory, ...]] = {}
            for number, key in rows:
                found[number] = (*found.get(number, ()), memories[key])
            return found

        return self._database.read(work)

    def standing(self, scope: Scope, slots: Sequence[Slot], *, now: datetime) -> Mapping[Slot, Standing]:
        """What stands in each of these slots inside the scope."""

        def work(connection: apsw.Connection) -> dict[Slot, Standing]:
            reach = reach_of_owner(connection, scope)
            return {slot: standing_in(connection, reach, slot, now) for slot in slots}

        return self._database.read(work)

    def find_idempotent(self, scope: Scope, idempotency: Idempotency) -> Answered | None:
        """What the write that bore this key did."""

        def work(connection: apsw.Connection) -> Answered | None:
            found = self._scopes.find(connection, scope)
            if found is None:
                return None
            row: Row | None = connection.execute(_SQL["idempotent"], (found[0], idempotency.key)).fetchone()
            if row is None:
                return None
            body_digest, episode_id, outcome = row
            if body_digest != idempotency.body_digest:
                raise Conflict(
                    f"the idempotency key {idempotency.key!r} was used for another content: use a new key",
                    code="idempotency_key_reused",
                )
            *parts, change_ids = json.loads(outcome)
            messages, facts = (
                tuple((Decision(event), _memory_by_id(connection, memory_id)) for event, memory_id in part)
                for part in parts
            )
            return Answered(from_blob(episode_id), messages, facts, tuple(change_ids))

        return self._database.read(work)

    def get(self, scope: Scope, memory_id: str, *, as_of: datetime | None = None) -> Memory:
        """The memory with this id, deleted or not; with ``as_of`` as it stood at that instant."""
        return self._database.read(
            lambda connection: _memory_in_scope(connection, scope, memory_id, as_of=as_of)[1]
        )

    def reworded(self, scope: Scope, as_of: datetime, *, limit: int) -> Mapping[int, Memory]:
        """The memories of the scope whose words were others at that instant, as they stood."""
        instant = to_microseconds(as_of)

        def work(connection: apsw.Connection) -> Mapping[int, Memory]:
            reach = reach_of(connection, scope)
            if reach.is_empty:
                return {}
            inside = reach.condition()
            sql = _SQL["reworded"].replace("{reach}", inside.sql)
            keys = [key for (key,) in connection.execute(sql, (instant, *inside.values, limit))]
            return memories_by_key(connection, keys, as_of=instant)

        return self._database.read(work)

    def key_of(self, scope: Scope, memory_id: str) -> int:
        """The key of the memory with this id, deleted or not."""
        return self._database.read(lambda connection: _memory_in_scope(connection, scope, memory_id)[0])

    def fetch(self, scope: Scope, keys: Sequence[int], view: View, *, limit: int) -> Mapping[int, Memory]:
        """The first ``limit`` of these memories, in their order, that the scope covers and the view shows."""

        def work(connection: apsw.Connection) -> dict[int, Memory]:
            reach = self._reaches.of(connection, scope, self._database.change_number(connection))
            if reach.is_empty:
                return {}
            condition = join("AND", [reach.condition(), view_condition(view)])
            shown: dict[int, Memory] = {}
            for part in (keys[: 4 * limit], keys[4 * limit :]):  # few are hidden: the first part does
                shown |= self._first(connection, part, condition, limit - len(shown), _as_of(view))
                if len(shown) == limit:
                    break
            return shown

        return self._database.read(work)

    def _first(
        self,
        connection: apsw.Connection,
        keys: Sequence[int],
        condition: Condition,
        limit: int,
        as_of: int | None,
    ) -> dict[int, Memory]:
        if as_of is None:
            return self._kept.first(connection, keys, condition, limit=limit)
        return first_memories_then(connection, keys, condition, limit=limit, as_of=as_of)

    def reading(self) -> AbstractContextManager[None]:
        """All that this thread reads in it, by the indexes too, is of one instant."""
        return self._database.reading()

    def list(self, scope: Scope, view: View, *, limit: int, after: str | None) -> Page:
        """The memories that the view shows, newest first."""

        def work(connection: apsw.Connection) -> list[Memory]:
            reach = reach_of(connection, scope)
            if after is not None:
                before_key, _ = _memory_in_scope(connection, scope, after)
            else:
                before_key = None
            return [] if reach.is_empty else _page(connection, reach, view, limit + 1, before_key)

        memories = self._database.read(work)
        page = tuple(memories[:limit])
        return Page(page, page[-1].id if len(memories) > limit else None)

    def history(self, scope: Scope, memory_id: str) -> tuple[Version, ...]:
        """Every content the memory had, oldest first."""

        def work(connection: apsw.Connection) -> tuple[Version, ...]:
            key, memory = _memory_in_scope(connection, scope, memory_id)
            return versions_of(connection, key, memory)

        return self._database.read(work)

    def related(
        self, scope: Scope, memory_id: str, *, type: str | None, limit: int
    ) -> tuple[RelatedMemory, ...]:
        """The undeleted memories linked with this one, strongest link first."""

        def work(connection: apsw.Connection) -> tuple[RelatedMemory, ...]:
            key, _ = _memory_in_scope(connection, scope, memory_id)
            inside = reach_of(connection, scope).condition()
            rows: list[Row] = connection.execute(
                _SQL["relations_of_memory"].replace("{reach}", inside.sql), (key, type, *inside.values, limit)
            ).fetchall()
            ends = memories_by_key(connection, [end for row in rows for end in row[2:4]])
            return tuple(_to_related(row, ends, outgoing=row[2] == key) for row in rows)

        return self._database.read(work)

    def change(self, scope: Scope, memory_id: str, version: int) -> Changed:
        """The change that brought about this version, and what else it did."""

        def work(connection: apsw.Connection) -> Changed:
            key, memory = _memory_in_scope(connection, scope, memory_id)
            return read_change(connection, key, memory, version)

        return self._database.read(work)

    def steps(
        self, scope: Scope, since: datetime, until: datetime, *, limit: int, after: tuple[str, int] | None
    ) -> tuple[Step, ...]:
        """The versions that memories of the scope were given between two instants, in order."""

        def work(connection: apsw.Connection) -> tuple[Step, ...]:
            behind = None
            if after is not None:
                memory_id, version = after
                key, memory = _memory_in_scope(connection, scope, memory_id)
                behind = place_of(connection, key, memory, version)
            reach = reach_of(connection, scope)
            if reach.is_empty:
                return ()
            span = to_microseconds(since), to_microseconds(until)
            return read_steps(connection, reach, span, limit=limit, behind=behind)

        return self._database.read(work)

    def dependents(self, scope: Scope, memory_id: str, sources: Sequence[Source]) -> tuple[Dependent, ...]:
        """The undeleted memories derived from these sources, where no other undeleted memory holds them."""

        def work(connection: apsw.Connection) -> tuple[Dependent, ...]:
            key, _ = _memory_in_scope(connection, scope, memory_id)
            return read_dependents(connection, key, sources)

        return self._database.read(work)

    def events(self, *, after: int, limit: int) -> tuple[MemoryEvent, ...]:
        """The events with a higher number than ``after``, in order."""

        def work(connection: apsw.Connection) -> tuple[MemoryEvent, ...]:
            return tuple(
                MemoryEvent(number, EventType(event), from_blob(memory_id), from_microseconds(at))
                for number, event, memory_id, at in connection.execute(_SQL["events_after"], (after, limit))
            )

        return self._database.read(work)

    def stats(self) -> StoreStats:
        """What the store holds."""

        def work(connection: apsw.Connection) -> StoreStats:
            (
                memories, deleted, episodes, messages, relations, users, changes, waiting, dead,
            ) = connection.execute(_SQL["stats"]).get  # fmt: skip
            embedder = connection.execute(_SQL["embedder"]).get
            return StoreStats(
                memories=memories,
                deleted=deleted,
                episodes=episodes,
                messages=messages,
                relations=relations,
                users=users,
                bytes_on_disk=self._database.bytes_on_disk(),
                change_number=changes,
                schema_version=connection.pragma("user_version"),
                embedder=EmbedderIdentity(*embedder) if embedder else None,
                encrypted=self._database.encrypted,
                jobs_waiting=waiting,
                jobs_dead=dead,
                spending=latest_days(connection),
            )

        return self._database.read(work)

    def records(self, tenant: str | None) -> Iterator[Record]:
        """Everything in the store, or of one tenant, as it was when the iteration began."""
        from holdfast.adapters.sqlite import transfer  # noqa: PLC0415 (long work, which few processes do)

        with self._database.connection() as connection:
            connection.execute("BEGIN")
            try:
                with decoded(self._database.location.shown):
                    yield from transfer.read_records(connection, tenant)
            finally:
                if connection.in_transaction:  # an I/O error ends it
                    connection.execute("ROLLBACK")

    def load(self, records: Sequence[Record], vectors: Mapping[str, Vector]) -> int:
        """Write records that are not there yet."""
        from holdfast.adapters.sqlite import transfer  # noqa: PLC0415 (likewise)

        written = self._database.write(
            lambda connection: transfer.write_records(connection, records, vectors, self._identity)
        )
        self._bells.events.ring()
        return written

    def redaction_key(self) -> bytes:
        """The 32 random bytes that were drawn when the file was made."""
        return self._database.read(lambda connection: bytes(connection.execute(_SQL["redaction_key"]).get))

    def change_number(self) -> int:
        """A number that grows with every commit of any process."""
        return self._database.read(self._database.change_number)

    def change_number_of(self, scope: Scope) -> int:
        """A number that grows with every commit that touches what the scope covers."""
        return self._database.read(lambda connection: change_number_of(connection, scope))

    def backup(self, target: Path, progress: Callable[[int, int], None] | None = None) -> None:
        """Write a consistent copy while others go on writing."""
        from holdfast.adapters.sqlite.backup import copy_database  # noqa: PLC0415 (likewise)

        copy_database(self._database, target, progress)

    def check(self) -> tuple[str, ...]:
        """What is wrong with the store, in sentences."""
        from holdfast.adapters.sqlite.checking import find_faults  # noqa: PLC0415 (likewise)

        with self._database.fresh_connection() as connection:
            return find_faults(connection)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def _memory_by_id(connection: apsw.Connection, memory_id: str) -> Memory:
    return next(iter(read_memories(connection, "WHERE m.id = ?", (to_blob(memory_id),)).values()))


def _memory_in_scope(
    connection: apsw.Connection, scope: Scope, memory_id: str, *, as_of: datetime | None = None
) -> tuple[int, Memory]:
    found = read_memories(
        connection, "WHERE m.id = ?", (to_blob(memory_id),), as_of=optional_microseconds(as_of)
    )
    for key, memory in found.items():
        if scope.covers(memory.scope):
            return key, memory
    then = "" if as_of is None else " then"
    raise NotFound(
        f"no memory {memory_id} in the scope {scope}{then}: check the id, and whose memory it is",
        code="memory_not_found",
        memory_id=memory_id,
    )


def _page(
    connection: apsw.Connection, reach: Reach, view: View, limit: int, before_key: int | None
) -> list[Memory]:
    parts = [reach.condition(), view_condition(view)]
    if before_key is not None:
        parts.append(Condition("m.key < ?", (before_key,)))
    condition = join("AND", parts)
    found = read_memories(
        connection,
        f"WHERE {condition.sql} ORDER BY m.key DESC LIMIT ?",
        (*condition.values, limit),
        as_of=_as_of(view),
    )
    return list(found.values())


def _as_of(view: View) -> int | None:
    return optional_microseconds(view.as_of)


def _to_related(row: Row, ends: Mapping[int, Memory], *, outgoing: bool) -> RelatedMemory:
    identifier, relation_type, from_key, to_key, strength, created_at = row
    relation = Relation(
        id=from_blob(identifier),
        type=relation_type,
        from_id=ends[from_key].id,
        to_id=ends[to_key].id,
        strength=strength,
        created_at=from_microseconds(created_at),
    )
    return RelatedMemory(relation, ends[to_key if outgoing else from_key], outgoing)
