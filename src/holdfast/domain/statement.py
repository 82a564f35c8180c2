"""What a stored fact states, apart from its words: of whom, which attribute, and which value."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

_ACCENT = re.compile("[\u0300-\u036f]+")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[,'\u2019\u202f\u00a0](?=\d{3}\b)")
_SEPARATOR = re.compile(
    r"[\s!\"$()*,;<=>?\[\\\]^_`{|}~\u00a1\u00a7\u00ab\u00b6\u00b7\u00bb\u00bf\u2010-\u2018\u201a-\u205e"
    r"\u3000-\u3003\u3008-\u3011]+"
)
_EDGES = ".:/'-"
_ARTICLE = re.compile(r"\A(?:the|a|an|my|our|some)\s+")


class Slot(NamedTuple):
    """The place that a value is for: folded subject and attribute. An older value is found by it."""

    subject: str
    attribute: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What a memory states, when it is a fact or an instruction.

    Attributes:
        subject: whom or what it is about.
        attribute: which of its attributes.
        value: the value.
        is_single: whether the subject has one value of it at a time.
        extractor: what derived it: ``rules``, or a model and its prompt (``domain.extractor``).
    """

    subject: str
    attribute: str
    value: str
    is_single: bool
    extractor: str

    @property
    def slot(self) -> Slot:
        """Where an older value is found."""
        return Slot(fold(self.subject), fold(self.attribute))


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
