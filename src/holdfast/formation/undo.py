"""The recipe of ``undo``: all that a change did is put back in one transaction, or nothing is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, assert_never

from holdfast import limits
from holdfast.domain.events import EventType
from holdfast.domain.memory import change_id_of
from holdfast.domain.past import SourceChange, Undone, VersionChange, as_it_was, read_change_id, stands
from holdfast.errors import Conflict, NotFound
from holdfast.formation.derived import taken_off_of, without_sources
from holdfast.formation.form import SUPERSEDES
from holdfast.formation.revise import DECIDE_ANEW, new_vector
from holdfast.formation.slots import is_open, look_at_places
from holdfast.ports import Revise, ReviseTogether

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from holdfast.domain.memory import Memory, Source, Version
    from holdfast.domain.scope import Scope
    from holdfast.formation.kit import FormationKit
    from holdfast.ports import Changed, Dependent

_CLOSING = frozenset({EventType.SUPERSEDED.value, EventType.INVALIDATED.value})


def undo(change_id: str, scope: Scope, *, reason: str | None, kit: FormationKit) -> Undone:
    """Revert a change: what it added is deleted, what it closed is opened, what it wrote over is put back.

    Raises:
        InvalidInput: ``invalid_change_id``.
        NotFound: ``memory_not_found`` or ``change_not_found``.
        Conflict: ``changed_since`` when something came after it, ``fact_replaced`` when another fact took the
            place of one that would be opened, ``nothing_to_undo``.
    """
    change = read_change_id(change_id)
    for _ in range(limits.CONFLICT_RETRIES_MAX):
        undoing = _Undoing(kit, kit.clock.now(), reason)
        match change:
            case VersionChange():
                memory = kit.store.get(scope, change.memory_id)
                undoing.begin(kit.store.change(scope, memory.id, change.version), memory.scope.owner)
            case SourceChange():
                undoing.take_source_off(kit.store.get(scope, change.memory_id), change)
            case _:
                assert_never(change)
        try:
            kit.store.commit(undoing.together())
        except Conflict as conflict:
            if conflict.code not in DECIDE_ANEW:
                raise
        else:
            return undoing.done()
    raise Conflict(f"others kept changing what {change_id} changed: try again", code="too_many_conflicts")


@dataclass(slots=True)
class _Undoing:
    """What is put back, as it is gathered from the parts of a change and from what came of it."""

    kit: FormationKit
    at: datetime
    reason: str | None
    undone: str = ""
    scope: Scope | None = None
    before: dict[str, Memory] = field(default_factory=dict)
    revisions: dict[str, Revise] = field(default_factory=dict)
    taken_off: list[tuple[str, Source]] = field(default_factory=list)
    put_back: list[tuple[str, datetime]] = field(default_factory=list)

    def begin(self, change: Changed, owner: Scope) -> None:
        """Put back all parts of a change, the one that it is called after first."""
        self.undone, self.scope = change.id, owner
        self._put_back(change)

    def take_source_off(self, memory: Memory, change: SourceChange) -> None:
        """Take a source off that was added to a memory, and off what was derived from it."""
        place = (change.episode_id, change.position)
        gone = [source for source in memory.sources if (source.episode_id, source.position) == place]
        self.undone = ":".join(map(str, (memory.id, *place)))
        if memory.is_deleted or not gone:
            raise NotFound(
                f"memory {memory.id} does not cite message {change.position} of episode {change.episode_id}",
                code="change_not_found",
                memory_id=memory.id,
            )
        if len(gone) == len(memory.sources):
            raise _nothing(self.undone, f"it is all that memory {memory.id} comes from: undo what added that")
        self.scope = memory.scope.owner
        self._keep(memory, memory, EventType.UPDATED)
        self.taken_off += [(memory.id, source) for source in gone]
        self._lose_sources(memory, tuple(gone))

    def together(self) -> ReviseTogether:
        """All of it as one change of the store.

        Raises:
            Conflict: ``fact_replaced`` or ``nothing_to_undo``.
        """
        if not self.revisions or self.scope is None:
            raise _nothing(self.undone, "what it changed reads as it did before; say the same again instead")
        after = {memory_id: revision.memory for memory_id, revision in self.revisions.items()}
        opened = [each for each in after.values() if is_open(each) > is_open(self.before[each.id])]
        leaving = [each.id for each in after.values() if not is_open(each)]
        places = look_at_places(opened, leaving, kit=self.kit)
        for memory_id, taken_by in places.taken_by.items():
            raise Conflict(
                f"{self.undone} cannot be undone: memory {taken_by.id} took the place of {memory_id} since; "
                f"undo {change_id_of(taken_by.id, 1)} or delete that memory first",
                code="fact_replaced",
                memory_id=memory_id,
                by=taken_by.id,
            )
        return ReviseTogether(
            self.scope,
            tuple(self.revisions.values()),
            self.at,
            "undo",
            tuple(self.taken_off),
            tuple(self.put_back),
            places.seen,
        )

    def done(self) -> Undone:
        """What was done, with the memories as they are now."""
        leading = next(iter(self.revisions.values())).memory
        revised = [revision.memory for revision in self.revisions.values()]
        memories = tuple(self.kit.store.get(each.scope, each.id) for each in revised)
        return Undone(self.undone, change_id_of(leading.id, leading.version), memories)

    def _put_back(self, change: Changed) -> None:
        for version in change.versions:
            if version.memory_id in self.revisions:
                continue
            memory = self._unchanged_since(version)
            if version.version == 1:
                self._take_away(memory)
            else:
                self._reset(memory, version, lost_sources=memory.id in change.lost_sources)

    def _unchanged_since(self, version: Version) -> Memory:
        """The memory of a version, if it still reads so.

        Raises:
            Conflict: ``changed_since``.
        """
        assert self.scope is not None  # noqa: S101 (begin has set it)
        memory = self.kit.store.get(self.scope, version.memory_id)
        if stands(memory, version):
            return memory
        latest = self.kit.store.history(self.scope, memory.id)[-1]
        because = f": {latest.reason}" if latest.reason else ""
        raise Conflict(
            f"{self.undone} cannot be undone: memory {memory.id} was changed since by {latest.change_id} "
            f"({latest.event}{because}); undo that first",
            code="changed_since",
            memory_id=memory.id,
            version=latest.version,
            by=latest.change_id,
        )

    def _take_away(self, memory: Memory) -> None:
        """Delete what was added, with all that came of it alone, and open what it had closed."""
        self._keep(memory, replace(memory, expired_at=self.at), EventType.DELETED)
        for link in self.kit.store.related(
            memory.scope.owner, memory.id, type=SUPERSEDES, limit=limits.RELATED_LIMIT_MAX
        ):
            # One of the same call was written closed; one that was there before has a version of its own.
            closed = link.memory
            is_of_same_call = closed.version == 1 and closed.created_at == memory.created_at
            if link.outgoing and closed.invalid_at and is_of_same_call and closed.id not in self.revisions:
                self._keep(closed, replace(closed, invalid_at=None), EventType.RESTORED)
        self._lose_sources(memory, memory.sources)

    def _lose_sources(self, memory: Memory, sources: tuple[Source, ...]) -> None:
        """What was derived from these sources alone is undone itself; the rest loses them."""
        owner = memory.scope.owner
        dependents = self.kit.store.dependents(owner, memory.id, sources)
        for each in dependents:
            if each.is_left:
                self.revisions.pop(each.memory.id, None)  # it may have been opened as what another had closed
                self._put_back(self.kit.store.change(owner, each.memory.id, 1))
        self._go_along([each for each in dependents if not each.is_left])

    def _go_along(self, dependents: Sequence[Dependent]) -> None:
        for each in dependents:
            if each.memory.id not in self.revisions:
                self.before[each.memory.id] = each.memory
                self.revisions[each.memory.id] = without_sources(each, change=self._own_id, at=self.at)
        self.taken_off += taken_off_of(dependents)

    def _reset(self, memory: Memory, version: Version, *, lost_sources: bool) -> None:
        """Give a memory the content that it had before a version."""
        history = self.kit.store.history(memory.scope, memory.id)
        before = next(each for each in history if each.version == version.version - 1)
        after = as_it_was(memory, before)
        if stands(memory, before) and not lost_sources:
            return
        if lost_sources:
            self.put_back.append((memory.id, version.recorded_at))
        self._keep(memory, after, _event(memory, after, before))
        if after.is_deleted:
            self._go_along(self.kit.store.dependents(memory.scope.owner, memory.id, memory.sources))

    def _keep(self, before: Memory, after: Memory, event: EventType) -> None:
        because = f"undo of {self.undone}" + (f": {self.reason}" if self.reason else "")
        self.before[before.id] = before
        revised = replace(after, version=before.version + 1, updated_at=self.at)
        self.revisions[before.id] = Revise(
            revised,
            before.version,
            event,
            reason=because[: limits.REASON_CHARACTERS_MAX],
            vector=new_vector(before, after, self.kit),
            change=self._own_id or None,
        )

    @property
    def _own_id(self) -> str:
        """The id of the undo: that of the first memory's new version; empty before there is one."""
        first = next(iter(self.revisions.values()), None)
        return "" if first is None else change_id_of(first.memory.id, first.memory.version)


def _event(before: Memory, after: Memory, version: Version) -> EventType:
    """What happens to a memory that is put back to a version."""
    if after.is_deleted:
        return EventType.DELETED
    if after.invalid_at is not None and before.invalid_at is None and not before.is_deleted:
        return EventType(version.event) if version.event in _CLOSING else EventType.INVALIDATED
    return EventType.RESTORED


def _nothing(undone: str, why: str) -> Conflict:
    return Conflict(f"{undone} cannot be undone: {why}", code="nothing_to_undo", change_id=undone)
