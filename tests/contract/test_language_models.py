"""What every language model promises, held against each adapter with a server in its published shapes."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, NamedTuple

import pytest

from holdfast import limits
from holdfast.adapters.ollama import OllamaLanguageModel
from holdfast.adapters.pydantic_ai import PydanticAiLanguageModel
from holdfast.adapters.pydantic_ai.dialects import ANTHROPIC, COMPATIBLE, OPENAI
from holdfast.domain.message import Message, Role
from holdfast.errors import BackendError, BackendRejected, BackendUnavailable
from holdfast.formation.prompt.schema import REPLY_SCHEMA
from holdfast.formation.propose import propose
from holdfast.ports import LanguageModel, Usage
from holdfast.remote.server import Server
from tests.contract import model_servers
from tests.loopback import Answer, Loopback, Reply, Request, serve
from tests.unit.making import NOW, make_memory

pytestmark = pytest.mark.loopback

CHAT = [Message(Role.SYSTEM, "Be brief."), Message(Role.USER, "Hello, I am Ana")]
REPLY = '{"operations": []}'


class Wire(NamedTuple):
    """One adapter, the server in its shapes, and where its address ends."""

    make: Callable[[Server], LanguageModel]
    server: Callable[[model_servers.Say], Reply]
    path: str
    model: str


WIRES = {
    "ollama": Wire(OllamaLanguageModel, model_servers.ollama, "", "tiny"),
    "compatible": Wire(
        lambda server: PydanticAiLanguageModel(server, provider="http", dialect=COMPATIBLE),
        model_servers.openai,
        "/v1",
        "tiny",
    ),
    "openai": Wire(
        lambda server: PydanticAiLanguageModel(server, provider="openai", dialect=OPENAI),
        model_servers.openai,
        "/v1",
        "gpt-4.1-mini",
    ),
    "anthropic": Wire(
        lambda server: PydanticAiLanguageModel(server, provider="anthropic", dialect=ANTHROPIC),
        model_servers.anthropic,
        "",
        "claude-haiku-4-5",
    ),
}


@pytest.fixture(params=WIRES.values(), ids=list(WIRES))
def wire(request: pytest.FixtureRequest) -> Wire:
    found: Wire = request.param
    return found


@contextmanager
def served(
    wire: Wire, reply: Reply, *, timeout_seconds: float = 5.0
) -> Iterator[tuple[LanguageModel, Loopback]]:
    with serve(reply) as loopback:
        server = Server(loopback.url + wire.path, wire.model, "secret-key", timeout_seconds)
        yield wire.make(server), loopback


def saying(wire: Wire, text: str) -> Reply:
    return wire.server(lambda _: text)


def test_a_reply_comes_with_its_text_and_usage(wire: Wire) -> None:
    with served(wire, saying(wire, REPLY)) as (model, _):
        completion = model.complete(CHAT, REPLY_SCHEMA)
    assert completion.value == REPLY
    assert completion.usage == Usage(26, 83)
    assert completion.model in {"tiny", wire.model}


def test_one_call_is_one_request(wire: Wire) -> None:
    with served(wire, saying(wire, REPLY)) as (model, loopback):
        model.complete(CHAT, REPLY_SCHEMA)
        assert len(loopback.asked) == 1


def test_the_schema_and_the_messages_are_sent(wire: Wire) -> None:
    with served(wire, saying(wire, REPLY)) as (model, loopback):
        model.complete(CHAT, REPLY_SCHEMA)
        sent = json.dumps(loopback.asked[0].body)
    assert "Be brief." in sent
    assert "Hello, I am Ana" in sent
    assert '"time_words"' in sent


def test_plain_text_needs_no_schema(wire: Wire) -> None:
    with served(wire, saying(wire, "Hello Ana")) as (model, loopback):
        assert model.complete(CHAT, None).value == "Hello Ana"
        assert "time_words" not in json.dumps(loopback.asked[0].body)


def test_the_key_goes_into_a_header_and_nowhere_else(wire: Wire) -> None:
    with served(wire, saying(wire, REPLY)) as (model, loopback):
        model.complete(CHAT, REPLY_SCHEMA)
        model.verify()
        for request in loopback.asked:
            assert "secret-key" in json.dumps(dict(request.headers))
            assert "secret-key" not in json.dumps(request.body) + request.path
    assert "secret-key" not in repr(vars(model))


LEAKS = {
    "OPENAI_ORG_ID": "leaked", "OPENAI_PROJECT_ID": "leaked", "OPENAI_CUSTOM_HEADERS": "x-mine: leaked",
    "OPENAI_API_KEY": "leaked", "OPENAI_ADMIN_KEY": "leaked", "OPENAI_BASE_URL": "http://127.0.0.1:9/leaked",
    "ANTHROPIC_API_KEY": "leaked", "ANTHROPIC_AUTH_TOKEN": "leaked", "ANTHROPIC_BASE_URL": "http://127.0.0.1:9/",
    "ANTHROPIC_CUSTOM_HEADERS": "Authorization: leaked",
}  # fmt: skip


def test_nothing_of_the_environment_or_the_machine_is_sent(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in LEAKS.items():
        monkeypatch.setenv(name, value)
    with serve(saying(wire, REPLY)) as loopback:
        wire.make(Server(loopback.url + wire.path, wire.model, None)).complete(CHAT, REPLY_SCHEMA)
    sent = json.dumps([loopback.asked[0].body, dict(loopback.asked[0].headers)]).casefold()
    assert "leaked" not in sent
    assert "stainless" not in sent
    assert "authorization" not in sent


def test_verify_asks_without_spending_tokens(wire: Wire) -> None:
    with served(wire, saying(wire, REPLY)) as (model, loopback):
        model.verify()
        assert not any("chat" in one.path or "messages" in one.path for one in loopback.asked)
        assert loopback.asked


def test_the_identity_asks_nobody(wire: Wire) -> None:
    model = wire.make(Server("http://127.0.0.1:9", wire.model))
    assert str(model.identity).endswith(f":{wire.model}")


def test_a_model_serves_many_threads(wire: Wire) -> None:
    echo = wire.server(lambda request: json.dumps(request.body)[-400:])
    with served(wire, echo) as (model, _), ThreadPoolExecutor(4) as pool:
        chats = [[Message(Role.USER, f"number {n} of eight")] for n in range(8)]
        replies = list(pool.map(lambda chat: str(model.complete(chat, None).value), chats))
    assert all(f"number {n} of eight" in reply for n, reply in enumerate(replies))


def test_a_model_can_be_asked_while_an_event_loop_runs(wire: Wire) -> None:
    async def ask(model: LanguageModel) -> object:
        return model.complete(CHAT, None).value

    with served(wire, saying(wire, "yes")) as (model, _):
        assert asyncio.run(ask(model)) == "yes"


def test_formation_works_with_it(wire: Wire) -> None:
    said = [Message(Role.USER, "I moved to Berlin", "Ana")]
    reply = '```json\n{"operations": [{"verb": "UPDATE", "memory": 1, "text": "Ana lives in Berlin"}]}\n```'
    with served(wire, saying(wire, reply)) as (model, _):
        proposed = propose(said, [make_memory("Ana lives in Hamburg")], model=model, now=NOW)
    assert [one.text for one in proposed.proposals.accepted] == ["Ana lives in Berlin"]
    assert proposed.usage.total_tokens == 109


# Failures: each is one of ours, says the server, and is never repeated behind the caller's back.

ERROR = {"error": {"message": "the reason", "type": "some_error"}}
STATUSES: dict[int, tuple[type[BackendError], str]] = {
    400: (BackendRejected, "model_request_rejected"),
    401: (BackendRejected, "model_access_denied"),
    402: (BackendRejected, "model_quota_exceeded"),
    403: (BackendRejected, "model_access_denied"),
    404: (BackendRejected, "model_not_found"),
    418: (BackendRejected, "model_request_rejected"),
    429: (BackendUnavailable, "model_rate_limited"),
    500: (BackendUnavailable, "model_failed"),
    502: (BackendUnavailable, "model_failed"),
    503: (BackendUnavailable, "model_failed"),
    529: (BackendUnavailable, "model_failed"),
}


@contextmanager
def failing(expected: type[BackendError], code: str) -> Iterator[pytest.ExceptionInfo[BackendError]]:
    with pytest.raises(expected) as caught:
        yield caught
    assert (type(caught.value), caught.value.code) == (expected, code)
    assert "127.0.0.1" in str(caught.value.fields["server"])
    assert "secret-key" not in str(caught.value)
    assert caught.value.__cause__ is not None or caught.value.code != "model_unreachable"


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_is_an_error_of_ours(wire: Wire, status: int) -> None:
    expected, code = STATUSES[status]
    with (
        served(wire, lambda _: Answer(ERROR, status)) as (model, loopback),
        failing(expected, code) as caught,
    ):
        model.complete(CHAT, None)
    assert len(loopback.asked) == 1
    assert "the reason" in str(caught.value) or status == 429


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("20", 20, 20),
        ("999999999", 86_400, 86_400),
        (format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True), 1_800, 3_600),
        (format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True), 0, 0),
    ],
    ids=["seconds", "too long", "a date", "a date behind"],
)
def test_a_server_says_how_long_to_wait(wire: Wire, header: str, least: float, most: float) -> None:
    answer = Answer(ERROR, 429, {"Retry-After": header})
    with (
        served(wire, lambda _: answer) as (model, _),
        failing(BackendUnavailable, "model_rate_limited") as caught,
    ):
        model.complete(CHAT, None)
    seconds = caught.value.fields["retry_after_seconds"]
    assert isinstance(seconds, float)
    assert least <= seconds <= most


def test_a_refused_connection_is_unreachable(wire: Wire) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    model = wire.make(Server(url + wire.path, wire.model))
    with failing(BackendUnavailable, "model_unreachable"):
        model.complete(CHAT, None)
    with failing(BackendUnavailable, "model_unreachable"):
        model.verify()


def test_no_answer_in_time_is_a_timeout(wire: Wire) -> None:
    forever = threading.Event()
    with served(wire, lambda _: Answer(hold=forever), timeout_seconds=0.2) as (model, _):
        with failing(BackendUnavailable, "model_timeout"):
            model.complete(CHAT, None)
        forever.set()


def test_a_body_that_breaks_off_may_come_again(wire: Wire) -> None:
    with (
        served(wire, lambda _: Answer(b'{"half', headers=JSON, claimed_length=9_999)) as (model, _),
        failing(BackendUnavailable, "model_unreachable"),
    ):
        model.complete(CHAT, None)


JSON = {"Content-Type": "application/json"}
NO_ANSWERS: dict[str, Answer] = {
    "html": Answer(b"<!doctype html><h1>Welcome to our hotel</h1>", headers={"Content-Type": "text/html"}),
    "broken json": Answer(b'{"a": ', headers=JSON),
    "another object": Answer({"hello": "world"}),
    "a list": Answer([1, 2]),
    "nothing": Answer(b"", headers=JSON),
    "not utf-8": Answer(b"\xff\xfe\x00", headers=JSON),
}


@pytest.mark.parametrize("answer", NO_ANSWERS.values(), ids=NO_ANSWERS.keys())
def test_another_kind_of_server_is_said_to_be_one(wire: Wire, answer: Answer) -> None:
    with served(wire, lambda _: answer) as (model, _), failing(BackendRejected, "model_answer_unreadable"):
        model.complete(CHAT, None)


def test_an_answer_without_end_is_cut_off(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MODEL_ANSWER_BYTES_MAX", 10_000)
    endless = Answer(b'{"a": "' + b"x" * 200_000, headers=JSON)
    with served(wire, lambda _: endless) as (model, _), failing(BackendRejected, "model_answer_unreadable"):
        model.complete(CHAT, None)


def test_a_redirect_is_not_followed(wire: Wire) -> None:
    with (
        served(wire, lambda _: Answer(ERROR, 307, {"Location": "http://127.0.0.1:9/"})) as (model, loopback),
        pytest.raises(BackendRejected),
    ):
        model.complete(CHAT, None)
    assert len(loopback.asked) == 1


# What is one adapter's own.


def test_ollama_is_told_the_context_and_that_nothing_is_streamed() -> None:
    wire = WIRES["ollama"]
    with served(wire, saying(wire, REPLY)) as (model, loopback):
        model.complete(CHAT, REPLY_SCHEMA)
        body = loopback.asked[0].body
    assert body["stream"] is False
    assert body["keep_alive"] == "5m"
    assert body["format"] == REPLY_SCHEMA
    assert body["options"] == {"num_ctx": 8_192, "num_predict": 2_048, "temperature": 0}


def test_ollama_says_when_a_model_is_not_installed() -> None:
    with serve(model_servers.ollama(lambda _: REPLY)) as loopback:
        model = OllamaLanguageModel(Server(loopback.url, "llama3.2"))
        with pytest.raises(BackendRejected, match=r"ollama pull llama3\.2") as caught:
            model.verify()
    assert caught.value.code == "model_not_found"


def test_ollama_says_when_a_model_only_embeds() -> None:
    def reply(request: Request) -> Answer:
        if request.path == "/api/show":
            return Answer({"capabilities": ["embedding"]})
        return model_servers.ollama(lambda _: REPLY)(request)

    with serve(reply) as loopback, pytest.raises(BackendRejected, match="embedding only"):
        OllamaLanguageModel(Server(loopback.url, "tiny")).verify()


def test_a_server_without_schemas_is_asked_in_words_from_then_on() -> None:
    wire = WIRES["compatible"]

    def reply(request: Request) -> Answer:
        if "response_format" in request.body:
            return Answer({"error": {"message": "response_format is not supported"}}, 400)
        return saying(wire, REPLY)(request)

    with served(wire, reply) as (model, loopback):
        assert model.complete(CHAT, REPLY_SCHEMA).value == REPLY
        assert model.complete(CHAT, REPLY_SCHEMA).value == REPLY
        formats = ["response_format" in request.body for request in loopback.asked]
        assert formats == [True, False, False]
        assert "time_words" in json.dumps(loopback.asked[1].body["messages"])


def test_a_model_without_schemas_answers_by_a_tool() -> None:
    def reply(request: Request) -> Answer:
        message = model_servers.anthropic_message("", request)
        called = {"type": "tool_use", "id": "toolu_1", "name": "reply", "input": {"operations": []}}
        return Answer(message | {"content": [called], "stop_reason": "tool_use"})

    with serve(reply) as loopback:
        server = Server(loopback.url, "claude-3-haiku-20240307", "key")
        model = PydanticAiLanguageModel(server, provider="anthropic", dialect=ANTHROPIC)
        assert json.loads(str(model.complete(CHAT, REPLY_SCHEMA).value)) == {"operations": []}
        tools: Any = loopback.asked[0].body["tools"]
        assert tools[0]["name"] == "reply"


def test_prices_are_those_of_hosted_models_only() -> None:
    costs = {}
    for name, wire in WIRES.items():
        with served(wire, saying(wire, REPLY)) as (model, _):
            costs[name] = model.complete(CHAT, None).cost_usd
    assert costs["ollama"] == 0
    assert costs["compatible"] is None
    # 26 tokens in and 83 out, at 1 and 5 dollars for a million
    assert costs["anthropic"] == pytest.approx(26e-6 + 83 * 5e-6)
