"""Brings a statement into a form in which few patterns suffice: its clauses, each told as "I …" or "My …"."""

from __future__ import annotations

import re
from typing import NamedTuple

from holdfast.formation.extract.lexicon import KIN, PARTNERS, PETS, THIRD_PERSON
from holdfast.formation.patterns import Pattern

_OPENING = Pattern(
    r"(?:so|oh|well|by the way|btw|actually|just so you know|also|and|but|yeah|yep|yes|no|nope|ok|okay|hey"
    r"|hi|hello"
    r"|hi there|hey there|anyway|anyways|fyi|in fact|honestly|to be honest|tbh|big news|good news|bad news"
    r"|great news"
    r"|news|guess what|as you know|as i said|as (?:i )?mentioned|for the record"
    r"|i should (?:also )?mention (?:that)?"
    r"|i forgot to (?:say|mention|tell you) (?:that)?|(?:just )?to let you know|you know|you know what|right"
    r"|right now|at the moment|these days|currently|nowadays|unfortunately|sadly|luckily|fortunately"
    r"|finally|update"
    r"|correction|quick update|i changed my mind|i changed careers and|i switched jobs|i'd say|i would say"
    r"|i must say"
    r"|i have to say|it was my birthday|funny enough|believe it or not|as of (?:now|today)|lately|recently"
    r"|then|wait"
    r"|note that|please note that|just a heads up|heads up|ah|hmm|um|uh|wow|alright|thanks|thank you"
    r"|good morning"
    r"|good evening|in case you wonder|the truth is|fun fact|personally|for now|i can tell you that|now"
    r"|today)"
    r"(?:\s*[,:!.\u2026-]+\s*|\s+)",
    re.IGNORECASE,
)
_OPENINGS_MAX = 4
_KEPT_OPENING = Pattern(
    r"(?:no|right|now|today|then|wait|so|well|but|and|news|update|thanks) (?!i\b|i'|my\b|we\b|our\b|the\b"
    r"|we'|he\b|she\b|[A-Z])"
)

_CONTRACTIONS = tuple(
    (hint, Pattern(pattern, re.IGNORECASE), words)
    for hint, pattern, words in (
        ("'m", r"\b(i)'m\b", r"\1 am"),
        (
            "im ",
            (
                r"\bim\b(?= (?:an?|in|from|based|living|working|allergic|vegan|vegetarian|married|learning"
                r"|\d+)\b)"
            ),
            "I am",
        ),
        ("'re", r"\b(we|they|you)'re\b", r"\1 are"),
        ("'ve", r"\b(i|we|you|they)'ve\b", r"\1 have"),
        ("'ll", r"\b(i|we|you|he|she|they|it)'ll\b", r"\1 will"),
        ("'d", r"\b(i|we|you|he|she|they)'d\b", r"\1 would"),
        ("can", r"\bcan'?t\b", "cannot"),
        ("won", r"\bwon'?t\b", "will not"),
        ("n't", r"\b(do|does|did|is|are|was|were|has|have|had|would|could|should)n't\b", r"\1 not"),
        (" got", r"\b(i|we) have got\b", r"\1 have"),
        ("'s ", r"\b((?:my|our) \w+)'s (?=(?:on|at|in|called|named|an?|now|set|the)\b)", r"\1 is "),
        ("my name'", r"\b(my name)'s\b", r"\1 is"),
        ("any more", r"\bany more\b", "anymore"),
        ("any longer", r"\bany longer\b", "anymore"),
    )
)
"""Each with what a text in lower case must hold to have one: that is looked for a hundred times as fast."""

_ADVERBS = Pattern(
    r"\b(?:now|currently|just|really|also|still|finally|actually|recently|officially|presently|totally"
    r"|absolutely"
    r"|truly|simply|honestly|basically|definitely|both|already|quite|very|always(?= (?:been|loved|liked"
    r"|hated|enjoyed))"
    r"|long(?= (?:been|loved|liked))|permanently|happily|proudly|mainly|mostly|usually|generally|normally"
    r"|newly"
    r"|only(?= (?:just|recently))|even) (?!my\b|a\b|as\b|much\b)",
    re.IGNORECASE,
)
_HEAD = 48
"""Characters from the beginning in which an adverb stands between the subject and its verb."""

_SPLIT = Pattern(
    r",? (?:and|but|so)(?: now| then)? (?=(?:i|we|my|our)\b)|[,;] (?=(?:i|we|my|our|i'm|i've|we're|we've)\b)"
    r"|,? and (?=(?:i|we)'(?:m|re|ve)\b)|: (?=(?:i|we|my|our)\b)",
    re.IGNORECASE,
)
_PAIR = Pattern(r"(?-i:[^\W\d_a-z])[\w'-]+ and i\b", re.IGNORECASE)
_SHARED_VERB = Pattern(r",? and (?=(?:moved|joined|started|live|work|now live|now work|am now)\b)")
_FIRST = Pattern(r"(?P<who>i|we|me and my \w+|my \w+ and i)\b ?(?P<are>are\b)?", re.IGNORECASE)
_OWN = Pattern(r"(?:my|our) ", re.IGNORECASE)
_RELATIVE = Pattern(
    rf"(?:my|our) (?P<kin>{KIN}|{PARTNERS}|{PETS})(?:'s name is|,| is called"
    rf"| is named)? ?(?P<name>(?-i:[^\W\d_a-z])[\w'-]+(?: (?-i:[^\W\d_a-z])[\w'-]+)?)?,? "
    rf"(?P<verb>{'|'.join(THIRD_PERSON)})\b",
    re.IGNORECASE,
)
_RELATIVE_HAS = Pattern(rf"(?:my|our) (?P<kin>{KIN}|{PARTNERS}|{PETS})'s (?P<rest>\w.*)", re.IGNORECASE)
_NAMED = Pattern(
    r"(?P<name>(?-i:[^\W\d_a-z])[\w'.&-]*(?: (?:(?-i:[^\W\d_a-z])[\w'.&-]*|of|de|van|von|der|den|di"
    r"|la)){0,4}) "
    rf"(?P<verb>{'|'.join(THIRD_PERSON)}) "
)
_NAMED_HAS = Pattern(r"(?P<name>(?-i:[^\W\d_a-z])[\w.-]*(?: (?-i:[^\W\d_a-z])[\w.-]*){0,3})'s (?P<rest>\w.*)")
_NOBODY = frozenset(
    [
        "I",
        "We",
        "He",
        "She",
        "They",
        "It",
        "This",
        "That",
        "These",
        "Those",
        "There",
        "Here",
        "What",
        "Who",
        "Everyone",
        "Everybody",
        "Someone",
        "Somebody",
        "Nobody",
        "One",
        "People",
        "You",
        "The",
        "A",
        "An",
        "My",
        "Our",
        "Your",
        "His",
        "Her",
        "Their",
        "Its",
        "Home",
        "Life",
        "Work",
        "Today",
        "Tomorrow",
        "Yesterday",
        "No",
        "Yes",
        "Let",
        "If",
        "When",
        "Being",
        "Nothing",
        "Everything",
        "Something",
        "Anything",
        "Never",
        "Always",
        "Please",
        "Remember",
        "Forget",
        "Which",
        "Where",
        "How",
        "Why",
        "Since",
        "Because",
        "Although",
        "After",
        "Before",
        "While",
        "Once",
        "So",
        "But",
        "And",
        "Or",
        "As",
        "Though",
        "Until",
        "Unless",
        "At",
        "In",
        "On",
        "For",
        "With",
        "From",
    ]
)


class Clause(NamedTuple):
    """A clause, told of ``subject`` as if by itself: "I live in Oslo", "My car is a Volvo".

    ``kin`` is what the subject is to the speaker, where the clause says so: "sister".
    """

    subject: str
    told: str
    is_speaker: bool
    kin: str | None = None
    kin_name: str | None = None


def opened(sentence: str) -> str:
    """The sentence without the words that only open it.

    Example:
        >>> opened("Well, by the way, I moved to Oslo")
        'I moved to Oslo'
    """
    rest = sentence.replace("\u2019", "'")
    for _ in range(_OPENINGS_MAX):
        match = _OPENING.match(rest)
        if match is None or match.end() == len(rest) or _KEPT_OPENING.match(rest):
            break
        rest = rest[match.end() :]
    return rest


def clauses_of(sentence: str) -> tuple[str, ...]:
    """The clauses of a sentence that may state something each, contractions written out.

    Example:
        >>> clauses_of("I'm a nurse and I've moved to Oslo")
        ('I am a nurse', 'I have moved to Oslo')
    """
    full, lowered = sentence, sentence.lower()
    for hint, pattern, words in _CONTRACTIONS:
        if hint in lowered:
            full = pattern.sub(words, full)
    parts: list[str] = []
    for part in [full] if _PAIR.match(opened(full)) else _SPLIT.split(full):
        first, *others = _SHARED_VERB.split(part)
        begins = _FIRST.match(opened(first))
        parts.append(first)
        parts += [f"I {other}" if begins else other for other in others]
    return tuple(opened(part.strip(" ,")) for part in parts if part.strip(" ,"))


def told_of(clause: str, speaker: str) -> Clause | None:
    """The clause as one that its subject tells of itself; None where no subject is known.

    Example:
        >>> told_of("My sister Eva works at Siemens", "Ana")
        Clause(subject='Eva', told='I work at Siemens', is_speaker=False, kin='sister', kin_name='Eva')
    """
    for read in (_first_person, _of_relative, _of_named):
        found = read(clause, speaker)
        if found:
            return found
    return None


def _first_person(clause: str, speaker: str) -> Clause | None:
    match = _FIRST.match(clause)
    if match:
        told = f"I {'am ' if match['are'] else ''}{clause[match.end() :].lstrip()}"
        return Clause(speaker, without_adverbs(told), is_speaker=True)
    own = _OWN.match(clause)
    if own and not _RELATIVE.match(clause) and not _RELATIVE_HAS.match(clause):
        return Clause(speaker, without_adverbs(f"My {clause[own.end() :]}"), is_speaker=True)
    return None


def _of_relative(clause: str, speaker: str) -> Clause | None:
    match = _RELATIVE.match(clause)
    if match:
        kin, name = match["kin"].lower(), match["name"]
        if name and name.lower() in THIRD_PERSON:
            return None
        told = f"I {THIRD_PERSON[match['verb'].lower()]}{clause[match.end() :]}"
        return Clause(
            name or f"{speaker}'s {kin}", without_adverbs(told), is_speaker=False, kin=kin, kin_name=name
        )
    has = _RELATIVE_HAS.match(clause)
    if has and not has["rest"].lower().startswith("name "):
        kin = has["kin"].lower()
        return Clause(f"{speaker}'s {kin}", f"My {has['rest']}", is_speaker=False, kin=kin)
    return None


def _of_named(clause: str, speaker: str) -> Clause | None:  # noqa: ARG001 (reads as the others do)
    match = _NAMED.match(without_adverbs(clause))
    if match and match["name"].split()[0] not in _NOBODY and " I" not in match["name"]:
        rest = without_adverbs(clause)[match.end() :]
        return Clause(
            match["name"], without_adverbs(f"I {THIRD_PERSON[match['verb']]} {rest}"), is_speaker=False
        )
    has = _NAMED_HAS.match(clause)
    if has and has["name"].split()[0] not in _NOBODY:
        return Clause(has["name"], without_adverbs(f"My {has['rest']}"), is_speaker=False)
    return None


def without_adverbs(clause: str) -> str:
    """The clause without the adverbs near its beginning."""
    return (
        _ADVERBS.sub("", clause[:_HEAD]) + clause[_HEAD:] if len(clause) > _HEAD else _ADVERBS.sub("", clause)
    )
