"""How a text is spelled for a word index, and a query for the same index."""

from __future__ import annotations

import re
from itertools import pairwise

COMMON_WORDS = frozenset(
    """
    a about am an and any are as at be been being but by can could did do does doing for from had
    has have having he her hers him his how i if in into is it its me my of on or our ours she
    should so than that the their them then there these they this those to us was we were what when
    where which while who whom whose why will with would you your yours
    """.split()  # noqa: SIM905 (as a list it would fill two pages)
)
"""Words that tell nothing about what is sought; a query of nothing else is looked up all the same."""

_SPACELESS = re.compile(
    "["
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Myanmar
    "\u1100-\u11ff\uac00-\ud7af"  # Hangul, whose particles stick to the words
    "\u1780-\u17ff"  # Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # Japanese
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"  # Chinese characters
    "]+"
)


def spell_words(text: str) -> str:
    """The text with scripts that put no spaces between words cut into single characters and pairs.

    The tokenizer would take a whole Chinese sentence for one word; pairs of neighbours find the words in
    it without a dictionary, and single characters find the words of one character.
    """
    return _SPACELESS.sub(_characters_and_pairs, text)


_OPENING_MARKS = " \t\n\"'\u00bf\u00a1\u201c\u2018\u00ab("


def is_name(word: str, query: str) -> bool:
    """Whether a word of a query has a capital as names have, and not as its first word has one."""
    return word[:1].isupper() and not query.lstrip(_OPENING_MARKS).startswith(word)


def spell_query(text: str) -> str:
    """A query spelled for the same index: pairs where there are two characters, else the one."""
    return _SPACELESS.sub(_pairs, text)


def _characters_and_pairs(match: re.Match[str]) -> str:
    run = match[0]
    return f" {' '.join(run)} {_join_pairs(run)} "


def _pairs(match: re.Match[str]) -> str:
    return f" {_join_pairs(match[0]) or match[0]} "


def _join_pairs(run: str) -> str:
    return " ".join(first + second for first, second in pairwise(run))
