"""The lines of a file, of bounded length, as text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from holdfast import limits
from holdfast.errors import BackendError, BackendRejected, BackendUnavailable, LimitExceeded
from holdfast.importers.utterance import invalid

_MARK = "\ufeff"


@contextmanager
def opened(path: str | Path) -> Iterator[BinaryIO]:
    """The file, open for reading.

    Raises:
        BackendRejected: ``file_unusable`` when it cannot be opened.
        BackendUnavailable: ``file_io`` when reading it fails.
    """
    try:
        with Path(path).expanduser().open("rb") as file:
            yield file
    except OSError as error:
        raise _translate(error, path) from error


def numbered_lines(file: BinaryIO) -> Iterator[tuple[int, str]]:
    """Each line with its number from one, without what ends it.

    Raises:
        LimitExceeded: ``line_too_long``.
        InvalidInput: ``invalid_import`` for one that is not UTF-8.
    """
    number = 0
    while line := file.readline(limits.IMPORT_LINE_BYTES_MAX + 1):
        number += 1
        if len(line) > limits.IMPORT_LINE_BYTES_MAX:
            raise LimitExceeded(
                f"line {number} has more than {limits.IMPORT_LINE_BYTES_MAX:,} bytes: split it",
                code="line_too_long",
                place=f"line {number}",
                bytes_max=limits.IMPORT_LINE_BYTES_MAX,
            )
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise invalid(f"line {number}", "it is not UTF-8: convert the file first") from error
        yield number, text.removeprefix(_MARK).rstrip("\r\n") if number == 1 else text.rstrip("\r\n")


def _translate(error: OSError, path: str | Path) -> BackendError:
    if isinstance(error, (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError)):
        return BackendRejected(
            f"{path}: {error.strerror}: check the path and its permissions",
            code="file_unusable",
            path=str(path),
        )
    return BackendUnavailable(f"{path}: {error.strerror}: check the disk", code="file_io", path=str(path))
