"""The encoder in torch, with gradients: the tensors keep the names they have in the source."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional

from holdfast.shipped.wordpiece import WordPieces

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from holdfast.ports import Vectors

HEADS = 12
LAYERS = 6
LAYER_NORM_EPSILON = 1e-12
CHUNK_TEXTS = 16
"""Texts of like length that go through together: little padding, and matrices that fill a core."""

WEIGHTS_FILE = "model.safetensors"
VOCABULARY_FILE = "vocab.txt"


class Encoder:
    """all-MiniLM-L6-v2: texts to unit vectors.

    Padding is left out of attention and of the mean, so a vector is what it is without neighbours.
    """

    def __init__(self, folder: Path, *, device: str = "cpu", dropout: float = 0.0) -> None:
        """``dropout`` is the share of hidden values left out while ``training`` is set."""
        self.vocabulary = (folder / VOCABULARY_FILE).read_bytes()
        self.tensors = {name: tensor.to(device) for name, tensor in load_file(folder / WEIGHTS_FILE).items()}
        self.training = False
        self._dropout = dropout
        self._pieces = WordPieces(folder / VOCABULARY_FILE)
        self._device = device

    def trained(self) -> dict[str, torch.Tensor]:
        """The tensors that take part: the pooler and the list of positions do not."""
        return {
            name: tensor
            for name, tensor in self.tensors.items()
            if tensor.is_floating_point() and not name.startswith("pooler.")
        }

    def ids_of(self, text: str) -> list[int]:
        """The word pieces of a text, framed."""
        return self._pieces.framed_ids(text)

    def embed_all(self, texts: Sequence[str]) -> Vectors:
        """The unit vectors of texts, without gradients: float32, shape (len(texts), 384)."""
        with torch.inference_mode():
            vectors: Vectors = self.embed([self.ids_of(text) for text in texts]).cpu().numpy()
            return vectors

    def embed(self, sequences: Sequence[Sequence[int]]) -> torch.Tensor:
        """The unit vectors of token sequences, in their order."""
        order = sorted(range(len(sequences)), key=lambda place: len(sequences[place]))
        parts = [self._embed_chunk([sequences[place] for place in chunk]) for chunk in chunks(order)]
        back = torch.empty(len(order), dtype=torch.long)
        back[torch.tensor(order)] = torch.arange(len(order))
        return torch.cat(parts)[back.to(self._device)]

    def save(self, folder: Path) -> None:
        """Writes the folder that ``tools/build_weights.py`` reads."""
        folder.mkdir(parents=True, exist_ok=True)
        tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in self.tensors.items()}
        save_file(tensors, folder / WEIGHTS_FILE, metadata={"format": "pt"})
        (folder / VOCABULARY_FILE).write_bytes(self.vocabulary)

    def _embed_chunk(self, sequences: Sequence[Sequence[int]]) -> torch.Tensor:
        longest = max(map(len, sequences))
        ids = torch.tensor([[*each, *[0] * (longest - len(each))] for each in sequences], device=self._device)
        lengths = torch.tensor([len(each) for each in sequences], device=self._device)
        real = torch.arange(longest, device=self._device) < lengths[:, None]
        hidden = self._drop(self._embedded(ids))
        for layer in range(LAYERS):
            hidden = self._layer(hidden, f"encoder.layer.{layer}.", real)
        pooled = (hidden * real[..., None]).sum(dim=1) / lengths[:, None]
        return functional.normalize(pooled, dim=1)

    def _embedded(self, ids: torch.Tensor) -> torch.Tensor:
        words = functional.embedding(ids, self.tensors["embeddings.word_embeddings.weight"])
        positions = self.tensors["embeddings.position_embeddings.weight"][: ids.shape[1]]
        segment = self.tensors["embeddings.token_type_embeddings.weight"][0]
        return self._norm(words + positions + segment, "embeddings.LayerNorm")

    def _layer(self, hidden: torch.Tensor, prefix: str, real: torch.Tensor) -> torch.Tensor:
        attended = self._linear(self._attention(hidden, prefix, real), prefix + "attention.output.dense")
        hidden = self._norm(hidden + self._drop(attended), prefix + "attention.output.LayerNorm")
        widened = functional.gelu(self._linear(hidden, prefix + "intermediate.dense"))
        narrowed = self._linear(widened, prefix + "output.dense")
        return self._norm(hidden + self._drop(narrowed), prefix + "output.LayerNorm")

    def _attention(self, hidden: torch.Tensor, prefix: str, real: torch.Tensor) -> torch.Tensor:
        query, key, value = (
            self._linear(hidden, f"{prefix}attention.self.{role}")
            .reshape(*hidden.shape[:2], HEADS, -1)
            .transpose(1, 2)
            for role in ("query", "key", "value")
        )
        mixed = functional.scaled_dot_product_attention(query, key, value, real[:, None, None, :])
        return mixed.transpose(1, 2).flatten(2)

    def _linear(self, hidden: torch.Tensor, name: str) -> torch.Tensor:
        return functional.linear(hidden, self.tensors[name + ".weight"], self.tensors[name + ".bias"])

    def _norm(self, hidden: torch.Tensor, name: str) -> torch.Tensor:
        weight, bias = self.tensors[name + ".weight"], self.tensors[name + ".bias"]
        return functional.layer_norm(hidden, weight.shape, weight, bias, LAYER_NORM_EPSILON)

    def _drop(self, hidden: torch.Tensor) -> torch.Tensor:
        return functional.dropout(hidden, self._dropout, self.training)


def chunks(places: Sequence[int]) -> Iterator[Sequence[int]]:
    """Runs of at most ``CHUNK_TEXTS``."""
    return (places[start : start + CHUNK_TEXTS] for start in range(0, len(places), CHUNK_TEXTS))
