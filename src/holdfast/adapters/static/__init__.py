"""The fast embedder for small devices and bulk: a table of word vectors, with no model to run."""

from holdfast.adapters.static.embedder import StaticEmbedder

__all__ = ["StaticEmbedder"]
