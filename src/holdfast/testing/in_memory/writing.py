"""Applies one change to the data: all of it or, when it is refused, nothing."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import TYPE_CHECKING

from holdfast import limits
from holdfast.domain.events import EventType
from holdfast.domain.memory import Source, first_version, followed, present_version
from holdfast.domain.record import EpisodeRecord, MemoryRecord, RelationRecord
from holdfast.errors import Conflict, InvalidInput
from holdfast.ports import NewMemory, Standing
from holdfast.testing.in_memory.data import Held, in_order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from holdfast.domain.entity import Relation
    from holdfast.domain.memory import Memory
    from holdfast.domain.message import Episode
    from holdfast.domain.record import Record
    from holdfast.domain.scope import Scope
    from holdfast.domain.statement import Slot
    from holdfast.ports import (
        Answer,
        Derive,
        EmbedderIdentity,
        Formed,
        Rate,
        Relate,
        Remember,
        Revise,
        ReviseTogether,
        Vector,
    )
    from holdfast.testing.in_memory.data import InMemoryData


def remember(data: InMemoryData, change: Remember, identity: EmbedderIdentity) -> None:
    """Write an episode with what it brings."""
    _require_new(data, change)
    repeated = [(data.of_id(memory_id), position) for memory_id, position in _before(change)]
    if change.formed is not None:
        _require_standing(data, change.episode, change.formed)
    data.require_embedder(identity)
    data.embedder = identity
    episode = change.episode
    _keep_episode(data, episode)
    for new in _brought_by(change):
        keep_memory(data, new, thread_of(episode.scope, episode.id))
        data.announce(EventType.CREATED, new.memory.id, episode.created_at)
    repeated += [(data.of_id(memory_id), position) for memory_id, position in _within(change)]
    _cite(repeated, episode)
    if change.answer is not None:
        _keep_answer(data, change.answer)
    if change.formed is not None:
        _close_and_link(data, change.formed)
    data.change_number += 1


def derive(data: InMemoryData, change: Derive, identity: EmbedderIdentity) -> None:
    """Write facts of an episode that is there."""
    episode, formed = data.episode(change.episode_id), change.formed
    _require_standing(data, replace(episode, created_at=change.at), formed)
    if change.is_empty:
        return
    new = {item.memory.id for item in formed.new}
    repeated = [(data.of_id(memory_id), n) for memory_id, n in formed.repeated if memory_id not in new]
    if formed.new:
        data.require_embedder(identity)
        data.embedder = identity
    for item in formed.new:
        keep_memory(data, item, thread_of(episode.scope, episode.id))
        data.announce(EventType.CREATED, item.memory.id, change.at)
    repeated += [(data.of_id(memory_id), n) for memory_id, n in formed.repeated if memory_id in new]
    _cite(repeated, episode)
    _close_and_link(data, formed)
    if change.extends_answer:
        _extend_answers(data, change)
    data.change_number += 1


def _cite(repeated: Sequence[tuple[Held, int]], episode: Episode) -> None:
    for held, position in repeated:
        source = _source(episode, position)
        if source not in held.memory.sources:
            held.memory = replace(held.memory, sources=(*held.memory.sources, source))


def _extend_answers(data: InMemoryData, change: Derive) -> None:
    for key, kept in data.answered.items():
        if kept.episode_id == change.episode_id and kept.scope == change.scope:
            data.answered[key] = kept._replace(
                facts=(*kept.facts, *change.outcome), change_ids=(*kept.change_ids, *change.change_ids)
            )


def standing_in(data: InMemoryData, scope: Scope, slot: Slot, now: datetime) -> Standing:
    """The latest facts of the slot that belong to the owner of the scope, with their mark."""
    found = [
        held
        for held in data.held.values()
        if held.memory.statement is not None
        and held.memory.statement.slot == slot
        and held.memory.scope.owner == scope.owner
        and held.memory.is_visible(now)
    ][-limits.STANDING_FACTS_MAX :]
    versions, keys = sum(held.memory.version for held in found), [held.key for held in found]
    return Standing(tuple(held.memory for held in found), (len(found), versions, max(keys, default=0)))


def require_unchanged(
    data: InMemoryData, scope: Scope, seen: Mapping[Slot, tuple[int, int, int]], now: datetime
) -> None:
    """Refuse decisions that were made on what no longer stands.

    Raises:
        Conflict: ``slot_changed``.
    """
    for slot, mark in seen.items():
        if standing_in(data, scope, slot, now).mark != mark:
            raise Conflict("another writer has just changed the same facts: try again", code="slot_changed")


def _require_standing(data: InMemoryData, episode: Episode, formed: Formed) -> None:
    require_unchanged(data, episode.scope, formed.seen, episode.created_at)
    for closing in formed.closed:
        require_version(data.of_id(closing.memory.id), closing)


def _close_and_link(data: InMemoryData, formed: Formed) -> None:
    for closing in formed.closed:
        replace_content(data, closing)
    link_all(data, formed.links)


def link_all(data: InMemoryData, links: Sequence[Relation]) -> None:
    """Link memories; the same link again is replaced."""
    for link in links:
        data.relations[link.from_id, link.type, link.to_id] = link
        data.announce(EventType.RELATED, link.from_id, link.created_at)


def answer(data: InMemoryData, change: Answer) -> None:
    """Keep what a write answered that had nothing to write."""
    _require_unused(data, change)
    _keep_answer(data, change)
    data.change_number += 1


def _require_new(data: InMemoryData, change: Remember) -> None:
    scope, now = change.episode.scope, change.episode.created_at
    fingerprints = {new.fingerprint for new in change.new}
    if any(
        held.fingerprint in fingerprints and held.memory.scope == scope and held.memory.is_known(now)
        for held in data.held.values()
    ):
        raise Conflict("another writer has just added the same message: try again", code="already_known")
    if change.answer is not None:
        _require_unused(data, change.answer)


def _require_unused(data: InMemoryData, answer: Answer) -> None:
    if (answer.scope, answer.idempotency.key) in data.answered:
        raise Conflict(
            f"another writer has just used the idempotency key {answer.idempotency.key!r}: try again",
            code="idempotency_conflict",
        )


def _before(change: Remember) -> list[tuple[str, int]]:
    new = {item.memory.id for item in _brought_by(change)}
    return [(memory_id, position) for memory_id, position in _repeated(change) if memory_id not in new]


def _within(change: Remember) -> list[tuple[str, int]]:
    new = {item.memory.id for item in _brought_by(change)}
    return [(memory_id, position) for memory_id, position in _repeated(change) if memory_id in new]


def _brought_by(change: Remember) -> tuple[NewMemory, ...]:
    return change.new if change.formed is None else (*change.new, *change.formed.new)


def _repeated(change: Remember) -> tuple[tuple[str, int], ...]:
    return change.repeated if change.formed is None else (*change.repeated, *change.formed.repeated)


def _keep_episode(data: InMemoryData, episode: Episode) -> None:
    data.episodes[episode.id] = episode
    if episode.scope.user_id is not None:
        data.users.add((episode.scope.tenant, episode.scope.user_id))


def keep_memory(data: InMemoryData, new: NewMemory, thread: Hashable) -> Held:
    """Write a new memory."""
    memory = replace(new.memory, entities=_entities(data, new.memory))
    held = Held(
        key=len(data.held) + 1,
        memory=memory,
        fingerprint=new.fingerprint,
        thread=thread,
        vector=new.vector,
        versions=(first_version(memory),),
    )
    data.held[held.key] = held
    data.keys[memory.id] = held.key
    if memory.scope.user_id is not None:
        data.users.add((memory.scope.tenant, memory.scope.user_id))
    return held


def _entities(data: InMemoryData, memory: Memory) -> tuple[str, ...]:
    """The names as they were first spelled for this user and agent, in the order in which they came up."""
    home = (memory.scope.tenant, memory.scope.user_id, memory.scope.agent_id)
    names = data.entity_names.setdefault(home, {})
    folded = {name.casefold() for name in memory.entities if names.setdefault(name.casefold(), name)}
    return tuple(name for key, name in names.items() if key in folded)


def thread_of(scope: Scope, episode_id: str) -> Hashable:
    """The conversation that a memory is a turn of."""
    return scope if scope.session_id else episode_id


def _source(episode: Episode, position: int) -> Source:
    message = episode.messages[position]
    return Source(
        episode.id,
        position,
        message.id,
        message.role,
        message.name,
        message.at or episode.created_at,
    )


def _keep_answer(data: InMemoryData, change: Answer) -> None:
    data.answered[change.scope, change.idempotency.key] = change
    if len(data.answered) > limits.IDEMPOTENCY_KEYS_MAX:
        data.answered.popitem(last=False)


def revise(data: InMemoryData, change: Revise, identity: EmbedderIdentity) -> None:
    """Replace a memory's content and keep the one before."""
    held = data.of_id(change.memory.id)
    require_version(held, change)
    if change.vector is not None:
        data.require_embedder(identity)
        held.vector = change.vector
    replace_content(data, change)
    data.change_number += 1


def revise_together(data: InMemoryData, change: ReviseTogether, identity: EmbedderIdentity) -> None:
    """Replace several contents, all or none, and take sources off or put them back."""
    require_unchanged(data, change.scope, change.seen, change.at)
    for revision in change.revisions:
        require_version(data.of_id(revision.memory.id), revision)
    for revision in change.revisions:
        if revision.vector is not None:
            data.require_embedder(identity)
            data.of_id(revision.memory.id).vector = revision.vector
        replace_content(data, revision)
    for memory_id, source in change.taken_off:
        held = data.of_id(memory_id)
        left = tuple(each for each in held.memory.sources if each != source)
        held.memory = replace(held.memory, sources=left)
        held.taken_off[source] = change.at
    for memory_id, taken_off_at in change.put_back:
        held = data.of_id(memory_id)
        back = [source for source, at in held.taken_off.items() if at == taken_off_at]
        held.memory = replace(held.memory, sources=in_order((*held.memory.sources, *back), data.episodes))
        for source in back:
            del held.taken_off[source]
    data.change_number += 1


def require_version(held: Held, change: Revise) -> None:
    """Refuse a revision of what has another version.

    Raises:
        Conflict: ``version_conflict``.
    """
    if held.memory.version != change.replaces_version:
        raise Conflict(
            f"memory {held.memory.id} has version {held.memory.version}, not {change.replaces_version}: "
            "read it again and decide anew",
            code="version_conflict",
            memory_id=held.memory.id,
            version=held.memory.version,
            expected_version=change.replaces_version,
        )


def replace_content(data: InMemoryData, change: Revise) -> None:
    """Write the new content and keep the one before."""
    memory, held = change.memory, data.of_id(change.memory.id)
    held.fingerprint = followed(held.fingerprint, held.memory, memory)
    held.memory = _with_content(held.memory, memory)
    version = present_version(
        memory, event=change.event.value, reason=change.reason, change=change.change, by=change.by
    )
    held.versions = (*held.versions, version)
    data.announce(change.event, memory.id, memory.updated_at)


def _with_content(held: Memory, new: Memory) -> Memory:
    """The memory with what a revision may replace; where it came from stays."""
    return replace(
        new,
        scope=held.scope,
        origin=held.origin,
        entities=held.entities,
        sources=held.sources,
        created_at=held.created_at,
        accessed_at=held.accessed_at,
        access_count=held.access_count,
        useful_count=held.useful_count,
        useless_count=held.useless_count,
    )


def relate(data: InMemoryData, change: Relate) -> None:
    """Link two memories; the same link again is replaced."""
    relation = change.relation
    for end in (relation.from_id, relation.to_id):
        data.of_id(end, change.scope)
    place = (relation.from_id, relation.type, relation.to_id)
    data.relations[place] = relation
    data.announce(EventType.RELATED, relation.from_id, relation.created_at)
    data.change_number += 1


def rate(data: InMemoryData, change: Rate) -> None:
    """Count a judgement."""
    held = data.of_id(change.memory_id, change.scope)
    memory = held.memory
    held.memory = replace(
        memory,
        useful_count=memory.useful_count + change.useful,
        useless_count=memory.useless_count + (not change.useful),
        access_count=memory.access_count + change.useful,
        accessed_at=max(memory.accessed_at or change.at, change.at) if change.useful else memory.accessed_at,
    )
    data.announce(EventType.RATED, memory.id, change.at)
    data.change_number += 1


def load(
    data: InMemoryData,
    records: Sequence[Record],
    vectors: Mapping[str, Vector],
    identity: EmbedderIdentity,
) -> int:
    """Write the records that are not there yet; their number."""
    _require_complete(data, records)
    if any(isinstance(record, MemoryRecord) for record in records):
        data.require_embedder(identity)
    written = sum(_load(data, record, vectors, identity) for record in records)
    data.change_number += bool(written)
    return written


def _require_complete(data: InMemoryData, records: Sequence[Record]) -> None:
    """Refuse records that cite what is not there."""
    there = {*data.episodes, *data.keys}
    for record in records:
        missing = [cited for cited in _cited(record) if cited not in there]
        if missing:
            raise InvalidInput(
                f"a record cites {missing[0]}, which is neither in the store nor before it",
                code="invalid_export",
                cited=missing[0],
            )
        there |= _brought(record)


def _cited(record: Record) -> tuple[str, ...]:
    match record:
        case EpisodeRecord():
            return ()
        case MemoryRecord():
            return tuple(source.episode_id for source in record.memory.sources)
        case RelationRecord():
            return (record.relation.from_id, record.relation.to_id)


def _brought(record: Record) -> set[str]:
    match record:
        case EpisodeRecord():
            return {record.episode.id}
        case MemoryRecord():
            return {record.memory.id}
        case RelationRecord():
            return set()


def _load(
    data: InMemoryData, record: Record, vectors: Mapping[str, Vector], identity: EmbedderIdentity
) -> bool:
    match record:
        case EpisodeRecord():
            return _load_episode(data, record.episode)
        case MemoryRecord():
            return _load_memory(data, record, vectors, identity)
        case RelationRecord():
            return _load_relation(data, record)


def _load_episode(data: InMemoryData, episode: Episode) -> bool:
    if episode.id in data.episodes:
        return False
    _keep_episode(data, episode)
    return True


def _load_memory(
    data: InMemoryData,
    record: MemoryRecord,
    vectors: Mapping[str, Vector],
    identity: EmbedderIdentity,
) -> bool:
    memory = record.memory
    if memory.id in data.keys:
        return False
    data.embedder = identity
    new = NewMemory(memory, vectors[memory.id], record.fingerprint)
    held = keep_memory(data, new, thread_of(memory.scope, memory.sources[0].episode_id))
    held.versions = record.versions
    data.announce(EventType.CREATED, memory.id, memory.created_at)
    return True


def _load_relation(data: InMemoryData, record: RelationRecord) -> bool:
    relation = record.relation
    place = (relation.from_id, relation.type, relation.to_id)
    if place in data.relations:
        return False
    data.relations[place] = relation
    return True
