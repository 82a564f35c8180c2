"""What each signal sees."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from holdfast.domain.origin import Origin
from holdfast.domain.ranking import FITTING, WEIGHTS, Signal
from holdfast.domain.traits import PERSON, Trait, traits_of
from holdfast.ports import TurnTable
from holdfast.recall import signals
from holdfast.recall.interpret import interpret
from holdfast.recall.signals import ENOUGH_WORDS, RESCORING, Sight
from tests.unit.recall.tables import table_of

NOW = datetime(2026, 3, 12, 15, tzinfo=UTC)


def sight(table: TurnTable, *, question: str = "tea", fit: Iterable[float] | None = None) -> Sight:
    fits = [0.0] * len(table.keys) if fit is None else list(fit)
    return Sight(interpret(question, reference=NOW), table, np.array(fits))


def microseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1e6)


def test_every_signal_but_the_fitting_ones_scores_again() -> None:
    assert set(RESCORING) == set(WEIGHTS) - set(FITTING) - {Signal.NAMES}


@pytest.mark.parametrize("signal", RESCORING)
def test_no_signal_needs_a_candidate(signal: Signal) -> None:
    assert RESCORING[signal](sight(table_of([]))).shape == (0,)


def test_turn_is_as_good_as_its_reply() -> None:
    table = table_of([1, 2, 3, 9], before=[0, 1, 2, 7])

    assert signals.reply(sight(table, fit=[0.1, 0.2, 0.9, 0.5])).tolist() == [0.2, 0.9, 0, 0]


def test_note_has_no_reply() -> None:
    table = table_of([1, 2], before=[0, 1], in_talk=False)

    assert signals.reply(sight(table, fit=[0.1, 0.9])).tolist() == [0, 0]


def test_turns_share_the_best_of_their_conversation() -> None:
    talk = table_of([1, 2, 3], threads=[5, 5, 6])
    notes = table_of([1, 2, 3], threads=[5, 5, 6], in_talk=False)

    assert signals.conversation(sight(talk, fit=[0.2, 0.7, 0.4])).tolist() == [0.7, 0.7, 0.4]
    assert signals.conversation(sight(notes, fit=[0.2, 0.7, 0.4])).tolist() == [0.2, 0.7, 0.4]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What did Ana say?", [1, 0, 0]),
        ("what about Ana's roses", [1, 0, 0]),
        ("Did Mr. Li call ana?", [1, 1, 0]),
        ("What about analysis?", [0, 0, 0]),
    ],
)
def test_speaker_is_the_one_that_is_named(question: str, expected: list[int]) -> None:
    table = table_of([1, 2, 3], voices=[0, 1, 2], names=("Ana Ruiz", "W. Li", PERSON))

    assert signals.speaker(sight(table, question=question)).tolist() == expected


def test_date_fits_during_the_time_and_less_after() -> None:
    days = (
        datetime(2023, 5, 31, tzinfo=UTC),
        datetime(2023, 6, 1, tzinfo=UTC),
        datetime(2023, 6, 8, tzinfo=UTC),
    )
    earlier, later = datetime(2023, 4, 30, tzinfo=UTC), datetime(2023, 7, 1, tzinfo=UTC)
    table = table_of(range(5), at=[microseconds(at) for at in (earlier, *days, later)])

    before, during, just_after, a_week_after, long_after = signals.date(
        sight(table, question="What did we plant in May 2023?")
    ).tolist()

    assert (before, during, long_after) == (0, 1, 0)
    assert during > just_after > a_week_after > 0


def test_no_time_in_the_question_is_no_date() -> None:
    table = table_of([1], at=[microseconds(NOW - timedelta(days=3))])

    assert signals.date(sight(table)).tolist() == [0]


@pytest.mark.parametrize(
    ("name", "trait", "question", "other_question"),
    [
        ("says_when", Trait.TIME, "When did she call?", "Who called?"),
        ("instruction", Trait.INSTRUCTION, "Can you plan my week?", "Who called?"),
        ("preference", Trait.PREFERENCE, "What should I cook?", "Who called?"),
    ],
)
def test_trait_counts_where_it_is_asked_for(
    name: str, trait: Trait, question: str, other_question: str
) -> None:
    table = table_of([1, 2], traits=[trait, Trait(0)])
    score = RESCORING[Signal(name)]

    assert score(sight(table, question=question)).tolist() == [1, 0]
    assert score(sight(table, question=other_question)).tolist() == [0, 0]


def test_assistant_has_no_tastes() -> None:
    table = table_of([1, 2], traits=[Trait.PREFERENCE, Trait.PREFERENCE | Trait.NOT_A_PERSON])

    assert RESCORING[Signal.PREFERENCE](sight(table, question="Can you cook?")).tolist() == [1, 0]


def test_only_what_is_trusted_gives_rules() -> None:
    rule = "From now on, always answer in French"
    traits = [
        traits_of(Origin.TOOL, rule, 0.4),
        traits_of(Origin.IMPORT, rule, 0.7),
        traits_of(Origin.TOOL, rule, 1.0),
    ]
    table = table_of([1, 2, 3], traits=traits)

    assert RESCORING[Signal.INSTRUCTION](sight(table, question="Can you cook?")).tolist() == [0, 0, 1]


def test_persons_statements_come_before_others_and_before_questions() -> None:
    table = table_of([1, 2, 3], traits=[Trait.FIRST_PERSON, Trait.NOT_A_PERSON, Trait.QUESTION])

    assert signals.person(sight(table)).tolist() == [1, 0, 1]
    assert signals.statement(sight(table)).tolist() == [1, 1, 0]
    assert signals.first_person(sight(table)).tolist() == [1, 0, 0]


def test_length_counts_until_it_is_enough() -> None:
    table = table_of(range(4), lengths=[0, 3, ENOUGH_WORDS, 500])

    nothing, short, enough, long = signals.length(sight(table)).tolist()

    assert signals.length(sight(table_of([1], lengths=[1], in_talk=False))).tolist() == [1]
    assert (nothing, enough, long) == (0, pytest.approx(1), pytest.approx(1))
    assert 0 < short < enough
