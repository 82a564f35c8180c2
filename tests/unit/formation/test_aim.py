"""What a model proposes, read as facts: slots, values, times and importance."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from holdfast import limits
from holdfast.domain.decision import Decision
from holdfast.domain.extractor import Extractor, read_extractor
from holdfast.domain.fact import Fact
from holdfast.domain.memory import Kind
from holdfast.domain.message import Episode, Message, Role
from holdfast.domain.metadata import NO_METADATA
from holdfast.domain.origin import Origin
from holdfast.domain.proposal import Proposal
from holdfast.domain.scope import Scope
from holdfast.domain.statement import Statement
from holdfast.formation.aim import aim
from holdfast.formation.importance import importance_of
from tests.unit.making import make_memory

SAID_AT = datetime(2026, 3, 12, 9, tzinfo=UTC)
PROPOSAL = Proposal(
    verb=Decision.ADD, target_id=None, text="Ana lives in Oslo", kind=Kind.SEMANTIC, subject="Ana",
    attribute="home", value="Oslo", valid_at=None, time_words=None, importance=0.5, entities=("Ana",),
    positions=(0,), trust=1.0,
)  # fmt: skip


def episode(*messages: Message) -> Episode:
    return Episode("e1", Scope.of(user_id="ana"), messages, SAID_AT, NO_METADATA)


def fact(said: str = "I moved to Oslo", **fields: Any) -> Fact:  # noqa: ANN401 (the fields of a proposal)
    message = Message(Role.USER, said, "Ana", at=SAID_AT)
    (aimed,) = aim([replace(PROPOSAL, **fields)], {}, episode=episode(message), places=(0,))
    return aimed.fact


def test_statement_that_rules_can_read_has_their_slot() -> None:
    found = fact(attribute="where she lives", value="Oslo")

    assert (found.slot, found.value, found.is_single) == (("ana", "home"), "Oslo", True)


@pytest.mark.parametrize(
    ("given", "attribute", "is_single"),
    [
        ("Place of Residence", "home", True),
        ("date_of_birth", "birthday", True),
        ("home", "home", True),
        ("favourite tree", "favourite tree", False),
        (None, "note", False),
    ],
)
def test_other_statements_have_the_attribute_of_the_model(
    given: str | None, attribute: str, *, is_single: bool
) -> None:
    found = fact(text="Oslo, for Ana, it is", attribute=given)

    assert (found.attribute, found.is_single) == (attribute, is_single)


def test_what_is_over_replaces_nothing() -> None:
    assert fact(text="Ana used to live in Oslo").ended
    assert not fact(text="For Ana it was Oslo until 2020").is_single


@pytest.mark.parametrize(
    ("given", "subject"), [(None, "Ana"), ("the user", "Ana"), ("I", "Ana"), ("Eva", "Eva")]
)
def test_speaker_is_known_by_name(given: str | None, subject: str) -> None:
    assert fact(text="It is about trees", subject=given, value="trees").subject == subject


def test_update_stays_in_the_slot_of_what_it_replaces() -> None:
    stands = Statement("Joana", "residence", "Rome", is_single=False, extractor="scripted:script p@0")
    target = replace(make_memory("Joana lives in Rome"), id="rome", statement=stands)
    proposal = replace(PROPOSAL, verb=Decision.UPDATE, target_id="rome")

    (aimed,) = aim(
        [proposal], {"rome": target}, episode=episode(Message(Role.USER, "I moved to Oslo")), places=(0,)
    )

    assert (aimed.target, aimed.fact.slot) == (target, ("joana", "residence"))
    assert (aimed.fact.value, aimed.fact.is_single) == ("Oslo", False)


def test_rules_reckon_the_time_from_the_words_that_the_model_copied() -> None:
    wrong = datetime(2026, 1, 1, tzinfo=UTC)

    found = fact("I moved to Oslo two days ago", time_words="two days ago", valid_at=wrong)

    assert found.valid_at == datetime(2026, 3, 10, tzinfo=UTC)


def test_date_of_the_model_counts_where_rules_do_not_know_the_words() -> None:
    day = datetime(2026, 2, 14, tzinfo=UTC)

    assert (
        fact(
            "I moved to Oslo den Tag nach der Messe", time_words="den Tag nach der Messe", valid_at=day
        ).valid_at
        == day
    )
    assert fact("I moved to Oslo", valid_at=day).valid_at is None


def test_importance_is_that_of_the_words_with_a_share_of_the_rating() -> None:
    low, high = fact(importance=0.0).importance, fact(importance=1.0).importance

    assert high - low == pytest.approx(limits.MODEL_IMPORTANCE_SHARE, abs=1e-3)
    assert low == pytest.approx(
        (1 - limits.MODEL_IMPORTANCE_SHARE) * importance_of(PROPOSAL.text, Origin.USER), abs=1e-3
    )


def test_echo_is_not_cited() -> None:
    said = episode(
        Message(Role.ASSISTANT, "So you live in Oslo", "Bot"),
        Message(Role.USER, "I live in Oslo", "Ana"),
        Message(Role.USER, "In Oslo, yes", "Ben"),
    )

    (aimed,) = aim([replace(PROPOSAL, positions=(0, 2, 1))], {}, episode=said, places=(0, 1, 2))

    assert (aimed.fact.position, aimed.fact.also) == (1, (2,))


def test_operation_without_a_message_behind_it_is_left_out() -> None:
    nothing = replace(PROPOSAL, verb=Decision.NONE, positions=())

    assert aim([nothing], {}, episode=episode(Message(Role.USER, "Hello")), places=(0,)) == ()


def test_extractor_is_read_back_as_it_is_kept() -> None:
    model = Extractor("ollama:llama3.2", "extract_facts.v1@0a1b")

    assert read_extractor(str(model)) == model
    assert read_extractor("rules") == Extractor("rules")
    assert read_extractor(str(Extractor("http:my model", "p@0"))) == Extractor("http:my_model", "p@0")
