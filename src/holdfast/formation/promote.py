"""The recipe that lifts the trust of a memory, on the word of somebody who answers for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from holdfast.domain.events import EventType
from holdfast.domain.memory import Kind
from holdfast.domain.origin import Origin, trust_of
from holdfast.errors import InvalidInput
from holdfast.formation.revise import Target, get_visible, revise

if TYPE_CHECKING:
    from holdfast.domain.memory import Memory
    from holdfast.formation.kit import FormationKit


def promote(
    target: Target, *, kind: Kind | None, reason: str | None, by: str | None, kit: FormationKit
) -> Memory:
    """Trust a memory as what a user says; with ``kind`` it is one from now on.

    Raises:
        NotFound: ``memory_not_found``, also for one that no read returns.
        Conflict: ``version_conflict``.
    """
    get_visible(target.scope, target.memory_id, kit=kit)

    def change(memory: Memory) -> Memory:
        trust = max(memory.trust, trust_of(Origin.USER))
        return replace(memory, trust=trust, kind=memory.kind if kind is None else kind)

    return revise(target, change, event=EventType.PROMOTED, reason=reason, by=by, kit=kit)


def read_kind(value: object) -> Kind:
    """A kind of memory, by its name.

    Raises:
        InvalidInput: ``invalid_kind``.
    """
    for kind in Kind:
        if value == kind:
            return kind
    raise InvalidInput(
        f"{value!r:.40} is no kind of memory; the kinds are {', '.join(Kind)}", code="invalid_kind"
    )
