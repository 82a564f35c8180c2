"""Arrays that grow at their end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

_ROOM = 1.25
_ROWS_MIN = 64


class Growing:
    """An array with room for more rows, so that an addition copies what it adds and seldom anything else.

    What ``rows`` gave out stays as it was: rows are added behind it and never changed.
    """

    def __init__(self, dtype: npt.DTypeLike, width: int | None = None) -> None:
        self._shape = () if width is None else (width,)
        self._array = np.empty((0, *self._shape), dtype)
        self._filled = 0

    @property
    def rows(self) -> Array:
        """All rows as they are now."""
        return self._array[: self._filled]

    def extend(self, more: Array) -> None:
        """Add rows at the end."""
        end = self._filled + len(more)
        self.reserve(end)
        self._array[self._filled : end] = more
        self._filled = end

    def reserve(self, rows: int) -> None:
        """Make room for so many rows in all, and some more."""
        if rows > len(self._array):
            larger = np.empty((max(_ROWS_MIN, int(rows * _ROOM)), *self._shape), self._array.dtype)
            larger[: self._filled] = self.rows
            self._array = larger
