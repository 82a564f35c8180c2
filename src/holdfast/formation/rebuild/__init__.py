"""Derives all facts of a scope anew, beside those that are there, compares both, and switches."""
