"""What a question asks for: times, an action, and whose words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from holdfast.domain.timewords import Span, spans_in

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.domain.beside import Beside
    from holdfast.domain.window import Window

_AFTER_LATIN = "\u0250"

_WORD = re.compile(r"[^\W_]+")
_POSSESSIVE = re.compile(r"['\u2019]s\b")
_WHEN = re.compile(
    r"\A\W*(?:(?:and|but|so|ok|or|well|exactly|roughly|about) )*when\b"
    r"|\bwhen (?:exactly )?(?:did|was|were|is|do|does|will|would|has|have|had|should|shall|can)\b"
    r"|\b(?:know|knows|tell|say|says|said|remember|remembers|recall|wonder|wondering|ask|sure|mention|mentioned|since"
    r"|until|from|and|or)(?: me| us)?(?: exactly| roughly)? when\b"
    r"|\b(?:what|which) (?:day|date|week|month|season|year|time)\b|\bhow long (?:ago|since)\b"
)
"""Not "Whom do we call when we are locked out?", which asks for no time."""

_ACTION = re.compile(
    r"\A\W*(?:(?:can|could|would|will) you|how (?:can|could|should|do|would|might) (?:i|we)|please"
    r"|i(?:['\u2019]m| am) about to|i (?:need|want)|i(?:['\u2019]d| would) like)\b"
    r"|\bwhat (?:should|can|could) i\b|\bwhere (?:do you think|should i)\b"
    r"|\b(?:help me|show me|walk me|give me|suggest|recommend|advise|explain|plan|write|draft|summari[sz]e)\b"
    r"|\bwhat (?:is|are) (?:the|some|a) (?:different|best|good) (?:ways?|options?)\b"
)


_PAST = re.compile(
    r"\b(?:used to|before|previous(?:ly)?|former(?:ly)?|earlier|originally|in the past|back then|ex|old|once"
    r"|first|no longer|any ?more|stopped|changed|history)\b"
)
_LINKS = re.compile(
    r"\bof\b|['\u2019]s\b|\b(?:who|whom|whose|which|that|where)\b"
    r"|\bassociated with\b|\bbelongs? to\b|\bby the\b"
)
_MAY_BE_BESIDE = re.compile(
    r"\b(?:before|after|since|until|till|between|during|throughout|prior|following|leading|same|within|into"
    r"|around the time|(?:day|night|weekend|week|month|year|morning|afternoon|evening|time|occasion)"
    r" (?:of|that|when)|(?:on|during) the (?:day|night|weekend|week|month|year|morning|afternoon|evening))\b"
)
"""Nothing is beside an event without one of these."""

_FIRST_WORD = re.compile(r"\A\W*\w+")
_LINKS_MIN = 2


class Interpretation(NamedTuple):
    """What was understood of a question.

    Attributes:
        words: its words in lower case, to know names by.
        spans: the times that it names.
        asks_when: whether the answer is a time.
        asks_for_action: whether something is to be done, for which rules and tastes matter.
        is_foreign: whether most of its letters are not Latin, so that an English encoder can say little.
        is_of_past: whether it asks for what may be true no longer: "where did Ana live before?".
        links: how often it speaks of something of something: twice in "the birthplace of the author of …".
        beside: the time that it names by an event or a date beside it.
        windows: what is known of that time, once the event is found.
    """

    words: frozenset[str]
    spans: tuple[Span, ...]
    asks_when: bool
    asks_for_action: bool
    is_foreign: bool
    is_of_past: bool
    links: int
    beside: Beside | None = None
    windows: tuple[Window, ...] = ()

    @property
    def is_chained(self) -> bool:
        """Whether it can only be answered over what it does not name."""
        return self.links >= _LINKS_MIN


def interpret(question: str, *, reference: datetime) -> Interpretation:
    """What a question asks for, its time words seen from ``reference``.

    Example:
        >>> from datetime import UTC, datetime
        >>> understood = interpret("When did Ana plant roses?", reference=datetime(2026, 3, 12, tzinfo=UTC))
        >>> understood.asks_when, understood.asks_for_action, "ana" in understood.words
        (True, False, True)
    """
    folded = question.casefold()  # once: patterns that look for either case take three times as long
    return Interpretation(
        words=frozenset(_WORD.findall(_POSSESSIVE.sub("", folded))),
        spans=spans_in(question, reference=reference),
        asks_when=_WHEN.search(folded) is not None,
        asks_for_action=_ACTION.search(folded) is not None,
        is_foreign=_is_foreign(question),
        is_of_past=_PAST.search(folded) is not None,
        links=_count_links(folded),
        beside=_beside(question, folded),
    )


def _beside(question: str, folded: str) -> Beside | None:
    if not _MAY_BE_BESIDE.search(folded):
        return None
    from holdfast.domain.beside import beside_in  # noqa: PLC0415 (few questions need it)

    return beside_in(question)


def _count_links(question: str) -> int:
    rest = _FIRST_WORD.sub("", question)  # the question's own "who" and "which" link nothing
    return len(_LINKS.findall(rest))


def _is_foreign(text: str) -> bool:
    if text.isascii():
        return False
    letters = [character for character in text if character.isalpha()]
    return sum(character >= _AFTER_LATIN for character in letters) > len(letters) / 2
