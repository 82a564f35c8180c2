"""Knows the same words again, however they were quoted on the way."""

from __future__ import annotations

from hashlib import blake2b

from holdfast import limits
from holdfast.domain.quoting import quoted

_AROUND = " \t\r\n.!?,;:\"'`*_\u201c\u201d\u2018\u2019\u00ab\u00bb\u2026"


def wording(text: str) -> int:
    """A whole number of 64 bits with a sign: the same for texts that differ in case, in white space, in what
    cannot be seen, in marks around them, or in how a context escapes them.

    Example:
        >>> wording("I live in  Oslo.") == wording('"i live in Oslo"')
        True
    """
    line = quoted(text[: limits.RECALLED_TEXT_CHARACTERS_MAX])
    if "&" in line:
        line = line.replace("&lt;", "<").replace("&gt;", ">")
    words = line.casefold().strip(_AROUND)
    return int.from_bytes(blake2b(words.encode(), digest_size=8).digest(), "big", signed=True)
