"""What becomes of a fact, given what stands in its slot."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.decision import Decision
from holdfast.domain.fact import Fact
from holdfast.domain.statement import fold
from holdfast.domain.when import When
from holdfast.formation.decide import Standing, Verdict, decide

JAN, FEB, MAR, APR = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3, 4))


def fact(value: str | None = "Oslo", **fields: object) -> Fact:
    base = {
        "text": "Ana lives there",
        "subject": "Ana",
        "attribute": "home",
        "is_single": True,
        "speaker": "Ana",
    }
    return Fact(value=value, **base | fields)  # type: ignore[arg-type]


def when(start: datetime, end: datetime) -> When:
    return When(start, end, "then", 0, 4)


def standing(value: str, valid_at: datetime = JAN, **fields: object) -> Standing:
    return Standing(value, fold(value), value, valid_at, speaker="Ana")._replace(**fields)  # type: ignore[arg-type]


ADD, UPDATE, DELETE, NONE = Decision.ADD, Decision.UPDATE, Decision.DELETE, Decision.NONE
ROME, CLOSED_ROME = standing("Rome"), standing("Rome", invalid_at=FEB)


@pytest.mark.parametrize(
    ("said", "there", "verdict"),
    [
        (fact(), [], Verdict(ADD)),
        (fact("OSLO!"), [standing("Oslo")], Verdict(NONE, ("Oslo",))),
        (fact(), [ROME], Verdict(UPDATE, ("Rome",), MAR)),
        (fact(), [CLOSED_ROME], Verdict(ADD)),
        (fact("Rome"), [CLOSED_ROME, standing("Oslo", FEB)], Verdict(UPDATE, ("Oslo",), MAR)),
        (fact(is_single=False), [ROME], Verdict(ADD)),
        (fact(is_single=False), [ROME, standing("Oslo")], Verdict(NONE, ("Oslo",))),
    ],
)
def test_statement(said: Fact, there: list[Standing], verdict: Verdict) -> None:
    assert decide(said, there, at=MAR) == verdict


@pytest.mark.parametrize(
    ("said", "there", "verdict"),
    [
        (fact("Rome", retracts=True), [ROME], Verdict(DELETE, ("Rome",), MAR)),
        (fact("Oslo", retracts=True), [ROME], Verdict(NONE)),
        (fact(None, retracts=True), [ROME, standing("Oslo")], Verdict(DELETE, ("Rome", "Oslo"), MAR)),
        (fact("Rome", retracts=True), [CLOSED_ROME], Verdict(NONE)),
        (fact("Rome", retracts=True, when=when(FEB, MAR)), [ROME], Verdict(DELETE, ("Rome",), FEB)),
        (fact("Rome", retracts=True), [standing("Rome", trust=2.0)], Verdict(NONE, contradicts=("Rome",))),
    ],
)
def test_retraction(said: Fact, there: list[Standing], verdict: Verdict) -> None:
    assert decide(said, there, at=MAR) == verdict


@pytest.mark.parametrize(
    ("said", "there", "verdict"),
    [
        (fact("Rome", ended=True), [standing("Oslo")], Verdict(ADD, closes_at=MAR)),
        (fact("Rome", ended=True, when=when(JAN, FEB)), [standing("Oslo")], Verdict(ADD, closes_at=FEB)),
        (fact("Rome", ended=True), [ROME], Verdict(DELETE, ("Rome",), MAR)),
        (fact("Rome", ended=True), [CLOSED_ROME], Verdict(NONE, ("Rome",))),
    ],
)
def test_what_is_over_replaces_nothing(said: Fact, there: list[Standing], verdict: Verdict) -> None:
    assert decide(said, there, at=MAR) == verdict


def test_later_arriving_but_earlier_dated_statement_is_closed_already() -> None:
    assert decide(fact(), [standing("Rome", APR)], at=MAR) == Verdict(ADD, closes_at=APR)
    dated = fact(when=when(JAN, FEB))
    assert decide(dated, [standing("Rome", FEB)], at=APR) == Verdict(ADD, closes_at=FEB)


@pytest.mark.parametrize(
    ("there", "at", "verdict"),
    [
        (standing("Rome", APR, is_dated=False), APR, Verdict(UPDATE, ("Rome",), APR)),
        (standing("Rome", APR, is_dated=True), APR, Verdict(ADD, closes_at=APR)),
        (standing("Rome", APR, is_dated=False), MAR, Verdict(ADD, closes_at=APR)),
        (standing("Rome", APR, is_dated=False, trust=0.9), APR, Verdict(UPDATE, ("Rome",), APR)),
        (standing("Rome", APR, is_dated=False, invalid_at=APR), APR, Verdict(ADD)),
        (standing("Rome", JAN.replace(year=2028), is_dated=False), JAN.replace(year=2029), None),
    ],
    ids=["said before", "dated", "said later", "trusted less", "gave way before", "years after"],
)
def test_value_that_was_only_true_when_it_was_said_gives_way_to_a_move_before_it(
    there: Standing, at: datetime, verdict: Verdict | None
) -> None:
    moved = fact(when=when(FEB, MAR))

    assert decide(moved, [there], at=at) == (verdict or Verdict(ADD, closes_at=there.valid_at))


def test_month_that_may_lie_after_the_standing_value_replaces_it() -> None:
    in_february = fact(when=when(FEB, MAR))
    said_early_in_february = standing("Rome", datetime(2026, 2, 3, tzinfo=UTC))

    verdict = decide(in_february, [said_early_in_february], at=MAR)

    assert verdict == Verdict(UPDATE, ("Rome",), said_early_in_february.valid_at)


@pytest.mark.parametrize(
    ("speaker", "trust", "verdict"),
    [
        ("Ana", 1.0, Verdict(UPDATE, ("Rome",), MAR)),
        ("Ben", 1.0, Verdict(ADD, contradicts=("Rome",))),
        ("Ben", 2.0, Verdict(UPDATE, ("Rome",), MAR)),
        ("Ben", 0.5, Verdict(ADD, contradicts=("Rome",))),
        ("Ana", 0.5, Verdict(ADD, contradicts=("Rome",))),
    ],
)
def test_same_instant(speaker: str, trust: float, verdict: Verdict) -> None:
    assert decide(fact(speaker=speaker), [standing("Rome", MAR)], at=MAR, trust=trust) == verdict


def test_lower_trust_never_replaces_higher_trust() -> None:
    assert decide(fact(), [ROME], at=MAR, trust=0.5) == Verdict(ADD, contradicts=("Rome",))


def test_same_event_at_another_time_is_another_event() -> None:
    trip = {"attribute": "event", "is_single": False}
    there = [standing("went to Rome", JAN)]

    assert decide(fact("went to Rome", when=when(JAN, FEB), **trip), there, at=MAR).decision is NONE
    assert decide(fact("went to Rome", when=when(FEB, MAR), **trip), there, at=MAR).decision is ADD


TIMES = st.sampled_from([JAN, FEB, MAR, APR])
STANDING = st.builds(
    Standing,
    id=st.uuids().map(str),
    value=st.sampled_from(["rome", "oslo", "lima"]),
    text=st.just("t"),
    valid_at=TIMES,
    invalid_at=st.none() | TIMES,
    trust=st.sampled_from([0.5, 1.0]),
    speaker=st.sampled_from(["Ana", "Ben", None]),
)
FACTS = st.builds(
    fact,
    st.sampled_from(["Rome", "Oslo", "Lima"]),
    is_single=st.booleans(),
    retracts=st.booleans(),
    ended=st.booleans(),
)


@given(FACTS, st.lists(STANDING, max_size=5), TIMES, st.sampled_from([0.5, 1.0]))
def test_nothing_closes_before_it_began_or_over_higher_trust(
    said: Fact, there: list[Standing], at: datetime, trust: float
) -> None:
    verdict = decide(said, there, at=at, trust=trust)
    targets = [each for each in there if each.id in verdict.targets]

    assert len(targets) == len(verdict.targets)
    if verdict.decision in {UPDATE, DELETE}:
        assert targets
        assert verdict.closes_at is not None
        assert all(each.trust <= trust and each.valid_at <= verdict.closes_at for each in targets)
