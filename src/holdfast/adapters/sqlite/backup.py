"""A consistent copy of a store, made while others go on writing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from holdfast.adapters.sqlite.faults import translated
from holdfast.domain.path import read_path
from holdfast.errors import BackendRejected, BackendUnavailable, HoldfastError, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from holdfast.adapters.sqlite.database import Database

_PAGES_PER_STEP = 1_000


def copy_database(database: Database, target: Path, progress: Callable[[int, int], None] | None) -> None:
    """Copy the store as it is now to a file that is not there yet; it appears when it is whole.

    The copy is encrypted with the key of the store.

    Raises:
        InvalidInput: ``target_exists`` or ``invalid_path``.
        BackendRejected: ``store_unreadable`` when the folder is missing or cannot be written.
    """
    file = read_path(target)
    try:
        _copy_to_new_file(database, file, target, progress)
    except HoldfastError:
        raise
    except OSError as error:
        raise BackendRejected(
            f"{target}: {error.strerror}: check the path and its permissions",
            code="store_unreadable",
            path=str(target),
        ) from error


def _copy_to_new_file(
    database: Database, file: Path, target: Path, progress: Callable[[int, int], None] | None
) -> None:
    if file.exists():
        raise InvalidInput(
            f"{target} exists: name a file that does not", code="target_exists", path=str(target)
        )
    if not file.parent.is_dir():
        raise BackendRejected(
            f"the folder {file.parent} does not exist: create it first",
            code="store_unreadable",
            path=str(target),
        )
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        with translated(str(target)):
            _copy(database, unfinished, progress)
            _verify(database, unfinished, target)
        _flush(unfinished)
        Path(unfinished).replace(file)
        _flush(file.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def _copy(database: Database, file: Path, progress: Callable[[int, int], None] | None) -> None:
    with database.connection() as source:
        source.execute("BEGIN")  # one snapshot for the whole copy, however long it takes
        try:
            source.execute("SELECT count(*) FROM store").fetchall()  # a snapshot begins with a read
            target = database.connect_to(file)
            try:
                with target.backup("main", source, "main") as copy:
                    while not copy.done:
                        copy.step(_PAGES_PER_STEP)
                        if progress is not None:
                            progress(copy.page_count - copy.remaining, copy.page_count)
            finally:
                target.close()
        finally:
            if source.in_transaction:  # an I/O error ends it
                source.execute("ROLLBACK")


def _verify(database: Database, file: Path, target: Path) -> None:
    """Read the copy once: a disk that lost some of it is found out now and not on the day it is needed."""
    copy = database.connect_to(file)
    try:
        found = copy.execute("PRAGMA quick_check(1)").get
    finally:
        copy.close()
    if found != "ok":
        raise BackendUnavailable(
            f"the copy for {target} does not read back ({found}): check the disk and try again",
            code="backup_damaged",
            path=str(target),
        )


def _flush(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # Windows flushes a folder with the file in it
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
