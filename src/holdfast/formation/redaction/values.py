"""Tells a value that is a secret from one that only stands where a secret could."""

from __future__ import annotations

import re

from holdfast.formation.patterns import Pattern

MARK = "[redacted:"
"""How the words begin that stand for a secret."""

_RANDOM_CHARACTERS_MIN = 16
_DIFFERENT_CHARACTERS_MIN = 8
_CHOSEN_CHARACTERS_MIN = 4
_WORD_CHARACTERS_MIN = 6
_WORDS = Pattern(r"[A-Za-z]+(?:[_/-][A-Za-z]+)*(?:[_/-]?v?\d{1,4})?")
_PLACEHOLDER = Pattern(
    r"[*.xX\u2022_#?\u2026-]+|<.*|\$.*|%.*|\{.*|\[.*|.*[*\u2022]{3,}.*"
    r"|(?:your|my|the|some|example|sample|dummy)[_ -].*"
    r"|(?:pass(?:word|wd|phrase|code)?|pwd?|secret|token|user(?:name)?|admin|root|foo|bar|changeme|redacted"
    r"|hidden|placeholder|example|string|str|bytes|char|varchar|text|none|null|nil|true|false|undefined"
    r"|required|optional|empty|blank|unknown|default|missing|invalid|incorrect|wrong|expired|unchanged"
    r"|input|getpass|env|environ|any|object|optional\[.*|n/a|tbd|todo|see|ask|same|bool(?:ean)?|int(?:eger)?"
    r"|self|this|value|field|forgot|reset|change|enter|here|below|above|yes|no|ok|okay)",
    re.IGNORECASE,
)
_CODE = Pattern(r"(?:self|this|os|process|config|settings|env|request|args|options|params|cfg|ctx)\b[.\[(].*")
_NAME_OF_ONE = Pattern(r"\w*(?:pass|pwd|secret|token|key|hash|field|input|value)\w*", re.IGNORECASE)
_SPELLING = Pattern(r"[\w.,;:+-]*[^\W\d_]\.[^\W\d_][\w.]*")
_MEASURE = Pattern(
    r"\A[\s-]*(?:-?(?:character|char|letter|digit|symbol|word|day|week|month|year|hour|minute|second|time"
    r"|bit|byte|attempt|people|user|percent|%|of\b|or\b|to \d))",
    re.IGNORECASE,
)
_AMOUNT = Pattern(
    r"\d{1,3}(?:st|nd|rd|th|[-\u2013]\d{1,3}|\+|%|x|d|h|m|s)?(?:-\w+)*|v?\d+(?:\.\d+)+", re.IGNORECASE
)
_CALL = Pattern(r"[A-Za-z_][\w.]{0,64}\(")
_CALLED = frozenset("([")
_CLOSING = ")]}>!?"


def is_random(value: str) -> bool:
    """Whether a machine made the value: long, of letters and digits, and no name in words."""
    return (
        len(value) >= _RANDOM_CHARACTERS_MIN
        and any(character.isdigit() for character in value)
        and any(character.isalpha() for character in value)
        and len(set(value)) >= _DIFFERENT_CHARACTERS_MIN
        and not _WORDS.compiled.fullmatch(value)
    )


def is_placeholder(value: str) -> bool:
    """Whether the value stands for one: ``<password>``, ``${PASSWORD}``, ``****``, ``str``."""
    return value.startswith(MARK) or _PLACEHOLDER.compiled.fullmatch(value) is not None


def is_chosen(value: str, after: str, *, is_assigned: bool) -> bool:
    """Whether a person chose the value as a password, by what it looks like and what comes ``after`` it.

    Behind "is" a plain word is none: "the password is wrong". Behind a colon or an equals sign it is one
    in small letters, unless it is code.
    """
    if is_placeholder(value.rstrip(_CLOSING)) or _AMOUNT.compiled.fullmatch(value) or _MEASURE.match(after):
        return False
    if _CODE.compiled.fullmatch(value) or after[:1] in _CALLED:
        return False
    has_digit = any(character.isdigit() for character in value)
    has_sign = any(not (character.isalnum() or character in "-_'\u2019./") for character in value)
    if has_digit or (has_sign and not _SPELLING.compiled.fullmatch(value)):
        return len(value) >= _CHOSEN_CHARACTERS_MIN and not _CALL.match(value)
    if not is_assigned:
        return value[1:] != value[1:].lower() and value != value.upper() and value.isalpha()
    ends = not after.strip() or after[0] in ".,;\n\r&\"'" or after.startswith(("  ", "\t"))
    return (
        len(value) >= _WORD_CHARACTERS_MIN
        and value.isalpha()
        and value[0].islower()
        and ends
        and not _NAME_OF_ONE.compiled.fullmatch(value)
    )


_LUHN_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_CARD = Pattern(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11}"
)


def is_card(digits: str) -> bool:
    """Whether digits are the number of a payment card: an issuer's prefix and length, and the check digit.

    The check is that of H. P. Luhn (ISO/IEC 7812-1).
    """
    if not _CARD.compiled.fullmatch(digits):
        return False
    numbers = [int(digit) for digit in reversed(digits)]
    return (sum(numbers[::2]) + sum(_LUHN_DOUBLED[number] for number in numbers[1::2])) % 10 == 0
