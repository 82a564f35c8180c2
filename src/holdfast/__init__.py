"""Persistent memory for AI agents: one file, offline, with real semantic recall."""
