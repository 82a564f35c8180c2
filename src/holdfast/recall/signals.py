"""The signals that score again what others have found: each from 0 to 1, shape (memories,).

In a conversation much is said in passing; a note is kept on purpose, so that signs of talk say nothing there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from holdfast.domain.ranking import Signal
from holdfast.domain.traits import Trait

if TYPE_CHECKING:
    import numpy.typing as npt

    from holdfast.domain.ranking import Floats
    from holdfast.ports import TurnTable
    from holdfast.recall.interpret import Interpretation

    Marks = npt.NDArray[np.bool_]

ENOUGH_WORDS = 25
"""A longer text is no longer better for being long."""

DAYS_AFTER = 14
"""What happened is told of for so many days, and counts less with each."""

_SHARE_OF_ENOUGH = np.array([math.log1p(n) / math.log1p(ENOUGH_WORDS) for n in range(ENOUGH_WORDS + 1)])
_MICROSECONDS_A_DAY = 86_400_000_000


class Sight(NamedTuple):
    """What a signal sees: the question, the candidates, and how well each fits."""

    asked: Interpretation
    table: TurnTable
    fit: Floats

    @property
    def nowhere(self) -> Marks:
        """None of the candidates."""
        return np.zeros(len(self.fit), np.bool_)

    def has(self, trait: Trait) -> Marks:
        """Which candidates have the trait."""
        marks: Marks = (self.table.traits & int(trait)) != 0  # an enum's own operators take longer than all
        return marks

    def told(self, trait: Trait) -> Marks:
        """Which candidates have the trait and are the words of a person."""
        marks: Marks = (self.table.traits & (int(trait) | int(Trait.NOT_A_PERSON))) == int(trait)
        return marks


def reply(sight: Sight) -> Floats:
    """How well the next turn of the conversation fits: an answer says again what it answers."""
    table, said = sight.table, np.zeros(len(sight.fit))
    place = table.keys.searchsorted(table.before)
    place[place == len(table.keys)] = 0
    known = (table.keys[place] == table.before) & table.in_talk if len(place) else place.astype(np.bool_)
    np.maximum.at(said, place[known], sight.fit[known])
    return said


def conversation(sight: Sight) -> Floats:
    """How well the best turn of the same conversation fits."""
    if not len(sight.fit):
        return sight.fit
    threads = sight.table.threads
    best = np.zeros(int(threads.max()) + 1)
    np.maximum.at(best, threads, sight.fit)
    return np.where(sight.table.in_talk, best[threads], sight.fit)


def speaker(sight: Sight) -> Floats:
    """Whether the question names the speaker."""
    names = [_is_named(name, sight.asked.words) for name in sight.table.names]
    named: Floats = np.array(names, np.float64)[sight.table.voices]
    return named


def date(sight: Sight) -> Floats:
    """Whether it was said at a time that the question names; less when soon after."""
    fits = np.zeros(len(sight.fit))
    if not sight.asked.spans:
        return fits
    at = sight.table.at / _MICROSECONDS_A_DAY
    for span in sight.asked.spans:
        start, end = span.start.timestamp() / 86_400, span.end.timestamp() / 86_400
        after = 0.5 * (1 - (at - end) / DAYS_AFTER)
        fits = np.maximum(fits, np.where((at >= start) & (at < end), 1.0, np.where(at >= end, after, 0.0)))
    return fits


def says_when(sight: Sight) -> Marks:
    """Whether it says when, if that is asked."""
    return sight.has(Trait.TIME) if sight.asked.asks_when else sight.nowhere


def instruction(sight: Sight) -> Marks:
    """Whether somebody who may told what to do from now on, if something is to be done."""
    return sight.has(Trait.INSTRUCTION) if sight.asked.asks_for_action else sight.nowhere


def preference(sight: Sight) -> Marks:
    """Whether a person told a taste, if something is to be done."""
    return sight.told(Trait.PREFERENCE) if sight.asked.asks_for_action else sight.nowhere


def person(sight: Sight) -> Marks:
    """Whether a person says it: assistants write much and mostly repeat."""
    return ~sight.has(Trait.NOT_A_PERSON)


def first_person(sight: Sight) -> Marks:
    """Whether the speaker speaks of himself or herself."""
    return sight.has(Trait.FIRST_PERSON) | ~sight.table.in_talk


def statement(sight: Sight) -> Marks:
    """Whether it says something, instead of asking."""
    return ~(sight.has(Trait.QUESTION) & sight.table.in_talk)


def length(sight: Sight) -> Floats:
    """How much it says, by the logarithm of its words up to ``ENOUGH_WORDS``."""
    words = np.minimum(sight.table.lengths, ENOUGH_WORDS).astype(np.intp)
    return np.where(sight.table.in_talk, _SHARE_OF_ENOUGH[words], 1.0)


RESCORING: Mapping[Signal, Callable[[Sight], Floats | Marks]] = {
    Signal.REPLY: reply,
    Signal.CONVERSATION: conversation,
    Signal.SPEAKER: speaker,
    Signal.DATE: date,
    Signal.SAYS_WHEN: says_when,
    Signal.INSTRUCTION: instruction,
    Signal.PREFERENCE: preference,
    Signal.PERSON: person,
    Signal.FIRST_PERSON: first_person,
    Signal.STATEMENT: statement,
    Signal.LENGTH: length,
}


def _is_named(name: str, words: frozenset[str]) -> bool:
    """By any part of the name, but for initials."""
    return any(part in words for part in name.casefold().split() if len(part) > 1)
