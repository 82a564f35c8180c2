"""How long ``search`` takes with all signals, embedding apart, and where the time goes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from benchmarks.speed.corpus import Corpus
from benchmarks.speed.floors import Scan
from benchmarks.speed.prepared import PreparedEmbedder
from benchmarks.speed.report import Figure
from benchmarks.speed.stores import USER
from benchmarks.speed.timing import Times
from holdfast import Holdfast
from holdfast.adapters.sqlite import open_sqlite
from holdfast.adapters.system import SystemClock
from holdfast.domain.budget import estimate_tokens
from holdfast.domain.scope import Scope
from holdfast.domain.view import View
from holdfast.recall.kit import RecallKit
from holdfast.recall.search import Question, search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.speed.progress import Progress
    from benchmarks.speed.stores import Filled, Stores

GROUP = "search with all signals, embedding apart"
FIRSTS = 7
Port = TypeVar("Port")


@dataclass(frozen=True, slots=True)
class Case:
    """A size, how often it is asked, and the bars: (percentile, milliseconds); one for the first search."""

    memories: int
    in_scope: int
    rounds: int
    bars: tuple[tuple[int, float | None], ...]
    first_bar: float | None = None

    @property
    def name(self) -> str:
        """The size in words."""
        return f"{self.in_scope:,} in the scope of {self.memories:,}"


CASES = (
    Case(10_000, 1_000, 1_000, ((50, 2.0), (99, 5.0))),
    Case(10_000, 10_000, 400, ((50, None), (99, None))),
    Case(100_000, 5_000, 400, ((50, None), (95, 15.0))),
    Case(100_000, 100_000, 150, ((50, None), (95, 60.0)), first_bar=300.0),
)
QUICK_CASES = (Case(2_000, 1_000, 30, ((50, 2.0), (99, 5.0))),)
FULL_CASES = (*CASES, Case(1_000_000, 5_000, 200, ((50, None), (95, 15.0))))


def measure(stores: Stores, progress: Progress, *, quick: bool, full: bool) -> Iterator[Figure]:
    """The times of every size, against numpy's bare scan of as many vectors, in turns."""
    for case in QUICK_CASES if quick else FULL_CASES if full else CASES:
        yield from measure_case(case, stores, progress)


def measure_case(case: Case, stores: Stores, progress: Progress) -> Iterator[Figure]:
    """The times of one size, whole and by part."""
    filled = stores.filled(case.memories, in_scope=case.in_scope)
    questions = Corpus(case.in_scope).questions(filled.messages, case.rounds)
    with progress.step(f"searching {case.name}", 2 * len(questions)) as advance:
        searches, scans = ask(filled, case, questions, advance)
        for percentile, bar in case.bars:
            yield Figure(
                GROUP,
                f"{case.name}, p{percentile}",
                searches.percentile(percentile),
                "ms",
                scans.p50,
                "scan",
                bar,
            )
        yield from measure_parts(filled, case, questions, advance)
    if case.first_bar is not None:
        yield measure_first(filled, case, questions[0], progress)


def measure_first(filled: Filled, case: Case, question: str, progress: Progress) -> Figure:
    """The first search of a process that has read nothing of the scope, the libraries loaded: a store
    is opened anew each time, and the file lies in the cache of the system.
    """
    firsts, scan, scans = Times(), Scan(case.in_scope), Times()
    with progress.step(f"searching {case.name} for the first time", FIRSTS) as advance:
        for _ in range(FIRSTS):
            with Holdfast(filled.file, embedder=PreparedEmbedder(), cache=False) as memory:
                firsts.take(partial(memory.search, question, user_id=USER))
            scans.take(scan)
            advance(1)
    name = f"{case.name}: the first search after opening, median"
    return Figure(GROUP, name, firsts.p50, "ms", scans.p50, "scan", case.first_bar)


def ask(
    filled: Filled, case: Case, questions: list[str], advance: Callable[[int], None]
) -> tuple[Times, Times]:
    """Searches and scans in turns. The first searches read the file and are not counted."""
    scan, searches, scans = Scan(case.in_scope), Times(), Times()
    with Holdfast(filled.file, embedder=PreparedEmbedder(), cache=False) as memory:
        for question in questions[:10]:
            memory.search(question, user_id=USER)
        for question in questions:
            scans.take(scan)
            searches.take(partial(memory.search, question, user_id=USER))
            advance(1)
    return searches, scans


class Timed:
    """Stands before a port and notes the time of every call of its methods."""

    def __init__(self, port: object) -> None:
        self._port = port
        self.spent: dict[str, int] = {}

    def __getattr__(self, name: str) -> Callable[..., object]:
        method = getattr(self._port, name)

        def call(*args: object, **kwargs: object) -> object:
            began = time.perf_counter_ns()
            try:
                return method(*args, **kwargs)
            finally:
                self.spent[name] = self.spent.get(name, 0) + time.perf_counter_ns() - began

        return call


def measure_parts(
    filled: Filled, case: Case, questions: list[str], advance: Callable[[int], None]
) -> Iterator[Figure]:
    """The median time inside each port; the rest is the joining of the signals."""
    embedder = PreparedEmbedder()
    backend = open_sqlite(filled.file, embedder.identity)
    store, vectors = Timed(backend.store), Timed(backend.vectors)
    words, turns = Timed(backend.words), Timed(backend.turns)
    kit = RecallKit(store, vectors, words, turns, embedder, estimate_tokens)  # type: ignore[arg-type]  # Timed plays them all
    times = {part: Times() for part in ("words", "vectors", "turns", "fetch", "fuse and the rest")}
    for question in questions:
        for port in (store, vectors, words, turns):
            port.spent.clear()
        now = SystemClock().now()
        asked = Question(question, Scope.of(user_id=USER), View(now), now)
        began = time.perf_counter_ns()
        search(asked, limit=10, explain=False, kit=kit)
        whole = time.perf_counter_ns() - began
        parts = {
            "words": words.spent["search"],
            "vectors": vectors.spent["search"],
            "turns": turns.spent["describe"],
            "fetch": store.spent["fetch"],
        }
        for part, spent in {**parts, "fuse and the rest": whole - sum(parts.values())}.items():
            times[part].note(spent)
        advance(1)
    backend.store.close()
    for part, found in times.items():
        yield Figure(GROUP, f"{case.name}: {part}", found.p50, "ms")
