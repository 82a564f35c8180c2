"""Changes undone, deletions that take derived facts along, and what stands in the way of either."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from holdfast import Holdfast
from holdfast.domain.decision import Change, Decision
from holdfast.domain.memory import Memory, Origin
from holdfast.errors import Conflict, InvalidInput, NotFound
from holdfast.testing import FrozenClock, HashingEmbedder, open_in_memory

pytestmark = pytest.mark.facts

EMBEDDER = HashingEmbedder()


class Told(Holdfast):
    """A memory whose clock goes on by a second with every call of ``say``."""

    def __init__(self, store: object) -> None:
        self.now = FrozenClock(datetime(2026, 11, 1, tzinfo=UTC))
        super().__init__(store, embedder=EMBEDDER, clock=self.now)  # type: ignore[arg-type]  # a path or a backend

    def say(self, text: str, **more: object) -> tuple[Change, Change | None]:
        """What became of a message of Ana, and of the first fact in it."""
        self.now.advance(seconds=1)
        message = {"role": "user", "name": "Ana", "content": text}
        added = self.add(message, user_id="ana", **more)  # type: ignore[arg-type]  # whatever add takes
        self.now.advance(seconds=1)
        return added.changes[0], added.facts[0] if added.facts else None

    def fact(self, text: str) -> Change:
        """What became of the first fact in a message of Ana."""
        fact = self.say(text)[1]
        assert fact is not None
        return fact

    def texts(self) -> list[str]:
        """What is believed, newest first."""
        return [memory.text for memory in self.list(user_id="ana").memories]

    def facts(self) -> list[str]:
        """The derived facts among them."""
        return [
            memory.text for memory in self.list(user_id="ana").memories if memory.origin is Origin.DERIVED
        ]


@pytest.fixture(params=["file", "twin"])
def memory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Told]:
    store = tmp_path / "agent.db" if request.param == "file" else open_in_memory(EMBEDDER.identity)
    with Told(store) as opened:
        yield opened
        assert opened.check() == ()


def id_of(change: Change | None) -> str:
    assert change is not None
    assert change.id is not None
    return change.id


def events_of(memory: Told, found: Memory) -> list[str]:
    return [version.event.removeprefix("memory.") for version in memory.history(found.id)]


def test_added_note_is_deleted_by_undo(memory: Told) -> None:
    note, _ = memory.say("the parcel is blue")

    undone = memory.undo(id_of(note), reason="it is red")

    assert memory.texts() == []
    assert [each.id for each in undone.memories] == [note.memory.id]
    assert events_of(memory, note.memory) == ["created", "deleted"]
    assert memory.history(note.memory.id)[-1].reason == f"undo of {note.id}: it is red"


def test_undo_of_an_undo_brings_it_back_and_can_be_undone_again(memory: Told) -> None:
    note, _ = memory.say("the parcel is blue")
    first = memory.undo(id_of(note))
    second = memory.undo(first.change_id)
    assert memory.texts() == ["the parcel is blue"]
    third = memory.undo(second.change_id)

    assert memory.texts() == []
    assert third.undone == second.change_id
    assert events_of(memory, note.memory) == ["created", "deleted", "restored", "deleted"]


def test_update_is_undone_with_the_fact_that_it_closed(memory: Told) -> None:
    memory.fact("I live in Rome with my dog, and it is loud")
    moved = memory.fact("I moved to Oslo in January, which is cold")
    assert (moved.event, memory.facts()) == (Decision.UPDATE, ["Ana lives in Oslo"])

    undone = memory.undo(id_of(moved))

    assert memory.facts() == ["Ana lives in Rome"]
    assert {each.text for each in undone.memories} == {"Ana lives in Rome", "Ana lives in Oslo"}
    assert moved.previous is not None
    assert memory.get(moved.previous.id).invalid_at is None
    assert events_of(memory, moved.previous) == ["created", "superseded", "restored"]
    assert {version.change_id for version in memory.history(moved.previous.id)[2:]} == {undone.change_id}

    memory.now.advance(seconds=1)
    memory.undo(undone.change_id)
    assert memory.facts() == ["Ana lives in Oslo"]
    assert events_of(memory, moved.previous)[-1] == "superseded"


def test_closing_of_a_fact_is_undone_by_the_id_in_its_history(memory: Told) -> None:
    rome = memory.fact("I live in Rome with my dog, and it is loud").memory
    memory.fact("I moved to Oslo in January, which is cold")

    memory.undo(f"{rome.id}:2")

    assert memory.facts() == ["Ana lives in Rome"]


def test_retraction_is_undone(memory: Told) -> None:
    memory.fact("I love sushi, and so does my dog")
    taken_back = memory.fact("I no longer like sushi, by the way")
    assert (taken_back.event, memory.facts()) == (Decision.DELETE, [])

    memory.undo(id_of(taken_back))

    assert memory.facts() == ["Ana likes sushi"]


def test_source_of_what_was_said_again_is_taken_off(memory: Told) -> None:
    fact = memory.fact("I live in Rome with my dog, and it is loud")
    again = memory.fact("Well, I live in Rome, you know")
    before = memory.now.now()
    memory.now.advance(seconds=1)
    assert (again.event, len(memory.get(fact.memory.id).sources)) == (Decision.NONE, 2)

    undone = memory.undo(id_of(again))

    assert len(memory.get(fact.memory.id).sources) == 1
    assert len(memory.get(fact.memory.id, as_of=before).sources) == 2
    with pytest.raises(NotFound, match="does not cite"):
        memory.undo(id_of(again))
    memory.now.advance(seconds=1)
    redone = memory.undo(undone.change_id)
    assert len(memory.get(fact.memory.id).sources) == 2
    with pytest.raises(Conflict) as caught:
        memory.undo(redone.change_id)
    assert caught.value.code == "nothing_to_undo"


def test_message_is_undone_with_the_facts_in_it_and_what_they_closed(memory: Told) -> None:
    memory.fact("I live in Rome with my dog, and it is loud")
    message, fact = memory.say("I moved to Oslo in January, which is cold")
    assert fact is not None

    memory.undo(id_of(message))

    assert memory.texts() == ["Ana lives in Rome", "I live in Rome with my dog, and it is loud"]


def test_fact_that_was_written_closed_in_the_same_call_is_opened(memory: Told) -> None:
    message, _ = memory.say("I live in Rome with my dog. I live in Oslo with my cat, as of today.")
    assert memory.facts() == ["Ana lives in Oslo"]
    oslo = next(each for each in memory.list(user_id="ana").memories if each.text == "Ana lives in Oslo")

    undone = memory.undo(f"{oslo.id}:1")
    assert memory.facts() == ["Ana lives in Rome"]

    memory.now.advance(seconds=1)
    memory.undo(undone.change_id)
    memory.now.advance(seconds=1)
    memory.undo(id_of(message))
    assert memory.texts() == []


def test_changes_by_hand_are_undone(memory: Told) -> None:
    note, _ = memory.say("the parcel is blue")
    memory.now.advance(seconds=1)
    memory.update(note.memory.id, text="the parcel is red", metadata={"n": 1})
    memory.undo(f"{note.memory.id}:2")
    assert memory.texts() == ["the parcel is blue"]
    assert memory.search("blue parcel", user_id="ana")[0].memory.metadata == {}
    memory.delete(note.memory.id)
    memory.undo(f"{note.memory.id}:4")
    assert memory.texts() == ["the parcel is blue"]


def test_later_change_stands_in_the_way_and_nothing_is_done(memory: Told) -> None:
    memory.fact("I live in Rome with my dog, and it is loud")
    oslo = memory.fact("I moved to Oslo in January, which is cold")
    bonn = memory.fact("I moved to Bonn in March, which is warm")
    before = memory.stats()

    with pytest.raises(Conflict) as caught:
        memory.undo(id_of(oslo))

    assert (caught.value.code, caught.value.fields["by"]) == ("changed_since", bonn.id)
    assert id_of(bonn) in caught.value.message
    assert memory.stats() == before
    memory.undo(id_of(bonn))
    memory.undo(id_of(oslo))
    assert memory.facts() == ["Ana lives in Rome"]


def test_fact_that_took_the_place_since_stands_in_the_way(memory: Told) -> None:
    memory.fact("I live in Rome with my dog, and it is loud")
    gone = memory.fact("I no longer live in Rome, thank God")
    oslo = memory.fact("I live in Oslo now, with my dog")

    with pytest.raises(Conflict) as caught:
        memory.undo(id_of(gone))

    assert (caught.value.code, caught.value.fields["by"]) == ("fact_replaced", oslo.memory.id)
    assert memory.facts() == ["Ana lives in Oslo"]


def test_what_is_undone_cannot_be_undone_twice(memory: Told) -> None:
    note, _ = memory.say("the parcel is blue")
    undone = memory.undo(id_of(note))

    with pytest.raises(Conflict) as caught:
        memory.undo(id_of(note))

    assert caught.value.fields["by"] == undone.change_id


def test_ids_that_name_no_change_are_refused(memory: Told) -> None:
    note, _ = memory.say("the parcel is blue")
    for wrong in ("", note.memory.id, "a:b", f"{note.memory.id}:-1", f"{note.memory.id}:x:y:z"):
        with pytest.raises(InvalidInput):
            memory.undo(wrong)
    for missing in (f"{note.memory.id}:7", f"{note.memory.id}:{note.memory.id}:0", "nobody:1"):
        with pytest.raises(NotFound):
            memory.undo(missing)
    with pytest.raises(NotFound):
        memory.undo(id_of(note), user_id="bob")
    assert memory.texts() == ["the parcel is blue"]


def test_dry_run_has_no_ids_and_a_repeated_key_has_the_same(memory: Told) -> None:
    planned = memory.say("I live in Rome with my dog, and it is loud", dry_run=True)
    assert [change and change.id for change in planned] == [None, None]
    memory.fact("I live in Rome with my dog, and it is loud")
    first = memory.say("I no longer live in Rome, thank God", idempotency_key="k")
    again = memory.say("I no longer live in Rome, thank God", idempotency_key="k")
    assert [id_of(change) for change in first] == [id_of(change) for change in again]

    memory.undo(id_of(first[1]))
    assert id_of(memory.say("I no longer live in Rome, thank God", idempotency_key="k")[1]) == first[1].id  # type: ignore[union-attr]  # it is there
    assert memory.facts() == ["Ana lives in Rome"]


def test_undo_is_told_to_subscribers(memory: Told) -> None:
    moved = [
        memory.fact(text) for text in ("I live in Rome, my dog too", "I moved to Oslo in January, alone")
    ]
    heard = memory._store.events(after=0, limit=999)[-1].number  # noqa: SLF001 (the log itself)
    memory.undo(id_of(moved[1]))
    told = memory._store.events(after=heard, limit=99)  # noqa: SLF001 (likewise)
    assert [(event.type.value, event.memory_id) for event in told] == [
        ("memory.deleted", moved[1].memory.id),
        ("memory.restored", moved[0].memory.id),
    ]


def test_deleted_message_takes_its_facts_along_and_brings_them_back(memory: Told) -> None:
    message, fact = memory.say("I live in Rome with my dog, and it is loud")
    assert fact is not None
    then = memory.now.now()
    memory.now.advance(seconds=1)

    gone = memory.delete(message.memory.id)

    assert memory.texts() == []
    assert memory.history(fact.memory.id)[-1].change_id == f"{gone.id}:{gone.version}"
    assert memory.list(user_id="ana", as_of=then).memories[0].text == "Ana lives in Rome"
    memory.now.advance(seconds=1)
    memory.restore(message.memory.id)
    assert memory.facts() == ["Ana lives in Rome"]
    assert memory.get(fact.memory.id).version == 3
    memory.now.advance(seconds=1)
    memory.undo(f"{gone.id}:3")
    assert memory.texts() == []


def test_fact_with_another_source_loses_one_and_gets_it_back(memory: Told) -> None:
    message, fact = memory.say("I live in Rome with my dog, and it is loud")
    memory.fact("Well, I live in Rome, you know")
    assert fact is not None

    gone = memory.delete(message.memory.id)
    left = memory.get(fact.memory.id)
    assert (len(left.sources), left.version) == (1, 2)
    assert left.sources[0].episode_id != message.memory.sources[0].episode_id
    memory.now.advance(seconds=1)
    restored = memory.restore(message.memory.id)
    assert len(memory.get(fact.memory.id).sources) == 2
    memory.now.advance(seconds=1)
    memory.undo(f"{restored.id}:{restored.version}")
    assert len(memory.get(fact.memory.id).sources) == 1
    memory.now.advance(seconds=1)
    memory.undo(f"{gone.id}:{memory.history(gone.id)[-1].version}")
    assert len(memory.get(fact.memory.id).sources) == 2


def test_last_message_of_a_fact_takes_it_along(memory: Told) -> None:
    first, fact = memory.say("I live in Rome with my dog, and it is loud")
    second, _ = memory.say("Well, I live in Rome, you know")
    assert fact is not None
    memory.delete(first.memory.id)
    memory.now.advance(seconds=1)
    memory.delete(second.memory.id)
    assert memory.texts() == []
    memory.now.advance(seconds=1)
    memory.restore(first.memory.id)
    assert memory.facts() == []
    memory.restore(second.memory.id)
    assert memory.facts() == ["Ana lives in Rome"]


def test_fact_whose_place_is_taken_stays_deleted_when_its_message_is_back(memory: Told) -> None:
    message, _ = memory.say("I live in Rome with my dog, and it is loud")
    memory.delete(message.memory.id)
    memory.fact("I live in Oslo with my cat, and it is cold")

    memory.restore(message.memory.id)

    assert memory.facts() == ["Ana lives in Oslo"]
    assert "I live in Rome with my dog, and it is loud" in memory.texts()


def test_deletion_opens_nothing(memory: Told) -> None:
    memory.fact("I live in Rome with my dog, and it is loud")
    message, _ = memory.say("I moved to Oslo in January, which is cold")

    memory.delete(message.memory.id)

    assert memory.facts() == []
