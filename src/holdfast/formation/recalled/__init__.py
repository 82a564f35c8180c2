"""Finds in a message what was recalled from memory, so that it is not learned a second time.

What ``context`` wrote bears its own marks, and is known by them alone: in every format, in another process,
and after what it quotes was changed or deleted. Single lines of it, search hits as JSON, and an answer that
is a memory word for word bear none: they are recalled only if the user's memory holds those words.
"""
