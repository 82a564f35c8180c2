"""What each inner room may import, listed. `make check` looks at the direction between rooms."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "holdfast"

INNER_ROOMS = {
    "errors.py": set[str](),
    "limits.py": set[str](),
    "domain": {"errors", "limits", "domain"},
    "ports.py": {"errors", "limits", "domain", "telemetry"},
} | {
    process: {"errors", "limits", "domain", "telemetry", "ports", process}
    for process in ("formation", "recall", "lifecycle", "blocks", "sync")
}
"""Each with the rooms that it may import. Beside them: the standard library."""

LIBRARIES = {"recall": {"numpy"}}
"""What a room needs beside them: recall reckons with the scores of hundreds of memories at once."""

TYPES_ONLY = {"numpy"}
"""May be imported for annotations, under `if TYPE_CHECKING:`."""

OUT_OF_BOUNDS = {"sqlite3", "urllib", "http", "socket", "pickle", "subprocess"}
"""Parts of the standard library that touch the world; that is for adapters."""


def files() -> list[Path]:
    rooms = (PACKAGE / name for name in INNER_ROOMS)
    return sorted(
        path for room in rooms for path in ([room] if room.is_file() else room.rglob("*.py")) if path.exists()
    )


def imports(tree: ast.AST) -> Iterator[str]:
    """The full names of the modules that a file imports when it is run, wherever in the file."""
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                continue
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom(module="holdfast"):
                yield from (f"holdfast.{alias.name}" for alias in node.names)
            case ast.ImportFrom():
                yield node.module or "."
            case _:
                yield from imports(node)


def is_allowed(module: str, room: str) -> bool:
    top, _, rest = module.partition(".")
    if top == "holdfast":
        return rest.partition(".")[0] in INNER_ROOMS[room]
    return top in LIBRARIES.get(room, set()) | set(sys.stdlib_module_names) - OUT_OF_BOUNDS


@pytest.mark.parametrize("path", files(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_inner_rooms_import_what_is_listed_only(path: Path) -> None:
    room = path.relative_to(PACKAGE).parts[0]
    found = imports(ast.parse(path.read_text(encoding="utf-8")))

    assert [module for module in found if not is_allowed(module, room)] == []


@pytest.mark.parametrize("path", files(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_inner_rooms_take_types_only_from_numpy(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    guarded = [
        module
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for module in imports(ast.Module(body=node.body, type_ignores=[]))
    ]
    outside = {module.partition(".")[0] for module in guarded} - set(sys.stdlib_module_names)

    assert outside <= TYPES_ONLY | {"holdfast"}
