"""One SQLite file: how it is opened, read by many and written by one at a time."""

from __future__ import annotations

import os
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import apsw

from holdfast import limits
from holdfast.adapters.sqlite.commits import CommitQueue
from holdfast.adapters.sqlite.faults import SPOILS_THE_CONNECTION, decoded, translated
from holdfast.adapters.sqlite.statements import read_migrations
from holdfast.adapters.sqlite.terms import Stemmer
from holdfast.domain.memory import Origin
from holdfast.domain.path import read_path
from holdfast.domain.text import require_name
from holdfast.domain.traits import traits_of
from holdfast.errors import BackendRejected, HoldfastError, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")

MEMORY = ":memory:"
APPLICATION_ID = 0x484F4C44
_OPEN_FLAGS = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_URI
_CACHE_KIBIBYTES = 8_192
_NAP_SECONDS = 0.0003
_SHORT_NAPS = 500
_LONG_NAP_SECONDS = 0.005


class Location(NamedTuple):
    """Where a store is: the name that SQLite opens, and the one that people read."""

    file_name: str
    shown: str
    in_memory: bool

    @classmethod
    def of(cls, path: str | Path) -> Location:
        """The location that a path or ``:memory:`` names.

        Raises:
            InvalidInput: ``invalid_path``.
            BackendRejected: ``store_unreadable`` for a directory, or when the folder is missing.
        """
        if str(path) == MEMORY:
            return cls(f"file:/holdfast-{os.urandom(16).hex()}?vfs=memdb", MEMORY, in_memory=True)
        file = read_path(path)
        if _is_folder(file):
            raise BackendRejected(
                f"{path} is a folder: name a file in it, such as {Path(path) / 'agent.db'}",
                code="store_unreadable",
                path=str(path),
            )
        if not _is_folder(file.parent):
            raise BackendRejected(
                f"the folder {file.parent} does not exist: create it first",
                code="store_unreadable",
                path=str(path),
            )
        return cls(str(file), str(path), in_memory=False)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long, or a folder that may not be looked into
        return False


class _Patience:
    """Waits for a lock that another process holds, in short naps, for as long as the limit allows.

    SQLite's own naps grow to a tenth of a second, so that whoever has just written comes first again.
    Measured with four processes that add for five seconds: 63 to 692 adds each and the slowest 2.3 s
    with those, 550 to 596 adds each and the slowest 0.04 s with these.
    """

    def __init__(self) -> None:
        self._deadline = 0.0

    def __call__(self, tries: int) -> bool:
        now = time.monotonic()
        if tries == 0:
            self._deadline = now + limits.BUSY_TIMEOUT_SECONDS
        if now >= self._deadline:
            return False
        time.sleep(_NAP_SECONDS if tries < _SHORT_NAPS else _LONG_NAP_SECONDS)
        return True


class _Shared(threading.local):
    """What all reads of a thread share while it is ``reading``."""

    connection: apsw.Connection | None = None
    change_number: int | None = None


class Database:
    """A file and its connections. Reads run beside each other and beside the one write."""

    def __init__(self, path: str | Path, *, key: str | None = None, vfs: str | None = None) -> None:
        """Open the file, or create it, and bring its schema up to date.

        Raises:
            InvalidInput: ``invalid_path``, or ``key_without_file`` for a key with ``:memory:``.
            BackendRejected: ``not_a_store``, ``newer_schema`` or ``store_unreadable``.
            BackendUnavailable: ``store_busy``, ``store_io`` or ``disk_full``.
            PermissionDenied: ``store_read_only``.
        """
        self.location = Location.of(path)
        if key is not None and self.location.in_memory:
            raise InvalidInput(
                "a store in memory has no file to encrypt: leave the key out",
                code="key_without_file",
            )
        self._key = _read_key(key)
        self._vfs = vfs
        self._closed = False
        self._process = os.getpid()
        self._idle: list[apsw.Connection] = []
        self._idle_lock = threading.Lock()
        self._shared = _Shared()
        self._commits = CommitQueue(self._borrow)
        self._anchor: apsw.Connection | None = None
        with ExitStack() as undo, translated(self.location.shown):
            undo.callback(self.close)
            self._open()
            undo.pop_all()

    def _open(self) -> None:
        if self.location.in_memory:
            self._anchor = self._connect()  # the store lives as long as one connection does
        elif self._vfs is None:
            _make_private(Path(self.location.file_name))
        with self._borrow() as connection:
            self._migrate(connection)

    @property
    def encrypted(self) -> bool:
        """Whether the file is encrypted at rest."""
        return self._key is not None

    def read(self, work: Callable[[apsw.Connection], T]) -> T:
        """What ``work`` returns; all that it reads is of one instant."""
        shown = self.location.shown
        with decoded(shown), translated(shown), self._reading() as connection:
            return work(connection)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """All that this thread reads in it is of one instant, and costs one transaction."""
        with translated(self.location.shown), self._reading() as connection:
            shared, outer = self._shared, self._shared.connection
            shared.connection = connection
            try:
                yield
            finally:
                shared.connection = outer
                if outer is None:
                    shared.change_number = None

    @contextmanager
    def _reading(self) -> Iterator[apsw.Connection]:
        """A connection in a transaction: that of ``reading`` where one is open."""
        if self._shared.connection is not None:
            yield self._shared.connection
            return
        with self._borrow() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def change_number(self, connection: apsw.Connection) -> int:
        """The number of the last commit that a read on this connection sees."""
        shared = self._shared
        if connection is not shared.connection:
            return change_number(connection)
        if shared.change_number is None:
            shared.change_number = change_number(connection)
        return shared.change_number

    def write(self, work: Callable[[apsw.Connection], T]) -> T:
        """What ``work`` returns, once all that it wrote is on the disk; nothing is written if it raises.

        Writes of several threads that wait at the same time share one transaction and one disk flush.
        """
        with translated(self.location.shown):
            return self._commits.submit(work)

    @contextmanager
    def connection(self) -> Iterator[apsw.Connection]:
        """A connection of one's own, outside any transaction, for what is neither a read nor a write."""
        with translated(self.location.shown), self._borrow() as connection:
            yield connection

    @contextmanager
    def fresh_connection(self) -> Iterator[apsw.Connection]:
        """A connection that has cached nothing, and that nobody uses afterwards."""
        with translated(self.location.shown):
            self._require_usable()
            connection = self._connect()
            try:
                yield connection
            finally:
                connection.close(True)

    def connect_to(self, file: Path) -> apsw.Connection:
        """A connection to another file with the same key."""
        connection = apsw.Connection(str(file), flags=_OPEN_FLAGS)
        if self._key is not None:
            connection.pragma("key", self._key)
        return connection

    def bytes_on_disk(self) -> int:
        """The size of the file and of the log beside it; 0 in memory."""
        if self.location.in_memory:
            return 0
        files = (Path(f"{self.location.file_name}{suffix}") for suffix in ("", "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def close(self) -> None:
        """Close every connection. A call that still runs finishes first."""
        self._closed = True
        with self._idle_lock:
            idle, self._idle = self._idle, []
        with translated(self.location.shown):
            for connection in idle:
                connection.close()
            if self._anchor is not None:
                self._anchor.close()

    @contextmanager
    def _borrow(self) -> Iterator[apsw.Connection]:
        connection, spoiled = self._take(), False
        try:
            yield connection
        except SPOILS_THE_CONNECTION:
            spoiled = True
            raise
        except HoldfastError as error:  # translated already, by a read inside of ``reading``
            spoiled = isinstance(error.__cause__, SPOILS_THE_CONNECTION)
            raise
        finally:
            if spoiled:
                connection.close(True)
            else:
                self._give_back(connection)

    def _take(self) -> apsw.Connection:
        self._require_usable()
        with self._idle_lock:
            if self._idle:
                return self._idle.pop()
        return self._connect()

    def _require_usable(self) -> None:
        if self._closed:
            raise BackendRejected(
                f"{self.location.shown} was closed: open it again",
                code="store_closed",
                path=self.location.shown,
            )
        if os.getpid() != self._process:
            raise BackendRejected(
                f"{self.location.shown} was opened before this process was forked, and SQLite's locks do "
                "not survive that: open it again in the child process",
                code="store_forked",
                path=self.location.shown,
            )

    def _give_back(self, connection: apsw.Connection) -> None:
        with self._idle_lock:
            if not self._closed and len(self._idle) < limits.CONNECTIONS_MAX:
                self._idle.append(connection)
                return
        connection.close()

    def _connect(self) -> apsw.Connection:
        connection = apsw.Connection(self.location.file_name, flags=_OPEN_FLAGS, vfs=self._vfs)
        try:
            self._prepare(connection)
        except (apsw.Error, BackendRejected):
            connection.close(True)
            raise
        return connection

    def _prepare(self, connection: apsw.Connection) -> None:
        connection.set_busy_handler(_Patience())
        if self._key is not None:
            connection.pragma("key", self._key)
        if not self.location.in_memory:
            self._require_own(connection)  # before anything is changed: the log mode is part of the file
            connection.pragma("journal_mode", "wal")
        connection.pragma("synchronous", "full")
        connection.pragma("foreign_keys", True)
        connection.pragma("cache_size", -_CACHE_KIBIBYTES)
        connection.pragma("temp_store", "memory")
        connection.pragma("journal_size_limit", limits.LOG_BYTES_KEPT)
        connection.create_scalar_function(
            "holdfast_terms",
            Stemmer(connection).terms_of_turn,  # type: ignore[arg-type]  # a speaker or NULL, and a text
            2,
            deterministic=True,
            flags=apsw.SQLITE_INNOCUOUS,
        )
        connection.create_scalar_function(
            "holdfast_traits",
            _traits,  # type: ignore[arg-type]  # an origin, a text and a number
            3,
            deterministic=True,
            flags=apsw.SQLITE_INNOCUOUS,
        )

    def _migrate(self, connection: apsw.Connection) -> None:
        scripts = read_migrations()
        if self._schema_version(connection, newest=len(scripts)) == len(scripts):
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            for script in scripts[self._schema_version(connection, newest=len(scripts)) :]:
                connection.execute(script).fetchall()  # a script runs as far as it is read
            connection.pragma("application_id", APPLICATION_ID)
            connection.pragma("user_version", len(scripts))
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    def _require_own(self, connection: apsw.Connection) -> None:
        connection.execute("BEGIN")  # both answers of one instant: another thread may be making the file
        try:
            ours = connection.pragma("application_id") == APPLICATION_ID
            has_tables = bool(connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").get)
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        if has_tables and not ours:
            raise BackendRejected(
                f"{self.location.shown} belongs to another program: give Holdfast a file of its own",
                code="not_a_store",
                path=self.location.shown,
            )

    def _schema_version(self, connection: apsw.Connection, *, newest: int) -> int:
        version = int(connection.pragma("user_version"))
        if version > newest:
            raise BackendRejected(
                f"{self.location.shown} was written by a newer Holdfast (schema {version}, this one knows "
                f"{newest}): upgrade the holdfast package",
                code="newer_schema",
                path=self.location.shown,
                schema_version=version,
            )
        return version


def change_number(connection: apsw.Connection) -> int:
    """The number of the last commit that the connection's transaction sees."""
    number: int = connection.execute("SELECT change_number FROM store").get
    return number


def _read_key(key: str | None) -> str | None:
    """An empty key would leave the file open to everybody, without a word."""
    if key is None:
        return None
    try:
        return require_name(key, what="the key", characters_max=limits.KEY_CHARACTERS_MAX)
    except InvalidInput as error:
        raise InvalidInput(error.message, code="invalid_key") from error


def _make_private(file: Path) -> None:
    """Make a new file that only its owner can read; SQLite gives the files beside it the same mode."""
    with suppress(OSError):  # whatever keeps it from being made, SQLite is about to report in full
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _traits(origin: str, text: str, trust: float) -> int:
    return int(traits_of(Origin(origin), text, trust))
