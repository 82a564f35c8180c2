"""Answers from Ollama's ``/api/chat``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from holdfast import limits
from holdfast.adapters.ollama.catalogue import capabilities_of, digest_of
from holdfast.ports import Completion, ModelIdentity, Usage
from holdfast.remote import failures
from holdfast.remote.http import JsonClient

if TYPE_CHECKING:
    from holdfast.domain.message import Message
    from holdfast.remote.server import Server

_PER_TOKEN_USD = 0.0
"""Ollama charges nothing by the token."""


class OllamaLanguageModel:
    """``LanguageModel`` of an Ollama server; the schema becomes a grammar, so that every reply is JSON.

    Args:
        server: where it listens, such as ``http://127.0.0.1:11434``, and the name of the model.
        context_tokens: the context that it is asked for; what is longer Ollama cuts without a word.
        keep_alive: how long the model stays loaded after a call, as Ollama writes it: ``5m``, ``0``, ``-1``.
        options: further options of Ollama's, such as ``num_thread``.

    Raises:
        InvalidInput: ``invalid_model_url``.
    """

    def __init__(
        self,
        server: Server,
        *,
        context_tokens: int = limits.MODEL_CONTEXT_TOKENS,
        keep_alive: str | int = "5m",
        options: Mapping[str, object] | None = None,
    ) -> None:
        self._server = server
        self._client = JsonClient(server)
        self._keep_alive = keep_alive
        self._options = {
            "num_ctx": context_tokens,
            "num_predict": limits.MODEL_REPLY_TOKENS_MAX,
            "temperature": 0,  # the same messages give the same reply
            **(options or {}),
        }

    @property
    def identity(self) -> ModelIdentity:
        return ModelIdentity("ollama", self._server.model)

    @property
    def context_tokens(self) -> int | None:
        tokens = self._options["num_ctx"]
        return tokens if isinstance(tokens, int) else None

    def complete(self, messages: Sequence[Message], schema: Mapping[str, object] | None) -> Completion:
        answer = self._client.post("/api/chat", self._request(messages, schema))
        message = answer.get("message")
        text = message.get("content") if isinstance(message, dict) else None
        if not isinstance(text, str):
            raise failures.answer_unreadable(self._server.url, "it holds no message")
        usage = Usage(_count(answer.get("prompt_eval_count")), _count(answer.get("eval_count")))
        name = str(answer.get("model") or self._server.model)[: limits.NAME_CHARACTERS_MAX]
        return Completion(text, usage, _PER_TOKEN_USD * usage.total_tokens, name)

    def verify(self) -> None:
        digest_of(self._server, self._client)
        capabilities = capabilities_of(self._server, self._client)
        if capabilities and "completion" not in capabilities:
            raise failures.request_rejected(
                self._server.url, f"{self._server.model} is a model for {', '.join(capabilities)} only"
            )

    def _request(
        self, messages: Sequence[Message], schema: Mapping[str, object] | None
    ) -> Mapping[str, object]:
        said = [{"role": message.role.value, "content": message.content} for message in messages]
        request: dict[str, object] = {
            "model": self._server.model,
            "messages": said,
            "stream": False,
            "think": False,  # thoughts would use up the tokens of the reply
            "keep_alive": self._keep_alive,
            "options": self._options,
        }
        return request if schema is None else {**request, "format": dict(schema)}


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
