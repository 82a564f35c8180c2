"""A disk that counts, fails when it is told to, and forgets at a power cut what it never flushed."""

import itertools
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

_numbers = itertools.count(1)

Pending = tuple[int, bytes | None]
"""A write that was not flushed: where, and what; without content, a cut to that length."""


class Disk(apsw.VFS):
    """The default disk of SQLite while it is plugged in. Only the connections opened then go through it."""

    def __init__(self) -> None:
        self.base = apsw.vfs_names()[0]
        self.name = f"disk-{next(_numbers)}"
        self.calls: Counter[str] = Counter()
        self.fail_at: dict[str, range] = {}
        self.error: type[Exception] | None = None
        self.failures = 0
        self.lock = threading.RLock()
        self.flushed: dict[str, bytearray] = {}
        self.pending: dict[str, list[Pending]] = {}
        self.keeps_images = False
        self.flush_gate: threading.Event | None = None
        super().__init__(self.name, self.base, makedefault=True)

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        return DiskFile(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802, FBT001
        super().xDelete(filename, syncdir)
        with self.lock:
            self.flushed.pop(filename, None)
            self.pending.pop(filename, None)

    def fail(
        self, operation: str, *, at: int, times: int = 2**62, error: type[Exception] | None = None
    ) -> None:
        """At the ``at``-th call of the operation, and so many times, raise; without an error, a read finds
        nothing.
        """
        with self.lock:
            self.calls.clear()
            self.fail_at = {operation: range(at, at + times)}
            self.error = error
            self.failures = 0

    def repair(self) -> int:
        """Fail no more; how many times it has failed."""
        with self.lock:
            self.fail_at = {}
            return self.failures

    def strikes(self, operation: str) -> bool:
        """Count the call; whether it is one that fails."""
        with self.lock:
            self.calls[operation] += 1
            struck = self.calls[operation] in self.fail_at.get(operation, ())
            self.failures += struck
            return struck

    def wrote(self, name: str, offset: int, data: bytes | None) -> None:
        if self.keeps_images:
            with self.lock:
                self.pending.setdefault(name, []).append((offset, data))

    def synced(self, name: str) -> None:
        if self.keeps_images:
            with self.lock:
                image = self.flushed.setdefault(name, bytearray())
                for write in self.pending.pop(name, []):
                    _apply(image, write)

    def after_power_cut(self, folder: Path, chance: random.Random | None = None) -> None:
        """Write what the files hold after a power cut now: all that was flushed, and of the rest nothing,
        or with ``chance`` any part of it in any order.
        """
        with self.lock:
            for name in self.flushed.keys() | self.pending.keys():
                image = bytearray(self.flushed.get(name, b""))
                lost = list(self.pending.get(name, []))
                if chance is not None:
                    lost = chance.sample(lost, chance.randint(0, len(lost)))
                    for write in lost:
                        _apply(image, write)
                (folder / Path(name).name).write_bytes(image)


class DiskFile(apsw.VFSFile):
    def __init__(self, disk: Disk, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        super().__init__(disk.base, name, flags)
        self.disk = disk
        self.name = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        if disk.keeps_images:
            disk.flushed.setdefault(self.name, bytearray())

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        data = super().xRead(amount, offset)
        if not self.disk.strikes("read"):
            return data
        if self.disk.error is not None:
            raise self.disk.error("the test pulled the plug")
        return b""

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        if self.disk.strikes("write") and self.disk.error is not None:
            raise self.disk.error("the test pulled the plug")
        super().xWrite(data, offset)
        self.disk.wrote(self.name, offset, bytes(data))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        super().xTruncate(newsize)
        self.disk.wrote(self.name, newsize, None)

    def xSync(self, flags: int) -> None:  # noqa: N802
        if self.disk.strikes("sync") and self.disk.error is not None:
            raise self.disk.error("the test pulled the plug")
        self.disk.strikes(f"sync {Path(self.name).suffix}")
        if self.disk.flush_gate is not None:
            self.disk.flush_gate.wait(10)
        super().xSync(flags)
        self.disk.synced(self.name)


def _apply(image: bytearray, write: Pending) -> None:
    offset, data = write
    if data is None:
        del image[offset:]
        return
    if len(image) < offset:
        image.extend(bytes(offset - len(image)))
    image[offset : offset + len(data)] = data


@contextmanager
def plugged_in() -> Iterator[Disk]:
    disk = Disk()
    try:
        yield disk
    finally:
        disk.repair()
        disk.unregister()
