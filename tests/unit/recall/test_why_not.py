"""Why a memory is not among the hits, on the twins."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import limits
from holdfast.domain.memory import Memory, State
from holdfast.domain.query import read_filters
from holdfast.domain.ranking import Signal
from holdfast.domain.scope import Scope
from holdfast.domain.why_not import Reason, WhyNot
from holdfast.errors import NotFound
from holdfast.recall.search import Question, search
from holdfast.recall.why_not import why_not
from holdfast.testing.contracts.scribe import ANA
from tests.unit.making import Bench, make_bench

BOB = Scope.of(user_id="bob")


@pytest.fixture
def bench() -> Bench:
    return make_bench()


def ask(bench: Bench, text: str, *, scope: Scope = ANA, **fields: Any) -> Question:  # noqa: ANN401 (of a view)
    return Question(text, scope, bench.scribe.view(**fields), bench.scribe.clock.now())


def why(bench: Bench, text: str, memory_id: str, *, limit: int = 2, **fields: Any) -> WhyNot:  # noqa: ANN401 (of a view)
    return why_not(ask(bench, text, **fields), memory_id, limit=limit, kit=bench.recall)


def add(bench: Bench, text: str, **fields: Any) -> Memory:  # noqa: ANN401 (of a conversation)
    return bench.add(text, **fields).memories[0]


def test_hit_is_told_of_with_its_rank(bench: Bench) -> None:
    add(bench, "I like tea")
    second = add(bench, "I like coffee")

    answer = why(bench, "tea", second.id)

    assert (answer.reason, answer.rank) == (Reason.FOUND, 2)
    assert answer.score == answer.last_score
    assert all(lack.difference == 0 for lack in answer.lacks)


def test_outranked_memory_has_the_score_and_the_rank_that_a_longer_search_shows(bench: Bench) -> None:
    for n in range(8):
        bench.add(f"tea number {n} is {'green ' * (n % 3)}and warm")
    every = search(ask(bench, "which tea is green?"), limit=8, explain=True, kit=bench.recall)

    for place, hit in enumerate(every):
        answer = why(bench, "which tea is green?", hit.memory.id, limit=3)

        assert answer.reason is (Reason.FOUND if place < 3 else Reason.OUTRANKED)
        assert answer.rank == place + 1
        assert answer.score == hit.score
        assert answer.last_score == every[2].score
        assert {lack.signal: lack.own for lack in answer.lacks} == {part.signal: part for part in hit.parts}


def test_lacks_add_up_to_the_distance_from_the_last_hit_the_greatest_first(bench: Bench) -> None:
    for text in ("green tea", "black tea", "which tea?"):
        bench.add(text)
    far = add(bench, "the weather is mild")

    answer = why(bench, "green tea", far.id)

    assert answer.score is not None
    assert answer.last_score is not None
    differences = [lack.difference for lack in answer.lacks]
    assert {lack.signal for lack in answer.lacks} == set(Signal) - {Signal.GRAPH}
    assert differences == sorted(differences, reverse=True)
    assert sum(differences) == pytest.approx(answer.last_score - answer.score)


def test_hidden_memories_are_not_counted_into_the_rank(bench: Bench) -> None:
    nearest = add(bench, "green tea")
    add(bench, "green tea, please")
    far = add(bench, "the weather is mild")
    before = why(bench, "green tea", far.id, limit=1)

    bench.scribe.delete(nearest)

    assert (before.rank, why(bench, "green tea", far.id, limit=1).rank) == (3, 2)


def test_memory_that_no_signal_brings_in_is_told_of_with_the_rank_it_would_need(bench: Bench) -> None:
    crowd = limits.SEARCH_BREADTH_MIN + 50
    bench.scribe.remember(*(f"shellfish {n}" for n in range(crowd)))
    far = bench.scribe.remember("entirely other words")[0]

    answer = why(bench, "shellfish", far.id)

    assert answer.reason is Reason.NOT_A_CANDIDATE
    assert answer.rank is None
    assert answer.needed_rank == limits.SEARCH_BREADTH_MIN
    assert answer.nearest_rank is not None
    assert answer.nearest_rank > answer.needed_rank
    assert answer.score is not None
    assert answer.last_score is not None
    assert answer.score < answer.last_score


def test_deleted_and_expired_memories_are_told_of_without_their_text(bench: Bench) -> None:
    gone, short = add(bench, "tea at noon"), add(bench, "tea at one")
    bench.scribe.delete(gone)
    bench.scribe.revise(short, expires_at=bench.scribe.clock.now() + timedelta(hours=1))
    bench.scribe.clock.advance(hours=1)

    answers = [why(bench, "tea", memory.id) for memory in (gone, short)]

    assert [answer.reason for answer in answers] == [Reason.DELETED, Reason.EXPIRED]
    assert all(answer.memory is None for answer in answers)


def test_archived_memory_is_told_of_unless_it_was_asked_for(bench: Bench) -> None:
    memory = add(bench, "tea at noon")
    bench.scribe.revise(memory, state=State.ARCHIVED)

    assert why(bench, "tea", memory.id).reason is Reason.ARCHIVED
    assert why(bench, "tea", memory.id, include_archived=True).reason is Reason.FOUND


def test_memory_that_was_not_true_then_is_told_of_with_its_times(bench: Bench) -> None:
    memory = bench.scribe.remember("tea at noon", valid_at=datetime(2026, 1, 2, tzinfo=UTC))[0]

    answer = why(bench, "tea", memory.id, valid_at=datetime(2026, 1, 1, tzinfo=UTC))

    assert answer.reason is Reason.NOT_VALID_THEN
    assert "2026-01-01T00:00:00Z" in answer.sentence
    assert "2026-01-02T00:00:00Z" in answer.sentence


def test_filter_is_told_of_by_the_conditions_that_are_not_met(bench: Bench) -> None:
    memory = add(bench, "tea at noon", importance=0.5)
    given = {
        "importance": {"gt": 0.9},
        "speaker": "user",
        "NOT": {"kind": "episodic"},
        "OR": [{"category": "work"}, {"tags": {"contains": "db"}}],
    }

    answer = why(bench, "tea", memory.id, filter=read_filters(given))

    assert answer.reason is Reason.FILTERED
    assert set(answer.unmet) == {
        "importance gt 0.9",
        'NOT (kind eq "episodic")',
        'category eq "work" OR tags contains "db"',
    }
    assert all(condition in answer.sentence for condition in answer.unmet)


@given(st.sampled_from(["deleted", "expired", "absent", "another tenant"]))
def test_outside_the_scope_only_what_get_would_return_is_told_of(kind: str) -> None:
    bench = make_bench()
    scope = replace(BOB, tenant="acme") if kind == "another tenant" else BOB
    memory = add(bench, "tea at noon", scope=scope)
    if kind == "deleted":
        bench.scribe.delete(memory)
    if kind == "expired":
        bench.scribe.revise(memory, expires_at=bench.scribe.clock.now() + timedelta(hours=1))
        bench.scribe.clock.advance(hours=2)
    wanted = "01977e5c-6f2e-7b5a-9d0c-3f1e2a4b5c6d" if kind == "absent" else memory.id

    with pytest.raises(NotFound) as caught:
        why(bench, "tea", wanted)

    assert caught.value.code == "memory_not_found"
    assert caught.value.message.replace(wanted, "ID") == (
        "no memory ID in the tenant default: check the id, and whose memory it is"
    )


def test_foreign_memory_of_the_tenant_is_outside_the_scope(bench: Bench) -> None:
    memory = add(bench, "tea at noon", scope=BOB)

    answer = why(bench, "tea", memory.id)

    assert answer.reason is Reason.OUTSIDE_SCOPE
    assert (answer.memory, answer.score, answer.lacks) == (None, None, ())
    assert "bob" not in answer.sentence
