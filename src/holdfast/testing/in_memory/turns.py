"""What ranking asks of turns, straight from the definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from holdfast.domain.instant import to_microseconds
from holdfast.domain.memory import Origin
from holdfast.domain.reinforcement import reinforcement
from holdfast.domain.traits import traits_of, voice_of
from holdfast.ports import TurnTable
from holdfast.testing.in_memory.words import words_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence
    from datetime import datetime

    import numpy.typing as npt

    from holdfast.domain.memory import Memory
    from holdfast.domain.scope import Scope
    from holdfast.domain.timewords import Span
    from holdfast.testing.in_memory.data import Access, Held, InMemoryData


class InMemoryTurnIndex:
    """``TurnIndex`` that looks at every memory."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def describe(
        self, scope: Scope, keys: npt.NDArray[np.int64], *, as_of: datetime | None = None
    ) -> TurnTable:
        with self._access.use() as data:
            stood = {key: item.stood(as_of, data.episodes) for key, item in data.held.items()}
            there = {key: memory for key, memory in stood.items() if memory is not None}
            wanted = there.keys() & set(keys.tolist())
            inside = data.inside(scope)
            held = [item for item in inside if item.key in wanted]
            outdated = _outdated(there)
            before, voices = _before(data), {item.key: _voice(item) for item in data.held.values()}
            heard: dict[Hashable, set[str]] = {}
            for item in data.held.values():
                if not item.is_derived:
                    heard.setdefault(item.thread, set()).add(voices[item.key])
            threads = [*dict.fromkeys(item.thread for item in data.held.values())]
        names = list(dict.fromkeys(voices.values()))
        memories = [there[item.key] for item in held]
        return TurnTable(
            keys=np.array([item.key for item in held], np.int64),
            threads=np.array([threads.index(item.thread) for item in held], np.int64),
            before=np.array([before[item.key] for item in held], np.int64),
            in_talk=np.array([len(heard.get(item.thread, ())) > 1 for item in held], np.bool_),
            at=np.array([to_microseconds(memory.valid_at) for memory in memories], np.int64),
            traits=np.array(
                [traits_of(memory.origin, memory.text, memory.trust) for memory in memories], np.int32
            ),
            lengths=np.array([words_of(memory.text).total() for memory in memories], np.float32),
            voices=np.array([names.index(voices[item.key]) for item in held], np.int32),
            names=tuple(names),
            importance=np.array([memory.importance for memory in memories]),
            trust=np.array([memory.trust for memory in memories]),
            last_use=np.array([to_microseconds(_last_use(memory)) for memory in memories], np.int64),
            feedback=np.array(
                [reinforcement(memory.useful_count, memory.useless_count) for memory in memories], np.float64
            ),
            outdated=np.array([outdated.get(item.key, 0.0) for item in held], np.float64),
            inside=len(inside),
        )

    def said_during(self, scope: Scope, spans: Sequence[Span], *, limit: int) -> npt.NDArray[np.int64]:
        with self._access.use() as data:
            found = [
                item
                for item in data.inside(scope)
                if any(span.start <= item.memory.valid_at < span.end for span in spans)
            ]
        latest = sorted(found, key=lambda item: item.memory.valid_at)[-limit:]
        return np.array(sorted(item.key for item in latest), np.int64)


def _outdated(memories: Mapping[int, Memory]) -> dict[int, float]:
    """How far memories have ceased to be true: closed facts, and the messages that said them."""
    ended = {key: memory for key, memory in memories.items() if memory.invalid_at is not None}
    outdated: dict[int, float] = {}
    for fact in ended.values():
        if fact.origin is Origin.DERIVED and fact.version > 1:
            cited = {(source.episode_id, source.position) for source in fact.sources}
            for key, said in memories.items():
                if said.origin is not Origin.DERIVED and any(
                    (source.episode_id, source.position) in cited for source in said.sources
                ):
                    outdated[key] = min(1.0, outdated.get(key, 0.0) + len(fact.text) / len(said.text))
    return outdated | dict.fromkeys(ended, 1.0)


def _last_use(memory: Memory) -> datetime:
    return max(memory.valid_at, memory.accessed_at or memory.valid_at)


def _voice(item: Held) -> str:
    return voice_of(item.memory.spoken_by, traits_of(item.memory.origin, item.memory.text, item.memory.trust))


def _before(data: InMemoryData) -> dict[int, int]:
    """The key of the undeleted turn before each in its conversation; 0 for none."""
    last: dict[Hashable, int] = {}
    before: dict[int, int] = {}
    for item in data.held.values():
        before[item.key] = 0 if item.is_derived else last.get(item.thread, 0)
        if not item.is_passed_over:
            last[item.thread] = item.key
    return before
