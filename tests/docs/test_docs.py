"""The documentation is true: its code runs, its links lead somewhere, nothing is left out."""

import ast
import importlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import limits_page
from holdfast import errors, limits
from tests.docs.pages import DOCS, ROOT, code_blocks, everything_said, page_id, pages, prose

PACKAGE = ROOT / "src" / "holdfast"

LINK = re.compile(r"\]\(\s*<?(?P<target>[^)\s>]+)>?[^)]*\)|\b(?:href|src)=\"(?P<html>[^\"]+)\"")
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
HEADING = re.compile(r"^#{1,6}\s+(?P<title>.+?)\s*#*$", re.MULTILINE)

VARIABLE = re.compile(r"\bHOLDFAST_[A-Z][A-Z0-9_]*\b")

NEVER_WRITTEN = {
    "a package registry's host": re.compile(
        r"\b(?:pypi\.(?:org|python\.org)|pythonhosted\.org|npmjs\.(?:org|com)|yarnpkg\.com"
        r"|crates\.io|rubygems\.org|anaconda\.(?:org|com))\b"
    ),
    "a path of the machine that built it": re.compile(
        r"(?<![\w.~}-])/(?:root|work|home/\w+|Users/\w+|tmp/\w+)/"
    ),
}


def is_error(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, errors.HoldfastError)


def error_codes() -> list[str]:
    """The code of each class, and every code that a raise gives by name."""
    of_classes = {value.code for value in vars(errors).values() if is_error(value)}
    given = {
        keyword.value.value
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", None)) in vars(errors)
        for keyword in node.keywords
        if keyword.arg == "code"
        and isinstance(keyword.value, ast.Constant)
        and isinstance(keyword.value.value, str)
    }
    return sorted(of_classes | given)


def environment_variables() -> list[str]:
    return sorted(
        {
            name
            for path in sorted(PACKAGE.rglob("*.py"))
            for name in VARIABLE.findall(path.read_text(encoding="utf-8"))
        }
    )


def is_mentioned(word: str) -> bool:
    """Whether the documentation has the word as a whole, not as a part of a longer one."""
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", everything_said()) is not None


@pytest.mark.facts
@pytest.mark.parametrize("page", pages(), ids=page_id)
def test_code_of_the_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    blocks = code_blocks(page.read_text(encoding="utf-8"))

    for block, following in pairwise([*blocks, None]):
        if block is not None and block.language == "python" and block.runs:
            # As many empty lines before it that a traceback names the line of the page.
            source = "\n" * (block.line - 1) + block.code
            with redirect_stdout(StringIO()) as printed:
                exec(compile(source, page, "exec"), namespace)  # noqa: S102 (running it is the test)
            if following is not None and following.language == "text":
                assert printed.getvalue().strip() == following.code.strip()


@pytest.mark.parametrize("page", pages(), ids=page_id)
def test_links_of_the_page_lead_to_a_file(page: Path) -> None:
    missing = [
        target for target in relative_links(page) if not (page.parent / target.partition("#")[0]).exists()
    ]

    assert missing == []


@pytest.mark.parametrize("page", pages(), ids=page_id)
def test_anchors_of_the_page_name_a_heading(page: Path) -> None:
    missing = []
    for target in relative_links(page):
        file, _, anchor = target.partition("#")
        goal = page.parent / file if file else page
        if anchor and goal.suffix == ".md" and goal.exists() and anchor not in anchors(goal):
            missing.append(target)

    assert missing == []


def relative_links(page: Path) -> Iterator[str]:
    for match in LINK.finditer(prose(page.read_text(encoding="utf-8"))):
        target = match["target"] or match["html"]
        if not ELSEWHERE.match(target):
            yield target


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, by the rule that the site and code hosts share."""
    text = page.read_text(encoding="utf-8")
    titles = (re.sub(r"[`*]", "", match["title"]) for match in HEADING.finditer(text))
    return {re.sub(r"[\s]+", "-", re.sub(r"[^\w\s-]", "", title).strip().lower()) for title in titles}


@pytest.mark.parametrize("name", sorted(name for name in vars(limits) if name.isupper()))
def test_limit_is_documented(name: str) -> None:
    assert is_mentioned(name), f"limits.{name} is on no page of docs/"


@pytest.mark.parametrize("code", error_codes())
def test_error_code_is_documented(code: str) -> None:
    assert is_mentioned(code), f"the error code {code} is on no page of docs/"


def test_environment_variables_are_documented() -> None:
    assert [name for name in environment_variables() if not is_mentioned(name)] == []


def test_commands_and_options_are_documented() -> None:
    app = importlib.import_module("holdfast.cli").app
    get_command = importlib.import_module("typer.main").get_command

    assert undocumented(get_command(app), "holdfast") == []


def undocumented(command: Any, path: str) -> list[str]:  # noqa: ANN401 (Typer's classes are its own)
    """The commands and options below a command that no page of docs/ names."""
    options = [
        name
        for parameter in command.params
        if parameter.param_type_name == "option" and not getattr(parameter, "hidden", False)
        for name in (*parameter.opts, *parameter.secondary_opts)
        if name.startswith("--")
    ]
    missing = [f"{path} {name}" for name in options if not is_mentioned(name)]
    for name, child in getattr(command, "commands", {}).items():
        if child.hidden:
            continue
        if not is_mentioned(f"{path} {name}"):
            missing.append(f"{path} {name}")
        missing += undocumented(child, f"{path} {name}")
    return missing


def project_files() -> list[Path]:
    """What is in version control, or everything that is not built where there is no git."""
    if (git := shutil.which("git")) and (ROOT / ".git").exists():
        listing = subprocess.run(
            [git, "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
        )
        return [ROOT / name for name in listing.stdout.split("\0") if name]
    built = {"dist", "build", "site", "__pycache__"}
    return [
        path
        for path in ROOT.rglob("*")
        if not any(
            part in built or (part.startswith(".") and part not in {".ci", ".github"})
            for part in path.relative_to(ROOT).parts
        )
    ]


@pytest.mark.parametrize("pattern", NEVER_WRITTEN.values(), ids=NEVER_WRITTEN.keys())
def test_no_file_names(pattern: re.Pattern[str]) -> None:
    found = [
        f"{path.relative_to(ROOT).as_posix()}: {match[0]}"
        for path in project_files()
        if (text := text_of(path)) is not None and (match := pattern.search(text))
    ]

    assert found == []


def text_of(path: Path) -> str | None:
    """The text of a file; nothing for a folder, a link to nowhere or a binary file."""
    if not path.is_file():
        return None
    data = path.read_bytes()
    if b"\0" in data[:8_192]:
        return None
    return data.decode("utf-8", errors="replace")


def test_every_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    missing = [
        page.relative_to(DOCS).as_posix()
        for page in sorted(DOCS.rglob("*.md"))
        if not re.search(rf":\s*{re.escape(page.relative_to(DOCS).as_posix())}\s*$", navigation, re.MULTILINE)
    ]

    assert missing == []


def test_page_of_limits_is_the_one_written_from_the_code() -> None:
    assert limits_page.PAGE.read_text(encoding="utf-8") == limits_page.render(
        limits_page.SOURCE.read_text(encoding="utf-8")
    ), "run python tools/limits_page.py"
