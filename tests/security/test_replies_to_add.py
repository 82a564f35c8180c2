"""Thousands of broken and hostile replies through the whole path of ``add``: not one wrong write."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from holdfast import Holdfast
from holdfast.domain.decision import AddResult
from holdfast.domain.job import JobState
from holdfast.domain.memory import Kind, Memory, Origin
from holdfast.domain.message import Message
from holdfast.testing import (
    FrozenClock,
    HashingEmbedder,
    InMemoryData,
    ScriptedLanguageModel,
    open_in_memory,
)
from tests.security.test_hostile_replies import MESSAGES, hostile_reply

pytestmark = pytest.mark.facts

REPLIES = 5_000
ORDINARY = 100
PER_STORE = 20
"""Replies that meet the same store, which is the richer for those before."""

EMBEDDER = HashingEmbedder()
SEEDS = (
    "I live in Hamburg. I like cycling. My bicycle is called Blitz.",
    "I work as a nurse. My sister Eva lives in Bremen. I am allergic to nuts.",
    "Always answer in German. I moved to Hamburg in 2019.",
)
LINE = re.compile(r"^\d+ \[\d{4}-\d\d-\d\d\] (?P<words>.*)$", re.MULTILINE)


@dataclass
class Bench:
    """A store in which ana and ben have facts, made by rules, and the memories that a model was shown."""

    data: InMemoryData = field(default_factory=InMemoryData)
    shown: set[str] = field(default_factory=set)
    said: tuple[Message, ...] = ()

    def __post_init__(self) -> None:
        with self.open(model="rules") as memory:
            for user in ("ana", "ben"):
                for text in SEEDS:
                    memory.add(said(text), user_id=user)

    def open(self, model: str | ScriptedLanguageModel) -> Holdfast:
        backend = open_in_memory(EMBEDDER.identity, self.data)
        clock = FrozenClock(datetime(2026, 6, 1, tzinfo=UTC))
        return Holdfast(backend, embedder=EMBEDDER, model=model, clock=clock)

    def memories(self) -> dict[str, Memory]:
        return {held.memory.id: held.memory for held in self.data.held.values()}

    def answer(self, number: int) -> AddResult:
        """What an add answers to which the model gives the reply of that number."""
        self.shown = set()
        self.said = tuple(replace(each, id=f"{number}/{n}") for n, each in enumerate(MESSAGES))
        replies = (hostile_reply(number), hostile_reply(number + 7))

        def watching(value: object) -> object:
            def replied(messages: Sequence[Message]) -> object:
                self._see(messages[1].content)
                return value

            return replied

        with self.open(ScriptedLanguageModel(*map(watching, replies))) as memory:
            return memory.add(list(self.said), user_id="ana")

    def _see(self, prompt: str) -> None:
        words = {match["words"] for match in LINE.finditer(prompt.split("</memories>", maxsplit=1)[0])}
        self.shown = {
            memory.id
            for memory in self.memories().values()
            if memory.scope.user_id == "ana" and memory.text in words
        }


def said(text: str) -> dict[str, str]:
    return {"role": "user", "name": "Ana", "content": text, "at": "2026-01-05"}


def content(memory: Memory) -> tuple[object, ...]:
    return (
        memory.text, memory.version, memory.kind, memory.invalid_at, memory.valid_at, memory.trust,
        memory.importance, memory.statement, memory.expired_at, memory.expires_at,
    )  # fmt: skip


def faults_of(bench: Bench, before: dict[str, Memory], result: AddResult) -> list[str]:
    """Everything that a reply must not bring about."""
    after = bench.memories()
    changed = {key for key, memory in before.items() if content(after[key]) != content(memory)}
    new = [memory for key, memory in after.items() if key not in before]
    derived = [memory for memory in new if memory.origin is Origin.DERIVED]
    (job,) = [kept.job for kept in bench.data.jobs if kept.job.id == result.episode_id]
    checks = {
        "a memory is gone": set(before) <= set(after),
        "a memory that was not shown": changed <= bench.shown,
        "what was said": all(before[key].kind is not Kind.EPISODIC for key in changed),
        "a hard delete": not any(memory.is_deleted for memory in after.values()),
        "a lost word": all(before[key].text == after[key].text for key in before),
        "something of somebody else's": all(after[key].scope.user_id == "ana" for key in changed)
        and all(memory.scope.user_id == "ana" for memory in new),
        "a message is missing": bench.data.episodes[result.episode_id].messages == bench.said,
        "a message without its memory": len(new) - len(derived) == len(result.changes),
        "an unknown end of the job": job.state in {JobState.DONE, JobState.PENDING, JobState.DEAD},
        "an answer at odds with the job": (result.status == "done") is (job.state is JobState.DONE),
        "trust out of nothing": all(
            memory.trust <= min({"user": 1.0}.get(s.role.value, 0.4) for s in memory.sources)
            for memory in derived
        ),
        "a fact without its origin": all(
            memory.statement is not None and memory.statement.extractor.startswith("scripted:")
            for memory in derived
        ),
        "an instruction of a tool": all(
            memory.trust == 1.0 for memory in derived if memory.kind is Kind.PROCEDURAL
        ),
    }
    return [name for name, holds in checks.items() if not holds]


def put_to(first: int, last: int) -> Counter[str]:
    """Give the replies from one number to before another to stores; what came of them."""
    outcomes: Counter[str] = Counter()
    bench = Bench()
    for number in range(first, last):
        if (number - first) % PER_STORE == 0:
            bench = Bench()
        before = bench.memories()
        result = bench.answer(number)
        assert faults_of(bench, before, result) == [], f"reply {number}"
        outcomes[result.status] += 1
        for change in result.facts:
            outcomes[change.event.value] += 1
    return outcomes


def test_no_reply_writes_what_it_must_not() -> None:
    outcomes = put_to(0, ORDINARY)

    assert outcomes.total() > 1.25 * ORDINARY, "the replies must do something, or this proves nothing"
    assert {"done", "processing", "ADD", "UPDATE", "DELETE", "NONE"} <= set(outcomes)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(10))
def test_not_one_of_five_thousand_replies_writes_what_it_must_not(part: int) -> None:
    outcomes = put_to(part * REPLIES // 10, (part + 1) * REPLIES // 10)

    assert {"done", "processing", "ADD", "UPDATE", "DELETE", "NONE"} <= set(outcomes)
