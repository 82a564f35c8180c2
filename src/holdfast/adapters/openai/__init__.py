"""Vectors by OpenAI's ``/embeddings``, from OpenAI or any server that speaks it. Needs the extra ``ollama``."""

from holdfast.adapters.openai.embedder import OpenAiEmbedder

__all__ = ["OpenAiEmbedder"]
