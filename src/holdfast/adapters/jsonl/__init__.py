"""The export file: JSON Lines, one record a line behind a header, readable by any program."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from holdfast import limits
from holdfast.adapters.jsonl.codec import decode, encode
from holdfast.domain.path import read_path
from holdfast.domain.record import Record
from holdfast.errors import (
    BackendError,
    BackendRejected,
    BackendUnavailable,
    HoldfastError,
    InvalidInput,
    LimitExceeded,
)

__all__ = ["FORMAT", "VERSION", "read", "write"]

FORMAT = "holdfast-export"
VERSION = 1

Progress = Callable[[int, int], None]


def write(
    path: str | Path, records: Iterable[Record], *, total: int, progress: Progress | None = None
) -> int:
    """Write the records to a new file, which appears when it is whole; their number.

    Raises:
        InvalidInput: ``target_exists`` or ``invalid_path``.
        BackendRejected: ``file_unusable`` when the file cannot be made.
        BackendUnavailable: ``file_io`` when writing fails.
    """
    target = read_path(path)
    unfinished = target.with_name(f"{target.name}.unfinished")
    try:
        if target.exists():
            raise InvalidInput(
                f"{path} exists: name a file that does not", code="target_exists", path=str(path)
            )
        with unfinished.open("w", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps({"format": FORMAT, "version": VERSION}) + "\n")
            count = _write_lines(file.write, records, total, progress)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
    except HoldfastError:  # of which one is an OSError too
        raise
    except OSError as error:
        raise _translate(error, path) from error
    finally:
        with suppress(OSError):  # a folder that cannot be written holds no unfinished file
            unfinished.unlink()
    return count


def read(path: str | Path, progress: Progress | None = None) -> Iterator[Record]:
    """The records of an export, in order; ``progress`` hears (bytes read, bytes).

    Raises:
        InvalidInput: ``invalid_export`` with the number of the line that cannot be read.
        BackendRejected: ``file_unusable`` when there is no such file.
        BackendUnavailable: ``file_io`` when reading fails.
    """
    source = read_path(path)
    try:
        size = source.stat().st_size
        with source.open("rb") as file:
            _read_header(file.readline(limits.IMPORT_LINE_BYTES_MAX), path)
            number = 1
            while line := file.readline(limits.IMPORT_LINE_BYTES_MAX):
                number += 1
                yield _read_line(line, number, path)
                if progress is not None and number % limits.TRANSFER_BATCH == 0:
                    progress(file.tell(), size)
    except OSError as error:
        raise _translate(error, path) from error
    if progress is not None:
        progress(size, size)


def _write_lines(
    write_text: Callable[[str], object],
    records: Iterable[Record],
    total: int,
    progress: Progress | None,
) -> int:
    count = 0
    for count, record in enumerate(records, start=1):
        write_text(json.dumps(encode(record), ensure_ascii=False, separators=(",", ":")) + "\n")
        if progress is not None and count % limits.TRANSFER_BATCH == 0:
            progress(count, max(count, total))
    if progress is not None:
        progress(count, count)
    return count


def _read_header(line: bytes, path: str | Path) -> None:
    try:
        header = json.loads(line)
        known = header["format"] == FORMAT and header["version"] == VERSION
    except (ValueError, KeyError, TypeError) as error:
        raise _invalid(path, 1, "it is no export of Holdfast") from error
    if not known:
        raise _invalid(
            path, 1, f"its format is {header['format']} {header['version']}, not {FORMAT} {VERSION}"
        )


def _read_line(line: bytes, number: int, path: str | Path) -> Record:
    try:
        return decode(json.loads(line))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, LimitExceeded) as error:
        raise _invalid(path, number, f"{type(error).__name__}: {error}") from error


def _invalid(path: str | Path, line: int, what: str) -> InvalidInput:
    return InvalidInput(
        f"line {line} of {path} cannot be loaded: {what}; what stood before it is loaded, and loading "
        "again continues behind it",
        code="invalid_export",
        path=str(path),
        line=line,
    )


def _translate(error: OSError, path: str | Path) -> BackendError:
    if isinstance(error, (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError)):
        return BackendRejected(
            f"{path}: {error.strerror}: check the path and its permissions",
            code="file_unusable",
            path=str(path),
        )
    return BackendUnavailable(f"{path}: {error.strerror}: check the disk", code="file_io", path=str(path))
