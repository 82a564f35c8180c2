"""The two APIs that hosted models speak, and how each is set up for one request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from anthropic import AsyncAnthropic
from openai import AsyncOpenAI
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.profiles import ModelProfile
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.settings import ModelSettings

from holdfast import limits

if TYPE_CHECKING:
    import httpx2
    from pydantic_ai.models import Model

    from holdfast.remote.server import Server

_NO_KEY = "none"
"""Servers of one's own want no key, and the client libraries want one all the same."""

_ANTHROPIC_VERSION = "2023-06-01"


class ReplyMode(Enum):
    """How a server is held to a schema: by its own JSON-schema output, by a tool's, or in words."""

    SCHEMA = auto()
    TOOL = auto()
    WORDS = auto()


class Dialect(NamedTuple):
    """One API: how a client is made, what it is told, where models are listed, whether they have prices."""

    model: Callable[[Server, httpx2.AsyncClient], Model]
    settings: ModelSettings
    models_path: str
    headers: Callable[[str | None], Mapping[str, str]]
    has_prices: bool


def first_mode(model: Model) -> ReplyMode:
    """The strictest way that the model is known to take."""
    return ReplyMode.SCHEMA if model.profile.get("supports_json_schema_output") else ReplyMode.TOOL


def _openai(server: Server, http: httpx2.AsyncClient) -> Model:
    return OpenAIChatModel(server.model, provider=_openai_provider(server, http))


def _compatible(server: Server, http: httpx2.AsyncClient) -> Model:
    """Servers of one's own know ``max_tokens``, not all of them its newer name."""
    profile: ModelProfile = OpenAIModelProfile(
        supports_json_schema_output=True, openai_chat_supports_max_completion_tokens=False
    )
    return OpenAIChatModel(server.model, provider=_openai_provider(server, http), profile=profile)


def _openai_provider(server: Server, http: httpx2.AsyncClient) -> OpenAIProvider:
    client = AsyncOpenAI(base_url=server.url, api_key=server.key or _NO_KEY, http_client=http, max_retries=0)
    return OpenAIProvider(openai_client=client)


def _anthropic(server: Server, http: httpx2.AsyncClient) -> Model:
    client = AsyncAnthropic(
        base_url=server.url, api_key=server.key or _NO_KEY, http_client=http, max_retries=0
    )
    return AnthropicModel(server.model, provider=AnthropicProvider(anthropic_client=client))


def _bearer(key: str | None) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {key}"} if key else {}


def _anthropic_headers(key: str | None) -> Mapping[str, str]:
    return {"x-api-key": key or _NO_KEY, "anthropic-version": _ANTHROPIC_VERSION}


# Thoughts would use up the tokens of the reply. Hosted models of today refuse a temperature.
_SETTINGS = ModelSettings(max_tokens=limits.MODEL_REPLY_TOKENS_MAX, thinking=False)

OPENAI = Dialect(_openai, _SETTINGS, "/models", _bearer, has_prices=True)
COMPATIBLE = Dialect(
    _compatible, ModelSettings(**_SETTINGS, temperature=0.0), "/models", _bearer, has_prices=False
)
OPENROUTER = COMPATIBLE._replace(has_prices=True)
ANTHROPIC = Dialect(_anthropic, _SETTINGS, "/v1/models", _anthropic_headers, has_prices=True)
