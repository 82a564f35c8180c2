"""The table of words: what it does at its edges, and clear when its files are not there."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest

from holdfast.adapters.static import StaticEmbedder
from holdfast.adapters.static.embedder import SHIPPED
from holdfast.errors import BackendRejected
from holdfast.limits import EMBEDDING_BATCH_TEXTS

if TYPE_CHECKING:
    from pathlib import Path

FILES = ("manifest.json", "rows.npy", "scales.npy", "vocab.txt")


@pytest.fixture(scope="module")
def embedder() -> StaticEmbedder:
    return StaticEmbedder()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "data"
    shutil.copytree(SHIPPED, copy)
    return copy


@pytest.mark.parametrize("text", ["", "   ", "\0", "\U0001f9ff", "q" * 101])
def test_a_text_without_a_known_word_is_the_last_axis(embedder: StaticEmbedder, text: str) -> None:
    last_axis = np.zeros(256, np.float32)
    last_axis[-1] = 1
    assert np.array_equal(embedder.embed_query(text), last_axis)


def test_the_last_axis_is_close_to_no_ordinary_text(embedder: StaticEmbedder) -> None:
    texts = ["I moved to Berlin in March", "My dog is called Rex", "Where does Ana live?"]
    assert np.abs(embedder.embed_documents(texts) @ embedder.embed_query("")).max() < 0.15


def test_unknown_words_do_not_count(embedder: StaticEmbedder) -> None:
    known, mixed = embedder.embed_documents(["red bicycle", "red \U0001f9ff bicycle"])
    assert np.allclose(known, mixed, atol=1e-6)


def test_word_order_does_not_count(embedder: StaticEmbedder) -> None:
    one, other = embedder.embed_documents(["dog bites man", "man bites dog"])
    assert np.allclose(one, other, atol=1e-6)


@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_batches_join_without_a_seam(embedder: StaticEmbedder, extra: int) -> None:
    texts = [f"note {number}" for number in range(EMBEDDING_BATCH_TEXTS + extra)]
    alone = np.stack([embedder.embed_query(text) for text in texts])
    assert embedder.embed_documents(texts).tobytes() == alone.tobytes()


def test_shipped_files_are_what_the_manifest_says(embedder: StaticEmbedder) -> None:
    embedder.verify()


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(BackendRejected, match=name):
        StaticEmbedder(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_short_is_named(folder: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(BackendRejected, match=name):
        StaticEmbedder(folder)


@pytest.mark.parametrize("name", ["rows.npy", "scales.npy", "vocab.txt"])
def test_a_file_of_noise_is_named(folder: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(b"\xff" * path.stat().st_size)
    with pytest.raises(BackendRejected, match=name):
        StaticEmbedder(folder)


def test_a_table_of_another_shape_is_refused(folder: Path) -> None:
    path = folder / "rows.npy"
    rows = np.load(path)
    content = path.read_bytes()
    header = content[: len(content) - rows.nbytes]
    path.write_bytes(header.replace(b"(30522, 256)", b"(15261, 512)") + content[len(header) :])
    with pytest.raises(BackendRejected, match=r"rows\.npy"):
        StaticEmbedder(folder)


def test_verify_finds_one_changed_byte(folder: Path) -> None:
    embedder = StaticEmbedder(folder)
    path = folder / "scales.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.unlink()
    path.write_bytes(content)
    with pytest.raises(BackendRejected, match=r"scales\.npy.*not what was shipped"):
        embedder.verify()
