"""Vectors by OpenAI's ``/embeddings``, from any server that speaks it. Needs the extra ``ollama``."""

from holdfast.adapters.openai.embedder import OpenAiEmbedder

__all__ = ["OpenAiEmbedder"]
