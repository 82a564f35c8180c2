"""Paths of files, as callers give them."""

from __future__ import annotations

import os
from pathlib import Path

from holdfast.errors import InvalidInput


def read_path(given: str | Path) -> Path:
    """The absolute path that a text or a ``Path`` names; ``~`` is the user's own folder.

    Raises:
        InvalidInput: ``invalid_path``.
    """
    if not isinstance(given, (str, Path)):
        raise InvalidInput(
            f"a path must be a text or a Path, not {type(given).__name__}", code="invalid_path"
        )
    if not str(given).strip() or "\0" in str(given):
        raise InvalidInput("the path is empty or holds a NUL", code="invalid_path")
    try:
        os.fsencode(given)
        return Path(given).expanduser().absolute()
    except (UnicodeEncodeError, RuntimeError) as error:  # a lone surrogate; a user who is not there
        raise InvalidInput(f"no file can be called {str(given)!r}: {error}", code="invalid_path") from error
