"""Measure the speed and size of Holdfast on this machine.

python -m benchmarks.speed [--json FILE] [--quick] [--full] [--only NAME] [--strict] [--folder FOLDER]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.speed import adding, cold, embedding, footprint, jobs, report, searching
from benchmarks.speed.progress import Progress
from benchmarks.speed.stores import Stores

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.speed.report import Figure

GROUPS = ("add", "jobs", "search", "embedding", "cold", "footprint")


def main() -> int:
    """Measure, print one table; 1 when a bar is missed and ``--strict`` was given."""
    arguments = parse()
    with (
        tempfile.TemporaryDirectory(dir=arguments.folder, prefix="holdfast-speed-") as folder,
        Progress() as progress,
    ):
        figures = list(measure(arguments, Stores(Path(folder), progress), progress))
    print(report.describe_machine())
    print(", ".join(f"{name} {version}" for name, version in report.versions().items()))
    report.print_table(figures)
    missed = report.missed(figures)
    print(f"{len(missed)} of {sum(figure.bar is not None for figure in figures)} bars missed")
    if arguments.json:
        arguments.json.write_text(json.dumps(report.to_json(figures), indent=2) + "\n", encoding="utf-8")
    return int(bool(missed) and arguments.strict)


def parse() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file too")
    parser.add_argument("--quick", action="store_true", help="small sizes and few rounds: whether it runs")
    parser.add_argument("--full", action="store_true", help="search in 1,000,000 memories too")
    parser.add_argument("--only", choices=GROUPS, metavar="NAME", help=f"one of {', '.join(GROUPS)}")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a bar is missed")
    parser.add_argument("--folder", type=Path, help="where the stores lie: the disk to measure")
    return parser.parse_args()


def measure(arguments: argparse.Namespace, stores: Stores, progress: Progress) -> Iterator[Figure]:
    """The figures of all groups, or of the one that was asked for."""
    wanted = GROUPS if arguments.only is None else (arguments.only,)
    quick = arguments.quick
    if "add" in wanted:
        yield from adding.measure(stores, progress, quick=quick)
    if "jobs" in wanted:
        yield from jobs.measure(stores, progress, quick=quick)
    if "search" in wanted:
        yield from searching.measure(stores, progress, quick=quick, full=arguments.full)
    if "embedding" in wanted:
        yield from embedding.measure(stores, progress, quick=quick)
    if "cold" in wanted:
        yield from cold.measure(stores, progress, quick=quick)
    if "footprint" in wanted:
        yield from footprint.measure(stores, progress, quick=quick)


if __name__ == "__main__":
    sys.exit(main())
