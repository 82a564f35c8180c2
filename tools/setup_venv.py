"""Create .venv and install into it; `make` calls this.

    python tools/setup_venv.py          this package, editable, with what it needs to run
    python tools/setup_venv.py dev      the tools of one of the `[dependency-groups]`

The groups are read here, because the pip of a stock Python does not know the option `--group`.
Standard library only: nothing is installed yet.
"""

import importlib.util
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

Groups = dict[str, list[str | dict[str, str]]]

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if sys.platform == "win32" else "bin")
PYTHON = BIN / "python"

# The second --quiet hides pip's warnings about the machine's own settings; errors stay.
PIP_INSTALL = (
    "-m", "pip", "install", "--quiet", "--quiet", "--no-input", "--disable-pip-version-check",
    "--root-user-action=ignore", "--progress-bar=off",
)  # fmt: skip

CANNOT_CREATE = """\
{python} cannot create a virtual environment: its part `ensurepip` is missing.
Install one of these, then run the same command again:
  Debian, Ubuntu    apt install python{major}.{minor}-venv
  anywhere          virtualenv or uv (found by name on the PATH)
Or choose another interpreter: make PYTHON=/path/to/python3.12 ..."""


class SetupError(Exception):
    """Something that the reader of the message can repair."""


def main(group: str | None) -> None:
    """Make sure of the environment, then install; say so in one line each."""
    began = time.monotonic()
    if not is_usable(PYTHON):
        create_venv()
    wanted = ["--editable", str(ROOT)] if group is None else requirements(groups(), group)
    run([str(PYTHON), *PIP_INSTALL, *wanted], what="pip install")
    name = "holdfast" if group is None else f"tools ({group})"
    say(f"installed {name} in .venv ({time.monotonic() - began:.0f} s)")


def create_venv() -> None:
    """A fresh .venv of the running interpreter, by whichever tool this machine has."""
    command = venv_command()
    version = ".".join(map(str, sys.version_info[:3]))
    say(f"creating .venv with Python {version}")
    if VENV.exists():
        shutil.rmtree(VENV)
    run(command, what=f"creating .venv with {command[0]}")


def venv_command() -> list[str]:
    """The command that creates .venv. `venv` alone is there on Debian even where it cannot work."""
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        return [sys.executable, "-m", "venv", str(VENV)]
    if importlib.util.find_spec("virtualenv"):
        return [sys.executable, "-m", "virtualenv", "--quiet", str(VENV)]
    if virtualenv := shutil.which("virtualenv"):
        return [virtualenv, "--quiet", "--python", sys.executable, str(VENV)]
    if uv := shutil.which("uv"):
        return [uv, "venv", "--quiet", "--seed", "--python", sys.executable, str(VENV)]
    major, minor = sys.version_info[:2]
    raise SetupError(CANNOT_CREATE.format(python=sys.executable, major=major, minor=minor))


def is_usable(python: Path) -> bool:
    """Whether .venv still runs, still lies here, and is of the interpreter's version."""
    probe = "import sys, pip; print(sys.prefix, *sys.version_info[:2], sep='\\n')"
    try:
        answer = subprocess.run(
            [python, "-c", probe], capture_output=True, text=True, check=True
        ).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        return False
    prefix, *version = answer
    return Path(prefix).resolve() == VENV and version == [str(n) for n in sys.version_info[:2]]


def groups() -> Groups:
    """The dependency groups of this project."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: Groups = table["dependency-groups"]
    return found


def requirements(table: Groups, group: str) -> list[str]:
    """The requirements of a group and of the groups that it includes (PEP 735)."""
    if group not in table:
        raise SetupError(f"pyproject.toml has no dependency group {group!r}")
    found: list[str] = []
    for entry in table[group]:
        match entry:
            case str():
                found.append(entry)
            case _:
                found.extend(requirements(table, entry["include-group"]))
    return found


def run(command: list[str], *, what: str) -> None:
    """Run a command that prints nothing but errors."""
    if code := subprocess.run(command, check=False).returncode:
        raise SetupError(f"{what} failed with exit status {code}; the reason stands above")


def say(line: str) -> None:
    """One line per step, at once even into a pipe."""
    print(f"setup: {line}", flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1] if sys.argv[1:] else None)
    except SetupError as error:
        sys.exit(f"setup: {error}")
