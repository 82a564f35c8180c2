"""Finds the secrets in a text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from holdfast.formation.patterns import Pattern
from holdfast.formation.redaction.rules import RULES, SERVICES
from holdfast.formation.redaction.signs import LONG_CHARACTERS, SIGNS
from holdfast.formation.redaction.values import MARK, is_placeholder

if TYPE_CHECKING:
    from holdfast.formation.redaction.rules import Rule

_MARKED = Pattern(r"\[redacted:[a-z_]{2,40}(?::[0-9a-f]{16})?\]")
PRIVATE_KEY = "private_key"
_BEGIN = Pattern(r"-----BEGIN (?:[A-Z0-9]{1,16} ){0,4}PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-\d:")
_BEGIN_SIGNS = frozenset({"-----begin", "putty-user-key-file"})
_BODY = Pattern(r"(?:[A-Za-z0-9+/=]|\\[nr]|[\s>#:,.\"'-])*+")
_FOOT, _FOOT_END = "-----END", "KEY"
_FOOT_CHARACTERS = 64
_BODY_CHARACTERS_MIN = 24


_LONG_SIGNS = (
    *sorted(_BEGIN_SIGNS),
    *{sign: None for rule in RULES if rule.is_long for sign in sorted(rule.signs)},
)
_TOKEN_SIGNS = tuple({sign: None for rule in SERVICES for sign in sorted(rule.signs)})
_DIGITS = Pattern(r"\d{4}[ -]?\d{4}")
"""Without a sign a text holds at most the number of a card."""


class Found(NamedTuple):
    """A secret in a text: its kind, where it stands, and whether guessing would find it."""

    kind: str
    start: int
    end: int
    is_weak: bool


def find(text: str) -> tuple[Found, ...]:
    """The secrets in the text, in order; those that overlap are one.

    Example:
        >>> [secret.kind for secret in find("the wifi password is hunter2")]
        ['password']
        >>> find("the password is wrong")
        ()
    """
    folded = text.lower()
    signs = [sign for sign in SIGNS if sign in folded]
    if max(map(len, text.split()), default=0) >= LONG_CHARACTERS:
        signs += [sign for sign in _LONG_SIGNS if sign in folded]
    if not signs and not _DIGITS.search(text):
        return ()
    rules = [rule for rule in RULES if not rule.signs or not rule.signs.isdisjoint(signs)]
    found = [secret for rule in rules for secret in _by_rule(rule, text)]
    found += _private_keys(text) if not _BEGIN_SIGNS.isdisjoint(signs) else ()
    found = _outside_of_marks(found, text) if MARK in text else found
    return _joined(sorted(found, key=lambda secret: (secret.start, -secret.end))) if found else ()


def _outside_of_marks(found: list[Found], text: str) -> list[Found]:
    """What is not itself a part of the words for a secret: redacting again changes nothing."""
    marks = [match.span() for match in _MARKED.finditer(text)]
    starts = [start for start, _ in marks]

    def is_inside(secret: Found) -> bool:
        place = bisect_right(starts, secret.start) - 1
        return place >= 0 and secret.end <= marks[place][1]

    return [secret for secret in found if not is_inside(secret)]


def find_tokens(text: str) -> tuple[Found, ...]:
    """The tokens of known services in the text: what is a secret by its form alone, in a name too."""
    folded = text.lower()
    if not any(sign in folded for sign in _TOKEN_SIGNS):
        return ()
    return tuple(secret for rule in SERVICES for secret in _by_rule(rule, text))


def _by_rule(rule: Rule, text: str) -> Iterator[Found]:
    for match in rule.pattern.finditer(text):
        group = match.lastgroup if match["secret"] is None else "secret"
        if group and (match["secret"] is None or rule.accepts(match)):
            start, end = match.span(group)
            if not is_placeholder(text[start:end].strip()):
                yield Found(rule.kind, start, end, rule.is_weak)


def _private_keys(text: str) -> Iterator[Found]:
    """Blocks of private keys; one that does not end goes as far as its letters do."""
    ends = True
    last = 0
    for head in _BEGIN.finditer(text):
        if head.start() < last:
            continue
        foot = text.find(_FOOT, head.end()) if ends else -1
        ends = foot >= 0
        body = _BODY.compiled.match(text, head.end(), foot if ends else len(text))
        last = body.end() if body else head.end()
        if ends:
            closing = text.find("-----", foot + len(_FOOT), foot + len(_FOOT) + _FOOT_CHARACTERS)
            last = foot + len(_FOOT) if closing < 0 else closing + 5
        if sum(map(str.isalnum, text[head.end() : last][: 4 * _FOOT_CHARACTERS])) >= _BODY_CHARACTERS_MIN:
            yield Found(PRIVATE_KEY, head.start(), last, is_weak=False)


def _joined(found: list[Found]) -> tuple[Found, ...]:
    joined = [found[0]]
    for secret in found[1:]:
        before = joined[-1]
        if secret.start < before.end:
            joined[-1] = before._replace(
                end=max(before.end, secret.end), is_weak=before.is_weak or secret.is_weak
            )
        else:
            joined.append(secret)
    return tuple(joined)
