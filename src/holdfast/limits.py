"""Every bound, with its name and its reason. What can grow is measured against one of these."""

EMBEDDING_TOKENS_MAX = 256
"""The encoder was trained on short texts; what lies beyond this many word pieces is not seen by it."""

EMBEDDING_CHARACTERS_MAX = 4096
"""Text is cut here before it is split into word pieces: 16 characters for each of the 256 that are
read, where English has 4 to 5. A megabyte then costs as much as a page."""

EMBEDDING_BATCH_TEXTS = 64
"""Texts that the static embedder looks up at once: 17 MB of rows when each has 256 word pieces."""
