"""Times that a question names by an event or a date beside them: "two days before her birthday"."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple

from holdfast.domain.spelling import COMMON_WORDS
from holdfast.domain.timewords import COUNT, WEEKDAYS, read_count, times_in


class Side(StrEnum):
    """Where the time lies: before, at or after what it is named by, since then, or between two of them."""

    BEFORE = "before"
    AT = "at"
    SINCE = "since"
    AFTER = "after"
    BETWEEN = "between"


class Reach(StrEnum):
    """How far from it: exactly so much, the next so much, not far, or however far."""

    EXACT = "exact"
    NEXT = "next"
    NEAR = "near"
    OPEN = "open"


class Beside(NamedTuple):
    """A time beside an event or a date.

    Attributes:
        anchor: the words for that event or date.
        side: where the time lies.
        reach: how far it lies from there.
        units: how many; 1 where only the unit is named.
        unit: a day, week, weekend, month, year or day of the week; empty where none is named.
        vague: whether the count is only about right: "a few days".
        until: the words for the other end of what lies between two.
        rest: the question without these words.
    """

    anchor: str
    side: Side
    reach: Reach
    units: int
    unit: str
    vague: bool
    until: str
    rest: str


_UNIT = r"(?P<unit>day|night|morning|afternoon|evening|weekend|week|month|year)"
_DAYS = r"(?P<unit>day|night|morning|afternoon|evening|weekend|week|month|year|" + "|".join(WEEKDAYS) + ")"
_SIDE = r"(?P<side>before|after|since|prior to|following|into|leading up to)"
_WORDS = r"(?:[^,?!;]|, ?(?=(?:19|20)\d\d\b))+?"
_ANCHOR = rf"(?P<anchor>(?!(?:how|what|when|which|who|whom|whose)\b|\w+ing(?:[?!,.]|\Z)){_WORDS})"
_END = r"(?=,(?! ?(?:19|20)\d\d\b)|[?!;]|\.(?:\s|\Z)|\Z|\s(?:what|where|who|whom|which|why|how|did|does)\s)"
_SOON = r"(?:right|just|shortly|soon|immediately|straight|directly|not long)"

_THROUGH = r"(?:(?:in|during|over|within|throughout) (?:the )?|the )"
_THE = r"(?:the|that|on the|last)(?: very| next| following| previous| whole)?"

_RULES: tuple[tuple[str, Reach], ...] = tuple(
    (pattern + _END, reach)
    for pattern, reach in (
        (rf"\bbetween (?P<until>{_WORDS}) and {_ANCHOR}", Reach.OPEN),
        (rf"\bwithin (?P<side>)(?:the )?{COUNT} {_UNIT}s? of {_ANCHOR}", Reach.NEAR),
        (
            rf"\b{_THROUGH}(?:last |first |final |next )?{COUNT} {_UNIT}s {_SIDE} {_ANCHOR}",
            Reach.NEXT,
        ),
        (rf"\b{COUNT} {_UNIT}s? {_SIDE} {_ANCHOR}", Reach.EXACT),
        (
            rf"\b{_THE} {_DAYS} (?:{_SOON} )?{_SIDE} {_ANCHOR}",
            Reach.NEXT,
        ),
        (rf"\b(?:the )?days {_SIDE} {_ANCHOR}", Reach.NEAR),
        (rf"\b(?:the )?same {_UNIT} (?P<side>)(?:as|of|that|when) {_ANCHOR}", Reach.NEXT),
        (rf"\b(?:the|that|on the) (?:very )?{_UNIT} (?P<side>)(?:of|that|when) {_ANCHOR}", Reach.NEXT),
        (rf"\b(?:on|during) the {_UNIT} (?P<side>){_ANCHOR}", Reach.NEXT),
        (rf"\b(?P<side>)around the time (?:of|that|when) {_ANCHOR}", Reach.NEAR),
        (
            rf"\b(?P<side>)(?:during|throughout|at the time (?:of|that|when)|on the occasion of) {_ANCHOR}",
            Reach.EXACT,
        ),
        (rf"\b(?:{_SOON}|a bit|a little) (?P<side>before|after) {_ANCHOR}", Reach.NEAR),
        (rf"\b(?:ever )?(?P<side>since|before|after|until|till|prior to) {_ANCHOR}", Reach.OPEN),
    )
)
"""What is understood, in the order in which it is looked for: what says more comes first. The patterns are
compiled when they are first needed, by ``re`` itself."""

_SIDES = {
    "before": Side.BEFORE,
    "prior to": Side.BEFORE,
    "leading up to": Side.BEFORE,
    "until": Side.BEFORE,
    "till": Side.BEFORE,
    "": Side.AT,
    "since": Side.SINCE,
}

_VAGUE = frozenset({"few", "a few", "couple of", "a couple of"})

_LENGTH = r"\bhow (?:long|soon|much|many)\b[^,?]*\Z"
"""Asks for the time in between, not for what was then."""

_PHRASAL = r"\b(?:look(?:s|ed|ing)?|named?|tak(?:es?|ing)|took|ask(?:s|ed|ing)?|chas\w+|day) \Z"
"""Before "after": looking after a dog is no time."""

_SOME_DAY = datetime(2000, 1, 3, tzinfo=UTC)
"""Whether words are a date does not hang on the day."""

_NO_EVENT = frozenset(
    """
    all bed bedtime breakfast christmas-time class days dinner everyone hours last lunch midnight morning
    night noon school sunrise sunset supper time times work
    day week weekend month year today now then that this these those it me him her them us you
    """.split()  # noqa: SIM905 (as a list it would fill a page)
)
"""Every day's work and meals, and what points to something that was said."""

_BETWEEN_TIMES = (
    r"\A(?:the|her|his|their|my|our|your|its|a|an|when|moving|getting|starting|leaving|meeting)\b"
    r"|['\u2019]s\b|\d|\b(?:january|february|march|april|may|june|july|august|september|october|november"
    r"|december|yesterday|last|spring|summer|autumn|winter)\b"
)
_COMPARED = (
    r"\b(?:differ\w*|relation\w*|similar\w*|choos\w*|choice|decid\w*|connect\w*|distance|compar\w*|link\w*"
    r"|common|conflict|fight|split|torn|balance|friendship|conversation|agreement)\b[^,?]*\Z"
)
_WORD = r"[^\W_]+"


def beside_in(question: str) -> Beside | None:
    """The time that a question names by an event or a date beside it; None where it names none so.

    Example:
        >>> found = beside_in("What did Ana buy two days before her birthday?")
        >>> found.anchor, found.side.value, found.units, found.unit
        ('her birthday', 'before', 2, 'day')
    """
    for pattern, reach in _RULES:
        for match in re.finditer(pattern, question, re.IGNORECASE):
            found = _read(match, reach, question)
            if found is not None:
                return found
    return None


def _read(match: re.Match[str], reach: Reach, question: str) -> Beside | None:
    fields = match.groupdict()
    anchor, until = fields["anchor"].strip(" '\"."), (fields.get("until") or "").strip(" '\".")
    before = question[: match.start()]
    if (
        not _is_event(anchor)
        or re.search(_LENGTH, before, re.IGNORECASE)
        or (match[0].lower().startswith("after") and re.search(_PHRASAL, before, re.IGNORECASE))
    ):
        return None
    if until and not _is_between_times(until, anchor, before):
        return None
    if not until and "side" not in fields:
        return None
    count, unit = (fields.get("count") or "").lower(), (fields.get("unit") or "").lower()
    return Beside(
        anchor,
        Side.BETWEEN if until else _SIDES.get((fields["side"] or "").lower(), Side.AFTER),
        reach,
        read_count(count) if count else 1,
        "day" if unit in {"night", "morning", "afternoon", "evening"} else unit,
        count in _VAGUE,
        until,
        f"{before} {question[match.end() :]}",
    )


def _is_event(words: str) -> bool:
    if times_in(words, reference=_SOME_DAY)[0]:
        return True
    told = [word for word in re.findall(_WORD, words.lower()) if word not in COMMON_WORDS]
    return any(word not in _NO_EVENT for word in told)


def _is_between_times(first: str, second: str, before: str) -> bool:
    """Whether two things are times, rather than the two that a difference lies between."""
    times = re.search(_BETWEEN_TIMES, first, re.IGNORECASE) and (
        re.search(_BETWEEN_TIMES, second, re.IGNORECASE) or re.search(_BETWEEN_TIMES, first, re.IGNORECASE)
    )
    return bool(times) and _is_event(first) and not re.search(_COMPARED, before, re.IGNORECASE)
