"""The pages of the documentation, as the tests see them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"

NO_RUN = "<!-- no-run -->"
"""Stands on a line of its own before a block that cannot run here: it needs a server or a key."""

FENCE = re.compile(r"^(?P<indent> *)(?P<ticks>`{3,})(?P<language>[\w+-]*)")


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """One fenced block: its language, its code without indent, and the line where that begins."""

    language: str
    code: str
    line: int
    runs: bool


def pages() -> list[Path]:
    """README.md and every page below docs/, in a stable order."""
    readme = ROOT / "README.md"
    return [page for page in (readme, *sorted(DOCS.rglob("*.md"))) if page.exists()]


def page_id(page: Path) -> str:
    """The name of a page in a test's id."""
    return page.relative_to(ROOT).as_posix()


def everything_said() -> str:
    """The text of all pages below docs/."""
    return "\n".join(page.read_text(encoding="utf-8") for page in sorted(DOCS.rglob("*.md")))


def code_blocks(text: str) -> Iterator[CodeBlock]:
    """The fenced blocks of a page from top to bottom."""
    lines = text.splitlines()
    said_before = ""
    at = 0
    while at < len(lines):
        if not (fence := FENCE.match(lines[at])):
            said_before = lines[at].strip() or said_before
            at += 1
            continue
        indent, first = len(fence["indent"]), at + 1
        at = end_of_block(lines, first, fence["ticks"])
        code = "\n".join(line[indent:] for line in lines[first:at])
        yield CodeBlock(fence["language"], code, first + 1, runs=said_before != NO_RUN)
        said_before = ""
        at += 1


def end_of_block(lines: list[str], first: int, ticks: str) -> int:
    """The index of the line that closes a block, or of the end of the page."""
    for at in range(first, len(lines)):
        if lines[at].strip() == ticks:
            return at
    return len(lines)


def prose(text: str) -> str:
    """A page without its fenced blocks and code spans: what may hold links."""
    lines = text.splitlines()
    for block in code_blocks(text):
        last = block.line - 1 + len(block.code.splitlines())
        for at in range(block.line - 1, min(last, len(lines))):
            lines[at] = ""
    return re.sub(r"`[^`\n]*`", "", "\n".join(lines))
