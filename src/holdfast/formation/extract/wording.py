"""Writes what was said in the first person so that it reads alone, with the speaker's name."""

from __future__ import annotations

import re

from holdfast.formation.extract.attributes import Attribute, with_article
from holdfast.formation.extract.lexicon import BASES

_RULES = tuple(
    (re.compile(pattern, re.IGNORECASE), words)
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
_THEIR = re.compile(r"\b(?:my|our)\b", re.IGNORECASE)
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
    for pattern, replacement in _RULES:
        told = pattern.sub(replacement, told)
    return told.replace("{s}", speaker)


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
        "{v}": value,
        "{a}": "" if value.lower().startswith(("the ", "my ", "a ", "an ")) else article,
    }
    told = re.sub(r"\{[sva]\}", lambda match: values[match[0]], pattern)
    return capitalised(" ".join(told.split()))


def capitalised(text: str) -> str:
    """The text with a capital at its beginning, unless its first word is a name such as iPod."""
    first = text.split(" ", 1)[0]
    return text if first[1:] != first[1:].lower() else text[:1].upper() + text[1:]
