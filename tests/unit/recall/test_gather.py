"""Search on the twins: every signal's candidates, seen through the view."""

from typing import Any

import pytest

from holdfast import limits
from holdfast.domain.query import read_filters
from holdfast.domain.ranking import TERM_WEIGHTS, WEIGHTS
from holdfast.domain.scope import Scope
from holdfast.recall.search import Question, search
from holdfast.testing.contracts.scribe import ANA
from tests.unit.making import Bench, make_bench


@pytest.fixture
def bench() -> Bench:
    return make_bench()


def ask(bench: Bench, text: str, *, scope: Scope = ANA, **fields: Any) -> Question:  # noqa: ANN401 (of a view)
    return Question(text, scope, bench.scribe.view(**fields), bench.scribe.clock.now())


def found(bench: Bench, text: str, *, limit: int = 10, **fields: Any) -> list[str]:  # noqa: ANN401 (of a view)
    result = search(ask(bench, text, **fields), limit=limit, explain=False, kit=bench.recall)
    return [hit.memory.text for hit in result]


def test_best_fit_comes_first_and_no_more_than_the_limit(bench: Bench) -> None:
    for text in ("I like tea", "I moved to Berlin", "the weather is mild"):
        bench.add(text)

    assert found(bench, "moved to Berlin", limit=2)[0] == "I moved to Berlin"
    assert len(found(bench, "moved to Berlin", limit=2)) == 2
    assert len(found(bench, "moved to Berlin", limit=9)) == 3


def test_nothing_is_found_in_an_empty_scope(bench: Bench) -> None:
    bench.add("I like tea", scope=Scope.of(user_id="bob"))

    assert found(bench, "tea") == []


def test_filter_finds_what_many_nearer_memories_crowd_out(bench: Bench) -> None:
    """More than one round: what may not be seen is nearer than all that may, and shares no word with it."""
    crowd = limits.SEARCH_BREADTH_MIN * limits.SEARCH_ROUND_GROWTH + 50
    bench.scribe.remember(*(f"shellfish {n}" for n in range(crowd)), importance=0.1)
    bench.scribe.remember("something else", importance=0.9)

    assert found(bench, "shellfish", limit=5, filter=read_filters({"importance": {"gt": 0.5}})) == [
        "something else"
    ]


def test_hidden_memories_are_never_hits(bench: Bench) -> None:
    kept, gone = bench.add("tea in the morning", "tea at noon").memories
    bench.scribe.delete(gone)

    assert found(bench, "tea") == [kept.text]


def test_equal_memories_come_newest_first_each_time(bench: Bench) -> None:
    for n in range(5):
        bench.add("the same words", scope=Scope.of(user_id="ana", session_id=f"s{n}"))
    question = ask(bench, "the same words")

    results = [search(question, limit=5, explain=False, kit=bench.recall) for _ in range(3)]

    ids = [hit.memory.id for hit in results[0]]
    assert ids == sorted(ids, reverse=True)
    assert results[1:] == results[:1] * 2


def test_explanation_adds_up_to_the_score(bench: Bench) -> None:
    bench.add("I like tea", "and coffee", "I moved to Berlin")

    result = search(ask(bench, "Who likes tea?"), limit=3, explain=True, kit=bench.recall)

    for hit in result:
        assert {part.signal for part in hit.parts} == set(WEIGHTS) | set(TERM_WEIGHTS)
        assert sum(part.contribution for part in hit.parts) == pytest.approx(hit.score)


def test_without_explanation_a_hit_has_no_parts(bench: Bench) -> None:
    bench.add("I like tea")

    (hit,) = search(ask(bench, "tea"), limit=3, explain=False, kit=bench.recall)

    assert hit.parts == ()
    assert 0 < hit.score <= 1
