"""The transformer as one int8 ONNX graph that is already optimised: token ids in, unit vector out.

The graph is drawn by hand from onnxruntime's fused operators, so a session has nothing left to
optimise when it opens. One text at a time needs no padding, hence no attention mask.

Weights are int8 per output channel. Activations are quantised by onnxruntime per call with one
scale for the whole tensor, so a single loud channel drowns the others. Three exact rewritings of
the float network quiet it before it is quantised. Cosine to float32 without them: mean 0.992, worst
0.967; with them 0.998 and 0.988.

* Each layer norm puts out its value minus the channel's middle; what follows adds it back in its
  bias, at no cost.
* Before attention and before the wide layer, loud channels are divided and their weight rows
  multiplied, as in SmoothQuant (arXiv 2211.10438).
* Before the narrow layer, the two loudest channels (24 where the others stay below 4, always at the
  start token) go around the int8 product in float32, as in LLM.int8() (arXiv 2208.07339). Dividing
  them instead cost the most on texts of one word: worst 0.948.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from onnx import TensorProto, helper

from weights.encoder import HEADS, LAYER_NORM_EPSILON, LAYERS
from weights.graph import Graph
from weights.quantise import quantise_columns, quantise_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from weights.calibration import Range
    from weights.source import Source

    Array = npt.NDArray[np.float32]

DIMENSION = 384


@dataclass(frozen=True, slots=True)
class Damping:
    """Channels louder than this quantile are divided by their excess raised to this power."""

    quantile: float
    power: float


FEED_FORWARD = Damping(quantile=0.98, power=1.0)
ATTENTION = Damping(quantile=0.5, power=0.5)
"""The best of 6 tried for each, by cosine to float32."""

LOUD_CHANNELS = 2


@dataclass(frozen=True, slots=True)
class Hidden:
    """A layer norm's output in the graph, ``offset`` less than the true value in each channel."""

    name: str
    offset: Array


def build_minilm(source: Source, ranges: Mapping[str, Range], tokens_max: int) -> tuple[bytes, bytes]:
    """The model file and its data file."""
    return _MiniLm(source.tensors, ranges).drawn(tokens_max)


class _MiniLm:
    def __init__(self, tensors: Mapping[str, Array], ranges: Mapping[str, Range]) -> None:
        self._tensors = tensors
        self._ranges = ranges
        self._graph = Graph()

    def drawn(self, tokens_max: int) -> tuple[bytes, bytes]:
        hidden = self._embedded(tokens_max)
        for layer in range(LAYERS):
            hidden = self._feed_forward(self._attended(hidden, layer), layer)
        self._pooled(hidden)
        return self._graph.finish(
            "minilm",
            inputs=[helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "tokens"])],
            output=helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [1, DIMENSION]),
        )

    def _embedded(self, tokens_max: int) -> Hidden:
        graph = self._graph
        table = quantise_rows(self._tensors["embeddings.word_embeddings.weight"])
        values = graph.add("Gather", graph.constant("words", table.values), "input_ids")
        scales = graph.constant("words.scales", table.scales[:, np.newaxis])
        words = graph.add(
            "Mul",
            graph.add("Cast", values, to=TensorProto.FLOAT),
            graph.add("Gather", scales, "input_ids"),
        )
        return self._normed(words, self._positions(tokens_max), "embeddings.LayerNorm", reader=_query(0))

    def _positions(self, tokens_max: int) -> str:
        graph = self._graph
        table = self._tensors["embeddings.position_embeddings.weight"][:tokens_max]
        segment = self._tensors["embeddings.token_type_embeddings.weight"][0]
        return graph.add(
            "Slice",
            graph.constant("positions", (table + segment)[np.newaxis]),
            graph.constant("zero", np.array([0])),
            graph.add("Shape", "input_ids", start=1, end=2),
            graph.constant("axis", np.array([1])),
        )

    def _attended(self, hidden: Hidden, layer: int) -> Hidden:
        prefix = f"encoder.layer.{layer}.attention."
        roles = [f"{prefix}self.{role}" for role in ("query", "key", "value")]
        weight = np.concatenate([self._weight(role) for role in roles], axis=1)
        bias = np.concatenate([self._bias(role) for role in roles]) + hidden.offset @ weight
        damped, weight = self._damped(hidden.name, weight, roles[0], hidden.offset, ATTENTION)
        mixed = self._attention(damped, weight, bias, prefix)
        output = f"{prefix}output.dense"
        change = self._product(mixed, self._weight(output), output)
        return self._added(hidden, change, output, reader=f"encoder.layer.{layer}.intermediate.dense")

    def _attention(self, values: str, weight: Array, bias: Array, prefix: str) -> str:
        graph = self._graph
        matrix = quantise_columns(weight)
        values, scale, zero = graph.add_many("DynamicQuantizeLinear", values, outputs=3)
        return graph.add_fused(
            "QAttention",
            values,
            graph.constant(f"{prefix}weight", matrix.values),
            graph.constant(f"{prefix}bias", bias.astype(np.float32)),
            scale,
            graph.constant(f"{prefix}scales", matrix.scales),
            "",
            zero,
            graph.constant(f"{prefix}zeros", np.zeros(len(matrix.scales), np.int8)),
            num_heads=HEADS,
        )

    def _feed_forward(self, hidden: Hidden, layer: int) -> Hidden:
        wide, narrow = (f"encoder.layer.{layer}.{part}.dense" for part in ("intermediate", "output"))
        weight = self._weight(wide)
        bias = self._bias(wide) + hidden.offset @ weight
        damped, weight = self._damped(hidden.name, weight, wide, hidden.offset, FEED_FORWARD)
        widened = self._graph.add_fused(
            "BiasGelu",
            self._product(damped, weight, wide),
            self._graph.constant(f"{wide}.bias", bias.astype(np.float32)),
        )
        change = self._product_past_loud(widened, self._weight(narrow), narrow)
        return self._added(hidden, change, narrow, reader=_query(layer + 1))

    def _added(self, hidden: Hidden, change: str, dense: str, *, reader: str | None) -> Hidden:
        bias = self._bias(dense) + hidden.offset
        norm = dense.replace("dense", "LayerNorm")
        return self._normed(change, hidden.name, norm, reader=reader, bias=bias)

    def _normed(
        self, left: str, right: str, norm: str, *, reader: str | None, bias: Array | None = None
    ) -> Hidden:
        offset = self._ranges[reader].middle if reader else np.zeros(DIMENSION, np.float32)
        inputs = [
            left,
            right,
            self._graph.constant(f"{norm}.weight", self._tensors[f"{norm}.weight"]),
            self._graph.constant(f"{norm}.bias", self._bias(norm) - offset),
        ]
        if bias is not None:
            inputs.append(self._graph.constant(f"{norm}.before", bias))
        name = self._graph.add_fused("SkipLayerNormalization", *inputs, epsilon=LAYER_NORM_EPSILON)
        return Hidden(name, offset)

    def _damped(
        self, values: str, weight: Array, reader: str, offset: Array, damping: Damping
    ) -> tuple[str, Array]:
        seen = self._ranges[reader]
        loudness = np.maximum(np.abs(seen.low - offset), np.abs(seen.high - offset))
        excess = loudness / np.quantile(loudness, damping.quantile)
        divisor = (np.maximum(excess, 1) ** damping.power).astype(np.float32)
        factor = self._graph.constant(f"{reader}.damping", 1 / divisor)
        return self._graph.add("Mul", values, factor), weight * divisor[:, np.newaxis]

    def _product_past_loud(self, values: str, weight: Array, name: str) -> str:
        graph, seen = self._graph, self._ranges[name]
        loudness = np.maximum(np.abs(seen.low), np.abs(seen.high))
        loud = np.sort(np.argsort(loudness)[-LOUD_CHANNELS:])
        quiet = np.ones_like(loudness)
        quiet[loud] = 0
        masked = graph.add("Mul", values, graph.constant(f"{name}.quiet", quiet))
        picked = graph.add("Gather", values, graph.constant(f"{name}.loud", loud), axis=2)
        return graph.add(
            "Add",
            self._product(masked, weight * quiet[:, np.newaxis], name),
            graph.add("MatMul", picked, graph.constant(f"{name}.loud.weight", weight[loud])),
        )

    def _product(self, values: str, weight: Array, name: str) -> str:
        matrix = quantise_columns(weight)
        return self._graph.add_fused(
            "DynamicQuantizeMatMul",
            values,
            self._graph.constant(f"{name}.weight", matrix.values),
            self._graph.constant(f"{name}.scales", matrix.scales),
            self._graph.constant(f"{name}.zeros", np.zeros(len(matrix.scales), np.int8)),
        )

    def _pooled(self, hidden: Hidden) -> None:
        mean = self._graph.add("ReduceMean", hidden.name, "axis", keepdims=0)
        self._graph.add("LpNormalization", mean, axis=1, p=2)

    def _weight(self, name: str) -> Array:
        return np.ascontiguousarray(self._tensors[f"{name}.weight"].T)

    def _bias(self, name: str) -> Array:
        return self._tensors[f"{name}.bias"]


def _query(layer: int) -> str | None:
    """The name of the linear layer that reads the input of a transformer layer, if there is one."""
    return f"encoder.layer.{layer}.attention.self.query" if layer < LAYERS else None
