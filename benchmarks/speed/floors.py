"""What the machine itself needs for the bare deed: the measure of everything else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

import numpy as np

from benchmarks.speed.prepared import DIMENSION

if TYPE_CHECKING:
    from pathlib import Path

    from holdfast.ports import Vector, Vectors

BLOCK_BYTES = 4_096
BEST = 10


class Flush:
    """Writes 4 KiB to the end of a file and waits until the disk has them."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "flush.bin"
        self._descriptor = os.open(self._file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
        self._block = os.urandom(BLOCK_BYTES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)
        self._file.unlink()

    def __call__(self) -> None:
        """One block more."""
        os.write(self._descriptor, self._block)
        os.fsync(self._descriptor)


class Scan:
    """The ten best of so many vectors by numpy: one product and one partition, nothing else."""

    def __init__(self, rows: int) -> None:
        drawn = np.random.default_rng(11).standard_normal((rows + 1, DIMENSION), np.float32)
        unit: Vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
        self._matrix: Vectors = unit[:-1]
        self._query: Vector = unit[-1]

    def __call__(self) -> object:
        """The rows of the ten best."""
        scores = self._matrix @ self._query
        return np.argpartition(scores, len(scores) - BEST)[-BEST:]
