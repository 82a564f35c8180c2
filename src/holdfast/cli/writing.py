"""``add``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.documents import add_document
from holdfast.cli.drawing import draw_changes
from holdfast.cli.meaning import ids_to_write, metadata_of, read_expiry, read_text
from holdfast.cli.opening import open_store
from holdfast.cli.options import Labels, Model, Where, Whose
from holdfast.cli.output import Output
from holdfast.domain.decision import PROCESSING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from holdfast.domain.decision import AddResult


def add(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="TEXT…", help="What to remember; '-' reads it from stdin.", show_default=False
        ),
    ],
    labels: Labels,
    whose: Whose,
    where: Where,
    role: Annotated[
        str, typer.Option("--role", metavar="ROLE", help="Who speaks: user, assistant, system or tool.")
    ] = "user",
    origin: Annotated[
        str | None,
        typer.Option(
            "--origin",
            metavar="ORIGIN",
            help="Where the words come from, if not from who speaks: document, import, tool, assistant.",
            show_default=False,
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="The speaker's name.", show_default=False),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="TIME", help="When it was said (ISO 8601). Default: now.", show_default=False
        ),
    ] = None,
    message_id: Annotated[
        str | None,
        typer.Option(
            "--id",
            metavar="ID",
            help="Your own id of the message; the same message is not stored twice.",
            show_default=False,
        ),
    ] = None,
    importance: Annotated[
        float | None,
        typer.Option("--importance", metavar="0…1", help="How much it matters.", show_default=False),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option(
            "--expires",
            metavar="TIME",
            help="When it is no longer returned: ISO 8601, or from now on, such as 7d or 12h.",
            show_default=False,
        ),
    ] = None,
    infer: Annotated[
        bool | None,
        typer.Option(
            "--infer/--no-infer",
            help="Derive facts, which replace those they contradict. Default: HOLDFAST_INFER, else yes.",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would become of it, and write nothing.")
    ] = False,
    model: Model = None,
    wait: Annotated[
        bool,
        typer.Option(
            "--wait/--no-wait",
            help="Have the model read it now, or leave that to 'holdfast worker'. Without a model facts are "
            "derived at once.",
        ),
    ] = True,
    idempotency_key: Annotated[
        str | None,
        typer.Option(
            "--idempotency-key",
            metavar="KEY",
            help="A call with the same key applies once and answers the same again.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Remember a text, word for word, and the facts in it. When the command returns, it is on disk.

    The words are joined, so quotes are needed only where the shell wants them. Many messages at once
    come in with 'holdfast import'.

    Example: holdfast add I moved to Berlin in March --user ana --tag home
    """
    output = Output(json=where.as_json)
    ids = ids_to_write(whose, output)
    message = {
        key: value
        for key, value in {
            "role": role,
            "content": read_text(words, what="the text"),
            "name": name,
            "id": message_id,
            "at": at,
        }.items()
        if value is not None
    }
    with open_store(where, create=True, model=model) as memory:
        result = memory.add(
            [message],
            **ids,
            origin=origin,
            metadata=metadata_of(labels),
            importance=importance,
            expires_at=read_expiry(expires),
            infer=infer,
            dry_run=dry_run,
            wait=wait,
            idempotency_key=idempotency_key,
        )
    output.answer(
        lambda: add_document(result), rows=lambda: _rows(result), drawn=lambda: draw_changes(result)
    )
    if result.status == PROCESSING:
        output.note(_still_to_be_read(result))


def _still_to_be_read(result: AddResult) -> str:
    kept = "it is stored and can be found; the language model has still to read it"
    if result.waiting_for is None:
        return f"{kept}: run 'holdfast worker'"
    return (
        f"{kept} ({result.waiting_for.message}): 'holdfast worker' tries again, 'holdfast doctor' tells more"
    )


def _rows(result: AddResult) -> Iterator[tuple[str, ...]]:
    every = (*result.changes, *result.facts)
    return ((change.event.value, change.memory.id, change.memory.text) for change in every)
