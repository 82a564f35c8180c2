"""What a message states, taken out of its words: of whom, which attribute, which value, and since when."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from holdfast.domain.memory import DEFAULT_IMPORTANCE, Kind

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.domain.entity import Entity
    from holdfast.domain.when import When

_ACCENT = re.compile("[\u0300-\u036f]+")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[,'\u2019\u202f\u00a0](?=\d{3}\b)")
_SEPARATOR = re.compile(
    r"[\s!\"$()*,;<=>?\[\\\]^_`{|}~\u00a1\u00a7\u00ab\u00b6\u00b7\u00bb\u00bf\u2010-\u2018\u201a-\u205e"
    r"\u3000-\u3003\u3008-\u3011]+"
)
_EDGES = ".:/'-"
_ARTICLE = re.compile(r"\A(?:the|a|an|my|our|some)\s+")

DATED = frozenset({"event", "plan"})
"""Attributes whose values may be true again at another time: the same trip, a year later."""


class Slot(NamedTuple):
    """The place that a value is for: folded subject and attribute. An older value is found by it."""

    subject: str
    attribute: str


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


def fold(text: str) -> str:
    """A name or value as it is compared: case, accents, leading articles and punctuation make no difference.

    What tells values apart stays: the signs of ``C++``, ``C#``, ``UTC+2``, ``18.5`` and ``a@b.c``.

    Example:
        >>> fold("The  São-Paulo Café!"), fold("1,500 euros"), fold("C++")
        ('sao-paulo cafe', '1500 euros', 'c++')
    """
    plain = _ACCENT.sub("", unicodedata.normalize("NFKD", text.casefold()))
    plain = unicodedata.normalize("NFKC", plain).replace("\u2019", "'")
    words = (word.strip(_EDGES) for word in _SEPARATOR.sub(" ", _BETWEEN_DIGITS.sub("", plain)).split())
    return _ARTICLE.sub("", " ".join(word for word in words if word)) or " ".join(text.casefold().split())
