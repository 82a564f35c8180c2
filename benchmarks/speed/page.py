"""Writes the tables of docs/performance.md from what ``--json FILE`` wrote.

::

    python -m benchmarks.speed.page FILE
"""

from __future__ import annotations

import json
import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.speed.report import Figure, cells

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
FIRST = "**Add of one message"
AFTER = "## What is missed, and why"
HEAD = "| figure | measured | floor in the same run | ratio | bar | |\n|---|--:|--:|--:|--:|---|"


def main() -> None:
    """Puts the figures of the file into the page."""
    figures = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["figures"]
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page[: page.index(FIRST)], page[page.index(AFTER) :]
    PAGE.write_text(before + render([_read(figure) for figure in figures]) + rest, encoding="utf-8")


def render(figures: Sequence[Figure]) -> str:
    """One table for each group, in the order of the figures."""
    groups = groupby(figures, key=lambda figure: figure.group)
    return "".join(
        f"**{name[0].upper()}{name[1:]}**\n\n{HEAD}\n{_rows([*group])}\n\n" for name, group in groups
    )


def _rows(figures: Sequence[Figure]) -> str:
    return "\n".join(f"| {figure.name} | {' | '.join(cells(figure))} |" for figure in figures)


def _read(figure: dict[str, object]) -> Figure:
    derived = {"ratio", "is_met"}
    return Figure(**{name: value for name, value in figure.items() if name not in derived})  # type: ignore[arg-type]  # as written


if __name__ == "__main__":
    main()
