"""Measures who reads words for times best: ours, or one of the libraries that are installed.

::

    python -m benchmarks.quality.formation.dates [--wrong NAME] [--json]

The table is ``data/dates.tsv``. A candidate answers each row twice: for the words alone, and for the whole
statement, in which it has to find them. An answer is right when it begins inside the stretch that is meant;
where no time is meant, only no answer is right. Libraries that look ahead or back by an option are told which
way the statement looks, as ours tells itself. One that is not installed is left out.
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from holdfast.domain.timewords import spans_in
from holdfast.domain.when import looks_ahead, whens_in

TABLE = Path(__file__).parent / "data" / "dates.tsv"

Read = Callable[[str, datetime, bool], datetime | None]
"""Gives the instant that a text names, seen from another one, looking ahead or back."""


class Row(NamedTuple):
    """Words for a time in a statement, when it was made, and what they mean."""

    at: datetime
    statement: str
    words: str
    start: datetime | None
    end: datetime | None


class Figures(NamedTuple):
    """How a candidate did: shares of right answers, times in milliseconds."""

    name: str
    words: float
    statements: float
    p50_milliseconds: float
    import_milliseconds: float


def main() -> None:
    """Prints what the command line asks for."""
    parser = argparse.ArgumentParser(description="Measures readers of words for times.")
    parser.add_argument("--wrong", help="list the statements that this candidate reads wrongly")
    parser.add_argument("--json", action="store_true", help="for machines")
    arguments = parser.parse_args()
    rows = load_rows()
    found = [measure(name, module, make(), rows) for name, module, make in _candidates(arguments.wrong)]
    if arguments.wrong:
        _print_wrong(arguments.wrong, rows)
    elif arguments.json:
        print(json.dumps([each._asdict() for each in found], indent=2))
    else:
        print(f"{len(rows)} rows\n{'':24}words  statements  p50 ms  import ms")
        for each in found:
            print(
                f"{each.name:22}{each.words:6.1%}{each.statements:12.1%}{each.p50_milliseconds:8.3f}"
                f"{each.import_milliseconds:11.0f}"
            )


def load_rows() -> list[Row]:
    """The table."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [_row(*line.split("\t")) for line in lines if not line.startswith("#")]


def measure(name: str, module: str, read: Read, rows: list[Row]) -> Figures:
    """How many answers of a candidate are right, and how long they take."""
    times: list[float] = []
    right = {"words": 0, "statements": 0}
    for row in rows:
        ahead = looks_ahead(row.statement)
        for kind, text in (("words", row.words), ("statements", row.statement)):
            before = time.perf_counter()
            answer = _answer(read, text, row.at, ahead=ahead)
            times.append(1000 * (time.perf_counter() - before))
            right[kind] += is_right(row, answer)
    return Figures(
        name, right["words"] / len(rows), right["statements"] / len(rows), median(times), _import_time(module)
    )


def is_right(row: Row, answer: datetime | None) -> bool:
    """Whether the answer begins inside what is meant."""
    if answer is None or row.start is None or row.end is None:
        return answer is None and row.start is None
    return row.start <= answer < row.end


def _answer(read: Read, text: str, at: datetime, *, ahead: bool) -> datetime | None:
    with redirect_stdout(StringIO()):
        try:
            answer = read(text, at, ahead)
        except Exception:  # noqa: BLE001 (whatever a library does with a text is its answer)
            return None
    return answer.replace(tzinfo=UTC) if answer else None


def _row(at: str, statement: str, words: str, start: str, end: str) -> Row:
    bounds = [None if text == "-" else _instant(text) for text in (start, end)]
    return Row(_instant(at), statement.format(words), words, bounds[0], bounds[1])


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _print_wrong(name: str, rows: list[Row]) -> None:
    for candidate, _, make in _candidates(name):
        read = make()
        for row in rows:
            ahead = looks_ahead(row.statement)
            answer = _answer(read, row.statement, row.at, ahead=ahead)
            if not is_right(row, answer):
                way = "ahead" if ahead else "back"
                print(f"{candidate}: {row.statement} ({way}) -> {answer}, not from {row.start} to {row.end}")


def _import_time(module: str) -> float:
    code = f"import time; t = time.perf_counter(); import {module}; print(1000 * (time.perf_counter() - t))"
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for _ in range(3)
    ]
    return min(float(run.stdout.split()[-1]) for run in runs)


def _candidates(only: str | None) -> Iterator[tuple[str, str, Callable[[], Read]]]:
    for name, module, make in CANDIDATES:
        if only in {None, name}:
            try:
                importlib.import_module(module)
            except ImportError:
                print(f"{name}: not installed", file=sys.stderr)
            else:
                yield name, module, make


def _ours() -> Read:
    def read(text: str, at: datetime, ahead: bool) -> datetime | None:  # noqa: FBT001 (a role)
        found = whens_in(text, reference=at, ahead=ahead)
        return found[0].start if found else None

    return read


def _questions() -> Read:
    def read(text: str, at: datetime, ahead: bool) -> datetime | None:  # noqa: ARG001, FBT001 (a role)
        found = spans_in(text, reference=at)
        return found[0].start if found else None

    return read


def _dateparser() -> Read:
    library: Any = importlib.import_module("dateparser")
    search: Any = importlib.import_module("dateparser.search")

    def read(text: str, at: datetime, ahead: bool) -> datetime | None:  # noqa: FBT001 (a role)
        settings = {
            "RELATIVE_BASE": at.replace(tzinfo=None),
            "PREFER_DATES_FROM": "future" if ahead else "past",
            "PREFER_DAY_OF_MONTH": "first",
        }
        whole = library.parse(text, languages=["en"], settings=settings)
        if whole is None:
            found = search.search_dates(text, languages=["en"], settings=settings) or [("", None)]
            whole = found[0][1]
        answer: datetime | None = whole
        return answer

    return read


def _parsedatetime() -> Read:
    library: Any = importlib.import_module("parsedatetime")
    calendar = library.Calendar()

    def read(text: str, at: datetime, ahead: bool) -> datetime | None:  # noqa: ARG001, FBT001 (a role)
        found = calendar.nlp(text, sourceTime=at.timetuple()) or ()
        return found[0][0] if found else None

    return read


def _ctparse() -> Read:
    library: Any = importlib.import_module("ctparse")

    def read(text: str, at: datetime, ahead: bool) -> datetime | None:  # noqa: ARG001, FBT001 (a role)
        answer = library.ctparse(text, ts=at.replace(tzinfo=None), timeout=1)
        value = answer and answer.resolution
        value = getattr(value, "t_from", None) or value
        instant: datetime | None = getattr(value, "dt", None)
        return instant

    return read


def _timefhuman() -> Read:
    library: Any = importlib.import_module("timefhuman")

    def read(text: str, at: datetime, ahead: bool) -> datetime | None:  # noqa: FBT001 (a role)
        way = library.Direction.next if ahead else library.Direction.previous
        config = library.tfhConfig(now=at.replace(tzinfo=None), direction=way)
        value = library.timefhuman(text, config=config)
        while isinstance(value, (list, tuple)):
            value = value[0] if value else None
        if value is None or isinstance(value, datetime):
            return value
        return datetime(value.year, value.month, value.day, tzinfo=UTC) if hasattr(value, "year") else None

    return read


def _recurrent() -> Read:
    library: Any = importlib.import_module("recurrent")

    def read(text: str, at: datetime, ahead: bool) -> datetime | None:  # noqa: ARG001, FBT001 (a role)
        value = library.parse(text, now=at.replace(tzinfo=None))
        return value if isinstance(value, datetime) else None

    return read


CANDIDATES: tuple[tuple[str, str, Callable[[], Read]], ...] = (
    ("when", "holdfast.domain.when", _ours),
    ("timewords", "holdfast.domain.timewords", _questions),
    ("dateparser", "dateparser", _dateparser),
    ("parsedatetime", "parsedatetime", _parsedatetime),
    ("ctparse", "ctparse", _ctparse),
    ("timefhuman", "timefhuman", _timefhuman),
    ("recurrent", "recurrent", _recurrent),
)


if __name__ == "__main__":
    main()
