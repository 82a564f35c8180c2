"""Answers from hosted models and from servers that speak OpenAI's API."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from pydantic_ai.direct import model_request
from pydantic_ai.exceptions import AgentRunError
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.settings import ModelSettings

from holdfast import limits
from holdfast.adapters.pydantic_ai.dialects import Dialect, ReplyMode, first_mode
from holdfast.adapters.pydantic_ai.requests import chat_of, parameters_of, text_of, with_schema
from holdfast.adapters.pydantic_ai.translation import TRANSLATED, is_about_the_form, translated
from holdfast.adapters.pydantic_ai.wire import connect
from holdfast.ports import Completion, ModelIdentity, Usage
from holdfast.remote.http import JsonClient
from holdfast.remote.server import require_url

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage, ModelResponse
    from pydantic_ai.models import Model

    from holdfast.domain.message import Message
    from holdfast.remote.server import Server


class PydanticAiLanguageModel:
    """``LanguageModel`` behind OpenAI's or Anthropic's API. May be used from many threads.

    A schema is sent as the server's own JSON-schema output, or as that of a tool where the model has none.
    Where the server rejects it, the same call asks for JSON in words, and so does every later one. Nothing
    else is repeated: when to try again is the caller's choice.

    Args:
        server: the base address, the name of the model, and the key.
        provider: the first part of its identity.
        dialect: whose API it is.

    Raises:
        InvalidInput: ``invalid_model_url``.
    """

    def __init__(self, server: Server, *, provider: str, dialect: Dialect) -> None:
        require_url(server.url)
        self._server = server
        self._provider = provider
        self._dialect = dialect
        self._mode: ReplyMode | None = None
        self._settings = ModelSettings(
            **dialect.settings, timeout=server.timeout_seconds, request_timeout=server.timeout_seconds
        )

    @property
    def identity(self) -> ModelIdentity:
        return ModelIdentity(self._provider, self._server.model)

    @property
    def context_tokens(self) -> int | None:
        return None  # no interface of these servers tells it

    def complete(self, messages: Sequence[Message], schema: Mapping[str, object] | None) -> Completion:
        response = _awaited(lambda: self._ask(messages, schema))
        return Completion(
            text_of(response),
            Usage(response.usage.input_tokens, response.usage.output_tokens),
            self._cost_of(response),
            (response.model_name or self._server.model)[: limits.NAME_CHARACTERS_MAX],
        )

    def verify(self) -> None:
        """Asks for the list of models, which every server of these APIs has and which costs nothing."""
        headers = self._dialect.headers(self._server.key)
        JsonClient(self._server._replace(key=None), headers=headers).get(self._dialect.models_path)

    async def _ask(self, messages: Sequence[Message], schema: Mapping[str, object] | None) -> ModelResponse:
        async with connect(self._server, self._dialect.headers(self._server.key)) as http:
            try:
                return await self._answer(self._dialect.model(self._server, http), messages, schema)
            except TRANSLATED as error:
                raise translated(error, self._server) from error

    async def _answer(
        self, model: Model, messages: Sequence[Message], schema: Mapping[str, object] | None
    ) -> ModelResponse:
        """One response; a second request only where the server refuses the form of the first."""
        if schema is None:
            return await self._request(model, chat_of(messages), ModelRequestParameters())
        mode = self._mode or first_mode(model)
        if mode is not ReplyMode.WORDS:
            try:
                return await self._request(model, chat_of(messages), parameters_of(schema, mode))
            except AgentRunError as error:
                if not is_about_the_form(error):
                    raise
        chat = chat_of(with_schema(messages, schema))
        response = await self._request(model, chat, ModelRequestParameters())
        self._mode = ReplyMode.WORDS
        return response

    async def _request(
        self, model: Model, chat: list[ModelMessage], parameters: ModelRequestParameters
    ) -> ModelResponse:
        return await model_request(
            model, chat, model_settings=self._settings, model_request_parameters=parameters
        )

    def _cost_of(self, response: ModelResponse) -> float | None:
        """The price by the tables that ship with Pydantic AI; none for a model that they do not know."""
        if not self._dialect.has_prices or not response.model_name:
            return None
        try:
            return float(response.cost().total_price)
        except (LookupError, ValueError):
            return None


def _awaited(ask: Callable[[], Coroutine[object, object, ModelResponse]]) -> ModelResponse:
    """What it gives in the end. In a thread of its own where this one runs an event loop, as notebooks do;
    else here, where Ctrl+C ends it at once.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _run(ask)
    with ThreadPoolExecutor(1, thread_name_prefix="holdfast-asks-a-model") as thread:
        return thread.submit(_run, ask).result()


def _run(ask: Callable[[], Coroutine[object, object, ModelResponse]]) -> ModelResponse:
    """Unlike ``asyncio.run`` it leaves the loop alone that the caller may have set for later."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(ask())
