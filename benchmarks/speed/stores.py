"""Stores filled beforehand, each made once in a run and copied for whoever writes to it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.speed.corpus import SPEAKERS, Corpus, Said
from benchmarks.speed.prepared import PreparedEmbedder
from holdfast import Holdfast

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.speed.progress import Progress
    from holdfast import Embedder

BATCH = 1_000
USER = "user-0"


@dataclass(frozen=True, slots=True)
class Filled:
    """A store of so many memories, of which each user has so many; ``messages`` are those of ``USER``."""

    file: Path
    memories: int
    in_scope: int
    messages: list[Said]


class Stores:
    """Makes filled stores in a folder."""

    def __init__(self, folder: Path, progress: Progress) -> None:
        self.folder = folder
        self._progress = progress
        self._made: dict[tuple[int, int, str], Filled] = {}

    def filled(self, memories: int, *, in_scope: int, embedder: Embedder | None = None) -> Filled:
        """The store of this size, which nobody may write to."""
        chosen = embedder or PreparedEmbedder()
        key = (memories, in_scope, str(chosen.identity))
        if key not in self._made:
            self._made[key] = self._fill(memories, in_scope, chosen)
        return self._made[key]

    def copy(self, filled: Filled, name: str) -> Path:
        """A copy of a filled store to write to."""
        return shutil.copyfile(filled.file, self.folder / f"{name}.db")

    def _fill(self, memories: int, in_scope: int, embedder: Embedder) -> Filled:
        file = self.folder / f"{embedder.identity.id}-{memories}-{in_scope}.db"
        corpus = Corpus(seed=memories + in_scope)
        mine: list[Said] = []
        with (
            Holdfast(file, embedder=embedder) as memory,
            self._progress.step(f"filling a store of {memories:,}", memories) as advance,
        ):
            for user in range(memories // in_scope):
                speakers = speakers_of(user)
                for start in range(0, in_scope, BATCH):
                    said = corpus.messages(min(BATCH, in_scope - start), speakers=speakers)
                    memory.add(as_messages(said), user_id=f"user-{user}", session_id=f"{user}-{start}")
                    mine += said if user == 0 else []
                    advance(len(said))
        return Filled(file, memories, in_scope, mine)


def speakers_of(user: int) -> tuple[str, str]:
    """The two who talk in the conversations of a user."""
    return SPEAKERS[user % len(SPEAKERS)], SPEAKERS[(user + 1) % len(SPEAKERS)]


def as_messages(said: list[Said]) -> list[dict[str, object]]:
    """The messages as ``add`` takes them."""
    return [{"role": "user", "name": item.speaker, "content": item.text} for item in said]
