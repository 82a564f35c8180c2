"""``demo``."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import Annotated

import typer

from holdfast.cli.options import Where


def demo(
    where: Where,
    keep: Annotated[
        str | None,
        typer.Option("--keep", metavar="PATH", help="Keep the store in this new file.", show_default=False),
    ] = None,
    recall: Annotated[
        str | None,
        typer.Option("--recall", metavar="PATH", help="Ask only: what the second process does.", hidden=True),
    ] = None,
) -> None:
    """Watch a memory outlive its process: no key, no network, a few seconds.

    One process stores a conversation over five months and ends. A second one opens the file, asks
    questions, and shows for each answer why it was found.

    Example: holdfast demo --keep demo.db
    """
    playing = import_module("holdfast.cli.playing")  # the story costs time that no other command should pay
    if recall is None:
        playing.play(where, keep)
    else:
        playing.recall(replace(where, db=recall))
