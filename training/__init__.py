"""Tunes the encoders for memory retrieval on data of our own; not installed with the package."""
