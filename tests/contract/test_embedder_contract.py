"""What every embedder promises, held against each one that ships."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest

from holdfast.adapters.minilm import MiniLmEmbedder
from holdfast.adapters.static import StaticEmbedder

if TYPE_CHECKING:
    from holdfast.ports import Embedder

ODD_TEXTS = {
    "empty": "",
    "blank": " \n\t ",
    "nul": "\0",
    "nul inside": "a\0b",
    "emoji": "🎉👩‍👩‍👧",
    "right to left": "أنا أعيش في القاهرة",
    "combining": "e\u0301" * 50,
    "lone surrogate": "before \ud83c after",
    "surrogate pair": "\ud83c\udf89",
    "only surrogates": "\udfff" * 10,
    "one long word": "x" * 5000,
    "special tokens": "[CLS] [SEP] [UNK] [MASK] [PAD]",
    "megabyte": "I moved to Berlin in March. " * 40_000,
    "megabyte of blanks": " " * 1_000_000,
}

PARAPHRASES = [
    ("Ana moved to Berlin.", "Ana lives in Berlin now.", "The soup needs more salt."),
    ("I am allergic to peanuts.", "Peanuts make me ill.", "The train leaves at nine."),
    ("My dog is called Rex.", "What is the name of my dog?", "Interest rates fell again."),
]


@pytest.fixture(scope="module", params=[MiniLmEmbedder, StaticEmbedder])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    made: Embedder = request.param()
    return made


def test_identity_tells_embedders_apart() -> None:
    assert MiniLmEmbedder().identity.id == "minilm"
    assert StaticEmbedder().identity.id == "static"


def test_documents_have_a_row_each(embedder: Embedder) -> None:
    vectors = embedder.embed_documents(["one", "two", "three"])
    assert vectors.shape == (3, embedder.identity.dimension)
    assert vectors.dtype == np.float32


def test_no_documents_give_no_rows(embedder: Embedder) -> None:
    vectors = embedder.embed_documents([])
    assert vectors.shape == (0, embedder.identity.dimension)
    assert vectors.dtype == np.float32


def test_query_is_one_vector(embedder: Embedder) -> None:
    vector = embedder.embed_query("where?")
    assert vector.shape == (embedder.identity.dimension,)
    assert vector.dtype == np.float32


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
def test_any_text_has_length_one(embedder: Embedder, text: str) -> None:
    vector = embedder.embed_query(text)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_a_text_gives_the_same_bits_in_any_company(embedder: Embedder) -> None:
    text = "Grandfather repaired clocks for fifty years."
    alone = embedder.embed_query(text)
    among = embedder.embed_documents(["", text, *ODD_TEXTS.values(), *["short"] * 70, text])
    assert among[1].tobytes() == alone.tobytes()
    assert among[-1].tobytes() == alone.tobytes()


def test_two_embedders_of_one_kind_agree(embedder: Embedder) -> None:
    other = type(embedder)()
    assert other.identity == embedder.identity
    assert other.embed_query("hello").tobytes() == embedder.embed_query("hello").tobytes()


@pytest.mark.parametrize(("text", "same", "unrelated"), PARAPHRASES)
def test_a_paraphrase_is_closer_than_something_unrelated(
    embedder: Embedder, text: str, same: str, unrelated: str
) -> None:
    near, far = embedder.embed_documents([same, unrelated]) @ embedder.embed_query(text)
    assert near > far + 0.2


def test_letter_case_does_not_matter(embedder: Embedder) -> None:
    quiet, loud = embedder.embed_documents(["my blood type", "MY BLOOD TYPE"])
    assert quiet.tobytes() == loud.tobytes()


def test_what_lies_beyond_the_last_token_is_not_seen(embedder: Embedder) -> None:
    page = "word " * 300
    assert embedder.embed_query(page).tobytes() == embedder.embed_query(page + "end").tobytes()


def test_many_threads_get_what_one_gets(embedder: Embedder) -> None:
    texts = [f"note {number} about {'tea ' * (number % 7)}" for number in range(64)]
    expected = embedder.embed_documents(texts)
    with ThreadPoolExecutor(8) as pool:
        vectors = np.stack(list(pool.map(embedder.embed_query, texts)))
    assert vectors.tobytes() == expected.tobytes()
