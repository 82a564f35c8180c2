"""Check a built wheel: all that the package needs, nothing else, and no more bytes than allowed.

python tools/check_wheel.py DIRECTORY
"""

import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"

WHEEL_MEGABYTES_MAX = 40
"""Two embedders take about 31 MB; what is beyond that is code, and code is small."""

ROOMS_ALLOWED = ("holdfast/", "holdfast-")
"""The package and its metadata: no tests, tools or documents."""


def main(directory: Path) -> None:
    """Check the only wheel of a directory; exit with every complaint, or print its size."""
    wheels = sorted(directory.glob("*.whl"))
    if len(wheels) != 1:
        sys.exit(f"wheel: expected one wheel in {directory}, found {len(wheels)}")
    wheel = wheels[0]
    if complaints := list(faults(wheel)):
        sys.exit("\n".join(f"wheel: {complaint}" for complaint in complaints))
    print(f"wheel    ok: {wheel.name}, {megabytes(wheel):.1f} MB")


def faults(wheel: Path) -> list[str]:
    """What is wrong with the wheel, one sentence each."""
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    found = [f"{name} is missing" for name in sorted(source_files() - inside)]
    found += [f"{name} does not belong" for name in sorted(inside) if not belongs(name)]
    found += [
        f"the licence file {name} is missing"
        for name in ("LICENSE", "NOTICE")
        if not any(entry.endswith(f".dist-info/licenses/{name}") for entry in inside)
    ]
    if megabytes(wheel) > WHEEL_MEGABYTES_MAX:
        found.append(f"{megabytes(wheel):.1f} MB; the bound is {WHEEL_MEGABYTES_MAX} MB")
    return found


def source_files() -> set[str]:
    """Every file of the package, as the wheel names it."""
    return {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.joinpath("holdfast").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.name != ".DS_Store"
    }


def belongs(name: str) -> bool:
    """Whether an entry is of the package or its metadata."""
    return name.startswith(ROOMS_ALLOWED)


def megabytes(path: Path) -> float:
    """The size of a file in MB of a million bytes."""
    return path.stat().st_size / 1_000_000


if __name__ == "__main__":
    main(Path(sys.argv[1]))
