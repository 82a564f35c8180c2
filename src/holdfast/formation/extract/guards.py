"""What looks like a statement and is none: wishes, guesses, jokes, and what others are said to have said."""

from __future__ import annotations

import re
from functools import lru_cache

from holdfast.formation.patterns import Pattern

_NOT_MEANT = Pattern(
    r"\AIf\b|\b(?:(?-i:if)|whether|unless|wish|imagine|suppos(?:e|ed|ing)|pretend(?:ing)?|hypothetically"
    r"|as though|kidding|joking"
    r"|just a joke|sarcas\w*|obviously|yeah,? right|as if|/s|once upon|in (?:the|a|my) (?:film|movie|book"
    r"|novel|story|game"
    r"|dream|song|play|show)|role-?play|lorem|for example|for instance|e\.g|let's say|what if|would have"
    r"|could have"
    r"|quote|unquote|rumou?r(?:s|ed)?|apparently|allegedly|according to|not sure|i doubt|no idea|who knows"
    r"|translate|proofread|rewrite|summari[sz]e|the following)\b",
    re.IGNORECASE,
)
_REPORTED = Pattern(
    r"\b(?:said|says|saying|told (?!you\b)|tells|asked|asks|asking|claims?|claimed|heard|thinks?|thought"
    r"|believes?|believed"
    r"|wonder(?:s|ed|ing)?|suspects?|reckons?|insists?|insisted|mentioned|wrote that|replied|answered"
    r"|suggest(?:s|ed)"
    r"|assum(?:e|es|ed)|guess|hopes?|hoping|dream(?:s|ed|t|ing)?|seems?|feels? like|felt like|jokes?"
    r"|joked)\b",
)
_OWN_WORD = Pattern(
    r"\A(?:as )?i (?:said|mentioned|told you)(?: before| earlier| already)?,? ?(?:that )?", re.IGNORECASE
)
_UNSURE = Pattern(
    r"\b(?:might|may(?! \d)|maybe|perhaps|possibly|probably|would|could|should|considering|thinking (?:of"
    r"|about)"
    r"|want(?:ed|s)? to|hardly|almost|nearly|not yet|pretty sure|likely|tempted|supposedly|ought)\b",
    re.IGNORECASE,
)
_MAY_MONTH = Pattern(
    r"\b(?:in|last|this|next|since|until|by|early|late|of|on|\d{1,2}(?:st|nd|rd|th)?) May\b|\bMay \d"
)
_ASKING = Pattern(
    r"(?:do|does|did|is|are|was|were|am|can|could|would|will|should|shall|have|has|had|what|who|whom|whose"
    r"|where|when"
    r"|why|how|which|tell me|show me|explain|give me|help me|write|let's|let me|thanks|thank you|sorry"
    r"|please (?!always"
    r"|never|remember|forget|call|note|don't|make sure|from|do not|keep|use))\b",
    re.IGNORECASE,
)
_QUOTED_SELF = Pattern(
    r"[\"\u201c\u00ab][^\"\u201d\u00bb]*\b(?:i|i'm|my|we)\b[^\"\u201d\u00bb]*[\"\u201d\u00bb]", re.IGNORECASE
)


def is_meant(sentence: str) -> bool:
    """Whether a sentence states what its speaker holds to be so.

    Example:
        >>> [is_meant(text) for text in ("I live in Oslo", "If I lived in Oslo", "He said I am late")]
        [True, False, False]
    """
    own = _OWN_WORD.sub("", sentence)
    return not (_is_play(own) or _REPORTED.search(own))


def is_real(sentence: str) -> bool:
    """Whether a sentence speaks of this world, be it as a question or of what somebody said."""
    return not _is_play(sentence)


@lru_cache(maxsize=16)  # a sentence is asked for both
def _is_play(sentence: str) -> bool:
    return _NOT_MEANT.search(sentence) is not None or _QUOTED_SELF.search(sentence) is not None


def is_sure(clause: str) -> bool:
    """Whether a clause leaves no doubt about what it states."""
    return not _UNSURE.search(_MAY_MONTH.sub("", clause))


def asks(sentence: str) -> bool:
    """Whether a sentence asks for something, with or without a question mark."""
    return _ASKING.match(sentence) is not None
