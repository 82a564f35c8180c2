"""How long ``add`` of one message takes, on disk when it returns, and how often it flushes."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import count
from statistics import fmean, median
from typing import TYPE_CHECKING

import apsw

from benchmarks.speed.corpus import Corpus
from benchmarks.speed.floors import Flush
from benchmarks.speed.prepared import PreparedEmbedder
from benchmarks.speed.report import Figure
from benchmarks.speed.stores import USER, as_messages
from benchmarks.speed.timing import Times, interleave
from holdfast import Holdfast
from holdfast.adapters.sqlite import open_sqlite
from holdfast.adapters.system import SystemClock, Uuid7Source
from holdfast.domain.message import read_messages
from holdfast.domain.metadata import NO_METADATA
from holdfast.domain.scope import Scope
from holdfast.formation.kit import FormationKit
from holdfast.formation.remember import Conversation, remember

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from benchmarks.speed.corpus import Said
    from benchmarks.speed.progress import Progress
    from benchmarks.speed.stores import Stores

GROUP = "add of one message, durable, embedding apart"
IN_SCOPE_MAX = 5_000
FLUSHES_MAX = 1.5
OWN_MILLISECONDS_MAX = 1.0
GROWTH_MAX = 1.25
FACTS = "facts"
FACTS_MAX = 3.0
VFS_NAME = "holdfast-benchmark-flushes"


def measure(stores: Stores, progress: Progress, *, quick: bool) -> Iterator[Figure]:
    """The times at three sizes of the store, against the bare flush, in turns; then the flushes."""
    sizes = (1_000, 2_000, 4_000) if quick else (1_000, 10_000, 100_000)
    rounds = 30 if quick else 400
    with ExitStack() as open_stores:
        works: dict[str, Callable[[], object]] = {"flush": open_stores.enter_context(Flush(stores.folder))}
        for size in sizes:
            file = stores.copy(stores.filled(size, in_scope=scope_of(size)), f"adding-{size}")
            memory = open_stores.enter_context(Holdfast(file, embedder=PreparedEmbedder()))
            works[str(size)] = adder(memory, Corpus(size + 1).messages(rounds + 3), infer=False)
            works[FACTS] = adder(memory, Corpus(7).messages(rounds + 3), infer=True)  # the last size stays
        with progress.step("adding messages", 1):
            times = interleave(works, rounds=rounds)
    yield from to_figures(times, sizes)
    yield from measure_flushes(stores.folder, 20 if quick else 200)


def scope_of(size: int) -> int:
    """The memories of one user in the store of this size: a store that the searches need anyway."""
    return 1_000 if size <= 10_000 else IN_SCOPE_MAX


def adder(memory: Holdfast, messages: list[Said], *, infer: bool) -> Callable[[], object]:
    """Adds the next message at each call, with the facts in it or without."""
    waiting = iter(as_messages(messages))
    return lambda: memory.add(next(waiting), user_id=USER, session_id="live", infer=infer)


def to_figures(times: dict[str, Times], sizes: tuple[int, ...]) -> Iterator[Figure]:
    """The figures, their bars reckoned from the flush of the same run."""
    flush = times["flush"]
    for size in sizes:
        bar = FLUSHES_MAX * flush.p50 + OWN_MILLISECONDS_MAX
        found = times[str(size)]
        yield Figure(GROUP, f"{size:,} in the store, p50", found.p50, "ms", flush.p50, "flush", bar)
        yield Figure(
            GROUP, f"{size:,} in the store, p99", found.percentile(99), "ms", flush.percentile(99), "flush"
        )
    more = times[FACTS].p50 - times[str(sizes[-1])].p50
    yield Figure(
        GROUP, f"{sizes[-1]:,} in the store, with facts by rules, p50 more", more, "ms", bar=FACTS_MAX
    )
    smallest, largest = times[str(sizes[0])].p50, times[str(sizes[-1])].p50
    name = f"p50 at {sizes[-1]:,} over p50 at {sizes[0]:,}"
    yield Figure(GROUP, name, largest / smallest, "x", bar=GROWTH_MAX)


class CountingFile(apsw.VFSFile):
    """A file that counts how often it is flushed."""

    def __init__(self, name: str | apsw.URIFilename | None, flags: list[int], syncs: Iterator[int]) -> None:
        super().__init__("", name, flags)
        self._syncs = syncs

    def xSync(self, flags: int) -> None:  # noqa: N802 (SQLite's name)
        """One flush more."""
        next(self._syncs)
        super().xSync(flags)


class CountingVfs(apsw.VFS):
    """The system's own files, with every flush counted."""

    def __init__(self) -> None:
        self._syncs = count()
        super().__init__(VFS_NAME, "")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> CountingFile:  # noqa: N802 (SQLite\'s name)
        """A file that counts."""
        return CountingFile(name, flags, self._syncs)

    def taken(self) -> int:
        """The flushes so far; looking counts as one, which the caller takes off again."""
        return next(self._syncs)


def measure_flushes(folder: Path, adds: int) -> Iterator[Figure]:
    """The flushes of each commit: of most of them, and over all, where emptying the log adds some."""
    counting = CountingVfs()
    embedder = PreparedEmbedder()
    backend = open_sqlite(folder / "flushes.db", embedder.identity, vfs=VFS_NAME)
    kit = FormationKit(backend.store, embedder, SystemClock(), Uuid7Source())
    flushes = []
    for said in Corpus(5).messages(adds):
        before = counting.taken()
        conversation = Conversation(
            Scope.of(user_id=USER), read_messages(as_messages([said])), NO_METADATA, 0.5, None, None
        )
        remember(conversation, kit=kit)
        flushes.append(counting.taken() - before - 1)
    backend.store.close()
    counting.unregister()
    yield Figure(GROUP, "flushes of a commit, median", median(flushes), "", bar=1.0)
    yield Figure(GROUP, "flushes of a commit, mean with emptying the log", fmean(flushes), "")
