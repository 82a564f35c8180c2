"""Whether the words of a statement stand in what was said: the least that is asked of a model's proposal.

The check is about words, not about truth: it stops what comes from elsewhere, such as the example of the
prompt, another conversation, or the model's own invention. A statement passes when at least one of its
telling words stands in a message, the name of a speaker not counted, and ``MODEL_SUPPORT_SHARE_MIN`` of them
stand in the messages or in the memory that it names. Words of dates and the commonest words do not count
either way. It is blind across languages, so the prompt asks for the words of the messages.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from holdfast import limits
from holdfast.domain.memory import origin_of, trust_of
from holdfast.domain.spelling import COMMON_WORDS, spell_query, spell_words
from holdfast.domain.timewords import says_when
from holdfast.formation.prompt.render import beginning_of

if TYPE_CHECKING:
    from holdfast.domain.message import Message

_WORD = re.compile(r"\w+")
_STEM_LETTERS = 4
"""Words of more letters are the same when they begin with as many of the same: "moved", "moving"."""

_SPEAKERS = frozenset({"user", "assi", "spea", "pers"})
"""What a model calls somebody who has no name: the user, the assistant, the speaker, a person."""

_NUMBER_OF_A_DAY = re.compile(r"[0-3]?\d(?:st|nd|rd|th)?")


class Support(NamedTuple):
    """The messages that bear a statement out, best first, and how far those best ones are trusted."""

    positions: tuple[int, ...] = ()
    trust: float = 0.0


class Evidence(NamedTuple):
    """The telling words of each message, the words of the speakers' names, and the trust of each message."""

    said: tuple[frozenset[str], ...]
    names: frozenset[str]
    trusts: tuple[float, ...]


def evidence_of(messages: Sequence[Message]) -> Evidence:
    """What statements about these messages are held against."""
    shown = [beginning_of(message.content) for message in messages]
    return Evidence(
        tuple(telling(text) for text in shown),
        frozenset().union(*(telling(message.name or "") for message in messages)) | _SPEAKERS,
        tuple(trust_of(origin_of(message.role, message.origin)) for message in messages),
    )


def telling(text: str, *, of_query: bool = False) -> frozenset[str]:
    """The stems of the words that tell something.

    Example:
        >>> sorted(telling("She moved to Berlin in May"))
        ['berl', 'move']
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = _WORD.findall(spell_query(folded) if of_query else spell_words(folded))
    return frozenset(word[:_STEM_LETTERS] for word in words if _tells(word))


def support_of(statement: str, evidence: Evidence, named: str = "") -> Support:
    """What supports a statement, given the text of the memory that it names; nothing where that is little."""
    words = telling(statement, of_query=True)
    told = words - evidence.names
    known = telling(named)
    found = words & evidence.names.union(known, *evidence.said)
    if not words or len(found) < limits.MODEL_SUPPORT_SHARE_MIN * len(words):
        return Support()
    return _best(told, evidence)


def is_known(line: str | None, statement: str, evidence: Evidence) -> bool:
    """Whether a name or value has a word of the statement or the messages, or tells nothing, like a date."""
    words = telling(line or "", of_query=True)
    return not words or not words.isdisjoint(evidence.names.union(telling(statement), *evidence.said))


def mentions(text: str, evidence: Evidence) -> Support:
    """The messages that speak of what a text is about: they share a telling word with it."""
    return _best(telling(text, of_query=True) - evidence.names, evidence)


def _best(words: frozenset[str], evidence: Evidence) -> Support:
    """The messages with at least half as many of the words as the best has."""
    shared = [len(words & said) for said in evidence.said]
    most = max(shared, default=0)
    if not most:
        return Support()
    bearing = [position for position, count in enumerate(shared) if 2 * count >= most]
    trust = max(evidence.trusts[position] for position in bearing if shared[position] == most)
    return Support(tuple(sorted(bearing, key=lambda position: -shared[position])), trust)


def _tells(word: str) -> bool:
    is_date = _NUMBER_OF_A_DAY.fullmatch(word) or says_when(word)
    return word not in COMMON_WORDS and not is_date
