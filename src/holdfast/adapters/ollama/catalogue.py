"""Which models an Ollama server has installed, and in which build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.remote import failures

if TYPE_CHECKING:
    from holdfast.remote.http import JsonClient
    from holdfast.remote.server import Server


def digest_of(server: Server, client: JsonClient) -> str:
    """The digest of the installed model: another build of the same name has another one.

    Raises:
        BackendError: ``model_not_found`` when it is not installed; or as the client raises it.
    """
    listed = client.get("/api/tags").get("models")
    if not isinstance(listed, list):
        raise failures.answer_unreadable(server.url, "its list of models is none")
    for entry in listed:
        if isinstance(entry, dict) and _is_called(entry.get("name"), server.model):
            return str(entry.get("digest") or "")
    raise failures.not_found(server.url, server.model, f"it is not installed: ollama pull {server.model}")


def capabilities_of(server: Server, client: JsonClient) -> tuple[str, ...]:
    """What the model is for, such as ``completion`` and ``embedding``; nothing on servers that do not say."""
    listed = client.post("/api/show", {"model": server.model}).get("capabilities")
    return tuple(map(str, listed)) if isinstance(listed, list) else ()


def _is_called(name: object, model: str) -> bool:
    """A model without a tag is the one tagged ``latest``."""
    return name in {model, f"{model}:latest"}
