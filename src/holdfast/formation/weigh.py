"""Decides what becomes of what a model proposes, by the rules that hold for every fact.

A model may only close what it was shown, and only while that is as it was shown. It never touches what was
merely said, and it deletes nothing: what it takes back ceases to be true, and can be restored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from holdfast.domain.decision import Decision
from holdfast.domain.memory import Kind
from holdfast.domain.statement import Slot, fold
from holdfast.domain.when import When
from holdfast.errors import NotFound
from holdfast.formation.form import Forming

if TYPE_CHECKING:
    from holdfast.domain.extractor import Extractor
    from holdfast.domain.fact import Fact
    from holdfast.domain.memory import Memory
    from holdfast.domain.message import Episode
    from holdfast.formation.aim import Aimed
    from holdfast.formation.form import Derived, Said
    from holdfast.formation.kit import FormationKit


def weigh(
    aimed: Sequence[Aimed],
    said: Sequence[Said],
    shown: Mapping[str, Memory] | None,
    *,
    episode: Episode,
    like: Memory,
    extractor: Extractor,
    kit: FormationKit,
) -> Derived:
    """What becomes of the facts that are proposed, on what stands now.

    Args:
        aimed: the facts, in the order of the reply.
        said: the messages of the episode.
        shown: the memories that the model saw, as it saw them; None where rules read, which may close others.
        episode: where it was said; ``created_at`` is the present instant.
        like: a memory whose scope, metadata and expiry the facts share.
        extractor: what the facts keep as their origin.
        kit: where it is decided.
    """
    now = episode.created_at
    slots = tuple(dict.fromkeys(each.fact.slot for each in aimed))
    standing = kit.store.standing(episode.scope, slots, now=now)
    current = _current(aimed, episode, kit)
    forming = Forming(
        said,
        episode,
        like,
        str(extractor),
        kit,
        {slot: _with(standing[slot].facts, slot, aimed, current) for slot in slots},
        shown=None if shown is None else {memory.id: memory.version for memory in shown.values()},
    )
    for each in aimed:
        _take(each, forming)
    return forming.derived(standing)


def _current(aimed: Sequence[Aimed], episode: Episode, kit: FormationKit) -> dict[str, Memory]:
    """The memories that were named, as they are now; not those that may not be seen any more."""
    found: dict[str, Memory] = {}
    for memory_id in (each.target.id for each in aimed if each.target is not None):
        try:
            memory = kit.store.get(episode.scope.owner, memory_id)
        except NotFound:
            continue
        is_fact = memory.kind is not Kind.EPISODIC
        if is_fact and memory.is_known(episode.created_at) and memory.scope.owner == episode.scope.owner:
            found[memory_id] = memory
    return found


def _with(
    facts: Sequence[Memory], slot: Slot, aimed: Sequence[Aimed], current: Mapping[str, Memory]
) -> list[Memory]:
    """What stands in a slot, with the memories that facts of the slot are aimed at."""
    ids = {memory.id for memory in facts}
    targets = {each.target.id for each in aimed if each.target is not None and each.fact.slot == slot}
    return [*facts, *(memory for key, memory in current.items() if key in targets - ids)]


def _take(each: Aimed, forming: Forming) -> None:
    fact, stands = each.fact, forming.slots[each.fact.slot]
    named = [memory for memory in stands if each.target is not None and memory.id == each.target.id]
    unchanged = [memory for memory in named if each.target is not None and _is_as_shown(memory, each.target)]
    match each.verb:
        case Decision.NONE:
            forming.repeat([memory for memory in named if memory.invalid_at is None], fact)
        case Decision.DELETE:
            if unchanged:
                forming.take(fact, among=unchanged, weighed=replace(fact, value=None))
        case Decision.UPDATE if unchanged:
            _update(fact, unchanged[0], forming)
        case Decision.ADD | Decision.UPDATE:
            _add(fact, forming)
        case _:
            assert_never(each.verb)


def _is_as_shown(now: Memory, shown: Memory) -> bool:
    return now.version == shown.version and now.invalid_at is None


def _add(fact: Fact, forming: Forming) -> None:
    """A fact that stands already in the same words is said again, in whatever slot it stands."""
    words = fold(fact.text)
    known = [
        memory
        for stands in forming.slots.values()
        for memory in stands
        if memory.invalid_at is None and fold(memory.text) == words
    ]
    is_of_another_day = fact.when is not None and known and known[0].valid_at != fact.when.start
    if known and not fact.ended and not is_of_another_day:
        forming.repeat(known[:1], fact)
    else:
        forming.take(fact)


def _update(fact: Fact, target: Memory, forming: Forming) -> None:
    """A fuller statement of the same value holds since that did; another value takes its place."""
    if fold(fact.text) == fold(target.text):
        forming.repeat([target], fact)
        return
    statement = target.statement
    if statement is not None and fact.when is None and fact.folded_value == fold(statement.value):
        fact = replace(fact, when=When(target.valid_at, target.valid_at, "", 0, 0))
    among = forming.slots[fact.slot] if fact.is_single else [target]
    weighed = fact if fact.ended else replace(fact, is_single=True, value=None)
    forming.take(fact, among=list(among), weighed=weighed)
