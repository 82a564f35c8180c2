"""What the embedders on servers promise, with servers in their published shapes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

from holdfast import Holdfast, limits
from holdfast.adapters.ollama import OllamaEmbedder
from holdfast.adapters.openai import OpenAiEmbedder
from holdfast.errors import BackendError, BackendRejected, BackendUnavailable
from holdfast.ports import Embedder, EmbedderIdentity
from holdfast.remote.server import Server
from tests.contract import model_servers
from tests.contract.test_embedder_contract import ODD_TEXTS
from tests.loopback import Answer, Reply, Request, serve

pytestmark = pytest.mark.loopback


class Wire(NamedTuple):
    """One adapter, the server in its shapes, and where its address ends."""

    make: Callable[[Server], Embedder]
    reply: Reply
    path: str
    identity: EmbedderIdentity


WIRES = {
    "ollama": Wire(
        OllamaEmbedder,
        model_servers.ollama(lambda _: ""),
        "",
        EmbedderIdentity("ollama:tiny", model_servers.DIGEST[7:19], model_servers.DIMENSION),
    ),
    "openai": Wire(
        OpenAiEmbedder,
        model_servers.openai(lambda _: ""),
        "/v1",
        EmbedderIdentity("openai:tiny", "1", model_servers.DIMENSION),
    ),
}


@pytest.fixture(params=WIRES.values(), ids=list(WIRES))
def wire(request: pytest.FixtureRequest) -> Wire:
    found: Wire = request.param
    return found


def server_at(url: str, wire: Wire, model: str = "tiny") -> Server:
    return Server(url + wire.path, model, "secret-key", 5.0)


def sent_texts(asked: list[Request]) -> list[str]:
    return [text for request in asked if "input" in request.body for text in as_list(request.body["input"])]


def as_list(given: Any) -> list[str]:  # noqa: ANN401 (JSON)
    return given if isinstance(given, list) else [given]


def test_the_identity_is_asked_for_once(wire: Wire) -> None:
    with serve(wire.reply) as loopback:
        embedder = wire.make(server_at(loopback.url, wire))
        assert embedder.identity == wire.identity
        asked = len(loopback.asked)
        assert embedder.identity == wire.identity
        assert len(loopback.asked) == asked


def test_vectors_are_unit_rows_in_the_order_of_the_texts(wire: Wire) -> None:
    texts = [f"text number {n}" for n in range(2 * limits.REMOTE_EMBEDDING_BATCH_TEXTS + 3)]
    with serve(wire.reply) as loopback:
        vectors = wire.make(server_at(loopback.url, wire)).embed_documents(texts)
    assert vectors.shape == (len(texts), model_servers.DIMENSION)
    assert vectors.dtype == np.float32
    for text, vector in zip(texts, vectors, strict=True):
        raw = np.array(model_servers.vector_of(text))
        assert vector == pytest.approx(raw / math.sqrt(float(raw @ raw)), abs=1e-6)


def test_texts_are_sent_in_bounded_batches(wire: Wire) -> None:
    with serve(wire.reply) as loopback:
        embedder = wire.make(server_at(loopback.url, wire))
        embedder.embed_documents(["text"] * (limits.REMOTE_EMBEDDING_BATCH_TEXTS + 1))
        sizes = [len(as_list(one.body["input"])) for one in loopback.asked if "input" in one.body]
    assert sizes[-2:] == [limits.REMOTE_EMBEDDING_BATCH_TEXTS, 1]


def test_no_texts_take_no_vectors(wire: Wire) -> None:
    with serve(wire.reply) as loopback:
        vectors = wire.make(server_at(loopback.url, wire)).embed_documents([])
    assert vectors.shape == (0, model_servers.DIMENSION)


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=list(ODD_TEXTS))
def test_any_text_can_be_sent(wire: Wire, text: str) -> None:
    with serve(wire.reply) as loopback:
        vector = wire.make(server_at(loopback.url, wire)).embed_query(text)
        sent = sent_texts(loopback.asked)[-1]
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert sent.strip()
    assert len(sent) <= limits.REMOTE_EMBEDDING_CHARACTERS_MAX
    sent.encode()


def test_a_family_of_encoders_gets_the_words_it_was_trained_with(wire: Wire) -> None:
    with serve(model_servers.openai(lambda _: "")) as loopback:
        embedder = OpenAiEmbedder(Server(loopback.url + "/v1", "nomic-embed-text-v1.5"), dimensions=8)
        embedder.embed_documents(["Ana lives in Berlin"])
        embedder.embed_query("Where?")
        assert sent_texts(loopback.asked) == ["search_document: Ana lives in Berlin", "search_query: Where?"]


def test_shorter_vectors_are_asked_for() -> None:
    with serve(model_servers.openai(lambda _: "")) as loopback:
        embedder = OpenAiEmbedder(Server(loopback.url + "/v1", "text-embedding-3-small"), dimensions=4)
        assert embedder.embed_query("Where?").shape == (4,)
        assert [one.body["dimensions"] for one in loopback.asked] == [4]


def test_the_length_of_known_vectors_is_not_asked_for() -> None:
    nobody = Server("http://127.0.0.1:9/v1", "text-embedding-3-small")
    assert OpenAiEmbedder(nobody).identity.dimension == 1536


BAD_VECTORS: dict[str, Any] = {
    "none": None,
    "too few": [],
    "too many": [[1.0] * 8] * 2,
    "another length": [[1.0] * 7],
    "no numbers": [["a"] * 8],
    "no length": [[0.0] * 8],
    "infinite": [[1e308] * 8],
    "not a number": [[float("nan")] * 8],
    "nested": [[[1.0] * 8]],
    "ragged": [[1.0], [1.0, 2.0]],
    "null inside": [[None] * 8],
    "an object": {"a": 1},
}


@pytest.mark.parametrize("vectors", BAD_VECTORS.values(), ids=list(BAD_VECTORS))
def test_vectors_that_cannot_be_are_refused(wire: Wire, vectors: Any) -> None:  # noqa: ANN401 (JSON)
    bad = [False]

    def reply(request: Request) -> Answer:
        if bad[0] and "embed" in request.path:
            data = (
                [{"index": n, "embedding": one} for n, one in enumerate(vectors)]
                if isinstance(vectors, list)
                else vectors
            )
            return Answer({"embeddings": vectors, "data": data})
        return wire.reply(request)

    with serve(reply) as loopback:
        embedder = wire.make(server_at(loopback.url, wire))
        assert embedder.identity.dimension == 8
        bad[0] = True
        with pytest.raises(BackendRejected) as caught:
            embedder.embed_query("Where?")
    assert caught.value.code == "model_answer_unreadable"


def test_vectors_numbered_wrongly_are_refused() -> None:
    data = [{"index": n, "embedding": [1.0] * 4} for n in (0, 0)]
    with serve(lambda _: Answer({"data": data})) as loopback:
        embedder = OpenAiEmbedder(Server(loopback.url + "/v1", "tiny"), dimensions=4)
        with pytest.raises(BackendRejected):
            embedder.embed_documents(["one", "two"])


@pytest.mark.parametrize(
    ("status", "expected", "code"),
    [
        (401, BackendRejected, "model_access_denied"),
        (429, BackendUnavailable, "model_rate_limited"),
        (500, BackendUnavailable, "model_failed"),
    ],
)
def test_failures_are_errors_of_ours(
    wire: Wire, status: int, expected: type[BackendError], code: str
) -> None:
    with serve(lambda _: Answer({"error": "the reason"}, status, {"Retry-After": "7"})) as loopback:
        embedder = wire.make(server_at(loopback.url, wire))
        for call in (lambda: embedder.identity, embedder.verify, lambda: embedder.embed_query("Where?")):
            with pytest.raises(expected) as caught:
                call()
            assert caught.value.code == code
            assert "secret-key" not in str(caught.value)


def test_an_answer_without_end_is_cut_off(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MODEL_ANSWER_BYTES_MAX", 1_000)
    endless = Answer({"models": [], "filler": "x" * 2_000})
    with serve(lambda _: endless) as loopback, pytest.raises(BackendRejected) as caught:
        _ = wire.make(server_at(loopback.url, wire)).identity
    assert caught.value.code == "model_answer_unreadable"


def test_a_store_does_not_open_without_its_server(wire: Wire) -> None:
    with pytest.raises(BackendUnavailable) as caught:
        Holdfast(":memory:", embedder=wire.make(server_at("http://127.0.0.1:9", wire)))
    assert caught.value.code == "model_unreachable"


def test_a_store_works_with_it(wire: Wire) -> None:
    with serve(wire.reply) as loopback:
        embedder = wire.make(server_at(loopback.url, wire))
        with Holdfast(":memory:", embedder=embedder) as memory:
            memory.add("I moved to Berlin", user_id="ana")
            assert memory.search("Berlin", user_id="ana")[0].memory.text == "I moved to Berlin"
            assert memory.stats().embedder == wire.identity
            assert memory.check() == ()
