"""The encoder in plain torch: the float32 truth that the shipped weights are measured by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    import numpy.typing as npt

HEADS = 12
LAYERS = 6
LAYER_NORM_EPSILON = 1e-12


class Encoder:
    """all-MiniLM-L6-v2 in float32, one text at a time, without padding."""

    def __init__(
        self,
        tensors: Mapping[str, npt.NDArray[np.float32]],
        *,
        watch: Callable[[str, npt.NDArray[np.float32]], None] | None = None,
    ) -> None:
        """``watch`` is shown the name and the input, shape (rows, width), of every linear layer."""
        self._weights = {name: torch.from_numpy(array) for name, array in tensors.items()}
        self._watch = watch

    def embed_all(self, sequences: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """The unit vector of each token sequence: shape (len(sequences), 384)."""
        with torch.inference_mode():
            rows = [self._mean_pooled(torch.tensor([ids])) for ids in sequences]
            vectors: npt.NDArray[np.float32] = functional.normalize(torch.cat(rows), dim=1).numpy()
            return vectors

    def pool_batch(self, sequences: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """The mean-pooled vectors, not normalised, of sequences that all have one length."""
        with torch.inference_mode():
            vectors: npt.NDArray[np.float32] = self._mean_pooled(torch.tensor(sequences)).numpy()
            return vectors

    def _mean_pooled(self, ids: torch.Tensor) -> torch.Tensor:
        hidden = self._embedded(ids)
        for layer in range(LAYERS):
            hidden = self._layer(hidden, f"encoder.layer.{layer}.")
        return hidden.mean(dim=1)

    def _embedded(self, ids: torch.Tensor) -> torch.Tensor:
        words = self._weights["embeddings.word_embeddings.weight"][ids]
        positions = self._weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        segment = self._weights["embeddings.token_type_embeddings.weight"][0]
        return self._norm(words + positions + segment, "embeddings.LayerNorm")

    def _layer(self, hidden: torch.Tensor, prefix: str) -> torch.Tensor:
        attended = self._linear(self._attention(hidden, prefix), prefix + "attention.output.dense")
        hidden = self._norm(hidden + attended, prefix + "attention.output.LayerNorm")
        widened = functional.gelu(self._linear(hidden, prefix + "intermediate.dense"))
        narrowed = self._linear(widened, prefix + "output.dense")
        return self._norm(hidden + narrowed, prefix + "output.LayerNorm")

    def _attention(self, hidden: torch.Tensor, prefix: str) -> torch.Tensor:
        query, key, value = (
            self._linear(hidden, f"{prefix}attention.self.{role}")
            .reshape(*hidden.shape[:2], HEADS, -1)
            .transpose(1, 2)
            for role in ("query", "key", "value")
        )
        mixed = functional.scaled_dot_product_attention(query, key, value)
        return mixed.transpose(1, 2).flatten(2)

    def _linear(self, hidden: torch.Tensor, name: str) -> torch.Tensor:
        if self._watch is not None:
            self._watch(name, hidden.flatten(0, 1).numpy())
        return functional.linear(hidden, self._weights[name + ".weight"], self._weights[name + ".bias"])

    def _norm(self, hidden: torch.Tensor, name: str) -> torch.Tensor:
        weight, bias = self._weights[name + ".weight"], self._weights[name + ".bias"]
        return functional.layer_norm(hidden, weight.shape, weight, bias, LAYER_NORM_EPSILON)


def use_one_thread() -> None:
    """Makes torch add in one order, so that every run gives the same bytes."""
    torch.set_num_threads(1)
