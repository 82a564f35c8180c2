"""A language model that reads what was added, in a process that may be killed on the way."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from holdfast import Holdfast, JobState
from holdfast.adapters.sqlite import open_sqlite
from holdfast.domain.memory import Memory, Origin
from holdfast.domain.message import Message
from holdfast.ports import Derive, MemoryStore
from holdfast.testing import HashingEmbedder, ScriptedLanguageModel
from tests.unit.scripts import home, operation, reply

EMBEDDER = HashingEmbedder()
CALLS_MAX = 1_000
MOVED = {"role": "user", "name": "Ana", "content": "I moved to Oslo", "at": "2026-03-12"}
_NUMBER = re.compile(r"I own thing number (\d+)")

Say = Callable[[str], None]


def halt(point: str, say: Say) -> None:
    """Wait until the process is killed."""
    say(point)
    sys.stdin.readline()


class HaltingStore:
    """The store, which waits before or after it commits what was derived."""

    def __init__(self, store: MemoryStore, point: str, say: Say) -> None:
        self._store = store
        self._point = point
        self._say = say

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever the store has)
        return getattr(self._store, name)

    def commit(self, change: Any, **more: Any) -> None:  # noqa: ANN401 (any change)
        if isinstance(change, Derive) and self._point == "decided":
            halt("decided", self._say)
        self._store.commit(change, **more)
        if isinstance(change, Derive) and self._point == "committed":
            halt("committed", self._say)


def moves() -> ScriptedLanguageModel:
    """Says that Ana, whose home it was shown, lives in Oslo."""
    return ScriptedLanguageModel(*[reply(home("UPDATE", "Oslo", 1))] * CALLS_MAX)


def read_and_halt_at(path: str, point: str, say: Say) -> None:
    def asked(_: Sequence[Message]) -> object:
        if point == "asked":
            halt("asked", say)
        return reply(home("UPDATE", "Oslo", 1))

    backend = open_sqlite(path, EMBEDDER.identity)
    store = cast("MemoryStore", HaltingStore(backend.store, point, say))
    model = ScriptedLanguageModel(asked)
    with Holdfast(replace(backend, store=store), embedder=EMBEDDER, model=model, worker=False) as memory:
        memory.add(MOVED, user_id="ana")


def owner() -> ScriptedLanguageModel:
    """Says of each message about a thing that Ana owns it."""

    def read(messages: Sequence[Message]) -> object:
        number = _NUMBER.findall(messages[1].content)[-1]
        return reply(
            operation("ADD", f"Ana owns thing number {number}", subject="Ana", value=f"thing {number}")
        )

    return ScriptedLanguageModel(*[read] * CALLS_MAX)


def add_facts(path: str, first: int, count: int, say: Say, *, wait: bool = True) -> None:
    with Holdfast(path, embedder=EMBEDDER, model=owner()) as memory:
        for number in range(first, first + count):
            text = f"I own thing number {number}"
            memory.add({"role": "user", "name": "Ana", "content": text}, user_id="ana", wait=wait)
            say(str(number))


def read_all(path: str, say: Say) -> None:
    with Holdfast(path, embedder=EMBEDDER, model=owner()) as memory:
        worker = memory.worker(observe=lambda ran: say(ran.job_id) if ran.outcome is JobState.DONE else None)
        while worker.run_once() is not None:
            pass


def derived(path: Path) -> list[Memory]:
    """The facts that a store holds, closed ones too."""
    with Holdfast(path, embedder=EMBEDDER) as memory:
        found: list[Memory] = []
        after = None
        while True:
            page = memory.list(user_id="ana", limit=1_000, after=after)
            found += page.memories
            if page.after is None:
                return [each for each in found if each.origin is Origin.DERIVED]
            after = page.after
