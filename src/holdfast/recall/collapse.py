"""Makes one hit of memories that say the same, and keeps one untrusted source from filling the answer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from holdfast import limits
from holdfast.domain.memory import Kind, Origin, State

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping

    from holdfast.domain.memory import Memory

    Words = tuple[str, ...]

NEAR_SHARE = 0.9
"""Words that two texts must share, of all that either has, to be nearly the same."""

_SMALL = ("a", "an", "the", "and", "so")
_SOUNDS = ("oh", "ah", "um", "uh", "hm", "hey", "yes", "yeah", "yep", "ok", "okay", "please")
_STRESS = ("really", "very", "also", "actually", "basically", "honestly", "literally")
EMPTY_WORDS = frozenset((*_SMALL, *_SOUNDS, *_STRESS))
"""The only words by which they may differ: they say nothing. A number, a name or a "not" never is one."""

MESSAGES_OF_A_FACT_MAX = 3
"""What cites more messages is a summary: it does not say what each of them says."""

ALIKE_MAX = 8
"""Texts of the same words that one is compared with: more are the same words shuffled, to waste time."""

SHOWN_CHARACTERS_MAX = 300
"""A longer message is not shown in the place of the fact that was found."""

_TRAILING = ".,;:!…\"'“”‘’«»"
_LEADING = "\"'“”‘’«»"
_PLAIN_APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc", "'"))
_NO_MARKS = str.maketrans(dict.fromkeys({*_TRAILING, *"\u02bc"}))


@dataclass(slots=True)
class Group:
    """One hit in the making: the key of its best ranked memory, what is shown, and what joined it."""

    key: int
    shown: Memory
    joined: list[Memory] = field(default_factory=list)

    @property
    def memory(self) -> Memory:
        """What is shown, with the sources of all."""
        if not self.joined:
            return self.shown
        sources = (source for memory in (self.shown, *self.joined) for source in memory.sources)
        each = {(source.episode_id, source.position): source for source in sources}
        return replace(self.shown, sources=tuple(each.values()))

    @property
    def also(self) -> tuple[str, ...]:
        """The ids of what joined it, best ranked first."""
        return tuple(memory.id for memory in self.joined)


@dataclass(frozen=True, slots=True)
class Collapsed:
    """The hits, best first, and whether some were held back because their source had its share."""

    groups: tuple[Group, ...]
    held_back: bool


def collapse(ranked: Mapping[int, Memory]) -> Collapsed:
    """One group for each statement, in the order of the best of each, from memories ranked best first.

    Together come what one speaker said in the same or nearly the same words, and a fact with the message
    that it was taken from. Of one source that is not trusted stay
    ``limits.UNTRUSTED_SOURCE_HITS_MAX`` groups.
    """
    has_facts = any(memory.kind is Kind.SEMANTIC for memory in ranked.values())
    grouping = _Grouping(has_facts=has_facts)
    roughs = {key: _rough(memory.text) for key, memory in ranked.items()}
    occurs = Counter(roughs.values())
    for key, memory in ranked.items():
        grouping.take(key, memory, is_alone=occurs[roughs[key]] == 1)
    groups = tuple(_of_each_source(grouping.groups))
    return Collapsed(groups, held_back=len(groups) < len(grouping.groups))


def is_trusted(memory: Memory) -> bool:
    """Whether its words are those of a person or an assistant, or were promoted."""
    return memory.trust >= limits.TRUST_MIN


class _Grouping:
    def __init__(self, *, has_facts: bool) -> None:
        self.groups: list[Group] = []
        self._by_words: dict[Hashable, list[Group]] = {}
        self._has_facts = has_facts
        self._of_message: dict[tuple[str, int], Group] = {}
        self._of_fact: dict[tuple[str, int], Group] = {}

    def take(self, key: int, memory: Memory, *, is_alone: bool) -> None:
        """Add a memory to the group that it belongs to, or to one of its own."""
        alike = [] if is_alone else self._by_words.setdefault((_bag(memory.text), _voice(memory)), [])
        twin = next((group for group in alike if _is_the_same(memory.text, group.shown.text)), None)
        group = twin or self._evidence(memory)
        if group is None:
            group = Group(key, memory)
            self.groups.append(group)
            if len(alike) < ALIKE_MAX:
                alike.append(group)
        elif _is_better_shown(memory, group.shown, is_twin=twin is not None):
            group.joined.insert(0, group.shown)
            group.shown = memory
        else:
            group.joined.append(memory)
        if self._has_facts:
            self._register(memory, group)

    def _evidence(self, memory: Memory) -> Group | None:
        """The group of the message that a fact was taken from, or of a fact that this message gave."""
        if not self._has_facts:
            return None
        known = self._of_message if memory.kind is Kind.SEMANTIC else self._of_fact
        return next((known[place] for place in _cited(memory) if place in known), None)

    def _register(self, memory: Memory, group: Group) -> None:
        """A message that is shown takes in its facts; a fact takes in its message, or one piece of it."""
        for place in _cited(memory):
            if memory.kind is Kind.EPISODIC:
                self._of_fact.pop(place, None)
            if group.shown is memory:
                known = self._of_message if memory.kind is Kind.EPISODIC else self._of_fact
                known.setdefault(place, group)


def _is_better_shown(memory: Memory, shown: Memory, *, is_twin: bool) -> bool:
    """Of twins the one that is true now; of a fact and its message the message, whose own words say more."""
    if is_twin:
        return _is_current(memory) and not _is_current(shown)
    is_message = memory.kind is Kind.EPISODIC and shown.kind is Kind.SEMANTIC
    return is_message and len(memory.text) <= SHOWN_CHARACTERS_MAX


def _cited(memory: Memory) -> tuple[tuple[str, int], ...]:
    """The messages that it was taken from, as episode and position; none of a summary."""
    if memory.kind is Kind.PROCEDURAL or (
        memory.kind is Kind.SEMANTIC and len(memory.sources) > MESSAGES_OF_A_FACT_MAX
    ):
        return ()
    return tuple((source.episode_id, source.position) for source in memory.sources)


def _of_each_source(groups: Iterable[Group]) -> Iterator[Group]:
    hits: Counter[str] = Counter()
    for group in groups:
        if not is_trusted(group.shown):
            source = group.shown.sources[0].episode_id if group.shown.sources else ""
            hits[source] += 1
            if hits[source] > limits.UNTRUSTED_SOURCE_HITS_MAX:
                continue
        yield group


def _is_the_same(text: str, other: str) -> bool:
    """Whether the words are the same, but for empty ones in a text that is long enough."""
    if text == other:
        return True
    said, known = _words(text), _words(other)
    if not said or said == known:
        return said == known != ()
    own, others = set(said), set(known)
    return _telling(said) == _telling(known) and len(own & others) >= NEAR_SHARE * len(own | others)


def _voice(memory: Memory) -> Hashable:
    """Who speaks. Without a user's id, the same role in another session may be somebody else."""
    scope = memory.scope
    owner = scope.user_id or (scope.agent_id, scope.session_id)
    if not memory.sources:
        return owner, memory.origin
    source = memory.sources[0]
    agent = None if memory.origin is Origin.USER else scope.agent_id
    return owner, agent, memory.origin, source.role, source.name


def _rough(text: str) -> tuple[int, ...]:
    """The same for all texts that may say the same: how often it has what no empty word has.

    Every hit pays for this, 1 µs instead of 7, and few for more.
    """
    plain = text.casefold()
    return plain.count("w"), plain.count("g"), plain.count("f"), plain.count("?")


def _bag(text: str) -> frozenset[str]:
    """Likewise, and the same for few others."""
    return frozenset(text.casefold().translate(_NO_MARKS).split()) - EMPTY_WORDS


def _words(text: str) -> Words:
    """Its words as they are compared: without case and the marks around them; "?" and "-5" stay."""
    plain = text.casefold().translate(_PLAIN_APOSTROPHES)
    stripped = (word.rstrip(_TRAILING).lstrip(_LEADING) for word in plain.split())
    return tuple(word for word in stripped if word)


def _telling(said: Words) -> Words:
    return tuple(word for word in said if word not in EMPTY_WORDS)


def _is_current(memory: Memory) -> bool:
    return memory.state is State.ACTIVE and memory.invalid_at is None
