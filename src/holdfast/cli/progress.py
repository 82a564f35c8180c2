"""Progress of long work: a bar on stderr, where a person can see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from holdfast.cli.exits import Interrupted

if TYPE_CHECKING:
    from holdfast.cli.output import Output

Report = Callable[[int, int], None]


@contextmanager
def progress(what: str, output: Output, *, if_interrupted: str) -> Iterator[Report]:
    """Hears (done, of how many) while the work goes on.

    Args:
        what: the work, such as ``importing``.
        output: says whether anybody watches.
        if_interrupted: what became of the work, for the one who pressed Ctrl+C.

    Raises:
        Interrupted: on Ctrl+C.
    """
    try:
        if output.progress_console is None:
            yield _unheard
        else:
            yield from _bar(what, output)
    except KeyboardInterrupt as error:
        raise Interrupted(if_interrupted) from error


def _bar(what: str, output: Output) -> Iterator[Report]:
    from rich.progress import (  # noqa: PLC0415 (30 ms that only long work should pay)
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=output.progress_console, transient=True) as shown:
        task = shown.add_task(what, total=None)

        def report(done: int, total: int) -> None:
            shown.update(task, completed=done, total=max(total, 1))

        yield report


def _unheard(done: int, total: int) -> None:
    """Nobody watches."""
