"""Float32 matrices as int8 with scales."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

FULL_RANGE = 127
REDUCED_RANGE = 64
"""Seven bits: on x86 without VNNI two products of 8 bits overflow the 16 bits they are added in,
silently and only there. With seven they cannot, and every processor gives the same integers."""


@dataclass(frozen=True, slots=True)
class Int8Matrix:
    """``values * scales`` is the matrix: one scale per column or per row."""

    values: npt.NDArray[np.int8]
    scales: npt.NDArray[np.float32]


def quantise_columns(matrix: npt.NDArray[np.float32]) -> Int8Matrix:
    """A weight matrix, shape (inputs, outputs), with one scale per output, in seven bits."""
    scales = _scales(np.abs(matrix).max(axis=0), REDUCED_RANGE)
    return Int8Matrix(_rounded(matrix / scales), scales)


def quantise_rows(table: npt.NDArray[np.float32]) -> Int8Matrix:
    """A table that is looked up, never multiplied, with one scale per row, in eight bits."""
    scales = _scales(np.abs(table).max(axis=1), FULL_RANGE)
    return Int8Matrix(_rounded(table / scales[:, np.newaxis]), scales)


def _scales(largest: npt.NDArray[np.float32], top: int) -> npt.NDArray[np.float32]:
    return np.where(largest > 0, largest / top, 1).astype(np.float32)


def _rounded(matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.int8]:
    return np.rint(matrix).astype(np.int8)
