"""A real llama.cpp server, with a model of random numbers that the test makes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from holdfast import Completion, Holdfast
from holdfast.adapters.openai import OpenAiEmbedder
from holdfast.adapters.pydantic_ai import PydanticAiLanguageModel
from holdfast.adapters.pydantic_ai.dialects import COMPATIBLE
from holdfast.domain.message import Message, Role
from holdfast.errors import BackendRejected
from holdfast.formation.prompt.render import render
from holdfast.formation.prompt.schema import REPLY_SCHEMA
from holdfast.formation.reply.read import Shown, read_reply
from holdfast.remote.server import Server
from holdfast.testing import HashingEmbedder
from tests.integration.tiny_model import WIDTH, write_tiny_model
from tests.unit.making import NOW, make_memory

pytestmark = pytest.mark.loopback

WHY = "the packages of the dependency group `llama` are not installed"
gguf = pytest.importorskip("gguf", reason=WHY)
xllamacpp = pytest.importorskip("xllamacpp", reason=WHY)

MESSAGES = [Message(Role.USER, "I moved to Berlin", "Ana")]
NEIGHBOURS = [make_memory("Ana lives in Hamburg")]


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("llama") / "tiny.gguf"
    write_tiny_model(path, gguf)
    return path


def start(model_file: Path, *, embedding: bool = False) -> Any:  # noqa: ANN401 (a library without types)
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(model_file)
    parameters.port = 0
    parameters.n_ctx = 8_192
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = 1
    parameters.warmup = False
    parameters.verbosity = -1
    if embedding:
        parameters.embedding = True
        parameters.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    return xllamacpp.Server(parameters)


@pytest.fixture(scope="module")
def model(model_file: Path) -> Iterator[PydanticAiLanguageModel]:
    server = start(model_file)
    yield PydanticAiLanguageModel(
        Server(f"{server.listening_address}/v1", "tiny"), provider="http", dialect=COMPATIBLE
    )
    del server


def bounded(schema: Any) -> Any:  # noqa: ANN401 (JSON)
    """The same schema with short texts and lists: random numbers never come to an end by themselves."""
    if isinstance(schema, list):
        return [bounded(part) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    bounds = {"string": {"maxLength": 6}, "array": {"maxItems": 2}, "integer": {"minimum": 0, "maximum": 99}}
    kind = schema.get("type")
    extra = bounds.get(kind, {}) if isinstance(kind, str) and "enum" not in schema else {}
    return {key: bounded(part) for key, part in schema.items()} | extra


def keeps_to(value: Any, schema: Any) -> bool:  # noqa: ANN401 (JSON)
    """Whether a value keeps to the parts of JSON Schema that ours is made of."""
    if "anyOf" in schema:
        return any(keeps_to(value, one) for one in schema["anyOf"])
    if "enum" in schema:
        return value in schema["enum"]
    match schema["type"]:
        case "object":
            parts = schema["properties"]
            return set(value) == set(schema["required"]) and all(keeps_to(value[k], parts[k]) for k in parts)
        case "array":
            return isinstance(value, list) and all(keeps_to(item, schema["items"]) for item in value)
        case "null":
            return value is None
        case "number":
            return isinstance(value, (int, float))
        case kind:
            return isinstance(value, {"string": str, "integer": int}[kind])


def test_random_numbers_give_replies_that_keep_to_the_schema(model: PydanticAiLanguageModel) -> None:
    prompt = render(MESSAGES, NEIGHBOURS, now=NOW)
    completion = model.complete(prompt.chat, bounded(dict(REPLY_SCHEMA)))
    assert keeps_to(json.loads(str(completion.value)), REPLY_SCHEMA)
    assert completion.usage.input_tokens > 1_000
    assert completion.usage.output_tokens > 0
    assert completion.cost_usd is None


def test_what_random_numbers_say_changes_nothing(model: PydanticAiLanguageModel) -> None:
    prompt = render(MESSAGES, NEIGHBOURS, now=NOW)
    completion = model.complete(prompt.chat, bounded(dict(REPLY_SCHEMA)))
    found = read_reply(completion.value, Shown(prompt.shown, MESSAGES, NOW))
    assert found is not None
    assert found.accepted == ()


class Bounded:
    """The model on the server, which is asked for short texts."""

    def __init__(self, model: PydanticAiLanguageModel) -> None:
        self._model = model
        self.identity, self.context_tokens, self.verify = model.identity, model.context_tokens, model.verify

    def complete(self, messages: Sequence[Message], schema: Mapping[str, object] | None) -> Completion:
        return self._model.complete(messages, schema and bounded(dict(schema)))


@pytest.mark.facts
@pytest.mark.timeout(300)
@pytest.mark.parametrize("is_bounded", [True, False])
def test_add_survives_random_numbers(
    model: PydanticAiLanguageModel, tmp_path: Path, *, is_bounded: bool
) -> None:
    reader = Bounded(model) if is_bounded else model
    with Holdfast(tmp_path / "agent.db", embedder=HashingEmbedder(), model=reader) as memory:
        memory.add("My bicycle is called Blitz", user_id="ana", infer=False)
        added = memory.add(MESSAGES, user_id="ana")

        assert memory.search("Who moved to Berlin?", user_id="ana")[0].memory.text == "I moved to Berlin"
        assert [memory.get(each.memory.id).text for each in added.facts] == []
        if is_bounded:
            (day,) = memory.stats().spending
            assert (day.model, day.input_tokens > 1_000, day.output_tokens > 0) == ("http:tiny", True, True)
            assert added.status == "done"
        else:  # a text that never ends: the server gives up, or the reply is cut off
            assert added.status == "processing"
            assert added.waiting_for is not None
            assert added.waiting_for.code in {"model_failed", "model_reply_unreadable"}
        assert memory.job_counts().dead == 0
        assert memory.check() == ()


def test_the_server_is_found_without_spending_tokens(model: PydanticAiLanguageModel) -> None:
    model.verify()


def test_a_prompt_beyond_the_context_is_rejected(model: PydanticAiLanguageModel) -> None:
    with pytest.raises(BackendRejected) as caught:
        model.complete([Message(Role.USER, "word " * 5_000)], None)
    assert caught.value.code == "model_request_rejected"


def test_the_same_server_gives_vectors(model_file: Path) -> None:
    server = start(model_file, embedding=True)
    embedder = OpenAiEmbedder(Server(f"{server.listening_address}/v1", "tiny"), provider="http")
    assert str(embedder.identity) == f"http:tiny@1/{WIDTH}"
    vectors = embedder.embed_documents([f"text number {n}" for n in range(5)])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(5), abs=1e-5)
    assert vectors[3] == pytest.approx(embedder.embed_query("text number 3"), abs=1e-3)
