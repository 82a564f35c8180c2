"""Puts adapters behind the ports: by name, by URL, and only those that are asked for."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING

from holdfast.errors import BackendRejected, InvalidInput
from holdfast.ports import Backend

if TYPE_CHECKING:
    from pathlib import Path

    from holdfast.ports import Embedder, EmbedderIdentity

ENTRY_POINTS = "holdfast.adapters"
_SHIPPED_EMBEDDERS = {
    "minilm": ("holdfast.adapters.minilm", "MiniLmEmbedder"),
    "static": ("holdfast.adapters.static", "StaticEmbedder"),
}
_URL = re.compile(r"([a-z][a-z0-9+.-]+)://")


def load_embedder(name: str) -> Embedder:
    """The embedder of that name: one that is shipped, or one that an installed package brings.

    A package brings one by an entry point ``embedder.<name>`` in the group ``holdfast.adapters`` that
    names a class or function without arguments.

    Raises:
        InvalidInput: ``unknown_embedder``.
        BackendRejected: when its weights are missing or damaged.
    """
    if name in _SHIPPED_EMBEDDERS:
        module, attribute = _SHIPPED_EMBEDDERS[name]
        shipped: Embedder = getattr(import_module(module), attribute)()
        return shipped
    metadata = import_module("importlib.metadata")  # 20 ms that only a foreign embedder needs
    for entry in metadata.entry_points(group=ENTRY_POINTS, name=f"embedder.{name}"):
        brought: Embedder = entry.load()()
        return brought
    raise InvalidInput(
        f"no embedder is called {name!r}; there are {', '.join(_SHIPPED_EMBEDDERS)}",
        code="unknown_embedder",
    )


def open_backend(store: str | Path | Backend, identity: EmbedderIdentity, *, key: str | None) -> Backend:
    """The store at a path, with its indexes; one that is open already as it is.

    Raises:
        InvalidInput: ``unknown_store`` for a URL that no adapter serves; ``key_without_file`` for a key to
            a backend that is open already.
    """
    if isinstance(store, Backend):
        if key is not None:
            raise InvalidInput("the backend is open already: leave the key out", code="key_without_file")
        return store
    url = _URL.match(str(store))
    if url:
        raise InvalidInput(
            f"no adapter serves {url[1]}:// yet: give the path of a file, or :memory:",
            code="unknown_store",
        )
    sqlite = import_module("holdfast.adapters.sqlite")
    backend: Backend = sqlite.open_sqlite(store, identity, key=key)
    return backend


def require_embedder(backend: Backend, identity: EmbedderIdentity, *, location: str) -> None:
    """Close a store whose vectors another embedder made, and refuse it.

    Raises:
        BackendRejected: ``embedder_mismatch``.
    """
    found = backend.reindexer.identity()
    if found is None or found == identity:
        return
    backend.store.close()
    same_name = found.id == identity.id  # an earlier revision: no name would choose it
    instead = "" if same_name else f", or open the store with the embedder {found.id!r}"
    raise BackendRejected(
        f"the vectors in {location} come from the embedder {found}, not from {identity}: run "
        f"'holdfast reindex' to make them anew{instead}",
        code="embedder_mismatch",
        found=str(found),
        given=str(identity),
    )
