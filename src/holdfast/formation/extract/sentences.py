"""Parts a message into the statements that rules look at; code, quotations and questions are left out."""

from __future__ import annotations

import re
from itertools import islice

from holdfast import limits
from holdfast.formation.patterns import Pattern

_CODE = Pattern(r"```.*?(?:```|\Z)", re.DOTALL)
_QUOTED_LINE = Pattern(r"^[ \t]*(?:>|\|).*$", re.MULTILINE)
_BULLET = Pattern(r"^[ \t]*(?:[-*\u2022]|\d{1,2}[.)])\s+", re.MULTILINE)
_END = Pattern(r"(?<=[^\s.!?])[.!?\u3002\uff01\uff1f]+[\"'\u201d\u2019)]*(?=\s|\Z)|\n+|\s[\u2013\u2014]\s")
_ABBREVIATION = Pattern(
    r"(?:\A|[\s(.])(?:mr|mrs|ms|dr|prof|st|no|vs|etc|inc|jr|sr|e\.g|i\.e|approx|[a-z]|jan|feb|mar|apr|jun"
    r"|jul|aug"
    r"|sept?|oct|nov|dec)\Z",
    re.IGNORECASE,
)
_LOOK_BACK = 12
"""Characters before a full stop in which an abbreviation is looked for."""


def statements_in(text: str) -> tuple[str, ...]:
    """The sentences of a message that state something, in order, each once.

    Example:
        >>> statements_in("Hi! I met Dr. Lind today. Do you know her?")
        ('Hi', 'I met Dr. Lind today')
    """
    head = text[: limits.EXTRACT_CHARACTERS_MAX]
    talk = _BULLET.sub("", _QUOTED_LINE.sub("", _CODE.sub("\n", head)))
    stated = (
        " ".join(sentence.split())
        for sentence, end in _sentences(talk)
        if not set(end) & {"?", "\uff1f"} and 1 < len(sentence.strip()) <= limits.STATEMENT_CHARACTERS_MAX
    )
    return tuple(islice(dict.fromkeys(stated), limits.STATEMENTS_PER_MESSAGE_MAX))


def _sentences(text: str) -> list[tuple[str, str]]:
    """Each sentence with the marks that end it."""
    found: list[tuple[str, str]] = []
    start = 0
    for end in _END.finditer(text):
        if end[0] == "." and _ABBREVIATION.search(text[max(0, end.start() - _LOOK_BACK) : end.start()]):
            following = text[end.end() : end.end() + 2].strip()
            if following:
                continue
        found.append((text[start : end.start()], end[0]))
        start = end.end()
    return [*found, (text[start:], "")]
