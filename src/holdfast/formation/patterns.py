"""A pattern that is compiled when it is first needed: all of them at import would take 100 ms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property


class Pattern:
    """What ``re.compile`` gives, later.

    Example:
        >>> Pattern(r"a+", re.IGNORECASE).sub("b", "AAc")
        'bc'
    """

    def __init__(self, source: str, flags: re.RegexFlag = re.NOFLAG) -> None:
        self._source, self._flags = source, flags

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern itself."""
        return re.compile(self._source, self._flags)

    def match(self, text: str) -> re.Match[str] | None:
        """The match at the beginning of a text."""
        return self.compiled.match(text)

    def search(self, text: str) -> re.Match[str] | None:
        """The first match in a text."""
        return self.compiled.search(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """All matches in a text."""
        return self.compiled.finditer(text)

    def findall(self, text: str) -> list[str]:
        """The texts of all matches, for a pattern without groups."""
        return self.compiled.findall(text)

    def sub(self, words: str | Callable[[re.Match[str]], str], text: str, count: int = 0) -> str:
        """The text with its matches, or the first ``count`` of them, replaced."""
        return self.compiled.sub(words, text, count=count)

    def split(self, text: str, maxsplit: int = 0) -> list[str]:
        """The parts of a text between its matches, for a pattern without groups."""
        return self.compiled.split(text, maxsplit=maxsplit)
