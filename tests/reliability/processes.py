"""Starts the programs of this folder and ends them."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.reliability.programs import ROOT


@contextmanager
def started(program: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A program in a process of its own, killed at the end at the latest."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.reliability.programs", program, *map(str, arguments)],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def read_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def read_rest(process: subprocess.Popen[str]) -> list[str]:
    """The lines that the process had written before it ended; a line without its end was never said."""
    assert process.stdout is not None
    return [
        line.rstrip("\n") for line in process.stdout.read().splitlines(keepends=True) if line.endswith("\n")
    ]


def answer(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()
