"""Facts in a store: derived with what is said, replaced, taken back, found, and carried from file to file."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from holdfast import Holdfast
from holdfast.domain.decision import Change, Decision
from holdfast.domain.memory import Kind, Memory, Origin
from holdfast.errors import Conflict
from holdfast.testing import FrozenClock, HashingEmbedder, open_in_memory
from tests.acceptance.terminal import holdfast

pytestmark = pytest.mark.facts

EMBEDDER = HashingEmbedder()
NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(params=["file", "twin"])
def memory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Holdfast]:
    store = tmp_path / "agent.db" if request.param == "file" else open_in_memory(EMBEDDER.identity)
    with Holdfast(store, embedder=EMBEDDER, clock=FrozenClock(NOW)) as opened:
        yield opened


def said(text: str, at: str, name: str = "Ana") -> dict[str, str]:
    return {"role": "user", "name": name, "content": text, "at": at}


def told(changes: tuple[Change, ...]) -> list[tuple[str, str]]:
    return [(change.event.value, change.memory.text) for change in changes]


def facts_of(memory: Holdfast) -> list[str]:
    return [each.text for each in memory.list(user_id="ana").memories if each.origin is Origin.DERIVED]


def test_fact_stands_beside_the_message_that_it_cites(memory: Holdfast) -> None:
    added = memory.add(said("I live in Rome with my dog, and it is loud", "2026-01-05"), user_id="ana")

    (change,) = added.facts
    fact, (message,) = change.memory, added.memories
    assert (change.event, fact.text, fact.kind) == (Decision.ADD, "Ana lives in Rome", Kind.SEMANTIC)
    assert fact.sources == message.sources
    assert fact.statement is not None
    assert (fact.statement.slot.attribute, fact.statement.value) == ("home", "Rome")
    assert memory.get(fact.id) == fact


def test_new_value_closes_the_old_one_which_stays_readable(memory: Holdfast) -> None:
    (old,) = memory.add(said("I live in Rome", "2026-01-05"), user_id="ana").facts

    (change,) = memory.add(said("I moved to Berlin on 3 March 2026", "2026-03-12"), user_id="ana").facts

    assert (change.event, change.memory.text) == (Decision.UPDATE, "Ana lives in Berlin")
    assert facts_of(memory) == ["Ana lives in Berlin"]
    closed = memory.get(old.memory.id)
    assert closed.invalid_at == datetime(2026, 3, 3, tzinfo=UTC)
    assert change.previous == closed
    (link,) = memory.related(change.memory.id)
    assert (link.relation.type, link.memory.id) == ("supersedes", closed.id)
    in_february = memory.list(user_id="ana", valid_at="2026-02-01").memories
    assert "Ana lives in Rome" in [each.text for each in in_february]
    assert [version.event for version in memory.history(closed.id)] == ["memory.created", "memory.superseded"]


def test_search_puts_what_was_replaced_behind_what_is_true(memory: Holdfast) -> None:
    memory.add(said("I live in Rome", "2026-01-05"), user_id="ana")
    memory.add(said("I live in Oslo", "2026-03-05"), user_id="ana")

    now = [hit.memory.text for hit in memory.search("I live in", user_id="ana")]
    then = [hit.memory.text for hit in memory.search("I live in", user_id="ana", valid_at="2026-02-01")]

    assert (now[0], now[-1]) == ("I live in Oslo", "I live in Rome")
    assert then == ["I live in Rome"]


def test_note_that_is_a_fact_is_one_memory_and_is_closed_itself(memory: Holdfast) -> None:
    first = memory.add("The capital of Peru is Lima.", user_id="ana")
    second = memory.add("The capital of Peru is Cusco.", user_id="ana")

    assert [len(memory.list(user_id="ana").memories), memory.stats().memories] == [1, 2]
    assert told(second.facts) == [("UPDATE", "The capital of Peru is Cusco.")]
    assert first.memories[0].kind is Kind.SEMANTIC
    again = memory.add("The capital of Peru is Lima.", user_id="ana")
    assert told(again.facts) == [("UPDATE", "The capital of Peru is Lima.")]


def test_same_value_again_is_one_more_source(memory: Holdfast) -> None:
    memory.add(said("I live in Rome", "2026-01-05"), user_id="ana", session_id="s1")
    again = memory.add(said("Well, I live in Rome!", "2026-02-05"), user_id="ana", session_id="s2")

    (change,) = again.facts
    assert change.event is Decision.NONE
    assert len(memory.get(change.memory.id).sources) == 2


def test_note_that_is_said_again_in_the_same_call_has_both_sources(memory: Holdfast) -> None:
    added = memory.add(["The capital of Peru is Lima.", "Lima is the capital of Peru."], user_id="ana")

    assert [change.event for change in added.facts] == [Decision.ADD, Decision.NONE]
    assert len(memory.get(added.facts[0].memory.id).sources) == 2
    assert memory.check() == ()


def test_value_that_is_taken_back_is_closed(memory: Holdfast) -> None:
    memory.add(said("I love sushi", "2026-01-05"), user_id="ana")
    taken = memory.add(said("I no longer like sushi", "2026-02-05"), user_id="ana")

    assert told(taken.facts) == [("DELETE", "Ana likes sushi")]
    assert facts_of(memory) == []


def test_earlier_value_that_is_told_later_replaces_nothing(memory: Holdfast) -> None:
    memory.add(said("I live in Rome", "2026-03-05"), user_id="ana")
    memory.add(said("I live in Oslo", "2020-03-05"), user_id="ana")

    assert facts_of(memory) == ["Ana lives in Rome"]


@pytest.mark.parametrize(
    "other", [{"user_id": "bob"}, {"user_id": "ana", "agent_id": "tutor"}, {"tenant": "t"}]
)
def test_facts_of_others_are_not_touched(memory: Holdfast, other: dict[str, str]) -> None:
    (mine,) = memory.add(said("I live in Rome", "2026-01-05"), user_id="ana").facts
    memory.add(said("I live in Oslo", "2026-03-05"), **{"user_id": "ana", **other})  # type: ignore[arg-type]

    assert memory.get(mine.memory.id).invalid_at is None


def test_facts_of_one_call_are_decided_one_after_the_other(memory: Holdfast) -> None:
    added = memory.add(
        [said("I live in Rome", "2026-01-05"), said("I live in Oslo", "2026-03-05")], user_id="ana"
    )

    assert told(added.facts) == [("ADD", "Ana lives in Rome"), ("UPDATE", "Ana lives in Oslo")]
    assert facts_of(memory) == ["Ana lives in Oslo"]


def test_dry_run_decides_and_writes_nothing(memory: Holdfast) -> None:
    memory.add(said("I live in Rome", "2026-01-05"), user_id="ana")
    before = memory.stats()

    preview = memory.add(said("I live in Oslo", "2026-03-05"), user_id="ana", dry_run=True)

    assert told(preview.facts) == [("UPDATE", "Ana lives in Oslo")]
    assert memory.stats() == before


def test_correction_of_a_fact_states_the_new_value(memory: Holdfast) -> None:
    (change,) = memory.add(said("I live in Rome", "2026-01-05"), user_id="ana").facts

    corrected = memory.update(change.memory.id, text="Ana lives in Oslo")
    reworded = memory.update(change.memory.id, text="somewhere up north")

    assert corrected.statement is not None
    assert corrected.statement.value == "Oslo"
    assert reworded.statement is None


def test_fact_that_was_closed_wrongly_is_opened_by_restoring_the_version_before(memory: Holdfast) -> None:
    (old,) = memory.add(said("I live in Rome", "2026-01-05"), user_id="ana").facts
    memory.add(said("I no longer live in Rome", "2026-03-05"), user_id="ana")
    assert facts_of(memory) == []

    restored = memory.restore(old.memory.id, version=1)

    assert restored.invalid_at is None
    assert facts_of(memory) == ["Ana lives in Rome"]


def test_move_that_is_told_after_where_one_lives_is_the_later_one(memory: Holdfast) -> None:
    memory.add(said("I live in Rome", "2026-10-30T12:00:00Z"), user_id="ana")
    (change,) = memory.add(said("I moved to Berlin last week", "2026-10-30T12:01:00Z"), user_id="ana").facts

    assert (change.event, change.memory.text) == (Decision.UPDATE, "Ana lives in Berlin")
    assert facts_of(memory) == ["Ana lives in Berlin"]
    last_week = memory.list(user_id="ana", valid_at="2026-10-26").memories
    assert [each.text for each in last_week if each.origin is Origin.DERIVED] == ["Ana lives in Berlin"]
    memory.add(said("I moved to Bonn in June", "2026-10-30T12:02:00Z"), user_id="ana")
    assert facts_of(memory) == ["Ana lives in Berlin"]


def test_fact_is_not_restored_where_another_stands(memory: Holdfast) -> None:
    (old,) = memory.add(said("I live in Rome", "2026-01-05"), user_id="ana").facts
    (new,) = memory.add(said("I live in Oslo", "2026-03-05"), user_id="ana").facts

    with pytest.raises(Conflict) as caught:
        memory.restore(old.memory.id, version=1)

    assert (caught.value.code, caught.value.fields["by"]) == ("fact_replaced", new.memory.id)
    assert facts_of(memory) == ["Ana lives in Oslo"]
    memory.delete(new.memory.id)
    assert memory.restore(old.memory.id, version=1).invalid_at is None
    with pytest.raises(Conflict, match="was replaced"):
        memory.restore(new.memory.id)


def test_no_facts_where_none_are_wanted(memory: Holdfast) -> None:
    assert memory.add(said("I live in Rome", "2026-01-05"), user_id="ana", infer=False).facts == ()
    assert memory.stats().memories == 1


def test_key_that_comes_again_answers_with_the_facts(memory: Holdfast) -> None:
    message = said("I live in Rome", "2026-01-05")
    first = memory.add(message, user_id="ana", idempotency_key="k")
    second = memory.add(message, user_id="ana", idempotency_key="k")

    assert told(second.facts) == told(first.facts) == [("ADD", "Ana lives in Rome")]
    with pytest.raises(Conflict):
        memory.add(said("I live in Oslo", "2026-01-05"), user_id="ana", idempotency_key="k")


def test_facts_survive_export_and_load(memory: Holdfast, tmp_path: Path) -> None:
    memory.add(said("I live in Rome", "2026-01-05"), user_id="ana")
    memory.add(said("I live in Oslo", "2026-03-05"), user_id="ana")
    memory.export(tmp_path / "all.jsonl")

    with Holdfast(tmp_path / "copy.db", embedder=EMBEDDER, clock=FrozenClock(NOW)) as copy:
        copy.load(tmp_path / "all.jsonl")
        by_id: Callable[[Memory], str] = lambda each: each.id  # noqa: E731
        assert sorted(copy.list(user_id="ana").memories, key=by_id) == sorted(
            memory.list(user_id="ana").memories, key=by_id
        )
        (change,) = copy.add(said("I live in Bonn", "2026-04-05"), user_id="ana").facts
        assert change.event is Decision.UPDATE


def test_many_writers_leave_one_value_open(tmp_path: Path) -> None:
    cities = ["Rome", "Oslo", "Bonn", "Lima", "Kyiv", "Bern"]
    start = datetime(2026, 1, 5, tzinfo=UTC)
    with Holdfast(tmp_path / "agent.db", embedder=EMBEDDER) as memory:

        def move(place: int) -> None:
            at = (start + timedelta(days=place)).isoformat()
            memory.add(said(f"I live in {cities[place]}", at), user_id="ana")

        with ThreadPoolExecutor(len(cities)) as threads:
            list(threads.map(move, range(len(cities))))

        assert facts_of(memory) == ["Ana lives in Bern"]


def test_assistant_says_nothing_about_the_user(memory: Holdfast) -> None:
    assert memory.add([{"role": "assistant", "content": "I live in Rome"}], user_id="ana").facts == ()


def test_hostile_text_is_data(memory: Holdfast) -> None:
    text = (
        "My name is '); DROP TABLE memories; --. The capital of \x1b[2J is \u202eevil. I live in \U0001f9e0"
    )

    memory.add(text, user_id="ana")

    assert memory.check() == ()


def test_command_line_tells_what_became_of_facts(tmp_path: Path) -> None:
    holdfast("add", "I live in Rome", "--name", "Ana", "--at", "2026-01-05")

    preview = holdfast("add", "I live in Oslo", "--name", "Ana", "--at", "2026-03-05", "--dry-run")
    assert [line.split("\t")[0] for line in preview.out.splitlines()] == ["ADD", "UPDATE"]
    assert len(holdfast("list").out.splitlines()) == 2
    added = holdfast("add", "I live in Oslo", "--name", "Ana", "--at", "2026-03-05", "--json")
    assert [fact["event"] for fact in added.document["facts"]] == ["UPDATE"]
    assert added.document["facts"][0]["previous"]["text"] == "Ana lives in Rome"
    plain = holdfast("add", "I live in Bonn", "--name", "Ana", "--no-infer", "--json")
    assert plain.document["facts"] == []
