"""The int8 transformer: as good as the float32 original, and clear when its files are not there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from holdfast.adapters.minilm import MiniLmEmbedder
from holdfast.adapters.minilm.embedder import SHIPPED
from holdfast.errors import BackendRejected

REFERENCE = Path(__file__).parent.parent / "data"
FILES = ("manifest.json", "minilm.onnx", "minilm.data", "vocab.txt")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "data"
    shutil.copytree(SHIPPED, copy)
    return copy


def test_int8_says_what_float32_says() -> None:
    sentences = (REFERENCE / "embedding_sentences.txt").read_text("utf-8").splitlines()
    expected = np.load(REFERENCE / "embedding_vectors.npy", allow_pickle=False).astype(np.float32)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)

    vectors = MiniLmEmbedder().embed_documents(sentences)
    cosines = (vectors * expected).sum(axis=1)

    assert len(set(sentences)) == 1000
    assert cosines.mean() >= 0.99
    assert cosines.min() >= 0.97


def test_shipped_files_are_what_the_manifest_says() -> None:
    MiniLmEmbedder().verify()


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(BackendRejected, match=name) as caught:
        MiniLmEmbedder(folder)
    assert "pip install --force-reinstall" in caught.value.message
    assert caught.value.code == "weights_damaged"
    assert caught.value.fields["file"] == str(folder / name)


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_short_is_named(folder: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(BackendRejected, match=name):
        MiniLmEmbedder(folder)


@pytest.mark.parametrize("name", ["minilm.onnx", "vocab.txt"])
def test_a_file_of_noise_is_named(folder: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(b"\xff" * path.stat().st_size)
    with pytest.raises(BackendRejected, match=name):
        MiniLmEmbedder(folder).embed_query("the model is read when the first text comes")


def test_a_vocabulary_without_its_marks_is_refused(folder: Path) -> None:
    path = folder / "vocab.txt"
    path.write_bytes(path.read_bytes().replace(b"[CLS]", b"[cls]"))
    with pytest.raises(BackendRejected, match=r"has no \[CLS\]"):
        MiniLmEmbedder(folder)


def test_a_manifest_that_is_none_is_refused(folder: Path) -> None:
    (folder / "manifest.json").write_text("[]")
    with pytest.raises(BackendRejected, match="not a manifest"):
        MiniLmEmbedder(folder)


def test_verify_finds_one_changed_byte(folder: Path) -> None:
    embedder = MiniLmEmbedder(folder)
    path = folder / "minilm.data"
    content = bytearray(path.read_bytes())
    content[1_000_000] ^= 1
    path.unlink()
    path.write_bytes(content)
    with pytest.raises(BackendRejected, match=r"minilm\.data.*not what was shipped"):
        embedder.verify()


def test_nothing_is_written_and_nobody_is_told(tmp_path: Path) -> None:
    """Everything that onnxruntime reports with passes through files below the home folder."""
    script = "from holdfast.adapters.minilm import MiniLmEmbedder; MiniLmEmbedder().embed_query('hello')"
    # Continuous integration and unit tests are known to onnxruntime, which is silent there.
    suppressing = {"CI", "GITHUB_ACTIONS", "ORT_RUNNING_UNIT_TESTS", "ORT_DISABLE_TELEMETRY"}
    environment = {name: value for name, value in os.environ.items() if name not in suppressing}
    places = ("HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_CACHE_HOME", "TMPDIR")
    environment |= dict.fromkeys(places, str(tmp_path))
    environment["PYTHONDONTWRITEBYTECODE"] = "1"

    subprocess.run([sys.executable, "-c", script], env=environment, check=True, timeout=60)

    assert list(tmp_path.rglob("*")) == []
