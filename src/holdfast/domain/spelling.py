"""How a text is spelled for a word index, and a query for the same index."""

from __future__ import annotations

import re
from itertools import pairwise

from holdfast.domain.memory import indexed_text

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


def spell_words(speaker: str | None, text: str) -> str:
    """The indexed text with scripts that put no spaces between words cut into single characters and pairs.

    The tokenizer would take a whole Chinese sentence for one word; pairs of neighbours find the words in
    it without a dictionary, and single characters find the words of one character.
    """
    return _SPACELESS.sub(_characters_and_pairs, indexed_text(speaker, text))


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
