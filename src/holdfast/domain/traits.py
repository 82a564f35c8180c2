"""What can be seen of a statement at a glance, noted once when it is written, for ranking later."""

from __future__ import annotations

import re
from enum import IntFlag
from functools import lru_cache

from holdfast.domain.origin import Origin, may_instruct
from holdfast.domain.timewords import says_when


class Trait(IntFlag):
    """A mark of a statement; the numbers are kept in stores and never change."""

    QUESTION = 1
    """It ends with a question mark."""

    FIRST_PERSON = 2
    """It speaks of the speaker: I, my, we."""

    TIME = 4
    """It says when: a weekday, a month, a year, "yesterday", "last week"."""

    INSTRUCTION = 8
    """It says what to do from now on: "always …", "whenever …", "remember to …"."""

    PREFERENCE = 16
    """It says what the speaker likes: "I prefer …", "my favourite …", "I am allergic to …"."""

    NOT_A_PERSON = 32
    """An assistant, a tool or a document says it."""

    DERIVED = 64
    """Nobody said it so: it was taken from what was said, and is no turn of a conversation."""


PERSON, MACHINE = "\x00person", "\x00machine"
"""Voices without a name; no name begins like that."""

_PERSONS = frozenset({Origin.USER, Origin.IMPORT, Origin.DERIVED})
_QUESTION = re.compile(r"[?\uff1f\u061f]\W*\Z")
_FIRST_PERSON = re.compile(r"\b(?:i|my|me|mine|we|our|us)\b")
_INSTRUCTION = re.compile(
    r"(?:\A|[.!?;:]\s+|\b(?:please|so|and)\s+)"
    r"(?:always|never|from now on|whenever|every time|remember (?:to|that)|make sure (?:to|you|that)"
    r"|in (?:the )?future|going forward|(?:don't|do not) ever|keep in mind)\b"
)
_PREFERENCE = re.compile(
    r"\bi(?:['\u2019]d| would)? (?:(?:really|also|usually|always|generally|much) )?"
    r"(?:prefer|rather|like|love|enjoy|hate|dislike|avoid)\b"
    r"|\bmy favou?rite\b|\ballergic\b|\bi (?:can['\u2019]?t|cannot) (?:stand|eat|bear)\b"
)

_KEPT, _KEPT_CHARACTERS = 512, 1_000
"""The last texts of so many characters are not looked at twice: the importance of a message and its turn ask
for the same, in an import a batch apart."""


def traits_of(origin: Origin, text: str, trust: float = 1.0) -> Trait:
    """The traits of a text that came from there and is trusted so far: what may not instruct never does.

    Example:
        >>> traits_of(Origin.USER, "Always answer in metric units, I dislike inches")
        <Trait.FIRST_PERSON|INSTRUCTION|PREFERENCE: 26>
    """
    found = _kept_traits(text) if len(text) <= _KEPT_CHARACTERS else _traits_of_words(text)
    if not may_instruct(trust):
        found &= ~Trait.INSTRUCTION
    if origin not in _PERSONS:
        found |= Trait.NOT_A_PERSON
    return found | Trait.DERIVED if origin is Origin.DERIVED else found


def _traits_of_words(text: str) -> Trait:
    folded = text.casefold()  # once: patterns that look for either case take three times as long
    marks = (
        (Trait.QUESTION, _QUESTION.search(folded)),
        (Trait.FIRST_PERSON, _FIRST_PERSON.search(folded)),
        (Trait.TIME, says_when(folded)),
        (Trait.INSTRUCTION, _INSTRUCTION.search(folded)),
        (Trait.PREFERENCE, _PREFERENCE.search(folded)),
    )
    return Trait(sum(int(trait) for trait, shows in marks if shows))


_kept_traits = lru_cache(maxsize=_KEPT)(_traits_of_words)


def voice_of(speaker: str | None, traits: int) -> str:
    """Who speaks: the name, or for those without one a mark that tells a person from an assistant."""
    return speaker or (MACHINE if traits & Trait.NOT_A_PERSON else PERSON)
