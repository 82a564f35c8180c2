"""The names that a question may hold: runs of its words, to be looked up among the entities."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from holdfast import limits
from holdfast.domain.spelling import COMMON_WORDS
from holdfast.domain.statement import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_OWNER = re.compile(r"'s?\Z")


class _Run(NamedTuple):
    """Words that follow one another, as a name is folded, and the places that they take."""

    name: str
    places: range


class Names(NamedTuple):
    """Everything in a question that may be a name, longest first."""

    runs: tuple[_Run, ...]

    @property
    def spelled(self) -> tuple[str, ...]:
        """The names, each once."""
        return tuple(dict.fromkeys(run.name for run in self.runs))

    def longest(self, known: Collection[str]) -> tuple[str, ...]:
        """Those that are known and lie in no longer one that is known."""
        taken: set[int] = set()
        found: dict[str, None] = {}
        for run in self.runs:
            if run.name in known and taken.isdisjoint(run.places):
                taken.update(run.places)
                found[run.name] = None
        return tuple(found)


def names_in(question: str) -> Names:
    """The runs of up to ``CHAIN_NAME_WORDS_MAX`` words, with and without the ``'s`` of an owner at their end.

    Example:
        >>> names_in("Who is Ana's boss?").longest({"ana", "boss", "who is"})
        ('who is', 'ana', 'boss')
    """
    words = [fold(word) for word in question.split()[: limits.CHAIN_QUESTION_WORDS_MAX]]
    return Names(tuple(run for run in _runs(words) if run.name and run.name not in COMMON_WORDS))


def _runs(words: list[str]) -> Iterator[_Run]:
    owners = [_OWNER.sub("", word) for word in words]
    for length in range(min(limits.CHAIN_NAME_WORDS_MAX, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            places = range(start, start + length)
            *before, last = words[start : start + length]
            yield _Run(" ".join([*before, last]), places)
            if owners[places[-1]] != last:
                yield _Run(" ".join([*before, owners[places[-1]]]), places)
