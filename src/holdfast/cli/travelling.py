"""``diff`` and ``undo``: what changed, and how to take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group
from rich.text import Text

from holdfast.cli.documents import document, object_document
from holdfast.cli.drawing import QUIET, draw_done
from holdfast.cli.meaning import describe, ids_to_read, ids_within, read_past, scope_document
from holdfast.cli.opening import open_store
from holdfast.cli.options import Where, Whose, Within
from holdfast.cli.output import Output
from holdfast.cli.revising import Reason
from holdfast.cli.safe import one_line, visible
from holdfast.domain.difference import DifferenceKind
from holdfast.domain.instant import iso

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from holdfast.domain.difference import Difference
    from holdfast.domain.memory import Memory

_STYLES = {
    DifferenceKind.CREATED: "green",
    DifferenceKind.UPDATED: "yellow",
    DifferenceKind.SUPERSEDED: "magenta",
    DifferenceKind.ENDED: "magenta",
    DifferenceKind.DELETED: "red",
    DifferenceKind.RESTORED: "cyan",
}
_WIDTH = max(map(len, DifferenceKind))


def diff(
    whose: Whose,
    where: Where,
    since: Annotated[
        str,
        typer.Option(
            "--from",
            "--since",
            metavar="TIME",
            help="What changed after this time: ISO 8601, or 2d and 12h for so long ago.",
            show_default=False,
        ),
    ],
    until: Annotated[
        str | None,
        typer.Option(
            "--to", "--until", metavar="TIME", help="And up to this time. Default: now.", show_default=False
        ),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", help="Steps at most.")] = 50,
    after: Annotated[
        str | None,
        typer.Option("--after", metavar="ID", help="Continue behind this step.", show_default=False),
    ] = None,
) -> None:
    """Show what changed between two times, oldest first: what is new, changed, replaced, deleted, restored.

    'holdfast undo' takes the id of the change that stands with each.

    Example: holdfast diff --from 2026-03-01 --to 2026-04-01 --user ana
    """
    output = Output(json=where.as_json)
    ids = ids_to_read(whose, output)
    with open_store(where, any_embedder=True) as memory:
        found = memory.diff(read_past(since) or since, read_past(until), **ids, limit=limit, after=after)
    output.answer(
        lambda: {"scope": scope_document(ids), **object_document(found)},
        rows=lambda: map(_row, found.steps),
        drawn=lambda: _drawn(found.steps),
    )
    if found.after is not None:
        output.note(f"{len(found.steps)} shown; the next page: --after {found.after}")
    elif not found.steps:
        output.note(f"nothing changed for {describe(ids)}")


def undo(
    change_id: Annotated[
        str,
        typer.Argument(
            metavar="CHANGE", help="The id of a change: of add, history or diff.", show_default=False
        ),
    ],
    within: Within,
    where: Where,
    reason: Reason = None,
) -> None:
    """Take back all that one change did, or nothing; the undo is a change, and can be undone.

    What was added is deleted with the facts that came of it alone, what was closed is open again, and what
    was written over or deleted is back. When something came after it, the exit code is 5.

    Example: holdfast undo 01977e5c-6f2e-7b5a-9d0c-3f1e2a4b5c6d:1
    """
    output = Output(json=where.as_json)
    with open_store(where) as memory:
        undone = memory.undo(change_id, reason=reason, **ids_within(within))
    output.answer(
        lambda: {
            "undone": undone.undone,
            "change_id": undone.change_id,
            "memories": document(undone.memories),
        },
        rows=lambda: [
            ("undone", undone.change_id, each.id, "deleted" if each.is_deleted else "stands", each.text)
            for each in undone.memories
        ],
        drawn=lambda: Group(
            *(draw_done(_done(each), each.text, each.id) for each in undone.memories),
            Text(f"to take it back: holdfast undo {undone.change_id}", QUIET, overflow="fold"),
        ),
    )


def _done(memory: Memory) -> str:
    return "deleted" if memory.is_deleted else "put back"


def _row(step: Difference) -> tuple[str, ...]:
    other = step.by or (step.before if _says_else(step) else None)
    more = other.text if other else ""
    return (step.kind, iso(step.at), step.change_id, step.memory.id, step.memory.text, more)


def _says_else(step: Difference) -> bool:
    return step.before is not None and step.before.text != step.memory.text


def _drawn(steps: Iterable[Difference]) -> RenderableType:
    """A line for each step with what happened, then the words, and what they were or what replaced them."""
    return Group(*(line for step in steps for line in _lines(step)))


def _lines(step: Difference) -> list[Text]:
    kind = (step.kind.ljust(_WIDTH), f"bold {_STYLES[step.kind]}")
    style = "strike" if step.kind is DifferenceKind.DELETED else ""
    if step.before is not None and _says_else(step):
        words = [
            (visible(step.before.text), "strike dim"),
            (" → ", QUIET),
            (visible(step.memory.text), style),
        ]
    else:
        words = [(visible(step.memory.text), style)]
    if step.by is not None:
        words += [(" → ", QUIET), (visible(step.by.text), "green")]
    about = f"{step.at:%Y-%m-%d %H:%M} · change {step.change_id}"
    if step.reason:
        about += f" · {one_line(step.reason)}"
    return [Text.assemble(kind, "  ", *words, overflow="fold"), Text(about, QUIET, overflow="fold")]
