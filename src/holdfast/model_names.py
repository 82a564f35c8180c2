"""What the name of a language model or a remote embedder means: who serves it, where, and with which key."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from holdfast.errors import BackendRejected, InvalidInput
from holdfast.limits import REMOTE_EMBEDDING_DIMENSION_MAX
from holdfast.remote.server import Server, require_url

if TYPE_CHECKING:
    from holdfast.ports import Embedder, LanguageModel
    from holdfast.settings import Settings

OLLAMA = "ollama"
COMPATIBLE = "http"
_OLLAMA_PORT = 11434
_FORMS = "ollama:NAME, openai:NAME, anthropic:NAME, openrouter:NAME or http://HOST:PORT/v1#NAME"

_URLS = {
    OLLAMA: f"http://127.0.0.1:{_OLLAMA_PORT}",
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
    "openrouter": "https://openrouter.ai/api/v1",
}
_WITHOUT_EMBEDDINGS = frozenset({"anthropic"})
_DIALECTS = {"anthropic": "ANTHROPIC", "openai": "OPENAI", "openrouter": "OPENROUTER"}
_DIMENSIONS = re.compile(r"(?P<model>.+)@(?P<dimensions>[1-9]\d{0,4})")


class ModelName(NamedTuple):
    """A name taken apart."""

    provider: str
    model: str
    url: str | None


def is_model_name(name: str) -> bool:
    """Whether a name is that of a model on a server."""
    return name.partition(":")[0] in _URLS or name.startswith(("http://", "https://"))


def read_model_name(name: str) -> ModelName:
    """The parts of a name.

    Raises:
        InvalidInput: ``unknown_model``.

    Example:
        >>> read_model_name("ollama:llama3.2")
        ModelName(provider='ollama', model='llama3.2', url=None)
        >>> read_model_name("http://127.0.0.1:8080/v1#qwen").url
        'http://127.0.0.1:8080/v1'
    """
    provider, _, rest = name.partition(":")
    url, _, fragment = name.partition("#")
    if provider in _URLS and rest.strip():
        return ModelName(provider, rest.strip(), None)
    if provider in {"http", "https"} and fragment:
        return ModelName(COMPATIBLE, fragment, url)
    raise InvalidInput(f"{name[:80]!r} names no model: write {_FORMS}", code="unknown_model")


def connect_language_model(name: str, settings: Settings) -> LanguageModel:
    """The model of that name, with the address and key of the settings. Asks nobody yet.

    Raises:
        InvalidInput: ``unknown_model`` or ``invalid_model_url``.
        BackendRejected: ``extra_missing`` when the libraries that it needs are not installed.
    """
    read = read_model_name(name)
    if read.provider == OLLAMA:
        adapter = _adapter("ollama", extra="ollama")
        server = _server(read, settings.model_url, settings.model_key, settings)
        local: LanguageModel = adapter.OllamaLanguageModel(server)
        return local
    adapter = _adapter("pydantic_ai", extra="llm")
    dialects = import_module("holdfast.adapters.pydantic_ai.dialects")
    server = _server(read, settings.model_url, settings.model_key, settings)
    dialect = getattr(dialects, _DIALECTS.get(read.provider, "COMPATIBLE"))
    hosted: LanguageModel = adapter.PydanticAiLanguageModel(server, provider=read.provider, dialect=dialect)
    return hosted


def connect_embedder(name: str, settings: Settings) -> Embedder:
    """The remote embedder of that name, which may end in ``@`` and the dimensions that are wanted.

    Raises:
        InvalidInput: ``unknown_model``, ``unknown_embedder`` or ``invalid_model_url``.
        BackendRejected: ``extra_missing``.
    """
    read, dimensions = _with_dimensions(read_model_name(name))
    if read.provider in _WITHOUT_EMBEDDINGS or (read.provider == OLLAMA and dimensions):
        raise InvalidInput(
            f"{name[:80]!r} gives no such vectors: choose another embedder", code="unknown_embedder"
        )
    adapter = _adapter("ollama" if read.provider == OLLAMA else "openai", extra="ollama")
    server = _server(read, settings.embedder_url, settings.embedder_key, settings)
    if read.provider == OLLAMA:
        local: Embedder = adapter.OllamaEmbedder(server)
        return local
    hosted: Embedder = adapter.OpenAiEmbedder(server, provider=read.provider, dimensions=dimensions)
    return hosted


def _with_dimensions(read: ModelName) -> tuple[ModelName, int | None]:
    match = _DIMENSIONS.fullmatch(read.model)
    if not match or int(match["dimensions"]) > REMOTE_EMBEDDING_DIMENSION_MAX:
        return read, None
    return read._replace(model=match["model"]), int(match["dimensions"])


def _server(read: ModelName, url: str | None, key: str | None, settings: Settings) -> Server:
    """Where it is served. A provider's usual key goes to the provider's own address only."""
    own = read.url or url
    place = own or (_ollama_url(settings.ollama_host) if read.provider == OLLAMA else _URLS[read.provider])
    usual = None if own else settings.provider_keys.get(read.provider)
    return Server(require_url(place), read.model, key or usual)


def _ollama_url(host: str | None) -> str:
    """Ollama's own variable holds a host, a host and port, or an address; 0.0.0.0 is where a server listens.

    Example:
        >>> _ollama_url("0.0.0.0"), _ollama_url("gpu.local:80"), _ollama_url("https://ollama.example")
        ('http://127.0.0.1:11434', 'http://gpu.local:80', 'https://ollama.example')
    """
    if not host:
        return _URLS[OLLAMA]
    if "://" in host:
        return host
    try:
        parts = urlsplit(f"http://{host}")
        port = parts.port or _OLLAMA_PORT
    except ValueError:
        return host  # refused as an address
    name = parts.hostname or "127.0.0.1"
    return f"http://{'127.0.0.1' if name == '0.0.0.0' else f'[{name}]' if ':' in name else name}:{port}"  # noqa: S104 (not listened on)


def _adapter(name: str, *, extra: str) -> Any:  # noqa: ANN401 (a module of ours whose libraries may be missing)
    try:
        return import_module(f"holdfast.adapters.{name}")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("holdfast"):
            raise
        raise BackendRejected(
            f"this model needs the package {error.name}, which is not installed: "
            f"pip install 'holdfast[{extra}]'",
            code="extra_missing",
            extra=extra,
            package=error.name,
        ) from error
