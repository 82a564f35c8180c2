"""What was measured, beside its floor and its bar, as one table and as JSON."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import apsw
from rich import box
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

OK, MISSED = "ok", "MISSED"
PACKAGES = ("holdfast", "apsw-sqlite3mc", "numpy", "onnxruntime", "tokenizers")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number that was measured.

    ``floor`` is what the machine itself needed for the bare deed in the same run; ``bar`` is what is
    promised, an upper bound unless ``more_is_better``.
    """

    group: str
    name: str
    measured: float
    unit: str
    floor: float | None = None
    floor_name: str = ""
    bar: float | None = None
    more_is_better: bool = False

    @property
    def ratio(self) -> float | None:
        """The measured in floors."""
        return self.measured / self.floor if self.floor else None

    @property
    def is_met(self) -> bool | None:
        """Whether the bar is met; None where there is none."""
        if self.bar is None:
            return None
        return self.measured >= self.bar if self.more_is_better else self.measured <= self.bar

    @property
    def verdict(self) -> str:
        """``ok``, ``MISSED``, or nothing where there is no bar."""
        return "" if self.is_met is None else OK if self.is_met else MISSED


def missed(figures: Iterable[Figure]) -> list[Figure]:
    """Those whose bar is not met."""
    return [figure for figure in figures if figure.is_met is False]


def print_table(figures: Sequence[Figure], *, width: int | None = None) -> None:
    """The table of all figures, on standard output."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("figure", "measured", "floor in the same run", "ratio", "bar", ""):
        table.add_column(heading, justify="left" if heading in {"figure", ""} else "right", no_wrap=True)
    group = None
    for figure in figures:
        if figure.group != group:
            group = figure.group
            table.add_row(f"[bold]{group}[/bold]", end_section=False)
        table.add_row(f"  {figure.name}", *cells(figure))
    Console(width=width or max(140, Console().width), highlight=False).print(table)


def cells(figure: Figure) -> tuple[str, str, str, str, str]:
    """Measured, floor, ratio, bar and verdict as a reader wants them."""
    sign = "≥" if figure.more_is_better else "≤"
    return (
        f"{rounded(figure.measured)} {figure.unit}",
        "" if figure.floor is None else f"{figure.floor_name} {rounded(figure.floor)}",
        "" if figure.ratio is None else f"{rounded(figure.ratio)} x",
        "" if figure.bar is None else f"{sign} {rounded(figure.bar)}",
        figure.verdict,
    )


def rounded(value: float) -> str:
    """A number with three digits that count."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.{2 if abs(value) < 10 else 1}f}" if abs(value) >= 0.1 else f"{value:.3f}"


def to_json(figures: Iterable[Figure]) -> dict[str, object]:
    """All figures, with the machine and the versions."""
    return {
        "machine": describe_machine(),
        "versions": versions(),
        "figures": [{**asdict(figure), "ratio": figure.ratio, "is_met": figure.is_met} for figure in figures],
    }


def describe_machine() -> str:
    """Processor, cores, memory and operating system, without a name of the machine."""
    memory = f", {memory_gigabytes()} GB" if memory_gigabytes() else ""
    return f"{processor()}, {usable_cores()} cores{memory}; {platform.system()} {platform.machine()}"


def versions() -> dict[str, str]:
    """The versions of what was measured."""
    found = {package: version(package) for package in PACKAGES}
    return {"python": platform.python_version(), "sqlite": apsw.sqlite_lib_version(), **found}


def usable_cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def processor() -> str:
    """The name of the processor."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def memory_gigabytes() -> int:
    """The memory of the machine, where it can be read."""
    if sys.platform == "win32":
        return 0
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
