"""Cuts a long text into pieces of about one idea each, at the best places that it has."""

from __future__ import annotations

import re

from holdfast import limits
from holdfast.domain.message import Message, Role

_ENDS = ".!?…。\uff01\uff1f"
_SENTENCE = re.compile(
    # A run of ends is tried once, at its start, and never given back: a megabyte of dots is one step.
    rf".+?(?:(?<![{_ENDS}])[{_ENDS}]++[\"'”’)\]]*+(?=\s|$)|[。\uff01\uff1f]|\n+|$)",
    re.DOTALL,
)
_WORD = re.compile(r"\S+\s*|\s+")


def cut(message: Message) -> tuple[str, ...]:
    """The message as it is, or the pieces of a long one; together they are its words, in order.

    An assistant's text is cut from 80 words on, because answers hold many ideas; a person's from the
    length on that the encoder can no longer take in.
    """
    if _is_short(message):
        return (message.content,)
    pieces, piece = [], ""
    for part in _parts(message.content):
        if piece and not _fits(piece + part):
            pieces.append(piece)
            piece = ""
        piece += part
    return tuple(text.strip() for text in (*pieces, piece) if text.strip())


def _is_short(message: Message) -> bool:
    words_max = limits.CHUNK_WORDS if message.role is Role.ASSISTANT else limits.UNCHUNKED_WORDS_MAX
    characters_max = limits.CHUNK_CHARACTERS_MAX * words_max // limits.CHUNK_WORDS
    return len(message.content) <= characters_max and len(message.content.split()) <= words_max


def _fits(text: str) -> bool:
    return len(text) <= limits.CHUNK_CHARACTERS_MAX and len(text.split()) <= limits.CHUNK_WORDS


def _parts(text: str) -> list[str]:
    """Sentences; words where a sentence is too long; characters where a word is."""
    sentences = [match[0] for match in _SENTENCE.finditer(text)]
    return [part for sentence in sentences for part in ([sentence] if _fits(sentence) else _words(sentence))]


def _words(sentence: str) -> list[str]:
    size = limits.CHUNK_CHARACTERS_MAX
    words = [match[0] for match in _WORD.finditer(sentence)]
    return [word[start : start + size] for word in words for start in range(0, len(word), size)]
