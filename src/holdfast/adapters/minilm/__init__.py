"""The default embedder: a small transformer on onnxruntime, with its weights in the wheel."""

from holdfast.adapters.minilm.embedder import MiniLmEmbedder

__all__ = ["MiniLmEmbedder"]
