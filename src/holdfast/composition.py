"""Puts adapters behind the ports: by name, by URL, and only those that are asked for."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any

from holdfast.errors import BackendRejected, InvalidInput
from holdfast.ports import Backend
from holdfast.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from holdfast.ports import Embedder, EmbedderIdentity, LanguageModel

ENTRY_POINTS = "holdfast.adapters"
_SHIPPED_EMBEDDERS = {
    "minilm": ("holdfast.adapters.minilm", "MiniLmEmbedder"),
    "static": ("holdfast.adapters.static", "StaticEmbedder"),
}
_URL = re.compile(r"([a-z][a-z0-9+.-]+)://")


def load_embedder(name: str) -> Embedder:
    """The embedder of that name: one that is shipped, one on a server, or one that a package brings.

    One on a server is named like a language model, such as ``ollama:nomic-embed-text``; its address and key
    come from the settings.

    A package brings one by an entry point ``embedder.<name>`` in the group ``holdfast.adapters`` that
    names a class or function without arguments.

    Raises:
        InvalidInput: ``unknown_embedder``.
        BackendRejected: when its weights are missing or damaged, or ``extra_missing``.
    """
    if name in _SHIPPED_EMBEDDERS:
        module, attribute = _SHIPPED_EMBEDDERS[name]
        shipped: Embedder = getattr(import_module(module), attribute)()
        return shipped
    from holdfast import model_names  # noqa: PLC0415 (3 ms that the shipped ones do not need)

    if model_names.is_model_name(name):
        return model_names.connect_embedder(name, Settings.read())
    brought: Embedder | None = _brought(f"embedder.{name}")
    if brought is not None:
        return brought
    raise InvalidInput(
        f"no embedder is called {name!r}; there are {', '.join(_SHIPPED_EMBEDDERS)}, and those on servers, "
        "such as ollama:nomic-embed-text",
        code="unknown_embedder",
    )


def open_language_model(name: str, settings: Settings | None = None) -> LanguageModel:
    """The language model of that name: one on a server, or one that an installed package brings.

    ``ollama:NAME``, ``openai:NAME``, ``anthropic:NAME``, ``openrouter:NAME``, and for any server that speaks
    OpenAI's API ``http://HOST:PORT/v1#NAME``; address and key come from the settings, by default
    those of the environment. A package brings one by an entry point ``model.<name>`` in the group
    ``holdfast.adapters`` that names a class or function without arguments. Nobody is asked before the first
    call.

    Raises:
        InvalidInput: ``unknown_model`` or ``invalid_model_url``.
        BackendRejected: ``extra_missing`` when the libraries that it needs are not installed.
    """
    from holdfast import model_names  # noqa: PLC0415 (likewise)

    brought: LanguageModel | None = None if model_names.is_model_name(name) else _brought(f"model.{name}")
    return brought or model_names.connect_language_model(name, settings or Settings.read())


def _brought(entry_point: str) -> Any:  # noqa: ANN401 (what a package brings plays the port that it is asked for)
    """What an installed package brings under that name; None when no package does."""
    metadata = import_module("importlib.metadata")  # 20 ms that only what is foreign needs
    entries = metadata.entry_points(group=ENTRY_POINTS, name=entry_point)
    return next((entry.load()() for entry in entries), None)


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
