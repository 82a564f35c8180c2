"""What leaves a command: answers on stdout, everything said about them on stderr."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.text import Text

from holdfast.cli.exits import OutputClosed
from holdfast.cli.safe import as_json, one_line, visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from holdfast.cli.documents import Json


class Output:
    """One answer in the form that the reader takes: JSON, plain lines for a pipe, or drawn for a person."""

    def __init__(self, *, json: bool) -> None:
        self.json = json
        self._out = Console(file=sys.stdout, highlight=False, emoji=False, markup=False)
        self._err = Console(file=sys.stderr, highlight=False, emoji=False, markup=False)

    @property
    def is_drawn(self) -> bool:
        """Whether a person reads the answer on a terminal."""
        return self._out.is_terminal and not self.json

    @property
    def progress_console(self) -> Console | None:
        """Where progress is shown: only on a terminal, and not beside JSON."""
        return self._err if self._err.is_terminal and not self.json else None

    def answer(
        self,
        document: Callable[[], Json],
        *,
        rows: Callable[[], Iterable[Iterable[str]]],
        drawn: Callable[[], RenderableType],
    ) -> None:
        """Write the answer; only the form that is wanted is made.

        Args:
            document: one JSON document.
            rows: for a pipe; one line each, its cells parted by tabs.
            drawn: for a terminal.
        """
        if self.json:
            self.document(document())
        elif self._out.is_terminal:
            self.draw(drawn())
        else:
            for row in rows():
                self.text("\t".join(one_line(cell) for cell in row))

    def document(self, document: Json) -> None:
        """Write one JSON document."""
        self.text(as_json(document))

    def text(self, text: str) -> None:
        """Write a text that is safe as it is."""
        try:
            sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
            sys.stdout.flush()
        except BrokenPipeError as error:
            _silence(sys.stdout)
            raise OutputClosed from error

    def draw(self, renderable: RenderableType) -> None:
        """Write what was drawn; without colours and in 80 columns where there is no terminal."""
        self.text(self._rendered(renderable))

    def note(self, text: str, *, style: str = "dim") -> None:
        """Say something about the answer; not beside JSON, where stderr holds errors only."""
        if not self.json:
            self._err.print(Text(visible(text), style), soft_wrap=True)

    def error(self, message: str, document: Json) -> None:
        """Say what went wrong: one line, or with ``--json`` one document, on stderr."""
        if self.json:
            sys.stderr.write(as_json({"error": document}) + "\n")
            return
        self._err.print(Text.assemble(("holdfast: ", "bold red"), one_line(message)), soft_wrap=True)

    def _rendered(self, renderable: RenderableType) -> str:
        with self._out.capture() as capture:
            self._out.print(renderable)
        if self._out.is_terminal:
            return capture.get()
        return "\n".join(line.rstrip() for line in capture.get().splitlines())


def prepare_streams(*, json: bool) -> None:
    """JSON is UTF-8 everywhere; what another encoding lacks is replaced and does not fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8" if json else None, errors="replace")


def _silence(stream: TextIO) -> None:
    """Let the interpreter flush what is left into nothing when it ends."""
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):
        return  # a stream of a test
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, descriptor)
    os.close(nothing)
