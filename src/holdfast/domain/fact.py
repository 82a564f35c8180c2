"""What a message states, taken out of its words: of whom, which attribute, which value, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from holdfast.domain.memory import DEFAULT_IMPORTANCE, Kind
from holdfast.domain.statement import Slot, fold

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.domain.entity import Entity
    from holdfast.domain.when import When

DATED = frozenset({"event", "plan"})
"""Attributes whose values may be true again at another time: the same trip, a year later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A statement extracted from a message, not yet stored.

    Attributes:
        text: the statement as a sentence that reads alone: third person, the subject by name.
        kind: a fact, or a standing instruction.
        subject: whom or what it is about; the speaker without a name is "user".
        attribute: which of its attributes, in canonical words.
        value: the value; None where a retraction means every value of the slot.
        is_single: whether the subject has one value of it at a time, so that a new one replaces the old.
        retracts: whether it says that the value does not hold, or holds no longer.
        ended: whether it speaks of what is over. Such a fact never replaces a present value.
        when: when the words say that it began or happened; None when they say nothing, and the time of the
            message counts.
        position: the message of the episode that it comes from, from 0.
        also: further messages that bear it out.
        speaker: who said it, when the message names somebody.
        entities: who and what it names.
        importance: from 0 to 1.
    """

    text: str
    subject: str
    attribute: str
    value: str | None
    is_single: bool
    kind: Kind = Kind.SEMANTIC
    retracts: bool = False
    ended: bool = False
    when: When | None = None
    position: int = 0
    also: tuple[int, ...] = ()
    speaker: str | None = None
    entities: tuple[Entity, ...] = ()
    importance: float = DEFAULT_IMPORTANCE

    @property
    def slot(self) -> Slot:
        """Where an older value is found."""
        return Slot(fold(self.subject), fold(self.attribute))

    @property
    def folded_value(self) -> str | None:
        """The value as values are compared."""
        return None if self.value is None else fold(self.value)

    @property
    def valid_at(self) -> datetime | None:
        """When the words say that it began or happened."""
        return self.when.start if self.when else None

    @property
    def time_words(self) -> str | None:
        """The words that said so."""
        return self.when.words if self.when else None
