"""The contract of ``LanguageModel``: one reply for one request, with what it took."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import pytest

from holdfast.domain.message import Message, Role
from holdfast.ports import LanguageModel

Answering = Callable[[str], AbstractContextManager[LanguageModel]]
"""Opens a model that answers every request with this text."""

CHAT = (Message(Role.SYSTEM, "Be brief."), Message(Role.USER, "Hello, I am Ana"))
REPLY = '{"operations": []}'
CALLS = 8
SCHEMA: Mapping[str, object] = {
    "type": "object",
    "properties": {"operations": {"type": "array", "items": {"type": "string"}}},
    "required": ["operations"],
    "additionalProperties": False,
}


class LanguageModelContract:
    """What every ``LanguageModel`` does. A subclass overrides ``answering``."""

    @pytest.fixture
    def answering(self) -> Answering:
        """Opens a model that answers every request with a text."""
        raise NotImplementedError("override the fixture answering")

    def test_model_says_who_it_is_and_asks_nobody(self, answering: Answering) -> None:
        with answering(REPLY) as model:
            assert all(model.identity)
            assert str(model.identity) == ":".join(model.identity)
            assert model.identity == model.identity

    def test_context_is_a_number_of_tokens_or_unknown(self, answering: Answering) -> None:
        with answering(REPLY) as model:
            assert model.context_tokens is None or model.context_tokens > 0

    def test_reply_without_a_schema_is_the_text(self, answering: Answering) -> None:
        with answering("Hello, Ana!") as model:
            assert model.complete(CHAT, None).value == "Hello, Ana!"

    def test_reply_to_a_schema_is_json_that_keeps_to_it(self, answering: Answering) -> None:
        with answering(REPLY) as model:
            value = model.complete(CHAT, SCHEMA).value
        assert (json.loads(value) if isinstance(value, str) else value) == {"operations": []}

    def test_reply_tells_what_it_took(self, answering: Answering) -> None:
        with answering(REPLY) as model:
            completion = model.complete(CHAT, SCHEMA)
        assert min(completion.usage) >= 0
        assert completion.usage.total_tokens == sum(completion.usage)
        assert completion.cost_usd is None or completion.cost_usd >= 0
        assert completion.model

    def test_messages_in_turn_are_taken(self, answering: Answering) -> None:
        turns = (*CHAT, Message(Role.ASSISTANT, "Hello!"), Message(Role.USER, "Who am I?"))
        with answering("Ana") as model:
            assert model.complete(turns, None).value == "Ana"

    def test_many_threads_may_ask_at_once(self, answering: Answering) -> None:
        with answering(REPLY) as model, ThreadPoolExecutor(4) as pool:
            replies = list(pool.map(lambda _: model.complete(CHAT, None).value, range(CALLS)))
        assert replies == [REPLY] * CALLS
