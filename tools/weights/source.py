"""The folder that weights are built from: a safetensors file and its tokenizer, checked by hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from safetensors.numpy import load_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

ORIGINAL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""model.safetensors of sentence-transformers/all-MiniLM-L6-v2."""

VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
"""vocab.txt of the same model; tuning the encoder does not change it."""


@dataclass(frozen=True, slots=True)
class Source:
    """An encoder's float32 tensors and the vocabulary that feeds them."""

    sha256: str
    tensors: Mapping[str, npt.NDArray[np.float32]]
    vocabulary: bytes

    @property
    def tokens(self) -> list[str]:
        """The vocabulary by rank."""
        return self.vocabulary.decode().rstrip("\n").split("\n")


def load_source(folder: Path, expected_sha256: str) -> Source:
    """Reads ``model.safetensors`` and ``vocab.txt``; a file with another hash stops the build."""
    weights = folder / "model.safetensors"
    vocabulary = folder / "vocab.txt"
    _expect(weights, expected_sha256)
    _expect(vocabulary, VOCABULARY_SHA256)
    return Source(sha256=expected_sha256, tensors=load_file(weights), vocabulary=vocabulary.read_bytes())


def _expect(path: Path, sha256: str) -> None:
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != sha256:
        raise SystemExit(f"{path.name} has SHA-256 {found}, not {sha256}: wrong file?")
