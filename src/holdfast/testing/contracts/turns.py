"""The contract of ``TurnIndex``: what ranking asks of memories, inside the scope, and up to date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from holdfast.domain.message import Message, Role
from holdfast.domain.scope import Scope
from holdfast.domain.timewords import Span
from holdfast.domain.traits import MACHINE, PERSON, Trait
from holdfast.testing.contracts.place import BackendContract
from holdfast.testing.contracts.scribe import ANA, Scribe
from holdfast.testing.contracts.store import BOB

if TYPE_CHECKING:
    from holdfast.ports import Backend, TurnTable

SESSION = Scope.of(user_id="ana", session_id="s1")
EVER = (Span(datetime(1970, 1, 2, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)),)
MAY = datetime(2023, 5, 8, tzinfo=UTC)


class TurnIndexContract(BackendContract):
    """What every ``TurnIndex`` knows."""

    def test_turns_are_described_in_the_order_of_their_keys(self, backend: Backend, scribe: Scribe) -> None:
        scribe.remember(
            Message(Role.USER, "Do you always plant roses in May?", "Ana"),
            Message(Role.USER, "I prefer tulips", "Bo Li"),
            Message(Role.ASSISTANT, "Tulips are fine"),
            scope=SESSION,
        )

        table = everything(backend, ANA)

        assert sorted(table.keys.tolist()) == table.keys.tolist()
        assert [table.names[voice] for voice in table.voices] == ["Ana", "Bo Li", MACHINE]
        assert table.lengths.tolist() == [7, 3, 3]
        assert table.before.tolist() == [0, *table.keys[:2].tolist()]
        assert table.in_talk.all()
        assert [Trait.QUESTION & trait > 0 for trait in table.traits] == [True, False, False]
        assert [Trait.PREFERENCE & trait > 0 for trait in table.traits] == [False, True, False]
        assert [Trait.NOT_A_PERSON & trait > 0 for trait in table.traits] == [False, False, True]
        assert table.threads.tolist() == [0, 0, 0]
        assert table.inside == 3

    def test_only_what_lies_inside_the_scope_is_described(self, backend: Backend, scribe: Scribe) -> None:
        scribe.remember("mine", scope=SESSION)
        scribe.remember("mine elsewhere")
        scribe.remember("of somebody else", scope=BOB)
        every = np.arange(0, 1_000)

        assert len(backend.turns.describe(ANA, every).keys) == 2
        assert len(backend.turns.describe(SESSION, every).keys) == 1
        assert len(backend.turns.describe(Scope("nowhere"), every).keys) == 0
        assert len(backend.turns.describe(ANA, every[:0]).keys) == 0
        sizes = [
            backend.turns.describe(scope, every[:0]).inside for scope in (ANA, SESSION, Scope("nowhere"))
        ]
        assert sizes == [2, 1, 0]

    def test_several_homes_are_described_as_one(self, backend: Backend, scribe: Scribe) -> None:
        for number, agent in enumerate("abab"):
            said = Message(Role.USER, f"hello {number}", agent)
            scribe.remember(said, scope=Scope.of(user_id="ana", agent_id=agent))

        table = everything(backend, ANA)

        assert [table.names[voice] for voice in table.voices] == ["a", "b", "a", "b"]
        assert sorted(table.keys.tolist()) == table.keys.tolist()

    def test_one_voice_alone_is_no_talk_until_another_is_heard(
        self, backend: Backend, scribe: Scribe
    ) -> None:
        scribe.remember("I like tea", "I like rain", scope=SESSION)
        alone = everything(backend, SESSION)

        scribe.remember(Message(Role.ASSISTANT, "So do I"), scope=SESSION)

        assert not alone.in_talk.any()
        assert [alone.names[voice] for voice in alone.voices] == [PERSON, PERSON]
        assert everything(backend, SESSION).in_talk.all()

    def test_deleted_turns_are_passed_over(self, backend: Backend, scribe: Scribe) -> None:
        memories = scribe.remember("one", "two", "three", scope=SESSION)
        scribe.delete(memories[1])

        table = everything(backend, SESSION)

        assert table.before.tolist() == [0, table.keys[0], table.keys[0]]

    def test_changed_text_is_described_anew(self, backend: Backend, scribe: Scribe) -> None:
        (memory,) = scribe.remember("I like tea")
        everything(backend, ANA)

        scribe.revise(memory, text="Who likes tea?")

        assert [Trait(int(trait)) for trait in everything(backend, ANA).traits] == [Trait.QUESTION]

    @pytest.mark.parametrize("limit", [1, 2, 10])
    def test_what_was_said_during_a_time_is_found_the_latest_first(
        self, backend: Backend, scribe: Scribe, limit: int
    ) -> None:
        for day in (0, 3, 1, 40):
            scribe.remember(f"day {day}", valid_at=MAY + timedelta(days=day))
        scribe.remember("of somebody else", scope=BOB, valid_at=MAY)
        month = Span(MAY, MAY + timedelta(days=30))

        keys = backend.turns.said_during(ANA, [month], limit=limit)

        days = [(at - MAY.timestamp() * 1e6) / 86_400e6 for at in backend.turns.describe(ANA, keys).at]
        assert sorted(days, reverse=True) == [3, 1, 0][:limit]
        assert sorted(keys.tolist()) == keys.tolist()

    def test_end_of_a_time_is_not_in_it(self, backend: Backend, scribe: Scribe) -> None:
        scribe.remember("noon", valid_at=MAY)
        second = timedelta(seconds=1)

        assert len(backend.turns.said_during(ANA, [Span(MAY - second, MAY)], limit=9)) == 0
        assert len(backend.turns.said_during(ANA, [Span(MAY, MAY + second)], limit=9)) == 1
        assert len(backend.turns.said_during(ANA, [], limit=9)) == 0


def everything(backend: Backend, scope: Scope) -> TurnTable:
    """All that the scope covers."""
    return backend.turns.describe(scope, backend.turns.said_during(scope, EVER, limit=10_000))
