"""What may be the value of an attribute: cut where another thought begins, and checked for its kind."""

from __future__ import annotations

import re
from collections.abc import Callable

from holdfast import limits
from holdfast.formation.extract.lexicon import DIETS, NATIONS, NOT_NAMES, OCCUPATIONS
from holdfast.formation.patterns import Pattern

_STOP = Pattern(
    r"[;()\[\]{}\"\u201c\u201d]|:(?!\S)|,(?!\d)(?! (?:Inc|Ltd|LLC|Jr|Sr|D\.C)\b)|\.{2,}|\s[-\u2013\u2014]+\s"
    r"|\s(?:but|because|since|so|which|who|whom|where|when|while|though|although|if|unless|until|till"
    r"|instead|even"
    r"|after|before|that's|that is|it's|it is|by the way|rather than|except|in case|ever since|not)\b"
    r"|\sand (?=(?:i|we|it|my|our|he|she|they|that|this|there|you|so|also|then|now|am|is|are|was|love|like"
    r"|have|had"
    r"|it's|i'm|i've|moved|joined|got|started)\b)",
    re.IGNORECASE,
)
_BRIEF_STOP = Pattern(
    r"\s(?:with|for|near|close to|next to|along with|together with|as|to|from|by|on|at|in|of)\b",
    re.IGNORECASE,
)
_TAIL = Pattern(
    r"\s*(?:[,.!;:\s\u2026]|\b(?:now|today|these days|at the moment|currently|any ?more|any longer|again"
    r"|too|as well"
    r"|though|actually|right now|lately|already|so much|very much|a lot|hands down|for good|for a while|here"
    r"|at present|nowadays|lol|haha|by the way|btw|please|thanks|of course|really|indeed|by profession"
    r"|by trade"
    r"|for a living|full[- ]time|part[- ]time|mostly|i think|you know|for ages|with a passion|to bits"
    r"|the most"
    r"|for now|for me|all the time|every day|every morning|in my free time|in my spare time"
    r"|in the evenings?|instead|since|on))\Z",
    re.IGNORECASE,
)
_TRADE_WORDS_MAX = 4
_THING_WORDS_MAX = 6
_TAILS_MAX = 4
_EMPTY = Pattern(
    r"(?:to\Z|a ton|tons|lots|loads|it|this|that|these|those|them|him|her|you|your|yours|me|us|how|what"
    r"|when|where|why|who|whether|not|so|too"
    r"|very|everything|anything|nothing|something|everyone|someone|somewhere|here|there|one|ones|all|no"
    r"|none|such|more"
    r"|being|having|kind of|sort of|about|like|going|just|only|both|idea|same|other|another|true|fine|good"
    r"|ok|okay"
    r"|the (?:idea|way|fact|sound|look|thought|thing|things|same|best|rest|one|ones|answer|question|point"
    r"|first|latter)"
    r"|that's|it's|a lot|a bit|a little|a (?:thing|few|couple|big|huge|good|great|nice|bad|long|really"
    r"|very))(?=\s|\Z)",
    re.IGNORECASE,
)
_REFERS = Pattern(
    r"\b(?:it|them|they|their|theirs|he|him|his|she|her|hers|this|these|those|that|there|you|your|yours"
    r"|one another|each other"
    r"|such|both of|the (?:same|other|latter|former)|like that)\b",
    re.IGNORECASE,
)
_INSTITUTION = Pattern(
    r"\b(?:library|university|hospital|school|college|bank|bakery|restaurant|hotel|airport|museum|court"
    r"|clinic|startup"
    r"|start-up|council|office|firm|agency|factory|studio|theatre|theater|zoo|station|pharmacy|embassy"
    r"|institute"
    r"|ministry|bookshop|bookstore|supermarket|company|kindergarten|police|government|city hall|post)\b",
    re.IGNORECASE,
)
_AGE = Pattern(r"(?P<age>\d{1,3})(?: (?:years? old|yrs? old|years? of age))?\Z", re.IGNORECASE)
_AGE_MAX = 120
_EMAIL = Pattern(r"[^\s@]{1,64}@[^\s@]{1,255}\.[^\s@.]{2,24}\Z")
_DATE = Pattern(
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb"
    r"|mar|apr"
    r"|jun|jul|aug|sept?|oct|nov|dec)\b|\d",
    re.IGNORECASE,
)
_DIET = Pattern(rf"(?:an? )?(?P<diet>{DIETS})\Z", re.IGNORECASE)
_NATIONALITY = Pattern(r"[A-Z][a-z]+(?:ish|ese|ian|an|ch|i)\Z")
_PROPER = Pattern(r"(?:(?:the|a|an) )?(?:[^\W\d_a-z]|[^\W\d_]+[A-Z]|\d)")
_NAME = Pattern(
    r"[^\W\d_a-z][\w'\u2019.-]*(?: (?:[^\W\d_a-z][\w'\u2019.-]*|de|da|van|von|der|den|di|la|le|al|bin|ibn"
    r"|the|of)){0,4}\Z"
)
Check = Callable[[str], str | None]
"""Gives the value in its best form, or None where it is none of its kind."""


def clean(raw: str) -> str | None:
    """The value without the thoughts that follow it, or None where nothing is left.

    Example:
        >>> clean("Berlin now, and I love it"), clean("it so much")
        ('Berlin', None)
    """
    value = raw.strip()
    stop = _STOP.search(value)
    value = value[: stop.start()] if stop else value
    for _ in range(_TAILS_MAX):
        shorter = _TAIL.sub("", value)
        if shorter == value:
            break
        value = shorter
    value = value.strip(" \t,.;:!-\u2013\u2014'\u2018\u2019")
    if not value or _EMPTY.match(value) or refers(value) or len(value.split()) > limits.FACT_VALUE_WORDS_MAX:
        return None
    return value if any(character.isalnum() for character in value) else None


def refers(value: str) -> bool:
    """Whether a value speaks of what only its conversation tells: "painted it", "their work".

    Example:
        >>> refers("their work"), refers("my work")
        (True, False)
    """
    return _REFERS.search(value) is not None


def brief(value: str) -> str:
    """The value up to its first preposition.

    Example:
        >>> brief("Oslo with two friends")
        'Oslo'
    """
    return _BRIEF_STOP.split(value, maxsplit=1)[0].strip(" ,")


def anything(value: str) -> str | None:
    """Any value."""
    return value


def proper(value: str) -> str | None:
    """What begins like a name or a number."""
    bare = re.sub(r"\A(?:The|A|An) (?=[^\W\d_a-z])", "", value)
    return value if _PROPER.match(value) and bare.split()[0] not in NOT_NAMES else None


def model(value: str) -> str | None:
    """What a thing is called, without what it is used for."""
    kept = re.split(r"\s(?:to|for|with|since|from|as|on|and)\b", value, maxsplit=1)[0]
    return proper(kept)


def name(value: str) -> str | None:
    """The name of somebody: one to four words with a capital."""
    first = brief(value)
    return first if _NAME.match(first) and first.split()[0] not in NOT_NAMES else None


def person(value: str) -> str | None:
    """The name of somebody, not what nation they are of."""
    found = name(value)
    return (
        None
        if found is None or (" " not in found and _NATIONALITY.match(found) and found in NATIONS)
        else found
    )


def place(value: str) -> str | None:
    """The name of a place, without what is said of it."""
    bare = re.sub(
        r"\A(?:(?:beautiful|sunny|lovely|rainy|central|downtown|good old|the (?:city|town|village|country"
        r"|state) of) )+",
        "",
        value,
        flags=re.IGNORECASE,
    )
    kept = re.split(r"\s(?:with|for|near|close|next|along|together|as|from|by|on|at|to)\b", bare, maxsplit=1)[
        0
    ]
    return proper(kept) if not kept[:1].isdigit() else None


def organisation(value: str) -> str | None:
    """The name of a company, or an institution."""
    kept = re.split(
        r"\s(?:as|with|from|on|near|in|for|until|and)\b(?! [A-Z]\w* (?:Inc|Ltd))", value, maxsplit=1
    )[0]
    if proper(kept) and not kept[:1].isdigit():
        return kept
    return kept if re.match(r"(?:the|a|an|our)\b", kept) and _INSTITUTION.search(kept) else None


def occupation(value: str) -> str | None:
    """What somebody is by trade: its last word is known."""
    kept = re.split(r"\s(?:at|for|in|with|by|from|on|and|of|to)\b", value, maxsplit=1)[0].strip()
    kept = re.sub(r"\A(?:an?|the) ", "", kept)
    last = kept.rsplit(" ", 1)[-1].lower()
    known = last in OCCUPATIONS or last.endswith(("ologist", "ographer", "ician", "engineer"))
    return kept if known and len(kept.split()) <= _TRADE_WORDS_MAX else None


def trade(value: str) -> str | None:
    """What somebody works as: any few words without a name."""
    kept = re.split(r"\s(?:at|for|in|with|by|from|on)\b", value, maxsplit=1)[0].strip()
    kept = re.sub(r"\A(?:an?|the) ", "", kept)
    return kept if kept and len(kept.split()) <= _TRADE_WORDS_MAX else None


def age(value: str) -> str | None:
    """A number of years that a person may have."""
    match = _AGE.match(value)
    return match["age"] if match and 0 < int(match["age"]) <= _AGE_MAX else None


def email(value: str) -> str | None:
    """An address with an @."""
    return value if _EMAIL.match(value) else None


def date(value: str) -> str | None:
    """A day or a month, as it is written."""
    return value if _DATE.search(value) else None


def address(raw: str) -> str | None:
    """Where post goes, with its commas."""
    value = re.split(r"[;()]|\s(?:but|since|now|because)\b", raw, maxsplit=1)[0].strip(" .,!")
    return value if re.search(r"\d", value) else clean(raw)


def activity(value: str) -> str | None:
    """What one does, without with whom and where."""
    return thing(brief(value))


def diet(value: str) -> str | None:
    """A way to eat."""
    match = _DIET.match(value)
    return match["diet"].lower() if match else None


def thing(value: str) -> str | None:
    """What one may like or do: a few words, and nothing that only its conversation tells apart."""
    if re.match(
        r"the (?![A-Z])(?!(?:piano|guitar|cello|violin|drums|flute|saxophone|trumpet|harp|sea|ocean|beach"
        r"|mountains|outdoors|rain|snow|cold|heat|countryside|theatre|theater|cinema|gym)\b)",
        value,
    ):
        return None
    return value if len(value.split()) <= _THING_WORDS_MAX else None
