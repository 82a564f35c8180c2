"""Writes what was said in the first person so that it reads alone, with the speaker's name."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from holdfast.formation.extract.attributes import Attribute, with_article
from holdfast.formation.extract.lexicon import BASES
from holdfast.formation.patterns import Pattern

if TYPE_CHECKING:
    from holdfast.domain.when import When

_RULES = tuple(
    (Pattern(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (r"\b(?:i|we) (?:am|are)\b", "{s} is"),
        (r"\b(?:i|we) have\b", "{s} has"),
        (r"\b(?:i|we) do not\b", "{s} does not"),
        (r"\b(?:i|we) were\b", "{s} was"),
        (r"\bi'm\b", "{s} is"),
        (r"\bi've\b", "{s} has"),
        (r"\bi'll\b", "{s} will"),
        (r"\b(?:my|our|mine|ours)\b", "{s}'s"),
        (r"\b(?:i|we|me|us)\b", "{s}"),
        (r"\b(?:myself|ourselves)\b", "{s}"),
    )
)
_THEIR = Pattern(r"\b(?:my|our)\b", re.IGNORECASE)
_OWN_OF_SPEAKER = Pattern(r"\b(?:my|our)\b|\A(?:My|Our)\b|\b(?:My|Our)\b(?! [^\W\d_a-z])")
"""Within a value "Our Mutual Friend" is a name."""
_BOUND = Pattern(r"(?:by|since|until)\b", re.IGNORECASE)
_HANGING = Pattern(r"(?:\s+(?:of|on|in|at|for|by|from|until|since|to|with))+\Z", re.IGNORECASE)
_ASKED = Pattern(
    r"\b(?P<link>when|whenever|if|(?:every|each|any) time|unless|until) (?:i|we)"
    r" (?!(?:am|are|was|were|did|do|had|have|will|can|could|would|should|might|may"
    r"|must)\b)(?P<verb>[a-z]+)(?<!ed)\b",
    re.IGNORECASE,
)
_DAY = timedelta(days=1)
_BRACES = str.maketrans({"{": "(", "}": ")"})


def retold(words: str, speaker: str) -> str:
    """The words with the speaker's name in the place of "I" and "my".

    Example:
        >>> retold("I broke my arm", "Ana")
        'Ana broke their arm'
    """
    told = words.translate(_BRACES)
    first = re.match(r"(?:i|we)\b", told, re.IGNORECASE)
    if first:
        told = told[: first.end()] + _THEIR.sub("their", told[first.end() :])
    told = _ASKED.sub(lambda match: f"{match['link']} {{s}} {_third_person(match['verb'])}", told)
    for pattern, replacement in _RULES:
        told = pattern.sub(replacement, told)
    return told.replace("{s}", speaker)


def dated(text: str, when: When) -> str:
    """The text with its time at the end, so that it can be read at any other time.

    Example:
        >>> from datetime import UTC, datetime
        >>> from holdfast.domain.when import whens_in
        >>> dated("Ana ran a marathon", *whens_in("last month", reference=datetime(2026, 3, 12, tzinfo=UTC)))
        'Ana ran a marathon in February 2026'
    """
    bound = _BOUND.match(when.words)
    told = _time(when)
    if bound:
        told = f"{bound[0].lower()} {told.partition(' ')[2] if told.startswith(('on ', 'in ')) else told}"
    return f"{_HANGING.sub('', text)} {told}"


def _time(when: When) -> str:
    start, length = when.start, when.end - when.start
    day = f"{start.day} {start:%B %Y}"
    if length < _DAY:
        return f"on {day} at {start:%H:%M}"
    if length == _DAY:
        return f"on {day}"
    if start.day == 1 and when.end.day == 1 and length.days <= 31:  # noqa: PLR2004 (a month)
        return f"in {start:%B %Y}"
    if (start.month, start.day, when.end.month, when.end.day) == (1, 1, 1, 1) and length.days <= 366:  # noqa: PLR2004
        return f"in {start.year}"
    last = when.end - _DAY
    return f"between {day} and {last.day} {last:%B %Y}"


def sentence_of(
    attribute: Attribute, subject: str, value: str, *, retracts: bool = False, ended: bool = False
) -> str:
    """The sentence that says that the subject has, had or has not the value."""
    return written(
        attribute.sentence, subject, value, article=with_article(value), retracts=retracts, ended=ended
    )


def written(
    sentence: str, subject: str, value: str, *, article: str = "", retracts: bool = False, ended: bool = False
) -> str:
    """A sentence of the table with its subject and value, in the past or denied where it must be."""
    verb = next((word for word in sentence.replace("{s}'s ", "").split() if word in BASES), None)
    pattern = sentence
    if ended and verb:
        pattern = sentence.replace(f" {verb} ", f" used to {BASES[verb]} ", 1)
    elif retracts and verb == "is":
        pattern = sentence.replace(" is ", " is no longer ", 1)
    elif retracts and verb:
        pattern = sentence.replace(f" {verb} ", f" no longer {verb} ", 1)
    values = {
        "{s}": subject,
        "{v}": _OWN_OF_SPEAKER.sub("their", value),
        "{a}": "" if value.lower().startswith(("the ", "my ", "a ", "an ")) else article,
    }
    told = re.sub(r"\{[sva]\}", lambda match: values[match[0]], pattern)
    return capitalised(" ".join(told.split()))


def _third_person(verb: str) -> str:
    if verb.endswith(("s", "sh", "ch", "x", "o")):
        return f"{verb}es"
    return f"{verb[:-1]}ies" if re.search(r"[^aeiou]y\Z", verb) else f"{verb}s"


def capitalised(text: str) -> str:
    """The text with a capital at its beginning, unless its first word is a name such as iPod."""
    first = text.split(" ", 1)[0]
    return text if first[1:] != first[1:].lower() else text[:1].upper() + text[1:]
