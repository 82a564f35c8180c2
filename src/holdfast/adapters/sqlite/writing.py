"""Applies one change inside the transaction it is given."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, assert_never

from holdfast import limits
from holdfast.adapters.sqlite import audit
from holdfast.adapters.sqlite.reach import reach_of_owner
from holdfast.adapters.sqlite.rows import (
    Row,
    metadata_to_json,
    optional_microseconds,
    read_memories,
    to_blob,
)
from holdfast.adapters.sqlite.standing import require_unchanged, statement_columns
from holdfast.adapters.sqlite.statements import read_statements
from holdfast.adapters.sqlite.vector_rows import (
    VectorRow,
    append_vectors,
    embedder_key,
    replace_vector,
    to_stored,
)
from holdfast.domain.events import EventType
from holdfast.domain.instant import to_microseconds
from holdfast.domain.memory import Version, change_id_of, first_version, followed, present_version
from holdfast.domain.mention import part_of
from holdfast.domain.past import read_change_id
from holdfast.domain.statement import fold
from holdfast.domain.wording import wording
from holdfast.errors import BackendRejected, Conflict, NotFound
from holdfast.ports import Answer, Derive, Rate, Rederive, Relate, Remember, Revise, ReviseTogether

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import apsw

    from holdfast.adapters.sqlite.reach import ScopeKeys
    from holdfast.domain.entity import Relation
    from holdfast.domain.memory import Memory
    from holdfast.domain.message import Episode
    from holdfast.domain.scope import Scope
    from holdfast.ports import EmbedderIdentity, Formed, Vector

_SQL = read_statements("writes.sql")
_PAST = read_statements("past.sql")


def apply(
    connection: apsw.Connection,
    change: Remember | Derive | Rederive | Revise | ReviseTogether | Relate | Rate | Answer,
    identity: EmbedderIdentity,
    scopes: ScopeKeys,
) -> None:
    """Write the change with its versions, event and audit entry."""
    match change:
        case Remember():
            _remember(connection, change, identity, scopes)
        case Derive():
            _derive(connection, change, identity, scopes)
        case Rederive():
            _rederive(connection, change, identity, scopes)
        case Revise():
            _revise(connection, change, identity)
        case ReviseTogether():
            _revise_together(connection, change, identity)
        case Relate():
            _relate(connection, change)
        case Rate():
            _rate(connection, change)
        case Answer():
            _answer(connection, change, scopes)
        case _:
            assert_never(change)


class Place(NamedTuple):
    """Where in the file a memory belongs: its scope, its home, and the thread that it is a turn of."""

    scope_key: int
    home_key: int
    thread: int


def _remember(
    connection: apsw.Connection, change: Remember, identity: EmbedderIdentity, scopes: ScopeKeys
) -> None:
    episode, formed = change.episode, change.formed
    scope_key, home_key = scopes.ensure(connection, episode.scope)
    _refuse_what_is_known(connection, change, scope_key)
    if formed is not None:
        reach = reach_of_owner(connection, episode.scope)
        require_unchanged(connection, reach, formed.seen, episode.created_at)
    episode_key = insert_episode(connection, episode, scope_key)
    place = Place(scope_key, home_key, thread_of(episode.scope, scope_key, episode_key))
    everything = change.new if formed is None else (*change.new, *formed.new)
    keys = [insert_memory(connection, new.memory, new.fingerprint, place) for new in everything]
    for key, new in zip(keys, everything, strict=True):
        _insert_source(connection, key, episode_key, new.memory.sources[0].position)
    _cite(connection, (*change.repeated, *(() if formed is None else formed.repeated)), episode_key)
    vectors = [(key, new.vector) for key, new in zip(keys, everything, strict=True)]
    insert_vectors(connection, identity, home_key, vectors)
    announce(connection, EventType.CREATED, [new.memory.id for new in everything], episode.created_at)
    if change.answer is not None:
        _keep_answer(connection, change.answer, scope_key)
    if formed is not None:
        _close_and_link(connection, formed)
    _finish(connection, home_key, _Entry("remember", episode.id, len(episode.messages), episode.created_at))


def _cite(connection: apsw.Connection, repeated: Sequence[tuple[str, int]], episode_key: int) -> None:
    """Let messages of an episode be sources of memories that were there before."""
    for memory_id, position in repeated:
        key = _key_of(connection, memory_id)
        _insert_source(connection, key, episode_key, position)
        connection.execute(_SQL["stamp_memory"], (key,))


def _derive(
    connection: apsw.Connection, change: Derive, identity: EmbedderIdentity, scopes: ScopeKeys
) -> None:
    """Write facts of an episode that is there. Of nothing there is nothing to announce or to record."""
    formed, episode_key = change.formed, _episode_key(connection, change.episode_id)
    reach = reach_of_owner(connection, change.scope)
    require_unchanged(connection, reach, formed.seen, change.at)
    if change.is_empty:
        return
    scope_key, home_key = scopes.ensure(connection, change.scope)
    place = Place(scope_key, home_key, thread_of(change.scope, scope_key, episode_key))
    keys = [insert_memory(connection, new.memory, new.fingerprint, place) for new in formed.new]
    for key, new in zip(keys, formed.new, strict=True):
        for source in new.memory.sources:
            _insert_source(connection, key, episode_key, source.position)
    _cite(connection, formed.repeated, episode_key)
    if keys:
        vectors = [(key, new.vector) for key, new in zip(keys, formed.new, strict=True)]
        insert_vectors(connection, identity, home_key, vectors)
        announce(connection, EventType.CREATED, [new.memory.id for new in formed.new], change.at)
    _close_and_link(connection, formed)
    if change.extends_answer:
        _extend_answer(connection, change, scope_key)
    _finish(connection, home_key, _Entry("derive", change.episode_id, len(keys), change.at))


def _rederive(
    connection: apsw.Connection, change: Rederive, identity: EmbedderIdentity, scopes: ScopeKeys
) -> None:
    """Revise facts, add others, and cite and link all of them; what is new bears the id of the change too."""
    require_unchanged(connection, reach_of_owner(connection, change.scope), change.seen, change.at)
    _require_said(connection, change)
    homes = {_replace_content(connection, revision)[1] for revision in change.revised}
    for new in change.new:
        memory = new.memory
        scope_key, home_key = scopes.ensure(connection, memory.scope)
        cited = [_episode_key(connection, source.episode_id) for source in memory.sources]
        place = Place(scope_key, home_key, thread_of(memory.scope, scope_key, cited[0]))
        key = insert_memory(connection, memory, new.fingerprint, place)
        for episode_key, source in zip(cited, memory.sources, strict=True):
            _insert_source(connection, key, episode_key, source.position)
        insert_version(connection, key, replace(first_version(memory), change_id=change.change))
        insert_vectors(connection, identity, home_key, [(key, new.vector)])
        homes.add(home_key)
    for memory_id, source in change.cited:
        _cite(connection, [(memory_id, source.position)], _episode_key(connection, source.episode_id))
    announce(connection, EventType.CREATED, [new.memory.id for new in change.new], change.at)
    for revision in change.revised:
        announce(connection, revision.event, [revision.memory.id], change.at)
    _link(connection, change.links)
    number = next_change_number(connection)
    for home_key in sorted(homes):
        connection.execute(_SQL["touch_home"], (home_key, number, 0))
    target = read_change_id(change.change).memory_id
    _enter(connection, _Entry("rebuild", target, len(change.new) + len(change.revised), change.at))


def _require_said(connection: apsw.Connection, change: Rederive) -> None:
    """Refuse what is to stand on a message that nobody holds any more."""
    restored = [each.memory for each in change.revised if each.event is EventType.RESTORED]
    for memory in (*(new.memory for new in change.new), *restored):
        for source in memory.sources:
            place = (_episode_key(connection, source.episode_id), source.position)
            if connection.execute(_SQL["is_held"], place).get is None:
                raise Conflict(
                    "another writer has just deleted the message of a fact: try again", code="slot_changed"
                )


def _episode_key(connection: apsw.Connection, episode_id: str) -> int:
    row = connection.execute(_SQL["episode_by_id"], (to_blob(episode_id),)).fetchone()
    if row is None:
        raise NotFound(f"there is no episode {episode_id}", code="episode_not_found", episode_id=episode_id)
    return int(row[0])


def _extend_answer(connection: apsw.Connection, change: Derive, scope_key: int) -> None:
    """Let the answer that was kept with the episode tell these facts too."""
    where = (scope_key, to_blob(change.episode_id))
    rows: list[Row] = connection.execute(_SQL["answers_of_episode"], where).fetchall()
    for key, outcome in rows:
        messages, facts, change_ids = json.loads(outcome)
        facts += [[decision.value, memory_id] for decision, memory_id in change.outcome]
        extended = json.dumps([messages, facts, [*change_ids, *change.change_ids]])
        connection.execute(_SQL["replace_answer"], (scope_key, key, extended))


def _close_and_link(connection: apsw.Connection, formed: Formed) -> None:
    """Close facts, which the indexes of the home then know, and link facts."""
    for closing in formed.closed:
        _replace_content(connection, closing)
        announce(connection, closing.event, [closing.memory.id], closing.memory.updated_at)
    _link(connection, formed.links)


def _link(connection: apsw.Connection, links: Sequence[Relation]) -> None:
    for link in links:
        insert_relation(connection, link, _key_of(connection, link.from_id), _key_of(connection, link.to_id))
        announce(connection, EventType.RELATED, [link.from_id], link.created_at)


def thread_of(scope: Scope, scope_key: int, episode_key: int) -> int:
    """The conversation of a memory: its session, or its episode when it has none."""
    return scope_key if scope.session_id else -episode_key


def _insert_source(connection: apsw.Connection, key: int, episode_key: int, position: int) -> None:
    connection.execute(_SQL["insert_source"], (key, episode_key, position))


def _refuse_what_is_known(connection: apsw.Connection, change: Remember, scope_key: int) -> None:
    fingerprints = json.dumps(sorted({new.fingerprint.hex() for new in change.new}))
    now = to_microseconds(change.episode.created_at)
    if connection.execute(_SQL["is_known"], (scope_key, fingerprints, now)).get:
        raise Conflict("another writer has just added the same message: try again", code="already_known")


def insert_episode(connection: apsw.Connection, episode: Episode, scope_key: int) -> int:
    """Write an episode and its messages; its key."""
    key: int = connection.execute(
        _SQL["insert_episode"],
        (
            to_blob(episode.id),
            scope_key,
            to_microseconds(episode.created_at),
            metadata_to_json(episode.metadata),
        ),
    ).get
    connection.executemany(
        _SQL["insert_message"],
        (
            (
                key,
                n,
                message.role.value,
                message.name,
                message.id,
                optional_microseconds(message.at),
                message.content,
                None if message.origin is None else message.origin.value,
            )
            for n, message in enumerate(episode.messages)
        ),
    )
    return key


def insert_memory(connection: apsw.Connection, memory: Memory, fingerprint: bytes, place: Place) -> int:
    """Write a memory with its entities, without sources and vector; its key."""
    connection.execute(
        _SQL["insert_memory"],
        (
            to_blob(memory.id), place.scope_key, place.home_key, place.thread, memory.kind.value,
            memory.tier.value, memory.state.value, memory.origin.value, memory.trust, memory.importance,
            memory.spoken_by, memory.text,
            metadata_to_json(memory.metadata),
            memory.version, to_microseconds(memory.valid_at), optional_microseconds(memory.invalid_at),
            to_microseconds(memory.created_at), to_microseconds(memory.updated_at),
            optional_microseconds(memory.expired_at), optional_microseconds(memory.expires_at),
            optional_microseconds(memory.accessed_at), memory.access_count, memory.useful_count,
            memory.useless_count, fingerprint, *statement_columns(memory.statement), wording(memory.text),
        ),
    )  # fmt: skip
    key = connection.last_insert_rowid()
    for name in memory.entities:
        folded = fold(name)
        connection.execute(_SQL["insert_entity"], (place.home_key, folded, name))
        connection.execute(
            _SQL["insert_memory_entity"], (key, place.home_key, folded, part_of(folded, memory))
        )
    return key


def insert_vectors(
    connection: apsw.Connection,
    identity: EmbedderIdentity,
    home_key: int,
    vectors: Sequence[tuple[int, Vector]],
) -> None:
    """Write the vectors of new memories of one home, by key.

    Raises:
        BackendRejected: ``embedder_mismatch`` when the store has meanwhile been given another embedder.
    """
    rows = [VectorRow(key, to_stored(vector)) for key, vector in vectors]
    append_vectors(connection, current_embedder(connection, identity), home_key, rows)


def current_embedder(connection: apsw.Connection, identity: EmbedderIdentity) -> int:
    """The key of the store's embedder, which must be this one; the first writer's becomes the store's."""
    values = (identity.id, identity.revision, identity.dimension)
    known, current = connection.execute(_SQL["embedder_and_current"], values).get
    mine = embedder_key(connection, identity) if known is None else int(known)
    if current is None:
        connection.execute(_SQL["set_embedder"], (mine,))
    elif current != mine:
        raise BackendRejected(
            f"the store's vectors no longer come from the embedder {identity}: open it again",
            code="embedder_mismatch",
        )
    return mine


def next_change_number(connection: apsw.Connection) -> int:
    """Count the commit."""
    number: int = connection.execute(_SQL["count_commit"]).get
    return number


def _revise(connection: apsw.Connection, change: Revise, identity: EmbedderIdentity) -> None:
    memory = change.memory
    key, home_key = _replace_content(connection, change)
    if change.vector is not None:
        embedder = current_embedder(connection, identity)
        replace_vector(connection, embedder, home_key, key, to_stored(change.vector))
    announce(connection, change.event, [memory.id], memory.updated_at)
    entry = _Entry(change.event.value, memory.id, 1, memory.updated_at)
    _finish(connection, home_key, entry, reload=change.vector is not None)


def _revise_together(connection: apsw.Connection, change: ReviseTogether, identity: EmbedderIdentity) -> None:
    reach = reach_of_owner(connection, change.scope)
    require_unchanged(connection, reach, change.seen, change.at)
    homes: set[int] = set()
    for revision in change.revisions:
        memory = revision.memory
        key, home_key = _replace_content(connection, revision)
        homes.add(home_key)
        if revision.vector is not None:
            embedder = current_embedder(connection, identity)
            replace_vector(connection, embedder, home_key, key, to_stored(revision.vector))
        announce(connection, revision.event, [memory.id], memory.updated_at)
    _move_sources(connection, change)
    entry = _Entry(change.action, change.revisions[0].memory.id, len(change.revisions), change.at)
    reload = any(revision.vector is not None for revision in change.revisions)
    number = next_change_number(connection)
    for home_key in sorted(homes):
        connection.execute(_SQL["count_feedback"], (home_key,))
        connection.execute(_SQL["touch_home"], (home_key, number, int(reload)))
    _enter(connection, entry)


def _move_sources(connection: apsw.Connection, change: ReviseTogether) -> None:
    for memory_id, source in change.taken_off:
        place = (_key_of(connection, memory_id), to_blob(source.episode_id), source.position)
        connection.execute(_PAST["take_off_source"], (*place, to_microseconds(change.at)))
    for memory_id, taken_off_at in change.put_back:
        values = (_key_of(connection, memory_id), to_microseconds(taken_off_at))
        connection.execute(_PAST["put_back_sources"], values)


def _replace_content(connection: apsw.Connection, change: Revise) -> tuple[int, int]:
    """Write the new content and keep the one before as a version; the keys of the memory and of its home."""
    memory = change.memory
    key, version, home_key, digest = _row_of(connection, memory.id)
    if version != change.replaces_version:
        raise Conflict(
            f"memory {memory.id} has version {version}, not {change.replaces_version}: read it again",
            code="version_conflict",
            memory_id=memory.id,
            version=version,
            expected_version=change.replaces_version,
        )
    before = read_memories(connection, "WHERE m.key = ?", (key,))[key]
    insert_version(connection, key, first_version(before))
    _update_memory(connection, key, memory, followed(digest, before, memory))
    insert_version(
        connection,
        key,
        present_version(
            memory, event=change.event.value, reason=change.reason, change=change.change, by=change.by
        ),
    )
    if memory.invalid_at != before.invalid_at:  # what has ceased to be true is read again with the feedback
        connection.execute(_SQL["count_feedback"], (home_key,))
    return key, home_key


def _update_memory(connection: apsw.Connection, key: int, memory: Memory, digest: bytes) -> None:
    connection.execute(
        _SQL["update_memory"],
        (
            key, memory.text, memory.kind.value, memory.tier.value, memory.state.value, memory.trust,
            memory.importance, metadata_to_json(memory.metadata), memory.version,
            to_microseconds(memory.valid_at), optional_microseconds(memory.invalid_at),
            to_microseconds(memory.updated_at), optional_microseconds(memory.expired_at),
            optional_microseconds(memory.expires_at), digest, *statement_columns(memory.statement),
            wording(memory.text),
        ),
    )  # fmt: skip


def insert_version(connection: apsw.Connection, key: int, version: Version) -> None:
    """Write a content of a memory, unless it is there."""
    own = change_id_of(version.memory_id, version.version)
    connection.execute(
        _SQL["insert_version"],
        (
            key, version.version, version.event, version.text, version.importance,
            metadata_to_json(version.metadata), optional_microseconds(version.expires_at),
            int(version.deleted), to_microseconds(version.recorded_at), version.reason, version.kind.value,
            version.tier.value, version.state.value, version.trust, to_microseconds(version.valid_at),
            optional_microseconds(version.invalid_at), *statement_columns(version.statement)[1:],
            None if version.change_id == own else version.change_id, version.by,
        ),
    )  # fmt: skip


def _relate(connection: apsw.Connection, change: Relate) -> None:
    relation = change.relation
    from_key, home_key = _key_in_scope(connection, relation.from_id, change.scope)
    to_key, _ = _key_in_scope(connection, relation.to_id, change.scope)
    insert_relation(connection, relation, from_key, to_key)
    announce(connection, EventType.RELATED, [relation.from_id], relation.created_at)
    _finish(connection, home_key, _Entry("relate", relation.from_id, 1, relation.created_at))


def insert_relation(connection: apsw.Connection, relation: Relation, from_key: int, to_key: int) -> None:
    """Write a link in the place of the same one."""
    connection.execute(
        _SQL["upsert_relation"],
        (
            to_blob(relation.id), relation.type, from_key, to_key, relation.strength,
            to_microseconds(relation.created_at),
        ),
    )  # fmt: skip


def _row_of(connection: apsw.Connection, memory_id: str) -> Row:
    row: Row | None = connection.execute(_SQL["memory_by_id"], (to_blob(memory_id),)).fetchone()
    if row is None:
        raise NotFound(f"no memory {memory_id}", code="memory_not_found", memory_id=memory_id)
    return row


def _key_in_scope(connection: apsw.Connection, memory_id: str, scope: Scope) -> tuple[int, int]:
    """The keys of a memory and of its home, when the scope covers it."""
    key, _, home_key, *_ = _row_of(connection, memory_id)
    if not scope.covers(read_memories(connection, "WHERE m.key = ?", (key,))[key].scope):
        raise NotFound(
            f"no memory {memory_id} in the scope {scope}: check the id, and whose memory it is",
            code="memory_not_found",
            memory_id=memory_id,
        )
    return key, home_key


def _key_of(connection: apsw.Connection, memory_id: str) -> int:
    return int(_row_of(connection, memory_id)[0])


def _rate(connection: apsw.Connection, change: Rate) -> None:
    key, home_key = _key_in_scope(connection, change.memory_id, change.scope)
    at = to_microseconds(change.at)
    connection.execute(_SQL["rate_memory"], (key, int(change.useful), int(not change.useful), at))
    connection.execute(_SQL["count_feedback"], (home_key,))
    announce(connection, EventType.RATED, [change.memory_id], change.at)
    _finish(connection, home_key, _Entry("feedback", change.memory_id, 1, change.at))


def announce(connection: apsw.Connection, event: EventType, ids: Sequence[str], at: datetime) -> None:
    """Write an event for each memory, and clear away some that are past their retention."""
    connection.executemany(
        _SQL["insert_event"],
        ((event.value, to_blob(memory_id), to_microseconds(at)) for memory_id in ids),
    )
    if connection.last_insert_rowid() > limits.OUTBOX_EVENTS_MAX:
        connection.execute(
            _SQL["trim_outbox"],
            (
                limits.OUTBOX_EVENTS_MAX,
                limits.OUTBOX_BACKLOG_EVENTS_MAX,
                len(ids) + limits.OUTBOX_TRIM_ROWS,
            ),
        )


class _Entry(NamedTuple):
    """What the audit log says of a change."""

    action: str
    target_id: str
    items: int
    at: datetime


def _finish(connection: apsw.Connection, home_key: int, entry: _Entry, *, reload: bool = False) -> None:
    """Give the commit its number, tell the caches of the home, and enter it in the audit log."""
    connection.execute(_SQL["touch_home"], (home_key, next_change_number(connection), int(reload)))
    _enter(connection, entry)


def _enter(connection: apsw.Connection, entry: _Entry) -> None:
    audit.record(
        connection,
        at=to_microseconds(entry.at),
        action=entry.action,
        target=to_blob(entry.target_id) or b"",
        items=entry.items,
    )


def _answer(connection: apsw.Connection, answer: Answer, scopes: ScopeKeys) -> None:
    scope_key, home_key = scopes.ensure(connection, answer.scope)
    _keep_answer(connection, answer, scope_key)
    _finish(connection, home_key, _Entry("answer", answer.episode_id, 0, answer.at))


def _keep_answer(connection: apsw.Connection, answer: Answer, scope_key: int) -> None:
    key = answer.idempotency.key
    if connection.execute(_SQL["is_key_used"], (scope_key, key)).get:
        raise Conflict("another writer has just used the same key: try again", code="idempotency_conflict")
    outcome = json.dumps(
        [
            [[decision.value, memory_id] for decision, memory_id in part]
            for part in (answer.outcome, answer.facts)
        ]
        + [answer.change_ids]
    )
    connection.execute(
        _SQL["insert_idempotency"],
        (scope_key, key, answer.idempotency.body_digest, to_blob(answer.episode_id), outcome),
    )
    connection.execute(_SQL["trim_idempotency"], (limits.IDEMPOTENCY_KEYS_MAX,))
