"""Every bound, with its name and its reason. What can grow is measured against one of these."""

EMBEDDING_TOKENS_MAX = 256
"""The encoder was trained on short texts; what lies beyond this many word pieces is not seen by it."""
