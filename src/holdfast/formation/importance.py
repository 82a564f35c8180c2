"""How much a message or a fact matters, judged by its words when it is written."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from holdfast.domain.origin import may_instruct, trust_of
from holdfast.domain.spelling import COMMON_WORDS
from holdfast.domain.traits import Trait, traits_of
from holdfast.formation.patterns import Pattern

if TYPE_CHECKING:
    from holdfast.domain.origin import Origin

INFORMATION, STATEMENT, DATE, NAME = 0.25, 0.1, 0.1, 0.15
FIRST_PERSON, LASTING, REMEMBER = 0.1, 0.15, 0.15
"""What each mark adds; together with nothing missing they make 1."""

INFORMATION_WORDS = 6.0
"""Different telling words of which a text has 63 % of the information that counts."""

_REMEMBER = Pattern(
    r"\b(?:remember|don't forget|do not forget|keep in mind|bear in mind|important|note that)\b"
)
_NAME = Pattern(r"[\d@]|(?<=[^.!?\s] )[^\W\d_a-z][\w'-]")
_WORD = Pattern(r"[^\W_]+")


def importance_of(text: str, origin: Origin) -> float:
    """How much a text that comes from there matters, from 0 to 1.

    The sum of the marks it bears, times the trust in its origin (1 for users, 0.7 for assistants, 0.4 for
    tools): information (1 - exp(-n/6) for n different telling words), a statement rather than a question, a
    date, a name or number, the first person, an instruction or preference, and an explicit "remember". What
    may not instruct gains nothing by the words of an instruction or by "remember".

    Example:
        >>> from holdfast.domain.origin import Origin
        >>> trivial = importance_of("ok thanks", Origin.USER)
        >>> telling = importance_of("Remember that I moved to Berlin in May", Origin.USER)
        >>> round(trivial, 2), round(telling, 2)
        (0.18, 0.7)
    """
    trust, folded = trust_of(origin), text.casefold()
    traits = traits_of(origin, text, trust)
    marks = (
        (INFORMATION, _information(folded)),
        (STATEMENT, float(not traits & Trait.QUESTION)),
        (DATE, float(bool(traits & Trait.TIME))),
        (NAME, float(_NAME.search(text) is not None)),
        (FIRST_PERSON, float(bool(traits & Trait.FIRST_PERSON))),
        (LASTING, float(bool(traits & (Trait.INSTRUCTION | Trait.PREFERENCE)))),
        (REMEMBER, float(may_instruct(trust) and _REMEMBER.search(folded) is not None)),
    )
    return round(sum(weight * mark for weight, mark in marks) * trust, 4)


def _information(folded: str) -> float:
    telling = set(_WORD.findall(folded)) - COMMON_WORDS
    return 1 - math.exp(-len(telling) / INFORMATION_WORDS)
