"""The recipes that change a memory."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from holdfast import limits
from holdfast.domain.entity import Relation
from holdfast.domain.events import EventType
from holdfast.domain.memory import Memory
from holdfast.domain.metadata import read_metadata
from holdfast.domain.ranking import Signal
from holdfast.domain.scope import Scope
from holdfast.errors import Conflict, HoldfastError, InvalidInput, NotFound
from holdfast.formation.kit import FormationKit
from holdfast.formation.revise import (
    Content,
    Target,
    delete,
    get_visible,
    relate,
    restore,
    update,
)
from holdfast.ports import Answer, Derive, Rate, Rederive, Relate, Remember, Revise, ReviseTogether
from holdfast.testing import InMemoryData, InMemoryStore
from holdfast.testing.contracts.scribe import ANA, Scribe
from holdfast.testing.in_memory.data import Access
from tests.unit.making import EMBEDDER, Bench, make_bench

BOB = Scope.of(user_id="bob")


@pytest.fixture
def bench() -> Bench:
    return make_bench()


@pytest.fixture
def memory(bench: Bench) -> Memory:
    return bench.add("I live in Bonn", metadata=read_metadata({"category": "home"})).memories[0]


def changed(bench: Bench, memory: Memory, content: Content, version: int | None = None) -> Memory:
    return update(Target(ANA, memory.id, version), content, reason=None, kit=bench.formation)


def deleted(bench: Bench, memory: Memory, version: int | None = None) -> Memory:
    return delete(Target(ANA, memory.id, version), reason="wrong", kit=bench.formation)


def restored(bench: Bench, memory: Memory, version: int | None = None) -> Memory:
    return restore(Target(ANA, memory.id), version=version, reason=None, kit=bench.formation)


def test_update_replaces_what_is_given_and_keeps_the_rest(bench: Bench, memory: Memory) -> None:
    bench.scribe.clock.advance(days=1)

    after = changed(bench, memory, Content(text="I live in Berlin"))

    assert (after.text, after.metadata, after.importance) == (
        "I live in Berlin",
        memory.metadata,
        memory.importance,
    )
    assert (after.version, after.updated_at) == (2, bench.scribe.clock.now())
    assert bench.get(memory.id) == after
    assert [v.text for v in bench.scribe.store.history(ANA, memory.id)] == [
        "I live in Bonn",
        "I live in Berlin",
    ]


def test_update_takes_importance_zero_and_empty_metadata_as_given(bench: Bench, memory: Memory) -> None:
    after = changed(bench, memory, Content(importance=0.0, metadata=read_metadata({})))

    assert (after.importance, after.metadata) == (0.0, {})


def test_update_sets_moves_and_takes_away_an_expiry(bench: Bench, memory: Memory) -> None:
    soon = bench.scribe.clock.now() + timedelta(days=1)

    assert changed(bench, memory, Content(expires_at=soon)).expires_at == soon
    assert changed(bench, memory, Content(importance=0.1)).expires_at == soon
    assert changed(bench, memory, Content(never_expires=True)).expires_at is None


def test_update_that_changes_nothing_makes_no_version(bench: Bench, memory: Memory) -> None:
    assert changed(bench, memory, Content(text=memory.text)) == memory
    assert len(bench.scribe.store.history(ANA, memory.id)) == 1


def test_updated_text_is_found_by_its_new_meaning(bench: Bench, memory: Memory) -> None:
    changed(bench, memory, Content(text="shellfish"))

    found = bench.recall.vectors.search(ANA, EMBEDDER.embed_query("shellfish"), limit=1)

    assert found[Signal.MEANING].ceiling == pytest.approx(1)


def test_delete_hides_and_restore_brings_back(bench: Bench, memory: Memory) -> None:
    gone = deleted(bench, memory)
    assert gone.is_deleted
    with pytest.raises(NotFound):
        get_visible(ANA, memory.id, kit=bench.formation)

    back = restored(bench, memory)

    assert (back.text, back.is_deleted, back.version) == (memory.text, False, 3)
    assert get_visible(ANA, memory.id, kit=bench.formation) == back
    assert [v.reason for v in bench.scribe.store.history(ANA, memory.id)] == [None, "wrong", None]


def test_restore_of_a_version_brings_back_all_its_content(bench: Bench, memory: Memory) -> None:
    changed(bench, memory, Content("I live in Berlin", read_metadata({}), 0.9))
    deleted(bench, memory)

    back = restored(bench, memory, version=1)

    assert (back.text, back.metadata, back.importance) == (
        memory.text,
        memory.metadata,
        memory.importance,
    )
    assert (back.version, back.is_deleted) == (4, False)


def test_expired_memory_is_not_found(bench: Bench, memory: Memory) -> None:
    changed(bench, memory, Content(expires_at=bench.scribe.clock.now() + timedelta(days=1)))
    bench.scribe.clock.advance(days=1)

    with pytest.raises(NotFound, match="expired"):
        get_visible(ANA, memory.id, kit=bench.formation)


def test_changes_that_make_no_sense_are_refused(bench: Bench, memory: Memory) -> None:
    for change, kind, code in (
        (lambda: restored(bench, memory), InvalidInput, "nothing_to_restore"),
        (lambda: restored(bench, memory, version=9), NotFound, "version_not_found"),
        (lambda: changed(bench, memory, Content("x"), version=2), Conflict, "version_conflict"),
        (lambda: deleted(bench, memory, version=2), Conflict, "version_conflict"),
        (
            lambda: update(Target(BOB, memory.id), Content("x"), reason=None, kit=bench.formation),
            NotFound,
            "memory_not_found",
        ),
    ):
        assert refusal(change, kind) == code
    deleted(bench, memory)
    assert refusal(lambda: changed(bench, memory, Content("x")), Conflict) == "memory_deleted"
    assert refusal(lambda: deleted(bench, memory), Conflict) == "memory_deleted"


def test_link_is_between_two_visible_memories_of_the_scope(bench: Bench, memory: Memory) -> None:
    other, gone = bench.add("I live in Berlin", "I live nowhere").memories
    deleted(bench, gone)
    (foreign,) = bench.add("of Bob", scope=BOB).memories

    assert relate(ANA, link(memory, other), kit=bench.formation) == link(memory, other)
    for ends, kind, code in (
        ((memory, memory), InvalidInput, "invalid_relation"),
        ((memory, gone), NotFound, "memory_not_found"),
        ((gone, memory), NotFound, "memory_not_found"),
        ((memory, foreign), NotFound, "memory_not_found"),
    ):
        assert refusal(lambda ends=ends: relate(ANA, link(*ends), kit=bench.formation), kind) == code  # type: ignore[misc]  # a default binds the loop's value


class SlowStore(InMemoryStore):
    """A store to which somebody else writes first, so many times."""

    overtaken = 0

    def commit(
        self,
        change: Remember | Derive | Rederive | Revise | ReviseTogether | Relate | Rate | Answer,
        **more: Any,  # noqa: ANN401 (the port's)
    ) -> None:
        if isinstance(change, Revise) and self.overtaken > 0:
            self.overtaken -= 1
            before = self.get(ANA, change.memory.id)
            first = replace(before, version=before.version + 1, importance=self.overtaken / 100)
            super().commit(Revise(first, before.version, event=EventType.UPDATED))
        super().commit(change, **more)


@pytest.mark.parametrize("times", [limits.CONFLICT_RETRIES_MAX - 1, limits.CONFLICT_RETRIES_MAX])
def test_change_is_decided_anew_so_many_times(times: int) -> None:
    store = SlowStore(Access(InMemoryData(), EMBEDDER.identity))
    scribe = Scribe(replace(make_bench().scribe.backend, store=store), EMBEDDER)
    kit = FormationKit(store, EMBEDDER, scribe.clock, scribe.ids)
    (memory,) = scribe.remember("hello")
    store.overtaken = times

    if times < limits.CONFLICT_RETRIES_MAX:
        after = update(Target(ANA, memory.id), Content("x"), reason=None, kit=kit)
        assert (after.text, after.version, after.importance) == ("x", times + 2, 0.0)
    else:
        code = refusal(lambda: update(Target(ANA, memory.id), Content("x"), reason=None, kit=kit), Conflict)
        assert code == "too_many_conflicts"


def link(origin: Memory, target: Memory) -> Relation:
    return Relation(
        "00000000-0000-7000-8000-0000000000ff", "extends", origin.id, target.id, 1.0, origin.created_at
    )


def refusal(change: Callable[[], object], kind: type[HoldfastError]) -> str:
    with pytest.raises(kind) as caught:
        change()
    return caught.value.code
