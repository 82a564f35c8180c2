"""What says the same is one hit with all its sources; one untrusted source has a share of the answer only."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import limits
from holdfast.domain.memory import Kind, Memory, Origin, State
from holdfast.domain.message import Message, Role
from holdfast.domain.ranking import SearchResult
from holdfast.domain.scope import Scope
from holdfast.recall.collapse import EMPTY_WORDS, collapse
from holdfast.recall.search import Question, search
from holdfast.testing.contracts.scribe import ANA, Scribe, as_message
from tests.unit.making import Bench, make_bench, make_scribe

LONG = "I moved to Berlin in March to work for a small bakery near the old town hall"


def said(*messages: str | Message, scribe: Scribe | None = None, scope: Scope = ANA) -> list[Memory]:
    """A memory for each, of an episode of its own."""
    scribe = scribe or make_scribe()
    episodes = [scribe.episode(as_message(message), scope=scope) for message in messages]
    return [scribe.memory(episode, 0) for episode in episodes]


def groups(*memories: Memory) -> list[tuple[str, ...]]:
    """The ids of each hit, the one that is shown first."""
    found = collapse(dict(enumerate(memories))).groups
    return [(group.memory.id, *group.also) for group in found]


def ask(bench: Bench, query: str, *, limit: int = 10) -> SearchResult:
    question = Question(query, ANA, bench.scribe.view(), bench.scribe.clock.now())
    return search(question, limit=limit, explain=False, kit=bench.recall)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("I like tea", "I  LIKE tea."),
        ("I don't like tea", "I don\u2019t like tea!"),
        ("He said “stop”, then left", 'He said "stop" then left'),
        (LONG, f"Oh, {LONG}."),
        (LONG, LONG.replace("the ", "")),
        ("日本に住んでいます", "日本に住んでいます"),
    ],
)
def test_same_words_are_one_hit(first: str, second: str) -> None:
    one, two = said(first, second)

    assert groups(one, two) == [(one.id, two.id)]
    assert groups(two, one) == [(two.id, one.id)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("I moved on 3 May", "I moved on 4 May"),
        ("I like tea", "I don't like tea"),
        ("You like tea", "You like tea?"),
        ("It was -5 degrees", "It was 5 degrees"),
        ("It costs 3.5", "It costs 35"),
        ("Ana owes Tom ten euros", "Tom owes Ana ten euros"),
        ("I know the who", "I know who"),
        ("...", "!!!"),
        (LONG, LONG.replace("Berlin", "Bonn")),
        (LONG, f"{LONG} 2"),
        (LONG, LONG.replace("moved", "never moved")),
        (LONG, LONG.replace("bakery", "brewery")),
        (LONG, LONG.replace("small", "")),
    ],
)
def test_another_number_name_negation_or_word_is_another_hit(first: str, second: str) -> None:
    one, two = said(first, second)

    assert groups(one, two) == [(one.id,), (two.id,)]


def test_same_words_of_others_stay_apart() -> None:
    scribe = make_scribe()
    memories = said("I like tea", Message(Role.USER, "I like tea", "Tom"), scribe=scribe)
    memories += said(Message(Role.ASSISTANT, "I like tea"), Message(Role.TOOL, "I like tea"), scribe=scribe)
    memories += said("I like tea", scribe=scribe, scope=Scope.of(user_id="tom"))
    for session in ("s1", "s2"):
        memories += said("I like tea", scribe=scribe, scope=Scope.of(agent_id="x", session_id=session))

    assert len(groups(*memories)) == len(memories)


def test_hit_has_the_sources_of_all_its_own_first() -> None:
    one, two, three = said("I like tea", "I like tea!", "i like tea")

    (group,) = collapse({7: two, 5: one, 9: three}).groups

    assert group.key == 7
    assert group.memory == replace(two, sources=(*two.sources, *one.sources, *three.sources))
    assert group.also == (one.id, three.id)


@pytest.mark.parametrize("fields", [{"state": State.ARCHIVED}, {"invalid_at": True}])
def test_what_still_holds_is_shown_before_what_no_longer_does(fields: dict[str, object]) -> None:
    one, two = said("I live in Bonn", "I live in Bonn")
    fields = {name: one.valid_at if value is True else value for name, value in fields.items()}
    past = replace(one, **fields)  # type: ignore[arg-type]  # the fields of a memory

    assert groups(past, two) == [(two.id, past.id)]
    assert groups(two, past) == [(two.id, past.id)]


def test_fact_and_its_message_are_one_hit() -> None:
    scribe = make_scribe()
    message, other = said(LONG, "I like tea", scribe=scribe)
    fact = replace(message, id="fact", text="Ana lives in Berlin", kind=Kind.SEMANTIC, origin=Origin.DERIVED)
    second = replace(fact, id="second", text="Ana works for a bakery")

    assert groups(message, other, fact, second) == [(message.id, fact.id, second.id), (other.id,)]
    assert groups(fact, other, message) == [(message.id, fact.id), (other.id,)]
    # A fact that is shown does not say what the message's other fact does; the message says both.
    assert groups(fact, second, message) == [(message.id, fact.id), (second.id,)]
    assert groups(fact, message, second) == [(message.id, fact.id, second.id)]


def test_fact_is_shown_instead_of_a_long_message() -> None:
    (message,) = said("I moved to Berlin and then " + "much happened " * 30)
    fact = replace(message, id="fact", text="Ana lives in Berlin", kind=Kind.SEMANTIC, origin=Origin.DERIVED)

    assert groups(fact, message) == [("fact", message.id)]
    assert groups(message, fact) == [(message.id, "fact")]


def test_fact_takes_in_one_piece_of_a_long_message_and_the_others_stay() -> None:
    (message,) = said("The first piece")
    pieces = [message, replace(message, id="p2", text="The second piece")]
    fact = replace(message, id="fact", text="Ana lives in Berlin", kind=Kind.SEMANTIC)

    assert groups(*pieces) == [(message.id,), ("p2",)]
    assert groups(fact, *pieces) == [(message.id, "fact"), ("p2",)]


def test_summary_of_many_messages_takes_none_of_them_in() -> None:
    memories = said("one thing", "another thing", "a third thing", "a fourth thing")
    sources = tuple(source for memory in memories for source in memory.sources)
    summary = replace(memories[0], id="sum", text="Four things", kind=Kind.SEMANTIC, sources=sources)

    assert len(groups(summary, *memories)) == 5
    assert len(groups(*memories, summary)) == 5


def test_one_untrusted_source_has_a_share_of_the_answer_only() -> None:
    bench = make_bench()
    bench.add(*(Message(Role.TOOL, f"tea result {n}") for n in range(700)))
    bench.add(Message(Role.TOOL, "tea from another tool"))
    bench.add(*(f"I drank {n} cups before the meeting of the parish" for n in range(12)))

    found = ask(bench, "tea result")

    tools = [hit.memory for hit in found if hit.memory.origin is Origin.TOOL]
    episodes = [memory.sources[0].episode_id for memory in tools]
    assert len(found) == 10
    assert max(map(episodes.count, episodes)) == limits.UNTRUSTED_SOURCE_HITS_MAX
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)


def test_promoted_source_has_no_share() -> None:
    memories = [
        replace(memory, trust=limits.TRUST_MIN)
        for memory in make_scribe().remember(*(Message(Role.TOOL, f"result {n}") for n in range(9)))
    ]

    assert len(groups(*memories)) == 9


@pytest.mark.parametrize("copies", [3, 30, 300])
def test_limit_is_reached_behind_many_copies(copies: int) -> None:
    bench = make_bench()
    for session in range(copies):
        bench.add("tea", scope=Scope.of(user_id="ana", session_id=f"s{session}"))
    bench.add(*(f"note {n} about the garden" for n in range(20)))

    found = ask(bench, "tea", limit=5)

    assert len(found) == 5
    assert len({hit.memory.text for hit in found}) == 5
    assert len(found[0].also) >= min(copies - 1, 5)


def test_reading_further_is_bounded() -> None:
    bench = make_bench()
    for session in range(limits.SEARCH_COLLAPSED_MAX + 20):
        bench.add("tea", scope=Scope.of(user_id="ana", session_id=f"s{session}"))

    (hit,) = ask(bench, "tea", limit=5)

    assert len(hit.also) == limits.SEARCH_COLLAPSED_MAX + 4


def test_empty_words_have_no_letter_that_texts_are_told_apart_by() -> None:
    assert set("wgf?").isdisjoint("".join(EMPTY_WORDS))


texts = st.sampled_from(
    ["I like tea", "I like  TEA.", "I like tea?", LONG, f"Oh {LONG}", "No tea", "7", "8", ""]
)


@given(st.lists(texts, max_size=8))
def test_every_memory_is_in_exactly_one_hit_and_no_source_is_lost(given_texts: list[str]) -> None:
    memories = said(*given_texts)

    found = collapse(dict(enumerate(memories))).groups

    assert sorted(one for group in groups(*memories) for one in group) == sorted(m.id for m in memories)
    assert {s for group in found for s in group.memory.sources} == {s for m in memories for s in m.sources}
    assert [group.key for group in found] == sorted(group.key for group in found)


def test_which_texts_meet_does_not_depend_on_their_order() -> None:
    memories = said("I like tea", "I like tea.", LONG, f"Oh {LONG}", "I like tea?")

    each = {frozenset(map(frozenset, groups(*order))) for order in permutations(memories)}

    assert len(each) == 1
