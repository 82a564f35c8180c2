"""Writes docs/limits.md from src/holdfast/limits.py, so that the page cannot drift from the code."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "holdfast" / "limits.py"
PAGE = ROOT / "docs" / "limits.md"

_OPENING = """# Limits

Everything that can grow has a bound with a name in `holdfast.limits`. Passing one that a caller can reach
raises `LimitExceeded`, or `InvalidInput` where a number is outside its range.
"""
_ENTRY = re.compile(
    r'^# (?P<section>[^\n]+)$|^(?P<name>[A-Z0-9_]+) = (?P<value>[^\n]+)\n"""(?P<why>.*?)"""',
    re.MULTILINE | re.DOTALL,
)


def render(source: str) -> str:
    """The page for this source: a section for each comment, a row for each bound."""
    lines = [_OPENING]
    for entry in _ENTRY.finditer(source):
        if entry["section"]:
            lines.append(f"\n## {entry['section']}\n\n| Name | Value | Why |\n| --- | --- | --- |\n")
        else:
            value = entry["value"].replace("_", ",")
            lines.append(f"| `{entry['name']}` | {value} | {' '.join(entry['why'].split())} |\n")
    return "".join(lines)


if __name__ == "__main__":
    PAGE.write_text(render(SOURCE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")
