"""Decides what becomes of a fact, given what stands in its slot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from holdfast.domain.decision import Decision
from holdfast.domain.fact import DATED
from holdfast.domain.statement import fold

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.domain.fact import Fact


MOVED_WITHIN = timedelta(days=366)
"""Who says "I live in Rome", then "I moved to Berlin last month", lives in Berlin: the first tells that it
was true when it was said, not since when. A move longer ago may have been followed by one to Rome."""


class Standing(NamedTuple):
    """A stored fact of the same slot; ``value`` is folded, ``speaker`` is who said it, by name.

    ``is_dated`` says whether its words told since when. Else ``valid_at`` is when it was said, and it began
    at an unknown time before.
    """

    id: str
    value: str
    text: str
    valid_at: datetime
    invalid_at: datetime | None = None
    trust: float = 1.0
    speaker: str | None = None
    is_dated: bool = True


class Verdict(NamedTuple):
    """What a fact does.

    Attributes:
        decision: ADD, UPDATE, DELETE or NONE.
        targets: the standing facts that it replaces, closes or says again; none for ADD.
        closes_at: for UPDATE and DELETE, when the targets ceased to be true; for an ADD of what is over
            already, when that ended; else None.
        contradicts: standing facts that it speaks against without deciding the matter: both stay, linked.
    """

    decision: Decision
    targets: tuple[str, ...] = ()
    closes_at: datetime | None = None
    contradicts: tuple[str, ...] = ()


def decide(fact: Fact, standing: Sequence[Standing], *, at: datetime, trust: float = 1.0) -> Verdict:
    """What becomes of a fact that was said ``at`` an instant and is trusted so far, from 0 to 1.

    ``standing`` are the facts of its slot, closed ones too. Nothing that is trusted less replaces or closes
    what is trusted more, and nothing of an earlier date replaces what is of a later one and trusted as far.
    But what tells no more than that it was true when it was said gives way to what is said after it and began
    within the year before.
    """
    if fact.retracts:
        return _taken_back(fact, standing, at, trust)
    if fact.ended:
        return _over(fact, standing, at, trust)
    again = [each for each in standing if _is_true_at(each, fact, at) and _says(fact, each)]
    if any(each.trust >= trust for each in again):
        return Verdict(Decision.NONE, _ids(again))
    if again:  # said so far by those who are trusted less: now it stands on better words
        return Verdict(
            Decision.UPDATE, _ids(again), max(fact.valid_at or at, *(each.valid_at for each in again))
        )
    return _replacing(fact, standing, at, trust) if fact.is_single else Verdict(Decision.ADD)


def _taken_back(fact: Fact, standing: Sequence[Standing], at: datetime, trust: float) -> Verdict:
    moment = fact.valid_at or at
    named = [
        each
        for each in standing
        if each.invalid_at is None and (fact.value is None or each.value == fact.folded_value)
    ]
    closed = [each for each in named if each.trust <= trust and each.valid_at <= max(at, moment)]
    if not closed:
        return Verdict(Decision.NONE, contradicts=_ids(named))
    return Verdict(Decision.DELETE, _ids(closed), max(moment, *(each.valid_at for each in closed)))


def _over(fact: Fact, standing: Sequence[Standing], at: datetime, trust: float) -> Verdict:
    """What is over closes its value where that stands, and is otherwise kept as what once was."""
    same = [each for each in standing if each.value == fact.folded_value]
    still_open = [each for each in same if each.invalid_at is None and each.trust <= trust]
    ended_at = min(fact.when.end, at) if fact.when else at
    if still_open:
        return Verdict(
            Decision.DELETE, _ids(still_open), max(ended_at, *(each.valid_at for each in still_open))
        )
    if same:
        return Verdict(Decision.NONE, _ids(same))
    return Verdict(Decision.ADD, closes_at=ended_at)


def _replacing(fact: Fact, standing: Sequence[Standing], at: datetime, trust: float) -> Verdict:
    moment = fact.valid_at or at
    latest = fact.when.end if fact.when else at  # "in May" may be any day of it
    standing = [each for each in standing if each.invalid_at is None or each.invalid_at > each.valid_at]
    later = [
        each.valid_at
        for each in standing
        if each.valid_at > moment
        and each.valid_at >= latest
        and each.trust >= trust
        and not _gives_way(each, fact, at)
    ]
    if later:
        return Verdict(Decision.ADD, closes_at=min(later))
    present = [each for each in standing if each.invalid_at is None or each.invalid_at > moment]
    stays = [each for each in present if each.trust > trust or _is_undecided(each, fact, moment, trust)]
    if stays:
        return Verdict(Decision.ADD, contradicts=_ids(stays))
    if not present:
        return Verdict(Decision.ADD)
    return Verdict(Decision.UPDATE, _ids(present), max(moment, *(each.valid_at for each in present)))


def _gives_way(each: Standing, fact: Fact, at: datetime) -> bool:
    """Whether a value that was true when it was said had been left by then, as is told after it."""
    if each.is_dated or each.invalid_at is not None or fact.when is None:
        return False
    return each.valid_at <= at and each.valid_at - fact.when.end <= MOVED_WITHIN


def _is_undecided(each: Standing, fact: Fact, moment: datetime, trust: float) -> bool:
    """Whether two speakers who are trusted alike say different things of the same instant."""
    return each.valid_at == moment and each.trust == trust and each.speaker != fact.speaker


def _is_true_at(each: Standing, fact: Fact, at: datetime) -> bool:
    moment = fact.valid_at or at
    return each.invalid_at is None or (each.valid_at <= moment < each.invalid_at)


def _says(fact: Fact, each: Standing) -> bool:
    if each.value != fact.folded_value:
        return False
    return fold(fact.attribute) not in DATED or fact.when is None or fact.when.start == each.valid_at


def _ids(standing: Sequence[Standing]) -> tuple[str, ...]:
    return tuple(each.id for each in standing)
