"""The recipes that change a memory: each makes a new version, and each can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from holdfast import limits
from holdfast.domain.events import EventType
from holdfast.domain.memory import change_id_of, indexed_text
from holdfast.domain.message import Message, Role
from holdfast.errors import Conflict, InvalidInput, NotFound
from holdfast.formation.derived import Along, back_with, gone_with
from holdfast.formation.slots import is_open, look_at_places
from holdfast.ports import Rate, Relate, Revise, ReviseTogether

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.domain.entity import Relation
    from holdfast.domain.memory import Memory
    from holdfast.domain.metadata import Metadata
    from holdfast.domain.scope import Scope
    from holdfast.domain.statement import Statement
    from holdfast.formation.kit import FormationKit
    from holdfast.ports import Vector


_CLOSING = frozenset({EventType.SUPERSEDED, EventType.INVALIDATED})

DECIDE_ANEW = frozenset({"version_conflict", "slot_changed"})
"""What tells that another was faster."""


@dataclass(frozen=True, slots=True)
class Target:
    """The memory to change, and the version it must still have; None for any."""

    scope: Scope
    memory_id: str
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What an update may replace; None leaves it as it is."""

    text: str | None = None
    metadata: Metadata | None = None
    importance: float | None = None
    expires_at: datetime | None = None
    never_expires: bool = False


def get_visible(scope: Scope, memory_id: str, *, kit: FormationKit, as_of: datetime | None = None) -> Memory:
    """The memory with this id, if a read may return it now; with ``as_of`` as it was, if one might then.

    Raises:
        NotFound: ``memory_not_found``.
    """
    memory = kit.store.get(scope, memory_id, as_of=as_of)
    if not memory.is_visible(as_of or kit.clock.now()):
        state = "deleted: restore brings it back" if memory.is_deleted else "expired"
        raise NotFound(f"memory {memory_id} is {state}", code="memory_not_found", memory_id=memory_id)
    return memory


def relate(scope: Scope, relation: Relation, *, kit: FormationKit) -> Relation:
    """Link two memories of the scope.

    Raises:
        NotFound: ``memory_not_found``.
        InvalidInput: ``invalid_relation`` for a link to itself.
    """
    start, end = (get_visible(scope, end, kit=kit).id for end in (relation.from_id, relation.to_id))
    if start == end:
        raise InvalidInput(f"memory {start} cannot be linked to itself", code="invalid_relation")
    link = replace(relation, from_id=start, to_id=end)  # an id may be written in more than one way
    kit.store.commit(Relate(scope, link))
    return link


def rate(scope: Scope, memory_id: str, *, useful: bool, kit: FormationKit) -> Memory:
    """Count a judgement of a memory: whether it was of use.

    Raises:
        NotFound: ``memory_not_found``, also for one that no read returns.
    """
    memory = get_visible(scope, memory_id, kit=kit)
    kit.store.commit(Rate(scope, memory.id, useful=useful, at=kit.clock.now()))
    return kit.store.get(scope, memory.id)


def update(target: Target, content: Content, *, reason: str | None, kit: FormationKit) -> Memory:
    """Replace what the content gives; the earlier content stays in the history.

    Raises:
        NotFound: ``memory_not_found``.
        Conflict: ``version_conflict``, or ``memory_deleted`` for one that must be restored first.
    """

    def change(memory: Memory) -> Memory:
        _require_undeleted(memory)
        return replace(
            memory,
            text=memory.text if content.text is None else content.text,
            statement=_restated(memory, content.text),
            metadata=memory.metadata if content.metadata is None else content.metadata,
            importance=memory.importance if content.importance is None else content.importance,
            expires_at=None if content.never_expires else content.expires_at or memory.expires_at,
        )

    return revise(target, change, event=EventType.UPDATED, reason=reason, kit=kit)


def delete(target: Target, *, reason: str | None, kit: FormationKit) -> Memory:
    """Stop believing a memory: no search returns it, ``restore`` brings it back.

    What was derived from its messages alone goes with it.

    Raises:
        NotFound: ``memory_not_found``.
        Conflict: ``version_conflict``, or ``memory_deleted`` when it is deleted already.
    """

    def change(memory: Memory) -> Memory:
        _require_undeleted(memory)
        return replace(memory, expired_at=kit.clock.now())

    def along(before: Memory, after: Memory) -> Along:
        return gone_with(before, after, kit=kit)

    return revise(target, change, event=EventType.DELETED, reason=reason, kit=kit, along=along)


def restore(target: Target, *, version: int | None, reason: str | None, kit: FormationKit) -> Memory:
    """Bring back a deleted memory, or the content that it had in an earlier version.

    What was deleted with it comes back with it.

    Raises:
        NotFound: ``memory_not_found`` or ``version_not_found``.
        Conflict: ``fact_replaced`` for a fact whose place another has taken.
        InvalidInput: ``nothing_to_restore`` when it is not deleted and no version is named.
    """

    def change(memory: Memory) -> Memory:
        if version is None:
            if not memory.is_deleted:
                raise InvalidInput(
                    f"memory {memory.id} is not deleted: name the version to go back to",
                    code="nothing_to_restore",
                )
            return replace(memory, expired_at=None)
        return _with_version(memory, version, target.scope, kit)

    def along(before: Memory, after: Memory) -> Along:
        places = look_at_places([after] if is_open(after) > is_open(before) else [], (), kit=kit)
        for taken_by in places.taken_by.values():
            raise _replaced(after, taken_by)
        back = back_with(before, after, kit=kit) if before.is_deleted else Along()
        return back._replace(seen={**back.seen, **places.seen})

    return revise(target, change, event=EventType.RESTORED, reason=reason, kit=kit, along=along)


def _replaced(memory: Memory, taken_by: Memory) -> Conflict:
    return Conflict(
        f"memory {memory.id} was replaced: {taken_by.id} says what is true there now; undo the change that "
        f"replaced it ({change_id_of(taken_by.id, 1)}), or delete that memory first",
        code="fact_replaced",
        memory_id=memory.id,
        by=taken_by.id,
    )


def _restated(memory: Memory, text: str | None) -> Statement | None:
    """What a fact states after its words were changed: what rules read in them, or nothing that is known."""
    from holdfast.formation.extract import extract  # noqa: PLC0415 (patterns that few changes need)

    statement = memory.statement
    if statement is None or text is None or text == memory.text:
        return statement
    facts = extract([Message(Role.USER, text)], at=memory.valid_at)
    stated = [fact for fact in facts if fact.slot == statement.slot and fact.value and not fact.retracts]
    return replace(statement, value=stated[0].value or "") if stated else None


def _with_version(memory: Memory, version: int, scope: Scope, kit: FormationKit) -> Memory:
    history = kit.store.history(scope, memory.id)
    for earlier in history:
        if earlier.version == version:
            since = [each.event for each in history if each.version > earlier.version]
            return replace(
                memory,
                text=earlier.text,
                statement=_restated(memory, earlier.text),
                invalid_at=memory.invalid_at if _CLOSING.isdisjoint(since) else None,
                metadata=earlier.metadata,
                importance=earlier.importance,
                expires_at=earlier.expires_at,
                expired_at=None,
                kind=earlier.kind,
                trust=earlier.trust,
            )
    raise NotFound(
        f"memory {memory.id} has no version {version}: its history lists those there are",
        code="version_not_found",
        memory_id=memory.id,
        version=version,
    )


def revise(
    target: Target,
    change: Callable[[Memory], Memory],
    *,
    event: EventType,
    reason: str | None,
    by: str | None = None,
    kit: FormationKit,
    along: Callable[[Memory, Memory], Along] | None = None,
) -> Memory:
    """Change the memory as it is now, and what goes along; when another was faster, look again, unless a
    version was expected.

    Raises:
        NotFound: ``memory_not_found``.
        Conflict: ``version_conflict``, or ``too_many_conflicts``.
    """
    for _ in range(limits.CONFLICT_RETRIES_MAX):
        before = kit.store.get(target.scope, target.memory_id)
        _require_version(before, target.expected_version)
        changed = change(before)
        if changed == before:
            return before
        after = replace(changed, version=before.version + 1, updated_at=kit.clock.now())
        revision = Revise(
            after,
            before.version,
            event=event,
            reason=reason,
            vector=new_vector(before, after, kit),
            by=by,
        )
        others = Along() if along is None else along(before, after)
        try:
            kit.store.commit(_together(revision, others))
        except Conflict as conflict:
            if conflict.code not in DECIDE_ANEW:
                raise
        else:
            return after
    raise Conflict(f"others kept changing memory {target.memory_id}: try again", code="too_many_conflicts")


def _together(revision: Revise, along: Along) -> Revise | ReviseTogether:
    if not any(along):
        return revision
    return ReviseTogether(
        revision.memory.scope,
        (revision, *along.revisions),
        revision.memory.updated_at,
        revision.event.value,
        along.taken_off,
        along.put_back,
        along.seen,
    )


def new_vector(before: Memory, after: Memory, kit: FormationKit) -> Vector | None:
    """The vector of a memory whose text was changed; None where it was not."""
    if after.text == before.text:
        return None
    vector: Vector = kit.embedder.embed_documents([indexed_text(after.spoken_by, after.text)])[0]
    return vector


def _require_version(memory: Memory, expected: int | None) -> None:
    if expected is not None and memory.version != expected:
        raise Conflict(
            f"memory {memory.id} has version {memory.version}, not {expected}: read it again and decide anew",
            code="version_conflict",
            memory_id=memory.id,
            version=memory.version,
            expected_version=expected,
        )


def _require_undeleted(memory: Memory) -> None:
    if memory.is_deleted:
        raise Conflict(
            f"memory {memory.id} is deleted: restore it first",
            code="memory_deleted",
            memory_id=memory.id,
        )
