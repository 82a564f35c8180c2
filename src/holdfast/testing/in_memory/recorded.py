"""Episodes and facts as they were stored, and facts that take the place of others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from holdfast.domain.events import EventType
from holdfast.domain.memory import Origin, first_version
from holdfast.errors import Conflict
from holdfast.ports import Recorded
from holdfast.testing.in_memory import writing
from holdfast.testing.in_memory.data import in_order

if TYPE_CHECKING:
    from holdfast.domain.memory import Memory
    from holdfast.domain.message import Episode
    from holdfast.domain.scope import Scope
    from holdfast.ports import EmbedderIdentity, Rederive
    from holdfast.testing.in_memory.data import InMemoryData


def episodes_in(data: InMemoryData, scope: Scope | None, after: str | None) -> list[Episode]:
    """The episodes that the scope covers, behind one."""
    every = [*data.episodes.values()]
    first = 0 if after is None else every.index(data.episode(after)) + 1
    return [episode for episode in every[first:] if scope is None or scope.covers(episode.scope)]


def recorded_in(data: InMemoryData, episode: Episode) -> Recorded:
    """The episode with the memories that hold its messages."""
    held = tuple(
        (each.memory, each.fingerprint)
        for each in data.held.values()
        if not (each.is_derived or each.memory.is_deleted)
        and any(source.episode_id == episode.id for source in each.memory.sources)
    )
    return Recorded(episode, held)


def facts_in(data: InMemoryData, scope: Scope | None, after: str | None) -> tuple[Memory, ...]:
    """What states something or was derived, behind one memory."""
    behind = 0 if after is None else data.of_id(after).key
    return tuple(
        held.memory
        for held in data.held.values()
        if held.key > behind
        and (held.memory.statement is not None or held.memory.origin is Origin.DERIVED)
        and (scope is None or scope.covers(held.memory.scope))
    )


def _require_said(data: InMemoryData, change: Rederive) -> None:
    restored = [each.memory for each in change.revised if each.event is EventType.RESTORED]
    cited = {
        source for memory in (*(new.memory for new in change.new), *restored) for source in memory.sources
    }
    held = {
        source
        for each in data.held.values()
        if not (each.is_derived or each.memory.is_deleted)
        for source in each.memory.sources
    }
    if not cited <= held:
        raise Conflict(
            "another writer has just deleted the message of a fact: try again", code="slot_changed"
        )


def rederive(data: InMemoryData, change: Rederive, identity: EmbedderIdentity) -> None:
    """Put what was derived anew in the place of what was derived before, or nothing."""
    writing.require_unchanged(data, change.scope, change.seen, change.at)
    for revision in change.revised:
        writing.require_version(data.of_id(revision.memory.id), revision)
    cited = [source for new in change.new for source in new.memory.sources]
    for source in (*cited, *(source for _, source in change.cited)):
        data.episode(source.episode_id)
    _require_said(data, change)
    new_ids = {new.memory.id for new in change.new}
    for memory_id in (memory_id for memory_id, _ in change.cited if memory_id not in new_ids):
        data.of_id(memory_id)
    if change.new:
        data.require_embedder(identity)
        data.embedder = identity
    for new in change.new:
        thread = writing.thread_of(new.memory.scope, new.memory.sources[0].episode_id)
        held = writing.keep_memory(data, new, thread)
        held.versions = (replace(first_version(held.memory), change_id=change.change),)
        data.announce(EventType.CREATED, new.memory.id, change.at)
    for revision in change.revised:
        writing.replace_content(data, revision)
    for memory_id, source in change.cited:
        held = data.of_id(memory_id)
        sources = in_order({*held.memory.sources, source}, data.episodes)
        held.memory = replace(held.memory, sources=sources)
    writing.link_all(data, change.links)
    data.change_number += 1
