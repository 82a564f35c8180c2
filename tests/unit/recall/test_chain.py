"""Chained questions are followed from fact to fact."""

from datetime import UTC, datetime

import pytest

from holdfast import Holdfast, limits
from holdfast.domain.ranking import Fusion, Signal
from holdfast.recall.interpret import interpret
from holdfast.recall.search import Question, search
from holdfast.testing.contracts.scribe import ANA
from tests.unit.making import make_bench

FACTS = (
    "The author of Middlemoor is Tarrant",
    "The spouse of Tarrant is Brandt",
    "Brandt was born in Visby",
    "The capital of Gotland is Visby",
    *(f"The author of Book{n} is Person{n}" for n in range(6)),
    *(f"Person{n} was born in Town{n}" for n in range(6)),
)


@pytest.mark.parametrize(
    ("question", "chained"),
    [
        ("Where was the spouse of the author of Middlemoor born?", True),
        ("What is Ana's sister's name?", True),
        ("Which city is the capital of the country where Ana lives?", True),
        ("Who is the author of Middlemoor?", False),
        ("Where did Ana go?", False),
        ("", False),
    ],
)
def test_chain_is_recognised(question: str, *, chained: bool) -> None:
    assert interpret(question, reference=datetime(2026, 3, 1, tzinfo=UTC)).is_chained is chained


def test_facts_that_share_no_word_with_the_question_are_reached() -> None:
    with Holdfast(":memory:", embedder="static") as memory:
        for fact in FACTS:
            memory.add(fact, user_id="ana")

        hits = memory.search(
            "Where was the spouse of the author of Middlemoor born?", user_id="ana", explain=True
        )

    found = [hit.memory.text for hit in hits]
    assert set(FACTS[:3]) <= set(found)


def test_each_fact_comes_once_and_scores_fall() -> None:
    bench = make_bench()
    for fact in FACTS:
        bench.add(fact)
    asked = Question(
        "the spouse of the author of Middlemoor", ANA, bench.scribe.view(), bench.scribe.clock.now()
    )

    hits = search(asked, limit=64, explain=False, kit=bench.recall).hits

    assert len({hit.memory.id for hit in hits}) == len(hits) == len(FACTS)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_chain_in_an_empty_scope_leads_nowhere() -> None:
    bench = make_bench()
    asked = Question("the spouse of the author of Emma", ANA, bench.scribe.view(), bench.scribe.clock.now())

    assert search(asked, limit=5, explain=True, kit=bench.recall).hits == ()


@pytest.mark.facts
def test_hub_does_not_hide_the_fact_that_is_meant() -> None:
    """A country that hundreds of facts name leads to its capital all the same."""
    with Holdfast(":memory:", embedder="static") as memory:
        memory.add(
            [{"role": "user", "content": f"Person{n} is a citizen of Gotland"} for n in range(300)],
            user_id="ana",
        )
        for fact in (
            "The capital of Gotland is Visby",
            "The author of Middlemoor is Tarrant",
            "Tarrant is a citizen of Gotland",
        ):
            memory.add(fact, user_id="ana")
        memory.add(
            [{"role": "user", "content": f"Other{n} is a citizen of Gotland"} for n in range(300)],
            user_id="ana",
        )

        hits = memory.search(
            "What is the capital of the country of citizenship of the author of Middlemoor?",
            user_id="ana",
            limit=3,
        )

    assert {hit.memory.text for hit in hits} == {
        "The capital of Gotland is Visby",
        "Tarrant is a citizen of Gotland",
        "The author of Middlemoor is Tarrant",
    }


def test_direct_hits_stay_in_front_of_a_simple_question() -> None:
    bench = make_bench()
    for fact in FACTS:
        bench.add(fact)
    asked = Question("Who is the author of Middlemoor?", ANA, bench.scribe.view(), bench.scribe.clock.now())

    hits = search(asked, limit=10, explain=True, kit=bench.recall).hits

    graph = [any(part.signal is Signal.GRAPH and part.raw for part in hit.parts) for hit in hits]
    assert hits[0].memory.text == FACTS[0]
    assert not any(graph[: limits.CHAIN_DIRECT_HITS])
    assert any(graph)
    assert FACTS[1] in [hit.memory.text for hit in hits]


def test_explanation_of_a_chain_adds_up_and_shows_the_graph() -> None:
    bench = make_bench()
    for fact in FACTS:
        bench.add(fact)
    asked = Question(
        "the spouse of the author of Middlemoor", ANA, bench.scribe.view(), bench.scribe.clock.now()
    )

    hits = search(asked, limit=64, explain=True, kit=bench.recall).hits

    for hit in hits:
        assert sum(part.contribution for part in hit.parts) == pytest.approx(hit.score)
    led = [part for hit in hits for part in hit.parts if part.signal is Signal.GRAPH and part.raw]
    assert min(part.rank for part in led if part.rank) >= 1


def test_question_without_a_link_does_not_look_at_the_graph() -> None:
    bench = make_bench()
    bench.add(*FACTS)
    blind = bench.recall._replace(graph=None)  # type: ignore[arg-type]
    asked = Question("Where did Brandt grow up?", ANA, bench.scribe.view(), bench.scribe.clock.now())

    assert search(asked, limit=3, explain=False, kit=blind).hits


def test_chain_is_followed_where_ranks_are_joined() -> None:
    bench = make_bench()
    for fact in FACTS:
        bench.add(fact)
    text = "the spouse of the author of Middlemoor"
    asked = Question(text, ANA, bench.scribe.view(), bench.scribe.clock.now(), Fusion.RRF)

    hits = search(asked, limit=5, explain=True, kit=bench.recall).hits

    assert FACTS[1] in [hit.memory.text for hit in hits]
