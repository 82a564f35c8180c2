"""``rebuild``: all facts derived anew, compared with those that are there, and switched."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group
from rich.text import Text

from holdfast.cli.documents import Json, object_document
from holdfast.cli.drawing import QUIET, draw_done, draw_facts
from holdfast.cli.meaning import ids_to_read
from holdfast.cli.opening import open_store
from holdfast.cli.options import Where, Whose
from holdfast.cli.output import Output
from holdfast.cli.progress import progress
from holdfast.cli.safe import visible
from holdfast.domain.rebuilding import RebuildKind
from holdfast.errors import InvalidInput

if TYPE_CHECKING:
    from rich.console import RenderableType

    from holdfast.cli.meaning import Ids
    from holdfast.domain.rebuilding import RebuildDifference, Rebuilt
    from holdfast.engine import Holdfast

_STYLES = {
    RebuildKind.ADDED: "green",
    RebuildKind.CLOSED: "magenta",
    RebuildKind.CHANGED: "yellow",
    RebuildKind.DROPPED: "red",
    RebuildKind.KEPT: "dim",
}
_WIDTH = max(map(len, RebuildKind))
_YES = frozenset({"y", "yes"})


def rebuild(
    whose: Whose,
    where: Where,
    reader: Annotated[
        str | None,
        typer.Option(
            "--with",
            metavar="NAME",
            help="Who reads: a language model such as ollama:llama3.2, or 'rules'.",
            show_default=False,
        ),
    ] = None,
    everything: Annotated[
        bool,
        typer.Option("--everything", help="The facts of the whole store, of every user and tenant."),
    ] = False,
    switch: Annotated[
        bool,
        typer.Option(
            "--switch", "--yes", help="Put the new facts in the place of the present ones without asking."
        ),
    ] = False,
    discard: Annotated[
        bool,
        typer.Option("--discard", help="Remove what models have read for rebuilds that were not switched."),
    ] = False,
) -> None:
    """Derive all facts anew from what was said, with a model or with rules; compare, then switch.

    First it is shown what would be added, closed, changed and dropped, and nothing is changed. On a terminal
    you are asked then; elsewhere --switch says yes. What you changed by hand stays. May be interrupted and
    started again: a model is asked nothing twice.

    Example: holdfast rebuild --with ollama:llama3.2 --user ana
    """
    output = Output(json=where.as_json)
    if discard:
        _discard(where, output)
        return
    if reader is None:
        raise InvalidInput("who is to read? give --with rules, or --with and a model", code="no_reader")
    ids = None if everything else ids_to_read(whose, output)
    with open_store(where) as memory:
        found = _run(memory, reader, ids, output, switch=switch)
        if switch:
            _answer(output, found)
            return
        if not _may_ask(output) or found.is_same:
            _answer(output, found)
            if not found.is_same:
                output.note("nothing was changed: the same command with --switch does it")
            return
        output.draw(_drawn(found))
        if not _is_wanted(output):
            output.note("nothing was changed")
            return
        _answer(output, _run(memory, reader, ids, output, switch=True))


def _run(memory: Holdfast, reader: str, ids: Ids | None, output: Output, *, switch: bool) -> Rebuilt:
    kept = "interrupted: what was read and switched is kept, and the same command goes on from there"
    with progress("reading anew", output, if_interrupted=kept) as report:
        if ids is None:
            return memory.rebuild(reader, switch=switch, progress=report)
        return memory.rebuild(reader, **ids, switch=switch, progress=report)


def _discard(where: Where, output: Output) -> None:
    with open_store(where, any_embedder=True) as memory:
        removed = memory.discard_rebuilds()
    told = "1 comparison" if removed == 1 else f"{removed:,} comparisons"
    output.answer(
        lambda: {"discarded": removed},
        rows=lambda: [("discarded", told)],
        drawn=lambda: draw_done("discarded", told),
    )


def _may_ask(output: Output) -> bool:
    return output.is_drawn and sys.stdin.isatty()


def _is_wanted(output: Output) -> bool:
    output.note("Switch to these facts? [y/N]", style="bold")
    return sys.stdin.readline().strip().casefold() in _YES


def _answer(output: Output, found: Rebuilt) -> None:
    output.answer(lambda: _document(found), rows=lambda: _rows(found), drawn=lambda: _drawn(found))


def _document(found: Rebuilt) -> Json:
    return object_document(found)


def _facts(found: Rebuilt) -> list[tuple[str, str]]:
    facts = [
        ("read by", f"{found.extractor}: {found.messages:,} messages in {found.episodes:,} episodes"),
        ("added", f"{found.added:,}"),
        ("closed", f"{found.closed:,}"),
        ("changed", f"{found.changed:,}"),
        ("dropped", f"{found.dropped:,}"),
        ("kept", f"{found.kept:,}"),
        ("by hand", f"{found.by_hand:,} left alone"),
    ]
    if found.usage.total_tokens:
        price = "price unknown" if found.cost_usd is None else f"{found.cost_usd:.4f} USD"
        tokens = f"{found.usage.input_tokens:,} tokens in, {found.usage.output_tokens:,} out"
        facts.append(("model use", f"{tokens}, {price}"))
    return [*facts, ("switched", "yes" if found.switched else "no")]


def _rows(found: Rebuilt) -> list[tuple[str, ...]]:
    differences = [
        (each.kind.value, each.memory_id or "", str(each.scope), each.text) for each in found.differences
    ]
    changes = [("change", change_id) for change_id in found.change_ids]
    return [*differences, *changes, *_facts(found)]


def _drawn(found: Rebuilt) -> RenderableType:
    """The differences, as many as are told of, then the numbers and what takes a switch back."""
    lines = [_line(each) for each in found.differences]
    differing = found.added + found.closed + found.changed + found.dropped
    if not found.switched and differing > len(lines):
        lines.append(Text(f"and {differing - len(lines):,} more", QUIET))
    undoes = [
        Text(f"to take it back: holdfast undo {change_id}", QUIET, overflow="fold")
        for change_id in reversed(found.change_ids)
    ]
    return Group(*lines, draw_facts(_facts(found)), *undoes)


def _line(each: RebuildDifference) -> Text:
    kind = (each.kind.ljust(_WIDTH), f"bold {_STYLES[each.kind]}")
    style = "strike" if each.kind is RebuildKind.DROPPED else ""
    return Text.assemble(kind, "  ", (visible(each.text), style), overflow="fold")
