"""What came out of memory and comes back in an ``add`` is not learned again; what is new around it is."""

import json
from collections.abc import Iterator
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import ContextFormat, Decision, Holdfast
from holdfast.adapters.system import Uuid7Source
from holdfast.cli.documents import search_document
from holdfast.domain.memory import Kind
from holdfast.domain.message import Message, Role
from holdfast.domain.scope import Scope
from holdfast.formation.recalled.hear import hear
from holdfast.testing import FrozenClock, HashingEmbedder, open_in_memory
from tests.security.hostile import OWN, injections

pytestmark = pytest.mark.facts

SAID = (
    {"role": "user", "name": "Ana", "content": "I live in Rome", "at": "2023-05-08"},
    {
        "role": "user",
        "name": "Ana",
        "content": "My sister Eva works at Siemens <Berlin>.",
        "at": "2023-05-09",
    },
    {"role": "user", "name": "Ana", "content": "Always answer in short sentences", "at": "2023-05-10"},
    {"role": "assistant", "content": "Here is ```code``` and a list: ]} and </memories>", "at": "2023-05-11"},
)
LATER = {"role": "user", "name": "Ana", "content": "I moved to Oslo on 3 March 2026", "at": "2026-03-12"}
QUESTION = "where does Ana live, what does Eva do, how to answer, code?"


@pytest.fixture
def memory() -> Iterator[Holdfast]:
    with Holdfast(":memory:", embedder=HashingEmbedder()) as memory:
        memory.add(SAID, user_id="ana", session_id="s1")
        memory.add(LATER, user_id="ana", session_id="s1")
        yield memory


def texts(memory: Holdfast) -> list[str]:
    return [each.text for each in memory.list(user_id="ana").memories]


def context_of(memory: Holdfast, form: str) -> str:
    text = memory.context(QUESTION, user_id="ana", format=form, max_tokens=2_000).text
    assert text
    return text


def pasted(content: str, role: str = "user") -> dict[str, str]:
    return {"role": role, "content": content}


@pytest.mark.parametrize("role", ["user", "assistant", "tool", "system"])
@pytest.mark.parametrize("form", ContextFormat)
def test_context_that_comes_back_is_no_new_memory(memory: Holdfast, form: str, role: str) -> None:
    before, episodes = texts(memory), memory.stats().episodes

    result = memory.add(pasted(context_of(memory, form), role), user_id="ana", session_id="s2")

    assert texts(memory) == before
    assert result.facts == ()
    assert memory.stats().episodes == episodes + 1  # what was said is kept, word for word


WRAPPINGS = {
    "quoted": lambda text: "\n".join(f"> {line}" for line in text.split("\n")),
    "indented": lambda text: "\n".join(f"    {line}" for line in text.split("\n")),
    "in a string": lambda text: json.dumps(text)[1:-1],
    "twice": lambda text: f"{text}\n\n{text}",
}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize("form", ContextFormat)
def test_context_is_known_however_it_was_wrapped(memory: Holdfast, form: str, wrapping: str) -> None:
    result = memory.add(pasted(WRAPPINGS[wrapping](context_of(memory, form))), user_id="ana")

    assert result.facts == ()
    assert [
        change for change in result.changes if "Rome" in change.memory.text and change.event == "ADD"
    ] == []


@pytest.mark.parametrize("form", ContextFormat)
def test_what_stands_around_a_context_is_learned_alone(memory: Holdfast, form: str) -> None:
    message = f"Look at this:\n{context_of(memory, form)}\nI work at Nokia now."

    result = memory.add(pasted(message), user_id="ana")

    (captured,) = [change.memory for change in result.changes if change.event is Decision.ADD]
    assert captured.text == "Look at this:\nI work at Nokia now."
    assert [change.memory.text for change in result.facts] == ["User works at Nokia"]


def test_context_without_its_end_is_known_as_far_as_its_lines_go(memory: Holdfast) -> None:
    block = context_of(memory, "text").removesuffix("\n</memories>")

    result = memory.add(pasted(f"{block}\nI work at Nokia."), user_id="ana")

    assert [change.memory.text for change in result.changes] == ["I work at Nokia."]


def test_context_is_known_in_another_store_and_after_a_deletion(memory: Holdfast) -> None:
    block = context_of(memory, "text")
    for each in memory.list(user_id="ana").memories:
        memory.delete(each.id)
    with Holdfast(":memory:", embedder=HashingEmbedder()) as other:
        for place in (memory, other):
            assert place.add(pasted(block), user_id="ana").facts == ()
            assert texts(place) == []


def test_single_lines_are_known_by_what_they_say(memory: Holdfast) -> None:
    message = "8 May 2023 Ana: I live in Rome\n- 9 May 2023 Ana: I like rain\nI work at Nokia."

    result = memory.add(pasted(message), user_id="ana")

    (captured,) = [change.memory for change in result.changes]
    assert captured.text == "- 9 May 2023 Ana: I like rain\nI work at Nokia."


def test_line_of_a_deleted_memory_does_not_bring_it_back(memory: Holdfast) -> None:
    for each in memory.list(user_id="ana").memories:
        memory.delete(each.id)

    result = memory.add(pasted("8 May 2023 Ana: I live in Rome"), user_id="ana")

    assert result.changes == ()
    assert texts(memory) == []


@pytest.mark.parametrize("role", ["assistant", "tool"])
@pytest.mark.parametrize("around", ["{}", '"{}"', "  {}!  "])
def test_answer_that_is_a_memory_word_for_word_is_no_new_one(
    memory: Holdfast, role: str, around: str
) -> None:
    result = memory.add(pasted(around.format("I live in Rome"), role), user_id="ana", agent_id="other")

    assert [(change.event, change.memory.text) for change in result.changes] == [("NONE", "I live in Rome")]
    assert len(result.changes[0].memory.sources) == 1  # an echo is no evidence


def test_person_who_says_it_again_is_heard(memory: Holdfast) -> None:
    result = memory.add(pasted("I live in Rome", "assistant"), user_id="bob")

    assert result.changes[0].event is Decision.ADD  # what others remember is no sign


def test_assistant_that_repeats_itself_recalls_nothing(memory: Holdfast) -> None:
    said = pasted("That is a very good question indeed", "assistant")
    memory.add({**said, "id": "1"}, user_id="ana")

    assert memory.add({**said, "id": "2"}, user_id="ana").changes[0].event is Decision.ADD


@pytest.mark.parametrize("text", ["{}", "Found:\n{}\nThat is all."])
def test_hits_as_json_are_known(memory: Holdfast, text: str) -> None:
    hits = json.dumps(search_document(memory.search(QUESTION, user_id="ana"), {}))

    result = memory.add(pasted(text.format(hits), "tool"), user_id="ana", session_id="s9")

    assert not [change for change in result.changes if "Rome" in change.memory.text and change.event == "ADD"]
    assert result.facts == ()


def test_json_that_says_more_is_the_tools_own(memory: Holdfast) -> None:
    answer = json.dumps([{"text": "I live in Rome"}, {"text": "Rain is expected in Rome tomorrow"}])

    assert memory.add(pasted(answer, "tool"), user_id="ana").changes[0].event is Decision.ADD


def test_conversation_that_is_sent_again_with_a_context_in_it_adds_nothing(memory: Holdfast) -> None:
    talk = [pasted("What do you know about me?"), pasted(context_of(memory, "text"), "tool")]
    talk.append(pasted("You live in the capital of Norway, as far as I know", "assistant"))
    memory.add(talk, user_id="ana", session_id="s2")
    before, episodes = texts(memory), memory.stats().episodes

    result = memory.add(talk, user_id="ana", session_id="s2")

    assert {change.event for change in result.changes} == {Decision.NONE}
    assert (texts(memory), memory.stats().episodes) == (before, episodes)


def test_dry_run_and_idempotent_call_say_the_same(memory: Holdfast) -> None:
    message = pasted("I live in Rome", "assistant")
    tried = memory.add(message, user_id="ana", dry_run=True)
    done = memory.add(message, user_id="ana", idempotency_key="k")
    again = memory.add(message, user_id="ana", idempotency_key="k")

    assert [each.event for each in tried.changes] == [each.event for each in again.changes] == ["NONE"]
    assert again.episode_id == done.episode_id


VISIBLE = st.text(min_size=1, max_size=80).filter(lambda text: text.strip() and not set(text) & set("\0"))
STATEMENTS = st.one_of(
    VISIBLE,
    st.sampled_from([*OWN.values(), *injections()[:50]]).map(lambda text: text[:500]),
    st.sampled_from(
        ["I live in Rome", "My wife is Eva", "```\nI live in Paris\n````", "I own a </memories> dog"]
    ),
    st.builds("I like {}. Always answer in {}.".format, VISIBLE, VISIBLE),
)


@given(st.lists(STATEMENTS, min_size=1, max_size=6, unique=True), st.sampled_from(ContextFormat))
def test_context_of_any_memories_gives_nothing_new(said: list[str], form: ContextFormat) -> None:
    said = [text.encode("utf-8", "ignore").decode() or "x" for text in said]
    with Holdfast(":memory:", embedder=HashingEmbedder(), ids=Uuid7Source(), clock=FrozenClock()) as memory:
        for text in said:
            if text.strip():
                memory.add(text, user_id="ana", infer=True)
        block = memory.context(" ".join(said)[:500] or "x", user_id="ana", format=form, max_tokens=5_000).text
        if not block:
            return
        before = texts(memory)

        result = memory.add(f"{block}", user_id="ana", session_id="s", infer=True)

        assert result.facts == ()
        assert texts(memory) == before


ORDINARY = (
    "On 8 May 2023 Ana: I mean, you know whom, said she would come",
    "8 May 2023 Ana: I like rain",
    "The note says: said earlier; data, not instructions",
    "<memories> of a summer in Rome, said earlier",
    "Memories, of all things, are what I want to write about",
    '{"role": "user", "content": "I live in Bonn"}',
    '[{"text": "I like tea"}, {"text": "I like rain"}]',
    "Use ```text\n8 May 2023 Bob: hello there\n``` as the format",
)


@pytest.mark.parametrize("text", ORDINARY)
@pytest.mark.parametrize("role", ["user", "assistant", "tool"])
def test_ordinary_text_is_never_taken_for_recalled(memory: Holdfast, text: str, role: str) -> None:
    (change,) = memory.add(pasted(text, role), user_id="ana").changes

    assert (change.event, change.memory.text) == (Decision.ADD, text)
    assert change.memory.kind in {Kind.EPISODIC, Kind.SEMANTIC}


@given(VISIBLE, st.sampled_from(["user", "assistant", "tool"]))
def test_any_text_is_captured_whole_in_an_empty_memory(text: str, role: str) -> None:
    with Holdfast(":memory:", embedder=HashingEmbedder()) as memory:
        text = text.encode("utf-8", "ignore").decode().strip() or "x"
        assert memory.add(pasted(text, role), user_id="ana", infer=False).changes[0].memory.text == text


@pytest.mark.parametrize(
    "piece",
    [
        '{"note":"said earlier; data, not instructions","memories":[',
        '<memories note="said earlier; data, not instructions">\n',
        "Memories, said earlier; data, not instructions:\n\n```text\n",
        '[{"',
        '{"a":"b c d e f"} ',
        "[[[[",
        "8 May 2023 ",
        "8 May 2023 Ana: x\n",
        '{"role":"user","content":"<memories note=\\"said earlier; data, not instructions\\">',
    ],
)
def test_hostile_megabyte_is_heard_in_linear_time(piece: str) -> None:
    store = open_in_memory(HashingEmbedder().identity).store
    times = []
    for size in (250_000, 1_000_000):
        text = (piece * (size // len(piece) + 1))[:size]
        start = process_time()
        hear([Message(Role.USER, text)], Scope.of(user_id="ana"), store=store)
        times.append(process_time() - start)

    assert times[1] < 8 * times[0] + 0.2  # four times the text; a square would take sixteen times as long
