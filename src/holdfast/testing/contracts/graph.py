"""The contract of ``EntityGraph``: inside the scope, only what the view shows, and bounded at hubs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from holdfast.domain.memory import State
from holdfast.domain.message import Message, Role
from holdfast.domain.query import read_filters
from holdfast.domain.scope import Scope
from holdfast.domain.statement import Statement
from holdfast.testing.contracts.place import LONG_AGO, BackendContract
from holdfast.testing.contracts.scribe import ANA, Scribe
from holdfast.testing.contracts.store import BOB

if TYPE_CHECKING:
    from collections.abc import Iterable

    from holdfast.domain.memory import Memory
    from holdfast.ports import Backend, Link

SESSION = Scope.of(user_id="ana", session_id="s1")
MANY = 1_000


class EntityGraphContract(BackendContract):
    """What every ``EntityGraph`` knows."""

    def test_facts_are_found_by_the_folded_names_of_their_entities(
        self, backend: Backend, scribe: Scribe
    ) -> None:
        born = tell(scribe, "Zoë Lindqvist", "birthplace", "Visby")
        tell(scribe, "Tarrant", "spouse", "Brandt")

        found = backend.graph.naming(ANA, ["zoe lindqvist", "visby", "nobody"], scribe.view(), limit=MANY)

        assert texts(backend, found["zoe lindqvist"]) == texts(backend, found["visby"]) == {born.text}
        assert found.keys() == {"zoe lindqvist", "visby"}

    def test_speaker_is_no_entity_of_what_is_said(self, backend: Backend, scribe: Scribe) -> None:
        scribe.remember(Message(Role.USER, "I like tea", "Ana"))

        assert backend.graph.naming(ANA, ["ana"], scribe.view(), limit=MANY) == {}

    def test_neighbours_name_the_same_entity(self, backend: Backend, scribe: Scribe) -> None:
        first = tell(scribe, "Middlemoor", "author", "Tarrant")
        second = tell(scribe, "Tarrant", "spouse", "Brandt")
        third = tell(scribe, "Brandt", "birthplace", "Visby")
        tell(scribe, "Gotland", "capital", "Roma")

        links = walk(backend, scribe, [first], hops=3)

        assert [(link.hop, link.entity, link.attribute) for link in links] == [
            (1, "tarrant", "spouse"),
            (2, "brandt", "birthplace"),
        ]
        assert [texts(backend, [link.end]) for link in links] == [{second.text}, {third.text}]
        assert [texts(backend, [link.start]) for link in links] == [{first.text}, {second.text}]

    def test_no_more_steps_than_are_asked_for(self, backend: Backend, scribe: Scribe) -> None:
        facts = [tell(scribe, f"Station {n}", "next stop", f"Station {n + 1}") for n in range(6)]

        assert {link.hop for link in walk(backend, scribe, facts[:1], hops=2)} == {1, 2}
        assert ends(backend, walk(backend, scribe, facts[:1], hops=1)) == {facts[1].text}

    def test_circle_ends(self, backend: Backend, scribe: Scribe) -> None:
        facts = [tell(scribe, f"Station {n}", "next stop", f"Station {(n + 1) % 3}") for n in range(3)]

        links = walk(backend, scribe, facts[:1], hops=50)

        assert ends(backend, links) == {fact.text for fact in facts}
        assert len(set(links)) == len(links)

    def test_hub_leads_first_to_what_is_about_it_then_to_the_latest(
        self, backend: Backend, scribe: Scribe
    ) -> None:
        about = tell(scribe, "Norway", "capital", "Oslo")
        citizens = [tell(scribe, f"Citizen {n}", "country", "Norway") for n in range(20)]

        links = walk(backend, scribe, citizens[:1], fanout=3)

        assert ends(backend, links) == {about.text, citizens[-1].text, citizens[-2].text}

    def test_no_more_links_than_the_limit(self, backend: Backend, scribe: Scribe) -> None:
        citizens = [tell(scribe, f"Citizen {n}", "country", "Norway") for n in range(12)]

        assert len(walk(backend, scribe, citizens, limit=7)) == 7
        (found,) = backend.graph.naming(ANA, ["norway"], scribe.view(), limit=5).values()
        assert len(found) == 5

    @pytest.mark.parametrize("scope", [ANA, SESSION], ids=str)
    def test_nothing_outside_the_scope_is_reached(
        self, backend: Backend, scribe: Scribe, scope: Scope
    ) -> None:
        mine = tell(scribe, "Middlemoor", "author", "Tarrant", scope=scope)
        theirs = tell(scribe, "Tarrant", "spouse", "Brandt", scope=BOB)
        inside = tell(scribe, "Tarrant", "birthplace", "Visby", scope=scope)

        assert ends(backend, walk(backend, scribe, [mine], scope=scope)) == {inside.text}
        assert walk(backend, scribe, [theirs], scope=scope) == []
        found = backend.graph.naming(scope, ["tarrant"], scribe.view(), limit=MANY)
        assert texts(backend, found["tarrant"]) == {mine.text, inside.text}
        assert backend.graph.naming(Scope("nowhere"), ["tarrant"], scribe.view(), limit=MANY) == {}

    def test_facts_of_two_agents_of_one_user_are_linked(self, backend: Backend, scribe: Scribe) -> None:
        one, other = (Scope.of(user_id="ana", agent_id=agent) for agent in ("cook", "nurse"))
        first = tell(scribe, "Middlemoor", "author", "Tarrant", scope=one)
        second = tell(scribe, "Tarrant", "spouse", "Brandt", scope=other)

        assert ends(backend, walk(backend, scribe, [first])) == {second.text}
        assert walk(backend, scribe, [first], scope=one) == []

    def test_what_is_hidden_is_no_neighbour(self, backend: Backend, scribe: Scribe) -> None:
        start = tell(scribe, "Middlemoor", "author", "Tarrant")
        deleted = tell(scribe, "Tarrant", "spouse", "Brandt")
        scribe.delete(deleted)
        tell(scribe, "Tarrant", "employer", "Archive", state=State.ARCHIVED)
        tell(scribe, "Tarrant", "home", "Visby", invalid_at=scribe.clock.now())
        tell(scribe, "Tarrant", "hobby", "Chess", expires_at=scribe.clock.now())
        shown = tell(scribe, "Tarrant", "birthplace", "Lund", importance=0.9)
        low = tell(scribe, "Tarrant", "shoe size", "Forty", importance=0.1)

        assert ends(backend, walk(backend, scribe, [start])) == {shown.text, low.text}
        important = scribe.view(filter=read_filters({"importance": {"gt": 0.5}}))
        key = backend.store.key_of(ANA, start.id)
        assert backend.graph.neighbours(ANA, [key], important, hops=1, fanout=MANY, limit=MANY) == []
        found = backend.graph.naming(ANA, ["tarrant"], important, limit=MANY)
        assert texts(backend, found["tarrant"]) == {shown.text}

    def test_empty_store_has_no_neighbours(self, backend: Backend, scribe: Scribe) -> None:
        assert backend.graph.naming(ANA, ["tarrant"], scribe.view(), limit=1) == {}
        assert backend.graph.neighbours(ANA, [1, 2], scribe.view(), hops=3, fanout=9, limit=9) == []


def tell(
    scribe: Scribe,
    subject: str,
    attribute: str,
    value: str,
    *,
    scope: Scope = ANA,
    **fields: Any,  # noqa: ANN401 (the fields of a memory)
) -> Memory:
    """Write a fact with its subject and value as entities."""
    statement = Statement(subject, attribute, value, is_single=False, extractor="rules")
    text = f"The {attribute} of {subject} is {value}"
    (memory,) = scribe.remember(text, scope=scope, statement=statement, entities=(subject, value), **fields)
    return memory


def walk(
    backend: Backend,
    scribe: Scribe,
    starts: Iterable[Memory],
    *,
    scope: Scope = ANA,
    hops: int = 1,
    fanout: int = MANY,
    limit: int = MANY,
) -> list[Link]:
    """The links from some facts."""
    keys = [backend.store.key_of(Scope.whole_tenant(), memory.id) for memory in starts]
    return [*backend.graph.neighbours(scope, keys, scribe.view(), hops=hops, fanout=fanout, limit=limit)]


def ends(backend: Backend, links: Iterable[Link]) -> set[str]:
    """What the facts at the ends say."""
    return texts(backend, {link.end for link in links})


def texts(backend: Backend, keys: Iterable[int]) -> set[str]:
    """What some facts say."""
    wanted = sorted(keys)
    scope = Scope.whole_tenant()
    shown = backend.store.fetch(scope, wanted, LONG_AGO, limit=len(wanted)) if wanted else {}
    return {memory.text for memory in shown.values()}
