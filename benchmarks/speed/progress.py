"""How far the run has come, as a bar on standard error."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Progress:
    """One bar for each step that is under way; lines of text where standard error is no terminal."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._bars = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    @contextmanager
    def step(self, description: str, total: int) -> Iterator[Callable[[int], None]]:
        """A step of so many parts; call what is yielded with the number of parts just done."""
        if not self._console.is_terminal:
            self._console.print(f"{description} …", highlight=False)
        task = self._bars.add_task(description, total=total)
        try:
            yield lambda done: self._bars.advance(task, done)
        finally:
            self._bars.remove_task(task)
