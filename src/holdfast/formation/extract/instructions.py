"""Reads standing instructions: what is to be done from now on, or kept in mind."""

from __future__ import annotations

import re
from typing import NamedTuple

from holdfast.formation.patterns import Pattern

_STANDING = Pattern(
    r"(?:please,? |and |also,? |so,? |but )*(?:from now on|going forward|in (?:the )?future|from here on"
    r"|whenever|every time|each time"
    r"|any time|make sure (?:to |that you |you )?(?:always|never)|(?:do not|don't) ever|always"
    r"|never(?: ever)?)\b,? (?P<rest>.+)",
    re.IGNORECASE,
)
_REMEMBER = Pattern(
    r"(?:please,? |and |also,? )*(?:always )?(?:remember|keep in mind|bear in mind|don't forget"
    r"|do not forget|make a note|note)"
    r"(?: down)?(?: that|:) (?P<rest>.+)",
    re.IGNORECASE,
)
_EACH_TIME = Pattern(r"(?:please,? )*(?:whenever|every time|each time|any time)\b", re.IGNORECASE)
_NO_ORDER = Pattern(
    r"(?:mind|heard|been|had|again|a|an|the|too|knew|thought|seen|said|have|has|is|was|am|are|will|would|i"
    r"|i'm|i've|i'd|he|she|they|it"
    r"|that|this|you|your|happy|there|nice|good|ready|happens?|gets?|works?|makes?|seems?|looks?|feels?"
    r"|fails?|wanted|liked|on time"
    r"|late|true|fun|great|my|his|her|their|our|we|we'll|[a-z]+ed|surprised|curious|more|less|in|at|so|as"
    r"|quite|one|did|do i|do you|done|gone|felt|met|got|gotten|made|found|told|given|known|understood"
    r"|forgotten|ever|here|around|up|down|grateful|glad|proud|love|give up|stop|forget|lose|hesitate"
    r"|be afraid|enough|(?!bring|ping|ring|sing)[a-z]+ing)\b",
    re.IGNORECASE,
)
_OFFER = Pattern(
    r"\b(?:hesitate|feel free|let me know|reach out|i'm here|i am here|count on me)\b", re.IGNORECASE
)
_WORDS_MIN = 3


class Instruction(NamedTuple):
    """What a sentence wants done, or kept in mind; ``states`` is what is to be kept."""

    text: str
    states: str | None = None


def instruction_in(sentence: str) -> Instruction | None:
    """The standing instruction that a sentence is.

    Example:
        >>> instruction_in("Always answer in metric units")
        Instruction(text='Always answer in metric units', states=None)
    """
    remember = _REMEMBER.match(sentence)
    if remember:
        return Instruction(remember["rest"], states=remember["rest"])
    if len(sentence.split()) < _WORDS_MIN:
        return None
    standing = _STANDING.match(sentence)
    if standing is None or _OFFER.search(sentence):
        return None
    rest = standing["rest"]
    if _EACH_TIME.match(sentence):
        return (
            Instruction(sentence)
            if re.search(r", (?:please )?(?!i\b|we\b|it\b|he\b|she\b|they\b|my\b|there\b)[a-z]", rest)
            else None
        )
    return None if _NO_ORDER.match(rest) else Instruction(sentence)
