"""The command line as its callers meet it: in this process for speed, or as a program of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from holdfast.cli.app import run

WIDTH = "80"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:  # noqa: ANN401 (what a JSON parser returns)
        """The one JSON document on stdout."""
        return json.loads(self.out)

    @property
    def error(self) -> Any:  # noqa: ANN401
        """The error in the one JSON document on stderr."""
        return json.loads(self.err)["error"]


def holdfast(*arguments: str, stdin: bytes = b"", terminal: int | None = None) -> Answer:
    """Run one command in this process.

    Args:
        arguments: the command line.
        stdin: what it reads.
        terminal: the width of a terminal with colours to write to; by default it writes to a pipe.
    """
    streams = {
        "stdin": io.TextIOWrapper(io.BytesIO(stdin)),
        "stdout": io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n"),
        "stderr": io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n"),
    }
    variables = {"COLUMNS": str(terminal or WIDTH)}
    if terminal is not None:
        variables |= {"FORCE_COLOR": "1", "TERM": "xterm-256color"}
    with ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ, variables))
        for name, stream in streams.items():
            stack.enter_context(patch.object(sys, name, stream))
        code = run(arguments)
    return Answer(code, written(streams["stdout"]), written(streams["stderr"]))


def written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()


def program(*arguments: str, **variables: str) -> Answer:
    """Run the program in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "holdfast", *arguments],
        env=environment(variables),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without what would change colours or widths."""
    plain = {name: value for name, value in os.environ.items() if name not in {"FORCE_COLOR", "COLUMNS"}}
    return {**plain, **more}
