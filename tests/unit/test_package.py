"""The package as a whole: what `import holdfast` does, and what it offers."""

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import holdfast

HEAVY = {"apsw", "numpy", "onnxruntime", "pydantic", "rich", "sqlite3", "tokenizers", "typer"}


def imported_by(statement: str) -> set[str]:
    """The top-level modules in a fresh interpreter after a statement."""
    program = f"{statement}\nimport sys\nprint(*sys.modules)"
    # -P, -E: neither this folder nor the caller's environment may change what is found.
    answer = subprocess.run(
        [sys.executable, "-P", "-E", "-c", program], capture_output=True, text=True, check=True
    )
    return {name.partition(".")[0] for name in answer.stdout.split()}


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert imported_by("import holdfast").isdisjoint(HEAVY)


def test_importing_the_package_prints_nothing() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", "import holdfast"], capture_output=True, text=True, check=True
    )
    assert answer.stdout == answer.stderr == ""


def test_public_names_are_sorted_and_exist() -> None:
    assert list(holdfast.__all__) == sorted(holdfast.__all__)
    assert [name for name in holdfast.__all__ if not hasattr(holdfast, name)] == []


def test_types_are_shipped() -> None:
    assert Path(holdfast.__file__).with_name("py.typed").exists()


def test_version_is_that_of_the_metadata() -> None:
    assert holdfast.__version__ == importlib.metadata.version("holdfast")
