"""The contract of a store and its indexes at an earlier instant: what was known then, and how it read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from holdfast.domain.memory import State
from holdfast.domain.query import Compare, Field, Operator
from holdfast.domain.ranking import Signal
from holdfast.domain.view import View
from holdfast.errors import NotFound
from holdfast.ports import Said
from holdfast.testing.contracts.place import BackendContract, refused
from holdfast.testing.contracts.scribe import ANA
from holdfast.testing.contracts.store import BOB

if TYPE_CHECKING:
    from holdfast.domain.memory import Memory
    from holdfast.ports import Backend
    from holdfast.testing.contracts.scribe import Scribe


class PastContract(BackendContract):
    """What every backend knows of an earlier instant."""

    def test_list_is_as_it_was(self, scribe: Scribe) -> None:
        kept, changed, deleted = (scribe.remember(text)[0] for text in ("kept", "before", "deleted"))
        then = scribe.clock.now()
        scribe.revise(changed, text="after")
        scribe.delete(deleted)
        scribe.remember("later")

        assert scribe.shown() == ["later", "after", "kept"]
        assert shown_then(scribe, then) == ["deleted", "before", "kept"]
        assert shown_then(scribe, kept.created_at) == ["kept"]
        assert shown_then(scribe, kept.created_at - timedelta(microseconds=1)) == []

    def test_every_instant_shows_the_version_that_stood(self, backend: Backend, scribe: Scribe) -> None:
        (memory,) = scribe.remember("one")
        stages = [memory]
        stages.append(scribe.revise(memory, text="two", importance=0.9, metadata={"n": 2.0}))
        stages.append(scribe.revise(stages[-1], state=State.ARCHIVED, trust=0.3))
        stages.append(scribe.revise(stages[-1], invalid_at=scribe.clock.now()))
        stages.append(scribe.delete(stages[-1]))
        stages.append(scribe.restore(stages[-1]))

        for stage in stages:
            found = backend.store.get(ANA, memory.id, as_of=stage.updated_at)
            assert found == backend.store.get(ANA, memory.id, as_of=stage.updated_at + timedelta(seconds=0.5))
            assert content(found) == content(stage)
            assert found.is_deleted == stage.is_deleted

    def test_source_that_came_later_is_not_cited_then(self, backend: Backend, scribe: Scribe) -> None:
        (memory,) = scribe.remember("tea")
        then = scribe.clock.now()
        scribe.say_again(memory)

        assert len(backend.store.get(ANA, memory.id).sources) == 2
        assert backend.store.get(ANA, memory.id, as_of=then).sources == memory.sources

    def test_what_was_not_there_or_is_elsewhere_is_not_found(self, backend: Backend, scribe: Scribe) -> None:
        (memory,) = scribe.remember("tea")
        with refused(NotFound, "memory_not_found"):
            backend.store.get(ANA, memory.id, as_of=memory.created_at - timedelta(seconds=1))
        with refused(NotFound, "memory_not_found"):
            backend.store.get(BOB, memory.id, as_of=memory.created_at)

    def test_filters_see_what_stood(self, backend: Backend, scribe: Scribe) -> None:
        (memory,) = scribe.remember("tea", importance=0.2)
        then = scribe.clock.now()
        scribe.revise(memory, importance=0.8)
        low = Compare(Field.IMPORTANCE, Operator.LT, (0.5,))
        key = backend.store.key_of(ANA, memory.id)

        assert scribe.shown(filter=low) == []
        assert shown_then(scribe, then, filter=low) == ["tea"]
        assert [*backend.store.fetch(ANA, [key], View(then, low, as_of=then), limit=1)] == [key]
        assert not backend.store.fetch(ANA, [key], scribe.view(filter=low), limit=1)

    def test_what_was_closed_since_was_open_and_what_was_true_is_asked_apart(self, scribe: Scribe) -> None:
        (memory,) = scribe.remember("lives in Rome")
        known, world = scribe.clock.now(), memory.valid_at
        scribe.revise(memory, invalid_at=world + timedelta(days=1))
        scribe.clock.advance(days=9)

        assert scribe.shown() == []
        assert shown_then(scribe, known) == ["lives in Rome"]
        later = world + timedelta(days=2)
        assert scribe.shown(valid_at=later) == []
        assert shown_then(scribe, known, valid_at=later) == ["lives in Rome"]

    def test_what_had_not_expired_then_is_there(self, scribe: Scribe) -> None:
        scribe.remember("soon gone", expires_at=scribe.clock.now() + timedelta(hours=1))
        then = scribe.clock.now()
        scribe.clock.advance(hours=2)

        assert (scribe.shown(), shown_then(scribe, then)) == ([], ["soon gone"])

    def test_pages_of_the_past_follow_one_another(self, backend: Backend, scribe: Scribe) -> None:
        for n in range(5):
            scribe.remember(f"note {n}")
        then = scribe.clock.now()
        scribe.remember("later")
        view = View(then, as_of=then)

        texts: list[str] = []
        after = None
        for _ in range(3):
            page = backend.store.list(ANA, view, limit=2, after=after)
            texts += [memory.text for memory in page.memories]
            after = page.after
        assert (texts, after) == ([f"note {n}" for n in (4, 3, 2, 1, 0)], None)

    def test_reworded_are_those_whose_words_were_others(self, backend: Backend, scribe: Scribe) -> None:
        first, second, third, _ = (scribe.remember(text)[0] for text in ("a", "b", "c", "d"))
        then = scribe.clock.now()
        first, second = scribe.revise(first, text="a2"), scribe.revise(second, text="b2")
        scribe.revise(first, text="a")  # reads as it did
        scribe.revise(second, text="b3")
        scribe.revise(third, importance=0.9)
        (late,) = scribe.remember("e")
        scribe.revise(late, text="e2")

        found = backend.store.reworded(ANA, then, limit=9)
        assert [memory.text for memory in found.values()] == ["b"]
        assert [*found] == [backend.store.key_of(ANA, second.id)]
        assert backend.store.reworded(BOB, then, limit=9) == {}
        assert backend.store.reworded(ANA, scribe.clock.now(), limit=9) == {}

    def test_last_changed_are_reworded_first_and_bounded(self, backend: Backend, scribe: Scribe) -> None:
        memories = [scribe.remember(text)[0] for text in ("a", "b", "c")]
        then = scribe.clock.now()
        for memory in (memories[1], memories[0], memories[2]):
            scribe.revise(memory, text=memory.text * 2)

        found = backend.store.reworded(ANA, then, limit=2)
        assert {memory.text for memory in found.values()} == {"c", "a"}

    def test_words_that_are_not_in_the_index_score_as_if_they_were(
        self, backend: Backend, scribe: Scribe
    ) -> None:
        (told, *_) = scribe.remember("rooibos tea with Eva", "plain water")
        scribe.remember("nothing at all")
        key = backend.store.key_of(ANA, told.id)
        of_index = backend.words.search(ANA, "Does Eva drink rooibos", limit=9)
        scored = backend.words.score(
            ANA, "Does Eva drink rooibos", {7: Said(None, told.text), 8: Said(None, "another thing")}
        )

        for signal in (Signal.WORDS, Signal.WORDS_WINDOW, Signal.NAMES):
            assert scored[signal].by_key.keys() == {7}
            assert np.isclose(scored[signal].by_key[7], of_index[signal].by_key[key], rtol=1e-5)
            assert np.isclose(scored[signal].ceiling, of_index[signal].ceiling, rtol=1e-5)
        elsewhere = backend.words.score(BOB, "rooibos", {7: Said(None, told.text)})
        assert not len(elsewhere[Signal.WORDS].keys)

    def test_table_of_then_has_what_was_there_as_it_was(self, backend: Backend, scribe: Scribe) -> None:
        changed, closed = scribe.remember("one two three", "four")
        then = scribe.clock.now()
        scribe.revise(changed, text="am I one?", importance=0.9, trust=0.2)
        scribe.revise(closed, invalid_at=scribe.clock.now())
        (late,) = scribe.remember("five")
        keys = np.array([backend.store.key_of(ANA, each.id) for each in (changed, closed, late)], np.int64)

        now, past = backend.turns.describe(ANA, keys), backend.turns.describe(ANA, keys, as_of=then)

        assert (now.keys.tolist(), past.keys.tolist()) == (keys.tolist(), keys[:2].tolist())
        assert (now.outdated.tolist(), past.outdated.tolist()) == ([0, 1, 0], [0, 0])
        assert past.lengths.tolist() == [3, 1]
        assert np.allclose(past.importance, [changed.importance, closed.importance])
        assert np.allclose(past.trust, [1, 1])
        assert past.traits[0] != now.traits[0]
        at_end = backend.turns.describe(ANA, keys, as_of=scribe.clock.now())
        assert at_end.outdated.tolist() == now.outdated.tolist()
        assert at_end.lengths.tolist() == now.lengths.tolist()
        assert at_end.traits.tolist() == now.traits.tolist()


def shown_then(scribe: Scribe, then: datetime, **fields: Any) -> list[str]:  # noqa: ANN401 (the fields of a view)
    """The texts that ``list`` showed at an instant, newest first."""
    page = scribe.store.list(ANA, View(then, as_of=then, **fields), limit=1_000, after=None)
    return [memory.text for memory in page.memories]


def content(memory: Memory) -> tuple[object, ...]:
    """What a version keeps of a memory."""
    return (
        memory.version, memory.text, memory.importance, dict(memory.metadata), memory.state, memory.trust,
        memory.invalid_at, memory.valid_at, memory.updated_at, memory.sources,
    )  # fmt: skip
