"""When a statement says that something is, was or will be: "on the 3rd", "two weeks ago", "since May".

Questions are read by ``timewords.spans_in``, which gives every time that may be meant. A statement means one
time: what is left open, such as the year of "in May", is settled by its tense.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from holdfast.domain.timewords import DAY, MONTHS, NUMBERS, SEASONS, WEEKDAYS, Span
from holdfast.domain.when_rules import RULES, Resolve, Seen


class When(NamedTuple):
    """A stretch of time, from ``start`` to before ``end``, with the words that name it and their place."""

    start: datetime
    end: datetime
    words: str
    first: int
    last: int


_HINT = (
    r"\d|\b(?:yester|today|tonight|tomorrow|last|past|previous|this|next|ago\b|from now|other day|weekend"
    r"|end of|noon|midnight|christmas|new year|valentine|halloween|[a-z]+ies\b|(?:in|for) (?:a|an|the"
    r"|half)\b"
    rf"|(?:in|for|over) (?:{'|'.join(NUMBERS)})\b"
    rf"|{'|'.join(name[:3] for name in MONTHS)}|{'|'.join(WEEKDAYS)}|{'|'.join(SEASONS)})"
)
"""Nothing is a time without one of these."""

_AHEAD = (
    r"\b(?:will|won't|shall|going to|gonna|plan(?:s|ning)? (?:to|on)|about to|must|need to|needs to|have to"
    r"|has to|should)\b|['\u2019]ll\b"
)
_NOW = r"(?:\b(?:is|are|am)|['\u2019](?:m|re|s))(?: \w+)? \w+(?:ed|ing)\b"
_BACK = (
    r"\b(?:was|were|had|did|went|saw|met|got|bought|came|began|broke|left|lost|sold|found|flew|ran|took|made"
    r"|gave|became|told|said|spent|fell|won|wrote|ate|slept|drove|built|taught|caught|thought|brought|felt"
    r"|kept|sent|paid|quit|knew|grew|drew|threw|woke|rode|sang|swam|drank|chose|forgot|held|heard|led|rose"
    r"|sat|stood|stole|has|have been|(?!need|indeed|speed|breed|exceed|proceed|succeed)[a-z]{2,}ed)\b"
    r"|['\u2019]ve\b|\bhave (?:\w+ )?(?:been|\w+ed)\b"
)

_CLOCK = (
    r"\b(?:at |around |by )?(?:(?P<hour>[01]?\d|2[0-3])(?::(?P<minute>[0-5]\d))? ?(?P<half>[ap])\.?m\b\.?"
    r"|(?P<hour24>[01]?\d|2[0-3]):(?P<minute24>[0-5]\d)\b|(?P<word>noon|midnight)\b"
    r"|(?P<bare>1?\d)(?= (?:this|tomorrow|yesterday|in the) (?:morning|afternoon|evening|night)))"
)


_NOON = 12


def whens_in(text: str, *, reference: datetime, ahead: bool | None = None) -> tuple[When, ...]:
    """The times that a statement made at ``reference`` names, in the order in which it names them.

    ``ahead`` says whether they lie ahead or back where the words leave it open; None: as the verbs say.

    Example:
        >>> from datetime import UTC
        >>> (when,) = whens_in("I quit two days ago", reference=datetime(2026, 3, 12, 15, tzinfo=UTC))
        >>> when.words, f"{when.start:%d %B}"
        ('two days ago', '10 March')
    """
    left = lowered = text.lower().replace("\u2019", "'")
    if len(lowered) != len(text) or not re.search(_HINT, lowered):
        return ()  # a few letters change their number in lower case; places would not fit any more
    today = reference.replace(hour=0, minute=0, second=0, microsecond=0)
    seen = Seen(reference, today, ahead=looks_ahead(left) if ahead is None else ahead)
    found: list[When] = []
    for pattern, resolve in RULES:
        for match in re.finditer(pattern, left):
            span = _resolved(resolve, match, seen)
            if span is not None:
                first, last = match.span()
                found.append(When(span.start, span.end, text[first:last].strip(), first, last))
                left = f"{left[:first]}{' ' * (last - first)}{left[last:]}"
    return tuple(_with_clock(sorted(found, key=lambda when: when.first), lowered, text, seen))


def looks_ahead(text: str) -> bool:
    """Whether a statement speaks of what is to come, by its verbs.

    Example:
        >>> looks_ahead("We will move in May"), looks_ahead("We moved in May")
        (True, False)
    """
    if re.search(_AHEAD, text, re.IGNORECASE):
        return True
    return re.search(_NOW, text, re.IGNORECASE) is not None or not re.search(_BACK, text, re.IGNORECASE)


def _resolved(resolve: Resolve, match: re.Match[str], seen: Seen) -> Span | None:
    try:
        return resolve(match, seen)
    except (ValueError, OverflowError):  # the thirtieth of February, the year 0
        return None


def _with_clock(found: list[When], lowered: str, text: str, seen: Seen) -> list[When]:
    """A time of day makes the one day that is named, or today, an hour or a minute."""
    clock = re.search(_CLOCK, lowered) if len(found) <= 1 else None
    if clock is None:
        return found
    day = found[0] if found else None
    if day is None and not re.match(r"at |around |by ", clock[0]):
        return found
    start = day.start if day else seen.today
    if day and day.end - day.start > DAY:
        return found
    hour, minute, exact = _hour(clock, lowered)
    begin = start.replace(hour=hour, minute=minute, second=0, microsecond=0)
    end = begin + (timedelta(minutes=1) if exact else timedelta(hours=1))
    first = min(clock.start(), day.first) if day else clock.start()
    last = max(clock.end(), day.last) if day else clock.end()
    return [When(begin, end, text[first:last].strip(), first, last)]


def _hour(clock: re.Match[str], text: str) -> tuple[int, int, bool]:
    if clock["word"]:
        return (12 if clock["word"] == "noon" else 0), 0, False
    if clock["hour24"]:
        return int(clock["hour24"]), int(clock["minute24"]), True
    if clock["bare"]:
        after = re.search(r"\b(?:afternoon|evening|night)\b", text[clock.end() :])
        return int(clock["bare"]) % 12 + (12 if after else 0), 0, False
    hour = int(clock["hour"])
    return (
        (hour % 12 + (12 if clock["half"] == "p" else 0)) if hour <= _NOON else hour,
        int(clock["minute"] or 0),
        clock["minute"] is not None,
    )
