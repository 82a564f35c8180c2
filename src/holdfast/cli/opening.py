"""Opens the store of a command: the one place that loads the engine, its encoder and SQLite."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from holdfast.errors import NotFound
from holdfast.settings import Settings

if TYPE_CHECKING:
    from holdfast.cli.options import Place
    from holdfast.engine import Holdfast

_IN_MEMORY = ":memory:"


def open_store(
    where: Place, *, create: bool = False, any_embedder: bool = False, model: str | None = None
) -> Holdfast:
    """The store that the options name.

    Args:
        where: the options.
        create: make it when it is not there. A read of a misspelt path must not leave an empty store.
        model: the language model that derives facts; by default that of the settings.
        any_embedder: open it even if another encoder made its vectors, for work that needs none.

    Raises:
        NotFound: ``store_not_found``.
        HoldfastError: what opening raises.
    """
    location = where.db if where.db is not None else Settings.read().default_store()
    if not create:
        _require_store(location)
    engine = import_module("holdfast.engine")
    memory: Holdfast = engine.Holdfast(
        location, embedder=where.embedder, any_embedder=any_embedder, model=model
    )
    return memory


def _require_store(location: str) -> None:
    if location == _IN_MEMORY or "://" in location or not location.strip() or "\0" in location:
        return  # the engine says what is wrong with these
    if not Path(location).expanduser().exists():
        raise NotFound(
            f"there is no store at {location}: 'holdfast add' makes one, or name another with --db",
            code="store_not_found",
            path=location,
        )
