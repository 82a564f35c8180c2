"""``import``."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated

import typer

from holdfast.cli.options import Labels, Model, Where, Whose


def import_conversations(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="JSON Lines, JSON or plain text.", show_default=False)
    ],
    labels: Labels,
    whose: Whose,
    where: Where,
    model: Model = None,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORM",
            help="messages, conversations or text. Default: what the file looks like.",
            show_default=False,
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            metavar="TIME",
            help="When messages without a time were said (ISO 8601). Default: now.",
            show_default=False,
        ),
    ] = None,
    split: Annotated[
        bool, typer.Option("--split", help="Make each conversation of the file a user of its own.")
    ] = False,
    speakers: Annotated[
        bool, typer.Option("--speakers", help="In plain text, 'Name: words' says who speaks.")
    ] = False,
    origin: Annotated[
        str,
        typer.Option(
            "--origin",
            metavar="ORIGIN",
            help="How far the file is trusted: import, document, or user for words that you vouch for.",
        ),
    ] = "import",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be imported, and store nothing.")
    ] = False,
) -> None:
    """Import conversations from a file. The same file again adds nothing.

    Forms: JSON Lines with one message a line ({"role", "content", "name", "id", "at", "session_id"}), a JSON
    list of conversations with sessions, or plain text whose paragraphs become messages. --user and
    --agent win over what the file says; --session and --at fill in what it does not say.

    Example: holdfast import chat.jsonl --user ana --dry-run
    """
    bringing = import_module("holdfast.cli.bringing")  # loads the importers, which no other command needs
    wanted = bringing.Wanted(
        file, format, at, model, split=split, speakers=speakers, origin=origin, dry_run=dry_run
    )
    bringing.bring(wanted, labels, whose, where)
